"""Persona cards: aggregates with receipts, and assumptions marked as such."""

from __future__ import annotations

from typing import Any

import pandas as pd

from segtools.palette import OTHER, PALETTE
from segtools.profiles.cells import shown
from segtools.profiles.claim import MIN_CUSTOMERS, Claim
from segtools.profiles.profile import (
    Segmented,
    category_profile,
    habits,
    segment_value,
)
from segtools.profiles.statements import evidence
from segtools.wording import number, percent

MAX_EVIDENCE, MAX_PER_TOPIC, BASKET = 8, 3, 5
_SLOTS = {"hour": 24, "weekday": 7}
_ASSUMPTIONS = {
    "motive": "Why they buy here and not elsewhere is not in the data: ask ten.",
    "pain": "What annoys them is not in the data: read their complaints and returns.",
}


def build_personas(
    data: Segmented, model_segments: list[dict[str, Any]], currency: str
) -> dict[str, Any]:
    """Make one persona card a segment.

    Parameters
    ----------
    data : Segmented
    model_segments : list of dict
        ``segment_id``, ``name`` and ``rank`` from ``model.json``.
    currency : str
        Sign or code shown beside money.

    Returns
    -------
    dict
        What ``personas.json`` keeps: ``segments`` by rank, and ``everyone``.
    """
    worth = segment_value(data).set_index("segment_id")
    claims = evidence(data, currency)
    habit = habits(data)
    baskets = _baskets(data)
    cards = [
        _sizes(segment, worth, currency)
        | _stated(segment["segment_id"], claims)
        | {
            "typical_basket": baskets.get(segment["segment_id"], []),
            "hours": _shares(habit, segment["segment_id"], "hour"),
            "weekdays": _shares(habit, segment["segment_id"], "weekday"),
        }
        for segment in sorted(model_segments, key=lambda s: s["rank"])
        if segment["segment_id"] in worth.index
    ]
    everyone = {
        "n": len(data.segments),
        "value": str(worth["value"].sum()),
        "hours": _shares(habit, "everyone", "hour"),
        "weekdays": _shares(habit, "everyone", "weekday"),
    }
    return {"segments": [c | _words(c, data) for c in cards], "everyone": everyone}


def _sizes(
    segment: dict[str, Any], worth: pd.DataFrame, currency: str
) -> dict[str, Any]:
    own = worth.loc[segment["segment_id"]]
    total = float(worth["value"].sum())
    return {
        "segment_id": segment["segment_id"],
        "segment": segment["name"],
        "rank": segment["rank"],
        "colour": colour(segment["rank"]),
        "n": int(own["customers"]),
        "share": int(own["customers"]) / int(worth["customers"].sum()),
        "value": str(own["value"]),
        "value_share": float(own["value"]) / total if total else 0.0,
        "value_unit": currency,
    }


def _stated(segment_id: str, claims: dict[str, list[Claim]]) -> dict[str, Any]:
    chosen = choose_claims(claims.get(segment_id, []))
    statements = [c.record(i + 1) for i, c in enumerate(chosen)]
    statements += _assumptions(segment_id, chosen)
    share = len(chosen) / len(statements)
    return {"statements": statements, "evidenced_share": share}


def colour(rank: int) -> str:
    """Give a segment's colour, the same on every page."""
    return PALETTE[rank - 1] if rank <= len(PALETTE) else OTHER


def choose_claims(claims: list[Claim]) -> list[Claim]:
    """Take the most telling claims: one a feature, three a topic, eight in all.

    What customers did and said besides buying gets a place each, if it tells anything.
    """
    first = [
        next((c for c in claims if c.computation["table"] == table), None)
        for table in ("events", "answers")
    ]
    chosen: list[Claim] = []
    seen: set[tuple[str, str]] = set()
    topics: dict[str, int] = {}
    for claim in [*filter(None, first), *claims]:
        own = _subject(claim)
        full = topics.get(claim.topic, 0) >= MAX_PER_TOPIC
        if own in seen or full or len(chosen) >= MAX_EVIDENCE:
            continue
        seen.add(own)
        topics[claim.topic] = topics.get(claim.topic, 0) + 1
        chosen.append(claim)
    return sorted(chosen, key=claims.index)


