"""Databases: a real PostgreSQL, SQLite and DuckDB; no password is ever shown."""

from __future__ import annotations

import os
import re
import sqlite3
import sys
import threading
import traceback
from decimal import Decimal
from importlib import resources
from importlib.util import find_spec
from pathlib import Path

import duckdb
import ibis
import pandas as pd
import pytest
import yaml
from inline import run_inline
from pandas.testing import assert_frame_equal

from segtools.bundled import bundled
from segtools.config import checked
from segtools.features.build import collect, features_at, supported
from segtools.features.catalogue import Window
from segtools.features.shop import Shop
from segtools.schema import ConfigError, DataError
from segtools.sources.database import Block, read
from sources.postgres import PASSWORD, Server, programs, running

pytestmark = pytest.mark.xdist_group("postgres")
_LAST = "04_personas"
TYPED = """
CREATE SCHEMA shop;
CREATE TYPE shop.way AS ENUM ('web', 'store');
CREATE TABLE shop.orders (client bigint, "Order ID" uuid, created timestamptz,
  paid numeric(20,2), discount float8, channel shop.way, store_id char(5),
  is_return boolean, note jsonb);
INSERT INTO shop.orders VALUES
 (7, '00000000-0000-0000-0000-000000000001', '2024-03-31 00:30+02', 19.99, 'NaN',
  'web', 'S1', false, '{"a": "50%"}'),
 (8, NULL, 'infinity', 5, 0.5, NULL, 'S2', NULL, NULL),
 (9, '00000000-0000-0000-0000-000000000003', '2024-01-01 12:00Z', 1e15, 'Infinity',
  'store', '', true, NULL);
CREATE TABLE shop."Clients" (customer_id int, city text, spent numeric, joined date,
  tags text[], unreadable text);
INSERT INTO shop."Clients" VALUES (7, 'Ulm', 12.5, '2024-02-29', '{a,b}', 'x');
CREATE ROLE reader LOGIN PASSWORD 's3cr3t-Pa55';
GRANT USAGE ON SCHEMA shop TO reader;
GRANT SELECT ON shop.orders TO reader;
REVOKE TEMPORARY ON DATABASE postgres FROM PUBLIC;
ALTER ROLE reader SET default_transaction_read_only = on;
"""
MAPPED = {"customer_id": "client", "ordered_at": "created", "amount": "paid"}
ORDERS = {"table": "shop.orders", "columns": MAPPED}


@pytest.fixture(scope="session")
def server() -> Server:
    """A PostgreSQL of our own; skipped where there is none, a failure in CI."""
    reason = "" if programs() else "PostgreSQL's initdb is not installed"
    reason = reason if find_spec("psycopg") else "psycopg is not installed"
    if reason and os.environ.get("CI") == "true":
        pytest.fail(f"{reason}, but CI must have it")
    if reason:
        pytest.skip(reason)
    import psycopg

    with running() as one:
        with psycopg.connect(one.url(), autocommit=True) as con:
            con.execute(TYPED)
        yield one


@pytest.fixture
def url(request, monkeypatch):
    """Put a URL into the variable SHOP_DB; the server's by default."""

    def put(text: str | None = None) -> str:
        if text is None:
            text = request.getfixturevalue("server").url()
        monkeypatch.setenv("SHOP_DB", text)
        return "env:SHOP_DB"

    return put


@pytest.fixture
def frame(con, url):
    """Open one table of the server and give it as a frame, ordered by customer."""

    def run(block: dict, name: str = "orders", timezone: str = "UTC"):
        options = {"url": url(), name: block}
        table = read(con, options, timezone).tables[name].to_pandas()
        return table.sort_values("customer_id", ignore_index=True)

    return run


def refused(kind: type[Exception], sentence: str, act, *args, **kwargs) -> str:
    """Assert that it fails in one line, which shows neither password nor driver."""
    with pytest.raises(kind, match=sentence) as caught:
        act(*args, **kwargs)
    shown = "".join(traceback.format_exception(caught.value))
    assert PASSWORD not in shown
    assert "psycopg.errors" not in shown
    assert caught.value.__cause__ is None
    assert "\n" not in str(caught.value)
    return str(caught.value)


def times(*texts: str | None) -> pd.DatetimeIndex:
    return pd.to_datetime(list(texts))


