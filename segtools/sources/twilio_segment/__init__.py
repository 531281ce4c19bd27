"""Twilio Segment: its calls as JSON lines, or the tables of its warehouses."""

from __future__ import annotations

from functools import partial
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
from pydantic import BaseModel, ConfigDict, Field

from segtools.config import DataFile, checked
from segtools.schema import MONEY, ConfigError
from segtools.sources import NEVER, Opened, Tables, land, source
from segtools.sources.formats.headers import column, find_columns
from segtools.sources.formats.nested import (
    digest_of,
    parsed,
    struct_of,
    unfolded,
    with_owner,
)
from segtools.sources.formats.raw import raw_table
from segtools.sources.formats.text import shaped
from segtools.sources.formats.times import time_of
from segtools.sources.people.keys import email_key
from segtools.sources.twilio_segment.orders import (
    COMPLETED,
    GOODS,
    REFUNDED,
    gather_lines,
    gather_orders,
    id_of,
    net_of,
    price_of,
    with_amount,
    with_cancellations,
)
from segtools.sources.twilio_segment.traits import (
    gather_customers,
    read_users,
    trait_paths,
)

_MONEY = ("revenue", "subtotal", "total", "shipping", "tax", "discount")
_PROPERTIES = {
    **{name: (name,) for name in (*_MONEY, "coupon", "currency", "email", "products")},
    "order_id": ("order_id", "orderId"),
    "product_id": ("product_id", "productId", "sku"),
    "store_id": ("affiliation",),
    "value": ("value",),
}
_CALL = struct_of(
    *("type", "event", "name", "userId", "anonymousId", "previousId", "messageId"),
    *("timestamp", "receivedAt", "traits"),
    context=struct_of(
        traits=struct_of("email"),
        device=struct_of("type"),
        campaign=struct_of("medium"),
    ),
    properties=struct_of(*(name for names in _PROPERTIES.values() for name in names)),
)
# What the warehouse calls it: common columns, and properties as they are.
_COLUMNS = {
    "message_id": ("id", "message_id"),
    "user_id": ("user_id",),
    "device_id": ("anonymous_id",),
    "timestamp": ("timestamp",),
    "received_at": ("received_at",),
    "event_text": ("event_text",),
    "event": ("event",),
    "channel": ("context_campaign_medium",),
    "device": ("context_device_type",),
    "context_email": ("context_traits_email",),
    **_PROPERTIES,
}
_ORDER_TABLES = {
    "order_completed": "Order Completed",
    "order_refunded": "Order Refunded",
    "order_cancelled": "Order Cancelled",
}


# What a users table says of itself, not of the user.
class TwilioSegment(BaseModel):
    """What the source reads: calls, or tables of a warehouse, or both."""

    model_config = ConfigDict(extra="forbid")

    calls: DataFile | None = Field(None, description="all calls as JSON lines")
    order_completed: DataFile | None = Field(None, description="warehouse table")
    order_refunded: DataFile | None = Field(None, description="warehouse table")
    order_cancelled: DataFile | None = Field(None, description="warehouse table")
    tracks: DataFile | None = Field(None, description="warehouse table")
    users: DataFile | None = Field(None, description="warehouse table, latest state")


