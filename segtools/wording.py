"""Numbers and names as words, the same in figures, tables and alt texts."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import Any

import pandas as pd
from babel.dates import format_date
from babel.lists import format_list

from segtools.joining import colon, commas
from segtools.languages import current, tr, trc
from segtools.languages.language import MINUS, THIN

__all__ = [
    "MINUS",
    "MISSING",
    "THIN",
    "day",
    "general",
    "interval",
    "is_missing",
    "iso_day",
    "listed",
    "number",
    "per_cent",
    "percent",
    "plain",
    "plural_of",
    "quoted_name",
    "rounded",
    "series",
    "shorten",
    "wrap",
]

MISSING = "–"

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

# Control characters, lone surrogates, and marks that turn the reading direction.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]+"
)

# Chinese and Japanese characters and marks, one by one, and what stands between them.
_WIDE = "\u2e80-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uff65"
_HAN = re.compile(f"[{_WIDE}]|[^{_WIDE}]+")
_CLOSING = frozenset("、，。；：！？）］｝」』】》〉％…’”,.;:!?)]}%")
_OPENING = frozenset("（［｛「『【《〈‘“([{")


def is_missing(value: Any) -> bool:
    """Tell whether a single value is missing (None, NaN, NaT or NA).

    Examples
    --------
    >>> is_missing(None), is_missing(float("nan")), is_missing(""), is_missing([])
    (True, True, False, False)
    """
    return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))


def number(value: Any, decimals: int = 0) -> str:
    """Write a number as its language does, with a true minus sign.

    In English thousands stand apart by a thin space.

    Parameters
    ----------
    value : number or None
        Any number, ``Decimal`` included.
    decimals : int, default=0
        Digits after the point.

    Returns
    -------
    str
        ``"–"`` for a missing value.

    Examples
    --------
    >>> number(1234567.8).replace("\u202f", "_"), number(-0.04, 1), number(None)
    ('1_234_568', '0.0', '–')
    """
    if is_missing(value):
        return MISSING
    return current().write(value, decimals)


def plural_of(value: float, decimals: int = 0) -> float:
    """Give what decides the plural form beside a number as `number` writes it.

    Written with decimals it is read as a fraction, even where they are zeros.

    Examples
    --------
    >>> plural_of(20.6), plural_of(21, 1)
    (21, 0.5)
    """
    return 0.5 if decimals else round(value)


def rounded(value: Any, digits: int = 3) -> str:
    """Write a number to so many significant digits, without trailing zeros.

    Examples
    --------
    >>> rounded(0.45678), rounded(12.345), rounded(3.0), rounded(0.41), rounded(None)
    ('0.457', '12.3', '3', '0.41', '–')
    """
    if is_missing(value):
        return MISSING
    if value == 0 or not math.isfinite(value) or value == round(value):
        return number(value)
    decimals = digits - 1 - math.floor(math.log10(abs(value)))
    text = number(value, min(max(decimals, 0), 6))
    point = current().decimal
    return text.rstrip("0").rstrip(point) if decimals > 0 else text


def percent(share: Any) -> str:
    """Write a share (0 to 1) in per cent, finer at both ends.

    Examples
    --------
    >>> [percent(s).replace("\u202f", " ") for s in (0.4149, 0.034, 0.9968, 0.0001, 1)]
    ['41 %', '3.4 %', '99.7 %', '<0.1 %', '100 %']
    """
    if is_missing(share):
        return MISSING
    if 0 < share < 0.0005:
        return f"<{per_cent(0.1, 1)}"
    if 0.9995 <= share < 1:
        return f">{per_cent(99.9, 1)}"
    fine = 0 < abs(share) < 0.0995 or 0.99 < share < 1
    return per_cent(share * 100, 1 if fine else 0)


def per_cent(value: Any, decimals: int = 0) -> str:
    """Write a number of per cent with its sign.

    Examples
    --------
    >>> per_cent(41.4).replace("\u202f", " ")
    '41 %'
    """
    return f"{number(value, decimals)}{current().before_percent}%"


def general(value: float, digits: int = 6) -> str:
    """Write a number as people type it: no thousands apart, no trailing zeros.

    Examples
    --------
    >>> general(1250.0), general(0.25), general(1234567.0, 4)
    ('1250', '0.25', '1.235e+06')
    """
    return f"{value:.{digits}g}".replace(".", current().decimal)


def plain(text: object) -> str:
    r"""Make one harmless line of a string from data; markup is left as it is.

    Control characters and marks that turn the reading direction go, white space is
    collapsed. Escaping is the business of whoever writes the page.

    Examples
    --------
    >>> plain("Loyal\n\x00 <b>big</b> spenders")
    'Loyal <b>big</b> spenders'
    """
    return " ".join(_words(_UNSAFE.sub(" ", str(text))))


def quoted_name(name: object) -> str:
    r"""Quote a name from data, in the language's own quotation marks.

    What cannot be seen is written as Python does; blanks stay, for they tell names
    apart.

    Examples
    --------
    >>> print(quoted_name("Loyal buyers"), quoted_name("a\n"))
    'Loyal buyers' 'a\n'
    """
    text = str(name)
    if current().is_english:  # with other marks around a name that has such a mark
        return repr(text)
    seen = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    return trc("quoted", "'{name}'", name=seen)


def shorten(text: object, width: int = 40) -> str:
    """Cut a string in its middle, so that names with one beginning stay apart.

    Parameters
    ----------
    text : object
        Made plain first.
    width : int, default=40
        Columns at most; a Chinese character takes two.

    Returns
    -------
    str
        The string, or its two ends around an ellipsis.

    Examples
    --------
    >>> shorten("frequent evening buyers of fresh food", 20)
    'frequent … esh food'
    """
    line = plain(text)
    if _columns(line) <= width:
        return line
    tail = (width - 3) // 2
    head = width - 3 - tail
    return f"{_take(line, head).rstrip()} … {_take(line[::-1], tail)[::-1].lstrip()}"


def wrap(text: object, width: int, lines: int = 2) -> str:
    r"""Break a string into at most so many lines; the last one is shortened.

    Examples
    --------
    >>> wrap("frequent evening buyers of fresh food", 18)
    'frequent evening\nbuyers o … sh food'
    """
    line = plain(text)
    rows = _filled(line, width)
    if len(rows) > lines:
        rows = [*rows[: lines - 1], shorten("".join(rows[lines - 1 :]), width)]
        return _stacked(rows)
    # The narrowest width that needs no more lines leaves no word alone, and cuts none.
    pieces = (piece.strip(" ") for piece in _pieces(line, width))
    longest = max(map(_columns, pieces), default=0)
    least = max(width // len(rows), min(longest, width))
    tries = (_filled(line, narrow) for narrow in range(least, width))
    return _stacked(next((t for t in tries if len(t) == len(rows)), rows))


def day(text: object) -> str:
    """Write an ISO date in words; anything else stays as it is.

    Examples
    --------
    >>> day("2017-10-01"), day("soon")
    ('1 October 2017', 'soon')
    """
    try:
        when = date.fromisoformat(str(text)[:10])
    except ValueError:
        return str(text)
    if current().is_english:
        return f"{when.day} {MONTHS[when.month - 1]} {when.year}"
    return format_date(when, "long", locale=current().locale)


def iso_day(text: object) -> str:
    """Write an ISO date within a text: as it is in English, elsewhere in words.

    Examples
    --------
    >>> iso_day("2017-10-01T10:00:00")
    '2017-10-01'
    """
    iso = str(text)[:10]
    return iso if current().is_english else day(iso)


def interval(low: Any, high: Any, write: Any = rounded) -> str:
    """Write an interval, or nothing if an end is missing.

    Examples
    --------
    >>> interval(0.41, 0.47), interval(None, 0.47)
    ('0.41 to 0.47', '')
    """
    if is_missing(low) or is_missing(high):
        return ""
    return tr("{low} to {high}", low=write(low), high=write(high))


def listed(names: Iterable[object]) -> str:
    """Join names as a sentence does.

    Examples
    --------
    >>> listed(["a", "b", "c"]), listed(["a"])
    ('a, b and c', 'a')
    """
    words = [plain(name) for name in names]
    if len(words) < 2:
        return "".join(words)
    if current().is_english:  # Babel would put a comma before "and"
        return f"{', '.join(words[:-1])} and {words[-1]}"
    return format_list(words, locale=current().locale)


def series(names: Iterable[object], values: Iterable[Any]) -> str:
    """Write values by their names, as the alt text of a figure lists them.

    Examples
    --------
    >>> series([2, "New"], [0.95, 0.8123])
    '2: 0.95, New: 0.812'
    """
    pairs = zip(names, values, strict=True)
    return commas(colon(plain(name), rounded(value)) for name, value in pairs)


def _stacked(rows: list[str]) -> str:
    return "\n".join(row.strip(" ") for row in rows)


def _words(text: str) -> list[str]:
    # Only at ordinary spaces: a number keeps its thin space, and its unit.
    return [word for word in text.split(" ") if word]


def _filled(line: str, width: int) -> list[str]:
    """Break a line into rows that, put together, are the line."""
    rows = [""]
    for piece in _pieces(line, width):
        together = rows[-1] + piece
        if not rows[-1] or _columns(together.strip(" ")) <= width:
            rows[-1] = together
        else:
            rows.append(piece)
    return rows


def _columns(text: str) -> int:
    return sum(map(_column, text))


def _column(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _take(text: str, width: int) -> str:
    used = 0
    for place, character in enumerate(text):
        used += _column(character)
        if used > width:
            return text[:place]
    return text


def _pieces(text: str, width: int) -> list[str]:
    """Split into what a row may begin with; what is too long for one into chunks."""
    pieces: list[str] = []
    for word in _words(text):
        before = " " if pieces else ""
        for unit in _units(word):
            while _columns(unit) > width:
                chunk = _take(unit, width) or unit[0]
                pieces.append(before + chunk)
                unit, before = unit[len(chunk) :], ""
            pieces.append(before + unit)
            before = ""
    return pieces


def _units(word: str) -> list[str]:
    """Split a word where a row may end within it: between Chinese characters.

    No row begins with a mark that closes, or ends with one that opens, and numbers and
    words in other letters stay whole.
    """
    units = [""]
    for part in _HAN.findall(word):
        apart = units[-1] and part[0] not in _CLOSING and units[-1][-1] not in _OPENING
        if apart:
            units.append(part)
        else:
            units[-1] += part
    return units