def assert_same(found: pd.DataFrame, by_hand: pd.DataFrame) -> None:
    """Assert equal values, whatever the engine gives for null."""
    one, two = (f.astype(object).where(f.notna(), None) for f in (found, by_hand))
    assert_frame_equal(one[list(two)], two)
    assert set(one) == set(two)


# ---- what is read


def test_a_servers_own_types_become_the_contracts(frame):
    found = frame(ORDERS)
    ids = ["00000000-0000-0000-0000-00000000000" + n for n in "13"]
    by_hand = pd.DataFrame(
        {
            "customer_id": ["7", "8", "9"],
            "ordered_at": pd.to_datetime(
                ["2024-03-30 22:30", None, "2024-01-01 12:00"]
            ),
            "amount": [Decimal("19.9900"), Decimal("5.0000"), None],
            "order_id": [ids[0], None, ids[1]],
            "channel": ["web", None, "store"],
            "store_id": ["S1", "S2", None],
            "discount": [None, Decimal("0.5000"), None],
            "is_return": [False, None, True],
            "unreadable": [
                None,
                "ordered_at 'infinity'",
                "discount 'Infinity'",
            ],
        }
    )
    assert_same(found, by_hand)


def test_every_other_column_of_customers_is_an_attribute(frame):
    found = frame({"table": "shop.Clients"}, "customers")
    by_hand = pd.DataFrame(
        {
            "customer_id": ["7"],
            "unreadable": [None],
            "city": ["Ulm"],
            "spent": [12.5],
            "joined": [pd.Timestamp("2024-02-29")],
            "tags": ["{a,b}"],
            "unreadable_": ["x"],
        }
    )
    assert_same(found.assign(joined=pd.to_datetime(found["joined"])), by_hand)


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("amount", "1,250.50", Decimal("1250.5")),
        ("amount", " 7 €", Decimal(7)),
        ("amount", "-3.5e2", Decimal(-350)),
        ("amount", ".5", Decimal("0.5")),
        ("amount", "1.234,5", None),
        ("amount", "1,2,3", None),
        ("amount", "1e99", None),
        ("amount", "999999999999999999", None),
        ("amount", "-", None),
        ("amount", "NaN", None),
        ("ordered_at", "2024-02-29", "2024-02-28 23:00"),
        ("ordered_at", "2024-03-31 02:30", "2024-03-31 01:30"),
        ("ordered_at", "2024-10-27T02:30:00", "2024-10-27 00:30"),
        ("ordered_at", "2024-07-01 10:00Z", "2024-07-01 10:00"),
        ("ordered_at", "2024-07-01T10:00:00.5+0530", "2024-07-01 04:30:00.5"),
        ("ordered_at", "2024-07-01 10:00:00 -04", "2024-07-01 14:00"),
        ("ordered_at", "2023-02-29", None),
        ("ordered_at", "1900-02-29", None),
        ("ordered_at", "2024-04-31", None),
        ("ordered_at", "2024-13-01", None),
        ("ordered_at", "2024-01-01 24:00", None),
        ("ordered_at", "31.12.2023", None),
        ("ordered_at", "infinity", None),
        ("is_return", "Ja", True),
        ("is_return", "0", False),
        ("is_return", "perhaps", None),
    ],
)
def test_text_in_a_server_is_read_or_named(frame, column, text, value):
    cells = {"customer_id": "ann", "ordered_at": "2024-01-01", "amount": "1"}
    cells |= {column: text}
    query = "select " + ", ".join(f"'{v}'::text as {k}" for k, v in cells.items())
    found = frame({"query": query}, timezone="Europe/Berlin").iloc[0]
    if value is None:
        assert pd.isna(found[column])
        assert found["unreadable"] == f"{column} '{text}'"
    else:
        wanted = pd.Timestamp(value) if column == "ordered_at" else value
        assert found[column] == wanted
        assert pd.isna(found["unreadable"])


def test_naive_times_are_read_in_the_blocks_zone_and_dates_as_its_midnight(frame):
    query = "select 'a' customer_id, 1 amount, timestamp '2024-07-01 09:00' ordered_at"
    assert frame({"query": query})["ordered_at"][0] == pd.Timestamp("2024-07-01 09:00")
    here = {"query": query, "timezone": "America/New_York"}
    assert frame(here)["ordered_at"][0] == pd.Timestamp("2024-07-01 13:00")
    day = {"query": query.replace("timestamp '2024-07-01 09:00'", "date '2024-07-01'")}
    found = frame(day, timezone="Europe/Berlin")["ordered_at"][0]
    assert found == pd.Timestamp("2024-06-30 22:00")


