"""The words of the catalogue as readers see them: units and bases.

Records keep them as keys, in English, since code decides by them.
"""

from __future__ import annotations

from segtools.languages import current, markc, trc
from segtools.wording import plain, rounded

UNITS = (
    markc("unit", "additions"),
    markc("unit", "as given"),
    markc("unit", "brands"),
    markc("unit", "categories"),
    markc("unit", "change"),
    markc("unit", "channels"),
    markc("unit", "chats"),
    markc("unit", "clicks"),
    markc("unit", "customers"),
    markc("unit", "cycles"),
    markc("unit", "days"),
    markc("unit", "e-mails"),
    markc("unit", "hours"),
    markc("unit", "index"),
    markc("unit", "levels"),
    markc("unit", "lines"),
    markc("unit", "money"),
    markc("unit", "orders"),
    markc("unit", "probability"),
    markc("unit", "products"),
    markc("unit", "questions"),
    markc("unit", "ratio"),
    markc("unit", "returns"),
    markc("unit", "score"),
    markc("unit", "sessions"),
    markc("unit", "share"),
    markc("unit", "stage"),
    markc("unit", "stores"),
    markc("unit", "tickets"),
    markc("unit", "topics"),
    markc("unit", "views"),
    markc("unit", "weeks"),
    markc("unit", "yes or no"),
)
BASES = (
    markc("basis", "attributes"),
    markc("basis", "behaviour"),
    markc("basis", "benefits"),
    markc("basis", "engagement"),
    markc("basis", "journey"),
    markc("basis", "lifetime"),
    markc("basis", "loyalty"),
    markc("basis", "needs"),
    markc("basis", "opportunity"),
    markc("basis", "value"),
)


def said_unit(unit: object) -> str:
    """Say a unit, if it is one of ours; a currency or a user's unit stays.

    Examples
    --------
    >>> said_unit("days"), said_unit("EUR"), said_unit("")
    ('days', 'EUR', '')
    """
    return trc("unit", str(unit))


def with_unit(value: float, unit: object) -> str:
    """Write a number with its unit.

    Words of a unit would have to agree with the number, as "24 de comenzi" does, so
    that only currencies and users' units follow it in other languages than English;
    there the feature's name says what is counted.

    Examples
    --------
    >>> with_unit(24, "orders"), with_unit(0.25, "EUR"), with_unit(3, "")
    ('24 orders', '0.25 EUR', '3')
    """
    said = said_unit(unit)
    if not current().is_english and said != str(unit):
        return rounded(value)
    return f"{rounded(value)} {plain(said)}".strip()


def said_basis(basis: object) -> str:
    """Say the name of a basis, if it is one of ours; a user's basis stays.

    Examples
    --------
    >>> said_basis("loyalty"), said_basis("night life")
    ('loyalty', 'night life')
    """
    return trc("basis", str(basis))
