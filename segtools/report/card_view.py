"""What a persona card shows, taken from its record: panels, statements, a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from segtools.joining import commas
from segtools.languages import header, mark, markn, tr, trn
from segtools.plots.display import table
from segtools.plots.lifecycle import stage_said
from segtools.plots.rows import segment_key
from segtools.profiles.topics import TOPICS
from segtools.report.clocks import Clock, clocks
from segtools.report.front import strongest
from segtools.report.templating import anchor, colour, day, money, number, percent
from segtools.wording import interval, plural_of

Record = Mapping[str, Any]

LIKE_THESE = markn(
    "for {n} customer like these; everyone in grey",
    "for {n} customers like these; everyone in grey",
)
IN_GREY = mark("everyone in grey")
BASKET = 5  # categories and channels shown on a card
_LISTS = ("typical_basket", "stages", "channels")


def name_of(row: Record) -> str:
    """Give a segment's name, or its id where it has none."""
    return str(row.get("segment") or row.get("segment_id"))


def scales_of(segments: Sequence[Record], everyone: Record) -> dict[str, float]:
    """Find the longest bar of each kind over all cards, so that cards compare."""
    top = {
        key: max((max(s.get(key) or [0.0]) for s in [*segments, everyone]), default=0.0)
        for key in ("hours", "weekdays")
    }
    for kind in _LISTS:
        shares = [
            item.get(key) or 0.0
            for segment in segments
            for item in segment.get(kind) or []
            for key in ("share", "base_share")
        ]
        top[kind] = max(shares, default=0.0)
    return {key: value or 1.0 for key, value in top.items()}


def card_view(persona: Record, everyone: Record, scales: Record) -> dict[str, Any]:
    """Give everything that ``card.html.j2`` names, apart from label and reach.

    Parameters
    ----------
    persona : mapping
        One segment of ``personas.json``.
    everyone : mapping
        ``everyone`` of ``personas.json``.
    scales : mapping
        As `scales_of` gives them.
    """
    statements = [_BLANK | dict(row) for row in persona.get("statements") or []]
    bare = [s for s in statements if s["kind"] == "evidence" and s["share"] is None]
    evidenced = [_BLANK | row for row in strongest(persona)] + bare
    evidenced = [row | {"receipt": _receipt(row)} for row in evidenced]
    return {
        "anchor": anchor(persona.get("segment_id")),
        "key": segment_key(name_of(persona)),
        "name": name_of(persona),
        "colour": colour(persona.get("colour")),
        "n": persona.get("n") or 0,
        "share": persona.get("share") or 0.0,
        "value": persona.get("value"),
        "value_unit": persona.get("value_unit"),
        "value_share": persona.get("value_share") or 0.0,
        "headline": persona.get("headline") or "",
        "summary": persona.get("summary") or "",
        "evidenced_share": persona.get("evidenced_share"),
        "evidenced": evidenced,
        "groups": _groups(evidenced),
        "more": _more(persona, evidenced),
        "told": [s | {"source": _source(s)} for s in _of(statements, "interview")],
        "assumed": _of(statements, "assumption"),
        "match": _NO_MATCH | dict(persona.get("match_all") or {}),
        "day": _day(persona),
        "when": _when(persona, everyone, scales),
        "lists": _lists(persona, scales),
        "hidden_stages": any(
            s.get("share") is None for s in persona.get("stages") or []
        ),
        "each": _each(persona, everyone),
    }


_BLANK = dict.fromkeys(("share", "low", "high", "n", "base_share"))
_NO_MATCH = {"sentence": "", "share": None, "half_share": None}
_BLANK |= {"text": "", "kind": "assumption", "topic": "", "aspect": ""}


def _of(statements: Sequence[Record], kind: str) -> list[dict[str, Any]]:
    return [dict(s) for s in statements if s["kind"] == kind]


def _groups(evidenced: Sequence[Record]) -> list[tuple[str, list[Record]]]:
    """Group statements by topic, in the order of the card's headings."""
    headings = TOPICS | {"": mark("What else")}
    groups: dict[str, list[Record]] = {topic: [] for topic in headings}
    for row in evidenced:
        groups[row["topic"] if row["topic"] in TOPICS else ""].append(row)
    return [(tr(headings[topic]), rows) for topic, rows in groups.items() if rows]


