"""Erase a customer from Parquet: rows, cells, dictionaries and statistics."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from segtools.records import whole
from segtools.runs.forget.traces import Traces, says_whose
from segtools.runs.forget.what import Erased

Flags = NDArray[np.bool_]


def erase_parquet(path: Path, traces: Traces, *, dry: bool = False) -> Erased:
    """Take a customer's rows out of a Parquet file, and blank what else names them.

    Parameters
    ----------
    path : Path
    traces : Traces
    dry : bool, default=False
        Only count.

    Returns
    -------
    Erased
        The file is written anew, row group by row group with the same schema and
        compression, and only if there is anything to erase: dictionaries and
        statistics hold nothing of what has gone.
    """
    found = Erased()
    for _, drop, cells in _groups(path, traces):
        found += Erased(rows=int(drop.sum()), cells=sum(map(len, cells.values())))
    told = _told_of(path, traces)
    found += Erased(cells=int(told))
    if not found or dry:
        return found
    with whole(path) as half:
        _write(path, half, traces)
        half.chmod(path.stat().st_mode & 0o777)
    return found


def parquet_holds(path: Path, traces: Traces) -> bool:
    """Tell whether a text of a Parquet file names a customer within a longer word."""
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            for column in file.read_row_group(group).columns:
                if any(map(traces.may_be_in, _suspects(column, traces))):
                    return True
    return False


def _suspects(column: pa.ChunkedArray, traces: Traces) -> Iterator[str]:
    """Give the different texts of a column in which a needle stands anyhow."""
    kind = column.type.value_type if _is_dictionary(column.type) else column.type
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        return
    texts = column.cast(kind).unique()
    for needle in traces.needles:
        hits = pc.match_substring(texts, needle, ignore_case=True)
        yield from texts.filter(hits).to_pylist()


def _write(path: Path, half: Path, traces: Traces) -> None:
    with pq.ParquetFile(path) as file:
        schema, packed = file.schema_arrow, _compression(file)
    schema = schema.with_metadata(_silent(schema.metadata, traces))
    with pq.ParquetWriter(half, schema, compression=packed) as writer:
        for table, drop, cells in _groups(path, traces):
            for place, spots in cells.items():
                table = _without_cells(table, place, spots, traces)
            kept = table.filter(pa.array(~drop))
            if len(kept) or not len(table):
                writer.write_table(_plain(kept, schema))


def _compression(file: pq.ParquetFile) -> str:
    about = file.metadata
    if not about.num_row_groups or not about.num_columns:
        return "snappy"
    return (
        str(about.row_group(0).column(0).compression)
        .lower()
        .replace("uncompressed", "none")
    )


def _groups(
    path: Path, traces: Traces
) -> Iterator[tuple[pa.Table, Flags, dict[int, list[int]]]]:
    """Give each row group with its rows to drop, and cells to blank by column."""
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            table = file.read_row_group(group)
            yield table, *_judge(table, traces)


def _judge(table: pa.Table, traces: Traces) -> tuple[Flags, dict[int, list[int]]]:
    hits = {p: _hits(table, p, traces) for p in range(table.num_columns)}
    rows = np.unique(np.concatenate([np.array([], int), *hits.values()]))
    drop = np.zeros(table.num_rows, dtype=bool)
    for row, values in zip(rows, table.take(pa.array(rows)).to_pylist(), strict=True):
        drop[row] = traces.owns(dict(_texts_of(values)))
    cells = {p: [int(r) for r in own if not drop[r]] for p, own in hits.items()}
    # Elsewhere a number of the same digits as the id is a number.
    return drop, {
        p: [r for r in own if _is_named(table, p, r, traces)]
        for p, own in cells.items()
        if own
    }


def _is_named(table: pa.Table, place: int, row: int, traces: Traces) -> bool:
    if says_whose(table.column_names[place]):
        # Another customer's row: it stays his, unless it points at who is forgotten.
        return str(table.column_names[place]) != "customer_id"
    values = [text for _, text in _texts_of({"": table.column(place)[row].as_py()})]
    return any(traces.is_hit(v) or traces.scrub(v)[1] for v in values)


def _texts_of(value: Any, column: str = "") -> Iterator[tuple[str, str]]:
    """List the texts of a row, of nested values under their own names."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts_of(inner, f"{name}")
    elif isinstance(value, (list, tuple)):
        for place, inner in enumerate(value):
            own = inner if isinstance(inner, dict) else {f"{column}.{place}": inner}
            yield from _texts_of(own)
    elif isinstance(value, bytes):
        yield column, value.decode("utf-8", "replace")
    elif value is not None and not isinstance(value, float):
        yield column, str(value)


