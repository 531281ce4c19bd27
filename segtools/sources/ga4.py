"""Google Analytics 4: the events that it exports to BigQuery, as JSON lines or Parquet.

What BigQuery gives of one event differs by the way out: whole numbers are text in JSON
and numbers in Parquet, keys are missing or null. So each row becomes one document, and
every value is taken from it as text by its place.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
from pydantic import BaseModel, ConfigDict, Field

from segtools.config import DataFile, checked
from segtools.schema import MONEY
from segtools.sources import MACHINERY, NEVER, Opened, Tables, land, source
from segtools.sources.formats.headers import find_columns
from segtools.sources.formats.nested import (
    digest_of,
    last_known,
    struct_of,
    unfolded,
    with_owner,
)
from segtools.sources.formats.raw import raw_table
from segtools.sources.formats.text import shaped

_VALUES = ("string_value", "int_value", "float_value", "double_value")
_ITEM = (
    "item_id",
    "item_name",
    "item_brand",
    "item_category",
    "price",
    "quantity",
    "item_revenue",
    "item_refund",
)


_ROW = struct_of(
    "event_timestamp",
    "event_name",
    "event_bundle_sequence_id",
    "batch_event_index",
    "user_id",
    "user_pseudo_id",
    event_params=dt.Array(struct_of("key", value=struct_of(*_VALUES))),
    user_properties=dt.Array(
        struct_of("key", value=struct_of(*_VALUES, "set_timestamp_micros"))
    ),
    device=struct_of("category"),
    geo=struct_of("country"),
    collected_traffic_source=struct_of("manual_medium"),
    session_traffic_source_last_click=struct_of(
        manual_campaign=struct_of("medium"), cross_channel_campaign=struct_of("medium")
    ),
    ecommerce=struct_of("transaction_id", "purchase_revenue", "refund_value"),
    items=dt.Array(struct_of(*_ITEM)),
)
# Microseconds of 1973 and of the year 5138: seconds or milliseconds are outside.
_FIRST, _LAST = 10**14, 10**17


class GA4(BaseModel):
    """What the source needs: the exported events."""

    model_config = ConfigDict(extra="forbid")

    events: DataFile = Field(description="events_YYYYMMDD as JSON lines or Parquet")


@source("ga4")
def read(con: ibis.BaseBackend, options: dict[str, Any], timezone: str) -> Opened:
    """Open a GA4 BigQuery export as events, orders, order lines and customers.

    A person is the ``user_id``, else the last one seen on the device
    (``user_pseudo_id``) before the origin, else the device. Times are
    ``event_timestamp``, microseconds in UTC. An order's amount is
    ``ecommerce.purchase_revenue``; a purchase told again (the same
    ``transaction_id``) is left out as ``repeated``. Facts: the export's schema as
    Google documents it and the public dbt package for GA4 uses it.

    Parameters
    ----------
    con : ibis backend
        A DuckDB.
    options : dict
        The block: ``events``.
    timezone : str
        The project's zone; not used, since all times are UTC.
    """
    keys = checked(GA4, options, "source")
    raw = raw_table(con, keys.events, "events")
    found = find_columns(
        raw,
        {name: [name] for name in _ROW.names},
        required=["event_timestamp", "event_name", "user_pseudo_id"],
        table="ga4.events",
        what="a GA4 export",
    )
    landed = land(con, _flat(unfolded(raw, found, _ROW)), "ga4.events")
    bought = _sales(landed).union(_refunds(landed)).limit(1).count().execute()
    at = partial(_tables, landed, _property_keys(landed), bool(bought))
    return Opened(
        tables=at(NEVER),
        at=at,
        distinct=frozenset({"events", "orders", "order_lines"}),
        notes=["A device on which nobody signed in counts as a customer of its own."],
        read_as={"events": "microseconds since 1970, UTC"},
    )


@ibis.udf.scalar.builtin
def make_timestamp(micros: dt.int64) -> dt.Timestamp(scale=6):  # type: ignore[valid-type,empty-body]
    """Give the time of microseconds since 1970 (DuckDB's own function)."""


def _said(value: ir.Value) -> ir.Value:
    return value.strip().nullif("").nullif("(not set)")


def _any_of(value: ir.Value) -> ir.Value:
    return _said(ibis.coalesce(*(value[kind] for kind in _VALUES)))


def _number(text: ir.Value) -> ir.Value:
    return text.try_cast(MONEY)


def _parameter(row: ir.Table, key: str) -> ir.Value:
    return _any_of(row.event_params.filter(lambda p: p.key == key)[0].value)


def _instant(text: ir.Value) -> ir.Value:
    micros = text.strip().re_replace(r"\.0+$", "").try_cast("int64")
    return make_timestamp(ibis.ifelse(micros.between(_FIRST, _LAST), micros, None))


def _channel(row: ir.Table) -> ir.Value:
    # traffic_source is where the user first came from: it is no session's.
    clicked = row.session_traffic_source_last_click
    return ibis.coalesce(
        _said(clicked.manual_campaign.medium),
        _said(clicked.cross_channel_campaign.medium),
        _said(row.collected_traffic_source.manual_medium),
    )


def _refunded(row: ir.Table) -> ir.Value:
    """Give what the event gave back, where it is more than nothing."""
    whole = _number(row.ecommerce.refund_value)
    parts = row["items"].map(lambda item: _number(item.item_refund)).sums()
    amounts = [ibis.ifelse(v > 0, v, None).cast(MONEY) for v in (whole, parts)]
    return ibis.coalesce(*amounts)


def _flat(row: ir.Table) -> ir.Table:
    """Give one row an event with the values that the tables are made of."""
    time, device = _instant(row.event_timestamp), _said(row.user_pseudo_id)
    # What is no number of microseconds is said so, even if it is some other time.
    odd = "event_timestamp " + row.event_timestamp
    return row.select(
        time=time,
        stamp=ibis.coalesce(time.cast("string") + "Z", odd),
        event=_said(row.event_name),
        user_id=_said(row.user_id),
        device_id=device,
        channel=_channel(row),
        device=_said(row.device.category),
        country=_said(row.geo.country),
        reference=device + "." + _parameter(row, "ga_session_id"),
        order_id=_said(row.ecommerce.transaction_id),
        revenue=row.ecommerce.purchase_revenue,
        refunded=_refunded(row),
        currency=_parameter(row, "currency"),
        items=row["items"],
        properties=row.user_properties,
        told=_told(row),
        # Whole rows in a fixed order, so that shuffled files give the same tables.
        tie=digest_of(ibis.struct({name: row[name] for name in row.columns})),
    )


def _told(row: ir.Table) -> ir.Value:
    """Fingerprint what tells an event from others of the same batch."""
    same = {
        "bundle": row.event_bundle_sequence_id,
        "place": row.batch_event_index,
        "params": row.event_params.sort(),
        "items": row["items"],
    }
    return digest_of(ibis.struct(same))


def _excluded(table: ir.Table) -> ir.Table:
    """Mark what was told before: an event of two files, a purchase after a reload."""
    key = ["time", "event", "device_id", "told"]
    again = ibis.row_number().over(group_by=key, order_by=table.tie)
    known = table.time.notnull() & table.device_id.notnull()
    table = table.mutate(again=ibis.ifelse(known, again, 0))
    bought = (table.event == "purchase").fill_null(False)
    # Only rows of one side of the origin are compared.
    sale = ibis.row_number().over(
        group_by=["order_id", "later", bought],
        order_by=[table.time.asc(), table.again.asc(), table.tie.asc()],
    )
    resold = bought & table.order_id.notnull() & (sale > 0)
    repeated = (table.again > 0) | resold
    return table.mutate(excluded=ibis.ifelse(repeated, "repeated", None))


def _tables(
    landed: ir.Table, properties: list[str], sells: bool, origin: int
) -> Tables:
    rows = _excluded(with_owner(landed, origin))
    tables = {"events": _events(rows), "customers": _customers(rows, properties)}
    if sells:  # there is no shop behind many a property
        tables |= {"orders": _orders(rows), "order_lines": _order_lines(rows)}
    return tables


def _events(rows: ir.Table) -> ir.Table:
    single = ibis.ifelse(rows["items"].length() == 1, rows["items"][0].item_id, None)
    events = rows.select(
        "customer_id",
        "event",
        "channel",
        "reference",
        "device",
        "excluded",
        occurred_at=rows.stamp,
        value=rows.revenue,
        product_id=_said(single),
    )
    return shaped(events, "events", "UTC")


_ORDER = ["customer_id", "order_id", "currency", "channel", "excluded"]


def _sales(rows: ir.Table) -> ir.Table:
    return rows.filter(rows.event == "purchase")


def _refunds(rows: ir.Table) -> ir.Table:
    given_back = rows.refunded.notnull() | (rows.event == "refund")
    return rows.filter(given_back)


def _orders(rows: ir.Table) -> ir.Table:
    sales, refunds = _sales(rows), _refunds(rows)
    both = ibis.union(
        sales.select(
            *_ORDER,
            ordered_at=sales.time,
            amount=sales.revenue,
            is_return=False,
            returned_order_id=ibis.null("string"),
        ),
        refunds.select(
            *_ORDER,
            ordered_at=refunds.time,
            amount=(-refunds.refunded).cast("string"),
            is_return=True,
            returned_order_id=refunds.order_id,
        ),
    )
    return shaped(both, "orders", "UTC")


def _order_lines(rows: ir.Table) -> ir.Table:
    back = _refunds(rows)
    back = back.mutate(item=back["items"].unnest())
    named = (back.event == "refund") | (_number(back.item.item_refund) > 0)
    sold = _sales(rows)
    sold = sold.mutate(item=sold["items"].unnest())
    both = ibis.union(_lines(sold, False), _lines(back.filter(named), True))
    return shaped(both, "order_lines", "UTC")


def _lines(rows: ir.Table, is_return: bool) -> ir.Table:
    item = rows.item
    count = _number(item.quantity).fill_null(1)
    counted = (_number(item.price) * count).cast(MONEY)
    amount = ibis.coalesce(item.item_revenue, counted.cast("string"))
    if is_return:
        back = ibis.coalesce(_number(item.item_refund).nullif(0), counted)
        amount = (-back).cast("string")
    return rows.select(
        *_ORDER,
        ordered_at=rows.time,
        amount=amount,
        is_return=is_return,
        returned_order_id=rows.order_id if is_return else ibis.null("string"),
        # The export asks for an id or a name of each item.
        product_id=ibis.coalesce(_said(item.item_id), _said(item.item_name)),
        product=_said(item.item_name),
        brand=_said(item.item_brand),
        category=_said(item.item_category),
        quantity=item.quantity,
        unit_price=item.price,
    )


def _property_keys(landed: ir.Table) -> list[str]:
    """Give the names of the user properties: a handful, whatever the rows."""
    each = landed.select(p=landed.properties.unnest())
    keys = each.select(key=each.p.key.lower()).distinct().to_pyarrow()
    return sorted(key for key in keys["key"].to_pylist() if key)


def _customers(rows: ir.Table, keys: list[str]) -> ir.Table:
    """Give each customer's last properties, country and device before the origin."""
    known = rows.filter(~rows.later & rows.customer_id.notnull())
    plain = known.group_by("customer_id").aggregate(
        country=last_known(known.country, [known.time]),
        device=last_known(known.device, [known.time]),
    )
    if not keys:
        return shaped(plain, "customers", "UTC")
    each = known.select("customer_id", "time", p=known.properties.unnest())
    value = _any_of(each.p.value)
    told = ibis.coalesce(_instant(each.p.value.set_timestamp_micros), each.time)
    taken = {"customer_id", "country", "device", *MACHINERY}
    wide = each.group_by("customer_id").aggregate(
        **{
            f"{key}_" if key in taken else key: last_known(
                value, [told, each.time], each.p.key.lower() == key
            )
            for key in keys
        }
    )
    joined = plain.left_join(wide, "customer_id").drop("customer_id_right")
    return shaped(joined, "customers", "UTC")
