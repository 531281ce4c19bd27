"""Tables or queries of a database, by the URL that an environment variable holds."""

from __future__ import annotations

import os
import re
from typing import Any

import ibis
import ibis.expr.types as ir
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from segtools.config import TableFile, ZoneName, checked
from segtools.schema import TABLES, ConfigError, DataError, did_you_mean
from segtools.sources import Opened, source
from segtools.sources.database.plain import plainly_typed
from segtools.sources.files import match_columns
from segtools.sources.formats.text import typed

_NAME = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*")
_SCHEME = re.compile(r"([a-z][a-z0-9]*)(\+[a-z0-9_]+)?://")


def env_name(value: Any) -> str:
    """Check that a key names an environment variable; what it holds is not repeated.

    Examples
    --------
    >>> env_name("env:SHOP_DB")
    'env:SHOP_DB'
    """
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise ValueError(
            "must name an environment variable, but it is something else. "
            "Put the URL into a variable and write `url: env:SHOP_DB`"
        )
    return value


class DatabaseTable(BaseModel):
    """One table of the contract: a table or a query, and how to read it."""

    model_config = ConfigDict(extra="forbid")

    table: str | None = Field(None, description="a table or view, as schema.name")
    query: str | None = Field(None, description="a select, in the database's own SQL")
    columns: dict[str, str] = Field({}, description="ours: theirs")
    timezone: ZoneName | None = Field(
        None, description="of naive times; default: project's"
    )

    @model_validator(mode="after")
    def _one(self) -> DatabaseTable:
        if bool(self.table) == bool(self.query):
            named = "both" if self.table else "neither"
            raise ValueError(
                f"must name a table or a query, but it names {named}. "
                "Write `table: schema.name` or `query: select ...`"
            )
        return self


