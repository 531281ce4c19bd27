"""The figure of profiles: every segment's index against everyone, by feature."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from segtools.features.words import said_unit
from segtools.joining import bracketed, ended, semicolons
from segtools.languages import current, header, tr
from segtools.plots.canvas import (
    axes_or_current,
    beside,
    dress,
    empty_note,
    entitle,
    grid_of,
    name_panel,
    name_rows,
    panels,
)
from segtools.plots.colours import INK, segment_colours
from segtools.plots.inputs import columns_of
from segtools.wording import is_missing, number, plain, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NEEDED = ["segment", "kind", "name", "label", "unit", "value", "base_value", "index"]
_ACROSS = 5
# Characters of a segment's name on one line; more take a second one.
_NAME = 26
# Inches around all panels, and above each row of them.
_AROUND = 0.8
_HEAD = 0.75
# Beyond a quarter and four times everyone the dot stays at the edge.
_FACTOR = 4.0


def segment_profile(
    profiles: pd.DataFrame, *, features: int = 10, ax: Axes | None = None
) -> Axes:
    """Draw each segment's value of each feature as an index; everyone is 100.

    Parameters
    ----------
    profiles : DataFrame
        The rows of profiles.parquet: ``segment``, ``kind``, ``name``, ``label``,
        ``unit``, ``value``, ``base_value`` and ``index``. Rows of kind ``feature``
        are drawn, segments in order of appearance.
    features : int, default=10
        How many features at most: those that tell segments apart most.
    ax : Axes, default=None
        Where to draw; None means pyplot's current Axes.

    Returns
    -------
    Axes
        The one that was passed; one panel a feature in its ``child_axes``, all with
        the same scale (each step doubles).

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> rows = pd.DataFrame({"segment": ["A", "B"], "kind": "feature", "name": "spend",
    ...     "label": "Spend", "unit": "USD", "value": [200, 50], "base_value": 100,
    ...     "index": [200, 50]})
    >>> ax = segment_profile(rows, ax=Figure().add_subplot())
    >>> ax.child_axes[0].get_title(loc="left")
    'Spend (USD)'
    """
    ax = axes_or_current(ax)
    rows = _chosen(profiles, features)
    if rows.empty:
        return empty_note(ax, segment_profile_alt(profiles, features=features))
    names = list(dict.fromkeys(rows["segment"]))
    groups = list(rows.groupby("name", sort=False))
    bands, columns = grid_of(len(groups), most=_ACROSS)
    inside = segment_profile_height(profiles, features=features) - _AROUND
    gap, top = (0.05, _HEAD / inside), 0.5 / inside
    multiples = panels(ax, len(groups), columns=columns, gap=gap, top=top)
    limits = _limits(rows["index"])
    for place, (panel, (_, group)) in enumerate(zip(multiples, groups, strict=True)):
        _panel(panel, group.set_index("segment").reindex(names), limits)
        if place % columns:
            panel.set_yticklabels([])
    corner = multiples[(bands - 1) * columns]
    label = tr("Index (everyone = 100)")
    corner.set_xlabel(label, loc="left", fontsize="small")
    return entitle(ax, segment_profile_title(profiles, features=features))


def segment_profile_title(profiles: pd.DataFrame, *, features: int = 10) -> str:
    """State which segment stands out most, and in what.

    Examples
    --------
    >>> rows = pd.DataFrame({"segment": ["A"], "kind": "feature", "name": "spend",
    ...     "label": "Spend", "unit": "USD", "value": [200], "base_value": 100,
    ...     "index": [200]})
    >>> segment_profile_title(rows)
    'Furthest from everyone: A in spend (index 200)'
    """
    rows = _chosen(profiles, features)
    known = rows[rows["index"] > 0]
    if known.empty:
        return tr("There are no features to compare")
    most = known.iloc[int(np.abs(np.log(known["index"].to_numpy() / 100)).argmax())]
    return tr(
        "Furthest from everyone: {segment} in {feature} (index {index})",
        segment=shorten(most["segment"]),
        feature=_within_sentence(shorten(most["label"])),
        index=number(most["index"]),
    )


def segment_profile_alt(profiles: pd.DataFrame, *, features: int = 10) -> str:
    """State the finding of `segment_profile`, with each segment's strongest feature.

    Examples
    --------
    >>> rows = pd.DataFrame({"segment": ["A"], "kind": "feature", "name": "spend",
    ...     "label": "Spend", "unit": "USD", "value": [200], "base_value": 100,
    ...     "index": [200]})
    >>> print(segment_profile_alt(rows))
    Furthest from everyone: A in spend (index 200). Everyone is 100. Strongest feature \
