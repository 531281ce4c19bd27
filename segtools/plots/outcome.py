"""The figure of what followed: each segment's outcome with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from segtools.joining import bracketed, ended, semicolons
from segtools.languages import header, mark, tr
from segtools.plots.canvas import (
    axes_or_current,
    beside,
    dress,
    empty_note,
    name_rows,
    number_axis,
    per_cent_axis,
)
from segtools.plots.colours import INK
from segtools.plots.inputs import columns_of, segment_rows
from segtools.plots.sentences import text_said
from segtools.wording import (
    interval,
    is_missing,
    percent,
    plain,
    rounded,
    shorten,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


# What an outcome is called that has no name of its own.
OUTCOME = mark("Outcome")


def outcome_by_segment(
    outcomes: pd.DataFrame,
    *,
    outcome: str = OUTCOME,
    unit: str = "",
    everyone: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw each segment's mean outcome with its interval.

    Parameters
    ----------
    outcomes : DataFrame
        One row a segment, in order of rank: ``segment``, ``mean``, ``low`` and
        ``high`` in the outcome's unit; low and high may be missing.
    outcome : str, default="Outcome"
        What was measured, for the label; said if it is one of our words.
    unit : str, default=""
        Its unit; ``"share"`` writes per cent of a mean in 0 to 1.
    everyone : float, default=None
        Mean over everyone, drawn as a line.
    ax : Axes, default=None
        Where to draw; None means pyplot's current Axes.

    Returns
    -------
    Axes
        The one that was passed.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> spend = pd.DataFrame(
    ...     {"segment": ["Loyal"], "mean": [310.0], "low": [295.0], "high": [325.0]}
    ... )
    >>> ax = outcome_by_segment(spend, unit="USD", ax=Figure().add_subplot())
    >>> ax.get_xlabel()
    'Outcome (USD), mean and interval'
    """
    ax = axes_or_current(ax)
    rows = segment_rows(outcomes, ["mean", "low", "high"], "outcomes")
    if rows.empty:
        return empty_note(ax, outcome_by_segment_alt(outcomes, outcome=outcome))
    mean, low, high = (rows[c].astype(float) for c in ("mean", "low", "high"))
    places = range(len(rows))
    ax.barh(places, mean.fillna(0), color=rows["colour"], height=0.62)
    ax.hlines(places, low, high, color=INK, linewidth=1.4)
    for place in places:
        end = high.iloc[place] if low.iloc[place] >= 0 else mean.iloc[place]
        label = _with_unit(mean.iloc[place], unit)
        beside(ax, 0 if is_missing(end) else end, place, label)
    if everyone is not None:
        ax.axvline(everyone, color=INK, alpha=0.55, linestyle=(0, (3, 3)), linewidth=1)
        text = tr("everyone {value}", value=_with_unit(everyone, unit))
        beside(ax, everyone, -0.72, text)
    name_rows(ax, rows["segment"].tolist())
    if everyone is not None:
        ax.set_ylim(top=-1.0)
    (per_cent_axis if unit == "share" else number_axis)(ax.xaxis)
    ax.margins(x=0.14)
    name = plain(text_said(outcome))
    label = bracketed(name, _unit(unit) if unit else "")
    title = outcome_by_segment_title(outcomes, outcome=outcome, unit=unit)
    dress(ax, title=title, x=tr("{outcome}, mean and interval", outcome=label))
    return ax


def outcome_by_segment_title(
    outcomes: pd.DataFrame, *, outcome: str = OUTCOME, unit: str = ""
) -> str:
    """State in which segment the outcome is highest and lowest.

    Examples
    --------
    >>> spend = pd.DataFrame({"segment": ["A", "B"], "mean": [310, 20]})
    >>> outcome_by_segment_title(spend, outcome="Spend", unit="USD")
    'Spend is highest in A (310 USD) and lowest in B (20 USD)'
    """
    rows = columns_of(outcomes, ["segment", "mean"], "outcomes").dropna(subset="mean")
    name = plain(text_said(outcome))
    if rows.empty:
        return tr("{outcome} was not measured", outcome=name)
    ordered = rows.sort_values("mean", ascending=False, kind="stable")
    best, least = ordered.iloc[0], ordered.iloc[-1]
    high, low = (_with_unit(row["mean"], unit) for row in (best, least))
    if len(rows) == 1:
        only = bracketed(shorten(best["segment"]), high)
        return tr("{outcome} in {segment}", outcome=name, segment=only)
    return tr(
        "{outcome} is highest in {best} ({high}) and lowest in {least} ({low})",
        outcome=name,
        best=shorten(best["segment"]),
        high=high,
        least=shorten(least["segment"]),
        low=low,
    )


def outcome_by_segment_alt(
    outcomes: pd.DataFrame, *, outcome: str = OUTCOME, unit: str = ""
) -> str:
    """State the finding of `outcome_by_segment` with every mean and interval.

    Examples
    --------
    >>> spend = pd.DataFrame(
    ...     {"segment": ["A"], "mean": [310], "low": [295], "high": [325]}
    ... )
    >>> outcome_by_segment_alt(spend, outcome="Spend", unit="USD")
    'Spend in A (310 USD). Means by segment: A 310 USD (295 to 325).'
    """
    rows = columns_of(outcomes, ["segment", "mean", "low", "high"], "outcomes")
    title = outcome_by_segment_title(outcomes, outcome=outcome, unit=unit)
    if rows.empty:
        return ended(title)
    write = percent if unit == "share" else rounded
    parts = []
    for row in rows.itertuples():
        band = interval(row.low, row.high, write)
        mean = f"{plain(row.segment)} {_with_unit(row.mean, unit)}"
        parts.append(bracketed(mean, band))
    return tr(
        "{title}. Means by segment: {means}.", title=title, means=semicolons(parts)
    )


def outcome_by_segment_table(outcomes: pd.DataFrame, *, unit: str = "") -> pd.DataFrame:
    """Give the numbers of `outcome_by_segment`, one row a segment.

    Examples
    --------
    >>> spend = pd.DataFrame(
    ...     {"segment": ["A"], "mean": [310], "low": [295], "high": [325]}
    ... )
    >>> outcome_by_segment_table(spend)
      Segment  Mean  Low  High
    0       A   310  295   325
    """
    columns = ["segment", "mean", "low", "high"]
    rows = columns_of(outcomes, columns, "outcomes")[columns].reset_index(drop=True)
    heads = [header("Segment"), header("Mean"), header("Low"), header("High")]
    rows = rows.set_axis(heads, axis=1)
    way = "percent" if unit == "share" else "rounded"
    rows.attrs["formats"] = dict.fromkeys(("Mean", "Low", "High"), way)
    return rows


def outcome_by_segment_height(outcomes: pd.DataFrame) -> float:
    """Give the height that the figure needs, in inches."""
    return 1.35 + 0.4 * max(1, len(outcomes))


def _with_unit(value: Any, unit: str) -> str:
    if unit == "share":
        return percent(value)
    return f"{rounded(value)} {plain(unit)}".strip()


def _unit(unit: str) -> str:
    return "%" if unit == "share" else plain(unit)
