"""A planned experiment for people: its table and its sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from segtools.experiments.words import points
from segtools.wording import number, percent, shorten


def plan_table(plan: Mapping[str, Any]) -> pd.DataFrame:
    """Tabulate what an experiment could find, one row a segment, everyone last."""
    rows = [*plan["segments"], plan["everyone"]]
    money = plan["unit"] == "money"
    frame = pd.DataFrame(
        {
            "Segment": [r["segment"] for r in rows],
            "Customers": [r["customers"] for r in rows],
            "Held back": pd.array([r["holdout"] for r in rows], dtype="Int64"),
            "Outcome learned": [r["base"] for r in rows],
            "Smallest lift": [r["smallest_effect"] for r in rows],
        }
    )
    if plan["effect"] is not None:
        frame["Chance to find it"] = [r["power"] for r in rows]
        needed = [r["needed"] for r in rows]
        frame["Customers needed"] = pd.array(needed, dtype="Int64")
    way = ".2f" if money else "percent"
    ways = {"Outcome learned": way, "Smallest lift": way}
    chance = {"Chance to find it": "percent"} if "Chance to find it" in frame else {}
    frame.attrs["formats"] = ways | chance
    return frame


def plan_sentences(record: Mapping[str, Any], currency: str) -> list[str]:
    """Say who is held back, what could be found, and how long it takes."""
    plan = record["plan"]
    said = [_divided(plan), found_sentence(plan, currency), _worth(plan, currency)]
    said += [_tests(plan), _lasts(plan), *_others(record)]
    return [sentence for sentence in said if sentence]


def _divided(plan: Mapping[str, Any]) -> str:
    share = percent(plan["holdout"])
    if plan["name"] is None:
        return (
            f"No experiment is planned. If {share} of each segment were held back by "
            "lot, this is what it could find; `experiment: {name: ...}` in the "
            "configuration deals the arms."
        )
    held, n = plan["everyone"]["holdout"], plan["everyone"]["customers"]
    many = "" if held is None else f", {number(held)} of {number(n)} customers"
    return (
        f"{shorten(plan['name'])}: {share} of each segment, and of each third of it by "
        f"spend, are held back by lot{many}. They must not be written to; who has an "
        "arm keeps it in later runs."
    )


def _size(plan: Mapping[str, Any], value: float, currency: str) -> str:
    if plan["unit"] == "share":
        return points(value)
    return f"{number(value, 2)} {currency} a customer".replace("  ", " ")


def found_sentence(plan: Mapping[str, Any], currency: str) -> str:
    """Say what lift would be found over all segments, or why that is not known."""
    smallest = plan["everyone"]["smallest_effect"]
    if smallest is None:
        why = plan.get("why_not") or (
            "nothing has been learned about what customers do without it"
        )
        remedy = "Give `base`, the share who do it anyway."
        if plan["unit"] == "money":
            remedy = (
                "Leave `days` out to plan with outcome_days, or read a longer past."
            )
        return f"What it could find is not known: {why}. {remedy}"
    return (
        f"Over all segments a lift of {_size(plan, smallest, currency)} would be found "
        f"four times in five, in the {number(plan['days'])} days after."
    )


def _worth(plan: Mapping[str, Any], currency: str) -> str:
    if plan["effect"] is None:
        return ""
    tested = [r for r in plan["segments"] if r["enough"] is not None]
    enough = [r["segment"] for r in tested if r["enough"]]
    what = f"A lift of {_size(plan, plan['effect'], currency)}, which is worth finding,"
    whole = "would" if plan["everyone"]["enough"] else "would not"
    return (
        f"{what} {whole} be found over all segments four times in five, and in "
        f"{len(enough)} of {len(tested)} segments by themselves."
    )


def _tests(plan: Mapping[str, Any]) -> str:
    n = plan["tests"]
    if n < 2:
        return ""
    return (
        f"{n} segments share one risk of {percent(plan['alpha'])} of a false alarm, so "
        "that each needs stronger evidence than a single test."
    )


def _lasts(plan: Mapping[str, Any]) -> str:
    lasts = plan["duration"]
    if lasts["per_day"] is None:
        return ""
    return (
        f"At {number(lasts['per_day'])} a day the sending takes "
        f"{number(lasts['sending'])} days, and the waiting {number(lasts['waiting'])}."
    )


def _others(record: Mapping[str, Any]) -> list[str]:
    own = record["plan"]["name"]
    names = [r["name"] for r in record["running"] if r["name"] != own]
    return [
        f"{shorten(name)} of an earlier run still runs: its arms are kept."
        for name in names
    ]
