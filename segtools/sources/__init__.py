"""Where data comes from: one file a system, all giving the same typed tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from segtools.config import RunConfig
from segtools.schema import ConfigError, DataError, did_you_mean

Reader = Callable[[ibis.BaseBackend, dict[str, Any], str], "Opened"]
_READERS: dict[str, Reader] = {}


@dataclass(frozen=True)
class Opened:
    """What a source gives: typed tables, not yet judged.

    Each table has the contract's columns that the source knows, times as UTC without
    a zone, and ``unreadable``: null, or the first value of the row that could not be
    read, as ``column 'value'``.
    """

    tables: dict[str, ir.Table]
    licence: list[str] = field(default_factory=list)
    read_as: dict[str, str] = field(default_factory=dict)


def source(system: str) -> Callable[[Reader], Reader]:
    """Register a reader under the name that ``source.system`` uses.

    Parameters
    ----------
    system : str
        The name.

    Returns
    -------
    decorator
        For a function of (connection, options, project time zone) that gives an
        `Opened`.
    """

    def register(reader: Reader) -> Reader:
        _READERS[system] = reader
        return reader

    return register


def connect(folder: Path | None = None) -> ibis.BaseBackend:
    """Open a DuckDB in this process that spills to disk instead of growing.

    Parameters
    ----------
    folder : Path, optional
        Where to spill; default DuckDB's own.
    """
    con = ibis.duckdb.connect()
    con.raw_sql("SET memory_limit = '1GB'")
    con.raw_sql("SET TimeZone = 'UTC'")
    con.raw_sql("SET preserve_insertion_order = false")
    if folder is not None:
        con.raw_sql(
            f"SET temp_directory = '{str(folder).replace(chr(39), chr(39) * 2)}'"
        )
    return con


@contextmanager
def reading(table: str) -> Iterator[None]:
    """Turn what an engine says of a row that it cannot read into our sentence.

    Sources are lazy: that row 50,000 has a column too many shows when it is read.

    Raises
    ------
    DataError
        In place of DuckDB's own error.
    """
    import duckdb

    try:
        yield
    except (duckdb.DataError, duckdb.InvalidInputException) as error:
        raise DataError(
            f"{table} must be readable to its last row, but it is not "
            f"({engine_said(error)}). "
            "Mend that row, or check the delimiter and encoding."
        ) from None


def engine_said(error: Exception) -> str:
    r"""Shorten an engine's error to its reason, without the row that it quotes.

    Examples
    --------
    >>> engine_said(ValueError("CSV Error on Line: 7\nOriginal Line: ann,3\nNo."))
    'CSV Error on Line: 7; No'
    """
    lines = [line for line in str(error).splitlines()[:3] if line.strip()]
    told = "; ".join(line for line in lines if "Original Line" not in line)
    return told.removeprefix("Invalid Input Error: ").rstrip(".")[:200]


def open_source(config: RunConfig, con: ibis.BaseBackend) -> Opened:
    """Open the configured source lazily: nothing of order size comes to Python.

    Raises
    ------
    ConfigError
        If the system is unknown, the time zone is missing or a file is not there.
    DataError
        If a required column is missing or a file cannot be read at all.
    """
    from segtools.sources import complete_journey, files, sample  # noqa: F401

    system = config.source.system
    if system not in _READERS:
        raise ConfigError(
            f"source.system must be a known system, but it is {system!r}. "
            f"{did_you_mean(system, _READERS)}"
        )
    if config.timezone is None:
        raise ConfigError(
            "timezone must be set, but it is missing. "
            "Add the IANA name of the shop's zone, such as `timezone: Europe/Berlin`."
        )
    options = dict(config.source.model_extra or {})
    return _READERS[system](con, options, config.timezone)
