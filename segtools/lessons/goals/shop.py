"""A shop on 1 April 2024: the quarter that is over, and the one that nobody knows yet.

The shop sells what runs out (coffee, lenses, pet food). Its truth is planted by
`segtools.simulate_shop`, so that the quarter to come can be looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import ibis
import pandas as pd

from segtools.features.build import supported, variables
from segtools.features.legs import build_learning, plan_legs
from segtools.features.shop import Shop
from segtools.schema import MONEY
from segtools.segmentation.contest import run_contest
from segtools.segmentation.entries import Contest, Rules
from segtools.segmentation.figures import gini
from segtools.segmentation.scheme import Scheme, schemes
from segtools.simulate_shops import OUTCOME_DAYS, WINDOW_DAYS, simulate_shop
from segtools.timezones import DAY

__all__ = [
    "CRM",
    "Quarter",
    "Season",
    "compete",
    "journey",
    "journey_orders",
    "open_season",
    "oracle",
    "past_spend",
    "quiet",
    "shop_of",
    "ways",
    "with_crm",
]

N_CUSTOMERS = 1500
# The column of the customer system: the same six months, counted back from today.
CRM = "crm_spend_6_months"
_WAYS = ("random", "rfm_grid", "kmeans_rfm", "spend_quintiles", "goal")


@dataclass(frozen=True, eq=False)
class Quarter:
    """What a way to segment may learn, and what it is judged on.

    Attributes
    ----------
    learning : DataFrame
        As `build_learning` gives it: customers at two origins, and what came after.
    plan : dict
        As a Plan records it.
    goal : str
        What it is about.
    """

    learning: pd.DataFrame
    plan: dict[str, Any]
    goal: str

    @property
    def judged(self) -> pd.DataFrame:
        """The customers who are judged: their features, and what they did later."""
        rows = self.learning[self.learning["part"] == "judging_judge"]
        return rows.set_index("customer_id").drop(columns="part")


@dataclass(frozen=True, eq=False)
class Season:
    """The shop as it stands on 1 April, and what only a simulation knows.

    Attributes
    ----------
    orders : DataFrame
        Every order up to the end of June: ``customer_id``, ``ordered_at``, ``amount``.
    today : Timestamp
        1 April 2024.
    shop : Shop
        The same orders, as segtools reads them.
    past : Quarter
        Learned from October to December, judged on January to March.
    coming : Quarter
        Learned from January to March, judged on April to June.
    past_stay, coming_stay : Quarter
        The same, for the goal to keep customers.
    expected : Series
        What each customer's habits make of April to June on average.
    """

    orders: pd.DataFrame
    today: pd.Timestamp
    shop: Shop
    past: Quarter
    coming: Quarter
    past_stay: Quarter
    coming_stay: Quarter
    expected: pd.Series

    @property
    def quarter_began(self) -> pd.Timestamp:
        """The origin of the quarter that is over: what came before may be looked at."""
        return self.today - pd.Timedelta(OUTCOME_DAYS, "D")

    @property
    def in_crm(self) -> pd.DataFrame:
        """The orders that the customer system has added up."""
        since = self.today - pd.Timedelta(WINDOW_DAYS, "D")
        when = self.orders["ordered_at"]
        return self.orders[(when >= since) & (when < self.today)]

    @property
    def crm(self) -> pd.Series:
        """Spend of the last six months, as the customer system exports it today."""
        return self.in_crm.groupby("customer_id")["amount"].sum()


@cache
def open_season(seed: int) -> Season:
    """Make the shop, and both of its quarters for both goals.

    Examples
    --------
    >>> season = open_season(1)
    >>> str(season.quarter_began.date()), str(season.today.date())
    ('2023-12-31', '2024-04-01')
    """
    made = simulate_shop("replenishment", N_CUSTOMERS, seed=seed)
    shop = shop_of(made.orders)
    today = int(made.as_of.timestamp())
    later = today + OUTCOME_DAYS * DAY
    made_of = {
        (goal, at): _quarter(shop, at, made.orders, goal)
        for goal in ("grow_spend", "keep_customers")
        for at in (today, later)
    }
    return Season(
        orders=made.orders,
        today=made.as_of,
        shop=shop,
        past=made_of["grow_spend", today],
        coming=made_of["grow_spend", later],
        past_stay=made_of["keep_customers", today],
        coming_stay=made_of["keep_customers", later],
        expected=made.truth.set_index("customer_id")["expected_spend"],
    )


def shop_of(orders: pd.DataFrame) -> Shop:
    """Read orders as segtools does: money exact, and no returns among them."""
    table = ibis.memtable(orders.assign(is_return=False))
    money = {c: table[c].cast(MONEY) for c in ("amount", "discount")}
    return Shop({"orders": table.mutate(**money)}, "UTC", rows_are_orders=True)


def _quarter(shop: Shop, at: int, orders: pd.DataFrame, goal: str) -> Quarter:
    first = int(orders["ordered_at"].min().timestamp())
    days = {"window_days": WINDOW_DAYS, "outcome_days": OUTCOME_DAYS}
    plan = plan_legs(at, first, goal=goal, **days)
    features = variables(supported(shop, ["value"])[0], [])
    return Quarter(build_learning(shop, plan, features, goal), plan.record(), goal)


def with_crm(quarter: Quarter, season: Season) -> pd.DataFrame:
    """Add the customer system's column to what is learned and judged."""
    spent = quarter.learning["customer_id"].map(season.crm).fillna(0.0)
    return quarter.learning.assign(**{CRM: spent})


