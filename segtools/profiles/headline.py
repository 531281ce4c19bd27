"""A card in two sentences, with numbers: what they are like, and what they bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from segtools.joining import sentences
from segtools.languages import mark, markn, tr, trn
from segtools.profiles.profile import Segmented
from segtools.wording import number, percent, plural_of

NOTHING_APART = mark("Close to everyone else in all that was measured")
# By whether they pay: of too few nothing is known.
_COMES_BACK = {
    True: markn(
        "The middle customer comes back every {n} day and pays {money} per order.",
        "The middle customer comes back every {n} days and pays {money} per order.",
    ),
    False: markn(
        "The middle customer comes back every {n} day.",
        "The middle customer comes back every {n} days.",
    ),
}
_DOES_NOT = {
    True: mark("The middle customer pays {money} per order."),
    False: mark("The middle customer has not ordered in the window."),
}
_ARE = {
    "new": mark("{share} are new"),
    "active": mark("{share} are active"),
    "loyal": mark("{share} are loyal"),
    "at risk": mark("{share} are at risk"),
    "lapsed": mark("{share} are lapsed"),
    "won back": mark("{share} are won back"),
}


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
        return tr(NOTHING_APART)
    # Python keeps the order of equals: the card's own.
    best = sorted(evidence, key=lambda s: s["base_share"] - s["share"])
    # A trait is a name and a value, no half of a sentence.
    more = [
        s
        for s in best
        if s["topic"] not in (best[0]["topic"], "trait") and best[0]["topic"] != "trait"
    ]
    first = _with_shares(best[0])
    if not more:
        return first
    return tr(
        "{first} and {second}", first=first, second=lowered(_with_shares(more[0]))
    )


def lowered(text: str) -> str:
    """Begin a sentence small, as the second half of another one.

    Examples
    --------
    >>> lowered("Order by app")
    'order by app'
    """
    return text[:1].lower() + text[1:]


def _with_shares(said: Mapping[str, Any]) -> str:
    return tr(
        "{statement} ({share}, everyone {base})",
        statement=said["text"],
        share=percent(said["share"]),
        base=percent(said["base_share"]),
    )


def summary(card: Mapping[str, Any], data: Segmented) -> str:
    """Say how many they are, what they bring, and what the middle one of them does."""
    size = trn(
        "{n} customer ({share} of all) with {value} of the spend.",
        "{n} customers ({share} of all) with {value} of the spend.",
        card["n"],
        share=percent(card["share"]),
        value=percent(card["value_share"]),
    )
    return sentences([size, _middle(card, data), _stage(card)])


def _middle(card: Mapping[str, Any], data: Segmented) -> str:
    frame = data.features.set_index("customer_id")
    own = frame.loc[data.members[data.members == card["segment_id"]].index]
    if len(own) < data.smallest_cell:
        return tr("They are too few for a middle customer to be shown.")
    # A median of three is one of the three.
    days, pay = (
        float(own[name].median())
        if name in own and own[name].count() >= data.smallest_cell
        else None
        for name in ("interval_days", "basket_mean")
    )
    money = f"{number(pay, 2)} {card['value_unit'] or ''}".strip()
    pays = pay is not None
    if days is None:
        return tr(_DOES_NOT[pays], money=money)
    every = number(days, 1)
    return trn(*_COMES_BACK[pays], plural_of(days, 1), n=every, money=money)


def _stage(card: Mapping[str, Any]) -> str:
    known = [s for s in card.get("stages") or [] if s["share"] is not None]
    if not known:
        return ""
    top = max(known, key=lambda s: s["share"])
    if top["share"] <= 1 - sum(s["share"] for s in known):
        return ""  # a stage that may not be shown may be the largest
    said = tr(_ARE[top["stage"]], share=percent(top["share"]))
    if top["base_share"] is None:
        return tr("{statement}.", statement=said)
    everyone = percent(top["base_share"])
    return tr("{statement} (everyone {base}).", statement=said, base=everyone)