def _subject(claim: Claim) -> tuple[str, str]:
    """Say what a claim is about: a feature as a whole, but each level by itself."""
    computation = claim.computation
    level = "" if computation["op"] in ("ge", "le") else str(computation["value"])
    if computation["op"] == "did" and computation["column"] == "event":
        level = level.split("_")[0]  # a ticket that was opened was resolved, too
    return computation["column"], level


def _assumptions(segment_id: str, chosen: list[Claim]) -> list[dict[str, Any]]:
    stated = {c.topic for c in chosen}
    return [
        {
            "id": f"{segment_id}-a{i}",
            "kind": "assumption",
            "topic": topic,
            "text": text,
            "share": None,
            "low": None,
            "high": None,
            "n": None,
            "base_share": None,
            "computation": None,
        }
        for i, (topic, text) in enumerate(_ASSUMPTIONS.items(), 1)
        if topic not in stated
    ]


def _baskets(data: Segmented) -> dict[str, list[dict[str, Any]]]:
    profile = shown(category_profile(data))
    found: dict[str, list[dict[str, Any]]] = {}
    for segment_id, rows in profile.groupby("segment_id"):
        if int(rows["n"].iloc[0]) < MIN_CUSTOMERS:
            continue
        top = rows.sort_values(["value", "name"], ascending=[False, True]).head(BASKET)
        found[str(segment_id)] = [
            {"category": name, "share": share, "base_share": base}
            for name, share, base in zip(
                top["name"], top["value"], top["base_value"], strict=True
            )
        ]
    return found


def _shares(habit: pd.DataFrame, segment_id: str, kind: str) -> list[float]:
    own = habit[(habit["segment_id"] == segment_id) & (habit["kind"] == kind)]
    shares = own.set_index("slot")["share"].reindex(range(_SLOTS[kind])).fillna(0.0)
    return [round(float(s), 4) for s in shares]


def _words(card: dict[str, Any], data: Segmented) -> dict[str, str]:
    members = data.members[data.members == card["segment_id"]].index
    frame = data.features.set_index("customer_id").loc[members]
    middle = frame.median(numeric_only=True)
    unit = f" {card['value_unit']}" if card["value_unit"] else ""
    parts = []
    if middle.get("interval_days") == middle.get("interval_days"):
        parts.append(f"comes back every {middle['interval_days']:.1f} days")
    if middle.get("basket_mean") == middle.get("basket_mean"):
        parts.append(f"pays {number(middle['basket_mean'], 2)}{unit} per order")
    typical = " and ".join(parts) or "has not ordered in the window"
    summary = (
        f"{number(card['n'])} customer{'s' * (card['n'] != 1)} "
        f"({percent(card['share'])} of all) with "
        f"{percent(card['value_share'])} of the spend. The middle customer {typical}."
    )
    first = [s["text"] for s in card["statements"] if s["kind"] == "evidence"][:1]
    headline = first[0] if first else "Close to everyone else in all that was measured"
    return {"headline": headline, "summary": summary}


def value_sentence(personas: dict[str, Any]) -> str:
    """Say which segment brings most, and what share of customers it is."""
    best = max(personas["segments"], key=lambda c: c["value_share"])
    return (
        f"{best['segment']} are {percent(best['share'])} of the customers and bring "
        f"{percent(best['value_share'])} of the spend."
    )


def evidence_sentence(personas: dict[str, Any]) -> str:
    """Say how many statements rest on data and how many are assumptions."""
    every = [s for card in personas["segments"] for s in card["statements"]]
    proved = sum(s["kind"] == "evidence" for s in every)
    return (
        f"{proved} of {len(every)} statements rest on data; the other "
        f"{len(every) - proved} are assumptions, to be tested."
    )
