"""Persona cards: aggregates with receipts, and assumptions marked as such."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from segtools.languages import mark, tr, trn
from segtools.palette import colour
from segtools.profiles.choose import choose_claims
from segtools.profiles.claim import Claim
from segtools.profiles.day import CUSTOMERS, day_in_numbers
from segtools.profiles.glances import Personas
from segtools.profiles.headline import headline, summary
from segtools.profiles.interviews import by_segment
from segtools.profiles.matching import match_cards
from segtools.profiles.panels import panels
from segtools.profiles.profile import Segmented, segment_value
from segtools.profiles.statements import evidence
from segtools.wording import number, percent

_ASSUMPTIONS = {
    "motive": mark("Why they buy here and not elsewhere is not in the data: ask ten."),
    "pain": mark(
        "What annoys them is not in the data: read their complaints and returns."
    ),
    "value": mark(
        "What counts most for them, be it price, quality, service, features or "
        "novelty, is not in the data: have ten of them rank these."
    ),
}
_NO_FIGURES = dict.fromkeys(
    ("share", "low", "high", "n", "base_share", "computation"), None
)


def build_personas(
    data: Segmented,
    model_segments: list[dict[str, Any]],
    currency: str,
    interviews: Sequence[dict[str, Any]] = (),
) -> Personas:
    """Make one persona card a segment.

    Parameters
    ----------
    data : Segmented
    model_segments : list of dict
        ``segment_id``, ``name`` and ``rank`` from ``model.json``.
    currency : str
        Sign or code shown beside money.
    interviews : sequence of dict, optional
        What people found out by asking, as the configuration's ``interviews`` has it:
        ``segment`` (id or present name), ``topic``, ``text``, ``who`` and ``date``.

    Returns
    -------
    Personas
        A dict with what ``personas.json`` keeps: ``segments`` by rank, ``everyone``,
        and ``interviews_left_out`` with the reason.
    """
    worth = segment_value(data).set_index("segment_id")
    claims = evidence(data, currency)
    figures, days = panels(data), day_in_numbers(data)
    there = [s for s in model_segments if s["segment_id"] in worth.index]
    asked, left_out = by_segment(interviews, there)
    cards = []
    for segment in sorted(there, key=lambda s: s["rank"]):
        own = segment["segment_id"]
        card = _sizes(segment, worth, currency)
        card |= _stated(own, claims.get(own, []), asked.get(own, []))
        card |= figures[own] | {"day": {"customers": CUSTOMERS, "figures": days[own]}}
        cards.append(card | _words(card, data))
    matched = match_cards(data, {c["segment_id"]: _computations(c) for c in cards})
    cards = [c | {"match_all": matched[c["segment_id"]]} for c in cards]
    everyone = {"n": len(data.segments), "value": str(worth["value"].sum())}
    return Personas(
        segments=cards,
        everyone=everyone | figures["everyone"],
        interviews_left_out=left_out,
    )


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


def _stated(
    segment_id: str, claims: list[Claim], interviews: list[dict[str, Any]]
) -> dict[str, Any]:
    chosen = choose_claims(claims)
    statements = [c.record(i + 1) for i, c in enumerate(chosen)]
    for i, said in enumerate(interviews, 1):
        marks = {"id": f"{segment_id}-i{i}", "segment_id": segment_id}
        statements.append(marks | {"kind": "interview"} | said | _NO_FIGURES)
    topics = {s["topic"] for s in statements}
    statements += [
        {
            "id": f"{segment_id}-a{i}",
            "segment_id": segment_id,
            "kind": "assumption",
            "topic": topic,
            "text": tr(text),
        }
        | _NO_FIGURES
        for i, (topic, text) in enumerate(_ASSUMPTIONS.items(), 1)
        if topic not in topics
    ]
    share = len(chosen) / len(statements) if statements else 0.0
    return {
        "statements": statements,
        "evidenced_share": share,
        "beyond_chance": len(claims),
    }


def _computations(card: dict[str, Any]) -> list[dict[str, Any]]:
    return [s["computation"] for s in card["statements"] if s["kind"] == "evidence"]


def _words(card: dict[str, Any], data: Segmented) -> dict[str, str]:
    proved = [s for s in card["statements"] if s["kind"] == "evidence"]
    return {"headline": headline(proved), "summary": summary(card, data)}


def value_sentence(personas: dict[str, Any]) -> str:
    """Say which segment brings most, and what share of customers it is."""
    best = max(personas["segments"], key=lambda c: c["value_share"])
    return tr(
        "{segment} are {share} of the customers and bring {value} of the spend.",
        segment=best["segment"],
        share=percent(best["share"]),
        value=percent(best["value_share"]),
    )


def evidence_sentence(personas: dict[str, Any]) -> str:
    """Say how many statements rest on data, on interviews, and on nothing yet."""
    kinds = [s["kind"] for card in personas["segments"] for s in card["statements"]]
    proved, told = kinds.count("evidence"), kinds.count("interview")
    counts = {"proved": number(proved), "rest": number(len(kinds) - proved - told)}
    if not told:
        return trn(
            "{proved} of {n} statement rest on data; the other {rest} are assumptions, "
            "to be tested.",
            "{proved} of {n} statements rest on data; the other {rest} are "
            "assumptions, to be tested.",
            len(kinds),
            **counts,
        )
    return trn(
        "{proved} of {n} statement rest on data, {told} on interviews; the other "
        "{rest} are assumptions, to be tested.",
        "{proved} of {n} statements rest on data, {told} on interviews; the other "
        "{rest} are assumptions, to be tested.",
        len(kinds),
        told=number(told),
        **counts,
    )
