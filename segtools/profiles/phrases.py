"""How a feature is said: its sentence, its topic, and what it tells of taste.

A feature without a phrase is said by its label. Descriptors are only spoken of if they
have a phrase here: hundreds of them would say the same thing in other words.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from segtools.wording import THIN, rounded


class Phrase(NamedTuple):
    """Sentences for *at least* and *at most*, and where each belongs.

    ``more_is`` and ``less_is`` are a topic, or ``value`` with an aspect such as
    ``value:price``; empty where the feature's basis decides. ``once`` says the same as
    *at least 1* of something that most customers never do.
    """

    more: str
    less: str
    more_is: str = ""
    less_is: str = ""
    once: str = ""


_TOPIC_OF_BASIS = {
    "value": "habit",
    "behaviour": "habit",
    "loyalty": "habit",
    "benefits": "value",
    "journey": "habit",
    "engagement": "habit",
    "needs": "opinion",
}
# One of something: "1 days" is a day.
_SINGLE = re.compile(r"(^|(?<=\s))1 (\w+)s\b")
# Features whose sentence names the window.
_COUNTED = ("n_orders", "spend_total", "n_returns")

PHRASES = {
    "recency_days": Phrase(
        "Have not ordered for {v} days or longer", "Ordered within the last {v} days"
    ),
    "n_orders": Phrase("Ordered {v} times or more", "Ordered {v} times or less"),
    "spend_total": Phrase("Spent {v} or more", "Spent {v} or less"),
    "basket_mean": Phrase("Pay {v} or more per order", "Pay {v} or less per order"),
    "interval_days": Phrase(
        "Leave {v} days or more between orders", "Come back after {v} days or sooner"
    ),
    "overdue_ratio": Phrase(
        "Are overdue: {v} of their own cycles or more since the last order",
        "Are on time: at most {v} of their own cycles since the last order",
        more_is="pain",
    ),
    "trend_ratio": Phrase(
        "Buy more lately: {v} times their own level or more",
        "Buy less lately: {v} times their own level or less",
        less_is="pain",
    ),
    "weekend_share": Phrase(
        "Place {v} or more of their orders at the weekend",
        "Place {v} or less of their orders at the weekend",
    ),
    "morning_share": Phrase(
        "Place {v} or more of their orders before noon",
        "Place {v} or less of their orders before noon",
    ),
    "evening_share": Phrase(
        "Place {v} or more of their orders after 18:00",
        "Place {v} or less of their orders after 18:00",
    ),
    "basket_lines": Phrase(
        "Buy {v} lines or more per order", "Buy {v} lines or less per order"
    ),
    "n_categories": Phrase(
        "Buy from {v} categories or more", "Buy from {v} categories or less"
    ),
    "active_weeks_share": Phrase(
        "Order in {v} of all weeks or more", "Order in {v} of all weeks or less"
    ),
    "tenure_days": Phrase(
        "Have been customers for {v} days or longer",
        "Have been customers for {v} days or less",
        more_is="stage",
        less_is="stage",
    ),
    "n_stores": Phrase("Use {v} stores or more", "Use {v} stores or less"),
    "discount_share": Phrase(
        "Save {v} or more through discounts",
        "Save {v} or less through discounts",
        more_is="value:price",
        less_is="habit",
    ),
    "coupon_share": Phrase(
        "Use a coupon in {v} or more of their orders",
        "Use a coupon in {v} or less of their orders",
        more_is="value:price",
        less_is="habit",
    ),
    "private_label_share": Phrase(
        "Spend {v} or more on the shop's own labels",
        "Spend {v} or less on the shop's own labels",
        more_is="value:price",
        less_is="habit",
    ),
    "price_tier": Phrase(
        "Choose what is dearer than {v} or more of its category",
        "Choose what is dearer than {v} or less of its category",
        more_is="value:quality",
        less_is="value:price",
    ),
    "premium_share": Phrase(
        "Spend {v} or more on the dearest third of a category",
        "Spend {v} or less on the dearest third of a category",
        more_is="value:quality",
        less_is="habit",
    ),
    "new_product_share": Phrase(
        "New to them: {v} or more of the products that they bought",
        "New to them: {v} or less of the products that they bought",
        more_is="value:novelty",
        less_is="habit",
    ),
    "n_returns": Phrase(
        "Sent goods back {v} times or more",
        "Sent goods back {v} times or less",
        more_is="pain",
        once="Sent goods back at least once",
    ),
    "cycles_since_last": Phrase(
        "Have let {v} of their own cycles or more pass since the last order",
        "Ordered within the last {v} of their own cycles",
        more_is="pain",
    ),
    "product_views": Phrase(
        "Looked at {v} products or more lately", "Looked at {v} products or less lately"
    ),
    "carts": Phrase(
        "Put {v} products or more into the cart lately",
        "Put {v} products or less into the cart lately",
    ),
    "days_since_last_visit": Phrase(
        "Have not visited for {v} days or longer", "Visited within the last {v} days"
    ),
    "tickets_opened": Phrase(
        "Opened {v} tickets or more", "Opened {v} tickets or less", more_is="pain"
    ),
    "hours_to_resolve": Phrase(
        "Wait {v} hours or longer until a ticket is resolved",
        "Wait {v} hours or less until a ticket is resolved",
        more_is="pain",
        less_is="value:service",
    ),
    "chats_started": Phrase("Began {v} chats or more", "Began {v} chats or less"),
    "visit_days": Phrase("Visit on {v} days or more", "Visit on {v} days or less"),
    "event_days": Phrase(
        "Are in touch on {v} days or more", "Are in touch on {v} days or less"
    ),
    "mobile_share": Phrase(
        "Do {v} or more on a phone or tablet",
        "Do {v} or less on a phone or tablet",
        more_is="reach",
        less_is="reach",
    ),
    "online_share": Phrase(
        "Place {v} or more of their orders online",
        "Place {v} or less of their orders online",
        more_is="reach",
        less_is="reach",
    ),
    "emails_opened": Phrase(
        "Opened {v} e-mails or more",
        "Opened {v} e-mails or less",
        more_is="reach",
        less_is="reach",
    ),
    "mean_agreement": Phrase(
        "Answer at {v} of the scale or higher", "Answer at {v} of the scale or lower"
    ),
    "account_spend": Phrase(
        "Belong to accounts that spent {v} or more",
        "Belong to accounts that spent {v} or less",
        more_is="trait",
        less_is="trait",
    ),
    "group_spend": Phrase(
        "Belong to groups that spent {v} or more",
        "Belong to groups that spent {v} or less",
        more_is="trait",
        less_is="trait",
    ),
}


def heading(entry: dict[str, Any], op: str) -> tuple[str, str]:
    """Give the topic and the aspect of a claim about a feature.

    Examples
    --------
    >>> heading({"name": "coupon_share", "basis": "benefits"}, "ge")
    ('value', 'price')
    >>> heading({"name": "mine", "basis": "own"}, "le")
    ('trait', '')
    """
    phrase = PHRASES.get(entry["name"])
    own = (phrase.less_is if op == "le" else phrase.more_is) if phrase else ""
    topic, _, aspect = own.partition(":")
    return topic or _TOPIC_OF_BASIS.get(entry["basis"], "trait"), aspect


def sentence(
    entry: dict[str, Any], op: str, value: float, days: int, currency: str
) -> str:
    """Say that a feature is at least or at most a value.

    Examples
    --------
    >>> entry = {"name": "n_orders", "unit": "orders", "label": "Orders"}
    >>> sentence(entry, "ge", 12.0, 90, "EUR")
    'Ordered 12 times or more in 90 days'
    """
    said = written(value, entry["unit"], currency)
    phrase = PHRASES.get(entry["name"])
    if phrase is None:
        return f"{entry['label']}: {said} or {'more' if op == 'ge' else 'less'}"
    text = (phrase.less if op == "le" else phrase.more).format(v=said)
    if phrase.once and op == "ge" and value == 1:
        text = phrase.once
    elif entry["unit"] == "share":
        text = _all_or_none(text, op, value)
    else:
        text = _SINGLE.sub(r"\g<1>1 \2", text).replace("1 categorie ", "1 category ")
    return f"{text} in {days} days" if entry["name"] in _COUNTED else text


def _all_or_none(text: str, op: str, value: float) -> str:
    """Say none instead of 0 % or less, and all instead of 100 % or more."""
    if op == "le" and value == 0:
        return text.replace(f"0{THIN}% or less of", "none of").replace(
            f"0{THIN}% or less", "nothing"
        )
    if op == "ge" and value == 1:
        return text.replace(f"100{THIN}% or more", "all")
    return text


def written(value: float, unit: str, currency: str) -> str:
    """Write a value of two digits with its unit, and no other digits than these."""
    if unit == "share":
        # Two digits, as `nice` leaves them: 1.4 % is not 1 %.
        return f"{_two_digits(100 * value)}{THIN}%"
    text = _two_digits(value)
    return f"{text} {currency}".strip() if unit == "money" else text


def _two_digits(value: float) -> str:
    """Write as many digits as `nice` leaves, even of very small numbers."""
    return f"{value:.2g}" if 0 < abs(value) < 1e-4 else rounded(value, 2)
