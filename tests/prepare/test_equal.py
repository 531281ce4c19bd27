"""Equal rows are found however many rows look alike, and no others are taken."""

from __future__ import annotations

import ibis
import pandas as pd
import pytest

from segtools.prepare import equal
from segtools.prepare.equal import suspects

COLUMNS = ["amount", "order_id", "ordered_at", "product_id"]
TIME = pd.Timestamp("2024-01-01 09:00")


@pytest.fixture
def lines() -> pd.DataFrame:
    """Six lines: two are equal, one differs from them in one text, three otherwise."""
    rows = [
        ("ann", "1", TIME, "tea", "2.50"),
        ("ann", "1", TIME, "tea", "2.50"),  # the same once more
        ("ann", "2", TIME, "tea", "2.50"),  # another order
        ("bob", "3", TIME, "jam", "2.50"),  # another product
        ("bob", "3", TIME, "tea", "9.00"),  # another amount
        ("bob", None, TIME, "jam", "9.00"),
    ]
    names = ["customer_id", "order_id", "ordered_at", "product_id", "amount"]
    return pd.DataFrame(rows, columns=names)


@pytest.fixture
def placed(lines):
    con = ibis.duckdb.connect()
    table = con.create_table("lines", ibis.memtable(lines.assign(at=range(6))))
    money = table.amount.cast("decimal(18, 4)")
    return table.mutate(place=table.rowid(), amount=money)


def suspected(table, found) -> list[int]:
    return sorted(table.filter(found.among(table)).to_pandas()["at"])


def test_numbers_times_and_the_product_are_looked_at_first(placed):
    found = suspects(placed, COLUMNS)
    assert found.columns == ["amount", "ordered_at", "product_id"]
    assert suspected(placed, found) == [0, 1, 2]


def test_if_too_many_look_alike_all_columns_are_hashed(placed, monkeypatch):
    monkeypatch.setattr(equal, "_RARE", 2)
    found = suspects(placed, COLUMNS)
    assert found.columns == COLUMNS
    assert suspected(placed, found) == [0, 1]


def test_the_engine_finds_what_does_not_fit_into_memory(placed, monkeypatch):
    monkeypatch.setattr(equal, "_AT_ONCE", 5)
    found = suspects(placed, COLUMNS)
    assert found.columns == COLUMNS
    assert suspected(placed, found) == [0, 1]


def test_more_suspects_than_a_list_should_hold_are_looked_up_in_the_engine(
    placed, monkeypatch
):
    monkeypatch.setattr(equal, "_RARE", 0)
    monkeypatch.setattr(equal, "_FEW", 0)
    found = suspects(placed, COLUMNS)
    assert not isinstance(found.hashes.op(), ibis.expr.operations.InMemoryTable)
    assert suspected(placed, found) == [0, 1]


def test_nothing_is_suspected_where_no_two_rows_agree(placed, monkeypatch):
    different = placed.filter(placed["at"] != 0)
    monkeypatch.setattr(equal, "_RARE", 0)
    assert suspects(different, COLUMNS) is None


def test_rows_without_a_place_are_compared_where_they_are(placed):
    found = suspects(placed.drop("place"), COLUMNS)
    assert suspected(placed, found) == [0, 1]


@pytest.mark.parametrize("at_once", [5, 6])
@pytest.mark.parametrize(("rare", "few"), [(100, 100), (0, 100), (0, 0)])
def test_one_of_two_equal_lines_goes_in_whatever_way_they_are_found(
    at_once, rare, few, lines, cleaned, monkeypatch
):
    monkeypatch.setattr(equal, "_AT_ONCE", at_once)
    monkeypatch.setattr(equal, "_RARE", rare)
    monkeypatch.setattr(equal, "_FEW", few)
    found = cleaned(order_lines=lines)
    assert {r["rule"]: r["rows"] for r in found.rules} == {"duplicate": 1}
    assert found.accounts["order_lines"]["kept"] == 5
    kept = found.tables["order_lines"].to_pandas()
    assert sorted(kept["order_id"].fillna("")) == ["", "1", "2", "3", "3"]


def test_lines_that_only_look_alike_leave_no_trace(lines, cleaned):
    found = cleaned(order_lines=lines.iloc[1:])
    assert found.rules == []
    assert found.accounts["order_lines"]["kept"] == 5
