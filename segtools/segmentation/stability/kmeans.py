"""K-means with all its starts side by side, on rows that may carry weights.

The starts of one solution are advanced together: one matrix product measures every
row against every centre of every start, a second one moves all the centres. Nothing
else differs from the textbook: k-means++ with a few candidates a step (Arthur &
Vassilvitskii 2007), then Lloyd's passes until the centres of a start stand still. A
bootstrap sample is the same rows with the number of times each was drawn as weight.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Labels = NDArray[np.int64]
MAX_PASSES = 300
# Centres stand still when they moved less than this share of the mean variance.
TOLERANCE = 1e-4
# Numbers in flight at once, so that a block stays in the processor's own memory.
BLOCK = 65_536
# Beyond so many times the usual distance from the middle, single precision no longer
# tells the usual rows apart.
SINGLE_UP_TO = 1_000.0


@dataclass(frozen=True)
class Cloud:
    """Rows ready for k-means: moved to their middle, in the precision they need."""

    exact: NDArray[np.float64]
    rows: Array
    middle: NDArray[np.float64]
    unit: float

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class Solution:
    """Centres of shape (k, p) and the weighted sum of squared distances to them."""

    centres: NDArray[np.float64]
    inertia: float


def cloud(X: Array) -> Cloud:
    """Prepare rows for `kmeans` and `nearest`, once for all their fits.

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
        Complete and finite; k-means takes its units as they are.

    Returns
    -------
    Cloud
        In single precision, unless a value lies a thousand times as far out as usual.

    Examples
    --------
    >>> cloud(np.array([[0.0], [2.0], [8.0]])).rows.ravel().tolist()
    [-0.5, 0.0, 1.5]
    """
    exact = np.asarray(X, dtype=np.float64)
    middle = np.median(exact, axis=0)
    moved = exact - middle
    away = np.abs(moved)
    # In units of the usual distance, so that no scale of numbers loses digits.
    usual = away[away > 0]
    unit = float(np.median(usual)) if len(usual) else 1.0
    far = away.max(initial=0.0) > SINGLE_UP_TO * unit
    kind = np.float64 if far else np.float32
    rows = np.ascontiguousarray(moved / unit, dtype=kind)
    return Cloud(exact, rows, middle, unit)


def kmeans(
    points: Cloud | Array,
    n_clusters: int,
    *,
    rng: np.random.Generator,
    n_init: int = 10,
    weights: Array | None = None,
    polish: bool = True,
) -> Solution:
    """Fit k-means by so many k-means++ starts and keep the best of them.

    Parameters
    ----------
    points : Cloud or array of shape (n_rows, n_features)
        As `cloud` prepares them.
    n_clusters : int
        At least 1.
    rng : Generator
        Where chance comes from.
    n_init : int, default=10
        Starts; too few make stable segments look unstable.
    weights : array of shape (n_rows,), default=None
        How often each row counts; rows of weight 0 are not looked at.
    polish : bool, default=True
        Run the best start on, in double precision, until no row changes its centre.

    Returns
    -------
    Solution
        Centres in the units of `points`, in no particular order.

    Examples
    --------
    >>> X = np.array([[0.0], [1.0], [10.0], [11.0]])
    >>> found = kmeans(X, 2, rng=np.random.default_rng(0))
    >>> sorted(found.centres.ravel().tolist()), found.inertia
    ([0.5, 10.5], 1.0)
    """
    points = points if isinstance(points, Cloud) else cloud(points)
    rows, times = points.rows, weights
    if weights is not None:
        drawn = np.flatnonzero(weights)
        rows, times = rows[drawn], weights[drawn]
    counts = np.ones(len(rows)) if times is None else times
    weight = np.ascontiguousarray(counts, dtype=rows.dtype)
    starts = _plus_plus(rows, weight, n_clusters, n_init, rng)
    centres, spread = _advance(rows, weight, starts)
    best = int(spread.argmin())
    unit = points.unit
    found = centres[best].astype(np.float64) * unit + points.middle
    if polish:
        return _polish(points.exact, found, weights)
    return Solution(found, float(spread[best]) * unit**2)


def nearest(points: Cloud, centres: Array) -> Labels:
    """Give each row the number of its nearest centre, the lower one in a tie.

    Examples
    --------
    >>> nearest(cloud(np.array([[0.0], [1.0], [9.0]])), np.array([[0.0], [8.0]]))
    array([0, 0, 1])
    """
    kind = points.rows.dtype
    C = ((np.asarray(centres) - points.middle) / points.unit).astype(kind)
    away = np.column_stack([-2 * C, (C**2).sum(axis=1)])
    wide = np.column_stack([points.rows, np.ones(len(points), dtype=kind)]).T
    labels = np.zeros(len(points), dtype=np.int64)
    for block in _blocks(len(points), len(C)):
        score = away @ wide[:, block]
        own = score == score.min(axis=0)
        for j in range(len(C) - 1, 0, -1):
            labels[block][own[j]] = j
        labels[block][own[0]] = 0
    return labels


def inertia(X: Array, centres: Array, labels: Labels) -> float:
    """Sum the squared distances of rows to their own centres.

    Examples
    --------
    >>> inertia(np.array([[0.0], [3.0]]), np.array([[1.0]]), np.array([0, 0]))
    5.0
    """
    return float(((X - np.asarray(centres)[labels]) ** 2).sum())


def _blocks(n_rows: int, width: int) -> list[slice]:
    step = max(64, BLOCK // max(1, width))
    return [slice(at, at + step) for at in range(0, n_rows, step)]


def _plus_plus(
    X: Array, weight: Array, k: int, starts: int, rng: np.random.Generator
) -> Array:
    """Draw first centres for every start: far rows are likelier, the best of few."""
    n, tries = len(X), 2 + int(np.log(k))
    size = (X**2).sum(axis=1)
    total = np.cumsum(weight, dtype=np.float64)
    first = np.searchsorted(total, rng.random(starts) * total[-1], side="right")
    chosen = np.empty((starts, k), dtype=np.int64)
    chosen[:, 0] = np.minimum(first, n - 1)
    away = _squared(X, size, chosen[:, 0])
    each = np.arange(starts)
    for j in range(1, k):
        reach = np.cumsum(away * weight, axis=1, dtype=np.float64)
        aim = rng.random((starts, tries)) * reach[:, -1:]
        found = [np.searchsorted(reach[s], aim[s], side="right") for s in each]
        candidates = np.minimum(np.stack(found), n - 1)
        closer = _squared(X, size, candidates.ravel()).reshape(starts, tries, n)
        np.minimum(closer, away[:, None], out=closer)
        left = (closer.reshape(-1, n) @ weight).reshape(starts, tries)
        best = left.argmin(axis=1)
        away, chosen[:, j] = closer[each, best], candidates[each, best]
    return X[chosen]


def _squared(X: Array, size: Array, rows: Labels) -> Array:
    """Squared distances of some rows to all, of shape (some, all)."""
    away = (-2 * X[rows]) @ X.T
    away += size
    away += size[rows][:, None]
    return np.maximum(away, 0, out=away)


def _advance(X: Array, weight: Array, starts: Array) -> tuple[Array, Array]:
    """Run every start until its centres stand still; those that do leave the batch."""
    n_starts, k, p = starts.shape
    wide = np.ascontiguousarray(np.column_stack([X, np.ones(len(X), X.dtype)]).T)
    moved = np.ascontiguousarray(wide.T * weight[:, None])
    own = float(((X**2).sum(axis=1) * weight).sum(dtype=np.float64))
    total = moved.sum(axis=0, dtype=np.float64)
    variance = own / total[p] - float(((total[:p] / total[p]) ** 2).sum())
    still_at = TOLERANCE * max(variance, 0.0) / max(1, p)
    final, spread = np.empty_like(starts), np.full(n_starts, np.inf)
    desk = np.empty(n_starts * k * len(X), dtype=X.dtype)
    running = np.arange(n_starts)
    C = np.ascontiguousarray(starts.transpose(1, 0, 2))
    for _ in range(MAX_PASSES):
        sums, least = _pass(C, wide, moved, weight, desk)
        least = own + least.astype(np.float64)
        new = _means(sums, C)
        still = ((new - C) ** 2).sum(axis=(0, 2)) <= still_at
        spread[running], C = least, new
        if still.any():
            final[running[still]] = C[:, still].transpose(1, 0, 2)
            running, C = running[~still], np.ascontiguousarray(C[:, ~still])
            if not len(running):
                return final, spread
    final[running] = C.transpose(1, 0, 2)
    return final, spread


def _means(sums: Array, C: Array) -> Array:
    count = sums[:, :, -1:]
    if count.all():
        return np.asarray(sums[:, :, :-1] / count)
    # A centre that no row is nearest to stays where it is.
    return np.where(count > 0, sums[:, :, :-1] / np.maximum(count, 1e-30), C)


def _pass(
    C: Array, wide: Array, moved: Array, weight: Array, desk: Array
) -> tuple[Array, Array]:
    """Measure all rows against all centres once; sum what each centre wins."""
    k, starts, p = C.shape
    away = np.empty((k, starts, p + 1), dtype=C.dtype)
    np.multiply(C, -2, out=away[:, :, :p])
    np.einsum("ksp,ksp->ks", C, C, out=away[:, :, p])
    flat = desk[: k * starts * len(weight)].reshape(k * starts, -1)
    np.matmul(away.reshape(k * starts, p + 1), wide, out=flat)
    score = flat.reshape(k, starts, -1)
    best = np.minimum.reduce(score, axis=0)
    own = score == best
    if np.count_nonzero(own) > best.size:
        _break_ties(own)
    np.copyto(score, own)
    return (flat @ moved).reshape(k, starts, p + 1), best @ weight


def _break_ties(own: NDArray[np.bool_]) -> None:
    """Leave each row to the first of the centres that are equally near, in place."""
    taken = own[0].copy()
    for mine in own[1:]:
        mine &= ~taken
        taken |= mine


def _polish(X: Array, centres: Array, weights: Array | None) -> Solution:
    """Go on in double precision until no row changes; sums are exact to rounding."""
    times = np.ones(len(X)) if weights is None else np.asarray(weights, np.float64)
    labels = None
    for _ in range(MAX_PASSES):
        away = np.column_stack([((X - c) ** 2).sum(axis=1) for c in centres])
        found = away.argmin(axis=1)
        if labels is not None and (found == labels).all():
            break
        labels = found
        count = np.bincount(labels, weights=times, minlength=len(centres))
        for j in np.flatnonzero(count):
            mine = labels == j
            centres[j] = (X[mine] * times[mine, None]).sum(axis=0) / count[j]
    own = away[np.arange(len(X)), found]
    return Solution(centres, float((own * times).sum()))
