"""Read the number at the head of a cell that was written in the language in use."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

from segtools.languages import Language, current
from segtools.wording import MINUS, THIN

Scales = Mapping[str | None, float]
_ENGLISH: Scales = {None: 1.0, "k": 1e3, "M": 1e6, "bn": 1e9}


def leading_number(text: str) -> float | None:
    """Read the number that a cell begins with; None where it begins with none.

    Parameters
    ----------
    text : str
        Such as ``0.45 (0.43 to 0.47)``, ``<0.1 %`` or ``−€81 k``.

    Returns
    -------
    float or None

    Examples
    --------
    >>> leading_number("<0.1 %"), leading_number("−€81"), leading_number("A")
    (0.1, -81.0, None)
    """
    pattern, scales = _reader(current())
    found = pattern.match(text)
    if found is None:
        return None
    before, digits, decimals, scale = found.groups()
    sign = -1 if MINUS in before or "-" in before else 1
    whole = "".join(c for c in digits if c.isdecimal())
    return sign * float(f"{whole}.{decimals or 0}") * scales[scale]


@functools.cache
def _reader(language: Language) -> tuple[re.Pattern[str], Scales]:
    scales = _ENGLISH if language.is_english else _scales(language)
    group, point = re.escape(language.group), re.escape(language.decimal)
    words = sorted(filter(None, scales), key=len, reverse=True)
    known = "|".join(map(re.escape, words)) or "(?!)"
    number = rf"(\d+(?:{group}\d+)*)(?:{point}(\d+))?"
    # A letter that begins another word is no scale; between Chinese signs none ends.
    behind = rf"(?:[{THIN}\u00a0]?({known})(?![a-zA-Zа-яА-Я]))?"
    return re.compile(rf"([^\w.]*){number}{behind}"), scales


def _scales(language: Language) -> Scales:
    """Collect how thousands, millions and so on are shortened."""
    found: dict[str | None, float] = {None: 1.0}
    short = language.locale.compact_decimal_formats.get("short", {})
    money = language.locale.compact_currency_formats.get("short", {})
    for form in [*short.values(), *money.values()]:
        for size, pattern in form.items():
            zeros = pattern.pattern.count("0")
            word = re.sub(r"[0¤'\s\u00a0\u202f]", "", pattern.pattern)
            if word:
                found[word] = float(size) / 10 ** (zeros - 1)
    return found
