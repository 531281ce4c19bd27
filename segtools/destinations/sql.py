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
import sqlglot.expressions as sge
from pydantic import Field, field_validator

from segtools.config import DestinationBlock
from segtools.destinations.audience import Audience
from segtools.destinations.registry import Written, destination
from segtools.destinations.sql_engines import (
    ENGINES,
    WHOLE,
    Engine,
    refuse_unwritable,
    transaction,
)
from segtools.destinations.sql_statements import (
    CHANGES,
    COLUMNS,
    CREATE,
    LATER,
    MERGE,
    Statements,
)
from segtools.languages import mark, tr
from segtools.schema import ConfigError, DataError
from segtools.sources.database import engine_of, env_name, server_of, url_of

_STAGED = dict.fromkeys(COLUMNS[:3], "string")
_TABLE = dict.fromkeys(COLUMNS[:3], "!string") | {
    "valid_from": "!timestamp",
    "valid_to": "timestamp",
}
_NEXT = mark(
    "Nothing: the table is written. Rows whose valid_to is empty are what holds now; "
    "join the others by valid_from <= time < valid_to, both in UTC."
)


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
    return Written([], tr(_NEXT), (), more, commit)


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
    change = _whole if con.name in WHOLE else _rows_alone
    try:
        change(con, table, rows, at)
    except (ConfigError, DataError):
        raise
    except Exception as error:
        raise _refused(table, error) from None


def _whole(
    con: ibis.BaseBackend, table: str, rows: pd.DataFrame, at: pd.Timestamp
) -> None:
    """Make and change the table in one transaction, where that holds both."""
    now = ibis.util.gen_name("segtools_now")
    con.create_table(now, ibis.memtable(rows, schema=_STAGED), temp=True)
    say = Statements(con, table, now, at)
    try:
        with _transaction(con):
            con.raw_sql(say(CREATE))
            found = con.raw_sql(say("SELECT * FROM {table} LIMIT 0")).description
            _refuse_other(table, {column[0] for column in found})
            if con.name == "postgres":  # two exports at a time would both insert
                con.raw_sql(say.own("LOCK TABLE {table} IN EXCLUSIVE MODE"))
            # Not as an Ibis table: on SQLite that would end the transaction.
            _refuse_later(con.raw_sql(say(LATER)).fetchone()[0], at)
            for statement in CHANGES:
                con.raw_sql(say(statement))
    finally:
        with suppress(Exception):
            con.raw_sql(say("DROP TABLE {now}"))


def _rows_alone(
    con: ibis.BaseBackend, table: str, rows: pd.DataFrame, at: pd.Timestamp
) -> None:
    """Make the table where it is missing, then change its rows whole or not at all."""
    engine = ENGINES[con.name]
    schema, _, name = table.rpartition(".")
    where = schema or None
    if name not in con.list_tables(database=where):
        con.create_table(name, schema=ibis.schema(_TABLE), database=where)
    there = con.table(name, database=where)
    _refuse_other(table, set(there.columns))
    with _staged(con, engine, rows, where) as now:
        say = Statements(con, table, now, at, engine.as_bytes)
        if engine.merges:
            late = (there.valid_from > at) | (there.valid_to > at)
            _refuse_later(int(there.filter(late).count().execute()), at)
            con.raw_sql(say(MERGE))
            return
        with transaction(con, engine) as run:
            if engine.lock:
                run(say.own(engine.lock))
            _refuse_later(run(say(LATER)), at)
            for statement in CHANGES:
                run(say(statement))


@contextmanager
def _staged(
    con: ibis.BaseBackend, engine: Engine, rows: pd.DataFrame, where: str | None
) -> Iterator[sge.Table]:
    """Bring the rows of now into a table of their own, and drop it at the end."""
    name = ibis.util.gen_name("segtools_now")
    beside = None if engine.temporary else where
    table = ibis.memtable(rows, schema=_STAGED)
    try:
        con.create_table(name, table, database=beside, temp=engine.temporary)
        yield sg.table(name, db=beside, quoted=True)
    finally:
        with suppress(Exception):
            con.drop_table(name, database=beside, force=True)


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


def _refuse_other(table: str, columns: set[str]) -> None:
    if columns != set(COLUMNS):
        raise ConfigError(
            "destinations.sql.table must be one that segtools has made, but "
            f"{table!r} has other columns. Choose another name."
        )


def _refuse_later(rows: int, at: pd.Timestamp) -> None:
    if rows:
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
    refuse_unwritable(engine_of(scheme, variable), variable)
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
