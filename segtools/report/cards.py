"""Persona cards and the action table, as notebook 04 and 05 show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from segtools.plots.display import Display, table
from segtools.plots.rows import segment_key
from segtools.report.front import strongest, value_label
from segtools.report.templating import (
    anchor,
    colour,
    money,
    number,
    percent,
    templates,
)

__all__ = ["action_table", "persona_card", "persona_cards"]

Record = Mapping[str, Any]

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
BASKET = 5  # categories shown on a card
REACH = {
    "message": "Message",
    "channel": "Channel",
    "offer": "Offer",
    "measure": "Measure",
    "stop_rule": "Stop rule",
}
COLUMNS = REACH | {"priority": "Priority"}


def persona_card(
    persona: Record,
    action: Record | None,
    everyone: Record,
    *,
    scales: Record | None = None,
    label: str | None = None,
) -> Display:
    """Show one persona as a card that prints alone on one sheet.

    Parameters
    ----------
    persona : mapping
        One segment of ``personas.json``.
    action : mapping or None
        Its row of ``actions.json``.
    everyone : mapping
        ``everyone`` of ``personas.json``: customers, value, hours and weekdays.
    scales : mapping, default=None
        The longest bar of ``hours``, ``weekdays`` and ``basket``, as shares, so that
        cards compare. None scales the card to itself and everyone.
    label : str, default=None
        What the value is, such as ``"Spend"``. None takes it from the unit.

    Returns
    -------
    Display
        One ``<article class="st-card">``.

    Examples
    --------
    >>> persona = {"segment_id": "S1", "segment": "Big baskets", "n": 40, "share": 0.4}
    >>> persona_card(persona, None, {"n": 100})
    Big baskets: 40 customers (40 %), – of the value. 0 statements from data.
    """
    view = _card(persona, everyone, scales or _scales([persona], everyone))
    view["value_label"] = label or value_label({"segments": [persona]})
    view["reach"] = [
        (name, str(action[key]))
        for key, name in REACH.items()
        if action and action.get(key)
    ]
    page = templates().get_template("card.html.j2").render(view)
    share = percent(persona.get("value_share")).replace("\u202f", " ")
    text = (
        f"{view['name']}: {view['n']} customers ({100 * view['share']:.0f} %), {share} "
        f"of the value. {len(view['evidenced'])} statements from data."
    )
    return Display(page, text)


def persona_cards(personas: Record, actions: Record | None = None) -> Display:
    """Show all cards of a run on the same scales, with links to each above them.

    Parameters
    ----------
    personas : mapping
        The content of ``personas.json``.
    actions : mapping, default=None
        The content of ``actions.json``.

    Returns
    -------
    Display
        A list of links and one article a segment, ordered by rank.

    Examples
    --------
    >>> rows = [{"segment_id": "S1", "segment": "All", "n": 2, "share": 1.0}]
    >>> persona_cards({"segments": rows, "everyone": {"n": 2}})
    All: 2 customers (100 %), – of the value. 0 statements from data.
    """
    segments = sorted(personas.get("segments") or [], key=lambda s: s.get("rank") or 0)
    everyone = personas.get("everyone") or {}
    scales, label = _scales(segments, everyone), value_label(personas)
    steps = {
        row.get("segment_id"): row for row in (actions or {}).get("segments") or []
    }
    cards = [
        persona_card(
            s, steps.get(s.get("segment_id")), everyone, scales=scales, label=label
        )
        for s in segments
    ]
    links = [
        (anchor(s.get("segment_id")), _name(s), _colour(s), segment_key(_name(s)))
        for s in segments
    ]
    jump = templates().get_template("jump.html.j2").render(links=links)
    return Display(
        "\n".join([jump, *(card.html for card in cards)]),
        "\n".join(card.text for card in cards),
    )


def action_table(
    actions: Record, *, caption: str = "What to do with each segment"
) -> Display:
    """Show what to do with each segment: one row each, in order of priority.

    Parameters
    ----------
    actions : mapping
        The content of ``actions.json``.
    caption : str, default="What to do with each segment"
        The table's caption, which also names it to a screen reader.

    Returns
    -------
    Display
        A table that scrolls inside its own region where the page is narrow.

    Examples
    --------
    >>> row = {"segment_id": "S1", "segment": "All", "message": "Thanks", "priority": 1}
    >>> action_table({"segments": [row]})
    What to do with each segment
    Segment Message Priority
        All  Thanks        1
    """
    rows = sorted(actions.get("segments") or [], key=_priority)
    used = [key for key in COLUMNS if any(row.get(key) for row in rows)]
    frame = pd.DataFrame(
        {"Segment": [_name(row) for row in rows]}
        | {COLUMNS[key]: [row.get(key) for row in rows] for key in used}
    )
    return table(frame, caption=caption)


def _name(row: Record) -> str:
    return str(row.get("segment") or row.get("segment_id"))


def _colour(row: Record) -> str:
    return colour(row.get("colour"))


def _priority(row: Record) -> tuple[bool, float]:
    value = row.get("priority")
    if isinstance(value, (int, float)):
        return False, value
    return True, 0.0


def _scales(segments: Sequence[Record], everyone: Record) -> dict[str, float]:
    """Find the longest bar of each kind over all cards, so that cards compare."""
    top = {
        key: max((max(s.get(key) or [0.0]) for s in [*segments, everyone]), default=0.0)
        for key in ("hours", "weekdays")
    }
    shares = [
        item.get(key) or 0.0
        for segment in segments
        for item in (segment.get("typical_basket") or [])[:BASKET]
        for key in ("share", "base_share")
    ]
    top["basket"] = max(shares, default=0.0)
    return {key: value or 1.0 for key, value in top.items()}


def _card(persona: Record, everyone: Record, scales: Record) -> dict[str, Any]:
    blank = {"text": "", "share": None, "low": None, "high": None, "n": None}
    blank |= {"base_share": None, "kind": "assumption"}
    statements = persona.get("statements") or []
    evidence = [row for row in statements if row.get("kind") == "evidence"]
    bare = [row for row in evidence if row.get("share") is None]
    return {
        "anchor": anchor(persona.get("segment_id")),
        "key": segment_key(_name(persona)),
        "name": _name(persona),
        "colour": _colour(persona),
        "n": persona.get("n") or 0,
        "share": persona.get("share") or 0.0,
        "value": persona.get("value"),
        "value_unit": persona.get("value_unit"),
        "value_share": persona.get("value_share") or 0.0,
        "headline": persona.get("headline") or "",
        "summary": persona.get("summary") or "",
        "evidenced_share": persona.get("evidenced_share"),
        "evidenced": [blank | dict(row) for row in [*strongest(persona), *bare]],
        "assumed": [
            blank | dict(row) for row in statements if row.get("kind") != "evidence"
        ],
        "when": _when(persona, everyone, scales),
        "basket": (persona.get("typical_basket") or [])[:BASKET],
        "basket_top": scales["basket"],
        "each": _each(persona, everyone),
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
                f"{_name(persona)}: {title.lower()}",
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
