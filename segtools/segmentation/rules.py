"""Rules: the RFM grid of named cells, and any function frozen as a tree of rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.tree import DecisionTreeClassifier

from segtools.languages import markc
from segtools.schema import ConfigError
from segtools.segmentation.bands import optimal_cuts
from segtools.segmentation.place import grid_scores, place
from segtools.segmentation.scheme import Learned, Scheme, Task, add

N_SCORES = 5
# Name, recency scores, frequency scores: a complete partition of the 25 cells.
CELLS: tuple[tuple[str, range, range], ...] = (
    (markc("RFM cell", "hibernating"), range(1, 3), range(1, 3)),
    (markc("RFM cell", "at risk"), range(1, 3), range(3, 5)),
    (markc("RFM cell", "can't lose"), range(1, 3), range(5, 6)),
    (markc("RFM cell", "about to sleep"), range(3, 4), range(1, 3)),
    (markc("RFM cell", "need attention"), range(3, 4), range(3, 4)),
    (markc("RFM cell", "loyal"), range(3, 5), range(4, 6)),
    (markc("RFM cell", "promising"), range(4, 5), range(1, 2)),
    (markc("RFM cell", "new"), range(5, 6), range(1, 2)),
    (markc("RFM cell", "potential loyalist"), range(4, 6), range(2, 4)),
    (markc("RFM cell", "champions"), range(5, 6), range(4, 6)),
)


def cell_names() -> NDArray[np.int64]:
    """Give the number of the named cell of every score pair.

    Returns
    -------
    array of shape (5, 5)
        By recency score less one and frequency score less one, places in `CELLS`.

    Examples
    --------
    >>> CELLS[cell_names()[4, 4]][0], int((cell_names() >= 0).sum())
    ('champions', 25)
    """
    grid = np.full((N_SCORES, N_SCORES), -1, dtype=np.int64)
    for number, (_, recency, frequency) in enumerate(CELLS):
        for r in recency:
            for f in frequency:
                grid[r - 1, f - 1] = number
    return grid


def cut_points(values: pd.Series, n_scores: int = N_SCORES) -> list[float]:
    """Cut at quantiles; equal values share a score, so fewer values give fewer scores.

    A score is 1 more than the cuts below the value: where most customers share the
    lowest value, the rest still reach the highest scores.

    Examples
    --------
    >>> values = pd.Series([1, 1, 1, 1, 1, 2, 3, 9])
    >>> cuts = cut_points(values, n_scores=4)
    >>> cuts, (1 + np.searchsorted(cuts, values)).tolist()
    ([1.0, 1.0, 2.0], [1, 1, 1, 1, 1, 3, 4, 4])
    """
    known = values.dropna().to_numpy(float)
    steps = np.arange(1, n_scores) / n_scores
    cuts = np.quantile(known, steps, method="inverted_cdf") if len(known) else []
    return [float(c) for c in cuts]


def rfm_payload(features: pd.DataFrame) -> dict[str, Any]:
    """Learn the cut points of recency and frequency; cells keep their own names."""
    upper = {n: cut_points(features[n]) for n in ("recency_days", "n_orders")}
    return {
        "kind": "rules",
        "form": "grid",
        "uses": ["recency_days", "n_orders"],
        "preprocess": [],
        "seen_missing": [],
        "upper": upper,
        "cells": cell_names().tolist(),
        "cell_names": [name for name, _, _ in CELLS],
    }


def learn_rules(task: Task) -> Learned:
    """Group the named RFM cells into at most n segments, best first.

    Cells are ordered by what their customers did next (by spend in the window where
    there is no outcome) and grouped so that neighbours are alike.
    """
    payload = rfm_payload(task.features)
    cell = place(payload, task.features).labels
    worth = task.features["spend_total"] if task.outcome is None else task.outcome
    mean = pd.Series(worth.to_numpy(float)).groupby(cell).mean()
    level = mean.reindex(range(len(CELLS))).fillna(mean.min()).to_numpy(float)
    here = level[place(payload, task.at).labels]
    cuts = optimal_cuts(
        here,
        np.sqrt(np.clip(here, 0, None)),
        n_bands=task.n_segments,
        min_share=task.min_share,
    )
    group = len(cuts) - np.searchsorted(cuts, level, side="right")
    payload["cells"] = group[cell_names()].tolist()
    return Learned(lambda X: place(payload, X).labels, payload)


def rfm_scores(features: pd.DataFrame, payload: dict[str, Any]) -> pd.DataFrame:
    """Give each customer's recency and frequency score and the cell's name."""
    r, f = grid_scores(payload, features)
    names = np.asarray([name for name, _, _ in CELLS])
    cell = names[cell_names()[r - 1, f - 1]]
    return pd.DataFrame({"recency": r, "frequency": f, "cell": cell}, features.index)


def learn_function(function: Callable[..., Any], task: Task, name: str) -> Learned:
    """Run a user's function and freeze what it did as a tree of rules."""
    levels: list[Any] = []

    def labels(features: pd.DataFrame) -> NDArray[np.int64]:
        given = _called(function, features, task, name)
        levels.extend(sorted(set(given) - set(levels), key=str))
        return given.map(levels.index).to_numpy(np.int64)

    labels(task.features)
    here = labels(task.at)
    payload = freeze_labels(task.at, here, task.seed)
    apart = int((place(payload, task.at).labels != here).sum())
    if apart:
        raise ConfigError(
            f"The scheme {name!r} must give equal customers equal labels, but {apart} "
            f"of {len(here)} customers differ from others with the same features. "
            "Do not label by position, customer_id or chance."
        )
    return Learned(labels, payload)


