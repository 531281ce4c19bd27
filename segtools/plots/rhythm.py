"""Figures of habits: at what hours and on what days a segment buys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from segtools.joining import ended, semicolons
from segtools.languages import current, header, mark, tr
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
from segtools.plots.colours import EVERYONE, is_colour, segment_colours
from segtools.plots.inputs import part_of
from segtools.wording import percent, plain, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_OWN = header("Segment share")
_MORE = {
    "hours": mark(
        "{name} order more than others from {hour} to {next} h: {share} of orders, "
        "everyone {everyone}"
    ),
    "weekdays": mark(
        "{name} order more than others on {day}: {share} of orders, everyone {everyone}"
    ),
}
_MOST = {
    "hours": mark("{name} order most from {hour} to {next} h: {share} of orders"),
    "weekdays": mark("{name} order most on {day}: {share} of orders"),
}
_PEAKS = {
    "hours": mark("{name} from {hour} to {next} h ({share})"),
    "weekdays": mark("{name} on {day} ({share})"),
}
_LENGTH = {"hours": 24, "weekdays": 7}
_ACROSS = 3
_AROUND = 1.0
_HEAD = 0.58


def habits(
    personas: Mapping[str, Any],
    *,
    by: str = "hours",
    segment: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw when each segment orders, in front of everyone in grey.

    Parameters
    ----------
    personas : mapping
        The record of personas.json; read are each segment's ``segment`` and
        ``hours`` (24 shares of its orders) or ``weekdays`` (7, Monday first), and
        ``everyone``'s. A segment without them is left out.
    by : {"hours", "weekdays"}, default="hours"
        Which of the two.
    segment : str, default=None
        Draw this segment alone; None draws all.
    ax : Axes, default=None
        Where to draw; None means pyplot's current Axes.

    Returns
    -------
    Axes
        The one that was passed; one panel a segment in its ``child_axes``, all with
        the same scales.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> week = [0.1, 0.1, 0.1, 0.1, 0.1, 0.2, 0.3]
    >>> record = {"segments": [{"segment": "Late", "weekdays": week}],
    ...           "everyone": {"weekdays": [1 / 7] * 7}}
    >>> ax = habits(record, by="weekdays", ax=Figure().add_subplot())
    >>> ax.get_title(loc="left").replace("\u202f", " ")
    'Late order more than others on Sun: 30 % of orders, everyone 14 %'
    """
    ax = axes_or_current(ax)
    rows = habits_table(personas, by=by, segment=segment)
    if rows.empty:
        return empty_note(ax, habits_alt(personas, by=by, segment=segment))
    colours = _colours(personas)
    groups = list(rows.groupby("Segment", sort=False))
    bands, columns = grid_of(len(groups), most=_ACROSS)
    inside = habits_height(personas, by=by, segment=segment) - _AROUND
    gap, top = (0.04, _HEAD / inside), _HEAD / inside
    multiples = panels(ax, len(groups), columns=columns, gap=gap, top=top)
    limit = 1.06 * max(0.01, np.nanmax(rows[["Segment share", "Everyone"]]))
    for place, (panel, (name, group)) in enumerate(zip(multiples, groups, strict=True)):
        _panel(panel, group, colours[str(name)], by)
        panel.set_ylim(0, limit)
        per_cent_axis(panel.yaxis)
        if place % columns:
            panel.set_yticklabels([])
    corner = multiples[(bands - 1) * columns]
    label = tr("Day of the week (% of orders; grey: everyone)")
    if by == "hours":
        label = tr("Hour of the day (% of orders; grey: everyone)")
    corner.set_xlabel(label, loc="left", fontsize="small")
    return entitle(ax, habits_title(personas, by=by, segment=segment))


def habits_title(
    personas: Mapping[str, Any], *, by: str = "hours", segment: str | None = None
) -> str:
    """State which segment differs most from everyone, and when.

    Examples
    --------
    >>> habits_title({"segments": [], "everyone": {}})
    'The data do not say at what hour customers order'
    """
    rows = habits_table(personas, by=by, segment=segment)
    if rows.empty:
        if by == "hours":
            return tr("The data do not say at what hour customers order")
        return tr("The data do not say on what day customers order")
    return _difference(rows, by, shorten)


def habits_alt(
    personas: Mapping[str, Any], *, by: str = "hours", segment: str | None = None
) -> str:
    """State the finding of `habits`, with each segment's peak.

    Examples
    --------
    >>> record = {"segments": [{"segment": "Late", "weekdays": [0] * 6 + [1]}],
    ...           "everyone": {"weekdays": [0.1] * 6 + [0.4]}}
    >>> print(habits_alt(record, by="weekdays").replace("\u202f", " "))
    Late order more than others on Sun: 100 % of orders, everyone 40 %. Peak of each \
segment: Late on Sun (100 %).
    """
    title = habits_title(personas, by=by, segment=segment)
    rows = habits_table(personas, by=by, segment=segment)
    if rows.empty:
        return ended(title)
    parts = []
    for name, group in rows.groupby("Segment", sort=False):
        peak = group.iloc[int(group["Segment share"].to_numpy().argmax())]
        share = percent(peak["Segment share"])
        parts.append(_said(_PEAKS[by], peak.iloc[1], name=plain(name), share=share))
    return tr(
        "{title}. Peak of each segment: {parts}.", title=title, parts=semicolons(parts)
    )


