"""Behaviour: what is in the baskets, how broad, how deep and how alike they are."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from segtools.features.catalogue import Window, feature
from segtools.features.derived import product


@feature(
    "n_products",
    basis="behaviour",
    over="bought_products",
    unit="products",
    label="Products bought",
    definition="Distinct products bought in the window.",
    direction="more",
    needs=("product_id",),
    role="descriptor",
)
def n_products(bought_products: ir.Table, window: Window) -> ir.Value:
    """Count different products."""
    return bought_products.product_id.count()


@feature(
    "products_per_category",
    basis="behaviour",
    over="depth",
    unit="products",
    label="Products per category",
    definition="Distinct products of a known category over distinct categories, in "
    "the window.",
    needs=("product_id", "category"),
    role="descriptor",
)
def products_per_category(depth: ir.Table, window: Window) -> ir.Value:
    """Depth of what is bought."""
    return depth.products.max() / depth.categories.max()


@feature(
    "products_per_order",
    basis="benefits",
    over="baskets",
    unit="products",
    label="Different products per order",
    definition="Mean number of distinct products in the orders of the window; returns "
    "left aside.",
    needs=("product_id",),
    role="descriptor",
)
def products_per_order(baskets: ir.Table, window: Window) -> ir.Value:
    """Variety within a basket."""
    return baskets.products.sum() / baskets.count()


@feature(
    "basket_value_spread",
    basis="behaviour",
    unit="ratio",
    label="Spread of spend per order",
    definition="Standard deviation of the amounts of the orders in the window over "
    "their mean; NULL with fewer than 2 orders.",
    role="descriptor",
)
def basket_value_spread(orders: ir.Table, window: Window) -> ir.Value:
    """Give the coefficient of variation of order amounts."""
    amount = orders.amount
    number, total = amount.count(), amount.sum().cast("float64")
    squares = product(amount, amount).sum().cast("float64")
    spread = number * squares - total * total
    # Equal amounts have no spread at all, not one of the last bits.
    alike = (amount.min() == amount.max()) | (spread < 0)
    variation = ibis.ifelse(alike, 0.0, spread).sqrt() / total
    known = (number >= 2) & (total > 0)
    return ibis.ifelse(known, variation, ibis.null("float64"))


def top_share(value: ir.Value) -> ir.Value:
    """Give the largest of some values over their sum; null where that is 0."""
    return value.max().cast("float64") / value.sum().cast("float64").nullif(0)


@feature(
    "top_category_share",
    basis="behaviour",
    over="category_spend",
    unit="share",
    label="Spend on the favourite category",
    definition="Spend in the window on the category with most of it over spend on all "
    "known categories.",
    needs=("category",),
    role="descriptor",
)
def top_category_share(category_spend: ir.Table, window: Window) -> ir.Value:
    """Say how much one category is of all that is bought."""
    return top_share(category_spend.spend)


@feature(
    "category_concentration",
    basis="behaviour",
    over="category_spend",
    unit="index",
    label="Concentration on few categories",
    definition="Sum of the squared shares of categories in the spend of the window "
    "(Herfindahl): 1 is one category, 1/n is n equal ones.",
    needs=("category",),
    role="descriptor",
)
def category_concentration(category_spend: ir.Table, window: Window) -> ir.Value:
    """Sum squared shares; exact until the division."""
    spend = category_spend.spend
    total = spend.sum().cast("float64").nullif(0)
    return product(spend, spend).sum().cast("float64") / total / total


# What channels are called that are online; others are counted as not online. The
# definition of `online_share` lists them: a message must be a literal.
ONLINE = (
    "online",
    "web",
    "website",
    "webshop",
    "web shop",
    "online shop",
    "online store",
    "onlineshop",
    "internet",
    "app",
    "mobile",
    "mobile app",
    "ecommerce",
    "e-commerce",
    "marketplace",
)


@feature(
    "n_channels",
    basis="behaviour",
    over="channels",
    unit="channels",
    label="Channels used",
    definition="Distinct channels of the orders in the window.",
    needs=("channel",),
    role="descriptor",
)
def n_channels(channels: ir.Table, window: Window) -> ir.Value:
    """Count the channels a customer spreads over."""
    return channels.channel.count()


@feature(
    "top_channel_share",
    basis="behaviour",
    over="channel_orders",
    unit="share",
    label="Orders through the favourite channel",
    definition="Share of the orders in the window whose channel is known that came "
    "through the channel with most of them.",
    needs=("channel",),
    role="descriptor",
)
def top_channel_share(channel_orders: ir.Table, window: Window) -> ir.Value:
    """Say how much of a habit the channel is."""
    return top_share(channel_orders.orders)


@feature(
    "online_share",
    basis="behaviour",
    unit="share",
    label="Orders online",
    definition="Share of the orders in the window whose channel is known that came "
    "through one named online, web, website, webshop, web shop, online shop, online "
    "store, onlineshop, internet, app, mobile, mobile app, ecommerce, e-commerce or "
    "marketplace.",
    needs=("channel",),
    role="descriptor",
)
def online_share(orders: ir.Table, window: Window) -> ir.Value:
    """Share of orders through channels that are online by name."""
    online = orders.channel.strip().lower().isin(ONLINE)
    return orders.count(where=online) / orders.channel.count()
