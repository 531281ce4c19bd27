"""What resampling finds: prediction strength, Jaccard, ambiguous pairs; and by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.segmentation.stability.across import slsa
from segtools.segmentation.stability.agreement import adjusted_rand, crossed
from segtools.segmentation.stability.consensus import ambiguous_pairs, consensus_matrix
from segtools.segmentation.stability.pairs import bootstrap_pairs
from segtools.segmentation.stability.strength import prediction_strength
from segtools.segmentation.validation.clusters import TABLES, labels
from segtools.segmentation.validation.printed import BY_HAND, TWICE, Figure, compared

Array = NDArray[np.float64]
_RESAMPLES, _PAIRS = 100, 100  # of the source, and ours: each pair holds two
_STRENGTH = {
    "ruspini": {2: "1.00", 3: "0.545", 4: "1.00", 5: "0.623"},
    "iris": {2: "0.974", 3: "0.73", 4: "0.585", 5: "0.571"},
    "wine": {2: "0.648", 3: "0.828", 4: "0.464"},
}
_JACCARD = {
    ("ruspini", 4): ("1.00", "1.00", "1.00", "1.00"),
    ("iris", 3): ("0.895", "0.912", "1.00"),
    ("wine", 3): ("0.946", "0.965", "0.975"),
}
# Beyond three clusters it depends on the number of starts: see `starts_matter`.
_AMBIGUOUS = {2: "0.000", 3: "0.012"}


def by_hand() -> pd.DataFrame:
    """Compare what can be worked out on paper: agreement, and descent of segments.

    Examples
    --------
    >>> by_hand()["segtools"].tolist()
    ['0.57142857', '1.0000', '1.0000', '0.0000']
    """
    table = crossed(np.array([0, 0, 1, 2]), np.array([0, 0, 1, 1]), 3, 2)
    agreement = Figure("agreement of 0012 and 0011", "0.5714286", adjusted_rand(table))
    first, second, both = map(float, slsa(np.array([[10, 0, 5], [0, 10, 5]])))
    descent = [
        Figure("SLSa, all from the first parent", "1.000", first),
        Figure("SLSa, all from the second parent", "1.000", second),
        Figure("SLSa, half from each", "0.000", both),
    ]
    return compared(BY_HAND, [agreement, *descent])


def resampled(*, n_repeats: int = 10, random_state: int = 1) -> pd.DataFrame:
    """Compare figures that are means over resamples, with the chance in both.

    Parameters
    ----------
    n_repeats : int, default=10
        How often prediction strength and ambiguous pairs are measured anew, to know
        how far chance moves a single measurement such as the source's.
    random_state : int, default=1
        Where chance starts.

    Examples
    --------
    >>> resampled(n_repeats=2)["figure"].iloc[0]
    'prediction strength, ruspini, k = 2'
    """
    seeds = range(random_state, random_state + n_repeats)
    figures = [f for name in _STRENGTH for f in _strengths(name, seeds)]
    figures += [f for name, k in _JACCARD for f in _jaccards(name, k, random_state)]
    figures += _pairs(seeds)
    return compared(TWICE, figures)


def starts_matter(
    starts: tuple[int, ...] = (1, 3, 10), *, random_state: int = 1
) -> pd.DataFrame:
    """Measure ambiguous pairs of iris with few and with many starts of k-means.

    Parameters
    ----------
    starts : tuple of int, default=(1, 3, 10)
    random_state : int, default=1

    Returns
    -------
    DataFrame
        A row a number of starts, a column a number of clusters from 3 to 6.

    Examples
    --------
    >>> found = starts_matter((1, 10))
    >>> bool(found["6 clusters"].iloc[0] > found["6 clusters"].iloc[1])
    True
    """
    X = TABLES["iris"]()
    rows = [
        {"starts": n}
        | {f"{k} clusters": _ambiguous(X, k, random_state, n) for k in range(3, 7)}
        for n in starts
    ]
    return pd.DataFrame(rows)


def _ambiguous(X: Array, k: int, seed: int, n_init: int = 10) -> float:
    return ambiguous_pairs(consensus_matrix(X, k, random_state=seed, n_init=n_init))


def _strengths(name: str, seeds: range) -> list[Figure]:
    printed = _STRENGTH[name]

    def once(seed: int) -> Any:
        found = prediction_strength(TABLES[name](), printed, random_state=seed)
        return found["strength"]

    what = f"prediction strength, {name}, k = {{}}"
    return _measured_anew(once, seeds, printed, what)


def _pairs(seeds: range) -> list[Figure]:
    X = TABLES["iris"]()

    def once(seed: int) -> Any:
        return [_ambiguous(X, k, seed) for k in _AMBIGUOUS]

    return _measured_anew(once, seeds, _AMBIGUOUS, "ambiguous pairs, iris, k = {}")


def _measured_anew(
    once: Callable[[int], Any], seeds: range, printed: dict[int, str], what: str
) -> list[Figure]:
    found = np.array([once(seed) for seed in seeds], dtype=float)
    spread = found.std(axis=0, ddof=1) * np.sqrt(1 + 1 / len(seeds))
    each = zip(printed.items(), found.mean(axis=0), spread, strict=True)
    return [
        Figure(what.format(k), text, float(mean), float(error))
        for (k, text), mean, error in each
    ]


def _jaccards(name: str, k: int, seed: int) -> list[Figure]:
    base = {k: labels(name, k)}
    pairs = bootstrap_pairs(
        TABLES[name](), base, random_state=seed, n_pairs=_PAIRS, double=False
    )
    drawn = pairs[k].drawn
    mean, n = np.nanmean(drawn, axis=0), len(drawn)
    error = np.nanstd(drawn, axis=0) * np.sqrt(1 / n + 1 / _RESAMPLES)
    order = np.argsort(mean)
    places = ("1st", "2nd", "3rd", "4th")
    return [
        Figure(f"Jaccard, {name}, k = {k}, {place}", text, float(mean[j]), error[j])
        for j, text, place in zip(order, _JACCARD[name, k], places, strict=False)
    ]
