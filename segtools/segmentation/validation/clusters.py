"""K-means: sums of squares, sizes and silhouettes of three classic tables."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.segmentation.stability.borders import (
    exact_silhouette,
    simplified_silhouette,
)
from segtools.segmentation.stability.kmeans import Solution, cloud, kmeans, nearest
from segtools.segmentation.validation.data import iris, ruspini, wine
from segtools.segmentation.validation.printed import R_KMEANS, TWICE, Figure, compared

TABLES = {"ruspini": ruspini, "iris": iris, "wine": wine}
_STARTS = 50  # the best of ten is a little worse for four and six clusters of iris
_SQUARES = {
    "ruspini": {1: "244373.87", 2: "89337.83", 3: "51063.48", 4: "12881.05"},
    "iris": {2: "152.35", 3: "78.85", 4: "57.23", 5: "46.45", 6: "39.04"},
    "wine": {3: "1270.75"},
}
_SIZES = {
    ("ruspini", 4): "15, 17, 20, 23",
    ("iris", 3): "38, 50, 62",
    ("wine", 3): "51, 62, 65",
}
_EXACT = {
    "ruspini": {4: "0.7377"},
    "iris": {2: "0.681", 3: "0.5528", 4: "0.4981", 5: "0.4887", 6: "0.3648"},
    "wine": {3: "0.2849"},
}
_SIMPLE = {2: "0.7697", 3: "0.6664", 4: "0.6207", 5: "0.6144", 6: "0.5197"}


def sums_of_squares() -> pd.DataFrame:
    """Compare the sum of squared distances to the centres.

    Examples
    --------
    >>> bool(sums_of_squares()["agrees"].all())
    True
    """
    figures = [
        Figure(f"{name}, k = {k}", printed, _fitted(name, k).inertia)
        for name, by_k in _SQUARES.items()
        for k, printed in by_k.items()
    ]
    five = Figure("ruspini, k = 5", "10126.72", _fitted("ruspini", 5).inertia)
    known = compared(R_KMEANS, figures)
    return pd.concat([known, compared(TWICE, [five])], ignore_index=True)


def sizes() -> pd.DataFrame:
    """Compare how many rows each cluster has, from the smallest.

    Examples
    --------
    >>> sizes()["segtools"].tolist()
    ['15, 17, 20, 23', '38, 50, 62', '51, 62, 65']
    """
    figures = []
    for (name, k), printed in _SIZES.items():
        found = ", ".join(map(str, np.sort(np.bincount(labels(name, k)))))
        figures.append(Figure(f"{name}, k = {k}", printed, found))
    return compared(R_KMEANS, figures)


def silhouettes() -> pd.DataFrame:
    """Compare the mean silhouette, exact and simplified.

    Examples
    --------
    >>> bool(silhouettes()["agrees"].all())
    True
    """
    figures = [
        Figure(f"{name}, k = {k}", printed, _silhouette(name, k))
        for name, by_k in _EXACT.items()
        for k, printed in by_k.items()
    ]
    for k, printed in _SIMPLE.items():
        found = simplified_silhouette(TABLES["iris"](), _fitted("iris", k).centres)
        what = f"iris, k = {k}, simplified"
        figures.append(Figure(what, printed, float(found.mean())))
    return compared(TWICE, figures)


def labels(name: str, k: int) -> NDArray[np.int64]:
    """Give the best of fifty starts of k-means on a table of that name.

    Examples
    --------
    >>> np.bincount(labels("ruspini", 1)).tolist()
    [75]
    """
    return nearest(cloud(TABLES[name]()), _fitted(name, k).centres)


@cache
def _fitted(name: str, k: int) -> Solution:
    rng = np.random.default_rng(1)
    return kmeans(cloud(TABLES[name]()), k, rng=rng, n_init=_STARTS)


def _silhouette(name: str, k: int) -> float:
    rng = np.random.default_rng(1)  # everybody fits, so nothing is drawn
    found = exact_silhouette(TABLES[name](), labels(name, k), rng=rng)
    return float(found["silhouette"].mean())
