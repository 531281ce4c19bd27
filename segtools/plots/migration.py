"""The figure of migration: who moved from which segment to which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from segtools.plots.canvas import axes_or_current, dress, empty_note, name_rows, write
from segtools.plots.colours import text_on
from segtools.plots.inputs import columns_of, part_of
from segtools.wording import is_missing, number, percent, plain, shorten, wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NEWCOMERS = "(not there before)"
GONE = "(no longer there)"
# From white to the blue of the first segment.
_WHITE = np.array([1.0, 1.0, 1.0])
_BLUE = np.array([0.0, 0x72, 0xB2]) / np.array([1, 255, 255])
_NAMED_COLUMNS = 5


def migration_flow(
    changes: Mapping[str, Any] | pd.DataFrame, *, ax: Axes | None = None
) -> Axes:
    """Draw a map of numbers: rows are the segments before, columns those of now.

    Parameters
    ----------
    changes : mapping or DataFrame
        The record of changes.json (its ``flows``), or rows with ``from``, ``to`` and
        ``customers``, segments in order of rank. A missing ``from`` is a newcomer, a
        missing ``to`` has gone.
    ax : Axes, default=None
        Where to draw; None means pyplot's current Axes.

    Returns
    -------
    Axes
        The one that was passed. A cell's colour is its share of the row.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> flows = pd.DataFrame({"from": ["A", "A"], "to": ["A", "B"],
    ...                       "customers": [9, 1]})
    >>> ax = migration_flow(flows, ax=Figure().add_subplot())
    >>> [text.get_text() for text in ax.texts]
    ['9', '1']
    """
    ax = axes_or_current(ax)
    grid = _grid(changes)
    if grid.empty:
        return empty_note(ax, migration_flow_alt(changes))
    counts = grid.to_numpy()
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    for row, column in zip(*counts.nonzero(), strict=True):
        _cell(ax, row, column, counts[row, column], shares[row, column])
    _axes(ax, grid)
    label = "Customers by segment before (rows) and now (columns); colour: share of row"
    dress(ax, title=migration_flow_title(changes), x=label, grid="")
    ax.spines[["left", "bottom"]].set_visible(False)
    return ax


def migration_flow_title(changes: Mapping[str, Any] | pd.DataFrame) -> str:
    """State how many stayed, and the largest move.

    Examples
    --------
    >>> flows = pd.DataFrame({"from": ["A", "A"], "to": ["A", "B"],
    ...                       "customers": [9, 1]})
    >>> migration_flow_title(flows).replace("\u202f", " ")
    '90 % stayed in their segment; the largest move: A to B (1)'
    """
    rows = _flows(changes)
    both = rows[(rows["from"] != NEWCOMERS) & (rows["to"] != GONE)]
    if not both["customers"].sum():
        return "There is no earlier run to compare with"
    stayed = both["from"] == both["to"]
    share = both.loc[stayed, "customers"].sum() / both["customers"].sum()
    first = f"{percent(share)} stayed in their segment"
    moved = both[~stayed & (both["customers"] > 0)]
    if moved.empty:
        return first
    most = moved.iloc[int(moved["customers"].to_numpy().argmax())]
    move = f"{shorten(most['from'])} to {shorten(most['to'])}"
    return f"{first}; the largest move: {move} ({number(most['customers'])})"


def migration_flow_alt(changes: Mapping[str, Any] | pd.DataFrame) -> str:
    """State the finding of `migration_flow`, with newcomers and those gone.

    Examples
    --------
    >>> flows = pd.DataFrame({"from": ["A", None], "to": ["A", "A"],
    ...                       "customers": [9, 4]})
    >>> migration_flow_alt(flows).replace("\u202f", " ")
    '100 % stayed in their segment. Newcomers: 4; no longer there: 0.'
    """
    rows = _flows(changes)
    title = migration_flow_title(changes)
    if rows.empty:
        return f"{title}."
    new = rows.loc[rows["from"] == NEWCOMERS, "customers"].sum()
    gone = rows.loc[rows["to"] == GONE, "customers"].sum()
    return f"{title}. Newcomers: {number(new)}; no longer there: {number(gone)}."


def migration_flow_table(changes: Mapping[str, Any] | pd.DataFrame) -> pd.DataFrame:
    """Give the numbers of `migration_flow`, one row a flow.

    Examples
    --------
    >>> flows = pd.DataFrame({"from": ["A"], "to": ["B"], "customers": [1]})
    >>> migration_flow_table(flows)
      Before Now  Customers  Share of the segment before
    0      A   B          1                          1.0
    """
    rows = _flows(changes)
    totals = rows.groupby("from")["customers"].transform("sum").replace(0, np.nan)
    rows = rows.assign(share=rows["customers"] / totals)
    share = "Share of the segment before"
    rows = rows.set_axis(["Before", "Now", "Customers", share], axis=1)
    rows.attrs["formats"] = {share: "percent"}
    return rows


def migration_flow_height(changes: Mapping[str, Any] | pd.DataFrame) -> float:
    """Give the height that the figure needs, in inches."""
    return 1.6 + 0.4 * max(1, len(_grid(changes)))


def _flows(changes: Mapping[str, Any] | pd.DataFrame) -> pd.DataFrame:
    columns = ["from", "to", "customers"]
    if isinstance(changes, Mapping):
        flows = part_of(changes, "flows", "changes")
        changes = pd.DataFrame(flows, columns=None if flows else columns)
    rows = columns_of(changes, columns, "changes")[columns].reset_index(drop=True)
    for column, absent in (("from", NEWCOMERS), ("to", GONE)):
        names = [absent if is_missing(v) else plain(v) for v in rows[column]]
        rows = rows.assign(**{column: pd.Series(names, dtype=object)})
    return rows


def _grid(changes: Mapping[str, Any] | pd.DataFrame) -> pd.DataFrame:
    """Set the flows out, the same segments in the same order both ways."""
    rows = _flows(changes)
    seen = dict.fromkeys([*rows["from"], *rows["to"]])
    both = [name for name in seen if name not in (NEWCOMERS, GONE)]
    grid = rows.pivot_table(
        index="from", columns="to", values="customers", aggfunc="sum", fill_value=0
    )
    before = [n for n in [*both, NEWCOMERS] if n in grid.index]
    now = [n for n in [*both, GONE] if n in grid.columns]
    return grid.loc[before, now]


def _cell(ax: Axes, row: int, column: int, count: float, share: float) -> None:
    from matplotlib.patches import Rectangle

    fill = tuple(_WHITE + (_BLUE - _WHITE) * (0.08 + 0.92 * share))
    ax.add_patch(Rectangle((column - 0.48, row - 0.46), 0.96, 0.92, facecolor=fill))
    write(ax, column, row, number(count), ha="center", color=text_on(fill))


def _axes(ax: Axes, grid: pd.DataFrame) -> None:
    """Name rows and columns; many columns get the numbers of their rows."""
    before, now = list(grid.index), list(grid.columns)
    if len(now) > _NAMED_COLUMNS:
        place = {n: str(i) for i, n in enumerate(dict.fromkeys([*before, *now]), 1)}
        before = [n if n == NEWCOMERS else f"{place[n]}  {n}" for n in before]
        now = [name if name == GONE else place[name] for name in now]
    name_rows(ax, before, width=32)
    ax.set_xlim(-0.55, len(now) - 0.45)
    labels = [wrap(name, 14, 3) for name in now]
    ax.set_xticks(range(len(now)), labels=labels, fontsize="small", parse_math=False)
    ax.xaxis.tick_top()
