"""Decisions are JSON, and JSON makes the same model again."""

from __future__ import annotations

import json
from itertools import pairwise

import pandas as pd
import pytest
from frozen_models import made
from tasks import make_learning, population

from segtools.schema import ConfigError
from segtools.segmentation.decisions import Decision, apply_decisions, without
from segtools.segmentation.hand import Hand, exclude, merge, move_cut, split
from segtools.segmentation.model import SegmentModel

HAND = Hand(population(), "both get one letter", who="ann", min_share=0.0, force=True)


def edit(model: SegmentModel) -> tuple[SegmentModel, list[Decision]]:
    """Do everything that can be done to a model, one after the other."""
    made_so_far = []

    def note(done: tuple[SegmentModel, Decision]) -> SegmentModel:
        made_so_far.append(done[1])
        return done[0]

    if model.payload["kind"] in ("scorecard", "centroids"):
        model = note(exclude(model, HAND, "evening_share"))
    model = note(split(model, HAND, "S01", "recency_days", middle(model, "S01")))
    model = note(merge(model, HAND, ["S02", "S03"], name="the middle"))
    if model.payload["kind"] == "scorecard":
        at = model.payload["cuts"][0]
        model = note(move_cut(model, HAND, at=at, to=at + 1))
    cut = middle(model, "S02")
    return note(split(model, HAND, "S02", "recency_days", cut)), made_so_far


def middle(model: SegmentModel, segment: str) -> float:
    """Give the median recency of a segment."""
    own = (model.assign(population())["segment_id"] == segment).to_numpy()
    return float(population().loc[own, "recency_days"].median())


@pytest.fixture(params=["goal", "clusters", "rules", "tree"])
def base(request) -> SegmentModel:
    """A learned model of every kind."""
    return made(request.param)


def test_a_model_is_made_again_from_json(base):
    edited, decisions = edit(base)
    text = json.dumps([d.record() for d in decisions], allow_nan=False)
    again = apply_decisions(base, json.loads(text))
    assert again.record() == edited.record()
    assert apply_decisions(base, decisions).record() == edited.record()
    assert apply_decisions(base, []).record() == base.record()


def test_an_edited_model_survives_its_own_json(base):
    edited, _ = edit(base)
    again = SegmentModel.from_record(json.loads(json.dumps(edited.record())))
    assert again.record() == edited.record()
    pd.testing.assert_frame_equal(
        again.assign(population()), edited.assign(population())
    )


def test_everyone_keeps_exactly_one_segment_through_all_of_it(base):
    edited, decisions = edit(base)
    given = edited.assign(population())
    ids = {s["segment_id"] for s in edited.segments}
    assert set(given["segment_id"]) <= ids
    assert len(ids) == len(edited.segments)
    for earlier, later in pairwise(decisions):
        assert earlier.after == later.before
        assert sum(later.after.values()) == len(population())


def test_a_decision_says_what_why_who_and_how_many():
    _, decision = merge(made("goal"), HAND, ["S01", "S02"])
    record = decision.record()
    assert (record["what"], record["why"], record["who"], record["forced"]) == (
        "merge",
        "both get one letter",
        "ann",
        False,
    )
    assert record["arguments"] == {"segments": ["S01", "S02"], "name": None}
    assert sum(record["before"].values()) == sum(record["after"].values()) == 300


def test_an_excluded_variable_is_left_out_of_learning():
    _, decision = exclude(made("goal"), HAND, "evening_share")
    learning = make_learning()
    less = without(learning, [decision.record()])
    assert set(learning.columns) - set(less.columns) == {"evening_share"}
    assert "evening_share" in learning.columns


def test_a_model_that_was_learned_without_it_has_nothing_to_exclude():
    model, decision = exclude(made("clusters"), HAND, "evening_share")
    assert apply_decisions(model, [decision]).record() == model.record()


def test_a_variable_that_a_split_needs_stays_until_the_split_goes():
    model, _ = split(made("clusters"), HAND, "S01", "evening_share", 0.4)
    with pytest.raises(ConfigError, match="but a split by hand reads 'ev"):
        exclude(model, HAND, "evening_share")


def test_a_decision_that_does_not_fit_is_refused():
    gone = Decision("merge", {"segments": ["S01", "S77"]}, why="x")
    with pytest.raises(ConfigError, match="'S77' is none"):
        apply_decisions(made("goal"), [gone])
    with pytest.raises(
        ConfigError, match="one of exclude, merge, move_cut, split, but"
    ):
        apply_decisions(made("goal"), [Decision("paint", {}, why="x")])
