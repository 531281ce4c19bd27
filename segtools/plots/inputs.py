"""Read what a figure is given: a record or a tidy frame, checked once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from segtools.plots.colours import is_colour, segment_colours


def columns_of(frame: object, columns: Sequence[str], name: str) -> pd.DataFrame:
    """Return the frame after checking that it has the columns.

    Parameters
    ----------
    frame : DataFrame
        What the caller passed.
    columns : sequence of str
        Columns that the figure draws.
    name : str
        The argument's name, for the message.

    Raises
    ------
    TypeError
        If `frame` is not a DataFrame.
    ValueError
        If a column is missing.

    Examples
    --------
    >>> columns_of(pd.DataFrame({"a": [1]}), ["b"], "sizes")
    Traceback (most recent call last):
    ValueError: sizes must have the columns ['b'], but ['b'] are missing from ['a']. \
Rename or add them.
    """
    if not isinstance(frame, pd.DataFrame):
        kind = type(frame).__name__
        raise TypeError(
            f"{name} must be a DataFrame, but it is of type {kind}. "
            f"Pass a DataFrame with the columns {list(columns)}."
        )
    missing = [c for c in columns if c not in frame.columns]
    if missing:
        raise ValueError(
            f"{name} must have the columns {list(columns)}, but {missing} are missing "
            f"from {list(frame.columns)}. Rename or add them."
        )
    return frame


def part_of(record: object, key: str, name: str) -> Any:
    """Return one part of a record (a nested key with dots) or say what it lacks.

    Examples
    --------
    >>> part_of({"evidence": {"gap": {"k": [1]}}}, "evidence.gap", "verdict")
    {'k': [1]}
    """
    part = record
    for step in key.split("."):
        if not isinstance(part, Mapping) or step not in part:
            keys = list(part) if isinstance(part, Mapping) else type(part).__name__
            raise ValueError(
                f"{name} must hold {key!r}, but {step!r} is missing from {keys}. "
                f"Pass the record of {name}.json."
            )
        part = part[step]
    return part


def segment_rows(data: object, columns: Sequence[str], name: str) -> pd.DataFrame:
    """Read one row per segment, best rank first, each with its colour.

    Parameters
    ----------
    data : mapping or DataFrame
        The record of personas.json, or a frame with ``segment`` and `columns`;
        ``rank`` sorts and ``colour`` paints where they are present.
    columns : sequence of str
        Further columns that the figure draws.
    name : str
        The argument's name, for the message.

    Returns
    -------
    DataFrame
        With ``segment``, `columns` and ``colour``; a fresh index.

    Examples
    --------
    >>> segment_rows({"segments": [{"segment": "New", "share": 1.0}]}, ["share"], "p")
      segment  share   colour
    0     New    1.0  #0072B2
    """
    needed = ["segment", *columns]
    if isinstance(data, Mapping):
        rows = part_of(data, "segments", name)
        data = pd.DataFrame(rows, columns=None if rows else needed)
    frame = columns_of(data, needed, name)
    if "rank" in frame:
        frame = frame.sort_values("rank", kind="stable")
    frame = frame.reset_index(drop=True)
    given = frame.get("colour", pd.Series([None] * len(frame)))
    ours = frame["segment"].map(segment_colours(frame["segment"]))
    paint = [g if is_colour(g) else o for g, o in zip(given, ours, strict=True)]
    return frame[needed].assign(colour=paint)
