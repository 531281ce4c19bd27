"""Is the cloud more than uniform, and has it more than one hump? Hopkins and dip.

Sources: Hopkins & Skellam (1954) as corrected by Wright (2022): the power of the
distances is the number of columns; Hartigan & Hartigan (1985) for the dip; Adolfsson,
Ackerman & Brownstein (2019) for the dip of distances. One bell or one lognormal cloud
without any groups has a Hopkins value near 1: it never decides anything here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.spatial.distance import pdist
from scipy.stats import beta

from segtools.schema import DataError

Array = NDArray[np.float64]
SHARE = 0.1
MAX_SAMPLED = 500
MAX_DIP_ROWS = 379  # as many distances as the tabled p-values reach
MIN_DIFFERENT = 20


@dataclass(frozen=True)
class Hopkins:
    """The statistic, its two-sided p-value without structure, and its draws."""

    value: float
    p_value: float
    sampled: int


@dataclass(frozen=True)
class Dip:
    """The dip, its p-value against a single hump, and how many values were tested."""

    value: float
    p_value: float
    tested: int


def hopkins(
    X: Array, *, rng: np.random.Generator, sampled: int | None = None
) -> Hopkins:
    """Compare distances from uniform points with those between customers.

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
        Complete and scaled; features should be few.
    rng : Generator
        Draws customers and points.
    sampled : int, default=None
        Of each; None means a tenth of the rows, at most 500.

    Returns
    -------
    Hopkins
        0.5 is expected of uniform rows, near 1 of any cloud that is denser somewhere.

    Raises
    ------
    DataError
        If there are fewer than 20 rows: a tenth of them would be a single one.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = np.vstack([rng.normal(c, 0.05, (100, 2)) for c in (0, 1)])
    >>> hopkins(X, rng=rng).value > 0.95
    True
    """
    if len(X) < 20:
        raise DataError(
            f"X must have at least 20 rows, but there are {len(X)}. Of fewer, the "
            "tenth that is compared says nothing."
        )
    m = sampled or min(MAX_SAMPLED, int(SHARE * len(X)))
    rows = np.sort(rng.choice(len(X), m, replace=False))
    points = rng.uniform(X.min(axis=0), X.max(axis=0), size=(m, X.shape[1]))
    value = hopkins_of(X, rows, points)
    return Hopkins(value, hopkins_p(value, m), m)


def hopkins_of(
    X: Array, rows: NDArray[np.int64], points: Array, *, power: int | None = None
) -> float:
    """Compute Hopkins' statistic for given draws.

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
    rows : array of shape (m,)
        Positions of the customers drawn.
    points : array of shape (m, n_features)
        The uniform points.
    power : int, default=None
        Of the distances; None means the number of columns, as the theory asks. Much
        software takes 1, which gives lower values.

    Examples
    --------
    >>> X = np.array([[7, 5], [3, 3], [8, 4], [1, 2], [4, 3], [7, 4.0]])
    >>> hopkins_of(X, np.array([0, 4, 5]), np.array([[4, 2], [3, 5], [7, 2.0]]))
    0.75
    """
    tree = cKDTree(X)
    from_points = tree.query(points, k=1)[0]
    from_rows = tree.query(X[rows], k=2)[0][:, 1]
    longest = max(from_points.max(), from_rows.max()) or 1.0
    # Over the longest first, so that a power of many columns does not overflow.
    power = X.shape[1] if power is None else power
    u, w = ((d / longest) ** power for d in (from_points, from_rows))
    total = float(u.sum() + w.sum())
    return float(u.sum()) / total if total else 0.5


def hopkins_p(value: float, sampled: int) -> float:
    """Give the two-sided p-value: uniform rows follow Beta(m, m).

    Examples
    --------
    >>> round(hopkins_p(0.21, 10), 8)
    0.00466205
    """
    below = float(beta.cdf(value, sampled, sampled))
    return min(1.0, 2 * min(below, 1 - below))


def dip_test(values: NDArray[Any]) -> Dip | None:
    """Ask whether values have more than one hump.

    Returns
    -------
    Dip or None
        None with fewer than 20 different values: steps alone would look like humps.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> two = np.r_[rng.normal(0, 1, 200), rng.normal(8, 1, 200)]
    >>> dip_test(two).p_value < 0.01, dip_test(np.round(two[:10])) is None
    (True, True)
    """
    from diptest import diptest

    values = np.sort(np.asarray(values, dtype=np.float64))
    if 1 + int((np.diff(values) > 0).sum()) < MIN_DIFFERENT:
        return None
    value, p = diptest(values)
    return Dip(float(value), float(p), len(values))


def dip_on_distances(X: Array, *, rng: np.random.Generator) -> Dip | None:
    """Ask whether the distances between customers have more than one hump.

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
        Of more than 379 rows a sample is drawn, as far as p-values are tabled.
    rng : Generator

    Returns
    -------
    Dip or None
        Distances depend on each other, so the p-value screens and proves nothing;
        None as with `dip_test`.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = np.vstack([rng.normal(c, 1, (50, 2)) for c in (0, 9)])
    >>> dip_on_distances(X, rng=rng).p_value < 0.01
    True
    """
    rows = min(len(X), MAX_DIP_ROWS)
    chosen = X[np.sort(rng.choice(len(X), rows, replace=False))]
    return dip_test(pdist(chosen))
