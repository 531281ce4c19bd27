"""Benefits sought: how much of a customer's buying is about price."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from segtools.features.catalogue import Window, feature


@feature(
    "discount_share",
    basis="benefits",
    unit="share",
    label="Discount share",
    definition="Discounts over amounts before discounts, in the window; an order "
    "that names no discount had none.",
    needs=("discount",),
)
def discount_share(orders: ir.Table, window: Window) -> ir.Value:
    """Share of the undiscounted value that was discounted away."""
    discount = orders.discount.sum().fill_null(0).cast("float64")
    before = discount + orders.amount.sum().cast("float64")
    return ibis.ifelse(before > 0, discount / before, ibis.null("float64"))


@feature(
    "coupon_share",
    basis="benefits",
    unit="share",
    label="Orders with a coupon",
    definition="Share of orders in the window in which a coupon was used.",
    needs=("coupon_discount",),
)
def coupon_share(orders: ir.Table, window: Window) -> ir.Value:
    """Share of orders with any coupon discount."""
    # An unknown discount is no coupon; Spark would count nothing but nulls as null.
    used = (orders.coupon_discount > 0).fill_null(False)
    return orders.count(where=used) / orders.count()


@feature(
    "private_label_share",
    basis="benefits",
    over="lines",
    unit="share",
    label="Private-label share of spend",
    definition="Spend on private labels over spend on lines whose kind of brand is "
    "known, in the window.",
    needs=("brand_type",),
)
def private_label_share(lines: ir.Table, window: Window) -> ir.Value:
    """Share of spend on the shop's own labels."""
    own = lines.brand_type.lower().isin(["private", "private label", "own", "store"])
    spend = lines.amount.sum(where=own).fill_null(0).cast("float64")
    known = lines.amount.sum(where=lines.brand_type.notnull()).cast("float64")
    return ibis.ifelse(known > 0, spend / known, ibis.null("float64"))
