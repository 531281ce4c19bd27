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
) -> list[float]:
    """Cut scores where the values within the bands vary least.

    Exact dynamic programming in one dimension over the distinct scores (thinned to
    `max_levels` quantiles where there are more).

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
        np.asarray(scores, float), np.asarray(values, float), max_levels
    )
    cost = _costs(count, value, min_share * count.sum())
    for bands in range(min(n_bands, len(levels)), 1, -1):
        starts = _best(cost, bands)
        if starts is not None:
            return [float(levels[i]) for i in starts]
    return []


def _levels(scores: Array, values: Array, most: int) -> tuple[Array, Array, Array]:
    levels, first, count = np.unique(scores, return_index=True, return_counts=True)
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
