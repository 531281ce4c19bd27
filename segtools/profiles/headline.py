"""A card in two sentences, with numbers: what they are like, and what they bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from segtools.profiles.profile import Segmented
from segtools.wording import number, percent

NOTHING_APART = "Close to everyone else in all that was measured"


def headline(evidence: Sequence[Mapping[str, Any]]) -> str:
    """Say the most telling statement, and the most telling one of another topic.

    Parameters
    ----------
    evidence : sequence of mapping
        Evidenced statements of one card, in any order.

    Examples
    --------
    >>> one = {"text": "Bought Tea", "topic": "interest", "share": 0.9}
    >>> two = {"text": "Order by app", "topic": "reach", "share": 0.8}
    >>> both = [one | {"base_share": 0.2}, two | {"base_share": 0.3}]
    >>> headline(both).replace("\u202f", " ")
    'Bought Tea (90 %, everyone 20 %) and order by app (80 %, everyone 30 %)'
    >>> headline([])
    'Close to everyone else in all that was measured'
    """
    if not evidence:
        return NOTHING_APART
    # Python keeps the order of equals: the card's own.
    best = sorted(evidence, key=lambda s: s["base_share"] - s["share"])
    # A trait is a name and a value, no half of a sentence.
    more = [
        s
        for s in best
        if s["topic"] not in (best[0]["topic"], "trait") and best[0]["topic"] != "trait"
    ]
    parts = [_with_shares(best[0])]
    if more:
        text = _with_shares(more[0])
        parts.append(text[:1].lower() + text[1:])
    return " and ".join(parts)


def _with_shares(said: Mapping[str, Any]) -> str:
    share, base = percent(said["share"]), percent(said["base_share"])
    return f"{said['text']} ({share}, everyone {base})"


def summary(card: Mapping[str, Any], data: Segmented) -> str:
    """Say how many they are, what they bring, and what the middle one of them does."""
    return (
        f"{number(card['n'])} customer{'s' * (card['n'] != 1)} "
        f"({percent(card['share'])} of all) with "
        f"{percent(card['value_share'])} of the spend. {_middle(card, data)}"
        f"{_stage(card)}"
    )


def _middle(card: Mapping[str, Any], data: Segmented) -> str:
    frame = data.features.set_index("customer_id")
    own = frame.loc[data.members[data.members == card["segment_id"]].index]
    if len(own) < data.smallest_cell:
        return "They are too few for a middle customer to be shown."
    unit = f" {card['value_unit']}" if card["value_unit"] else ""
    parts = []
    for name, text in (
        ("interval_days", "comes back every {v:.1f} days"),
        ("basket_mean", "pays {money} per order"),
    ):
        # A median of three is one of the three.
        if name in own and own[name].count() >= data.smallest_cell:
            middle = float(own[name].median())
            money = f"{number(middle, 2)}{unit}"
            parts.append(text.format(v=middle, money=money))
    typical = " and ".join(parts) or "has not ordered in the window"
    return f"The middle customer {typical}."


def _stage(card: Mapping[str, Any]) -> str:
    known = [s for s in card.get("stages") or [] if s["share"] is not None]
    if not known:
        return ""
    top = max(known, key=lambda s: s["share"])
    if top["share"] <= 1 - sum(s["share"] for s in known):
        return ""  # a stage that may not be shown may be the largest
    if top["base_share"] is None:
        return f" {percent(top['share'])} are {top['stage']}."
    everyone = percent(top["base_share"])
    return f" {percent(top['share'])} are {top['stage']} (everyone {everyone})."
