"""Gower's distance between customers of numbers, ranks and categories (Gower 1971)."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.schema import ConfigError, DataError, did_you_mean

Array = NDArray[np.float64]
MAX_ROWS = 5_000


def gower_distances(
    frame: pd.DataFrame,
    *,
    categories: Iterable[str] = (),
    asymmetric: Iterable[str] = (),
    ordinal: Iterable[str] = (),
) -> Array:
    """Give the mean difference over features, each between 0 and 1, of every pair.

    Memory and time grow with the square of the customers, so it is for a few thousand;
    beyond that use `famd`.

    Parameters
    ----------
    frame : DataFrame of shape (n_customers, n_features)
        Numbers differ by their distance over the range; text, bool and dtype category
        by 1 or 0. A pair is compared on what is known of both.
    categories : iterable of str, default=()
        Columns of numbers that only name categories.
    asymmetric : iterable of str, default=()
        Columns of 0 and 1 where two zeros say nothing: such a pair is not compared.
    ordinal : iterable of str, default=()
        Columns of numbers of which only the order counts: levels become 1, 2, 3, ...

    Returns
    -------
    array of shape (n_customers, n_customers)
        Symmetric, 0 on the diagonal; NaN where nothing is known of both.

    Raises
    ------
    DataError
        If there are more than 5,000 customers.
    ConfigError
        If a column is named that is not there.

    Examples
    --------
    >>> frame = pd.DataFrame({"age": [20.0, 30, 60], "town": ["A", "B", "A"]})
    >>> gower_distances(frame)[0].tolist()
    [0.0, 0.625, 0.5]
    """
    n = len(frame)
    _refuse(frame, [*categories, *asymmetric, *ordinal])
    nominal, absent, ranks = set(categories), set(asymmetric), set(ordinal)
    total, compared = np.zeros((n, n)), np.zeros((n, n))
    for name in frame:
        column = frame[name]
        apart, both = (
            _differ(column)
            if name in nominal | absent or not _is_number(column)
            else _distance(column, ranks=name in ranks)
        )
        if name in absent:
            zero = (column == 0).to_numpy()
            both &= ~(zero[:, None] & zero[None, :])
        total += np.where(both, apart, 0.0)
        compared += both
    with np.errstate(invalid="ignore", divide="ignore"):
        distance = total / compared
    np.fill_diagonal(distance, 0.0)
    return distance


def _refuse(frame: pd.DataFrame, named: list[str]) -> None:
    wrong = [c for c in named if c not in frame]
    if wrong:
        raise ConfigError(
            f"Only columns of frame can be named, but {wrong} are not there. "
            f"{did_you_mean(wrong[0], map(str, frame))}"
        )
    if len(frame) > MAX_ROWS:
        raise DataError(
            f"Gower's distances must be of at most {MAX_ROWS:,} customers, but there "
            f"are {len(frame):,}. Take a sample, or use famd."
        )


def _is_number(column: pd.Series) -> bool:
    number = pd.api.types.is_numeric_dtype(column)
    return bool(number and not pd.api.types.is_bool_dtype(column))


def _differ(column: pd.Series) -> tuple[Array, NDArray[np.bool_]]:
    codes = pd.factorize(column, use_na_sentinel=True)[0]
    known = codes >= 0
    apart = (codes[:, None] != codes[None, :]).astype(float)
    return apart, known[:, None] & known[None, :]


def _distance(column: pd.Series, *, ranks: bool) -> tuple[Array, NDArray[np.bool_]]:
    values = column.to_numpy(float, na_value=np.nan)
    known = ~np.isnan(values)
    if ranks:
        levels = np.unique(values[known])
        values = np.where(known, np.searchsorted(levels, values), np.nan)
    width = np.ptp(values[known]) if known.any() else 0.0
    apart = np.abs(values[:, None] - values[None, :]) / (width or 1.0)
    return apart, known[:, None] & known[None, :]
