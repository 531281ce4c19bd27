"""A printed figure beside ours, how much they may differ, and whether they agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from segtools.wording import MINUS, number

COLUMNS = ["figure", "source", "published", "segtools", "difference", "allowed"]
COLUMNS += ["measure", "agrees"]
# Short names, for a column of a table; `sources` writes them out.
BY_HAND, TWICE = "by hand", "second program"
R_KMEANS, R_GAP, R_RULES = "R, kmeans", "R, clusGap", "R, maxSE"
R_HOPKINS, R_DIP, R_DAISY = "R, hopkins", "R, diptest", "R, daisy"
POLCA, POLCA_RUN = "poLCA, manual", "poLCA, a run"
BG_PAPER, GG_PAPER = "Fader et al. 2005", "Fader & Hardie 2013"
LIFETIMES, SUMMARY = "lifetimes, tests", "CDNOW, summary"
_SOURCES = {
    BY_HAND: "Worked out with pen and paper.",
    TWICE: "Not printed: computed apart from segtools with numpy and scikit-learn.",
    R_KMEANS: "R, function kmeans; well known from many books.",
    R_GAP: "R, package cluster, example of clusGap with pam and 500 references.",
    R_RULES: "R, package cluster, example of maxSE.",
    R_HOPKINS: "R, package hopkins; Wright, R Journal 2022.",
    R_DIP: "R, package diptest, example statfaculty; Hartigan & Hartigan 1985.",
    R_DAISY: "R, package cluster, example of daisy; Struyf, Hubert & Rousseeuw 1996.",
    POLCA: "R, package poLCA, manual; Linzer & Lewis, J. Stat. Software 2011.",
    POLCA_RUN: "R, package poLCA, printout of a run on the same table.",
    BG_PAPER: "Fader, Hardie & Lee, Marketing Science 2005, and its notes.",
    GG_PAPER: "Fader & Hardie, note on the Gamma-Gamma model, 2013; R, package BTYD.",
    LIFETIMES: "Python, package lifetimes 0.11.3, its tests.",
    SUMMARY: "Customer summary that was published with the papers on CDNOW.",
}
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
    some = [t for t in tables if len(t)]
    if not some:
        return "There is no figure to compare here."
    rows = pd.concat(some, ignore_index=True)
    agree, n = int(rows["agrees"].sum()), len(rows)
    if agree < n:
        wrong = ", ".join(rows.loc[~rows["agrees"], "figure"])
        return f"{number(agree)} of {number(n)} figures agree. Not these: {wrong}."
    if n == 1:
        return "The figure agrees to the digits that were printed."
    by_chance = int((rows["measure"] == "chance").sum())
    return f"All {number(n)} figures agree{_how(n - by_chance, by_chance)}."


def shown(table: pd.DataFrame) -> pd.DataFrame:
    """Make a table of figures ready to be read: words and digits instead of floats.

    Examples
    --------
    >>> shown(compared("by hand", [Figure("a", "0.75", 0.7512)])).iloc[0, 1:6].tolist()
    ['0.75', '0.751', '0.0012', '0.0050', 'yes']
    """
    digits = [len(p.partition(".")[2]) + 2 for p in table["published"]]
    decimals = list(np.subtract(digits, table["measure"] == "chance"))
    columns = {
        "Figure": table["figure"],
        "Published": table["published"].map(_minus),
        "segtools": table["segtools"].map(_minus),
        "Difference": _written(table["difference"], decimals),
        "Allowed": _written(table["allowed"], decimals),
        "Agrees": np.where(table["agrees"].astype(bool), "yes", "no"),
        "Source": table["source"],
    }
    return pd.DataFrame(columns)


def sources(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Write out the sources that occur in some tables: ``source``, ``in_full``.

    Examples
    --------
    >>> rows = compared("by hand", [Figure("a", "0.75", 0.7512)])
    >>> sources([rows]).iloc[0].tolist()
    ['by hand', 'Worked out with pen and paper.']
    """
    found = {s for table in tables for s in table["source"]}
    rows = [(short, full) for short, full in _SOURCES.items() if short in found]
    return pd.DataFrame(rows, columns=["source", "in_full"])


def summary(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Count the figures of each table: printed by others, agreeing, and how.

    Examples
    --------
    >>> rows = compared("by hand", [Figure("a", "0.75", 0.7512), Figure("b", "1", 2)])
    >>> summary({"On paper": rows})[["Figures", "Agree"]].to_numpy().tolist()
    [[2, 1]]
    """
    rows = [
        {
            "What": name,
            "Figures": len(t),
            "Printed by others": int((t["source"] != TWICE).sum()),
            "Agree": int(t["agrees"].sum()),
            "To the digits": int((t["agrees"] & (t["measure"] != "chance")).sum()),
            "Within chance": int((t["agrees"] & (t["measure"] == "chance")).sum()),
        }
        for name, t in tables.items()
    ]
    return pd.DataFrame(rows)


def _written(values: pd.Series, decimals: list[int]) -> list[str]:
    return [number(v, d) for v, d in zip(values, decimals, strict=True)]


def _minus(text: str) -> str:
    return text.replace("-", MINUS)


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
