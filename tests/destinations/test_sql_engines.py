"""Every engine that can: the text means the same, in one transaction or statement."""

from __future__ import annotations

from types import SimpleNamespace

import ibis
import pandas as pd
import pytest
import sqlglot as sg
from engines import need_engine
from hypothesis import given, settings
from sources.postgres import running

from destinations.sql_elsewhere import CASELESS, DIALECTS, Elsewhere
from destinations.test_sql import T1, T2, T3, history, months, placed
from segtools.destinations.sql import write_history
from segtools.destinations.sql_engines import ENGINES, WHOLE, refuse_unwritable
from segtools.destinations.sql_statements import CREATE, LATER, MERGE, Statements
from segtools.schema import ConfigError, DataError

MERGING = sorted(name for name, engine in ENGINES.items() if engine.merges)
BY_DRIVER = sorted(set(ENGINES) - set(MERGING))


def write(con, at, **segments):
    write_history(con, "customer_segments", placed(**segments), at)
    return history(con)


@pytest.mark.parametrize("name", sorted(ENGINES))
def test_rows_are_closed_and_opened_and_repeating_changes_nothing(name):
    con = Elsewhere(name)
    first = [("a", "S1", 1, 0), ("b", "S1", 1, 0), ("c", "S2", 1, 0)]
    assert write(con, T1, a="S1", b="S1", c="S2") == first
    expected = [
        ("a", "S1", 1, 0),
        ("b", "S1", 1, 2),
        ("b", "S2", 2, 0),
        ("c", "S2", 1, 2),
        ("d", "S1", 2, 0),
    ]
    for _ in range(2):
        assert write(con, T2, a="S1", b="S2", d="S1") == expected
    # The same instant with another result: as if the first had never been.
    assert write(con, T2, a="S1", b="S1", c="S2") == first
    with pytest.raises(DataError, match="in the order of time"):
        write(con, T1 - pd.Timedelta(days=1), a="S2")
    assert history(con) == first


@pytest.mark.parametrize("name", BY_DRIVER)
def test_only_rows_change_between_the_beginning_and_the_commit(name):
    con = Elsewhere(name)
    write(con, T1, a="S1")
    begins = {"BEGIN": ["BEGIN"], "START TRANSACTION": ["START"], "": []}
    engine = ENGINES[name]
    stage = "create temporary stage" if engine.temporary else "create stage"
    assert con.log == [
        "list tables",
        "create table",
        stage,
        *begins[engine.begin],
        *(["lock"] if engine.lock else []),
        "SELECT",
        "DELETE",
        "UPDATE",
        "UPDATE",
        "INSERT",
        "commit",
        "close",
        "drop stage",
    ]
    con.log.clear()
    write(con, T2, a="S2")
    assert con.log[:2] == ["list tables", stage]  # the table is there


@pytest.mark.parametrize("name", MERGING)
def test_where_there_is_no_transaction_one_statement_does_it_all(name):
    con = Elsewhere(name)
    write(con, T1, a="S1")
    assert con.log == [
        "list tables",
        "create table",
        "create stage",
        "MERGE",
        "drop stage",
    ]


@pytest.mark.parametrize("name", BY_DRIVER)
@pytest.mark.parametrize("word", ["DELETE", "UPDATE", "INSERT"])
def test_an_error_anywhere_rolls_back_and_leaves_nothing(name, word):
    con = Elsewhere(name)
    before = write(con, T1, a="S1", b="S2")
    con.fails_at = word
    con.log.clear()
    with pytest.raises(DataError, match="nothing was changed") as caught:
        write(con, T2, a="S2", c="S1")
    assert "geheim" not in str(caught.value)
    assert con.log[-3:] == ["rollback", "close", "drop stage"]
    assert "commit" not in con.log
    assert history(con) == before
    assert con.tables() == ["customer_segments"]


@pytest.mark.parametrize("name", MERGING)
def test_a_refused_statement_leaves_nothing(name):
    con = Elsewhere(name)
    before = write(con, T1, a="S1")
    con.fails_at = "MERGE"
    with pytest.raises(DataError, match="nothing was changed"):
        write(con, T2, a="S2")
    assert history(con) == before
    assert con.tables() == ["customer_segments"]


@pytest.mark.parametrize("name", CASELESS)
def test_capitals_make_another_customer_where_the_engine_would_not(name):
    con = Elsewhere(name)
    write(con, T1, a="S1", A="S2")
    found = write(con, T2, a="S1", A="S1")
    assert found == [
        ("A", "S2", 1, 2),
        ("A", "S1", 2, 0),
        ("a", "S1", 1, 0),
    ]
    alike = con.duck.table("customer_segments").filter(lambda t: t.customer_id == "a")
    assert alike.count().execute() == 3  # the engine itself takes them for one


@pytest.mark.parametrize("name", sorted(ENGINES))
def test_a_table_in_a_schema_and_hostile_names_stay_where_they_are(name):
    con = Elsewhere(name)
    con.duck.raw_sql("CREATE SCHEMA marts")
    rows = placed(**{"=o'Neil\"; DROP TABLE x": "S1", "\\'": "S1"})
    write_history(con, "marts.customer_segments", rows, T1)
    found = con.duck.table("customer_segments", database="marts").to_pandas()
    assert set(found["customer_id"]) == set(rows["customer_id"])
    assert con.tables("marts") == ["customer_segments"]


