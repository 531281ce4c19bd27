"""Engines that are not here: a connection that speaks their SQL, and DuckDB behind it.

What is said to it is read as the engine's own SQL by sqlglot and done in DuckDB, so
that the text must mean what it should. It notes what happened in which order. What the
real engine makes of the text it cannot tell.
"""

from __future__ import annotations

import ibis
import sqlglot as sg
import sqlglot.expressions as sge

DIALECTS = {
    "mysql": "mysql",
    "singlestoredb": "singlestore",
    "mssql": "tsql",
    "oracle": "oracle",
    "snowflake": "snowflake",
    "bigquery": "bigquery",
    "databricks": "databricks",
    "trino": "trino",
}
# Where capitals do not count, unless one asks for it.
CASELESS = ("mysql", "singlestoredb", "mssql")


class Elsewhere:
    """An Ibis backend as far as the destination asks one."""

    def __init__(self, name: str, fails_at: str = "") -> None:
        self.name, self.dialect = name, DIALECTS[name]
        self.duck = ibis.duckdb.connect()
        self.log: list[str] = []
        self.fails_at = fails_at
        self.open = False
        self.con = Driver(self)

    def list_tables(self, *, database=None):
        self.log.append("list tables")
        return self.tables(database or "main")

    def tables(self, schema="main"):
        """List what is there; DuckDB's own way to ask Ibis warns of itself."""
        found = self.duck.raw_sql("SELECT schema_name, table_name FROM duckdb_tables()")
        return [name for where, name in found.fetchall() if where == schema]

    def create_table(self, name, obj=None, *, schema=None, database=None, temp=False):
        self.log.append(f"create {'temporary ' if temp else ''}{_kind(name)}")
        assert not self.open, "an engine would commit the transaction here"
        kinds = schema or obj.schema()
        text = "VARCHAR COLLATE NOCASE" if self.name in CASELESS else "VARCHAR"
        columns = [
            f'"{column}" {text if kind.is_string() else "TIMESTAMP"}'
            for column, kind in kinds.items()
        ]
        place = sg.table(name, db=database, quoted=True).sql("duckdb")
        self.duck.raw_sql(f"CREATE TABLE {place} ({', '.join(columns)})")
        if obj is not None:
            rows = obj.execute().to_numpy().tolist()
            marks = ", ".join("?" for _ in columns)
            for row in rows:
                self.duck.con.execute(f"INSERT INTO {place} VALUES ({marks})", row)
        return self.duck.table(name, database=database)

    def table(self, name, *, database=None):
        return self.duck.table(name, database=database)

    def drop_table(self, name, *, database=None, force=False):
        self.log.append(f"drop {_kind(name)}")
        assert not self.open, "an engine would commit the transaction here"
        place = sg.table(name, db=database, quoted=True).sql("duckdb")
        self.duck.raw_sql(f"DROP TABLE IF EXISTS {place}")

    def raw_sql(self, statement):
        """Do one statement that commits by itself."""
        self.log.append(statement.split()[0])
        assert not self.open
        return self.do(statement)

    def do(self, statement):
        if self.fails_at and statement.startswith(self.fails_at):
            raise RuntimeError(f"'{statement}' is refused, password=geheim")
        tree = sg.parse_one(statement, read=self.dialect).transform(_as_bytes)
        return self.duck.raw_sql(tree.sql("duckdb"))

    def disconnect(self):
        self.duck.disconnect()


class Driver:
    """The driver's own connection, as PEP 249 has it."""

    def __init__(self, engine: Elsewhere) -> None:
        self.engine, self.autocommit = engine, True

    def cursor(self):
        return Cursor(self.engine)

    def commit(self):
        self._end("commit")

    def rollback(self):
        self._end("rollback")

    def _end(self, how):
        self.engine.log.append(how)
        if self.engine.open:
            self.engine.duck.raw_sql(how.upper())
        self.engine.open = False


class Cursor:
    """A cursor; where the driver begins by itself, its first statement does."""

    def __init__(self, engine: Elsewhere) -> None:
        self.engine, self.description, self.rows = engine, None, []

    def execute(self, statement):
        engine = self.engine
        word = statement.split()[0]
        engine.log.append(word)
        self.description, self.rows = None, []
        if word in ("BEGIN", "START"):
            self._begin()
            return
        if not engine.open:
            assert not engine.con.autocommit, f"{word} would commit by itself"
            self._begin()
        if "FOR UPDATE" in statement or "TABLOCKX" in statement or word == "LOCK":
            engine.log[-1] = "lock"
            return
        found = engine.do(statement)
        if word == "SELECT":
            self.description, self.rows = found.description, found.fetchall()

    def _begin(self):
        self.engine.duck.raw_sql("BEGIN TRANSACTION")
        self.engine.open = True

    def fetchall(self):
        return self.rows

    def close(self):
        self.engine.log.append("close")


def _kind(name):
    return "stage" if "segtools_now" in name else "table"


def _as_bytes(node):
    """DuckDB takes the bytes of a text by a function."""
    binary = (sge.DataType.Type.BINARY, sge.DataType.Type.VARBINARY)
    if isinstance(node, sge.Cast) and node.to.this in binary:
        return sge.Anonymous(this="encode", expressions=[node.this])
    return node
