"""The words that a row of the rule book may ask for, and what stands for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from string import Formatter
from typing import Any

from segtools.languages import mark, tr, trc
from segtools.profiles.phrases import span
from segtools.schema import ConfigError, did_you_mean
from segtools.wording import number, percent, shorten

Card = Mapping[str, Any]
Statement = Mapping[str, Any]
DAYS = (
    mark("Monday"),
    mark("Tuesday"),
    mark("Wednesday"),
    mark("Thursday"),
    mark("Friday"),
    mark("Saturday"),
    mark("Sunday"),
)
# By the weekday of most orders.
_BEST_TIMES = (
    mark("on Sunday, the day before most of their orders (Monday, about {hour})"),
    mark("on Monday, the day before most of their orders (Tuesday, about {hour})"),
    mark("on Tuesday, the day before most of their orders (Wednesday, about {hour})"),
    mark("on Wednesday, the day before most of their orders (Thursday, about {hour})"),
    mark("on Thursday, the day before most of their orders (Friday, about {hour})"),
    mark("on Friday, the day before most of their orders (Saturday, about {hour})"),
    mark("on Saturday, the day before most of their orders (Sunday, about {hour})"),
)
UNKNOWN_TIME = mark("(assumption: no order tells when they would read it)")
FIELDS = {
    "answer": "what they answered",
    "best_time": "the day before most of their orders, in words",
    "category": "the category that they buy more than others",
    "contact": "the text of the channel that suits them",
    "day_before": "the day before the weekday of most of their orders",
    "days": "length of the goal's period, a number",
    "hour": "the hour of most of their orders",
    "least": "the lift that chance alone would hardly give",
    "n": "customers of the segment",
    "period": "the same with its noun, such as 90 days",
    "segment": "the segment's name",
    "share": "share of them for whom the reason holds",
    "smallest": "the smallest lift that the planned test would see",
    "topic": "what they got in touch about",
    "weekday": "the weekday of most of their orders",
}
# Of a test that can be planned; a row that asks for them says nothing without one.
OF_A_TEST = ("least", "smallest")
_WIDTH = 60


def check_text(text: str, where: str) -> None:
    """Refuse a text with braces that do not match, or with unknown fields.

    Raises
    ------
    ConfigError

    Examples
    --------
    >>> check_text("New in {categry}", "actions.0.message")
    Traceback (most recent call last):
    segtools.schema.ConfigError: actions.0.message must use known fields, but \
{categry} is none. Did you mean 'category'?
    """
    for name in fields(text, where):
        if name not in FIELDS:
            raise ConfigError(
                f"{where} must use known fields, but {{{name}}} is none. "
                f"{did_you_mean(name, FIELDS)}"
            )


def fields(text: str, where: str = "text") -> list[str]:
    """List the fields of a text, with whatever else stands in their braces."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        raise ConfigError(
            f"{where} must close each brace that it opens, but it is {text!r}. "
            "Double a brace that is meant as one."
        ) from None
    return [
        f"{name}{'!' + conversion if conversion else ''}{':' + form if form else ''}"
        for _, name, form, conversion in parts
        if name is not None
    ]


def words_for(card: Card, because: Sequence[Statement], days: int) -> dict[str, str]:
    """Give what stands for each field of one segment.

    Parameters
    ----------
    card : mapping
        One segment of ``personas.json``.
    because : sequence of mapping
        The statements that call for the row.
    days : int
        ``outcome_days``.

    Returns
    -------
    dict of str to str
        Every field but ``contact`` and those of a test. What the data does not
        say is said in general words. Strings from data are made plain and short.
    """
    statements = [*because, *card.get("statements", [])]
    first = because[0].get("share") if because else None
    return _times(card) | {
        "answer": _first(statements, "answered", tr("what they told us")),
        "category": _first(statements, "bought", tr("their own categories")),
        "days": str(days),
        "n": number(card.get("n")),
        "period": span(days),
        "segment": shorten(card.get("segment", ""), _WIDTH),
        "share": trc("how many of them", "many") if first is None else percent(first),
        "topic": _first(statements, "did", tr("what they asked us"), column="topic"),
    }


def _first(
    statements: Sequence[Statement], op: str, general: str, column: str = ""
) -> str:
    for statement in statements:
        asked = statement.get("computation") or {}
        if asked.get("op") == op and column in ("", asked.get("column")):
            return shorten(asked["value"], _WIDTH)
    return general


def _times(card: Card) -> dict[str, str]:
    weekdays, hours = card.get("weekdays") or [], card.get("hours") or []
    if not any(weekdays) or not any(hours):
        general = dict.fromkeys(("weekday", "day_before"), tr("any day"))
        return general | {"hour": tr("any hour"), "best_time": tr(UNKNOWN_TIME)}
    day = max(range(7), key=lambda d: weekdays[d])
    hour = f"{max(range(24), key=lambda h: hours[h])}:00"
    return {
        "weekday": tr(DAYS[day]),
        "day_before": tr(DAYS[day - 1]),
        "hour": hour,
        "best_time": tr(_BEST_TIMES[day], hour=hour),
    }
