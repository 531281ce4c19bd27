"""Cells of a map of numbers: shaded by a share, or said to be hidden."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from segtools.languages import mark, tr, trn
from segtools.plots.canvas import write
from segtools.plots.colours import INK, text_on
from segtools.wording import number, wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WHITE = np.array([1.0, 1.0, 1.0])
# The blue of the first segment.
BLUE = (0.0, 0x72 / 255, 0xB2 / 255)
WIDE, HIGH = 0.96, 0.92
# Not "under 10": that would part the small cells from those hidden beside them.
HIDDEN = mark("hidden")
# Where columns are too narrow for the word; the axis says what it means.
HIDDEN_MARK = "\u00d7"
DENSE = 10


def hidden_sentence(cells: int) -> str:
    """Say how many cells are hidden, and why; nothing if there are none.

    Examples
    --------
    >>> hidden_sentence(0), hidden_sentence(3)
    ('', '3 cells are hidden: too few customers, or they would give such away.')
    """
    if not cells:
        return ""
    return trn(
        "{n} cell is hidden: too few customers, or they would give such away.",
        "{n} cells are hidden: too few customers, or they would give such away.",
        cells,
    )


def shade(share: float, hue: tuple[float, ...] = BLUE) -> tuple[float, ...]:
    """Fade from nearly white (0) to a full colour (1).

    Examples
    --------
    >>> shade(1.0)[0], min(shade(0.0)) > 0.9
    (0.0, True)
    """
    faded = _WHITE + (np.array(hue) - _WHITE) * (0.08 + 0.92 * share)
    return tuple(float(part) for part in faded)


def heat_cell(
    ax: Axes,
    row: float,
    column: float,
    text: str,
    *,
    fill: tuple[float, ...],
    lift: float = 0.0,
) -> None:
    """Draw one cell with its number, black or white by what can be read on it.

    `lift` moves the number up by so many rows, to leave room for more below it.
    """
    ax.add_patch(_cell(row, column, facecolor=fill))
    write(ax, column, row - lift, text, ha="center", color=text_on(fill))


def hidden_cell(ax: Axes, row: float, column: float, word: str | None = None) -> None:
    """Draw a cell whose number may not be shown."""
    word = tr(HIDDEN) if word is None else word
    ax.add_patch(_cell(row, column, facecolor=INK, alpha=0.08, linewidth=0))
    write(ax, column, row, word, ha="center", fontsize="x-small", alpha=0.75)


def draw_map(
    ax: Axes, flows: pd.DataFrame, before: Sequence[str], now: Sequence[str]
) -> None:
    """Draw flows as cells, each shaded by its share of what its row shows.

    Parameters
    ----------
    ax : Axes
    flows : DataFrame
        ``from``, ``to`` and ``customers``; missing where hidden. Rows of the same
        pair are added, and a flow of nobody is left white.
    before, now : sequence of str
        The rows, the first on top, and the columns.
    """
    known = flows.assign(hidden=flows["customers"].isna())
    cells = known.groupby(["from", "to"]).agg({"customers": "sum", "hidden": "any"})
    totals = cells["customers"].groupby("from").sum()
    word = HIDDEN_MARK if len(now) > DENSE else None
    for row, column in product(range(len(before)), range(len(now))):
        pair = before[row], now[column]
        if pair not in cells.index:
            continue
        count, hidden = int(cells.loc[pair, "customers"]), cells.loc[pair, "hidden"]
        if hidden:
            hidden_cell(ax, row, column, word)
        elif count:
            fill = shade(count / int(totals[pair[0]]))
            heat_cell(ax, row, column, number(count), fill=fill)


def dense_note(columns: Sequence[object], *, hidden: bool) -> str:
    """Explain the mark of hidden cells where it stands instead of the word."""
    return mark_note() if hidden and len(columns) > DENSE else ""


def mark_note() -> str:
    """Explain the mark of what is hidden, behind the label of an axis.

    Examples
    --------
    >>> mark_note()
    '; ×: hidden'
    """
    return tr("; {mark}: hidden", mark=HIDDEN_MARK)


def name_columns(
    ax: Axes, names: Sequence[object], *, width: int = 14, size: str = "small"
) -> None:
    """Name the columns of a map above it, in at most three lines."""
    ax.set_xlim(-0.55, len(names) - 0.45)
    labels = [wrap(name, width, 3) for name in names]
    ax.set_xticks(range(len(names)), labels=labels, fontsize=size, parse_math=False)
    ax.xaxis.tick_top()
    ax.spines[["left", "bottom"]].set_visible(False)


def _cell(row: float, column: float, **look: Any) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((column - WIDE / 2, row - HIGH / 2), WIDE, HIGH, **look)
