"""Rules that compare rows; they see only rows before the origin that still stand."""

from __future__ import annotations

from collections.abc import Callable

import ibis
import ibis.expr.types as ir

from segtools.config import RunConfig
from segtools.prepare.campaigns import mark_sendings
from segtools.prepare.equal import suspects
from segtools.prepare.ledger import order_key
from segtools.prepare.settle import ADDED
from segtools.schema import MONEY, ORDER_TABLES, contract_of
from segtools.sources import MACHINERY

HUGE_QUANTILE = 0.99
_OURS = {*MACHINERY, *ADDED, "clipped"}


def compare_rows(
    judged: ir.Table, name: str, config: RunConfig, *, equal_is_meant: bool = False
) -> ir.Table:
    """Apply every rule that compares rows, one after the other.

    Parameters
    ----------
    judged : ibis Table
        Settled rows with ``reason``; null is what still stands.
    name : str
        The table's name.
    config : RunConfig
        The cleaning decisions.
    equal_is_meant : bool, default=False
        Equal rows are no duplicates: the source marks those itself.

    Returns
    -------
    ibis Table
        With ``clipped``, and more rows with a reason.
    """
    contract = contract_of(name)
    steps: list[Callable[[ir.Table], ir.Table]] = []
    if contract.key:
        rule = "merged" if ":" in name else "twice"
        steps.append(lambda t: mark_twice(t, contract.key or "", rule))
    elif config.duplicates == "drop" and not equal_is_meant:
        steps.append(mark_duplicates)
    if name.partition(":")[0] in ORDER_TABLES:
        if config.unmatched_returns == "drop":
            steps.append(mark_unmatched)
        if config.huge_orders != "keep":
            steps.append(lambda t: settle_huge(t, config))
    if name.partition(":")[0] == "campaigns":
        steps.append(mark_sendings)
    for step in steps:
        judged = step(judged)
    if "clipped" not in judged.columns:
        judged = judged.mutate(clipped=ibis.literal(False))
    return judged


def own_columns(table: ir.Table) -> list[str]:
    """List the columns that come from the source, in the order of their names."""
    return sorted(c for c in table.columns if c not in _OURS)


def mark_duplicates(judged: ir.Table) -> ir.Table:
    """Mark all but one of several equal rows; which one does not matter."""
    # As good as always no two rows are equal, and hashes find that out at little
    # cost; only what is left is compared itself, and only with rows that stand.
    found = suspects(judged, own_columns(judged))
    if found is None:
        return judged
    suspect = judged.reason.isnull() & found.among(judged)
    if "place" in judged.columns:
        return _marked_by_place(judged, judged.filter(suspect))
    some, rest = judged.filter(suspect), judged.filter(~suspect)
    some = some.mutate(number=_number(some))
    label = (some.number > 0).ifelse(ibis.literal("duplicate"), some.reason)
    some = some.mutate(reason=label).drop("number")
    return rest.union(some.select(*rest.columns))


def _marked_by_place(judged: ir.Table, suspects: ir.Table) -> ir.Table:
    """Mark duplicates by where they stand, so that no later look compares again."""
    numbered = suspects.mutate(number=_number(suspects))
    extra = numbered.filter(numbered.number > 0).select("place")
    found = extra.to_pandas()
    if found.empty:
        return judged
    places = ibis.memtable(found, schema=extra.schema())
    hit = judged.place.isin(places.place)
    return judged.mutate(reason=hit.ifelse(ibis.literal("duplicate"), judged.reason))


def _number(rows: ir.Table) -> ir.Value:
    """Count equal rows from 0 on."""
    # Rows are compared as they are kept, or cleaning again would find more: of a
    # return noted as 5 and as -5 the one that needed no turning stays.
    own = [rows[c] for c in own_columns(rows)]
    return ibis.row_number().over(group_by=own, order_by=[rows.turned])


