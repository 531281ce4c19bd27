"""Columns in which features travel through an engine, and integers that are wide."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from operator import add
from typing import Any

import ibis
import ibis.expr.types as ir

from segtools.features.significant import stepwise
from segtools.segmentation.place import needed

# Adds columns to a table that are worked out once, however often they are then named.
Stage = Callable[..., ir.Table]
_EVERYBODY = 2**62


def columns_of(payload: dict[str, Any]) -> dict[str, str]:
    """Name the column in which each feature travels.

    Whatever features are called, and however long, these are not like our own columns.

    Examples
    --------
    >>> columns_of({"kind": "rules", "uses": ["label", "b"]})
    {'label': 'x_0', 'b': 'x_1'}
    """
    return {name: f"x_{i}" for i, name in enumerate(needed(payload))}


def whole(number: int) -> ir.Value:
    """Give an integer as a literal of 64 bits.

    Engines would take a small number for a byte, and their sums overflow.
    """
    return ibis.literal(int(number), type="int64")


def staged(table: ir.Table, *, fenced: bool, **columns: ir.Value) -> ir.Table:
    """Add columns that are worked out once, however often they are then named."""
    made = table.mutate(**columns)
    return made.limit(_EVERYBODY) if fenced else made


def one_of(label: ir.Value, words: Sequence[str | None], first: int = 0) -> ir.Value:
    """Look a word up by its number; None is null."""
    found = [ibis.null("string") if w is None else text(w) for w in words]
    return stepwise(label, range(first, first + len(words) - 1), found)


def text(words: str) -> ir.Value:
    """Give a literal; what Spark would take for a variable, ${...}, is taken apart."""
    start, *more = words.split("${")
    parts = [start, *("{" + piece for piece in more)]
    ends = [*("$" for _ in more), ""]
    pieces = [ibis.literal(p + e) for p, e in zip(parts, ends, strict=True)]
    return reduce(add, pieces)