of each segment: A Spend 200.
    """
    title = segment_profile_title(profiles, features=features)
    rows = _chosen(profiles, features)
    known = rows[rows["index"] > 0]
    if known.empty:
        return ended(title)
    parts = []
    for name, group in known.groupby("segment", sort=False):
        most = group.iloc[int(np.abs(np.log(group["index"].to_numpy() / 100)).argmax())]
        parts.append(f"{plain(name)} {plain(most['label'])} {number(most['index'])}")
    return tr(
        "{title}. Everyone is 100. Strongest feature of each segment: {each}.",
        title=title,
        each=semicolons(parts),
    )


def segment_profile_table(
    profiles: pd.DataFrame, *, features: int = 10
) -> pd.DataFrame:
    """Give the numbers of `segment_profile`, one row a feature and segment.

    Examples
    --------
    >>> rows = pd.DataFrame({"segment": ["A"], "kind": "feature", "name": "spend",
    ...     "label": "Spend", "unit": "USD", "value": [200], "base_value": 100,
    ...     "index": [200.0]})
    >>> segment_profile_table(rows)
      Feature Unit Segment  Value  Everyone  Index
    0   Spend  USD       A    200       100  200.0
    """
    columns = {
        "label": header("Feature"),
        "unit": header("Unit"),
        "segment": header("Segment"),
        "value": header("Value"),
        "base_value": header("Everyone"),
        "index": header("Index"),
    }
    rows = _chosen(profiles, features)[list(columns)].rename(columns=columns)
    rows = rows.assign(Unit=rows["Unit"].map(said_unit, na_action="ignore"))
    ways = {"Value": "rounded", "Everyone": "rounded", "Index": "count"}
    rows.attrs["formats"] = ways
    return rows


def segment_profile_height(profiles: pd.DataFrame, *, features: int = 10) -> float:
    """Give the height that the figure needs, in inches."""
    rows = _chosen(profiles, features)
    bands, _ = grid_of(rows["name"].nunique(), most=_ACROSS)
    wraps = rows["segment"].map(lambda name: len(plain(name))).max() > _NAME
    row = 0.3 if wraps else 0.22
    return _AROUND + bands * (_HEAD + row * max(2, rows["segment"].nunique()))


def _chosen(profiles: pd.DataFrame, features: int) -> pd.DataFrame:
    """Keep the features whose index moves most between segments, strongest first."""
    rows = columns_of(profiles, _NEEDED, "profiles")
    rows = rows[rows["kind"] == "feature"].astype({"index": float})
    logs = np.log2(rows["index"].clip(lower=100 / _FACTOR, upper=100 * _FACTOR) / 100)
    spread = logs.abs().groupby(rows["name"]).max().fillna(0)
    order = spread.sort_values(ascending=False, kind="stable").index[:features]
    rank = {name: place for place, name in enumerate(order)}
    rows = rows[rows["name"].isin(rank)]
    return rows.sort_values(
        "name", key=lambda column: column.map(rank), kind="stable"
    ).reset_index(drop=True)


def _limits(index: pd.Series) -> tuple[float, float]:
    """Choose one scale for all panels, even on both sides of everyone."""
    far = index.dropna().clip(lower=100 / _FACTOR, upper=100 * _FACTOR)
    reach = max(1.0, float(np.abs(np.log2(far / 100)).max())) if len(far) else 1.0
    return 100 / 2**reach, 100 * 2**reach


def _panel(ax: Axes, group: pd.DataFrame, limits: tuple[float, float]) -> None:
    low, high = limits
    colours = segment_colours(map(str, group.index))
    room = (high / low) ** 0.3
    ax.set_xscale("log", base=2)
    ax.axvline(100, color=INK, alpha=0.45, linewidth=0.8)
    for place, (name, index) in enumerate(group["index"].items()):
        if is_missing(index):
            beside(ax, 100, place, "–")
            continue
        spot = min(max(index, low), high)
        ax.plot([100, spot], [place, place], color=colours[str(name)], linewidth=2)
        marker = "o" if spot == index else ("<" if index < spot else ">")
        ax.plot([spot], [place], marker, color=colours[str(name)], markersize=6)
        beside(ax, spot, place, number(index), left=spot < 100)
    ax.set(xlim=(low / room, high * room))
    name_rows(ax, list(group.index), width=_NAME)
    _scale(ax, limits)
    dress(ax)
    name_panel(ax, _named(group), width=15, lines=3)


def _scale(ax: Axes, limits: tuple[float, float]) -> None:
    ticks = [25, 100, 400] if limits[1] >= 400 else [50, 100, 200]
    ax.set_xticks(ticks, labels=[str(tick) for tick in ticks], fontsize="x-small")
    ax.minorticks_off()


def _named(group: pd.DataFrame) -> str:
    label = plain(group["label"].dropna().iloc[0])
    units = [plain(said_unit(u)) for u in group["unit"].dropna() if plain(u)]
    # Not every script has spaces between its words.
    words = label.lower().split() if label.isascii() else label.lower()
    return (
        label if not units or units[0].lower() in words else bracketed(label, units[0])
    )


def _within_sentence(label: str) -> str:
    """Begin a label with a small letter unless it is an abbreviation."""
    if not current().is_english:  # where it is quoted rather than inflected
        return label
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]
