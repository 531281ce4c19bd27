"""The figure of one feature's spread over everyone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from segtools.plots.canvas import (
    axes_or_current,
    beside,
    dress,
    empty_note,
    number_axis,
)
from segtools.plots.colours import INK, OTHER
from segtools.plots.inputs import columns_of
from segtools.wording import number, percent, plain, rounded, shorten

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
    >>> ax = feature_histogram(frame, feature="orders", ax=Figure().add_subplot())
    >>> [int(bar.get_height()) for bar in ax.patches]
    [2, 1, 1]
    """
    ax = axes_or_current(ax)
    rows = feature_histogram_table(features, feature=feature, bins=bins)
    name = plain(label or feature)
    if rows.empty:
        alt = feature_histogram_alt(features, feature=feature, label=label, unit=unit)
        return empty_note(ax, alt)
    values = _values(features, feature)
    left = rows["From"].to_numpy(dtype=float)
    width = rows["To"].to_numpy(dtype=float) - left
    ax.bar(left, rows["Customers"], width=width * 0.94, align="edge", color=OTHER)
    middle = float(np.median(values))
    ax.axvline(middle, color=INK, linewidth=1.2)
    text = f"median {_with_unit(middle, unit)}"
    beside(ax, middle, rows["Customers"].max() * 1.08, text, va="center")
    ax.set_ylim(0, rows["Customers"].max() * 1.16)
    number_axis(ax.xaxis, whole=bool(np.all(values == np.round(values))))
    number_axis(ax.yaxis, whole=True)
    measured = f"{name} ({plain(unit)})" if unit else name
    title = feature_histogram_title(features, feature=feature, label=label, unit=unit)
    dress(ax, title=title, x=f"{measured}{_beyond(values)}", y="Customers", grid="y")
    return ax


def feature_histogram_title(
    features: pd.DataFrame, *, feature: str, label: str | None = None, unit: str = ""
) -> str:
    """State between which values half of the customers lie.

    Examples
    --------
    >>> frame = pd.DataFrame({"orders": [1, 2, 3, 4, 5]})
    >>> feature_histogram_title(frame, feature="orders", label="Orders")
    'Orders: half of the customers lie between 2 and 4'
    """
    values = _values(features, feature)
    name = shorten(label or feature, 50)
    if not len(values):
        return f"{name}: no customer has a value"
    low, high = np.quantile(values, [0.25, 0.75])
    if low == high:
        return f"{name}: at least half of the customers have {_with_unit(low, unit)}"
    span = f"{rounded(low)} and {_with_unit(high, unit)}"
    return f"{name}: half of the customers lie between {span}"


def feature_histogram_alt(
    features: pd.DataFrame, *, feature: str, label: str | None = None, unit: str = ""
) -> str:
    """State the finding of `feature_histogram` with median, range and missing.

    Examples
    --------
    >>> frame = pd.DataFrame({"orders": [1, 2, 3, 4, 5, None]})
    >>> print(feature_histogram_alt(frame, feature="orders").replace("\u202f", " "))
    orders: half of the customers lie between 2 and 4. Median 3, range 1 to 5; 5 \
customers, 17 % without a value.
    """
    title = feature_histogram_title(features, feature=feature, label=label, unit=unit)
    values = _values(features, feature)
    if not len(values):
        return f"{title}."
    middle = _with_unit(float(np.median(values)), unit)
    reach = f"{rounded(values.min())} to {_with_unit(values.max(), unit)}"
    without = percent(1 - len(values) / len(features))
    return (
        f"{title}. Median {middle}, range {reach}; "
        f"{number(len(values))} customers, {without} without a value."
    )


def feature_histogram_table(
    features: pd.DataFrame, *, feature: str, bins: int = 30
) -> pd.DataFrame:
    """Give the numbers of `feature_histogram`, one row a bar.

    Examples
    --------
    >>> frame = pd.DataFrame({"orders": [1, 1, 2, 3]})
    >>> feature_histogram_table(frame, feature="orders")
       From   To  Customers
    0   0.5  1.5          2
    1   1.5  2.5          1
    2   2.5  3.5          1
    """
    values = _values(features, feature)
    shown = values[values <= _end(values)] if len(values) else values
    edges = _edges(shown, bins)
    counts = np.histogram(shown, edges)[0] if len(edges) > 1 else np.array([], int)
    rows = pd.DataFrame(
        {"From": edges[: len(counts)], "To": edges[1:], "Customers": counts}
    )
    rows.attrs["formats"] = {"From": "rounded", "To": "rounded"}
    return rows


def _values(features: pd.DataFrame, feature: str) -> np.ndarray:
    column = columns_of(features, [feature], "features")[feature]
    values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float)
    return values[np.isfinite(values)]


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


def _beyond(values: np.ndarray) -> str:
    end = _end(values)
    outside = values > end
    if not outside.any():
        return ""
    return f"; {number(outside.sum())} customers beyond, up to {rounded(values.max())}"


def _with_unit(value: float, unit: str) -> str:
    return f"{rounded(value)} {plain(unit)}".strip()
