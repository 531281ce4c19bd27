"""Cut at the origin, then judge each row; keep count of everything."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd
from ibis.util import gen_name

from segtools.config import RunConfig
from segtools.prepare.account import (
    account,
    count_rows,
    log_changes,
    quarantined,
    stack,
)
from segtools.prepare.agree import compare_orders_and_lines
from segtools.prepare.campaigns import last_of_all, with_sendings
from segtools.prepare.compare import compare_rows
from segtools.prepare.fingerprint import engine_of
from segtools.prepare.judge import reason
from segtools.prepare.merge import match_rates, merge_tables
from segtools.prepare.refuse import refuse_currencies, refuse_no_orders, refuse_table
from segtools.prepare.settle import ADDED, settle
from segtools.schema import ORDER_TABLES, contract_of
from segtools.sources import MACHINERY, Opened, reading

At = tuple[str, int]  # a table's name and an origin
_HIDDEN = {*MACHINERY, *ADDED, "clipped"} - {"unreadable"}


@dataclass
class Cleaned:
    """Kept tables and the account of what happened to the rest.

    Attributes
    ----------
    tables : dict of ibis Tables
        Kept rows by the contract's names; what several sources gave is one table.
    judged : dict of ibis Tables
        Every row of each source's table with its ``reason``.
    accounts : dict
        By table the rows read, kept, set_aside, quarantined and changed, where
        read = kept + set_aside + quarantined, and the same for money.
    rules, changes, matches : list of dict
        What took rows, what was done to kept ones, and how many people of other
        sources are customers.
    quarantine : DataFrame
        The first rows of each rule.
    sql : dict
        By table the query of its kept rows, where they lie in a server; rules that
        compare rows are not part of it.
    """

    tables: dict[str, ir.Table]
    judged: dict[str, ir.Table] = field(default_factory=dict)
    accounts: dict[str, dict[str, Any]] = field(default_factory=dict)
    rules: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    matches: list[dict[str, Any]] = field(default_factory=list)
    quarantine: pd.DataFrame = field(default_factory=pd.DataFrame)
    sql: dict[str, str] = field(default_factory=dict)


def clean(
    opened: Opened, con: ibis.BaseBackend, config: RunConfig, origin: int
) -> Cleaned:
    """Clean every table of a source as it stood at one origin.

    Parameters
    ----------
    opened : Opened
        Typed tables of a source.
    con : ibis backend
        Where the tables live; judged rows may become temporary tables there.
    config : RunConfig
        The cleaning decisions and the quarantine's limit.
    origin : int
        Seconds since 1970. Cutting comes first: no rule sees a later row.

    Returns
    -------
    Cleaned

    Raises
    ------
    DataError
        If a table is empty, nothing precedes the origin, or more rows than
        ``quarantine_limit`` break the contract.
    """
    tables = opened.before(origin)
    refuse_no_orders(tables)
    cleaned = Cleaned(tables={})
    kept: dict[str, ir.Table] = {}
    pieces = []
    for name in last_of_all([*tables]):
        raw = tables[name]
        with reading(name):
            judged = _judged(raw, opened, con, config, (name, origin))
            judged = with_sendings(name, judged, kept)
            counts = count_rows(judged)
        refuse_table(name, judged, counts, config, opened.read_as)
        rules, rows = quarantined(judged, name, counts, _HIDDEN)
        cleaned.rules += rules
        pieces.append(rows)
        cleaned.judged[name] = judged
        cleaned.accounts[name] = account(counts)
        cleaned.changes += log_changes(name, counts)
        kept[name] = kept_rows(judged)
        refuse_currencies(name, kept[name], config)
        if engine_of(raw) != "duckdb":
            rows = kept_rows(reasoned(raw, name, config, origin))
            cleaned.sql[name] = str(ibis.to_sql(rows))
    cleaned.tables = merge_tables(kept)
    cleaned.matches = match_rates(cleaned.judged)
    cleaned.changes += compare_orders_and_lines(cleaned.tables)
    cleaned.quarantine = stack(pieces)
    return cleaned


def tables_at(
    opened: Opened, con: ibis.BaseBackend, config: RunConfig, origin: int
) -> dict[str, ir.Table]:
    """Clean as it would have been done at an earlier origin; nothing is refused.

    Returns
    -------
    dict of ibis Tables
        Kept rows by the contract's names.
    """
    tables = opened.before(origin)
    kept: dict[str, ir.Table] = {}
    for name in last_of_all([*tables]):
        judged = _judged(tables[name], opened, con, config, (name, origin))
        kept[name] = kept_rows(with_sendings(name, judged, kept))
    return merge_tables(kept)


def preflight(opened: Opened, config: RunConfig, origin: int) -> None:
    """Look for what would stop a run, in one pass and without keeping a row.

    Raises
    ------
    DataError
        As `clean` would, rules that compare rows aside.
    """
    tables = opened.before(origin)
    refuse_no_orders(tables)
    for name, raw in tables.items():
        judged = reasoned(raw, name, config, origin)
        with reading(name):
            counts = count_rows(judged)
            refuse_table(name, judged, counts, config, opened.read_as)
        refuse_currencies(name, kept_rows(judged), config)


def reasoned(raw: ir.Table, name: str, config: RunConfig, origin: int) -> ir.Table:
    """Settle each row and give it its ``reason``, without comparing rows."""
    table = raw
    if name.partition(":")[0] in ORDER_TABLES:
        table = settle(raw, config, origin)
    elif contract_of(name).time:
        table = raw.mutate(turned=ibis.literal(False))
    return table.mutate(reason=reason(table, name, origin, config))


def _judged(
    raw: ir.Table, opened: Opened, con: ibis.BaseBackend, config: RunConfig, at: At
) -> ir.Table:
    name, origin = at
    if name in opened.landed:
        table = reasoned(_placed(raw), name, config, origin)
    else:
        table = reasoned(raw, name, config, origin)
        table = keep_in_engine(opened.con or con, table, f"judged_{name}")
        table = table if opened.con else _placed(table)
    return compare_rows(table, name, config, equal_is_meant=name in opened.distinct)


def _placed(kept: ir.Table) -> ir.Table:
    """Add where each row stands in a table that lies in DuckDB."""
    return kept.mutate(place=kept.rowid())


def keep_in_engine(con: ibis.BaseBackend, table: ir.Table, name: str) -> ir.Table:
    """Compute a table once, as a temporary one of the connection."""
    return con.create_table(gen_name(name.replace(":", "_")), table, temp=True)


def kept_rows(judged: ir.Table) -> ir.Table:
    """Give the rows without a reason against them, without our own columns."""
    gone = [c for c in judged.columns if c in _HIDDEN or c == "unreadable"]
    return judged.filter(judged.reason.isnull()).drop(*gone)