def habits_table(
    personas: Mapping[str, Any], *, by: str = "hours", segment: str | None = None
) -> pd.DataFrame:
    """Give the numbers of `habits`, one row a segment and hour or day.

    Raises
    ------
    ValueError
        If `by` is neither hours nor weekdays, or `segment` is not there.

    Examples
    --------
    >>> record = {"segments": [{"segment": "Late", "weekdays": [0] * 6 + [1.0]}],
    ...           "everyone": {"weekdays": [0.1] * 6 + [0.4]}}
    >>> habits_table(record, by="weekdays").tail(1)
      Segment  Day  Segment share  Everyone
    6    Late  Sun            1.0       0.4
    """
    if by not in _LENGTH:
        raise ValueError(
            f"by must be one of {list(_LENGTH)}, but it is {by!r}. Choose one of them."
        )
    column = header("Hour") if by == "hours" else header("Day")
    steps = list(range(24)) if by == "hours" else day_names()
    everyone = _shares((personas.get("everyone") or {}).get(by), _LENGTH[by])
    names, parts = [], []
    for entry in part_of(personas, "segments", "personas"):
        names.append(entry["segment"])
        shares = _shares(entry.get(by), _LENGTH[by])
        if shares is None or segment not in (None, entry["segment"]):
            continue
        base = np.full(len(steps), np.nan) if everyone is None else everyone
        part = {"Segment": plain(entry["segment"]), column: steps}
        parts.append(pd.DataFrame(part | {_OWN: shares, "Everyone": base}))
    if segment is not None and segment not in names:
        raise ValueError(
            f"segment must be one of {names}, but it is {segment!r}. "
            "Choose one of them."
        )
    heads = [header("Segment"), column, _OWN, header("Everyone")]
    empty = pd.DataFrame(columns=heads)
    rows = pd.concat(parts, ignore_index=True) if parts else empty
    rows.attrs["formats"] = {_OWN: "percent", "Everyone": "percent"}
    return rows


def day_names() -> list[str]:
    """Give the days of the week in short, Monday first.

    Examples
    --------
    >>> day_names()[:2]
    ['Mon', 'Tue']
    """
    if current().is_english:
        return list(DAYS)
    names = current().locale.days["stand-alone"]["abbreviated"]
    return [str(names[place]) for place in range(7)]


def habits_height(
    personas: Mapping[str, Any], *, by: str = "hours", segment: str | None = None
) -> float:
    """Give the height that the figure needs, in inches."""
    rows = habits_table(personas, by=by, segment=segment)
    bands, _ = grid_of(rows["Segment"].nunique(), most=_ACROSS)
    return _AROUND + bands * (1.15 + _HEAD)


def _shares(values: Any, length: int) -> np.ndarray | None:
    """Read shares; None if there are none, which is how a record says unknown."""
    if values is None or len(values) != length or any(v is None for v in values):
        return None
    return np.asarray(values, dtype=float)


def _panel(ax: Axes, group: pd.DataFrame, colour: str, by: str) -> None:
    places = np.arange(len(group))
    everyone = group["Everyone"].to_numpy(dtype=float)
    ax.bar(places, np.nan_to_num(everyone), width=0.96, color=EVERYONE)
    ax.bar(places, group["Segment share"], width=0.5, color=colour)
    name_panel(ax, group["Segment"].iloc[0], width=33, lines=2)
    dress(ax, grid="y")
    ticks = [0, 6, 12, 18, 23] if by == "hours" else list(range(7))
    names = day_names()
    labels = [str(t) if by == "hours" else names[t] for t in ticks]
    ax.set_xticks(ticks, labels=labels, fontsize="x-small")
    ax.tick_params(axis="y", labelsize="x-small")


def _colours(personas: Mapping[str, Any]) -> dict[str, str]:
    entries = personas["segments"]
    ours = segment_colours(entry["segment"] for entry in entries)
    given = {e["segment"]: e.get("colour") for e in entries}
    return {
        plain(name): given[name] if is_colour(given[name]) else colour
        for name, colour in ours.items()
    }


def _difference(rows: pd.DataFrame, by: str, name: Any) -> str:
    """Say where a segment exceeds everyone most, or where it peaks."""
    excess = (rows["Segment share"] - rows["Everyone"].fillna(0)).to_numpy(dtype=float)
    most = rows.iloc[int(excess.argmax())]
    told = {"name": name(most["Segment"]), "share": percent(most["Segment share"])}
    if np.isnan(most["Everyone"]):
        return _said(_MOST[by], most.iloc[1], **told)
    if excess.max() < 0.005:
        return tr("All segments order at much the same times")
    told["everyone"] = percent(most["Everyone"])
    return _said(_MORE[by], most.iloc[1], **told)


def _said(message: str, step: Any, **told: str) -> str:
    """Say a message of an hour, from one to the next, or of a day."""
    if isinstance(step, str):
        return tr(message, day=step, **told)
    return tr(message, hour=step, next=step + 1, **told)
