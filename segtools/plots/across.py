"""The family tree of segments: where they come from as their number grows (SLSa)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from segtools.joining import ended
from segtools.languages import header, tr
from segtools.plots.canvas import axes_or_current, dress, empty_note, write
from segtools.plots.colours import ACCENT, INK, OTHER, text_on
from segtools.plots.inputs import columns_of
from segtools.wording import number, rounded, series

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NODES = ["k", "segment", "customers", "share", "slsa", "parent"]
_EDGES = ["k", "parent", "segment", "customers", "share"]
# Fewer of everyone than this are in the table, and not drawn.
_THIN = 0.005
_WIDEST = 26.0


def descent(
    nodes: pd.DataFrame, *, edges: pd.DataFrame, ax: Axes | None = None
) -> Axes:
    """Draw where segments come from as their number grows: a family tree (SLSa).

    Parameters
    ----------
    nodes : DataFrame
        One row for every solution and segment: ``k``, ``segment``, ``customers``,
        ``share``, ``slsa`` and ``parent``.
    edges : DataFrame
        One row for every pair of segments in neighbouring solutions that share
        customers: ``k`` (of the child), ``parent``, ``segment``, ``customers``,
        ``share``.
    ax : Axes, default=None
        Where to draw; None means pyplot's current Axes.

    Returns
    -------
    Axes
        The one that was passed. Solutions stand side by side; a band is as wide as
        its share of everyone; a segment is the darker, the more it has one parent.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from segtools.segmentation.stability import family_tree
    >>> tree = family_tree({2: np.array([0, 0, 0, 1]), 3: np.array([0, 0, 2, 1])})
    >>> ax = descent(tree.nodes, edges=tree.edges, ax=Figure().add_subplot())
    >>> ax.get_title(loc="left")
    'From 2 to 3 segments every segment has a single parent'
    """
    ax = axes_or_current(ax)
    nodes = columns_of(nodes, _NODES, "nodes")
    edges = columns_of(edges, _EDGES, "edges")
    if edges.empty:
        return empty_note(ax, descent_alt(nodes, edges=edges))
    ks = sorted(nodes["k"].unique())
    spot = {
        (row["k"], row["segment"]): (ks.index(row["k"]), _height_of(row))
        for row in nodes.to_dict("records")
    }
    before = dict(zip(ks[1:], ks[:-1], strict=True))
    for row in edges[edges["share"] >= _THIN].to_dict("records"):
        start = spot[before[row["k"]], row["parent"]]
        _band(ax, start, spot[row["k"], row["segment"]], row["share"])
    for row in nodes.to_dict("records"):
        _node(ax, *spot[row["k"], row["segment"]], row["slsa"])
    ax.set_xticks(range(len(ks)), labels=[number(k) for k in ks])
    ax.set(yticks=[], xlim=(-0.4, len(ks) - 0.6), ylim=(1.06, -0.06))
    label = tr(
        "Segments (number in a circle: SLSa in hundredths; 100: a single parent)"
    )
    dress(ax, title=descent_title(nodes, edges=edges), x=label, grid="")
    ax.spines[["left", "bottom"]].set_visible(False)
    return ax


def descent_title(nodes: pd.DataFrame, *, edges: pd.DataFrame) -> str:
    """State which segment is most of a mixture.

    Examples
    --------
    >>> from segtools.segmentation.stability import family_tree
    >>> tree = family_tree({2: np.array([0, 0, 1, 1]), 3: np.array([0, 1, 1, 2])})
    >>> descent_title(tree.nodes, edges=tree.edges)
    'Segment 2 of 3 mixes most of its forerunners (SLSa 0)'
    """
    known = nodes.dropna(subset=["slsa"])
    if edges.empty or known.empty:
        return tr("Only one solution was computed: there is no descent to show")
    least = known.loc[known["slsa"].idxmin()]
    if least["slsa"] >= 1:
        first, last = number(nodes["k"].min()), number(nodes["k"].max())
        return tr(
            "From {first} to {last} segments every segment has a single parent",
            first=first,
            last=last,
        )
    return tr(
        "Segment {place} of {k} mixes most of its forerunners (SLSa {slsa})",
        place=number(least["segment"] + 1),
        k=number(least["k"]),
        slsa=rounded(least["slsa"]),
    )


def descent_alt(nodes: pd.DataFrame, *, edges: pd.DataFrame) -> str:
    """State the finding of `descent` with the lowest SLSa of every solution.

    Examples
    --------
    >>> from segtools.segmentation.stability import family_tree
    >>> tree = family_tree({2: np.array([0, 0, 0, 1]), 3: np.array([0, 0, 2, 1])})
    >>> print(descent_alt(tree.nodes, edges=tree.edges))
    From 2 to 3 segments every segment has a single parent. Lowest SLSa by number of \