def test_quantity_times_price_is_the_amount_where_there_is_none(frame):
    query = """select 'a' customer_id, now() ordered_at, 'p' product_id,
        3 quantity, 0.335::numeric unit_price -- the price
    """
    found = frame({"query": query}, "order_lines")
    assert found["amount"][0] == Decimal("1.0050")


@pytest.mark.parametrize("role", ["boss", "reader"])
def test_a_role_that_may_only_read_can_do_all_that_others_do(con, url, server, role):
    options = {"url": url(server.url(role)), "orders": ORDERS}
    opened = read(con, options, "UTC")
    orders = opened.tables["orders"]
    assert opened.con.may_create == (role == "boss")
    kept = opened.con.create_table("kept_orders", orders, temp=True)
    assert kept.count().execute() == 3
    names = {"customer_id": ["7", "9", "it's"], "segment": ['a "b\\', None, "c"]}
    joined = kept.inner_join(ibis.memtable(names), "customer_id")
    found = joined.order_by("customer_id").select("customer_id", "segment").to_pandas()
    assert_same(found, pd.DataFrame({n: v[:2] for n, v in names.items()}))


def test_money_is_exact_on_its_way_to_pandas(frame):
    query = "select 'a' customer_id, now() ordered_at, 12345678901234.5678 amount"
    assert frame({"query": query})["amount"][0] == Decimal("12345678901234.5678")


# ---- what leaves the server


@pytest.fixture(scope="session")
def lines(server) -> pd.DataFrame:
    """50,000 order lines of some 1,500 customers, in the server and here."""
    import psycopg
    from postgres import make_lines

    with psycopg.connect(server.url(), autocommit=True) as con:
        make_lines(con, "many_lines", 50_000, 1_500)
        found = con.execute("SELECT * FROM many_lines")
        names = [c.name for c in found.description]
        return pd.DataFrame(found.fetchall(), columns=names)


def _features(opened, origin: int) -> pd.DataFrame:
    table = opened.tables["order_lines"].drop("unreadable")
    shop = Shop({"order_lines": table}, "Europe/Berlin")
    features, _ = supported(shop)
    assert len(features) >= 15
    return collect(features_at(shop, Window(origin, 180), features))


def test_features_leave_the_server_as_one_row_a_customer(lines, url, con):
    from postgres import ORIGIN, SPARE, counted

    with counted() as left:
        options = {"url": url(), "order_lines": {"table": "many_lines"}}
        opened = read(con, options, "UTC")
        found = _features(opened, ORIGIN)
    assert len(found) == lines["customer_id"].nunique()
    assert len(found) <= left.rows <= len(found) + SPARE
    assert con.raw_sql("FROM duckdb_tables()").fetchall() == []


def test_the_server_and_duckdb_give_the_same_features(lines, url, con, shop_of):
    from postgres import ORIGIN

    there = {"url": url(), "order_lines": {"table": "many_lines"}}
    one = _features(read(con, there, "UTC"), ORIGIN)
    shop = shop_of({"order_lines": lines}, "Europe/Berlin")
    features, _ = supported(shop)
    two = collect(features_at(shop, Window(ORIGIN, 180), features))
    assert_frame_equal(one, two)


def test_later_rows_do_not_touch_earlier_ones(url, con, tables_of, assert_untouched):
    early = "select 'a' customer_id, timestamptz '2024-01-01' ordered_at, 1.5 amount"
    late = " union all select 'a', timestamptz '2024-03-01', %s"
    one, two = (
        read(con, {"url": url(), "orders": {"query": early + late % n}}, "UTC")
        for n in (2, 9e17)
    )
    assert_untouched(one, two, "2024-02-01", tables=("orders",))


# ---- files


