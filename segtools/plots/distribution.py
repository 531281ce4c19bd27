"""The figure of distributions: each segment's against everyone's, by feature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from segtools.features.words import said_unit, with_unit
from segtools.joining import colon, commas, ended, semicolons
from segtools.languages import header, mark, tr
from segtools.plots.canvas import (
    axes_or_current,
    dress,
    empty_note,
    entitle,
    grid_of,
    name_panel,
    name_rows,
    panels,
)
from segtools.plots.colours import EVERYONE, INK, segment_colours
from segtools.plots.inputs import columns_of
from segtools.wording import is_missing, plain, rounded, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_VALUES = ["p10", "p25", "p50", "p75", "p90"]
_NEEDED = ["feature", "label", "unit", "segment", "everyone", *_VALUES]
_KEY = mark(
    "Bar: middle half; line: four fifths; tick: middle customer; grey: everyone"
)
_ACROSS = 2
_AROUND = 1.0
_HEAD = 0.72
_ROW = 0.32
# The upper half of everyone's middle over the lower one, from which on it is skewed.
_SKEWED = 3.0


def segment_spread(
    spread: pd.DataFrame, *, features: int = 4, ax: Axes | None = None
) -> Axes:
    """Draw each segment's middle half and middle four fifths, in front of everyone's.

    Parameters
    ----------
    spread : DataFrame
        One row for every feature and group: ``feature``, ``label``, ``unit``,
        ``segment``, ``everyone`` (bool) and ``p10``, ``p25``, ``p50``, ``p75``,
        ``p90``; a missing percentile is of too few customers and is not drawn.
    features : int, default=4
        How many features at most, in the order of `spread`.
    ax : Axes, default=None
        Where to draw; None means pyplot's current Axes.

    Returns
    -------
    Axes
        The one that was passed; one panel a feature in its ``child_axes``. All groups
        of a panel share its scale, which is logarithmic, and says so, where everyone
        is skewed.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> rows = pd.DataFrame({"feature": "spend", "label": "Spend", "unit": "EUR",
    ...     "segment": ["Everyone", "Loyal"], "everyone": [True, False],
    ...     "p10": [1, 5], "p25": [2, 6], "p50": [3, 7], "p75": [4, 8], "p90": [5, 9]})
    >>> ax = segment_spread(rows, ax=Figure().add_subplot())
    >>> ax.child_axes[0].get_title(loc="left")
    'Spend (EUR)'
    """
    ax = axes_or_current(ax)
    rows = _chosen(spread, features)
    if rows.empty:
        return empty_note(ax, segment_spread_alt(spread, features=features))
    groups = list(rows.groupby("feature", sort=False))
    bands, columns = grid_of(len(groups), most=_ACROSS)
    inside = segment_spread_height(spread, features=features) - _AROUND
    gap, top = (0.06, _HEAD / inside), 0.42 / inside
    multiples = panels(ax, len(groups), columns=columns, gap=gap, top=top)
    for place, (panel, (_, group)) in enumerate(zip(multiples, groups, strict=True)):
        _panel(panel, group)
        if place % columns:
            panel.set_yticklabels([])
    corner = multiples[(bands - 1) * columns]
    corner.set_xlabel(tr(_KEY), loc="left", fontsize="small", parse_math=False)
    return entitle(ax, segment_spread_title(spread, features=features))


def segment_spread_title(spread: pd.DataFrame, *, features: int = 4) -> str:
    """State where the middle half lies of the segment furthest from everyone.

    Examples
    --------
    >>> rows = pd.DataFrame({"feature": "spend", "label": "Spend", "unit": "EUR",
    ...     "segment": ["Everyone", "Loyal"], "everyone": [True, False],
    ...     "p10": [1, 5], "p25": [2, 6], "p50": [3, 7], "p75": [4, 8], "p90": [5, 9]})
    >>> segment_spread_title(rows)
    'Spend: half of Loyal lie between 6 and 8 EUR, half of everyone between 2 and 4'
    """
    rows = _chosen(spread, features)
    if rows.empty:
        return tr("There are no features to compare")
    base = rows[rows["everyone"]].set_index("feature")
    own = rows[~rows["everyone"]].dropna(subset=["p25", "p50", "p75"])
    if own.empty:
        return tr("No segment has enough customers apart from everyone to be shown")
    wide = (base["p75"] - base["p25"]).replace(0, np.nan)
    apart = (own["p50"] - own["feature"].map(base["p50"])).abs()
    apart = apart / own["feature"].map(wide)
    if apart.isna().all():
        return tr("No segment has enough customers apart from everyone to be shown")
    most = own.loc[apart.idxmax()]
    everyone = base.loc[most["feature"]]
    return tr(
        "{feature}: half of {segment} lie between {low} and {high}, half of everyone "
        "between {base_low} and {base_high}",
        feature=shorten(most["label"], 40),
        segment=shorten(most["segment"]),
        low=rounded(most["p25"]),
        high=with_unit(most["p75"], most["unit"]),
        base_low=rounded(everyone["p25"]),
        base_high=rounded(everyone["p75"]),
    )


def segment_spread_alt(spread: pd.DataFrame, *, features: int = 4) -> str:
    """State the finding of `segment_spread`, with every median.

    Examples
    --------
    >>> rows = pd.DataFrame({"feature": "spend", "label": "Spend", "unit": "EUR",
    ...     "segment": ["Everyone", "Loyal"], "everyone": [True, False],
    ...     "p10": [1, 5], "p25": [2, 6], "p50": [3, 7], "p75": [4, 8], "p90": [5, 9]})
    >>> print(segment_spread_alt(rows))
    Spend: half of Loyal lie between 6 and 8 EUR, half of everyone between 2 and 4. \
