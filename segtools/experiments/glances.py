"""What a planned experiment and a campaign's results show of themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from segtools.experiments.planned import found_sentence, plan_sentences
from segtools.experiments.sizes import amount, points, segment_name
from segtools.experiments.words import design_sentence, lift_sentences
from segtools.glance import Glance, Lines, Record
from segtools.joining import sentences
from segtools.languages import header, said_header, tr, trc
from segtools.wording import interval, number, percent

Row = Mapping[str, Any]


class ExperimentPlan(Record):
    """What an experiment could find, as `plan_experiment` gives it."""

    def _glance(self) -> Glance:
        whole, money = self["everyone"], self["unit"] == "money"
        rows = [*self["segments"], whole]
        facts: list[tuple[str, object]] = [
            (tr("Customers"), number(whole["customers"])),
            (
                tr("Held back"),
                f"{number(whole['holdout'])} ({percent(self['holdout'])})",
            ),
            (tr("Days"), number(self["days"])),
            (tr("Segments tested"), number(self["tests"])),
        ]
        head = _head(
            header("Segment"),
            header("Customers"),
            header("Held back"),
            header("Smallest lift"),
        )
        cells = [_could_find(row, money=money) for row in rows]
        said = plan_sentences({"plan": self, "running": []}, "")
        return Glance(
            title=tr("Experiment plan: {name}", name=self["name"])
            if self["name"]
            else tr("Experiment plan: none is planned"),
            answer=found_sentence(self, ""),
            facts=facts,
            lines=Lines(
                tr("The smallest lift that is found four times in five"),
                head,
                cells,
                colours=[row["colour"] for row in rows],
            ),
            note=sentences(said[2:]),
        )


def _head(*names: str) -> tuple[str, ...]:
    return tuple(map(said_header, names))


def _could_find(row: Row, *, money: bool) -> tuple[str, ...]:
    smallest = row["smallest_effect"]
    size = amount(smallest, "") if money else points(smallest)
    counts = number(row["customers"]), number(row["holdout"])
    return segment_name(row), *counts, size


class Readout(Record):
    """What a campaign brought, as `read_out` gives it."""

    def _glance(self) -> Glance:
        counts = self["counts"]
        facts: list[tuple[str, object]] = [
            (tr("Receivers"), number(counts["receivers"])),
            (tr("Held back"), number(counts["held_back"])),
            (tr("Days waited for"), number(self["days"])),
        ]
        lifted = self["design"] != "association"
        name = self["campaign_id"]
        return Glance(
            title=tr("Campaign {name}: lift", name=name)
            if lifted
            else tr("Campaign {name}: association only", name=name),
            answer=design_sentence(self),
            facts=facts,
            lines=_lifts(self) if lifted else _responses(self),
            note=sentences(lift_sentences(self, "")),
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
        cells.append((segment_name(row), _sure(own["found"]), size(own["lift"]), band))
    what = tr("Lift in spend a customer")
    if name == "response":
        what = tr("Lift in responses")
    head = _head(
        header("Segment"),
        header("Beyond chance"),
        header("Lift"),
        header("95 % interval"),
    )
    colours = [row.get("colour") for row in rows]
    return Lines(what, head, cells, words=2, colours=colours)


def _money(value: float | None) -> str:
    return amount(value, "")


def _sure(found: bool | None) -> str:
    if found is None:
        return trc("beyond chance", "not told")
    if found:
        return trc("beyond chance", "yes")
    return trc("beyond chance", "may be chance")


def _responses(campaign: Row) -> Lines:
    rows = [*campaign["segments"], campaign["everyone"]]
    cells = [
        (
            segment_name(row),
            percent(row["share"]),
            interval(row["low"], row["high"], percent),
        )
        for row in rows
    ]
    head = _head(header("Segment"), header("Responded"), header("95 % interval"))
    colours = [row.get("colour") for row in rows]
    caption = tr("Who responded, of the receivers")
    return Lines(caption, head, cells, colours=colours)