@pytest.mark.slow
@pytest.mark.parametrize("role", ["boss", "reader_of_sample"])
def test_a_whole_run_leaves_the_tables_in_the_server(server, url, tmp_path, role):
    """The same features and segments as from files, while rows stay where they are."""
    import psycopg

    names = ("order_lines", "customers")
    backend = ibis.connect(server.url())
    for name in names:
        frame = pd.read_parquet(bundled("sample") / f"{name}.parquet")
        if name not in backend.list_tables():
            backend.create_table(name, frame)
    backend.disconnect()
    if role != "boss":
        with psycopg.connect(server.url(), autocommit=True) as con:
            con.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'")
            con.execute(f"GRANT SELECT ON order_lines, customers TO {role}")
            con.execute(f"ALTER ROLE {role} SET default_transaction_read_only = on")
    settings = {
        "project": "served",
        "timezone": "Europe/Berlin",
        "as_of": "2024-09-29",
        "method": "rules",
    }
    blocks = {n: {"table": n, "timezone": "UTC"} for n in names}
    source = {"system": "database", "url": url(server.url(role)), **blocks}
    served = run_inline(settings | {"source": source}, tmp_path / "a" / "b", _LAST)
    files = settings | {"source": {"system": "sample"}}
    plain = run_inline(files, tmp_path / "c" / "d", _LAST)
    kept = {p.name for p in (served / "tables").iterdir()}
    assert kept == {"order_lines.sql", "customers.sql", "learning.parquet"}
    for table in ("features", "segments", "profiles", "tables/learning"):
        assert_frame_equal(
            pd.read_parquet(served / f"{table}.parquet"),
            pd.read_parquet(plain / f"{table}.parquet"),
        )
    shown = "".join(p.read_text("utf-8") for p in served.rglob("*.json"))
    assert PASSWORD not in shown


def _sqlite(path: Path) -> Path:
    with sqlite3.connect(path) as lite:
        lite.execute("create table orders (who, ordered_at, amount, is_return)")
        rows = [
            (7.0, "2024-01-01 10:00", 19.99, 0),
            ("b", "2024-07-01T10:00Z", "1,250.5", 1),
            (None, 5, b"\xff", "perhaps"),
        ]
        lite.executemany("insert into orders values (?, ?, ?, ?)", rows)
        lite.execute("create view more as select * from orders")
    lite.close()
    return path


@pytest.mark.parametrize("slashes", ["sqlite://", "sqlite:///"])
def test_sqlite_is_read_as_text_whatever_each_value_is(con, url, tmp_path, slashes):
    url(f"{slashes}{_sqlite(tmp_path / 'a shop.db')}")
    block = {"table": "more", "columns": {"customer_id": "who"}}
    opened = read(con, {"url": "env:SHOP_DB", "orders": block}, "Europe/Berlin")
    found = opened.tables["orders"].order_by("ordered_at").to_pandas()
    by_hand = pd.DataFrame(
        {
            "customer_id": ["7", "b", None],
            "ordered_at": pd.to_datetime(
                ["2024-01-01 09:00", "2024-07-01 10:00", None]
            ),
            "amount": [Decimal("19.9900"), Decimal("1250.5000"), None],
            "is_return": [False, True, None],
            "unreadable": [None, None, "ordered_at '5'"],
        }
    )
    assert opened.con is None
    assert_same(found, by_hand)


def test_a_query_on_sqlite_keeps_whole_numbers_whole(con, url, tmp_path):
    url(f"sqlite://{_sqlite(tmp_path / 'shop.db')}")
    query = (
        "select 1e0 customer_id, '2024-01-01' ordered_at, 1e20 amount, 3.5 store_id;"
    )
    found = read(con, {"url": "env:SHOP_DB", "orders": {"query": query}}, "UTC")
    row = found.tables["orders"].to_pandas().iloc[0]
    assert (row["customer_id"], row["store_id"]) == ("1", "3.5")
    assert row["unreadable"] == "amount '1.0e+20'"


def _duckdb(path: Path) -> Path:
    with duckdb.connect(str(path)) as theirs:
        theirs.execute(
            "create schema sales; create table sales.orders as select 7 customer_id,"
            " timestamptz '2024-01-01 10:00:00+01' ordered_at, 1.5::double amount;"
            "create view orders as from sales.orders"
        )
    return path


@pytest.mark.parametrize(
    "block",
    [
        {"table": "orders"},
        {"table": "sales.orders"},
        {"query": "select * from orders"},
        {"query": "from sales.orders; "},
    ],
)
def test_a_duckdb_file_is_read_into_the_same_engine(con, url, tmp_path, block):
    url(f"duckdb://{_duckdb(tmp_path / 'its.duckdb')}")
    opened = read(con, {"url": "env:SHOP_DB", "orders": block}, "UTC")
    found = opened.tables["orders"].to_pandas().iloc[0]
    assert opened.con is None
    assert found["customer_id"] == "7"
    assert found["ordered_at"] == pd.Timestamp("2024-01-01 09:00")
    assert found["amount"] == Decimal("1.5")
    assert con.current_catalog == "memory"