def mark_twice(judged: ir.Table, key: str, rule: str) -> ir.Table:
    """Mark whoever stands twice, all but the first in the order of content."""
    order = [judged[c] for c in own_columns(judged)]
    # Rows that have a reason already do not take the place of one that stands.
    number = ibis.row_number().over(
        group_by=[judged[key], judged.reason.isnull()], order_by=order
    )
    again = (number > 0) & judged.reason.isnull()
    label = again.ifelse(ibis.literal(rule), judged.reason)
    return judged.mutate(reason=label)


def with_original(table: ir.Table) -> ir.Table:
    """Say of each return whether the order that it undoes is there, before it.

    Returns
    -------
    ibis Table
        With ``matched_return``: true, false, or null for what is no return. Without
        order ids no return can be matched.
    """
    if "order_id" not in table.columns:
        none = table.is_return.ifelse(False, ibis.null("boolean"))
        return table.mutate(matched_return=none)
    undone = table.order_id
    if "returned_order_id" in table.columns:
        undone = table.returned_order_id.coalesce(table.order_id)
    bought = table.filter(~table.is_return)
    first = bought.group_by("customer_id", undone=bought.order_id).aggregate(
        bought_at=bought.ordered_at.min()
    )
    keyed = table.mutate(undone=undone)
    joined = keyed.left_join(first, ["customer_id", "undone"])
    found = (joined.bought_at <= joined.ordered_at).fill_null(False)
    matched = joined.is_return.ifelse(found, ibis.null("boolean"))
    return joined.mutate(matched_return=matched).select(
        *table.columns, "matched_return"
    )


def mark_unmatched(judged: ir.Table) -> ir.Table:
    """Leave out returns whose order is not in the data, or comes only later."""
    standing = with_original(judged.filter(judged.reason.isnull()))
    lost = (~standing.matched_return).fill_null(False)
    label = lost.ifelse(ibis.literal("unmatched_return"), standing.reason)
    rest = judged.filter(judged.reason.notnull())
    return rest.union(standing.mutate(reason=label).select(*rest.columns))


def order_totals(rows: ir.Table) -> ir.Table:
    """Sum purchases by customer and order: ``customer_id``, ``key``, ``total``."""
    keyed = rows.mutate(key=order_key(rows)).filter(~rows.is_return)
    return keyed.group_by("customer_id", "key").aggregate(total=keyed.amount.sum())


def huge_limit(totals: ir.Table, times: float) -> float | None:
    """Give the amount above which an order is huge, from all orders that stand."""
    found = totals.aggregate(q=totals.total.cast("float64").quantile(HUGE_QUANTILE))
    quantile = found.to_pandas()["q"].iloc[0]
    return None if quantile != quantile or quantile is None else float(quantile) * times


def settle_huge(judged: ir.Table, config: RunConfig) -> ir.Table:
    """Leave out orders far above all others, or cut them down to the limit."""
    standing = judged.filter(judged.reason.isnull())
    totals = order_totals(standing)
    limit = huge_limit(totals, config.huge_times)
    huge = totals.filter(totals.total > (limit or 0))
    if limit is None or int(huge.count().execute()) == 0:
        return judged
    keyed = standing.mutate(key=order_key(standing))
    joined = keyed.left_join(huge, ["customer_id", "key"])
    hit = joined.total.notnull() & ~joined.is_return
    if config.huge_orders == "drop":
        label = hit.ifelse(ibis.literal("huge_order"), joined.reason)
        changed = joined.mutate(reason=label, clipped=ibis.literal(False))
    else:
        share = ibis.literal(round(limit, 4)) / joined.total.cast("float64")
        cut = (joined.amount.cast("float64") * share).cast(MONEY)
        amount = hit.ifelse(cut, joined.amount)
        changed = joined.mutate(amount=amount, clipped=hit)
    rest = judged.filter(judged.reason.notnull()).mutate(clipped=ibis.literal(False))
    return rest.union(changed.select(*rest.columns))
