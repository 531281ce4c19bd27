"""The flow chart: from which segment to which customers went, as bands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from segtools.joining import commas, ended, sentences
from segtools.languages import tr, trc
from segtools.plots.canvas import axes_or_current, dress, empty_note, write
from segtools.plots.colours import OTHER, segment_colours
from segtools.plots.heat import hidden_sentence
from segtools.plots.inputs import part_of
from segtools.plots.migration import migration_flow_table
from segtools.wording import is_missing, number, plain, shorten, wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NEW, GONE = "New", "Gone"
_GAP = 0.03  # between two bars, as a share of everybody
_WIDE = 0.035
_LEFT, _RIGHT = 0.0, 1.0
Spans = dict[str, tuple[float, float]]


def customer_flow(changes: Mapping[str, Any], *, ax: Axes | None = None) -> Axes:
    r"""Draw bands from the segments before to those of now, as wide as their customers.

    Parameters
    ----------
    changes : mapping
        The record of changes.json: its ``flows`` and ``sizes``.
    ax : Axes, default=None
        Where to draw; None means pyplot's current Axes.

    Returns
    -------
    Axes
        The one that was passed. A band has the colour of the segment before; where a
        flow is hidden its place stays empty.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> size = {"segment": "A", "customers": 9}
    >>> record = {"flows": [{"from": "A", "to": "A", "customers": 9}],
    ...           "sizes": {"before": [size], "now": [size]}}
    >>> ax = customer_flow(record, ax=Figure().add_subplot())
    >>> [text.get_text() for text in ax.texts]
    ['A\n9', 'A\n9']
    """
    ax = axes_or_current(ax)
    flows = _flows(changes)
    if flows.empty:
        return empty_note(ax, customer_flow_alt(changes))
    before, now = _ends(changes, flows)
    colours = segment_colours(dict.fromkeys([*now, *before]))
    colours |= {NEW: OTHER, GONE: OTHER}
    whole = max(sum(before.values()), sum(now.values()))
    spans = _stack(before, whole), _stack(now, whole)
    _bands(ax, flows, spans, whole, colours)
    for ends, sizes, x in zip(spans, (before, now), (_LEFT, _RIGHT), strict=True):
        _bars(ax, ends, sizes, x, colours)
    ax.set(xlim=(-0.55, 1.55), ylim=(1.02 + _GAP * len(before | now), -0.03))
    ax.set(xticks=[], yticks=[])
    label = tr(
        "Before (left) and now (right); a band is as wide as its customers are many"
    )
    dress(ax, title=customer_flow_title(changes), x=label, grid="")
    ax.spines[["left", "bottom"]].set_visible(False)
    return ax


def customer_flow_title(changes: Mapping[str, Any]) -> str:
    """State which segment grew or shrank most.

    Examples
    --------
    >>> sizes = {"before": [{"segment": "A", "customers": 20}],
    ...          "now": [{"segment": "A", "customers": 32}]}
    >>> flows = [{"from": "A", "to": "A", "customers": 20}]
    >>> customer_flow_title({"flows": flows, "sizes": sizes})
    'A grew most: from 20 to 32 customers'
    """
    if _flows(changes).empty:
        return tr("There is no earlier run to compare with")
    before, now = (_sizes(changes, side) for side in ("before", "now"))
    both = [n for n in now if n in before]
    if not both:
        return tr("No segment of now was there before")
    far = max(both, key=lambda n: abs(now[n] - before[n]))
    if now[far] == before[far]:
        return tr("No segment grew or shrank")
    sizes = {
        "segment": shorten(far),
        "before": number(before[far]),
        "now": number(now[far]),
    }
    if now[far] > before[far]:
        return tr("{segment} grew most: from {before} to {now} customers", **sizes)
    return tr("{segment} shrank most: from {before} to {now} customers", **sizes)


def customer_flow_alt(changes: Mapping[str, Any]) -> str:
    """State the finding of `customer_flow` with every size before and now.

    Examples
    --------
    >>> sizes = {"before": [{"segment": "A", "customers": 20}],
    ...          "now": [{"segment": "A", "customers": 32}]}
    >>> flows = [{"from": "A", "to": "A", "customers": 20}]
    >>> customer_flow_alt({"flows": flows, "sizes": sizes})
    'A grew most: from 20 to 32 customers. Before: A 20. Now: A 32.'
    """
    title, flows = customer_flow_title(changes), _flows(changes)
    if flows.empty:
        return ended(title)
    before, now = (
        commas(f"{plain(n)} {number(c)}" for n, c in _sizes(changes, side).items())
        for side in ("before", "now")
    )
    told = tr(
        "{title}. Before: {before}. Now: {now}.", title=title, before=before, now=now
    )
    return sentences([told, hidden_sentence(int(flows["customers"].isna().sum()))])


def customer_flow_table(changes: Mapping[str, Any]) -> pd.DataFrame:
    """Give the numbers of `customer_flow`: its bars, then those of `migration_flow`.

    Examples
    --------
    >>> flows = [{"from": "A", "to": "A", "customers": 20}]
    >>> sizes = {s: [{"segment": "A", "customers": 20}] for s in ("before", "now")}
    >>> table = customer_flow_table({"flows": flows, "sizes": sizes})
    >>> table.iloc[:, :3].to_numpy().tolist()
    [['A', 'all', 20], ['all', 'A', 20], ['A', 'A', 20]]
    """
    flows = migration_flow_table(changes)
    if flows.empty:
        return flows
    before, now = _ends(changes, _flows(changes))
    everyone = tr("all")
    rows = [(_ended_in(name), everyone, n) for name, n in before.items()]
    rows += [(everyone, _ended_in(name), n) for name, n in now.items()]
    bars = pd.DataFrame(rows, columns=["Before", "Now", "Customers"])
    whole = pd.concat([bars.astype({"Customers": "Int64"}), flows], ignore_index=True)
    whole.attrs["formats"] = flows.attrs["formats"]
    return whole[list(flows.columns)]


def customer_flow_height(changes: Mapping[str, Any]) -> float:
    """Give the height that the figure needs, in inches."""
    flows = _flows(changes)
    return 1.8 + 0.55 * max(1, flows["from"].nunique(), flows["to"].nunique())


def _flows(changes: Mapping[str, Any]) -> pd.DataFrame:
    rows = part_of(changes, "flows", "changes")
    frame = pd.DataFrame(rows, columns=["from", "to", "customers"])
    return frame.astype({"customers": "Int64"})


def _sizes(changes: Mapping[str, Any], side: str) -> dict[str, int]:
    rows = changes["sizes"][side]
    return {
        str(r["segment"]): int(r["customers"])
        for r in rows
        if not is_missing(r["customers"])
    }


def _ends(
    changes: Mapping[str, Any], flows: pd.DataFrame
) -> tuple[dict[str, int], dict[str, int]]:
    """Give the bars of both sides; newcomers stand below those of before, if known."""
    before, now = _sizes(changes, "before"), _sizes(changes, "now")
    for sizes, side, name in ((before, "from", NEW), (now, "to", GONE)):
        own = flows.loc[flows[side] == name, "customers"]
        if own.notna().any():
            sizes[name] = int(own.sum())
    return before, now


def _stack(sizes: Mapping[str, int], whole: int) -> Spans:
    """Stack bars below each other, with a gap between."""
    found, top = {}, 0.0
    for name, count in sizes.items():
        found[name] = (top, top + count / whole)
        top += count / whole + _GAP
    return found


def _bands(
    ax: Axes,
    flows: pd.DataFrame,
    spans: tuple[Spans, Spans],
    whole: int,
    colours: Mapping[str, str],
) -> None:
    """Draw each shown flow below those drawn before at both of its ends."""
    left, right = ({n: top for n, (top, _) in s.items()} for s in spans)
    for before in left:
        for now in right:
            pair = (flows["from"] == before) & (flows["to"] == now)
            own = flows.loc[pair, "customers"].dropna()
            if own.empty or not int(own.sum()):
                continue
            width = int(own.sum()) / whole
            _band(ax, left[before], right[now], width, colours[before])
            left[before] += width
            right[now] += width


def _band(ax: Axes, start: float, end: float, width: float, colour: str) -> None:
    t = np.linspace(0, 1, 40)
    bend = start + (end - start) * t * t * (3 - 2 * t)
    x = _LEFT + _WIDE + t * (_RIGHT - _LEFT - 2 * _WIDE)
    ax.fill_between(x, bend, bend + width, color=colour, alpha=0.45, linewidth=0)


def _bars(
    ax: Axes,
    spans: Spans,
    sizes: Mapping[str, int],
    x: float,
    colours: Mapping[str, str],
) -> None:
    from matplotlib.patches import Rectangle

    left = x == _LEFT
    for name, (top, bottom) in spans.items():
        corner = (x if left else x - _WIDE, top)
        bar = Rectangle(corner, _WIDE, bottom - top, color=colours[name], linewidth=0)
        ax.add_patch(bar)
        words = f"{wrap(_called(name), 26, 2)}\n{number(sizes[name])}"
        place: Sequence[Any] = (x - 0.02, "right") if left else (x + 0.02, "left")
        write(ax, place[0], (top + bottom) / 2, words, ha=place[1], fontsize="x-small")


def _called(name: str) -> str:
    own = {NEW: trc("customers", "new"), GONE: trc("customers", "gone")}
    return own.get(name, plain(name))


def _ended_in(name: str) -> str:
    own = {NEW: trc("customers", "New"), GONE: trc("customers", "Gone")}
    return own.get(name, name)
