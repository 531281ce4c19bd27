"""The lines of a canvas: what each rests on, and how sums are written on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from segtools.languages import mark, tr, trn
from segtools.profiles.canvas.numbers import Amount
from segtools.wording import number, percent, plain, shorten

Line = dict[str, str]
# Contacts that cost somebody's time.
TIME = ("tickets", "chats")
# What costs: money, and counts.
COSTS = {
    "discount": mark("Discounts given, coupons included"),
    "coupon_discount": mark("Of these by coupons"),
    "returned": mark("Goods sent back"),
    "message_cost": mark("Cost of messages of campaigns"),
    "tickets": mark("Tickets at the help desk"),
    "chats": mark("Chats"),
    "messages": mark("Messages of campaigns"),
}
_COUNTS = (*TIME, "messages")
_MOST = 3
_WIDTH = 200


def known(text: str) -> Line:
    """Make a line that rests on data."""
    return {"text": plain(text), "source": "data"}


def ruled(text: str) -> Line:
    """Make a line that follows from the rule book."""
    return {"text": plain(text), "source": "rule book"}


def ask(text: str) -> Line:
    """Make a line that somebody has to fill."""
    return {"text": plain(text), "source": "ask"}


def said(card: Mapping[str, Any], topics: Iterable[str]) -> list[Line]:
    """List the evidenced statements on some topics, the most telling first."""
    wanted = set(topics)
    return [
        known(
            tr(
                "{statement} ({share}, everyone {base})",
                statement=shorten(s["text"], _WIDTH),
                share=percent(s["share"]),
                base=percent(s["base_share"]),
            )
        )
        for s in card["statements"]
        if s.get("computation") and s.get("topic") in wanted and s["share"] is not None
    ][:_MOST]


def amount(value: Any, unit: str) -> str:
    """Write money to the cent."""
    return f"{number(Decimal(str(value)), 2)} {unit}".strip()


def count_of(name: str, sum_: Amount, card: Mapping[str, Any], fewest: int) -> Line:
    """Say what one of the costs comes to, unless it is of too few customers."""
    label, by = tr(COSTS[name]), sum_.customers
    if by == 0:
        return known(tr("{cost}: none in the window", cost=label))
    if by < fewest:
        return known(tr("{cost}: of too few customers to be shown", cost=label))
    counted = name in _COUNTS
    total = number(sum_.total) if counted else amount(sum_.total, card["value_unit"])
    # How many of them are none would tell of a few, too.
    if 0 < card["n"] - by < fewest:
        return known(
            tr(
                "{cost}: {sum} in the window, of nearly all of them",
                cost=label,
                sum=total,
            )
        )
    return known(
        trn(
            "{cost}: {sum} in the window, of {n} customer",
            "{cost}: {sum} in the window, of {n} customers",
            by,
            cost=label,
            sum=total,
        )
    )
