"""The contest's figures: how well groups tell customers' outcomes apart.

All take weights, so that a bootstrap over customers is one matrix of weights.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
FIGURE = "gini"  # the one that decides
FIGURES = ("gini", "gini_capped", "r2", "r2_capped", "eta2", "eta2_capped")
_BATCH = 4_000_000


@dataclass(frozen=True)
class Part:
    """Judged customers: their outcome, group, and what was predicted before.

    ``capped`` holds the outcome capped at the 99th percentile of the learning
    period and ``predicted_capped`` what was learned from outcomes so capped.
    """

    outcome: Array
    capped: Array
    predicted: Array
    predicted_capped: Array
    groups: NDArray[np.int64]


def gini(outcome: Array, predicted: Array) -> float:
    """Measure how unequally the outcome falls on customers ranked by prediction.

    Twice the area between the concentration curve and the diagonal, with one straight
    piece over all customers of equal prediction (*tie-aware*), since customers of one
    segment share a prediction.

    Parameters
    ----------
    outcome, predicted : array of shape (n_customers,)
        What happened, and what was expected before.

    Returns
    -------
    float
        0 for a ranking that knows nothing, towards 1 for a perfect one; negative for
        one that is wrong.

    Examples
    --------
    >>> float(gini(np.array([0.0, 0.0, 0.0, 1.0]), np.array([1.0, 1.0, 1.0, 2.0])))
    0.75
    >>> float(gini(np.array([0.0, 1.0, 2.0]), np.array([1.0, 1.0, 1.0])))
    0.0
    """
    weights = np.ones((1, len(outcome)))
    return float(_gini(weights, np.asarray(outcome, float), np.asarray(predicted))[0])


def _gini(weights: Array, outcome: Array, predicted: Array) -> Array:
    levels, place = np.unique(predicted, return_inverse=True)
    people, money = _by_group(weights, outcome, place, len(levels))
    before = np.cumsum(money, axis=1) - money
    area = (people * (before + money / 2)).sum(axis=1)
    total = people.sum(axis=1) * money.sum(axis=1)
    return 1 - 2 * _ratio(area, total, 0.5)


def _by_group(
    weights: Array, outcome: Array, place: NDArray[np.int64], n: int
) -> tuple[Array, Array]:
    order = np.argsort(place, kind="stable")
    starts = np.searchsorted(place[order], np.arange(n))
    people = np.add.reduceat(weights[:, order], starts, axis=1)
    money = np.add.reduceat((weights * outcome)[:, order], starts, axis=1)
    return people, money


def _ratio(top: Array, bottom: Array, otherwise: float) -> Array:
    safe = np.where(bottom == 0, 1.0, bottom)
    return np.where(bottom == 0, otherwise, top / safe)


def _r2(weights: Array, outcome: Array, predicted: Array) -> Array:
    y, spread = _centred(weights, outcome)
    wrong = weights @ (y - (predicted - np.median(outcome))) ** 2
    return 1 - _ratio(wrong, spread, 1.0)


def _eta2(weights: Array, outcome: Array, groups: NDArray[np.int64]) -> Array:
    levels, place = np.unique(groups, return_inverse=True)
    y, spread = _centred(weights, outcome)
    people, money = _by_group(weights, y, place, len(levels))
    total = weights.sum(axis=1)
    between = _ratio(money**2, people, 0.0).sum(axis=1) - (weights @ y) ** 2 / total
    return _ratio(between, spread, 0.0)


def _centred(weights: Array, outcome: Array) -> tuple[Array, Array]:
    """Give the outcome less its median, and its variation under every weight.

    Large levels would drown the variation; what rounding alone leaves of it is none.
    """
    y = outcome - np.median(outcome)
    squares = weights @ y**2
    spread = squares - (weights @ y) ** 2 / weights.sum(axis=1)
    return y, np.where(spread <= 1e-12 * squares, 0.0, spread)


def gini_draws(parts: list[Part], weights: list[Array]) -> Array:
    """Compute the Gini alone under every row of weights, averaged over the parts."""
    both = zip(parts, weights, strict=True)
    rows = [_gini(w, part.outcome, part.predicted) for part, w in both]
    return np.asarray(np.mean(rows, axis=0))


def figures(parts: list[Part], weights: list[Array]) -> dict[str, Array]:
    """Compute every figure under every row of weights, averaged over the parts.

    Parameters
    ----------
    parts : list of Part
        One, or one a fold. Figures are averaged, never predictions: pooling folds
        before ranking makes a customer's score fall as his own outcome rises.
    weights : list of arrays of shape (n_draws, n_customers)
        For each part; the first row all ones gives the plain figure.

    Returns
    -------
    dict
        Figure to array of shape (n_draws,).
    """
    rows = [_figures(part, w) for part, w in zip(parts, weights, strict=True)]
    return {name: np.mean([r[name] for r in rows], axis=0) for name in FIGURES}


def _figures(part: Part, weights: Array) -> dict[str, Array]:
    step = max(1, _BATCH // max(1, weights.shape[1]))
    pieces = [
        _batch(part, weights[i : i + step]) for i in range(0, weights.shape[0], step)
    ]
    return {name: np.concatenate([p[name] for p in pieces]) for name in FIGURES}


def _batch(part: Part, weights: Array) -> dict[str, Array]:
    return {
        "gini": _gini(weights, part.outcome, part.predicted),
        "gini_capped": _gini(weights, part.capped, part.predicted_capped),
        "r2": _r2(weights, part.outcome, part.predicted),
        "r2_capped": _r2(weights, part.capped, part.predicted_capped),
        "eta2": _eta2(weights, part.outcome, part.groups),
        "eta2_capped": _eta2(weights, part.capped, part.groups),
    }


def bootstrap_weights(n_customers: int, n_draws: int, seed: int) -> Array:
    """Draw how often each customer stands in each bootstrap sample.

    Returns
    -------
    array of shape (n_draws + 1, n_customers)
        The first row is all ones: the sample itself.

    Examples
    --------
    >>> bootstrap_weights(4, 2, seed=0).sum(axis=1).tolist()
    [4.0, 4.0, 4.0]
    """
    rng = np.random.default_rng(seed)
    draws = rng.multinomial(
        n_customers, np.full(n_customers, 1 / n_customers), size=n_draws
    )
    return np.vstack([np.ones(n_customers), draws.astype(float)])


def interval(draws: Array, level: float = 0.95) -> dict[str, float]:
    """Give value, low and high: the plain figure and the percentile interval."""
    tail = (1 - level) / 2
    low, high = (
        np.quantile(draws[1:], [tail, 1 - tail]) if len(draws) > 1 else draws[[0, 0]]
    )
    return {"value": float(draws[0]), "low": float(low), "high": float(high)}
