"""Fill the places of a message where a space depends on what comes to stand there.

Chinese has no space between two of its characters, nor beside a number, and one beside
a Latin word; which of them fills a place, only the value tells.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from typing import Any

__all__ = ["filled"]

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
# With its quotation marks, dashes and full-width marks.
_WIDE = f"{_HAN}\u2018\u2019\u201c\u201d\u3000-\u303f\uff00-\uff65"
_CLOSE = re.compile(f"[{_WIDE}][{_WIDE}0-9]|[0-9%][{_WIDE}]")
_APART = re.compile(f"[{_HAN}][A-Za-z]|[A-Za-z][{_HAN}]")


def filled(message: str, values: Mapping[str, Any]) -> str:
    """Fill a Chinese message.

    Parameters
    ----------
    message : str
        With its places, as for ``str.format``.
    values : mapping
        What fills them.

    Returns
    -------
    str

    Examples
    --------
    >>> filled("{a} 的占比", {"a": "RFM"}), filled("{a} 的占比", {"a": "消费额"})
    ('RFM 的占比', '消费额的占比')
    """
    text = ""
    for literal, name, spec, _ in string.Formatter().parse(message):
        text = _beside(text, literal)
        if name is not None:
            text = _beside(text, format(values[name], spec or ""))
    return text


def _beside(one: str, other: str) -> str:
    """Put two pieces together with the space, or none, that they need."""
    left, right = one.removesuffix(" "), other.removeprefix(" ")
    border = left[-1:] + right[:1]
    if (left, right) != (one, other):
        return left + right if _CLOSE.match(border) else one + other
    return f"{one} {other}" if _APART.match(border) else one + other
