"""Views of what customers hold to: one row a customer and category, brand, store.

Of such rows a largest share or a concentration is again one aggregate.
"""

from __future__ import annotations

from dataclasses import replace

import ibis
import ibis.expr.types as ir

from segtools.features.derived import at_least_nothing, product
from segtools.features.views import Part, Views, view
from segtools.schema import MONEY

DECILES = 10
# Tiers are whole millionths: sums of them do not depend on the order of the rows.
TIERS = 1_000_000


def _of(rows: ir.Table, column: str) -> ir.Value:
    return rows[column] if column in rows.columns else ibis.null("string")


def _spend_by(at: Views, column: str) -> Part:
    """Spend of each customer on each value of a column of the lines, null included."""

    def make() -> ir.Table:
        lines = at["lines"].mutate(held=_of(at["lines"], column))
        spent = lines.group_by("customer_id", "held").aggregate(
            money=lines.amount.sum()
        )
        return spent.select(
            "customer_id", "held", spend=at_least_nothing(spent.money)
        ).rename({column: "held"})

    name = f"{column}_spend"
    return Part(name, at.base(name, make))


def _known(part: Part, column: str) -> Part:
    return replace(part, condition=part.table[column].notnull())


@view("categories", table="order_lines")
def _categories(at: Views) -> Part:
    return _spend_by(at, "category")


@view("category_spend", table="order_lines")
def _category_spend(at: Views) -> Part:
    return _known(at.part("categories"), "category")


@view("brands", table="order_lines")
def _brands(at: Views) -> Part:
    return _spend_by(at, "brand")


@view("brand_spend", table="order_lines")
def _brand_spend(at: Views) -> Part:
    return _known(at.part("brands"), "brand")


def _orders_by(at: Views, column: str) -> Part:
    """Orders of each customer by each value of a column of the orders."""

    def make() -> ir.Table:
        orders = at["orders"]
        return orders.group_by("customer_id", column).aggregate(orders=orders.count())

    name = f"{column}_orders"
    return Part(name, at.base(name, make))


@view("hour_orders", table="orders")
def _hour_orders(at: Views) -> Part:
    return _orders_by(at, "local_hour")


@view("stores", table="orders")
def _stores(at: Views) -> Part:
    return _orders_by(at, "store_id")


@view("store_orders", table="orders")
def _store_orders(at: Views) -> Part:
    return _known(at.part("stores"), "store_id")


@view("channels", table="orders")
def _channels(at: Views) -> Part:
    return _orders_by(at, "channel")


@view("channel_orders", table="orders")
def _channel_orders(at: Views) -> Part:
    return _known(at.part("channels"), "channel")


@view("baskets", table="order_lines")
def _baskets(at: Views) -> Part:
    """One row an order in the window: its lines and how many different products."""

    def make() -> ir.Table:
        lines = at["lines"]
        orders = lines.group_by("customer_id", "order_id")
        return orders.aggregate(
            lines=lines.count(), products=lines.product_id.nunique()
        )

    return Part("baskets", at.base("baskets", make))


@view("bought_products", table="order_lines")
@view("products", table="order_lines", looks="all")
def _products(at: Views) -> Part:
    """One row a customer and product bought in the window: when it first was."""

    def make() -> ir.Table:
        lines = at["line_history"]
        inside = lines.in_window
        known = _of(lines, "category").notnull() & inside
        held = lines.group_by("customer_id", "product_id")
        found = held.aggregate(
            first=lines.second.min(),
            inside=lines.count(where=inside),
            known=lines.count(where=known),
        )
        return found.filter(found.inside > 0)

    return Part("products", at.base("products", make))


@view("depth", table="order_lines")
def _depth(at: Views) -> Part:
    """One row a customer: products of a known category, and categories."""

    def make() -> ir.Table:
        held, kinds = at["bought_products"], at["category_spend"]
        products = held.group_by("customer_id").aggregate(
            products=held.product_id.count(where=held.known > 0)
        )
        of_kinds = kinds.group_by("customer_id").aggregate(categories=kinds.count())
        joined = products.left_join(of_kinds, "customer_id")
        return joined.select("customer_id", "products", "categories")

    return Part("depth", at.base("depth", make))


