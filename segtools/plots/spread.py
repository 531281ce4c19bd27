"""The figure of one feature's spread over everyone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from segtools.disclosure import LIMIT, Published, hide
from segtools.features.words import said_unit, with_unit
from segtools.joining import ended
from segtools.languages import header, tr, trn
from segtools.plots.canvas import (
    axes_or_current,
    beside,
    dress,
    empty_note,
    number_axis,
    write,
)
from segtools.plots.colours import INK, OTHER
from segtools.plots.heat import HIDDEN_MARK, mark_note
from segtools.plots.inputs import columns_of
from segtools.wording import percent, plain, rounded, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# The longest tail is summed in words, so that the bulk can be seen.
_TAIL = 0.99


def feature_histogram(
    features: pd.DataFrame,
    *,
    feature: str,
    label: str | None = None,
    unit: str = "",
    bins: int = 30,
    smallest_cell: int = LIMIT,
    ax: Axes | None = None,
) -> Axes:
    """Draw how one feature is spread over everyone, with its median.

    Parameters
    ----------
    features : DataFrame
        One row a customer (features.parquet); only the column `feature` is read.
    feature : str
        A numeric column.
    label : str, default=None
        The feature in words; None takes the column's name.
    unit : str, default=""
        Its unit.
    bins : int, default=30
        How many bars at most; whole numbers get bars of whole width.
    smallest_cell : int, default=10
        Bars of fewer customers are hidden, and others with them if the sum would tell.
    ax : Axes, default=None
        Where to draw; None means pyplot's current Axes.

    Returns
    -------
    Axes
        The one that was passed. The highest 1 % may lie beyond the last bar; the
        label of the axis says so.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> frame = pd.DataFrame({"orders": [1, 1, 2, 3]})
    >>> ax = feature_histogram(
    ...     frame, feature="orders", smallest_cell=1, ax=Figure().add_subplot()
    ... )
    >>> [int(bar.get_height()) for bar in ax.patches]
    [2, 1, 1]
    """
    ax = axes_or_current(ax)
    rows = feature_histogram_table(
        features, feature=feature, bins=bins, smallest_cell=smallest_cell
    )
    named: dict[str, Any] = {"feature": feature, "label": label, "unit": unit}
    named["smallest_cell"] = smallest_cell
    if rows.empty:
        return empty_note(ax, feature_histogram_alt(features, **named))
    values = _values(features, feature)
    top = max(1.0, float(rows["Customers"].fillna(0).max()))
    left = rows["From"].to_numpy(dtype=float)
    width = rows["To"].to_numpy(dtype=float) - left
    heights = rows["Customers"].astype(float)
    ax.bar(left, heights.fillna(0), width=width * 0.94, align="edge", color=OTHER)
    for place in np.flatnonzero(heights.isna()):
        at = left[place] + width[place] / 2
        write(ax, at, 0.03 * top, HIDDEN_MARK, ha="center", fontsize="x-small")
    middle = float(np.median(values))
    ax.axvline(middle, color=INK, linewidth=1.2)
    text = tr("median {value}", value=with_unit(middle, unit))
    beside(ax, middle, top * 1.08, text, va="center")
    ax.set_ylim(0, top * 1.16)
    number_axis(ax.xaxis, whole=bool(np.all(values == np.round(values))))
    number_axis(ax.yaxis, whole=True)
    name = plain(label or feature)
    measured = f"{name} ({plain(said_unit(unit))})" if unit else name
    measured = _with_beyond(measured, values, smallest_cell)
    measured += mark_note() if heights.isna().any() else ""
    title = feature_histogram_title(features, **named)
    return dress(ax, title=title, x=measured, y=tr("Customers"), grid="y")


def feature_histogram_title(
    features: pd.DataFrame,
    *,
    feature: str,
    label: str | None = None,
    unit: str = "",
    smallest_cell: int = LIMIT,
) -> str:
    """State between which values half of the customers lie.

    Examples
    --------
    >>> frame = pd.DataFrame({"orders": [1, 2, 3, 4, 5] * 2})
    >>> feature_histogram_title(frame, feature="orders", label="Orders")
    'Orders: half of the customers lie between 2 and 4'
    """
    values = _values(features, feature)
    name = shorten(label or feature, 50)
    if not len(values):
        return tr("{feature}: no customer has a value", feature=name)
    if len(values) < smallest_cell:
        return tr("{feature}: too few customers have a value to be shown", feature=name)
    low, high = np.quantile(values, [0.25, 0.75])
    if low == high:
        return tr(
            "{feature}: at least half of the customers have {value}",
            feature=name,
            value=with_unit(low, unit),
        )
    return tr(
        "{feature}: half of the customers lie between {low} and {high}",
        feature=name,
        low=rounded(low),
        high=with_unit(high, unit),
    )


def feature_histogram_alt(
    features: pd.DataFrame,
    *,
    feature: str,
    label: str | None = None,
    unit: str = "",
    smallest_cell: int = LIMIT,
) -> str:
    """State the finding of `feature_histogram` with median, both tenths and missing.

    The lowest and the highest value are those of single customers, and not said.

    Examples
    --------
    >>> frame = pd.DataFrame({"orders": [1, 2, 3, 4, None] * 20})
    >>> print(feature_histogram_alt(frame, feature="orders").replace("\u202f", " "))
    orders: half of the customers lie between 1.75 and 3.25. Median 2.5, a tenth up to \
