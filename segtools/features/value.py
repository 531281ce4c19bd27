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


@feature(
    "spend_share",
    basis="value",
    over="standing",
    unit="share",
    label="Share of all customers' spend",
    definition="Spend in the window over the spend of all customers in it; negative "
    "spend counts as none.",
    direction="more",
    role="descriptor",
)
def spend_share(standing: ir.Table, window: Window) -> ir.Value:
    """Say how much of the shop's business one customer is."""
    return standing.spend.max().cast("float64") / standing.total.max().cast("float64")


@feature(
    "spend_rank",
    basis="value",
    over="standing",
    unit="share",
    label="Share of customers who spend less",
    definition="Share of the other customers with an order or return in the window who "
    "spent less, equals counting half; 0.5 where there is no other.",
    direction="more",
    role="descriptor",
)
def spend_rank(standing: ir.Table, window: Window) -> ir.Value:
    """Place a customer between the smallest spender (0) and the largest (1)."""
    others = standing.customers.max() - 1
    place = (2 * standing.less.max() + standing.equal.max() - 1) / (2 * others)
    return ibis.ifelse(others > 0, place, 0.5)


def bounded_change(later: ir.Value, earlier: ir.Value) -> ir.Value:
    """Give the difference over the sum: -1 all earlier, 1 all later, null if none."""
    before, after = (
        ibis.ifelse(money > 0, money, 0).cast("float64") for money in (earlier, later)
    )
    return (after - before) / (after + before).nullif(0)


@feature(
    "spend_change",
    basis="value",
    over="ledger",
    unit="change",
    label="Spend of the later half against the earlier half",
    definition="Spend in the second half of the window less that in the first, over "
    "both together: 1 is all late, 0 is even, -1 is all early; negative spend counts "
    "as none.",
    direction="more",
    role="descriptor",
)
def spend_change(ledger: ir.Table, window: Window) -> ir.Value:
    """Compare the halves of the window."""
    middle = window.origin - window.days * DAY // 2
    later = ledger.amount.sum(where=ledger.second >= middle)
    return bounded_change(later, ledger.amount.sum(where=ledger.second < middle))


@feature(
    "margin_total",
    basis="value",
    over="ledger",
    unit="money",
    label="Margin",
    definition="Amounts less costs in the window, over the orders and returns of which "
    "the cost is known.",
    direction="more",
    needs=("cost",),
    role="descriptor",
)
def margin_total(ledger: ir.Table, window: Window) -> ir.Value:
    """Sum what is left of amounts after the cost of goods."""
    return (ledger.amount - ledger.cost).sum().cast("float64")


@feature(
    "margin_share",
    basis="value",
    over="ledger",
    unit="share",
    label="Margin over spend",
    definition="Margin in the window over the spend whose cost is known; NULL where "
    "that spend is not above 0.",
    direction="more",
    needs=("cost",),
    role="descriptor",
)
def margin_share(ledger: ir.Table, window: Window) -> ir.Value:
    """Divide the margin by the spend that it was made on."""
    spend = ledger.amount.sum(where=ledger.cost.notnull()).cast("float64")
    margin = (ledger.amount - ledger.cost).sum().cast("float64")
    return ibis.ifelse(spend > 0, margin / spend, ibis.null("float64"))
