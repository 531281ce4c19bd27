"""What the report's script needs to know of a table's rows: order, and whose they are.

A cell carries its rank in the column rather than its value: a page must not say more
than it shows, and ``<0.1 %`` still stands below ``0.3 %``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pandas as pd

from segtools.languages import mark, tr
from segtools.plots.cells import is_numeric
from segtools.plots.leading import leading_number
from segtools.wording import MISSING, is_missing, plain

# Fewer rows than this are read faster than they are sorted.
LEAST_ROWS = 3
# From here on text needs a column that is wide enough to be read.
LONG_TEXT = 40
# Rows that sum up the others stay where they are: below them.
SUMMARIES = (
    mark("All"),
    mark("all"),
    mark("Total"),
    mark("total"),
    mark("Everyone"),
    mark("everyone"),
    mark("Everybody"),
    mark("everybody"),
)

_DIGITS = re.compile(r"(\d+)")
_ROW_OR_CELL = re.compile(r"<(tr|td|th)\b")


def segment_key(name: object) -> str:
    """Give the mark of a segment on rows, cards and in the filter of a page.

    Parameters
    ----------
    name : str
        The segment's name; any text.

    Returns
    -------
    str
        Eight hexadecimal digits, safe in an attribute and in a selector.

    Examples
    --------
    >>> segment_key("Loyal") == segment_key(" Loyal "), len(segment_key('"><b>'))
    (True, 8)
    """
    return hashlib.sha256(plain(name).encode()).hexdigest()[:8]


def ranks(column: pd.Series, shown: Sequence[str]) -> list[int | None]:
    """Rank a column's cells from the least; equal cells share a rank.

    Parameters
    ----------
    column : Series of shape (n_rows,)
        The values.
    shown : sequence of str, length n_rows
        The cells as they are written, which order text: by the number that each
        begins with if all do, else by their letters.

    Returns
    -------
    list of int or None
        From 0 on; None for a missing cell, and for all where nothing differs.

    Examples
    --------
    >>> ranks(pd.Series([0.2, None, 0.1]), ["20 %", "–", "10 %"])
    [1, None, 0]
    >>> ranks(pd.Series(["12 to 14", "9 to 11"]), ["12 to 14", "9 to 11"])
    [1, 0]
    """
    known = [
        i
        for i, value in enumerate(column)
        if not is_missing(value) and shown[i] != MISSING
    ]
    found = _keys(column.iloc[known], [shown[i] for i in known])
    keys = dict(zip(known, found, strict=True))
    order = {key: rank for rank, key in enumerate(sorted(set(keys.values())))}
    if len(order) < 2:
        return [None] * len(column)
    return [order[keys[i]] if i in keys else None for i in range(len(column))]


def row_segments(frame: pd.DataFrame) -> list[str | None]:
    """Give the mark of each row's segment, from the column that names segments.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns)
        The table as it is shown.

    Returns
    -------
    list of str or None
        None throughout where no column called ``Segment`` holds names.

    Examples
    --------
    >>> row_segments(pd.DataFrame({"Segment": ["Loyal"]})) == [segment_key("Loyal")]
    True
    >>> row_segments(pd.DataFrame({"Segment": [0.4]}))
    [None]
    """
    places = [i for i, c in enumerate(frame.columns) if str(c).lower() == "segment"]
    named = [i for i in places if not is_numeric(frame.iloc[:, i])]
    if not named:
        return [None] * len(frame)
    own = frame.iloc[:, named[0]]
    return [None if is_missing(v) else segment_key(v) for v in own]


def mark_rows(
    markup: str, frame: pd.DataFrame, strings: pd.DataFrame, *, live: bool = False
) -> str:
    """Write ranks into the cells and segments into the rows of a finished table.

    Parameters
    ----------
    markup : str
        One ``<table>`` whose body has one row a row of `frame`, cells escaped.
    frame, strings : DataFrame of shape (n_rows, n_columns)
        The values, and the cells as they are written.
    live : bool, default=False
        For DataTables, which looks for ``data-order`` and takes what the first row has
        for what all rows have: cells without a rank get an empty one.

    Returns
    -------
    str
        The table with ``data-segment`` on rows and ``data-rank`` on cells (small
        tables get no ranks), and ``data-long`` on cells of long text.
    """
    head, body, rest = markup.partition("<tbody")
    marks = iter(_marks(frame, strings, live=live))
    return head + body + _ROW_OR_CELL.sub(lambda m: m.group() + next(marks), rest)


def _marks(frame: pd.DataFrame, strings: pd.DataFrame, *, live: bool) -> Iterator[str]:
    """Give the attributes of each row and cell in the order of the page."""
    columns = [
        ranks(frame.iloc[:, i], strings.iloc[:, i].tolist())
        for i in range(frame.shape[1])
        if len(frame) >= LEAST_ROWS
    ] or [[None] * len(frame)] * frame.shape[1]
    summaries = {word.lower() for name in SUMMARIES for word in (name, tr(name))}
    for row, key in enumerate(row_segments(frame)):
        yield f' data-segment="{key}"' if key else ""
        sums_up = strings.iat[row, 0].lower() in summaries
        for place, column in enumerate(columns):
            rank = None if sums_up else column[row]
            order = "" if rank is None else f' data-rank="{rank}"'
            if live:
                order = f' data-order="{"" if rank is None else rank}"'
            yield order + " data-long" * (len(strings.iat[row, place]) > LONG_TEXT)


def _keys(column: pd.Series, shown: Sequence[str]) -> Iterable[Any]:
    if isinstance(column.dtype, pd.CategoricalDtype) and column.cat.ordered:
        return column.cat.codes.tolist()
    if is_numeric(column) or pd.api.types.is_datetime64_any_dtype(column):
        return column.tolist()
    numbers = [leading_number(text) for text in shown]
    if None not in numbers:
        return list(zip(numbers, shown, strict=True))
    return [_letters(text) for text in shown]


def _letters(text: str) -> tuple[tuple[int, int, str], ...]:
    """Order text as people do: `bin 2` before `bin 10`."""
    parts = _DIGITS.split(text.casefold())
    return tuple((0, int(p), "") if p.isdecimal() else (1, 0, p) for p in parts if p)
