"""The frozen model: plain JSON, everybody once, a ladder without gaps."""

import json

import numpy as np
import pandas as pd
import pytest
from frozen_models import NAMES, ROWS, model_of, payloads
from hypothesis import given, settings

from segtools.records import read_record, write_record
from segtools.segmentation import freeze as freezing
from segtools.segmentation.contest import Contest, Rules
from segtools.segmentation.freeze import freeze
from segtools.segmentation.model import (
    ASSIGNED,
    SegmentModel,
    everyone,
    read_features,
)
from segtools.segmentation.scheme import remove_scheme, scheme

from .tasks import make_learning, population

PLAN = {"evidence": "out_of_time", "sentence": "", "legs": []}


@pytest.fixture(scope="module", autouse=True)
def _own_scheme():
    @scheme("own")
    def own(features, n_segments, seed):
        return np.where(features["spend_total"] > 120, "big", "small")

    yield
    remove_scheme("own")


@pytest.fixture(scope="module", params=["goal", "clusters", "rules", "own"])
def frozen(request):
    """A model of every kind, learned on made-up customers."""
    contest = Contest(Rules("grow_spend", 4, method=request.param), dict(PLAN))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(freezing, "N_REPLICATES", 6)
        return freeze(contest, make_learning(), population(), [])


def test_every_customer_is_assigned_exactly_once_and_in_order(frozen):
    people = population()
    given = frozen.assign(people)
    assert list(given.columns) == list(ASSIGNED)
    assert given["customer_id"].tolist() == people["customer_id"].tolist()
    ids = {s["segment_id"]: s["name"] for s in frozen.segments}
    assert set(given["segment_id"]) <= set(ids)
    assert given["segment"].tolist() == given["segment_id"].map(ids).tolist()


def test_a_model_read_back_from_its_file_assigns_identically(frozen, tmp_path):
    people = population(seed=5)
    write_record(tmp_path / "model.json", frozen.record())
    again = SegmentModel.from_record(read_record(tmp_path / "model.json"))
    pd.testing.assert_frame_equal(again.assign(people), frozen.assign(people))

    assert again.record() == frozen.record()


@settings(max_examples=40)
@given(payloads(), ROWS)
def test_any_model_assigns_the_same_after_a_round_trip_through_json(payload, rows):
    model = model_of(payload)
    spare = range(len(model.segments), 1 + most_labels(payload))
    model.segments += [
        {"segment_id": f"T{i}", "name": f"t{i}", "rank": 9} for i in spare
    ]
    people = pd.DataFrame(rows, columns=list(NAMES), dtype=float)
    people.insert(0, "customer_id", [f"c{i}" for i in range(len(rows))])
    text = json.dumps(model.record(), allow_nan=False)
    again = SegmentModel.from_record(json.loads(text))
    pd.testing.assert_frame_equal(again.assign(people), model.assign(people))
    assert again.record() == model.record()


def most_labels(payload):
    """Give the highest label that splits by hand lead to."""
    return max([s.get("above", 0) for s in payload.get("hand", ())], default=0)


def test_the_record_is_plain_json_with_the_documented_keys(frozen):
    record = frozen.record()
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    needed = {"kind", "features", "preprocess", "segments", "ladder", "far_threshold"}
    assert needed <= set(record)
    assert record["kind"] in {"scorecard", "centroids", "rules"}
    assert {"segment_id", "name", "rank"} == set(record["segments"][0])
    if record["kind"] == "scorecard":
        assert record["scale"] == 1000
        assert all(isinstance(c, int) for c in [record["base"], *record["cuts"]])


def test_who_never_ordered_gets_the_rules_segment(frozen):
    given = frozen.assign(population(dormant=12)).tail(12)
    assert set(given["assigned_by"]) == {"rule"}
    assert set(given["segment_id"]) == {frozen.fallback}
    assert given["confidence"].isna().all()
    assert given["runner_up"].isna().all()


def test_the_fallback_is_the_lowest_ranked_segment(frozen):
    ranks = {s["segment_id"]: s["rank"] for s in frozen.segments}
    assert ranks[frozen.fallback] == max(ranks.values()) == len(ranks)
    assert sorted(ranks.values()) == list(range(1, len(ranks) + 1))


