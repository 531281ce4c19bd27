"""What a persona card shows, taken from its record: panels, statements, a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from segtools.plots.display import table
from segtools.profiles.topics import TOPICS
from segtools.report.front import strongest
from segtools.report.templating import anchor, colour, day, money, number, percent

Record = Mapping[str, Any]

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
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
    return {
        "anchor": anchor(persona.get("segment_id")),
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
    headings = TOPICS | {"": "What else"}
    groups: dict[str, list[Record]] = {topic: [] for topic in headings}
    for row in evidenced:
        groups[row["topic"] if row["topic"] in TOPICS else ""].append(row)
    return [(headings[topic], rows) for topic, rows in groups.items() if rows]


def _more(persona: Record, evidenced: Sequence[Record]) -> str:
    beyond = persona.get("beyond_chance") or 0
    rest = beyond - len(evidenced)
    if rest <= 0:
        return ""
    verb = "differ" if rest > 1 else "differs"
    return (
        f"{number(rest)} more {verb} from everyone beyond chance; the card has the "
        "most telling of each topic."
    )


def _source(said: Record) -> str:
    who, when = str(said.get("who") or ""), day(said.get("date") or "")
    return ", ".join(part for part in (who, when) if part)


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
    return {"customers": number(given.get("customers")), "figures": figures}


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
                    "name": str(row.get(key) or ""),
                    "share": row.get("share"),
                    "base_share": row.get("base_share"),
                }
                for row in (persona.get(kind) or [])[: BASKET + (kind == "stages")]
            ],
        }
        for kind, key in zip(_LISTS, ("category", "stage", "channel"), strict=True)
    }


def _when(persona: Record, everyone: Record, scales: Record) -> list[dict[str, Any]]:
    """Give the two clocks of a card: hours of the day and days of the week."""
    hours = [f"{hour}:00" for hour in range(24)]
    panels = [
        ("hours", "When in the day", hours, ["0", "6", "12", "18", "24 h"], "Hour"),
        ("weekdays", "When in the week", WEEKDAYS, [d[:2] for d in WEEKDAYS], "Day"),
    ]
    return [
        {
            "title": title,
            "unit": unit,
            "ticks": ticks,
            "ends": key == "hours",
            "shares": persona[key],
            "base": everyone[key],
            "top": scales[key],
            "finding": _peak(persona[key], everyone[key], labels),
            "twin": _twin(
                f"{name_of(persona)}: {title.lower()}",
                {unit: labels, "Segment": persona[key], "Everyone": everyone[key]},
            ),
        }
        for key, title, labels, ticks, unit in panels
        if any(persona.get(key) or ()) and len(everyone.get(key) or ()) == len(labels)
    ]


def _twin(caption: str, columns: Mapping[str, Sequence[Any]]) -> Markup:
    formats = {"Segment": "percent", "Everyone": "percent"}
    return Markup(table(pd.DataFrame(columns), caption=caption, formats=formats).html)


def _peak(own: Sequence[float], base: Sequence[float], labels: Sequence[str]) -> str:
    top = max(range(len(own)), key=lambda i: own[i])
    return (
        f"Most orders {'at' if ':' in labels[top] else 'on'} {labels[top]}: "
        f"{percent(own[top])}, everyone {percent(base[top])}"
    )


def _each(persona: Record, everyone: Record) -> str:
    """Compare what one customer brings here with what one brings on average."""
    value, n = persona.get("value"), persona.get("n")
    total, count = everyone.get("value"), everyone.get("n")
    if value is None or total is None or not n or not count:
        return ""
    own, mean = float(value) / n, float(total) / count
    unit = persona.get("value_unit")
    times = f", {number(own / mean, 1)} times the average" if mean > 0 else ""
    return f"{money(own, unit)} a customer{times} ({money(mean, unit)})"
