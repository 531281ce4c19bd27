"""Figures of stability: box plots of what resamples found again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from segtools.joining import ended
from segtools.languages import header, tr, trn
from segtools.plots.canvas import (
    asked_line,
    axes_or_current,
    dress,
    empty_note,
    name_rows,
)
from segtools.plots.colours import ACCENT, INK, OTHER, segment_colours
from segtools.plots.inputs import columns_of
from segtools.wording import number, plain, rounded, series, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

AGREEMENT = 0.8
WITHIN = 0.75
_QUARTILES = {
    header("Lowest"): 0.0,
    header("Low"): 0.25,
    header("Median"): 0.5,
    header("High"): 0.75,
    header("Highest"): 1.0,
}


def stability_boxes(
    stability: pd.DataFrame, *, asked: float = AGREEMENT, ax: Axes | None = None
) -> Axes:
    """Draw how far pairs of resamples agree, as a box for each number of segments.

    Parameters
    ----------
    stability : DataFrame
        One row for every number of segments and pair: ``k`` and ``ari``.
    asked : float, default=0.8
        Median agreement from which segments count as coming again; drawn as a line.
    ax : Axes, default=None
        Where to draw; None means pyplot's current Axes.

    Returns
    -------
    Axes
        The one that was passed. Boxes hold the middle half of the pairs, whiskers
        reach to the last pair within one and a half boxes, dots are the others.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> frame = pd.DataFrame({"k": [2, 2, 3, 3], "ari": [0.9, 1.0, 0.4, 0.6]})
    >>> ax = stability_boxes(frame, ax=Figure().add_subplot())
    >>> ax.get_title(loc="left")
    'Resamples agree as asked on up to 2 segments (median 0.95)'
    """
    ax = axes_or_current(ax)
    rows = stability_boxes_table(stability)
    if rows.empty:
        return empty_note(ax, stability_boxes_alt(stability, asked=asked))
    groups = [found.to_numpy(float) for _, found in stability.groupby("k")["ari"]]
    again = rows["Median"].to_numpy(float) >= asked
    _boxes(ax, groups, [ACCENT if good else OTHER for good in again], upright=True)
    asked_line(ax, asked, last=len(groups) - 0.45, upright=True)
    ax.set_xticks(range(len(groups)), labels=[number(k) for k in rows["Segments"]])
    ax.set_ylim(min(0.0, min(float(g.min()) for g in groups)), 1.04)
    return dress(
        ax,
        title=stability_boxes_title(stability, asked=asked),
        x=tr("Segments (box: middle half of {n} pairs)", n=_count(stability, "k")),
        y=tr("Adjusted Rand index"),
        grid="y",
    )


def stability_boxes_title(stability: pd.DataFrame, *, asked: float = AGREEMENT) -> str:
    """State the largest number of segments that comes again.

    Examples
    --------
    >>> stability_boxes_title(pd.DataFrame({"k": [2, 3], "ari": [0.5, 0.6]}))
    'No number of segments comes again as a whole: the best median agreement is 0.6'
    """
    rows = stability_boxes_table(stability)
    if rows.empty:
        return tr("Stability was not computed")
    again = rows[rows["Median"] >= asked]
    if again.empty:
        return tr(
            "No number of segments comes again as a whole: the best median agreement "
            "is {best}",
            best=rounded(rows["Median"].max()),
        )
    last = again.iloc[-1]
    return trn(
        "Resamples agree as asked on up to {n} segment (median {median})",
        "Resamples agree as asked on up to {n} segments (median {median})",
        last["Segments"],
        median=rounded(last["Median"]),
    )


def stability_boxes_alt(stability: pd.DataFrame, *, asked: float = AGREEMENT) -> str:
    """State the finding of `stability_boxes` with its medians.

    Examples
    --------
    >>> print(stability_boxes_alt(pd.DataFrame({"k": [2, 3], "ari": [0.9, 0.6]})))
    Resamples agree as asked on up to 2 segments (median 0.9). Asked is 0.8. \
