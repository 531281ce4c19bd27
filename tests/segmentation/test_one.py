"""One record gets what the whole table would give it."""

from __future__ import annotations

import math
import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from frozen_models import (
    CENTROIDS,
    MODELS,
    NAMES,
    ROWS,
    TIES,
    made,
    model_of,
    payloads,
    people,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from tasks import make_task, population

from segtools.schema import ConfigError, DataError
from segtools.segmentation import freeze as freezing
from segtools.segmentation.clusters import learn_clusters
from segtools.segmentation.far import fits
from segtools.segmentation.freeze import replicates
from segtools.segmentation.in_engine import assign_in_engine
from segtools.segmentation.mixed import learn_mixed
from segtools.segmentation.mixtures import learn_mixture
from segtools.segmentation.model import ASSIGNED, SegmentModel
from segtools.segmentation.scheme import Learned
from segtools.segmentation.scorecard import learn_scorecard
from segtools.segmentation.ward import learn_ward


def assert_same(model: SegmentModel, frame: pd.DataFrame) -> None:
    """Assert that one record after the other is placed as all at once."""
    given_all = model.assign(frame).astype(object)
    expected = given_all.where(given_all.notna(), None).to_dict("records")
    for record, whole in zip(frame.to_dict("records"), expected, strict=True):
        found = model.assign_one(record)
        assert {c: found[c] for c in ASSIGNED} == whole


@pytest.mark.parametrize("kind", MODELS)
def test_a_record_is_placed_as_in_the_whole_table(kind):
    model = made(kind)
    assert_same(model, people(model.payload, 300).to_pandas())


@settings(max_examples=60)
@given(payloads(), ROWS, st.data())
def test_any_record_is_placed_as_any_table_places_it(payload, rows, data):
    model = model_of(payload)
    n = 1 + max([s["above"] for s in payload.get("hand", ()) if "above" in s] or [0])
    base = model.segments
    model.segments = [*base, *({**base[0], "name": "new"} for _ in range(len(base), n))]
    model.replicates = data.draw(copies(payload))
    frame = pd.DataFrame(rows, columns=list(NAMES), dtype=float)
    frame.insert(0, "customer_id", [f"c{i}" for i in range(len(rows))])
    assert_same(model, frame)


def copies(payload):
    """Draw replicates of a payload, some with fewer cuts."""
    if payload["kind"] == "rules":
        return st.just([])
    shift = st.integers(-2, 2)
    if payload["kind"] == "centroids":
        return st.lists(
            shift.map(lambda s: [[v + s for v in c] for c in payload["centroids"]]),
            max_size=3,
        )
    if payload["kind"] == "mixture":
        return st.lists(shift.map(lambda s: moved(payload, s)), max_size=3)
    names = list(payload["bins"])

    def copy(s: int) -> dict:
        bins = payload["bins"]
        points = {n: [p + s for p in bins[n]["points"]] for n in names}
        missing = {n: bins[n]["missing"] for n in names}
        cuts = payload["cuts"][: max(len(payload["cuts"]) + min(s, 0), 0)]
        return {"base": s, "cuts": cuts, "points": points, "missing": missing}

    return st.lists(shift.map(copy), max_size=3)


def moved(payload, s):
    """Move a mixture's means, or let its classes answer as one another."""
    parts = {"weights": payload["weights"]}
    if payload["form"] == "gaussian":
        means = [[v + s for v in m] for m in payload["means"]]
        return parts | {"means": means, "roots": payload["roots"]}
    shares = payload["probabilities"]
    return parts | {"probabilities": shares[s:] + shares[:s]}


@pytest.fixture(
    scope="module", params=[learn_scorecard, learn_clusters, learn_mixture, learn_ward]
)
def learned(request):
    """A model with replicates that were really learned."""
    task = make_task()
    found: Learned = request.param(task)
    model = model_of(found.payload)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(freezing, "N_REPLICATES", 5)
        model.replicates = replicates(task, found)
    return model


def test_the_confidence_of_a_record_is_that_of_the_table(learned):
    frame = population()
    assert_same(learned, frame)
    one = learned.assign_one(frame.iloc[0].to_dict())
    assert one["confidence"] == learned.assign(frame)["confidence"].iloc[0]
    assert learned.assign(frame)["confidence"].mean() > 0.3


def mixed_frame(n=240) -> pd.DataFrame:
    """Make customers with numbers and categories, some of them missing."""
    rng = np.random.default_rng(5)
    frame = population(n, dormant=6)[["customer_id", "recency_days", "spend_total"]]
    frame["town"] = rng.choice(["Ulm", "Rome", "Bonn"], n)
    frame["store_code"] = rng.choice([3.0, 17.0, 40.0], n)
    frame["member"] = rng.choice([True, False], n).astype(object)
    frame.loc[::7, "town"] = None
    return frame


@pytest.fixture(scope="module")
def mixed():
    """A model of numbers and categories, with three replicates."""
    known = mixed_frame().dropna(subset="recency_days").set_index("customer_id")
    task = replace(make_task(n_segments=3), features=known, at=known)
    found = learn_mixed(task)
    model = model_of(found.payload)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(freezing, "N_REPLICATES", 3)
        model.replicates = replicates(task, found)
    return model


def test_numbers_and_categories_together_are_placed_as_in_the_whole_table(mixed):
    frame = mixed_frame()
    frame.loc[1, "town"] = "Oslo"
    frame.loc[2, "store_code"] = 99.0
    frame.loc[3, "member"] = None
    assert_same(mixed, frame)
    given = mixed.assign(frame)
    assert given["segment_id"].nunique() == 3
    steps = given.set_index("customer_id")["assigned_by"]
    assert (steps.iloc[[1, 2, 3]] == "reduced_model").all()
    assert (steps.iloc[[7, 14]] == "model").all()  # towns were missing in learning, too


def test_categories_are_told_far_and_why_as_numbers_are(mixed):
    frame = mixed_frame()
    found = fits(mixed, frame)
    ones = [mixed.assign_one(r) for r in frame.to_dict("records")]
    flags = found["fits_no_segment"].astype(object)
    assert [o["fits_no_segment"] for o in ones] == [
        None if pd.isna(f) else f for f in flags
    ]
    assert 0 < flags.sum() < 10
    said = mixed.why(frame.iloc[0])
    assert said.startswith(f"In {ones[0]['segment']}: its centre is ")


def test_an_engine_refuses_categories_with_what_to_do(mixed):
    import ibis

    table = ibis.memtable({"customer_id": ["x"], "recency_days": [1.0]})
    with pytest.raises(ConfigError, match=r"the categories \[.*'town'\]\. Collect"):
        assign_in_engine(mixed, table)
    with pytest.raises(ConfigError, match="categories"):
        mixed.to_sql("duckdb")


def test_a_replicate_with_fewer_cuts_is_counted_in_its_own_bands():
    bins = {"upper": [0.0], "points": [0, 10], "missing": None}
    copy = {"base": 0, "points": {"a": [0, 10]}, "missing": {"a": None}}
    model = model_of(
        {"kind": "scorecard", "base": 0, "cuts": [5, 8], "bins": {"a": bins}}
    )
    model.replicates = [copy | {"cuts": [5]}, copy | {"cuts": [5, 8]}]
    high = model.assign_one({"a": 1.0, "recency_days": 1})
    assert (high["segment_id"], high["confidence"]) == ("S01", 1.0)
    low = model.assign_one({"a": -1.0, "recency_days": 1})
    assert (low["segment_id"], low["confidence"]) == ("S03", 0.5)


def test_what_is_not_in_a_record_is_missing_and_what_else_there_is_does_not_matter():
    model = model_of(TIES)
    bare = model.assign_one({"a": 1, "recency_days": 2})
    full = model.assign_one(
        {"a": 1.0, "b": None, "recency_days": np.float32(2), "z": "words"}
    )
    assert bare == full
    assert bare["customer_id"] is None
    assert model.assign_one({"customer_id": 7, "a": 1})["customer_id"] == 7


@pytest.mark.parametrize("nothing", [None, float("nan"), np.nan])
def test_without_an_order_the_rule_decides(nothing):
    found = model_of(TIES).assign_one({"a": 1.0, "recency_days": nothing})
    assert (found["assigned_by"], found["segment_id"]) == ("rule", "S05")
    assert found["runner_up"] is found["confidence"] is found["fits_no_segment"] is None


def test_who_lies_beyond_the_threshold_is_told_so():
    model = model_of(CENTROIDS | {"far_threshold": 1.0})
    near = model.assign_one({"a": -1.0, "b": 0.0, "recency_days": 1.0})
    far = model.assign_one({"a": -9.0, "b": 0.0, "recency_days": 1.0})
    assert (near["fits_no_segment"], far["fits_no_segment"]) == (False, True)
    assert near["segment_id"] == far["segment_id"] == "S01"


def test_words_for_a_number_are_refused():
    with pytest.raises(DataError, match="a must be a number or missing, but it is 'x'"):
        model_of(TIES).assign_one({"a": "x", "recency_days": 1.0})


def test_a_method_that_knows_only_frames_is_asked_by_a_frame(monkeypatch):
    model = made("goal")
    other = SegmentModel(model.payload, model.segments, model.features, model.fallback)
    record = population().iloc[0].to_dict()
    expected = other.assign_one(record)
    other.__dict__["placer"] = None
    assert other.assign_one(record) == expected


def test_a_renamed_segment_is_named_at_once():
    model = model_of(TIES)
    model.assign_one({"a": 1.0, "recency_days": 1.0})
    model.segments[1]["name"] = "another name"
    names = {
        model.assign_one({"a": v, "b": 9.0, "recency_days": 1})["segment"]
        for v in (0.0, 1.0, 1.9, 3.0, math.nan)
    }
    assert "another name" in names


def test_a_model_that_was_asked_can_still_be_sent_elsewhere():
    model = made("goal")
    record = population().iloc[0].to_dict()
    expected = model.assign_one(record)
    assert pickle.loads(pickle.dumps(model)).assign_one(record) == expected
