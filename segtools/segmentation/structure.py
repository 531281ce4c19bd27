"""Are there segments in the features at all? Gap statistic and bootstrap agreement.

Sources: Tibshirani, Walther & Hastie (2001) for the gap statistic; Hartigan & Hartigan
(1985) and Adolfsson, Ackerman & Brownstein (2019) for the dip test on distances;
Dolnicar & Leisch (2010) for agreement of bootstrap pairs that both predict everyone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial.distance import pdist
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

from segtools.segmentation.clusters import N_INIT, learn_preprocess
from segtools.segmentation.place import prepared

Array = NDArray[np.float64]
MAX_CLUSTERS = 6
MAX_ROWS = 2_500
MIN_COMPLETE = 50
# Fewer customers a feature and anything looks like a group (Qiu & Joe 2009).
ROWS_PER_FEATURE = 10
N_REFERENCES = 10
N_PAIRS = 20
AGREEMENT = 0.8
DIP_P = 0.05
MAX_DIP_ROWS = 379  # as many distances as the tabled p-values reach
TEXT = {
    "natural": "The features fall into {k} natural groups: there are gaps between "
    "them, and resamples find them again (agreement {ari:.2f}).",
    "reproducible": "There are no gaps between customers, yet {k} groups come out "
    "again in resamples (agreement {ari:.2f}).",
    "constructed": "The features form no groups of their own: segments are lines drawn "
    "for a purpose (agreement of {k} groups in resamples {ari:.2f}).",
}


@dataclass
class Structure:
    """A structure verdict: its label, the number of clusters, and the evidence."""

    label: str
    n_clusters: int
    sentence: str
    evidence: dict[str, Any] = field(default_factory=dict)


def structure_verdict(X: pd.DataFrame | Array, *, random_state: int = 1) -> Structure:
    """Say whether customers fall into natural, reproducible or no groups.

    Parameters
    ----------
    X : DataFrame or array of shape (n_customers, n_features)
        Features in original units; they are logged where skewed and standardised as
        for clusters. Customers with a feature missing are left out where enough
        others remain; a sample of 2,500 customers decides.
    random_state : int, default=1
        Where chance starts.

    Returns
    -------
    Structure
        ``label`` is *natural* if the gap statistic sees more than one cluster, the
        distances between customers have more than one mode (dip test, p under 0.05)
        and pairs of bootstrap solutions agree on the clusters (median adjusted Rand
        index of at least 0.8); *reproducible* if three or more clusters recur
        without gaps, three pairs in four agreeing at 0.8 or more (two halves of any
        long cloud recur, so they do not count); else *constructed*, as it is with
        fewer than 50 customers, or than 10 a feature.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> centres = [(0, 0), (5, 0), (0, 5)]
    >>> blobs = np.vstack([rng.normal(c, 0.3, (60, 2)) for c in centres])
    >>> structure_verdict(blobs).label
    'natural'
    """
    frame, left_out = _complete(pd.DataFrame(X))
    Z = prepared(payload := learn_preprocess(frame), frame)
    rng = np.random.default_rng(random_state)
    if len(Z) > MAX_ROWS:
        Z = Z[np.sort(rng.choice(len(Z), MAX_ROWS, replace=False))]
    most = min(MAX_CLUSTERS, len(np.unique(Z, axis=0)) - 1)
    least = max(MIN_COMPLETE, ROWS_PER_FEATURE * Z.shape[1])
    if most < 2 or len(Z) < least or Z.shape[1] == 0:
        return _too_few(len(Z), Z.shape[1])
    gap = gap_statistic(Z, most, rng)
    ks = sorted({2, 3, 4, 5, *gap["candidates"].values()} - {1})
    ks = [k for k in ks if k <= most]
    agreement = agreement_by_k(Z, ks, rng)
    dip = dip_on_distances(Z, rng)
    gap["n_clusters"] = _best_candidate(gap["candidates"], agreement)
    label, k = _label(gap["n_clusters"], dip["p_value"], agreement)
    ari = dict(zip(agreement["k"], agreement["median"], strict=True))
    sentence = TEXT[label].format(k=k, ari=ari.get(k, 1.0))
    evidence = {"features": payload["uses"], "gap": gap, "agreement": agreement}
    evidence["dip"] = dip
    evidence["thresholds"] = {"agreement": AGREEMENT, "dip_p": DIP_P}
    evidence["rows"], evidence["left_out"] = len(Z), left_out
    return Structure(label, k, sentence, evidence)


def _too_few(rows: int, features: int) -> Structure:
    """Say that nothing can be seen, with evidence that draws as nothing."""
    sentence = (
        f"There are too few different customers ({rows}) to look for groups in "
        f"{features} features."
    )
    gap = {"k": [], "gap": [], "se": [], "candidates": {}, "n_clusters": 1}
    agreement = {"k": [], "median": [], "low": [], "high": [], "pairs": 0}
    evidence = {"gap": gap, "agreement": agreement, "rows": rows, "left_out": 0}
    return Structure("constructed", 1, sentence, evidence)


def _complete(frame: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Keep customers with every feature, unless that would leave too few.

    Filling gaps puts all who have not bought lately on one spot, and that spot would
    pass for a natural group.
    """
    frame.columns = frame.columns.astype(str)
    whole = frame.dropna()
    if len(whole) < max(MIN_COMPLETE, len(frame) / 4):
        return frame, 0
    return whole, len(frame) - len(whole)


