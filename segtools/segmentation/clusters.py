"""Clusters: k-means in a pipeline whose preprocessing is stored with the model."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.cluster import KMeans

from segtools.segmentation.far import FAR_QUANTILE
from segtools.segmentation.one_thread import one_thread
from segtools.segmentation.place import place
from segtools.segmentation.preprocess import distances, prepared
from segtools.segmentation.scheme import Learned, Scheme, Task, add

N_INIT = 10
MAX_CORRELATION = 0.9
_SKEWED = 1.0


def learn_preprocess(
    features: pd.DataFrame, *, plain: bool = False, distinct: bool = True
) -> dict[str, Any]:
    """Learn how to make features comparable: fill, take logs, standardise.

    Constant columns are left out, and of two that say the same (correlation above
    0.9 after the logs) the one that comes later in the alphabet.

    Parameters
    ----------
    features : DataFrame of shape (n_customers, n_features)
        In original units.
    plain : bool, default=False
        Only fill and standardise, and keep every column.
    distinct : bool, default=True
        Leave out columns that say the same as another.

    Returns
    -------
    dict
        ``uses`` (features in order), ``preprocess`` (steps) and ``seen_missing``.
    """
    names = [n for n in sorted(features.columns) if features[n].nunique() > 1]
    frame = features[names].astype(float)
    fill = {n: float(frame[n].median()) for n in names}
    skewed = [n for n in names if _skewed(frame[n]) and not plain]
    payload: dict[str, Any] = {
        "uses": names,
        "seen_missing": [n for n in names if frame[n].isna().any()],
        "preprocess": [
            {"op": "fill", "values": fill},
            {"op": "signed_log", "features": skewed},
        ],
    }
    X = prepared(payload, frame)
    keep = _distinct(X) if distinct and not plain else list(range(len(names)))
    payload["uses"] = [names[i] for i in keep]
    kept = set(payload["uses"])
    steps = payload["preprocess"]
    steps[0]["values"] = {n: v for n, v in fill.items() if n in kept}
    steps[1]["features"] = [n for n in skewed if n in kept]
    mean, scale = X[:, keep].mean(axis=0), X[:, keep].std(axis=0)
    steps.append(
        {
            "op": "standardize",
            "mean": dict(zip(payload["uses"], mean.tolist(), strict=True)),
            "scale": dict(zip(payload["uses"], scale.tolist(), strict=True)),
        }
    )
    return payload


def _skewed(column: pd.Series) -> bool:
    return bool(column.min() >= 0 and column.skew() > _SKEWED)


def _distinct(X: NDArray[np.float64]) -> list[int]:
    if X.shape[1] < 2:
        return list(range(X.shape[1]))
    alike = np.abs(np.corrcoef(X, rowvar=False)) > MAX_CORRELATION
    keep: list[int] = []
    for j in range(X.shape[1]):
        if not any(alike[j, i] for i in keep):
            keep.append(j)
    return keep


def fit_kmeans(X: NDArray[np.float64], n_clusters: int, seed: int) -> KMeans:
    """Fit k-means with ten k-means++ starts on one thread.

    Fewer starts make stable segments look unstable; more threads make sums differ.
    """
    model = KMeans(n_clusters=n_clusters, n_init=N_INIT, random_state=seed)
    with one_thread():
        return model.fit(X)


def learn_clusters(task: Task) -> Learned:
    """Learn k-means; a cluster under the smallest share goes to its neighbours."""
    return learn_centroids(task, task.features)


def learn_centroids(
    task: Task, features: pd.DataFrame, *, plain: bool = False
) -> Learned:
    """Learn k-means on the given columns of the task's features."""
    payload = learn_preprocess(features, plain=plain) | {"kind": "centroids"}
    X = prepared(payload, features)
    k = min(task.n_segments, len(np.unique(X, axis=0)))
    # Customers who are all alike are one cluster, and may have no column left.
    centres = X[:1] if k < 2 else fit_kmeans(X, k, task.seed).cluster_centers_
    return frozen_centres(payload, X, centres, task)


def frozen_centres(
    payload: dict[str, Any],
    X: NDArray[np.float64],
    centres: NDArray[np.float64],
    task: Task,
    note: str = "",
) -> Learned:
    """Freeze centres found in prepared rows; small clusters go to their neighbours.

    Parameters
    ----------
    payload : dict
        Preprocessing of kind ``centroids``; its centres are added to it.
    X : array of shape (n_customers, n_features)
        The prepared rows of which the centres were learned.
    centres : array of shape (n_clusters, n_features)
        In any order.
    task : Task
    note : str, optional
        Default: how many clusters were too small.
    """
    found = len(centres)
    centres = large_centres(centres, prepared(payload, task.at), task.min_share)
    # In a fixed order, so that labels do not depend on where the algorithm started.
    order = np.lexsort(centres.T[::-1]) if len(centres) > 1 else [0]
    payload["centroids"] = centres[order].round(12).tolist()
    own = distances(X, centres).min(axis=1)
    payload["far_threshold"] = float(np.quantile(np.sqrt(own), FAR_QUANTILE))
    if not note and len(centres) < found:
        note = f"{found - len(centres)} clusters were too small"
    return Learned(lambda F: place(payload, F).labels, payload, note)


def large_centres(
    centres: NDArray[np.float64], X: NDArray[np.float64], min_share: float
) -> NDArray[np.float64]:
    """Take out the centre of the smallest cluster until all hold `min_share`."""
    while len(centres) > 1:
        nearest = distances(X, centres).argmin(axis=1)
        sizes = np.bincount(nearest, minlength=len(centres))
        if sizes.min() >= min_share * len(X) - 1e-9:
            break
        centres = np.delete(centres, sizes.argmin(), axis=0)
    return centres


def replicate_centroids(task: Task, payload: dict[str, Any], rows: NDArray[Any]) -> Any:
    """Fit again on a bootstrap sample; clusters are matched to the model's own."""
    from scipy.optimize import linear_sum_assignment

    X = prepared(payload, task.features.iloc[rows])
    own = np.asarray(payload["centroids"])
    model = KMeans(n_clusters=len(own), init=own, n_init=1)
    with one_thread():
        centres = model.fit(X).cluster_centers_
    mine, theirs = linear_sum_assignment(distances(own, centres))
    return centres[theirs[np.argsort(mine)]].round(6).tolist()


add(Scheme(name="clusters", label="k-means clusters", learn=learn_clusters))
