"""Frozen models of every kind, real and drawn, and people on all of their edges."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from hypothesis import strategies as st
from tasks import make_task

from segtools.segmentation.apart import DORMANT, KINDS, NO_ORDERS, extra_rows
from segtools.segmentation.baselines import learn_quintiles, learn_rfm_grid
from segtools.segmentation.clusters import learn_clusters
from segtools.segmentation.mixtures import learn_mixture
from segtools.segmentation.model import SegmentModel, everyone
from segtools.segmentation.place import needed
from segtools.segmentation.rules import freeze_labels, learn_rules
from segtools.segmentation.scorecard import learn_scorecard

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
MIXTURE = {
    "kind": "mixture",
    "form": "gaussian",
    "uses": ["a", "b"],
    "seen_missing": ["b"],
    "preprocess": CENTROIDS["preprocess"],
    "weights": [0.3, 0.3, 0.25, 0.15],
    "means": [[-1.0, 0.0], [1.0, 0.0], [0.0, 1.5], [0.0, -1.5]],
    "roots": [
        [[2.0, 0.5], [0.0, 1.0]],
        [[2.0, -0.5], [0.0, 1.0]],
        [[0.5, 0.25], [0.0, 4.0]],
        [[0.5, 0.25], [0.0, 0.125]],
    ],
}
ANSWERS = {
    "kind": "mixture",
    "form": "categories",
    "uses": ["a", "b"],
    "seen_missing": ["b"],
    "preprocess": [],
    "levels": {"a": [-1.0, 0.0, 1.5], "b": [1.0, 5.0]},
    "weights": [0.4, 0.4, 0.2],
    "probabilities": [
        {"a": [0.5, 0.3, 0.2], "b": [0.9, 0.1]},
        {"a": [0.3, 0.5, 0.2], "b": [0.1, 0.9]},
        {"a": [0.0, 0.2, 0.8], "b": [0.5, 0.5]},
    ],
}


def model_of(payload: dict[str, Any], name: str = "Segment") -> SegmentModel:
    """Make a model of a payload, with as many segments as it has labels."""
    n = {"scorecard": lambda: len(payload["cuts"]) + 1}
    n |= {"centroids": lambda: len(payload["centroids"])}
    n |= {"mixture": lambda: len(payload["weights"])}
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


def by_hand(payload: dict[str, Any]) -> SegmentModel:
    """Merge labels 0 and 2 of a model, and split 0 and then its upper part."""
    model = model_of(payload)
    n, split = len(model.segments), {"op": "split", "feature": "spend_total"}
    to = [0, 1, 0, *range(2, n - 1)]
    steps: list[dict[str, Any]] = [{"op": "merge", "to": to}]
    steps += [split | {"label": 0, "upper": 1 / 3, "above": n - 1}]
    steps += [split | {"label": n - 1, "upper": 80.5, "above": n}]
    extra = [f"S{i:02d}" for i in range(20, 22)]
    kept = [s["segment_id"] for i, s in enumerate(model.segments) if i != 2]
    named = [
        {"segment_id": s, "name": f"Segment {s}", "rank": i + 1}
        for i, s in enumerate([*kept, *extra])
    ]
    changed = payload | {"hand": steps}
    features = [{"name": f} for f in needed(changed)]
    return SegmentModel(changed, named, features, kept[-1])


def with_apart(
    model: SegmentModel, days: float = 1.0, kinds: tuple[str, ...] = KINDS
) -> SegmentModel:
    """Let the dormant, and those without any order, stand apart from a model."""
    return replace(model, extra=extra_rows(kinds, days, 30))


def mixture_of(payload: dict[str, Any], n: int) -> dict[str, Any]:
    """Keep a mixture's first components."""
    parts = ("weights", "means", "roots", "probabilities")
    return payload | {key: payload[key][:n] for key in parts if key in payload}


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
    "spend quintiles": lambda: model_of(learn_quintiles(make_task()).payload),
    "RFM grid": lambda: model_of(learn_rfm_grid(make_task()).payload),
    "ties": lambda: model_of(TIES, HOSTILE),
    "far": lambda: model_of(CENTROIDS),
    "one centroid": lambda: model_of(CENTROIDS | {"centroids": [[0.0, 0.0]]}),
    "one band": lambda: model_of(TIES | {"cuts": []}),
    "everyone": everyone,
    "mixture": lambda: model_of(learn_mixture(make_task()).payload),
    "shapes": lambda: model_of(MIXTURE, HOSTILE),
    "round shapes": lambda: model_of(MIXTURE | {"roots": [[1.0, 0.5]] * 4}),
    "answers": lambda: model_of(ANSWERS),
    "one component": lambda: model_of(mixture_of(MIXTURE, 1)),
    "by hand": lambda: by_hand(TIES),
    "centroids by hand": lambda: by_hand(CENTROIDS),
    "mixture by hand": lambda: by_hand(MIXTURE),
    "grid by hand": lambda: by_hand(learn_rules(make_task()).payload),
    "ties apart": lambda: with_apart(model_of(TIES, HOSTILE)),
    "far apart": lambda: with_apart(model_of(CENTROIDS), kinds=(DORMANT,)),
    "answers apart": lambda: with_apart(model_of(ANSWERS), kinds=(NO_ORDERS,)),
    "grid apart": lambda: with_apart(made("grid by hand"), days=30.0),
}


