"""How many customers moved, came and left from run to run of a project."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from segtools.joining import commas, ended
from segtools.languages import header, said_header, tr
from segtools.palette import PALETTE
from segtools.plots.canvas import axes_or_current, dress, empty_note, per_cent_axis
from segtools.plots.labels import LINE, name_beside
from segtools.plots.timeline import (
    draw_parts,
    line_style,
    mark_dates,
    places_of,
    runs_of,
)
from segtools.wording import interval, is_missing, percent, plain, short_day

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOVES = {
    "moved": header("Moved to another segment"),
    "new": header("New"),
    "gone": header("Gone since the run before"),
}


def movement_over_time(history: Mapping[str, Any], *, ax: Axes | None = None) -> Axes:
    """Draw what share of customers moved, came and left from run to run.

    Parameters
    ----------
    history : mapping
        ``runs``, in order: each with ``as_of`` and the shares ``moved`` (of those in
        this run and the one before), ``new`` (of this run) and ``gone`` (of the one
        before); None where there is no earlier run, or where a count is hidden.
    ax : Axes, default=None
        Where to draw; None means pyplot's current Axes.

    Returns
    -------
    Axes
        The one that was passed.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> days = [{"as_of": "2024-01-01"}, {"as_of": "2024-02-01", "moved": 0.08}]
    >>> ax = movement_over_time({"runs": days}, ax=Figure().add_subplot())
    >>> [text.get_text() for text in ax.texts]
    ['Moved to another segment']
    """
    ax = axes_or_current(ax)
    runs, lines = runs_of(history), _moves(history)
    if not lines:
        return empty_note(ax, movement_over_time_alt(history))
    places, style = places_of(runs), line_style(len(runs))
    ends = []
    for name, colour in zip(lines, PALETTE, strict=False):
        draw_parts(ax, places, lines[name], colour=colour, **style)
        last = max(p for p, v in enumerate(lines[name]) if not is_missing(v))
        ends.append((float(places[last]), float(lines[name][last])))
    mark_dates(ax, runs, places)
    ax.set_ylim(0, 1.1 * max(_most(lines), 0.01))
    per_cent_axis(ax.yaxis)
    x, y = tr("As of, against the run before"), tr("% of customers")
    dress(ax, title=movement_over_time_title(history), x=x, y=y, grid="y")
    names = [said_header(_MOVES[name]) for name in lines]
    name_beside(ax, ends, names, step=LINE / 2.2, colours=PALETTE[: len(names)])
    return ax


def movement_over_time_title(history: Mapping[str, Any]) -> str:
    """State what share moved in the latest run that tells it.

    Examples
    --------
    >>> days = [{"as_of": "2024-01-01"}, {"as_of": "2024-02-01", "moved": 0.08}]
    >>> movement_over_time_title({"runs": days}).replace("\u202f", " ")
    '8.0 % moved to another segment by 2024-02-01'
    """
    told = [
        (short_day(str(run["as_of"])[:10]), float(run["moved"]))
        for run in runs_of(history)
        if not is_missing(run.get("moved"))
    ]
    if not told:
        return tr("No run tells how many customers moved since the one before")
    (day, share), before = told[-1], [s for _, s in told[:-1]]
    told_now = {"share": percent(share), "day": plain(day)}
    if not before:
        return tr("{share} moved to another segment by {day}", **told_now)
    low, high = percent(min(before)), percent(max(before))
    earlier = low if low == high else interval(min(before), max(before), percent)
    return tr(
        "{share} moved to another segment by {day}; in earlier runs {earlier}",
        earlier=earlier,
        **told_now,
    )


def movement_over_time_alt(history: Mapping[str, Any]) -> str:
    """State the finding of `movement_over_time` with the latest shares.

    Examples
    --------
    >>> days = [{"as_of": "2024-02-01", "moved": 0.08, "new": 0.02}]
    >>> movement_over_time_alt({"runs": days}).replace("\u202f", " ")
    '8.0 % moved to another segment by 2024-02-01. Latest: Moved to another segment \
8.0 %, New 2.0 %.'
    """
    title, lines = movement_over_time_title(history), _moves(history)
    if not lines:
        return ended(title)
    latest = commas(
        f"{said_header(_MOVES[name])} "
        f"{percent([v for v in values if not is_missing(v)][-1])}"
        for name, values in lines.items()
    )
    return tr("{title}. Latest: {latest}.", title=title, latest=latest)


def movement_over_time_table(history: Mapping[str, Any]) -> pd.DataFrame:
    """Give the numbers of `movement_over_time`, a row a run, the newest first.

    Examples
    --------
    >>> days = [{"as_of": "2024-02-01", "moved": 0.08}]
    >>> movement_over_time_table({"runs": days}).values.tolist()
    [['2024-02-01', 0.08]]
    """
    lines = _moves(history)
    if not lines:
        return pd.DataFrame()
    columns: dict[str, Any] = {
        header("As of"): [plain(str(run["as_of"])) for run in runs_of(history)]
    }
    columns |= {_MOVES[n]: pd.Series(v, dtype="float64") for n, v in lines.items()}
    table = pd.DataFrame(columns)
    table.attrs["formats"] = {_MOVES[name]: "percent" for name in lines}
    return table[::-1].reset_index(drop=True)


def _moves(history: Mapping[str, Any]) -> dict[str, list[Any]]:
    found = {name: [run.get(name) for run in runs_of(history)] for name in _MOVES}
    return {n: v for n, v in found.items() if any(not is_missing(x) for x in v)}


def _most(lines: Mapping[str, list[Any]]) -> float:
    return max(float(v) for own in lines.values() for v in own if not is_missing(v))
