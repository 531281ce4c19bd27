"""What is noted of an export: why a cell is blank, and which segments are too small."""

from __future__ import annotations

from segtools.destinations.order import Order
from segtools.languages import mark, markn, tr, trn
from segtools.wording import number, quoted_name

# Why a cell is blank; said when it is written, so that rows keep one order.
UNREADABLE = mark("cannot be read as the system needs it")
FORMULA = mark("could run as a formula")
NOT_AGREED = mark("not agreed to this channel")
SOMEBODYS = mark("also of somebody who must not be written to")


def said_why(why: str) -> str:
    """Say why a cell is blank."""
    return tr(why)


def small_segment(name: str, least: int, order: Order, n: int | None = None) -> str:
    """Say that a segment is too small; without `n` only that fewer are left."""
    about = {"segment": quoted_name(name), "destination": order.name}
    if n is None:
        return trn(*_FEWER_LEFT, least, **about)
    if n < order.smallest_cell:
        return trn(*_FEW_LEFT, least, few=number(order.smallest_cell), **about)
    return trn(*_LEFT, least, left=number(n), **about)


_FEWER_LEFT = markn(
    "{segment} must have at least {n} customer to be written to {destination}, but "
    "fewer are left. It is left out; merge it with another.",
    "{segment} must have at least {n} customers to be written to {destination}, but "
    "fewer are left. It is left out; merge it with another.",
)
_FEW_LEFT = markn(
    "{segment} must have at least {n} customer to be written to {destination}, but "
    "fewer than {few} are left. It is left out; merge it with another.",
    "{segment} must have at least {n} customers to be written to {destination}, but "
    "fewer than {few} are left. It is left out; merge it with another.",
)
_LEFT = markn(
    "{segment} must have at least {n} customer to be written to {destination}, but "
    "{left} are left. It is left out; merge it with another.",
    "{segment} must have at least {n} customers to be written to {destination}, but "
    "{left} are left. It is left out; merge it with another.",
)
