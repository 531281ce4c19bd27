"""How far two partitions of the same customers agree, from their table of counts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int64]
Table = NDArray[Any]


def crossed(one: Labels, other: Labels, n_one: int, n_other: int) -> Table:
    """Count customers by both of their clusters.

    Examples
    --------
    >>> crossed(np.array([0, 0, 1]), np.array([1, 1, 0]), 2, 2)
    array([[0, 2],
           [1, 0]])
    """
    both = np.bincount(one * n_other + other, minlength=n_one * n_other)
    return both.reshape(n_one, n_other)


def adjusted_rand(table: Table) -> float:
    """Compute the adjusted Rand index of a table of counts (Hubert & Arabie 1985).

    Parameters
    ----------
    table : array of shape (n_clusters, n_clusters_of_the_other)
        Customers by both of their clusters.

    Returns
    -------
    float
        1 for equal partitions, 0 on average for unrelated ones; 1 also where both
        put everyone together, since they do agree.

    Examples
    --------
    >>> one, other = np.array([0, 0, 1, 2]), np.array([0, 0, 1, 1])
    >>> round(adjusted_rand(crossed(one, other, 3, 2)), 7)
    0.5714286
    """
    together = float(_pairs(table).sum())
    rows, columns = (float(_pairs(table.sum(axis=a)).sum()) for a in (1, 0))
    chance = rows * columns / max(float(_pairs(table.sum())), 1.0)
    most = (rows + columns) / 2
    return 1.0 if most == chance else (together - chance) / (most - chance)


def jaccards(table: Table) -> NDArray[np.float64]:
    """Find how well each cluster of the rows is met by some cluster of the columns.

    Returns
    -------
    array of shape (n_clusters,)
        The largest share of common in all members; NaN for a cluster without any.

    Examples
    --------
    >>> jaccards(np.array([[4, 0], [1, 5]])).round(3).tolist()
    [0.8, 0.833]
    """
    size = table.sum(axis=1)
    either = size[:, None] + table.sum(axis=0)[None] - table
    best = (table / np.maximum(either, 1)).max(axis=1)
    return np.where(size > 0, best, np.nan)


def kept_together(table: Table) -> NDArray[np.float64]:
    """Give the share of each cluster's pairs that the other partition keeps together.

    Returns
    -------
    array of shape (n_clusters,)
        For the clusters of the rows; NaN for one with fewer than two members, which
        has no pairs.

    Examples
    --------
    >>> kept_together(np.array([[3, 0], [2, 2], [0, 1]])).round(3).tolist()
    [1.0, 0.333, nan]
    """
    pairs = _pairs(table.sum(axis=1))
    kept = _pairs(table).sum(axis=1) / np.maximum(pairs, 1)
    return np.where(pairs > 0, kept, np.nan)


def _pairs(counts: Any) -> Any:
    counts = np.asarray(counts, dtype=np.float64)
    return counts * (counts - 1) / 2
