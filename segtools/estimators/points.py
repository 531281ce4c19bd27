"""Base of the scorecards: points of each feature, bands, and how they are frozen."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data

from segtools.estimators.reading import (
    Renamed,
    in_pandas,
    names_of,
    numbers,
    refuse_words,
    weights_of,
    whole,
)
from segtools.schema import ConfigError
from segtools.segmentation.place import bin_points, place, score
from segtools.segmentation.scheme import Learned, Task
from segtools.segmentation.scorecard import (
    bin_edges,
    cut_scores,
    learn_scorecard,
    points,
)

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
MOST_REPEATED = 1_000_000


class Scorecard(Renamed, TransformerMixin, BaseEstimator):
    """Base of both scorecards: points, bands, and how they are frozen."""

    _suffix = "_points"
    _link = ""

    def __init__(self, *, n_bands: int = 5, min_share: float = 0.03, n_bins: int = 16):
        self.n_bands = n_bands
        self.min_share = min_share
        self.n_bins = n_bins

    def _learn(self, frame: pd.DataFrame, y: Array, weights: Array | None) -> None:
        """Learn points and cuts of rows in the order of their content."""
        bins, bands = whole("n_bins", self.n_bins, 2), whole("n_bands", self.n_bands)
        order = np.lexsort([y, *frame.to_numpy().T[::-1]])
        X, y = frame.iloc[order], y[order]
        own = None if weights is None else weights[order]
        upper = bin_edges(X, bins, weights=own)
        payload = points(X, y, upper, self._link, own)
        total = score(payload, X)
        share = float(self.min_share)
        payload["cuts"] = cut_scores(
            total, self._link, n_bands=bands, min_share=share, weights=own
        )
        self._payload = payload
        self.base_points_, self.cuts_ = payload["base"], payload["cuts"]
        self.n_bands_ = len(self.cuts_) + 1
        self.points_table_ = points_table(payload)

    def _read(self, X: Any) -> pd.DataFrame:
        check_is_fitted(self)
        return numbers(self, X, reset=False, gaps=True)

    def _total(self, X: Any) -> Ints:
        frame = self._read(X)
        return score(self._payload, frame)

    def transform(self, X: Any) -> Ints:
        """Give the points that each feature adds for each customer.

        Parameters
        ----------
        X : array or frame of shape (n_customers, n_features)

        Returns
        -------
        array of int of shape (n_customers, n_features)
            With `base_points_` they add up to the score. 0 for a feature that does not
            vary, and for a missing value that the fit never saw missing.
        """
        frame = self._read(X)
        none = {"upper": [], "points": [0], "missing": 0}
        bins = self._payload["bins"]
        found = [bin_points(bins.get(n, none), frame[n].to_numpy()) for n in frame]
        return np.column_stack(found).astype(np.int64)

    def segment(self, X: Any) -> Ints:
        """Give each customer's band.

        Parameters
        ----------
        X : array or frame of shape (n_customers, n_features)

        Returns
        -------
        array of int of shape (n_customers,)
            0 is the band of which most is expected.
        """
        frame = self._read(X)
        return place(self._payload, frame).labels

    def learn_task(self, task: Task) -> Learned:
        """Learn the scorecard of a contest's task; bands are cut at its origin.

        Parameters
        ----------
        task : Task
            Its number of segments takes the place of `n_bands`.

        Returns
        -------
        Learned
            Frozen as a table of points.

        Raises
        ------
        ConfigError
            If a classifier is asked for an outcome of more than two values.
        """
        values = set() if task.outcome is None else set(task.outcome.unique())
        if self._link == "logit" and not values <= {0.0, 1.0}:
            raise ConfigError(
                f"ScorecardClassifier must have an outcome of 0 and 1, but the goal "
                f"{task.goal} has {len(values):,} different values. Use "
                "ScorecardRegressor."
            )
        goal = "grow_spend" if self._link == "log" else "keep_customers"
        return learn_scorecard(replace(task, goal=goal), whole("n_bins", self.n_bins))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = []
        return tags


def points_table(payload: dict[str, Any]) -> pd.DataFrame:
    """Give a scorecard as a table of points.

    Returns
    -------
    DataFrame
        One row a bin: ``feature``, ``above`` and ``up_to`` (its bounds; a value on a
        bound lies below it; both NaN for the row of missing values) and ``points``.

    Examples
    --------
    >>> bins = {"age": {"upper": [30.0], "points": [-5, 7], "missing": None}}
    >>> points_table({"bins": bins}).to_numpy().tolist()
    [['age', -inf, 30.0, -5], ['age', 30.0, inf, 7]]
    """
    rows: list[tuple[str, float, float, int]] = []
    for name, bins in payload["bins"].items():
        ends = pairwise([-np.inf, *bins["upper"], np.inf])
        both = zip(ends, bins["points"], strict=True)
        rows += [(name, low, high, own) for (low, high), own in both]
        if bins["missing"] is not None:
            rows.append((name, np.nan, np.nan, bins["missing"]))
    return pd.DataFrame(rows, columns=["feature", "above", "up_to", "points"])


def rows_of(
    estimator: Any, X: Any, y: Any, sample_weight: Any, **checked: Any
) -> tuple[pd.DataFrame, NDArray[Any], Array | None]:
    """Read features, outcome and weights; rows of weight 0 are left out.

    Whole weights repeat their rows, so that a weight of two is a customer twice in
    everything, the smallest leaf included.
    """
    X = in_pandas(X)
    if isinstance(X, pd.DataFrame):
        refuse_words(X)
    values, y = validate_data(
        estimator,
        X,
        y,
        dtype=np.float64,
        ensure_all_finite="allow-nan",
        ensure_min_samples=2,
        **checked,
    )
    frame = pd.DataFrame(values, columns=names_of(estimator))
    y = column_or_1d(y)
    weights = weights_of(sample_weight, len(frame))
    if weights is None:
        return frame, y, None
    rows = np.flatnonzero(weights)
    counted = bool((weights == np.rint(weights)).all())
    if counted and weights.sum() <= MOST_REPEATED:
        rows, weights = np.repeat(rows, weights[rows].astype(int)), None
    own = None if weights is None else weights[rows]
    return frame.iloc[rows], y[rows], own
