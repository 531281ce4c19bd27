"""What is shown beside a structure verdict: gap, agreement of resamples, dip test.

Sources: Tibshirani, Walther & Hastie (2001) for the gap statistic; Hartigan & Hartigan
(1985) and Adolfsson, Ackerman & Brownstein (2019) for the dip test on distances;
Dolnicar & Leisch (2010) for agreement of bootstrap pairs that both predict everyone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import pdist

from segtools.segmentation.clusters import N_INIT
from segtools.segmentation.stability.gap import gap_curves, rule_k
from segtools.segmentation.stability.kmeans import cloud, kmeans, nearest
from segtools.segmentation.stability.pairs import bootstrap_pairs

Array = NDArray[np.float64]
N_REFERENCES = 10
N_PAIRS = 20
GAP_STARTS = 5
MAX_DIP_ROWS = 379  # as many distances as the tabled p-values reach


def dip_on_distances(X: Array, rng: np.random.Generator) -> dict[str, float]:
    """Ask whether the distances between customers have more than one mode.

    Returns
    -------
    dict
        ``dip``, ``p_value`` and the number of ``rows`` whose distances were taken.
        Distances depend on each other, so the p-value screens; it proves nothing.
    """
    from diptest import diptest

    rows = min(len(X), MAX_DIP_ROWS)
    chosen = X[np.sort(rng.choice(len(X), rows, replace=False))]
    dip, p = diptest(pdist(chosen))
    return {"dip": float(dip), "p_value": float(p), "rows": rows}


def gap_statistic(X: Array, most: int, rng: np.random.Generator) -> dict[str, Any]:
    """Compare within-cluster spread with that of a box without structure.

    The reference is uniform in the box of the principal components.

    Returns
    -------
    dict
        ``k``, ``gap``, ``se`` (lists for k = 1 to `most`) and ``candidates``, as
        `gap_candidates` reads them.
    """
    found = gap_curves(X, most, rng=rng, n_references=N_REFERENCES, n_init=GAP_STARTS)[
        2
    ]
    record = {"k": list(range(1, most + 1)), "gap": found.gap.tolist()}
    record["se"] = found.se.tolist()
    return record | {"candidates": gap_candidates(found.gap, found.se)}


def gap_candidates(gap: Array, se: Array) -> dict[str, int]:
    """Read the number of clusters off a gap curve by two rules.

    Parameters
    ----------
    gap, se : array of shape (n_k,)
        For k = 1, 2, ...

    Returns
    -------
    dict
        ``first``: the smallest k with Gap(k) >= Gap(k+1) - s(k+1) (Tibshirani et al.
        2001), which stops at 1 wherever two clusters are no better than one, as with
        three on a line; ``highest``: the smallest k within a standard error of the
        highest gap.

    Examples
    --------
    >>> gap_candidates(np.array([0.5, 0.45, 2.6, 2.3]), np.full(4, 0.06))
    {'first': 1, 'highest': 3}
    """
    return {
        "first": rule_k(gap, se, rule="Tibs2001SEmax"),
        "highest": rule_k(gap, se, rule="globalSEmax"),
    }


def best_candidate(candidates: dict[str, int], agreement: dict[str, Any]) -> int:
    """Take the candidate on which resamples agree best, the smaller one of equals."""
    median = dict(zip(agreement["k"], agreement["median"], strict=True))
    known = sorted(k for k in candidates.values() if k in median)
    return max(known, key=lambda k: (median[k], -k), default=1)


def agreement_by_k(
    X: Array,
    ks: list[int],
    rng: np.random.Generator,
    decide_at: float | None = None,
) -> dict[str, Any]:
    """Cluster pairs of bootstrap samples, let both predict everyone, compare.

    Where `decide_at` is given, pairs end as soon as it is beyond doubt on which side of
    it the median lies.

    Returns
    -------
    dict
        ``k``, ``median``, ``low`` and ``high`` (quartiles) of the adjusted Rand
        index, ``weakest`` (the median with which the least stable segment is found
        again, SLSw), and the number of ``pairs``.
    """
    points = cloud(X)
    base = {}
    for k in ks:
        fit = kmeans(points, k, rng=rng, n_init=N_INIT)
        base[k] = nearest(points, fit.centres)
    seed = int(rng.integers(2**31))
    pairs = bootstrap_pairs(
        points,
        base,
        random_state=seed,
        n_pairs=N_PAIRS,
        n_init=N_INIT,
        decide_at=decide_at,
        double=False,
    )
    rows: dict[str, Any] = {"k": ks, "median": [], "low": [], "high": []}
    rows["weakest"] = []
    for k in ks:
        low, median, high = np.quantile(pairs[k].ari, [0.25, 0.5, 0.75])
        rows["low"].append(float(low))
        rows["median"].append(float(median))
        rows["high"].append(float(high))
        weakest = np.nanmin(np.nanmedian(pairs[k].within, axis=0))
        rows["weakest"].append(float(weakest))
    return rows | {
        "pairs": max((len(found.ari) for found in pairs.values()), default=0)
    }
