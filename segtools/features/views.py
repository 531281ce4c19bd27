"""Views: what features aggregate, cut at the origin before anything else happens.

A view is a base table and, where it is only part of it, the condition that its rows
meet. Features over views of one base are computed in one pass over that base.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import ibis.expr.types as ir

from segtools.features.catalogue import LOOKS, Window
from segtools.features.event_names import slug
from segtools.features.holidays import days_before
from segtools.features.shop import Shop
from segtools.prepare.ledger import order_key
from segtools.timezones import DAY, epoch, instant, local_seconds, offsets, timestamp_of

# Local days are known from here on; orders before it are read with its offset.
_SINCE = "2000-01-01"


@dataclass(frozen=True)
class Part:
    """Rows of a base: all of them, or those that meet a condition."""

    base: str
    table: ir.Table
    condition: ir.BooleanValue | None = None

    def rows(self) -> ir.Table:
        """Give the view's own rows."""
        if self.condition is None:
            return self.table
        return self.table.filter(self.condition)


Builder = Callable[["Views"], Part]
Lacks = Callable[[Shop], list[str]]
_BUILDERS: dict[str, Builder] = {}
_LACKS: dict[str, Lacks] = {}


def view(
    name: str, *, table: str, looks: str = "window", lacks: Lacks | None = None
) -> Callable[[Builder], Builder]:
    """Register a view that features may be `over`.

    Parameters
    ----------
    name : str
        What `feature` calls it.
    table : str
        The contract's table without which there is no view, and whose columns
        ``needs`` names; ``orders`` stands for orders or, without them, their lines.
    looks : {"window", "all"}, default="window"
        How far back it looks from the origin.
    lacks : callable, optional
        From a shop to the settings without which the view says nothing there, such
        as ``["country"]``; its features are then left out.

    Returns
    -------
    decorator
        For a function from `Views` to a `Part` with ``customer_id``.
    """

    def register(builder: Builder) -> Builder:
        LOOKS[name] = (table, looks)
        _BUILDERS[name] = builder
        _LACKS[name] = lacks or (lambda shop: [])
        return builder

    return register


def builder(view: str) -> Builder:
    """Give the function that makes a view."""
    return _BUILDERS[view]


def lacking(view: str, shop: Shop) -> list[str]:
    """Name the settings that a view needs and the shop has not."""
    return _LACKS[view](shop)


class Views(Mapping[str, ir.Table]):
    """The views of a shop at a window's origin, each made when it is asked for.

    Parameters
    ----------
    shop : Shop
        Kept tables; rows from the origin on are cut first of all.
    window : Window
        Origin and days to look back.

    Examples
    --------
    >>> import ibis
    >>> empty = ibis.table({"customer_id": "string", "ordered_at": "timestamp",
    ...     "amount": "decimal(18, 4)", "is_return": "boolean"}, name="orders")
    >>> found = Views(Shop({"orders": empty}, "UTC"), Window(86_400, 30))
    >>> "ledger" in found, "lines" in found
    (True, False)
    """

    def __init__(self, shop: Shop, window: Window) -> None:
        self.shop = shop.before(window.origin)
        self.window = window
        self._made: dict[str, Part] = {}
        self._bases: dict[str, ir.Table] = {}

    def part(self, name: str) -> Part:
        """Give a view as its base and condition."""
        if name not in self._made:
            self._made[name] = _BUILDERS[name](self)
        return self._made[name]

    def base(self, name: str, make: Callable[[], ir.Table]) -> ir.Table:
        """Give a base table, made once."""
        if name not in self._bases:
            self._bases[name] = make()
        return self._bases[name]

    def __getitem__(self, name: str) -> ir.Table:
        if name not in self:
            raise KeyError(name)
        return self.part(name).rows()

    def __contains__(self, name: object) -> bool:
        if name not in LOOKS:
            return False
        table = LOOKS[str(name)][0]
        there = self.shop.tables
        return table in there or (table == "orders" and "order_lines" in there)

    def __iter__(self) -> Iterator[str]:
        return (name for name in LOOKS if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def timed(self, table: ir.Table, time: str = "ordered_at") -> ir.Table:
        """Add ``second`` (UTC), local hour, weekday and day, and ``in_window``."""
        # Whole seconds: some engines keep fractions, and weeks would be miscounted.
        second = table[time].truncate("s").epoch_seconds().cast("int64")
        zone, end = self.shop.timezone, self.window.origin + DAY
        near = offsets(zone, self.window.start - 2 * DAY, end)
        far = offsets(zone, epoch(instant(_SINCE, "UTC")), end)
        local = local_seconds(second, near)
        # 1970-01-01 was a Thursday: three days after a Monday.
        return table.mutate(
            second=second,
            local_hour=(local % DAY) // 3600,
            local_weekday=(local // DAY + 3) % 7,
            local_day=local_seconds(second, far) // DAY,
            in_window=table[time] >= timestamp_of(self.window.start),
        )


def views(shop: Shop, window: Window) -> Views:
    """Give the views that features aggregate, cut at the window's origin.

    Returns
    -------
    Views
        By name. Views of orders and lines have ``second`` (UTC), ``local_hour`` (0 to
        23) and ``local_weekday`` (0 is Monday), both right within the window, and
        ``local_day`` (days since 1970, right since 2000).
    """
    return Views(shop, window)


def _every(at: Views) -> ir.Table:
    """Every order and return before the origin."""

    def make() -> ir.Table:
        timed = at.timed(at.shop.orders())
        festive = timed.local_day.isin(days_before(at.shop.country, at.window))
        return timed.mutate(bought=~timed.is_return, before_holiday=festive)

    return at.base("every", make)


@view("history", table="orders", looks="all")
def _history(at: Views) -> Part:
    every = _every(at)
    return Part("every", every, every.bought)


@view("orders", table="orders")
def _orders(at: Views) -> Part:
    every = _every(at)
    return Part("every", every, every.bought & every.in_window)


@view("ledger", table="orders")
def _ledger(at: Views) -> Part:
    every = _every(at)
    if at.shop.returns == "separate":
        return _orders(at)
    return Part("every", every, every.in_window & every.amount.notnull())


@view("returned", table="orders")
def _returned(at: Views) -> Part:
    every = _every(at)
    return Part("every", every, every.is_return & every.in_window)


def _every_line(at: Views) -> ir.Table:
    """Every line before the origin, with the key of its order."""

    def make() -> ir.Table:
        lines = at.shop.tables["order_lines"]
        timed = at.timed(lines.mutate(order_id=order_key(lines)))
        return timed.mutate(bought=~timed.is_return)

    return at.base("every_line", make)


@view("lines", table="order_lines")
def _lines(at: Views) -> Part:
    lines = _every_line(at)
    return Part("every_line", lines, lines.bought & lines.in_window)


@view("line_history", table="order_lines", looks="all")
def _line_history(at: Views) -> Part:
    lines = _every_line(at)
    return Part("every_line", lines, lines.bought)


@view("events", table="events")
def _events(at: Views) -> Part:
    events = _every_event(at)
    return Part("every_event", events, events.in_window)


@view("event_history", table="events", looks="all")
def _event_history(at: Views) -> Part:
    return Part("every_event", _every_event(at))


def _every_event(at: Views) -> ir.Table:
    def make() -> ir.Table:
        events = at.timed(at.shop.tables["events"], "occurred_at")
        return events.mutate(slug=slug(events.event))

    return at.base("every_event", make)
