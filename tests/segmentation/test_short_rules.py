"""What short rules would lose is told of the frozen segments and of every scheme."""

import json

import numpy as np
import pandas as pd
import pytest

from segtools.segmentation import contest as contests
from segtools.segmentation.contest import Contest, Rules, run_contest
from segtools.segmentation.model import everyone
from segtools.segmentation.short_rules import rules_table, schemes_table, short_rules

from .tasks import make_learning, population

PLAN = {"evidence": "out_of_time", "sentence": "", "legs": []}


def held(learning, **more):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contests, "N_DRAWS", 60)
        given = {"n_segments": 3, "min_share": 0.03} | more
        return run_contest(learning, PLAN, Rules("grow_spend", **given))


@pytest.fixture(scope="module")
def learning():
    return make_learning(400)


@pytest.fixture(scope="module")
def contest(learning):
    return held(learning)


@pytest.fixture(scope="module")
def made(learning, contest):
    """Segments that are a cut in spend, but for those who never ordered."""
    features = population(400)
    spend = features["spend_total"].to_numpy()
    segments = pd.DataFrame({"customer_id": features["customer_id"]})
    segments["segment_id"] = np.where(spend > 100, "S01", "S02")
    segments["segment"] = np.where(spend > 100, "big", "small")
    known = features["recency_days"].notna()
    segments["assigned_by"] = np.where(known, "model", "rule")
    found = short_rules(contest, learning, features, segments, {"spend_total": "Spend"})
    return features, segments, found


def test_segments_that_are_a_cut_are_told_as_that_cut(made):
    _, _, found = made
    assert [r["segment"] for r in found["rules"]] == ["small", "big"]
    assert found["rules"][0]["rule"].startswith("Spend up to ")
    assert found["agreement"] > 0.98
    assert min(found["by_segment"].values()) > 0.95
    assert found["sentence"].startswith("2 short rules put ")


def test_every_scheme_is_compared_on_the_period_that_judged_it(made, contest):
    _, _, found = made
    fit = {e.scheme for e in contest.entries if e.role == "scheme" and not e.why_not}
    assert {r["scheme"] for r in found["schemes"]} == fit >= {"goal", "clusters"}
    for row in found["schemes"]:
        lost = row["gini"]["value"] - row["gini_of_rules"]["value"]
        assert row["gini_lost"]["value"] == pytest.approx(lost)
        assert row["gini_lost"]["low"] <= row["gini_lost"]["high"]
        assert 0.4 < row["agreement"] <= 1
        entry = contest.entry(row["scheme"])
        assert row["gini"]["value"] == pytest.approx(float(entry.draws["gini"][0]))


def test_the_sentence_tells_the_goal_s_figure_of_the_winner(made, contest):
    _, _, found = made
    [row] = [r for r in found["schemes"] if r["scheme"] == contest.winner.scheme]
    assert f"of the winner's Gini of {row['gini']['value']:.3f}" in found["sentence"]
    assert f"lose {row['gini_lost']['value']:.3f} of" in found["sentence"]


def test_what_is_kept_is_json_and_tables_repeat_it(made):
    _, _, found = made
    again = json.loads(json.dumps(found, allow_nan=False))
    assert rules_table(again)["Rule"].tolist() == [r["rule"] for r in found["rules"]]
    table = schemes_table(again)
    assert table["Lost"].tolist() == [r["gini_lost"]["value"] for r in found["schemes"]]


def test_the_order_of_customers_changes_nothing(made, contest, learning, rng):
    features, segments, found = made
    turned = features.iloc[rng.permutation(len(features))]
    labels = {"spend_total": "Spend"}
    again = short_rules(contest, learning, turned, segments.iloc[::-1], labels)
    assert again == found


def test_what_rules_find_is_the_same_in_every_language(made, contest, learning):
    features, segments, found = made
    # Words that sort the other way round.
    other = segments.assign(segment=segments["segment"].map({"big": "z", "small": "a"}))
    labels = {"spend_total": "Сумма", "n_orders": "Заказы"}
    again = short_rules(contest, learning, features, other, labels)
    figures = ("agreement", "majority", "kappa", "schemes")
    assert [again[f] for f in figures] == [found[f] for f in figures]
    assert [r["segment"] for r in again["rules"]] == ["a", "z"]
    assert [r["rule"].split()[-1] for r in again["rules"]] == [
        r["rule"].split()[-1] for r in found["rules"]
    ]
    assert again["rules"][0]["rule"].startswith("Сумма ")


def test_one_segment_and_nothing_judged_is_said(learning):
    plan = {"evidence": "not_judged", "sentence": "", "legs": []}
    empty = Contest(Rules("understand"), plan)
    features = population(60)
    found = short_rules(empty, learning, features, everyone().assign(features))
    assert found["sentence"] == "Everyone stays in one segment, so no rule is needed."
    assert rules_table(found).empty
    assert schemes_table(found).empty
    assert list(schemes_table(found).columns)[-3:] == ["Lost", "low", "high"]


def test_labels_that_two_features_share_are_not_used(made, learning):
    features, segments, _ = made
    both = {"spend_total": "Money", "n_orders": "Money"}
    plan = {"evidence": "not_judged", "sentence": "", "legs": []}
    empty = Contest(Rules("understand"), plan)
    found = short_rules(empty, learning, features, segments, both)
    assert found["rules"][0]["rule"].startswith("spend_total up to ")
