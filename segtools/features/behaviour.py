"""Behaviour: when customers come, how broadly they buy, and whether that changes."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from segtools.features.catalogue import Window, feature


def _share(condition: ir.Value) -> ir.Value:
    # A sum of yes and no is exact whatever the order of the rows.
    return condition.sum() / condition.count()


@feature(
    "weekend_share",
    basis="behaviour",
    unit="share",
    label="Orders at the weekend",
    definition="Share of orders in the window on a Saturday or Sunday, local time.",
)
def weekend_share(orders: ir.Table, window: Window) -> ir.Value:
    """Share of orders on days 5 and 6 of the week."""
    return _share(orders.local_weekday >= 5)


@feature(
    "morning_share",
    basis="behaviour",
    unit="share",
    label="Orders before noon",
    definition="Share of orders in the window before 12:00, local time.",
)
def morning_share(orders: ir.Table, window: Window) -> ir.Value:
    """Share of orders before noon."""
    return _share(orders.local_hour < 12)


@feature(
    "evening_share",
    basis="behaviour",
    unit="share",
    label="Orders after 18:00",
    definition="Share of orders in the window from 18:00 on, local time.",
)
def evening_share(orders: ir.Table, window: Window) -> ir.Value:
    """Share of orders in the evening."""
    return _share(orders.local_hour >= 18)


@feature(
    "basket_lines",
    basis="behaviour",
    over="baskets",
    unit="lines",
    label="Lines per order",
    definition="Order lines over orders in the window; returns left aside.",
    direction="more",
    needs=("product_id",),
)
def basket_lines(baskets: ir.Table, window: Window) -> ir.Value:
    """Basket size in lines."""
    return baskets.lines.sum() / baskets.count()


@feature(
    "n_categories",
    basis="behaviour",
    over="categories",
    unit="categories",
    label="Categories bought",
    definition="Distinct product categories bought in the window.",
    direction="more",
    needs=("category",),
)
def n_categories(categories: ir.Table, window: Window) -> ir.Value:
    """Breadth of what is bought."""
    return categories.category.count()


@feature(
    "trend_ratio",
    basis="behaviour",
    over="ledger",
    unit="ratio",
    label="Recent spend against own level",
    definition="Spend per day in the last third of the window over spend per day in "
    "the whole window: 1 is steady, 0 has stopped, 3 is all recent.",
    direction="more",
)
def trend_ratio(ledger: ir.Table, window: Window) -> ir.Value:
    """Compare the last third of the window with all of it."""
    third = window.days * 86_400 // 3
    recent = ledger.amount.sum(where=ledger.second >= window.origin - third)
    total = ledger.amount.sum().cast("float64")
    ratio = recent.fill_null(0).cast("float64") * 3 / total
    return ibis.ifelse(total > 0, ratio, ibis.null("float64"))
