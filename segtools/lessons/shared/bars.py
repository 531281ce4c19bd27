"""The figure that lessons share: a value by group, with its interval."""

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
    per_cent_axis,
)
from segtools.plots.colours import ACCENT, INK
from segtools.wording import is_missing, percent, plain, rounded

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_HEAD = 1.5  # what a panel's name takes, in bars
_OWN = ("panel", "group", "value", "low", "high")


def group_bars(
    rows: pd.DataFrame,
    *,
    says: str,
    unit: str,
    share: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """Draw a value by group as bars from zero, one panel a way to group.

    Parameters
    ----------
    rows : DataFrame
        ``panel``, ``group`` and ``value``; ``low`` and ``high`` where there is an
        interval. In the order in which they are drawn.
    says : str
        The finding, computed by whoever calls; it becomes the title.
    unit : str
        What is measured, for the axis.
    share : bool, default=True
        Values are shares from 0 to 1, written in per cent.
    ax : Axes, default=None
        Where to draw; None means pyplot's current Axes.

    Returns
    -------
    Axes
        The one that was passed; the panels are its ``child_axes``.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> rows = pd.DataFrame({"panel": ["Region"], "group": ["North"], "value": [0.2]})
    >>> ax = group_bars(rows, says="A fifth", unit="Share", ax=Figure().add_subplot())
    >>> [float(bar.get_width()) for bar in ax.child_axes[0].patches]
    [0.2]
    """
    ax = axes_or_current(ax)
    parts = list(rows.groupby("panel", sort=False))
    top = 1.22 * float(_far(rows).max())
    frames = _frames(ax, [len(own) for _, own in parts])
    for frame, (name, own) in zip(frames, parts, strict=True):
        _panel(frame, own, share=share, top=top)
        name_panel(frame, str(name), width=60)
        last = frame is frames[-1]
        dress(frame, x=f"{unit}{', %' if share else ''}" if last else "", grid="x")
        frame.tick_params(labelbottom=last)
        if share:
            per_cent_axis(frame.xaxis)
    return entitle(ax, says)


def group_bars_alt(rows: pd.DataFrame, *, says: str, share: bool = True) -> str:
    """State the finding with every group's value.

    Examples
    --------
    >>> rows = pd.DataFrame({"panel": ["Region"], "group": ["North"], "value": [2.5]})
    >>> group_bars_alt(rows, says="All alike", share=False)
    'All alike. Region: North 2.5.'
    """
    write = percent if share else rounded
    told = [
        f"{plain(name)}: "
        + ", ".join(f"{plain(r.group)} {write(r.value)}" for r in own.itertuples())
        for name, own in rows.groupby("panel", sort=False)
    ]
    return f"{plain(says)}. {'. '.join(told)}."


def group_bars_table(
    rows: pd.DataFrame, *, unit: str, share: bool = True
) -> pd.DataFrame:
    """Give the numbers of the figure, one row a bar.

    Examples
    --------
    >>> rows = pd.DataFrame({"panel": ["Region"], "group": ["North"], "value": [0.2]})
    >>> group_bars_table(rows, unit="Share").to_numpy().tolist()
    [['Region', 'North', 0.2]]
    """
    names = {"panel": "Grouping", "group": "Group", "value": unit}
    names |= {"low": "Low", "high": "High"}
    table = rows[[c for c in _OWN if c in rows]].rename(columns=names)
    numbers = [c for c in (unit, "Low", "High") if c in table]
    table.attrs["formats"] = dict.fromkeys(numbers, "percent" if share else "rounded")
    return table


def group_bars_height(rows: pd.DataFrame) -> float:
    """Give the height that the figure needs, in inches."""
    return 0.75 + 0.27 * (len(rows) + _HEAD * rows["panel"].nunique())


def _frames(ax: Axes, counts: list[int]) -> list[Axes]:
    """Fill an Axes with panels below each other, every bar equally thick."""
    ax.set_axis_off()
    whole, down, frames = sum(counts) + _HEAD * len(counts), 0.0, []
    for count in counts:
        down += _HEAD + count
        frames.append(ax.inset_axes((0.0, 1 - down / whole, 1.0, count / whole)))
    return frames


def _far(rows: pd.DataFrame) -> pd.Series:
    ends = rows["high"] if "high" in rows else rows["value"]
    return ends.fillna(rows["value"]).clip(lower=1e-9)


def _panel(ax: Axes, rows: pd.DataFrame, *, share: bool, top: float) -> None:
    write = percent if share else rounded
    bars: dict[str, Any] = {"color": ACCENT, "height": 0.62}
    ax.barh(range(len(rows)), rows["value"].fillna(0), **bars)
    for place, (row, end) in enumerate(
        zip(rows.to_dict("records"), _far(rows), strict=True)
    ):
        if not is_missing(row.get("low")):
            ax.plot([row["low"], row["high"]], [place] * 2, color=INK, linewidth=1.2)
        beside(ax, end, place, write(row["value"]))
    name_rows(ax, rows["group"].tolist(), width=30)
    ax.set_xlim(0, top)
