"""Intervals of shares and of differences of shares, for whole arrays at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
LEVEL = 0.95


def quantile(level: float = LEVEL) -> float:
    """Give how many standard deviations an interval of a level reaches to each side.

    Examples
    --------
    >>> round(quantile(), 4)
    1.96
    """
    from scipy.special import ndtri

    return float(ndtri((1 + level) / 2))


def wilson(x: ArrayLike, n: ArrayLike, level: float = LEVEL) -> tuple[Floats, Floats]:
    """Give the interval of a share, x of n (Wilson 1927).

    Examples
    --------
    >>> [round(float(end), 4) for end in wilson(56, 70)]
    [0.6918, 0.877]
    """
    x, n = np.asarray(x, float), np.asarray(n, float)
    z = quantile(level)
    middle = (x + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * np.sqrt(x * (n - x) / n + z * z / 4)
    # None and all are known exactly; rounding must not leave their end open.
    low = np.where(x == 0, 0.0, middle - half)
    return low, np.where(x == n, 1.0, middle + half)


def newcombe(
    x: ArrayLike, n: ArrayLike, y: ArrayLike, m: ArrayLike, level: float = LEVEL
) -> tuple[Floats, Floats]:
    """Give the interval of the difference of two shares, x of n less y of m.

    From the Wilson intervals of both (Newcombe 1998, method 10): unlike the usual one
    it is right near 0 and 1, too.

    Examples
    --------
    >>> [round(float(end), 4) for end in newcombe(56, 70, 48, 80)]
    [0.0524, 0.3339]
    """
    x, n, y, m = (np.asarray(a, float) for a in (x, n, y, m))
    p, q = x / n, y / m
    (own_low, own_high), (low, high) = wilson(x, n, level), wilson(y, m, level)
    below = np.hypot(p - own_low, high - q)
    above = np.hypot(own_high - p, q - low)
    return p - q - below, p - q + above