Middle customer of each, Spend: Everyone 3, Loyal 7.
    """
    rows = _chosen(spread, features)
    title = segment_spread_title(spread, features=features)
    if rows.empty:
        return ended(title)
    parts = []
    for _, group in rows.groupby("feature", sort=False):
        pairs = zip(group["segment"], group["p50"], strict=True)
        each = commas(f"{name} {rounded(value)}" for name, value in pairs)
        parts.append(colon(plain(group["label"].iloc[0]), each))
    return tr(
        "{title}. Middle customer of each, {parts}.",
        title=title,
        parts=semicolons(parts),
    )


def segment_spread_table(spread: pd.DataFrame, *, features: int = 4) -> pd.DataFrame:
    """Give the numbers of `segment_spread`, one row a feature and group.

    Examples
    --------
    >>> rows = pd.DataFrame({"feature": "spend", "label": "Spend", "unit": "EUR",
    ...     "segment": ["Everyone"], "everyone": [True],
    ...     "p10": [1], "p25": [2], "p50": [3], "p75": [4], "p90": [5]})
    >>> segment_spread_table(rows).iloc[:, 3:].to_numpy().tolist()
    [[1.0, 2.0, 3.0, 4.0, 5.0]]
    """
    names = [header("Lowest tenth to"), header("Quarter to"), header("Half to")]
    names += [header("Three quarters to"), header("Nine tenths to")]
    rows = _chosen(spread, features)[["label", "unit", "segment", *_VALUES]]
    rows = rows.assign(unit=rows["unit"].map(said_unit, na_action="ignore"))
    heads = [header("Feature"), header("Unit"), header("Segment"), *names]
    rows = rows.set_axis(heads, axis=1)
    rows.attrs["formats"] = dict.fromkeys(names, "rounded")
    return rows


def segment_spread_height(spread: pd.DataFrame, *, features: int = 4) -> float:
    """Give the height that the figure needs, in inches."""
    rows = _chosen(spread, features)
    bands, _ = grid_of(rows["feature"].nunique(), most=_ACROSS)
    tallest = int(rows.groupby("feature").size().max()) if len(rows) else 2
    return _AROUND + bands * (_HEAD + _ROW * tallest)


def _chosen(spread: pd.DataFrame, features: int) -> pd.DataFrame:
    rows = columns_of(spread, _NEEDED, "spread")[_NEEDED]
    kept = list(dict.fromkeys(rows["feature"]))[:features]
    rows = rows[rows["feature"].isin(kept)].reset_index(drop=True)
    rows = rows.astype(dict.fromkeys(_VALUES, float) | {"everyone": bool})
    return rows.assign(segment=rows["segment"].map(plain).astype(object))


def _panel(ax: Axes, group: pd.DataFrame) -> None:
    base = group[group["everyone"]].iloc[0]
    ours = group.loc[~group["everyone"], "segment"]
    colours = [EVERYONE, *segment_colours(ours).values()]
    if not (is_missing(base["p25"]) or is_missing(base["p75"])):
        ax.axvspan(base["p25"], base["p75"], color=EVERYONE, alpha=0.25, linewidth=0)
    ax.axvline(base["p50"], color=INK, alpha=0.35, linewidth=0.8)
    for place, row in enumerate(group.to_dict("records")):
        _box(ax, place, row, colours[place])
    name = _named(group)
    if _scale(ax, group):
        name = tr("{feature}, log scale: each step tenfold", feature=name)
    name_rows(ax, list(group["segment"]), width=28, lines=2)
    dress(ax)
    ax.tick_params(axis="x", labelsize="x-small")
    name_panel(ax, name, width=44)


def _box(ax: Axes, place: int, row: dict[str, Any], colour: str) -> None:
    """Draw the middle half as a bar, four fifths as a line, the median as a tick."""
    if is_missing(row["p50"]):
        ax.text(
            0.02, place, tr("too few to show"), fontsize="x-small", va="center",
            transform=ax.get_yaxis_transform(), parse_math=False,
        )  # fmt: skip
        return
    if not is_missing(row["p10"]):
        ax.plot([row["p10"], row["p90"]], [place] * 2, color=INK, linewidth=1.0)
    if not is_missing(row["p25"]):
        width = row["p75"] - row["p25"]
        ax.barh(place, width, left=row["p25"], height=0.56, color=colour, zorder=2.5)
    tick = [place - 0.36, place + 0.36]
    ax.plot([row["p50"]] * 2, tick, color=INK, linewidth=1.8, zorder=3)


def _scale(ax: Axes, group: pd.DataFrame) -> bool:
    """Choose the panel's scale; tell whether it is not the plain one."""
    from matplotlib.ticker import FuncFormatter, NullLocator

    values = group[_VALUES].to_numpy(float)
    known = values[np.isfinite(values)]
    base = group.loc[group["everyone"], _VALUES].iloc[0]
    above, below = base["p90"] - base["p50"], base["p50"] - base["p10"]
    scaled = False
    if (
        len(known)
        and known.min() >= 0
        and above > _SKEWED * max(below, 0)
        and above > 0
    ):
        least = float(known[known > 0].min())
        start = 10 ** np.floor(np.log10(least))
        ax.set_xscale("symlog", linthresh=start, linscale=0.5)
        ax.xaxis.set_minor_locator(NullLocator())
        scaled = True
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: rounded(value)))
    return scaled


def _named(group: pd.DataFrame) -> str:
    label = shorten(group["label"].iloc[0])
    unit = shorten(said_unit(group["unit"].iloc[0]))
    return label if not unit or unit.lower() in label.lower() else f"{label} ({unit})"
