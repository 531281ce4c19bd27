"""How a feature is said: its sentence, its topic, and what it tells of taste.

A feature without a phrase is said by its label. Descriptors are only spoken of if they
have a phrase here: hundreds of them would say the same thing in other words.
"""

from __future__ import annotations

from typing import Any

from segtools.languages import current, tr, trn
from segtools.profiles.phrase_book import PHRASES, Phrase, Said
from segtools.wording import rounded

__all__ = ["PHRASES", "heading", "sentence", "span", "written"]

_TOPIC_OF_BASIS = {
    "value": "habit",
    "behaviour": "habit",
    "loyalty": "habit",
    "benefits": "value",
    "journey": "habit",
    "engagement": "habit",
    "needs": "opinion",
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
    if phrase is None and op == "ge":
        return tr("{label}: {v} or more", label=entry["label"], v=said)
    if phrase is None:
        return tr("{label}: {v} or less", label=entry["label"], v=said)
    words = _words(phrase, op, value, share=entry["unit"] == "share")
    if isinstance(words, str):
        return tr(words, v=said, days=span(days))
    return trn(*words, value, v=said, days=span(days))


def _words(phrase: Phrase, op: str, value: float, *, share: bool) -> Said:
    """Choose the sentence: none is none instead of 0 % or less, all is all."""
    if op == "ge" and value == 1:
        special = phrase.every if share else phrase.once
    else:
        special = phrase.none if share and (op, value) == ("le", 0) else ""
    return special or (phrase.less if op == "le" else phrase.more)


def span(days: int) -> str:
    """Write a number of days with its noun.

    Examples
    --------
    >>> span(1), span(90)
    ('1 day', '90 days')
    """
    return trn("{n} day", "{n} days", days, n=str(days))


def written(value: float, unit: str, currency: str) -> str:
    """Write a value of two digits with its unit, and no other digits than these."""
    if unit == "share":
        # Two digits, as `nice` leaves them: 1.4 % is not 1 %.
        return f"{_two_digits(100 * value)}{current().before_percent}%"
    text = _two_digits(value)
    return f"{text} {currency}".strip() if unit == "money" else text


def _two_digits(value: float) -> str:
    """Write as many digits as `nice` leaves, even of very small numbers."""
    if 0 < abs(value) < 1e-4:
        return f"{value:.2g}".replace(".", current().decimal)
    return rounded(value, 2)
