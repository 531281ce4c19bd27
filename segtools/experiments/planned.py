"""A planned experiment for people: its table and its sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from segtools.experiments.sizes import amount, points, segment_name
from segtools.joining import sentences
from segtools.languages import header, markn, tr, trn
from segtools.wording import number, percent, shorten


def plan_table(plan: Mapping[str, Any]) -> pd.DataFrame:
    """Tabulate what an experiment could find, one row a segment, everyone last."""
    rows = [*plan["segments"], plan["everyone"]]
    money = plan["unit"] == "money"
    frame = pd.DataFrame(
        {
            header("Segment"): [segment_name(r) for r in rows],
            header("Customers"): [r["customers"] for r in rows],
            header("Held back"): pd.array([r["holdout"] for r in rows], dtype="Int64"),
            header("Outcome learned"): [r["base"] for r in rows],
            header("Smallest lift"): [r["smallest_effect"] for r in rows],
        }
    )
    if plan["effect"] is not None:
        frame[header("Chance to find it")] = [r["power"] for r in rows]
        needed = [r["needed"] for r in rows]
        frame[header("Customers needed")] = pd.array(needed, dtype="Int64")
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
        return tr(
            "No experiment is planned. If {share} of each segment were held back by "
            "lot, this is what it could find; {key} in the configuration deals the "
            "arms.",
            share=share,
            key="`experiment: {name: ...}`",
        )
    held, n = plan["everyone"]["holdout"], plan["everyone"]["customers"]
    known = {"name": shorten(plan["name"]), "share": share}
    said = tr(
        "{name}: {share} of each segment, and of each third of it by spend, are held "
        "back by lot.",
        **known,
    )
    if held is not None:
        said = trn(
            "{name}: {share} of each segment, and of each third of it by spend, are "
            "held back by lot, {held} of {n} customers.",
            "{name}: {share} of each segment, and of each third of it by spend, are "
            "held back by lot, {held} of {n} customers.",
            n,
            held=number(held),
            **known,
        )
    rule = tr("They must not be written to; who has an arm keeps it in later runs.")
    return sentences([said, rule])


def _size(plan: Mapping[str, Any], value: float, currency: str) -> str:
    if plan["unit"] == "share":
        return points(value)
    return tr("{amount} a customer", amount=amount(value, currency))


def found_sentence(plan: Mapping[str, Any], currency: str) -> str:
    """Say what lift would be found over all segments, or why that is not known."""
    smallest = plan["everyone"]["smallest_effect"]
    if smallest is None:
        why = plan.get("why_not") or tr(
            "nothing has been learned about what customers do without it"
        )
        remedy = tr("Give `base`, the share who do it anyway.")
        if plan["unit"] == "money":
            remedy = tr(
                "Leave `days` out to plan with outcome_days, or read a longer past."
            )
        unknown = tr("What it could find is not known: {why}.", why=why)
        return sentences([unknown, remedy])
    return trn(
        "Over all segments a lift of {size} would be found four times in five, in the "
        "{n} day after.",
        "Over all segments a lift of {size} would be found four times in five, in the "
        "{n} days after.",
        plan["days"],
        size=_size(plan, smallest, currency),
    )


def _worth(plan: Mapping[str, Any], currency: str) -> str:
    if plan["effect"] is None:
        return ""
    tested = [r for r in plan["segments"] if r["enough"] is not None]
    words = _WOULD if plan["everyone"]["enough"] else _WOULD_NOT
    return trn(
        *words,
        len(tested),
        size=_size(plan, plan["effect"], currency),
        found=number(sum(bool(r["enough"]) for r in tested)),
    )


_WOULD = markn(
    "A lift of {size}, which is worth finding, would be found over all segments four "
    "times in five, and in {found} of {n} segments by themselves.",
    "A lift of {size}, which is worth finding, would be found over all segments four "
    "times in five, and in {found} of {n} segments by themselves.",
)
_WOULD_NOT = markn(
    "A lift of {size}, which is worth finding, would not be found over all segments "
    "four times in five, and in {found} of {n} segments by themselves.",
    "A lift of {size}, which is worth finding, would not be found over all segments "
    "four times in five, and in {found} of {n} segments by themselves.",
)


def _tests(plan: Mapping[str, Any]) -> str:
    n = plan["tests"]
    if n < 2:
        return ""
    return trn(
        "{n} segment shares one risk of {risk} of a false alarm, so that each needs "
        "stronger evidence than a single test.",
        "{n} segments share one risk of {risk} of a false alarm, so that each needs "
        "stronger evidence than a single test.",
        n,
        risk=percent(plan["alpha"]),
    )


def _lasts(plan: Mapping[str, Any]) -> str:
    lasts = plan["duration"]
    if lasts["per_day"] is None:
        return ""
    return trn(
        "At {pace} a day the sending takes {n} day, and the waiting {wait}.",
        "At {pace} a day the sending takes {n} days, and the waiting {wait}.",
        lasts["sending"],
        pace=number(lasts["per_day"]),
        wait=number(lasts["waiting"]),
    )


def _others(record: Mapping[str, Any]) -> list[str]:
    own = record["plan"]["name"]
    names = [r["name"] for r in record["running"] if r["name"] != own]
    return [
        tr(
            "{name} of an earlier run still runs: its arms are kept.",
            name=shorten(name),
        )
        for name in names
    ]