@view("tiers", table="order_lines")
def _tiers(at: Views) -> Part:
    """Lines in the window with the tier of their product in its category."""

    def make() -> ir.Table:
        lines = _priced(at["lines"])
        tiers = _tier(lines)
        found = lines.join(tiers, ["category", "product_id"])
        return found.select("customer_id", "amount", "tier")

    return Part("tiers", at.base("tiers", make))


def _priced(lines: ir.Table) -> ir.Table:
    """Lines of a known category and quantity: pieces, and money before discounts."""
    pieces = lines.quantity if "quantity" in lines.columns else ibis.null("float64")
    off = lines.discount if "discount" in lines.columns else ibis.null(MONEY)
    lines = lines.mutate(
        category=_of(lines, "category"),
        # Floats would add up differently in another order of the rows.
        pieces=pieces.cast(MONEY),
        before=lines.amount + off.fill_null(0),
    )
    return lines.filter(lines.category.notnull() & (lines.pieces > 0))


def _tier(lines: ir.Table) -> ir.Table:
    """Place each product of a category between 0 (cheapest) and a million."""
    products = lines.group_by("category", "product_id").aggregate(
        money=lines.before.sum(), pieces=lines.pieces.sum()
    )
    price = products.money.cast("float64") / products.pieces.cast("float64")
    products = products.mutate(price=price)
    every = ibis.window(group_by="category")
    placed = products.mutate(
        cheaper=ibis.rank().over(every.order_by("price")),
        equal=products.count().over(ibis.window(group_by=["category", "price"])) - 1,
        others=products.count().over(every) - 1,
    )
    # Products of one price share a place; one without others stands in the middle.
    place = (2 * placed.cheaper + placed.equal) * (TIERS // 2)
    tier = ibis.ifelse(placed.others > 0, place // placed.others.nullif(0), TIERS // 2)
    return placed.select("category", "product_id", tier=tier.cast("int64"))


@view("peers", table="order_lines")
def _peers(at: Views) -> Part:
    """One row a customer and category: own spend beside that of like spenders.

    Products of decimals are exact; the division comes last, in the feature.
    """

    def make() -> ir.Table:
        held = at["category_spend"]
        rows = held.join(_deciles(held), "customer_id")
        # A selection of its own: engines joining all three at once make more rows.
        rows = rows.mutate(
            own=product(rows.spend, rows.peers_total),
            whole=product(rows.peers_total, rows.total),
        )
        rows = _beside_peers(rows)
        expected = product(rows.peers_spend, rows.total)
        gap = expected - rows.own
        return rows.select(
            "customer_id",
            "usual",
            "usuals",
            "peers_total",
            "whole",
            gap=ibis.ifelse(gap > 0, gap, 0),
            expected=expected,
        )

    return Part("peers", at.base("peers", make))


def _deciles(held: ir.Table) -> ir.Table:
    """Give each customer's spend on known categories, their tenth, and its spend."""
    own = held.group_by("customer_id").aggregate(total=held.spend.sum().cast(MONEY))
    own = own.filter(own.total > 0)
    # Equal spend is equal rank, so that equals have the same peers.
    less = ibis.rank().over(ibis.window(order_by=own.total))
    ranked = own.mutate(less=less, customers=own.count().over(ibis.window()))
    ranked = ranked.mutate(decile=(DECILES * ranked.less) // ranked.customers)
    alike = ibis.window(group_by=ranked.decile)
    return ranked.select(
        "customer_id",
        "total",
        "decile",
        peers=ranked.count().over(alike),
        peers_total=ranked.total.sum().over(alike).cast(MONEY),
    )


def _beside_peers(held: ir.Table) -> ir.Table:
    """Add what the peers spend on the category and whether most of them buy it."""
    bought = held.group_by("decile", "category").aggregate(
        peers_spend=held.spend.sum().cast(MONEY),
        usual=ibis.ifelse(2 * held.count() > held.peers.max(), 1, 0),
    )
    # Windows over so few rows are soon done; over everyone's they would be sorted.
    usuals = bought.usual.sum().over(ibis.window(group_by=bought.decile))
    return held.join(bought.mutate(usuals=usuals), ["decile", "category"])
