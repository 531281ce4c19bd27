"""Which segments could be merged, which split? Signs of too many and too few.

Every sign is a reason to look, none a decision: each comes with its number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.languages import tr, trn
from segtools.schema import ConfigError
from segtools.wording import number, percent, rounded

Array = NDArray[np.float64]
MIN_SHARE = 0.03
MIN_CUSTOMERS = 100
# Standard deviations of everyone by which some feature must set two segments apart.
APART = 0.5
LARGEST = 0.6
AS_UNEQUAL = 0.8
MORE_WANTED = 2
COLUMNS = ["kind", "segments", "reason"]


def merge_candidates(
    X: pd.DataFrame | Array,
    labels: NDArray[Any],
    *,
    names: Sequence[str],
    actions: Mapping[str, str] | None = None,
    min_share: float = MIN_SHARE,
    min_customers: int = MIN_CUSTOMERS,
    ids: Sequence[str] | None = None,
) -> pd.DataFrame:
    """List segments that are too small, or too much like another one.

    Parameters
    ----------
    X : DataFrame or array of shape (n_customers, n_features)
        Complete numbers, as they were clustered.
    labels : array of shape (n_customers,)
        Numbers of segments, from 0.
    names : sequence of str
        Of the segments, by number.
    actions : mapping of str to str, default=None
        What the team does for each segment; equal actions make a pair a candidate.
    min_share, min_customers : float and int, default=0.03 and 100
        Smaller segments are to be merged with the nearest other one.
    ids : sequence of str, default=None
        Of the segments, by number: what ``segments`` lists; None lists the names.

    Returns
    -------
    DataFrame
        ``kind`` (always *merge*), ``segments`` (two names) and the ``reason``; empty
        where there is none.

    Raises
    ------
    ConfigError
        If there are fewer names than segments.

    Examples
    --------
    >>> X, labels = np.array([[0.0], [0.2], [5.0]]), np.array([0, 1, 2])
    >>> found = merge_candidates(X, labels, names=["A", "B", "C"], min_customers=0,
    ...                          min_share=0)
    >>> found["segments"].tolist()
    [('A', 'B')]
    >>> found["reason"].tolist()
    ['No feature sets them 0.5 standard deviations apart (at most 0.09).']
    """
    Z, sizes = _standard(X), _sizes(labels, names)
    places = [int(j) for j in np.flatnonzero(sizes)]
    centres = np.array([Z[labels == j].mean(axis=0) for j in places])
    apart = np.abs(centres[:, None] - centres[None]).max(axis=2)
    away = ((centres[:, None] - centres[None]) ** 2).sum(axis=2)
    np.fill_diagonal(away, np.inf)
    least = max(min_share * len(labels), min_customers)
    ids = names if ids is None else ids
    found = []
    for i, j in enumerate(places):
        if sizes[j] < least and len(places) > 1:
            nearest = places[int(away[i].argmin())]
            found.append((ids[j], ids[nearest], _small(names[j], sizes[j], least)))
    for i, j in combinations(range(len(places)), 2):
        pair = ids[places[i]], ids[places[j]]
        if apart[i, j] < APART:
            found.append((*pair, _no_marker(apart[i, j])))
        one, other = ((actions or {}).get(names[places[k]]) for k in (i, j))
        if one == other is not None:
            found.append((*pair, tr("Both get the same action: {action}.", action=one)))
    return _listed("merge", [((one, other), why) for one, other, why in found])


def _small(name: str, size: int, least: float) -> str:
    return trn(
        "{segment} has {n} customer, {least} asked.",
        "{segment} has {n} customers, {least} asked.",
        size,
        segment=name,
        least=number(least),
    )


def _no_marker(most: float) -> str:
    return tr(
        "No feature sets them {asked} standard deviations apart (at most {most}).",
        asked=rounded(APART),
        most=rounded(most, 1),
    )


def split_candidates(
    labels: NDArray[Any],
    *,
    names: Sequence[str],
    value: NDArray[Any] | None = None,
    wanted: int | None = None,
) -> pd.DataFrame:
    """List segments that hold most customers, or nearly all differences in value.

    Parameters
    ----------
    labels : array of shape (n_customers,)
        Numbers of segments, from 0.
    names : sequence of str
        Of the segments, by number.
    value : array of shape (n_customers,), default=None
        What each customer is worth, none negative.
    wanted : int, default=None
        How many clusters the gap statistic (or another index) asks for.

    Returns
    -------
    DataFrame
        ``kind`` (always *split*), ``segments`` (one name, or all of them) and the
        ``reason``; empty where there is none.

    Examples
    --------
    >>> found = split_candidates(np.array([0, 0, 0, 1]), names=["A", "B"])
    >>> found["segments"].tolist()
    [('A',)]
    """
    sizes = _sizes(labels, names)
    found: list[tuple[tuple[str, ...], str]] = []
    for j in np.flatnonzero(sizes > LARGEST * len(labels)):
        share = percent(sizes[j] / len(labels))
        reason = tr("It holds {share} of all customers.", share=share)
        found.append(((names[int(j)],), reason))
    whole = gini(value) if value is not None else 0.0
    for j in np.flatnonzero(sizes) if value is not None and whole > 0 else ():
        inner = gini(np.asarray(value)[labels == j])
        if sizes[j] > 1 and inner > AS_UNEQUAL * whole:
            reason = tr(
                "Value is nearly as unequal within (Gini {inner}) as among everyone "
                "({whole}).",
                inner=rounded(inner),
                whole=rounded(whole),
            )
            found.append(((names[int(j)],), reason))
    if wanted is not None and wanted >= len(names) + MORE_WANTED:
        reason = trn(
            "The gap statistic asks for {n} cluster, there are {clusters}.",
            "The gap statistic asks for {n} clusters, there are {clusters}.",
            wanted,
            clusters=number(len(names)),
        )
        found.append((tuple(names), reason))
    return _listed("split", found)


def gini(value: NDArray[Any]) -> float:
    """Compute the Gini coefficient: 0 if all are equal, near 1 if one has everything.

    Examples
    --------
    >>> gini(np.array([1, 1, 1])), gini(np.array([0, 0, 0, 4]))
    (0.0, 0.75)
    """
    ordered = np.sort(np.asarray(value, dtype=np.float64))
    n, total = len(ordered), float(ordered.sum())
    if n == 0 or total <= 0:
        return 0.0
    rank = np.arange(1, n + 1)
    return float(2 * (rank * ordered).sum() / (n * total) - (n + 1) / n)


def _standard(X: pd.DataFrame | Array) -> Array:
    values = np.asarray(X, dtype=np.float64)
    spread = values.std(axis=0)
    return (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1.0)


def _sizes(labels: NDArray[Any], names: Sequence[str]) -> NDArray[Any]:
    sizes = np.bincount(labels, minlength=len(names))
    if len(sizes) > len(names):
        raise ConfigError(
            f"names must name every segment, but there are {len(names)} for "
            f"{len(sizes)} segments. Add the missing ones."
        )
    return sizes


def _listed(kind: str, found: list[tuple[tuple[str, ...], str]]) -> pd.DataFrame:
    return pd.DataFrame([(kind, *row) for row in found], columns=COLUMNS)
