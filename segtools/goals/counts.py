"""What the data holds before the origin, and whether that can be segmented at all."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd

from segtools.config import RunConfig
from segtools.features.shop import Shop
from segtools.prepare.clean import kept_rows, reasoned
from segtools.prepare.merge import merge_tables
from segtools.schema import DataError
from segtools.timezones import epoch, instant


def survey(shop: Shop) -> dict[str, Any]:
    """Count what the data holds before the origin, in one pass.

    Returns
    -------
    dict
        ``customers``, ``orders``, ``revenue`` and ``returned`` (text, to the cent;
        revenue counts returns as the policy says), ``first`` and ``last`` order (ISO,
        UTC), and ``variety``: standard deviation over mean of spend per customer.
    """
    per = _by_customer(shop)
    row = per.aggregate(
        customers=per.count(),
        orders=per.orders.sum(),
        revenue=per.spend.sum(),
        returned=per.returned.sum(),
        first=per["first"].min(),
        last=per["last"].max(),
        low=per.low.min(),
        high=per.high.max(),
        mean=per.spend.cast("float64").mean(),
        spread=per.spend.cast("float64").std(how="pop"),
    )
    row = row.to_pandas().iloc[0]
    return {
        "customers": int(row["customers"]),
        "orders": int(row["orders"]),
        "revenue": _money(row["revenue"]),
        "returned": _money(row["returned"]),
        "first": pd.Timestamp(row["first"]).isoformat(),
        "last": pd.Timestamp(row["last"]).isoformat(),
        "amounts": 1 if row["low"] == row["high"] else 2,
        "variety": _variety(float(row["spread"]), float(row["mean"])),
    }


def _by_customer(shop: Shop) -> ir.Table:
    orders = shop.orders()
    counts = ~orders.is_return if shop.returns == "separate" else ibis.literal(True)
    return orders.group_by("customer_id").aggregate(
        orders=(~orders.is_return).sum(),
        spend=orders.amount.sum(where=counts),
        returned=orders.amount.sum(where=orders.is_return),
        first=orders.ordered_at.min(),
        last=orders.ordered_at.max(),
        low=orders.amount.min(where=~orders.is_return),
        high=orders.amount.max(where=~orders.is_return),
    )


def _money(value: Any) -> str:
    return str(Decimal(0) if pd.isna(value) else value)


def _variety(spread: float, mean: float) -> float:
    return round(spread / mean, 4) if mean > 0 else 0.0


def typed_shop(tables: dict[str, ir.Table], config: RunConfig, origin: int) -> Shop:
    """Make a shop of rows that pass every rule but those that compare rows."""
    judged = {n: reasoned(t, n, config, origin) for n, t in tables.items()}
    return Shop.of(merge_tables({n: kept_rows(t) for n, t in judged.items()}), config)


def refuse_base(counted: dict[str, Any], config: RunConfig) -> None:
    """Refuse data in which no segment could ever be told from another.

    Raises
    ------
    DataError
        With a single customer, where nobody ordered within the window, where all
        orders are returns, or where every order has the same amount although the goal
        is about spend.
    """
    if counted["customers"] < 2:
        raise DataError(
            "orders must come from at least 2 customers, but there is only "
            f"{counted['customers']} before {config.as_of}. "
            "Check the column mapped to customer_id, or load more data."
        )
    last = pd.Timestamp(counted["last"], tz="UTC").timestamp()
    days = (epoch(instant(str(config.as_of), str(config.timezone))) - last) / 86_400
    if days > config.window_days:
        raise DataError(
            f"as_of must have orders in the {config.window_days} days before it, but "
            f"the last one is {days:,.0f} days older than {config.as_of}. Give an "
            "earlier as_of, a larger window_days, or later data."
        )
    if counted["orders"] == 0:
        raise DataError(
            "amount must be above zero for some orders, but all are returns. Check the "
            "column mapped to amount and its sign: returns are negative."
        )
    if config.goal == "grow_spend" and counted["amounts"] == 1:
        raise DataError(
            f"amount must differ between orders for the goal grow_spend, but all "
            f"{counted['orders']:,} orders have the same. Check the column mapped to "
            "amount; if the price really is one, set goal: keep_customers."
        )
