"""Words of findings in the language in use: points, captions, headers."""

from __future__ import annotations

import re

from segtools.languages import said_header, tr, trn
from segtools.wording import number

# What stands behind the name of a column: its unit, or what it is out of.
_BEHIND = re.compile(r"( \([^()]*\)|, [^,]+)$")


def points_only(share: float) -> str:
    """Write a difference of shares in percentage points, without the word.

    Examples
    --------
    >>> points_only(0.04), points_only(0.12)
    ('4.0', '12')
    """
    return number(100 * share, _decimals(share))


def points(share: float) -> str:
    """Write a difference of shares in percentage points.

    Examples
    --------
    >>> points(0.01), points(0.12)
    ('1.0 points', '12 points')
    """
    whole = round(abs(100 * share))
    # Written with decimals, one is not a single one either.
    count = 0.5 if _decimals(share) else whole
    return trn("{n} point", "{n} points", count, n=points_only(share))


def _decimals(share: float) -> int:
    return 0 if abs(share) >= 0.0995 else 1


def text_said(text: object) -> str:
    """Say a text that may be one of ours, such as a caption; others stay.

    Examples
    --------
    >>> text_said("Sizes"), text_said("")
    ('Sizes', '')
    """
    # To a catalogue the empty text is the question for its own head.
    return tr(str(text)) if str(text) else ""


def column_said(name: object) -> str:
    """Say the name of a column; a unit behind it stays.

    Examples
    --------
    >>> column_said("Customers"), column_said("Mean (EUR)")
    ('Customers', 'Mean (EUR)')
    """
    whole = str(name)
    said = said_header(whole) if whole else ""
    behind = _BEHIND.search(whole)
    if said != whole or behind is None or not behind.start():
        return said
    return said_header(whole[: behind.start()]) + behind.group()
