"""CSV, TSV and Parquet files of any shop, by a mapping of columns."""

from __future__ import annotations

import atexit
import glob
import re
from pathlib import Path
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir

from segtools.config import TableFile
from segtools.schema import TABLES, ConfigError, DataError, Table, did_you_mean
from segtools.sources import Opened, engine_said, source
from segtools.sources.text import try_strptime, typed

_NATIVE_ENCODINGS = {"utf-8": "utf-8", "utf8": "utf-8", "utf-16": "utf-16"}
_NATIVE_ENCODINGS |= {"latin-1": "latin-1", "iso-8859-1": "latin-1"}


@source("files")
def read(con: ibis.BaseBackend, options: dict[str, Any], timezone: str) -> Opened:
    """Open each configured file as a typed table."""
    tables, read_as = {}, {}
    for name, block in options.items():
        file = block if isinstance(block, TableFile) else TableFile(**block)
        _check_format(con, file, name)
        raw = _raw(con, file, name)
        chosen = match_columns(raw.columns, file.columns, name)
        tables[name] = typed(raw, chosen, TABLES[name], file, timezone)
        read_as[name] = file.date_format or "ISO 8601"
    return Opened(tables=tables, read_as=read_as)


def _check_format(con: ibis.BaseBackend, file: TableFile, table: str) -> None:
    try:
        con.execute(try_strptime(ibis.literal(""), file.date_format or "%Y"))
    except duckdb.Error as error:
        raise ConfigError(
            f"source.{table}.date_format must be a strptime format, but "
            f"{file.date_format!r} is none ({str(error).rsplit(': ', 2)[-2]}). "
            "Write it like %d.%m.%Y %H:%M."
        ) from None


def match_columns(
    theirs: tuple[str, ...], mapping: dict[str, str], table: str
) -> dict[str, str]:
    """Decide which column of a file is which of ours.

    Parameters
    ----------
    theirs : tuple of str
        The file's headers.
    mapping : dict
        Ours to theirs, from the configuration; the rest is matched by name, case,
        blanks and punctuation aside.
    table : str
        Which table's contract holds.

    Returns
    -------
    dict
        Ours to theirs, for every column that was found.

    Raises
    ------
    ConfigError
        If the mapping names a column that we do not know.
    DataError
        If a mapped or a required column is not in the file.

    Examples
    --------
    >>> match_columns(("Kunde", "Customer ID"), {}, "customers")
    {'customer_id': 'Customer ID'}
    """
    contract = TABLES[table]
    by_name = {_normal(t): t for t in reversed(theirs)}
    for ours, their in mapping.items():
        if ours not in contract.columns and not contract.open_columns:
            raise ConfigError(
                f"{table}.columns must map our columns, but {ours!r} is none. "
                f"{did_you_mean(ours, contract.columns)}"
            )
        if their not in theirs:
            raise DataError(
                f"{table} must have the column {their!r} (mapped to {ours}), but the "
                f"file has {list(theirs)}. {did_you_mean(their, theirs)}"
            )
    found = {o: by_name[_normal(o)] for o in contract.columns if _normal(o) in by_name}
    found = {o: t for o, t in found.items() if t not in mapping.values()} | mapping
    _require(contract, found, theirs, table)
    return found


def _require(
    contract: Table, found: dict[str, str], theirs: tuple[str, ...], table: str
) -> None:
    missing = [c for c in contract.required if c not in found]
    if "amount" in missing and {"quantity", "unit_price"} <= set(found):
        missing.remove("amount")
    if missing:
        raise DataError(
            f"{table} must have the columns {list(contract.required)}, but {missing} "
            f"cannot be found among {list(theirs)}. Name them in the configuration: "
            f"`source.{table}.columns: {{{missing[0]}: <their name>}}`."
        )


def _normal(name: str) -> str:
    return re.sub(r"[^0-9a-z]", "", name.casefold())


def _paths(file: TableFile, table: str) -> list[Path]:
    path = Path(file.path)
    if path.is_dir():
        found = sorted(p for p in path.iterdir() if _suffix(p) in _KNOWN)
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
    if all(p.stat().st_size == 0 for p in found):
        raise DataError(
            f"{table} must hold rows, but {path.name} is empty. Export it again."
        )
    return found


_KNOWN = {".csv", ".tsv", ".txt", ".parquet"}


def _suffix(path: Path) -> str:
    inner = Path(path.stem).suffix if path.suffix in (".gz", ".zst") else path.suffix
    return inner.lower()


def _raw(con: ibis.BaseBackend, file: TableFile, table: str) -> ir.Table:
    paths = _paths(file, table)
    kinds = {_suffix(p) for p in paths}
    if not kinds <= _KNOWN or len({k == ".parquet" for k in kinds}) > 1:
        raise ConfigError(
            f"source.{table}.path must lead to CSV, TSV or Parquet files of one kind, "
            f"but it leads to {sorted(kinds)}. Convert them or name one file."
        )
    try:
        if kinds == {".parquet"}:
            return con.read_parquet(_literal(paths))
        return _csv(con, file, paths)
    except (duckdb.Error, UnicodeDecodeError, LookupError) as error:
        remedy = f"Check delimiter and encoding ({file.encoding})"
        if kinds == {".parquet"}:
            remedy = "Export it again"
        raise DataError(
            f"{table} must be readable as {'/'.join(sorted(kinds))[1:]}, but "
            f"{paths[0].name} is not ({engine_said(error)}). {remedy}."
        ) from None


def _csv(con: ibis.BaseBackend, file: TableFile, paths: list[Path]) -> ir.Table:
    native = _NATIVE_ENCODINGS.get(file.encoding.lower())
    if native is None:
        paths = [_transcoded(p, file.encoding) for p in paths]
    options: dict[str, Any] = {"all_varchar": True, "header": True}
    if file.delimiter:
        options["delim"] = file.delimiter
    if len(paths) > 1:
        options["union_by_name"] = True
    encoding = native or "utf-8"
    return con.read_csv(_literal(paths), encoding=encoding, **options)


def _literal(paths: list[Path]) -> list[str]:
    # DuckDB would take lines[1].csv for a glob and read lines1.csv instead.
    return [glob.escape(str(p)) for p in paths]


def _transcoded(path: Path, encoding: str) -> Path:
    """Copy a file into UTF-8, in pieces, for encodings that DuckDB does not read."""
    import tempfile

    with (
        path.open(encoding=encoding, newline="") as theirs,
        tempfile.NamedTemporaryFile(
            "w", suffix=".csv", delete=False, encoding="utf-8", newline=""
        ) as ours,
    ):
        while piece := theirs.read(1 << 20):
            ours.write(piece)
    copy = Path(ours.name)
    # Customers' data does not stay behind; the tables read it until the very end.
    atexit.register(copy.unlink, missing_ok=True)
    return copy
