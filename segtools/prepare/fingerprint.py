"""What data was that? Rows, time range and a hash that ignores the order of rows."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd

from segtools.records import digest
from segtools.schema import DataError, contract_of
from segtools.sources import reading


def fingerprint(tables: dict[str, ir.Table]) -> dict[str, Any]:
    """Fingerprint typed source tables.

    Parameters
    ----------
    tables : dict of ibis Tables
        As a source gives them, before anything is cut or cleaned.

    Returns
    -------
    dict
        ``fingerprint`` (one short text) and ``tables``: by name ``rows``, ``first``
        and ``last`` (ISO, UTC; null for tables without time) and ``hash``. The same
        rows in any order give the same fingerprint.

    Raises
    ------
    DataError
        If a table has no rows or cannot be read to its last row.
    """
    found = {name: _one(name, table) for name, table in sorted(tables.items())}
    return {"fingerprint": digest(found), "tables": found}


def row_hash(table: ir.Table, columns: list[str]) -> ir.Value:
    """Hash each row over `columns`, as a 64-bit integer column."""
    if engine_of(table) == "duckdb":
        return ibis.struct({c: table[c] for c in columns}).hash()
    # Other engines hash texts; each goes with its length, so that none runs into the
    # next one.
    texts = [table[c].cast("string") for c in columns]
    parts = [(t.length().cast("string") + ":" + t).fill_null("~") for t in texts]
    return ibis.literal("|").join(parts).hash()


def engine_of(table: ir.Table) -> str:
    """Name the engine in which a table lies; frames in memory count as DuckDB's."""
    backends, _ = table._find_backends()
    return str(backends[0].name) if backends else "duckdb"


def _one(name: str, table: ir.Table) -> dict[str, Any]:
    time = contract_of(name).time
    whole = row_hash(table, sorted(table.columns))
    # A sum does not care about order; as a decimal it does not overflow either.
    measures = {"rows": table.count(), "sum": whole.cast("decimal(38, 0)").sum()}
    if time and time in table.columns:
        measures |= {"first": table[time].min(), "last": table[time].max()}
    with reading(name):
        row = table.aggregate(**measures).to_pandas().iloc[0]
    if int(row.rows) == 0:
        raise DataError(f"{name} must hold rows, but it is empty. Export it again.")
    first, last = (row.get("first"), row.get("last"))
    return {
        "rows": int(row.rows),
        "first": None if pd.isna(first) else pd.Timestamp(first).isoformat(),
        "last": None if pd.isna(last) else pd.Timestamp(last).isoformat(),
        "hash": digest(int(row["sum"])),
    }
