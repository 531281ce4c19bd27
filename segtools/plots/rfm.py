"""The RFM map: customers by how recently and how often they order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from segtools.joining import bracketed, ended, sentences
from segtools.languages import current, header, tr, trn
from segtools.plots.canvas import (
    axes_or_current,
    dress,
    empty_note,
    name_rows,
    write,
)
from segtools.plots.colours import EVERYONE, segment_colours, text_on
from segtools.plots.heat import HIGH, heat_cell, hidden_cell, hidden_sentence, shade
from segtools.plots.inputs import columns_of
from segtools.plots.sentences import column_said
from segtools.wording import is_missing, number, percent, plain, rounded, shorten, wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# What recency is held against, if nothing else is said.
ORDERS = header("Orders")
_NEEDED = ["recency", "other", "recency_span", "other_span"]
_NEEDED += ["customers", "value", "segment", "hidden"]


def rfm_map(
    cells: pd.DataFrame,
    *,
    other: str = ORDERS,
    unit: str = "",
    names: Sequence[str] = (),
    ax: Axes | None = None,
) -> Axes:
    """Draw how many customers each cell holds, what they spend, and in which segment.

    Parameters
    ----------
    cells : DataFrame
        One row a cell: ``recency`` and ``other`` (scores, best highest),
        ``recency_span`` and ``other_span`` (the score's values), ``customers``,
        ``value`` (mean spend), ``segment`` (of most, or null) and ``hidden``.
    other : str, default="Orders"
        What recency is held against, as a column is called; said if it is ours.
    unit : str, default=""
        The unit of ``value``.
    names : sequence of str, default=()
        All segments, best rank first, which gives them their colours.
    ax : Axes, default=None
        Where to draw; None means pyplot's current Axes.

    Returns
    -------
    Axes
        The one that was passed; the most recent customers stand on top.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> cells = pd.DataFrame({"recency": [5], "other": [5], "recency_span": ["to 8"],
    ...     "other_span": ["over 9"], "customers": [40], "value": [120.5],
    ...     "segment": ["Weekly"], "hidden": [False]})
    >>> ax = rfm_map(cells, unit="EUR", ax=Figure().add_subplot())
    >>> [text.get_text() for text in ax.texts]
    ['40', '120', 'Weekly']
    """
    ax = axes_or_current(ax)
    rows = columns_of(cells, _NEEDED, "cells")
    if not _anybody(rows):
        return empty_note(ax, rfm_map_alt(cells, other=other, unit=unit))
    down = rows.drop_duplicates("recency").sort_values("recency", ascending=False)
    across = rows.drop_duplicates("other").sort_values("other")
    place = {score: i for i, score in enumerate(down["recency"])}
    column = {score: i for i, score in enumerate(across["other"])}
    colours = segment_colours(map(plain, [*names, *rows["segment"].dropna()]))
    most = float(rows["value"].max())
    for row in rows.to_dict("records"):
        _cell(ax, place[row["recency"]], column[row["other"]], row, most, colours)
    name_rows(ax, [_spanned(r, "recency") for r in down.to_dict("records")], width=16)
    ax.set_xlim(-0.55, len(across) - 0.45)
    labels = [wrap(_spanned(r, "other"), 15, 2) for r in across.to_dict("records")]
    ax.set_xticks(range(len(labels)), labels=labels, fontsize="small", parse_math=False)
    dress(
        ax,
        title=rfm_map_title(cells, other=other, unit=unit),
        x=_label(other, unit),
        y=tr("Recency score (days since the last order)"),
        grid="",
    )
    ax.spines[["left", "bottom"]].set_visible(False)
    return ax


def rfm_map_title(cells: pd.DataFrame, *, other: str = ORDERS, unit: str = "") -> str:
    """State in which cell customers spend most, and how many they are.

    Examples
    --------
    >>> cells = pd.DataFrame({"recency": [5], "other": [5], "recency_span": ["to 8"],
    ...     "other_span": ["over 9"], "customers": [40], "value": [120.5],
    ...     "segment": ["Weekly"], "hidden": [False]})
    >>> rfm_map_title(cells, unit="EUR")
    'Highest mean spend: recency 5 and orders 5 (120 EUR, 40 customers)'
    """
    rows = columns_of(cells, _NEEDED, "cells")
    known = rows[rows["customers"].fillna(0) > 0]
    if known.empty:
        return tr("No cell holds enough customers to be shown")
    best = known.loc[known["value"].astype(float).idxmax()]
    told = {
        "recency": best["recency"],
        "other": _within_sentence(shorten(column_said(other))),
        "score": best["other"],
        "spend": _money(best["value"], unit),
    }
    n = int(best["customers"])
    if rows["hidden"].any():
        return trn(
            "Highest mean spend shown: recency {recency} and {other} {score} ({spend}, "
            "{n} customer)",
            "Highest mean spend shown: recency {recency} and {other} {score} ({spend}, "
            "{n} customers)",
            n,
            **told,
        )
    return trn(
        "Highest mean spend: recency {recency} and {other} {score} ({spend}, {n} "
        "customer)",
        "Highest mean spend: recency {recency} and {other} {score} ({spend}, {n} "
        "customers)",
        n,
        **told,
    )


def rfm_map_alt(cells: pd.DataFrame, *, other: str = ORDERS, unit: str = "") -> str:
    """State the finding of `rfm_map`, where most customers are, and what is hidden.

    Examples
    --------
    >>> cells = pd.DataFrame({"recency": [5], "other": [5], "recency_span": ["to 8"],
    ...     "other_span": ["over 9"], "customers": [40], "value": [120.5],
    ...     "segment": ["Weekly"], "hidden": [False]})
    >>> print(rfm_map_alt(cells, unit="EUR").replace("\u202f", " "))
    Highest mean spend: recency 5 and orders 5 (120 EUR, 40 customers). The fullest \
cell is recency 5 and orders 5: 40 customers (100 % of those shown), most of them in \
Weekly.
    """
    rows = columns_of(cells, _NEEDED, "cells")
    title = rfm_map_title(cells, other=other, unit=unit)
    known = rows[rows["customers"].fillna(0) > 0]
    if known.empty:
        return ended(title)
    full = known.loc[known["customers"].astype(int).idxmax()]
    told = {
        "title": title,
        "recency": full["recency"],
        "other": _within_sentence(plain(column_said(other))),
        "score": full["other"],
        "share": percent(int(full["customers"]) / int(known["customers"].sum())),
    }
    rest = hidden_sentence(int(rows["hidden"].sum()))
    first = _fullest(int(full["customers"]), full["segment"], told)
    return sentences([first, rest])


def rfm_map_table(cells: pd.DataFrame, *, other: str = ORDERS) -> pd.DataFrame:
    """Give the numbers of `rfm_map`, one row a cell that holds customers.

    Examples
    --------
    >>> cells = pd.DataFrame({"recency": [5], "other": [5], "recency_span": ["to 8"],
    ...     "other_span": ["over 9"], "customers": [40], "value": [120.5],
    ...     "segment": ["Weekly"], "hidden": [False]})
    >>> rfm_map_table(cells)
        Recency      Orders  Customers  Mean spend Segment of most
    0  5 (to 8)  5 (over 9)         40       120.5          Weekly
    """
    rows = columns_of(cells, _NEEDED, "cells")
    rows = rows[rows["hidden"] | (rows["customers"].fillna(0) > 0)]
    rows = rows.sort_values(["recency", "other"], ascending=[False, True])
    records = rows.to_dict("records")
    table = pd.DataFrame(
        {
            header("Recency"): [_spanned(r, "recency") for r in records],
            plain(other): [_spanned(r, "other") for r in records],
            header("Customers"): rows["customers"].tolist(),
            header("Mean spend"): rows["value"].tolist(),
            header("Segment of most"): rows["segment"].tolist(),
        }
    )
    table.attrs["formats"] = {"Customers": "count", "Mean spend": "rounded"}
    return table


def rfm_map_height(cells: pd.DataFrame) -> float:
    """Give the height that the figure needs, in inches."""
    return 1.35 + 0.74 * max(1, cells["recency"].nunique())


def _anybody(rows: pd.DataFrame) -> bool:
    return bool((rows["customers"].fillna(0) > 0).any())


def _cell(
    ax: Axes,
    row: int,
    column: int,
    cell: Mapping[str, Any],
    most: float,
    colours: Mapping[str, str],
) -> None:
    """Draw one cell: a strip in the segment's colour, and three lines of text."""
    from matplotlib.patches import Rectangle

    if cell["hidden"]:
        hidden_cell(ax, row, column)
        return
    if is_missing(cell["customers"]) or not cell["customers"]:
        return
    worth = max(0.0, float(cell["value"])) / most if most > 0 else 0.0
    fill = shade(worth)
    heat_cell(ax, row, column, number(cell["customers"]), fill=fill, lift=0.29)
    quiet: dict[str, Any] = {"ha": "center", "fontsize": "x-small"}
    quiet["color"] = text_on(fill)
    write(ax, column, row - 0.07, rounded(cell["value"]), **quiet)
    if is_missing(cell["segment"]):
        return
    name = plain(cell["segment"])
    write(ax, column, row + 0.24, wrap(name, 20, 2), **quiet)
    strip = (column - 0.48, row - HIGH / 2)
    paint = colours.get(name, EVERYONE)
    ax.add_patch(Rectangle(strip, 0.035, HIGH, facecolor=paint))


def _spanned(row: Mapping[str, Any], of: str) -> str:
    span = plain(row[f"{of}_span"])
    return bracketed(str(row[of]), span)


def _money(value: Any, unit: str) -> str:
    return f"{rounded(value)} {plain(unit)}".strip()


def _label(other: str, unit: str) -> str:
    name = shorten(column_said(other), 24)
    if not unit:
        return tr(
            "{other} score. In a cell: customers, mean spend, segment of most",
            other=name,
        )
    return tr(
        "{other} score. In a cell: customers, mean spend ({unit}), segment of most",
        other=name,
        unit=plain(unit),
    )


def _fullest(n: int, segment: Any, told: Mapping[str, Any]) -> str:
    if is_missing(segment):
        return trn(
            "{title}. The fullest cell is recency {recency} and {other} {score}: {n} "
            "customer ({share} of those shown).",
            "{title}. The fullest cell is recency {recency} and {other} {score}: {n} "
            "customers ({share} of those shown).",
            n,
            **told,
        )
    return trn(
        "{title}. The fullest cell is recency {recency} and {other} {score}: {n} "
        "customer ({share} of those shown), most of them in {segment}.",
        "{title}. The fullest cell is recency {recency} and {other} {score}: {n} "
        "customers ({share} of those shown), most of them in {segment}.",
        n,
        segment=plain(segment),
        **told,
    )


def _within_sentence(name: str) -> str:
    return name.lower() if current().is_english else name
