"""What segmented customers and persona cards show of themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from segtools.features.plan import local_text
from segtools.glance import Glance, Lines, Record
from segtools.wording import interval, number, percent, plain

if TYPE_CHECKING:
    from segtools.profiles.profile import Segmented

_KINDS = {"evidence": "from data", "interview": "from interviews"}


class Persona(Record):
    """One segment's card, as ``personas.json`` keeps it."""

    def _glance(self) -> Glance:
        said = sorted(self["statements"], key=lambda s: s["kind"] != "evidence")
        unit = f" {self['value_unit']}" if self["value_unit"] else ""
        facts: list[tuple[str, object]] = [
            ("Customers", f"{number(self['n'])} ({percent(self['share'])})"),
            ("Spend", f"{number(float(self['value']))}{unit}"),
            ("Share of the spend", percent(self["value_share"])),
            ("Statements from data", percent(self["evidenced_share"])),
        ]
        head = ("Statement", "Rests on", "Share", "95 % interval", "Everyone")
        return Glance(
            title=f"{self['segment']} ({self['segment_id']})",
            answer=self["headline"],
            facts=facts,
            lines=Lines("What is said of them", head, [*map(_stated, said)], words=2),
            note=self["summary"],
        )


def _stated(said: dict[str, Any]) -> tuple[str, ...]:
    return (
        said["text"],
        _KINDS.get(said["kind"], "nothing yet: an assumption"),
        percent(said["share"]),
        interval(said["low"], said["high"], percent),
        percent(said["base_share"]),
    )


class Personas(Record):
    """All cards of a run, as ``personas.json`` keeps them."""

    def __init__(self, *parts: Any, **more: Any) -> None:
        super().__init__(*parts, **more)
        if "segments" in self:
            self["segments"] = [Persona(card) for card in self["segments"]]

    def _glance(self) -> Glance:
        from segtools.profiles.personas import evidence_sentence, value_sentence

        cards = self["segments"]
        head = ("Segment", "What they are like", "Customers", "Share", "Of the spend")
        cells = [
            (
                card["segment"],
                card["headline"],
                number(card["n"]),
                percent(card["share"]),
                percent(card["value_share"]),
            )
            for card in cards
        ]
        colours = [card["colour"] for card in cards]
        return Glance(
            title=f"Personas: {number(len(cards))}",
            answer=value_sentence(self),
            facts=[("Customers", number(self["everyone"]["n"]))],
            lines=Lines("By segment", head, cells, words=2, colours=colours),
            note=evidence_sentence(self),
        )


def _largest(counts: pd.Series, names: dict[str, str]) -> str:
    if counts.empty:
        return "There are no customers."
    largest = counts.idxmax()
    share = percent(counts.max() / counts.sum())
    return f"The largest is {plain(names.get(largest, largest))}, with {share} of them."


def segmented_glance(data: Segmented) -> Glance:
    """Show how many customers each segment has, and over what they were measured."""
    counts = data.segments["segment_id"].value_counts().sort_index()
    names = {}
    if "segment" in data.segments:
        pairs = data.segments.drop_duplicates("segment_id")
        names = dict(zip(pairs["segment_id"], pairs["segment"], strict=True))
    everyone = int(counts.sum())
    cells = [
        (names.get(i, i), i, number(n), percent(n / everyone))
        for i, n in counts.items()
    ]
    facts: list[tuple[str, object]] = [
        ("Customers", number(everyone)),
        ("Features", number(len(data.features.columns) - 1)),
    ]
    if data.window is not None:
        as_of = local_text(data.window.origin, data.shop.timezone)
        facts.append(("As of", as_of[:10]))
        facts.append(("Days in the window", number(data.window.days)))
    head = ("Segment", "Id", "Customers", "Share")
    return Glance(
        title=f"Customers in {number(len(counts))} segments",
        answer=_largest(counts, names),
        facts=facts,
        lines=Lines("Sizes", head, cells, words=2),
    )
