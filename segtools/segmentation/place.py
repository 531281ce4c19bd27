"""Place customers by a frozen payload: the one code path of learning and assigning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.segmentation.densities import joint
from segtools.segmentation.preprocess import (
    category_codes,
    distances,
    prepared,
    worded,
)

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Placement:
    """Where each customer stands.

    ``labels`` are positions in the model's list of segments, ``runner_up`` the next
    best (-1 where a method has none), ``reduced`` marks customers with a value
    missing that was never missing in learning.
    """

    labels: Ints
    runner_up: Ints
    reduced: NDArray[np.bool_]


def place(payload: dict[str, Any], features: pd.DataFrame) -> Placement:
    """Place every row of `features`.

    Parameters
    ----------
    payload : dict
        The frozen method, of kind ``scorecard``, ``centroids``, ``mixture`` or
        ``rules``; merges and splits by hand, if any, are its ``hand``.
    features : DataFrame of shape (n_customers, n_features)
        In original units; columns by name, in any order.
    """
    placed = _KINDS[payload["kind"]](payload, features)
    return _by_hand(payload, features, placed) if payload.get("hand") else placed


def needed(payload: dict[str, Any]) -> list[str]:
    """List the features that a payload reads."""
    own = payload["bins"] if payload["kind"] == "scorecard" else payload["uses"]
    more = [s["feature"] for s in payload.get("hand", ()) if s["op"] == "split"]
    return list(dict.fromkeys([*own, *more]))


def readable(payload: dict[str, Any], features: pd.DataFrame) -> pd.DataFrame:
    """Give the columns that a payload reads; one that is not there is missing.

    All are numbers, but for those that it reads as categories.
    """
    names, words = needed(payload), worded(payload)
    numbers = [n for n in names if n not in words]
    return features.reindex(columns=names).astype(dict.fromkeys(numbers, float))


def _by_hand(
    payload: dict[str, Any], features: pd.DataFrame, placed: Placement
) -> Placement:
    """Run the merges and splits that an analyst decided, in their order."""
    labels, second = placed.labels, placed.runner_up
    for step in payload["hand"]:
        labels = _changed(step, features, labels)
        second = _changed(step, features, second)
    # Where the next best one was merged with the best, none is known.
    return Placement(labels, np.where(second == labels, -1, second), placed.reduced)


def _changed(step: dict[str, Any], features: pd.DataFrame, labels: Ints) -> Ints:
    if step["op"] == "merge":
        return np.asarray([*step["to"], -1], dtype=np.int64)[labels]
    # Without the value, the customer is not known to lie above, and stays.
    above = features[step["feature"]].to_numpy(float) > step["upper"]
    return np.where((labels == step["label"]) & above, step["above"], labels)


def score(payload: dict[str, Any], features: pd.DataFrame) -> Ints:
    """Add up a scorecard's points."""
    total = np.full(len(features), payload["base"], dtype=np.int64)
    for name, bins in payload["bins"].items():
        total += bin_points(bins, features[name].to_numpy(float))
    return total


def bin_points(bins: dict[str, Any], values: NDArray[np.float64]) -> Ints:
    """Give the points that one feature of a scorecard adds for each value."""
    code = np.searchsorted(bins["upper"], values, side="left")
    own = np.asarray(bins["points"], dtype=np.int64)[
        np.minimum(code, len(bins["points"]) - 1)
    ]
    return np.where(np.isnan(values), bins["missing"] or 0, own)


def _scorecard(payload: dict[str, Any], features: pd.DataFrame) -> Placement:
    total = score(payload, features)
    cuts = np.asarray(payload["cuts"], dtype=np.int64)
    above = np.searchsorted(cuts, total, side="right")
    reduced = np.zeros(len(features), dtype=bool)
    for name, bins in payload["bins"].items():
        if bins["missing"] is None:
            reduced |= features[name].isna().to_numpy()
    return Placement(
        labels=(len(cuts) - above).astype(np.int64),
        runner_up=_next_band(total, cuts, above),
        reduced=reduced,
    )


