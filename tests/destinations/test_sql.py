"""A table with its history: no interval lost, and to repeat changes nothing."""

import ibis
import pandas as pd
import pytest
from engines import need_engine
from hypothesis import given, settings
from hypothesis import strategies as st
from sources.postgres import running

from destinations.makers import order, people, run_folder
from segtools.destinations.export import write_export
from segtools.destinations.sql import COLUMNS, write_history
from segtools.schema import ConfigError, DataError

T1, T2, T3 = (pd.Timestamp(f"2024-0{m}-01 22:00") for m in (1, 2, 3))


@pytest.fixture(scope="module")
def server():
    need_engine("postgres")
    with running() as one:
        yield one


@pytest.fixture(params=["duckdb", "sqlite", "postgres"])
def database(request, tmp_path, monkeypatch):
    """Give a function that opens the same database again and again."""
    if request.param == "postgres":
        url = request.getfixturevalue("server").url()
        con = ibis.connect(url)
        con.raw_sql("DROP TABLE IF EXISTS customer_segments")
        con.disconnect()
    else:
        url = f"{request.param}://{tmp_path / 'mart.db'}"
    monkeypatch.setenv("SEGMENTS_DB", url)
    return lambda: ibis.connect(url)


def placed(**segments):
    ids = list(segments)
    return pd.DataFrame(
        {
            "customer_id": ids,
            "segment_id": list(segments.values()),
            "segment": [f"name of {s}" for s in segments.values()],
        }
    )


def history(con):
    frame = con.table("customer_segments").to_pandas()
    frame = frame.sort_values(["customer_id", "valid_from"])
    known = frame["valid_to"].notna()
    ends = pd.to_datetime(frame["valid_to"]).dt.month.where(known, 0).astype(int)
    starts = pd.to_datetime(frame["valid_from"]).dt.month
    return list(
        zip(frame["customer_id"], frame["segment_id"], starts, ends, strict=True)
    )


def write(database, rows, at):
    con = database()
    try:
        write_history(con, "customer_segments", rows, at)
        return history(con)
    finally:
        con.disconnect()


def test_rows_are_closed_and_opened_and_repeating_changes_nothing(database):
    first = write(database, placed(a="S1", b="S1", c="S2"), T1)
    assert first == [("a", "S1", 1, 0), ("b", "S1", 1, 0), ("c", "S2", 1, 0)]
    second = placed(a="S1", b="S2", d="S1")
    expected = [
        ("a", "S1", 1, 0),
        ("b", "S1", 1, 2),
        ("b", "S2", 2, 0),
        ("c", "S2", 1, 2),
        ("d", "S1", 2, 0),
    ]
    assert write(database, second, T2) == expected
    assert write(database, second, T2) == expected
    # The same instant with another result: as if the first had never been.
    assert write(database, placed(a="S1", b="S1", c="S2"), T2) == first


def test_what_is_later_is_never_overwritten(database):
    write(database, placed(a="S1"), T2)
    with pytest.raises(DataError, match="in the order of time"):
        write(database, placed(a="S2"), T1)
    con = database()
    assert history(con) == [("a", "S1", 2, 0)]
    con.disconnect()


def test_a_failure_in_the_middle_leaves_all_as_it_was(database, monkeypatch):
    from segtools.destinations import sql

    write(database, placed(a="S1"), T1)
    broken = (*sql.CHANGES[:-1], "INSERT INTO nowhere SELECT 1 FROM {now}")
    monkeypatch.setattr(sql, "CHANGES", broken)
    with pytest.raises(DataError, match="nothing was changed"):
        write(database, placed(a="S2"), T2)
    con = database()
    assert history(con) == [("a", "S1", 1, 0)]
    con.disconnect()


