"""Behaviour: the rhythm of orders, and the days, hours and seasons that they prefer."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from segtools.features.baskets import top_share
from segtools.features.catalogue import Window, feature
from segtools.features.value import bounded_change
from segtools.timezones import DAY

YEAR = 365 * DAY


@feature(
    "interval_variation",
    basis="behaviour",
    over="steps",
    unit="ratio",
    label="Irregularity of the days between orders",
    definition="Standard deviation of the time between consecutive orders in the "
    "window over its mean: 0 is clockwork, 1 is chance; NULL with fewer than 3 orders.",
    role="descriptor",
)
def interval_variation(steps: ir.Table, window: Window) -> ir.Value:
    """Give the coefficient of variation of the gaps."""
    # Whole seconds: the sums are exact, so equal gaps give exactly 0.
    gaps, total = steps.gap.count(), steps.gap.sum().cast("float64")
    squares = (steps.gap * steps.gap).sum().cast("float64")
    spread = gaps * squares - total * total
    variation = ibis.ifelse(spread > 0, spread, 0.0).sqrt() / total.nullif(0)
    return ibis.ifelse(gaps >= 2, variation, ibis.null("float64"))


@feature(
    "overdue_population",
    basis="behaviour",
    over="waits",
    unit="cycles",
    label="Time since the last order in usual cycles",
    definition="Days since the last order over the customer's own days between orders "
    "in the window, or over everyone's (all spans over all gaps) where there are none; "
    "a day is the shortest cycle.",
    direction="less",
    role="descriptor",
)
def overdue_population(waits: ir.Table, window: Window) -> ir.Value:
    """Say how overdue somebody is even where they have no rhythm of their own."""
    waited = waits.waited.max() / DAY
    own = waits.span.max() / DAY / waits.gaps.max().nullif(0)
    usual = waits.all_span.max() / DAY / waits.all_gaps.max().nullif(0)
    cycle = ibis.ifelse(waits.gaps.max() > 0, own, usual)
    return waited / ibis.ifelse(cycle < 1, 1.0, cycle)


@feature(
    "top_weekday_share",
    basis="behaviour",
    unit="share",
    label="Orders on the favourite weekday",
    definition="Share of orders in the window on the weekday with most of them, local "
    "time; one order has 1.",
    role="descriptor",
)
def top_weekday_share(orders: ir.Table, window: Window) -> ir.Value:
    """Say how much of a habit the weekday is."""
    days = [orders.count(where=orders.local_weekday == day) for day in range(7)]
    return ibis.greatest(*days) / orders.count()


@feature(
    "top_hour_share",
    basis="behaviour",
    over="hour_orders",
    unit="share",
    label="Orders in the favourite hour",
    definition="Share of orders in the window in the hour of the day with most of "
    "them, local time; one order has 1.",
    role="descriptor",
)
def top_hour_share(hour_orders: ir.Table, window: Window) -> ir.Value:
    """Say how much of a habit the hour is."""
    # Two groupings are sooner done than 24 counts.
    return top_share(hour_orders.orders)


@feature(
    "holiday_share",
    basis="behaviour",
    over="calendar",
    unit="share",
    label="Orders in the week before a public holiday",
    definition="Share of orders in the window on one of the 7 days before a public "
    "holiday of the shop's country, local time.",
    role="descriptor",
)
def holiday_share(calendar: ir.Table, window: Window) -> ir.Value:
    """Say how much of the buying is done for holidays."""
    return calendar.count(where=calendar.before_holiday) / calendar.count()


@feature(
    "season_change",
    basis="behaviour",
    over="ledger_history",
    unit="change",
    label="Spend against the same season of last year",
    definition="Spend in the window less that in the same days 365 days earlier, over "
    "both together: 1 is all new, 0 is the same, -1 has stopped; NULL where the first "
    "order is not older than those days; negative spend counts as none.",
    direction="more",
    role="descriptor",
)
def season_change(ledger_history: ir.Table, window: Window) -> ir.Value:
    """Compare with last year where the customer was one for all of those days."""
    second, amount = ledger_history.second, ledger_history.amount
    now = amount.sum(where=second >= window.start)
    a_year_ago = (second >= window.start - YEAR) & (second < window.origin - YEAR)
    change = bounded_change(now, amount.sum(where=a_year_ago))
    first = second.min(where=ledger_history.bought)
    known = first < window.start - YEAR
    return ibis.ifelse(known, change, ibis.null("float64"))
