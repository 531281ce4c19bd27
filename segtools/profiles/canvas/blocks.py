"""The nine blocks of a business model canvas, filled from cards, actions and orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from segtools.joining import bracketed
from segtools.languages import mark, tr, trn
from segtools.profiles.canvas.lines import (
    COSTS,
    TIME,
    Line,
    amount,
    ask,
    count_of,
    known,
    ruled,
    said,
)
from segtools.profiles.canvas.numbers import Numbers, segment_numbers
from segtools.profiles.headline import lowered
from segtools.profiles.profile import Segmented
from segtools.wording import listed, number, percent, shorten

TITLES = {
    "customer_segments": mark("Customer segment"),
    "value_propositions": mark("Value proposition"),
    "channels": mark("Channels"),
    "customer_relationships": mark("Customer relationship"),
    "revenue_streams": mark("Revenue streams"),
    "key_resources": mark("Key resources"),
    "key_activities": mark("Key activities"),
    "key_partners": mark("Key partners"),
    "cost_structure": mark("Cost structure"),
}

_MOST = 3
# Topics that have a place of their own; all others are what customers want.
_ELSEWHERE = {"trait", "habit", "pain", "motive"}


def business_model_canvas(
    data: Segmented, personas: Mapping[str, Any], actions: Mapping[str, Any]
) -> dict[str, Any]:
    """Fill a business model canvas for every segment.

    Parameters
    ----------
    data : Segmented
    personas, actions : mapping
        As `build_personas` and `build_actions` give them.

    Returns
    -------
    dict
        ``segments`` in order of priority, each with ``segment_id``, ``segment``,
        ``value`` (text, to the cent) and nine ``blocks`` of a ``title`` and ``lines``.
        A line's ``source`` is ``data``, ``rule book``, or ``ask`` where the data does
        not speak. ``value`` is what all segments are worth together. Sums of fewer
        customers than may be shown are left out.
    """
    numbers = segment_numbers(data)
    cards = {c["segment_id"]: c for c in personas["segments"]}
    made = [
        _canvas(
            cards[row["segment_id"]],
            row,
            numbers[row["segment_id"]],
            actions["reach_by"],
            data.smallest_cell,
        )
        for row in sorted(actions["segments"], key=lambda r: r["priority"])
    ]
    unit = actions["value_unit"]
    return {
        "segments": made,
        "value": actions["value"],
        "value_unit": unit,
        "window_days": data.window.days,
    }


def _canvas(
    card: Mapping[str, Any],
    row: Mapping[str, Any],
    numbers: Numbers,
    reach_by: str,
    fewest: int,
) -> dict[str, Any]:
    blocks = {
        "customer_segments": _who(card),
        "value_propositions": _what_for(card, row),
        "channels": _where(row, numbers, reach_by),
        "customer_relationships": _how(card),
        "revenue_streams": _money(card, row, numbers, fewest),
        "key_resources": _resources(row),
        "key_activities": _activities(row),
        "key_partners": _partners(card),
        "cost_structure": _costs(card, numbers, fewest),
    }
    return {
        "segment_id": card["segment_id"],
        "segment": card["segment"],
        "priority": row["priority"],
        "value": card["value"],
        "value_unit": card["value_unit"],
        "blocks": {k: {"title": tr(TITLES[k]), "lines": v} for k, v in blocks.items()},
    }


def _who(card: Mapping[str, Any]) -> list[Line]:
    size = trn(
        "{n} customer, {share} of all",
        "{n} customers, {share} of all",
        card["n"],
        share=percent(card["share"]),
    )
    traits = said(card, ("trait",))
    who = tr("Who they are is not in the data: look at ten of them in the shop.")
    return [known(size), *(traits or [ask(who)])]


def _what_for(card: Mapping[str, Any], row: Mapping[str, Any]) -> list[Line]:
    wants = said(card, _topics(card) - _ELSEWHERE)
    pains = said(card, ("pain",))
    offer = tr(
        "{message}: {offer}", message=row["message"], offer=lowered(row["offer"])
    )
    return [ruled(offer), *wants, *pains, *_asked(card, wants, pains)]


def _topics(card: Mapping[str, Any]) -> set[str]:
    return {str(s.get("topic")) for s in card["statements"]}


def _asked(
    card: Mapping[str, Any], wants: Sequence[Line], pains: Sequence[Line]
) -> list[Line]:
    motives = said(card, ("motive",))
    lines = list(motives)
    if not motives:
        lines.append(ask(tr("Why they buy here and not elsewhere: ask ten of them.")))
    if not pains:
        lines.append(ask(tr("What annoys them: ask the help desk.")))
    if not wants:
        lines.append(
            ask(tr("What they value: nothing sets them apart; ask ten of them."))
        )
    return lines


def _where(row: Mapping[str, Any], numbers: Numbers, reach_by: str) -> list[Line]:
    lines = [ruled(row["channel"]), _ordered_by(numbers)]
    if row["reach"] is None:
        who = tr("Who may be written to: ask whoever keeps the consents.")
        return [*lines, ask(who)]
    reach = tr(
        "{share} can be reached, told by {what}",
        share=percent(row["reach"]),
        what=reach_by,
    )
    return [*lines, known(reach)]


def _ordered_by(numbers: Numbers) -> Line:
    if numbers.channels:
        used = listed(
            bracketed(shorten(c, 40), percent(s)) for c, s in numbers.channels
        )
        return known(
            tr("Share of them who ordered by each channel: {channels}", channels=used)
        )
    if numbers.has_channels:
        return known(tr("Too few ordered by any one channel to show it."))
    return ask(tr("By which channels they order: ask sales."))


def _how(card: Mapping[str, Any]) -> list[Line]:
    how = tr("Whether they want to be known by name or left alone: ask the staff.")
    return [*said(card, ("habit",)), ask(how)]


def _money(
    card: Mapping[str, Any], row: Mapping[str, Any], numbers: Numbers, fewest: int
) -> list[Line]:
    if card["value"] is None:
        return [known(tr("Too few customers to show what they spent."))]
    spent = tr(
        "{spent} in the window, {share} of all",
        spent=amount(card["value"], card["value_unit"]),
        share=percent(card["value_share"]),
    )
    lines = [known(spent)]
    if card["n"]:
        lines.append(known(_each(card, numbers, fewest)))
    if top := _basket(card):
        lines.append(known(tr("Bought by most of them: {categories}", categories=top)))
    return [*lines, known(row["effect"])]


def _each(card: Mapping[str, Any], numbers: Numbers, fewest: int) -> str:
    each = amount(float(card["value"]) / card["n"], card["value_unit"])
    orders = numbers.amounts.get("orders")
    if orders is None or not orders.customers >= fewest:
        return tr("{money} a customer", money=each)
    return trn(
        "{money} a customer, from {n} order",
        "{money} a customer, from {n} orders",
        int(orders.total),
        n=number(orders.total),
        money=each,
    )


def _basket(card: Mapping[str, Any]) -> str:
    top = [shorten(b["category"], 40) for b in card.get("typical_basket") or []]
    return listed(top[:_MOST])


def _resources(row: Mapping[str, Any]) -> list[Line]:
    return [
        ruled(tr("Who answers for it: {owner}", owner=row["owner"])),
        ask(tr("Time and budget: ask whoever answers for it.")),
    ]


def _activities(row: Mapping[str, Any]) -> list[Line]:
    return [
        ruled(row["offer"]),
        ruled(tr("Measure: {measure}", measure=lowered(row["measure"]))),
        known(tr("Test: {test}", test=lowered(row["test"]))),
        ruled(row["stop_rule"]),
    ]


def _partners(card: Mapping[str, Any]) -> list[Line]:
    top = _basket(card)
    if not top:
        return [ask(tr("Which suppliers would share the cost: ask purchasing."))]
    which = tr(
        "Which suppliers of {categories} would share the cost: ask purchasing.",
        categories=top,
    )
    return [ask(which)]


def _costs(card: Mapping[str, Any], numbers: Numbers, fewest: int) -> list[Line]:
    lines = [
        count_of(name, numbers.amounts[name], card, fewest)
        for name in COSTS
        if name in numbers.amounts
    ]
    if "discount" not in numbers.amounts:
        lines.append(ask(tr("What they were given off the price: ask the till.")))
    if not any(name in numbers.amounts for name in TIME):
        lines.append(ask(tr("How much service they need: ask the help desk.")))
    if "message_cost" not in numbers.amounts:
        lines.append(ask(tr("What a contact costs: ask whoever pays for it.")))
    return lines


def canvas_sentence(canvas: Mapping[str, Any]) -> str:
    """Say how much of the canvases rests on data, and how much is left to ask.

    Examples
    --------
    >>> lines = [{"source": s} for s in ("data", "data", "rule book", "ask")]
    >>> one = {"blocks": {"channels": {"lines": lines}}}
    >>> canvas_sentence({"segments": [one]})
    'Of 4 lines on 1 canvas 2 rest on data, 1 follows from the rule book, and 1 is \
left to ask.'
    """
    sources = [
        row["source"]
        for one in canvas["segments"]
        for block in one["blocks"].values()
        for row in block["lines"]
    ]
    data, by_rule, left = (sources.count(s) for s in ("data", "rule book", "ask"))
    n = len(canvas["segments"])
    return tr(
        "Of {lines} on {canvases} {data}, {ruled}, and {ask}.",
        lines=trn("{n} line", "{n} lines", len(sources)),
        canvases=trn("{n} canvas", "{n} canvases", n),
        data=trn("{n} rests on data", "{n} rest on data", data),
        ruled=trn(
            "{n} follows from the rule book", "{n} follow from the rule book", by_rule
        ),
        ask=trn("{n} is left to ask", "{n} are left to ask", left),
    )
