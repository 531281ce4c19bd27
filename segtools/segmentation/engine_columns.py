"""Columns in which features travel through an engine, and integers that are wide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ibis
import ibis.expr.types as ir

from segtools.segmentation.place import needed

# Adds columns to a table that are worked out once, however often they are then named.
Stage = Callable[..., ir.Table]


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
