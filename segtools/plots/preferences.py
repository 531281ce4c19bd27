"""The figure of preferences: what share of each segment buys a category."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from segtools.joining import ended, semicolons, sentences
from segtools.languages import header, mark, tr
from segtools.plots.canvas import axes_or_current, dress, empty_note, name_rows
from segtools.plots.colours import INK, segment_colours, text_on
from segtools.plots.heat import (
    HIGH,
    heat_cell,
    hidden_cell,
    hidden_sentence,
    name_columns,
    shade,
)
from segtools.plots.inputs import columns_of
from segtools.wording import is_missing, number, percent, plain, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NEEDED = ["segment", "kind", "name", "value", "base_value", "index"]
EVERYONE = mark("Everyone")
# Okabe and Ito's vermilion, against the blue of `shade`.
_BELOW = (0xD5 / 255, 0x5E / 255, 0.0)
# A difference from everyone that fills a cell with its full colour.
_FULL = 0.5
# From so many points of difference on a triangle says in which direction.
_CLEAR = 0.05


def category_preferences(
    profiles: pd.DataFrame, *, categories: int = 8, ax: Axes | None = None
) -> Axes:
    """Draw the share of each segment that buys each category, against everyone.

    Parameters
    ----------
    profiles : DataFrame
        The rows of profiles.parquet: ``segment``, ``kind``, ``name``, ``value``,
        ``base_value`` and ``index``. Rows of kind ``category`` are drawn, segments in
        order of appearance; a missing value is hidden.
    categories : int, default=8
        How many categories at most: those of which segments buy most differently,
        after what each buys more or less of everything.
    ax : Axes, default=None
        Where to draw; None means pyplot's current Axes.

    Returns
    -------
    Axes
        The one that was passed. Blue with a triangle upwards is more than everyone,
        orange with one downwards less.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> rows = pd.DataFrame({"segment": ["A", "B"], "kind": "category", "name": "Tea",
    ...     "value": [0.6, 0.1], "base_value": 0.3, "index": [200.0, 33.3]})
    >>> ax = category_preferences(rows, ax=Figure().add_subplot())
    >>> [text.get_text() for text in ax.texts]
    ['30', '60', '10']
    """
    ax = axes_or_current(ax)
    rows = _chosen(profiles, categories)
    if rows.empty:
        return empty_note(ax, category_preferences_alt(profiles, categories=categories))
    segments = list(dict.fromkeys(rows["segment"]))
    names = list(dict.fromkeys(rows["name"]))
    _everyone(ax, rows, names)
    for record in rows.to_dict("records"):
        place = segments.index(record["segment"]) + 1, names.index(record["name"])
        _cell(ax, *place, record["value"], record["base_value"])
    _strips(ax, segments)
    name_rows(ax, [tr(EVERYONE), *segments], width=30)
    name_columns(ax, names, width=min(14, 72 // len(names)), size="x-small")
    title = category_preferences_title(profiles, categories=categories)
    label = tr("Customers who bought it in the window, %; colour: against everyone")
    dress(ax, title=title, x=label, grid="")
    ax.spines[["left", "bottom"]].set_visible(False)
    return ax


def category_preferences_title(profiles: pd.DataFrame, *, categories: int = 8) -> str:
    """State which segment differs most from everyone, and in what.

    Examples
    --------
    >>> rows = pd.DataFrame({"segment": ["A", "B"], "kind": "category", "name": "Tea",
    ...     "value": [0.6, 0.1], "base_value": 0.3, "index": [200.0, 33.3]})
    >>> category_preferences_title(rows).replace("\u202f", " ")
    'Furthest from everyone: 60 % of A bought Tea, everyone 30 %'
    """
    rows = _chosen(profiles, categories)
    if rows.empty:
        return tr("The data name no categories")
    apart = (rows["value"] - rows["base_value"]).abs()
    if apart.isna().all():
        return tr("No category has enough buyers in a segment to be shown")
    most = rows.loc[apart.idxmax()]
    return tr(
        "Furthest from everyone: {share} of {segment} bought {category}, everyone "
        "{base}",
        share=percent(most["value"]),
        segment=shorten(most["segment"]),
        category=shorten(most["name"], 30),
        base=percent(most["base_value"]),
    )


def category_preferences_alt(profiles: pd.DataFrame, *, categories: int = 8) -> str:
    """State the finding of `category_preferences`, with each segment's favourite.

    Examples
    --------
    >>> rows = pd.DataFrame({"segment": ["A", "B"], "kind": "category", "name": "Tea",
    ...     "value": [0.6, 0.1], "base_value": 0.3, "index": [200.0, 33.3]})
    >>> print(category_preferences_alt(rows).replace("\u202f", " "))
    Furthest from everyone: 60 % of A bought Tea, everyone 30 %. Category furthest \
