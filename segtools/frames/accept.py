"""Frames of any library: what they are, how they are read, and how answers look."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from segtools.frames import pandas_frame
from segtools.schema import DataError
from segtools.wording import shorten

if TYPE_CHECKING:
    import pyarrow as pa

# Rows that one look at a table of a server brings over.
_BATCH = 100_000
# How to make a frame of what is none, by its kind.
_CONVERSIONS = {
    dict: "pd.DataFrame({what})",
    list: "pd.DataFrame({what})",
    tuple: "pd.DataFrame(list({what}))",
}
_READERS = {
    ".parquet": "read_parquet",
    ".xlsx": "read_excel",
    ".json": "read_json",
    ".feather": "read_feather",
}


@dataclass(frozen=True)
class Given:
    """A caller's frame.

    Attributes
    ----------
    what : {"orders", "customers"}
        The argument that it came as.
    frame : object
        The caller's own, or for pandas a flat one over the same data. Never changed.
    library : str
        Such as ``pandas``, ``polars``, ``ibis``; ``arrow`` for whatever else speaks
        Arrow's C stream.
    headers : tuple of str
        Its columns.
    told : tuple of str
        What was made of it, a sentence each.
    who : str
        The column of ids, once it is known.
    """

    what: str
    frame: Any = field(repr=False)
    library: str
    headers: tuple[str, ...]
    told: tuple[str, ...] = ()
    who: str = ""

    def read(self, chosen: Mapping[str, str]) -> tuple[Any, tuple[str, ...]]:
        """Read some columns as Arrow, under our names.

        Parameters
        ----------
        chosen : mapping
            Our names to theirs.

        Returns
        -------
        stream : pyarrow RecordBatchReader
            One pass over the rows; a table of a server comes in batches.
        told : tuple of str
            What had to be changed, a sentence each.

        Raises
        ------
        DataError
            If the library cannot give its rows, or they are objects of Python.
        """
        if self.library == "pandas":
            table, told = pandas_frame.as_arrow(self.frame, chosen)
            return _plain(table.to_reader(), list(chosen)), told
        if self.library == "polars":
            _refuse_objects(self.frame, self.what, chosen.values())
        try:
            stream = _stream(self.frame, self.library, list(chosen.values()))
            return _plain(stream, list(chosen)), ()
        except Exception as error:
            raise unreadable(self.what, self.library, error) from None

    def like(self, frame: pd.DataFrame, ids: pa.Array | None) -> Any:
        """Give an answer as a frame of the caller's library.

        Parameters
        ----------
        frame : DataFrame
            With ``customer_id`` as text.
        ids : pyarrow Array or None
            The ids as they were given, row by row; None leaves the texts.

        Returns
        -------
        DataFrame, Table, ...
            The caller's library where that holds frames in memory; an Ibis memtable
            for Ibis, an Arrow table for DuckDB and Arrow, else pandas.
        """
        if self.library == "pandas":
            if ids is None:
                return frame.copy()
            own = pandas_frame.like_given(ids, self.frame[self.who].dtype)
            return frame.assign(customer_id=own.set_axis(frame.index))
        table = _with_ids(frame, ids)
        if self.library == "ibis":
            import ibis

            return ibis.memtable(table)
        if self.library in ("duckdb", "arrow", "pyarrow"):
            return table
        return _held_in_memory(table, self, typed=ids is not None)


def given(frame: Any, what: str = "orders") -> Given:
    """Look at what a caller has passed; nothing of it is read yet.

    Parameters
    ----------
    frame : DataFrame
        Of pandas, or whatever narwhals knows (Polars, PyArrow, Modin, DuckDB, Ibis,
        PySpark, Dask), lazy or not, or what gives an Arrow stream.
    what : str, default="orders"
        The argument, for sentences.

    Raises
    ------
    DataError
        If it is no frame; the sentence has the line that makes one of it.

    Examples
    --------
    >>> given(pd.DataFrame({"Customer": ["ann"]})).headers
    ('Customer',)
    >>> given({"Customer": ["ann"]})
    Traceback (most recent call last):
    segtools.schema.DataError: orders must be a DataFrame, but it is a dict. Convert \
