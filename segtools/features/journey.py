"""Journey: where in the customer's life the origin falls, and what may come next."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from segtools.features.catalogue import Window, feature
from segtools.features.cycles import LAPSED_CYCLES
from segtools.features.event_names import (
    CARTS,
    CHATS,
    PRODUCT_VIEWS,
    QUESTIONS,
    VISITS,
    among,
)
from segtools.timezones import DAY

# Cycles without an order after which a customer is at risk.
AT_RISK_CYCLES = 1.5
# Share of the window in which a first order makes a new customer.
NEW_SHARE = 1 / 3
# Orders from which on a customer who keeps to the cycle is loyal.
LOYAL_ORDERS = 5
# The last days of the window, in which an interest is fresh.
READY_DAYS = 30
STAGES = ("new", "active", "loyal", "at risk", "lapsed", "won back")


@feature(
    "lifecycle_stage",
    basis="journey",
    over="cycles",
    unit="stage",
    label="Stage of the customer's life",
    definition=(
        "The first that holds: lapsed, over 3 cycles since the last order; at risk, "
        "over 1.5; won back, the last order ended a gap of over 3 cycles; new, first "
        "order in the last third of the window; loyal, 5 orders or more; else active."
    ),
    role="descriptor",
)
def lifecycle_stage(cycles: ir.Table, window: Window) -> ir.Value:
    """Name exactly one of six stages; each customer has one row."""
    fresh = round(window.days * DAY * NEW_SHARE)
    stage = ibis.cases(
        (cycles.waited > LAPSED_CYCLES * cycles.cycle, "lapsed"),
        (cycles.waited > AT_RISK_CYCLES * cycles.cycle, "at risk"),
        (cycles.returned, "won back"),
        (cycles.known <= fresh, "new"),
        (cycles.orders >= LOYAL_ORDERS, "loyal"),
        else_="active",
    )
    return stage.max()


@feature(
    "cycle_days",
    basis="journey",
    over="cycles",
    unit="days",
    label="Days of a cycle",
    definition=(
        "Mean days between all orders before the origin, from three on, without a gap "
        "of over 3 cycles that the last one ended; else the shop's median in the "
        "window. A day at least."
    ),
    direction="less",
    role="descriptor",
)
def cycle_days(cycles: ir.Table, window: Window) -> ir.Value:
    """Give the rhythm that the stages are measured in."""
    return cycles.cycle.max() / DAY


@feature(
    "cycles_since_last",
    basis="journey",
    over="cycles",
    unit="cycles",
    label="Cycles since the last order",
    definition="Days since the last order before the origin over days of a cycle.",
    direction="less",
    role="descriptor",
)
def cycles_since_last(cycles: ir.Table, window: Window) -> ir.Value:
    """Above 1 an order is due."""
    return cycles.waited.max() / cycles.cycle.max()


@feature(
    "gap_cycles",
    basis="journey",
    over="cycles",
    unit="cycles",
    label="Cycles without an order before the last one",
    definition=(
        "Days between the last two orders before the origin over the cycle of the "
        "orders before that gap, the shop's where they are fewer than three."
    ),
    direction="less",
    role="descriptor",
)
def gap_cycles(cycles: ir.Table, window: Window) -> ir.Value:
    """Above 3 the customer was gone and has come back."""
    return cycles.gap.max() / cycles.gap_cycle.max()


@feature(
    "returned_after_gap",
    basis="journey",
    over="cycles",
    unit="yes or no",
    label="Came back with the last order",
    definition="1 if the last order ended a gap of over 3 cycles, else 0.",
    role="descriptor",
)
def returned_after_gap(cycles: ir.Table, window: Window) -> ir.Value:
    """Say whether the last order ended a long gap."""
    return cycles.returned.ifelse(1, 0).max()


def _lately(events: ir.Table, window: Window, names: tuple[str, ...]) -> ir.Value:
    since = window.origin - READY_DAYS * DAY
    return events.count(where=among(events.slug, names) & (events.second >= since))


@feature(
    "product_views",
    basis="journey",
    over="events",
    unit="views",
    label="Products looked at lately",
    definition="Product pages viewed in the last 30 days of the window.",
    direction="more",
    needs=("event",),
    role="descriptor",
    empty=0,
    events=PRODUCT_VIEWS,
)
def product_views(events: ir.Table, window: Window) -> ir.Value:
    """Count views of products."""
    return _lately(events, window, PRODUCT_VIEWS)


@feature(
    "carts",
    basis="journey",
    over="events",
    unit="additions",
    label="Products put into the cart lately",
    definition="Additions to the cart in the last 30 days of the window.",
    direction="more",
    needs=("event",),
    role="descriptor",
    empty=0,
    events=CARTS,
)
def carts(events: ir.Table, window: Window) -> ir.Value:
    """Count additions to the cart."""
    return _lately(events, window, CARTS)


@feature(
    "cart_rate",
    basis="journey",
    over="events",
    unit="ratio",
    label="Additions to the cart per product looked at",
    definition=(
        "Additions to the cart over product pages viewed, in the last 30 days of the "
        "window; without a view it is not known."
    ),
    direction="more",
    needs=("event",),
    role="descriptor",
    events=CARTS,
)
def cart_rate(events: ir.Table, window: Window) -> ir.Value:
    """Divide additions by views."""
    seen = _lately(events, window, PRODUCT_VIEWS)
    return _lately(events, window, CARTS) / seen.nullif(0)


@feature(
    "questions_asked",
    basis="journey",
    over="events",
    unit="questions",
    label="Questions asked before buying, lately",
    definition=(
        "Questions about products and other leads in the last 30 days of the window; "
        "tickets and chats are counted apart."
    ),
    direction="more",
    needs=("event",),
    role="descriptor",
    empty=0,
    events=QUESTIONS,
)
def questions_asked(events: ir.Table, window: Window) -> ir.Value:
    """Count questions."""
    return _lately(events, window, QUESTIONS)


@feature(
    "chat_requests",
    basis="journey",
    over="events",
    unit="chats",
    label="Chats begun lately",
    definition="Chats begun in the last 30 days of the window.",
    needs=("event",),
    role="descriptor",
    empty=0,
    events=CHATS,
)
def chat_requests(events: ir.Table, window: Window) -> ir.Value:
    """Count chats."""
    return _lately(events, window, CHATS)


@feature(
    "days_since_last_visit",
    basis="journey",
    over="event_history",
    unit="days",
    label="Days since the last visit",
    definition="Days from the last visit of website or app before the origin to it.",
    direction="less",
    needs=("event",),
    role="descriptor",
    events=VISITS,
)
def days_since_last_visit(events: ir.Table, window: Window) -> ir.Value:
    """Count from the last visit to the origin."""
    last = events.second.max(where=among(events.slug, VISITS))
    return (window.origin - last) / DAY
