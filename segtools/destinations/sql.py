"""A table in a database: who was in which segment, from when until when."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import sqlglot as sg
from pydantic import Field, field_validator

from segtools.config import DestinationBlock
from segtools.destinations.audience import Audience
from segtools.destinations.registry import Written, destination
from segtools.schema import ConfigError, DataError
from segtools.sources.database import env_name, server_of, url_of

COLUMNS = ("customer_id", "segment_id", "segment", "valid_from", "valid_to")
# Where a transaction holds the making of a table, too, so that all is undone or none.
ENGINES = ("duckdb", "sqlite", "postgresql")
_STAGED = dict.fromkeys(COLUMNS[:3], "string")
_NEXT = (
    "Nothing: the table is written. Rows whose valid_to is empty are what holds now; "
    "join the others by valid_from <= time < valid_to, both in UTC."
)
# In DuckDB's SQL, which sqlglot writes anew for the engine that is asked. An export at
# an instant is first undone, so that to repeat it changes nothing.
_STATEMENTS = (
    "CREATE TABLE IF NOT EXISTS {table} (customer_id TEXT NOT NULL, segment_id TEXT "
    "NOT NULL, segment TEXT NOT NULL, valid_from TIMESTAMP NOT NULL, "
    "valid_to TIMESTAMP)",
    "DELETE FROM {table} WHERE valid_from = {at}",
    "UPDATE {table} SET valid_to = NULL WHERE valid_to = {at}",
    "UPDATE {table} SET valid_to = {at} WHERE valid_to IS NULL AND NOT EXISTS (SELECT "
    "1 FROM {now} AS n WHERE n.customer_id = {table}.customer_id AND n.segment_id = "
    "{table}.segment_id AND n.segment = {table}.segment)",
    "INSERT INTO {table} (customer_id, segment_id, segment, valid_from, valid_to) "
    "SELECT n.customer_id, n.segment_id, n.segment, {at}, NULL "
    "FROM {now} AS n WHERE NOT EXISTS (SELECT 1 FROM {table} AS t WHERE t.customer_id "
    "= n.customer_id AND t.valid_to IS NULL)",
)
_LATER = "SELECT count(*) AS n FROM {table} WHERE valid_from > {at} OR valid_to > {at}"


class SqlBlock(DestinationBlock):
    """What ``destinations.sql`` takes beside the rest."""

    url: str = Field(description="env:NAME_OF_VARIABLE, never the URL itself")
    table: str = Field("customer_segments", description="name, or schema.name")
    timeout_seconds: int = Field(
        600, description="how long a server may take for a statement", ge=1, le=86_400
    )

    @field_validator("url", mode="before")
    @classmethod
    def _url(cls, value: Any) -> Any:
        return env_name(value)

    @field_validator("table")
    @classmethod
    def _table(cls, value: str) -> str:
        if not re.fullmatch(r"([A-Za-z_]\w{0,62}\.)?[A-Za-z_]\w{0,62}", value, re.A):
            raise ValueError(
                f"must be a name of letters, digits and _, or schema.name, but it is "
                f"{value!r}. Write it like marts.customer_segments"
            )
        return value


@destination("sql", min_size=None, formulas="allow", block=SqlBlock)
def write(audience: Audience, block: SqlBlock) -> Written:
    """Write who is in which segment into a table that keeps its history.

    Rows are never changed but for their ``valid_to``. All is one transaction. The
    table stays in the house: it holds everybody who is not on the suppression list,
    also of small segments and who is held back by an experiment.
    """
    rows = audience.members[["customer_id", "segment_id"]].astype(object)
    names = {one: block.names.get(one) or n for one, n in audience.names.items()}
    own = audience.members["segment"].map(lambda n: block.names.get(n, n))
    rows["segment"] = rows["segment_id"].map(names).fillna(own)
    at = pd.Timestamp(audience.origin, unit="s")

    def commit() -> None:
        con = _connected(block)
        try:
            write_history(con, block.table, rows, at)
        finally:
            con.disconnect()

    more = {"table": block.table, "valid_from": f"{at.isoformat()}Z"}
    return Written([], _NEXT, (), more, commit)


def write_history(
    con: ibis.BaseBackend, table: str, rows: pd.DataFrame, at: pd.Timestamp
) -> None:
    """Bring a table of segments up to an instant, in one transaction.

    Parameters
    ----------
    con : ibis backend
    table : str
        Name, or schema.name; it is made where it is not there.
    rows : DataFrame
        ``customer_id``, ``segment_id`` and ``segment`` of everybody, each once.
    at : Timestamp
        From when on that holds, in UTC without zone.

    Raises
    ------
    ConfigError
        If the table is there and is not one of these.
    DataError
        If it holds something later, or the database refuses. It is then as before.
    """
    now = ibis.util.gen_name("segtools_now")
    try:
        con.create_table(now, ibis.memtable(rows, schema=_STAGED), temp=True)
    except Exception as error:
        raise _refused(table, error) from None
    say = _Dialect(con, table, now, at)
    try:
        with _transaction(con):
            con.raw_sql(say(_STATEMENTS[0]))
            _refuse_other(con, say)
            if con.name == "postgres":  # two exports at a time would both insert
                con.raw_sql(say("LOCK TABLE {table} IN EXCLUSIVE MODE", written=True))
            _refuse_later(con, say, at)
            for statement in _STATEMENTS[1:]:
                con.raw_sql(say(statement))
    except (ConfigError, DataError):
        raise
    except Exception as error:
        raise _refused(table, error) from None
    finally:
        with suppress(Exception):
            con.raw_sql(say("DROP TABLE {now}"))


class _Dialect:
    """Write our statements for one engine, names quoted."""

    def __init__(
        self, con: ibis.BaseBackend, table: str, now: str, at: pd.Timestamp
    ) -> None:
        self.dialect = con.dialect
        written = at.strftime("%Y-%m-%d %H:%M:%S")
        # SQLite keeps times as text, and would make a number of them.
        kind = "" if con.name == "sqlite" else "TIMESTAMP "
        self.names = {
            "table": ".".join(f'"{part}"' for part in table.split(".")),
            "now": f'"{now}"',
            "at": f"{kind}'{written}'",
        }

    def __call__(self, statement: str, *, written: bool = False) -> str:
        text = statement.format(**self.names)
        if written:
            return text
        return str(sg.transpile(text, read="duckdb", write=self.dialect)[0])


@contextmanager
def _transaction(con: ibis.BaseBackend) -> Iterator[None]:
    """Commit all, or nothing."""
    if con.name == "postgres":
        with con.con.transaction():
            yield
        return
    con.raw_sql("BEGIN" if con.name == "sqlite" else "BEGIN TRANSACTION")
    try:
        yield
    except BaseException:
        con.raw_sql("ROLLBACK")
        raise
    con.raw_sql("COMMIT")


def _refuse_other(con: ibis.BaseBackend, say: _Dialect) -> None:
    there = con.raw_sql(say("SELECT * FROM {table} LIMIT 0")).description
    if {column[0] for column in there} != set(COLUMNS):
        raise ConfigError(
            "destinations.sql.table must be one that segtools has made, but "
            f"{say.names['table']} has other columns. Choose another name."
        )


def _refuse_later(con: ibis.BaseBackend, say: _Dialect, at: pd.Timestamp) -> None:
    # Not as an Ibis table: on SQLite that would end the transaction.
    later = con.raw_sql(say(_LATER)).fetchone()[0]
    if later:
        raise DataError(
            "A table of segments must be written in the order of time, but it holds "
            f"something later than {at.isoformat()}. Export a newer run, or to another "
            "table."
        )


def _refused(table: str, error: Exception) -> DataError:
    # Drivers repeat rows and URLs, so only the kind of error is told.
    return DataError(
        f"{table!r} must be a table that can be written, but the database refused "
        f"({type(error).__name__}). Check rights and names; nothing was changed."
    )


def _connected(block: SqlBlock) -> ibis.BaseBackend:
    variable = block.url.removeprefix("env:")
    scheme, url = url_of(variable, "destinations.sql.url")
    if scheme not in ENGINES:
        raise ConfigError(
            f"{variable} must lead to DuckDB, SQLite or PostgreSQL, but it is of "
            f"{scheme!r}, where making a table may commit what else was done. Write "
            "to one of these, or load members.csv of the spreadsheet yourself."
        )
    if scheme not in ("sqlite", "duckdb"):
        return server_of(scheme, url, variable, block.timeout_seconds)
    path = Path(re.sub("^//+", "/", url.partition("://")[2].partition("?")[0]))
    if not path.name or not path.parent.is_dir():
        raise ConfigError(
            f"{variable} must lead to a database file, but there is no folder for it. "
            "Check the path; a relative one is relative to the working directory."
        )
    try:
        return getattr(ibis, scheme).connect(str(path))
    except Exception as error:
        raise DataError(
            f"{variable} must lead to a database file, but it cannot be opened "
            f"({type(error).__name__}). Check that it is one, and that nobody holds it."
        ) from None
