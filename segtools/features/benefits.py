"""Benefits sought: how much of a customer's buying is about price."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from segtools.features.catalogue import Window, feature
from segtools.features.holdings import TIERS


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


@feature(
    "discounted_spend_share",
    basis="benefits",
    over="lines",
    unit="share",
    label="Spend on discounted lines",
    definition="Spend on lines with a discount over spend on all lines, in the window; "
    "a line that names no discount had none.",
    needs=("discount",),
    role="descriptor",
)
def discounted_spend_share(lines: ir.Table, window: Window) -> ir.Value:
    """Share of spend that went to what was on offer."""
    spend = lines.amount.sum(where=lines.discount > 0).fill_null(0).cast("float64")
    return _share_of(spend, lines.amount.sum().cast("float64"))


@feature(
    "price_tier",
    basis="benefits",
    over="tiers",
    unit="share",
    label="Price tier within the category",
    definition="Mean over the lines in the window of the product's place in its "
    "category: the share of the category's other products with a lower mean price a "
    "piece before discounts, equals counting half; 0.5 where there is no other.",
    needs=("category", "quantity"),
    role="descriptor",
)
def price_tier(tiers: ir.Table, window: Window) -> ir.Value:
    """Say whether somebody buys what is cheap (0) or dear (1) of its kind."""
    return tiers.tier.sum().cast("float64") / tiers.count() / TIERS


@feature(
    "premium_share",
    basis="benefits",
    over="tiers",
    unit="share",
    label="Premium share of spend",
    definition="Spend in the window on products in the upper third of prices of their "
    "category over spend on all products whose price tier is known.",
    needs=("category", "quantity"),
    role="descriptor",
)
def premium_share(tiers: ir.Table, window: Window) -> ir.Value:
    """Share of spend on the dearest third."""
    dear = tiers.tier >= 2 * TIERS // 3
    spend = tiers.amount.sum(where=dear).fill_null(0).cast("float64")
    return _share_of(spend, tiers.amount.sum().cast("float64"))


@feature(
    "new_product_share",
    basis="benefits",
    over="products",
    unit="share",
    label="Products tried for the first time",
    definition="Share of the distinct products bought in the window that the customer "
    "had not bought before it, as far back as the data goes.",
    needs=("product_id",),
    role="descriptor",
)
def new_product_share(products: ir.Table, window: Window) -> ir.Value:
    """Say how much somebody likes novelty; of newcomers everything is new."""
    return products.count(where=products["first"] >= window.start) / products.count()


def _share_of(part: ir.Value, whole: ir.Value) -> ir.Value:
    return ibis.ifelse(whole > 0, part / whole, ibis.null("float64"))
