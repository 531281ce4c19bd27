"""In an engine everyone gets the segment that pandas gives them."""

from __future__ import annotations

from functools import cache
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from engines import ENGINES, SPARK_WARNINGS, load
from hypothesis import given, settings
from hypothesis import strategies as st
from tasks import make_task

from segtools.features.build import collect, features_at, supported
from segtools.schema import DataError
from segtools.segmentation.clusters import learn_clusters
from segtools.segmentation.in_engine import assign_in_engine
from segtools.segmentation.model import ASSIGNED, SegmentModel, everyone
from segtools.segmentation.place import needed
from segtools.segmentation.rules import freeze_labels, learn_rules
from segtools.segmentation.scorecard import learn_scorecard

pytestmark = [
    pytest.mark.xdist_group("engines"),
    *[pytest.mark.filterwarnings(w) for w in SPARK_WARNINGS],
]
HOSTILE = 'it\'s \\ 50% "<b>" {x} ÄÖ'
TIES = {
    "kind": "scorecard",
    "base": -3,
    "cuts": [0, 10, 10, 20],
    "bins": {
        "a": {"upper": [0.0, 1.5, 2.0], "points": [3, 13, 23, -99], "missing": None},
        "b": {"upper": [5.0], "points": [0, 10], "missing": 7},
        "recency_days": {"upper": [], "points": [0], "missing": None},
    },
}
CENTROIDS = {
    "kind": "centroids",
    "uses": ["a", "b"],
    "seen_missing": ["b"],
    "preprocess": [
        {"op": "fill", "values": {"a": 0.0, "b": 5.0}},
        {"op": "signed_log", "features": ["b"]},
        {
            "op": "standardize",
            "mean": {"a": 1.0, "b": 0.0},
            "scale": {"a": 2.0, "b": 1.0},
        },
    ],
    "centroids": [[-1.0, 0.0], [1.0, 0.0], [0.0, 1.5], [0.0, -1.5]],
}


def model_of(payload: dict[str, Any], name: str = "Segment") -> SegmentModel:
    """Make a model of a payload, with as many segments as it has labels."""
    n = {"scorecard": lambda: len(payload["cuts"]) + 1}
    n |= {"centroids": lambda: len(payload["centroids"])}
    n |= {"rules": lambda: 1 + max(_labels(payload))}
    segments = [
        {"segment_id": f"S{i + 1:02d}", "name": f"{name} {i + 1}", "rank": i + 1}
        for i in range(n[payload["kind"]]())
    ]
    features = [{"name": f} for f in needed(payload)]
    return SegmentModel(payload, segments, features, segments[-1]["segment_id"])


def _labels(payload: dict[str, Any]) -> list[int]:
    if payload["form"] == "grid":
        return [int(c) for row in payload["cells"] for c in row]
    return [int(label) for label in payload["tree"]["label"]]


def tree_of_a_function() -> dict[str, Any]:
    """Freeze a function that looks at missing values as a tree."""
    at = make_task().at
    labels = at["interval_days"].isna() * 2 + (at["spend_total"] > 100)
    return freeze_labels(at, labels.to_numpy(np.int64), 0)


MODELS = {
    "goal": lambda: model_of(learn_scorecard(make_task()).payload),
    "clusters": lambda: model_of(learn_clusters(make_task()).payload),
    "rules": lambda: model_of(learn_rules(make_task()).payload),
    "tree": lambda: model_of(tree_of_a_function()),
    "ties": lambda: model_of(TIES, HOSTILE),
    "far": lambda: model_of(CENTROIDS),
    "one centroid": lambda: model_of(CENTROIDS | {"centroids": [[0.0, 0.0]]}),
    "one band": lambda: model_of(TIES | {"cuts": []}),
    "everyone": everyone,
}


@cache
def made(kind: str) -> SegmentModel:
    """Make a model of a kind, once for all engines."""
    return MODELS[kind]()