def _hits(table: pa.Table, place: int, traces: Traces) -> NDArray[np.int64]:
    """Give the rows in which a column may name the customer."""
    column, name = table.column(place), table.column_names[place]
    kind = column.type.value_type if _is_dictionary(column.type) else column.type
    if pa.types.is_nested(kind) or pa.types.is_binary(kind):
        return _slow(column, traces)
    if pa.types.is_integer(kind):
        if not says_whose(name) or not traces.customer_id.isdigit():
            return np.array([], dtype=np.int64)
        texts = column.cast(pa.string())
    elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
        texts = column.cast(pa.large_string())
    else:
        return np.array([], dtype=np.int64)
    return np.flatnonzero(_matches(texts, traces, named=says_whose(name)))


def _matches(texts: pa.ChunkedArray, traces: Traces, *, named: bool) -> Flags:
    """Say which texts may be the customer; each different one is looked at once."""
    coded = texts.combine_chunks().dictionary_encode()
    values = coded.dictionary
    trimmed = pc.utf8_trim(pc.utf8_trim_whitespace(values), "'")
    parts = {*traces.marks, *(m for group in traces.together for m in group)}
    marks = pa.array(sorted(parts), trimmed.type)
    found = pc.is_in(pc.utf8_lower(trimmed), value_set=marks)
    if named or traces.telling:
        for way in (values, trimmed):
            found = pc.or_(found, pc.equal(way, traces.customer_id))
    for needle in traces.needles:
        found = pc.or_(found, pc.match_substring(values, needle, ignore_case=True))
    spread = pc.fill_null(pc.take(found, coded.indices), False)
    return np.asarray(spread.to_numpy(zero_copy_only=False), dtype=bool)


def _slow(column: pa.ChunkedArray, traces: Traces) -> NDArray[np.int64]:
    """Look into nested values one by one; none of our own tables has any."""
    rows = [
        row
        for row, value in enumerate(column.to_pylist())
        for name, text in _texts_of({"": value})
        if traces.is_hit(text)
        or traces.scrub(text)[1]
        or (says_whose(name) and traces.is_id(text))
    ]
    return np.unique(np.array(rows, dtype=np.int64))


def _without_cells(
    table: pa.Table, place: int, spots: list[int], traces: Traces
) -> pa.Table:
    """Blank cells that are the customer; of longer texts only the words that are."""
    column = table.column(place)
    kind = column.type.value_type if _is_dictionary(column.type) else column.type
    values = column.cast(kind).to_pylist()
    for row in spots:
        text = values[row]
        if isinstance(text, str) and not (traces.is_hit(text) or traces.is_id(text)):
            values[row] = traces.scrub(text)[0]
        else:
            values[row] = None
    name = table.schema.field(place).with_type(kind)
    return table.set_column(place, name, pa.chunked_array([pa.array(values, kind)]))


def _plain(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Build dictionaries anew, so that none keeps a value that no row has."""
    columns = []
    for place, target in enumerate(schema):
        column = table.column(place)
        if _is_dictionary(target.type):
            known = column.cast(target.type.value_type).combine_chunks()
            column = known.dictionary_encode().cast(target.type)
        columns.append(column)
    return pa.Table.from_arrays(columns, schema=schema)


def _is_dictionary(kind: pa.DataType) -> bool:
    return bool(pa.types.is_dictionary(kind))


def _told_of(path: Path, traces: Traces) -> bool:
    metadata = pq.read_schema(path).metadata
    return _silent(metadata, traces) != metadata


def _silent(
    metadata: dict[bytes, bytes] | None, traces: Traces
) -> dict[bytes, bytes] | None:
    """Give the notes of a file's head without those that name the customer."""
    if metadata is None:
        return None
    made = {}
    for key, value in metadata.items():
        text, count = traces.scrub(value.decode("utf-8", "surrogateescape"))
        made[key] = text.encode("utf-8", "surrogateescape") if count else value
    return made
