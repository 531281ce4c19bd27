"""CSV, Parquet, Excel and JSON files of any shop, by a mapping of columns."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir

from segtools.config import TableFile, checked
from segtools.schema import MONEY, TABLES, ConfigError, DataError, Table, did_you_mean
from segtools.sources import Opened, land, source
from segtools.sources.formats.edges import blanks_in
from segtools.sources.formats.headers import normal
from segtools.sources.formats.raw import data_files, is_text, raw_table, same_columns
from segtools.sources.formats.text import typed
from segtools.sources.formats.times import EPOCHS, try_strptime
from segtools.sources.formats.whole import suffix

# What DuckDB's reader calls the contract's numbers.
_NUMBERS = {MONEY: "DECIMAL(18, 4)", "float64": "DOUBLE"}


@source("files")
def read(con: ibis.BaseBackend, options: dict[str, Any], timezone: str) -> Opened:
    """Open each configured file as a typed table.

    Parameters
    ----------
    con : ibis backend
        A DuckDB.
    options : dict
        Each table of the contract with its `TableFile`.
    timezone : str
        The project's zone, for times of which nothing else is said.

    Returns
    -------
    Opened
        Tables by the contract, typed; their rows are never compared.
    """
    tables, read_as, landed = {}, {}, set()
    for name, block in options.items():
        file = checked(TableFile, block, f"source.{name}")
        _check_format(con, file, name)
        raw = raw_table(con, file, name)
        chosen = match_columns(raw.columns, file.columns, name)
        known = {*TABLES[name].required, *file.columns} & set(chosen)
        same_columns(con, file, name, [chosen[c] for c in sorted(known)])
        _check_numbers(raw, chosen, file, name)
        if suffix(data_files(file, name)[0]) == ".parquet":
            tables[name] = typed(raw, chosen, TABLES[name], file, timezone)
        else:
            tables[name] = _landed(con, file, name, raw, chosen, timezone)
            landed.add(name)
        read_as[name] = file.date_format or "ISO 8601"
    return Opened(tables=tables, landed=frozenset(landed), read_as=read_as)


def _landed(
    con: ibis.BaseBackend,
    file: TableFile,
    name: str,
    raw: ir.Table,
    chosen: dict[str, str],
    timezone: str,
) -> ir.Table:
    """Read once what is dear to read; text first as if all numbers were plain."""
    contract = TABLES[name]
    paths = data_files(file, name)
    if is_text(paths[0]):
        blanks = blanks_in(paths, file.encoding)
        kinds = {t: contract.columns.get(ours) for ours, t in chosen.items()}
        numbers = {t: _NUMBERS[kind] for t, kind in kinds.items() if kind in _NUMBERS}
        options = {"types": numbers, "decimal_separator": file.decimal}
        with suppress(duckdb.Error, DataError):
            plain = raw_table(con, file, name, options)
            plain = typed(plain, chosen, contract, file, timezone, blanks)
            return land(con, plain, name)
    return land(con, typed(raw, chosen, contract, file, timezone), name)


def _check_format(con: ibis.BaseBackend, file: TableFile, table: str) -> None:
    if file.date_format in EPOCHS:
        return
    try:
        con.execute(try_strptime(ibis.literal(""), file.date_format or "%Y"))
    except duckdb.Error as error:
        said = str(error).rsplit(": ", 2)[-2]
        raise ConfigError(
            f"source.{table}.date_format must be a strptime format or one of "
            f"{[*EPOCHS]}, but {file.date_format!r} is none ({said}). "
            "Write it like %d.%m.%Y %H:%M."
        ) from None


def _check_numbers(
    raw: ir.Table, chosen: dict[str, str], file: TableFile, table: str
) -> None:
    """Numbers may be times, but seconds look like milliseconds: somebody must say."""
    if file.date_format is not None:
        return
    for ours, kind in TABLES[table].columns.items():
        theirs = chosen.get(ours)
        if kind == "timestamp" and theirs and raw[theirs].type().is_numeric():
            raise DataError(
                f"{table}.{ours} must hold times, but {theirs!r} holds numbers. Set "
                f"source.{table}.date_format to one of {[*EPOCHS]}, or to a strptime "
                "format."
            )


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
    by_name = {normal(t): t for t in reversed(theirs)}
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
    found = {o: by_name[normal(o)] for o in contract.columns if normal(o) in by_name}
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
