"""The gorge: how similar customers are to each segment, and whether any lie between."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.disclosure import LIMIT, Published, hide, two_way
from segtools.joining import commas, ended
from segtools.languages import header, tr
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
from segtools.wording import percent, rounded, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BINS = 20
_NEAR, _FAR = 0.9, 0.1
_MOST_COLUMNS = 5
# Shares of similarities between near and far that still are, or no longer are, a gorge.
_CLEAR, _FLAT = 0.1, 0.3


def gorge(
    similarity: pd.DataFrame,
    *,
    names: Sequence[str] = (),
    smallest_cell: int = LIMIT,
    ax: Axes | None = None,
) -> Axes:
    """Draw how similar customers are to each segment: a gorge where it is natural.

    Parameters
    ----------
    similarity : DataFrame of shape (n_customers, k)
        One column a segment; the rows add up to 1.
    names : sequence of str, default=()
        Of the segments; without them they are called 1, 2, ...
    smallest_cell : int, default=10
        Bars of fewer customers are drawn together with those beside them, as one wide
        bar of their mean height.
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
    >>> frame = pd.DataFrame({0: [0.95, 0.97, 0.02] * 9, 1: [0.05, 0.03, 0.98] * 9})
    >>> ax = gorge(frame, ax=Figure().add_subplot())
    >>> ax.get_title(loc="left").replace("\u202f", " ")
    '0 % of similarities lie between 0.1 and 0.9: the segments are clearly apart'
    """
    ax = axes_or_current(ax)
    if len(similarity) < max(1, smallest_cell):
        text = gorge_alt(similarity, names=names, smallest_cell=smallest_cell)
        return empty_note(ax, text)
    k = similarity.shape[1]
    rows, columns = grid_of(k, most=_MOST_COLUMNS)
    entitle(ax, gorge_title(similarity, smallest_cell=smallest_cell))
    boxes = panels(ax, k, columns=columns, gap=(0.05, 0.42 / rows), top=0.09)
    colours = segment_colours(str(place) for place in range(k)).values()
    drawn = zip(boxes, colours, similarity.items(), strict=True)
    for place, (panel, colour, (_, values)) in enumerate(drawn):
        wide, heights, edges = _hills(values.to_numpy(dtype=float), smallest_cell)
        panel.bar(edges, heights, width=wide, align="edge", color=colour)
        _dress(panel, last=place >= k - columns)
        name_panel(panel, segment_name(place, names), width=22)
    highest = max(panel.get_ylim()[1] for panel in boxes)
    for panel in boxes:
        panel.set_ylim(0, highest)
    boxes[0].set_ylabel(tr("Customers, %"), parse_math=False)
    return ax


def gorge_title(
    similarity: pd.DataFrame, *, names: Sequence[str] = (), smallest_cell: int = LIMIT
) -> str:
    """State what share of the similarities lies in the gorge.

    Examples
    --------
    >>> frame = pd.DataFrame({0: [0.5] * 20, 1: [0.5] * 20})
    >>> gorge_title(frame).replace("\u202f", " ")
    '100 % of similarities lie between 0.1 and 0.9: there is no gap between segments'
    """
    if similarity.empty:
        return tr("There is no customer to show")
    if len(similarity) < smallest_cell:
        return tr("There are too few customers to be shown")
    share = float(_counts(similarity)[:, 1].sum() / similarity.size)
    finding = (
        tr("the segments are clearly apart")
        if share < _CLEAR
        else tr("there is no gap between segments")
        if share > _FLAT
        else tr("some borders are blurred")
    )
    told = {"far": rounded(_FAR), "near": rounded(_NEAR), "finding": finding}
    if _hidden(similarity, smallest_cell)[-1, 1]:
        return tr(
            "A few of similarities lie between {far} and {near}: {finding}", **told
        )
    return tr(
        "{share} of similarities lie between {far} and {near}: {finding}",
        share=percent(share),
        **told,
    )


def gorge_alt(
    similarity: pd.DataFrame, *, names: Sequence[str] = (), smallest_cell: int = LIMIT
) -> str:
    """State the finding of `gorge` with the shares of each segment.

    Examples
    --------
    >>> frame = pd.DataFrame({0: [0.95, 0.5] * 10, 1: [0.05, 0.5] * 10})
    >>> print(gorge_alt(frame, names=["Loyal"]).replace("\u202f", " "))
    50 % of similarities lie between 0.1 and 0.9: there is no gap between segments. \
