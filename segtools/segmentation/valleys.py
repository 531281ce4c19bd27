"""Natural groups: customers between whom there are valleys with next to nobody in them.

Customers are cut into many small parts; two parts are one group where nothing deep lies
between them. That asks for no number of groups and for no shape but a lack of gaps
within; and since distances are measured in units of the spread within parts, neither
scales nor correlations of the features matter.

The idea of joining parts that no valley divides is old (Wishart 1969, mode analysis);
the threshold was set on simulated customers, see ``benchmarks/structure.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist
from scipy.special import bdtr

from segtools.segmentation.one_thread import one_thread
from segtools.segmentation.stability.kmeans import cloud, kmeans, nearest

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

N_PARTS = 12
ROWS_A_PART = 25
# Tried where so many parts show no valley.
COARSER = (4, 2)
# A valley has at most so many customers to each on the lower of its two hills, and as
# few by chance in one case of a hundred.
DEPTH = 0.4
P_VALUE = 0.003
# Means of groups lie at least so many spreads within groups from each other: k-means
# finds a valley in any few dozen rows of many features, but never a wide one.
APART = 3.0
# Fewer are odd customers and no group.
LEAST_SHARE, LEAST_ROWS = 0.02, 15
# Customers are counted this far around the middle and the two centres.
_AROUND = 0.15
_HILLS = (-0.1, 0.0, 0.1)
_ROUNDS = 2
_PASSES = 20
# Directions without any spread within parts are not blown up without end.
_FLOOR = 1e-4


@dataclass(frozen=True)
class Valley:
    """What lies between two groups of customers.

    Attributes
    ----------
    ratio : float
        Customers around the middle to those around the lower of the two hills.
    p_value : float
        How likely so few are where there is no valley.
    apart : float
        Distance of the two means, in the units of the rows.
    """

    ratio: float
    p_value: float
    apart: float


@dataclass(frozen=True)
class _Limits:
    """What parts a pair: a deep valley, enough rows on its sides, a distance."""

    depth: float
    least: float
    apart: float = 0.0


@dataclass(frozen=True)
class NaturalGroups:
    """Groups with valleys between them.

    Attributes
    ----------
    labels : array of shape (n_customers,)
        From 0, in the order of size; all 0 where there is one group only.
    centres : array of shape (n_groups, n_features)
        Mean of each group, in the units of `scaled`.
    scaled : array of shape (n_customers, n_features)
        Customers in units of the spread within groups.
    valleys : dict
        Pair of labels to the `Valley` between them.
    """

    labels: Ints
    centres: Array
    scaled: Array
    valleys: dict[tuple[int, int], Valley]

    @property
    def n_groups(self) -> int:
        """Number of groups."""
        return len(self.centres)


def natural_groups(
    X: Array, *, random_state: int = 1, depth: float = DEPTH
) -> NaturalGroups:
    """Find groups of customers that are divided by valleys.

    Parameters
    ----------
    X : array of shape (n_customers, n_features)
        Complete, and logged where skewed, as `structure_verdict` prepares it.
    random_state : int, default=1
        Where chance starts; the order of the rows does not matter.
    depth : float, default=0.4
        A valley has at most so many customers to each on the lower of its hills.

    Returns
    -------
    NaturalGroups

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> centres = [(0, 0), (8, 0), (0, 8)]
    >>> blobs = np.vstack([rng.normal(c, 1, (60, 2)) for c in centres])
    >>> natural_groups(blobs).n_groups
    3
    >>> natural_groups(rng.normal(size=(180, 2))).n_groups
    1
    """
    order = np.lexsort(X.T[::-1])
    rng = np.random.default_rng(random_state)
    rows = without_ties(X[order], rng)
    scaled = whitened(rows, rng)
    least = max(LEAST_ROWS, LEAST_SHARE * len(X))
    limits = _Limits(depth, least)
    labels, valleys = _joined(scaled, _parts(scaled, rng, n_init=10), limits)
    # Where parts lie astride, two groups still pass for one.
    finer = _divided_again(rows, labels, limits, rng)
    if finer.any():
        limits = _Limits(depth, least, APART)
        scaled = _within(rows, finer)
        labels, valleys = _joined(scaled, _settled(scaled, finer), limits)
    back = np.empty(len(X), dtype=np.int64)
    back[order] = labels
    own = np.empty_like(scaled)
    own[order] = scaled
    centres = np.array([scaled[labels == g].mean(axis=0) for g in np.unique(labels)])
    return NaturalGroups(back, centres, own, valleys)


def without_ties(X: Array, rng: np.random.Generator) -> Array:
    """Spread equal values evenly as far as half-way to their neighbours.

    Counts and shares lie on a grid, and the empty places between its points are no
    valleys between customers.
    """
    spread = X.copy()
    for j in range(X.shape[1]):
        levels, place = np.unique(X[:, j], return_inverse=True)
        if 1 < len(levels) < 0.9 * len(X):
            middle = (levels[1:] + levels[:-1]) / 2
            low = np.r_[2 * levels[0] - middle[0], middle]
            high = np.r_[middle, 2 * levels[-1] - middle[-1]]
            spread[:, j] = rng.uniform(low[place], high[place])
    return spread


def whitened(X: Array, rng: np.random.Generator) -> Array:
    """Measure in units of the spread within small parts, whatever its direction."""
    whole = X.std(axis=0)
    X = X / np.where(whole > 0, whole, 1.0)
    for _ in range(_ROUNDS):
        labels = _parts(X, rng, n_init=4)
        X = _within(X, labels)
    return X


def _parts(
    X: Array, rng: np.random.Generator, n_init: int, n_parts: int = N_PARTS
) -> Ints:
    n_parts = max(2, min(n_parts, len(X) // ROWS_A_PART))
    points = cloud(X)
    with one_thread():
        found = kmeans(points, n_parts, rng=rng, n_init=n_init, polish=False)
        return nearest(points, found.centres)


def _divided_again(
    X: Array, labels: Ints, limits: _Limits, rng: np.random.Generator
) -> Ints:
    """Look into each group by itself, in the units of the spread within its parts."""
    finer, n_found = np.zeros_like(labels), 0
    for group in np.unique(labels):
        rows = np.flatnonzero(labels == group)
        own = np.zeros(len(rows), dtype=np.int64)
        if len(rows) >= 2 * limits.least:
            inside = whitened(X[rows], rng)
            for n_parts in (N_PARTS, *COARSER):
                parts = _parts(inside, rng, n_init=10, n_parts=n_parts)
                own, _ = _joined(inside, parts, limits)
                if own.any():
                    break
        finer[rows] = own + n_found
        n_found += int(own.max()) + 1
    return finer


def _within(X: Array, labels: Ints) -> Array:
    """Measure in units of the spread within groups, whatever its direction."""
    inside = np.vstack([X[labels == g] - X[labels == g].mean(0) for g in set(labels)])
    spread, axes = np.linalg.eigh(inside.T @ inside / len(inside))
    floor = _FLOOR * max(spread.max(), _FLOOR)
    return np.asarray(X @ axes / np.sqrt(np.maximum(spread, floor)))


def _settled(X: Array, labels: Ints) -> Ints:
    """Give each row to the nearest mean until none moves: parts may lie astride."""
    for _ in range(_PASSES):
        names = np.unique(labels)
        centres = np.array([X[labels == g].mean(axis=0) for g in names])
        nearest = names[cdist(X, centres, "sqeuclidean").argmin(axis=1)]
        if (nearest == labels).all():
            break
        labels = nearest
    return labels


def valley_between(one: Array, other: Array) -> Valley:
    """Look along the line between two centres whether few customers are half-way.

    Parameters
    ----------
    one, other : array of shape (n_customers, n_features)
        Rows of two groups.

    Returns
    -------
    Valley
        Near 0 for groups apart; about 1, or more, for halves of one group.

    Examples
    --------
    >>> left = np.linspace(-1, 1, 101)[:, None]
    >>> round(valley_between(left, left + 6).ratio, 3)
    0.006
    >>> valley_between(left, left + 2).ratio > 0.9
    True
    """
    start = one.mean(axis=0)
    way = other.mean(axis=0) - start
    length = float(way @ way) or 1.0
    along = np.r_[(one - start) @ way, (other - start) @ way] / length
    half_way = _near(along, 0.5)
    hill = min(
        max(_near(along, s) for s in _HILLS), max(_near(along, 1 - s) for s in _HILLS)
    )
    # Without a valley the middle holds at least as many as the lower hill.
    by_chance = float(bdtr(half_way, half_way + hill, 0.5))
    return Valley((half_way + 0.5) / (hill + 0.5), by_chance, float(np.sqrt(length)))


def _near(along: Array, place: float) -> int:
    return int((np.abs(along - place) < _AROUND).sum())


def _joined(
    X: Array, parts: Ints, limits: _Limits
) -> tuple[Ints, dict[tuple[int, int], Valley]]:
    """Join parts until a valley lies between any two."""
    labels = parts.copy()
    between: dict[tuple[int, int], Valley] = {}
    while len(names := np.unique(labels)) > 1:
        for a, b in combinations(names.tolist(), 2):
            if (a, b) not in between:
                between[a, b] = valley_between(X[labels == a], X[labels == b])
        pair = _least_divided(between, labels, limits)
        if pair is None:
            break
        labels[labels == pair[1]] = pair[0]
        between = {p: v for p, v in between.items() if not set(p) & set(pair)}
    return _by_size(labels, between)


def _least_divided(
    between: dict[tuple[int, int], Valley], labels: Ints, limits: _Limits
) -> tuple[int, int] | None:
    """Choose the pair to join next; None where all are divided."""
    shallow = max(between, key=lambda p: between[p].ratio)
    if between[shallow].ratio > limits.depth:
        return shallow
    close = min(between, key=lambda p: between[p].apart)
    if between[close].apart < limits.apart:
        return close
    sizes = np.bincount(labels)
    small = min({g for p in between for g in p}, key=lambda g: (sizes[g], g))
    if sizes[small] < limits.least:
        own = [p for p in between if small in p]
        return max(own, key=lambda p: between[p].ratio)
    unsure = max(between, key=lambda p: between[p].p_value)
    return unsure if between[unsure].p_value > P_VALUE else None


def _by_size(
    labels: Ints, between: dict[tuple[int, int], Valley]
) -> tuple[Ints, dict[tuple[int, int], Valley]]:
    names, place, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    rank = np.empty(len(names), dtype=np.int64)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(names))
    new = dict(zip(names.tolist(), rank.tolist(), strict=True))
    renamed = {
        (min(new[a], new[b]), max(new[a], new[b])): valley
        for (a, b), valley in between.items()
        if a in new and b in new
    }
    return rank[place], renamed
