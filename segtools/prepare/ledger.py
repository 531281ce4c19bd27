"""From kept rows to the ledger: one row per order, and one per return."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from segtools.schema import MONEY


def order_key(table: ir.Table) -> ir.Value:
    """Give what identifies an order within a customer.

    Without an order id, everything a customer buys at one instant is one order.
    """
    instant = ibis.literal("at ") + table.ordered_at.epoch_seconds().cast("string")
    if "order_id" not in table.columns:
        return instant
    return table.order_id.fill_null(instant)


def build_orders(tables: dict[str, ir.Table]) -> ir.Table:
    """Group kept rows into orders; a return stands for itself, at its own time.

    Parameters
    ----------
    tables : dict of ibis Tables
        Kept ``orders`` and/or ``order_lines``; where both are there, orders rule
        money and lines rule products.

    Returns
    -------
    ibis Table
        One row per customer and order, and one per customer, order and instant of
        returns (``is_return``): ``ordered_at`` (the order's earliest, UTC),
        ``amount``, ``discount``, ``coupon_discount``, ``n_lines``, ``store_id``,
        ``channel``. A money or text column that no source row has is null throughout.
    """
    rows = tables.get("orders", tables.get("order_lines"))
    if rows is None:
        raise KeyError("orders or order_lines")
    # Goods of one order may come back on several days; each counts on its own.
    returned_at = ibis.ifelse(rows.is_return, rows.ordered_at, None)
    keyed = rows.mutate(order_id=order_key(rows), returned_at=returned_at)
    money = {c: _sum(keyed, c) for c in ("amount", "discount", "coupon_discount")}
    text = {c: _first(keyed, c) for c in ("store_id", "channel", "currency")}
    grouped = keyed.group_by("customer_id", "order_id", "is_return", "returned_at")
    return grouped.aggregate(
        ordered_at=keyed.ordered_at.min(), n_lines=keyed.count(), **money, **text
    ).drop("returned_at")


def _sum(table: ir.Table, column: str) -> ir.Value:
    if column not in table.columns:
        return ibis.null(MONEY)
    return table[column].sum().cast(MONEY)


def _first(table: ir.Table, column: str) -> ir.Value:
    # The smallest of the order's values: the same whatever the order of the rows.
    return table[column].min() if column in table.columns else ibis.null("string")
