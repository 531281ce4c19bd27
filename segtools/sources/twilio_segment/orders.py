"""Twilio Segment's orders: completed, refunded and cancelled, with their lines."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from segtools.schema import MONEY
from segtools.sources.formats.nested import struct_of
from segtools.sources.formats.text import shaped

_IDS = ("product_id", "productId", "id", "sku")
GOODS = (*_IDS, "name", "category", "brand", "price", "quantity")
# Spelled as the spec does, as its first version did, and as slugs: letters only.
COMPLETED = ("ordercompleted", "completedorder")
REFUNDED, CANCELLED = ("orderrefunded",), ("ordercancelled", "ordercanceled")
_ORDER = (
    *("customer_id", "order_id", "currency", "channel", "store_id", "is_return"),
    *("cancelled_at", "by_email", "excluded"),
)


def price_of(item: ir.Value) -> ir.Value:
    """Give what a product of an order cost: price times quantity."""
    count = item.quantity.try_cast(MONEY).fill_null(1)
    return (item.price.try_cast(MONEY) * count).cast(MONEY)


def id_of(item: ir.Value) -> ir.Value:
    """Give a product's id, under whichever name it stands."""
    return ibis.coalesce(*(item[name].strip().nullif("") for name in _IDS))


def net_of(rows: ir.Table) -> ir.Value:
    """Give what was paid for goods, as text: as told, else the total without extras."""
    extras = [rows[c].try_cast(MONEY).fill_null(0) for c in ("shipping", "tax")]
    net = (rows.total.try_cast(MONEY) - extras[0] - extras[1]).cast("string")
    return ibis.coalesce(rows.revenue, rows.subtotal, net, rows.total)


def with_amount(rows: ir.Table) -> ir.Table:
    """Keep orders completed, refunded and cancelled, with their amounts as text."""
    rows = rows.filter(rows.slug.isin([*COMPLETED, *REFUNDED, *CANCELLED]))
    refund = rows.slug.isin(REFUNDED)
    goods = ibis.ifelse(rows.prices.length() > 0, rows.prices.sums(), None)
    back = rows.total.try_cast(MONEY).coalesce(rows.total.isnull().ifelse(goods, None))
    given_back = (-back.abs()).cast("string").coalesce(rows.total)
    return rows.mutate(
        is_return=refund, amount=ibis.ifelse(refund, given_back, net_of(rows))
    )


def with_cancellations(rows: ir.Table) -> ir.Table:
    """Say of each order when it was cancelled, and leave the cancelling calls out."""
    cancelled = rows.filter(rows.slug.isin(CANCELLED) & rows.order_id.notnull())
    # A cancellation from after the origin touches no order from before it.
    known = cancelled.group_by("order_id", "later").aggregate(
        cancelled_at=cancelled.time.min()
    )
    bought = rows.filter(~rows.slug.isin(CANCELLED))
    joined = bought.left_join(known, ["order_id", "later"])
    at = ibis.ifelse(joined.is_return, None, joined.cancelled_at)
    return joined.select(*bought.columns, cancelled_at=at)


def gather_orders(rows: ir.Table) -> ir.Table:
    """Give a row for each order and each refund."""
    orders = rows.select(
        *_ORDER,
        "amount",
        "discount",
        ordered_at=rows.stamp,
        coupon_discount=ibis.ifelse(rows.coupon.notnull(), rows.discount, None),
        returned_order_id=ibis.ifelse(rows.is_return, rows.order_id, None),
    )
    return shaped(orders, "orders", "UTC")


def gather_lines(rows: ir.Table) -> ir.Table:
    """Give a row for each product of an order or a refund."""
    each = rows.mutate(
        item=rows.goods.unnest(),
        place=ibis.range(rows.goods.length().cast("int64")).unnest(),
    )
    lines = _lines(each, each.item, _share(each))
    # What cannot be taken apart is one line that says so.
    odd = rows.filter(rows.unlisted.notnull())
    nothing = ibis.null(struct_of(*GOODS))
    unread = _lines(odd, nothing, ibis.null("string"), product=odd.unlisted)
    note = "products '" + unread["product"].substr(0, 60) + "'"
    unread = unread.mutate(unreadable=note, product=ibis.null("string"))
    return ibis.union(lines, unread)


def _share(each: ir.Table) -> ir.Value:
    """Give a line its part of the order's amount, so that parts add up exactly."""
    own, amount = price_of(each.item), each.amount.try_cast(MONEY)
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
        product_id=id_of(item),
        product=item["name"] if product is None else product,
        category=item.category,
        brand=item.brand,
        quantity=item.quantity,
        unit_price=item.price,
    )
    return shaped(lines, "order_lines", "UTC")
