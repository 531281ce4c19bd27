"""Several sources in one run: one shop, and what else is known of its customers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import chain

import ibis
import ibis.expr.types as ir
from ibis.util import gen_name

from segtools.schema import ORDER_TABLES, DataError
from segtools.sources import NEVER, Opened, Tables, land
from segtools.sources.people.identity import named_by_id, resolve

Block = tuple[str, Opened]


def join_blocks(blocks: Sequence[Block], con: ibis.BaseBackend) -> Opened:
    """Join opened sources into one, so that every row has its customer.

    Parameters
    ----------
    blocks : sequence of (system, Opened)
        In the configuration's order. The first that gives orders is the shop.
    con : ibis backend
        The DuckDB of this process.

    Returns
    -------
    Opened
        The shop's tables under the contract's names, those of others as
        ``<table>:<source>``. One source whose rows carry ids passes as it is.

    Raises
    ------
    DataError
        If two sources give orders in different shapes.
    """
    if len(blocks) == 1 and named_by_id(blocks[0][1].tables):
        return blocks[0][1]
    ordered = sorted(blocks, key=lambda b: not _has_orders(b[1].tables))
    labels = _labels([system for system, _ in ordered])
    _refuse_shapes(ordered)
    parts = [_fetched(opened, con) for _, opened in ordered]

    @cache
    def at(origin: int) -> Tables:
        return _resolved(labels, [p.before(origin) for p in parts], origin, con)

    everything = at(NEVER)
    return Opened(
        tables=everything,
        at=at,
        landed=frozenset(everything),
        distinct=frozenset(
            _labelled(name, label)
            for label, part in zip(labels, parts, strict=True)
            for name in part.distinct
        ),
        licence=list(chain(*(p.licence for p in parts))),
        notes=list(chain(*(p.notes for p in parts))),
        read_as=_read_as(labels, parts),
    )


def _resolved(
    labels: Sequence[str], tables: Sequence[Tables], origin: int, con: ibis.BaseBackend
) -> Tables:
    """Resolve, and keep the result: it is looked at many times, and dear to make."""
    raw = [{n: land(con, t, n) for n, t in own.items()} for own in tables]
    found = resolve(
        list(zip(labels, raw, strict=True)), origin, lambda t: land(con, t, "people")
    )
    kept = {name: land(con, table, name) for name, table in found.items()}
    for table in chain(*(own.values() for own in raw)):
        # ibis' own drop_table forgets the name here (ibis 12 with sqlglot 30).
        con.raw_sql(f'DROP TABLE "{table.op().name}"')
    return kept


def _has_orders(tables: Tables) -> bool:
    return any(name in tables for name in ORDER_TABLES)


def _labels(systems: list[str]) -> list[str]:
    """Name each further source; the shop needs no name."""
    seen: Counter[str] = Counter()
    labels = []
    for system in systems:
        seen[system] += 1
        labels.append(system if seen[system] == 1 else f"{system} {seen[system]}")
    return ["", *labels[1:]]


def _refuse_shapes(blocks: Sequence[Block]) -> None:
    """Refuse lines of one shop beside orders of another: one would lose its money."""
    shapes = {
        system: "orders" in opened.tables
        for system, opened in blocks
        if _has_orders(opened.tables)
    }
    if len(set(shapes.values())) > 1:
        lines = next(s for s, orders in shapes.items() if not orders)
        orders = next(s for s, orders in shapes.items() if orders)
        raise DataError(
            f"source must give orders in one shape, but {orders} gives orders and "
            f"{lines} order_lines alone. Leave them out of one block "
            "(`tables: [events, customers]`), or run each shop by itself."
        )


def _fetched(opened: Opened, con: ibis.BaseBackend) -> Opened:
    """Bring a database's tables here, where the other sources are."""
    if opened.con is None or opened.con is con:
        return opened
    tables = {name: _streamed(con, table) for name, table in opened.tables.items()}
    note = "The database's rows were read into this process, to join other sources."
    return Opened(
        tables=tables,
        licence=opened.licence,
        notes=[*opened.notes, note],
        read_as=opened.read_as,
    )


def _labelled(name: str, label: str) -> str:
    return f"{name}:{label}" if label else name


def _streamed(con: ibis.BaseBackend, table: ir.Table) -> ir.Table:
    name = gen_name("fetched")
    return con.create_table(name, table.to_pyarrow_batches(), temp=True)


def _read_as(labels: Sequence[str], parts: Sequence[Opened]) -> dict[str, str]:
    return {
        _labelled(name, label): how
        for label, opened in zip(labels, parts, strict=True)
        for name, how in opened.read_as.items()
    }
