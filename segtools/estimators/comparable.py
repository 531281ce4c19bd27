"""Features made comparable: filled, logged where skewed, standardised."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from segtools.estimators.reading import numbers
from segtools.schema import DataError
from segtools.segmentation.clusters import learn_preprocess
from segtools.segmentation.preprocess import prepared


class ComparableFeatures(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Make features comparable, as segtools does before it measures distances.

    What is missing is filled with the median, columns without negative values whose
    skewness is above 1 are logged, and all are standardised. Constant columns are left
    out, and of two that say the same (correlation above 0.9) the later in the alphabet.

    Parameters
    ----------
    plain : bool, default=False
        Only fill and standardise.
    distinct : bool, default=True
        Leave out columns that say the same as another; not done where `plain`.

    Attributes
    ----------
    kept_ : list of str
        Columns that are left, in the order in which they came in.
    logged_ : list of str
        Those of them that are logged.
    n_features_in_ : int
    feature_names_in_ : array of str
        Only after a fit on a frame with names.

    Notes
    -----
    NaN stands for what is missing; infinite values are refused. A value x is logged as
    sign(x) log(1 + abs(x)).

    See Also
    --------
    StableKMeans, WardSegments, MixtureSegments : Want comparable columns.

    References
    ----------
    Milligan, G. W. & Cooper, M. C. (1988). A study of standardization of variables in
    cluster analysis. Journal of Classification 5, 181-204.

    Examples
    --------
    >>> import pandas as pd
    >>> from segtools.estimators import ComparableFeatures
    >>> X = pd.DataFrame({"spend": [1.0, 2, 3, 4], "orders": [2.0, None, 0, 2]})
    >>> ComparableFeatures().set_output(transform="pandas").fit_transform(X).round(2)
       spend  orders
    0  -1.34    0.58
    1  -0.45    0.58
    2   0.45   -1.73
    3   1.34    0.58
    """

    def __init__(self, *, plain: bool = False, distinct: bool = True):
        self.plain = plain
        self.distinct = distinct

    def fit(self, X: Any, y: Any = None) -> ComparableFeatures:
        """Learn medians, which columns are skewed, means and standard deviations.

        Parameters
        ----------
        X : array or frame of shape (n_customers, n_features)
            In original units.
        y : ignored

        Returns
        -------
        self

        Raises
        ------
        DataError
            If no column varies.
        """
        frame = numbers(self, X, reset=True, gaps=True, least=2)
        payload = learn_preprocess(frame, plain=self.plain, distinct=self.distinct)
        if not payload["uses"]:
            raise DataError(
                f"At least one column of X must vary, but none of {frame.shape[1]} "
                f"does among {len(frame):,} rows. Choose other features."
            )
        self._payload = payload
        self.kept_ = [n for n in frame if n in set(payload["uses"])]
        logged = set(payload["preprocess"][1]["features"])
        self.logged_ = [n for n in self.kept_ if n in logged]
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Give customers' comparable features.

        Parameters
        ----------
        X : array or frame of shape (n_customers, n_features)

        Returns
        -------
        array of shape (n_customers, n_kept)
        """
        check_is_fitted(self)
        frame = numbers(self, X, reset=False, gaps=True)
        uses = self._payload["uses"]
        return prepared(self._payload, frame)[:, [uses.index(n) for n in self.kept_]]

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[Any]:
        """Give the names of the columns that are left.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names of the columns that came in, where the fit saw none.

        Returns
        -------
        array of str
        """
        check_is_fitted(self)
        names = super().get_feature_names_out(input_features)
        known = super().get_feature_names_out()
        there = [n in set(self.kept_) for n in known]
        return np.asarray(names[there], dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags
