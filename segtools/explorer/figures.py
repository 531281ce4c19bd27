"""Figures of the explorer, each with its title, alt text, table and height.

They are drawn by `plots.present` like all others; that they show chosen segments only
makes them no use in a report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from segtools.features.words import said_unit, with_unit
from segtools.joining import bracketed, commas, ended, sentences
from segtools.languages import header, tr, trn
from segtools.plots.canvas import (
    axes_or_current,
    beside,
    dress,
    empty_note,
    entitle,
    name_panel,
    name_rows,
    panels,
    per_cent_axis,
    write,
)
from segtools.plots.colours import EVERYONE, INK, segment_colours
from segtools.plots.heat import HIDDEN_MARK, mark_note
from segtools.wording import is_missing, number, percent, plain, rounded, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_AROUND, _HEAD, _PANEL = 1.25, 0.4, 0.95


def members_histogram(spread: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how a feature is spread over the members of some segments.

    Parameters
    ----------
    spread : DataFrame
        One row for each segment and range: ``segment``, ``range``, ``customers`` (null
        where hidden) and ``share``. ``attrs`` has the feature's ``label`` and ``unit``,
        and by segment its ``middles``, ``sizes`` (null if too small) and ``colours``.
    ax : Axes, default=None
        Where to draw; None means pyplot's current Axes.

    Returns
    -------
    Axes
        The one that was passed; one panel a segment in its ``child_axes``, all with
        the same scale. A hidden range has a cross instead of a bar.
    """
    ax = axes_or_current(ax)
    groups = list(spread.groupby("segment", sort=False))
    if not groups:
        return empty_note(ax, members_histogram_alt(spread))
    inside = members_histogram_height(spread) - _AROUND
    gap, top = (0.0, _HEAD / inside), 0.25 / inside
    multiples = panels(ax, len(groups), columns=1, gap=gap, top=top)
    highest = 1.15 * max(float(spread["share"].max()), 0.02)
    for panel, (name, own) in zip(multiples, groups, strict=True):
        _bars(panel, own, spread.attrs["colours"].get(name, EVERYONE), highest)
        size = spread.attrs["sizes"].get(name)
        name_panel(panel, _sized(shorten(name, 60), size), width=84, lines=1)
    for panel in multiples[:-1]:
        panel.set_xticklabels([])
    measured = _with_unit(spread.attrs["label"], spread.attrs["unit"])
    words = tr("{measured}; height: % of the segment's customers", measured=measured)
    words += mark_note() if spread["customers"].isna().any() else ""
    multiples[-1].set_xlabel(words, loc="left", parse_math=False)
    return entitle(ax, members_histogram_title(spread))


def members_histogram_title(spread: pd.DataFrame) -> str:
    """State the middle customer of the segments shown, highest and lowest."""
    label = shorten(spread.attrs.get("label", ""), 50)
    middles = {
        name: value
        for name, value in spread.attrs.get("middles", {}).items()
        if not is_missing(value)
    }
    if not middles:
        return tr("{feature}: no segment with enough customers is shown", feature=label)
    high = max(middles, key=middles.__getitem__)
    low = min(middles, key=middles.__getitem__)
    unit = spread.attrs["unit"]
    told = {
        "feature": label,
        "segment": shorten(high),
        "value": with_unit(rounded(middles[high]), unit),
    }
    if high == low:
        return tr("{feature}: the middle customer of {segment} has {value}", **told)
    return tr(
        "{feature}: the middle customer of {segment} has {value}, the one of {other} "
        "{lowest}",
        other=shorten(low),
        lowest=rounded(middles[low]),
        **told,
    )


def members_histogram_alt(spread: pd.DataFrame) -> str:
    """State the title, and the commonest range of each segment."""
    parts = []
    for name, own in spread.groupby("segment", sort=False):
        shown = own.dropna(subset=["share"])
        if len(shown) and shown["share"].max() > 0:
            most = shown.loc[shown["share"].idxmax()]
            where = f"{plain(name)} {most['range']}"
            parts.append(bracketed(where, percent(most["share"])))
    title = ended(members_histogram_title(spread))
    if not parts:
        return title
    return sentences([title, tr("Commonest: {parts}.", parts=commas(parts))])


def members_histogram_table(spread: pd.DataFrame) -> pd.DataFrame:
    """Give the numbers, one row a range and two columns a segment."""
    if spread.empty:
        return pd.DataFrame()
    names = list(dict.fromkeys(spread["segment"]))
    head = _with_unit(spread.attrs["label"], spread.attrs["unit"])
    rows = pd.DataFrame({head: spread.loc[spread["segment"] == names[0], "range"]})
    rows = rows.reset_index(drop=True)
    formats: dict[str, str] = {}
    for name in names:
        own = spread[spread["segment"] == name].reset_index(drop=True)
        counts = tr("{segment}, customers", segment=name)
        shares = tr("{segment}, share", segment=name)
        rows[counts] = own["customers"]
        rows[shares] = own["share"].astype(float)
        formats |= {counts: "count", shares: "percent"}
    rows.attrs["formats"] = formats
    return rows


def members_histogram_height(spread: pd.DataFrame) -> float:
    """Give the height that the figure needs, in inches."""
    return _AROUND + (_HEAD + _PANEL) * max(spread["segment"].nunique(), 1)


def _bars(ax: Axes, own: pd.DataFrame, colour: str, highest: float) -> None:
    shares = own["share"].astype(float).to_numpy()
    at = np.arange(len(own))
    ax.bar(at, np.nan_to_num(shares), width=0.86, color=colour)
    small: dict[str, Any] = {"ha": "center", "fontsize": "x-small"}
    for place in np.flatnonzero(own["customers"].isna().to_numpy()):
        write(ax, float(place), 0.04 * highest, HIDDEN_MARK, **small)
    labels = [shorten(r, 14) for r in own["range"]]
    slant: dict[str, Any] = {"rotation": 30, "ha": "right", "fontsize": "x-small"}
    ax.set_xticks(at, labels=labels, parse_math=False, **slant)
    ax.set_ylim(0, highest)
    dress(ax, grid="y")
    per_cent_axis(ax.yaxis)
    ax.tick_params(axis="y", labelsize="x-small")


def _sized(segment: str, n: Any) -> str:
    if is_missing(n):
        return tr("{segment}, too few customers to count", segment=segment)
    return trn(
        "{segment}, {n} customer", "{segment}, {n} customers", int(n), segment=segment
    )


def moved_sizes(sizes: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw each segment's customers and value, before (pale) and after a cut moved.

    Parameters
    ----------
    sizes : DataFrame
        As `Move.sizes`; ``attrs`` has the ``currency``.
    ax : Axes, default=None
        Where to draw; None means pyplot's current Axes.

    Returns
    -------
    Axes
        The one that was passed; the two panels are its ``child_axes``.
    """
    ax = axes_or_current(ax)
    pair = panels(ax, 2, columns=2, gap=(0.1, 0.0))
    money = _with_unit(tr("Value in the window"), sizes.attrs.get("currency", ""))
    colours = list(segment_colours(sizes["segment"]).values())
    for panel, (stem, label) in zip(
        pair, (("", tr("Customers")), ("value_", money)), strict=True
    ):
        before, after = (
            sizes[f"{stem}{when}"].astype(float) for when in ("before", "after")
        )
        _pairs_of_bars(panel, before, after, colours)
        name_rows(panel, list(sizes["segment"]))
        dress(panel, x=label, grid="")
        panel.set_xticks([])
        panel.spines["bottom"].set_visible(False)
    pair[1].set_yticklabels([])
    return entitle(ax, moved_sizes_title(sizes))


def moved_sizes_title(sizes: pd.DataFrame) -> str:
    """State which segment's size changes most."""
    change = (sizes["after"] - sizes["before"]).astype(float)
    if not change.abs().max() > 0:
        return tr("No segment's size changes")
    most = sizes.loc[change.abs().idxmax()]
    return trn(
        "{segment} has {n} customer instead of {before}",
        "{segment} has {n} customers instead of {before}",
        int(most["after"]),
        segment=shorten(most["segment"]),
        before=number(most["before"]),
    )


def moved_sizes_alt(sizes: pd.DataFrame) -> str:
    """State the title, and all sizes before and after."""
    each = commas(
        tr(
            "{segment} {before} to {after}",
            segment=plain(row["segment"]),
            before=number(row["before"]),
            after=number(row["after"]),
        )
        for row in sizes.to_dict("records")
    )
    title = moved_sizes_title(sizes)
    return tr("{title}. Customers: {each}.", title=title, each=each)


def moved_sizes_table(sizes: pd.DataFrame) -> pd.DataFrame:
    """Give the numbers, one row a segment."""
    names = {
        "segment": header("Segment"),
        "before": header("Customers now"),
        "after": header("Then"),
        "value_before": header("Value now"),
        "value_after": header("Value then"),
    }
    rows = sizes[list(names)].rename(columns=names)
    counts = [n for n in names.values() if n != "Segment"]
    rows.attrs["formats"] = dict.fromkeys(counts, "count")
    return rows


def moved_sizes_height(sizes: pd.DataFrame) -> float:
    """Give the height that the figure needs, in inches."""
    return 1.0 + 0.52 * len(sizes)


def _pairs_of_bars(
    ax: Axes, before: pd.Series, after: pd.Series, colours: list[str]
) -> None:
    at = np.arange(len(before))
    most = np.nanmax([*before.fillna(0), *after.fillna(0), 1.0])
    low = min(0.0, float(np.nanmin([*before.fillna(0), *after.fillna(0)])))
    thin: dict[str, Any] = {"height": 0.36}
    ax.barh(at - 0.2, before.fillna(0), color=colours, alpha=0.4, **thin)
    ax.barh(at + 0.2, after.fillna(0), color=colours, **thin)
    for shift, own in ((-0.2, before), (0.2, after)):
        for place, value in enumerate(own):
            text = tr("too few to show") if is_missing(value) else number(value)
            start = 0.0 if is_missing(value) else max(float(value), 0.0)
            beside(ax, start, place + shift, text, fontsize="x-small")
    ax.set_xlim(1.05 * low, 1.25 * most)
    ax.axvline(0, color=INK, alpha=0.35, linewidth=0.8)


def _with_unit(label: str, unit: str) -> str:
    return bracketed(plain(label), plain(said_unit(unit)) if unit else "")
