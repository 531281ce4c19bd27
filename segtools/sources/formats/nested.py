"""Nested values of one type, whether they come as JSON or as Parquet's own structs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir


def struct_of(*fields: str, **nested: dt.DataType) -> dt.Struct:
    """Make a struct type of texts, and of what is nested in it."""
    return dt.Struct({**dict.fromkeys(fields, dt.string), **nested})


@ibis.udf.scalar.builtin(name="to_json")
def as_json(value) -> dt.JSON:  # type: ignore[no-untyped-def,empty-body]
    """Write any value as JSON (DuckDB's own function)."""


def parsed(document: ir.Value, shape: dt.DataType) -> ir.Value:
    """Take values out of a JSON document by their place; what is not there is null.

    Parameters
    ----------
    document : ibis JSON column
    shape : ibis data type
        Of structs, arrays and strings. Numbers come as the text that stands there.

    Examples
    --------
    >>> con = ibis.duckdb.connect()
    >>> document = ibis.literal('{"id": 7, "more": [{"b": 1.5}, {}]}').cast("json")
    >>> shape = dt.dtype("struct<id: string, more: array<struct<b: string>>>")
    >>> con.execute(parsed(document, shape))
    {'id': '7', 'more': [{'b': '1.5'}, {'b': None}]}
    """

    def json_transform(document, shape):  # type: ignore[no-untyped-def]
        """Do as DuckDB's own function, which nothing can type in advance."""

    read = ibis.udf.scalar.builtin(
        json_transform, signature=((dt.json, dt.string), shape)
    )
    return read(document, json.dumps(_written(shape)))


def _written(shape: dt.DataType) -> Any:
    if isinstance(shape, dt.Struct):
        return {name: _written(kind) for name, kind in shape.items()}
    if isinstance(shape, dt.Array):
        return [_written(shape.value_type)]
    return "VARCHAR"


def unfolded(raw: ir.Table, found: Mapping[str, str], shape: dt.Struct) -> ir.Table:
    """Give a file's nested values one type, whether they are JSON or Parquet's own.

    Parameters
    ----------
    raw : ibis Table
        Of JSON, where nested values are text, or of Parquet.
    found : mapping
        Names in `shape` to the file's own; what is not found is null.
    shape : ibis struct
        Of strings, and of structs and arrays of them.
    """

    def value(name: str, kind: dt.DataType) -> ir.Value:
        if name not in found:
            return ibis.null(kind)
        own = raw[found[name]]
        if own.type().is_nested():
            own = as_json(own)
        if kind.is_string():
            return own.cast("string").strip().nullif("")
        return parsed(own.try_cast("json"), kind)

    return raw.select(**{name: value(name, kind) for name, kind in shape.items()})


def with_owner(table: ir.Table, origin: int) -> ir.Table:
    """Add who a row is about: its user, else the device's last user, else the device.

    Parameters
    ----------
    table : ibis Table
        With ``user_id``, ``device_id`` and ``time`` (UTC).
    origin : int
        Rows from this instant on (UTC seconds) say nothing about earlier rows.

    Returns
    -------
    ibis Table
        With ``customer_id`` and ``later`` (True from the origin on).
    """
    after = table.time.epoch_seconds() >= origin
    # An undated row might be from after the origin: it may not speak of earlier ones.
    sided = table.mutate(later=after.fill_null(True))
    named = sided.filter(sided.user_id.notnull() & sided.device_id.notnull())
    order = [named.time.desc(), named.user_id.asc()]
    last = named.group_by("device_id", "later").aggregate(
        owner=named.user_id.first(order_by=order)
    )
    joined = sided.left_join(last, ["device_id", "later"])
    kept = joined.select(*sided.columns, "owner")
    return kept.mutate(
        customer_id=ibis.coalesce(kept.user_id, kept.owner, kept.device_id)
    ).drop("owner")


def digest_of(value: ir.Value) -> ir.Value:
    """Give a digest of any value, to compare large ones by."""
    return as_json(value).cast("string").hexdigest("md5")


def last_known(
    value: ir.Value, times: list[ir.Value], where: ir.Value | bool = True
) -> ir.Value:
    """Give the last value that is known; of several at one time the smallest."""
    order = [*(time.desc() for time in times), value.asc()]
    return value.first(where=value.notnull() & where, order_by=order)
