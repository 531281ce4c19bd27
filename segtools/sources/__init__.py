"""Where data comes from: one file a system, all giving the same typed tables."""

from __future__ import annotations

import importlib
import re
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from segtools.config import RunConfig, Source
from segtools.cores import cores, limit
from segtools.schema import ConfigError, DataError, did_you_mean

Tables = dict[str, ir.Table]
Reader = Callable[[ibis.BaseBackend, dict[str, Any], str], "Opened"]
_READERS: dict[str, Reader] = {}
# One file each in this folder; loaded when it is asked for.
SYSTEMS = (
    "chatbot",
    "complete_journey",
    "crm",
    "database",
    "files",
    "ga4",
    "liveagent",
    "sample",
    "shopify",
    "stripe",
    "survey",
    "twilio_segment",
    "woocommerce",
)
# Later than any order, in seconds: nothing is cut.
NEVER = 2**40
# Columns that sources and cleaning add, and that cleaned tables no longer have:
# the first value that could not be read; the rule by which the source itself leaves
# a row out; who it is about, where an address must stand in for an id.
# `matched` and `person` say how somebody of another source was found to be a customer,
# `place` where a row stands in the engine.
MACHINERY = (
    *("unreadable", "excluded", "by_email", "by_phone"),
    *("matched", "person", "reason", "turned", "place"),
)
# The keys by which people are found, the surest first.
MATCHES = ("id", "email", "phone")


@dataclass(frozen=True)
class Opened:
    """What a source gives: typed tables, not yet judged.

    Each table has the contract's columns that the source knows, times as UTC without
    a zone, and ``unreadable``: null, or the first value of the row that could not be
    read, as ``column 'value'``. It may have ``excluded`` (null, or the name of the
    rule by which the source leaves the row out), ``by_email`` and ``by_phone`` (keys
    of the person, as `segtools.sources.people.keys` writes them).

    Attributes
    ----------
    tables : dict of ibis Tables
        Everything, uncut.
    at : callable, optional
        From an origin (UTC seconds) to the tables as that day's export would have
        given them, with later rows still there but never compared with earlier ones.
        Needed by sources that compare rows (a repeated purchase, the id of a device);
        without it, `tables` serve at every origin.
    con : ibis backend, optional
        Where the tables live, if not in the connection that was passed.
    landed : frozenset of str
        Tables that lie in the engine already, so that a look at them is cheap.
    distinct : frozenset of str
        Tables in which equal rows are meant, such as two lines of one product in an
        order: the source itself marks what stands twice.
    licence, notes : list of str
        What must be said wherever the data is used, and what a reader should know.
    read_as : dict
        Table to how its times were read.
    files : list of dict
        ``url``, ``size`` and ``etag`` of what was fetched from a remote storage.
    """

    tables: Tables
    at: Callable[[int], Tables] | None = None
    con: ibis.BaseBackend | None = None
    landed: frozenset[str] = frozenset()
    distinct: frozenset[str] = frozenset()
    licence: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    read_as: dict[str, str] = field(default_factory=dict)
    files: list[dict[str, Any]] = field(default_factory=list)

    def before(self, origin: int) -> Tables:
        """Give the tables in which no row from `origin` on has touched an earlier."""
        return self.at(origin) if self.at else self.tables

    def only(self, names: list[str]) -> Opened:
        """Give some of the tables.

        Raises
        ------
        ConfigError
            If the source does not give one of them.
        """
        unknown = sorted(set(names) - set(self.tables))
        if unknown:
            raise ConfigError(
                f"tables must name what the source gives, but {unknown[0]!r} is none "
                f"of it. {did_you_mean(unknown[0], self.tables)}"
            )
        at = self.at

        def some(origin: int) -> Tables:
            return {n: t for n, t in self.before(origin).items() if n in names}

        return replace(self, tables=some(NEVER), at=some if at else None)


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