def _label(by_gap: int, dip_p: float, agreement: dict[str, Any]) -> tuple[str, int]:
    median = dict(zip(agreement["k"], agreement["median"], strict=True))
    if by_gap > 1 and dip_p < DIP_P and median.get(by_gap, 0.0) >= AGREEMENT:
        return "natural", by_gap
    low = dict(zip(agreement["k"], agreement["low"], strict=True))
    recurring = [k for k, ari in low.items() if k >= 3 and ari >= AGREEMENT]
    if recurring:
        return "reproducible", max(recurring)
    larger = {k: ari for k, ari in median.items() if k >= 3} or median
    return "constructed", max(larger, key=lambda k: (larger[k], -k))


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
    centred = X - X.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    turned = centred @ axes.T
    low, high = turned.min(axis=0), turned.max(axis=0)
    boxes = [rng.uniform(low, high, size=turned.shape) for _ in range(N_REFERENCES)]
    seeds = [int(s) for s in rng.integers(2**31, size=N_REFERENCES + 1)]
    ks = list(range(1, most + 1))
    own = _log_spread(turned, ks, seeds[-1], n_init=N_INIT)
    reference = np.array(
        [_log_spread(b, ks, s, n_init=2) for b, s in zip(boxes, seeds, strict=False)]
    )
    gap = reference.mean(axis=0) - own
    se = reference.std(axis=0) * np.sqrt(1 + 1 / N_REFERENCES)
    found = {"k": ks, "gap": gap.tolist(), "se": se.tolist()}
    return found | {"candidates": gap_candidates(gap, se)}


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
    enough = np.flatnonzero(gap[:-1] >= gap[1:] - se[1:])
    first = int(enough[0]) + 1 if len(enough) else len(gap)
    top = int(np.argmax(gap))
    return {"first": first, "highest": int(np.argmax(gap >= gap[top] - se[top])) + 1}


def _best_candidate(candidates: dict[str, int], agreement: dict[str, Any]) -> int:
    """Take the candidate on which resamples agree best, the smaller one of equals."""
    median = dict(zip(agreement["k"], agreement["median"], strict=True))
    known = sorted(k for k in candidates.values() if k in median)
    return max(known, key=lambda k: (median[k], -k), default=1)


def _log_spread(X: Array, ks: list[int], seed: int, n_init: int) -> Array:
    found = []
    for k in ks:
        model = KMeans(n_clusters=k, n_init=n_init, random_state=seed)
        with threadpool_limits(1):
            found.append(np.log(max(model.fit(X).inertia_, 1e-300)))
    return np.array(found)


def agreement_by_k(X: Array, ks: list[int], rng: np.random.Generator) -> dict[str, Any]:
    """Cluster pairs of bootstrap samples, let both predict everyone, compare.

    Returns
    -------
    dict
        ``k``, ``median``, ``low`` and ``high`` (quartiles) of the adjusted Rand
        index, and the number of ``pairs``.
    """
    rows: dict[str, Any] = {"k": ks, "median": [], "low": [], "high": []}
    for k in ks:
        index = [
            adjusted_rand_score(_resampled(X, k, rng), _resampled(X, k, rng))
            for _ in range(N_PAIRS)
        ]
        low, median, high = np.quantile(index, [0.25, 0.5, 0.75])
        rows["low"].append(float(low))
        rows["median"].append(float(median))
        rows["high"].append(float(high))
    return rows | {"pairs": N_PAIRS}


def _resampled(X: Array, k: int, rng: np.random.Generator) -> NDArray[np.int64]:
    rows = rng.integers(len(X), size=len(X))
    seed = int(rng.integers(2**31))
    model = KMeans(n_clusters=k, n_init=N_INIT, random_state=seed)
    with threadpool_limits(1):
        return np.asarray(model.fit(X[rows]).predict(X))
