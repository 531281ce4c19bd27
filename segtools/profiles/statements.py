"""Statements about a segment, each with share, interval, n and its computation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
from scipy import stats

from segtools.profiles.answers import answer_claims
from segtools.profiles.cells import shown
from segtools.profiles.claim import MIN_CUSTOMERS, Claim, claims_by_segment, nice
from segtools.profiles.events import event_claims
from segtools.profiles.profile import (
    Segmented,
    attribute_profile,
    category_profile,
)
from segtools.wording import THIN, rounded

MIN_DIFFERENCE = 0.08
MIN_SHARE = 0.3
FALSE_DISCOVERIES = 0.05
# Comparison, and the quantile of everyone that it is made with.
QUARTILES = (("ge", 0.75), ("le", 0.25), ("ge", 0.5), ("le", 0.5))
OPS: dict[str, Callable[[pd.Series, Any], pd.Series]] = {
    "ge": lambda column, value: column >= value,
    "le": lambda column, value: column <= value,
    "eq": lambda column, value: column.astype("str") == value,
    "bought": lambda column, value: column.astype("str") == value,
    "did": lambda column, value: column.astype("str") == value,
    "answered": lambda column, value: column.astype("str") == value,
}
_TOPIC = {
    "value": "value",
    "behaviour": "habit",
    "loyalty": "habit",
    "benefits": "value",
    "journey": "habit",
    "engagement": "habit",
    "needs": "opinion",
}
_PAIN = {("overdue_ratio", "ge"), ("trend_ratio", "le")}
_PAIN |= {("cycles_since_last", "ge"), ("tickets_opened", "ge")}
_PAIN |= {("hours_to_resolve", "ge")}
# Feature: sentence for "at least", sentence for "at most".
_PHRASES = {
    "recency_days": (
        "Have not ordered for {v} days or longer",
        "Ordered within the last {v} days",
    ),
    "n_orders": ("Ordered {v} times or more", "Ordered {v} times or less"),
    "spend_total": ("Spent {v} or more", "Spent {v} or less"),
    "basket_mean": ("Pay {v} or more per order", "Pay {v} or less per order"),
    "interval_days": (
        "Leave {v} days or more between orders",
        "Come back after {v} days or sooner",
    ),
    "overdue_ratio": (
        "Are overdue: {v} of their own cycles or more since the last order",
        "Are on time: at most {v} of their own cycles since the last order",
    ),
    "trend_ratio": (
        "Buy more lately: {v} times their own level or more",
        "Buy less lately: {v} times their own level or less",
    ),
    "weekend_share": (
        "Place {v} or more of their orders at the weekend",
        "Place {v} or less of their orders at the weekend",
    ),
    "morning_share": (
        "Place {v} or more of their orders before noon",
        "Place {v} or less of their orders before noon",
    ),
    "evening_share": (
        "Place {v} or more of their orders after 18:00",
        "Place {v} or less of their orders after 18:00",
    ),
    "basket_lines": (
        "Buy {v} lines or more per order",
        "Buy {v} lines or less per order",
    ),
    "n_categories": (
        "Buy from {v} categories or more",
        "Buy from {v} categories or less",
    ),
    "active_weeks_share": (
        "Order in {v} of all weeks or more",
        "Order in {v} of all weeks or less",
    ),
    "n_stores": ("Use {v} stores or more", "Use {v} stores or less"),
    "discount_share": (
        "Save {v} or more through discounts",
        "Save {v} or less through discounts",
    ),
    "coupon_share": (
        "Use a coupon in {v} or more of their orders",
        "Use a coupon in {v} or less of their orders",
    ),
    "private_label_share": (
        "Spend {v} or more on the shop's own labels",
        "Spend {v} or less on the shop's own labels",
    ),
    "cycles_since_last": (
        "Have let {v} of their own cycles or more pass since the last order",
        "Ordered within the last {v} of their own cycles",
    ),
    "product_views": (
        "Looked at {v} products or more lately",
        "Looked at {v} products or less lately",
    ),
    "carts": (
        "Put {v} products or more into the cart lately",
        "Put {v} products or less into the cart lately",
    ),
    "days_since_last_visit": (
        "Have not visited for {v} days or longer",
        "Visited within the last {v} days",
    ),
    "tickets_opened": ("Opened {v} tickets or more", "Opened {v} tickets or less"),
    "hours_to_resolve": (
        "Wait {v} hours or longer until a ticket is resolved",
        "Wait {v} hours or less until a ticket is resolved",
    ),
    "chats_started": ("Began {v} chats or more", "Began {v} chats or less"),
    "visit_days": ("Visit on {v} days or more", "Visit on {v} days or less"),
    "event_days": (
        "Are in touch on {v} days or more",
        "Are in touch on {v} days or less",
    ),
    "mobile_share": (
        "Do {v} or more on a phone or tablet",
        "Do {v} or less on a phone or tablet",
    ),
    "mean_agreement": (
        "Answer at {v} of the scale or higher",
        "Answer at {v} of the scale or lower",
    ),
    "account_spend": (
        "Belong to accounts that spent {v} or more",
        "Belong to accounts that spent {v} or less",
    ),
    "group_spend": (
        "Belong to groups that spent {v} or more",
        "Belong to groups that spent {v} or less",
    ),
}


def evidence(data: Segmented, currency: str) -> dict[str, list[Claim]]:
    """Find what sets each segment apart from everyone, beyond chance.

    Parameters
    ----------
    data : Segmented
    currency : str
        Sign or code shown beside money.

    Returns
    -------
    dict
        segment_id to claims, the most telling first. A claim stands if it holds for
        at least 30 % of the segment, 8 points more than for everyone, among at least
        10 customers, with false discoveries controlled at 5 % over all claims of the
        run (Benjamini & Hochberg 1995).
    """
    claims = [
        *feature_claims(data, currency),
        *category_claims(data),
        *attribute_claims(data),
        *event_claims(data),
        *answer_claims(data),
    ]
    enough = [c for c in claims if c.n >= MIN_CUSTOMERS]
    if not enough:
        return {}
    adjusted = stats.false_discovery_control([c.p_value for c in enough])
    found: dict[str, list[Claim]] = {}
    for claim, p in zip(enough, adjusted, strict=True):
        telling = claim.share - claim.base_share >= MIN_DIFFERENCE
        if p <= FALSE_DISCOVERIES and telling and claim.share >= MIN_SHARE:
            found.setdefault(claim.segment_id, []).append(claim)
    for own in found.values():
        own.sort(key=lambda c: (-(c.share - c.base_share), c.text))
    return found


def feature_claims(data: Segmented, currency: str) -> list[Claim]:
    """Make a claim for each feature, segment and quartile of everyone."""
    frame = data.features.set_index("customer_id")
    segment = data.members.reindex(frame.index)
    claims = []
    for entry in data.catalogue:
        if entry["role"] != "segmentation":
            continue
        column = frame[entry["name"]].dropna()
        if len(column) == 0:
            continue
        for op, quantile in QUARTILES:
            value = nice(float(column.quantile(quantile)))
            text = _text(entry, op, value, data.window.days, currency)
            holds = OPS[op](column, value)
            asked = {"column": entry["name"], "op": op, "value": value}
            computation = {"table": "features", **asked}
            claims += claims_by_segment(
                holds, segment, _topic(entry, op), text, computation
            )
    return claims


def category_claims(data: Segmented) -> list[Claim]:
    """Make a claim for each segment and category that people buy."""
    everyone = len(data.segments)
    return [
        Claim(
            segment_id=str(row.segment_id),
            topic="interest",
            text=f"Bought {row.category}",
            holders=int(row.buyers),
            n=int(row.n),
            base_holders=round(row.base_value * everyone),
            base_n=everyone,
            computation={
                "table": "order_lines",
                "column": "category",
                "op": "bought",
                "value": row.category,
            },
        )
        for row in shown(category_profile(data))
        .rename(columns={"name": "category"})
        .itertuples()
    ]


def attribute_claims(data: Segmented) -> list[Claim]:
    """Make a claim for each level of each attribute that may be shown."""
    profile = attribute_profile(data)
    if profile.empty:
        return []
    known = profile.groupby("attribute")["holders"].sum()
    held = profile.groupby(["attribute", "level"])["holders"].sum()
    return [
        Claim(
            segment_id=str(row.segment_id),
            topic="trait",
            text=f"{row.attribute.replace('_', ' ').capitalize()}: {row.level}",
            holders=int(row.holders),
            n=int(row.n),
            base_holders=int(held[(row.attribute, row.level)]),
            base_n=int(known[row.attribute]),
            computation={
                "table": "customers",
                "column": row.attribute,
                "op": "eq",
                "value": row.level,
            },
        )
        for row in shown(profile).itertuples()
    ]


def _topic(entry: dict[str, str], op: str) -> str:
    if (entry["name"], op) in _PAIN:
        return "pain"
    return _TOPIC.get(entry["basis"], "trait")


def _text(
    entry: dict[str, str], op: str, value: float, days: int, currency: str
) -> str:
    shown = _shown(value, entry["unit"], currency)
    if entry["name"] in _PHRASES:
        text = _PHRASES[entry["name"]][op == "le"].format(v=shown)
        if entry["name"] in ("n_orders", "spend_total"):
            return f"{text} in {days} days"
        return text
    return f"{entry['label']}: {shown} or {'more' if op == 'ge' else 'less'}"


def _shown(value: float, unit: str, currency: str) -> str:
    if unit == "share":
        # Two digits, as `nice` leaves them: 1.4 % is not 1 %.
        return f"{_two_digits(100 * value)}{THIN}%"
    text = _two_digits(value)
    return f"{text} {currency}".strip() if unit == "money" else text


def _two_digits(value: float) -> str:
    """Write as many digits as `nice` leaves, even of very small numbers."""
    return f"{value:.2g}" if 0 < abs(value) < 1e-4 else rounded(value, 2)
