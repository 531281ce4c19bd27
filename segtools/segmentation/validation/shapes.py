"""Is a cloud more than shapeless? Hopkins and dip, and why neither decides."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.segmentation.stability.borders import exact_silhouette
from segtools.segmentation.stability.gap import gap_curves
from segtools.segmentation.stability.kmeans import cloud, kmeans, nearest
from segtools.segmentation.stability.tendency import (
    dip_on_distances,
    dip_test,
    hopkins,
    hopkins_of,
    hopkins_p,
)
from segtools.segmentation.structure import structure_verdict
from segtools.segmentation.validation.data import faculty, iris
from segtools.segmentation.validation.printed import (
    R_DIP,
    R_HOPKINS,
    TWICE,
    Figure,
    compared,
)

Array = NDArray[np.float64]
_SAMPLED, _DRAWS = 15, 200  # of the second implementation
_HAND = ([[7, 5], [3, 3], [8, 4], [1, 2], [4, 3], [7, 4]], [0, 4, 5])
_POINTS = [[4, 2], [3, 5], [7, 2]]


def shape_figures(*, n_draws: int = 200, random_state: int = 1) -> pd.DataFrame:
    """Compare Hopkins' statistic and the dip.

    Parameters
    ----------
    n_draws : int, default=200
        How often Hopkins' points are drawn anew on iris.
    random_state : int, default=1

    Examples
    --------
    >>> shape_figures(n_draws=20)["segtools"].iloc[:2].tolist()
    ['0.750', '0.004662050']
    """
    X, rows = (np.array(v) for v in _HAND)
    hand = hopkins_of(X.astype(float), rows, np.array(_POINTS, dtype=float))
    draws = _on_iris(n_draws, random_state)
    of_hopkins = [
        Figure("Hopkins, six points by hand", "0.75", hand),
        Figure("two-sided p of 0.21 with 10 points", "0.00466205", hopkins_p(0.21, 10)),
    ]
    every = [
        Figure("Hopkins of iris, mean of draws", "0.9975", *_mean(draws[:, 0])),
        Figure(
            "the same with power 1 (a common mistake)", "0.832", *_mean(draws[:, 1])
        ),
    ]
    found = dip_test(faculty())
    assert found is not None
    of_dip = [Figure("dip of the faculty", "0.0595238", found.value)]
    of_dip += [Figure("its p-value", "0.0867", found.p_value)]
    tables = [compared(R_HOPKINS, of_hopkins), compared(TWICE, every)]
    return pd.concat([*tables, compared(R_DIP, of_dip)], ignore_index=True)


def never_decide(*, n: int = 1_000, random_state: int = 1) -> pd.DataFrame:
    """Measure two clouds without any groups by what is often taken for proof of groups.

    Parameters
    ----------
    n : int, default=1000
        Rows of each cloud, of three columns.
    random_state : int, default=1

    Returns
    -------
    DataFrame
        A row a cloud: ``cloud``, ``hopkins``, ``silhouette`` (of two clusters),
        ``gap`` (the number it says), ``dip`` (p-value of distances) and the
        ``verdict`` of `structure_verdict`.

    Examples
    --------
    >>> never_decide(n=200)["verdict"].tolist()
    ['constructed', 'constructed']
    """
    rng = np.random.default_rng(random_state)
    bell = rng.normal(size=(n, 3))
    clouds = {"one bell": bell, "one skewed cloud (lognormal)": np.exp(bell)}
    return pd.DataFrame(
        [{"cloud": name} | _indices(X, random_state) for name, X in clouds.items()]
    )


def _indices(X: Array, seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    points = cloud(X)
    two = nearest(points, kmeans(points, 2, rng=rng).centres)
    dip = dip_on_distances(X, rng=rng)
    return {
        "hopkins": hopkins(X, rng=rng).value,
        "silhouette": exact_silhouette(X, two, rng=rng)["silhouette"].mean(),
        "gap": gap_curves(X, 5, rng=rng)[2].n_clusters(),
        "dip": np.nan if dip is None else dip.p_value,
        "verdict": structure_verdict(X, random_state=seed).label,
    }


def _on_iris(n_draws: int, seed: int) -> Array:
    """Draw Hopkins' points anew; the statistic with the right power and with 1."""
    X = iris()
    low, high = X.min(axis=0), X.max(axis=0)
    found = np.empty((n_draws, 2))
    for i in range(n_draws):
        rng = np.random.default_rng([seed, i])
        rows = rng.choice(len(X), _SAMPLED, replace=False)
        points = rng.uniform(low, high, size=(_SAMPLED, X.shape[1]))
        found[i] = [hopkins_of(X, rows, points, power=p) for p in (None, 1)]
    return found


def _mean(draws: Array) -> tuple[float, float]:
    """Give a mean and the standard error of its difference to the source's mean."""
    spread = float(draws.std(ddof=1))
    return float(draws.mean()), spread * np.sqrt(1 / len(draws) + 1 / _DRAWS)