@pytest.mark.parametrize("name", sorted(ENGINES))
def test_a_table_of_somebody_else_is_refused_before_anything(name):
    con = Elsewhere(name)
    con.duck.raw_sql("CREATE TABLE customer_segments (x INTEGER)")
    with pytest.raises(ConfigError, match="has other columns"):
        write(con, T1, a="S1")
    assert con.log == ["list tables"]


@pytest.mark.parametrize("name", ["mysql", "oracle", "snowflake", "bigquery"])
@settings(max_examples=12)
@given(months)
def test_the_table_tells_of_every_month_who_was_where(name, runs):
    con = Elsewhere(name)
    times = [pd.Timestamp(2024, m + 1, 1) for m in range(len(runs))]
    for at, run in zip(times, runs, strict=True):
        write_history(con, "customer_segments", placed(**run), at)
    frame = con.duck.table("customer_segments").to_pandas()
    ends = frame["valid_to"].fillna(pd.Timestamp("2200-01-01"))
    for at, run in zip(times, runs, strict=True):
        then = frame[(frame["valid_from"] <= at) & (at < ends)]
        found = dict(zip(then["customer_id"], then["segment_id"], strict=True))
        assert found == run
        assert len(then) == len(run)


# The one statement, on engines that are here


@pytest.fixture(scope="module")
def server():
    need_engine("postgres")
    with running() as one:
        yield one


@pytest.fixture(params=["duckdb", "postgres"])
def here(request):
    if request.param == "duckdb":
        return ibis.duckdb.connect()
    con = ibis.connect(request.getfixturevalue("server").url())
    if int(con.version.split(".")[0]) < 15:
        pytest.skip("this PostgreSQL has no MERGE yet")
    con.raw_sql("DROP TABLE IF EXISTS customer_segments")
    return con


def test_merge_does_what_the_transaction_does(here):
    own = ibis.duckdb.connect()
    for at, run in (
        (T1, {"a": "S1", "b": "S1", "c": "S2"}),
        (T2, {"a": "S1", "b": "S2", "d": "S1"}),
        (T2, {"a": "S2", "b": "S1", "d": "S1"}),
        (T3, {"b": "S1", "c": "S2"}),
        (T3, {"d": "S1", "e": "S1"}),
        (T3, {"d": "S1", "e": "S1"}),
    ):
        rows = placed(**run)
        now = ibis.util.gen_name("stage")
        here.create_table(now, ibis.memtable(rows), temp=True)
        say = Statements(here, "customer_segments", now, at)
        here.raw_sql(say(CREATE))
        assert here.raw_sql(say(LATER)).fetchone()[0] == 0
        here.raw_sql(say(MERGE))
        write_history(own, "customer_segments", rows, at)
        assert history(here) == history(own)
    here.disconnect()


# The text itself


def said(name, statement):
    engine = SimpleNamespace(name=name, dialect=DIALECTS[name])
    now = sg.table("stage", db="marts", quoted=True)
    as_bytes = ENGINES[name].as_bytes
    return Statements(engine, "marts.segments", now, T1, as_bytes)(statement)


def test_moments_and_names_are_written_as_each_engine_reads_them():
    text = {name: said(name, "DELETE FROM {table} WHERE valid_to = {at}") for name in
            ("mysql", "mssql", "oracle", "snowflake")}  # fmt: skip
    assert text == {
        "mysql": "DELETE FROM `marts`.`segments` WHERE `valid_to` = "
        "CAST('2024-01-01 22:00:00' AS DATETIME)",
        "mssql": "DELETE FROM [marts].[segments] WHERE [valid_to] = "
        "CAST('2024-01-01 22:00:00' AS DATETIME2)",
        "oracle": 'DELETE FROM "marts"."segments" WHERE "valid_to" = '
        "TO_TIMESTAMP('2024-01-01 22:00:00', 'YYYY-MM-DD HH24:MI:SS')",
        "snowflake": 'DELETE FROM "marts"."segments" WHERE "valid_to" = '
        "CAST('2024-01-01 22:00:00' AS TIMESTAMPNTZ)",
    }


@pytest.mark.parametrize("name", sorted(ENGINES))
def test_no_name_is_left_to_an_engines_own_capitals(name):
    tree = sg.parse_one(said(name, MERGE), read=DIALECTS[name])
    names = [*tree.find_all(sg.exp.Identifier)]
    assert len(names) > 50
    assert all(one.quoted for one in names)


def test_locks_are_the_engines_own():
    engine = SimpleNamespace(name="mysql", dialect="mysql")
    own = Statements(engine, "marts.segments", "stage", T1).own
    assert own(ENGINES["mysql"].lock) == "SELECT 1 FROM `marts`.`segments` FOR UPDATE"
    engine = SimpleNamespace(name="mssql", dialect="tsql")
    own = Statements(engine, "marts.segments", "stage", T1).own
    assert own(ENGINES["mssql"].lock) == (
        "SELECT TOP 1 1 FROM [marts].[segments] WITH (TABLOCKX, HOLDLOCK)"
    )


def test_every_backend_of_ibis_is_written_or_refused_with_a_reason():
    from ibis.util import backend_entry_points

    refused = {}
    for entry in backend_entry_points():
        try:
            refuse_unwritable(entry.name, "DB")
        except ConfigError as error:
            refused[entry.name] = str(error)
    known = {entry.name for entry in backend_entry_points()}
    assert known - set(refused) == set(ENGINES) | set(WHOLE)
    assert all("or load members.csv" in sentence for sentence in refused.values())
    assert "neither transactions nor MERGE" in refused["clickhouse"]
