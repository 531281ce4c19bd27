"""Sizes of lifts in words: points, amounts, intervals, more or less of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from segtools.languages import tr, trc, trn
from segtools.wording import MISSING, number, plural_of

Row = Mapping[str, Any]


def points(share: float | None) -> str:
    """Write a difference of shares in points.

    Examples
    --------
    >>> points(0.0391), points(-0.2), points(None)
    ('3.9 points', '−20 points', '–')
    """
    if share is None:
        return MISSING
    return trn("{n} point", "{n} points", _form(share), n=_in_points(share))


def _in_points(share: float) -> str:
    return number(100 * share, _decimals(share))


def _form(share: float) -> float:
    return plural_of(100 * share, _decimals(share))


def _decimals(share: float) -> int:
    return 0 if abs(share) >= 0.0995 else 1


def amount(value: float | None, currency: str) -> str:
    """Write an amount to the cent.

    Examples
    --------
    >>> amount(3.5, "EUR"), amount(None, "EUR")
    ('3.50 EUR', '–')
    """
    return MISSING if value is None else f"{number(value, 2)} {currency}".strip()


def size_of(name: str, value: float | None, currency: str) -> str:
    """Write a lift in responses as points, one in spend as an amount."""
    return points(value) if name == "response" else amount(value, currency)


def band_of(name: str, row: Row, currency: str) -> str:
    """Write the interval of a lift with its unit once.

    Examples
    --------
    >>> band_of("response", {"low": 0.01, "high": 0.2}, "EUR")
    '1.0 to 20 points'
    >>> band_of("spend", {"low": -1, "high": 2}, "EUR")
    '−1.00 to 2.00 EUR'
    """
    low, high = row["low"], row["high"]
    if low is None or high is None:
        return trc("interval", "not known")
    if name == "response":
        return trn(
            "{low} to {high} point",
            "{low} to {high} points",
            _form(high),
            low=_in_points(low),
            high=_in_points(high),
        )
    band = tr("{low} to {high}", low=number(low, 2), high=number(high, 2))
    return f"{band} {currency}".strip()


def signed(name: str, value: float, currency: str) -> str:
    """Write a lift by its size, and whether it is more or less."""
    size, less = size_of(name, abs(value), currency), value < 0
    if name == "response" and less:
        return trc("lift in responses", "{size} less", size=size)
    if name == "response":
        return trc("lift in responses", "{size} more", size=size)
    if less:
        return trc("lift in spend", "{size} less", size=size)
    return trc("lift in spend", "{size} more", size=size)


def segment_name(row: Row) -> str:
    """Name the segment of a row; records call all of them together Everyone."""
    return tr("Everyone") if row["segment_id"] is None else str(row["segment"])
