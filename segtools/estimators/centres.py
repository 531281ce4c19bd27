"""What clusterers with centres have in common: the nearest centre decides."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    ClusterMixin,
    TransformerMixin,
)
from sklearn.utils.validation import check_is_fitted

from segtools.estimators.reading import numbers
from segtools.segmentation.clusters import frozen_centres, learn_preprocess
from segtools.segmentation.place import place
from segtools.segmentation.preprocess import distances, prepared
from segtools.segmentation.scheme import Learned, Task

Array = NDArray[np.float64]


class CentreSegments(
    ClassNamePrefixFeaturesOutMixin, TransformerMixin, ClusterMixin, BaseEstimator
):
    """Base of clusterers that place customers by the nearest of their centres."""

    def _settle(self, frame: pd.DataFrame, centres: pd.DataFrame) -> NDArray[np.int64]:
        """Keep centres in the order of their content, and place everyone.

        `centres` may lack columns that tell nobody apart. Gives the new order.
        """
        order = np.asarray(np.lexsort(centres.to_numpy().T[::-1]), dtype=np.int64)
        self._payload = {
            "kind": "centroids",
            "uses": list(centres.columns),
            "preprocess": [],
            "seen_missing": [],
            "centroids": centres.to_numpy()[order].tolist(),
        }
        self.labels_ = place(self._payload, frame).labels
        k = len(centres)
        self.sizes_ = np.bincount(self.labels_, minlength=k)
        mean = frame.groupby(self.labels_).mean().reindex(range(k))
        mean[list(centres.columns)] = centres.to_numpy()[order]
        self.cluster_centers_ = mean.fillna(frame.mean()).to_numpy()
        self.inertia_ = -self._score(frame)
        self.n_clusters_ = self._n_features_out = k
        return order

    def predict(self, X: Any) -> NDArray[np.int64]:
        """Give each customer the number of the nearest centre.

        Parameters
        ----------
        X : array or frame of shape (n_customers, n_features)

        Returns
        -------
        array of int of shape (n_customers,)
            From 0; the lower number where two centres are equally near.
        """
        check_is_fitted(self)
        return place(self._payload, numbers(self, X, reset=False)).labels

    def transform(self, X: Any) -> Array:
        """Give each customer's distance to every centre.

        Parameters
        ----------
        X : array or frame of shape (n_customers, n_features)

        Returns
        -------
        array of shape (n_customers, n_clusters)
        """
        check_is_fitted(self)
        return np.asarray(np.sqrt(self._away(numbers(self, X, reset=False))))

    def score(self, X: Any, y: Any = None) -> float:
        """Give the sum of squared distances to the nearest centres, negative.

        It grows with every cluster, so that it compares starts and not numbers.

        Parameters
        ----------
        X : array or frame of shape (n_customers, n_features)
        y : ignored

        Returns
        -------
        float
        """
        check_is_fitted(self)
        return self._score(numbers(self, X, reset=False))

    def _score(self, frame: pd.DataFrame) -> float:
        return -float(self._away(frame).min(axis=1).sum())

    def _away(self, frame: pd.DataFrame) -> Array:
        centres = np.asarray(self._payload["centroids"])
        return distances(frame[self._payload["uses"]].to_numpy(), centres)


def learn_centres(model: Any, task: Task, most: str = "n_clusters") -> Learned:
    """Fit a clusterer on a task's prepared features, and freeze its centres.

    Parameters
    ----------
    model : CentreSegments
        A clone, which is fitted.
    task : Task
    most : str, default="n_clusters"
        The parameter that takes the task's number of segments.
    """
    payload = learn_preprocess(task.features) | {"kind": "centroids"}
    X = prepared(payload, task.features)
    k = min(task.n_segments, len(np.unique(X, axis=0)))
    centres = X[:1]
    if k >= 2:
        frame = pd.DataFrame(X, columns=payload["uses"])
        model.set_params(**{most: k}).fit(frame)
        centres = model.cluster_centers_
    return frozen_centres(payload, X, centres, task)
