"""Lesson 1: what a segmentation is for. A coupon book, three groupings, three meetings.

The shop is simulated, so the truth is known: who bought lately and who buys with
coupons takes up a coupon book, and how much somebody spends says nothing beyond that.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from segtools import plots
from segtools.intervals import quantile, wilson
from segtools.lessons.shared.bars import group_bars
from segtools.lessons.shared.shops import ZONE, features_of, shop_of
from segtools.plots.display import Display
from segtools.simulate import simulate
from segtools.simulate_campaigns import simulate_campaigns
from segtools.timezones import epoch, instant
from segtools.wording import rounded

SENT, ENDS, BOOKS, WINDOW = "2025-01-02", "2025-04-01", 150, 180
FRESH_DAYS, HUNTS = 30, 0.3
# Looked at in the break-it: everything that the catalogue makes of these order lines.
FIGURES = (
    *("recency_days", "n_orders", "spend_total", "basket_mean", "interval_days"),
    *("discount_share", "coupon_share", "private_label_share", "weekend_share"),
    *("morning_share", "evening_share", "basket_lines", "n_categories", "trend_ratio"),
    *("active_weeks_share", "n_stores", "tenure_days", "orders_lifetime"),
    *("longest_gap_days", "top_store_share", "n_brands", "discounted_spend_share"),
)
GROUPINGS = {
    "region": "By region",
    "spend": "By past spend",
    "offers": "By offers and freshness",
    "activity": "Active or not",
}
# Finance cuts where most shops look: at the few who spend most.
TENTHS = {
    "Lowest four tenths": 0.0,
    "Next three tenths": 0.4,
    "Next two tenths": 0.7,
    "Top tenth": 0.9,
}
OUTCOMES = {"responded": "Took up the book", "later": "Spend in the next quarter, EUR"}
BEST = "Fresh, hunt offers"


@dataclass(frozen=True, eq=False)
class Spring:
    """A shop on the day on which the coupon book went out, and what came of it.

    Attributes
    ----------
    people : DataFrame
        One row a customer: the groups (columns of `GROUPINGS`), the `FIGURES`,
        ``responded`` within 30 days, ``chance`` (the true probability to),
        ``later`` (spend of the next 89 days, EUR) and ``reachable`` by e-mail.
    shop : Shop
        The order lines up to that day, for the readiness questions.
    seed : int
    """

    people: pd.DataFrame
    shop: Any
    seed: int


@cache
def data(seed: int) -> Spring:
    """Simulate the shop and its coupon book.

    Examples
    --------
    >>> sorted(data(1).people["region"].unique())
    ['East', 'North', 'South', 'West']
    """
    made = simulate(1600, seed=seed)
    sent = simulate_campaigns(made, [SENT], share=1.0, held_back=0.0, seed=seed)
    shop = shop_of(made.order_lines)
    people = features_of(shop, SENT, days=WINDOW, names=FIGURES)
    people = people.merge(made.customers[["customer_id", "region"]], on="customer_id")
    truth = sent.truth.set_index("customer_id")["probability"]
    people["chance"] = people["customer_id"].map(truth)
    people["responded"] = people["customer_id"].isin(sent.conversions["customer_id"])
    people["later"] = _later(made.order_lines, people["customer_id"])
    rng = np.random.default_rng([seed, 1])
    people = _grouped(people)
    # Offers stand in the printed leaflet: who lives by it seldom leaves an address.
    known = (0.92 - 1.1 * people["discounted_spend_share"].fillna(0)).clip(0.08, 1)
    people["reachable"] = rng.random(len(people)) < known
    return Spring(people, shop.before(epoch(instant(SENT, ZONE))), seed)


def _later(lines: pd.DataFrame, who: pd.Series) -> pd.Series:
    after = lines[(lines["ordered_at"] >= SENT) & (lines["ordered_at"] < ENDS)]
    return who.map(after.groupby("customer_id")["amount"].sum()).fillna(0.0)


def _grouped(people: pd.DataFrame) -> pd.DataFrame:
    place = people["spend_total"].rank(method="average", pct=True)
    cut = np.searchsorted(list(TENTHS.values()), place, side="left") - 1
    fresh = np.where(people["recency_days"] <= FRESH_DAYS, "Fresh", "Quiet")
    hunts = people["discounted_spend_share"].fillna(0) > HUNTS
    kind = np.where(hunts, ", hunt offers", ", pay full price")
    return people.assign(
        spend=np.array(list(TENTHS))[cut],
        offers=pd.Series(fresh).add(pd.Series(kind)).to_numpy(),
        activity=np.where(people["n_orders"] > 0, "Active", "Not active"),
    )


def rates(spring: Spring, grouping: str, outcome: str = "responded") -> pd.DataFrame:
    """Give the mean outcome of each group with its interval, the highest first.

    Returns
    -------
    DataFrame
        ``panel``, ``group``, ``n``, ``value``, ``low`` and ``high``.
    """
    by = spring.people.groupby(grouping)[outcome]
    rows = by.agg(n="size", value="mean", hits="sum", sd="std").reset_index()
    if outcome == "responded":
        low, high = wilson(rows["hits"], rows["n"])
    else:
        half = quantile() * rows["sd"] / np.sqrt(rows["n"])
        low, high = rows["value"] - half, rows["value"] + half
    rows = rows.assign(low=low, high=high, panel=GROUPINGS[grouping])
    rows = rows.rename(columns={grouping: "group"})
    own = ["panel", "group", "n", "value", "low", "high"]
    return rows.sort_values("value", ascending=False, ignore_index=True)[own]


def gap(spring: Spring, grouping: str, outcome: str = "responded") -> float:
    """Say how many times the outcome of everyone the best group has."""
    everyone = spring.people[outcome].mean()
    return float(rates(spring, grouping, outcome)["value"].max() / everyone)


def compare(spring: Spring, outcome: str = "responded") -> Display:
    """Draw three groupings of the same customers beside each other."""
    names = ("region", "spend", "offers")
    rows = pd.concat([rates(spring, g, outcome) for g in names], ignore_index=True)
    best = max(names, key=lambda g: gap(spring, g, outcome))
    times = rounded(gap(spring, best, outcome), 2)
    share = outcome == "responded"
    says = f"{GROUPINGS[best]}: the best group has {times} times everyone's figure"
    return plots.present(
        group_bars, rows, says=says, unit=OUTCOMES[outcome], share=share
    )


def scoreboard(spring: Spring) -> pd.DataFrame:
    """Hold groupings against goals: the best group's figure in times of everyone's."""
    rows = [
        {"Grouping": GROUPINGS[g]}
        | {OUTCOMES[o]: gap(spring, g, o) for o in OUTCOMES}
        | {"Live in the North": _best_share(spring, g)}
        for g in ("region", "spend", "offers")
    ]
    table = pd.DataFrame(rows)
    table.attrs["formats"] = dict.fromkeys(table.columns[1:], ".2f")
    return table


def _best_share(spring: Spring, grouping: str) -> float:
    north = spring.people["region"].eq("North")
    return float(north.groupby(spring.people[grouping]).mean().max() / north.mean())


def expected(spring: Spring, grouping: str, books: int = BOOKS) -> float:
    """Count the responses to books that go to the best group first, then the next."""
    left, found = books, 0.0
    for row in rates(spring, grouping).itertuples():
        take = min(left, int(row.n))
        found, left = found + take * float(row.value), left - take
    return found


def segments(spring: Spring, grouping: str = "offers") -> pd.DataFrame:
    """List a grouping's segments with what each criterion would ask of them."""
    by = spring.people.groupby(grouping)
    rows = by.agg(
        customers=("customer_id", "size"),
        response=("responded", "mean"),
        spend=("later", "mean"),
        reach=("reachable", "mean"),
    ).reset_index(names="segment")
    rows["share"] = rows["customers"] / len(spring.people)
    return rows.sort_values("response", ascending=False, ignore_index=True)
