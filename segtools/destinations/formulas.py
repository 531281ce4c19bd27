"""Text that a spreadsheet would run: disarmed for people, refused for machines."""

from __future__ import annotations

import re
from typing import Any

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# What a reader does not see: blanks, control, zero-width and direction characters.
_LEADING = re.compile(
    r"^(?:[^\S\t\r\n]|[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e"
    r"\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff])+"
)


def would_run(text: str) -> bool:
    """Tell whether a spreadsheet may take text for a formula.

    Examples
    --------
    >>> would_run("=1+1"), would_run(" @x"), would_run("a=1")
    (True, True, False)
    """
    if text[:1].isalnum():  # as nearly all are: nothing unseen before, no sign
        return False
    return _LEADING.sub("", text).startswith(_DANGEROUS)


def escape_formula(value: Any) -> Any:
    """Put an apostrophe before text that a spreadsheet would run; numbers stay.

    Escaping twice gives the same as once.

    Examples
    --------
    >>> escape_formula("=1+1"), escape_formula(" @x"), escape_formula(-5)
    ("'=1+1", "' @x", -5)
    """
    return f"'{value}" if isinstance(value, str) and would_run(value) else value
