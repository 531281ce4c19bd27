"""Behaviour: what comes back."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from segtools.features.catalogue import Window, feature


@feature(
    "n_returns",
    basis="behaviour",
    over="movements",
    unit="returns",
    label="Returns",
    definition="Returns in the window that stand for themselves, each order and day of "
    "return once; one that was netted against its order is none.",
    direction="less",
    role="descriptor",
    empty=0,
)
def n_returns(movements: ir.Table, window: Window) -> ir.Value:
    """Count returns."""
    return movements.count(where=movements.is_return)


@feature(
    "return_rate",
    basis="behaviour",
    over="movements",
    unit="ratio",
    label="Returns per order",
    definition="Returns over orders in the window; NULL without an order in it.",
    direction="less",
    role="descriptor",
)
def return_rate(movements: ir.Table, window: Window) -> ir.Value:
    """Divide returns by orders."""
    orders = movements.count(where=movements.bought).nullif(0)
    return movements.count(where=movements.is_return) / orders


@feature(
    "return_spend_rate",
    basis="behaviour",
    over="movements",
    unit="ratio",
    label="Money back over money spent",
    definition="Money that came back in the window over money spent on orders in it; "
    "NULL where nothing was spent.",
    direction="less",
    role="descriptor",
)
def return_spend_rate(movements: ir.Table, window: Window) -> ir.Value:
    """Divide amounts of returns by amounts of orders."""
    back = movements.amount.sum(where=movements.is_return).fill_null(0)
    spent = movements.amount.sum(where=movements.bought).cast("float64")
    rate = (0 - back).cast("float64") / spent
    return ibis.ifelse(spent > 0, rate, ibis.null("float64"))