@source("twilio_segment")
def read(con: ibis.BaseBackend, options: dict[str, Any], timezone: str) -> Opened:
    """Open Segment calls as events, orders, order lines and customers.

    A person is the ``userId``, else the last one seen with the ``anonymousId`` before
    the origin, else the ``anonymousId``. Times are ``timestamp``, else the time of
    receipt; the clocks of devices are not asked. An order's amount is ``revenue``,
    else ``subtotal``, else ``total`` without shipping and tax. Facts: Segment's
    public documentation of its e-commerce spec and warehouse schema.

    Parameters
    ----------
    con : ibis backend
        A DuckDB.
    options : dict
        The block: ``calls``, or tables of a warehouse.
    timezone : str
        The project's zone; not used, since Segment writes UTC.

    Raises
    ------
    ConfigError
        If no file is named from which customers could come.
    """
    keys = checked(TwilioSegment, options, "source")
    if not any((keys.calls, keys.order_completed, keys.tracks, keys.users)):
        raise ConfigError(
            "source must name one of calls, order_completed, tracks and users, but it "
            "names none. Add `calls: {path: ...}` or a table of the warehouse."
        )
    flat = _all_calls(con, keys)
    landed = None if flat is None else land(con, flat, "twilio_segment")
    users = read_users(con, keys.users) if keys.users else None
    paths = trait_paths(landed) if keys.calls and landed is not None else {}
    given = _given(keys, landed) | ({"customers"} if keys.users or paths else set())
    at = partial(_tables, landed, users, paths, given)
    return Opened(
        tables=at(NEVER),
        at=at,
        distinct=frozenset({"events", "orders", "order_lines"}),
        read_as={"events": "ISO 8601, UTC"},
    )


def _given(keys: TwilioSegment, landed: ir.Table | None) -> set[str]:
    """Say which tables there are: no orders where nothing was ever ordered."""
    given = {"events"} if keys.calls or keys.tracks else set()
    if landed is not None:
        ordered = landed.filter(landed.slug.isin([*COMPLETED, *REFUNDED]))
        sells = ordered.filter(ordered.place != "tracks")
        if sells.limit(1).count().execute():
            given |= {"orders", "order_lines"}
    return given


def _all_calls(con: ibis.BaseBackend, keys: TwilioSegment) -> ir.Table | None:
    parts = []
    if keys.calls:
        parts.append(_flat(_from_calls(raw_table(con, keys.calls, "calls")), "calls"))
    for table, event in {"tracks": None, **_ORDER_TABLES}.items():
        file = getattr(keys, table)
        if file:
            raw = raw_table(con, file, table)
            parts.append(_flat(_from_warehouse(raw, table, event), table))
    if len(parts) > 1:
        return ibis.union(*parts)
    return parts[0] if parts else None


def _from_calls(raw: ir.Table) -> ir.Table:
    found = find_columns(
        raw,
        {**{name: [name] for name in _CALL.names}, "when": ["timestamp", "receivedAt"]},
        required=["type", "messageId", "when"],
        table="twilio_segment.calls",
        what="Twilio Segment calls",
    )
    call = unfolded(raw, found, _CALL)
    properties = call.properties
    return call.select(
        "event",
        "name",
        "traits",
        kind=call["type"].lower(),
        message_id=call.messageId,
        user_id=call.userId,
        # An alias says that the previous id, often an anonymous one, is the user.
        device_id=call.anonymousId.coalesce(call.previousId),
        stamp=call.timestamp.coalesce(call.receivedAt),
        channel=call.context.campaign.medium,
        device=call.context.device["type"],
        context_email=call.context.traits.email,
        **{
            ours: ibis.coalesce(*(properties[name].nullif("") for name in names))
            if len(names) > 1
            else properties[names[0]].nullif("")
            for ours, names in _PROPERTIES.items()
        },
    )


def _from_warehouse(raw: ir.Table, table: str, event: str | None) -> ir.Table:
    required = ["message_id", "order_id" if event else "event"]
    if "timestamp" not in raw.columns:
        required += ["received_at"]
    found = find_columns(
        raw,
        _COLUMNS,
        required=required,
        table=f"twilio_segment.{table}",
        what=f"a Segment warehouse table {table}",
    )
    text = {key: column(raw, found, key) for key in _COLUMNS}
    stamp = text.pop("timestamp").coalesce(text.pop("received_at"))
    spelled = text.pop("event_text").coalesce(text["event"])
    # BigQuery writes the zone out.
    text["stamp"] = stamp.re_replace(r"\s*UTC$", "Z")
    text["event"] = ibis.literal(event) if event else spelled
    none = ibis.null("string")
    return raw.select(**text, kind=ibis.literal("track"), name=none, traits=none)


