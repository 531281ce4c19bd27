"""A PostgreSQL server: a connection whose every failure is one sentence of ours."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import ibis
import ibis.expr.types as ir
import psycopg
from sqlglot.errors import SqlglotError

from segtools.schema import ConfigError, DataError
from segtools.sources.database.server import Server

CONNECT_SECONDS = 10
# The types that are used as they are; all others (enum, citext, uuid, jsonb ...) are
# read as the text that the server writes them as.
_KINDS = {
    "bool": "boolean",
    "int2": "int16",
    "int4": "int32",
    "int8": "int64",
    "float4": "float32",
    "float8": "float64",
    "numeric": "decimal",
    "money": "decimal",
    "date": "date",
    "timestamp": "timestamp",
    "timestamptz": "timestamp('UTC')",
    "text": "string",
    "varchar": "string",
}
_REFUSED = (
    "authentication",
    "password",
    "role ",
    "pg_hba",
    "no encryption",
    "permission",
)


class Connection(psycopg.Connection):
    """A psycopg connection that says in our words why a query failed.

    Sources are lazy, so queries run anywhere in the pipeline; what goes through this
    connection needs no further care there.

    Attributes
    ----------
    variable, host : str
        The environment variable with the URL, and the server that it names.
    seconds : int
        How long a query may take.
    asking : str
        The configuration's key of the query that is being looked at, if any.
    """

    variable, host, seconds, asking = "", "", 0, ""

    def wait(self, gen: Generator[Any, Any, Any], *args: Any, **kwargs: Any) -> Any:
        """Do what psycopg does, and explain its errors."""
        try:
            return super().wait(gen, *args, **kwargs)
        except psycopg.Error as error:
            raise self.explained(error) from None

    def cursor(self, *args: Any, **kwargs: Any) -> Any:
        """Open a cursor, and explain why that may fail: the connection is lost."""
        try:
            return super().cursor(*args, **kwargs)
        except psycopg.Error as error:
            raise self.explained(error) from None

    def __del__(self, *_: Any) -> None:
        # It lives as long as the tables that ask it; nobody else could close it.
        with suppress(Exception):
            self.close()

    def explained(self, error: psycopg.Error) -> Exception:
        """Turn an error of the driver into a sentence without row, URL or password."""
        state = error.sqlstate or ""
        said = error.diag.message_primary or type(error).__name__
        if state == "57014" and "user request" not in said:
            return DataError(
                "source.timeout_seconds must leave every query enough time, but one "
                f"was stopped after {self.seconds:,} s. Raise it, or read less: a "
                "shorter history by a query, or tables with fewer rows."
            )
        if self.closed or self.broken or state.startswith(("08", "57P")):
            return DataError(
                f"The database of {self.variable} must stay reachable, but the "
                f"connection to {self.host} was lost while a query ran. "
                "Check the server and run again."
            )
        return self._refused(state, said) or error

    def _refused(self, state: str, said: str) -> Exception | None:
        """Say what a server that answers does not do; nothing where we are wrong."""
        where = self.asking or f"The database of {self.variable}"
        if state == "42501":
            return DataError(
                f"{where} must be readable for the role of {self.variable}, but the "
                f"server says: {said}. Grant it, or use another role."
            )
        if state.startswith("42") and not self.asking:
            return None  # our own SQL is wrong: no sentence may hide that
        if state.startswith("42"):
            return ConfigError(
                f"{where} must be a query that the server runs, but it says: {said}. "
                "Change the query."
            )
        return DataError(
            f"{where} must be readable to its last row, but the server says: "
            f"{said[:200]}. Mend that, or leave such rows out by a query."
        )


def connect(url: str, variable: str, seconds: int) -> Server:
    """Connect to the server of a URL.

    Parameters
    ----------
    url : str
        ``postgresql://user:password@host:port/database?sslmode=require``.
    variable : str
        The environment variable that held it, for sentences; the URL is never shown.
    seconds : int
        How long any query may take.

    Returns
    -------
    ibis backend

    Raises
    ------
    ConfigError
        If user, password or database are refused.
    DataError
        If the server cannot be reached.
    """
    authority = re.split("[/?#]", url.partition("://")[2], maxsplit=1)[0]
    host = authority.rpartition("@")[2] or "localhost"
    try:
        # Prepared statements break behind poolers that share connections.
        con = Connection.connect(
            url,
            autocommit=True,
            prepare_threshold=None,
            connect_timeout=CONNECT_SECONDS,
        )
    except psycopg.Error as error:
        raise _not_connected(error, variable, host) from None
    con.variable, con.host, con.seconds = variable, host, seconds
    con.execute(f"SET statement_timeout = {seconds * 1000}")
    con.execute("SET application_name = 'segtools'")
    con.execute("SET datestyle = 'ISO, YMD'")
    server: Server = Server.from_connection(con)
    if not _may_create(con):
        server.only_reads()
    return server


def _not_connected(
    error: psycopg.Error, variable: str, host: str
) -> ConfigError | DataError:
    if isinstance(error, psycopg.ProgrammingError):
        return ConfigError(
            f"{variable} must be a URL that PostgreSQL understands, but it is not. "
            "Check its end after ? and that % stands only before two digits or a to f."
        )
    # What comes after FATAL names the reason; it never holds the password.
    lines = [line for line in str(error).splitlines() if line.strip()] or [""]
    fatal = next((line for line in lines if "FATAL" in line), "")
    reason = fatal.partition("FATAL:")[2].strip()
    if reason.startswith("database "):
        return ConfigError(
            f"{variable} must name a database of {host}, but the server says: "
            f"{reason}. Change the end of the URL."
        )
    if any(word in reason for word in _REFUSED) or "no password" in str(error):
        return ConfigError(
            f"{variable} must hold a user and password that {host} accepts, but they "
            "were refused. Check both, and that characters such as @ : / are "
            "percent-encoded."
        )
    return DataError(
        f"{variable} must name a server that answers, but {host} cannot be reached"
        f"{f' ({reason})' if reason else ''}. Check host, port and network."
    )


def server_table(backend: Server, body: str, where: str) -> ir.Table:
    """Open a query lazily, each column as a type that the rest understands.

    Parameters
    ----------
    backend : ibis backend
    body : str
        A select.
    where : str
        Its key in the configuration, for sentences.

    Raises
    ------
    ConfigError
        If the server cannot run it.
    """
    with _asking(backend, where) as cursor:
        cursor.execute(f"SELECT * FROM ({body}\n) AS theirs LIMIT 0")
        columns = [(c.name, c.type_code) for c in cursor.description or ()]
        codes = [code for _, code in columns]
        cursor.execute("SELECT oid, typname FROM pg_type WHERE oid = ANY(%s)", (codes,))
        types = dict(cursor.fetchall())
    names = [name for name, _ in columns]
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise ConfigError(
            f"{where} must name each column once, but {twice} stand in it more often. "
            "Name them with AS."
        )
    return _select(backend, body, {n: types[code] for n, code in columns}, where)


def _select(backend: Server, body: str, types: dict[str, str], where: str) -> ir.Table:
    parts = []
    for name, kind in types.items():
        cast = {"money": "::numeric"}.get(kind, "" if kind in _KINDS else "::text")
        parts.append(f"{_quoted(name)}{cast} AS {_quoted(name)}")
    schema = {name: _KINDS.get(kind, "string") for name, kind in types.items()}
    query = f"SELECT {', '.join(parts)} FROM ({body}\n) AS theirs"
    table = backend.sql(query, schema=ibis.schema(schema))
    try:
        backend.compile(table)
    except SqlglotError:
        raise ConfigError(
            f"{where} must be SQL that can stand within other SQL, but it cannot be "
            "parsed. Write it more simply, or make it a view and name that."
        ) from None
    return table


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@contextmanager
def _asking(backend: Server, where: str) -> Iterator[Any]:
    """Open a cursor whose errors name a key of the configuration."""
    backend.con.asking = where
    try:
        with backend.con.cursor() as cursor:
            yield cursor
    finally:
        backend.con.asking = ""


def table_query(backend: Server, name: str, where: str) -> str | None:
    """Write the select of a whole table; null where there is no such table.

    Parameters
    ----------
    backend : ibis backend
    name : str
        ``table`` or ``schema.table``, in the server's own upper and lower case.
    where : str
        Its key in the configuration, for sentences.
    """
    quoted = ".".join(_quoted(part) for part in name.split(".", 1))
    with _asking(backend, where) as cursor:
        row = cursor.execute("SELECT to_regclass(%s)", (quoted,)).fetchone()
    return f"SELECT * FROM {quoted}" if row and row[0] is not None else None


def table_names(backend: Server, *, with_schema: bool) -> list[str]:
    """List the tables that the role sees, for a suggestion."""
    with backend.con.cursor() as cursor:
        cursor.execute(
            "SELECT table_schema, table_name FROM information_schema.tables "
            "WHERE table_schema NOT IN ('pg_catalog', 'information_schema') "
            "ORDER BY 1, 2 LIMIT 1000"
        )
        return [f"{s}.{t}" if with_schema else t for s, t in cursor.fetchall()]


def _may_create(con: Connection) -> bool:
    """Say whether the role may keep temporary tables in the server."""
    row = con.execute(
        "SELECT has_database_privilege(current_database(), 'TEMP') "
        "AND current_setting('transaction_read_only') = 'off'"
    ).fetchone()
    return bool(row and row[0])
