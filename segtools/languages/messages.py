"""Messages in the language in use; the English text is their name in the catalogue.

A message is a whole sentence, or a whole label, with named places: other languages put
words in another order. What fills a place is never read as a message.
"""

from __future__ import annotations

from typing import Any

from segtools.languages.choice import current


def tr(message: str, /, **values: Any) -> str:
    """Say a message.

    Parameters
    ----------
    message : str
        In English, with places such as ``{name}``. A literal, or one that was
        literal where it was given to `mark`: so that it is found for the catalogue.
    **values
        What fills the places, as it is to be read.

    Returns
    -------
    str

    Examples
    --------
    >>> tr("{low} to {high}", low="3", high="5")
    '3 to 5'
    """
    language = current()
    said = language.catalogue.one(message)
    return language.fill(said, values) if values else said


def trc(context: str, message: str, /, **values: Any) -> str:
    """Say a message that has another meaning elsewhere.

    Parameters
    ----------
    context : str
        What tells it apart, such as ``"column"``.
    message : str
        As for `tr`.
    **values
        What fills its places.

    Returns
    -------
    str

    Examples
    --------
    >>> trc("column", "Share")
    'Share'
    """
    language = current()
    said = language.catalogue.one(message, context)
    return language.fill(said, values) if values else said


def trn(one: str, many: str, count: float, /, **values: Any) -> str:
    """Say the form of a message that goes with a count.

    Parameters
    ----------
    one, many : str
        As for `tr`, of one and of several. Both are literals. ``{n}`` is the count.
    count : float
        What decides. Of a number with decimals the form of two is taken, which is
        right in English, Russian and Romanian: 2,5 дня, as 2 дня.
    **values
        What fills the other places; ``n``, too, if the count is to be written in
        another way than whole or with one decimal.

    Returns
    -------
    str

    Examples
    --------
    >>> trn("{n} customer", "{n} customers", 1), trn("{n} day", "{n} days", 2.5)
    ('1 customer', '2.5 days')
    """
    language, whole = current(), float(count).is_integer()
    said = language.catalogue.many(one, many, abs(int(count)) if whole else 2)
    counted = {"n": language.write(count, 0 if whole else 1)}
    return language.fill(said, counted | values)


def mark(message: str) -> str:
    """Mark a literal that is said later, by `tr`; it stays as it is.

    Examples
    --------
    >>> mark("Days since the last order")
    'Days since the last order'
    """
    return message


def markc(context: str, message: str) -> str:
    """Mark a literal that is said later, by `trc`; it stays as it is.

    Examples
    --------
    >>> markc("column", "Share")
    'Share'
    """
    return message


def markn(one: str, many: str) -> tuple[str, str]:
    """Mark literals that are said later, by ``trn(*pair, count)``.

    Examples
    --------
    >>> markn("{n} day", "{n} days")
    ('{n} day', '{n} days')
    """
    return one, many


def header(name: str) -> str:
    """Mark a literal that heads a column; tables say it when they are shown.

    Frames keep their English columns, whatever the language, so that code can ask for
    them.

    Examples
    --------
    >>> header("Customers")
    'Customers'
    """
    return name


def said_header(name: object) -> str:
    """Say the name of a column, if it is one of ours; a name from data stays.

    Examples
    --------
    >>> said_header("Customers")
    'Customers'
    """
    return trc("column", str(name))