def _flat(calls: ir.Table, place: str) -> ir.Table:
    """Give a call its instant, its products and the names that all files share."""
    goods = parsed(calls.products.try_cast("json"), dt.Array(struct_of(*GOODS)))
    listed = calls.products.notnull() & (calls.products != "null")
    prices = goods.map(lambda item: price_of(item).fill_null(0))
    ids = ("message_id", "user_id", "device_id", "order_id", "product_id")
    email = calls.email.coalesce(calls.context_email)
    columns = {
        name: calls[name]
        for name in ("event", "name", "kind", "traits", "stamp", "channel", "device")
    }
    columns |= {name: calls[name].strip().nullif("") for name in ids}
    columns |= {name: calls[name] for name in (*_MONEY, "coupon", "currency")}
    columns |= {"store_id": calls.store_id, "value": calls.value}
    plain = ibis.struct(columns)
    return calls.select(
        **columns,
        by_email=email_key(email),
        place=ibis.literal(place),
        slug=calls.event.lower().re_replace(r"[\W_]", ""),
        time=time_of(calls.stamp, None, "UTC"),
        goods=goods,
        prices=prices,
        unlisted=ibis.ifelse(listed & goods.isnull(), calls.products, None),
        tie=digest_of(plain),
    )


def _tables(
    landed: ir.Table | None,
    users: ir.Table | None,
    paths: dict[str, list[str]],
    given: set[str],
    origin: int,
) -> Tables:
    rows = None if landed is None else with_owner(landed, origin)
    tables: Tables = {}
    if rows is not None and "events" in given:
        tables["events"] = _events(
            _marked(rows.filter(rows.place.isin(["calls", "tracks"])))
        )
    if rows is not None and "orders" in given:
        money = _marked(rows.filter(rows.place != "tracks"))
        money = with_cancellations(with_amount(money))
        tables["orders"] = gather_orders(money)
        tables["order_lines"] = gather_lines(money)
    if "customers" in given:
        tables["customers"] = gather_customers(rows, users, paths)
    return tables


def _marked(rows: ir.Table) -> ir.Table:
    """Mark calls that came twice and orders that were completed twice."""
    again = ibis.row_number().over(
        group_by=["message_id", "later"], order_by=[rows.time.asc(), rows.tie.asc()]
    )
    rows = rows.mutate(again=ibis.ifelse(rows.message_id.notnull(), again, 0))
    bought = rows.slug.isin(COMPLETED).fill_null(False)
    # Only rows of one side of the origin are compared.
    sale = ibis.row_number().over(
        group_by=["order_id", "later", bought],
        order_by=[rows.time.asc(), rows.again.asc(), rows.tie.asc()],
    )
    resold = bought & rows.order_id.notnull() & (sale > 0)
    repeated = (rows.again > 0) | resold
    return rows.mutate(excluded=ibis.ifelse(repeated, "repeated", None))


def _events(rows: ir.Table) -> ir.Table:
    seen = rows.filter(rows.kind.isin(["track", "page", "screen"]) | rows.kind.isnull())
    tracked = seen.kind == "track"
    single = ibis.ifelse(seen.goods.length() == 1, id_of(seen.goods[0]), None)
    events = seen.select(
        *("customer_id", "channel", "device", "by_email", "excluded"),
        occurred_at=seen.stamp,
        event=ibis.ifelse(tracked, seen.event, seen.kind),
        topic=ibis.ifelse(tracked, None, seen["name"]),
        # Events of one's own may call anything their value.
        value=ibis.coalesce(
            seen.revenue.try_cast(MONEY),
            ibis.ifelse(seen.slug.isin(COMPLETED), net_of(seen).try_cast(MONEY), None),
            seen.value.try_cast(MONEY),
        ),
        product_id=seen.product_id.coalesce(single),
    )
    return shaped(events, "events", "UTC")