def test_an_export_writes_the_table_and_leaves_nothing_else_there(database, tmp_path):
    rows = people(3).assign(segment_id=["S01", "S02", "S01"])
    rows.loc[0, "customer_id"] = "=o'Neil\"; DROP TABLE x"
    asked = order(rows, "sql", {"url": "env:SEGMENTS_DB"})
    run = run_folder(tmp_path)
    for _ in range(2):
        manifest = write_export(asked, tmp_path / "q", run)
    con = database()
    table = con.table("customer_segments")
    assert set(table.columns) == set(COLUMNS)
    assert set(table.to_pandas()["customer_id"]) == set(rows["customer_id"])
    assert history(con)[0][2:] == (9, 0)
    kept = "information_schema.tables WHERE table_schema IN ('main', 'public')"
    kept = "sqlite_master" if con.name == "sqlite" else kept
    assert con.raw_sql(f"SELECT count(*) FROM {kept}").fetchone()[0] == 1
    con.disconnect()
    assert manifest["valid_from"] == "2024-09-28T22:00:00Z"


def test_columns_in_another_order_are_filled_by_name(database):
    con = database()
    kind = "TEXT" if con.name == "sqlite" else "TIMESTAMP"
    con.raw_sql(
        "CREATE TABLE customer_segments (customer_id TEXT, segment TEXT, segment_id "
        f"TEXT, valid_to {kind}, valid_from {kind})"
    )
    con.disconnect()
    assert write(database, placed(a="S1"), T1) == [("a", "S1", 1, 0)]
    assert write(database, placed(a="S2"), T2) == [("a", "S1", 1, 2), ("a", "S2", 2, 0)]


def test_an_engine_that_cannot_change_a_table_whole_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("SEGMENTS_DB", "druid://boss:geheim@127.0.0.1:1/x")
    asked = order(people(1), "sql", {"url": "env:SEGMENTS_DB"})
    said = "it takes new rows only. Write to another one .*postgresql.*members.csv"
    with pytest.raises(ConfigError, match=said) as caught:
        write_export(asked, tmp_path / "q", run_folder(tmp_path))
    assert "geheim" not in str(caught.value)
    assert not (tmp_path / "q").exists()


def test_an_engine_whose_driver_is_missing_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setenv("SEGMENTS_DB", "mysql://boss:geheim@127.0.0.1:1/x")
    asked = order(people(1), "sql", {"url": "env:SEGMENTS_DB"})
    with pytest.raises((ConfigError, DataError), match="SEGMENTS_DB") as caught:
        write_export(asked, tmp_path / "q", run_folder(tmp_path))
    assert "geheim" not in str(caught.value)


def test_a_table_of_somebody_else_is_refused(database):
    con = database()
    con.raw_sql("CREATE TABLE customer_segments (x INTEGER)")
    con.disconnect()
    with pytest.raises(ConfigError, match="has other columns"):
        write(database, placed(a="S1"), T1)


def test_a_url_is_never_in_the_configuration_nor_in_a_sentence(tmp_path, monkeypatch):
    with pytest.raises(ConfigError, match="must name an environment variable") as e:
        order(people(1), "sql", {"url": "postgresql://boss:geheim@h/x"})
    assert "geheim" not in str(e.value)
    with pytest.raises(ConfigError, match="must be a name of letters"):
        order(people(1), "sql", {"url": "env:X", "table": "x; DROP TABLE y"})
    monkeypatch.setenv("NO_DB", "postgresql://boss:geheim@127.0.0.1:1/x")
    asked = order(people(1), "sql", {"url": "env:NO_DB"})
    with pytest.raises(DataError, match="NO_DB") as e:
        write_export(asked, tmp_path / "q", run_folder(tmp_path))
    assert "geheim" not in str(e.value)
    assert not (tmp_path / "q").exists()


months = st.lists(
    st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["S1", "S2"]), max_size=4),
    min_size=1,
    max_size=5,
)


@settings(max_examples=25)
@given(months)
def test_the_table_tells_of_every_month_who_was_where(runs):
    con = ibis.duckdb.connect()
    times = [pd.Timestamp(2024, m + 1, 1) for m in range(len(runs))]
    for at, run in zip(times, runs, strict=True):
        write_history(con, "customer_segments", placed(**run), at)
    frame = con.table("customer_segments").to_pandas()
    for at, run in zip(times, runs, strict=True):
        ends = frame["valid_to"].fillna(pd.Timestamp("2200-01-01"))
        then = frame[(frame["valid_from"] <= at) & (at < ends)]
        found = dict(zip(then["customer_id"], then["segment_id"], strict=True))
        assert found == run
        assert len(then) == len(run)
