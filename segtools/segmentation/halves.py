"""Do the halves of a segment do different things? A cut found here, tested there.

One half of the customers finds the feature whose median divides the outcome most, the
other half, which had no part in that, tests it: so that a search over many features
does not find differences that chance made.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

Array = NDArray[np.float64]
Z95 = 1.96
# Fewer customers on a side of a cut, and a difference is anybody's guess.
LEAST_SIDE = 20


@dataclass(frozen=True)
class Cut:
    """A feature and the value above which a customer lies in the upper half."""

    feature: str
    upper: float

    def above(self, rows: pd.DataFrame) -> NDArray[np.bool_]:
        """Say who lies above; without the value, a customer is not known to."""
        return rows[self.feature].to_numpy(float) > self.upper


@dataclass(frozen=True)
class Difference:
    """A difference of two means with its 95 % interval and Welch's p-value."""

    gap: float
    half: float
    p_value: float = 1.0

    @property
    def told_apart(self) -> bool:
        """Whether the interval leaves zero out."""
        return abs(self.gap) > self.half


def difference(one: Array, other: Array) -> Difference:
    """Compare two means.

    Examples
    --------
    >>> found = difference(np.array([5.0, 7.0]), np.array([1.0, 3.0]))
    >>> found.gap, round(found.half, 2), round(found.p_value, 2)
    (4.0, 2.77, 0.11)
    """
    gap = float(one.mean() - other.mean())
    error = one.var(ddof=1) / len(one) + other.var(ddof=1) / len(other)
    if error == 0:
        return Difference(gap, 0.0, 0.0 if gap else 1.0)
    p = float(stats.ttest_ind(one, other, equal_var=False).pvalue)
    return Difference(gap, Z95 * float(np.sqrt(error)), p)


def best_cut(rows: pd.DataFrame, outcome: Array) -> Cut | None:
    """Find, on one half of the customers, the feature whose median divides most.

    Parameters
    ----------
    rows : DataFrame
        ``customer_id`` and features; other columns that are no numbers are left out.
    outcome : array of shape (n_rows,)

    Returns
    -------
    Cut or None
        None where no median leaves 20 customers of that half on either side.
    """
    look = ~coin(rows["customer_id"])
    numbers = rows.drop(columns="customer_id").select_dtypes("number")
    best, most = None, 0.0
    for name in sorted(numbers.columns):
        known = numbers[name].dropna().to_numpy(float)
        if not len(known):
            continue
        cut = Cut(name, float(np.quantile(known, 0.5, method="lower")))
        above = cut.above(numbers)
        low, high = outcome[look & ~above], outcome[look & above]
        if min(len(low), len(high)) < LEAST_SIDE:
            continue
        found = difference(high, low)
        strength = abs(found.gap) / max(found.half, 1e-12)
        if strength > most:
            best, most = cut, strength
    return best


def judged_cut(rows: pd.DataFrame, outcome: Array, cut: Cut) -> Difference:
    """Compare the two sides of a cut on the other half of the customers.

    Returns
    -------
    Difference
        Upper less lower; with a p-value of 1 where a side has fewer than 20.
    """
    judge, above = coin(rows["customer_id"]), cut.above(rows)
    low, high = outcome[judge & ~above], outcome[judge & above]
    if min(len(low), len(high)) < LEAST_SIDE:
        return Difference(0.0, 0.0)
    return difference(high, low)


def coin(ids: pd.Series) -> NDArray[np.bool_]:
    """Toss a coin for every customer that depends on the id alone.

    Examples
    --------
    >>> coin(pd.Series(["ann", "bob", "cat"])).tolist()
    [True, False, True]
    """
    tossed = [hashlib.sha256(str(i).encode()).digest()[4] & 1 for i in ids]
    return np.array(tossed, dtype=bool)
