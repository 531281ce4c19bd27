"""Plain figures that several lessons draw: bars, clouds of customers, a curve.

Each has its sisters for `segtools.plots.present`: alt text, table, and height.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from segtools.plots.canvas import (
    axes_or_current,
    beside,
    dress,
    entitle,
    name_panel,
    name_rows,
    panels,
)
from segtools.plots.colours import ACCENT, OTHER, segment_colours
from segtools.wording import number, plain, rounded, series

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["bars", "clouds", "curve"]

_MOST_POINTS = 900


def bars(
    rows: pd.DataFrame, *, title: str, x: str, marked: str = "", ax: Axes | None = None
) -> Axes:
    """Draw one bar a row.

    Parameters
    ----------
    rows : DataFrame
        The name of each bar and its length; further columns are only tabled.
    title : str
        The finding, computed by the caller.
    x : str
        What the length is, with its unit.
    marked : str, default=""
        Name of the bar that is coloured; the others are grey. None marked: all are.
    ax : Axes, default=None
        Where to draw; None means pyplot's current Axes.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> rows = pd.DataFrame({"Way": ["In euros"], "ARI": [0.25]})
    >>> ax = bars(rows, title="One way.", x="ARI", ax=Figure().add_subplot())
    >>> [float(bar.get_width()) for bar in ax.patches]
    [0.25]
    """
    ax = axes_or_current(ax)
    names, lengths = rows.iloc[:, 0].map(plain), rows.iloc[:, 1].astype(float)
    colours = [ACCENT if marked in ("", name) else OTHER for name in names]
    ax.barh(range(len(rows)), lengths, height=0.6, color=colours)
    for place, length in enumerate(lengths):
        beside(ax, max(length, 0.0), place, rounded(length))
    name_rows(ax, names)
    ax.set_xlim(min(0.0, float(lengths.min())), 1.12 * max(float(lengths.max()), 1e-9))
    return dress(ax, title=title, x=x)


def bars_alt(rows: pd.DataFrame, *, title: str) -> str:
    """State the finding with the length of each bar."""
    return f"{_stop(title)} {series(rows.iloc[:, 0], rows.iloc[:, 1])}."


def bars_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Give the numbers of `bars`."""
    return rows


def bars_height(rows: pd.DataFrame, **_: Any) -> float:
    """Give the height that the figure needs, in inches."""
    return 1.3 + 0.38 * len(rows)


def clouds(
    rows: pd.DataFrame, *, title: str, x: str, y: str, ax: Axes | None = None
) -> Axes:
    """Draw customers as dots, a panel beside the other, groups by colour and mark.

    Parameters
    ----------
    rows : DataFrame
        ``panel`` (its name), ``group`` (a name or number), ``x`` and ``y``: one row a
        customer and panel. Of more than 900 customers a panel, every n-th is drawn.
    title, x, y : str
        The finding, computed by the caller, and the axes with their units.
    ax : Axes, default=None
        Where to draw; None means pyplot's current Axes.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> rows = pd.DataFrame({"panel": "A", "group": [1, 2], "x": [0, 1], "y": [0, 1]})
    >>> ax = clouds(rows, title="Two.", x="x", y="y", ax=Figure().add_subplot())
    >>> len(ax.child_axes)
    1
    """
    ax = axes_or_current(ax)
    entitle(ax, title)
    names = list(dict.fromkeys(rows["panel"]))
    drawn = panels(ax, len(names), columns=len(names), gap=(0.09, 0.0), top=0.09)
    for panel, name in zip(drawn, names, strict=True):
        own = rows[rows["panel"] == name]
        _dots(panel, own.iloc[:: max(1, len(own) // _MOST_POINTS)])
        dress(panel, x=x, grid="both")
        name_panel(panel, str(name), width=72 // len(names))
    drawn[0].set_ylabel(y, parse_math=False)
    return ax


def _dots(panel: Axes, own: pd.DataFrame) -> None:
    groups = sorted(own["group"].unique(), key=str)
    colours = segment_colours(str(group) for group in groups)
    for group, mark in zip(groups, "osD^vP*X" * len(groups), strict=False):
        mine = own[own["group"] == group]
        look: dict[str, Any] = {"s": 9, "alpha": 0.6, "linewidths": 0, "marker": mark}
        panel.scatter(mine["x"], mine["y"], color=colours[str(group)], **look)


def clouds_alt(rows: pd.DataFrame, *, title: str) -> str:
    """State the finding with the size of each group."""
    sizes = rows.groupby(["panel", "group"], sort=False).size()
    parts = [
        f"{plain(panel)}: "
        + ", ".join(number(n) for n in own.sort_values(ascending=False))
        for panel, own in sizes.groupby(level=0, sort=False)
    ]
    return f"{_stop(title)} Customers by group, {'; '.join(parts)}."


def clouds_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Give size and middle of each group of `clouds`."""
    found = rows.groupby(["panel", "group"], sort=False)
    table = found.agg(customers=("x", "size"), x=("x", "mean"), y=("y", "mean"))
    names = {"panel": "Panel", "group": "Group", "customers": "Customers"}
    names |= {"x": "Mean across", "y": "Mean up"}
    return table.reset_index().rename(columns=names)


def clouds_height(_: pd.DataFrame, **__: Any) -> float:
    """Give the height that the figure needs, in inches."""
    return 3.4


def curve(
    rows: pd.DataFrame, *, title: str, x: str, y: str, ax: Axes | None = None
) -> Axes:
    """Draw the middle of repeated figures as a line, and their middle half as a band.

    Parameters
    ----------
    rows : DataFrame
        Where on the axis, then the lower quarter, the middle and the upper quarter.
    title, x, y : str
        The finding, computed by the caller, and the axes with their units.
    ax : Axes, default=None
        Where to draw; None means pyplot's current Axes.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> rows = pd.DataFrame([[1, 0.4, 0.5, 0.6], [10, 0.8, 0.9, 1.0]])
    >>> ax = curve(rows, title="Up.", x="Starts", y="ARI", ax=Figure().add_subplot())
    >>> ax.lines[0].get_ydata().tolist()
    [0.5, 0.9]
    """
    ax = axes_or_current(ax)
    at, low, middle, high = (rows.iloc[:, i].astype(float) for i in range(4))
    places = list(range(len(rows)))
    ax.fill_between(places, low, high, color=ACCENT, alpha=0.2, linewidth=0)
    ax.plot(places, middle, color=ACCENT, marker="o", markersize=5)
    for place, value in zip(places, middle, strict=True):
        beside(ax, place, value, rounded(value), xytext=(0, 10), ha="center")
    ax.set_xticks(places, labels=[number(value) for value in at])
    ax.set_xlim(-0.3, len(rows) - 0.7)
    ax.set_ylim(min(0.0, float(low.min())), 1.12)
    return dress(ax, title=title, x=x, y=y, grid="y")


def curve_alt(rows: pd.DataFrame, *, title: str) -> str:
    """State the finding with the middle at each place."""
    return f"{_stop(title)} {series(map(number, rows.iloc[:, 0]), rows.iloc[:, 2])}."


def curve_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Give the numbers of `curve`."""
    return rows


def _stop(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."
