"""Experiments in words: what was found, what was not, and how far it can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from segtools.wording import THIN, listed, number, percent, shorten

Row = Mapping[str, Any]
WHY = {
    "nobody_held_back": "nobody was held back, so that nobody knows what its receivers "
    "would have done without it",
    "nobody_treated": "all its customers were held back, so that nothing was tested",
    "no_segment_in_both_arms": "no segment has customers in both arms",
    "sample_ratio": "the arms do not have the sizes that the lot had dealt: who is "
    "missing is not missing by chance",
    "balance": "those who were held back had spent differently before, which a lot "
    "does not do",
}


def points(share: float | None) -> str:
    """Write a difference of shares in points.

    Examples
    --------
    >>> points(0.0391), points(-0.2), points(None)
    ('3.9 points', '−20 points', '–')
    """
    if share is None:
        return "–"
    digits = 0 if abs(share) >= 0.0995 else 1
    return f"{number(100 * share, digits)} points"


def amount(value: float | None, currency: str) -> str:
    """Write an amount to the cent.

    Examples
    --------
    >>> amount(3.5, "EUR"), amount(None, "EUR")
    ('3.50 EUR', '–')
    """
    return "–" if value is None else f"{number(value, 2)} {currency}".strip()


def design_sentence(campaign: Row) -> str:
    """Say by what right a campaign's figures are called effects, or that they are none.

    Examples
    --------
    >>> design_sentence({"campaign_id": "13", "design": "association",
    ...                  "why": "balance", "drawn": "the segments of then"})[:31]
    '13: association only, because t'
    """
    name = shorten(campaign["campaign_id"])
    if campaign["design"] == "association":
        return (
            f"{name}: association only, because {WHY[campaign['why']]}. Receivers were "
            "selected: where a segment responds more, that need not be an effect."
        )
    by = (
        "who was held back was decided by lot, by us"
        if campaign["why"] == "ours"
        else "who was held back is as the campaign's file says; we did not deal the lot"
    )
    if not campaign["responses_known"]:
        by += ". Its file lists nobody of them, so that responses cannot be compared"
    return f"{name}: {by}. Segments: {campaign['drawn']}."


def check_sentences(campaign: Row) -> list[str]:
    """Say whether the arms are those of a lot."""
    said = []
    ratio = (campaign["checks"] or {}).get("sample_ratio")
    if ratio and ratio["observed"] is not None:
        said.append(
            f"Held back were {percent(ratio['observed'])}, planned were "
            f"{percent(ratio['expected'])} ({_odds(ratio)})."
        )
    balance = (campaign["checks"] or {}).get("balance")
    if balance:
        said.append(f"What both arms had spent before: {_odds(balance)}.")
    without = campaign["counts"]["without_segment"]
    if without is None or without > 0:
        many = "A few" if without is None else number(without)
        said.append(
            f"{many} of its customers had no segment before it, such as strangers, and "
            "are left out."
        )
    return said


def _odds(check: Row) -> str:
    if check["ok"]:
        return "no more apart than chance has it"
    return "further apart than chance has it: once in a thousand or less"


def lift_sentences(campaign: Row, currency: str) -> list[str]:
    """Say what a campaign brought: everyone, segments, differences between them."""
    if campaign["design"] == "association":
        return [_associated(campaign)]
    said = []
    for name in ("response", "spend"):
        whole = campaign["everyone"][name]
        if whole["lift"] is None:
            continue
        said.append(_whole(name, whole, currency))
        said.append(_which(name, campaign, currency))
        said.append(_differ(name, campaign["heterogeneity"][name]))
    policy = campaign.get("policy")
    return [
        s for s in [*said, policy_sentence(policy, currency) if policy else ""] if s
    ]


def _size(name: str, value: float | None, currency: str) -> str:
    return points(value) if name == "response" else amount(value, currency)


def _signed(name: str, value: float, currency: str) -> str:
    return f"{_size(name, abs(value), currency)} {'less' if value < 0 else 'more'}"


def _band(name: str, row: Row, currency: str) -> str:
    """Write an interval with its unit once."""
    unit = "points" if name == "response" else currency
    ends = (_size(name, row[k], currency) for k in ("low", "high"))
    if row["low"] is None or row["high"] is None:
        return "not known"
    low, high = (end.removesuffix(unit).strip() for end in ends)
    return f"{low} to {high} {unit}".strip()


def _whole(name: str, whole: Row, currency: str) -> str:
    """Say what all who got it did beyond those who were held back."""
    size = _signed(name, whole["lift"], currency)
    what = (
        f"{size} of those who got it responded than of those held back"
        if name == "response"
        else f"{size} was spent by each who got it than by each who was held back"
    )
    band = f"95 % interval {_band(name, whole, currency)}"
    if not whole["found"]:
        return f"{what} ({band}): that may be chance."
    unit = "responses" if name == "response" else currency
    return f"{what} ({band}), {number(whole['extra'])} {unit}".strip() + " altogether."


def _which(name: str, campaign: Row, currency: str) -> str:
    """Name the segments whose lift is beyond chance, and how many were tested."""
    rows = [r for r in campaign["segments"] if r[name]["lift"] is not None]
    found = [r for r in rows if r[name]["found"]]
    hidden = len(campaign["segments"]) - len(rows)
    few = {0: "", 1: " One segment is too small to be told."}
    small = few.get(hidden, f" {hidden} segments are too small to be told.")
    tested = f"{len(rows)} segment{'s' * (len(rows) != 1)} tested"
    what = "in responses" if name == "response" else "in spend"
    if not found:
        return f"No segment's lift {what} is beyond chance, with {tested}.{small}"
    each = listed(
        f"{shorten(r['segment'])} ({_signed(name, r[name]['lift'], currency)})"
        for r in found
    )
    return f"Lifts {what} beyond chance, with {tested}: {each}.{small}"


def _differ(name: str, found: Row | None) -> str:
    if found is None or found["p"] is None:
        return ""
    what = "responses" if name == "response" else "spend"
    if found["p"] <= 0.05:
        return (
            f"Lifts in {what} differ between segments beyond chance (Cochran's Q "
            f"{number(found['q'], 1)}, p {_p(found['p'])})."
        )
    return (
        f"That lifts in {what} differ between segments is not shown (Cochran's Q "
        f"{number(found['q'], 1)}, p {_p(found['p'])}): expect the same of all."
    )


def _p(value: float) -> str:
    return "below 0.001" if value < 0.001 else number(value, 3)


def policy_sentence(policy: Row, currency: str) -> str:
    """Say whether choosing by segment beat treating everyone alike."""
    name = "spend" if policy["unit"] == "money" else "response"
    alike = "everyone" if policy["everyone"] >= 0.5 else "nobody"
    if policy["low"] == policy["high"] == 0:
        return (
            f"Choosing by segment comes to treating {alike}, and brought nothing "
            "beyond it."
        )
    gain = f"{_size(name, policy['gain'], currency)} a customer"
    band = f"95 % interval {_band(name, policy, currency)}"
    head = "Judged on customers of whom it had not learned, choosing by segment"
    if policy["low"] > 0:
        return f"{head} beat treating {alike} by {gain} ({band})."
    if policy["high"] < 0:
        return f"{head} did worse than treating {alike}, by {gain} ({band})."
    return f"{head} is not shown to beat treating {alike}: {gain} ({band})."


def _fine(share: float) -> str:
    return f"{number(100 * share, 1)}{THIN}%"


def _associated(campaign: Row) -> str:
    whole = campaign["everyone"]
    if whole["share"] is None:
        return "How many responded is hidden, for the sake of a few."
    rows = [r for r in campaign["segments"] if r["share"] is not None]
    said = f"{_fine(whole['share'])} of its receivers who had a segment responded"
    if len(rows) < 2:
        return f"{said}."
    best, least = (pick(rows, key=lambda r: r["share"]) for pick in (max, min))
    apart = "beyond chance" if campaign["alike_p"] <= 0.05 else "no more than by chance"
    return (
        f"{said}: from {_fine(least['share'])} ({shorten(least['segment'])}) to "
        f"{_fine(best['share'])} ({shorten(best['segment'])}), which differs {apart}."
    )


def result_text(campaign: Row, row: Row, currency: str) -> str:
    """Write a segment's result for its card."""
    parts = []
    for name, what in (("response", "responded"), ("spend", "of spend a customer")):
        own = row[name]
        if own["lift"] is None:
            continue
        sure = "" if own["found"] else ", which may be chance"
        size = _signed(name, own["lift"], currency)
        parts.append(f"{size} {what} ({_band(name, own, currency)}{sure})")
    head = f"{shorten(campaign['campaign_id'])}, {campaign['sent_from']}"
    return f"{head}: {'; '.join(parts)}" if parts else head


def carried_text(campaign: Row, row: Row, currency: str) -> str:
    """Write what a new segment expects from the segments of its customers then.

    Examples
    --------
    >>> carried_text({"campaign_id": "K1", "sent_from": "2024-09-01"},
    ...              {"share": 0.02, "money": None}, "EUR")
    'K1, 2024-09-01: expect 2.0 points more responding, by the segments its customers \
were in then'
    """
    parts = [
        f"{_signed(name, row[unit], currency)} {what}"
        for name, unit, what in (
            ("response", "share", "responding"),
            ("spend", "money", "of spend a customer"),
        )
        if row[unit] is not None
    ]
    head = f"{shorten(campaign['campaign_id'])}, {campaign['sent_from']}"
    return (
        f"{head}: expect {'; '.join(parts)}, by the segments its customers were in then"
    )