def _more(persona: Record, evidenced: Sequence[Record]) -> str:
    beyond = persona.get("beyond_chance") or 0
    rest = beyond - len(evidenced)
    if rest <= 0:
        return ""
    return trn(
        "{n} more differs from everyone beyond chance; the card has the most telling "
        "of each topic.",
        "{n} more differ from everyone beyond chance; the card has the most telling of "
        "each topic.",
        rest,
    )


def _receipt(row: Record) -> str:
    """Say what a statement rests on: its interval, everyone's share, how many."""
    base = row["base_share"]
    parts = [
        interval(row["low"], row["high"], percent),
        "" if base is None else tr("everyone {share}", share=percent(base)),
        tr("n = {n}", n=number(row["n"])),
    ]
    return commas(filter(None, parts))


def _source(said: Record) -> str:
    who, when = str(said.get("who") or ""), day(said.get("date") or "")
    return commas(filter(None, (who, when)))


def _day(persona: Record) -> dict[str, Any]:
    """Give the figures of a day, each in words and beside everyone's."""
    given = persona.get("day") or {}
    unit = persona.get("value_unit")
    figures = [
        {
            "name": str(f.get("name")),
            "value": _amount(f.get("value"), f.get("unit"), unit),
            "base": _amount(f.get("base_value"), f.get("unit"), unit),
        }
        for f in given.get("figures") or []
    ]
    customers = given.get("customers")
    said = trn(*LIKE_THESE, customers) if customers else tr(IN_GREY)
    return {"customers": said, "figures": figures}


def _amount(value: float | None, kind: object, unit: str | None) -> str:
    if kind == "money":
        return money(value, unit)
    return number(value, 0 if value is None or value >= 10 else 1)


def _lists(persona: Record, scales: Record) -> dict[str, dict[str, Any]]:
    """Give the panels that list shares: basket, stages of life, channels."""
    return {
        kind: {
            "top": scales[kind],
            "rows": [
                {
                    "name": _item_name(kind, str(row.get(key) or "")),
                    "share": row.get("share"),
                    "base_share": row.get("base_share"),
                }
                for row in (persona.get(kind) or [])[: BASKET + (kind == "stages")]
            ],
        }
        for kind, key in zip(_LISTS, ("category", "stage", "channel"), strict=True)
    }


def _item_name(kind: str, name: str) -> str:
    # Categories and channels are named by the data.
    return stage_said(name) if kind == "stages" else name


def _when(persona: Record, everyone: Record, scales: Record) -> list[dict[str, Any]]:
    """Give the two clocks of a card: hours of the day and days of the week."""
    return [
        {
            "title": tr(clock.title),
            "unit": clock.unit,
            "ticks": clock.ticks,
            "ends": key == "hours",
            "shares": persona[key],
            "base": everyone[key],
            "top": scales[key],
            "finding": _peak(persona[key], everyone[key], clock),
            "twin": _twin(
                tr(clock.caption, segment=name_of(persona)),
                {
                    clock.unit: clock.labels,
                    header("Segment"): persona[key],
                    header("Everyone"): everyone[key],
                },
            ),
        }
        for key, clock in clocks().items()
        if any(persona.get(key) or ())
        and len(everyone.get(key) or ()) == len(clock.labels)
    ]


def _twin(caption: str, columns: Mapping[str, Sequence[Any]]) -> Markup:
    formats = {"Segment": "percent", "Everyone": "percent"}
    return Markup(table(pd.DataFrame(columns), caption=caption, formats=formats).html)


def _peak(own: Sequence[float], base: Sequence[float], clock: Clock) -> str:
    top = max(range(len(own)), key=lambda i: own[i])
    return tr(
        clock.peak,
        when=clock.labels[top],
        share=percent(own[top]),
        everyone=percent(base[top]),
    )


def _each(persona: Record, everyone: Record) -> str:
    """Compare what one customer brings here with what one brings on average."""
    value, n = persona.get("value"), persona.get("n")
    total, count = everyone.get("value"), everyone.get("n")
    if value is None or total is None or not n or not count:
        return ""
    own, mean, unit = float(value) / n, float(total) / count, persona.get("value_unit")
    amounts = {"amount": money(own, unit), "average": money(mean, unit)}
    if mean <= 0:
        return tr("{amount} a customer ({average})", **amounts)
    times = own / mean
    return trn(
        "{amount} a customer, {n} time the average ({average})",
        "{amount} a customer, {n} times the average ({average})",
        plural_of(times, 1),
        n=number(times, 1),
        **amounts,
    )
