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
from scipy.stats import binom
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

N_PARTS = 12
ROWS_A_PART = 25
# A valley has at most so many customers to each on the lower of its two hills, and as
# few by chance in one case of a hundred.
DEPTH = 0.4
P_VALUE = 0.01
# Fewer are odd customers and no group.
LEAST_SHARE, LEAST_ROWS = 0.02, 15
# Customers are counted this far around the middle and the two centres.
_AROUND = 0.15
_HILLS = (-0.1, 0.0, 0.1)
_ROUNDS = 2
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
    """

    ratio: float
    p_value: float


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


def natural_groups(X: Array, *, random_state: int = 1) -> NaturalGroups:
    """Find groups of customers that are divided by valleys.

    Parameters
    ----------
    X : array of shape (n_customers, n_features)
        Complete, and logged where skewed, as `structure_verdict` prepares it.
    random_state : int, default=1
        Where chance starts; the order of the rows does not matter.

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
    scaled = whitened(without_ties(X[order], rng), rng)
    labels, valleys = _joined(scaled, _parts(scaled, rng, n_init=10))
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
        inside = np.vstack(
            [X[labels == g] - X[labels == g].mean(0) for g in set(labels)]
        )
        spread, axes = np.linalg.eigh(inside.T @ inside / len(inside))
        X = X @ axes / np.sqrt(np.maximum(spread, _FLOOR * max(spread.max(), _FLOOR)))
    return X


def _parts(X: Array, rng: np.random.Generator, n_init: int) -> Ints:
    n_parts = max(2, min(N_PARTS, len(X) // ROWS_A_PART))
    seed = int(rng.integers(2**31))
    with threadpool_limits(1):
        model = KMeans(n_clusters=n_parts, n_init=n_init, random_state=seed).fit(X)
    return np.asarray(model.labels_, dtype=np.int64)


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
    by_chance = float(binom.cdf(half_way, half_way + hill, 0.5))
    return Valley((half_way + 0.5) / (hill + 0.5), by_chance)


def _near(along: Array, place: float) -> int:
    return int((np.abs(along - place) < _AROUND).sum())


def _joined(X: Array, parts: Ints) -> tuple[Ints, dict[tuple[int, int], Valley]]:
    """Join parts until a valley lies between any two."""
    labels = parts.copy()
    least = max(LEAST_ROWS, LEAST_SHARE * len(X))
    between: dict[tuple[int, int], Valley] = {}
    while len(names := np.unique(labels)) > 1:
        for a, b in combinations(names.tolist(), 2):
            if (a, b) not in between:
                between[a, b] = valley_between(X[labels == a], X[labels == b])
        pair = _least_divided(between, labels, least)
        if pair is None:
            break
        labels[labels == pair[1]] = pair[0]
        between = {p: v for p, v in between.items() if not set(p) & set(pair)}
    return _by_size(labels, between)


def _least_divided(
    between: dict[tuple[int, int], Valley], labels: Ints, least: float
) -> tuple[int, int] | None:
    """Choose the pair to join next; None where all are divided."""
    shallow = max(between, key=lambda p: between[p].ratio)
    if between[shallow].ratio > DEPTH:
        return shallow
    sizes = np.bincount(labels)
    small = min({g for p in between for g in p}, key=lambda g: (sizes[g], g))
    if sizes[small] < least:
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
