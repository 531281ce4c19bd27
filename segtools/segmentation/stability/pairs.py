"""Do segments come again? Pairs of bootstrap samples that both predict everyone.

Sources: Dolnicar & Leisch (2010) for the global stability of pairs; Dolnicar & Leisch
(2017) for the stability of each segment within a solution (SLSw); Hennig (2007) for
the bootstrap Jaccard of a cluster among the rows that were drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binom

from segtools.cores import cores
from segtools.languages import mark
from segtools.progress import progress
from segtools.segmentation.one_thread import one_thread
from segtools.segmentation.stability.agreement import (
    adjusted_rand,
    crossed,
    jaccards,
)
from segtools.segmentation.stability.kmeans import (
    Cloud,
    Labels,
    Solution,
    cloud,
    kmeans,
    nearest,
)

DISSOLVED, RECOVERED = 0.5, 0.75
# Pairs on which the starts are doubled, and how far the median may then move.
DOUBLED_PAIRS = 20
MAY_MOVE = 0.03
# Pairs between two looks at whether more of them could still change the answer; the
# first look comes when the doubling is done.
LOOK_EVERY = 20
DOUBT = 0.002


@dataclass(frozen=True)
class Pairs:
    """How often one solution came again in pairs of bootstrap samples.

    Attributes
    ----------
    ari : array of shape (n_pairs,)
        Adjusted Rand index of the two partitions of everyone.
    within : array of shape (n_pairs, k)
        SLSw: Jaccard of each segment with the best of a resample, mean of the two.
    drawn : array of shape (2 n_pairs, k)
        The same among the rows drawn (Hennig); NaN where none of a segment was.
    doubled : tuple of float
        Median index of the pairs on which the starts were doubled, before and after;
        NaN where they were not.
    """

    ari: NDArray[np.float64]
    within: NDArray[np.float64]
    drawn: NDArray[np.float64]
    doubled: tuple[float, float] = (np.nan, np.nan)

    @property
    def moved(self) -> float:
        """How far the median moved when the starts were doubled."""
        return abs(self.doubled[1] - self.doubled[0])

    def clusterwise(self) -> pd.DataFrame:
        """Give Hennig's figures of each segment.

        Returns
        -------
        DataFrame of shape (k, 4)
            ``segment`` (its number), ``jaccard`` (mean), ``dissolved`` (resamples
            with at most 0.5) and ``recovered`` (with more than 0.75).

        Examples
        --------
        >>> found = Pairs(np.ones(1), np.ones((1, 1)), np.array([[0.5], [1.0]]))
        >>> found.clusterwise().iloc[0].tolist()
        [0.0, 0.75, 1.0, 1.0]
        """
        return pd.DataFrame(
            {
                "segment": np.arange(self.drawn.shape[1]),
                "jaccard": np.nanmean(self.drawn, axis=0),
                "dissolved": (self.drawn <= DISSOLVED).sum(axis=0),
                "recovered": (self.drawn > RECOVERED).sum(axis=0),
            }
        )


@dataclass(frozen=True)
class _Plan:
    """What every pair needs to know; read by several threads, changed by none."""

    points: Cloud
    base: Mapping[int, Labels]
    n_init: int
    seed: int
    doubled: int


def bootstrap_pairs(
    X: Cloud | NDArray[Any],
    base: Mapping[int, Labels],
    *,
    random_state: int,
    n_pairs: int = 100,
    n_init: int = 10,
    decide_at: float | None = None,
    double: bool = True,
) -> dict[int, Pairs]:
    """Cluster pairs of bootstrap samples; both members predict everyone.

    Parameters
    ----------
    X : Cloud or array of shape (n_customers, n_features)
        Complete; the units are taken as they are.
    base : mapping of int to array of shape (n_customers,)
        The solution to be found again, by its number of clusters.
    random_state : int
        Where chance starts. A pair draws the same customers for every number of
        clusters, and the result of one does not depend on which others are asked.
    n_pairs : int, default=100
    n_init : int, default=10
        Starts of k-means++ for every fit.
    decide_at : float, default=None
        Stop as soon as it is decided, at the 1 in 500 level, on which side of this
        value the median index lies; None means all pairs.
    double : bool, default=True
        Fit the first 20 pairs again with twice the starts, and keep the better.

    Returns
    -------
    dict of int to Pairs
        By number of clusters.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = np.vstack([rng.normal(c, 0.1, (20, 2)) for c in (0, 5, 9)])
    >>> found = bootstrap_pairs(X, {3: np.repeat([0, 1, 2], 20)}, random_state=1,
    ...                         n_pairs=5)
    >>> found[3].ari.tolist()
    [1.0, 1.0, 1.0, 1.0, 1.0]
    """
    points = X if isinstance(X, Cloud) else cloud(np.asarray(X, dtype=float))
    plan = _Plan(points, base, n_init, random_state, DOUBLED_PAIRS if double else 0)
    found: dict[int, list[Any]] = {k: [] for k in base}
    with one_thread(), ThreadPoolExecutor(_workers()) as pool:
        compared = _compared(plan, found, n_pairs, decide_at, pool)
        for by_k in progress(compared, mark("Pairs of resamples"), total=n_pairs):
            for k, row in by_k.items():
                found[k].append(row)
    return {k: _gathered(rows) for k, rows in found.items()}


def _compared(
    plan: _Plan,
    found: Mapping[int, list[Any]],
    n_pairs: int,
    decide_at: float | None,
    pool: ThreadPoolExecutor,
) -> Iterator[dict[int, Any]]:
    """Give each pair's rows, until it is decided; whoever takes them fills `found`."""
    undecided = list(found)
    step = n_pairs if decide_at is None else LOOK_EVERY
    for start in range(0, n_pairs, step):
        numbers = range(start, min(start + step, n_pairs))
        yield from pool.map(lambda b, ks=tuple(undecided): _pair(plan, b, ks), numbers)
        undecided = [k for k in undecided if not _decided(found[k], decide_at)]
        if not undecided:
            return


