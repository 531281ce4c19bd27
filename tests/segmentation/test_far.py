"""Everyone has a segment; who fits none is flagged beside it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from frozen_models import (
    CENTROIDS,
    MIXTURE,
    MODELS,
    TIES,
    made,
    model_of,
    people,
)
from tasks import make_task, population

from segtools.schema import DataError
from segtools.segmentation.clusters import learn_clusters
from segtools.segmentation.densities import mahalanobis
from segtools.segmentation.far import coverage, far_meaning, fit_record, fits, nearest
from segtools.segmentation.in_engine import assign_in_engine
from segtools.segmentation.mixtures import learn_mixture
from segtools.segmentation.model import ASSIGNED, SegmentModel
from segtools.segmentation.preprocess import prepared

# Each has ordered just now, long ago, or never; shop floors hold all three.
COMERS = {
    "new": {"recency_days": 0.2, "n_orders": 1.0, "spend_total": 9.0},
    "dormant": {"recency_days": 900.0, "n_orders": 0.0, "spend_total": 0.0},
    "history-less": {},
    "only known to have ordered": {"recency_days": 5.0},
}


@pytest.mark.parametrize("kind", MODELS)
def test_new_dormant_and_history_less_customers_get_a_segment_everywhere(kind):
    import ibis

    model = made(kind)
    frame = pd.DataFrame(COMERS.values()).assign(customer_id=list(COMERS))
    given = model.assign(frame)
    counted = coverage(given)
    apart = {row["extra"]: row["segment_id"] for row in model.extra}
    steps = (4, 0, 2 if "dormant" in apart else 1)
    if not model.extra or model.extra[0].get("after_days", 900) >= 5:
        assert (counted["n"], counted["unassigned"], counted["rule"]) == steps
    assert set(given["segment_id"]) <= {s["segment_id"] for s in model.every}
    assert given["segment_id"].iloc[2] == apart.get("no_orders", model.fallback)
    in_engine = assign_in_engine(model, ibis.memtable(frame)).to_pandas()
    in_engine = in_engine.set_index("customer_id").loc[list(COMERS)]
    for (name, record), own in zip(
        COMERS.items(), given.to_dict("records"), strict=True
    ):
        one = model.assign_one(record | {"customer_id": name})
        assert one["segment_id"] == own["segment_id"]
        assert in_engine.loc[name, "segment_id"] == own["segment_id"]
        assert one["assigned_by"] == own["assigned_by"]


@pytest.mark.parametrize("kind", MODELS)
def test_everybody_on_any_edge_is_covered(kind):
    frame = people(made(kind).payload).to_pandas()
    counted = coverage(made(kind).assign(frame))
    steps = counted["model"] + counted["reduced_model"] + counted["rule"]
    assert counted["n"] == len(frame) == steps


def test_someone_without_a_segment_is_an_error():
    frame = made("goal").assign(population())
    frame.loc[3, "segment_id"] = None
    with pytest.raises(DataError, match="but 1 of 300 have none and 0 stand there"):
        coverage(frame)


def test_someone_who_stands_there_twice_is_an_error():
    frame = made("goal").assign(population())
    with pytest.raises(DataError, match="0 of 301 have none and 1 stand there again"):
        coverage(pd.concat([frame, frame.head(1)]))


def test_a_label_without_a_segment_is_an_error_and_not_somebody_s_segment():
    model = model_of(TIES)
    model.segments = model.segments[:2]
    model.fallback = "S02"
    frame = people(TIES, 50).to_pandas()
    with pytest.raises(DataError, match="one of its 2 segments, but"):
        model.assign(frame)


@pytest.mark.parametrize("column", ["customer_id", "recency_days"])
def test_without_what_the_ladder_needs_nothing_is_assigned(column):
    frame = population().drop(columns=column)
    with pytest.raises(DataError, match=rf"but \['{column}'\] are missing"):
        made("goal").assign(frame)


def test_one_in_a_hundred_of_those_learned_from_is_far():
    task = make_task(n=2000)
    model = model_of(learn_clusters(task).payload)
    frame = task.features.rename_axis("customer_id").reset_index()
    found = fits(model, frame)
    assert found["fits_no_segment"].sum() == pytest.approx(20, abs=1)
    assert found["customer_id"].tolist() == frame["customer_id"].tolist()
    assert found["distance"].notna().all()


def test_distances_and_flags_worked_out_by_hand():
    # Prepared, a is (a - 1) / 2; the centroids lie at ±1 and (0, ±1.5).
    model = model_of(CENTROIDS | {"far_threshold": 1.0})
    frame = pd.DataFrame(
        {
            "customer_id": ["on", "edge", "far", "never"],
            "a": [3.0, 5.0, 5.1, 3.0],
            "b": [0.0] * 4,
            "recency_days": [1.0, 1.0, 1.0, np.nan],
        }
    )
    found = fits(model, frame)
    assert found["distance"].round(6).tolist()[:3] == [0.0, 1.0, 1.05]
    assert found["fits_no_segment"].tolist()[:3] == [False, False, True]
    assert found.iloc[3].isna().tolist() == [False, True, True]
    ones = [model.assign_one(r)["fits_no_segment"] for r in frame.to_dict("records")]
    assert ones == [False, False, True, None]


def test_in_a_mixture_distances_are_those_of_a_component_s_own_shape():
    # Prepared, a is (a - 1) / 2; with root (2, 1) one step of a counts twice.
    shapes = {"means": [[-1.0, 0.0], [1.0, 0.0]], "roots": [[2.0, 1.0], [2.0, 1.0]]}
    payload = MIXTURE | shapes | {"weights": [0.5, 0.5], "far_threshold": 1.5}
    people = {"customer_id": ["on", "far"], "a": [3.0, 5.0], "b": [0.0, 0.0]}
    frame = pd.DataFrame(people | {"recency_days": [1.0, 1.0]})
    found = fits(model_of(payload), frame)
    assert found["distance"].tolist() == [0.0, 2.0]
    assert found["fits_no_segment"].tolist() == [False, True]
    ones = [model_of(payload).assign_one(r) for r in frame.to_dict("records")]
    assert [one["fits_no_segment"] for one in ones] == [False, True]
    assert "fit no segment well" in far_meaning(payload)


@pytest.mark.parametrize("kind", ["goal", "rules", "tree", "everyone", "answers"])
def test_methods_without_centres_have_nobody_outside_and_say_so(kind):
    found = fits(made(kind), population())
    assert found[["distance", "fits_no_segment"]].isna().all().all()
    assert "nobody lies outside; no threshold is set" in far_meaning(made(kind).payload)
    assert made(kind).record()["far_threshold"] is None


def test_a_threshold_is_put_in_words_and_kept_with_the_model():
    payload = CENTROIDS | {"far_threshold": 2.345678}
    assert far_meaning(payload).startswith("Customers farther than 2.35 from the")
    assert model_of(payload).record()["far_threshold"] == 2.345678


def test_the_flag_is_no_column_of_the_segments():
    assert tuple(made("clusters").assign(population()).columns) == ASSIGNED


def test_the_flag_is_a_column_where_it_is_asked_for():
    model = model_of(CENTROIDS | {"far_threshold": 1.0})
    frame = people(model.payload, 60).to_pandas()
    found = model.assign(frame, fits_no_segment=True)
    assert tuple(found.columns) == (*ASSIGNED, "fits_no_segment")
    assert found["fits_no_segment"].equals(fits(model, frame)["fits_no_segment"])
    assert found.drop(columns="fits_no_segment").equals(model.assign(frame))


def test_a_mixture_measures_by_the_shape_of_its_components():
    task = make_task(n=600)
    payload = learn_mixture(task).payload
    frame = task.features.rename_axis("customer_id").reset_index()
    away = mahalanobis(payload, prepared(payload, task.features))
    expected = np.sqrt(away.min(axis=1))
    assert nearest(payload, frame) == pytest.approx(expected, abs=1e-4)
    segments = [
        {"segment_id": f"S0{i}", "name": f"s{i}", "rank": i}
        for i in range(1, len(payload["weights"]) + 1)
    ]
    model = SegmentModel(payload, segments, [], "S01")
    flags = fits(model, frame)["fits_no_segment"]
    assert flags.sum() == pytest.approx(6, abs=1)
    one = model.assign_one(frame.loc[flags.to_numpy().nonzero()[0][0]].to_dict())
    assert one["fits_no_segment"] is True


def test_how_many_fit_no_segment_is_counted_and_said():
    model = model_of(CENTROIDS | {"far_threshold": 1.0})
    rows = {"a": [3.0, 5.1, 9.0], "b": [0.0] * 3, "recency_days": [1.0] * 3}
    found = fit_record(model, pd.DataFrame(rows).assign(customer_id=["x", "y", "z"]))
    assert (found["threshold"], found["n"], found["of"]) == (1.0, 2, 3)
    assert found["sentence"].endswith(
        "2 customers lie that far out and keep the segment nearest to them."
    )
    none = fit_record(made("goal"), population())
    assert (none["threshold"], none["n"], none["of"]) == (None, None, 300)
