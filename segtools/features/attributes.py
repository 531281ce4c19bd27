"""Attributes as features: numbers that say from when on they were known.

Places are left out, though they may be written in digits: a postcode is no amount.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import ibis.expr.types as ir

from segtools.features.catalogue import Feature, Window
from segtools.features.shop import Shop
from segtools.features.views import Part, Views, view
from segtools.languages import tr
from segtools.schema import TABLES

BASIS = "attributes"
VALID_FROM = "valid_from"
# Tables of attributes, and the views that hold their rows.
_TABLES = {"customers": "customers", "accounts": "firms"}
_NO_AMOUNTS = ("id", "contact", "consent", "geographic")
_DIGITS = r"^ *([-+]?[0-9]{1,15}([.][0-9]{1,9})?) *$"


def known_before(rows: ir.Table, origin: int) -> ir.Table:
    """Keep the rows that were known before `origin`; all, where none has a date."""
    if VALID_FROM not in rows.columns:
        return rows
    return rows.filter(rows[VALID_FROM].epoch_seconds() < origin)


def is_dated(shop: Shop, table: str) -> bool:
    """Say whether a table's rows tell since when they hold."""
    if TABLES[table].time is not None:
        return True
    return table in shop.tables and VALID_FROM in shop.tables[table].columns


@view("customers", table="customers", looks="all")
def _customers(at: Views) -> Part:
    def make() -> ir.Table:
        return known_before(at.shop.tables["customers"], at.window.origin)

    return Part("every_customer", at.base("every_customer", make))


@view("firms", table="accounts", looks="all")
def _firms(at: Views) -> Part:
    def make() -> ir.Table:
        return known_before(at.shop.tables["accounts"], at.window.origin)

    return Part("every_firm", at.base("every_firm", make))


def attribute_features(shop: Shop) -> list[Feature]:
    """Give a feature ``attribute_<name>`` for each dated attribute that is an amount.

    Parameters
    ----------
    shop : Shop
        Where ``customers`` or ``accounts`` carry ``valid_from``, their attributes that
        are numbers, or text of nothing but numbers, become features.

    Returns
    -------
    list of Feature
        Descriptors, in the order of their names. An attribute of ``accounts`` that
        ``customers`` has too is that of ``customers``.
    """
    made: dict[str, Feature] = {}
    for table in _TABLES:
        if table in shop.tables and VALID_FROM in shop.tables[table].columns:
            for column in _amounts(shop, table):
                name = feature_name(column)
                made.setdefault(name, _feature(name, column, table))
    return [made[name] for name in sorted(made)]


def feature_name(attribute: str) -> str:
    """Give the name of the feature that an attribute becomes.

    Examples
    --------
    >>> feature_name("Number of employees")
    'attribute_number_of_employees'
    """
    plain = unicodedata.normalize("NFKC", attribute).lower()
    return "attribute_" + re.sub(r"\W+", "_", plain).strip("_")


def _amounts(shop: Shop, table: str) -> Iterator[str]:
    """List the columns that hold amounts; one look at those that are text."""
    rows = shop.tables[table]
    schema = rows.schema()
    own = [c for c in rows.columns if c not in TABLES[table].columns]
    own = [c for c in own if shop.kind(c) not in _NO_AMOUNTS]
    words = {c: _amount(rows[c]) for c in own if schema[c].is_string()}
    read: set[str] = set()
    if words:
        kept = {f"{c} kept": v.count() for c, v in words.items()}
        seen = rows.aggregate(**{c: rows[c].count() for c in words}, **kept)
        counts = seen.to_pandas().iloc[0]
        read = {c for c in words if 0 < counts[c] == counts[f"{c} kept"]}
    return (c for c in own if schema[c].is_numeric() or c in read)


def _amount(value: ir.Value) -> ir.Value:
    if not value.type().is_string():
        return value.cast("float64")
    return value.re_extract(_DIGITS, 1).nullif("").cast("float64")


def _feature(name: str, column: str, table: str) -> Feature:
    def expression(rows: ir.Table, window: Window) -> ir.Value:
        return _amount(rows[column]).max()

    words = column.replace("_", " ")
    return Feature(
        name=name,
        basis=BASIS,
        unit="as given",
        label=tr("{attribute} (as given)", attribute=words[:1].upper() + words[1:]),
        definition=tr(
            "{column} as given in {table}; known from its {valid_from} on.",
            column=column,
            table=table,
            valid_from=VALID_FROM,
        ),
        direction="none",
        over=_TABLES[table],
        needs=(column, VALID_FROM),
        expression=expression,
        role="descriptor",
    )