def ways() -> list[Scheme]:
    """List the five ways to segment that compete here."""
    return [s for s in schemes() if s.name in _WAYS]


def compete(quarter: Quarter, learning: pd.DataFrame | None = None) -> Contest:
    """Let the five ways learn, and judge them on the quarter after.

    Parameters
    ----------
    quarter : Quarter
    learning : DataFrame, optional
        Other columns to learn from; default the quarter's own.
    """
    rows = quarter.learning if learning is None else learning
    rules = Rules(quarter.goal, n_segments=5)
    return run_contest(rows, quarter.plan, rules, among=ways())


def past_spend(contest: Contest, quarter: Quarter) -> dict[str, float]:
    """Judge the same segments on the spend that they were made from.

    Returns
    -------
    dict
        Label of each way to its Gini of spend before the origin.
    """
    spent = quarter.judged["spend_total"].to_numpy(float)
    found = {}
    for entry in contest.entries:
        mean = pd.Series(spent).groupby(entry.labels[0][1]).transform("mean")
        found[entry.label] = float(gini(spent, mean.to_numpy()))
    return found


def oracle(season: Season) -> float:
    """Give the Gini of knowing each customer's habits in the coming quarter."""
    judged = season.coming.judged
    known = season.expected.reindex(judged.index).fillna(0.0)
    return float(gini(judged["outcome"].to_numpy(float), known.to_numpy(float)))


def quiet() -> Any:
    """Open an engine that shows no bar in a notebook while it reads."""
    from segtools.sources import connect

    con = connect()
    con.con.execute("SET enable_progress_bar = false")
    return con


def journey_orders() -> pd.DataFrame | None:
    """Give the baskets of a real grocer's households, or None without their package.

    Returns
    -------
    DataFrame or None
        One row a basket of the Complete Journey (2017): ``customer_id``, ``order_id``,
        ``ordered_at``, ``amount`` and ``discount``.
    """
    from segtools.schema import ConfigError
    from segtools.sources.complete_journey import folder

    try:
        path = folder() / "transactions.parquet"
    except ConfigError:
        return None
    rows = quiet().read_parquet(path)
    baskets = rows.group_by(
        customer_id=rows.household_id.cast("string"),
        order_id=rows.basket_id.cast("string"),
    ).aggregate(
        ordered_at=rows.transaction_timestamp.cast("timestamp").min(),
        amount=rows.sales_value.sum(),
        discount=rows.retail_disc.sum(),
    )
    found = baskets.filter(baskets.amount > 0).to_pandas()
    return found.sort_values(["customer_id", "order_id"], ignore_index=True)


def journey() -> Quarter | None:
    """Give a quarter of the real grocer's, or None without its package.

    Returns
    -------
    Quarter or None
        Learned from the second quarter of 2017, judged on the third.
    """
    orders = journey_orders()
    if orders is None:
        return None
    shop = shop_of(orders)
    first = int(orders["ordered_at"].min().timestamp())
    at = int(pd.Timestamp("2017-10-01").timestamp())
    plan = plan_legs(at, first, window_days=90, outcome_days=90, goal="grow_spend")
    features = variables(supported(shop, ["value"])[0], [])
    learned = build_learning(shop, plan, features, "grow_spend")
    return Quarter(learned, plan.record(), "grow_spend")
