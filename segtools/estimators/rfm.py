"""RFM scores: quantile scores of recency, frequency and money, or of any columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from segtools.estimators.reading import Renamed, numbers, whole
from segtools.schema import ConfigError, did_you_mean
from segtools.segmentation.rules import cut_points

RECENCY = "recency_days"


class RFMScores(Renamed, TransformerMixin, BaseEstimator):
    """Score each column from 1 to `n_scores` by quantiles; the best score is highest.

    Cut points are learned once, so that new customers are scored by the same ones.
    Equal values share a score, so that a score may be nobody's.

    Parameters
    ----------
    n_scores : int, default=5
    low_is_best : "auto" or sequence of str or int, default="auto"
        Columns, by name or place, of which a low value gets the highest score.
        ``"auto"`` takes ``recency_days`` where it is there.

    Attributes
    ----------
    cut_points_ : dict of str to list of float
        Column to ascending cut points; a value on a cut lies below it.
    low_is_best_ : list of str
    n_features_in_ : int
    feature_names_in_ : array of str
        Only after a fit on a frame with names.

    Notes
    -----
    A missing value gets the score 1, as a customer without orders does. Infinite values
    are refused. The order of rows changes nothing, and no tie is broken by chance.

    References
    ----------
    Hughes, A. M. (1994). Strategic database marketing. Probus.

    Examples
    --------
    >>> import pandas as pd
    >>> from segtools.estimators import RFMScores
    >>> X = pd.DataFrame({"recency_days": [1.0, 9, 9, 80], "n_orders": [9, 1, 1, 1]})
    >>> RFMScores(2).set_output(transform="pandas").fit_transform(X)
       recency_days_score  n_orders_score
    0                   2               2
    1                   2               1
    2                   2               1
    3                   1               1
    """

    _suffix = "_score"

    def __init__(self, n_scores: int = 5, *, low_is_best: str | Sequence[Any] = "auto"):
        self.n_scores = n_scores
        self.low_is_best = low_is_best

    def fit(self, X: Any, y: Any = None) -> RFMScores:
        """Learn the cut points.

        Parameters
        ----------
        X : array or frame of shape (n_customers, n_features)
        y : ignored

        Returns
        -------
        self

        Raises
        ------
        ConfigError
            If a column of `low_is_best` is not there.
        """
        n = whole("n_scores", self.n_scores, 2)
        frame = numbers(self, X, reset=True, gaps=True)
        self.cut_points_ = {c: cut_points(frame[c], n) for c in frame}
        self.low_is_best_ = self._reversed(list(frame))
        return self

    def _reversed(self, names: list[str]) -> list[str]:
        given = self.low_is_best
        if isinstance(given, str):
            if given != "auto":
                raise ConfigError(
                    f"low_is_best must be 'auto' or a list of columns, but it is "
                    f"{given!r}. Pass [{given!r}]."
                )
            return [n for n in names if n == RECENCY]
        return columns_of("low_is_best", given, names)

    def transform(self, X: Any) -> NDArray[np.int64]:
        """Score customers by the cut points learned.

        Parameters
        ----------
        X : array or frame of shape (n_customers, n_features)

        Returns
        -------
        array of int of shape (n_customers, n_features)
            From 1 to `n_scores`.
        """
        check_is_fitted(self)
        frame = numbers(self, X, reset=False, gaps=True)
        scores = []
        for name, cuts in self.cut_points_.items():
            values = frame[name].to_numpy()
            score = 1 + np.searchsorted(cuts, values, side="left")
            if name in self.low_is_best_:
                score = self.n_scores + 1 - score
            scores.append(np.where(np.isnan(values), 1, score))
        return np.column_stack(scores).astype(np.int64)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = []
        return tags


def columns_of(parameter: str, given: Sequence[Any], names: list[str]) -> list[str]:
    """Give the names of columns that were named or counted from 0.

    Raises
    ------
    ConfigError
        If one is not there.

    Examples
    --------
    >>> columns_of("columns", ["b", 0], ["a", "b"])
    ['b', 'a']
    """
    found = []
    for one in given:
        whole_number = isinstance(one, int | np.integer) and not isinstance(one, bool)
        if whole_number and 0 <= one < len(names):
            found.append(names[one])
        elif isinstance(one, str) and one in names:
            found.append(one)
        else:
            raise ConfigError(
                f"{parameter} must be columns of X, by name or by place from 0 to "
                f"{len(names) - 1}, but {one!r} is none. "
                f"{did_you_mean(str(one), names)}"
            )
    return found
