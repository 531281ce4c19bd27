"""How closely two groupings go together, and how well numbers guess a group."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score

from segtools.segmentation.one_thread import one_thread

N_FOLDS, N_TREES = 5, 30
# Where there are more customers, the first so many are guessed.
MOST_ROWS = 5000


def cramers_v(table: NDArray[Any]) -> float:
    """Measure how closely two groupings go together: 0 not at all, 1 wholly.

    Parameters
    ----------
    table : array of shape (n_groups, n_segments)
        Counts; rows and columns without anybody are left out.

    Returns
    -------
    float
        The root of chi-squared over n times the smaller dimension less one, without
        correction (Cramér 1946); 0 where there is one group or one segment.

    Examples
    --------
    >>> round(cramers_v(np.array([[30, 10], [10, 30]])), 6)
    0.5
    """
    counts = np.asarray(table, dtype=float)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    smaller = min(counts.shape) - 1
    if smaller < 1:
        return 0.0
    n = counts.sum()
    expected = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0) / n
    chi2 = ((counts - expected) ** 2 / expected).sum()
    return float(np.sqrt(min(chi2 / (n * smaller), 1.0)))


def v_by_chance(table: NDArray[Any]) -> float:
    """Give V of the chi-squared that chance alone makes on average.

    Examples
    --------
    >>> v_by_chance(np.array([[30, 10], [10, 50]]))
    0.1
    """
    rows, columns = (table.sum(axis=1) > 0).sum(), (table.sum(axis=0) > 0).sum()
    if min(rows, columns) < 2:
        return 0.0
    larger = max(rows, columns) - 1
    return float(np.sqrt(min(larger / table.sum(), 1.0)))


def proxy_auc(
    groups: NDArray[Any], X: NDArray[np.float64], random_state: int = 0
) -> tuple[float, str | None]:
    """Measure how well variables could guess who belongs to a group.

    Parameters
    ----------
    groups : array of shape (n_customers,)
    X : array of shape (n_customers, n_variables)
        Missing values are NaN. Of more than 5,000 rows the first are looked at.
    random_state : int, default=0
        Deals customers to five folds; each is guessed by the other four.

    Returns
    -------
    auc : float
        Of the group that is guessed best, against all others: 0.5 is a coin.
    group : str or None
        Which one that is; None where no variable tells anything apart.

    Examples
    --------
    >>> X = np.arange(100.0)[:, None]
    >>> auc, group = proxy_auc(np.where(X[:, 0] < 50, "young", "old"), X)
    >>> auc > 0.9, group
    (True, 'old')
    """
    X = X[:MOST_ROWS, [j for j in range(X.shape[1]) if not np.isnan(X[:, j]).all()]]
    if X.shape[1] == 0:
        return 0.5, None
    groups = np.asarray(groups[: len(X)])
    best: tuple[float, str | None] = (0.5, None)
    scores, fold = _guesses(groups, X, random_state)
    for group in list(scores)[:1] if len(scores) == 2 else scores:
        auc = _auc(scores[group], groups == group, fold)
        if auc > best[0]:
            best = (auc, str(group))
    return best


def _guesses(
    groups: NDArray[Any], X: NDArray[np.float64], random_state: int
) -> tuple[dict[Any, NDArray[np.float64]], NDArray[np.int64]]:
    """Guess every group at once, each fold by a forest that grew on the others."""
    fold = _folds(groups, random_state)
    scores = {group: np.zeros(len(X)) for group in sorted(set(groups))}
    for k in range(N_FOLDS):
        own = fold == k
        if not own.any() or own.all():
            continue
        forest = RandomForestClassifier(
            N_TREES, min_samples_leaf=5, max_features=0.5, random_state=random_state
        )
        with one_thread():  # sums in one order, whatever the machine
            found = forest.fit(X[~own], groups[~own]).predict_proba(X[own])
        for group, column in zip(forest.classes_, found.T, strict=True):
            scores[group][own] = column
    return scores, fold


def _auc(
    score: NDArray[np.float64], y: NDArray[np.bool_], fold: NDArray[np.int64]
) -> float:
    found, weights = [], []
    for k in range(N_FOLDS):
        own = fold == k
        if len(set(y[own])) == 2:
            found.append(roc_auc_score(y[own], score[own]))
            weights.append(own.sum())
    # Scores of different models are not compared, only customers within a fold.
    return float(np.average(found, weights=weights)) if found else 0.5


def _folds(groups: NDArray[Any], random_state: int) -> NDArray[np.int64]:
    """Deal the customers of every group to folds as evenly as cards."""
    rng = np.random.default_rng(random_state)
    fold = np.empty(len(groups), dtype=np.int64)
    for group in sorted(set(groups)):
        rows = np.flatnonzero(groups == group)
        fold[rng.permutation(rows)] = np.arange(len(rows)) % N_FOLDS
    return fold


def four_fifths(groups: pd.Series, favoured: pd.Series) -> tuple[float, str | None]:
    """Divide the smallest share of a group that is favoured by the largest.

    Parameters
    ----------
    groups : Series of shape (n_customers,)
    favoured : Series of bool

    Returns
    -------
    ratio : float
        1 is even; below 0.8 the four-fifths rule speaks of adverse impact. Missing
        where nobody is favoured.
    group : str or None
        The least favoured one.

    Examples
    --------
    >>> groups = pd.Series(["f"] * 10 + ["m"] * 10)
    >>> favoured = pd.Series([True] * 3 + [False] * 7 + [True] * 6 + [False] * 4)
    >>> four_fifths(groups, favoured)
    (0.5, 'f')
    """
    share = favoured.astype(float).groupby(groups.to_numpy()).mean().sort_index()
    if not share.max() > 0:
        return float("nan"), None
    return float(share.min() / share.max()), str(share.idxmin())
