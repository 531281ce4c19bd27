"""Does one half of the customers predict the other's clusters? Prediction strength.

Source: Tibshirani & Walther (2005).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.segmentation.one_thread import one_thread
from segtools.segmentation.stability.agreement import crossed, kept_together
from segtools.segmentation.stability.kmeans import Cloud, cloud, kmeans, nearest

ENOUGH = 0.8


def prediction_strength(
    X: NDArray[Any],
    ks: Iterable[int],
    *,
    random_state: int,
    n_splits: int = 10,
    n_init: int = 10,
) -> pd.DataFrame:
    """Cluster both halves, and ask whether the other half's centres agree.

    Parameters
    ----------
    X : array of shape (n_customers, n_features)
        Complete; the units are taken as they are.
    ks : iterable of int
        Numbers of clusters.
    random_state : int
        Where chance starts; the halves are the same for every k.
    n_splits : int, default=10
        Halvings; each is judged in both directions.
    n_init : int, default=10
        Starts of k-means++ for every fit.

    Returns
    -------
    DataFrame
        ``k``, ``strength`` (mean over splits and directions of the worst cluster's
        share of pairs that stay together) and its standard error ``se``.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = np.vstack([rng.normal(c, 0.1, (30, 2)) for c in (0, 5)])
    >>> prediction_strength(X, [2], random_state=1)["strength"].tolist()
    [1.0]
    """
    rows = []
    with one_thread():
        halves = [_halves(X, random_state, m) for m in range(n_splits)]
        for k in ks:
            found = [
                strength
                for m, pair in enumerate(halves)
                for strength in _both_ways(pair, k, n_init, [random_state, m, k])
            ]
            se = float(np.std(found, ddof=1) / np.sqrt(len(found)))
            rows.append((k, float(np.mean(found)), se))
    return pd.DataFrame(rows, columns=["k", "strength", "se"])


def strong_k(found: pd.DataFrame, *, enough: float = ENOUGH) -> int:
    """Choose the largest k with enough prediction strength, 1 if there is none.

    Examples
    --------
    >>> strong_k(pd.DataFrame({"k": [2, 3, 4], "strength": [0.9, 0.85, 0.5]}))
    3
    """
    return (
        int(found.loc[found["strength"] >= enough, "k"].max() or 1)
        if (found["strength"] >= enough).any()
        else 1
    )


def _halves(X: NDArray[Any], seed: int, m: int) -> tuple[Cloud, Cloud]:
    order = np.random.default_rng([seed, m]).permutation(len(X))
    half = len(X) // 2
    return cloud(X[np.sort(order[:half])]), cloud(X[np.sort(order[half:])])


def _both_ways(
    pair: tuple[Cloud, Cloud], k: int, n_init: int, key: list[int]
) -> list[float]:
    rngs = [np.random.default_rng([*key, side]) for side in (0, 1)]
    centres = [
        kmeans(half, k, rng=rng, n_init=n_init, polish=False).centres
        for half, rng in zip(pair, rngs, strict=True)
    ]
    found = []
    for half, own, other in zip(pair, centres, centres[::-1], strict=True):
        table = crossed(nearest(half, own), nearest(half, other), k, k)
        kept = kept_together(table)
        # A cluster of one has no pair that could be torn apart.
        found.append(1.0 if np.isnan(kept).all() else float(np.nanmin(kept)))
    return found
