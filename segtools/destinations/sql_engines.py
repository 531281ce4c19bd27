"""How each engine changes a table whole or not at all, and which ones cannot.

DuckDB, SQLite and PostgreSQL hold even the making of a table in a transaction. Others
end a transaction at such a statement: there the table is made before, and only rows
change within. Warehouses without transactions of several statements have one that does
it all: MERGE.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import ibis

from segtools.schema import ConfigError

Run = Callable[[str], Any]


@dataclass(frozen=True)
class Engine:
    """What must be known of an engine to write to it.

    Attributes
    ----------
    merges : bool
        It has no transaction of several statements, but MERGE.
    begin : str
        The statement that begins a transaction; empty where its driver begins one with
        the first statement.
    lock : str
        The statement that keeps other exports waiting, in the engine's own SQL.
    as_bytes : str
        As for `Statements`.
    temporary : bool
        What is brought there first lies in a table that only this session sees; else
        in one of a name of its own beside the table, which is dropped at the end.
    """

    merges: bool = False
    begin: str = ""
    lock: str = ""
    as_bytes: str = ""
    temporary: bool = False


_HELD = "SELECT 1 FROM {table} FOR UPDATE"
ENGINES = {
    "mysql": Engine(
        begin="START TRANSACTION", lock=_HELD, as_bytes="BINARY", temporary=True
    ),
    "singlestoredb": Engine(begin="BEGIN", as_bytes="BINARY", temporary=True),
    "mssql": Engine(
        lock="SELECT TOP 1 1 FROM {table} WITH (TABLOCKX, HOLDLOCK)",
        as_bytes="VARBINARY(MAX)",
    ),
    "oracle": Engine(lock="LOCK TABLE {table} IN EXCLUSIVE MODE"),
    "snowflake": Engine(begin="BEGIN", temporary=True),
    "bigquery": Engine(merges=True),
    "databricks": Engine(merges=True),
    "trino": Engine(merges=True),
}
# Whose transactions hold the making of a table, too; tested on the engines themselves.
WHOLE = ("duckdb", "sqlite", "postgres")
_WHY_NOT = {
    "clickhouse": "it has neither transactions nor MERGE",
    "druid": "it takes new rows only",
    "flink": "it reads streams and keeps no tables",
    "impala": "it has neither transactions nor MERGE for most tables",
    "pyspark": "whether it has MERGE depends on the format of the table",
    "risingwave": "it has no transactions that write",
    "materialize": "a transaction there cannot read what it writes",
    "datafusion": "it keeps no tables",
    "polars": "it keeps no tables",
}


def refuse_unwritable(engine: str, variable: str) -> None:
    """Refuse an engine that cannot change a table whole or not at all.

    Raises
    ------
    ConfigError
        With the reason, and what to do instead.

    Examples
    --------
    >>> refuse_unwritable("snowflake", "MART_DB")
    >>> refuse_unwritable("druid", "MART_DB")
    Traceback (most recent call last):
    segtools.schema.ConfigError: MART_DB must lead to a database that can change a \
table whole or not at all, but of 'druid' we know: it takes new rows only. Write to \
another one (bigquery, databricks, duckdb, mssql, mysql, oracle, postgresql, \
singlestoredb, snowflake, sqlite, trino), or load members.csv of the spreadsheet \
yourself.
    """
    if engine in ENGINES or engine in WHOLE:
        return
    why = _WHY_NOT.get(engine, "nobody has looked into how it does that")
    known = sorted({*ENGINES, *WHOLE} - {"postgres"} | {"postgresql"})
    raise ConfigError(
        f"{variable} must lead to a database that can change a table whole or not at "
        f"all, but of {engine!r} we know: {why}. Write to another one "
        f"({', '.join(known)}), or load members.csv of the spreadsheet yourself."
    )


@contextmanager
def transaction(con: ibis.BaseBackend, engine: Engine) -> Iterator[Run]:
    """Open a transaction of the driver's own, and give what runs a statement in it.

    Ibis itself commits after each statement, so that it must not be asked within.
    """
    driver: Any = con.con
    if not engine.begin:
        with suppress(AttributeError):  # the drivers' default, and Ibis leaves it so
            driver.autocommit = False
    cursor = driver.cursor()

    def run(statement: str) -> Any:
        cursor.execute(statement)
        # What is not read would be in the way of the next statement.
        rows = cursor.fetchall() if cursor.description else []
        return rows[0][0] if rows else None

    try:
        if engine.begin:
            run(engine.begin)
        yield run
        driver.commit()
    except BaseException:
        driver.rollback()
        raise
    finally:
        cursor.close()
