"""In an engine everyone gets the segment that pandas gives them."""

from __future__ import annotations

import ibis
import pandas as pd
import pyarrow as pa
import pytest
from engines import ENGINES, SPARK_WARNINGS, load
from frozen_models import (
    CENTROIDS,
    MIXTURE,
    MODELS,
    NAMES,
    ROWS,
    TIES,
    made,
    model_of,
    payloads,
    people,
    with_apart,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from segtools.features.build import collect, features_at, round_significant, supported
from segtools.schema import ConfigError, DataError
from segtools.segmentation.apart import KINDS
from segtools.segmentation.in_engine import assign_in_engine
from segtools.segmentation.model import ASSIGNED, SegmentModel

pytestmark = [
    pytest.mark.xdist_group("engines"),
    *[pytest.mark.filterwarnings(w) for w in SPARK_WARNINGS],
]


def assert_same(model: SegmentModel, table: ibis.expr.types.Table) -> pd.DataFrame:
    """Assert that pandas and the engine agree on everybody, and give the result."""
    found = assign_in_engine(model, table)
    assert found.columns == ASSIGNED
    ours = found.to_pandas().sort_values("customer_id", ignore_index=True)
    theirs = model.assign(collect(table))
    assert ours.pop("confidence").isna().all()
    theirs = theirs.drop(columns="confidence")
    one, two = (f.astype(object).where(f.notna(), None) for f in (ours, theirs))
    pd.testing.assert_frame_equal(one, two)
    return ours


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", MODELS)
def test_an_engine_assigns_as_pandas_does(kind, engine):
    model = made(kind)
    table = load(engine, {"people": people(model.payload)})["people"]
    given_to = assert_same(model, table)["segment_id"].value_counts()
    assert len(given_to) >= min(len(model.segments), 3)


@settings(max_examples=30)
@given(payloads(), ROWS)
def test_any_model_assigns_anybody_as_pandas_does(payload, rows):
    schema = pa.schema(
        [("customer_id", pa.string()), *[(n, pa.float64()) for n in NAMES]]
    )
    columns = [[f"c{i}" for i in range(len(rows))], *map(list, zip(*rows, strict=True))]
    assert_same(model_of(payload), ibis.memtable(pa.table(columns, schema=schema)))


@settings(max_examples=30)
@given(payloads(), ROWS, st.sampled_from([KINDS, KINDS[:1], KINDS[1:]]))
def test_who_stands_apart_does_so_for_any_model_and_anybody(payload, rows, kinds):
    schema = pa.schema(
        [("customer_id", pa.string()), *[(n, pa.float64()) for n in NAMES]]
    )
    columns = [[f"c{i}" for i in range(len(rows))], *map(list, zip(*rows, strict=True))]
    model = with_apart(model_of(payload), days=1.0, kinds=kinds)
    assert_same(model, ibis.memtable(pa.table(columns, schema=schema)))


@pytest.mark.parametrize("engine", ENGINES)
def test_an_order_as_old_as_the_window_lies_within_it_in_every_engine(engine):
    days = {"b": 180.0, "c": 180.0000000004, "d": 180.0000116, "e": None, "f": 3.0}
    columns = {"customer_id": list(days), "recency_days": list(days.values())}
    columns |= {"a": [1.0] * 5, "b": [1.0] * 5}
    table = load(engine, {"edge": pa.table(columns)})["edge"]
    given_to = assert_same(with_apart(model_of(TIES), days=180), table)
    apart = given_to.set_index("customer_id")["segment_id"]
    assert apart[["d", "e"]].tolist() == ["S30", "S31"]
    assert not apart[["b", "c", "f"]].isin(["S30", "S31"]).any()
    steps = given_to.set_index("customer_id")["assigned_by"]
    assert (steps[["d", "e"]] == "rule").all()
    assert given_to.set_index("customer_id")["runner_up"][["d", "e"]].isna().all()


@pytest.mark.parametrize(
    "kind", ["clusters", "far", "goal", "by hand", "ties apart", "far apart"]
)
def test_features_rounded_already_need_no_rounding(kind):
    model = made(kind)
    frame = people(model.payload).to_pandas().set_index("customer_id")
    table = ibis.memtable(frame.apply(round_significant).reset_index())
    found = assign_in_engine(model, table, rounded=True).to_pandas()
    expected = model.assign(collect(table))
    assert found.set_index("customer_id")["segment_id"].to_dict() == (
        expected.set_index("customer_id")["segment_id"].to_dict()
    )


FAR = {
    "clusters": lambda: made("clusters"),
    "far": lambda: model_of(CENTROIDS | {"far_threshold": 2.5}),
    "on the edge": lambda: model_of(CENTROIDS | {"far_threshold": 1.0}),
    "one centroid": lambda: model_of(
        CENTROIDS | {"centroids": [[0.0, 0.0]], "far_threshold": 2.0}
    ),
    "by hand": lambda: made("centroids by hand"),
    "mixture": lambda: made("mixture"),
    "shapes": lambda: model_of(MIXTURE | {"far_threshold": 2.0}),
    "round shapes": lambda: model_of(
        MIXTURE | {"roots": [[1.0, 0.5]] * 4, "far_threshold": 1.5}
    ),
    "goal": lambda: made("goal"),
    "apart": lambda: with_apart(model_of(CENTROIDS | {"far_threshold": 1.0})),
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", FAR)
def test_who_fits_no_segment_is_flagged_as_in_pandas(kind, engine):
    model = FAR[kind]()
    table = load(engine, {"people": people(model.payload)})["people"]
    found = assign_in_engine(model, table, fits_no_segment=True).to_pandas()
    assert tuple(found.columns) == (*ASSIGNED, "fits_no_segment")
    expected = model.assign(collect(table), fits_no_segment=True)
    ours, theirs = (
        f.set_index("customer_id")["fits_no_segment"].astype("boolean").sort_index()
        for f in (found, expected)
    )
    pd.testing.assert_series_equal(ours, theirs, check_index_type=False)
    if model.payload.get("far_threshold"):
        assert ours.nunique() == 2


@pytest.mark.parametrize("engine", ENGINES)
def test_cuts_too_small_to_be_widened_are_compared_after_rounding(engine):
    bins = {"upper": [1e-14, 1e-13], "points": [-9, 5, 9], "missing": None}
    payload = {"kind": "scorecard", "base": 0, "cuts": [0, 7], "bins": {"a": bins}}
    columns = {"a": [1e-14, 1.0000000004e-14, 2e-14, 1e-13, 1.00000001e-13]}
    columns |= {"recency_days": [1.0] * 5}
    table = pa.table({"customer_id": list("vwxyz"), **columns})
    assert_same(model_of(payload), load(engine, {"tiny": table})["tiny"])


def test_an_unknown_kind_is_refused_with_what_to_do():
    model = SegmentModel({"kind": "other", "uses": ["a"]}, [], [], "S01")
    table = ibis.memtable({"customer_id": ["x"], "recency_days": [1.0]})
    with pytest.raises(ConfigError, match=r"of kind other\. Collect the features"):
        assign_in_engine(model, table)


def test_a_score_on_a_cut_goes_up_and_a_value_on_an_edge_stays_below():
    frame = {
        "a": [0.0, 1.5, 1.5000001],
        "b": [5.0, 5.0, 5.0],
        "recency_days": [1.0] * 3,
    }
    table = ibis.memtable({"customer_id": ["x", "y", "z"], **frame})
    found = assign_in_engine(model_of(TIES), table).to_pandas()
    # Scores 0, 10 and 20, each exactly a cut.
    assert found["segment_id"].tolist() == ["S04", "S02", "S01"]


def test_a_tie_between_centroids_goes_to_the_lower_one():
    frame = {"a": [1.0, 1.0 + 1e-12], "b": [0.0, 0.0], "recency_days": [1.0, 1.0]}
    table = ibis.memtable({"customer_id": ["x", "y"], **frame})
    far = CENTROIDS | {"centroids": [[-1.0, 0.0], [1.0, 0.0]]}
    found = assign_in_engine(model_of(far), table).to_pandas()
    assert found["segment_id"].tolist() == ["S01", "S01"]
    assert found["runner_up"].tolist() == ["S02", "S02"]


def test_a_feature_that_is_not_there_counts_as_missing():
    table = ibis.memtable({"customer_id": ["x"], "a": [1], "recency_days": [2]})
    found = assert_same(model_of(TIES | {"cuts": [1, 2]}), table)
    assert found["assigned_by"].tolist() == ["model"]


def test_features_called_like_our_own_columns_are_no_trouble():
    bins = {"upper": [0.5], "points": [-5, 5], "missing": None}
    names = ["bought", "reduced", "score", "label", "segment", "x_score"]
    payload = {"kind": "scorecard", "base": 0, "cuts": [0]} | {
        "bins": dict.fromkeys(names, bins)
    }
    columns: dict[str, list] = {n: [0, 1, None] for n in names}
    columns |= {"customer_id": ["x", "y", "z"], "recency_days": [1.0, 1.0, 1.0]}
    assert_same(model_of(payload), ibis.memtable(columns))


def test_without_recency_nobody_can_say_who_bought():
    table = ibis.memtable({"customer_id": ["x"], "a": [1.0]})
    with pytest.raises(DataError, match=r"but \['recency_days'\] are missing\. Build"):
        assign_in_engine(model_of(TIES), table)


def test_the_shop_s_own_model_assigns_the_shop_s_own_table(market, model):
    known, _ = supported(market.shop)
    table = features_at(market.shop, market.plan.window(), known, with_customers=True)
    found = assert_same(model, table)
    assert found["segment_id"].nunique() == len(model.segments)