Median adjusted Rand index by number of segments: 2: 0.9, 3: 0.6.
    """
    rows = stability_boxes_table(stability)
    title = stability_boxes_title(stability, asked=asked)
    if rows.empty:
        return ended(title)
    return tr(
        "{title}. Asked is {asked}. Median adjusted Rand index by number of segments: "
        "{steps}.",
        title=title,
        asked=rounded(asked),
        steps=series(rows["Segments"], rows["Median"]),
    )


def stability_boxes_table(stability: pd.DataFrame) -> pd.DataFrame:
    """Give the quartiles of `stability_boxes`, one row per number of segments.

    Examples
    --------
    >>> stability_boxes_table(pd.DataFrame({"k": [2, 2], "ari": [0.9, 1.0]}))
       Segments  Lowest    Low  Median   High  Highest  Pairs
    0         2     0.9  0.925    0.95  0.975      1.0      2
    """
    frame = columns_of(stability, ["k", "ari"], "stability")
    return _quartiles(frame, "k", "ari", header("Segments"))


def within_boxes(
    within: pd.DataFrame,
    *,
    names: Sequence[str] = (),
    asked: float = WITHIN,
    ax: Axes | None = None,
) -> Axes:
    """Draw how well resamples find each segment again, as a box a segment (SLSw).

    Parameters
    ----------
    within : DataFrame
        One row for every segment and pair: ``segment`` (a number from 0) and
        ``jaccard``.
    names : sequence of str, default=()
        Of the segments, by number; without them segments are called 1, 2, ...
    asked : float, default=0.75
        Median from which a segment counts as coming again; drawn as a line.
    ax : Axes, default=None
        Where to draw; None means pyplot's current Axes.

    Returns
    -------
    Axes
        The one that was passed.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> frame = pd.DataFrame({"segment": [0, 0, 1, 1], "jaccard": [1, 1, 0.4, 0.6]})
    >>> ax = within_boxes(frame, names=["Loyal", "New"], ax=Figure().add_subplot())
    >>> ax.get_title(loc="left")
    '1 of 2 segments comes again in resamples; least New (0.5)'
    """
    ax = axes_or_current(ax)
    rows = within_boxes_table(within, names=names)
    if rows.empty:
        return empty_note(ax, within_boxes_alt(within, names=names, asked=asked))
    groups = [g.to_numpy(float) for _, g in within.groupby("segment")["jaccard"]]
    groups = [g[~np.isnan(g)] for g in groups]
    colours = list(segment_colours(str(place) for place in rows.index).values())
    _boxes(ax, groups, colours, upright=False)
    name_rows(ax, rows["Segment"], width=24)
    asked_line(ax, asked, last=len(rows) - 0.45, upright=False)
    ax.set_xlim(0, 1.03)
    title = within_boxes_title(within, names=names, asked=asked)
    pairs = _count(within, "segment")
    label = tr("Jaccard index (box: middle half of {n} pairs)", n=pairs)
    return dress(ax, title=title, x=label)


def within_boxes_title(
    within: pd.DataFrame, *, names: Sequence[str] = (), asked: float = WITHIN
) -> str:
    """State how many segments come again, and which one does least.

    Examples
    --------
    >>> within_boxes_title(pd.DataFrame({"segment": [0, 1], "jaccard": [1.0, 0.9]}))
    'All 2 segments come again in resamples; least segment 2 (0.9)'
    """
    rows = within_boxes_table(within, names=names)
    if rows.empty:
        return tr("Stability within the solution was not computed")
    good, k = int((rows["Median"] >= asked).sum()), len(rows)
    if rows["Lowest"].min() == 1:
        return trn(
            "All {n} segment come again in every resample",
            "All {n} segments come again in every resample",
            k,
        )
    least = rows.loc[rows["Median"].idxmin()]
    told = {
        "least": shorten(least["Segment"], 40),
        "value": rounded(least["Median"]),
    }
    if good == k:
        return trn(
            "All {n} segment come again in resamples; least {least} ({value})",
            "All {n} segments come again in resamples; least {least} ({value})",
            k,
            **told,
        )
    return trn(
        "{n} of {k} segments comes again in resamples; least {least} ({value})",
        "{n} of {k} segments come again in resamples; least {least} ({value})",
        good,
        k=number(k),
        **told,
    )


def within_boxes_alt(
    within: pd.DataFrame, *, names: Sequence[str] = (), asked: float = WITHIN
) -> str:
    """State the finding of `within_boxes` with its medians.

    Examples
    --------
    >>> print(within_boxes_alt(pd.DataFrame({"segment": [0, 1], "jaccard": [1, 0.5]})))
    1 of 2 segments comes again in resamples; least segment 2 (0.5). Asked is 0.75. \
