"""What an analyst decides is done, refused with a reason, and never done silently."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from frozen_models import CENTROIDS, TIES, made, model_of
from tasks import population

from segtools.schema import ConfigError, DataError
from segtools.segmentation.hand import (
    Hand,
    exclude,
    merge,
    move_cut,
    sizes,
    split,
)
from segtools.segmentation.model import SegmentModel


@pytest.fixture(params=["goal", "clusters", "rules", "tree"])
def frozen(request) -> SegmentModel:
    """A learned model of every kind."""
    return made(request.param)


@pytest.fixture
def hand() -> Hand:
    """An analyst with a reason."""
    return Hand(population(), "the team runs one letter for both", who="ann")


def segments_of(model: SegmentModel) -> pd.Series:
    return model.assign(population()).set_index("customer_id")["segment_id"]


def test_who_was_in_either_is_in_the_merged_one_and_all_others_stay(frozen, hand):
    merged, decision = merge(frozen, hand, ["S01", "S03"])
    before, after = segments_of(frozen), segments_of(merged)
    assert after.equals(before.replace("S03", "S01"))
    left = [s["segment_id"] for s in merged.segments]
    assert "S03" not in left
    assert len(left) == len(frozen.segments) - 1
    assert decision.after["S01"] == decision.before["S01"] + decision.before["S03"]
    assert decision.before == before.value_counts().reindex(decision.before).to_dict()


def test_ranks_close_up_and_the_model_before_is_as_it_was(frozen, hand):
    record = frozen.record()
    merged, _ = merge(frozen, hand, ["S02", "S01"], name="both")
    assert frozen.record() == record
    ranks = sorted(s["rank"] for s in merged.segments)
    assert ranks == list(range(1, len(ranks) + 1))
    names = {s["segment_id"]: s["name"] for s in merged.segments}
    assert names["S02"] == "both"


def test_the_fallback_goes_where_its_segment_goes(frozen, hand):
    merged, _ = merge(frozen, hand, ["S01", frozen.fallback])
    assert merged.fallback == "S01"
    assert set(segments_of(merged).tail(12)) == {"S01"}


def test_nobody_is_runner_up_to_themselves(frozen, hand):
    merged, _ = merge(frozen, hand, ["S01", "S02"])
    given = merged.assign(population())
    assert (given["runner_up"] != given["segment_id"]).all()
    assert "S02" not in set(given["runner_up"])


def test_a_split_parts_one_segment_at_the_cut_and_leaves_the_others(frozen, hand):
    before = segments_of(frozen)
    people = population().set_index("customer_id")
    largest = before[people["recency_days"].notna()].value_counts().index[0]
    own = before.index[(before == largest) & people["recency_days"].notna()]
    cut = float(people.loc[own, "evening_share"].median())
    parted, decision = split(frozen, hand, largest, "evening_share", cut)
    new = parted.segments[-1]["segment_id"]
    after = segments_of(parted)
    above = own[people.loc[own, "evening_share"] > cut]
    assert set(after.index[after == new]) == set(above)
    assert after.drop(above).equals(before.drop(above))
    assert decision.after[new] == len(above)
    old = next(s for s in parted.segments if s["segment_id"] == largest)
    assert parted.segments[-1]["rank"] == old["rank"] + 1
    assert "evening_share" in {f["name"] for f in parted.features}


def test_a_new_segment_s_id_was_never_used(frozen, hand):
    cheap = Hand(hand.features, "try it", min_share=0.0, force=True)
    merged, _ = merge(frozen, cheap, ["S01", "S02"])
    parted, _ = split(merged, cheap, "S01", "evening_share", 0.5)
    again, _ = split(parted, cheap, "S01", "evening_share", 0.25)
    ids = [s["segment_id"] for s in again.segments]
    assert len(set(ids)) == len(ids)
    assert not set(ids[-2:]) & {s["segment_id"] for s in frozen.segments}
    assert again.next_number == int(ids[-1][1:]) + 1


def test_who_lacks_the_value_stays_below_the_split(hand):
    people = population()
    lost = people["evening_share"].isna() | (people.index % 2 == 0)
    people["evening_share"] = people["evening_share"].mask(lost)
    own = Hand(people, "try it", min_share=0.0, force=True)
    parted, _ = split(made("goal"), own, "S01", "evening_share", -1.0)
    given = parted.assign(people)["segment_id"]
    new = parted.segments[-1]["segment_id"]
    assert not (given[lost] == new).any()
    assert not (given[~lost] == "S01").any()


def test_a_moved_cut_takes_the_scores_between_along():
    model = model_of(TIES | {"cuts": [0, 10, 20]})
    # Scores of a: 0, 10 and 20 with b up to 5.
    people = pd.DataFrame({"a": [0.0, 1.5, 2.0] * 10, "b": [5.0] * 30})
    people = people.assign(customer_id=range(30), recency_days=1.0)
    moved, decision = move_cut(model, Hand(people, "rounder"), at=20, to=15)
    assert moved.payload["cuts"] == [0, 10, 15]
    assert decision.before == decision.after
    moved, decision = move_cut(
        model, Hand(people, "fewer letters", force=True, min_share=0), at=20, to=11
    )
    assert model.payload["cuts"] == [0, 10, 20]


def test_replicates_with_as_many_cuts_have_the_cut_moved_too():
    model = model_of(TIES | {"cuts": [0, 10, 20]})
    points = {n: b["points"] for n, b in TIES["bins"].items()}
    missing = {n: b["missing"] for n, b in TIES["bins"].items()}
    copy = {"base": 0, "points": points, "missing": missing}
    model.replicates = [copy | {"cuts": [1, 11, 19]}, copy | {"cuts": [2, 12]}]
    people = pd.DataFrame({"a": [0.0, 1.5, 2.0] * 10, "b": [5.0] * 30})
    people = people.assign(customer_id=range(30), recency_days=1.0)
    moved, _ = move_cut(model, Hand(people, "rounder"), at=20, to=15)
    assert [c["cuts"] for c in moved.replicates] == [[1, 11, 15], [2, 12]]


def test_a_grid_s_cut_moves_by_its_feature():
    model = made("rules")
    cuts = model.payload["upper"]["recency_days"]
    to = (cuts[1] + cuts[2]) / 2
    own = Hand(population(), "60 days is what the team says", min_share=0, force=True)
    moved, _ = move_cut(model, own, at=cuts[1], to=to, feature="recency_days")
    assert moved.payload["upper"]["recency_days"] == [cuts[0], to, *cuts[2:]]
    assert moved.payload["upper"]["n_orders"] == model.payload["upper"]["n_orders"]


def test_a_tree_s_cut_moves_wherever_it_is_asked_for():
    model = made("tree")
    tree, uses = model.payload["tree"], model.payload["uses"]
    column = uses.index("spend_total")
    at = next(
        u for u, f in zip(tree["upper"], tree["feature"], strict=True) if f == column
    )
    own = Hand(population(), "round it", min_share=0)
    moved, _ = move_cut(model, own, at=at, to=at + 1, feature="spend_total")
    assert at not in moved.payload["tree"]["upper"]
    assert at + 1 in moved.payload["tree"]["upper"]


@pytest.mark.parametrize("kind", ["goal", "clusters"])
def test_an_excluded_variable_changes_nothing_any_more(kind, hand):
    own = Hand(hand.features, "not ours to use", min_share=0)
    model, decision = exclude(made(kind), own, "evening_share")
    assert "evening_share" not in {f["name"] for f in model.features}
    people = population()
    other = people.assign(evening_share=people["evening_share"].to_numpy()[::-1])
    pd.testing.assert_frame_equal(model.assign(people), model.assign(other))
    assert decision.arguments == {"variable": "evening_share"}
    assert set(decision.after) == set(decision.before)


def test_without_a_variable_distances_are_those_of_the_others():
    model = model_of(CENTROIDS | {"far_threshold": 1.0})
    model.replicates = [CENTROIDS["centroids"]]
    people = pd.DataFrame({"a": [-1.0, 3.0, 1.0] * 20, "b": [0.0] * 60})
    people = people.assign(customer_id=range(60), recency_days=1.0)
    less, _ = exclude(model, Hand(people, "noise", min_share=0), "b")
    assert less.payload["centroids"] == [[-1.0], [1.0], [0.0], [0.0]]
    assert less.replicates == [[[-1.0], [1.0], [0.0], [0.0]]]
    assert less.payload["far_threshold"] is None
    given = less.assign(people.head(3))
    assert given["segment_id"].tolist() == ["S01", "S02", "S03"]


REFUSED = {
    "all": (
        lambda m, h: merge(m, h, [s["segment_id"] for s in m.segments]),
        "must be of not all of the",
    ),
    "one": (lambda m, h: merge(m, h, ["S01", "S01"]), "must be of at least two of"),
    "unknown": (lambda m, h: merge(m, h, ["S01", "S9"]), "by its id, but 'S9' is none"),
    "name": (
        lambda m, h: merge(m, h, ["S01", "S02"], name=m.segments[2]["name"]),
        "must have a name of its own",
    ),
    "feature": (
        lambda m, h: split(m, h, "S01", "colour", 1.0),
        "must be by one of the features, but 'colour' is none",
    ),
    "nobody": (
        lambda m, h: split(m, h, "S01", "spend_total", 1e9),
        r"but S0\d would hold 0\. Choose another cut\.$",
    ),
    "no cut": (
        lambda m, h: move_cut(m, h, at=123456.5, to=1),
        r"at must be one of the cuts, but 123456\.5 is none\. The cuts are",
    ),
    "not read": (
        lambda m, h: exclude(m, h, "n_order"),
        "but 'n_order' is not. Did you mean 'n_orders'",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_makes_no_sense_is_refused_in_one_sentence(name, hand):
    do, sentence = REFUSED[name]
    with pytest.raises(ConfigError, match=sentence):
        do(made("goal"), hand)


@pytest.mark.parametrize("why", ["", "  \n"])
def test_no_decision_without_a_reason(why, hand):
    with pytest.raises(ConfigError, match="must have a reason, but there is none"):
        merge(made("goal"), Hand(hand.features, why), ["S01", "S02"])


def test_no_decision_about_nobody(hand):
    nobody = Hand(hand.features.iloc[:0], "why not")
    with pytest.raises(DataError, match="but there are none"):
        merge(made("goal"), nobody, ["S01", "S02"])


def test_a_part_under_the_smallest_share_is_refused_unless_forced(hand):
    people = hand.features
    given = made("goal").assign(people)["segment_id"]
    share = people.loc[(given == "S01").to_numpy(), "evening_share"].sort_values()
    cut = float(share.iloc[-4])  # three customers lie above it
    with pytest.raises(ConfigError, match=r"at least 3\.0% of the 300 customers, but"):
        split(made("goal"), hand, "S01", "evening_share", cut)
    forced = Hand(people, "a pilot", force=True)
    parted, decision = split(made("goal"), forced, "S01", "evening_share", cut)
    assert decision.forced
    assert decision.after[parted.segments[-1]["segment_id"]] == 3


def test_a_cut_may_not_pass_another_one():
    model = model_of(TIES | {"cuts": [0, 10, 20]})
    own = Hand(population(), "higher")
    with pytest.raises(ConfigError, match=r"from 10 to 20 it would pass or meet"):
        move_cut(model, own, at=10, to=20)
    with pytest.raises(ConfigError, match="whole number of points"):
        move_cut(model, own, at=10, to=10.5)


@pytest.mark.parametrize("kind", ["clusters", "rules"])
def test_cuts_are_moved_where_there_are_any(kind, hand):
    with pytest.raises(ConfigError, match="A cut can be moved in a scorecard's points"):
        move_cut(made(kind), hand, at=1, to=2)


def test_rules_are_learned_again_rather_than_robbed_of_a_variable(hand):
    with pytest.raises(ConfigError, match="Learn again without 'n_orders'"):
        exclude(made("rules"), hand, "n_orders")


def test_the_only_variable_stays(hand):
    bins = {"n_orders": {"upper": [2.0], "points": [0, 9], "missing": None}}
    model = model_of({"kind": "scorecard", "base": 0, "cuts": [5], "bins": bins})
    with pytest.raises(ConfigError, match="at least one variable"):
        exclude(model, hand, "n_orders")


def test_sizes_count_everyone_and_name_empty_segments(hand):
    model = made("goal")
    counted = sizes(model, hand.features)
    assert sum(counted.values()) == len(hand.features)
    assert counted == {
        s["segment_id"]: int((segments_of(model) == s["segment_id"]).sum())
        for s in model.segments
    }
    assert np.array(list(counted.values())).dtype.kind == "i"
