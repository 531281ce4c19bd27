"""What to do with each segment: rows of the rule book, filled in and in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from segtools.languages import tr
from segtools.profiles.actions.decisions import decisions
from segtools.profiles.actions.effects import (
    Outlook,
    Tested,
    effect_sentence,
    test_sentence,
    worth_label,
)
from segtools.profiles.actions.measures import Measures
from segtools.profiles.actions.priority import (
    ranked,
    ratings,
    score,
    shares,
    split_weights,
    with_effect,
)
from segtools.profiles.actions.row_texts import row_texts
from segtools.profiles.actions.rule_book import choose
from segtools.profiles.actions.same import same_treatment, together
from segtools.profiles.actions.terms import Terms

Card = Mapping[str, Any]


def build_actions(
    personas: Mapping[str, Any],
    outcomes: Mapping[str, Mapping[str, float]],
    terms: Terms,
    measures: Measures | None = None,
    tested: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """Choose an action for every segment by its evidence, and say who comes first.

    Parameters
    ----------
    personas : mapping
        As `build_personas` gives them.
    outcomes : mapping
        segment_id to ``mean``, ``sd`` and ``n`` of the outcome learned before.
    terms : Terms
        Goal, weights and rule book.
    measures : Measures, optional
        As `segment_measures` gives them; without them growth and reach are unknown.
    tested : mapping, optional
        ``segments`` of ``experiment_results.json``: what experiments by lot have
        measured. A measured lift takes the place of the assumed one.

    Returns
    -------
    dict
        What ``actions.json`` keeps: ``segments`` (one row each, by rank),
        ``decisions`` (three at most, the first in priority), ``same`` (segments that
        get the same treatment), ``different`` (how many treatments there are) and
        ``max_actions``, the ``weights`` of the priority, and ``value``, what all
        segments are worth together, to the cent.
    """
    measures = measures or Measures()
    cards = personas["segments"]
    outlooks = {
        c["segment_id"]: Outlook.of(c, outcomes, terms.smallest_cell) for c in cards
    }
    rows = [_row(c, terms, outlooks[c["segment_id"]]) for c in cards]
    known = Tested.of(tested or {})
    measured = _measure(rows, known, terms.goal)
    weights = _prioritise(rows, cards, terms, measures, measured=measured)
    same = same_treatment(rows)
    _fit(rows, cards, same, measures)
    return {
        "segments": rows,
        "decisions": decisions(rows, outlooks, terms.goal, terms.days, terms.currency),
        "same": same,
        "different": len(together(rows)),
        "max_actions": terms.max_actions,
        "value": _total(rows, personas),
        "value_unit": terms.currency,
        "worth_label": worth_label(terms.goal, terms.currency, measured=measured),
        "measured": measured,
        "reach_by": measures.reach_by,
        "nobodys": _nobodys(cards, terms.owners),
    } | weights


def _row(card: Card, terms: Terms, outlook: Outlook) -> dict[str, Any]:
    statements = card["statements"]
    action, because = choose(terms.book.actions, statements)
    texts = row_texts(card, (action, because), terms, outlook)
    return {
        "segment_id": card["segment_id"],
        "segment": card["segment"],
        "rank": card["rank"],
        "colour": card.get("colour"),
        "n": card["n"],
        "share": card.get("share"),
        "value": card.get("value"),
        "value_share": card.get("value_share"),
        "rule": action.key,
        **texts,
        "effect": effect_sentence(outlook, terms.goal, terms.currency),
        "test": test_sentence(outlook, terms.goal, terms.days, terms.currency),
        "worth": outlook.worth(terms.goal),
        "because": [s["id"] for s in because],
    }


def _measure(
    rows: list[dict[str, Any]], tested: Mapping[str, Tested], goal: str
) -> bool:
    """Put measured lifts in the place of assumed ones; say whether there are any."""
    some = False
    for row in rows:
        own = tested.get(row["segment_id"])
        worth = own.worth(goal, int(row["n"])) if own else None
        tested_so = own.text if own else tr("Never tested")
        row |= {"tested": tested_so, "assumed": row["worth"]}
        if own and worth is not None:
            by_lot = tr("Measured by lot: {result}", result=own.text)
            row |= {"worth": worth, "effect": by_lot}
            some = True
    return some


def _nobodys(cards: Sequence[Card], owners: Mapping[str, str]) -> list[str]:
    """List owners' segments that are not there, or not any more."""
    known = {c["segment_id"] for c in cards} | {c["segment"] for c in cards}
    return sorted(set(owners) - known)


def _prioritise(
    rows: list[dict[str, Any]],
    cards: Sequence[Card],
    terms: Terms,
    measures: Measures,
    *,
    measured: bool,
) -> dict[str, Any]:
    """Give the rows ratings, points, score and priority; return the weights.

    What has been measured counts, by a weight that was fixed before, too; the order
    without it is kept beside.
    """
    if measured:
        assumed = [r | {"worth": r["assumed"]} for r in rows]
        _rank(assumed, cards, terms.criteria, measures)
        for row, before in zip(rows, assumed, strict=True):
            row["priority_before"] = before["priority"]
    criteria = with_effect(terms.criteria) if measured else terms.criteria
    return _rank(rows, cards, criteria, measures)


def _rank(
    rows: list[dict[str, Any]],
    cards: Sequence[Card],
    criteria: Mapping[str, float],
    measures: Measures,
) -> dict[str, Any]:
    """Rate, weigh and order the rows by some criteria."""
    measured: dict[str, dict[str, float | None]] = {
        r["segment_id"]: {
            "value": c.get("value_share"),
            "growth": measures.trend.get(c["segment_id"]),
            "size": float(c["n"]),
            "reach": measures.reach.get(c["segment_id"]),
            "effect": r["worth"],
        }
        for r, c in zip(rows, cards, strict=True)
    }
    rated, by_people, unknown = split_weights(criteria, measured)
    own = ratings(measured)
    for row in rows:
        scored = score(own[row["segment_id"]], rated)
        row |= {
            "growth": measures.trend.get(row["segment_id"]),
            "reach": measures.reach.get(row["segment_id"]),
            "ratings": scored.ratings,
            "points": scored.points,
            "score": scored.score,
        }
    order = ranked(rows)
    for row in rows:
        row["priority"] = order.index(row["segment_id"]) + 1
    weights = shares(rated) if sum(rated.values()) > 0 else {}
    return {"weights": weights, "by_people": by_people, "unknown": unknown}


def _fit(
    rows: list[dict[str, Any]],
    cards: Sequence[Card],
    same: Sequence[Mapping[str, Any]],
    measures: Measures,
) -> None:
    """Say how well each can be served: reach, evidence, and an action of its own."""
    alike = {i: s["segments"] for s in same for i in s["segments"]}
    for row, card in zip(rows, cards, strict=True):
        own = row["segment_id"]
        row["same_as"] = [i for i in alike.get(own, []) if i != own]
        distinct = 0.5 if row["same_as"] else 1.0
        parts = {
            "reach": measures.reach.get(own),
            "evidence": card.get("evidenced_share"),
            "own_action": distinct if row["because"] else 0.0,
        }
        known = [p for p in parts.values() if p is not None]
        row |= {"fit": round(100 * sum(known) / len(known), 1), "fit_parts": parts}


def _total(
    rows: Sequence[Mapping[str, Any]], personas: Mapping[str, Any]
) -> str | None:
    values = [r["value"] for r in rows]
    if any(v is None for v in values):
        return (personas.get("everyone") or {}).get("value")
    return str(sum((Decimal(v) for v in values), Decimal(0)))
