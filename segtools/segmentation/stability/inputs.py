"""What the stability stack is given: checked, and put in an order of its own.

Rows and columns are sorted before chance draws anything, so that neither the order of
a file nor that of its columns changes a result. What cannot be answered is refused,
and what makes an answer doubtful is noted, each with its count and a remedy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.languages import markn, tr, trn
from segtools.schema import DataError
from segtools.segmentation.doubts import coded, giant, tied
from segtools.wording import listed, number

Array = NDArray[np.float64]
Order = NDArray[np.int64]
# Fewer rows a feature and cluster, and anything looks like a group (Qiu & Joe 2009).
ROWS_EACH = 10
UNEVEN = 100.0
# {n} is of how many: the noun stands by it.
_CONSTANT = markn(
    "{some} of {n} column was left out, as constant: {columns}. Drop it, or look why "
    "it carries nothing new.",
    "{some} of {n} columns were left out, each constant: {columns}. Drop them, or look "
    "why they carry nothing new.",
)
_COPIES = markn(
    "{some} of {n} column was left out, as a copy of another: {columns}. Drop it, or "
    "look why it carries nothing new.",
    "{some} of {n} columns were left out, each a copy of another: {columns}. Drop "
    "them, or look why they carry nothing new.",
)


@dataclass(frozen=True)
class Customers:
    """Rows in the order of their content; what was left out is in ``notes``.

    ``X[i, j]`` is what was passed in row ``rows[i]`` and column ``columns[j]``.
    """

    X: Array
    rows: Order
    columns: Order
    names: list[str]
    notes: list[str]


def read(X: pd.DataFrame | NDArray[Any], most: int) -> Customers:
    """Check a table of features and sort it by content.

    Parameters
    ----------
    X : DataFrame or array of shape (n_customers, n_features)
        Complete numbers, comparable with each other (logged and standardised).
    most : int
        The largest number of clusters that will be asked for.

    Returns
    -------
    Customers
        Without constant and repeated columns.

    Raises
    ------
    DataError
        If values are missing, not finite or not numbers, or if there are fewer
        different rows than clusters.

    Examples
    --------
    >>> read(np.array([[2.0], [1.0], [1.5]]), 2).X.ravel().tolist()
    [1.0, 1.5, 2.0]
    """
    frame = pd.DataFrame(X)
    names = [str(name) for name in frame.columns]
    values = _numbers(frame, names)
    _refuse_gaps(values, names)
    by_name = isinstance(X, pd.DataFrame) and len(set(names)) == len(names)
    order = np.argsort(names, kind="stable") if by_name else _by_content(values)
    kept, notes = _telling(values, order, names)
    sorted_columns = values[:, kept]
    rows = np.lexsort(sorted_columns.T[::-1]) if len(kept) else np.arange(len(values))
    found = sorted_columns[rows]
    _refuse_few(found, most)
    chosen = [names[j] for j in kept]
    notes += _doubts(found, chosen, most)
    return Customers(found, rows, kept, chosen, notes)


def _numbers(frame: pd.DataFrame, names: list[str]) -> Array:
    wrong = [
        name
        for name, kind in zip(names, frame.dtypes, strict=True)
        if not pd.api.types.is_numeric_dtype(kind)
    ]
    if wrong:
        raise DataError(
            f"X must hold numbers, but {len(wrong)} of {len(names)} columns do not: "
            f"{listed(wrong)}. Encode them, or use a method for mixed data."
        )
    # Adding nothing makes one zero of the two.
    return frame.to_numpy(dtype=np.float64, na_value=np.nan) + 0.0


def _refuse_gaps(values: Array, names: list[str]) -> None:
    gaps = np.isnan(values)
    empty = [names[j] for j in np.flatnonzero(gaps.all(axis=0))] if len(values) else []
    if empty:
        raise DataError(
            f"X must have values in every column, but {len(empty)} of {len(names)} "
            f"have none: {listed(empty)}. Leave them out."
        )
    if gaps.any():
        rows = number(int(gaps.any(axis=1).sum()))
        raise DataError(
            f"X must have no missing values, but {rows} of {number(len(values))} rows "
            "have some. Fill them, or leave those rows out."
        )
    endless = int((~np.isfinite(values)).any(axis=1).sum())
    if endless:
        raise DataError(
            f"X must be finite, but {number(endless)} of {number(len(values))} rows "
            "hold an infinite value. Take the logarithm of positive values only."
        )


def _by_content(values: Array) -> Order:
    """Order columns without names by what they hold, whatever the order of rows."""
    across = np.sort(values, axis=1)[:, ::-1]
    weight = across @ np.arange(1.0, values.shape[1] + 1)
    keys = []
    for column in values.T:
        alone, joint = np.sort(column), np.sort(column * weight)
        keys.append((alone.sum(), (alone**2).sum(), (alone**3).sum(), joint.sum()))
    return np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.int64)


def _telling(values: Array, order: Order, names: list[str]) -> tuple[Order, list[str]]:
    """Leave out columns that say nothing, or nothing new, and note which."""
    kept: list[int] = []
    flat, twice = [], []
    for j in order:
        column = values[:, j]
        if len(column) and column.min() == column.max():
            flat.append(names[j])
        elif any(np.array_equal(column, values[:, i]) for i in kept):
            twice.append(names[j])
        else:
            kept.append(int(j))
    notes = []
    for left_out, says in ((flat, _CONSTANT), (twice, _COPIES)):
        if left_out:
            given = {"some": number(len(left_out)), "columns": listed(left_out)}
            notes.append(trn(*says, len(names), **given))
    return np.array(kept, dtype=np.int64), notes


def _refuse_few(X: Array, most: int) -> None:
    different = 1 + int((np.diff(X, axis=0) != 0).any(axis=1).sum()) if len(X) else 0
    if X.shape[1] == 0 or different < most:
        raise DataError(
            f"X must have at least as many different rows as clusters, but it has "
            f"{number(different if X.shape[1] else min(1, len(X)))} for {most}. "
            "Ask for fewer clusters, or add features that tell customers apart."
        )


def _doubts(X: Array, names: list[str], most: int) -> list[str]:
    """Say what makes clusters of these rows doubtful, with counts."""
    return [
        note
        for note in (
            _too_wide(X, most),
            tied(X, names),
            giant(X),
            coded(pd.DataFrame(X, columns=names)),
            _uneven(X, names),
        )
        if note
    ]


def _too_wide(X: Array, most: int) -> str:
    n, p = X.shape
    need = ROWS_EACH * p * most
    if n >= need:
        return ""
    return trn(
        "{n} row is few for {features} features and up to {clusters} clusters "
        "({need} are advised: {each} for each of both). Leave features out, or ask for "
        "fewer clusters.",
        "{n} rows are few for {features} features and up to {clusters} clusters "
        "({need} are advised: {each} for each of both). Leave features out, or ask for "
        "fewer clusters.",
        n,
        features=number(p),
        clusters=number(most),
        need=number(need),
        each=number(ROWS_EACH),
    )


def _uneven(X: Array, names: list[str]) -> str:
    spread = X.std(axis=0)
    wide, narrow = int(spread.argmax()), int(spread.argmin())
    if spread[wide] < UNEVEN * spread[narrow]:
        return ""
    return tr(
        "The spread of {wide} is {times} times that of {narrow}, which then hardly "
        "counts. Standardise the columns.",
        wide=names[wide],
        times=number(spread[wide] / spread[narrow]),
        narrow=names[narrow],
    )
