"""Loyalty: how long, how steadily and to how few places a customer comes."""

from __future__ import annotations

import ibis.expr.types as ir

from segtools.features.catalogue import Window, feature
from segtools.timezones import DAY


@feature(
    "active_weeks_share",
    basis="loyalty",
    unit="share",
    label="Weeks with an order",
    definition="Share of the window's whole 7-day periods, counted back from the "
    "origin, with at least one order.",
    direction="more",
)
def active_weeks_share(orders: ir.Table, window: Window) -> ir.Value:
    """Steadiness: distinct weeks with an order over weeks in the window."""
    weeks = max(window.days // 7, 1)
    week = (window.origin - 1 - orders.second) // (7 * DAY)
    return week.nunique(where=week < weeks) / weeks


@feature(
    "n_stores",
    basis="loyalty",
    unit="stores",
    label="Stores visited",
    definition="Distinct stores of the orders in the window.",
    needs=("store_id",),
)
def n_stores(orders: ir.Table, window: Window) -> ir.Value:
    """Count the stores a customer spreads over."""
    return orders.store_id.nunique()
