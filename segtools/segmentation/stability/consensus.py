"""Which customers come together again and again? Consensus over subsamples.

Sources: Monti et al. (2003) for the consensus matrix, Senbabaoglu, Michailidis & Li
(2014) for the proportion of ambiguous pairs, and for the warning that one cloud looks
stable, too: read it beside a reference without structure.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from segtools.segmentation.one_thread import one_thread
from segtools.segmentation.stability.kmeans import cloud, kmeans, nearest

Array = NDArray[np.float64]
MAX_ROWS = 2_000
SHARE = 0.8


def consensus_matrix(
    X: NDArray[Any],
    n_clusters: int,
    *,
    random_state: int,
    n_samples: int = 100,
    n_init: int = 10,
    max_rows: int = MAX_ROWS,
) -> Array:
    """Compute how often two customers come together when both are drawn.

    Parameters
    ----------
    X : array of shape (n_customers, n_features)
        Complete; the units are taken as they are.
    n_clusters : int
    random_state : int
        Where chance starts.
    n_samples : int, default=100
        Subsamples of 80 % without replacement.
    n_init : int, default=10
        Starts of k-means++ for every fit.
    max_rows : int, default=2000
        Of more customers, so many are drawn first: memory grows with its square.

    Returns
    -------
    array of shape (n_rows, n_rows)
        From 0 to 1; NaN for two who were never drawn together.

    Examples
    --------
    >>> X = np.array([[0.0], [0.1], [5.0], [5.1]])
    >>> M = consensus_matrix(X, 2, random_state=1, n_samples=30)
    >>> M[0, 1] > M[0, 2]
    np.True_
    """
    rng = np.random.default_rng([random_state, n_clusters])
    if len(X) > max_rows:
        X = X[np.sort(rng.choice(len(X), max_rows, replace=False))]
    n = len(X)
    size = max(n_clusters, round(SHARE * n))
    members = np.zeros((n, n_samples * n_clusters), dtype=np.float32)
    drawn = np.zeros((n, n_samples), dtype=np.float32)
    with one_thread():
        for h in range(n_samples):
            rows = np.sort(rng.choice(n, size, replace=False))
            points = cloud(X[rows])
            centres = kmeans(
                points, n_clusters, rng=rng, n_init=n_init, polish=False
            ).centres
            members[rows, h * n_clusters + nearest(points, centres)] = 1
            drawn[rows, h] = 1
        together = (members @ members.T).astype(np.float64)
        both = drawn @ drawn.T
    return np.divide(together, both, out=np.full((n, n), np.nan), where=both > 0)


def ambiguous_pairs(matrix: Array, *, low: float = 0.1, high: float = 0.9) -> float:
    """Compute the share of pairs that come together neither nearly always nor never.

    Parameters
    ----------
    matrix : array of shape (n_rows, n_rows)
        As `consensus_matrix` gives it.
    low, high : float, default=0.1 and 0.9
        Pairs strictly between them are ambiguous.

    Returns
    -------
    float
        PAC: low is good.

    Examples
    --------
    >>> ambiguous_pairs(np.array([[1.0, 0.5, 0.0], [0.5, 1.0, 1.0], [0.0, 1.0, 1.0]]))
    0.3333333333333333
    """
    pairs = matrix[np.triu_indices(len(matrix), 1)]
    pairs = pairs[~np.isnan(pairs)]
    return float(((pairs > low) & (pairs < high)).mean()) if len(pairs) else 0.0
