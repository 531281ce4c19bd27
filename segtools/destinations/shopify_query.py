"""A segment's rule in Shopify's filter language, where it can be said exactly.

The language has whole days and a handful of attributes; what it cannot say is refused
with the reason, and a tag does instead. Written for the interface of 2026-10: offsets
of days and ``MATCHES``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from segtools.languages import mark, tr, trn
from segtools.schema import ConfigError
from segtools.segmentation.segment_rules import BOUGHT, Condition, SegmentRule
from segtools.timezones import epoch, instant

NEVER = "last_order_date IS NULL"
ONCE = "last_order_date IS NOT NULL"
MOVING = mark(
    "Shopify works this query out anew every day: its days count back from the day on "
    "which it is read, so that customers come and go; a tag stays as it was exported."
)
OWN_ORDERS = mark(
    "Shopify counts its own orders; where cleaning left some out, such as cancelled or "
    "test orders, it may count more."
)
ALL_HISTORY = mark("Shopify counts all orders ever; the data must reach back as far.")
OWN_MONEY = mark(
    "Shopify's sum of amounts is not our spend: shipping, tax and refunds are counted "
    "otherwise, so that customers near the bound may differ."
)


@dataclass(frozen=True)
class ShopifyQuery:
    """A segment as Shopify's own query.

    Attributes
    ----------
    segment_id, segment : str
    text : str
        To be pasted where a customer segment is made.
    exact : bool
        Whether it gives, on the day of `as_of`, the customers of the segment.
    notes : tuple of str
        What a reader must know of it.
    """

    segment_id: str
    segment: str
    text: str
    exact: bool
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Clock:
    """The day on which the query stands for the segment."""

    at: datetime
    window_days: int

    def steady(self, days: int) -> bool:
        """Say whether the clock has not been changed since so many days ago."""
        before = (self.at.replace(tzinfo=None) - timedelta(days=days)).replace(
            tzinfo=self.at.tzinfo
        )
        return before.utcoffset() == self.at.utcoffset()


def shopify_query(
    rule: SegmentRule,
    *,
    as_of: str,
    timezone: str,
    window_days: int,
    approximate: Sequence[str] = (),
) -> ShopifyQuery:
    """Write a segment's rule as a query of Shopify's customer segments.

    Parameters
    ----------
    rule : SegmentRule
        As `segment_rules` gives it; of ``recency_days`` (in whole days), ``n_orders``,
        ``orders_lifetime`` and, if allowed, ``spend_total``.
    as_of : str
        The instant of the features; it must be a midnight of the store.
    timezone : str
        The store's time zone.
    window_days : int
        How far back ``n_orders`` and ``spend_total`` look.
    approximate : sequence of str, default=()
        Features that may be written although Shopify counts them a little otherwise:
        only ``spend_total``.

    Returns
    -------
    ShopifyQuery

    Raises
    ------
    ConfigError
        If the language cannot say it, with the reason.

    Examples
    --------
    >>> late = Condition("recency_days", above=90.0)
    >>> often = Condition("n_orders", above=2.0)
    >>> query = shopify_query(SegmentRule("S1", "at risk", ((late, often),)),
    ...     as_of="2024-03-01", timezone="UTC", window_days=365)
    >>> print(query.text)
    last_order_date < -90d AND orders_placed MATCHES (date >= -365d, count >= 3)
    """
    rule = _possible(rule)
    _refuse_unsayable(rule, approximate)
    at = datetime.fromtimestamp(epoch(instant(as_of, timezone)), ZoneInfo(timezone))
    if (at.hour, at.minute, at.second) != (0, 0, 0):
        raise ConfigError(
            f"as_of must be a midnight of the store for Shopify's whole days, but it "
            f"is {at:%Y-%m-%d %H:%M:%S} in {timezone}. Run with a date, or export tags."
        )
    clock = _Clock(at, window_days)
    boxes = [_all(box, clock) for box in rule.boxes]
    several = [f"({b})" if " AND " in b or " OR " in b else b for b in boxes]
    text = boxes[0] if len(boxes) == 1 else " OR ".join(several)
    notes, exact = _notes(rule, clock)
    return ShopifyQuery(rule.segment_id, rule.segment, text, exact, notes)


def tag_query(tag: str) -> str:
    """Write the query of all customers who have a tag: a snapshot of any segment.

    Parameters
    ----------
    tag : str
        As it was exported.

    Raises
    ------
    ConfigError
        If it has an apostrophe, whose escape is documented nowhere, a comma, which
        parts tags, or nothing.

    Examples
    --------
    >>> tag_query("seg:champions")
    "customer_tags CONTAINS 'seg:champions'"
    """
    wrong = [c for c in ("'", ",", "\n", "\r", "\\") if c in tag]
    if wrong or not tag.strip():
        raise ConfigError(
            "A tag in a Shopify query must be one line without apostrophe, comma or "
            f"backslash, but it is {tag!r}. Name the segment otherwise."
        )
    return f"customer_tags CONTAINS '{tag}'"


def _possible(rule: SegmentRule) -> SegmentRule:
    """Leave out what no customer can be: fewer than no orders, an order to come."""
    boxes = []
    for box in rule.boxes:
        own = [_bounded(c) for c in box]
        if not any(c.empty for c in own):
            boxes.append(tuple(c for c in own if not c.anything))
    return replace(rule, boxes=tuple(boxes))


def _bounded(condition: Condition) -> Condition:
    if condition.feature not in _WRITERS or condition.feature == "spend_total":
        return condition
    days = condition.feature == BOUGHT  # above 0; counts may be 0

    def below_all(bound: float | None) -> bool:
        return bound is not None and (bound <= 0 if days else bound < 0)

    if below_all(condition.up_to):
        return Condition(condition.feature, known=False, missing=condition.missing)
    if below_all(condition.above):
        return replace(condition, above=None)
    return condition


def _refuse_unsayable(rule: SegmentRule, approximate: Sequence[str]) -> None:
    if not rule.boxes:
        raise ConfigError(
            f"A Shopify query must select somebody, but nobody is in {rule.segment!r}. "
            "Leave the segment out."
        )
    if () in rule.boxes:
        raise ConfigError(
            f"A Shopify query must have a condition, but everybody is in "
            f"{rule.segment!r}. No query is needed."
        )
    for name in rule.reads:
        if name == "spend_total" and name not in approximate:
            raise ConfigError(
                "A Shopify query must mean what the rule means, but spend_total is "
                "without shipping and less returns, and Shopify's amounts are not. "
                "Pass approximate=['spend_total'], or export tags."
            )
        if name not in _WRITERS:
            raise ConfigError(
                f"A Shopify query can read {', '.join(_WRITERS)}, but {rule.segment!r} "
                f"needs {name!r}, for which Shopify has no attribute. Export tags."
            )


def _all(box: Sequence[Condition], clock: _Clock) -> str:
    # That somebody ordered once is said by any bound on the last order.
    dated = [c for c in box if c.feature == BOUGHT]
    ordered = any(not c.missing for c in dated)
    parts: list[str] = []
    for condition in box:
        parts += _WRITERS[condition.feature](condition, clock, ordered)
    plain = dict.fromkeys(parts)
    return " AND ".join(plain)


def _recency(condition: Condition, clock: _Clock, ordered: bool) -> list[str]:
    """Write days since the last order: midnight to midnight, so whole days only."""
    if not condition.known:
        return [NEVER]
    bounds = []
    for sign, bound in ((">=", condition.up_to), ("<", condition.above)):
        if bound is not None:
            bounds.append(f"last_order_date {sign} {_days(bound)}")
    if condition.missing:
        return [_or(bounds, NEVER)] if bounds else []
    return bounds or [ONCE]


def _days(bound: float) -> str:
    if bound != math.floor(bound):
        raise ConfigError(
            f"A Shopify query counts in whole days, but a bound of {BOUGHT} is "
            f"{bound!r}. Cut at whole days (`tiers`), or export tags."
        )
    return f"-{int(bound)}d"


def _lifetime(condition: Condition, clock: _Clock, ordered: bool) -> list[str]:
    """Write all orders ever; who never ordered has 0 there and nothing here."""
    least = 0 if condition.missing else 1
    if not condition.known:
        return ["number_of_orders = 0"]
    low = least if condition.above is None else max(least, _over(condition.above))
    if condition.up_to is None:
        own = f"number_of_orders >= {low}"
    else:
        own = f"number_of_orders BETWEEN {low} AND {math.floor(condition.up_to)}"
    if condition.missing and low > 0:
        return [_or([own], "number_of_orders = 0")]
    return [own]


def _window(condition: Condition, clock: _Clock, ordered: bool) -> list[str]:
    """Write orders in the window: so many at least, and not one more than at most."""
    since = f"date >= -{clock.window_days}d"
    parts = []
    low = 0 if condition.above is None else _over(condition.above)
    if low > 0:
        parts.append(f"orders_placed MATCHES ({since}, count >= {low})")
    if condition.up_to is not None:
        more = _over(condition.up_to)
        parts.append(f"orders_placed NOT MATCHES ({since}, count >= {more})")
    return _with_missing(parts, condition, ordered or low > 0)


def _spend(condition: Condition, clock: _Clock, ordered: bool) -> list[str]:
    """Write spend in the window; who has no order there has spent 0."""
    since = f"date >= -{clock.window_days}d"
    parts = []
    bounds = ((condition.above, True), (condition.up_to, False))
    for bound, over in bounds:
        if bound is None:
            continue
        # Whether nothing lies on the wanted side of the bound decides who must match.
        wanted = over == (bound >= 0)
        sign = ">" if bound >= 0 else "<="
        text = f"({since}, sum_amount {sign} {_number(bound)})"
        parts.append(f"orders_placed {'MATCHES' if wanted else 'NOT MATCHES'} {text}")
    sure = condition.above is not None and condition.above >= 0
    return _with_missing(parts, condition, ordered or sure)


def _with_missing(parts: list[str], condition: Condition, ordered: bool) -> list[str]:
    """Say of who never ordered what the condition says of a missing value."""
    if not condition.known:
        return [NEVER]
    if condition.missing:
        return [_or(parts, NEVER)] if parts else []
    return parts if ordered else [*parts, ONCE]


def _or(parts: Sequence[str], other: str) -> str:
    both = " AND ".join(parts)
    return f"({both} OR {other})" if len(parts) == 1 else f"(({both}) OR {other})"


def _over(bound: float) -> int:
    return math.floor(bound) + 1


def _number(value: float) -> str:
    """Write a number without exponent, separators or sign of money."""
    return format(Decimal(repr(float(value))), "f").removesuffix(".0")


def _notes(rule: SegmentRule, clock: _Clock) -> tuple[tuple[str, ...], bool]:
    reads = set(rule.reads)
    notes = [tr(MOVING)] if reads - {"orders_lifetime"} else []
    notes.append(tr(OWN_ORDERS))
    if "orders_lifetime" in reads:
        notes.append(tr(ALL_HISTORY))
    if "spend_total" in reads:
        notes.append(tr(OWN_MONEY))
    days = [clock.window_days] if reads & {"n_orders", "spend_total"} else []
    bounds = [c for box in rule.boxes for c in box if c.feature == BOUGHT]
    ends = [e for c in bounds for e in (c.above, c.up_to) if e is not None]
    shifted = [d for d in (*days, *(int(e) for e in ends)) if not clock.steady(d)]
    if shifted:
        notes.append(
            trn(
                "The clock was changed since {n} day before {day}: an order within an "
                "hour of that midnight may count otherwise, since days here are 24 "
                "hours.",
                "The clock was changed since {n} days before {day}: an order within "
                "an hour of that midnight may count otherwise, since days here are 24 "
                "hours.",
                max(shifted),
                day=f"{clock.at:%Y-%m-%d}",
            )
        )
    return tuple(notes), not shifted and "spend_total" not in reads


_WRITERS: dict[str, Callable[[Condition, _Clock, bool], list[str]]] = {
    BOUGHT: _recency,
    "n_orders": _window,
    "orders_lifetime": _lifetime,
    "spend_total": _spend,
}
