"""Factors of numbers and categories together, as a transformer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
)
from sklearn.utils.validation import check_is_fitted, validate_data

from segtools.estimators.reading import in_pandas, names_of, whole
from segtools.schema import ConfigError, DataError, did_you_mean
from segtools.segmentation.mixed import famd
from segtools.segmentation.preprocess import prepared
from segtools.wording import listed


class FAMD(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Analyse factors of mixed data: numbers and categories on common axes.

    Numbers are made comparable, a category's indicator is centred and divided by the
    square root of its share; the principal components of both are the factors.

    Parameters
    ----------
    n_components : int, default=None
        Factors to take; None takes the fewest that hold 80 % of the variation, and at
        least two.
    categories : iterable of str, default=()
        Columns of numbers that only name categories. Columns of text, truth values or
        dtype category are categories anyway.
    weights : dict, default=None
        Share of the total squared distance for ``"numbers"`` and ``"categories"``;
        None leaves what the coding gives, where each level more weighs more.
    plain : bool, default=False
        Only standardise numbers: no logs, and none left out for saying the same.

    Attributes
    ----------
    n_components_ : int
    explained_variance_ : array of shape (n_components,)
    explained_variance_ratio_ : array of shape (n_components,)
    distance_shares_ : DataFrame
        What share of the squared distance each feature carries, as `distance_shares`
        gives it.
    n_features_in_ : int
    feature_names_in_ : array of str
        Only after a fit on a frame with names.

    Notes
    -----
    A missing number stands at the median, and a missing or new category at the average
    of all. Infinite values are refused.

    References
    ----------
    Escofier, B. (1979). Traitement simultané de variables qualitatives et quantitatives
    en analyse factorielle. Cahiers de l'analyse des données 4, 137-146.
    Pagès, J. (2004). Analyse factorielle de données mixtes. Revue de statistique
    appliquée 52, 93-111.

    Examples
    --------
    >>> import pandas as pd
    >>> from segtools.estimators import FAMD
    >>> X = pd.DataFrame({"age": [20.0, 30, 40, 50], "old": ["n", "n", "y", "y"]})
    >>> model = FAMD(n_components=1, plain=True).set_output(transform="pandas")
    >>> model.fit_transform(X).round(2)["famd0"].abs().tolist()
    [1.66, 1.02, 1.02, 1.66]
    >>> model.explained_variance_ratio_.round(3).tolist()
    [0.947]
    """

    def __init__(
        self,
        n_components: int | None = None,
        *,
        categories: Iterable[str] = (),
        weights: dict[str, float] | None = None,
        plain: bool = False,
    ):
        self.n_components = n_components
        self.categories = categories
        self.weights = weights
        self.plain = plain

    def fit(self, X: Any, y: Any = None) -> FAMD:
        """Learn the factors.

        Parameters
        ----------
        X : array or frame of shape (n_customers, n_features)
            Numbers and categories.
        y : ignored

        Returns
        -------
        self

        Raises
        ------
        DataError
            If nothing varies, a category has more than 50 levels, or there are no more
            customers than numbers and free levels.
        ConfigError
            If `weights` are no shares of both blocks, or a category is not there.
        """
        if self.n_components is not None:
            whole("n_components", self.n_components)
        frame = mixed(self, X, reset=True)
        categories = list(self.categories)
        for name in categories:
            if name not in frame:
                raise ConfigError(
                    f"categories must be columns of X, but {name!r} is none. "
                    f"{did_you_mean(str(name), list(frame))}"
                )
        found = famd(
            frame,
            categories=categories,
            n_components=self.n_components,
            weights=self.weights,
            plain=self.plain,
        )
        self._payload = found.payload
        axes = np.asarray(found.payload["preprocess"][-1]["axes"])
        self.n_components_ = self._n_features_out = axes.shape[1]
        self.explained_variance_ = found.eigenvalues[: self.n_components_]
        self.explained_variance_ratio_ = (
            self.explained_variance_ / found.eigenvalues.sum()
        )
        self.distance_shares_ = found.shares
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Give customers' coordinates on the factors.

        Parameters
        ----------
        X : array or frame of shape (n_customers, n_features)

        Returns
        -------
        array of shape (n_customers, n_components)
        """
        check_is_fitted(self)
        return prepared(self._payload, mixed(self, X, reset=False))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        return tags


def mixed(estimator: Any, X: Any, *, reset: bool) -> pd.DataFrame:
    """Read numbers and categories with a name for every column.

    Raises
    ------
    DataError
        If there is one row only in a fit, or a number is endless.
    """
    X = in_pandas(X)
    if isinstance(X, pd.DataFrame):
        frame = validate_data(estimator, X, reset=reset, skip_check_array=True)
        frame = frame.set_axis(names_of(estimator), axis=1)
    else:
        # Kept as objects, so that a number beside a text stays a number.
        X = np.asarray(X, dtype=object) if isinstance(X, list) else X
        checked = {"dtype": None, "ensure_all_finite": False}
        values = validate_data(estimator, X, reset=reset, **checked)
        frame = pd.DataFrame(values, columns=names_of(estimator)).infer_objects()
    if reset and len(frame) < 2:
        raise DataError(
            f"X must have rows to compare, but it has {len(frame)} sample. Pass at "
            "least two rows."
        )
    _refuse_endless(frame)
    return frame


def _refuse_endless(frame: pd.DataFrame) -> None:
    numbers = frame.select_dtypes("number").astype(float)
    endless = [str(c) for c in numbers if np.isinf(numbers[c]).any()]
    if endless:
        raise DataError(
            f"X must be finite, but {len(endless)} of {frame.shape[1]} columns hold "
            f"an infinite value: {listed(endless)}. Replace it, or set it missing."
        )
