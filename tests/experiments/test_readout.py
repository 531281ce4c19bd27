"""Readouts: what is planted is found, what is not is not, and few are never told."""

import json

import numpy as np
import pandas as pd
import pytest

from segtools.experiments.arms import Campaign
from segtools.experiments.lift_words import policy_sentence
from segtools.experiments.readout import read_out
from segtools.experiments.words import (
    check_sentences,
    design_sentence,
    lift_sentences,
    result_text,
)


def lifts(made, measure="response"):
    return [r[measure]["lift"] for r in made["segments"]]


def found(made, measure="response"):
    return [r[measure]["found"] for r in made["segments"]]


def test_a_lift_in_one_segment_is_found_there_and_said_to_differ(drawn, campaign):
    made = read_out(campaign(drawn([0.15, 0.0, 0.0])))
    assert (made["design"], made["why"]) == ("randomised", "file")
    assert found(made) == [True, False, False]
    assert made["heterogeneity"]["response"]["p"] < 0.001
    said = " ".join(lift_sentences(made, "EUR"))
    assert "Lifts in responses beyond chance, with 3 segments tested: Loyal" in said
    assert "differ between segments beyond chance" in said


def test_the_same_lift_everywhere_does_not_differ(drawn, campaign):
    made = read_out(campaign(drawn([0.1, 0.1, 0.1])))
    assert made["everyone"]["response"]["found"]
    assert made["heterogeneity"]["response"]["p"] > 0.05
    assert "expect the same of all" in " ".join(lift_sentences(made, "EUR"))
    likely = [r["response"]["expected"] for r in made["segments"]]
    assert np.ptp(likely) < np.ptp(lifts(made))


def test_without_a_lift_nothing_is_found(drawn, campaign):
    made = read_out(campaign(drawn([0.0, 0.0, 0.0])))
    assert found(made) == found(made, "spend") == [False] * 3
    said = " ".join(lift_sentences(made, "EUR"))
    assert "No segment's lift in responses is beyond chance" in said
    assert "that may be chance" in said


def test_figures_are_those_of_counting_by_hand(drawn, campaign):
    rows = drawn([0.15, 0.0, 0.0])
    made = read_out(campaign(rows))
    own = rows[rows["segment_id"] == "S01"].groupby("treated")
    share, spend = own["responded"].mean(), own["spend"].mean()
    row = made["segments"][0]
    assert row["response"]["treated"] == pytest.approx(share[True])
    assert row["response"]["lift"] == pytest.approx(share[True] - share[False])
    assert row["spend"]["lift"] == pytest.approx(spend[True] - spend[False])
    n = rows[rows["treated"]].groupby("segment_id").size()
    by_hand = sum(n[r["segment_id"]] * r["response"]["lift"] for r in made["segments"])
    assert made["everyone"]["response"]["extra"] == pytest.approx(by_hand)
    assert row["response"]["extra"] == pytest.approx(
        n["S01"] * (share[True] - share[False])
    )


def test_choosing_by_segment_beats_all_alike_where_some_are_harmed(drawn, campaign):
    rows = drawn([0.15, -0.12, -0.12])
    for goal in ("win_back", "grow_spend"):
        policy = read_out(campaign(rows), goal=goal)["policy"]
        assert policy["low"] > 0
        assert policy["treated"] == {"Loyal": 1.0, "New": 0.0, "Quiet": 0.0}
    made = read_out(campaign(rows), goal="win_back")
    assert "choosing by segment beat treating" in " ".join(lift_sentences(made, ""))


def test_choosing_by_segment_is_not_said_to_win_where_all_gain_alike(drawn, campaign):
    made = read_out(campaign(drawn([0.1, 0.1, 0.1])), goal="win_back")
    assert made["policy"]["low"] <= 0
    said = " ".join(lift_sentences(made, "EUR"))
    assert "comes to treating everyone" in said or "not shown to beat" in said


@pytest.mark.parametrize(
    ("unit", "size", "band"),
    [
        ("share", "by 2.0 points (95", "1.0 to 3.0 points"),
        ("money", "by 0.02 EUR a customer (95", "0.01 to 0.03 EUR"),
    ],
)
def test_a_loss_is_said_without_a_sign_beside_worse(unit, size, band):
    policy = {"unit": unit, "gain": -0.02, "low": -0.03, "high": -0.01, "everyone": 1.0}
    said = policy_sentence(policy, "EUR")
    assert "did worse than treating everyone, " + size in said
    assert band in said
    assert "−" not in said


def test_a_cost_above_what_it_brings_treats_nobody(drawn, campaign):
    policy = read_out(campaign(drawn([0.05, 0.05, 0.05], cost=500.0)))["policy"]
    assert policy["everyone"] == 0
    assert set(policy["treated"].values()) == {0.0}
    assert policy["gain"] == 0


def test_the_order_of_rows_changes_nothing(drawn, campaign):
    rows = drawn([0.1, 0.0, 0.05])
    made = read_out(campaign(rows))
    other = read_out(campaign(rows.sample(frac=1, random_state=3)))
    assert json.dumps(round_all(made)) == json.dumps(round_all(other))


def round_all(record):
    """Round floats, which are summed in another order."""
    if isinstance(record, dict):
        return {k: round_all(v) for k, v in record.items()}
    if isinstance(record, list):
        return [round_all(v) for v in record]
    return round(record, 9) if isinstance(record, float) else record


def test_without_anybody_held_back_there_is_association_only(drawn, campaign):
    rows = drawn([0.1, 0.0, 0.0])
    made = read_out(campaign(rows[rows["treated"]]))
    assert (made["design"], made["why"]) == ("association", "nobody_held_back")
    assert "policy" not in made
    assert "lift" not in json.dumps(made)
    share = rows[rows["treated"]].groupby("segment_id")["responded"].mean()
    assert [r["share"] for r in made["segments"]] == pytest.approx(share.tolist())
    said = design_sentence(made)
    assert said.startswith("K1: association only, because nobody was held back")
    assert "Receivers were selected" in said
    assert made["segments"][0]["reach"] == pytest.approx(
        made["segments"][0]["got"] / 2000
    )


def test_an_experiment_with_held_back_customers_alone_tested_nothing(drawn, campaign):
    rows = drawn([0.0, 0.0, 0.0])
    made = read_out(campaign(rows[~rows["treated"]]))
    assert (made["design"], made["why"]) == ("association", "nobody_treated")
    assert "nothing was tested" in design_sentence(made)


def test_arms_in_different_segments_cannot_be_compared(drawn, campaign):
    rows = drawn([0.0, 0.0, 0.0])
    apart = (rows["segment_id"] == "S01") == rows["treated"]
    made = read_out(campaign(rows[apart]))
    assert made["why"] == "no_segment_in_both_arms"


def test_nobody_at_all_is_no_error(drawn, campaign):
    made = read_out(campaign(drawn([0, 0, 0]).iloc[:0]))
    assert made["design"] == "association"
    assert lift_sentences(made, "EUR")


def test_arms_of_other_sizes_than_the_lot_dealt_are_not_trusted(drawn, campaign):
    rows = drawn([0.1, 0.1, 0.1])
    good = read_out(campaign(rows, holdout=0.3))
    assert (good["design"], good["why"]) == ("randomised", "ours")
    lost = rows[rows["treated"] | (rows.index % 3 > 0)]
    bad = read_out(campaign(lost, holdout=0.3))
    assert (bad["design"], bad["why"]) == ("association", "sample_ratio")
    assert "once in a thousand" in " ".join(check_sentences(bad))


def test_arms_chosen_by_spend_are_no_lot(drawn, campaign):
    rows = drawn([0.0, 0.0, 0.0])
    chosen = rows.assign(treated=rows["spend_before"] > 15)
    made = read_out(campaign(chosen))
    assert (made["design"], made["why"]) == ("association", "balance")


def test_an_arm_of_a_few_is_hidden_everywhere(drawn, campaign):
    rows = drawn([0.1, 0.1, 0.1])
    few = rows[(rows["segment_id"] != "S03") | rows["treated"] | (rows.index % 43 == 0)]
    n = ((few["segment_id"] == "S03") & ~few["treated"]).sum()
    assert 0 < n < 10
    made = read_out(campaign(few))
    hidden = made["segments"][2]
    assert hidden["held_back"] is None
    assert set(hidden["response"].values()) == {None}
    assert set(hidden["spend"].values()) == {None}
    # It must not follow from the total, nor from the others.
    told = [r["held_back"] for r in made["segments"]]
    total = made["counts"]["held_back"]
    assert total is None or told.count(None) >= 2


def test_a_few_responses_are_hidden_though_their_arm_is_not(drawn, campaign):
    rows = drawn([0.1, 0.1, 0.1])
    own = (rows["segment_id"] == "S03") & ~rows["treated"]
    quiet = rows.assign(
        responded=rows["responded"].where(~own, (own.cumsum() <= 4) * 1.0)
    )
    made = read_out(campaign(quiet))
    assert made["segments"][2]["held_back"] == own.sum()
    assert made["segments"][2]["response"]["held"] is None
    assert sum(x is None for x in lifts(made)) >= 2 or (
        made["everyone"]["response"]["lift"] is None
    )
    assert None not in lifts(made, "spend")


def test_customers_without_a_segment_are_counted_and_left_out(drawn, campaign):
    rows = drawn([0.1, 0.1, 0.1])
    strangers = rows.assign(segment_id=rows["segment_id"].mask(rows.index % 10 == 0))
    made = read_out(campaign(strangers))
    assert made["counts"]["without_segment"] == 300
    said = " ".join(check_sentences(made))
    assert "300 of its customers had no segment before it" in said
    few = rows.assign(segment_id=rows["segment_id"].mask(rows.index < 4))
    assert read_out(campaign(few))["counts"]["without_segment"] is None


def test_a_segment_that_spends_nothing_is_no_error_and_hides_no_others(drawn, campaign):
    rows = drawn([0.3, 0.0, 0.0])
    silent = rows.assign(spend=rows["spend"].where(rows["segment_id"] != "S03", 0.0))
    made = read_out(campaign(silent))
    assert lifts(made, "spend")[2] == 0
    assert found(made, "spend") == [True, False, False]
    whole = made["everyone"]["spend"]
    assert whole["low"] < whole["lift"] < whole["high"]
    assert made["heterogeneity"]["spend"]["p"] < 0.001
    likely = [r["spend"]["expected"] for r in made["segments"]]
    assert likely[2] == 0
    assert abs(likely[1]) < abs(lifts(made, "spend")[1]) + abs(likely[0])
    assert "not known" not in " ".join(lift_sentences(made, "EUR"))


def test_a_segment_without_hold_outs_does_not_stand_in_for_a_lift(campaign):
    # No effect anywhere: the best got it all, and others by halves.
    rng = np.random.default_rng(3)
    plan = [("S01", 400, 0, 300.0), ("S02", 150, 150, 60.0), ("S03", 150, 150, 20.0)]
    parts = [
        pd.DataFrame({"segment_id": one, "treated": arm, "spend": spent})
        for one, got, held, m in plan
        for arm, n in ((True, got), (False, held))
        for spent in [rng.gamma(4, m / 4, n)]
    ]
    rows = pd.concat(parts, ignore_index=True)
    rows["customer_id"] = [f"c{i:04d}" for i in range(len(rows))]
    rows["responded"] = (rng.random(len(rows)) < 0.2).astype(float)
    rows = rows.assign(spend_before=rows["spend"], sent=0, cost=0.0)
    made = read_out(campaign(rows))
    assert made["segments"][0]["spend"]["lift"] is None
    whole = made["everyone"]["spend"]
    assert whole["low"] < 0 < whole["high"]
    assert not whole["found"]


def test_the_share_held_back_is_not_told_where_the_count_may_not_be(campaign, drawn):
    rows = drawn([0.0, 0.0, 0.0])
    few = pd.concat([rows[rows["treated"]].head(46), rows[~rows["treated"]].head(7)])
    made = read_out(campaign(few, holdout=0.13))
    assert made["counts"]["held_back"] is None
    assert made["checks"]["sample_ratio"]["observed"] is None
    assert "Held back were" not in " ".join(check_sentences(made))


def test_where_the_file_lists_no_hold_outs_only_spend_is_compared(drawn, campaign):
    rows = drawn([0.1, 0.1, 0.1]).assign(responded=0.0)
    made = read_out(campaign(rows, holdout=0.3, responses_known=False), goal="win_back")
    assert set(lifts(made)) == {None}
    assert None not in lifts(made, "spend")
    assert made["policy"] is None
    assert "responses cannot be compared" in design_sentence(made)


def test_a_card_says_what_was_found_and_how_sure_it_is(drawn, campaign):
    made = read_out(campaign(drawn([0.15, 0.0, 0.0]))) | {"sent_from": "2024-10-01"}
    said = [result_text(made, r, "EUR") for r in made["segments"]]
    assert said[0].startswith("K1, 2024-10-01: ")
    assert "points more responded (" in said[0]
    assert "which may be chance" in said[1]


def test_hostile_names_are_shortened_and_stay_text(drawn):
    name = "<script>alert(1)</script> $x$ " * 20
    rows = drawn([0.1, 0.0, 0.0])
    segments = [{"segment_id": s, "segment": name} for s in ("S01", "S02", "S03")]
    made = read_out(Campaign(name, rows, segments, 30)) | {"sent_from": "x"}
    said = [design_sentence(made), *lift_sentences(made, "EUR")]
    assert max(map(len, said)) < 400
    assert json.loads(json.dumps(made)) == made


def test_the_share_of_runs_in_which_few_are_told_is_none(drawn, campaign):
    rng = np.random.default_rng(1)
    for seed in range(20):
        sizes = rng.integers(5, 60, 3)
        rows = drawn([0.1, 0.0, 0.0], seed=seed)
        keep = pd.concat(
            [
                g.head(n)
                for (_, g), n in zip(rows.groupby("segment_id"), sizes, strict=True)
            ]
        )
        made = read_out(campaign(keep))
        for row in made["segments"]:
            for key in ("got", "held_back"):
                assert row.get(key) is None or row[key] == 0 or row[key] >= 10
