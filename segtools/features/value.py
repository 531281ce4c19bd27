"""Value: how recently, how often and for how much a customer buys."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from segtools.features.catalogue import Window, feature
from segtools.timezones import DAY


@feature(
    "recency_days",
    basis="value",
    over="history",
    unit="days",
    label="Days since the last order",
    definition="Days from the last order before the origin to the origin.",
    direction="less",
)
def recency_days(history: ir.Table, window: Window) -> ir.Value:
    """Count from the last order to the origin."""
    # Of the last instant alone, not of every order: conversions cost.
    last = history.ordered_at.max().truncate("s").epoch_seconds()
    return (window.origin - last) / DAY


@feature(
    "n_orders",
    basis="value",
    unit="orders",
    label="Orders",
    definition="Orders in the window; returns are not orders.",
    direction="more",
    empty=0,
)
def n_orders(orders: ir.Table, window: Window) -> ir.Value:
    """Count orders."""
    return orders.count()


@feature(
    "spend_total",
    basis="value",
    over="ledger",
    unit="money",
    label="Spend",
    definition="Sum of amounts in the window, returns as the returns policy says.",
    direction="more",
    empty=0,
)
def spend_total(ledger: ir.Table, window: Window) -> ir.Value:
    """Sum amounts."""
    return ledger.amount.sum().cast("float64")


@feature(
    "basket_mean",
    basis="value",
    unit="money",
    label="Spend per order",
    definition="Mean amount of the orders in the window; returns left aside.",
    direction="more",
)
def basket_mean(orders: ir.Table, window: Window) -> ir.Value:
    """Divide the sum of orders by their number."""
    return orders.amount.sum().cast("float64") / orders.count()


def interval(orders: ir.Table) -> ir.Value:
    """Mean days between consecutive orders; null with fewer than two instants."""
    span = (orders.second.max() - orders.second.min()) / DAY
    return (span / (orders.count() - 1).nullif(0)).nullif(0)


@feature(
    "interval_days",
    basis="value",
    unit="days",
    label="Days between orders",
    definition="Days from first to last order in the window over orders less one.",
    direction="less",
)
def interval_days(orders: ir.Table, window: Window) -> ir.Value:
    """Give the customer's own rhythm."""
    return interval(orders)


@feature(
    "overdue_ratio",
    basis="value",
    unit="cycles",
    label="Time since the last order in own cycles",
    definition="Days since the last order over the customer's own days between orders.",
    direction="less",
)
def overdue_ratio(orders: ir.Table, window: Window) -> ir.Value:
    """Above 1 the customer is later than usual; a day is the shortest cycle."""
    waited = (window.origin - orders.second.max()) / DAY
    own = interval(orders)  # ibis.greatest would take its other side for a null
    return waited / ibis.ifelse(own < 1, 1.0, own)
