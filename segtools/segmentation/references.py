"""Would clouds without structure recur as well? What a verdict is held against.

K-means cuts any long cloud at about the same places again, so that agreement of
resamples by itself is no structure. Two kinds of clouds without any are cut alike:
columns shuffled one by one keep each feature's distribution and nothing else; normal
clouds keep how features go together and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Cloud = Callable[[Array, np.random.Generator], Array]
# Nobody without structure recurs better than all of these but once in ten times.
N_SHUFFLED, N_NORMAL = 4, 9


def shuffled(X: Array, rng: np.random.Generator) -> Array:
    """Shuffle each column by itself: the margins stay, what binds them goes."""
    return np.column_stack([rng.permutation(column) for column in X.T])


def normal(X: Array, rng: np.random.Generator) -> Array:
    """Draw a normal cloud of the same size, means and covariances."""
    spread, axes = np.linalg.eigh(np.cov(X, rowvar=False).reshape(2 * X.shape[1:]))
    drawn = rng.normal(size=X.shape) * np.sqrt(np.maximum(spread, 0))
    return np.asarray(X.mean(axis=0) + drawn @ axes.T)


def recurs_beyond(
    X: Array,
    own: float,
    score: Callable[[Array], float],
    rng: np.random.Generator,
) -> dict[str, Any]:
    """Compare a score with that of clouds without structure, until it is decided.

    Parameters
    ----------
    X : array of shape (n_customers, n_features)
    own : float
        Score of `X`.
    score : callable
        From a cloud to its score.
    rng : Generator

    Returns
    -------
    dict
        ``score``, ``beyond`` (above that of every cloud) and ``references``, the
        scores in the order in which they were drawn; the first one that is as high
        ends the search.

    Examples
    --------
    >>> X = np.arange(12.0).reshape(6, 2)
    >>> found = recurs_beyond(X, 0.5, lambda cloud: 0.6, np.random.default_rng(0))
    >>> found["beyond"], found["references"]
    (False, [0.6])
    """
    found: list[float] = []
    for cloud in _clouds():
        found.append(float(score(cloud(X, rng))))
        if found[-1] >= own:
            break
    return {"score": own, "beyond": max(found) < own, "references": found}


def _clouds() -> Iterator[Cloud]:
    yield from [shuffled] * N_SHUFFLED
    yield from [normal] * N_NORMAL
