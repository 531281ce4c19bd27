"""Ward's hierarchical clusters, with a `predict`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone

from segtools.estimators.centres import CentreSegments, learn_centres
from segtools.estimators.reading import numbers, whole
from segtools.schema import DataError
from segtools.segmentation.clusters import large_centres
from segtools.segmentation.mixtures import fit_rows
from segtools.segmentation.scheme import Learned, Task
from segtools.segmentation.ward import ward_centres


class WardSegments(CentreSegments):
    """Join customers by Ward's method, and place everyone by the centres found.

    Nothing depends on chance or on the order of rows, and new customers can be placed.

    Parameters
    ----------
    n_clusters : int, default=4
    max_rows : int, default=2000
        Of more customers, so many are joined, evenly spaced in the order of their
        content: time and memory grow with its square.

    Attributes
    ----------
    n_clusters_ : int
        Fewer than asked where nobody is nearest to a centre.
    cluster_centers_ : array of shape (n_clusters, n_features)
        In the order of the first column, then of the next.
    kept_share_ : float
        Share of the sample whose own centre is the nearest; the others change cluster
        when everybody is placed by distance.
    labels_, sizes_, inertia_
        As of `StableKMeans`.
    n_features_in_ : int
    feature_names_in_ : array of str
        Only after a fit on a frame with names.

    Notes
    -----
    Missing values are refused, and columns must be comparable: put
    `ComparableFeatures` before.

    References
    ----------
    Ward, J. H. (1963). Hierarchical grouping to optimize an objective function. Journal
    of the American Statistical Association 58, 236-244.

    Examples
    --------
    >>> from segtools.estimators import WardSegments
    >>> model = WardSegments(2).fit([[0.0], [1.0], [9.0], [10.0], [11.0]])
    >>> model.labels_.tolist(), model.cluster_centers_.ravel().tolist()
    ([0, 0, 1, 1, 1], [0.5, 10.0])
    >>> model.predict([[4.0]]).tolist()
    [0]
    """

    def __init__(self, n_clusters: int = 4, *, max_rows: int = 2000):
        self.n_clusters = n_clusters
        self.max_rows = max_rows

    def fit(self, X: Any, y: Any = None) -> WardSegments:
        """Cluster customers.

        Parameters
        ----------
        X : array or frame of shape (n_customers, n_features)
            Complete and comparable columns.
        y : ignored

        Returns
        -------
        self

        Raises
        ------
        DataError
            If fewer different customers than clusters are there.
        """
        k = whole("n_clusters", self.n_clusters)
        most = whole("max_rows", self.max_rows, k)
        frame = numbers(self, X, reset=True, least=min(2, k))
        rows = frame.to_numpy()
        different = len(np.unique(fit_rows(rows, most), axis=0))
        if different < k:
            raise DataError(
                f"X must have at least as many different rows as clusters, but it has "
                f"{different:,} for n_clusters={k}. Ask for fewer clusters."
            )
        centres, self.kept_share_ = rows.mean(axis=0)[None], 1.0
        if k > 1:
            centres, self.kept_share_ = ward_centres(rows, k, max_rows=most)
        centres = large_centres(centres, rows, 1 / len(rows))
        self._settle(frame, pd.DataFrame(centres, columns=frame.columns))
        return self

    def learn_task(self, task: Task) -> Learned:
        """Learn the clusters of a contest's task, on features made comparable.

        Parameters
        ----------
        task : Task
            Its number of segments takes the place of `n_clusters`.

        Returns
        -------
        Learned
            Frozen as centres; a cluster under the task's smallest share goes to its
            neighbours.
        """
        learned = learn_centres(clone(self), task)
        if learned.payload is not None:
            learned.payload["method"] = "ward"
        return learned