def edges(payload: dict[str, Any], name: str) -> list[float]:
    """Give the values at which a payload decides about a feature."""
    if payload["kind"] == "scorecard":
        return payload["bins"][name]["upper"]
    if payload["kind"] == "centroids":
        return [-3.0, -1.0, 0.0, 1.0, 3.0, 5.0]
    if payload["form"] == "grid":
        return payload["upper"][name]
    tree, column = payload["tree"], payload["uses"].index(name)
    return [
        u for u, c in zip(tree["upper"], tree["feature"], strict=True) if c == column
    ]


def people(payload: dict[str, Any], n: int = 1200) -> pa.Table:
    """Make customers who stand on, or a hair beside, every edge of a payload."""
    rng = np.random.default_rng(7)
    columns: dict[str, Any] = {"customer_id": [f"c{i}" for i in range(n)]}
    for name in dict.fromkeys([*needed(payload), "recency_days"]):
        at = np.array(edges(payload, name) if name in needed(payload) else [1.0])
        beside = [np.nextafter(at, np.inf), np.nextafter(at, -np.inf)]
        near = [at * (1 + 4e-10), at * (1 - 4e-10), at + 1e-7, at - 1e-7, at * 7]
        some = np.concatenate([at, at, *beside, *near, [0.0, 1.0, 1e6, -2.5]])
        # Rounding of what is as good as nothing overflows in pandas.
        values = rng.choice(np.where(np.abs(some) < 1e-12, 0, some), n)
        columns[name] = [None if rng.random() < 0.1 else float(v) for v in values]
    kinds = {c: pa.float64() for c in columns} | {"customer_id": pa.string()}
    return pa.table(columns, schema=pa.schema(list(kinds.items())))


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


@st.composite
def scorecards(draw) -> dict[str, Any]:
    """Draw scorecards of whole numbers, so that sums fall on cuts."""
    bins = {}
    for name in draw(st.sampled_from([["a"], ["a", "b"], ["a", "b", "recency_days"]])):
        upper = sorted(draw(st.sets(st.integers(-3, 3), max_size=4)))
        points = draw(st.lists(st.integers(-4, 4), min_size=5, max_size=5))
        bins[name] = {
            "upper": [u / 2 for u in upper],
            "points": points[: len(upper) + 1],
            "missing": draw(st.none() | st.integers(-4, 4)),
        }
    cuts = sorted(draw(st.lists(st.integers(-6, 6), max_size=4)))
    return {"kind": "scorecard", "base": draw(st.integers(-3, 3)), "cuts": cuts} | {
        "bins": bins
    }


@st.composite
def centroids(draw) -> dict[str, Any]:
    """Draw centroids on a lattice, so that customers stand in the middle."""
    places = st.tuples(st.integers(-2, 2), st.integers(-2, 2))
    centres = draw(st.lists(places, min_size=1, max_size=5))
    return CENTROIDS | {"centroids": [[float(v) for v in c] for c in centres]}


@st.composite
def trees(draw) -> dict[str, Any]:
    """Draw labels for a few customers and freeze them."""
    rows = st.tuples(*[st.none() | st.integers(-2, 2)] * 2)
    known = draw(st.lists(rows, min_size=2, max_size=12, unique=True))
    labels = draw(st.lists(st.integers(0, 3), min_size=12, max_size=12))
    frame = pd.DataFrame(known, columns=["a", "b"], dtype=float)
    return freeze_labels(frame, np.array(labels[: len(frame)]), 0)


NUMBERS = st.none() | st.integers(-8, 8).map(lambda v: v / 2)
ROWS = st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=1, max_size=30)


@settings(max_examples=30)
@given(scorecards() | centroids() | trees(), ROWS)
def test_any_model_assigns_anybody_as_pandas_does(payload, rows):
    names = ["a", "b", "recency_days"]
    schema = pa.schema(
        [("customer_id", pa.string()), *[(n, pa.float64()) for n in names]]
    )
    columns = [[f"c{i}" for i in range(len(rows))], *map(list, zip(*rows, strict=True))]
    assert_same(model_of(payload), ibis.memtable(pa.table(columns, schema=schema)))


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
