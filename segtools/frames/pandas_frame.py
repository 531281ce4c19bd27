"""A pandas frame, made flat: its index a column, its objects of one kind each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from segtools.languages import mark, tr
from segtools.schema import DataError
from segtools.wording import quoted_name, shorten

if TYPE_CHECKING:
    import pyarrow as pa

# What pandas calls an index without a name once it is a column.
_NAMELESS = "index"
_PERIODS = mark("{column} holds periods: each counts as its start.")
_BEYOND = mark("{column} holds numbers beyond 64 bits: they count as text.")
_SEVERAL = mark("{column} holds values of several kinds: they count as text.")
_TWICE = mark("The index {index} was left out, since a column has its name.")


def flat(frame: pd.DataFrame, what: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Give a frame whose columns are texts and whose index is among them.

    Parameters
    ----------
    frame : DataFrame
        Never changed.
    what : str
        The argument that it came as, for sentences.

    Returns
    -------
    frame : DataFrame
        A new one over the same data.
    told : tuple of str
        What was made of the index.

    Raises
    ------
    DataError
        If columns have several levels, or one name stands twice.

    Examples
    --------
    >>> people = pd.CategoricalIndex(["ann", "bob"], name="Customer")
    >>> made, told = flat(pd.DataFrame({"Paid": [3, 4]}, index=people), "orders")
    >>> list(made.columns), told
    (['Customer', 'Paid'], ("The index 'Customer' was taken as a column.",))
    """
    if frame.columns.nlevels > 1:
        raise DataError(
            f"{what} must have columns of one level, but they have "
            f"{frame.columns.nlevels}. Join them: {what}.columns = "
            f"['_'.join(map(str, c)) for c in {what}.columns]."
        )
    made = frame.set_axis(frame.columns.map(str), axis=1)
    made, told = _with_index(made, what)
    doubled = made.columns[made.columns.duplicated()]
    if len(doubled):
        times = list(made.columns).count(doubled[0])
        raise DataError(
            f"{what} must have each column once, but {shorten(doubled[0], 60)!r} "
            f"stands {times} times. Rename one, or keep the first: {what} = "
            f"{what}.loc[:, ~{what}.columns.duplicated()]."
        )
    return made, told


def _with_index(made: pd.DataFrame, what: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
    index = made.index
    if index.nlevels == 1 and index.name is None and _only_counts(index):
        return made, ()
    names = [_level_name(index, i) for i in range(index.nlevels)]
    told = []
    for i, name in reversed(list(enumerate(names))):
        if name in made.columns:
            told.append(tr(_TWICE, index=quoted_name(name)))
            continue
        values = index.get_level_values(i)
        made = made.reset_index(drop=True)
        made.insert(0, name, pd.Series(values, name=name))
        told.append(
            tr("The index {index} was taken as a column.", index=quoted_name(name))
        )
    return made.reset_index(drop=True), tuple(reversed(told))


def _only_counts(index: pd.Index) -> bool:
    """Tell whether an index without a name holds nothing but row numbers."""
    # Whoever has filtered or sorted has left whole numbers, but no customers.
    return isinstance(index, pd.RangeIndex) or pd.api.types.is_integer_dtype(index)


def _level_name(index: pd.Index, level: int) -> str:
    name = index.names[level]
    if name is not None:
        return str(name)
    return _NAMELESS if index.nlevels == 1 else f"level_{level}"


def nameless_time(frame: pd.DataFrame) -> str | None:
    """Name the column that was an index of times without a name, if there is one."""
    known = _NAMELESS in frame.columns
    if known and pd.api.types.is_datetime64_any_dtype(frame[_NAMELESS]):
        return _NAMELESS
    return None


def as_arrow(
    frame: pd.DataFrame, chosen: Mapping[str, str]
) -> tuple[pa.Table, tuple[str, ...]]:
    """Give some columns as Arrow, under our names.

    Parameters
    ----------
    frame : DataFrame
        As `flat` gives it.
    chosen : mapping
        Our names to theirs.

    Returns
    -------
    table : pyarrow Table
        An object column whose values are of several kinds is text: each value as it
        reads, times as ISO 8601. Of periods, each counts as its start.
    told : tuple of str
        Which columns became text or times.

    Raises
    ------
    DataError
        If a column holds text that is none.
    """
    import pyarrow as pa

    arrays, told = {}, []
    for ours, theirs in chosen.items():
        values, said = _dense(frame[theirs])
        try:
            arrays[ours], as_text = _array(values)
        except UnicodeError:  # its own words repeat the value
            raise DataError(
                f"The column {theirs!r} must hold text that can be written as UTF-8, "
                "but it holds half of a pair of surrogates. Read the file again with "
                "its own encoding=..."
            ) from None
        told += [tr(s, column=quoted_name(theirs)) for s in (said, as_text) if s]
    return pa.table(arrays), tuple(told)


def _dense(values: pd.Series) -> tuple[pd.Series, str]:
    """Give values as Arrow knows them: neither sparse nor periods."""
    if isinstance(values.dtype, pd.SparseDtype):
        return values.sparse.to_dense(), ""
    if isinstance(values.dtype, pd.PeriodDtype):
        return values.dt.to_timestamp(), _PERIODS
    return values, ""


def _array(values: pd.Series) -> tuple[Any, str]:
    """Give values as Arrow, and why they had to become text."""
    import pyarrow as pa

    if values.dtype == object and _has_times(values):
        return pa.array([_text(v) for v in values], pa.string()), ""
    try:
        return pa.Array.from_pandas(values), ""
    except OverflowError:
        why = _BEYOND
    except (pa.ArrowException, TypeError, ValueError):
        why = _SEVERAL
    return pa.array([_text(v) for v in values], pa.string()), why


def _has_times(values: pd.Series) -> bool:
    """Tell whether objects are times: with and without a zone may be mixed."""
    return any(isinstance(v, dt.datetime) for v in values)


def _text(value: Any) -> str | None:
    """Write one value as it reads; whole numbers without a point, times as ISO."""
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return None
    if isinstance(value, (dt.datetime, dt.date)):
        return value.isoformat(*((" ",) if isinstance(value, dt.datetime) else ()))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def like_given(ids: pa.Array, dtype: Any) -> pd.Series:
    """Give ids as a Series of the type that they came in, where they fit it."""
    values = ids.to_pandas()
    try:
        return pd.Series(values).astype(dtype)
    except (TypeError, ValueError):
        return pd.Series(values)
