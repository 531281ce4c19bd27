"""A later frame, the same model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segtools.frames.accept import given
from segtools.frames.orders import accept
from segtools.frames.settings import settled, text_of
from segtools.frames.words import in_their_words
from segtools.schema import TABLES

if TYPE_CHECKING:
    from segtools.frames.result import SegmentResult


def assign(result: SegmentResult, orders: Any, customers: Any, as_of: Any) -> Any:
    """Give the customers of a frame segments of a result's model.

    Raises
    ------
    ConfigError, DataError
        If the frame lacks a column that was taken from the first one, or breaks the
        contract.
    """
    from segtools.report.assign import assign_opened

    config = result.config
    people = None if customers is None else given(customers, "customers")
    accepted = accept(
        given(orders),
        people,
        pinned(result.columns),
        str(config.timezone),
        config.memory_limit,
    )
    own = config.model_copy(update={"as_of": text_of(as_of)})
    days = int(result.quality["window_days"])
    with in_their_words(accepted, config):
        own, _ = settled(own, accepted)
        found = assign_opened(result.model, accepted.opened, accepted.con, own, days)
    return accepted.like_given(found)


def pinned(columns: dict[str, str]) -> dict[str, str | None]:
    """Let the same columns be found again, and no others beside them."""
    others: dict[str, str | None] = dict.fromkeys(TABLES["order_lines"].columns)
    return {**others, **columns}
