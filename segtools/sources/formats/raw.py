"""Files of any kind as raw tables: delimited text, Parquet, JSON, Excel."""

from __future__ import annotations

import glob
import re
from collections import Counter
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir

from segtools.config import DataFile
from segtools.schema import ConfigError, DataError
from segtools.sources import engine_said
from segtools.sources.formats.excel import SUFFIXES, excel_table
from segtools.sources.formats.whole import (
    check_whole,
    in_utf_8,
    is_empty,
    packing,
    suffix,
    unpacked,
)

_KINDS = {".csv": "text", ".tsv": "text", ".txt": "text", ".parquet": "Parquet"}
_KINDS |= dict.fromkeys((".json", ".jsonl", ".ndjson"), "JSON")
_KINDS |= dict.fromkeys(SUFFIXES, "Excel")
_NATIVE_ENCODINGS = {"utf-8": "utf-8", "utf8": "utf-8", "utf-8-sig": "utf-8"}
_NATIVE_ENCODINGS |= {"utf-16": "utf-16", "latin-1": "latin-1", "iso-8859-1": "latin-1"}
_DELIMITERS = ";,\t|^~¦\x1f\x01"


def raw_table(
    con: ibis.BaseBackend,
    file: DataFile,
    table: str,
    options: dict[str, Any] | None = None,
) -> ir.Table:
    """Open a file, folder or glob as a table; text, JSON and Excel come all as text.

    Of JSON the keys of each object are the columns, and what is nested is the text of
    its JSON. Several files are put one under the other, columns matched by name.

    Parameters
    ----------
    con : ibis backend
        A DuckDB.
    file : DataFile
        Where it lies and how it is written.
    table : str
        What the error sentence calls it, such as ``order_lines``.
    options : dict, optional
        For delimited text: further options of DuckDB's reader, such as ``types``.
        Text that is not of its column's type is DuckDB's own error when it is read.

    Returns
    -------
    ibis Table
        Lazy; the file's own headers and order of columns.

    Raises
    ------
    ConfigError
        If there is nothing at the path, or files of several kinds.
    DataError
        If a file is empty, is not whole or cannot be read.
    """
    paths = data_files(file, table)
    kind = _kind(paths, file, table)
    for path in paths:
        check_whole(path, kind, table)
    return _opened(con, file, paths, table, options)


def data_files(file: DataFile, table: str) -> list[Path]:
    """List the files that a path, folder or glob leads to, in the order of names.

    Of a folder only files of kinds that can be read are taken, and no hidden ones.

    Raises
    ------
    ConfigError
        If there is none.
    DataError
        If one of them holds no byte.
    """
    path = Path(file.path)
    if path.is_dir():
        found = sorted(filter(is_data, path.iterdir()))
    elif path.is_file():
        found = [path]
    else:
        found = sorted(map(Path, glob.glob(file.path, recursive=True)))
    if not found or not all(p.is_file() for p in found):
        raise ConfigError(
            f"source.{table}.path must be a file, folder or glob of data, but there "
            f"is nothing at {file.path}. Check the path; it is relative to the "
            "configuration."
        )
    empty = [p for p in found if p.stat().st_size == 0]
    if empty:
        raise DataError(is_empty(empty[0], table))
    return found


def is_data(path: Path) -> bool:
    """Tell by its name whether a file of a folder is taken."""
    # Spreadsheets that are open leave ~$name.xlsx beside them.
    return suffix(path) in _KINDS and not path.name.startswith((".", "~$"))


def is_text(path: Path) -> bool:
    """Tell delimited text by its name."""
    return _KINDS.get(suffix(path)) == "text"


