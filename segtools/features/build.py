"""Build one row per customer from the tables as they stood at an origin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import reduce
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from segtools.features.attributes import attribute_features, is_dated
from segtools.features.catalogue import Feature, Window, registered
from segtools.features.event_names import among, slug
from segtools.features.passes import Pass, passes, rows_of
from segtools.features.protected import allowed, refuse_attribute
from segtools.features.shop import Shop
from segtools.features.views import Views, lacking
from segtools.schema import ConfigError, did_you_mean
from segtools.timezones import epoch, instant


def population(shop: Shop, origin: int, *, with_customers: bool) -> ir.Table:
    """List everyone who gets a segment: kept orders before `origin`, and customers.

    Parameters
    ----------
    shop : Shop
        Kept tables.
    origin : int
        UTC seconds.
    with_customers : bool
        Add everyone in ``customers``. Only right at ``as_of`` itself: that table has
        no dates, so at an earlier origin it would know who came later.
    """
    orders = shop.before(origin).orders()
    everyone = orders.select("customer_id")
    if with_customers and "customers" in shop.tables:
        everyone = everyone.union(shop.tables["customers"].select("customer_id"))
    return everyone.distinct()


def variables(
    features: list[Feature],
    also: list[str],
    shop: Shop | None = None,
    reasons: Mapping[str, str] | None = None,
) -> list[Feature]:
    """Give the features that build segments: those of that role, and those named.

    Parameters
    ----------
    features : list of Feature
        As `supported` gives them.
    also : list of str
        Names of descriptors that are to build segments, too.
    shop : Shop, optional
        Whose attributes they may be made of.
    reasons : mapping, optional
        Protected attribute, or feature made of it, to why it may build segments.

    Returns
    -------
    list of Feature
        With the role ``segmentation``, and the ``reason`` where there is one.

    Raises
    ------
    ConfigError
        If a name is none of the features, or the feature is words, made of what has
        no date, or made of a protected attribute or a likely proxy without a reason.
    """
    names = [f.name for f in features]
    for name in also:
        if name not in names:
            refuse_attribute(name, shop, reasons or {})
            raise ConfigError(
                f"variables must name features that the data and bases support, but "
                f"{name!r} is none. {did_you_mean(name, names)}"
            )
    chosen = [f for f in features if f.role == "segmentation" or f.name in also]
    return [allowed(f, shop, reasons or {}) for f in chosen]


def supported(
    shop: Shop, bases: list[str] | None = None
) -> tuple[list[Feature], dict[str, list[str]]]:
    """Say which features the data supports, and what the others lack.

    Parameters
    ----------
    shop : Shop
        Kept tables.
    bases : list of str, optional
        Only these; default all that are registered.

    Returns
    -------
    features : list of Feature
        Those whose view and columns are there with at least one value.
    missing : dict
        Name of each other feature to the columns that it lacks.
    """
    wanted = _registered(shop, bases)
    needed = sorted({(f.table, c) for f in wanted for c in f.needs})
    there = dict(zip(needed, _filled(shop, needed), strict=True))
    missing = {
        f.name: [_said(f.table, c) for c in f.needs if not there[(f.table, c)]]
        for f in wanted
    }
    missing = {f.name: missing[f.name] + lacking(f.over, shop) for f in wanted}
    missing |= _never_seen(shop, [f for f in wanted if f.events])
    nowhere = [f for f in wanted if _rows(shop, f.table) is None]
    missing |= {f.name: [f.table] for f in nowhere}
    return (
        [f for f in wanted if not missing[f.name]],
        {name: lacks for name, lacks in missing.items() if lacks},
    )


def _registered(shop: Shop, bases: list[str] | None) -> list[Feature]:
    """List registered features, and those that the shop's attributes become."""
    every = {f.name: f for f in registered(bases)}
    more = {f.name: f for f in attribute_features(shop)}
    if bases is not None:
        more = {name: f for name, f in more.items() if f.basis in bases}
    every = more | every
    return [
        replace(every[name], dated=is_dated(shop, every[name].table))
        for name in sorted(every)
    ]


def _never_seen(shop: Shop, features: list[Feature]) -> dict[str, list[str]]:
    """Give the features of events that never occur, with the usual name of these."""
    rows = shop.tables.get("events")
    if rows is None or not features:
        return {}
    known = slug(rows.event)
    counted = rows.aggregate(
        **{f.name: rows.count(where=among(known, f.events)) for f in features}
    )
    seen = counted.to_pandas().iloc[0]
    return {f.name: [f"events.{f.events[0]}"] for f in features if not seen[f.name]}


def _said(table: str, column: str) -> str:
    return f"{'lines' if table == 'order_lines' else table}.{column}"


def _rows(shop: Shop, table: str) -> ir.Table | None:
    if table == "orders" and "orders" not in shop.tables:
        table = "order_lines"
    return shop.tables.get(table)


def _filled(shop: Shop, needed: Iterable[tuple[str, str]]) -> list[bool]:
    """Say of each column whether it holds a value; one look at each table."""
    wanted = list(needed)
    held: dict[tuple[str, str], bool] = {}
    for table in dict.fromkeys(t for t, _ in wanted):
        rows = _rows(shop, table)
        columns = [
            c for t, c in wanted if t == table and c in getattr(rows, "columns", ())
        ]
        if rows is not None and columns:
            counted = rows.aggregate(
                **{c: rows[c].count() for c in columns}
            ).to_pandas()
            held |= {(table, c): int(counted[c].iloc[0]) > 0 for c in columns}
    return [held.get(key, False) for key in wanted]