Median Jaccard by segment: segment 1: 1, segment 2: 0.5.
    """
    rows = within_boxes_table(within, names=names)
    title = within_boxes_title(within, names=names, asked=asked)
    if rows.empty:
        return ended(title)
    return tr(
        "{title}. Asked is {asked}. Median Jaccard by segment: {steps}.",
        title=title,
        asked=rounded(asked),
        steps=series(rows["Segment"], rows["Median"]),
    )


def within_boxes_table(
    within: pd.DataFrame, *, names: Sequence[str] = ()
) -> pd.DataFrame:
    """Give the quartiles of `within_boxes`, one row a segment.

    Examples
    --------
    >>> frame = pd.DataFrame({"segment": [0, 0], "jaccard": [0.9, 1.0]})
    >>> within_boxes_table(frame, names=["Loyal"])
      Segment  Lowest    Low  Median   High  Highest  Pairs
    0   Loyal     0.9  0.925    0.95  0.975      1.0      2
    """
    frame = columns_of(within, ["segment", "jaccard"], "within")
    rows = _quartiles(frame, "segment", "jaccard", header("Segment"))
    rows["Segment"] = [segment_name(place, names) for place in rows["Segment"]]
    return rows


def within_boxes_height(
    within: pd.DataFrame, *, names: Sequence[str] = (), **_: Any
) -> float:
    """Give the height that the figure needs, in inches."""
    return 1.3 + 0.42 * max(1, len(within_boxes_table(within, names=names)))


def segment_name(place: int, names: Sequence[str]) -> str:
    """Name a segment by its number from 0.

    Examples
    --------
    >>> segment_name(0, ["Loyal"]), segment_name(1, ["Loyal"])
    ('Loyal', 'segment 2')
    """
    if place < len(names):
        return plain(names[place])
    return tr("segment {place}", place=place + 1)


def _boxes(
    ax: Axes, groups: list[Any], colours: Sequence[str], *, upright: bool
) -> None:
    drawn = ax.boxplot(
        groups,
        positions=range(len(groups)),
        orientation="vertical" if upright else "horizontal",
        widths=0.5,
        patch_artist=True,
        manage_ticks=False,
        medianprops={"color": INK, "linewidth": 1.6},
        flierprops={"marker": ".", "markersize": 4, "markeredgecolor": OTHER},
    )
    for box, colour in zip(drawn["boxes"], colours, strict=True):
        box.set(facecolor=colour, alpha=0.55, edgecolor=colour)
    for line in [*drawn["whiskers"], *drawn["caps"]]:
        line.set(color=INK, alpha=0.5, linewidth=0.9)


def _quartiles(frame: pd.DataFrame, by: str, value: str, label: str) -> pd.DataFrame:
    # Of what could not be measured there are no rows, and so no type either.
    known = frame.dropna(subset=[value]).astype({value: float})
    groups = known.groupby(by)[value]
    found = {name: groups.quantile(share) for name, share in _QUARTILES.items()}
    rows = pd.DataFrame(found | {header("Pairs"): groups.size()}).reset_index(
        names=label
    )
    rows.attrs["formats"] = dict.fromkeys(_QUARTILES, "rounded")
    return rows


def _count(frame: pd.DataFrame, by: str) -> str:
    sizes = frame.groupby(by).size()
    fewest, most = number(int(sizes.min())), number(int(sizes.max()))
    return most if fewest == most else tr("{low} to {high}", low=fewest, high=most)
