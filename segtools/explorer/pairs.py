"""Two segments beside each other: what tells their customers apart."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.explorer.members import middles, places_of
from segtools.explorer.opened import Explored
from segtools.features.words import said_unit
from segtools.joining import bracketed
from segtools.languages import header, tr
from segtools.schema import ConfigError
from segtools.wording import interval, percent, shorten

Floats = NDArray[np.float64]
_Z = 1.959964


@lru_cache(maxsize=64)
def compared(explored: Explored, first: str, second: str) -> pd.DataFrame:
    """Say of each feature how often a customer of one segment has more of it.

    Parameters
    ----------
    explored : Explored
    first, second : str
        Ids of two segments.

    Returns
    -------
    DataFrame
        The feature first that tells them apart most: ``feature``, ``label``, ``unit``,
        ``first`` and ``second`` (medians), ``more`` (of all pairs of a customer of
        each, the share in which the first's has more, ties counting half), its 95 %
        interval ``low`` and ``high`` (DeLong 1988, on the logit scale), and how many
        have a value, ``first_n`` and ``second_n``. All are null of a segment in which
        fewer than ``smallest_cell`` have a value.

    Raises
    ------
    ConfigError
        If both are the same.
    """
    if first == second:
        raise ConfigError(
            f"Two different segments must be compared, but both are {first!r}. "
            "Choose another one."
        )
    ids = list(explored.names)
    place = places_of(explored)
    ours, theirs = (place == ids.index(i) for i in (first, second))
    rows = []
    for name, (label, unit) in explored.numeric.items():
        values = explored.features[name].to_numpy(float, na_value=np.nan)
        one, two = (v[~np.isnan(v)] for v in (values[ours], values[theirs]))
        middle = middles(explored, name)
        row: dict[str, Any] = {"feature": name, "label": label, "unit": unit}
        row |= {"first": middle[first], "second": middle[second]}
        rows.append(row | _more(one, two, explored.smallest_cell))
    found = pd.DataFrame(rows)
    told = (found["more"] - 0.5).abs().fillna(-1.0)
    order = np.lexsort((np.arange(len(found)), -told.to_numpy()))
    return found.iloc[order].reset_index(drop=True)


def _more(one: Floats, two: Floats, limit: int) -> dict[str, float | int | None]:
    enough = min(len(one), len(two)) >= max(limit, 2)
    more = more_often(one, two) if enough else (np.nan, np.nan, np.nan)
    numbers = [len(x) if len(x) >= limit else None for x in (one, two)]
    names = ("more", "low", "high", "first_n", "second_n")
    return dict(zip(names, (*more, *numbers), strict=True))


def more_often(one: Floats, two: Floats) -> tuple[float, float, float]:
    """Estimate how often a value of one group exceeds one of the other.

    Parameters
    ----------
    one, two : ndarray
        Two values or more in each.

    Returns
    -------
    more, low, high : float
        Share of all pairs, ties counting half, and its 95 % interval; the interval is
        the share itself where the groups do not overlap at all.

    Examples
    --------
    >>> more_often(np.array([1.0, 2, 3]), np.array([0.0, 2, 2]))[0]
    0.6666666666666666
    """
    ours = _placed(one, np.sort(two))
    theirs = 1 - _placed(two, np.sort(one))
    more = float(ours.mean())
    if more in (0.0, 1.0):
        return more, more, more
    spread = ours.var(ddof=1) / len(one) + theirs.var(ddof=1) / len(two)
    middle = np.log(more / (1 - more))
    half = _Z * np.sqrt(spread) / (more * (1 - more))
    low, high = 1 / (1 + np.exp(-(middle - half))), 1 / (1 + np.exp(-(middle + half)))
    return more, float(low), float(high)


def _placed(values: Floats, others: Floats) -> Floats:
    """Give the share of the others (ascending) below each value, ties half."""
    low = np.searchsorted(others, values, side="left")
    high = np.searchsorted(others, values, side="right")
    return np.asarray((low + high) / 2 / len(others), dtype=float)


def compared_sentence(explored: Explored, first: str, second: str) -> str:
    """Say by which feature two segments are told apart most."""
    rows = compared(explored, first, second)
    one, two = (shorten(explored.names[i]) for i in (first, second))
    best = rows.iloc[0]
    if np.isnan(best["more"]):
        return tr(
            "{first} or {second} has too few customers to be compared.",
            first=one,
            second=two,
        )
    more = best["more"] >= 0.5
    share = best["more"] if more else 1 - best["more"]
    ends = (best["low"], best["high"])
    low, high = ends if more else (1 - ends[1], 1 - ends[0])
    who, than = (one, two) if more else (two, one)
    told = {
        "feature": shorten(best["label"]),
        "share": percent(share),
        "who": who,
        "than": than,
        "half": percent(0.5),
    }
    if not low < high:
        return tr(
            "{feature} tells them apart most: in {share} of all pairs the customer of "
            "{who} has more than the one of {than} ({half} would be no difference).",
            **told,
        )
    return tr(
        "{feature} tells them apart most: in {share} of all pairs the customer of "
        "{who} has more than the one of {than} (95 % interval {interval}; {half} would "
        "be no difference).",
        interval=interval(low, high, percent),
        **told,
    )


def compared_table(explored: Explored, first: str, second: str) -> pd.DataFrame:
    """Tabulate what `compared` found, for people."""
    rows = compared(explored, first, second)
    one, two = (
        tr("Middle of {segment}", segment=shorten(explored.names[i]))
        for i in (first, second)
    )
    two = two if two != one else bracketed(two, str(second))
    shown = pd.DataFrame(
        {
            header("Feature"): rows["label"],
            header("Unit"): rows["unit"].map(said_unit, na_action="ignore"),
            one: rows["first"],
            two: rows["second"],
            header("First has more"): rows["more"],
            header("At least"): rows["low"],
            header("At most"): rows["high"],
        }
    )
    shares = ("First has more", "At least", "At most")
    middle = {one: "rounded", two: "rounded"}
    shown.attrs["formats"] = middle | dict.fromkeys(shares, "percent")
    return shown
