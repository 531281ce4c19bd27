"""From orders to purchase histories: one row per customer, counted in the engine."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from segtools.timezones import DAY, local_seconds, offsets


def purchase_history(
    history: ir.Table, origin: int, *, timezone: str = "UTC"
) -> ir.Table:
    """Count each customer's purchases before an origin, in whole local days.

    All that a customer orders on one local day is one purchase.

    Parameters
    ----------
    history : ibis Table
        One row per order, with ``customer_id``, ``amount`` and ``ordered_at`` or
        ``second`` (UTC), such as the view ``history`` of `views`.
    origin : int
        UTC seconds; orders from then on are set aside.
    timezone : str, default="UTC"
        IANA name of the shop's zone.

    Returns
    -------
    ibis Table
        ``customer_id``, ``frequency`` (purchases after the first day), ``recency``
        (days from the first purchase to the last one), ``age`` (days from the first
        purchase to the last day before `origin`) and ``monetary`` (mean value of
        the purchases after the first day; null where there are none).

    Examples
    --------
    >>> import ibis
    >>> import pandas as pd
    >>> orders = pd.DataFrame(
    ...     {"customer_id": "ann", "amount": [9.0, 4.0, 2.0, 7.0], "second": 0}
    ... ).assign(second=[0, 5 * 86400, 5 * 86400 + 60, 8 * 86400])
    >>> counted = purchase_history(ibis.memtable(orders), 11 * 86400)
    >>> counted.drop("customer_id").to_pandas().to_numpy().tolist()
    [[2.0, 8.0, 10.0, 6.5]]
    """
    zone = offsets(timezone, 0, origin + DAY)
    days = _purchase_days(history, origin, zone)
    firsts = days.group_by("customer_id").aggregate(first_day=days.day.min())
    known = days.join(firsts, "customer_id")
    later = (known.day > known.first_day).ifelse(known.amount, 0)
    counted = known.group_by("customer_id", "first_day").aggregate(
        frequency=known.count() - 1, last_day=known.day.max(), later=later.sum()
    )
    # What the origin's midnight ends is the day before it.
    end = _local_day(ibis.literal(origin - 1, type="int64"), zone)
    return counted.select(
        "customer_id",
        frequency=counted.frequency.cast("int64"),
        recency=(counted.last_day - counted.first_day).cast("int64"),
        age=(end - counted.first_day).cast("int64"),
        monetary=counted.later.cast("float64") / counted.frequency.nullif(0),
    )


def _purchase_days(
    history: ir.Table, origin: int, zone: list[tuple[int, int]]
) -> ir.Table:
    """Sum each customer's orders by local day."""
    if "second" not in history.columns:
        second = history.ordered_at.truncate("s").epoch_seconds()
        history = history.mutate(second=second)
    early = history.filter(history.second < origin)
    timed = early.mutate(day=_local_day(early.second, zone))
    return timed.group_by("customer_id", "day").aggregate(amount=timed.amount.sum())


def _local_day(second: ir.Value, zone: list[tuple[int, int]]) -> ir.Value:
    return (local_seconds(second, zone) // DAY).cast("int64")
