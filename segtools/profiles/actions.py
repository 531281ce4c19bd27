"""What to do with each segment: message, channel, offer, measure, and how to test."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from segtools.wording import number, percent

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
POWER_FACTOR = 2.8  # 1.96 + 0.84: 5 % false positives, 80 % power


@dataclass(frozen=True)
class Play:
    """One way to treat a segment, and the statement that calls for it.

    ``column`` and ``op`` name the evidence; None makes it a play for any segment.
    """

    key: str
    column: str | None
    op: str | None
    message: str
    offer: str
    measure: str


PLAYS = (
    Play(
        "wake",
        "overdue_ratio",
        "ge",
        "We have missed you",
        "A voucher for the next order, valid for two weeks",
        "Share with an order within {h} days",
    ),
    Play(
        "steady",
        "trend_ratio",
        "le",
        "Pick up where you left off",
        "A reminder of what they usually buy, with a small thank-you",
        "Spend per customer in {h} days",
    ),
    Play(
        "coupons",
        "coupon_share",
        "ge",
        "Your coupons for what you really buy",
        "A personal coupon book for their own categories",
        "Coupons redeemed and margin after coupons in {h} days",
    ),
    Play(
        "prices",
        "discount_share",
        "ge",
        "This week's prices on your list",
        "Multi-buy prices instead of single discounts",
        "Margin per customer in {h} days",
    ),
    Play(
        "own_label",
        "private_label_share",
        "ge",
        "Our own label has something new for you",
        "A taster of a new own-label line",
        "Own-label lines per order in {h} days",
    ),
    Play(
        "protect",
        "spend_total",
        "ge",
        "Thank you for being our regular",
        "Service, not discounts: first access, a person to turn to",
        "Share that stays in this segment next run",
    ),
    Play(
        "routine",
        "interval_days",
        "le",
        "Your usual order, ready when you are",
        "A stamp for every fifth order",
        "Orders per customer in {h} days",
    ),
    Play(
        "basket",
        "basket_mean",
        "ge",
        "Stock up in one go",
        "A benefit above a basket slightly larger than their own",
        "Spend per order in {h} days",
    ),
    Play(
        "widen",
        "n_categories",
        "le",
        "Have you tried this aisle?",
        "A first-purchase benefit in one new category",
        "Categories per customer in {h} days",
    ),
    Play(
        "second",
        "n_orders",
        "le",
        "Come back for your next order",
        "A benefit on the next two orders, the second larger than the first",
        "Orders per customer in {h} days",
    ),
    Play(
        "bridge",
        "interval_days",
        "ge",
        "A reason to come a little sooner",
        "A benefit that ends before their usual next order",
        "Days between orders in {h} days",
    ),
    Play(
        "grow",
        None,
        None,
        "More of what you like",
        "A recommendation from their own categories",
        "Spend per customer in {h} days",
    ),
    Play(
        "ask",
        None,
        None,
        "Tell us what you need",
        "Three questions, one thank-you",
        "Answers, and spend per customer in {h} days",
    ),
    Play(
        "low_touch",
        None,
        None,
        "News, four times a year",
        "No offer; keep the cost of contact low",
        "Cost of contact per customer",
    ),
)


def build_actions(
    personas: dict[str, Any],
    outcomes: dict[str, dict[str, float]],
    *,
    goal: str,
    days: int,
    currency: str,
) -> dict[str, Any]:
    """Choose an action for every segment, each a different one, and three decisions.

    Parameters
    ----------
    personas : dict
        As `build_personas` gives them.
    outcomes : dict
        segment_id to ``mean``, ``sd`` and ``n`` of the outcome learned before.
    goal : str
    days : int
        ``outcome_days``, over which success is measured.
    currency : str

    Returns
    -------
    dict
        What ``actions.json`` keeps: ``segments`` and ``decisions``.
    """
    cards = personas["segments"]
    rows: list[dict[str, Any]] = []
    used: set[str] = set()
    for card in cards:
        play, because = _play(card, used)
        used.add(play.key)
        rows.append(_row(card, play, because, days) | _by_goal(goal, days))
    order = sorted(cards, key=lambda c: (-c["value_share"], c["rank"]))
    for priority, card in enumerate(order, 1):
        next(r for r in rows if r["segment_id"] == card["segment_id"])["priority"] = (
            priority
        )
    by_id = {r["segment_id"]: r for r in rows}
    decisions = [
        _decision(
            card,
            by_id[card["segment_id"]],
            outcomes,
            goal,
            days=days,
            currency=currency,
        )
        for card in order[:3]
    ]
    return {"segments": rows, "decisions": decisions}


def _play(card: dict[str, Any], used: set[str]) -> tuple[Play, list[str]]:
    said = {
        (s["computation"]["column"], s["computation"]["op"]): s
        for s in card["statements"]
        if s["computation"]
    }
    for (column, op), statement in said.items():
        for play in PLAYS:
            if (play.column, play.op) == (column, op) and play.key not in used:
                return play, [statement["id"]]
    spare = [p for p in PLAYS if p.column is None and p.key not in used]
    rest = [p for p in PLAYS if p.key not in used]
    return (spare or rest or list(PLAYS))[0], []


def _row(
    card: dict[str, Any], play: Play, because: list[str], days: int
) -> dict[str, Any]:
    return {
        "segment_id": card["segment_id"],
        "segment": card["segment"],
        "message": play.message,
        "channel": _channel(card),
        "offer": play.offer,
        "measure": play.measure.format(h=days),
        "stop_rule": f"Stop if the hold-out does as well after {days} days.",
        "priority": 0,
        "because": because,
    }


def _by_goal(goal: str, days: int) -> dict[str, str]:
    """Give the measure that the goal itself sets, whatever the play is good for."""
    if goal != "respond_to_campaign":
        return {}
    return {"measure": f"Share who respond within {days} days"}


def _channel(card: dict[str, Any]) -> str:
    if not any(card["weekdays"]):
        return "E-mail (assumption: no order tells when they would read it)"
    day = max(range(7), key=lambda d: card["weekdays"][d])
    hour = max(range(24), key=lambda h: card["hours"][h])
    return (
        f"E-mail or app on {DAYS[day - 1]}, the day before most of their orders "
        f"({DAYS[day]}, about {hour}:00)"
    )


def _decision(
    card: dict[str, Any],
    row: dict[str, Any],
    outcomes: dict[str, dict[str, float]],
    goal: str,
    *,
    days: int,
    currency: str,
) -> dict[str, Any]:
    known = outcomes.get(card["segment_id"])
    return {
        "title": f"{row['message']}: {card['segment']}",
        "text": f"{row['offer']}.",
        "size": f"{number(card['n'])} customers, "
        f"{percent(card['value_share'])} of spend",
        "effect": _effect(card, known, goal, currency),
        "test": _test(card, known, goal, days, currency),
    }


def _effect(
    card: dict[str, Any], known: dict[str, float] | None, goal: str, currency: str
) -> str:
    if known is None:
        return "Not known: nothing has been learned about what these customers do next."
    if goal == "grow_spend":
        gain = 0.05 * known["mean"] * card["n"]
        if gain <= 0:
            return "Nothing to lift yet: on average they spent nothing in the period."
        return (
            f"Each 5 % of lift is worth {_money(gain, currency)} "
            f"(assumption: the offer works)"
        )
    one = number(0.05 * card["n"])
    if goal == "respond_to_campaign":
        return f"Each 5 points of lift makes {one} more respond (assumption: it works)"
    return f"Each 5 points of lift keeps {one} customers (assumption: it works)"


def _test(
    card: dict[str, Any],
    known: dict[str, float] | None,
    goal: str,
    days: int,
    currency: str,
) -> str:
    if known is None or card["n"] < 20 or known["sd"] == 0:
        return "Too few or too little known to plan a test: treat everyone, and log it."
    smallest = POWER_FACTOR * known["sd"] * math.sqrt(4 / card["n"])
    if goal == "grow_spend":
        what = f"{_money(smallest, currency)} a customer"
        if known["mean"] > 0:
            what += f" ({percent(smallest / known['mean'])})"
    else:
        what = f"{100 * smallest:.2g} points"
    return (
        f"Half of them by lot for {days} days; a lift of {what} would be seen four "
        "times in five"
    )


def _money(value: float, currency: str) -> str:
    digits = 0 if abs(value) >= 100 else 2
    return f"{number(value, digits)} {currency}".strip()
