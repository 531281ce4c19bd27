"""Say of each row by itself why it is not kept."""

from __future__ import annotations

import re
from collections.abc import Iterable

import ibis
import ibis.expr.types as ir

from segtools.config import RunConfig
from segtools.prepare.rules import MISSING, SET_ASIDE
from segtools.schema import ORDER_TABLES, TABLES, Table, contract_of

Case = tuple[ir.Value, str | ir.Value]


def reason(table: ir.Table, name: str, origin: int, config: RunConfig) -> ir.Value:
    """Give the first rule that a row breaks, or null; later rows are not judged.

    Parameters
    ----------
    table : ibis Table
        Typed and settled rows with ``unreadable``.
    name : str
        The table's name.
    origin : int
        Seconds since 1970; rows from this instant on are set aside first of all.
    config : RunConfig
        The cleaning decisions.
    """
    contract = contract_of(name)
    is_order = contract in (TABLES[n] for n in ORDER_TABLES)
    cases = [
        *_times(table, contract, origin),
        *_others(table, config),
        *(() if is_order else _strangers(table, config)),
        (table.unreadable.notnull(), "unreadable"),
        *_missing(table, contract, config, guests=is_order),
        *(_orders(table, config) if is_order else ()),
    ]
    return ibis.cases(*cases, else_=ibis.null("string"))


def _times(table: ir.Table, contract: Table, origin: int) -> Iterable[Case]:
    if contract.time and contract.time in table.columns:
        time = table[contract.time]
        if contract.dated:
            yield time.isnull(), "no_time"
        yield (time.epoch_seconds() >= origin).fill_null(False), SET_ASIDE


def _others(table: ir.Table, config: RunConfig) -> Iterable[Case]:
    """Leave out what is no business of ours, whether its columns can be read or not."""
    if "excluded" in table.columns:
        yield table.excluded.notnull(), table.excluded
    if config.internal_customers:
        hit = _named(table, ("customer_id", "by_email"), config.internal_customers)
        yield hit, "internal"
    if config.test_orders == "drop" and "is_test" in table.columns:
        yield table.is_test.fill_null(False), "test_order"


def _strangers(table: ir.Table, config: RunConfig) -> Iterable[Case]:
    # Whoever buys is a customer, at whichever shop: orders are never left out here.
    if config.unmatched == "drop" and "matched" in table.columns:
        yield table.matched == "none", "no_match"


def _missing(
    table: ir.Table, contract: Table, config: RunConfig, *, guests: bool
) -> Iterable[Case]:
    for column, rule in MISSING.items():
        if column in contract.required:
            if column == "customer_id":
                rule = _of_nobody(contract, config, guests=guests) or rule
            yield table[column].isnull(), rule


def _of_nobody(contract: Table, config: RunConfig, *, guests: bool) -> str | None:
    """Say which decision takes rows that name nobody; none, if they are broken."""
    if guests:
        return None if config.guests == "refuse" else "guest"
    # Visitors who refuse to be known, and answers without a name, are no mistakes.
    return "no_match" if contract.time and config.unmatched == "drop" else None


def _orders(table: ir.Table, config: RunConfig) -> Iterable[Case]:
    if config.cancellations == "drop" and "cancelled_at" in table.columns:
        yield table.cancelled_at.notnull(), "cancelled"
    if config.non_products and "product_id" in table.columns:
        hit = _named(table, ("product_id", "product"), config.non_products)
        yield hit, "non_product"
    if config.zero_prices == "drop":
        yield table.amount == 0, "zero_price"
    if config.negative_amounts == "drop":
        yield table.unmarked, "negative"
    if config.returns == "drop":
        yield table.is_return, "return_dropped"


def _named(
    table: ir.Table, columns: tuple[str, ...], patterns: Iterable[str]
) -> ir.Value:
    """Tell whether a column matches one of the patterns, case aside; * is anything."""
    regex = "|".join(_regex(p) for p in patterns)
    there = [table[c] for c in columns if c in table.columns]
    hits = [c.lower().re_search(regex).fill_null(False) for c in there]
    found = hits[0]
    for hit in hits[1:]:
        found = found | hit
    return found


def _regex(pattern: str) -> str:
    any_ = {"*": ".*", "?": "."}
    parts = re.split(r"([*?])", pattern.strip().lower())
    return f"^{''.join(any_.get(part, re.escape(part)) for part in parts)}$"
