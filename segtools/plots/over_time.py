"""Segments over the runs of a project: how large they are and what they are worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from segtools.joining import bracketed, commas, ended
from segtools.languages import header, mark, tr, trn
from segtools.plots.canvas import axes_or_current, dress, empty_note, number_axis
from segtools.plots.colours import is_colour, segment_colours
from segtools.plots.inputs import part_of
from segtools.plots.labels import LINE, name_beside
from segtools.plots.timeline import (
    Floats,
    draw_parts,
    line_style,
    mark_dates,
    places_of,
    runs_of,
)
from segtools.wording import is_missing, number, plain, short_day, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MEASURES = {"customers": mark("Customers"), "value": mark("Spend")}
_GREW = mark("{segment} grew most since {since}: from {before} to {now} customers")
_SHRANK = mark("{segment} shrank most since {since}: from {before} to {now} customers")
_GREW_IN_SPEND = mark("{segment} grew most since {since}: from {before} to {now}")
_SHRANK_IN_SPEND = mark("{segment} shrank most since {since}: from {before} to {now}")
# Segments of the latest run are always named; of those that have gone, the last ones.
_NAMED = 12
_AROUND, _LEAST = 1.25, 2.4
_WIDTH = 38


def segments_over_time(
    history: Mapping[str, Any], *, measure: str = "customers", ax: Axes | None = None
) -> Axes:
    """Draw a line a segment over the runs of a project.

    Parameters
    ----------
    history : mapping
        ``runs`` (each with ``as_of``, in order), ``segments`` (each with
        ``segment_id``, ``segment``, and a list of ``customers`` and of ``value`` with
        one entry a run, None where the segment was not there or is hidden; a
        ``colour`` is optional), ``events`` (each with the place of its ``run``, a
        ``kind`` and the ids ``before`` and ``now``) and ``currency``.
    measure : {"customers", "value"}, default="customers"
        What the lines show.
    ax : Axes, default=None
        Where to draw; None means pyplot's current Axes.

    Returns
    -------
    Axes
        The one that was passed. A dashed line leads from a segment that was split or
        merged to what came of it; an upright dash marks where one was born or died.

    Raises
    ------
    ValueError
        If `measure` is neither of the two.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> days = [{"as_of": "2024-01-01"}, {"as_of": "2024-02-01"}]
    >>> one = {"segment_id": "S01", "segment": "Loyal", "customers": [40, 60]}
    >>> record = {"runs": days, "segments": [one], "events": []}
    >>> ax = segments_over_time(record, ax=Figure().add_subplot())
    >>> ax.lines[0].get_ydata().tolist()
    [40.0, 60.0]
    """
    ax = axes_or_current(ax)
    lines = _lines(history, measure)
    if not lines:
        return empty_note(ax, segments_over_time_alt(history, measure=measure))
    runs = runs_of(history)
    places = places_of(runs)
    style = line_style(len(runs))
    for line in reversed(lines):  # the first ones on top
        draw_parts(ax, places, line["values"], colour=line["colour"], **style)
    mark_dates(ax, runs, places)
    _draw_events(ax, history, lines, places)
    top = max(float(v) for line in lines for v in line["values"] if not is_missing(v))
    ax.set_ylim(0, 1.08 * top or 1.0)
    number_axis(ax.yaxis, whole=measure == "customers")
    unit = str(history.get("currency") or "")
    head = tr(_MEASURES[measure])
    head += f", {unit}" if measure == "value" and unit else ""
    x = tr("As of (dashed: split or merged; upright dash: born or gone)")
    title = segments_over_time_title(history, measure=measure)
    dress(ax, title=title, x=x, y=head, grid="y")
    _name(ax, lines, places, segments_over_time_height(history, measure=measure))
    return ax


def segments_over_time_title(
    history: Mapping[str, Any], *, measure: str = "customers"
) -> str:
    """State which segment changed most between the first and the latest run.

    Examples
    --------
    >>> days = [{"as_of": "2024-01-01"}, {"as_of": "2024-02-01"}]
    >>> one = {"segment_id": "S01", "segment": "Loyal", "customers": [40, 60]}
    >>> segments_over_time_title({"runs": days, "segments": [one]})
    'Loyal grew most since 2024-01-01: from 40 to 60 customers'
    """
    lines = _lines(history, measure)
    if not lines:
        return tr("No run of the project has segments to show")
    last = len(runs_of(history)) - 1
    moved = [
        (abs(now - then[1]), line, then, now)
        for line in lines
        if (then := _first(line["values"])) is not None
        and then[0] < last
        and not is_missing(line["values"][last])
        for now in [float(line["values"][last])]
    ]
    if not moved:
        return _only_now(lines, last)
    change, line, (place, before), now = max(moved, key=lambda row: row[0])
    if not change:
        return tr(
            "No segment of the latest run is larger or smaller than it was at first"
        )
    told = {
        "segment": shorten(line["segment"]),
        "since": plain(short_day(str(runs_of(history)[place]["as_of"])[:10])),
        "before": number(before),
        "now": number(now),
    }
    if measure == "customers":
        return tr(_GREW if now > before else _SHRANK, **told)
    unit = _money(history)
    told["now"] = f"{told['now']} {unit}".rstrip()
    return tr(_GREW_IN_SPEND if now > before else _SHRANK_IN_SPEND, **told)


def segments_over_time_alt(
    history: Mapping[str, Any], *, measure: str = "customers"
) -> str:
    """State the finding of `segments_over_time` with the sizes of the latest run.

    Examples
    --------
    >>> days = [{"as_of": "2024-01-01"}, {"as_of": "2024-02-01"}]
    >>> one = {"segment_id": "S01", "segment": "Loyal", "customers": [40, 60]}
    >>> segments_over_time_alt({"runs": days, "segments": [one]})
    'Loyal grew most since 2024-01-01: from 40 to 60 customers. Latest of 2 runs: \
Loyal 60.'
    """
    title = segments_over_time_title(history, measure=measure)
    lines = _lines(history, measure)
    if not lines:
        return ended(title)
    n = len(runs_of(history))
    now = [
        f"{plain(line['segment'])} {number(line['values'][-1])}"
        for line in lines
        if not is_missing(line["values"][-1])
    ]
    shown = commas(now) or tr("no segment is shown")
    return trn(
        "{title}. Latest of {n} runs: {shown}.",
        "{title}. Latest of {n} runs: {shown}.",
        n,
        title=title,
        shown=shown,
    )


def segments_over_time_table(
    history: Mapping[str, Any], *, measure: str = "customers"
) -> pd.DataFrame:
    """Give the numbers of `segments_over_time`, a row a run, the newest first.

    Examples
    --------
    >>> days = [{"as_of": "2024-01-01"}, {"as_of": "2024-02-01"}]
    >>> one = {"segment_id": "S01", "segment": "Loyal", "customers": [40, None]}
    >>> segments_over_time_table({"runs": days, "segments": [one]}).values.tolist()
    [['2024-02-01', nan], ['2024-01-01', 40.0]]
    """
    lines = _lines(history, measure)
    if not lines:
        return pd.DataFrame()
    columns: dict[str, Any] = {
        header("As of"): [plain(str(run["as_of"])) for run in runs_of(history)]
    }
    names = Counter(plain(line["segment"]) for line in lines)
    for line in lines:
        name = plain(line["segment"]) or plain(line["segment_id"])
        if names[name] > 1 or name in columns:
            name = bracketed(name, plain(line["segment_id"]))
        columns[name] = pd.Series(line["values"], dtype="float64")
    return pd.DataFrame(columns)[::-1].reset_index(drop=True)


def segments_over_time_height(
    history: Mapping[str, Any], *, measure: str = "customers"
) -> float:
    """Give the height that the figure needs, in inches."""
    return _AROUND + max(_LEAST, LINE * (len(_named(_lines(history, measure))) + 1))


def _lines(history: Mapping[str, Any], measure: str) -> list[dict[str, Any]]:
    """Read the segments, each with its values and its colour, if it has any value."""
    if measure not in _MEASURES:
        raise ValueError(
            f"measure must be one of {list(_MEASURES)}, but it is {measure!r}. "
            "Choose one of them."
        )
    rows = part_of(history, "segments", "history")
    ours = segment_colours(str(row["segment_id"]) for row in rows)
    found = []
    for row in rows:
        values = [None if is_missing(v) else v for v in row.get(measure) or []]
        colour = row.get("colour")
        own = colour if is_colour(colour) else ours[str(row["segment_id"])]
        line = {"segment_id": str(row["segment_id"]), "segment": str(row["segment"])}
        if any(v is not None for v in values):
            found.append(line | {"values": values, "colour": own})
    return found


def _first(values: Sequence[Any]) -> tuple[int, float] | None:
    known = ((p, float(v)) for p, v in enumerate(values) if not is_missing(v))
    return next(known, None)


def _last(values: Sequence[Any]) -> tuple[int, float] | None:
    known = _first(list(values)[::-1])
    return None if known is None else (len(values) - 1 - known[0], known[1])


def _only_now(lines: Sequence[Mapping[str, Any]], last: int) -> str:
    return trn(
        "{n} segment in the latest run; no segment of it was before",
        "{n} segments in the latest run; no segment of it was before",
        sum(not is_missing(line["values"][last]) for line in lines),
    )


def _money(history: Mapping[str, Any]) -> str:
    return plain(str(history.get("currency") or ""))


def _named(lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Choose whose names stand beside the figure: those of now, then the last to go."""
    now = [line for line in lines if not is_missing(line["values"][-1])]
    gone = [line for line in lines if is_missing(line["values"][-1])]
    gone.sort(key=lambda line: -(_last(line["values"]) or (0, 0.0))[0])
    return [*now, *gone[: max(0, _NAMED - len(now))]]