def same_columns(
    con: ibis.BaseBackend, file: DataFile, table: str, needed: Collection[str]
) -> None:
    """Refuse files of which some lack a column that is needed and others have.

    Parameters
    ----------
    con : ibis backend
    file : DataFile
        A folder or glob; of a single file nothing is asked.
    table : str
        What the error sentence calls it.
    needed : collection of str
        Headers that each file must have; case does not matter.

    Raises
    ------
    DataError
        Naming two files and what one of them lacks.
    """
    paths = data_files(file, table)
    if len(paths) == 1:
        return
    headers = {p: _opened(con, file, [p], table).columns for p in paths}
    there = {p: {h.lower() for h in found} for p, found in headers.items()}
    for path in paths:
        missing = [c for c in needed if c.lower() not in there[path]]
        if missing:
            other = max(paths, key=lambda p: missing[0].lower() in there[p])
            raise DataError(
                f"{table} must have the same columns in each of its files, but "
                f"{path.name} lacks {missing}, which {other.name} has; it has "
                f"{list(headers[path])}. Name its columns as there, or read the files "
                "apart."
            )


def _kind(paths: list[Path], file: DataFile, table: str) -> str:
    suffixes = sorted({suffix(p) for p in paths})
    kinds = {_KINDS.get(s) for s in suffixes}
    if None in kinds or len(kinds) > 1:
        raise ConfigError(
            f"source.{table}.path must lead to CSV, TSV, Parquet, Excel or JSON files "
            f"of one kind, but it leads to {suffixes}. Convert them, name one file or "
            "add the kind to the path, as in folder/*.csv."
        )
    (kind,) = kinds
    if file.sheet is not None and kind != "Excel":
        raise ConfigError(
            f"source.{table}.sheet must be the sheet of an Excel file, but "
            f"{paths[0].name} is none. Leave it out or name another file."
        )
    return str(kind)


def _opened(
    con: ibis.BaseBackend,
    file: DataFile,
    paths: list[Path],
    table: str,
    options: dict[str, Any] | None = None,
) -> ir.Table:
    kind = _KINDS[suffix(paths[0])]
    try:
        if is_text(paths[0]):
            return _csv(con, file, paths, table, options or {})
        return _READERS[kind](con, file, paths, table)
    except duckdb.OutOfMemoryException:
        raise  # no fault of the file's
    except (duckdb.Error, LookupError) as error:
        name = _blamed(error, paths).name
        raise DataError(
            _undivided(file, paths, table)
            or f"{table} must be readable as {suffix(paths[0])[1:]}, but {name} is "
            f"not ({engine_said(error)}). {_remedy(error, kind, file)}."
        ) from None


def _remedy(error: Exception, kind: str, file: DataFile) -> str:
    if kind == "Parquet":
        return "Export it again"
    if kind == "JSON":
        return "It must be one object a line, or an array of objects"
    if "unicode" in str(error).lower():
        return f"Set its encoding (now {file.encoding}), such as cp1252 or latin-1"
    return f"Check delimiter and encoding ({file.encoding})"


def _blamed(error: Exception, paths: list[Path]) -> Path:
    told = re.search(r"file = (.+)|[Ff]ile \"(.+?)\"", str(error))
    name = Path(next(filter(None, told.groups()))).name if told else ""
    return next((p for p in paths if p.name == name), paths[0])


def _csv(
    con: ibis.BaseBackend,
    file: DataFile,
    paths: list[Path],
    table: str,
    more: dict[str, Any],
) -> ir.Table:
    native = _NATIVE_ENCODINGS.get(file.encoding.lower())
    if native != "utf-8":
        packed = any(map(packing, paths))
        if native is None or packed:
            paths = [in_utf_8(p, file.encoding, table) for p in paths]
            native = "utf-8"
    options: dict[str, Any] = {"all_varchar": True, "header": True}
    # Found by looking, quotes are missed where the first one stands far down.
    options |= {"quote": '"', "escape": '"'}
    if file.delimiter:
        options["delim"] = file.delimiter
    options |= more
    if len(paths) > 1:
        options["union_by_name"] = True
    raw = con.read_csv(literal(paths), encoding=native, **options, **_packed(paths))
    one_column = len(raw.columns) == 1
    refusal = _undivided(file, paths, table) if file.delimiter or one_column else None
    if refusal:
        raise DataError(refusal)
    return raw


