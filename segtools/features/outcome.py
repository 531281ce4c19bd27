"""What the goal is about: each customer's outcome in the period after an origin."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pandas as pd

from segtools.features.shop import Shop
from segtools.timezones import DAY

UNITS = {
    "grow_spend": "money",
    "keep_customers": "share",
    "win_back": "share",
    "respond_to_campaign": "share",
}
OVERDUE_CYCLES = 2.0


def outcome(shop: Shop, goal: str, origin: int, days: int) -> ir.Table:
    """Give the goal's outcome of every customer who bought in the period.

    What came of campaigns is in `segtools.features.responses`.

    Parameters
    ----------
    shop : Shop
        Kept tables.
    goal : {"grow_spend", "keep_customers", "win_back"}
        Spend sums amounts, the others ask for at least one order.
    origin : int
        First UTC second of the period.
    days : int
        Its length.

    Returns
    -------
    ibis Table
        ``customer_id`` and ``outcome`` (float); everyone else's outcome is 0.
    """
    end = origin + days * DAY
    orders = shop.before(end).orders()
    second = orders.ordered_at.epoch_seconds()
    period = orders.filter(second >= origin)
    if shop.returns == "separate":
        period = period.filter(~period.is_return)
    grouped = period.group_by("customer_id")
    if goal == "grow_spend":
        return grouped.aggregate(outcome=period.amount.sum().cast("float64"))
    bought = (~period.is_return).ifelse(1, 0).max()
    return grouped.aggregate(outcome=bought.cast("float64"))


def judged_on(features: pd.DataFrame, goal: str) -> pd.Series:
    """Say which customers a goal is judged on, from features at the origin.

    Parameters
    ----------
    features : DataFrame
        With ``n_orders``, ``overdue_ratio``, ``interval_days`` and ``recency_days``
        where the goal needs them.
    goal : str
        ``keep_customers`` looks at customers with an order in the window,
        ``win_back`` at those overdue by more than twice their own interval (the
        population's median where they have none), ``grow_spend`` at everyone.
    """
    if goal == "keep_customers":
        return features["n_orders"] > 0
    if goal == "win_back":
        usual = features["interval_days"].fillna(features["interval_days"].median())
        return (features["recency_days"] > OVERDUE_CYCLES * usual).fillna(False)
    return pd.Series(True, index=features.index)


def period_start(shop: Shop) -> ibis.Value:
    """Give the instant of the first kept order, for the length of history."""
    return shop.orders().ordered_at.min()