def _name(
    ax: Axes, lines: Sequence[dict[str, Any]], places: Floats, height: float
) -> None:
    rows = _named(lines)
    ends = [_last(line["values"]) or (0, 0.0) for line in rows]
    points = [(float(places[place]), value) for place, value in ends]
    latest = len(places) - 1
    names = [
        _called(line["segment"], gone=place != latest)
        for line, (place, _) in zip(rows, ends, strict=True)
    ]
    colours = [line["colour"] for line in rows]
    step = LINE / (height - _AROUND)
    name_beside(ax, points, names, step=step, width=_WIDTH + 8, colours=colours)
    labels: list[Any] = list(ax.texts[len(ax.texts) - len(rows) :])
    for label, (place, _) in zip(labels, ends, strict=True):
        if place != latest:  # a solid line would look as if the segment went on
            label.arrow_patch.set(linestyle=(0, (1, 3)), linewidth=0.9)


def _called(segment: object, *, gone: bool) -> str:
    name = shorten(segment, _WIDTH)
    return tr("{segment} (gone)", segment=name) if gone else name


def _draw_events(
    ax: Axes,
    history: Mapping[str, Any],
    lines: Sequence[dict[str, Any]],
    places: Floats,
) -> None:
    own = {line["segment_id"]: line for line in lines}
    upright: dict[str, Any] = {"marker": "|", "markersize": 11, "markeredgewidth": 1.6}
    for kind, line, place, value, start in _strokes(history, own):
        if start is None:
            at, colour = places[place], line["colour"]
            ax.plot([at], [value], color=colour, linestyle="none", **upright)
            continue
        ax.plot(
            [places[start[0]], places[place]],
            [start[1], value],
            color=line["colour"],
            linestyle=(0, (4, 3)) if kind == "split" else (0, (1.5, 2)),
            linewidth=1.2,
        )


def _strokes(
    history: Mapping[str, Any], own: Mapping[str, dict[str, Any]]
) -> Iterator[Any]:
    """Give each stroke: kind, whose colour, where it ends, and where it starts."""
    for event in history.get("events") or []:
        run, kind = int(event["run"]), str(event["kind"])
        before = [own[i] for i in event.get("before") or [] if i in own]
        now = [own[i] for i in event.get("now") or [] if i in own]
        if kind == "born":
            ends = ((line, _at(line, run)) for line in now)
            yield from ((kind, o, run, v, None) for o, v in ends if v is not None)
        elif kind == "died":
            lasts = ((line, _last(line["values"][:run])) for line in before)
            yield from ((kind, o, e[0], e[1], None) for o, e in lasts if e)
        elif kind in ("split", "merged"):
            for old in before:
                start = _last(old["values"][:run])
                for new in now:
                    value = _at(new, run)
                    if start and value is not None and old is not new:
                        line = new if kind == "split" else old
                        yield kind, line, run, value, start


def _at(line: Mapping[str, Any], run: int) -> float | None:
    value = line["values"][run]
    return None if is_missing(value) else float(value)
