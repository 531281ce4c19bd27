"""A view of one row a customer: how the wait since the last order stands to the cycle.

A cycle is the mean time between a customer's orders before the origin, from three on;
with fewer it is the shop's: the median over the window of those who ordered twice in
it, and the window where nobody did. A day is the shortest cycle. Orders at one instant
are one moment. A long gap that the latest order has ended is left out of the cycle, or
whoever came back would seem to have all the time in the world.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from segtools.features.derived import paced
from segtools.features.views import Part, Views, view
from segtools.timezones import DAY

# Moments of which a customer's own cycle is made.
OWN_MOMENTS = 3
# Cycles without an order after which a customer counts as gone.
LAPSED_CYCLES = 3


@view("cycles", table="orders", looks="all")
@view("waits", table="orders", looks="all")
def _cycles(at: Views) -> Part:
    return Part("cycles", at.base("cycles", lambda: cycles(at)))


def cycles(at: Views) -> ir.Table:
    """Give one row for each customer with an order before the origin.

    Parameters
    ----------
    at : Views
        Cut at the origin.

    Returns
    -------
    ibis Table
        ``customer_id``, ``orders``, ``orders_in_window``, and in whole seconds
        ``waited`` (since the last order), ``known`` (since the first), ``gap`` (before
        the last order; null with one moment), ``gap_cycle`` (the cycle that the gap
        is held against: that of the orders before it), ``cycle`` and ``returned``
        (the last order ended a gap of more than `LAPSED_CYCLES` such cycles). Of the
        window alone ``span`` (first to last order), ``gaps`` (orders less one), and
        of everyone with a gap in it ``all_span`` and ``all_gaps``.
    """
    people = _moments(at)
    joined = people.cross_join(_everyone(people, at.window.days * DAY))
    whole = _pace(joined.last - joined.first, joined.moments, joined.typical)
    earlier = _pace(joined.before - joined.first, joined.moments - 1, joined.typical)
    gap = joined["last"] - joined.before
    returned = (gap > LAPSED_CYCLES * earlier).fill_null(False)
    return joined.select(
        "customer_id",
        "orders",
        "orders_in_window",
        waited=at.window.origin - joined["last"],
        known=at.window.origin - joined["first"],
        gap=gap,
        gap_cycle=earlier,
        returned=returned,
        cycle=ibis.ifelse(returned, earlier, whole),
        span=joined.span,
        gaps=joined.gaps,
        all_span=joined.all_span,
        all_gaps=joined.all_gaps,
    )


def _moments(at: Views) -> ir.Table:
    """Sum up each customer's orders and moments."""
    rows = paced(at)
    # Of the orders at one instant the first stands for the moment.
    new = (rows.before < rows.second).fill_null(True)
    people = rows.group_by("customer_id").aggregate(
        first=rows.second.min(),
        last=rows.second.max(),
        before=rows.before.max(where=new),
        moments=rows.count(where=new),
        orders=rows.count(),
        orders_in_window=rows.count(where=rows.in_window),
        moments_in_window=rows.count(where=rows.in_window & new),
        first_in_window=rows.second.min(where=rows.in_window),
    )
    return people.mutate(
        span=people["last"] - people.first_in_window, gaps=people.orders_in_window - 1
    )


def _everyone(people: ir.Table, window: int) -> ir.Table:
    twice = people.moments_in_window > 1
    own = (people.span // (people.moments_in_window - 1).nullif(0)).cast("int64")
    own = ibis.ifelse(twice, own, ibis.null("int64"))
    # Whole seconds: engines round the half between two middle ones differently.
    middle = own.median().floor().cast("int64")
    # Sums of seconds and of gaps are exact, a mean of means would not be.
    return people.aggregate(
        typical=middle.fill_null(window),
        all_span=people.span.sum(where=people.gaps > 0),
        all_gaps=people.gaps.sum(where=people.gaps > 0),
    )


def _pace(span: ir.Value, moments: ir.Value, typical: ir.Value) -> ir.Value:
    """Give the mean seconds between moments, the shop's where there are too few."""
    own = (span // (moments - 1).nullif(0)).cast("int64")
    cycle = ibis.ifelse(moments >= OWN_MOMENTS, own, typical)
    return ibis.ifelse(cycle < DAY, DAY, cycle)
