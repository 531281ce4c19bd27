"""The gorge: how similar customers are to each segment, and whether any lie between."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from segtools.plots.canvas import (
    axes_or_current,
    dress,
    empty_note,
    entitle,
    grid_of,
    name_panel,
    panels,
    per_cent_axis,
)
from segtools.plots.colours import segment_colours
from segtools.plots.stability import segment_name
from segtools.wording import percent, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BINS = 20
_NEAR, _FAR = 0.9, 0.1
_MOST_COLUMNS = 5
# Shares of similarities between near and far that still are, or no longer are, a gorge.
_CLEAR, _FLAT = 0.1, 0.3


def gorge(
    similarity: pd.DataFrame, *, names: Sequence[str] = (), ax: Axes | None = None
) -> Axes:
    """Draw how similar customers are to each segment: a gorge where it is natural.

    Parameters
    ----------
    similarity : DataFrame of shape (n_customers, k)
        One column a segment; the rows add up to 1.
    names : sequence of str, default=()
        Of the segments; without them they are called 1, 2, ...
    ax : Axes, default=None
        Where to draw; None means pyplot's current Axes.

    Returns
    -------
    Axes
        The one that was passed, with a panel a segment: the share of customers by
        their similarity. Hills at both ends and nothing between are a gorge.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> frame = pd.DataFrame({0: [0.95, 0.97, 0.02], 1: [0.05, 0.03, 0.98]})
    >>> ax = gorge(frame, ax=Figure().add_subplot())
    >>> ax.get_title(loc="left").replace("\u202f", " ")
    '0 % of similarities lie between 0.1 and 0.9: the segments are clearly apart'
    """
    ax = axes_or_current(ax)
    if similarity.empty:
        return empty_note(ax, gorge_alt(similarity, names=names))
    k = similarity.shape[1]
    rows, columns = grid_of(k, most=_MOST_COLUMNS)
    entitle(ax, gorge_title(similarity))
    boxes = panels(ax, k, columns=columns, gap=(0.05, 0.42 / rows), top=0.09)
    colours = segment_colours(str(place) for place in range(k)).values()
    drawn = zip(boxes, colours, similarity.items(), strict=True)
    for place, (panel, colour, (_, values)) in enumerate(drawn):
        _hills(panel, values.to_numpy(dtype=float), colour, last=place >= k - columns)
        name_panel(panel, segment_name(place, names), width=22)
    highest = max(panel.get_ylim()[1] for panel in boxes)
    for panel in boxes:
        panel.set_ylim(0, highest)
    boxes[0].set_ylabel("Customers, %", parse_math=False)
    return ax


def gorge_title(similarity: pd.DataFrame, *, names: Sequence[str] = ()) -> str:
    """State what share of the similarities lies in the gorge.

    Examples
    --------
    >>> gorge_title(pd.DataFrame({0: [0.5, 0.5], 1: [0.5, 0.5]})).replace("\u202f", " ")
    '100 % of similarities lie between 0.1 and 0.9: there is no gap between segments'
    """
    if similarity.empty:
        return "There is no customer to show"
    share = _between(similarity)
    finding = (
        "the segments are clearly apart"
        if share < _CLEAR
        else "there is no gap between segments"
        if share > _FLAT
        else "some borders are blurred"
    )
    return f"{percent(share)} of similarities lie between {_FAR} and {_NEAR}: {finding}"


def gorge_alt(similarity: pd.DataFrame, *, names: Sequence[str] = ()) -> str:
    """State the finding of `gorge` with the shares of each segment.

    Examples
    --------
    >>> frame = pd.DataFrame({0: [0.95, 0.5], 1: [0.05, 0.5]})
    >>> print(gorge_alt(frame, names=["Loyal"]).replace("\u202f", " "))
    50 % of similarities lie between 0.1 and 0.9: there is no gap between segments. \
Share between, by segment: Loyal 50 %, segment 2 50 %.
    """
    title = gorge_title(similarity)
    if similarity.empty:
        return f"{title}."
    rows = gorge_table(similarity, names=names)
    steps = ", ".join(
        f"{shorten(name, 40)} {percent(share)}"
        for name, share in zip(rows["Segment"], rows["Between"], strict=True)
    )
    return f"{title}. Share between, by segment: {steps}."


def gorge_table(similarity: pd.DataFrame, *, names: Sequence[str] = ()) -> pd.DataFrame:
    """Give what share of customers is far, between and near, one row a segment.

    Examples
    --------
    >>> gorge_table(pd.DataFrame({0: [0.95, 0.5], 1: [0.05, 0.5]}))
         Segment  Far (to 0.1)  Between  Near (from 0.9)
    0  segment 1           0.0      0.5              0.5
    1  segment 2           0.5      0.5              0.0
    """
    labels = [f"Far (to {_FAR})", "Between", f"Near (from {_NEAR})"]
    found = [
        [
            segment_name(place, names),
            float((values <= _FAR).mean()),
            float(((values > _FAR) & (values < _NEAR)).mean()),
            float((values >= _NEAR).mean()),
        ]
        for place, (_, values) in enumerate(similarity.items())
    ]
    rows = pd.DataFrame(found, columns=["Segment", *labels])
    rows.attrs["formats"] = dict.fromkeys(labels, "percent")
    return rows


def gorge_height(similarity: pd.DataFrame, **_: Any) -> float:
    """Give the height that the figure needs, in inches."""
    rows, _columns = grid_of(max(1, similarity.shape[1]), most=_MOST_COLUMNS)
    return 1.0 + 1.7 * rows


def _between(similarity: pd.DataFrame) -> float:
    values = similarity.to_numpy(dtype=float)
    return float(((values > _FAR) & (values < _NEAR)).mean())


def _hills(panel: Axes, values: np.ndarray, colour: str, *, last: bool) -> None:
    """Draw one segment's histogram; only the last row names its axis."""
    found, edges = np.histogram(values, bins=_BINS, range=(0, 1))
    share = found / len(values)
    panel.bar(edges[:-1], share, width=0.9 / _BINS, align="edge", color=colour)
    dress(panel, x="Similarity" if last else "", grid="y")
    panel.set_xlim(0, 1)
    panel.set_xticks([0, 0.5, 1], labels=["0", "0.5", "1"] if last else [])
    per_cent_axis(panel.yaxis)
