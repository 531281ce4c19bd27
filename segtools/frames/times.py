"""Times of a frame: numbers are refused, and a zone is known or asked for."""

from __future__ import annotations

import math
import re
from typing import Any

import ibis.expr.types as ir

from segtools.languages import tr
from segtools.schema import ConfigError, DataError
from segtools.timezones import zone
from segtools.wording import quoted_name

# From how large on a number since 1970 counts in which unit, the largest first.
_UNITS = ((10**17, "ns"), (10**14, "us"), (10**11, "ms"), (10**8, "s"))
_DAYS = (19_000_101, 29_991_231)  # 20240131 is a day, not a second
_OFFSET = re.compile(r"[+-]\d{2}:?\d{2}")


def refuse_no_times(raw: ir.Table, theirs: str, library: str) -> None:
    """Refuse a column of times that holds something else.

    Numbers may be times, but seconds look like milliseconds: somebody must say.

    Parameters
    ----------
    raw : ibis Table
        With ``ordered_at`` as it was given.
    theirs : str
        What the caller calls that column.
    library : str
        Of the caller, for the line that converts it.

    Raises
    ------
    DataError
        With the line that makes times of it.
    """
    kind = raw.ordered_at.type()
    if kind.is_timestamp() or kind.is_date() or kind.is_string():
        return
    if kind.is_numeric() and not kind.is_boolean():
        some = raw.ordered_at.max().execute()
        if some is None or not math.isfinite(some):
            raise DataError(
                f"orders must hold times in {theirs!r}, but it holds no time at all. "
                "Name another column: time=..."
            )
        raise DataError(
            f"orders must hold times in {theirs!r}, but it holds numbers such as "
            f"{some}. {_conversion(some, theirs, library)}"
        )
    what = "something else" if kind.is_unknown() else f"values of type {kind}"
    raise DataError(
        f"orders must hold times in {theirs!r}, but it holds {what}. "
        "Name another column: time=..."
    )


def _conversion(some: Any, theirs: str, library: str) -> str:
    """Give the one line that makes times of numbers, in the caller's own library."""
    number = abs(int(some))
    unit = next((u for least, u in _UNITS if number >= least), "s")
    if _DAYS[0] <= number <= _DAYS[1]:
        how = f"pd.to_datetime(orders[{theirs!r}].astype(str), format='%Y%m%d')"
        return f"If that is a day: orders[{theirs!r}] = {how}."
    if library == "polars":
        line = f"orders.with_columns(pl.from_epoch({theirs!r}, time_unit={unit!r}))"
        return (
            f"If that is {_NAMES[unit]} since 1970: orders = {line}, and timezone=..."
        )
    how = f"pd.to_datetime(orders[{theirs!r}], unit={unit!r}, utc=True)"
    return f"If that is {_NAMES[unit]} since 1970: orders[{theirs!r}] = {how}."


_NAMES = {
    "s": "seconds",
    "ms": "milliseconds",
    "us": "microseconds",
    "ns": "nanoseconds",
}


def settle_zone(timezone: str | None, kind: Any, theirs: str) -> tuple[str, str]:
    """Decide in which zone days and hours are counted.

    Parameters
    ----------
    timezone : str or None
        What the caller says.
    kind : pyarrow DataType
        Of the column of times, as it was given.
    theirs : str
        What the caller calls that column.

    Returns
    -------
    zone : str
        An IANA name: the caller's, else the one that the times themselves carry.
    told : str
        Where it comes from if nobody said it; else empty.

    Raises
    ------
    ConfigError
        If nobody says it and the times carry none, or only an offset.

    Examples
    --------
    >>> import pyarrow as pa
    >>> settle_zone("Europe/Berlin", pa.timestamp("us"), "Date")
    ('Europe/Berlin', '')
    >>> settle_zone(None, pa.timestamp("us", "Asia/Tokyo"), "Date")[0]
    'Asia/Tokyo'
    """
    if timezone is not None:
        return timezone, ""
    own = getattr(kind, "tz", None)
    if own is None:
        what = "are text" if "string" in str(kind) else "carry no zone"
        raise ConfigError(
            f"timezone must be given, since the times in {theirs!r} {what}, but it is "
            "missing. Add the shop's zone, such as timezone='Europe/Berlin', or "
            "timezone='UTC'."
        )
    if _OFFSET.fullmatch(own):
        raise ConfigError(
            f"timezone must be given, since the times in {theirs!r} carry only the "
            f"offset {own}, but it is missing. Add the shop's zone, such as "
            "timezone='Europe/Berlin'."
        )
    zone(own)
    return own, tr(
        "Days and hours are those of {zone}, which the times in {column} carry. Pass "
        "timezone=... if the shop lives by another clock.",
        zone=own,
        column=quoted_name(theirs),
    )
