"""The figure of a scorecard: how many points each bin of a feature gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from segtools.joining import ended, semicolons
from segtools.languages import header, tr, trn
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
from segtools.plots.colours import ACCENT, INK
from segtools.plots.inputs import columns_of
from segtools.wording import interval, number, plain, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NEEDED = ["feature", "label", "bin", "points"]
_ACROSS = 2
_AROUND = 0.85
_HEAD = 0.48
_BAR = 0.21


def scorecard_points(
    points: pd.DataFrame, *, features: int = 6, ax: Axes | None = None
) -> Axes:
    """Draw the points of each bin, for the features that move the score most.

    Parameters
    ----------
    points : DataFrame
        One row a bin, in order: ``feature``, ``label`` (the feature in words),
        ``bin`` (such as ``"over 30 to 90"``) and ``points`` (may be negative).
    features : int, default=6
        How many features at most, those with the widest range of points first.
    ax : Axes, default=None
        Where to draw; None means pyplot's current Axes.

    Returns
    -------
    Axes
        The one that was passed; one panel a feature in its ``child_axes``, all with
        the same scale.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> card = pd.DataFrame({"feature": "gap", "label": "Days since last order",
    ...     "bin": ["up to 30", "over 30"], "points": [420, 0]})
    >>> ax = scorecard_points(card, ax=Figure().add_subplot())
    >>> [int(bar.get_width()) for bar in ax.child_axes[0].patches]
    [420, 0]
    """
    ax = axes_or_current(ax)
    rows = _strongest(points, features)
    if rows.empty:
        return empty_note(ax, scorecard_points_alt(points, features=features))
    groups = list(rows.groupby("feature", sort=False))
    _, columns = grid_of(len(groups), most=_ACROSS)
    inside = scorecard_points_height(points, features=features) - _AROUND
    gap, top = (0.3, _HEAD / inside), 0.35 / inside
    low, high = min(0, rows["points"].min()), max(1, rows["points"].max())
    room = 0.25 * (high - low)
    bins = max(3, *(len(group) for _, group in groups))
    multiples = panels(ax, len(groups), columns=columns, gap=gap, top=top)
    for panel, (_, group) in zip(multiples, groups, strict=True):
        _panel(panel, group)
        panel.set_xlim(low - (room if low < 0 else 0), high + room)
        panel.set_ylim(bins - 0.4, -0.6)
    return entitle(ax, scorecard_points_title(points, features=features))


def scorecard_points_title(points: pd.DataFrame, *, features: int = 6) -> str:
    """State which feature moves the score most, and by how much.

    Examples
    --------
    >>> card = pd.DataFrame({"feature": "gap", "label": "Days since last order",
    ...     "bin": ["up to 30", "over 30"], "points": [420, 0]})
    >>> scorecard_points_title(card)
    'Days since last order moves the score most: by up to 420 points'
    """
    rows = _strongest(points, features)
    if rows.empty:
        return tr("The scorecard has no features")
    first = rows[rows["feature"] == rows["feature"].iloc[0]]
    reach = first["points"].max() - first["points"].min()
    return trn(
        "{feature} moves the score most: by up to {n} point",
        "{feature} moves the score most: by up to {n} points",
        float(reach) if float(reach).is_integer() else 0.5,
        feature=shorten(first["label"].iloc[0], 50),
        n=number(reach),
    )


def scorecard_points_alt(points: pd.DataFrame, *, features: int = 6) -> str:
    """State the finding of `scorecard_points` with every feature's range.

    Examples
    --------
    >>> card = pd.DataFrame({"feature": "gap", "label": "Days since last order",
    ...     "bin": ["up to 30", "over 30"], "points": [420, 0]})
    >>> print(scorecard_points_alt(card))
    Days since last order moves the score most: by up to 420 points. Points by \
feature: Days since last order 0 to 420.
    """
    title = scorecard_points_title(points, features=features)
    rows = _strongest(points, features)
    if rows.empty:
        return ended(title)
    parts = semicolons(
        f"{plain(group['label'].iloc[0])} "
        f"{interval(group['points'].min(), group['points'].max(), number)}"
        for _, group in rows.groupby("feature", sort=False)
    )
    return tr("{title}. Points by feature: {parts}.", title=title, parts=parts)


def scorecard_points_table(points: pd.DataFrame, *, features: int = 6) -> pd.DataFrame:
    """Give the numbers of `scorecard_points`, one row a bin.

    Examples
    --------
    >>> card = pd.DataFrame({"feature": ["gap"], "label": ["Days since last order"],
    ...     "bin": ["up to 30"], "points": [420]})
    >>> scorecard_points_table(card)
                     Feature       Bin  Points
    0  Days since last order  up to 30     420
    """
    rows = _strongest(points, features)[["label", "bin", "points"]]
    return rows.set_axis([header("Feature"), header("Bin"), header("Points")], axis=1)


def scorecard_points_height(points: pd.DataFrame, *, features: int = 6) -> float:
    """Give the height that the figure needs, in inches."""
    rows = _strongest(points, features)
    counts = rows.groupby("feature", sort=False).size()
    bands, _ = grid_of(len(counts), most=_ACROSS)
    bins = max(3, int(counts.max())) if len(counts) else 3
    return _AROUND + bands * (_HEAD + _BAR * bins)


def _strongest(points: pd.DataFrame, features: int) -> pd.DataFrame:
    """Keep the features with the widest range of points, widest first."""
    rows = columns_of(points, _NEEDED, "points")
    by_feature = rows.groupby("feature", sort=False)["points"]
    ranges = by_feature.max() - by_feature.min()
    order = ranges.sort_values(ascending=False, kind="stable").index[:features]
    parts = [rows[rows["feature"] == feature] for feature in order]
    return pd.concat(parts, ignore_index=True) if parts else rows.head(0)


def _panel(ax: Axes, group: pd.DataFrame) -> None:
    points = group["points"].tolist()
    ax.barh(range(len(points)), points, height=0.66, color=ACCENT)
    for place, value in enumerate(points):
        beside(ax, value, place, number(value), left=value < 0)
    name_rows(ax, group["bin"].tolist(), width=20, lines=1)
    dress(ax, grid="")
    ax.set_xticks([])
    ax.spines["bottom"].set_visible(False)
    ax.axvline(0, color=INK, alpha=0.35, linewidth=0.8)
    name = tr("{feature}, points", feature=plain(group["label"].iloc[0]))
    name_panel(ax, name, width=36, lines=2)
