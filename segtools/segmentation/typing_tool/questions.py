"""Questions of a typing tool: what may be answered, and which points an answer is on.

Numbers are parted into up to 16 bins; words and yes or no are taken as they are. What
is no known answer counts as missing: nothing at all, infinities, and words that fewer
people gave than a page may tell of.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.languages import tr, trn

Ints = NDArray[np.int64]
N_BINS = 16
MOST_ANSWERS = 20
MISSING = -1  # also the place of the last row of a table of points


@dataclass(frozen=True)
class Question:
    """One question and its levels.

    Attributes
    ----------
    name : str
        The column that answers it.
    kind : str
        ``number``, or ``choice`` of words.
    upper : tuple of float
        Upper edges of all bins but the last, ascending; a number on an edge is in the
        bin that ends there.
    answers : tuple of str
        The words that may be chosen.
    """

    name: str
    kind: str
    upper: tuple[float, ...] = ()
    answers: tuple[str, ...] = ()

    @property
    def n_levels(self) -> int:
        """How many levels there are, the missing one not counted."""
        return len(self.answers) or len(self.upper) + 1

    def codes(self, given: pd.Series) -> Ints:
        """Give the level of every answer, -1 where it is missing.

        Examples
        --------
        >>> Question("age", "number", upper=(30.0, 60.0)).codes(
        ...     pd.Series([30, 31, 99, None])).tolist()
        [0, 1, 2, -1]
        >>> Question("pet", "choice", answers=("cat", "dog")).codes(
        ...     pd.Series(["dog", "cow", None])).tolist()
        [1, -1, -1]
        """
        if self.kind == "choice":
            place = {answer: i for i, answer in enumerate(self.answers)}
            return words(given).map(place).fillna(MISSING).to_numpy(np.int64)
        values = numbers(given)
        level = np.searchsorted(np.asarray(self.upper, float), values, side="left")
        return np.where(np.isnan(values), MISSING, level).astype(np.int64)


def question_of(given: pd.Series, smallest: int) -> Question | str:
    """Make a question of a column, or say why it cannot be one.

    Parameters
    ----------
    given : Series
        Everybody's answers; numbers are taken as numbers, all else as words.
    smallest : int
        Fewer people than this must not stand alone behind an answer.

    Examples
    --------
    >>> question_of(pd.Series([1, 1, 2, 2, 3, 3], name="stars"), 1)
    Question(name='stars', kind='number', upper=(1.0, 2.0), answers=())
    >>> question_of(pd.Series(["a", "a", "b"], name="x"), 2)
    'fewer than two answers were given by 2 people or more'
    """
    name = str(given.name)
    few = trn(
        "fewer than two answers were given by {n} person or more",
        "fewer than two answers were given by {n} people or more",
        smallest,
    )
    if is_number(given):
        upper = _edges(numbers(given), smallest)
        return Question(name, "number", upper=upper) if upper else few
    counts = words(given).value_counts()
    answers = sorted(str(a) for a in counts.index[counts >= smallest])
    if len(answers) > MOST_ANSWERS:
        return tr("more than {most} different answers", most=MOST_ANSWERS)
    return Question(name, "choice", answers=tuple(answers)) if answers[1:] else few


def is_number(given: pd.Series) -> bool:
    """Tell whether a column holds numbers; yes or no is none."""
    types = pd.api.types
    return types.is_numeric_dtype(given) and not types.is_bool_dtype(given)


def numbers(given: pd.Series) -> NDArray[np.float64]:
    """Give a column's numbers; what is none, or is not finite, is NaN."""
    values = pd.to_numeric(given, errors="coerce").to_numpy(float, na_value=np.nan)
    return np.where(np.isfinite(values), values, np.nan)


def words(given: pd.Series) -> pd.Series:
    """Give a column's words, yes or no as engines write them, None where missing."""
    known = given.astype(object).where(given.notna().to_numpy(), None)
    return known.map(_word)


def _word(value: Any) -> str | None:
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value)).lower()
    return None if value is None else str(value)


def _edges(values: NDArray[np.float64], smallest: int) -> tuple[float, ...]:
    """Cut at quantiles, at least `smallest` people to a bin, at the roundest numbers.

    Nobody's own value shows in an edge if a rounder number parts the same people.
    """
    known = np.sort(values[~np.isnan(values)])
    n_bins = min(N_BINS, len(known) // max(2 * smallest, 1))
    if n_bins < 2:
        return ()
    steps = np.arange(1, n_bins) / n_bins
    cuts = np.unique(np.quantile(known, steps, method="inverted_cdf"))
    edges, below = [], 0
    for cut in cuts:
        upto = int(np.searchsorted(known, cut, side="right"))
        if upto - below >= smallest and len(known) - upto >= smallest:
            edges.append(roundest(float(cut), float(known[upto])))
            below = upto
    return tuple(edges)


def roundest(low: float, above: float) -> float:
    """Give the number with the fewest places from `low` up to, but not, `above`.

    Examples
    --------
    >>> roundest(1234.56, 1310.0), roundest(0.318, 0.322), roundest(3, 4)
    (1300.0, 0.32, 3.0)
    """
    exact = Decimal(low)
    largest = max(abs(low), abs(above))
    first = -int(np.floor(np.log10(largest))) - 1 if largest > 0 else 0
    for places in range(first, first + 18):
        step = exact.scaleb(places).to_integral_value(ROUND_CEILING)
        found = float(step.scaleb(-places))
        if low <= found < above:
            return found + 0.0  # no negative zero
    return low