def _next_band(total: Ints, cuts: Ints, above: Ints) -> Ints:
    if len(cuts) == 0:
        return np.full(len(total), -1, dtype=np.int64)
    edges = np.r_[-np.inf, cuts, np.inf]
    up = edges[above + 1] - total
    down = total - edges[above]
    return np.asarray(len(cuts) - np.where(up < down, above + 1, above - 1), np.int64)


def _centroids(payload: dict[str, Any], features: pd.DataFrame) -> Placement:
    away = distances(prepared(payload, features), np.asarray(payload["centroids"]))
    # Rounded, so that a tie is a tie on every machine; the lower label wins it.
    order = np.argsort(np.round(away, 9), axis=1, kind="stable")
    second = order[:, 1] if order.shape[1] > 1 else np.full(len(features), -1)
    return Placement(
        labels=order[:, 0].astype(np.int64),
        runner_up=second.astype(np.int64),
        reduced=_never_missing(payload, features),
    )


def _mixture(payload: dict[str, Any], features: pd.DataFrame) -> Placement:
    # Rounded, so that a tie is a tie on every machine; the lower label wins it.
    odds = np.round(joint(payload, features), 9)
    order = np.argsort(-odds, axis=1, kind="stable")
    second = order[:, 1] if order.shape[1] > 1 else np.full(len(features), -1)
    return Placement(
        labels=order[:, 0].astype(np.int64),
        runner_up=second.astype(np.int64),
        reduced=_never_missing(payload, features),
    )


def _rules(payload: dict[str, Any], features: pd.DataFrame) -> Placement:
    labels = (
        _grid(payload, features)
        if payload["form"] == "grid"
        else _tree(payload, features)
    )
    none = np.full(len(features), -1, dtype=np.int64)
    return Placement(labels, none, reduced=_never_missing(payload, features))


def _never_missing(
    payload: dict[str, Any], features: pd.DataFrame
) -> NDArray[np.bool_]:
    """Mark rows without a value that was there for everybody learned from.

    A category that nobody had is as good as missing.
    """
    unseen = [n for n in payload["uses"] if n not in set(payload["seen_missing"])]
    reduced = features[unseen].isna().any(axis=1).to_numpy()
    known = dict(payload.get("levels", {}))
    for step in payload.get("preprocess", []):
        known |= step.get("levels", {})
    for name, levels in known.items():
        new = category_codes(features[name], levels) == len(levels)
        reduced = reduced | (new & features[name].notna().to_numpy())
    return reduced


def grid_scores(payload: dict[str, Any], features: pd.DataFrame) -> tuple[Ints, Ints]:
    """Score recency and frequency from 1 to 5; 5 is best, missing is 1."""
    recency = features["recency_days"].to_numpy(float)
    often = features["n_orders"].fillna(0).to_numpy(float)
    late = np.searchsorted(payload["upper"]["recency_days"], recency, side="left")
    high = np.searchsorted(payload["upper"]["n_orders"], often, side="left")
    late = np.where(np.isnan(recency), 4, late)
    return 5 - late.astype(np.int64), 1 + high.astype(np.int64)


def _grid(payload: dict[str, Any], features: pd.DataFrame) -> Ints:
    r, f = grid_scores(payload, features)
    return np.asarray(payload["cells"], dtype=np.int64)[r - 1, f - 1]


def _tree(payload: dict[str, Any], features: pd.DataFrame) -> Ints:
    tree = payload["tree"]
    X = features[payload["uses"]].to_numpy(float)
    X = np.where(np.isnan(X), -np.inf, X)  # missing goes left, below every value
    column, upper = np.asarray(tree["feature"]), np.asarray(tree["upper"], float)
    left, right = np.asarray(tree["left"]), np.asarray(tree["right"])
    node = np.zeros(len(X), dtype=np.int64)
    while (inner := left[node] >= 0).any():
        rows = np.flatnonzero(inner)
        at = node[rows]
        goes_left = X[rows, column[at]] <= upper[at]
        node[rows] = np.where(goes_left, left[at], right[at])
    return np.asarray(tree["label"], dtype=np.int64)[node]


_KINDS = {
    "scorecard": _scorecard,
    "centroids": _centroids,
    "mixture": _mixture,
    "rules": _rules,
}