def stability_rows(pairs: Mapping[int, Pairs]) -> pd.DataFrame:
    """Put the index of every pair in a row: what a box plot over k draws.

    Returns
    -------
    DataFrame
        ``k``, ``pair`` (from 0) and ``ari``.

    Examples
    --------
    >>> found = Pairs(np.array([1.0, 0.5]), np.ones((2, 2)), np.ones((4, 2)))
    >>> stability_rows({2: found})
       k  pair  ari
    0  2     0  1.0
    1  2     1  0.5
    """
    rows = [(k, b, a) for k, found in pairs.items() for b, a in enumerate(found.ari)]
    return pd.DataFrame(rows, columns=["k", "pair", "ari"])


def within_rows(found: Pairs) -> pd.DataFrame:
    """Put the SLSw of every segment and pair in a row.

    Returns
    -------
    DataFrame
        ``segment`` (its number), ``pair`` (from 0) and ``jaccard``.

    Examples
    --------
    >>> within_rows(Pairs(np.ones(1), np.array([[1.0, 0.5]]), np.ones((2, 2))))
       segment  pair  jaccard
    0        0     0      1.0
    1        1     0      0.5
    """
    n_pairs, k = found.within.shape
    return pd.DataFrame(
        {
            "segment": np.repeat(np.arange(k), n_pairs),
            "pair": np.tile(np.arange(n_pairs), k),
            "jaccard": found.within.T.ravel(),
        }
    )


def _workers() -> int:
    """Count the processors at hand; how many share the work changes no result."""
    return min(8, cores())


def _pair(plan: _Plan, b: int, ks: Iterable[int]) -> dict[int, Any]:
    """Draw both members of one pair; compare them for each number of clusters."""
    rows: dict[int, Any] = {}
    n = len(plan.points)
    times = [
        np.bincount(_chance(plan, b, m).integers(n, size=n), minlength=n)
        for m in (0, 1)
    ]
    for k in ks:
        base = plan.base[k]
        fits = [_fit(plan, (b, m, k), times[m]) for m in (0, 1)]
        labels = [nearest(plan.points, f.centres) for f in fits]
        tables = [crossed(base, own, k, k) for own in labels]
        drawn = [
            jaccards(crossed(base[t > 0], own[t > 0], k, k))
            for own, t in zip(labels, times, strict=True)
        ]
        ari = adjusted_rand(crossed(labels[0], labels[1], k, k))
        within = np.mean([jaccards(table) for table in tables], axis=0)
        again = _doubled(plan, (b, k), fits, times) if b < plan.doubled else np.nan
        rows[k] = (ari, within, drawn, again)
    return rows


def _fit(plan: _Plan, key: tuple[int, ...], times: NDArray[Any]) -> Solution:
    return kmeans(
        plan.points,
        key[2],
        rng=_chance(plan, *key),
        n_init=plan.n_init,
        weights=times,
        polish=False,
    )


def _doubled(
    plan: _Plan, key: tuple[int, int], fits: list[Solution], times: list[NDArray[Any]]
) -> float:
    """Give every member as many starts again, and compare the better fits."""
    b, k = key
    labels = []
    for m in (0, 1):
        more = _fit(plan, (b, m, k, 1), times[m])
        best = min(fits[m], more, key=lambda f: f.inertia)
        labels.append(nearest(plan.points, best.centres))
    return adjusted_rand(crossed(labels[0], labels[1], k, k))


def _chance(plan: _Plan, *key: int) -> np.random.Generator:
    return np.random.default_rng([plan.seed, *key])


def _decided(rows: list[Any], at: float | None) -> bool:
    """Ask whether the median lies on one side beyond doubt (sign test)."""
    if at is None:
        return False
    above = sum(row[0] >= at for row in rows)
    fewer = min(above, len(rows) - above)
    return bool(2 * binom.cdf(fewer, len(rows), 0.5) < DOUBT)


def _gathered(rows: list[Any]) -> Pairs:
    ari, within, drawn, again = zip(*rows, strict=True)
    index, later = np.array(ari), np.array(again)
    checked = ~np.isnan(later)
    both = (np.nan, np.nan)
    if checked.any():
        both = (float(np.median(index[checked])), float(np.median(later[checked])))
    return Pairs(index, np.array(within), np.concatenate(drawn), both)
