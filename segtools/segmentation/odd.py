"""Odd customers: those who lie far from any crowd. A list with scores, no segments.

Density clusters leave them out as noise (HDBSCAN: Campello, Moulavi & Sander 2013), but
in one skewed cloud they leave out half of all. So noise counts only where a customer
also lies sparser than his own neighbours do (after Breunig et al. 2000).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.cluster import HDBSCAN
from sklearn.neighbors import NearestNeighbors

from segtools.schema import DataError
from segtools.segmentation.clusters import learn_preprocess
from segtools.segmentation.inputs import check_features
from segtools.segmentation.one_thread import one_thread
from segtools.segmentation.preprocess import prepared

Array = NDArray[np.float64]
N_NEIGHBOURS = 10
MAX_ROWS = 20_000
SPARSER = 3.0
CROWD = 0.03


def odd_customers(
    features: pd.DataFrame,
    *,
    sparser: float = SPARSER,
    crowd: float = CROWD,
    n_neighbours: int = N_NEIGHBOURS,
) -> pd.DataFrame:
    """List customers who lie far from any crowd, the oddest first.

    Look at them before clustering: a reseller, a test account or an error in the data.
    They still get a segment; nothing here takes anybody out.

    Parameters
    ----------
    features : DataFrame of shape (n_customers, n_features)
        In original units, ``customer_id`` as index; prepared as for clusters.
    sparser : float, default=3.0
        How many times farther from his neighbours than those are from theirs a
        customer must be.
    crowd : float, default=0.03
        Smallest share of customers that counts as a crowd of its own.
    n_neighbours : int, default=10
        Customers looked at around each.

    Returns
    -------
    DataFrame
        Indexed as `features`: ``score`` (how many times farther, see `sparser`),
        ``feature`` that is farthest from the median, and ``away``, by how many
        standard deviations (negative below it), logs taken where skewed.

    Raises
    ------
    DataError
        If there are too few customers, or more than 20,000.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = pd.DataFrame(rng.normal(size=(300, 2)), columns=["a", "b"])
    >>> X.loc[7] = [0.0, 30.0]
    >>> oddest = odd_customers(X).iloc[0]
    >>> oddest.name, oddest["feature"], bool(oddest["score"] > 10)
    (7, 'b', True)
    """
    _refuse(len(features), n_neighbours)
    frame = check_features(features, n_segments=1)
    payload = learn_preprocess(frame)
    X = prepared(payload, frame)
    order = np.lexsort(X.T[::-1])
    score = np.empty(len(X))
    noise = np.empty(len(X), dtype=bool)
    score[order] = sparseness(X[order], n_neighbours)
    noise[order] = _noise(X[order], crowd, n_neighbours)
    away = X - np.median(X, axis=0)
    most = np.abs(away).argmax(axis=1)
    found = pd.DataFrame(
        {
            "score": score,
            "feature": np.asarray(payload["uses"], dtype=object)[most],
            "away": away[np.arange(len(X)), most],
        },
        index=features.index,
    )
    found = found[noise & (score >= sparser)]
    return found.sort_values("score", ascending=False, kind="stable")


def sparseness(X: Array, n_neighbours: int = N_NEIGHBOURS) -> Array:
    """Compare each row's distance to its neighbours with what is usual among them.

    Parameters
    ----------
    X : array of shape (n_customers, n_features)
        Comparable columns.
    n_neighbours : int, default=10

    Returns
    -------
    array of shape (n_customers,)
        Distance to the farthest of the nearest neighbours over the median of theirs:
        about 1 inside any crowd, dense or not.

    Examples
    --------
    >>> X = np.array([[0.0], [1.0], [2.0], [3.0], [13.0]])
    >>> sparseness(X, n_neighbours=2).round(2).tolist()
    [2.0, 0.67, 0.67, 2.0, 7.32]
    """
    with one_thread():
        near = NearestNeighbors(n_neighbors=n_neighbours).fit(X)
        far, who = near.kneighbors()
    reach = far[:, -1]
    # Customers who are all alike have no distance at all; a tiny one keeps order.
    floor = max(float(np.median(reach)), 1e-9) * 1e-3
    return np.asarray((reach + floor) / (np.median(reach[who], axis=1) + floor))


def _noise(X: Array, crowd: float, n_neighbours: int) -> NDArray[np.bool_]:
    least = max(n_neighbours, round(crowd * len(X)))
    model = HDBSCAN(min_cluster_size=least, min_samples=n_neighbours, copy=True)
    with one_thread():
        return np.asarray(model.fit(X).labels_ < 0)


def _refuse(n: int, n_neighbours: int) -> None:
    if n <= 2 * n_neighbours:
        raise DataError(
            f"There must be more than {2 * n_neighbours} customers to see who is odd, "
            f"but there are {n}. Look at them one by one."
        )
    if n > MAX_ROWS:
        raise DataError(
            f"Odd customers are looked for among at most {MAX_ROWS:,}, but there are "
            f"{n:,}. Pass one segment or a sample."
        )
