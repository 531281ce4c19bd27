"""What the value of segments is called: spend, value, or what a record names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from segtools.languages import mark, markc, tr, trc
from segtools.report.templating import SYMBOLS

__all__ = ["ValueWords", "unit_of", "value_label"]

Record = Mapping[str, Any]

_NAMES = {"Spend": markc("value", "Spend"), "Value": markc("value", "Value")}
_AMOUNTS = {"Spend": mark("{amount} spend"), "Value": mark("{amount} value")}
_HEADED = {"Spend": mark("Spend {amount}"), "Value": mark("Value {amount}")}
_SHARES = {"Spend": mark("Share of spend"), "Value": mark("Share of value")}
_SERIES = {
    "Spend": mark("Share of spend: {shares}."),
    "Value": mark("Share of value: {shares}."),
}


def value_label(personas: Record) -> str:
    """Name what the value is: as recorded, else spend where its unit is a currency.

    It is the English name, by which the words are found; `ValueWords` says it.

    Examples
    --------
    >>> value_label({"segments": [{"value_unit": "USD"}]})
    'Spend'
    >>> value_label({"segments": [{"value_unit": "points"}]})
    'Value'
    """
    unit = unit_of(personas.get("segments") or [])
    spend = unit in SYMBOLS.values() or re.fullmatch(r"[A-Z]{3}", unit or "")
    return str(personas.get("value_label") or ("Spend" if spend else "Value"))


def unit_of(segments: Iterable[Record]) -> str | None:
    """Find the unit that the value of segments is counted in."""
    return next((s["value_unit"] for s in segments if s.get("value_unit")), None)


@dataclass(frozen=True)
class ValueWords:
    """Says the value by its label, in the language in use.

    Examples
    --------
    >>> words = ValueWords("Spend")
    >>> words.name, words.amount("$54.25"), words.share
    ('Spend', '$54.25 spend', 'Share of spend')
    >>> ValueWords("Margin").share
    'Share of margin'
    """

    label: str

    @property
    def name(self) -> str:
        """What heads a row or a bar."""
        return trc("value", self.label) if self.label in _NAMES else self.label

    @property
    def share(self) -> str:
        """What a share of it is called."""
        message = _SHARES.get(self.label, mark("Share of {what}"))
        return tr(message, what=self._what)

    def amount(self, amount: str) -> str:
        """Say how much, the number first."""
        message = _AMOUNTS.get(self.label, mark("{amount} {what}"))
        return tr(message, amount=amount, what=self._what)

    def headed(self, amount: str) -> str:
        """Say how much, the name first."""
        message = _HEADED.get(self.label, mark("{what} {amount}"))
        return tr(message, amount=amount, what=self.label)

    def series(self, shares: str) -> str:
        """Say whose share is how large."""
        message = _SERIES.get(self.label, mark("Share of {what}: {shares}."))
        return tr(message, shares=shares, what=self._what)

    @property
    def _what(self) -> str:
        return self.label.lower()
