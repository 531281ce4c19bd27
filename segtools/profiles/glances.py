"""What segmented customers and persona cards show of themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from segtools.features.plan import local_text
from segtools.glance import Glance, Lines, Record
from segtools.joining import bracketed
from segtools.languages import mark, tr, trc, trn
from segtools.wording import interval, number, percent, plain

if TYPE_CHECKING:
    from segtools.profiles.profile import Segmented

_KINDS = {"evidence": mark("from data"), "interview": mark("from interviews")}
_NOTHING_YET = mark("nothing yet: an assumption")


class Persona(Record):
    """One segment's card, as ``personas.json`` keeps it."""

    def _glance(self) -> Glance:
        said = sorted(self["statements"], key=lambda s: s["kind"] != "evidence")
        unit = f" {self['value_unit']}" if self["value_unit"] else ""
        facts: list[tuple[str, object]] = [
            (tr("Customers"), bracketed(number(self["n"]), percent(self["share"]))),
            (tr("Spend"), f"{number(float(self['value']))}{unit}"),
            (tr("Share of the spend"), percent(self["value_share"])),
            (tr("Statements from data"), percent(self["evidenced_share"])),
        ]
        head = (
            trc("column", "Statement"),
            trc("column", "Rests on"),
            trc("column", "Share"),
            trc("column", "95 % interval"),
            trc("column", "Everyone"),
        )
        said_of = tr("What is said of them")
        return Glance(
            title=bracketed(self["segment"], self["segment_id"]),
            answer=self["headline"],
            facts=facts,
            lines=Lines(said_of, head, [*map(_stated, said)], words=2),
            note=self["summary"],
        )


def _stated(said: dict[str, Any]) -> tuple[str, ...]:
    return (
        said["text"],
        tr(_KINDS.get(said["kind"], _NOTHING_YET)),
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
        head = (
            trc("column", "Segment"),
            trc("column", "What they are like"),
            trc("column", "Customers"),
            trc("column", "Share"),
            trc("column", "Of the spend"),
        )
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
            title=tr("Personas: {n}", n=number(len(cards))),
            answer=value_sentence(self),
            facts=[(tr("Customers"), number(self["everyone"]["n"]))],
            lines=Lines(tr("By segment"), head, cells, words=2, colours=colours),
            note=evidence_sentence(self),
        )


def _largest(counts: pd.Series, names: dict[str, str]) -> str:
    if counts.empty:
        return tr("There are no customers.")
    largest = counts.idxmax()
    return tr(
        "The largest is {segment}, with {share} of them.",
        segment=plain(names.get(largest, largest)),
        share=percent(counts.max() / counts.sum()),
    )


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
        (tr("Customers"), number(everyone)),
        (tr("Features"), number(len(data.features.columns) - 1)),
    ]
    if data.window is not None:
        as_of = local_text(data.window.origin, data.shop.timezone)
        facts.append((tr("As of"), as_of[:10]))
        facts.append((tr("Days in the window"), number(data.window.days)))
    head = (
        trc("column", "Segment"),
        trc("column", "Id"),
        trc("column", "Customers"),
        trc("column", "Share"),
    )
    return Glance(
        title=trn("Customers in {n} segment", "Customers in {n} segments", len(counts)),
        answer=_largest(counts, names),
        facts=facts,
        lines=Lines(tr("Sizes"), head, cells, words=2),
    )