def connect(
    folder: Path | None = None, memory_limit: str = "1250MB"
) -> ibis.BaseBackend:
    """Open a DuckDB in this process that spills to disk instead of growing.

    Parameters
    ----------
    folder : Path, optional
        Where to spill; by default a folder of its own among temporary files, made when
        it is needed and gone with the connection.
    memory_limit : str, default="1250MB"
        What the engine may take, such as ``2GB``; the process takes some more. It has
        as many threads as ``OMP_NUM_THREADS`` says, else one for each processor.
    """
    con = ibis.duckdb.connect()
    con.raw_sql(f"SET memory_limit = '{memory_limit}'")
    if limit() is not None:
        con.raw_sql(f"SET threads = {cores()}")
    con.raw_sql("SET TimeZone = 'UTC'")
    con.raw_sql("SET preserve_insertion_order = false")
    # In a notebook it would be a widget among the results.
    con.raw_sql("SET enable_progress_bar = false")
    place = folder or Path(tempfile.gettempdir()) / f"segtools-{uuid.uuid4().hex}"
    con.raw_sql(f"SET temp_directory = '{str(place).replace(chr(39), chr(39) * 2)}'")
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
        file = re.search(r"file = (.+)", str(error))
        where = f" in {Path(file.group(1).strip()).name}" if file else ""
        remedy = "Mend that row, or check the delimiter and encoding."
        if "unicode" in str(error):
            remedy = (
                "Set that file's encoding, such as cp1252 or latin-1, or save it as "
                "UTF-8 like the others."
            )
        raise DataError(
            f"{table} must be readable to its last row, but it is not{where} "
            f"({engine_said(error)}). {remedy}"
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


def land(con: ibis.BaseBackend, table: ir.Table, name: str) -> ir.Table:
    """Read a lazy table once and keep it in the connection for many looks.

    Parameters
    ----------
    con : ibis backend
    table : ibis Table
        Such as a CSV that would be read again at each look.
    name : str
        For the error sentence, such as ``orders``.

    Raises
    ------
    DataError
        If a row cannot be read.
    """
    from ibis.util import gen_name

    with reading(name):
        return con.create_table(gen_name("landed"), table, temp=True)


def open_source(
    config: RunConfig, con: ibis.BaseBackend, fetched: Path | None = None
) -> Opened:
    """Open the configured source lazily: nothing of order size comes to Python.

    Parameters
    ----------
    config : RunConfig
        ``source`` is one block, or a list of blocks of which the first with orders
        says who is a customer.
    con : ibis backend
        Where files are read into.
    fetched : Path, optional
        Where copies of remote files lie, or are put; default a folder that goes with
        the process.

    Raises
    ------
    ConfigError
        If the system is unknown, the time zone is missing or a file is not there.
    DataError
        If a required column is missing or a file cannot be read at all.
    """
    if config.timezone is None:
        raise ConfigError(
            "timezone must be set, but it is missing. "
            "Add the IANA name of the shop's zone, such as `timezone: Europe/Berlin`."
        )
    from segtools.sources.people.join import join_blocks
    from segtools.sources.remote import localised

    local, files = localised(config.sources, fetched)
    blocks = [_block(block, con, config.timezone) for block in local]
    return replace(join_blocks(blocks, con), files=files)


def _block(block: Source, con: ibis.BaseBackend, timezone: str) -> tuple[str, Opened]:
    """Open one block; of its tables only those that it names, if it names any."""
    options = dict(block.model_extra or {})
    wanted = options.pop("tables", None)
    opened = _reader(block.system)(con, options, timezone)
    return block.system, opened if wanted is None else opened.only(wanted)


def _reader(system: str) -> Reader:
    if system not in _READERS and system in SYSTEMS:
        importlib.import_module(f"segtools.sources.{system}")
    if system not in _READERS:
        raise ConfigError(
            f"source.system must be a known system, but it is {system!r}. "
            f"{did_you_mean(system, {*SYSTEMS, *_READERS})}"
        )
    return _READERS[system]