def test_who_has_ordered_is_placed_by_the_model(frozen):
    given = frozen.assign(population()).iloc[:-12]
    assert set(given["assigned_by"]) == {"model"}


def test_a_value_never_missing_before_leads_to_the_reduced_model(frozen):
    used = {f["name"] for f in frozen.features}
    people = population().iloc[:20].copy()
    column = "spend_total" if "spend_total" in used else "n_orders"
    people.loc[:9, column] = np.nan
    given = frozen.assign(people)
    assert set(given["assigned_by"][:10]) == {"reduced_model"}
    assert set(given["assigned_by"][10:]) == {"model"}


def test_a_feature_that_is_not_there_counts_as_missing(frozen):
    people = population().iloc[:50]
    without = frozen.assign(people.drop(columns="n_orders"))
    missing = frozen.assign(people.assign(n_orders=np.nan))
    pd.testing.assert_frame_equal(without, missing)


def test_confidence_is_an_agreement_from_zero_to_one_and_null_for_rules(frozen):
    given = frozen.assign(population()).iloc[:-12]
    if frozen.payload["kind"] == "rules":
        assert given["confidence"].isna().all()
        assert frozen.replicates == []
        return
    assert given["confidence"].between(0, 1).all()
    assert 0.5 < given["confidence"].mean() < 1
    sixths = given["confidence"] * 6
    assert np.allclose(sixths, sixths.round(), atol=1e-4)


def test_the_runner_up_is_another_segment_and_null_for_rules(frozen):
    given = frozen.assign(population()).iloc[:-12]
    if frozen.payload["kind"] == "rules":
        assert given["runner_up"].isna().all()
        return
    assert (given["runner_up"] != given["segment_id"]).all()
    assert set(given["runner_up"]) <= {s["segment_id"] for s in frozen.segments}


def test_an_assignment_does_not_depend_on_who_else_is_there(frozen, rng):
    people = population()
    rows = rng.permutation(len(people))[:80]
    alone = frozen.assign(people.iloc[rows]).set_index("customer_id")
    whole = frozen.assign(people).set_index("customer_id").loc[alone.index]
    pd.testing.assert_frame_equal(alone, whole)


def test_assigning_leaves_the_features_as_they_were(frozen):
    people = population()
    before = people.copy()
    frozen.assign(people)
    pd.testing.assert_frame_equal(people, before)


def test_nobody_can_be_assigned_too(frozen):
    nobody = frozen.assign(population().iloc[:0])
    assert list(nobody.columns) == list(ASSIGNED)
    assert len(nobody) == 0


def test_columns_come_back_in_the_types_of_segments_parquet(frozen, tmp_path):
    given = frozen.assign(population())
    given.to_parquet(tmp_path / "segments.parquet", index=False)
    again = pd.read_parquet(tmp_path / "segments.parquet")
    assert again["confidence"].dtype == np.float64
    for name in ("customer_id", "segment_id", "segment", "assigned_by"):
        assert again[name].tolist() == given[name].tolist()
    assert again["runner_up"].isna().tolist() == given["runner_up"].isna().tolist()


def test_everyone_is_one_segment_for_whoever_comes():
    given = everyone().assign(population())
    assert set(given["segment_id"]) == {"S00"}
    assert set(given["segment"]) == {"everyone"}
    assert given["confidence"].isna().all()
    assert given["assigned_by"].value_counts().to_dict() == {"model": 288, "rule": 12}
    again = SegmentModel.from_record(json.loads(json.dumps(everyone().record())))
    assert again.record() == everyone().record()


def test_features_read_carry_unit_and_version_from_the_catalogue():
    payload = {"kind": "rules", "uses": ["a", "b"]}
    entries = [{"name": "a", "unit": "days", "version": 3}]
    assert read_features(payload, entries) == [
        {"name": "a", "unit": "days", "definition_version": 3},
        {"name": "b", "unit": "", "definition_version": 1},
    ]


def test_hostile_names_pass_through_as_data():
    model = everyone()
    model.segments[0]["name"] = "<script>$x_1$</script>"
    assert set(model.assign(population())["segment"]) == {"<script>$x_1$</script>"}