1, a tenth from 4; 80 customers, 20 % without a value.
    """
    title = feature_histogram_title(
        features, feature=feature, label=label, unit=unit, smallest_cell=smallest_cell
    )
    values = _values(features, feature)
    if len(values) < max(1, smallest_cell):
        return ended(title)
    n = len(values)
    told = {
        "title": title,
        "median": with_unit(float(np.median(values)), unit),
        "without": percent(1 - n / len(features)),
    }
    if n < 5 * smallest_cell:  # a tenth is half a cell at least
        return trn(
            "{title}. Median {median}; {n} customer, {without} without a value.",
            "{title}. Median {median}; {n} customers, {without} without a value.",
            n,
            **told,
        )
    low, high = np.quantile(values, [0.1, 0.9])
    return trn(
        "{title}. Median {median}, a tenth up to {low}, a tenth from {high}; {n} "
        "customer, {without} without a value.",
        "{title}. Median {median}, a tenth up to {low}, a tenth from {high}; {n} "
        "customers, {without} without a value.",
        n,
        low=rounded(low),
        high=with_unit(high, unit),
        **told,
    )


def feature_histogram_table(
    features: pd.DataFrame,
    *,
    feature: str,
    bins: int = 30,
    smallest_cell: int = LIMIT,
) -> pd.DataFrame:
    """Give the numbers of `feature_histogram`, one row a bar; missing where hidden.

    Examples
    --------
    >>> frame = pd.DataFrame({"orders": [1, 1, 2, 3]})
    >>> feature_histogram_table(frame, feature="orders", smallest_cell=1)
       From   To  Customers
    0   0.5  1.5          2
    1   1.5  2.5          1
    2   2.5  3.5          1
    """
    values = _values(features, feature)
    enough = len(values) >= max(1, smallest_cell)
    shown = values[values <= _end(values)] if enough else values[:0]
    edges = _edges(shown, bins)
    counts = np.histogram(shown, edges)[0] if enough else np.array([], int)
    hidden = _hidden(counts, len(values) - len(shown), smallest_cell)
    customers = pd.Series(counts, dtype="Int64").mask(hidden)
    rows = pd.DataFrame(
        {
            header("From"): edges[: len(counts)],
            header("To"): edges[1:],
            header("Customers"): customers,
        }
    )
    ways = {"From": "rounded", "To": "rounded", "Customers": "count"}
    rows.attrs["formats"] = ways
    return rows


def _values(features: pd.DataFrame, feature: str) -> np.ndarray:
    column = columns_of(features, [feature], "features")[feature]
    values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float)
    return values[np.isfinite(values)]


def _hidden(counts: np.ndarray, beyond: int, limit: int) -> np.ndarray:
    """Say which bars are hidden; how many lie beyond is known as a hundredth."""
    cells = np.array([counts.sum() + beyond, *counts, beyond], dtype=float)
    known = np.isin(np.arange(len(cells)), [0, len(cells) - 1])
    published = Published(cells, [(0, range(1, len(cells)))], fixed=known)
    return hide(published, limit)[1:-1]


def _end(values: np.ndarray) -> float:
    """Where the drawing ends: before the tail, if the tail is far away."""
    high = float(np.quantile(values, _TAIL))
    low = float(values.min())
    return high if values.max() - low > 1.5 * (high - low) > 0 else float(values.max())


def _edges(values: np.ndarray, bins: int) -> np.ndarray:
    if not len(values):
        return np.array([])
    low, high = values.min(), values.max()
    if np.all(values == np.round(values)):
        step = max(1, int(np.ceil((high - low + 1) / bins)))
        return np.arange(low - 0.5, high + step, step)
    return np.linspace(low, high if high > low else low + 1, bins + 1)


def _with_beyond(measured: str, values: np.ndarray, smallest_cell: int) -> str:
    """Say behind the label of the axis what lies beyond its last bar."""
    outside = int((values > _end(values)).sum())
    if not outside:
        return measured
    if outside < smallest_cell:
        return tr("{measured}; the highest hundredth lies beyond", measured=measured)
    return trn(
        "{measured}; {n} customer lies beyond",
        "{measured}; {n} customers lie beyond",
        outside,
        measured=measured,
    )
