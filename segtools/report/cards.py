"""Persona cards and the action table, as notebook 04 and 05 show them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from segtools.joining import sentences
from segtools.languages import header, mark, said_header, trn
from segtools.plots.display import Display, table
from segtools.plots.rows import segment_key
from segtools.report.card_view import card_view, name_of, scales_of
from segtools.report.templating import anchor, colour, percent, templates
from segtools.report.value_words import ValueWords, value_label
from segtools.wording import per_cent

__all__ = ["action_table", "persona_card", "persona_cards"]

Record = Mapping[str, Any]

REACH = {
    "message": header("Message"),
    "channel": header("Channel"),
    "offer": header("Offer"),
    "measure": header("Measure"),
    "owner": header("Owner"),
    "stop_rule": header("Stop rule"),
}
COLUMNS = REACH | {"priority": header("Priority")}
ON_CARDS = REACH | {"tested": header("Last test")}


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
    view = card_view(persona, everyone, scales or scales_of([persona], everyone))
    view["value_words"] = ValueWords(label or value_label({"segments": [persona]}))
    view["reach"] = [
        (said_header(name), str(action[key]))
        for key, name in ON_CARDS.items()
        if action and action.get(key)
    ]
    page = templates().get_template("card.html.j2").render(view)
    return Display(page, _in_short(view, persona.get("value_share")))


def _in_short(view: Record, value_share: float | None) -> str:
    """Say a card in two sentences, for where no HTML is shown."""
    size = trn(
        "{name}: {n} customer ({share}), {value_share} of the value.",
        "{name}: {n} customers ({share}), {value_share} of the value.",
        view["n"],
        n=view["n"],
        name=view["name"],
        share=per_cent(100 * view["share"]),
        value_share=percent(value_share),
    )
    told = trn(
        "{n} statement from data.",
        "{n} statements from data.",
        len(view["evidenced"]),
    )
    return sentences([size, told]).replace("\u202f", " ")


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
    scales, label = scales_of(segments, everyone), value_label(personas)
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
        (
            anchor(s.get("segment_id")),
            name_of(s),
            colour(s.get("colour")),
            segment_key(name_of(s)),
        )
        for s in segments
    ]
    jump = templates().get_template("jump.html.j2").render(links=links)
    return Display(
        "\n".join([jump, *(card.html for card in cards)]),
        "\n".join(card.text for card in cards),
    )


def action_table(
    actions: Record, *, caption: str = mark("What to do with each segment")
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
        {header("Segment"): [name_of(row) for row in rows]}
        | {COLUMNS[key]: [row.get(key) for row in rows] for key in used}
    )
    return table(frame, caption=caption)


def _priority(row: Record) -> tuple[bool, float]:
    value = row.get("priority")
    if isinstance(value, (int, float)):
        return False, value
    return True, 0.0
