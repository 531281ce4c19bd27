"""Is the spread within clusters smaller than without structure? The gap statistic.

Source: Tibshirani, Walther & Hastie (2001). Two things are left open there and matter:
the power of the distances (2 in the paper, 1 is R's default) and what "without
structure" means (a uniform box turned to the principal components, or the same margins
with every column shuffled by itself). Both are arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from segtools.languages import mark
from segtools.progress import progress
from segtools.schema import ConfigError
from segtools.segmentation.one_thread import one_thread
from segtools.segmentation.stability.kmeans import Cloud, cloud, kmeans, nearest

Array = NDArray[np.float64]
Cluster = Callable[[Array, int], NDArray[Any]]
REFERENCES = ("pca", "margins")
RULES = ("firstSEmax", "Tibs2001SEmax", "globalSEmax", "firstmax", "globalmax")


@dataclass(frozen=True)
class Gap:
    """A gap curve for k = 1, 2, ...; arrays of shape (n_k,).

    ``log_w`` is of the data, ``expected`` the mean over the references, ``gap`` their
    difference and ``se`` its standard error.
    """

    log_w: Array
    expected: Array
    gap: Array
    se: Array
    reference: str
    power: int

    def n_clusters(self, rule: str = "Tibs2001SEmax", *, factor: float = 1.0) -> int:
        """Read the number of clusters off the curve, as `rule_k` does."""
        return rule_k(self.gap, self.se, rule=rule, factor=factor)


def rule_k(
    values: Array, se: Array, *, rule: str = "Tibs2001SEmax", factor: float = 1.0
) -> int:
    """Choose k from values with standard errors, for k = 1, 2, ...

    Parameters
    ----------
    values, se : array of shape (n_k,)
    rule : str, default="Tibs2001SEmax"
        ``firstmax``: the first k that the next one does not beat. ``globalmax``: the
        highest. ``Tibs2001SEmax``: the first k that lies within an error below the
        next. ``firstSEmax`` and ``globalSEmax``: the first k within an error of the
        first, and of the highest maximum.
    factor : float, default=1.0
        How many standard errors an error is.

    Raises
    ------
    ConfigError
        If the rule is not known.

    Examples
    --------
    >>> f, se = np.array([2.0, 3, 5, 4, 7, 8, 5, 4]), np.full(8, 0.5)
    >>> [rule_k(f, se, rule=r) for r in RULES]
    [3, 3, 6, 3, 6]
    """
    if rule not in RULES:
        raise ConfigError(
            f"rule must be one of {', '.join(RULES)}, but it is {rule!r}. Take one."
        )
    values, error = np.asarray(values), factor * np.asarray(se)
    if rule == "globalmax":
        return int(values.argmax()) + 1
    if rule == "Tibs2001SEmax":
        return _first(values[:-1] >= values[1:] - error[1:], len(values))
    first = _first(values[:-1] >= values[1:], len(values))
    if rule == "firstmax":
        return first
    top = int(values.argmax()) if rule == "globalSEmax" else first - 1
    return _first(values[:top] >= values[top] - error[top], top + 1)


def log_spread(X: Array, labels: NDArray[Any], *, power: int = 2) -> float:
    """Compute the logarithm of W: how far members of a cluster are from each other.

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
    labels : array of shape (n_rows,)
    power : {1, 2}, default=2
        Of the distances. With 2, W is the sum of squares within clusters; with 1 it
        costs a distance for every pair, and R's ``clusGap`` halves it (so that its
        logarithm is lower by ln 2, and the gap the same).

    Examples
    --------
    >>> X = np.array([[0.0], [2.0], [9.0]])
    >>> round(float(np.exp(log_spread(X, np.array([0, 0, 1])))), 6)
    2.0
    """
    total = 0.0
    for j in np.unique(labels):
        mine = X[labels == j]
        if power == 2:
            total += float(((mine - mine.mean(axis=0)) ** 2).sum())
        else:
            total += float(cdist(mine, mine).sum()) / (2 * len(mine))
    return float(np.log(max(total, 1e-300)))


def gap_curves(
    X: Array,
    most: int,
    *,
    rng: np.random.Generator,
    reference: str = "pca",
    powers: tuple[int, ...] = (2,),
    n_references: int = 20,
    n_init: int = 10,
    cluster: Cluster | None = None,
) -> dict[int, Gap]:
    """Compute the gap statistic for k = 1 to `most`.

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
        Complete; the units are taken as they are.
    most : int
        Largest number of clusters.
    rng : Generator
        Where chance comes from.
    reference : {"pca", "margins"}, default="pca"
        A uniform box along the principal components, or every column shuffled by
        itself, which keeps skewed, tied and yes-or-no columns as they are.
    powers : tuple of int, default=(2,)
        Of the distances; one curve each, from the same clusters.
    n_references : int, default=20
    n_init : int, default=10
        Starts of k-means++ for every fit, of data and references alike.
    cluster : callable, default=None
        From rows and a number of clusters to labels; None means k-means. The gap
        depends on it, in the references as in the data.

    Returns
    -------
    dict of int to Gap
        By power.

    Raises
    ------
    ConfigError
        If the reference is not known.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = np.vstack([rng.normal(c, 0.2, (30, 2)) for c in (0, 4)])
    >>> gap_curves(X, 4, rng=rng)[2].n_clusters()
    2
    """
    if reference not in REFERENCES:
        raise ConfigError(
            f"reference must be one of {', '.join(REFERENCES)}, but it is "
            f"{reference!r}. Take one."
        )
    with one_thread():
        means = partial(_means, n_init=n_init, rng=rng)
        own = _curve(X, most, powers, cluster or means(cloud(X), polish=True))
        drawn = np.empty((n_references, len(powers), most))
        for b in progress(range(n_references), mark("Clouds without groups")):
            R = _without_structure(X, reference, rng)
            drawn[b] = _curve(R, most, powers, cluster or means(cloud(R)))
    expected = drawn.mean(axis=0)
    se = drawn.std(axis=0) * np.sqrt(1 + 1 / n_references)
    return {
        q: Gap(own[i], expected[i], expected[i] - own[i], se[i], reference, q)
        for i, q in enumerate(powers)
    }


def _curve(X: Array, most: int, powers: tuple[int, ...], cluster: Cluster) -> Array:
    found = np.empty((len(powers), most))
    for k in range(1, most + 1):
        labels = cluster(X, k)
        found[:, k - 1] = [log_spread(X, labels, power=q) for q in powers]
    return found


def _means(
    points: Cloud, *, n_init: int, rng: np.random.Generator, polish: bool = False
) -> Cluster:
    """Give k-means of rows that are prepared once for every number of clusters."""

    def cluster(X: Array, k: int) -> NDArray[Any]:
        starts = n_init if k > 1 else 1
        fit = kmeans(points, k, rng=rng, n_init=starts, polish=polish)
        return nearest(points, fit.centres)

    return cluster


def _without_structure(X: Array, reference: str, rng: np.random.Generator) -> Array:
    if reference == "margins":
        return np.column_stack([rng.permutation(column) for column in X.T])
    mean = X.mean(axis=0)
    _, _, axes = np.linalg.svd(X - mean, full_matrices=False)
    turned = (X - mean) @ axes.T
    low, high = turned.min(axis=0), turned.max(axis=0)
    return np.asarray(rng.uniform(low, high, size=turned.shape) @ axes + mean)


def _first(holds: NDArray[np.bool_], otherwise: int) -> int:
    found = np.flatnonzero(holds)
    return int(found[0]) + 1 if len(found) else otherwise