def test_a_duckdb_file_is_never_written_to(con, url, tmp_path):
    path = _duckdb(tmp_path / "shop.duckdb")
    before = path.read_bytes()
    block = {"query": "create table more as select 1"}
    options = {"url": url(f"duckdb://{path}"), "orders": block}
    refused(
        ConfigError, r"source\.orders\.query must be a query", read, con, options, ""
    )
    assert path.read_bytes() == before


def test_files_that_are_no_database_are_refused(con, url, tmp_path):
    path = tmp_path / "shop.db"
    path.write_text("customer_id,amount\n" * 100)
    for scheme, kind in (("sqlite", "SQLite"), ("duckdb", "DuckDB")):
        options = {"url": url(f"{scheme}://{path}"), "orders": {"table": "orders"}}
        refused(DataError, f"must be a {kind} file", read, con, options, "UTC")
    options["url"] = url(f"sqlite://{tmp_path}/none.db")
    refused(ConfigError, "SHOP_DB must lead to a database file", read, con, options, "")


def test_a_table_that_a_file_does_not_have_is_suggested(con, url, tmp_path):
    options = {"orders": {"table": "order"}}
    options["url"] = url(f"sqlite://{_sqlite(tmp_path / 'shop.db')}")
    refused(ConfigError, "Did you mean 'orders'", read, con, options, "UTC")
    options["url"] = url(f"duckdb://{_duckdb(tmp_path / 'shop.duckdb')}")
    refused(ConfigError, "Did you mean 'orders'", read, con, options, "UTC")


# ---- what is refused


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            {"url": f"postgresql://boss:{PASSWORD}@db/shop", "orders": {"table": "o"}},
            "url must name an environment variable, but it is something else",
        ),
        ({"url": {"password": PASSWORD}}, "url must name an environment variable"),
        ({"url": "env:"}, "url must name an environment variable"),
        ({"url": "env:SHOP_DB"}, "source must name a table of the database"),
        ({"url": "env:SHOP_DB", "orders": {}}, "must name a table or a query, but"),
        (
            {"url": "env:SHOP_DB", "orders": {"table": "a", "query": "b"}},
            "source.orders must name a table or a query, but it names both",
        ),
        ({"url": "env:SHOP_DB", "order": {}}, "'source.order' is none. Did you mean"),
        ({"url": "env:SHOP_DB", "timeout_seconds": 0}, "source.timeout_seconds"),
    ],
)
def test_blocks_that_cannot_be_meant_are_refused(con, options, sentence):
    refused(ConfigError, re.escape(sentence), read, con, options, "UTC")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "SHOP_DB is empty"),
        ("  ", "SHOP_DB is empty"),
        (f"boss:{PASSWORD}@db", "SHOP_DB must be a URL, but it does not begin"),
        (f"postgre://boss:{PASSWORD}@db/x", "scheme is 'postgre'. Did you mean 'postg"),
        (f"redis://boss:{PASSWORD}@db/x", "its scheme is 'redis'"),
        (f"postgresql://boss:{PASSWORD}@x@db/x", "must be a URL with one @"),
        (f"postgresql://boss:{PASSWORD}/x@db/x", "must be a URL with one @"),
        (f"postgresql://boss:{PASSWORD}#x@db/x", "must be a URL with one @"),
        (f"postgresql://boss:{PASSWORD}%zz@db/x", "URL that PostgreSQL understands"),
        (
            f"postgresql://127.0.0.1:1?password={PASSWORD}",
            "127.0.0.1:1 cannot be reached",
        ),
        (f"postgresql://boss:{PASSWORD}@db:port/x", "must name a server that answers"),
    ],
)
def test_variables_without_a_url_are_named_not_shown(con, url, text, sentence):
    options = {"url": url(text), "orders": {"table": "orders"}}
    kind = DataError if "answers" in sentence or "reached" in sentence else ConfigError
    refused(kind, re.escape(sentence), read, con, options, "UTC")


def test_a_variable_that_is_not_set_is_named(con, monkeypatch):
    monkeypatch.delenv("SHOP_DB", raising=False)
    options = {"url": "env:SHOP_DB", "orders": {"table": "orders"}}
    refused(ConfigError, "SHOP_DB is not set. Set it", read, con, options, "UTC")


def test_a_missing_driver_says_what_to_install(con, monkeypatch, url):
    module = "segtools.sources.database.postgres"
    monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    options = {"url": url(), "orders": {"table": "orders"}}
    sentence = r"pip install 'customer-segtools\[postgres\]'"
    refused(ConfigError, sentence, read, con, options, "UTC")


