"""Twilio Segment's traits: what identify calls and the users table say of somebody."""

from __future__ import annotations

import re

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from segtools.config import DataFile
from segtools.sources import MACHINERY
from segtools.sources.formats.headers import column, find_columns
from segtools.sources.formats.nested import last_known
from segtools.sources.formats.raw import raw_table
from segtools.sources.formats.text import shaped
from segtools.sources.people.keys import email_key, phone_key

_NOT_TRAITS = r"^(id|received_at|_*loaded_at|uuid(_ts)?|context_.*)$"


@ibis.udf.scalar.builtin
def json_keys(document: dt.JSON) -> dt.Array(dt.string):  # type: ignore[valid-type,empty-body]
    """Give the keys of a JSON object (DuckDB's own function)."""


@ibis.udf.scalar.builtin
def json_extract(document: dt.JSON, path: str) -> dt.JSON:  # type: ignore[empty-body]
    """Give what lies at a path of a JSON document (DuckDB's own function)."""


@ibis.udf.scalar.builtin
def json_extract_string(document: dt.JSON, path: str) -> str:  # type: ignore[empty-body]
    """Give the text of what lies at a path (DuckDB's own function)."""


@ibis.udf.scalar.builtin
def json_type(document: dt.JSON) -> str:  # type: ignore[empty-body]
    """Say what a JSON value is (DuckDB's own function)."""


def _traits(rows: ir.Table) -> ir.Table:
    told = rows.filter((rows.kind == "identify") & rows.traits.notnull())
    return told.mutate(traits=told.traits.try_cast("json"))


def trait_paths(landed: ir.Table) -> dict[str, list[str]]:
    """Find which traits there are: attribute to where it stands, a level deep."""
    told = _traits(landed)
    top = told.select("traits", key=json_keys(told.traits).unnest())
    value = json_extract(top.traits, _pointer(top.key))
    top = top.mutate(value=value, inner=json_keys(value))
    flat = top.filter(json_type(top.value) != "OBJECT")
    keys = [(key, None) for key in flat.select("key").distinct().to_pandas()["key"]]
    deep = top.select("key", inner=top.inner.unnest()).distinct().to_pandas()
    keys += list(deep.itertuples(index=False, name=None))
    found: dict[str, list[str]] = {}
    for key, inner in sorted(keys, key=str):
        parts = [key] if inner is None else [key, inner]
        name = "_".join(map(_snake, parts)).strip("_")
        path = "".join("/" + p.replace("~", "~0").replace("/", "~1") for p in parts)
        if name:
            found.setdefault(_free(name), []).append(path)
    return found


def _pointer(key: ir.Value) -> ir.Value:
    return ibis.literal("/") + key.replace("~", "~0").replace("/", "~1")


def _snake(name: str) -> str:
    """Write a trait as warehouses do: postalCode as postal_code."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"\W+", "_", spaced).lower()


def _free(name: str) -> str:
    return f"{name}_" if name in ("customer_id", *MACHINERY) else name


def read_users(con: ibis.BaseBackend, file: DataFile) -> ir.Table:
    """Read the warehouse's users table: somebody's latest traits, undated."""
    raw = raw_table(con, file, "users")
    found = find_columns(
        raw,
        {"id": ("id",)},
        required=["id"],
        table="twilio_segment.users",
        what="a Segment warehouse table users",
    )
    others = {c: _free(c.lower()) for c in raw.columns if not re.match(_NOT_TRAITS, c)}
    return raw.select(
        customer_id=column(raw, found, "id"),
        **{name: column(raw, {c: c}, c) for c, name in others.items()},
    )


def gather_customers(
    rows: ir.Table | None, users: ir.Table | None, paths: dict[str, list[str]]
) -> ir.Table:
    """Give each customer's last traits before the origin, else the users table's."""
    parts = []
    if rows is not None and paths:
        told = _traits(rows.filter(~rows.later & rows.customer_id.notnull()))
        columns = {
            name: ibis.coalesce(*(json_extract_string(told.traits, p) for p in where))
            for name, where in paths.items()
        }
        parts.append(told.select("customer_id", "time", rank=0, **columns))
    if users is not None:
        time = ibis.null("timestamp")
        parts.append(users.mutate(rank=1, time=time))
    names = dict.fromkeys(name for part in parts for name in part.columns)
    attributes = [n for n in names if n not in ("customer_id", "rank", "time")]
    every = ibis.union(*(_widened(p, attributes) for p in (*parts, parts[0].limit(0))))
    newest = every.group_by("customer_id").aggregate(
        **{a: last_known(every[a], [-every["rank"], every.time]) for a in attributes}
    )
    if "email" in attributes:
        newest = newest.mutate(by_email=email_key(newest.email))
    if "phone" in attributes:
        newest = newest.mutate(by_phone=phone_key(newest.phone))
    return shaped(newest, "customers", "UTC")


def _widened(part: ir.Table, attributes: list[str]) -> ir.Table:
    none = ibis.null("string")
    return part.select(
        "customer_id",
        rank=part["rank"].cast("int64"),
        time=part.time.cast("timestamp"),
        **{a: part[a] if a in part.columns else none for a in attributes},
    )
