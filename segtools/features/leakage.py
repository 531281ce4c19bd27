"""Does a feature look at what it must not? Structure first, then perturbed rows.

Two ways lead from a feature to rows that it must not see. Its function (or that of its
view) may aggregate another table than the one it is given: then that table stands in
the expression, where it is found. Or it may look further than its view says: then
changed rows move it. A function that brings data to Python by itself, and so holds
nothing but numbers, cannot be seen through.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pandas as pd

from segtools.features.build import collect, features_at, supported
from segtools.features.catalogue import Feature, Window, registered
from segtools.features.shop import Shop
from segtools.features.views import Views, builder
from segtools.schema import TABLES, ConfigError, did_you_mean
from segtools.timezones import DAY

# Customers whose rows are perturbed.
SAMPLE = 40
_KEYS = ("customer_id", "order_id", "returned_order_id", "account_id")


def check_leakage(name: str | None, shop: Shop, window: Window) -> list[str]:
    """Refuse features that see rows from the origin on, or from before their window.

    Parameters
    ----------
    name : str or None
        Of a registered feature; None checks all that are not built in.
    shop : Shop
        Kept tables. Rows of up to 40 customers are copied and changed.
    window : Window
        What features may look at.

    Returns
    -------
    list of str
        Names of the features that were checked: those that the data supports.

    Raises
    ------
    ConfigError
        If a feature aggregates anything but its view, or moves with rows that it must
        not see; the sentence names one customer and both values.

    Examples
    --------
    >>> check_leakage(None, Shop({}, "UTC"), Window(86_400, 1))
    []
    """
    wanted = [f.name for f in registered() if name == f.name or (not name and _own(f))]
    if name and not wanted:
        names = [f.name for f in registered()]
        raise ConfigError(
            f"name must be that of a registered feature, but {name!r} is none. "
            f"{did_you_mean(name, names)}"
        )
    if not wanted:
        return []
    features = [f for f in supported(shop)[0] if f.name in wanted]
    for feature in features:
        _refuse_other_tables(feature, shop, window)
    if features:
        _refuse_moving(features, shop, window)
    return [f.name for f in features]


def _own(feature: Feature) -> bool:
    return not _built_in(feature.expression) or not _built_in(builder(feature.over))


def _built_in(function: Any) -> bool:
    return str(getattr(function, "__module__", "")).startswith("segtools.")


def _refuse_other_tables(feature: Feature, shop: Shop, window: Window) -> None:
    """Look for tables in the expression that are neither the view nor of the shop."""
    try:
        given = ibis.table(Views(shop, window)[feature.over].schema(), name="view")
        value = feature.expression(given, window)
        strange = _leaves(value) - {given.op()}
        if not strange and not _built_in(builder(feature.over)):
            tables = {n: ibis.table(t.schema(), name=n) for n, t in shop.tables.items()}
            empty = Views(replace(shop, tables=tables, again=None), window)
            known = {t.op() for t in tables.values()}
            strange = _leaves(empty[feature.over]) - known
    except ibis.IbisError as error:
        raise ConfigError(
            f"feature {feature.name!r} must give an Ibis aggregate without computing "
            f"anything, but it fails with {type(error).__name__}: {error}. Use only "
            "the view that it is given."
        ) from None
    if strange:
        found = sorted(str(getattr(t, "name", "a table")) for t in strange)
        raise ConfigError(
            f"feature {feature.name!r} must aggregate the view that it is given, but "
            f"it reads the table {found[0]!r} besides. That table is not cut at the "
            "origin; use the function's first argument, or over=... for another view."
        )


def _leaves(value: ir.Expr) -> set[Any]:
    return set(value.op().find(ops.PhysicalTable))


def _refuse_moving(features: list[Feature], shop: Shop, window: Window) -> None:
    frames, schemas = _sampled(shop, window)
    # Of the policies only what cuts is at stake: a return that lowers an order from
    # before the window, say, is rightly moved by that order.
    plain = replace(
        shop,
        again=None,
        net_against="customer",
        cancellations="keep",
        rows_are_orders=False,
    )

    def values(changed: dict[str, pd.DataFrame], some: list[Feature]) -> pd.DataFrame:
        tables = {n: ibis.memtable(f, schema=schemas[n]) for n, f in changed.items()}
        found = features_at(replace(plain, tables=tables), window, some)
        return collect(found).set_index("customer_id")

    before = values(frames, features)
    _compare(before, values(_later(frames, window), features), "from the origin on")
    within = [f for f in features if f.history == "window"]
    if within:
        for changed in _earlier(frames, window):
            _compare(before, values(changed, within), "from before the window")


def _compare(before: pd.DataFrame, after: pd.DataFrame, where: str) -> None:
    both = before.index.intersection(after.index)
    for name in after.columns:
        old, new = before.loc[both, name], after.loc[both, name]
        moved = ~((old == new) | (old.isna() & new.isna()))
        if moved.any():
            who = moved.idxmax()
            raise ConfigError(
                f"feature {name!r} must not see rows {where}, but for customer {who!r} "
                f"it is {old[who]} and, with other such rows, {new[who]}. Cut what its "
                "view holds, or register it over a view that looks as far back."
            )


def _sampled(
    shop: Shop, window: Window
) -> tuple[dict[str, pd.DataFrame], dict[str, ibis.Schema]]:
    """Copy the rows before the origin of some customers, those of the window first."""
    tables = shop.before(window.origin).tables
    orders = tables.get("orders", tables.get("order_lines"))
    if orders is None:
        raise ConfigError("shop must have orders or order_lines, but it has neither.")
    last = orders.group_by("customer_id").aggregate(last=orders.ordered_at.max())
    recent = last["last"].epoch_seconds() >= window.start
    first = last.order_by([recent.ifelse(0, 1), "customer_id"]).limit(SAMPLE)
    people = first.customer_id.to_pandas().tolist()
    own = {n: t.filter(t.customer_id.isin(people)) for n, t in tables.items()}
    frames = {n: t.to_pandas() for n, t in own.items()}
    return frames, {n: t.schema() for n, t in own.items()}


def _later(frames: dict[str, pd.DataFrame], window: Window) -> dict[str, pd.DataFrame]:
    """Add copies from the origin on, the first at it, turned and of others as well."""
    origin = pd.Timestamp(window.origin, unit="s")
    changed = {}
    for name, frame in frames.items():
        time = _time(name, frame)
        if time and len(frame):
            late = _turned(frame)
            late[time] = (origin + (frame[time] - frame[time].min())).to_numpy()
            others = late.assign(customer_id=late["customer_id"] + "'s other")
            frame = pd.concat([frame, late, others], ignore_index=True)
        changed[name] = frame
    return changed


def _earlier(
    frames: dict[str, pd.DataFrame], window: Window
) -> list[dict[str, pd.DataFrame]]:
    """Take rows from before the window away, and add turned ones to them."""
    start = pd.Timestamp(window.start, unit="s")
    fewer, more = {}, {}
    for name, frame in frames.items():
        fewer[name] = more[name] = frame
        time = _time(name, frame)
        if time and len(frame):
            fewer[name] = frame[~(_last_moment(frame, time) < start)]
            early = _turned(frame)
            early[time] = start - pd.to_timedelta(1 + early.index % (9 * DAY), unit="s")
            if "order_id" in early:
                early["order_id"] = early["order_id"] + "'s elder"
            more[name] = pd.concat([frame, early], ignore_index=True)
    return [fewer, more]


def _time(name: str, frame: pd.DataFrame) -> str | None:
    time = TABLES[name].time
    return time if time in frame.columns else None


def _last_moment(frame: pd.DataFrame, time: str) -> pd.Series:
    """Give the last time of the order that a row belongs to: it goes as a whole."""
    if "order_id" not in frame:
        return frame[time]
    whole = frame.groupby(["customer_id", "order_id"])[time].transform("max")
    return whole.where(frame["order_id"].notna(), frame[time])


def _turned(frame: pd.DataFrame) -> pd.DataFrame:
    """Give every row the words of the next one, and other numbers."""
    turned = frame.copy()
    for name in frame.columns.difference(_KEYS):
        column = frame[name]
        if pd.api.types.is_bool_dtype(column):
            turned[name] = ~column
        elif not pd.api.types.is_datetime64_any_dtype(column):
            turned[name] = column.to_numpy()[[*range(1, len(frame)), 0]]
    if "amount" in turned:
        turned["amount"] = turned["amount"] * 3 + 7
    return turned