def _undivided(file: DataFile, paths: list[Path], table: str) -> str | None:
    """Say which delimiter the headers seem to have, if it is not the one given."""
    if not is_text(paths[0]):
        return None
    for path in paths:
        with unpacked(path) as stream:
            head = stream.read(1 << 16)
        with suppress(LookupError):
            likely = _likely_delimiter(head.decode(file.encoding, "replace"), file)
            if likely:
                how = f"by {file.delimiter!r}" if file.delimiter else "at all"
                return (
                    f"{table} must be divided into columns, but {path.name} is not "
                    f"divided {how}. It seems to be divided by {likely!r}: set "
                    f"`delimiter: {likely!r}`."
                )
    return None


def _likely_delimiter(head: str, file: DataFile) -> str | None:
    line = re.sub(r'"[^"]*"', "", head.splitlines()[0] if head else "")
    if file.delimiter and file.delimiter in line:
        return None
    # Without a word the engine has tried the first four: something else is wrong.
    tried = "" if file.delimiter else _DELIMITERS[:4]
    counts = Counter(c for c in line if c in _DELIMITERS and c not in tried)
    return counts.most_common(1)[0][0] if counts else None


def _packed(paths: list[Path]) -> dict[str, str]:
    """Say how files are packed, for the engine looks only for .gz in small letters."""
    kinds = {packing(p) for p in paths}
    (kind, *others) = kinds
    return {"compression": kind} if kind and not others else {}


def _parquet(
    con: ibis.BaseBackend, file: DataFile, paths: list[Path], table: str
) -> ir.Table:
    return con.read_parquet(literal(paths), union_by_name=len(paths) > 1)


def _json(
    con: ibis.BaseBackend, file: DataFile, paths: list[Path], table: str
) -> ir.Table:
    utf_8 = file.encoding.lower() in ("utf-8", "utf8")
    if not utf_8 or any(map(_has_mark, paths)):
        paths = [in_utf_8(p, file.encoding, table) for p in paths]
    names = [name.replace("'", "''") for name in literal(paths)]
    packed = "".join(f", {k} = '{v}'" for k, v in _packed(paths).items())
    files = ", ".join(f"'{n}'" for n in names)
    objects = f"read_json_objects([{files}]{packed})"
    # All of it is asked for its keys: one that stands in late objects only counts.
    keys, others = con.raw_sql(
        f"SELECT list_sort(list_distinct(flatten(list(DISTINCT json_keys(json))))), "
        f"count(*) FILTER (json_type(json) <> 'OBJECT') FROM {objects}"
    ).fetchone()
    twice = [k for k, n in Counter(k.lower() for k in keys or []).items() if n > 1]
    if others or not keys or twice:
        wrong = f"{others:,} entries are no objects" if others else "it holds none"
        if twice:
            wrong = f"{twice[0]!r} is written with large and with small letters"
        raise DataError(
            f"{table} must be JSON objects with keys, one a line or in an array, but "
            f"in {paths[0].name} {wrong}. Export it again."
        )
    return con.read_json(
        literal(paths), columns=dict.fromkeys(keys, "VARCHAR"), **_packed(paths)
    )


_Reader = Callable[[ibis.BaseBackend, DataFile, list[Path], str], ir.Table]
_READERS: dict[str, _Reader] = {
    "Parquet": _parquet,
    "JSON": _json,
    "Excel": excel_table,
}


def literal(paths: list[Path]) -> list[str]:
    """Write paths so that DuckDB takes none of them for a glob."""
    # DuckDB would take lines[1].csv for a glob and read lines1.csv instead.
    return [glob.escape(str(p)) for p in paths]


def _has_mark(path: Path) -> bool:
    with unpacked(path) as stream:
        return bool(stream.read(3) == b"\xef\xbb\xbf")