@cache
def made(kind: str) -> SegmentModel:
    """Make a model of a kind, once for all engines."""
    return MODELS[kind]()


def edges(payload: dict[str, Any], name: str) -> list[float]:
    """Give the values at which a payload decides about a feature."""
    cuts = [s["upper"] for s in payload.get("hand", ()) if s.get("feature") == name]
    own = payload["bins"] if payload["kind"] == "scorecard" else payload["uses"]
    if cuts and name not in own:
        return cuts
    if payload["kind"] == "scorecard":
        return payload["bins"][name]["upper"]
    if "levels" in payload:
        return payload["levels"][name]
    if payload["kind"] in ("centroids", "mixture"):
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
def mixtures(draw) -> dict[str, Any]:
    """Draw components on a lattice with equal weights and shapes, so that many tie."""
    n = draw(st.integers(1, 4))
    even = {"weights": draw(st.sampled_from([[1 / n] * n, [0.25] * n]))}
    if draw(st.booleans()):
        shares = st.sampled_from([0.0, 0.25, 0.5])
        each = st.fixed_dictionaries({k: st.tuples(*[shares] * 3) for k in "ab"})
        given = draw(st.lists(each, min_size=n, max_size=n))
        even["probabilities"] = [{k: [*v] for k, v in c.items()} for c in given]
        return ANSWERS | even | {"levels": {k: [-1.0, 0.0, 2.0] for k in "ab"}}
    places = st.lists(st.integers(-2, 2).map(float), min_size=2, max_size=2)
    even["means"] = draw(st.lists(places, min_size=n, max_size=n))
    roots = [[1.0, 0.5], [[1.0, 0.0], [0.0, 1.0]], [[1.0, 1.0], [0.0, 0.5]]]
    even["roots"] = draw(st.lists(st.sampled_from(roots), min_size=n, max_size=n))
    return MIXTURE | even


@st.composite
def trees(draw) -> dict[str, Any]:
    """Draw labels for a few customers and freeze them."""
    rows = st.tuples(*[st.none() | st.integers(-2, 2)] * 2)
    known = draw(st.lists(rows, min_size=2, max_size=12, unique=True))
    labels = draw(st.lists(st.integers(0, 3), min_size=12, max_size=12))
    frame = pd.DataFrame(known, columns=["a", "b"], dtype=float)
    return freeze_labels(frame, np.array(labels[: len(frame)]), 0)


@st.composite
def payloads(draw) -> dict[str, Any]:
    """Draw any method, half of the time with a split and a merge by hand."""
    payload = draw(scorecards() | centroids() | mixtures() | trees())
    n = len(model_of(payload).segments)
    if n < 2 or not draw(st.booleans()):
        return payload
    split = {"op": "split", "label": draw(st.integers(0, n - 1)), "feature": "c"}
    split |= {"upper": draw(st.integers(-2, 2)) / 2, "above": n}
    to = draw(st.lists(st.integers(0, 1), min_size=n + 1, max_size=n + 1))
    return payload | {"hand": [split, {"op": "merge", "to": to}]}


NUMBERS = st.none() | st.integers(-8, 8).map(lambda v: v / 2)
ROWS = st.lists(st.tuples(*[NUMBERS] * 4), min_size=1, max_size=30)
NAMES = ("a", "b", "c", "recency_days")
