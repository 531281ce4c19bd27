"""Lesson 6: segments that serve a goal, and three ways to fool oneself about it."""

from __future__ import annotations

import math
from typing import Any

import ibis
import pandas as pd

from segtools.features.catalogue import Window, feature, remove_feature
from segtools.features.leakage import check_leakage
from segtools.lessons.goals.exercises import EXERCISES
from segtools.lessons.goals.shop import (
    CRM,
    Quarter,
    Season,
    compete,
    journey,
    oracle,
    past_spend,
    ways,
    with_crm,
)
from segtools.lessons.goals.shop import open_season as data
from segtools.plots.display import Display, finding
from segtools.schema import ConfigError
from segtools.segmentation.entries import Contest
from segtools.segmentation.figures import gini
from segtools.simulate_shops import WINDOW_DAYS
from segtools.wording import number

__all__ = [
    "CRM",
    "EXERCISES",
    "by_past_spend",
    "ceiling",
    "damage",
    "data",
    "gini_of",
    "journey",
    "promised_and_come",
    "real_words",
    "refused",
    "stay_and_spend",
    "ways",
    "with_crm",
]

PAST, NEXT = "Past spend", "Next quarter"


def gini_of(contest: Contest, scheme: str) -> float:
    """Give the Gini of a way to segment, or not-a-number where nothing was judged."""
    entry = contest.entry(scheme)
    return math.nan if entry is None else float(entry.draws["gini"][0])


def by_past_spend(contest: Contest, quarter: Quarter) -> pd.DataFrame:
    """Tabulate how well each way tells the spend apart that it was made from."""
    found = pd.Series(past_spend(contest, quarter)).sort_values(ascending=False)
    rows = pd.DataFrame({"Way to segment": found.index, "Gini": found.to_numpy()})
    rows.attrs["formats"] = {"Gini": ".3f"}
    return rows


def promised_and_come(season: Season) -> pd.DataFrame:
    """Tabulate what the contest promised for the past quarter, and what came next.

    Returns
    -------
    DataFrame
        One row a way: the scorecard, the scorecard with the customer system's column,
        and spend quintiles.
    """
    rows = []
    for label, scheme, extra in (
        ("Goal scorecard", "goal", False),
        (f"Goal scorecard with {CRM}", "goal", True),
        ("Spend quintiles", "spend_quintiles", False),
    ):
        both = [
            gini_of(compete(q, with_crm(q, season) if extra else None), scheme)
            for q in (season.past, season.coming)
        ]
        rows.append((label, *both))
    table = pd.DataFrame(rows, columns=["Way to segment", "Promised", "Came true"])
    table.attrs["formats"] = {"Promised": ".3f", "Came true": ".3f"}
    return table


def stay_and_spend(season: Season) -> pd.DataFrame:
    """Tabulate each way's Gini for both goals, judged on the same quarter."""
    spend, stay = compete(season.past), compete(season.past_stay)
    rows = pd.DataFrame(
        {
            "Way to segment": [e.label for e in spend.entries],
            "Who spends": [gini_of(spend, e.scheme) for e in spend.entries],
            "Who stays": [gini_of(stay, e.scheme) for e in spend.entries],
        }
    ).sort_values("Who stays", ascending=False)
    rows.attrs["formats"] = {"Who spends": ".3f", "Who stays": ".3f"}
    return rows


def ceiling(season: Season) -> str:
    """Say how high a ranking could come, with what nobody knows in a real shop."""
    best = gini_of(compete(season.coming), "goal")
    outcome = season.coming.judged["outcome"].to_numpy(float)
    return (
        "In the coming quarter a ranking by the outcome itself would have a Gini of "
        f"{number(float(gini(outcome, outcome)), 3)}: that is all there is. The "
        f"scorecard reaches {number(best, 3)}. Somebody who knew each customer's "
        f"habits, and who silently leaves, would reach {number(oracle(season), 3)}."
    )


def refused(season: Season) -> str:
    """Say what `check_leakage` says of the customer system's column as a feature."""
    window = Window(int(season.quarter_began.timestamp()), WINDOW_DAYS)
    schema = season.shop.tables["orders"].schema()
    every = ibis.table(schema, name="orders_until_today")

    @feature(CRM, basis="value", unit="money", needs=("amount",))
    def spend_until_today(orders: Any, window: Window) -> Any:
        today = every.filter(every.customer_id == orders.customer_id.max())
        return today.amount.sum().cast("float64")

    try:
        checked = check_leakage(CRM, season.shop, window)
    except ConfigError as error:
        return str(error)
    finally:
        remove_feature(CRM)
    return f"Nothing was refused: {checked}."


def real_words(quarter: Quarter | None) -> str:
    """Say what the contest finds for the real grocer, if its package is there."""
    if quarter is None:
        return (
            "The Complete Journey is not installed here, so the real grocer is left "
            "out; the lesson goes on without it."
        )
    contest = compete(quarter)
    ours, plain = (gini_of(contest, n) for n in ("goal", "spend_quintiles"))
    return (
        f"{number(len(quarter.judged))} households: the scorecard reaches a Gini of "
        f"{number(ours, 3)}, spend quintiles {number(plain, 3)}. {contest.reason}"
    )


def damage(
    season: Season, *, leak_the_future: bool, judge_on_the_past: bool
) -> Display:
    """Say which way is chosen, what it promises and what comes of it.

    Parameters
    ----------
    season : Season
    leak_the_future : bool
        Whether the customer system's column takes part.
    judge_on_the_past : bool
        Whether the ways are judged on the spend that they were made from.
    """
    learning = [
        with_crm(q, season) if leak_the_future else None
        for q in (season.past, season.coming)
    ]
    past, coming = (
        compete(q, rows)
        for q, rows in zip((season.past, season.coming), learning, strict=True)
    )
    seen = {e.label: gini_of(past, e.scheme) for e in past.entries}
    if judge_on_the_past:
        seen = past_spend(past, season.past)
    best = max(seen, key=lambda label: seen[label])
    came = next(gini_of(coming, e.scheme) for e in coming.entries if e.label == best)
    said = (
        f"Chosen: {best}. It promises a Gini of {number(seen[best], 3)}; the coming "
        f"quarter brings {number(came, 3)}."
    )
    if leak_the_future or judge_on_the_past:
        honest = number(gini_of(compete(season.coming), "goal"), 3)
        said = f"{said} An honest contest would have brought {honest}."
    return finding(said)