def _called(
    function: Callable[..., Any], features: pd.DataFrame, task: Task, name: str
) -> pd.Series:
    """Give a user's labels in the order of the customers, or say what is wrong."""
    try:
        given = function(features.copy(), task.n_segments, task.seed)
    except Exception as error:
        raise ConfigError(
            f"The scheme {name!r} must run on the features, but it raised "
            f"{type(error).__name__}: {' '.join(str(error).split())}. "
            "Call it on the run's features.parquet to see where."
        ) from error
    if isinstance(given, pd.Series) and given.index.isin(features.index).all():
        given = given[~given.index.duplicated()].reindex(features.index)
    flat = pd.Series(given if np.ndim(given) == 1 else [], dtype=object)
    if len(flat) != len(features) or flat.isna().any():
        raise ConfigError(
            f"The scheme {name!r} must give every customer a label, but it gave "
            f"{int(flat.notna().sum())} labels for {len(features)} customers. "
            "Return one label a row, none missing."
        )
    return flat


def freeze_labels(
    features: pd.DataFrame,
    labels: NDArray[np.int64],
    seed: int,
    max_leaves: int | None = None,
) -> dict[str, Any]:
    """Grow a tree that repeats labels and store it as plain rules.

    It repeats them exactly unless it may have only so many leaves. It is grown on
    ranks, which single precision holds exactly, and its cuts are put back between the
    original values.
    """
    names = sorted(features.columns)
    values = {n: np.unique(features[n].dropna().to_numpy(float)) for n in names}
    ranks = np.column_stack(
        [_ranks(features[n].to_numpy(float), values[n]) for n in names]
    )
    grown = DecisionTreeClassifier(random_state=seed, max_leaf_nodes=max_leaves)
    tree = grown.fit(ranks, labels).tree_
    upper = [
        _between(values[names[j]], cut) if j >= 0 else 0.0
        for j, cut in zip(tree.feature, tree.threshold, strict=True)
    ]
    known = np.unique(labels)
    return {
        "kind": "rules",
        "form": "tree",
        "uses": names,
        "preprocess": [],
        "seen_missing": [n for n in names if features[n].isna().any()],
        "tree": {
            "feature": tree.feature.tolist(),
            "upper": upper,
            "left": tree.children_left.tolist(),
            "right": tree.children_right.tolist(),
            "label": known[tree.value[:, 0, :].argmax(axis=1)].tolist(),
        },
    }


def _ranks(values: NDArray[np.float64], levels: NDArray[np.float64]) -> NDArray[Any]:
    return np.where(np.isnan(values), -1, np.searchsorted(levels, values))


def _between(levels: NDArray[np.float64], rank: float) -> float:
    below = int(np.floor(rank))
    if below < 0:
        # Only a missing value lies below every known one.
        return float(np.nextafter(levels[0], -np.inf)) if len(levels) else 0.0
    return float(levels[below])


add(Scheme(name="rules", label="RFM rules", learn=learn_rules, simplicity=2))
