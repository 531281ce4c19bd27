"""Put sentences and lists together in the language in use: its marks, its spaces.

Chinese, say, has no space between sentences and marks of its own between parts.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from segtools.languages import trc

__all__ = [
    "bracketed",
    "clauses",
    "colon",
    "commas",
    "ended",
    "gap",
    "one_sentence",
    "semicolons",
    "sentences",
    "with_unit",
]

_ENDS = (".", "!", "?", "…", "。", "！", "？")


def sentences(parts: Iterable[str]) -> str:
    """Let whole sentences follow each other; empty ones are left out.

    Examples
    --------
    >>> sentences(["Five segments.", "", "They are stable."])
    'Five segments. They are stable.'
    """
    return reduce(_followed, filter(None, parts), "")


def _followed(one: str, following: str) -> str:
    if not one:
        return following
    # With its places, since an empty translation would count as none.
    return trc("between sentences", "{one} {next}", one=one, next=following)


def gap() -> str:
    """Give what stands between two sentences that have elements of their own.

    Examples
    --------
    >>> gap()
    ' '
    """
    return trc("between sentences", "{one} {next}", one="", next="")


def semicolons(parts: Iterable[str]) -> str:
    """Join parts that have commas of their own.

    Examples
    --------
    >>> semicolons(["A 20, B 30", "C 40"])
    'A 20, B 30; C 40'
    """
    return trc("between long parts of a list", "; ").join(parts)


def commas(parts: Iterable[str]) -> str:
    """Join short parts, without a word before the last one.

    Examples
    --------
    >>> commas(["A 20", "B 30"])
    'A 20, B 30'
    """
    return trc("between short parts of a list", ", ").join(parts)


def clauses(parts: Iterable[str]) -> str:
    """Join clauses, each of which could stand alone, as a sentence does.

    Examples
    --------
    >>> clauses(["2 runs are done", "1 failed", "1 is waiting"])
    '2 runs are done, 1 failed and 1 is waiting'
    """
    said = list(parts)
    if len(said) < 2:
        return "".join(said)
    first = trc("between clauses", ", ").join(said[:-1])
    return trc("two clauses", "{first} and {last}", first=first, last=said[-1])


def colon(name: str, value: str) -> str:
    """Put a value behind its name.

    Examples
    --------
    >>> colon("Customers", "812")
    'Customers: 812'
    """
    return trc("a name and its value", "{name}: {value}", name=name, value=value)


def bracketed(text: str, aside: str) -> str:
    """Put an aside in brackets behind a text, if there is one.

    Examples
    --------
    >>> bracketed("0.45", "0.41 to 0.49"), bracketed("Spend", "")
    ('0.45 (0.41 to 0.49)', 'Spend')
    """
    if not aside:
        return text
    return trc("an aside in brackets", "{text} ({aside})", text=text, aside=aside)


def with_unit(amount: str, unit: str) -> str:
    """Put a unit, if there is one, behind an amount.

    Examples
    --------
    >>> with_unit("3.5", "days"), with_unit("3.5", "")
    ('3.5 days', '3.5')
    """
    if not unit:
        return amount
    return trc("an amount and its unit", "{amount} {unit}", amount=amount, unit=unit)


def ended(text: str) -> str:
    """End a phrase with a full stop, unless it ends with a mark of its own.

    Examples
    --------
    >>> ended("Send a coupon"), ended("Why not?")
    ('Send a coupon.', 'Why not?')
    """
    return text if text.endswith(_ENDS) else text + trc("full stop", ".")


def one_sentence(clauses: Iterable[str]) -> str:
    """Make one sentence of clauses each of which could stand alone.

    Examples
    --------
    >>> one_sentence(["they are five", "nobody is left out"])
    'they are five; nobody is left out.'
    """
    return ended(semicolons(clauses))
