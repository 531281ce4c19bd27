"""Cut one score into bands: exactly, under a smallest share."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
MAX_LEVELS = 1500


def optimal_cuts(
    scores: NDArray[Any],
    values: Array,
    *,
    n_bands: int,
    min_share: float,
    max_levels: int = MAX_LEVELS,
    ranking: float = 0.0,
    weights: Array | None = None,
) -> list[float]:
    """Cut scores where the values within the bands vary least.

    What bands lose is the share of the variation that lies within them (1 - eta2)
    and, times `ranking`, the share of the Gini coefficient that goes with the order
    within them. Both add up over bands, so dynamic programming over the distinct
    scores (thinned to `max_levels` quantiles where there are more) finds the best
    cuts exactly.

    Parameters
    ----------
    scores : array of shape (n_customers,)
        What is cut; equal scores are never parted.
    values : array of shape (n_customers,)
        What is to be alike within a band, such as the square root of the expected
        outcome; one value for equal scores.
    n_bands : int
        At most so many bands.
    min_share : float
        Smallest share of customers in a band.
    max_levels : int, default=1500
        Places where a cut may lie; time and memory grow with its square.
    ranking : float, default=0
        Weight of what is lost of the Gini coefficient, beside 1 for what is lost of
        the variation.
    weights : array of shape (n_customers,), default=None
        How many customers each row stands for; None means one.

    Returns
    -------
    list of float
        Ascending; a score equal to a cut lies above it. Fewer than ``n_bands - 1``
        cuts where ties or the smallest share do not allow them.

    Examples
    --------
    >>> s = np.array([1.0, 1.0, 2.0, 8.0, 9.0, 9.0])
    >>> optimal_cuts(s, s, n_bands=2, min_share=0.1)
    [8.0]
    """
    levels, count, value = _levels(
        np.asarray(scores, float), np.asarray(values, float), max_levels, weights
    )
    cost = _costs(count, value, min_share * count.sum())
    if ranking:
        cost = _share(cost, count, value) + ranking * _unranked(count, value)
    for bands in range(min(n_bands, len(levels)), 1, -1):
        starts = _best(cost, bands)
        if starts is not None:
            return [float(levels[i]) for i in starts]
    return []


def _levels(
    scores: Array, values: Array, most: int, weights: Array | None
) -> tuple[Array, Array, Array]:
    levels, first, place = np.unique(scores, return_index=True, return_inverse=True)
    count = np.bincount(place, weights=weights)
    value = values[first]
    if len(levels) <= most:
        return levels, count.astype(float), value
    share = (np.cumsum(count) - count) / count.sum()
    group = np.minimum((share * most).astype(int), most - 1)
    starts = np.flatnonzero(np.r_[True, np.diff(group) > 0])
    weight = np.add.reduceat(count.astype(float), starts)
    return levels[starts], weight, np.add.reduceat(count * value, starts) / weight


def _costs(count: Array, value: Array, least: float) -> Array:
    """Give the variation of a band from level a up to before level b, as [a, b]."""
    people = np.r_[0, np.cumsum(count)]
    total = np.r_[0, np.cumsum(count * value)]
    square = np.r_[0, np.cumsum(count * value**2)]
    n = people[None, :] - people[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = (
            square[None, :]
            - square[:, None]
            - (total[None, :] - total[:, None]) ** 2 / n
        )
    # A share of exactly the minimum is allowed, whatever rounding says.
    return np.where((n > 0) & (n >= least - 1e-9), np.maximum(spread, 0), np.inf)


def _share(cost: Array, count: Array, value: Array) -> Array:
    """Give costs as shares of the variation over everybody; none where there is none.

    Only bands that are too small cost infinitely much.
    """
    mean = np.average(value, weights=count)
    whole = float((count * (value - mean) ** 2).sum())
    return np.where(np.isfinite(cost), cost / whole if whole > 0 else 0.0, np.inf)


def _unranked(count: Array, value: Array) -> Array:
    """Give the share of the Gini coefficient that a band [a, b] does away with.

    It is the sum, over all pairs within the band, of how far the higher score's value
    lies above the other's, as a share of that sum over all pairs.
    """
    people = np.r_[0, np.cumsum(count)]
    total = np.r_[0, np.cumsum(count * value)]
    before = np.r_[0, np.cumsum(count * value * (2 * np.cumsum(count) - count))]
    n = people[None, :] - people[:, None]
    sums = total[None, :] - total[:, None]
    pairs = before[None, :] - before[:, None] - 2 * people[:, None] * sums - n * sums
    whole = float(pairs[0, -1])
    return pairs / whole if whole > 0 else np.zeros_like(pairs)


def _best(cost: Array, bands: int) -> list[int] | None:
    reach = cost[0]
    back: list[NDArray[np.int64]] = []
    for _ in range(bands - 1):
        options = reach[:, None] + cost
        back.append(np.argmin(options, axis=0))
        reach = np.min(options, axis=0)
    if not np.isfinite(reach[-1]):
        return None
    end, starts = len(reach) - 1, []
    for step in reversed(back):
        end = int(step[end])
        starts.append(end)
    return sorted(starts)