def test_a_server_that_does_not_answer_is_named(con, url):
    options = {"url": url(f"postgresql://boss:{PASSWORD}@127.0.0.1:1/x")}
    options |= {"orders": {"table": "orders"}}
    sentence = r"SHOP_DB must name a server that answers, but 127\.0\.0\.1:1 cannot"
    refused(DataError, sentence, read, con, options, "UTC")


def test_refused_credentials_and_databases_are_told_apart(con, url, server):
    wrong = server.url().replace(PASSWORD, "wr0ng")
    options = {"url": url(wrong), "orders": {"table": "orders"}}
    told = refused(
        ConfigError, "accepts, but they were refused", read, con, options, ""
    )
    assert "wr0ng" not in told
    options["url"] = url(server.url(database="shup"))
    refused(ConfigError, 'database "shup" does not exist', read, con, options, "UTC")


@pytest.mark.parametrize(
    ("block", "kind", "sentence"),
    [
        ({"table": "shop.order"}, ConfigError, "Did you mean 'shop.orders'"),
        ({"table": "shop.clients"}, ConfigError, "Did you mean 'shop.Clients'"),
        ({"query": "selec 1"}, ConfigError, "source.orders.query must be a query"),
        ({"query": "drop table shop.orders"}, ConfigError, "must be a query"),
        ({"query": "select 1 a, 2 a"}, ConfigError, "must name each column once"),
        ({"query": "select * from nowhere"}, ConfigError, '"nowhere" does not exist'),
        ({"table": "shop.orders"}, DataError, "orders must have the columns"),
        (
            {"table": "shop.orders", "columns": MAPPED | {"amount": "payd"}},
            DataError,
            "Did you mean 'paid'",
        ),
        (
            {"query": "select 1 customer_id, 2 amount, 1704067200 ordered_at"},
            DataError,
            "orders.ordered_at must be a time, but the column is of type int32",
        ),
    ],
)
def test_what_is_not_in_the_server_is_said_at_once(con, url, block, kind, sentence):
    options = {"url": url(), "orders": block}
    refused(kind, re.escape(sentence), read, con, options, "UTC")


def test_a_table_that_the_role_may_not_read_is_refused(con, url, server):
    block = {"table": "shop.Clients"}
    options = {"url": url(server.url("reader")), "customers": block}
    refused(DataError, "must be readable for the role", read, con, options, "UTC")


# A filter that the server cannot answer without waiting at each row.
SLOW = """select 'a' customer_id, now() ordered_at, 1 amount
    from generate_series(1, 9) where pg_sleep(1) is not null"""


def test_a_query_that_takes_too_long_names_the_key(con, url):
    options = {"url": url(), "timeout_seconds": 1, "orders": {"query": SLOW}}
    table = read(con, options, "UTC").tables["orders"]
    told = refused(DataError, "source.timeout_seconds must leave", table.to_pandas)
    assert "after 1 s" in told


def test_a_value_that_a_query_cannot_read_is_told_when_it_is_reached(con, url):
    query = "select 'a' customer_id, now() ordered_at, x::int amount from "
    query += "(values ('1'), ('one')) v(x)"
    options = {"url": url(), "orders": {"query": query}}
    table = read(con, options, "UTC").tables["orders"]
    sentence = "SHOP_DB must be readable to its last row, but the server says: invalid"
    refused(DataError, sentence, table.to_pandas)


def test_a_server_that_dies_in_the_middle_is_named(con, url, server):
    with running() as mortal:
        options = {"url": url(mortal.url()), "orders": {"query": SLOW}}
        table = read(con, options, "UTC").tables["orders"]
        timer = threading.Timer(0.5, mortal.stop)
        timer.start()
        sentence = "SHOP_DB must stay reachable, but the connection to 127.0.0.1"
        refused(DataError, sentence, table.to_pandas)
        timer.join()
        refused(DataError, sentence, table.to_pandas)
        options["orders"] = {"table": "orders"}
        refused(DataError, "must name a server that answers", read, con, options, "")


def test_the_bundled_block_is_one_that_the_source_takes():
    path = resources.files("segtools") / "configurations/sources/database.yaml"
    options = yaml.safe_load(path.read_text(encoding="utf-8"))["source"]
    assert options.pop("system") == "database"
    assert checked(Block, options, "source").tables