def features_at(
    shop: Shop,
    window: Window,
    features: list[Feature],
    *,
    with_customers: bool = False,
) -> ir.Table:
    """Build a lazy table of one row per customer of the population.

    Parameters
    ----------
    shop : Shop
        Kept tables; rows from the window's origin on are cut before anything else.
    window : Window
        Origin and days to look back.
    features : list of Feature
        What to compute, as `supported` gives it.
    with_customers : bool, default=False
        Include customers without any order (at ``as_of`` only).

    Returns
    -------
    ibis Table
        ``customer_id`` and one column a feature; counts and sums over an empty
        window are 0, everything else is null there.
    """
    all_passes = passes(Views(shop, window), features)
    first, *others = all_passes
    if with_customers:
        everyone = population(shop, window.origin, with_customers=True)
        joined = reduce(_beside, all_passes, everyone)
    else:
        joined = reduce(_beside, others, first.aggregated())
    counted = {name for each in all_passes for name in each.counted()}
    values = {f.name: _value(joined, f, counted=f.name in counted) for f in features}
    return joined.select("customer_id", **values)


def build_features(
    tables: dict[str, ir.Table],
    *,
    as_of: str,
    window_days: int = 180,
    bases: list[str] | None = None,
    timezone: str = "UTC",
    **policies: Any,
) -> ir.Table:
    """Build every feature that the tables support, one row a customer.

    Parameters
    ----------
    tables : dict of ibis Tables
        ``orders`` and/or ``order_lines``, and whatever else there is, typed as
        ``data/README.md`` says, in any one engine.
    as_of : str
        ISO date (its midnight in `timezone`) or date-time; rows from then on are cut
        before anything else happens.
    window_days : int, default=180
        How far back features look.
    bases : list of str, optional
        Only these; default all.
    timezone : str, default="UTC"
        IANA name of the shop's zone, for days and hours of habit.
    **policies
        Further fields of `Shop`, such as ``returns`` or ``rows_are_orders``.

    Returns
    -------
    ibis Table
        Lazy: ``customer_id`` and one column a feature, for everyone with an order
        before `as_of` and everyone in ``customers``.

    Examples
    --------
    >>> import ibis
    >>> orders = ibis.memtable({"customer_id": ["ann", "ann"], "amount": [2, 3],
    ...     "ordered_at": ["2024-01-02 10:00", "2024-01-05 10:00"]})
    >>> orders = orders.mutate(ordered_at=orders.ordered_at.cast("timestamp"),
    ...     amount=orders.amount.cast("decimal(18, 4)"), is_return=ibis.literal(False))
    >>> found = build_features({"orders": orders}, as_of="2024-01-08", bases=["value"])
    >>> found.select("n_orders", "spend_total").to_pandas().values.tolist()
    [[2.0, 5.0]]
    """
    shop = Shop(tables, timezone, **policies)
    window = Window(epoch(instant(as_of, timezone)), window_days)
    features, _ = supported(shop, bases)
    return features_at(shop, window, features, with_customers=True)


def _beside(left: ir.Table, right: Pass) -> ir.Table:
    # A key of its own name needs no selection in between: all joins stay one.
    key = f"customer {len(left.columns)}"
    table = right.aggregated(key)
    return left.left_join(table, [left.customer_id == table[key]])


def _value(joined: ir.Table, feature: Feature, *, counted: bool) -> ir.Value:
    """Give a feature, or what it is for whom the view has no row."""
    value = joined[feature.name]
    if counted:
        some = joined[rows_of(feature.over)] > 0
        value = ibis.ifelse(some, value, ibis.null(value.type()))
    if feature.empty is None:
        return value
    filled = value.fill_null(feature.empty)
    if feature.table not in ("orders", "order_lines"):
        return filled
    # Of strangers nothing is known, not even that they bought nothing.
    return ibis.ifelse(joined[rows_of("history")] > 0, filled, value)


def collect(table: ir.Table) -> pd.DataFrame:
    """Bring a feature table to pandas: sorted by customer, ratios rounded.

    Ratios are rounded to 9 significant digits, so that engines that differ in the
    last bits give the same values, bins and segments.
    """
    frame = table.to_pandas().sort_values("customer_id", ignore_index=True)
    frame["customer_id"] = frame["customer_id"].astype("str")
    for name in frame.columns.drop("customer_id"):
        if pd.api.types.is_numeric_dtype(frame[name]):
            frame[name] = round_significant(frame[name].astype("float64"))
    return frame


def round_significant(values: Any, digits: int = 9) -> Any:
    """Round to a number of significant digits.

    Examples
    --------
    >>> float(round_significant(0.123456789012))
    0.123456789
    """
    array = np.asarray(values, dtype=float)
    size = np.where(array == 0, 1.0, np.abs(array))
    with np.errstate(invalid="ignore"):
        scale = 10.0 ** (digits - 1 - np.floor(np.log10(size)))
        rounded = np.round(array * scale) / scale
    result = np.where(np.isfinite(array), rounded, array)
    return pd.Series(result, index=values.index) if hasattr(values, "index") else result
