"""Clauses that make one sentence, and cuts as whoever chose them wrote them."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

from segtools.languages import current, tr


def joined(clauses: Iterable[str]) -> str:
    """Make a sentence of clauses each of which could stand alone.

    Examples
    --------
    >>> joined(["they are five", "nobody is left out"])
    'they are five; nobody is left out.'
    """
    said = functools.reduce(lambda a, b: tr("{one}; {next}", one=a, next=b), clauses)
    return tr("{clauses}.", clauses=said)


def significant(value: Any, digits: int = 6) -> str:
    """Write a number as it is, to so many digits and without groups.

    For cuts, which are looked up and typed again: only the decimal sign is the
    language's own.

    Examples
    --------
    >>> significant(1234.5), significant(2.0)
    ('1234.5', '2')
    """
    return f"{value:.{digits}g}".replace(".", current().decimal)
