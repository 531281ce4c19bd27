"""Do the tables agree with each other? Orders are held against their lines."""

from __future__ import annotations

from typing import Any

import ibis.expr.types as ir

from segtools.languages import tr

TOLERANCE = 0.01


def compare_orders_and_lines(tables: dict[str, ir.Table]) -> list[dict[str, Any]]:
    """Count the orders whose amount differs from the sum of their lines.

    Parameters
    ----------
    tables : dict of ibis Tables
        Kept tables; nothing is compared unless both have an ``order_id``.

    Returns
    -------
    list of dict
        Empty, or one entry like those that log a change; nothing is changed, since
        orders rule money and lines rule products.
    """
    both = [tables.get(name) for name in ("orders", "order_lines")]
    if any(t is None or "order_id" not in t.columns for t in both):
        return []
    keys = ["customer_id", "order_id"]
    # Purchases alone: many exports know an order's refund, but not its goods.
    sums = [_totals(t, keys) for t in both if t is not None]
    joined = sums[0].inner_join(sums[1], keys)
    apart = (joined.total - joined.total_right).abs() > TOLERANCE
    rows = int(joined.filter(apart).count().execute())
    if rows == 0:
        return []
    sentence = tr(
        "Orders differ from the sum of their lines; the orders' amounts are used."
    )
    return [
        {
            "table": "orders",
            "change": "orders_and_lines_differ",
            "rows": rows,
            "sentence": sentence,
        }
    ]


def _totals(table: ir.Table, keys: list[str]) -> ir.Table:
    bought = table.filter(table.order_id.notnull(), ~table.is_return)
    return bought.group_by(keys).aggregate(total=bought.amount.sum())
