"""Views of orders that show what no single order does: gaps, waits, rank, season."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from segtools.features.shop import Shop
from segtools.features.views import Part, Views, view
from segtools.schema import MONEY


def at_least_nothing(money: ir.Value) -> ir.Value:
    """Give money, or 0 where it is negative: nobody has a negative share."""
    return ibis.ifelse(money > 0, money, 0).cast(MONEY)


def product(one: ir.Value, other: ir.Value) -> ir.Value:
    """Multiply money by money, exactly.

    18 and 19 digits are what all engines agree on: with 18 and 18 DuckDB stays at 18
    and overflows, with more than 37 together Spark rounds.
    """
    return one.cast(MONEY) * other.cast("decimal(19, 4)")


@view("steps", table="orders")
def _steps(at: Views) -> Part:
    """Orders in the window, each with the seconds since the one before (or null)."""
    rows = paced(at)
    return Part("paced", rows, rows.in_window)


def paced(at: Views) -> ir.Table:
    """Give all orders before the origin, each with the second of the one before.

    Sorting them is dear, so that all that looks at two orders shares it; ``gap`` is
    null where the one before is not in the window.
    """

    def make() -> ir.Table:
        orders = at["history"]
        own = ibis.window(group_by=orders.customer_id, order_by=orders.second)
        rows = orders.select(
            "customer_id", "second", "in_window", before=orders.second.lag().over(own)
        )
        inside = rows.before >= at.window.start
        gap = ibis.ifelse(inside, rows.second - rows.before, ibis.null("int64"))
        return rows.mutate(gap=gap)

    return at.base("paced", make)


@view("standing", table="orders")
def _standing(at: Views) -> Part:
    """One row a customer: spend in the window and where it stands among all."""

    def make() -> ir.Table:
        ledger = at["ledger"]
        spent = ledger.group_by("customer_id").aggregate(money=ledger.amount.sum())
        spent = spent.mutate(spend=at_least_nothing(spent.money))
        everyone = spent.aggregate(total=spent.spend.sum(), customers=spent.count())
        ranked = spent.mutate(
            less=ibis.rank().over(ibis.window(order_by=spent.spend)),
            equal=spent.count().over(ibis.window(group_by=spent.spend)),
        )
        return ranked.cross_join(everyone)

    return Part("standing", at.base("standing", make))


def _no_country(shop: Shop) -> list[str]:
    return [] if shop.country else ["country"]


@view("calendar", table="orders", lacks=_no_country)
def _calendar(at: Views) -> Part:
    """Orders in the window, with ``before_holiday``, where there are holidays."""
    return at.part("orders")


def _returns_gone(shop: Shop) -> list[str]:
    return ["returns (dropped)"] if shop.returns == "drop" else []


@view("movements", table="orders", lacks=_returns_gone)
def _movements(at: Views) -> Part:
    """Orders and returns in the window, whatever returns count against."""
    every = at.part("history").table
    return Part("every", every, every.in_window & every.amount.notnull())


@view("ledger_history", table="orders", looks="all")
def _ledger_history(at: Views) -> Part:
    """Orders and returns before the origin, as the returns policy says."""
    every = at.part("history").table
    counted = every.amount.notnull()
    if at.shop.returns == "separate":
        counted = counted & every.bought
    return Part("every", every, counted)
