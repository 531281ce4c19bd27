"""Build one row per customer from the tables as they stood at an origin."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from segtools.attributes import attribute_kind
from segtools.config import RunConfig
from segtools.features.catalogue import VIEWS, Feature, Window, registered
from segtools.prepare.ledger import build_orders, order_key
from segtools.schema import contract_of
from segtools.timezones import DAY, local_seconds, offsets


@dataclass(frozen=True)
class Shop:
    """Kept tables and how to read them: the zone and what returns count against.

    Attributes
    ----------
    tables : dict of ibis Tables
    timezone : str
        IANA name of the shop's zone.
    returns, net_against, cancellations : str
        The policies of the same names in the configuration.
    kinds : dict
        Kinds of attributes that somebody has said, by name.
    again : callable, optional
        From an origin (UTC seconds) to the tables as they would have been cleaned
        then; where it is not given, rows from the origin on are cut off `tables`.
    """

    tables: dict[str, ir.Table]
    timezone: str
    returns: str = "net"
    net_against: str = "customer"
    cancellations: str = "drop"
    kinds: dict[str, str] = field(default_factory=dict)
    again: Callable[[int], dict[str, ir.Table]] | None = None

    @classmethod
    def of(
        cls,
        tables: dict[str, ir.Table],
        config: RunConfig,
        again: Callable[[int], dict[str, ir.Table]] | None = None,
    ) -> Shop:
        """Make a shop with the policies of a configuration."""
        return cls(
            tables,
            str(config.timezone),
            config.returns,
            config.net_against,
            config.cancellations,
            config.attribute_kinds,
            again,
        )

    def before(self, origin: int) -> Shop:
        """Give the shop as it stood at `origin`: no row from then on is left."""
        tables = self.again(origin) if self.again else self.tables
        cut = {name: _cut(t, name, origin) for name, t in tables.items()}
        return replace(self, tables=cut, again=None)

    def orders(self) -> ir.Table:
        """Group the rows into orders and returns, by the shop's policies."""
        return build_orders(
            self.tables,
            net_against=self.net_against,
            cancellations=self.cancellations,
        )

    def attributes(self) -> ir.Table | None:
        """Give one row per customer of attributes, those of their account beside."""
        people, accounts = self.tables.get("customers"), self.tables.get("accounts")
        if people is None or accounts is None:
            return accounts if people is None else people
        more = [c for c in accounts.columns if c not in people.columns]
        firm = accounts.select("customer_id", *more)
        joined = people.outer_join(firm, "customer_id")
        who = joined.customer_id.coalesce(joined.customer_id_right)
        return joined.mutate(customer_id=who).drop("customer_id_right")

    def kind(self, attribute: str) -> str:
        """Give the kind of an attribute, said or guessed; ids have none."""
        if attribute.endswith(("customer_id", "account_id")):
            return "id"
        return attribute_kind(attribute, self.kinds)


def _cut(table: ir.Table, name: str, origin: int) -> ir.Table:
    time = contract_of(name).time
    if time is None or time not in table.columns:
        return table
    second = table[time].epoch_seconds()
    early = (second < origin) | second.isnull()
    if "cancelled_at" not in table.columns:
        return table.filter(early)
    # What will be cancelled later is not cancelled yet.
    known = table.cancelled_at.epoch_seconds() < origin
    own = known.ifelse(table.cancelled_at, ibis.null(table.cancelled_at.type()))
    return table.filter(early).mutate(cancelled_at=own)


def views(shop: Shop, window: Window) -> dict[str, ir.Table]:
    """Give the views that features aggregate, cut at the window's origin.

    Returns
    -------
    dict
        ``orders``, ``ledger``, ``lines`` (if there are lines) and ``history``; each
        with ``second`` (UTC), ``local_hour`` (0 to 23) and ``local_weekday``
        (0 is Monday).
    """
    then = shop.before(window.origin)
    table = offsets(shop.timezone, window.start - 2 * DAY, window.origin + DAY)
    every = _timed(then.orders(), table)
    within = every.filter(every.second >= window.start)
    kept_returns = within.amount.notnull()
    if shop.returns == "separate":
        kept_returns = ~within.is_return
    found = {
        "history": every.filter(~every.is_return),
        "orders": within.filter(~within.is_return),
        "ledger": within.filter(kept_returns),
    }
    if "order_lines" in then.tables:
        lines = then.tables["order_lines"]
        timed = _timed(lines.mutate(order_id=order_key(lines)), table)
        found["lines"] = timed.filter(~timed.is_return, timed.second >= window.start)
    return found


def _timed(table: ir.Table, zone: list[tuple[int, int]]) -> ir.Table:
    # Whole seconds: some engines keep fractions here, and weeks would be miscounted.
    timed = table.mutate(second=table.ordered_at.truncate("s").epoch_seconds())
    local = local_seconds(timed.second, zone)
    # 1970-01-01 was a Thursday: three days after a Monday.
    return timed.mutate(
        local_hour=(local % DAY) // 3600, local_weekday=(local // DAY + 3) % 7
    )


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
    wanted = registered(bases)
    needed = sorted({(f.over, c) for f in wanted for c in f.needs})
    there = dict(zip(needed, _filled(shop, needed), strict=True))
    missing = {
        f.name: [f"{f.over}.{c}" for c in f.needs if not there[(f.over, c)]]
        for f in wanted
    }
    if "order_lines" not in shop.tables:
        missing |= {f.name: ["order_lines"] for f in wanted if f.over == "lines"}
    return (
        [f for f in wanted if not missing[f.name]],
        {name: lacks for name, lacks in missing.items() if lacks},
    )


def _filled(shop: Shop, needed: Iterable[tuple[str, str]]) -> list[bool]:
    rows = shop.tables.get("orders", shop.tables.get("order_lines"))
    lines = shop.tables.get("order_lines")
    found = []
    for over, column in needed:
        table = lines if over == "lines" else rows
        if table is None or column not in table.columns:
            found.append(False)
        else:
            found.append(int(table[column].count().execute()) > 0)
    return found


def build_features(
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
    at = views(shop, window)
    base = population(shop, window.origin, with_customers=with_customers)
    parts = [
        at[view]
        .group_by("customer_id")
        .aggregate(**{f.name: f.expression(at[view], window) for f in own})
        for view in VIEWS
        if (own := [f for f in features if f.over == view])
    ]
    joined = reduce(
        lambda left, right: left.left_join(right, "customer_id").drop(
            "customer_id_right"
        ),
        parts,
        base,
    )
    zero = [f.name for f in features if f.name in ("n_orders", "spend_total")]
    bought = joined.customer_id.isin(at["history"].customer_id)
    filled = {
        name: ibis.ifelse(bought, joined[name].fill_null(0), joined[name])
        for name in zero
    }
    names = [f.name for f in features]
    return joined.mutate(**filled).select("customer_id", *names)


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
