"""Twilio Segment: its calls as JSON lines, or the tables of its warehouses."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
from pydantic import BaseModel, ConfigDict, Field

from segtools.config import DataFile, checked
from segtools.schema import MONEY, ConfigError
from segtools.sources import MACHINERY, NEVER, Opened, Tables, land, source
from segtools.sources.ga4 import (
    _digest,
    _last,
    _struct,
    json_documents,
    json_keys,
    parsed,
    with_owner,
)
from segtools.sources.headers import column, find_columns
from segtools.sources.keys import email_key, phone_key
from segtools.sources.raw import raw_table
from segtools.sources.text import _time, shaped

_MONEY = ("revenue", "subtotal", "total", "shipping", "tax", "discount")
_PROPERTIES = {
    **{name: (name,) for name in (*_MONEY, "coupon", "currency", "email", "products")},
    "order_id": ("order_id", "orderId"),
    "product_id": ("product_id", "productId", "sku"),
    "store_id": ("affiliation",),
    "value": ("value",),
}
_IDS = ("product_id", "productId", "id", "sku")
_GOODS = (*_IDS, "name", "category", "brand", "price", "quantity")
_CALL = _struct(
    *("type", "event", "name", "userId", "anonymousId", "previousId", "messageId"),
    *("timestamp", "receivedAt", "traits"),
    context=_struct(
        traits=_struct("email"), device=_struct("type"), campaign=_struct("medium")
    ),
    properties=_struct(*(name for names in _PROPERTIES.values() for name in names)),
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
# Spelled as the spec does, as its first version did, and as slugs: letters only.
_COMPLETED = ("ordercompleted", "completedorder")
_REFUNDED, _CANCELLED = ("orderrefunded",), ("ordercancelled", "ordercanceled")
# What a users table says of itself, not of the user.
_NOT_TRAITS = r"^(id|received_at|_*loaded_at|uuid(_ts)?|context_.*)$"


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
    users = _users(con, keys.users) if keys.users else None
    paths = _trait_paths(landed) if keys.calls and landed is not None else {}
    given = _given(keys, landed) | ({"customers"} if keys.users or paths else set())
    at = partial(_tables, landed, users, paths, given)
    return Opened(tables=at(NEVER), at=at, read_as={"events": "ISO 8601, UTC"})


def _given(keys: TwilioSegment, landed: ir.Table | None) -> set[str]:
    """Say which tables there are: no orders where nothing was ever ordered."""
    given = {"events"} if keys.calls or keys.tracks else set()
    if landed is not None:
        ordered = landed.filter(landed.slug.isin([*_COMPLETED, *_REFUNDED]))
        sells = ordered.filter(ordered.place != "tracks")
        if sells.limit(1).count().execute():
            given |= {"orders", "order_lines"}
    return given


def _all_calls(con: ibis.BaseBackend, keys: TwilioSegment) -> ir.Table | None:
    parts = []
    if keys.calls:
        names = {**{n: [n] for n in _CALL.names}, "when": ["timestamp", "receivedAt"]}
        documents = json_documents(
            con,
            keys.calls,
            "twilio_segment.calls",
            "Twilio Segment calls",
            names,
            ("type", "messageId", "when"),
        )
        parts.append(_flat(_from_calls(documents), "calls"))
    for table, event in {"tracks": None, **_ORDER_TABLES}.items():
        file = getattr(keys, table)
        if file:
            raw = raw_table(con, file, table)
            parts.append(_flat(_from_warehouse(raw, table, event), table))
    if len(parts) > 1:
        return ibis.union(*parts)
    return parts[0] if parts else None


def _from_calls(documents: ir.Table) -> ir.Table:
    call = documents.select(call=parsed(documents.document, _CALL)).unpack("call")
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
        stamp=call.timestamp.nullif("").coalesce(call.receivedAt),
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
    goods = parsed(calls.products.try_cast("json"), dt.Array(_struct(*_GOODS)))
    listed = calls.products.notnull() & (calls.products != "null")
    prices = goods.map(lambda item: _price(item).fill_null(0))
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
        time=_time(calls.stamp, None, "UTC"),
        goods=goods,
        prices=prices,
        unlisted=ibis.ifelse(listed & goods.isnull(), calls.products, None),
        tie=_digest(plain),
    )


def _price(item: ir.Value) -> ir.Value:
    count = item.quantity.try_cast(MONEY).fill_null(1)
    return (item.price.try_cast(MONEY) * count).cast(MONEY)


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
        money = _with_cancellations(_with_amount(money))
        tables["orders"] = _orders(money)
        tables["order_lines"] = _order_lines(money)
    if "customers" in given:
        tables["customers"] = _customers(rows, users, paths)
    return tables


def _marked(rows: ir.Table) -> ir.Table:
    """Mark calls that came twice and orders that were completed twice."""
    again = ibis.row_number().over(
        group_by=["message_id", "later"], order_by=[rows.time.asc(), rows.tie.asc()]
    )
    rows = rows.mutate(again=ibis.ifelse(rows.message_id.notnull(), again, 0))
    bought = rows.slug.isin(_COMPLETED).fill_null(False)
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
    single = ibis.ifelse(seen.goods.length() == 1, _id_of(seen.goods[0]), None)
    events = seen.select(
        *("customer_id", "channel", "device", "by_email", "excluded"),
        occurred_at=seen.stamp,
        event=ibis.ifelse(tracked, seen.event, seen.kind),
        topic=ibis.ifelse(tracked, None, seen["name"]),
        # Events of one's own may call anything their value.
        value=ibis.coalesce(
            seen.revenue.try_cast(MONEY),
            ibis.ifelse(seen.slug.isin(_COMPLETED), _net(seen).try_cast(MONEY), None),
            seen.value.try_cast(MONEY),
        ),
        product_id=seen.product_id.coalesce(single),
    )
    return shaped(events, "events", "UTC")


def _id_of(item: ir.Value) -> ir.Value:
    return ibis.coalesce(*(item[name].strip().nullif("") for name in _IDS))


def _net(rows: ir.Table) -> ir.Value:
    """Give what was paid for goods, as text: as told, else the total without extras."""
    extras = [rows[c].try_cast(MONEY).fill_null(0) for c in ("shipping", "tax")]
    net = (rows.total.try_cast(MONEY) - extras[0] - extras[1]).cast("string")
    return ibis.coalesce(rows.revenue, rows.subtotal, net, rows.total)


def _with_amount(rows: ir.Table) -> ir.Table:
    """Keep orders completed, refunded and cancelled, with their amounts as text."""
    rows = rows.filter(rows.slug.isin([*_COMPLETED, *_REFUNDED, *_CANCELLED]))
    refund = rows.slug.isin(_REFUNDED)
    goods = ibis.ifelse(rows.prices.length() > 0, rows.prices.sums(), None)
    back = rows.total.try_cast(MONEY).coalesce(rows.total.isnull().ifelse(goods, None))
    given_back = (-back.abs()).cast("string").coalesce(rows.total)
    return rows.mutate(
        is_return=refund, amount=ibis.ifelse(refund, given_back, _net(rows))
    )


_ORDER = (
    *("customer_id", "order_id", "currency", "channel", "store_id", "is_return"),
    *("cancelled_at", "by_email", "excluded"),
)


def _with_cancellations(rows: ir.Table) -> ir.Table:
    cancelled = rows.filter(rows.slug.isin(_CANCELLED) & rows.order_id.notnull())
    # A cancellation from after the origin touches no order from before it.
    known = cancelled.group_by("order_id", "later").aggregate(
        cancelled_at=cancelled.time.min()
    )
    bought = rows.filter(~rows.slug.isin(_CANCELLED))
    joined = bought.left_join(known, ["order_id", "later"])
    at = ibis.ifelse(joined.is_return, None, joined.cancelled_at)
    return joined.select(*bought.columns, cancelled_at=at)


def _orders(rows: ir.Table) -> ir.Table:
    orders = rows.select(
        *_ORDER,
        "amount",
        "discount",
        ordered_at=rows.stamp,
        coupon_discount=ibis.ifelse(rows.coupon.notnull(), rows.discount, None),
        returned_order_id=ibis.ifelse(rows.is_return, rows.order_id, None),
    )
    return shaped(orders, "orders", "UTC")


def _order_lines(rows: ir.Table) -> ir.Table:
    each = rows.mutate(
        item=rows.goods.unnest(),
        place=ibis.range(rows.goods.length().cast("int64")).unnest(),
    )
    lines = _lines(each, each.item, _share(each))
    # What cannot be taken apart is one line that says so.
    odd = rows.filter(rows.unlisted.notnull())
    nothing = ibis.null(_struct(*_GOODS))
    unread = _lines(odd, nothing, ibis.null("string"), product=odd.unlisted)
    note = "products '" + unread["product"].substr(0, 60) + "'"
    unread = unread.mutate(unreadable=note, product=ibis.null("string"))
    return ibis.union(lines, unread)


def _share(each: ir.Table) -> ir.Value:
    """Give a line its part of the order's amount, so that parts add up exactly."""
    own, amount = _price(each.item), each.amount.try_cast(MONEY)
    whole = each.prices.sums()
    upto, before = (
        each.prices[: each.place + 1].sums(),
        each.prices[: each.place].sums(),
    )

    def part(of: ir.Value) -> ir.Value:
        return (amount * of.fill_null(0) / whole).round(4).cast(MONEY)

    scaled = (part(upto) - part(before)).cast(MONEY)
    plain = ibis.ifelse(each.is_return, -own, own)
    fits = (whole != 0) & amount.notnull()
    share = ibis.ifelse(fits.fill_null(False), scaled, plain)
    return ibis.ifelse(own.notnull(), share, None).cast("string")


def _lines(
    rows: ir.Table, item: ir.Value, amount: ir.Value, product: ir.Value | None = None
) -> ir.Table:
    lines = rows.select(
        *_ORDER,
        ordered_at=rows.stamp,
        amount=amount,
        returned_order_id=ibis.ifelse(rows.is_return, rows.order_id, None),
        product_id=_id_of(item),
        product=item["name"] if product is None else product,
        category=item.category,
        brand=item.brand,
        quantity=item.quantity,
        unit_price=item.price,
    )
    return shaped(lines, "order_lines", "UTC")


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


def _trait_paths(landed: ir.Table) -> dict[str, list[str]]:
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


def _users(con: ibis.BaseBackend, file: DataFile) -> ir.Table:
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


def _customers(
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
        **{a: _last(every[a], [-every["rank"], every.time]) for a in attributes}
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
