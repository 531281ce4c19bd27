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


def build_orders(
    tables: dict[str, ir.Table],
    *,
    net_against: str = "customer",
    cancellations: str = "drop",
    rows_are_orders: bool = False,
) -> ir.Table:
    """Group kept rows into orders; a return stands for itself, at its own time.

    Parameters
    ----------
    tables : dict of ibis Tables
        Kept ``orders`` and/or ``order_lines``; where both are there, orders rule
        money and lines rule products.
    net_against : {"customer", "order"}, default="customer"
        ``order``: a return whose order is there lowers that order instead of
        standing for itself; an order of which nothing is left is gone.
    cancellations : {"drop", "return", "keep"}, default="drop"
        ``return``: a cancelled order counts as bought, and as returned when it was
        cancelled. (Dropped ones are no longer in the tables.)
    rows_are_orders : bool, default=False
        No two rows of ``orders`` belong together (as `each_row_an_order` finds), so
        that none has to be grouped.

    Returns
    -------
    ibis Table
        One row per customer and order, and one per customer, order and instant of
        returns (``is_return``): ``ordered_at`` (the order's earliest, UTC),
        ``amount``, ``discount``, ``coupon_discount``, ``cost`` (known where it is of
        every row), ``n_lines``, ``store_id``, ``channel``. A money or text column that
        no source row has is null throughout.
    """
    rows = tables.get("orders", tables.get("order_lines"))
    if rows is None:
        raise KeyError("orders or order_lines")
    if cancellations == "return" and "cancelled_at" in rows.columns:
        rows = _with_cancelled(rows)
    undone = _undone(rows) if net_against == "order" else ibis.null("string")
    # Goods of one order may come back on several days; each counts on its own.
    returned_at = ibis.ifelse(rows.is_return, rows.ordered_at, None)
    keyed = rows.mutate(
        order_id=order_key(rows), returned_at=returned_at, undone=undone
    )
    money = {c: _sum(keyed, c) for c in ("amount", "discount", "coupon_discount")}
    money["cost"] = _cost(keyed)
    text = {c: _first(keyed, c) for c in ("store_id", "channel", "currency")}
    if rows_are_orders and "orders" in tables:
        own = {c: _own(keyed, c) for c in (*money, *text)}
        orders = keyed.mutate(n_lines=ibis.literal(1), **own).drop("returned_at")
        return _netted(orders) if net_against == "order" else orders.drop("undone")
    # Whether it is a return is known by when it came back: one key less to compare.
    keys = ["customer_id", "order_id", "returned_at"]
    keys += ["undone"] if net_against == "order" else []
    grouped = keyed.group_by(*keys).aggregate(
        ordered_at=keyed.ordered_at.min(), n_lines=keyed.count(), **money, **text
    )
    kept = [c for c in grouped.columns if c != "returned_at"]
    orders = grouped.select(*kept, is_return=grouped.returned_at.notnull())
    return _netted(orders) if net_against == "order" else orders


def _with_cancelled(rows: ir.Table) -> ir.Table:
    """Add for each cancelled row its return, at the time of cancellation."""
    gone = rows.filter(rows.cancelled_at.notnull(), ~rows.is_return)
    money = [c for c in ("amount", "cost") if c in rows.columns]
    back = gone.mutate(
        ordered_at=gone.cancelled_at,
        is_return=ibis.literal(True),
        **{c: (-gone[c]).cast(MONEY) for c in money},
    )
    return rows.union(back.select(*rows.columns))


def _undone(rows: ir.Table) -> ir.Value:
    """Give the order that a return undoes; null for purchases and without an id."""
    if "order_id" not in rows.columns:
        return ibis.null("string")
    order = rows.order_id
    if "returned_order_id" in rows.columns:
        order = rows.returned_order_id.coalesce(order)
    return rows.is_return.ifelse(order, ibis.null("string"))


def _netted(orders: ir.Table) -> ir.Table:
    """Let returns lower their orders; what has no order to lower stays a return."""
    bought = orders.filter(~orders.is_return).drop("undone")
    back = orders.filter(orders.is_return)
    # A return before its order undoes another one that we do not have.
    bought_at = bought.select("customer_id", undone="order_id", bought_at="ordered_at")
    found = back.left_join(bought_at, ["customer_id", "undone"])
    found = found.mutate(hit=(found.bought_at <= found.ordered_at).fill_null(False))
    lost = found.filter(~found.hit).select(*bought.columns)
    hits = found.filter(found.hit)
    lowered = hits.group_by("customer_id", "undone").aggregate(
        back=hits.amount.sum(), cost_back=_cost(hits)
    )
    lowered = lowered.rename(order_id="undone")
    joined = bought.left_join(lowered, ["customer_id", "order_id"])
    net = (joined.amount + joined.back.fill_null(0)).cast(MONEY)
    # Of an order that came back at an unknown cost, what is left has an unknown one.
    cost = joined.back.isnull().ifelse(joined.cost, joined.cost + joined.cost_back)
    left = joined.mutate(amount=net, cost=cost.cast(MONEY))
    left = left.filter(joined.back.isnull() | (net > 0))
    return left.select(*bought.columns).union(lost)


def each_row_an_order(tables: dict[str, ir.Table]) -> bool:
    """Say whether no two rows of ``orders`` belong to one order.

    Parameters
    ----------
    tables : dict of ibis Tables
        With ``orders``, or the answer is no.
    """
    rows = tables.get("orders")
    if rows is None:
        return False
    keyed = rows.select("customer_id", "is_return", key=order_key(rows))
    twice = keyed.group_by(keyed.columns).aggregate(rows=ibis._.count())
    return twice.filter(twice.rows > 1).limit(1).to_pandas().empty


def _own(table: ir.Table, column: str) -> ir.Value:
    money = ("amount", "discount", "coupon_discount", "cost")
    kind = MONEY if column in money else "string"
    return table[column] if column in table.columns else ibis.null(kind)


def _sum(table: ir.Table, column: str) -> ir.Value:
    if column not in table.columns:
        return ibis.null(MONEY)
    return table[column].sum().cast(MONEY)


def _cost(table: ir.Table) -> ir.Value:
    """Sum costs; a sum of which one is unknown is unknown."""
    if "cost" not in table.columns:
        return ibis.null(MONEY)
    known = table.cost.count() == table.count()
    return known.ifelse(table.cost.sum(), ibis.null(MONEY)).cast(MONEY)


def _first(table: ir.Table, column: str) -> ir.Value:
    # The smallest of the order's values: the same whatever the order of the rows.
    return table[column].min() if column in table.columns else ibis.null("string")
