"""How clearly each customer belongs: gorge, shadow and silhouette values.

Sources: Dolnicar, Gruen & Leisch (2018) for the gorge plot, Leisch (2010) for shadow
values, Rousseeuw (1987) and Hruschka et al. (2006) for the silhouette and its
simplified form.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.schema import ConfigError
from segtools.segmentation.one_thread import one_thread
from segtools.segmentation.preprocess import distances

Array = NDArray[np.float64]
EXACT_ROWS = 5_000


def gorge_values(X: Array, centres: Array, *, power: float = 1.0) -> Array:
    """Compute how similar each customer is to each centre, as shares of 1.

    Parameters
    ----------
    X : array of shape (n_customers, n_features)
    centres : array of shape (k, n_features)
    power : float, default=1.0
        Of the distance in ``exp(-d ** power)``.

    Returns
    -------
    array of shape (n_customers, k)
        Rows add up to 1. Where segments are natural the values of a segment lie near
        0 and near 1, and hardly any between: a gorge. (This is the ratio itself;
        flexclust draws its square root.)

    Examples
    --------
    >>> gorge_values(np.array([[0.0], [1.0]]), np.array([[0.0], [2.0]])).round(3)
    array([[0.881, 0.119],
           [0.5  , 0.5  ]])
    """
    away = np.sqrt(distances(X, centres)) ** power
    near = np.exp(away.min(axis=1, keepdims=True) - away)
    return np.asarray(near / near.sum(axis=1, keepdims=True))


def shadow_values(X: Array, centres: Array) -> Array:
    """Compute how near each customer is to the border of his segment.

    Returns
    -------
    array of shape (n_customers,)
        ``2 d1 / (d1 + d2)`` of the distances to the nearest and the next centre:
        0 at the centre, 1 on the border. One minus it is the confidence of an
        assignment.

    Examples
    --------
    >>> shadow_values(np.array([[0.0], [0.5], [1.0]]), np.array([[0.0], [2.0]]))
    array([0. , 0.5, 1. ])
    """
    first, second = _two_nearest(X, centres)
    both = first + second
    return np.divide(2 * first, both, out=np.ones(len(X)), where=both > 0)


def simplified_silhouette(X: Array, centres: Array) -> Array:
    """Compute one minus the ratio of the distances to the two nearest centres.

    Returns
    -------
    array of shape (n_customers,)
        Between 0 and 1, and larger than the exact silhouette: bands of that one do
        not carry over. It costs one pass, not one over all pairs.

    Examples
    --------
    >>> simplified_silhouette(np.array([[0.0], [0.5]]), np.array([[0.0], [2.0]]))
    array([1.        , 0.66666667])
    """
    first, second = _two_nearest(X, centres)
    return 1 - np.divide(first, second, out=np.ones(len(X)), where=second > 0)


def exact_silhouette(
    X: Array,
    labels: NDArray[Any],
    *,
    rng: np.random.Generator,
    max_rows: int = EXACT_ROWS,
) -> pd.DataFrame:
    """Compute the silhouette of a sample of customers, within that sample.

    Parameters
    ----------
    X : array of shape (n_customers, n_features)
    labels : array of shape (n_customers,)
    rng : Generator
        Draws the sample; not used where everybody fits into it.
    max_rows : int, default=5000
        Cost grows with its square.

    Returns
    -------
    DataFrame
        ``row`` (position in `X`), ``segment`` and ``silhouette``.

    Raises
    ------
    ConfigError
        If the sample holds fewer than two segments, or nothing but single customers.

    Examples
    --------
    >>> X = np.array([[0.0], [1.0], [10.0], [11.0]])
    >>> found = exact_silhouette(X, np.array([0, 0, 1, 1]),
    ...                          rng=np.random.default_rng(0))
    >>> found["silhouette"].round(3).tolist()
    [0.905, 0.895, 0.895, 0.905]
    """
    from sklearn.metrics import silhouette_samples

    rows = np.arange(len(X))
    if len(rows) > max_rows:
        rows = np.sort(rng.choice(rows, max_rows, replace=False))
    own = np.asarray(labels)[rows]
    if not 2 <= len(np.unique(own)) < len(own):
        raise ConfigError(
            f"labels must hold from 2 to {len(own) - 1} segments among {len(own)} "
            f"rows, but there are {len(np.unique(own))}. Silhouettes compare one "
            "segment of several members with another."
        )
    with one_thread():
        found = silhouette_samples(X[rows], own)
    return pd.DataFrame({"row": rows, "segment": own, "silhouette": found})


def _two_nearest(X: Array, centres: Array) -> tuple[Array, Array]:
    if len(centres) < 2:
        raise ConfigError(
            f"centres must be at least two, but there is {len(centres)}. One segment "
            "alone has no border."
        )
    away = np.sort(np.sqrt(distances(X, centres)), axis=1)
    return away[:, 0], away[:, 1]
