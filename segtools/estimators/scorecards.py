"""Goal scorecards: points by feature that predict an outcome, cut into bands."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.multiclass import type_of_target

from segtools.estimators.points import Scorecard, rows_of
from segtools.schema import DataError
from segtools.segmentation.scorecard import SCALE, capped, expected_outcome

Array = NDArray[np.float64]


class ScorecardRegressor(Scorecard, RegressorMixin, BaseEstimator):
    """Predict money by additive points, and cut customers into bands of it.

    Boosted stumps without interactions are a sum of step functions of one feature each,
    so that the table of points is the model itself.

    Parameters
    ----------
    n_bands : int, default=5
        At most so many bands.
    min_share : float, default=0.03
        Smallest share of customers in a band.
    n_bins : int, default=16
        Bins of each feature by quantiles; equal values are never parted.

    Attributes
    ----------
    points_table_ : DataFrame
        One row a bin: ``feature``, ``above``, ``up_to``, ``points`` (thousandths of the
        natural logarithm of the outcome).
    base_points_ : int
        The score is this and the points of all features.
    cuts_ : list of int
        Scores at which the bands part; a score equal to a cut lies above it.
    n_bands_ : int
    n_features_in_ : int
    feature_names_in_ : array of str
        Only after a fit on a frame with names.

    Notes
    -----
    NaN stands for what is missing, and gets points of its own. The outcome is capped at
    its 99th percentile; refunds (negative ones) count as 0. Chance plays no part, and
    the order of rows none. A leaf of a stump holds at least 20 customers, so that fewer
    than 40 get no points. Weights that are whole numbers repeat their rows (up to a
    million); of others a leaf holds at least 20 rows, whatever their weights.

    References
    ----------
    Friedman, J. H. (2001). Greedy function approximation: a gradient boosting machine.
    Annals of Statistics 29, 1189-1232.
    Lou, Y., Caruana, R. & Gehrke, J. (2012). Intelligible models for classification and
    regression. Proceedings of KDD, 150-158.

    Examples
    --------
    >>> import pandas as pd
    >>> from segtools.estimators import ScorecardRegressor
    >>> X = pd.DataFrame({"orders": [1.0] * 50 + [5.0] * 50})
    >>> model = ScorecardRegressor(n_bands=2).fit(X, [10.0] * 50 + [90.0] * 50)
    >>> model.predict(X).round()[[0, -1]].tolist(), model.segment(X)[[0, -1]].tolist()
    ([10.0, 90.0], [1, 0])
    >>> model.points_table_["points"].tolist()
    [-1099, 1099]
    """

    _link = "log"

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> ScorecardRegressor:
        """Learn points and bands.

        Parameters
        ----------
        X : array or frame of shape (n_customers, n_features)
            In original units; NaN is missing.
        y : array of shape (n_customers,)
            What customers brought in the period after.
        sample_weight : array of shape (n_customers,), default=None
            How many customers each row stands for.

        Returns
        -------
        self

        Raises
        ------
        DataError
            If no outcome is above 0.
        """
        frame, y, weights = rows_of(self, X, y, sample_weight, y_numeric=True)
        outcome = capped(np.asarray(y, dtype=np.float64), weights)
        if not outcome.max() > 0:
            raise DataError(
                f"y must be above 0 for some customers, but it is not for any of "
                f"{len(outcome):,}. Pass what they spent."
            )
        self._learn(frame, outcome, weights)
        return self

    def predict(self, X: Any) -> Array:
        """Give the outcome that is expected of each customer.

        Parameters
        ----------
        X : array or frame of shape (n_customers, n_features)

        Returns
        -------
        array of shape (n_customers,)
            In the unit of the outcome.
        """
        return expected_outcome(self._total(X), self._link)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.positive_only = True
        return tags


class ScorecardClassifier(Scorecard, ClassifierMixin, BaseEstimator):
    """Predict one of two outcomes by additive points, and cut customers into bands.

    Parameters
    ----------
    n_bands : int, default=5
        At most so many bands.
    min_share : float, default=0.03
        Smallest share of customers in a band.
    n_bins : int, default=16
        Bins of each feature by quantiles; equal values are never parted.

    Attributes
    ----------
    classes_ : array of shape (2,)
        Points speak for the second one.
    points_table_ : DataFrame
        One row a bin: ``feature``, ``above``, ``up_to``, ``points`` (thousandths of the
        natural logarithm of the odds).
    base_points_, cuts_, n_bands_
        As of `ScorecardRegressor`.
    n_features_in_ : int
    feature_names_in_ : array of str
        Only after a fit on a frame with names.

    Notes
    -----
    As of `ScorecardRegressor`, but for the outcome.

    References
    ----------
    As of `ScorecardRegressor`.

    Examples
    --------
    >>> import pandas as pd
    >>> from segtools.estimators import ScorecardClassifier
    >>> X = pd.DataFrame({"orders": [1.0] * 50 + [5.0] * 50})
    >>> came_back = [0, 0, 0, 0, 1] * 10 + [1, 1, 1, 1, 0] * 10
    >>> model = ScorecardClassifier(n_bands=2).fit(X, came_back)
    >>> model.predict_proba(X)[[0, -1], 1].round(2).tolist()
    [0.2, 0.8]
    """

    _link = "logit"

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> ScorecardClassifier:
        """Learn points and bands.

        Parameters
        ----------
        X : array or frame of shape (n_customers, n_features)
            In original units; NaN is missing.
        y : array of shape (n_customers,)
            One of two classes.
        sample_weight : array of shape (n_customers,), default=None
            How many customers each row stands for.

        Returns
        -------
        self

        Raises
        ------
        DataError
            If there are not two classes.
        """
        frame, y, weights = rows_of(self, X, y, sample_weight)
        kind = type_of_target(y, input_name="y", raise_unknown=True)
        if kind != "binary":
            raise DataError(
                "Only binary classification is supported. The type of the target is "
                f"{kind}. Pass whether something happened."
            )
        self.classes_, code = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise DataError(
                f"y must hold two classes, but it holds one class: {self.classes_[0]}. "
                "Pass customers of both."
            )
        self._learn(frame, code.astype(np.float64), weights)
        return self

    def decision_function(self, X: Any) -> Array:
        """Give the natural logarithm of the odds of the second class.

        Parameters
        ----------
        X : array or frame of shape (n_customers, n_features)

        Returns
        -------
        array of shape (n_customers,)
        """
        return np.asarray(self._total(X) / SCALE, dtype=float)

    def predict_proba(self, X: Any) -> Array:
        """Give the probability of both classes.

        Parameters
        ----------
        X : array or frame of shape (n_customers, n_features)

        Returns
        -------
        array of shape (n_customers, 2)
        """
        second = expected_outcome(self._total(X), self._link)
        return np.column_stack([1 - second, second])

    def predict(self, X: Any) -> NDArray[Any]:
        """Give each customer's likelier class.

        Parameters
        ----------
        X : array or frame of shape (n_customers, n_features)

        Returns
        -------
        array of shape (n_customers,)
        """
        second = self.decision_function(X) > 0
        return np.asarray(self.classes_[second.astype(int)])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags
