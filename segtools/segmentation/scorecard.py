"""Goal scorecard: additive points that expect the goal's outcome, cut into bands.

Boosted stumps without interactions are a sum of step functions, so a table of points
is the model itself and not a copy of it. See `methods.md` 2.27 of the design notes;
the trees are scikit-learn's (Friedman 2001; Lou, Caruana, Gehrke 2012).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)

from segtools.schema import DataError
from segtools.segmentation.bands import MAX_LEVELS, optimal_cuts
from segtools.segmentation.one_thread import one_thread
from segtools.segmentation.place import place, score
from segtools.segmentation.scheme import Learned, Scheme, Task, add, varies

SCALE = 1000
N_BINS = 16
# Features of money have a long tail: in the last sixteenth stand customers who spend
# far apart, so it is parted at the last 32nd and 64th.
N_TAIL = 2
# A band of customers may cost 10 % of what a prediction tells of their outcomes but
# only 5 % of its ranking, so a share lost of the ranking counts twice.
RANKING = 2.0
CAP_QUANTILE = 0.99
REPLICATE_LEVELS = 300
_BOOSTING: dict[str, Any] = {
    "learning_rate": 0.1,
    "max_iter": 150,
    "max_leaf_nodes": 2,
    "interaction_cst": "no_interactions",
    "early_stopping": False,
    "random_state": 0,
}


def learn_scorecard(task: Task, n_bins: int = N_BINS) -> Learned:
    """Learn points on one period and cut bands on the scores of the next.

    Parameters
    ----------
    task : Task
        With an outcome that varies.
    n_bins : int, default=16
        Bins of each feature, as for `bin_edges`.

    Returns
    -------
    Learned
        Its payload is of kind ``scorecard``; label 0 is the highest band.
    """
    features, outcome, period = _lessons(task)
    upper = bin_edges(features, n_bins)
    payload = points(features, outcome, upper, _link(task.goal), period=period)
    payload["cuts"] = cut_bands(payload, task)
    return Learned(labels=lambda X: place(payload, X).labels, payload=payload)


def taught_by(task: Task) -> pd.Index:
    """Name everybody whom points are learned from, once: of now, then of before."""
    now = task.features.index
    if task.earlier is None:
        return now
    return now.append(task.earlier.index.difference(now))


def replicate(task: Task, payload: dict[str, Any], rows: NDArray[np.int64]) -> dict:
    """Learn points and cuts again on a bootstrap sample, with the same bins.

    Parameters
    ----------
    task, payload
        As they were learned from, and what was learned.
    rows : array of int
        Customers drawn, by their place in `taught_by`; all that is known of one
        weighs the same.
    """
    people = taught_by(task)
    drawn = pd.Series(np.bincount(rows, minlength=len(people)), people, dtype=float)
    upper = {name: bins["upper"] for name, bins in payload["bins"].items()}
    features, outcome, period = _lessons(task)
    weights = drawn[features.index].to_numpy()
    again = points(features, outcome, upper, payload["link"], weights, period)
    again["cuts"] = cut_bands(again, task, max_levels=REPLICATE_LEVELS)
    return {
        "base": again["base"],
        "cuts": again["cuts"],
        "points": {n: b["points"] for n, b in again["bins"].items()},
        "missing": {n: b["missing"] for n, b in again["bins"].items()},
    }


def cut_bands(
    payload: dict[str, Any], task: Task, max_levels: int = MAX_LEVELS
) -> list[int]:
    """Cut the scores at the origin that is to be segmented."""
    return cut_scores(
        score(payload, task.at),
        payload["link"],
        n_bands=task.n_segments,
        min_share=task.min_share,
        max_levels=max_levels,
    )


def cut_scores(total: NDArray[Any], link: str, **asked: Any) -> list[int]:
    """Cut scores where the outcomes that they stand for part best.

    Parameters
    ----------
    total : array of int of shape (n_customers,)
    link : str
        ``log`` or ``logit``.
    **asked
        ``n_bands``, ``min_share``, ``max_levels`` and ``weights`` of `optimal_cuts`.
    """
    cuts = optimal_cuts(total, expected_outcome(total, link), ranking=RANKING, **asked)
    return [int(c) for c in cuts]


def expected_outcome(total: NDArray[Any], link: str) -> NDArray[np.float64]:
    """Turn a score into the outcome that it stands for: money, or a probability."""
    if link == "log":
        return np.exp(total / SCALE)
    return np.asarray(1 / (1 + np.exp(-total / SCALE)), dtype=float)


def bin_edges(
    features: pd.DataFrame,
    n_bins: int = N_BINS,
    n_tail: int = N_TAIL,
    weights: NDArray[Any] | None = None,
) -> dict[str, list[float]]:
    """Give each feature's bins by quantiles; equal values are never parted.

    Parameters
    ----------
    features : DataFrame
        One row per customer; missing values are passed over.
    n_bins : int, default=16
        Bins of equally many customers, as far as equal values allow.
    n_tail : int, default=2
        How often the upper half of the last bin is cut off.
    weights : array of shape (n_customers,), default=None
        How many customers each row stands for; None means one.

    Returns
    -------
    dict
        Feature to ascending upper edges, closed on the right; the last bin is open.
    """
    edges = {}
    halves = 1 - 0.5 ** np.arange(1, n_tail + 1) / n_bins
    steps = np.r_[np.arange(1, n_bins) / n_bins, halves]
    for name in sorted(features.columns):
        there = features[name].notna().to_numpy()
        known = features[name].to_numpy(float)[there]
        if len(known) == 0:
            continue
        own = None if weights is None else weights[there]
        cuts = np.quantile(known, steps, method="inverted_cdf", weights=own)
        cuts = np.unique(cuts)
        cuts = cuts[cuts < known.max()]
        if len(cuts):
            edges[name] = [float(c) for c in cuts]
    return edges


def points(
    features: pd.DataFrame,
    outcome: NDArray[np.float64],
    upper: dict[str, list[float]],
    link: str,
    weights: NDArray[Any] | None = None,
    period: NDArray[Any] | None = None,
) -> dict[str, Any]:
    """Fit the boosted stumps and read off the points of every bin.

    Parameters
    ----------
    features : DataFrame
    outcome : array of shape (n_rows,)
    upper : dict
        As `bin_edges` gives it.
    link : str
        ``log`` or ``logit``.
    weights : array of shape (n_rows,), default=None
        None means one.
    period : array of shape (n_rows,), default=None
        0 for the period whose level counts, 1 for an earlier one; None means 0. What
        parts periods as a whole, such as a season, is no customer's doing: it gets
        points of its own, which nobody is given.

    Returns
    -------
    dict
        ``link``, ``base`` and ``bins`` by feature: ``upper``, ``points`` (integers,
        0 on average over the customers learned from) and ``missing`` (null where no
        value was missing in learning).
    """
    names = list(upper)
    # A column of zeros is never split, and lets features without any bins pass.
    last = np.zeros(len(features)) if period is None else period
    codes = np.column_stack([*(_codes(features[n], upper[n]) for n in names), last])
    model = _fit(codes, outcome, link, weights)
    level, effects = _effects(model, [len(upper[n]) + 1 for n in names], link)
    bins: dict[str, Any] = {}
    for j, name in enumerate(names):
        column, effect = codes[:, j], effects[j]
        missing = np.isnan(column)
        seen = effect[np.where(missing, len(effect) - 1, column).astype(int)]
        mean = float(np.average(seen, weights=weights))
        level += mean
        whole = np.rint((effect - mean) * SCALE).astype(int)
        bins[name] = {
            "upper": upper[name],
            "points": whole[:-1].tolist(),
            "missing": int(whole[-1]) if missing.any() else None,
        }
    return {
        "kind": "scorecard",
        "link": link,
        "scale": SCALE,
        "base": round(level * SCALE),
        "bins": bins,
    }


def _fit(
    codes: NDArray[Any], outcome: NDArray[Any], link: str, weights: NDArray[Any] | None
) -> Any:
    loss = {"loss": "poisson"} if link == "log" else {}
    kind = (
        HistGradientBoostingRegressor
        if link == "log"
        else HistGradientBoostingClassifier
    )
    model = kind(**_BOOSTING, **loss, max_bins=255)
    with one_thread():  # sums in one order, whatever the machine
        return model.fit(codes, outcome, sample_weight=weights)


def _raw(model: Any, codes: NDArray[Any], link: str) -> NDArray[np.float64]:
    with one_thread():
        if link == "log":
            return np.asarray(np.log(model.predict(codes)), dtype=float)
        return np.asarray(model.decision_function(codes), dtype=float)


def _effects(
    model: Any, n_bins: list[int], link: str
) -> tuple[float, list[NDArray[np.float64]]]:
    """Read off where the model starts and what each bin adds, all in one prediction.

    The model is a sum, so that each feature is varied with all others in their first
    bin; the last value of a feature is that of a missing one.
    """
    grids = [np.r_[np.arange(n), np.nan] for n in n_bins]
    rows = np.zeros((1 + sum(len(g) for g in grids), len(n_bins) + 1))
    ends = np.cumsum([1, *(len(g) for g in grids)])
    for j, grid in enumerate(grids):
        rows[ends[j] : ends[j + 1], j] = grid
    raw = _raw(model, rows, link)
    return float(raw[0]), np.split(raw - raw[0], ends)[1:-1]


def _codes(column: pd.Series, upper: list[float]) -> NDArray[np.float64]:
    values = column.to_numpy(float)
    code = np.searchsorted(upper, values, side="left").astype(float)
    return np.where(np.isnan(values), np.nan, code)


def _link(goal: str) -> str:
    return "log" if goal == "grow_spend" else "logit"


def _lessons(
    task: Task,
) -> tuple[pd.DataFrame, NDArray[np.float64], NDArray[np.float64]]:
    """Put the period before beside the last one: features, outcomes and periods."""
    now, y, before = task.features, _outcome(task), task.earlier
    if before is None or not varies(before["outcome"]):
        return now, y, np.zeros(len(now))
    both = pd.concat([now, before[now.columns]])
    earlier = _of_goal(before["outcome"], task.goal)
    return both, np.r_[y, earlier], np.repeat([0.0, 1.0], [len(now), len(before)])


def _outcome(task: Task) -> NDArray[np.float64]:
    if task.outcome is None or not varies(task.outcome):
        raise DataError(
            "The outcome must differ between customers, but it is the same for all "
            f"{len(task.features):,} of them. Use method: rules or clusters."
        )
    return _of_goal(task.outcome, task.goal)


def _of_goal(outcome: pd.Series, goal: str) -> NDArray[np.float64]:
    y = outcome.to_numpy(float)
    return y if _link(goal) == "logit" else capped(y)


def capped(
    outcome: NDArray[np.float64], weights: NDArray[Any] | None = None
) -> NDArray[np.float64]:
    """Cap an outcome of money at its 99th percentile, and from below at 0.

    One giant customer must not carry the points; refunds are no negative spend.

    Examples
    --------
    >>> capped(np.array([-5.0, *[1.0] * 98, 900.0])).max()
    np.float64(1.0)
    """
    cap = np.quantile(outcome, CAP_QUANTILE, method="inverted_cdf", weights=weights)
    return np.clip(outcome, 0, cap if cap > 0 else None)


add(
    Scheme(
        name="goal",
        label="Goal scorecard",
        learn=learn_scorecard,
        simplicity=3,
        needs_outcome=True,
    )
)
