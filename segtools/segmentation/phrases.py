"""Phrases that several descriptions share: bounds, conditions."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from segtools.languages import current, tr
from segtools.wording import number, rounded


def bounded(name: str, low: float | None, high: float | None) -> str:
    """Say between which bounds a feature lies, one of which there is.

    Examples
    --------
    >>> bounded("Orders", None, 4), bounded("Orders", 4, None)
    ('Orders up to 4', 'Orders above 4')
    """
    if low is None:
        return tr("{feature} up to {high}", feature=name, high=rounded(high))
    if high is None:
        return tr("{feature} above {low}", feature=name, low=rounded(low))
    return tr(
        "{feature} above {low} up to {high}",
        feature=name,
        low=rounded(low),
        high=rounded(high),
    )


def all_of(parts: Iterable[str]) -> str:
    """Join conditions that hold together; nothing for none.

    Examples
    --------
    >>> all_of(["Orders up to 4", "Spend above 80", "Basket above 9"])
    'Orders up to 4 and Spend above 80 and Basket above 9'
    """
    return reduce(_both, parts) if (parts := list(parts)) else ""


def grouped(value: float, decimals: int = 0) -> str:
    """Write a large number in a warning, in English with commas as errors do.

    Examples
    --------
    >>> grouped(1234567)
    '1,234,567'
    """
    if current().is_english:
        return f"{value:,.{decimals}f}"
    return number(value, decimals)


def _both(one: str, other: str) -> str:
    return tr("{one} and {other}", one=one, other=other)
