"""Names and types of cleaned tables, checked by pandera where the data lies."""

from __future__ import annotations

import ibis.expr.types as ir

from segtools.schema import TABLES, DataError


def check_contract(name: str, table: ir.Table) -> None:
    """Check that a cleaned table has the contract's columns in the contract's types.

    Only names and types: row rules are Ibis booleans of our own, because pandera
    pulls every failing row into memory.

    Raises
    ------
    DataError
        If a column is missing or of another type.
    """
    import pandera.ibis as pa
    from pandera.errors import SchemaErrors

    contract = TABLES[name]
    columns = {
        c: pa.Column(_dtype(t, table, c), nullable=True)
        for c, t in contract.columns.items()
        if c in table.columns or c in contract.required
    }
    try:
        pa.DataFrameSchema(columns, strict=False).validate(table.limit(0), lazy=True)
    except SchemaErrors as errors:
        first = errors.failure_cases.iloc[0].to_dict()
        column, there = first.get("column"), first.get("failure_case")
        what = f"column {column!r} does not: {first.get('check')} ({there})"
        if first.get("check") == "column_in_dataframe":
            what = f"column {there!r} is missing"
        raise DataError(
            f"{name} must keep its contract, but {what}. "
            "See data/README.md for names and types."
        ) from None


def _dtype(kind: str, table: ir.Table, column: str) -> object:
    import ibis.expr.datatypes as dt

    there = table.schema().get(column)
    if kind == "timestamp" and there is not None and there.is_timestamp():
        return dt.Timestamp(scale=there.scale)  # any precision, but no time zone
    return dt.Timestamp() if kind == "timestamp" else dt.dtype(kind)
