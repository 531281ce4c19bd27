"""Do the tables agree with each other and with themselves? One currency, one sum."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from segtools.schema import DataError

TOLERANCE = 0.01


def refuse_currencies(name: str, kept: ir.Table) -> None:
    """Refuse amounts in several currencies: added up, they would mean nothing.

    Parameters
    ----------
    name : str
        The table.
    kept : ibis Table
        Its kept rows.

    Raises
    ------
    DataError
        If ``currency`` has more than one value.
    """
    if "currency" not in kept.columns:
        return
    known = kept.filter(kept.currency.notnull())
    counted = known.group_by("currency").aggregate(rows=ibis._.count())
    found = counted.order_by("currency").limit(5).to_pandas()
    if len(found) > 1:
        rows = zip(found["currency"], found["rows"], strict=True)
        listed = ", ".join(f"{c} ({n:,} rows)" for c, n in rows)
        raise DataError(
            f"{name} must be in one currency, but it holds {listed}. "
            "Convert the amounts first, or run each currency by itself."
        )


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
    sums = [
        t.filter(t.order_id.notnull()).group_by(keys).aggregate(total=t.amount.sum())
        for t in both
        if t is not None
    ]
    joined = sums[0].inner_join(sums[1], keys)
    apart = (joined.total - joined.total_right).abs() > TOLERANCE
    rows = int(joined.filter(apart).count().execute())
    if rows == 0:
        return []
    sentence = (
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
