"""Clauses that make one sentence."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from segtools.languages import tr


def joined(clauses: Iterable[str]) -> str:
    """Make a sentence of clauses each of which could stand alone.

    Examples
    --------
    >>> joined(["they are five", "nobody is left out"])
    'they are five; nobody is left out.'
    """
    return tr("{clauses}.", clauses=reduce(_both, clauses))


def _both(one: str, other: str) -> str:
    return tr("{one}; {other}", one=one, other=other)