class Block(BaseModel):
    """The keys of a ``source:`` block with ``system: database``."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(description="env:NAME_OF_VARIABLE, never the URL itself")
    timeout_seconds: int = Field(
        600, description="how long a server may take for one query", ge=1, le=86_400
    )
    orders: DatabaseTable | None = Field(None, description="one row an order")
    order_lines: DatabaseTable | None = Field(None, description="one row a line")
    customers: DatabaseTable | None = Field(None, description="one row a customer")
    accounts: DatabaseTable | None = Field(None, description="who belongs to whom")
    events: DatabaseTable | None = Field(None, description="one row an event")
    answers: DatabaseTable | None = Field(None, description="one row an answer")
    campaigns: DatabaseTable | None = Field(None, description="one row a sending")
    conversions: DatabaseTable | None = Field(None, description="one row a conversion")

    @field_validator("url", mode="before")
    @classmethod
    def _url(cls, value: Any) -> Any:
        # What is there instead may be a URL with its password: it is never repeated.
        return env_name(value)

    @property
    def tables(self) -> dict[str, DatabaseTable]:
        """The configured tables by their name in the contract."""
        found = {name: getattr(self, name) for name in TABLES if hasattr(self, name)}
        return {name: block for name, block in found.items() if block is not None}


@source("database")
def read(con: ibis.BaseBackend, options: dict[str, Any], timezone: str) -> Opened:
    """Open tables or queries of a database.

    Those of a server stay there: `Opened.con` is the server, and what the pipeline
    asks is answered by it. Files (SQLite, DuckDB) are read into `con`. Amounts, times
    and identity are whatever the columns mapped to them hold; text is read as files
    are, and what cannot be read is named in ``unreadable``.

    Parameters
    ----------
    con : ibis backend
        The DuckDB of this process.
    options : dict
        A `Block`.
    timezone : str
        IANA zone of times without one.

    Raises
    ------
    ConfigError
        If the variable, its URL, the driver, a table or a query is wrong.
    DataError
        If the server cannot be reached, or a required column is missing.
    """
    block: Block = checked(Block, options, "source")
    if not block.tables:
        raise ConfigError(
            "source must name a table of the database, but it names none. "
            "Add `orders: {table: schema.name}` under source."
        )
    variable = block.url.removeprefix("env:")
    scheme, url = url_of(variable)
    if scheme in ("sqlite", "duckdb"):
        return _from_file(con, scheme, _path(url, variable), block, timezone)
    server = server_of(scheme, url, variable, block.timeout_seconds)
    tables = {}
    for name, own in block.tables.items():
        raw = _raw(server, own, f"source.{name}")
        chosen = match_columns(raw.columns, own.columns, name)
        tables[name] = plainly_typed(raw, chosen, name, own.timezone or timezone)
    return Opened(tables=tables, con=server, read_as=_read_as(block))


def _read_as(block: Block) -> dict[str, str]:
    return dict.fromkeys(block.tables, "the database's times, text as ISO 8601")


def url_of(variable: str, where: str = "source.url") -> tuple[str, str]:
    """Give scheme and URL that a variable holds; the URL is never shown.

    Parameters
    ----------
    variable : str
        Name of the environment variable.
    where : str, default="source.url"
        The key that names it, for sentences.

    Raises
    ------
    ConfigError
        If it is not set, is no URL, or one of which a part of the password would pass
        for the host.
    """
    url = os.environ.get(variable, "").strip()
    if not url:
        state = "empty" if variable in os.environ else "not set"
        raise ConfigError(
            f"{where} must name an environment variable with a URL, but {variable} "
            f"is {state}. Set it, such as "
            f"`export {variable}=postgresql://user:password@host/database`."
        )
    found = _SCHEME.match(url)
    if found is None:
        raise ConfigError(
            f"{variable} must be a URL, but it does not begin with a scheme. "
            "Write it as postgresql://user:password@host/database."
        )
    scheme = {"postgres": "postgresql"}.get(found[1], found[1])
    rest = url[found.end() :]
    if scheme not in ("sqlite", "duckdb"):
        _refuse_raw_characters(rest, variable)
    return scheme, f"{scheme}://{rest}"


def _refuse_raw_characters(rest: str, variable: str) -> None:
    """Refuse a URL of which a part of the password would pass for the host."""
    authority = re.split("[/?#]", rest, maxsplit=1)[0]
    if rest.count("@") > authority.count("@") or authority.count("@") > 1:
        raise ConfigError(
            f"{variable} must be a URL with one @, after user and password, but it is "
            "not. Write such characters in a password percent-encoded: @ as %40, "
            "/ as %2F, # as %23, ? as %3F."
        )


def _path(url: str, variable: str) -> str:
    path = url.partition("://")[2].partition("?")[0]
    # Some programs write a fourth slash before an absolute path.
    tried = [re.sub("^//+", "/", path), path.lstrip("/")]
    for one in tried:
        if os.path.isfile(one):
            return one
    raise ConfigError(
        f"{variable} must lead to a database file, but there is none at {tried[0]}. "
        "Check the path; a relative one is relative to the working directory."
    )


def _from_file(
    con: ibis.BaseBackend, scheme: str, path: str, block: Block, timezone: str
) -> Opened:
    from segtools.sources.database.onefile import duckdb_tables, sqlite_tables

    opened = (duckdb_tables if scheme == "duckdb" else sqlite_tables)(con, path)
    tables = {}
    for name, own in block.tables.items():
        where = f"source.{name}"
        if own.table and own.table not in opened.names:
            raise no_table(own.table, opened.names, where)
        raw = opened.table(own.table, own.query, where)
        chosen = match_columns(raw.columns, own.columns, name)
        how = TableFile.model_validate({"path": "", "timezone": own.timezone})
        tables[name] = typed(raw, chosen, TABLES[name], how, timezone)
    return Opened(tables=tables, read_as=_read_as(block))


def server_of(scheme: str, url: str, variable: str, seconds: int) -> ibis.BaseBackend:
    """Connect to a server by its URL, or say in our words why that fails.

    Parameters
    ----------
    scheme, url : str
        As `url_of` gives them.
    variable : str
        The environment variable that held the URL, for sentences.
    seconds : int
        How long any query may take.

    Raises
    ------
    ConfigError
        If the kind of database is unknown, or its driver is not installed.
    DataError
        If it does not answer.
    """
    engine = engine_of(scheme, variable)
    try:
        if engine == "postgres":
            from segtools.sources.database.postgres import connect

            return connect(url, variable, seconds)
        return ibis.connect(url)
    except (ConfigError, DataError):
        raise
    except ImportError:
        kind = "customer-segtools[postgres]"
        kind = kind if engine == "postgres" else f"ibis-framework[{engine}]"
        raise ConfigError(
            f"{variable} needs the driver of {engine}, but it is not installed. "
            f"Run `pip install '{kind}'`."
        ) from None
    except Exception as error:
        # Drivers may repeat the URL, so only the kind of error is told.
        raise DataError(
            f"{variable} must lead to a database that answers, but {engine} does not "
            f"({type(error).__name__}). Check host, port, user and password."
        ) from None


def engine_of(scheme: str, variable: str) -> str:
    """Give Ibis's name of the database that a URL's scheme means.

    Raises
    ------
    ConfigError
        If Ibis knows no such kind.
    """
    from ibis.util import backend_entry_points

    engine = {"postgresql": "postgres"}.get(scheme, scheme)
    known = {entry.name for entry in backend_entry_points()}
    if engine not in known:
        known = {*known - {"postgres"}, "postgresql"}
        raise ConfigError(
            f"{variable} must be a URL of a known kind of database, but its scheme is "
            f"{scheme!r}. {did_you_mean(scheme, known)}"
        )
    return engine


def _raw(server: ibis.BaseBackend, own: DatabaseTable, where: str) -> ir.Table:
    if server.name == "postgres":
        return _postgres(server, own, where)
    try:
        if own.query:
            return server.sql(own.query.strip().rstrip(";"))
        *place, name = str(own.table).split(".")
        return server.table(name, database=".".join(place) or None)
    except Exception as error:
        raise ConfigError(
            f"{where} must be a table or query of the database, but it is not "
            f"({type(error).__name__}). Check its name and your rights."
        ) from None


def _postgres(server: ibis.BaseBackend, own: DatabaseTable, where: str) -> ir.Table:
    from segtools.sources.database.postgres import (
        server_table,
        table_names,
        table_query,
    )

    if own.query:
        query = own.query.strip().rstrip(";")
        return server_table(server, query, f"{where}.query")
    name = str(own.table)
    whole = table_query(server, name, f"{where}.table")
    if whole is None:
        names = table_names(server, with_schema="." in name)
        raise no_table(name, names, where)
    return server_table(server, whole, f"{where}.table")


def no_table(name: str, there: list[str], where: str) -> ConfigError:
    """Say that a table is not in a database, and which one may be meant."""
    hint = did_you_mean(name, there[:200]) if there else "The role sees no table."
    return ConfigError(
        f"{where}.table must be a table or view of the database, but there is no "
        f"{name!r}. {hint}"
    )
