"""The nine blocks of a business model canvas, filled from cards, actions and orders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from segtools.profiles.canvas.numbers import Amount, Numbers, segment_numbers
from segtools.profiles.profile import Segmented
from segtools.wording import listed, number, percent, plain, shorten

TITLES = {
    "customer_segments": "Customer segment",
    "value_propositions": "Value proposition",
    "channels": "Channels",
    "customer_relationships": "Customer relationship",
    "revenue_streams": "Revenue streams",
    "key_resources": "Key resources",
    "key_activities": "Key activities",
    "key_partners": "Key partners",
    "cost_structure": "Cost structure",
}
Line = dict[str, str]
_MOST = 3
# Topics that have a place of their own; all others are what customers want.
_ELSEWHERE = {"trait", "habit", "pain", "motive"}
_WIDTH = 200
_COSTS = {
    "discount": "Discounts given, coupons included",
    "coupon_discount": "Of these by coupons",
    "returned": "Goods sent back",
    "message_cost": "Cost of messages of campaigns",
}
_TIME = {"tickets": "Tickets at the help desk", "chats": "Chats"}
_COUNTS = _TIME | {"messages": "Messages of campaigns"}


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
        "blocks": {k: {"title": TITLES[k], "lines": v} for k, v in blocks.items()},
    }


def _who(card: Mapping[str, Any]) -> list[Line]:
    size = f"{_customers(card['n'])}, {percent(card['share'])} of all"
    traits = _said(card, ("trait",))
    ask = _ask("Who they are is not in the data: look at ten of them in the shop.")
    return [_known(size), *(traits or [ask])]


def _what_for(card: Mapping[str, Any], row: Mapping[str, Any]) -> list[Line]:
    wants = _said(card, _topics(card) - _ELSEWHERE)
    pains = _said(card, ("pain",))
    return [
        _ruled(f"{row['message']}: {_lower(row['offer'])}"),
        *wants,
        *pains,
        *_asked(card, wants, pains),
    ]


def _topics(card: Mapping[str, Any]) -> set[str]:
    return {str(s.get("topic")) for s in card["statements"]}


def _asked(
    card: Mapping[str, Any], wants: Sequence[Line], pains: Sequence[Line]
) -> list[Line]:
    motives = _said(card, ("motive",))
    lines = list(motives)
    if not motives:
        lines.append(_ask("Why they buy here and not elsewhere: ask ten of them."))
    if not pains:
        lines.append(_ask("What annoys them: ask the help desk."))
    if not wants:
        lines.append(_ask("What they value: nothing sets them apart; ask ten of them."))
    return lines


def _where(row: Mapping[str, Any], numbers: Numbers, reach_by: str) -> list[Line]:
    lines = [_ruled(row["channel"])]
    if numbers.channels:
        used = listed(f"{shorten(c, 40)} ({percent(s)})" for c, s in numbers.channels)
        lines.append(_known(f"Share of them who ordered by each channel: {used}"))
    elif numbers.has_channels:
        lines.append(_known("Too few ordered by any one channel to show it."))
    else:
        lines.append(_ask("By which channels they order: ask sales."))
    if row["reach"] is None:
        return [*lines, _ask("Who may be written to: ask whoever keeps the consents.")]
    reach = f"{percent(row['reach'])} can be reached, told by {reach_by}"
    return [*lines, _known(reach)]


def _how(card: Mapping[str, Any]) -> list[Line]:
    habits = _said(card, ("habit",))
    ask = _ask("Whether they want to be known by name or left alone: ask the staff.")
    return [*habits, ask]


def _money(
    card: Mapping[str, Any], row: Mapping[str, Any], numbers: Numbers, fewest: int
) -> list[Line]:
    if card["value"] is None:
        return [_known("Too few customers to show what they spent.")]
    spent = _amount(card["value"], card["value_unit"])
    lines = [_known(f"{spent} in the window, {percent(card['value_share'])} of all")]
    orders = numbers.amounts.get("orders")
    if card["n"]:
        each = _amount(float(card["value"]) / card["n"], card["value_unit"])
        many = orders is not None and orders.customers >= fewest
        per = f", from {number(orders.total)} orders" if orders and many else ""
        lines.append(_known(f"{each} a customer{per}"))
    top = [shorten(b["category"], 40) for b in card.get("typical_basket") or []]
    if top:
        lines.append(_known(f"Bought by most of them: {listed(top[:_MOST])}"))
    return [*lines, _known(row["effect"])]


def _resources(row: Mapping[str, Any]) -> list[Line]:
    return [
        _ruled(f"Who answers for it: {row['owner']}"),
        _ask("Time and budget: ask whoever answers for it."),
    ]


def _activities(row: Mapping[str, Any]) -> list[Line]:
    return [
        _ruled(f"{row['offer']}"),
        _ruled(f"Measure: {_lower(row['measure'])}"),
        _known(f"Test: {_lower(row['test'])}"),
        _ruled(row["stop_rule"]),
    ]


def _partners(card: Mapping[str, Any]) -> list[Line]:
    top = [shorten(b["category"], 40) for b in card.get("typical_basket") or []]
    of = f" of {listed(top[:_MOST])}" if top else ""
    return [_ask(f"Which suppliers{of} would share the cost: ask purchasing.")]


def _costs(card: Mapping[str, Any], numbers: Numbers, fewest: int) -> list[Line]:
    lines = [
        _cost(label, numbers.amounts[name], card, fewest)
        for name, label in (_COSTS | _COUNTS).items()
        if name in numbers.amounts
    ]
    if "discount" not in numbers.amounts:
        lines.append(_ask("What they were given off the price: ask the till."))
    if not any(name in numbers.amounts for name in _TIME):
        lines.append(_ask("How much service they need: ask the help desk."))
    if "message_cost" not in numbers.amounts:
        lines.append(_ask("What a contact costs: ask whoever pays for it."))
    return lines


def _cost(label: str, amount: Amount, card: Mapping[str, Any], fewest: int) -> Line:
    if amount.customers == 0:
        return _known(f"{label}: none in the window")
    if amount.customers < fewest:
        return _known(f"{label}: of too few customers to be shown")
    counted = label in _COUNTS.values()
    unit = card["value_unit"]
    sum_ = number(amount.total) if counted else _amount(amount.total, unit)
    # How many of them are none would tell of a few, too.
    few = 0 < card["n"] - amount.customers < fewest
    by = "nearly all of them" if few else _customers(amount.customers)
    return _known(f"{label}: {sum_} in the window, of {by}")


def _said(card: Mapping[str, Any], topics: Iterable[str]) -> list[Line]:
    """List the evidenced statements on some topics, the most telling first."""
    wanted = set(topics)
    return [
        _known(
            f"{shorten(s['text'], _WIDTH)} ({percent(s['share'])}, everyone "
            f"{percent(s['base_share'])})"
        )
        for s in card["statements"]
        if s.get("computation") and s.get("topic") in wanted and s["share"] is not None
    ][:_MOST]


def _customers(n: int) -> str:
    return f"{number(n)} customer{'s' * (n != 1)}"


def _amount(value: Any, unit: str) -> str:
    return f"{number(Decimal(str(value)), 2)} {unit}".strip()


def _known(text: str) -> Line:
    return {"text": plain(text), "source": "data"}


def _ruled(text: str) -> Line:
    return {"text": plain(text), "source": "rule book"}


def _ask(text: str) -> Line:
    return {"text": plain(text), "source": "ask"}


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


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
    data, ruled, ask = (sources.count(s) for s in ("data", "rule book", "ask"))
    n = len(canvas["segments"])
    return (
        f"Of {number(len(sources))} lines on {number(n)} canvas{'es' * (n != 1)} "
        f"{number(data)} rest{'s' * (data == 1)} on data, {number(ruled)} "
        f"follow{'s' * (ruled == 1)} from the rule book, and {number(ask)} "
        f"{'is' if ask == 1 else 'are'} left to ask."
    )
