"""Clouds that keep margins and correlations, and nothing else of the customers.

K-means cuts any long cloud at about the same places again, so that agreement of
resamples by itself is no structure. What a verdict is held against are clouds that
keep every feature's distribution and how features rank together, and nothing else: a
Gaussian copula with the margins that were seen. Where customers lie along a bent line,
or crowd around a few places, k-means leaves less spread within clusters than in any
such cloud. That is the gap statistic (Tibshirani, Walther & Hastie 2001) with another
reference than its box.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, rankdata

from segtools.languages import mark
from segtools.progress import progress
from segtools.segmentation.one_thread import one_thread
from segtools.segmentation.stability.kmeans import cloud, kmeans

Array = NDArray[np.float64]
N_CLOUDS = 19
# After so many clouds the search ends where the excess is under the second figure.
FIRST_LOOK, HOPELESS = 6, 1.0
STARTS = 4
CLUSTERS = (3, 4, 5)
_ROUNDS, _ROWS_TO_MATCH = 3, 4_000


def same_margins(
    X: Array, rng: np.random.Generator, together: Array | None = None
) -> Array:
    """Draw a cloud with the values of each column, and their rank correlations.

    Parameters
    ----------
    X : array of shape (n_customers, n_features)
    rng : Generator
    together : array of shape (n_features, n_features), default=None
        What binds the columns, as `bound` finds it; found here where it is None.

    Returns
    -------
    array of shape (n_customers, n_features)
        Every column holds the values that it holds in `X`.

    Examples
    --------
    >>> X = np.column_stack([np.arange(6.0), np.arange(6.0) ** 2])
    >>> drawn = same_margins(X, np.random.default_rng(0))
    >>> np.sort(drawn, axis=0).tolist() == X.tolist()
    True
    """
    together = bound(X, rng) if together is None else together
    spread, axes = np.linalg.eigh(together)
    drawn = rng.normal(size=X.shape) * np.sqrt(np.maximum(spread, 0)) @ axes.T
    place = drawn.argsort(axis=0).argsort(axis=0)
    return np.take_along_axis(np.sort(X, axis=0), place, axis=0)


def bound(X: Array, rng: np.random.Generator) -> Array:
    """Find the normal correlations that give columns the rank correlations they have.

    Returns
    -------
    array of shape (n_features, n_features)
        Correlations of normal scores; where values are tied, which weakens them, those
        that are as weak once their cloud is tied likewise.

    Examples
    --------
    >>> X = np.column_stack([np.arange(6.0), np.arange(6.0) ** 2])
    >>> bound(X, np.random.default_rng(0)).round(6).tolist()
    [[1.0, 1.0], [1.0, 1.0]]
    """
    asked = together = _of_scores(X)
    if all(len(np.unique(column)) == len(column) for column in X.T):
        return together
    many = np.tile(X, (-(-_ROWS_TO_MATCH // len(X)), 1))
    for _ in range(_ROUNDS):
        seen = _of_scores(same_margins(many, rng, together))
        together = np.clip(together + asked - seen, -0.999, 0.999)
        np.fill_diagonal(together, 1.0)
    return together


def _of_scores(X: Array) -> Array:
    scores = norm.ppf((rankdata(X, axis=0) - 0.5) / len(X))
    return np.corrcoef(scores, rowvar=False).reshape(2 * X.shape[1:])


def tightness(X: Array, rng: np.random.Generator) -> float:
    """Say how much of the spread three to five clusters take away.

    Returns
    -------
    float
        Mean over 3, 4 and 5 clusters of the logarithm of the spread that is left,
        with its sign turned; larger means closer together.

    Examples
    --------
    >>> X = np.repeat(np.arange(4.0), 5)[:, None] + np.tile([0, 0.01], 10)[:, None]
    >>> tightness(X, np.random.default_rng(0)) > 2
    True
    """
    points = cloud(X)
    whole = float(((X - X.mean(axis=0)) ** 2).sum())
    with one_thread():
        fits = [
            kmeans(points, k, rng=rng, n_init=STARTS, polish=False) for k in CLUSTERS
        ]
    left = [max(fit.inertia, 1e-300) / max(whole, 1e-300) for fit in fits]
    return -float(np.mean(np.log(left)))


def tighter(
    X: Array,
    rng: np.random.Generator,
    change: Callable[[Array], Array] = lambda cloud: cloud,
) -> dict[str, Any]:
    """Compare tightness with that of clouds of the same margins and correlations.

    Parameters
    ----------
    X : array of shape (n_customers, n_features)
    rng : Generator
    change : callable, default=the cloud itself
        How `X` and every cloud are measured.

    Returns
    -------
    dict
        ``tightness``, ``references`` (that of each cloud, fewer where the first six
        leave no hope) and ``excess``: by how many of their standard deviations the
        customers are closer together than the clouds are on average.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> angle = rng.uniform(0, np.pi, 300)
    >>> bent = np.column_stack([np.cos(angle), np.sin(angle)])
    >>> round_ = rng.normal(size=(300, 2))
    >>> tighter(bent, rng)["excess"] > 5 > 2 > tighter(round_, rng)["excess"]
    True
    """
    own, together = tightness(change(X), rng), bound(X, rng)
    found: list[float] = []
    for number in progress(range(N_CLOUDS), mark("Clouds without structure")):
        if number == FIRST_LOOK and _excess(own, found) < HOPELESS:
            break
        found.append(tightness(change(same_margins(X, rng, together)), rng))
    return {"tightness": own, "references": found, "excess": _excess(own, found)}


def _excess(own: float, references: list[float]) -> float:
    spread = max(float(np.std(references, ddof=1)), 1e-9)
    return (own - float(np.mean(references))) / spread
