"""Ward's hierarchical clusters of a sample, frozen as their centres (Ward 1963)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.optimize import linear_sum_assignment

from segtools.languages import mark, tr
from segtools.segmentation.clusters import frozen_centres, learn_preprocess
from segtools.segmentation.mixtures import fit_rows, thinned
from segtools.segmentation.preprocess import distances, prepared
from segtools.segmentation.scheme import Learned, Scheme, Task, add
from segtools.wording import percent

Array = NDArray[np.float64]
# Time and memory grow with its square: 2,000 customers take 0.3 s and 16 MB.
MAX_ROWS = 2_000
REPLICATE_ROWS = 1_000


def ward_centres(
    X: Array, n_clusters: int, *, max_rows: int = MAX_ROWS
) -> tuple[Array, float]:
    """Join the two clusters whose union spreads least, until `n_clusters` are left.

    Nothing depends on chance or on the order of the rows: where there are more than
    `max_rows`, they are sorted by content and thinned evenly.

    Parameters
    ----------
    X : array of shape (n_customers, n_features)
        Comparable columns, such as standardised ones.
    n_clusters : int
        At least 2, at most as many as there are different rows.
    max_rows : int, default=2000

    Returns
    -------
    centres : array of shape (n_clusters, n_features)
    kept : float
        Share of the sample whose own centre is the nearest one; the others change
        cluster when everybody is assigned by distance.

    Examples
    --------
    >>> X = np.array([[0.0], [1.0], [9.0], [10.0], [11.0]])
    >>> centres, kept = ward_centres(X, 2)
    >>> centres.ravel().tolist(), kept
    ([0.5, 10.0], 1.0)
    """
    rows = fit_rows(X, max_rows)
    joins = _joins(rows.tobytes(), rows.shape)
    own = fcluster(joins, n_clusters, criterion="maxclust") - 1
    centres = np.array([rows[own == c].mean(axis=0) for c in np.unique(own)])
    nearest = distances(rows, centres).argmin(axis=1)
    return centres, float((nearest == own).mean())


@lru_cache(maxsize=1)
def _joins(rows: bytes, shape: tuple[int, int]) -> Array:
    """Join all rows, step by step; a contest asks for one tree at several heights."""
    return np.asarray(linkage(np.frombuffer(rows).reshape(shape), method="ward"))


def learn_ward(task: Task) -> Learned:
    """Learn Ward's clusters; one under the smallest share goes to its neighbours."""
    payload = learn_preprocess(task.features) | {"kind": "centroids", "method": "ward"}
    X = prepared(payload, task.features)
    k = min(task.n_segments, len(np.unique(fit_rows(X, MAX_ROWS), axis=0)))
    centres, kept = (X[:1], 1.0) if k < 2 else ward_centres(X, k)
    note = tr("{share} of the sample stay with their centre", share=percent(kept))
    return frozen_centres(payload, X, centres, task, note)


def replicate_ward(task: Task, payload: dict[str, Any], rows: NDArray[Any]) -> Any:
    """Learn again on a bootstrap sample; clusters are matched to the model's own."""
    rows = thinned(rows, REPLICATE_ROWS)
    X = prepared(payload, task.features.iloc[rows])
    own = np.asarray(payload["centroids"])
    centres, _ = ward_centres(X, len(own))
    again = own.copy()  # where a sample has fewer different rows, the rest stays put
    mine, theirs = linear_sum_assignment(distances(own, centres))
    again[mine] = centres[theirs]
    return again.round(6).tolist()


add(Scheme("ward", mark("Ward clusters"), learn_ward, simplicity=6))
