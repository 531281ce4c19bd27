"""The evaluation plot: how attractive segments are, and how well they can be served."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from segtools.joining import ended, semicolons
from segtools.languages import header, tr
from segtools.plots.canvas import axes_or_current, dress, empty_note, entitle
from segtools.plots.inputs import segment_rows
from segtools.plots.labels import LINE, name_beside
from segtools.wording import is_missing, percent, plain, rounded, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLUMNS = ["score", "fit", "share"]
_HEADS = {
    "segment": header("Segment"),
    "score": header("Attractiveness"),
    "fit": header("Fit"),
    "share": header("Share of customers"),
}
_SMALLEST, _AREA = 60.0, 2600.0  # square points: of nobody, and of everybody more
_AROUND = 1.2
_LOWEST = 4.0


def segment_evaluation(
    actions: Mapping[str, Any] | pd.DataFrame, *, ax: Axes | None = None
) -> Axes:
    """Draw attractiveness against fit, the area of a circle by size.

    Parameters
    ----------
    actions : mapping or DataFrame
        The record of actions.json, or one row a segment with ``segment``, ``score``
        (0 to 100, how attractive it is), ``fit`` (0 to 100, how well it can be
        reached and served) and ``share`` (of customers, 0 to 1); ``rank`` and
        ``colour`` are optional. Segments without a score are left out.
    ax : Axes, default=None
        Where to draw; None means pyplot's current Axes.

    Returns
    -------
    Axes
        The one that was passed; both axes run from 0 to 100, names stand beside it.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> rated = pd.DataFrame(
    ...     {"segment": ["Loyal"], "score": [80.0], "fit": [60.0], "share": [0.2]}
    ... )
    >>> ax = segment_evaluation(rated, ax=Figure().add_subplot())
    >>> ax.collections[0].get_offsets().tolist()
    [[60.0, 80.0]]
    """
    ax = axes_or_current(ax)
    rows = _rated(actions)
    if rows.empty:
        return empty_note(ax, segment_evaluation_alt(actions))
    size = _SMALLEST + _AREA * rows["share"].astype(float).fillna(0)
    # The largest first, so that no circle hides a smaller one.
    order = size.sort_values(ascending=False, kind="stable").index
    circles: dict[str, Any] = {"edgecolors": "white", "linewidths": 1.0, "alpha": 0.85}
    ax.scatter(
        rows["fit"][order],
        rows["score"][order],
        s=size[order],
        c=rows["colour"][order].tolist(),
        **circles,
    )
    ax.set(xlim=(-6, 106), ylim=(-8, 108))
    ax.set(xticks=range(0, 101, 25), yticks=range(0, 101, 25))
    dress(
        ax,
        x=tr("How well they can be reached and served, 0 to 100"),
        y=tr("How attractive they are, 0 to 100"),
        grid="both",
    )
    places = list(zip(rows["fit"], rows["score"], strict=True))
    step = LINE / (segment_evaluation_height(actions) - _AROUND)
    name_beside(ax, places, rows["segment"].tolist(), step=step)
    return entitle(ax, segment_evaluation_title(actions))


def segment_evaluation_title(actions: Mapping[str, Any] | pd.DataFrame) -> str:
    """State which segment is the most attractive, and which fits best.

    Examples
    --------
    >>> rated = pd.DataFrame({"segment": ["A", "B"], "score": [80.0, 40.0],
    ...     "fit": [50.0, 60.0], "share": [0.2, 0.8]})
    >>> segment_evaluation_title(rated)
    'A is the most attractive (80 of 100); B fits best (60)'
    """
    rows = _rated(actions)
    if rows.empty:
        return tr("Nothing rates how attractive the segments are")
    first = rows.iloc[int(rows["score"].to_numpy(float).argmax())]
    best = rows.iloc[int(rows["fit"].to_numpy(float).argmax())]
    rated: dict[str, str] = {
        "segment": _of(first),
        "score": rounded(first["score"]),
        "fit": rounded(best["fit"]),
    }
    if first["segment"] == best["segment"]:
        return tr(
            "{segment} is the most attractive ({score} of 100) and fits best ({fit})",
            **rated,
        )
    return tr(
        "{segment} is the most attractive ({score} of 100); {other} fits best ({fit})",
        other=_of(best),
        **rated,
    )


def segment_evaluation_alt(actions: Mapping[str, Any] | pd.DataFrame) -> str:
    """State the finding of `segment_evaluation` with every segment's place.

    Examples
    --------
    >>> rated = pd.DataFrame(
    ...     {"segment": ["A"], "score": [80.0], "fit": [60.0], "share": [0.2]}
    ... )
    >>> print(segment_evaluation_alt(rated).replace("\u202f", " "))
    A is the most attractive (80 of 100) and fits best (60). Attractiveness, fit and \
share of customers by segment: A 80, 60 and 20 %.
    """
    rows = _rated(actions)
    title = segment_evaluation_title(actions)
    if rows.empty:
        return ended(title)
    each = semicolons(
        tr(
            "{segment} {score}, {fit} and {share}",
            segment=plain(r.segment),
            score=rounded(r.score),
            fit=rounded(r.fit),
            share=percent(r.share),
        )
        for r in rows.itertuples()
    )
    return tr(
        "{title}. Attractiveness, fit and share of customers by segment: {each}.",
        title=title,
        each=each,
    )


def segment_evaluation_table(actions: Mapping[str, Any] | pd.DataFrame) -> pd.DataFrame:
    """Give the numbers of `segment_evaluation`, one row a segment.

    Examples
    --------
    >>> rated = pd.DataFrame(
    ...     {"segment": ["A"], "score": [80.0], "fit": [60.0], "share": [0.2]}
    ... )
    >>> segment_evaluation_table(rated)
      Segment  Attractiveness   Fit  Share of customers
    0       A            80.0  60.0                 0.2
    """
    rows = _rated(actions).drop(columns="colour").rename(columns=_HEADS)
    rows.attrs["formats"] = {
        "Attractiveness": ".1f",
        "Fit": ".1f",
        "Share of customers": "percent",
    }
    return rows


def segment_evaluation_height(actions: Mapping[str, Any] | pd.DataFrame) -> float:
    """Give the height that the figure needs, in inches: a line for each name."""
    return max(_LOWEST, _AROUND + LINE * len(_rated(actions)))


def _rated(actions: Mapping[str, Any] | pd.DataFrame) -> pd.DataFrame:
    rows = segment_rows(actions, _COLUMNS, "actions")
    known = [
        not (is_missing(score) or is_missing(fit))
        for score, fit in zip(rows["score"], rows["fit"], strict=True)
    ]
    return rows[np.array(known, dtype=bool)].reset_index(drop=True)


def _of(row: pd.Series) -> str:
    return shorten(row["segment"], 40)