above everyone, or least below: A Tea 60 %; B Tea 10 %.
    """
    rows = _chosen(profiles, categories)
    title = category_preferences_title(profiles, categories=categories)
    parts = []
    for segment, own in rows.groupby("segment", sort=False):
        above = own["value"] - own["base_value"]
        if above.notna().any():
            best = own.loc[above.idxmax()]
            parts.append(f"{segment} {best['name']} {percent(best['value'])}")
    if not parts:
        return ended(title)
    told = tr(
        "{title}. Category furthest above everyone, or least below: {parts}.",
        title=title,
        parts=semicolons(parts),
    )
    return sentences([told, hidden_sentence(int(rows["value"].isna().sum()))])


def category_preferences_table(
    profiles: pd.DataFrame, *, categories: int = 8
) -> pd.DataFrame:
    """Give the numbers of `category_preferences`, one row a segment and category.

    Examples
    --------
    >>> rows = pd.DataFrame({"segment": ["A"], "kind": "category", "name": "Tea",
    ...     "value": [0.6], "base_value": 0.3, "index": [200.0]})
    >>> category_preferences_table(rows)
      Category Segment  Share  Everyone  Index
    0      Tea       A    0.6       0.3  200.0
    """
    columns = {
        "name": header("Category"),
        "segment": header("Segment"),
        "value": header("Share"),
        "base_value": header("Everyone"),
        "index": header("Index"),
    }
    rows = _chosen(profiles, categories)[list(columns)].rename(columns=columns)
    formats = {"Share": "percent", "Everyone": "percent", "Index": "count"}
    rows.attrs["formats"] = formats
    return rows


def category_preferences_height(
    profiles: pd.DataFrame, *, categories: int = 8
) -> float:
    """Give the height that the figure needs, in inches."""
    rows = _chosen(profiles, categories)
    return 1.55 + 0.42 * (1 + max(1, rows["segment"].nunique()))


def _chosen(profiles: pd.DataFrame, categories: int) -> pd.DataFrame:
    """Keep the categories of which segments buy most differently, strongest first."""
    rows = columns_of(profiles, _NEEDED, "profiles")
    rows = rows[rows["kind"] == "category"][_NEEDED]
    rows = rows.astype({"value": float, "base_value": float, "index": float})
    words = {c: rows[c].map(plain).astype(object) for c in ("segment", "name")}
    rows = rows.assign(**words)
    level = np.log(rows["index"].where(rows["index"] > 0))
    own = level - level.groupby(rows["segment"]).transform("mean")
    spread = own.abs().groupby(rows["name"]).max().fillna(0)
    order = spread.sort_values(ascending=False, kind="stable").index[:categories]
    rank = {name: place for place, name in enumerate(order)}
    rows = rows[rows["name"].isin(rank)]
    return rows.sort_values(
        "name", key=lambda column: column.map(rank), kind="stable"
    ).reset_index(drop=True)


def _everyone(ax: Axes, rows: pd.DataFrame, names: list[str]) -> None:
    """Draw the first row: everyone, in greys."""
    base = rows.groupby("name")["base_value"].first()
    for column, name in enumerate(names):
        share = base.loc[name]
        if is_missing(share):
            hidden_cell(ax, 0, column)
        else:
            grey = (1 - 0.35 * float(share),) * 3
            heat_cell(ax, 0, column, number(share * 100), fill=grey)


def _cell(ax: Axes, row: int, column: int, share: Any, base: Any) -> None:
    """Draw a share, and by colour and triangle how it stands to everyone."""
    if is_missing(share):
        hidden_cell(ax, row, column)
        return
    apart = 0.0 if is_missing(base) else float(share) - float(base)
    strength = min(1.0, abs(apart) / _FULL)
    fill = shade(strength) if apart >= 0 else shade(strength, _BELOW)
    heat_cell(ax, row, column, number(share * 100), fill=fill, lift=-0.08)
    if abs(apart) >= _CLEAR:
        look: dict[str, Any] = {"color": text_on(fill), "markersize": 3}
        ax.plot([column], [row - 0.28], "^" if apart > 0 else "v", **look)


def _strips(ax: Axes, segments: list[str]) -> None:
    """Mark each row with its segment's colour."""
    from matplotlib.patches import Rectangle

    for row, colour in enumerate(segment_colours(segments).values(), start=1):
        corner = (-0.53, row - HIGH / 2)
        ax.add_patch(Rectangle(corner, 0.035, HIGH, facecolor=colour))
    ax.axhline(0.5, color=INK, alpha=0.35, linewidth=0.8)
