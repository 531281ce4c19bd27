"""Runs of a project on a common line of time: places, dates, lines with gaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.plots.inputs import part_of
from segtools.wording import is_missing, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FEW, MANY = 36, 200  # runs up to which each gets a point; from which lines are thin
_TICKS = 6
Floats = NDArray[np.float64]


def runs_of(history: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Read the runs of a project's history, each with its ``as_of``, in order."""
    rows = part_of(history, "runs", "history")
    return [dict(row) for row in rows]


def places_of(runs: Sequence[Mapping[str, Any]]) -> Floats:
    """Give each run its place: days since the first, or its number if a date is odd.

    Examples
    --------
    >>> places_of([{"as_of": "2024-01-01"}, {"as_of": "2024-02-01"}]).tolist()
    [0.0, 31.0]
    >>> places_of([{"as_of": "soon"}, {"as_of": "2024-02-01"}]).tolist()
    [0.0, 1.0]
    """
    texts = [str(run.get("as_of")) for run in runs]
    parsed: Any = pd.to_datetime(
        pd.Series(texts, dtype=object), errors="coerce", utc=True, format="ISO8601"
    )
    if parsed.isna().any() or not parsed.is_monotonic_increasing:
        return np.arange(len(texts), dtype=float)
    days = (parsed - parsed.iloc[0]) / pd.Timedelta(days=1) if len(texts) else parsed
    return np.asarray(days, dtype=float)


def mark_dates(
    ax: Axes, runs: Sequence[Mapping[str, Any]], places: Floats, *, shown: bool = True
) -> None:
    """Write the dates of some runs below an Axes, as many as have room.

    Parameters
    ----------
    ax : Axes
    runs : sequence of mapping
    places : ndarray
        As `places_of` gives them.
    shown : bool, default=True
        False keeps the limits and hides the dates, for a panel above another one.
    """
    span = float(np.ptp(places)) or 1.0
    ax.set_xlim(places[0] - 0.03 * span, places[-1] + 0.03 * span)
    chosen: list[int] = []
    # From the last run back: that one is always named.
    for place in range(len(places) - 1, -1, -1):
        if not chosen or places[chosen[-1]] - places[place] >= span / _TICKS:
            chosen.append(place)
    labels = [plain(str(runs[p].get("as_of"))[:10]) if shown else "" for p in chosen]
    ax.set_xticks(places[chosen], labels=labels, parse_math=False)
    ax.tick_params(axis="x", pad=7)  # clear of the lowest number beside the other axis


def parts_of(values: Sequence[Any]) -> list[list[int]]:
    """Give the stretches without a gap, as places.

    Examples
    --------
    >>> parts_of([1, 2, None, 4])
    [[0, 1], [3]]
    """
    parts: list[list[int]] = []
    for place, value in enumerate(values):
        if is_missing(value):
            continue
        if parts and parts[-1][-1] == place - 1:
            parts[-1].append(place)
        else:
            parts.append([place])
    return parts


def line_style(n_runs: int) -> dict[str, Any]:
    """Choose how lines are drawn: the more runs, the thinner, and without points."""
    if n_runs <= FEW:
        return {"linewidth": 1.8, "marker": "o", "markersize": 3.5}
    return {"linewidth": 1.3 if n_runs <= MANY else 0.9}


def draw_parts(
    ax: Axes, places: Floats, values: Sequence[Any], *, colour: str, **line: Any
) -> None:
    """Draw one line, broken where a value is missing; a lone value becomes a point."""
    for part in parts_of(values):
        own = dict(line)
        if len(part) == 1:
            own |= {"marker": "o", "markersize": 3.5}
        ax.plot(places[part], [float(values[p]) for p in part], color=colour, **own)
