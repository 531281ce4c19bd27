"""Verdict and stability over the runs of a project."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from segtools.joining import commas, ended, sentences
from segtools.languages import header, markc, tr, trc, trn
from segtools.plots.canvas import (
    axes_or_current,
    dress,
    empty_note,
    entitle,
    name_rows,
)
from segtools.plots.colours import ACCENT
from segtools.plots.timeline import (
    FEW,
    Floats,
    draw_parts,
    line_style,
    mark_dates,
    parts_of,
    places_of,
    runs_of,
)
from segtools.wording import is_missing, listed, number, plain, rounded

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# What a run may be: the key of its record, the word, how the figure says it.
WORDS = {
    ("structure", "natural"): markc("verdict on a run", "natural"),
    ("structure", "reproducible"): markc("verdict on a run", "reproducible"),
    ("structure", "constructed"): markc("verdict on a run", "constructed"),
    ("worth", "proved"): markc("verdict on a run", "proved"),
    ("worth", "not_judged"): markc("verdict on a run", "not judged"),
    ("worth", "not_proved"): markc("verdict on a run", "not proved"),
    ("decision", "do_not_segment"): markc("verdict on a run", "do not segment"),
    ("state", "failed"): markc("verdict on a run", "failed"),
}
_HIGH = 4.6
_STRIP, _STABLE = (0.0, 0.42, 1.0, 0.58), (0.0, 0.0, 1.0, 0.3)


def verdict_over_time(history: Mapping[str, Any], *, ax: Axes | None = None) -> Axes:
    """Draw each run's verdict as a strip, and its stability below.

    Parameters
    ----------
    history : mapping
        ``runs``, in order: each with ``as_of``, ``state``, ``structure``, ``worth``,
        ``decision`` and ``stability`` (0 to 1, None where not known).
    ax : Axes, default=None
        Where to draw; None means pyplot's current Axes.

    Returns
    -------
    Axes
        The one that was passed; two panels in its ``child_axes``.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> run = {"as_of": "2024-01-01", "structure": "natural", "stability": 0.9}
    >>> ax = verdict_over_time({"runs": [run]}, ax=Figure().add_subplot())
    >>> ax.child_axes[0].collections[0].get_offsets().tolist()
    [[0.0, 0.0]]
    """
    ax = axes_or_current(ax)
    runs = runs_of(history)
    if not runs:
        return empty_note(ax, verdict_over_time_alt(history))
    places = places_of(runs)
    ax.set_axis_off()
    strip, below = (ax.inset_axes(box) for box in (_STRIP, _STABLE))
    for row, (key, word) in enumerate(WORDS):
        _mark(strip, places, [run.get(key) == word for run in runs], row)
    dress(strip, grid="y")
    name_rows(strip, map(_word, WORDS.values()), fontsize="x-small")
    mark_dates(strip, runs, places, shown=False)
    known = [run.get("stability") for run in runs]
    draw_parts(below, places, known, colour=ACCENT, **line_style(len(runs)))
    below.set_ylim(0, 1.05)
    below.set_yticks([0, 0.5, 1])
    mark_dates(below, runs, places)
    label = tr("As of (above: the verdict; below: stability, 1 is best)")
    dress(below, x=label, grid="y")
    below.tick_params(axis="y", labelsize="x-small")
    return entitle(ax, verdict_over_time_title(history))


def verdict_over_time_title(history: Mapping[str, Any]) -> str:
    """State the latest verdict and for how many runs it has held.

    Examples
    --------
    >>> run = {"as_of": "2024-01-01", "structure": "natural", "worth": "proved"}
    >>> verdict_over_time_title({"runs": [run, run | {"as_of": "2024-02-01"}]})
    'Natural and proved in each of 2 runs'
    """
    runs = runs_of(history)
    if not runs:
        return tr("No run of the project has reached a verdict")
    said = [_said(run) for run in runs]
    same = next((i for i, one in enumerate(said[::-1]) if one != said[-1]), len(said))
    words = said[-1][:1].upper() + said[-1][1:]
    if len(runs) == 1:
        return tr("{verdict} in the only run", verdict=words)
    told: dict[str, Any] = {"verdict": words}
    if same == len(runs):
        return trn(
            "{verdict} in each of {n} run",
            "{verdict} in each of {n} runs",
            same,
            **told,
        )
    told |= {"before": said[-1 - same]}
    if same == 1:
        return trn(
            "{verdict} in the latest of {n} run, {before} before",
            "{verdict} in the latest of {n} runs, {before} before",
            len(runs),
            **told,
        )
    return trn(
        "{verdict} in the latest {same} of {n} run, {before} before",
        "{verdict} in the latest {same} of {n} runs, {before} before",
        len(runs),
        same=number(same),
        **told,
    )


def verdict_over_time_alt(history: Mapping[str, Any]) -> str:
    """State the finding of `verdict_over_time` with how often each word was said.

    Examples
    --------
    >>> run = {"as_of": "2024-01-01", "structure": "natural", "stability": 0.912}
    >>> verdict_over_time_alt({"runs": [run]})[25:]
    'Runs that were: natural 1. Stability of the latest: 0.912.'
    """
    title, runs = verdict_over_time_title(history), runs_of(history)
    if not runs:
        return ended(title)
    counts = {
        _word(name): sum(run.get(key) == word for run in runs)
        for (key, word), name in WORDS.items()
    }
    told = commas(f"{name} {number(n)}" for name, n in counts.items() if n)
    known = [run["stability"] for run in runs if not is_missing(run.get("stability"))]
    were = told or trc("verdict on a run", "none")
    whole = tr("{title}. Runs that were: {verdicts}.", title=title, verdicts=were)
    if not known:
        return whole
    stable = tr("Stability of the latest: {value}.", value=rounded(known[-1]))
    return sentences([whole, stable])


def verdict_over_time_table(history: Mapping[str, Any]) -> pd.DataFrame:
    """Give what `verdict_over_time` shows, a row a run, the newest first.

    Examples
    --------
    >>> run = {"as_of": "2024-01-01", "structure": "natural", "stability": 0.9}
    >>> verdict_over_time_table({"runs": [run]}).values.tolist()
    [['2024-01-01', 'natural', 0.9]]
    """
    runs = runs_of(history)
    if not runs:
        return pd.DataFrame()
    stable = [run.get("stability") for run in runs]
    table = pd.DataFrame(
        {
            header("As of"): [plain(str(run["as_of"])) for run in runs],
            header("Verdict"): [_said(run) for run in runs],
            header("Stability"): pd.Series(stable, dtype=float),
        }
    )
    table.attrs["formats"] = {"Stability": "rounded"}
    return table[::-1].reset_index(drop=True)


def verdict_over_time_height(history: Mapping[str, Any]) -> float:
    """Give the height that the figure needs, in inches."""
    return _HIGH


def _mark(strip: Axes, places: Floats, holds: list[bool], row: int) -> None:
    """Mark the runs of which a word holds: squares, or bars where runs are many."""
    own = [place for place, held in enumerate(holds) if held]
    if len(places) <= FEW:
        spots: dict[str, Any] = {"marker": "s", "s": 26, "color": ACCENT}
        strip.scatter(places[own], [row] * len(own), linewidths=0, **spots)
        return
    half = 0.5 * float(np.median(np.diff(places)))
    parts = parts_of([1 if held else None for held in holds])
    starts = [places[part[0]] - half for part in parts]
    ends = [places[part[-1]] + half for part in parts]
    strip.hlines([row] * len(parts), starts, ends, color=ACCENT, linewidth=6)


def _said(run: Mapping[str, Any]) -> str:
    """Say a run's verdict in words; a word that is not known is left out."""
    words = [name for (key, word), name in WORDS.items() if run.get(key) == word]
    if not words:
        return trc("verdict on a run", "open")
    first = listed(map(_word, words[:2]))
    return commas([first, _word(words[2])]) if words[2:] else first


def _word(name: str) -> str:
    return trc("verdict on a run", name)
