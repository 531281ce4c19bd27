"""Loyalty: how long, how steadily and to how few places a customer comes."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from segtools.features.baskets import top_share
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
    over="stores",
    unit="stores",
    label="Stores visited",
    definition="Distinct stores of the orders in the window.",
    needs=("store_id",),
)
def n_stores(stores: ir.Table, window: Window) -> ir.Value:
    """Count the stores a customer spreads over."""
    return stores.store_id.count()


@feature(
    "tenure_days",
    basis="loyalty",
    over="history",
    unit="days",
    label="Days since the first order",
    definition="Days from the first order in the data to the origin.",
    direction="more",
    role="descriptor",
)
def tenure_days(history: ir.Table, window: Window) -> ir.Value:
    """Count from the first order to the origin."""
    return (window.origin - history.second.min()) / DAY


@feature(
    "orders_lifetime",
    basis="loyalty",
    over="history",
    unit="orders",
    label="Orders ever",
    definition="Orders before the origin, as far back as the data goes.",
    direction="more",
    role="descriptor",
)
def orders_lifetime(history: ir.Table, window: Window) -> ir.Value:
    """Count all orders."""
    return history.count()


# Known for a day, a customer has not ordered 365 times a year.
_AT_FIRST = 60


@feature(
    "orders_per_year",
    basis="loyalty",
    over="history",
    unit="orders",
    label="Orders per year",
    definition="Orders before the origin, as far back as the data goes, over the time "
    "since the first of them and 60 days more, times 365 days.",
    direction="more",
)
def orders_per_year(history: ir.Table, window: Window) -> ir.Value:
    """Give the long-run pace, which a window alone tells badly of who comes rarely."""
    known = (window.origin - history.second.min()) / DAY + _AT_FIRST
    return history.count() / known * 365


@feature(
    "is_repeat",
    basis="loyalty",
    unit="yes or no",
    label="Ordered more than once",
    definition="1 with two or more orders in the window, 0 with one.",
    direction="more",
    role="descriptor",
)
def is_repeat(orders: ir.Table, window: Window) -> ir.Value:
    """Say whether there was a second order."""
    return ibis.ifelse(orders.count() >= 2, 1, 0)


@feature(
    "active_months_share",
    basis="loyalty",
    unit="share",
    label="Months with an order",
    definition="Share of the window's whole 30-day periods, counted back from the "
    "origin, with at least one order.",
    direction="more",
    role="descriptor",
)
def active_months_share(orders: ir.Table, window: Window) -> ir.Value:
    """Steadiness in months, for what is not bought weekly."""
    months = max(window.days // 30, 1)
    month = (window.origin - 1 - orders.second) // (30 * DAY)
    return month.nunique(where=month < months) / months


@feature(
    "longest_gap_days",
    basis="loyalty",
    over="steps",
    unit="days",
    label="Longest time between orders",
    definition="Most days between two consecutive orders in the window; NULL with "
    "fewer than 2 orders.",
    direction="less",
    role="descriptor",
)
def longest_gap_days(steps: ir.Table, window: Window) -> ir.Value:
    """Give the longest absence that ended."""
    return steps.gap.max() / DAY


@feature(
    "top_store_share",
    basis="loyalty",
    over="store_orders",
    unit="share",
    label="Orders at the favourite store",
    definition="Share of the orders in the window whose store is known that were made "
    "at the store with most of them.",
    needs=("store_id",),
    role="descriptor",
)
def top_store_share(store_orders: ir.Table, window: Window) -> ir.Value:
    """Say how loyal somebody is to one store."""
    return top_share(store_orders.orders)


@feature(
    "n_brands",
    basis="loyalty",
    over="brands",
    unit="brands",
    label="Brands bought",
    definition="Distinct brands bought in the window.",
    needs=("brand",),
    role="descriptor",
)
def n_brands(brands: ir.Table, window: Window) -> ir.Value:
    """Count the brands a customer spreads over."""
    return brands.brand.count()


@feature(
    "top_brand_share",
    basis="loyalty",
    over="brand_spend",
    unit="share",
    label="Spend on the favourite brand",
    definition="Spend in the window on the brand with most of it over spend on all "
    "known brands.",
    needs=("brand",),
    role="descriptor",
)
def top_brand_share(brand_spend: ir.Table, window: Window) -> ir.Value:
    """Say how loyal somebody is to one brand."""
    return top_share(brand_spend.spend)
