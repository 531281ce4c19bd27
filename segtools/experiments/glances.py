"""What a planned experiment and a campaign's results show of themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from segtools.experiments.planned import found_sentence, plan_sentences
from segtools.experiments.words import amount, design_sentence, lift_sentences, points
from segtools.glance import Glance, Lines, Record
from segtools.wording import interval, number, percent

Row = Mapping[str, Any]


class ExperimentPlan(Record):
    """What an experiment could find, as `plan_experiment` gives it."""

    def _glance(self) -> Glance:
        whole, money = self["everyone"], self["unit"] == "money"
        rows = [*self["segments"], whole]
        facts: list[tuple[str, object]] = [
            ("Customers", number(whole["customers"])),
            ("Held back", f"{number(whole['holdout'])} ({percent(self['holdout'])})"),
            ("Days", number(self["days"])),
            ("Segments tested", number(self["tests"])),
        ]
        head = ("Segment", "Customers", "Held back", "Smallest lift")
        cells = [_could_find(row, money=money) for row in rows]
        said = plan_sentences({"plan": self, "running": []}, "")
        return Glance(
            title=f"Experiment plan: {self['name'] or 'none is planned'}",
            answer=found_sentence(self, ""),
            facts=facts,
            lines=Lines(
                "The smallest lift that is found four times in five",
                head,
                cells,
                colours=[row["colour"] for row in rows],
            ),
            note=" ".join(said[2:]),
        )


def _could_find(row: Row, *, money: bool) -> tuple[str, ...]:
    smallest = row["smallest_effect"]
    size = amount(smallest, "") if money else points(smallest)
    return row["segment"], number(row["customers"]), number(row["holdout"]), size


class Readout(Record):
    """What a campaign brought, as `read_out` gives it."""

    def _glance(self) -> Glance:
        counts = self["counts"]
        facts: list[tuple[str, object]] = [
            ("Receivers", number(counts["receivers"])),
            ("Held back", number(counts["held_back"])),
            ("Days waited for", number(self["days"])),
        ]
        lifted = self["design"] != "association"
        return Glance(
            title=f"Campaign {self['campaign_id']}: "
            + ("lift" if lifted else "association only"),
            answer=design_sentence(self),
            facts=facts,
            lines=_lifts(self) if lifted else _responses(self),
            note=" ".join(lift_sentences(self, "")),
        )


def _lifts(campaign: Row) -> Lines:
    """Show lifts in responses where these are known, else in money."""
    rows = [*campaign["segments"], campaign["everyone"]]
    told = any(row["response"]["lift"] is not None for row in rows)
    name = "response" if told else "spend"
    cells = []
    for row in rows:
        own = row[name]
        size = points if name == "response" else _money
        band = interval(own["low"], own["high"], size)
        cells.append((row["segment"], _sure(own["found"]), size(own["lift"]), band))
    what = "responses" if name == "response" else "spend a customer"
    head = ("Segment", "Beyond chance", "Lift", "95 % interval")
    colours = [row.get("colour") for row in rows]
    return Lines(f"Lift in {what}", head, cells, words=2, colours=colours)


def _money(value: float | None) -> str:
    return amount(value, "")


def _sure(found: bool | None) -> str:
    return "not told" if found is None else "yes" if found else "may be chance"


def _responses(campaign: Row) -> Lines:
    rows = [*campaign["segments"], campaign["everyone"]]
    cells = [
        (
            row["segment"],
            percent(row["share"]),
            interval(row["low"], row["high"], percent),
        )
        for row in rows
    ]
    head = ("Segment", "Responded", "95 % interval")
    colours = [row.get("colour") for row in rows]
    return Lines("Who responded, of the receivers", head, cells, colours=colours)