Share between, by segment: Loyal 50 %, segment 2 50 %.
    """
    title = gorge_title(similarity, smallest_cell=smallest_cell)
    rows = gorge_table(similarity, names=names, smallest_cell=smallest_cell)
    if rows.empty:
        return ended(title)
    steps = commas(
        f"{shorten(name, 40)} {tr('hidden') if np.isnan(share) else percent(share)}"
        for name, share in zip(rows["Segment"], rows["Between"], strict=True)
    )
    return tr("{title}. Share between, by segment: {steps}.", title=title, steps=steps)


def gorge_table(
    similarity: pd.DataFrame, *, names: Sequence[str] = (), smallest_cell: int = LIMIT
) -> pd.DataFrame:
    """Give what share of customers is far, between and near, one row a segment.

    Shares of fewer than `smallest_cell` customers are missing, and what would give
    them away.

    Examples
    --------
    >>> gorge_table(pd.DataFrame({0: [0.95, 0.5] * 10, 1: [0.05, 0.5] * 10}))
         Segment  Far (to 0.1)  Between  Near (from 0.9)
    0  segment 1           0.0      0.5              0.5
    1  segment 2           0.5      0.5              0.0
    """
    labels = [
        header("Far (to 0.1)"),
        header("Between"),
        header("Near (from 0.9)"),
    ]
    rows = pd.DataFrame(columns=[header("Segment"), *labels])
    if len(similarity) >= max(1, smallest_cell):
        shares = _counts(similarity) / len(similarity)
        hidden = _hidden(similarity, smallest_cell)[:-1, :-1]
        rows = pd.DataFrame(np.where(hidden, np.nan, shares), columns=labels)
        called = [segment_name(place, names) for place in range(len(rows))]
        rows.insert(0, "Segment", called)
    rows.attrs["formats"] = dict.fromkeys(labels, "percent")
    return rows


def gorge_height(similarity: pd.DataFrame, **_: Any) -> float:
    """Give the height that the figure needs, in inches."""
    rows, _columns = grid_of(max(1, similarity.shape[1]), most=_MOST_COLUMNS)
    return 1.0 + 1.7 * rows


def _counts(similarity: pd.DataFrame) -> NDArray[np.float64]:
    """Count customers far, between and near, one row a segment."""
    values = similarity.to_numpy(dtype=float).T
    far, near = values <= _FAR, values >= _NEAR
    return np.column_stack([v.sum(axis=1) for v in (far, ~far & ~near, near)])


def _hidden(similarity: pd.DataFrame, limit: int) -> NDArray[np.bool_]:
    """Say which counts, and which of their totals by column, must not be shown."""
    cells = two_way(_counts(similarity))
    shape = similarity.shape[1] + 1, 4
    everyone = np.zeros(shape, dtype=bool)
    everyone[:, -1] = True
    known = Published(cells.counts, cells.sums, fixed=everyone.ravel())
    return hide(known, limit).reshape(shape)


def _hills(values: NDArray[np.float64], limit: int) -> tuple[Any, Any, Any]:
    """Give bars of at least the limit: widths, heights as shares of a bin, and starts.

    To leave a small bar out would draw a gap where there is none.
    """
    found, edges = np.histogram(values, bins=_BINS, range=(0, 1))
    ends = joined(found, limit)
    starts = np.r_[0, ends[:-1]]
    bins = ends - starts
    heights = np.add.reduceat(found, starts) / bins / len(values)
    return (bins - 0.1) / _BINS, heights, edges[starts]


def joined(counts: NDArray[np.int64], limit: int) -> NDArray[np.int64]:
    """Join bars with those that follow until each holds nobody, or enough.

    Returns
    -------
    ndarray
        The place after each joined bar; a rest that is too small goes to the bar
        before it.

    Examples
    --------
    >>> joined(np.array([30, 4, 0, 8, 0, 20, 3]), limit=10).tolist()
    [1, 4, 5, 7]
    """
    ends, own = [], 0
    for place, count in enumerate(counts, start=1):
        own += int(count)
        if own == 0 or own >= limit:
            ends.append(place)
            own = 0
    if own:
        while ends and own < limit:
            start = ends[-2] if len(ends) > 1 else 0
            own += int(counts[start : ends.pop()].sum())
        ends.append(len(counts))
    return np.array(ends)


def _dress(panel: Axes, *, last: bool) -> None:
    """Give a panel its axes; only the last row names its own."""
    dress(panel, x=tr("Similarity") if last else "", grid="y")
    panel.set_xlim(0, 1)
    panel.set_xticks(
        [0, 0.5, 1], labels=[rounded(t) for t in (0, 0.5, 1)] if last else []
    )
    per_cent_axis(panel.yaxis)