it: orders = pd.DataFrame(orders).
    """
    found = _known(frame, what)
    if not found.headers:
        raise DataError(
            f"{what} must have columns, but the frame has none. Load it again."
        )
    _refuse_doubled(found.headers, what)
    return found


def _refuse_doubled(names: Sequence[str], what: str) -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise DataError(
            f"{what} must have each column once, but {shorten(twice, 60)!r} stands "
            f"{names.count(twice)} times. Rename one."
        )


def _known(frame: Any, what: str) -> Given:
    if isinstance(frame, pd.DataFrame):
        return _of_pandas(frame, what)
    import narwhals as nw

    if isinstance(given_names := getattr(frame, "column_names", None), list):
        _refuse_doubled(given_names, what)
    try:
        known = nw.from_native(frame, allow_series=True, pass_through=True)
        if isinstance(known, (nw.DataFrame, nw.LazyFrame)):
            names = tuple(known.collect_schema().names())
    except Exception as error:  # it knows the library, but cannot use the frame
        raise unreadable(
            what, type(frame).__module__.partition(".")[0], error
        ) from None
    if isinstance(known, (nw.DataFrame, nw.LazyFrame)):
        native, library = known.to_native(), str(known.implementation)
        if library == "pandas":
            return _of_pandas(native, what)
        return Given(what, native, library, names)
    if not isinstance(known, nw.Series) and hasattr(frame, "__arrow_c_stream__"):
        return _of_stream(frame, what)
    raise DataError(_no_frame(frame, what))


def _of_pandas(frame: pd.DataFrame, what: str) -> Given:
    made, told = pandas_frame.flat(frame, what)
    return Given(what, made, "pandas", tuple(made.columns), told)


def _of_stream(frame: Any, what: str) -> Given:
    import pyarrow as pa

    try:
        table = pa.RecordBatchReader.from_stream(frame).read_all()
    except Exception as error:
        raise unreadable(what, type(frame).__name__, error) from None
    return Given(what, table, "arrow", tuple(table.column_names))


def _no_frame(frame: Any, what: str) -> str:
    kind = type(frame).__name__
    if isinstance(frame, (str, Path)):
        end = Path(str(frame)).suffix.casefold()
        reader = _READERS.get(end, "read_csv")
        said = f"the text {shorten(frame, 60)!r}" if end == "" else f"a path ({end})"
        return (
            f"{what} must be a DataFrame, but it is {said}. "
            f"Read it first: {what} = pd.{reader}({what})."
        )
    line = next((c for k, c in _CONVERSIONS.items() if isinstance(frame, k)), "")
    if hasattr(frame, "to_frame"):
        line = "{what}.to_frame().reset_index()"
    elif hasattr(frame, "to_pandas"):
        line = "{what}.to_pandas()"
    line = line or "pd.DataFrame({what}, columns=[...])"
    article = "an" if kind[:1].lower() in "aeiou" else "a"
    return (
        f"{what} must be a DataFrame, but it is {article} {kind}. "
        f"Convert it: {what} = {line.format(what=what)}."
    )


def _refuse_objects(frame: Any, what: str, columns: Iterable[str]) -> None:
    """Refuse columns of Polars that hold Python's objects: Arrow has their places only.

    Raises
    ------
    DataError
        With the line that makes text of them.
    """
    import narwhals as nw

    schema = nw.from_native(frame).collect_schema()
    for name in columns:
        if schema[name] == nw.Object:
            raise DataError(
                f"{what} must hold values that Polars knows in {name!r}, but it holds "
                f"objects of Python. Make them text: {what} = {what}.with_columns("
                f"pl.col({name!r}).map_elements(str, return_dtype=pl.String))."
            )


def _stream(frame: Any, library: str, columns: list[str]) -> Any:
    """Give some columns of a frame that is not of pandas, in batches if it can."""
    import narwhals as nw
    import pyarrow as pa

    if library == "ibis":
        return _of_ibis(frame.select(*columns))
    if library == "arrow":
        return frame.select(columns).to_reader()
    some = nw.from_native(frame).select(*columns)
    if isinstance(some, nw.DataFrame):
        return some.to_arrow().to_reader()
    native = some.to_native()
    if library == "duckdb" and hasattr(native, "__arrow_c_stream__"):
        return pa.RecordBatchReader.from_stream(native)
    return some.collect(backend="pyarrow").to_native().to_reader()


def _of_ibis(table: Any) -> Any:
    """Give the batches of an Ibis table, the first of which is asked for at once."""
    import pyarrow as pa

    with warnings.catch_warnings():
        # Ibis 12 asks DuckDB 1.5 in a way that 2.0 will not know.
        warnings.simplefilter("ignore", DeprecationWarning)
        stream = table.to_pyarrow_batches(chunk_size=_BATCH)
        first = next(stream, None)
    ahead = [] if first is None else [first]
    return pa.RecordBatchReader.from_batches(stream.schema, chain(ahead, stream))


def _plain(stream: Any, names: list[str]) -> Any:
    """Name a stream's columns, and decode what DuckDB would take for its own enums."""
    import pyarrow as pa

    kinds = [_plain_type(kind) for kind in stream.schema.types]
    schema = pa.schema(list(zip(names, kinds, strict=True)))

    def batches() -> Any:
        for batch in stream:
            columns = [
                _decoded(c, k) for c, k in zip(batch.columns, kinds, strict=True)
            ]
            yield pa.record_batch(columns, schema=schema)

    return pa.RecordBatchReader.from_batches(schema, batches())


def _plain_type(kind: Any) -> Any:
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        return _plain_type(kind.value_type)
    if pa.types.is_null(kind) or pa.types.is_decimal256(kind):
        return pa.string()
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        return pa.timestamp("us", tz=kind.tz)
    if pa.types.is_float16(kind):
        return pa.float32()
    return kind


def _decoded(column: Any, kind: Any) -> Any:
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    # Below a microsecond no order is told from another.
    return column if column.type == kind else column.cast(kind, safe=False)


def _with_ids(frame: pd.DataFrame, ids: Any) -> Any:
    import pyarrow as pa

    table = pa.Table.from_pandas(frame, preserve_index=False)
    table = table.replace_schema_metadata(None)
    return table if ids is None else table.set_column(0, "customer_id", ids)


def _held_in_memory(table: Any, given: Given, *, typed: bool) -> Any:
    """Give a table in a library that holds frames in memory; pandas for all others."""
    if given.library not in ("polars", "modin", "cudf"):
        return table.to_pandas()
    import narwhals as nw

    backend = nw.Implementation.from_string(given.library)
    made = nw.from_arrow(table, backend=backend)  # type: ignore[arg-type]
    if typed:
        kind = nw.from_native(given.frame).collect_schema()[given.who]
        made = made.with_columns(nw.col("customer_id").cast(kind))
    return made.to_native()


def unreadable(what: str, library: str, error: Exception) -> DataError:
    """Say that a library could not give its rows; of its own words only the kind.

    Drivers repeat addresses and rows in what they say.
    """
    return DataError(
        f"{what} must be readable to the last row, but {library} stopped with "
        f"{type(error).__name__}. Try {what} = {what}.to_pandas() to see why."
    )
