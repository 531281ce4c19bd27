"""Databases that are files on this machine: SQLite and DuckDB, read into our own."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.util import gen_name

from segtools.schema import ConfigError, DataError

_BATCH = 50_000


@dataclass(frozen=True)
class DatabaseFile:
    """The tables of a file, and how to open one or a query under a key's name."""

    names: list[str]
    table: Callable[[str | None, str | None, str], ir.Table]


def duckdb_tables(con: ibis.BaseBackend, path: str) -> DatabaseFile:
    """Attach a DuckDB file to `con`, which only reads it.

    Raises
    ------
    DataError
        If it is no such file, or another program holds it.
    """
    theirs = gen_name("theirs")
    literal = path.replace("'", "''")
    try:
        con.raw_sql(f"ATTACH '{literal}' AS {theirs} (READ_ONLY)")
    except duckdb.Error as error:
        busy = "lock" in str(error).lower()
        remedy = "Close the other program" if busy else "Name a DuckDB file"
        what = "another program writes to it" if busy else "it cannot be opened"
        raise DataError(
            f"{Path(path).name} must be a DuckDB file that can be read, but {what}. "
            f"{remedy}."
        ) from None
    rows = con.raw_sql(
        "SELECT schema_name, table_name FROM duckdb_tables() "
        f"WHERE database_name = '{theirs}' UNION ALL "
        "SELECT schema_name, view_name FROM duckdb_views() "
        f"WHERE database_name = '{theirs}' AND NOT internal ORDER BY ALL"
    ).fetchall()
    names = [name if schema == "main" else f"{schema}.{name}" for schema, name in rows]

    def table(name: str | None, query: str | None, where: str) -> ir.Table:
        if name is None:
            return _duckdb_query(con, theirs, str(query), where)
        schema, _, last = name.rpartition(".")
        return con.table(last, database=(theirs, schema or "main"))

    return DatabaseFile(names, table)


def _duckdb_query(
    con: ibis.BaseBackend, theirs: str, query: str, where: str
) -> ir.Table:
    # The query's own names are found only while its file is the current one.
    here, landed = con.current_catalog, gen_name("landed")
    body = query.strip().rstrip(";")
    try:
        con.raw_sql(f"USE {theirs}")
        con.raw_sql(f"CREATE TEMP TABLE {landed} AS SELECT * FROM ({body}\n) AS theirs")
    except duckdb.Error as error:
        raise _not_run(where, str(error)) from None
    finally:
        con.raw_sql(f"USE {here}")
    return con.table(landed, database=("temp", "main"))


def sqlite_tables(con: ibis.BaseBackend, path: str) -> DatabaseFile:
    """Open a SQLite file; what is asked of it is streamed into `con`, all as text.

    Each value of SQLite has a type of its own and none is a decimal, so text is the
    one form in which nothing is lost.

    Raises
    ------
    DataError
        If it is no such file.
    """
    uri = f"file:{quote(str(Path(path).resolve()))}?mode=ro"
    # The engine asks for rows from a thread of its own.
    lite = sqlite3.connect(uri, uri=True, check_same_thread=False)
    lite.text_factory = lambda raw: raw.decode("utf-8", "replace")
    try:
        rows = lite.execute(
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') "
            "AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY name"
        ).fetchall()
    except sqlite3.Error:
        raise DataError(
            f"{Path(path).name} must be a SQLite file that can be read, but it is not. "
            "Name a SQLite file."
        ) from None

    def table(name: str | None, query: str | None, where: str) -> ir.Table:
        body = str(query).strip().rstrip(";")
        body = body if name is None else f"SELECT * FROM {_quoted(name)}"
        return _landed(con, lite, body, where)

    return DatabaseFile([name for (name,) in rows], table)


def _landed(
    con: ibis.BaseBackend, lite: sqlite3.Connection, body: str, where: str
) -> ir.Table:
    name, stream = gen_name("landed"), gen_name("stream")
    try:
        cursor = lite.execute(f"SELECT * FROM ({body}\n) AS theirs LIMIT 0")
        columns = [c[0] for c in cursor.description]
        texts = ", ".join(f"{_as_text(c)} AS {_quoted(c)}" for c in columns)
        cursor = lite.execute(f"SELECT {texts} FROM ({body}\n) AS theirs")
    except sqlite3.Error as error:
        raise _not_run(where, str(error)) from None
    schema = pa.schema([(c, pa.string()) for c in columns])
    reader = pa.RecordBatchReader.from_batches(schema, _batches(cursor, schema))
    try:
        con.con.register(stream, reader)
        con.raw_sql(f"CREATE TEMP TABLE {name} AS SELECT * FROM {stream}")
    except (sqlite3.Error, duckdb.Error):
        raise DataError(
            f"{where} must be readable to its last row, but the file is damaged or "
            "another program writes to it. Copy it and check the copy."
        ) from None
    finally:
        con.con.unregister(stream)
    return con.table(name, database=("temp", "main"))


def _batches(cursor: sqlite3.Cursor, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    while rows := cursor.fetchmany(_BATCH):
        columns = zip(*rows, strict=True)
        arrays = [pa.array(c, type=pa.string()) for c in columns]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _as_text(column: str) -> str:
    """Write a value as text; a whole number that is stored as a real has no .0."""
    c = _quoted(column)
    whole = f"typeof({c}) = 'real' AND {c} = round({c}) AND abs({c}) < 9e15"
    return (
        f"CASE WHEN {whole} THEN CAST(CAST({c} AS INTEGER) AS TEXT) "
        f"ELSE CAST({c} AS TEXT) END"
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _not_run(where: str, said: str) -> ConfigError:
    reason = said.splitlines()[0][:200].rstrip(".") if said else "it fails"
    return ConfigError(
        f"{where}.query must be a query that the database runs, but it says: {reason}. "
        "Change the query."
    )
