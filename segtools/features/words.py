"""The words of the catalogue as readers see them: units and bases.

Records keep them as keys, in English, since code decides by them.
"""

from __future__ import annotations

from segtools import joining
from segtools.languages import markc, trc
from segtools.wording import plain

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


def with_unit(figure: str, unit: object) -> str:
    """Put a unit behind a figure.

    Our own units are words, in the plural: a language that declines them behind a
    figure may set them apart. A currency or a user's unit follows as it is.

    Examples
    --------
    >>> with_unit("24", "days"), with_unit("31.50", "EUR"), with_unit("3", "")
    ('24 days', '31.50 EUR', '3')
    """
    said = plain(said_unit(unit))
    if unit not in UNITS:
        return joining.with_unit(figure, said)
    return trc("a figure and its unit", "{figure} {unit}", figure=figure, unit=said)


def said_basis(basis: object) -> str:
    """Say the name of a basis, if it is one of ours; a user's basis stays.

    Examples
    --------
    >>> said_basis("loyalty"), said_basis("night life")
    ('loyalty', 'night life')
    """
    return trc("basis", str(basis))
