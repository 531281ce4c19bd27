"""How well segments predict an outcome: each customer is told his segment's mean."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, RegressorMixin, clone, is_regressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils import get_tags
from sklearn.utils.validation import (
    check_array,
    check_consistent_length,
    check_is_fitted,
    column_or_1d,
    validate_data,
)

from segtools.estimators.comparable import ComparableFeatures
from segtools.estimators.kmeans import StableKMeans
from segtools.estimators.reading import in_pandas
from segtools.schema import ConfigError

Array = NDArray[np.float64]


class SegmentMeans(RegressorMixin, BaseEstimator):
    """Predict every customer's outcome by the mean of the segment he is placed in.

    It makes any way to segment comparable with any other in `GridSearchCV`: learn the
    segments and their means in one period, and judge the means in the next, as
    segtools' contest does.

    Parameters
    ----------
    segmenter : estimator, default=None
        Unfitted; it has `predict` (clusterers, and pipelines that end in one) or, as
        scorecards do, `segment`. None means `ComparableFeatures` and `StableKMeans`.

    Attributes
    ----------
    segmenter_ : estimator
        Fitted to the features and the outcome.
    segments_ : array
        The segments that customers were placed in, sorted.
    means_ : array of shape (n_segments,)
        Mean outcome of each.
    mean_ : float
        Of everybody: what a customer of a segment without anybody learned from is told.
    n_features_in_ : int
    feature_names_in_ : array of str
        Only after a fit on a frame with names.

    Notes
    -----
    What may be missing in the features, and whether they may be sparse, is the
    segmenter's business. Its tag says that it scores poorly, since segments that were
    not made for an outcome need not predict it.

    References
    ----------
    Kuhn, M. & Johnson, K. (2013). Applied predictive modeling, chapter 4 (on judging
    by what was not learned from). Springer.

    Examples
    --------
    >>> from segtools.estimators import SegmentMeans, TierSegments
    >>> model = SegmentMeans(TierSegments(n_tiers=2))
    >>> model.fit([[1.0], [2.0], [3.0], [4.0]], [10.0, 20.0, 60.0, 80.0])
    SegmentMeans(segmenter=TierSegments(n_tiers=2))
    >>> model.predict([[0.0], [9.0]]).tolist()
    [15.0, 70.0]
    """

    def __init__(self, segmenter: Any = None):
        self.segmenter = segmenter

    def fit(self, X: Any, y: Any) -> SegmentMeans:
        """Learn the segments, and the mean outcome of each.

        Parameters
        ----------
        X : array or frame of shape (n_customers, n_features)
            As the segmenter takes it.
        y : array of shape (n_customers,)
            Each customer's outcome.

        Returns
        -------
        self

        Raises
        ------
        ConfigError
            If the segmenter cannot place customers whom it was not fitted to.
        """
        self._refuse()
        X = in_pandas(X)
        validate_data(self, X, y, skip_check_array=True)
        outcome = check_array(
            column_or_1d(y, warn=True), ensure_2d=False, dtype=float, input_name="y"
        )
        check_consistent_length(X, outcome)
        self.segmenter_ = clone(self._given()).fit(X, y)
        labels = self._labels(X)
        self.segments_, place = np.unique(labels, return_inverse=True)
        sums = np.bincount(place, weights=outcome)
        self.means_ = sums / np.bincount(place)
        self.mean_ = float(outcome.mean())
        return self

    def _given(self) -> Any:
        if self.segmenter is None:
            return make_pipeline(ComparableFeatures(), StableKMeans())
        return self.segmenter

    def _refuse(self) -> None:
        given = self._given()
        if _has_bands(given):
            return
        if not hasattr(given, "predict"):
            raise ConfigError(
                "segmenter must place new customers, but "
                f"{type(given).__name__} has neither predict nor segment. Use one that "
                "has, such as WardSegments."
            )
        if is_regressor(given):
            raise ConfigError(
                f"segmenter must give segments, but {type(given).__name__} predicts "
                "numbers. Use ScorecardRegressor, which cuts them into bands."
            )

    def _labels(self, X: Any) -> NDArray[Any]:
        model = self.segmenter_
        if hasattr(model, "segment"):
            return np.asarray(model.segment(X))
        if _has_bands(model):  # a pipeline that ends in a scorecard
            return np.asarray(model[-1].segment(model[:-1].transform(X)))
        return np.asarray(model.predict(X))

    def segment(self, X: Any) -> NDArray[Any]:
        """Give each customer's segment.

        Parameters
        ----------
        X : array or frame of shape (n_customers, n_features)

        Returns
        -------
        array of shape (n_customers,)
        """
        check_is_fitted(self)
        return self._labels(in_pandas(X))  # which the segmenter checks

    def predict(self, X: Any) -> Array:
        """Give the mean outcome of each customer's segment.

        Parameters
        ----------
        X : array or frame of shape (n_customers, n_features)

        Returns
        -------
        array of shape (n_customers,)
        """
        labels = self.segment(X)
        at = np.searchsorted(self.segments_, labels)
        at = np.minimum(at, len(self.segments_) - 1)
        known = self.segments_[at] == labels
        return np.where(known, self.means_[at], self.mean_)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        given = self._given()
        whole = get_tags(given).input_tags
        # Of a pipeline the first step reads, but every step must take sparse matrices.
        first = given[0] if isinstance(given, Pipeline) else given
        tags.input_tags = get_tags(first).input_tags if hasattr(first, "fit") else whole
        tags.input_tags.sparse = whole.sparse
        tags.regressor_tags.poor_score = True
        return tags


def _has_bands(model: Any) -> bool:
    """Say whether it cuts what it predicts into segments of its own."""
    last = model[-1] if isinstance(model, Pipeline) else model
    return hasattr(last, "segment")
