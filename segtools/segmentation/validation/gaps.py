"""The gap statistic as R prints it, and the rules that read a number off it.

R's example cuts by medoids (Kaufman & Rousseeuw 1990), which differ from k-means on
shapeless references; so medoids are written here, for this comparison alone.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from segtools.segmentation.stability.gap import Gap, gap_curves, rule_k
from segtools.segmentation.validation.clusters import TABLES
from segtools.segmentation.validation.data import ruspini
from segtools.segmentation.validation.printed import (
    R_GAP,
    R_RULES,
    TWICE,
    Figure,
    compared,
)

Array = NDArray[np.float64]
_R_REFERENCES, _OWN_REFERENCES = 500, 60
_LOG_W = "7.187997 6.628498 6.261660 5.692736 5.580999 5.500583 5.394195 5.320052"
_GAP = "-0.0527 0.1543 0.3083 0.6918 0.6576 0.6191 0.6221 0.6010"
_SQUARED = "-0.14 0.159 0.321 1.327 1.284"
_CURVE = (2.0, 3, 5, 4, 7, 8, 5, 4)
_ERRORS = (0.5, 0.5, 1, 0.5, 0.5, 1.5, 0.5, 0.5)
_FACTORS = (0.25, 1, 2, 4)
_RULES = {
    "firstSEmax": "3, 3, 2, 1",
    "Tibs2001SEmax": "3, 3, 1, 1",
    "globalSEmax": "6, 5, 3, 1",
    "firstmax": "3, 3, 3, 3",
    "globalmax": "6, 6, 6, 6",
}
_CHOSEN = (
    *(("ruspini", 2, "firstSEmax", "4"), ("ruspini", 1, "firstSEmax", "4")),
    *(("iris", 2, "Tibs2001SEmax", "5"), ("iris", 1, "Tibs2001SEmax", "4")),
    *(("wine", 2, "Tibs2001SEmax", "3"), ("wine", 2, "firstSEmax", "3")),
    *(("wine", 2, "globalSEmax", "3"), ("wine", 2, "firstmax", "3")),
)


def gap_figures(*, n_references: int = 100, random_state: int = 1) -> pd.DataFrame:
    """Compare the gap statistic of ruspini, by medoids as in R and by k-means.

    Parameters
    ----------
    n_references : int, default=100
        Clouds without structure; more of them allow less chance.
    random_state : int, default=1
        Where chance starts.

    Examples
    --------
    >>> found = gap_figures(n_references=20)
    >>> found["segtools"].iloc[0], bool(found["agrees"].all())
    ('7.1879969', True)
    """
    rng = np.random.default_rng(random_state)
    curves = partial(gap_curves, ruspini(), rng=rng, n_references=n_references)
    cut = curves(8, powers=(1,), cluster=medoids)[1]
    # R halves W where the power is 1.
    of_data = [
        Figure(f"ln W by medoids, k = {k}", printed, float(w - np.log(2)))
        for k, (printed, w) in enumerate(zip(_LOG_W.split(), cut.log_w, strict=True), 1)
    ]
    errors = _errors(cut, n_references, _R_REFERENCES)
    of_gaps = _curve(cut, _GAP, errors, "gap by medoids, k = {}")
    choice = Figure("k that firstSEmax reads off", "4", cut.n_clusters())
    means = curves(5)[2]
    errors = _errors(means, n_references, _OWN_REFERENCES)
    squared = _curve(means, _SQUARED, errors, "gap of squares by means, k = {}")
    known = compared(R_GAP, [*of_data, *of_gaps, choice])
    return pd.concat([known, compared(TWICE, squared)], ignore_index=True)


def gap_rules(*, n_references: int = 60, random_state: int = 1) -> pd.DataFrame:
    """Compare what five rules read off a given curve, and off classic tables.

    Parameters
    ----------
    n_references : int, default=60
    random_state : int, default=1

    Examples
    --------
    >>> bool(gap_rules(n_references=2)["agrees"].iloc[:5].all())
    True
    """
    fixture = []
    for rule, printed in _RULES.items():
        found = [
            rule_k(np.array(_CURVE), np.array(_ERRORS), rule=rule, factor=f)
            for f in _FACTORS
        ]
        what = f"made-up curve, {rule}"
        fixture.append(Figure(what, printed, ", ".join(map(str, found))))
    curves = {
        name: gap_curves(
            TABLES[name](),
            8,
            rng=np.random.default_rng(random_state),
            powers=(1, 2),
            n_references=n_references,
        )
        for name in TABLES
    }
    chosen = [
        Figure(f"{name}, power {q}, {rule}", k, curves[name][q].n_clusters(rule))
        for name, q, rule, k in _CHOSEN
    ]
    tables = [compared(R_RULES, fixture), compared(TWICE, chosen)]
    return pd.concat(tables, ignore_index=True)


def medoids(X: Array, k: int) -> NDArray[Any]:
    """Partition rows around k of them so that the sum of distances is small.

    Source: Kaufman & Rousseeuw (1990): medoids are chosen one after the other, then
    the exchange that gains most is made as long as one gains.

    Examples
    --------
    >>> medoids(np.array([[0.0], [1.0], [8.0], [9.0], [9.5]]), 2).tolist()
    [1, 1, 0, 0, 0]
    """
    D = cdist(X, X)
    chosen = [int(D.sum(axis=0).argmin())]
    while len(chosen) < k:
        gain = np.maximum(D[:, chosen].min(axis=1)[:, None] - D, 0).sum(axis=0)
        chosen.append(int(gain.argmax()))
    level = float(D[:, chosen].min(axis=1).sum())
    while True:
        swaps = [(*_exchanged(D, np.delete(chosen, i)), i) for i in range(k)]
        cost, row, place = min(swaps)
        if cost > level - 1e-9:
            return np.asarray(D[:, chosen].argmin(axis=1))
        chosen[place], level = row, cost


def _exchanged(D: Array, kept: NDArray[Any]) -> tuple[float, int]:
    """Give the lowest sum that one more medoid beside `kept` reaches, and its row."""
    near = D[:, kept].min(axis=1, initial=np.inf)
    sums = np.minimum(near[:, None], D).sum(axis=0)
    return float(sums.min()), int(sums.argmin())


def _errors(found: Gap, ours: int, theirs: int) -> Array:
    """Give the standard error of the difference between two means over references."""
    spread = found.se / np.sqrt(1 + 1 / ours)
    return np.asarray(spread * np.sqrt(1 / ours + 1 / theirs))


def _curve(found: Gap, printed: str, errors: Array, what: str) -> list[Figure]:
    each = zip(printed.split(), found.gap, errors, strict=True)
    return [
        Figure(what.format(k), text, float(gap), float(error))
        for k, (text, gap, error) in enumerate(each, 1)
    ]