segments: 3: 1.
    """
    title = descent_title(nodes, edges=edges)
    known = nodes.dropna(subset=["slsa"])
    if edges.empty or known.empty:
        return ended(title)
    lowest = known.groupby("k")["slsa"].min()
    steps = series(lowest.index, lowest)
    return tr(
        "{title}. Lowest SLSa by number of segments: {steps}.", title=title, steps=steps
    )


def descent_table(nodes: pd.DataFrame, *, edges: pd.DataFrame) -> pd.DataFrame:
    """Give the segments of `descent`, with their largest parent.

    Examples
    --------
    >>> from segtools.segmentation.stability import family_tree
    >>> tree = family_tree({2: np.array([0, 0, 0, 1]), 3: np.array([0, 0, 2, 1])})
    >>> descent_table(tree.nodes, edges=tree.edges).iloc[-1].tolist()
    [3.0, 3.0, 1.0, 0.25, 1.0, 2.0]
    """
    rows = columns_of(nodes, _NODES, "nodes")
    table = pd.DataFrame(
        {
            header("Segments"): rows["k"],
            header("Segment"): rows["segment"] + 1,
            header("Customers"): rows["customers"],
            header("Share"): rows["share"],
            header("SLSa"): rows["slsa"],
            header("Largest parent"): rows["parent"] + 1,
        }
    )
    table.attrs["formats"] = {"Share": "percent", "SLSa": "rounded"}
    return table


def descent_height(nodes: pd.DataFrame, *, edges: pd.DataFrame) -> float:
    """Give the height that the figure needs, in inches."""
    return 1.6 + 0.42 * float(nodes["k"].max() if len(nodes) else 1)


def _height_of(row: dict[Any, Any]) -> float:
    return (float(row["segment"]) + 0.5) / float(row["k"])


def _band(
    ax: Axes, start: tuple[float, float], end: tuple[float, float], share: float
) -> None:
    """Draw one flow as a smooth curve, as wide as its share."""
    t = np.linspace(0, 1, 30)
    bend = t * t * (3 - 2 * t)
    x, y = start[0] + t * (end[0] - start[0]), start[1] + bend * (end[1] - start[1])
    width = max(0.6, _WIDEST * share)
    ax.plot(x, y, color=OTHER, alpha=0.45, linewidth=width, solid_capstyle="butt")


def _node(ax: Axes, x: float, y: float, slsa: float) -> None:
    known = not np.isnan(slsa)
    shade = 0.15 + 0.85 * slsa if known else 1.0
    paint = _mixed(shade) if known else OTHER
    ax.plot([x], [y], "o", markersize=17, color=paint, markeredgecolor=INK, zorder=4)
    if known:
        text = number(100 * slsa)
        colour = text_on(paint)
        write(ax, x, y, text, ha="center", color=colour, fontsize=7.5, zorder=5)


def _mixed(shade: float) -> str:
    """Mix the accent with white."""
    full = [int(ACCENT[i : i + 2], 16) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(255 - shade * (255 - c)):02X}" for c in full)
