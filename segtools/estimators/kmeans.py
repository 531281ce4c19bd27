"""K-means that says how often its clusters come again."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone

from segtools.estimators.centres import CentreSegments, learn_centres
from segtools.estimators.reading import numbers, seed_of, whole
from segtools.schema import ConfigError, DataError
from segtools.segmentation.scheme import Learned, Task
from segtools.segmentation.stability.select import cluster, select_clusters


class StableKMeans(CentreSegments):
    """Cluster by k-means, and measure in resamples how stable the clusters are.

    Of ten or more k-means++ starts the best is kept. Pairs of bootstrap samples are
    clustered, each member places everyone, and their agreement is the stability; twenty
    pairs are fitted with twice the starts, to see that there were enough.

    Parameters
    ----------
    n_clusters : int or "auto", default="auto"
        ``"auto"`` takes the largest number from 2 to `max_clusters` that comes again:
        median agreement of at least 0.8, and of each segment at least 0.75.
    max_clusters : int, default=8
        Only looked at where the number is chosen.
    n_init : int, default=10
        Starts of every fit; fewer make stable segments look unstable.
    n_pairs : int, default=100
        Pairs of resamples. 0 measures nothing, where `n_clusters` is a number.
    min_share : float, default=0.03
        ``"auto"`` passes over numbers of which a cluster has a smaller share.
    max_rows : int, default=5000
        Of more customers, so many are drawn to fit and to resample.
    random_state : int or RandomState, default=1
        Where chance starts; never None.

    Attributes
    ----------
    n_clusters_ : int
    cluster_centers_ : array of shape (n_clusters, n_features)
        In the order of the first column, then of the next.
    labels_ : array of int of shape (n_customers,)
    sizes_ : array of int of shape (n_clusters,)
    inertia_ : float
        Sum of squared distances to the nearest centres.
    stability_ : float
        Median adjusted Rand index of the pairs; NaN where nothing was measured.
    segment_stability_ : array of shape (n_clusters,)
        Median Jaccard of each cluster with the best of a resample (SLSw).
    selection_ : DataFrame
        One row for each number that was tried, as `Selection.table` gives it.
    sentence_ : str
        Why this number; empty where it was given.
    n_features_in_ : int
    feature_names_in_ : array of str
        Only after a fit on a frame with names.

    Warns
    -----
    UserWarning
        For what makes the clusters doubtful, as `select_clusters` does.

    Notes
    -----
    Missing values are refused: fill them first, or put `ComparableFeatures` before.
    Columns are compared as they are, so they must be comparable; constant ones and
    copies of others do not count. Neither the order of rows nor the number of
    processors changes a result. No weights: a resample draws customers.

    References
    ----------
    Arthur, D. & Vassilvitskii, S. (2007). k-means++: the advantages of careful seeding.
    Dolnicar, S. & Leisch, F. (2010). Evaluation of structure and reproducibility of
    cluster solutions using the bootstrap. Marketing Letters 21, 83-101.
    Dolnicar, S. & Leisch, F. (2017). Using segment level stability to select target
    segments in data-driven market segmentation studies. Marketing Letters 28, 423-436.

    Examples
    --------
    >>> import numpy as np
    >>> from segtools.estimators import StableKMeans
    >>> rng = np.random.default_rng(0)
    >>> X = np.vstack([rng.normal(c, 0.3, (60, 2)) for c in ((0, 0), (4, 0), (0, 4))])
    >>> model = StableKMeans(max_clusters=4, n_pairs=10).fit(X)
    >>> model.n_clusters_, model.sizes_.tolist(), model.stability_
    (3, [60, 60, 60], 1.0)
    >>> model.predict([[4.1, 0.2]]).tolist()
    [2]
    """

    def __init__(
        self,
        n_clusters: int | str = "auto",
        *,
        max_clusters: int = 8,
        n_init: int = 10,
        n_pairs: int = 100,
        min_share: float = 0.03,
        max_rows: int = 5000,
        random_state: Any = 1,
    ):
        self.n_clusters = n_clusters
        self.max_clusters = max_clusters
        self.n_init = n_init
        self.n_pairs = n_pairs
        self.min_share = min_share
        self.max_rows = max_rows
        self.random_state = random_state

    @property
    def one_size(self) -> bool:
        """Whether it chooses its number of clusters, however many are asked for."""
        return isinstance(self.n_clusters, str)

    def fit(self, X: Any, y: Any = None) -> StableKMeans:
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
        ConfigError
            If a parameter asks for the impossible.
        """
        asked = self._asked()
        least = 1 if self.one_size else min(2, asked[0])
        frame = numbers(self, X, reset=True, least=least)
        different = len(frame.drop_duplicates())
        ks = [k for k in asked if k <= different]
        if not self.one_size and not ks:
            raise DataError(
                f"X must have at least as many different rows as clusters, but it has "
                f"{different:,} for n_clusters={asked[0]}. Ask for fewer clusters."
            )
        self._unmeasured(max(ks, default=1))
        if max(ks, default=1) == 1:
            self._settle(frame, frame.mean().to_frame().T)
        elif not self.n_pairs:
            self._settle(frame, cluster(frame, ks[0], **self._common()).centres)
        else:
            self._select(frame, ks)
        return self

    def _asked(self) -> list[int]:
        if self.one_size and self.n_clusters != "auto":
            raise ConfigError(
                f"n_clusters must be a whole number or 'auto', but it is "
                f"{self.n_clusters!r}. Pass one of both."
            )
        whole("n_init", self.n_init)
        whole("n_pairs", self.n_pairs, 1 if self.one_size else 0)
        whole("max_rows", self.max_rows)
        if not self.one_size:
            return [whole("n_clusters", self.n_clusters)]
        return list(range(2, whole("max_clusters", self.max_clusters, 2) + 1))

    def _common(self) -> dict[str, Any]:
        return {
            "n_init": self.n_init,
            "random_state": seed_of(self.random_state),
            "max_rows": self.max_rows,
        }

    def _unmeasured(self, k: int) -> None:
        self.stability_, self.sentence_ = float("nan"), ""
        self.segment_stability_ = np.full(k, np.nan)
        self.selection_ = pd.DataFrame()

    def _select(self, frame: pd.DataFrame, ks: list[int]) -> None:
        found = select_clusters(
            frame,
            ks,
            n_pairs=self.n_pairs,
            min_share=self.min_share,
            **self._common(),
        )
        pairs, k = found.pairs[found.n_clusters], found.n_clusters
        order = self._settle(frame, found.segments[k].centres)
        self.stability_ = float(np.median(pairs.ari))
        self.segment_stability_ = np.nanmedian(pairs.within, axis=0)[order]
        self.selection_ = found.table()
        self.sentence_ = found.sentence if self.one_size else ""

    def learn_task(self, task: Task) -> Learned:
        """Learn the clusters of a contest's task, on features made comparable.

        Parameters
        ----------
        task : Task
            Its number of segments takes the place of `n_clusters` or, where that is
            ``"auto"``, of `max_clusters`.

        Returns
        -------
        Learned
            Frozen as centres; a cluster under the task's smallest share goes to its
            neighbours.
        """
        model = clone(self).set_params(random_state=task.seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            if self.one_size:
                return learn_centres(model, task, "max_clusters")
            return learn_centres(model.set_params(n_pairs=0), task)
