"""A printed figure beside ours, how much they may differ, and whether they agree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from segtools.wording import number

COLUMNS = ["figure", "source", "published", "segtools", "difference", "allowed"]
COLUMNS += ["measure", "agrees"]
ERRORS = 3  # standard errors that two draws of chance may lie apart
# A figure that lies just between two printed ones is rounded by either hand.
_TIE = 1e-3


@dataclass(frozen=True)
class Figure:
    """One printed figure and ours.

    Attributes
    ----------
    what : str
        What was computed.
    printed : str
        As its source prints it: its digits say how near ours must come.
    found : float, int or str
        What segtools gives; a count or a text must be equal.
    error : float or None
        Standard error of the difference where both were drawn by chance, in other
        draws: three of them are allowed on top of the rounding.
    """

    what: str
    printed: str
    found: float | int | str
    error: float | None = None


def half_a_digit(printed: str) -> float:
    """Give half a unit of the last digit that was printed.

    Examples
    --------
    >>> half_a_digit("-317.2568"), half_a_digit("62"), half_a_digit(".721")
    (5e-05, 0.5, 0.0005)
    """
    return float(f"5e-{len(printed.partition('.')[2]) + 1}")


def compared(source: str, figures: Iterable[Figure]) -> pd.DataFrame:
    """Put printed figures and ours side by side.

    Parameters
    ----------
    source : str
        Who printed them, and when.
    figures : iterable of Figure

    Returns
    -------
    DataFrame
        ``figure``, ``source``, ``published`` (as printed), ``segtools`` (with a digit
        more), ``difference``, ``allowed`` and ``measure`` (*digits*: half a unit of
        the last one; *chance*: three standard errors besides; *equal*: no number),
        ``agrees``.

    Examples
    --------
    >>> rows = [Figure("a", "0.75", 0.7504), Figure("b", "0.75", 0.76)]
    >>> compared("by hand", rows)["agrees"].tolist()
    [True, False]
    """
    return pd.DataFrame([_row(source, f) for f in figures], columns=COLUMNS)


def verdict(tables: pd.DataFrame | Iterable[pd.DataFrame]) -> str:
    """Say in a sentence how many figures agree, and name those that do not.

    Examples
    --------
    >>> rows = [Figure("a", "0.75", 0.7504), Figure("b", "0.75", 0.76)]
    >>> verdict(compared("by hand", rows))
    '1 of 2 figures agree. Not these: b.'
    >>> verdict(compared("by hand", rows[:1]))
    'The figure agrees to the digits that were printed.'
    """
    if isinstance(tables, pd.DataFrame):
        tables = [tables]
    rows = pd.concat(list(tables), ignore_index=True)
    agree, n = int(rows["agrees"].sum()), len(rows)
    if agree < n:
        wrong = ", ".join(rows.loc[~rows["agrees"], "figure"])
        return f"{number(agree)} of {number(n)} figures agree. Not these: {wrong}."
    if n == 1:
        return "The figure agrees to the digits that were printed."
    by_chance = int((rows["measure"] == "chance").sum())
    return f"All {number(n)} figures agree{_how(n - by_chance, by_chance)}."


def _how(exact: int, by_chance: int) -> str:
    if not by_chance:
        return " to the digits that were printed"
    within = f"within {ERRORS} standard errors, since chance drew them"
    if not exact:
        return f" {within}"
    return f": {number(exact)} to the digits printed, {number(by_chance)} {within}"


def _row(source: str, figure: Figure) -> tuple[Any, ...]:
    what, printed, found = figure.what, figure.printed, figure.found
    if isinstance(found, str | int):
        equal = printed == str(found)
        return what, source, printed, str(found), np.nan, np.nan, "equal", equal
    half = half_a_digit(printed)
    digits = len(printed.partition(".")[2]) + 1
    allowed = half + ERRORS * (figure.error or 0.0)
    away = float(found) - float(printed)
    agrees = bool(abs(away) <= allowed + _TIE * half)
    measure = "digits" if figure.error is None else "chance"
    shown = f"{found:.{digits}f}"
    return what, source, printed, shown, away, allowed, measure, agrees
