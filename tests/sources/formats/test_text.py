"""Typing: what is plainly a value is read, what is in doubt is named."""

from __future__ import annotations

from decimal import Decimal

import ibis
import pandas as pd
import pytest
from ibis.util import gen_name

from segtools.config import TableFile
from segtools.schema import TABLES
from segtools.sources.formats.text import shaped, typed
from segtools.sources.formats.times import time_of


@pytest.fixture
def read_as(con):
    """Give the values of one column read from text, and what could not be read."""

    def run(texts: list, column: str, timezone: str = "UTC", **how):
        raw = con.create_table(gen_name("given"), ibis.memtable({"x": texts}))
        file = TableFile(path="", **how)
        table = typed(raw, {column: "x"}, TABLES["order_lines"], file, timezone)
        found = table.to_pandas()
        values = [None if pd.isna(v) else v for v in found[column]]
        return values, [None if pd.isna(v) else v for v in found["unreadable"]]

    return run


@pytest.mark.parametrize(
    ("text", "decimal", "number"),
    [
        ("5 EUR", ".", "5"),
        ("EUR 5", ".", "5"),
        ("5eur", ".", "5"),
        ("CHF 1'234.50", ".", "1234.5"),
        ("1’234.50", ".", "1234.5"),
        ("1 234,50 €", ",", "1234.5"),
        ("1\u202f234\u202f567,5", ",", "1234567.5"),
        ("1'234,50", ",", "1234.5"),
        ("(5)", ".", "-5"),
        ("(1,234.50)", ".", "-1234.5"),
        ("$ (5.25)", ".", "-5.25"),
        ("(5 EUR)", ".", "-5"),
        ("5-", ".", "-5"),
        ("5,25-", ",", "-5.25"),
        ("5 -", ".", "-5"),
        ("- 5", ".", "-5"),
        ("\u22125", ".", "-5"),  # the minus of typographers
        ("₹5", ".", "5"),
        ("zł 5", ".", None),
        ("5 EUR 6", ".", None),
        ("1€234", ".", None),
        ("5 6", ".", None),
        ("12 50", ".", None),
        ("1'23", ".", None),
        ("'5", ".", None),
        ("(5", ".", None),
        ("(-5)", ".", None),
        ("--5", ".", None),
        ("-5-", ".", None),
        ("5 %", ".", None),
        ("5 pieces", ".", None),
        ("EUR", ".", None),
        ("()", ".", None),
        ("1_000", ".", "1000"),
        ("0x1F", ".", None),
        ("1e5", ",", "100000"),
    ],
)
def test_numbers_as_companies_write_them(text, decimal, number, read_as):
    values, unread = read_as([text], "amount", decimal=decimal)
    assert values == [None if number is None else Decimal(number)]
    assert unread == [f"amount '{text}'" if number is None else None]


@pytest.mark.parametrize("text", ["nan", "NaN", "inf", "-Infinity", "1e400"])
def test_what_the_engine_takes_for_a_float_is_not_taken(text, read_as):
    assert read_as([text], "quantity") == ([None], [f"quantity '{text}'"])


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2024-07-01", "2024-06-30 22:00"),
        ("2024-7-1", "2024-06-30 22:00"),
        ("2024-07-01 12:00:00", "2024-07-01 10:00"),
        ("2024-07-01T12:00:00\t", "2024-07-01 10:00"),
        ("2024-07-01 12:00:00.5", "2024-07-01 10:00:00.5"),
        ("2024-07-01 12:00:00-02", "2024-07-01 14:00"),
        ("2024-07-01 12:00:00-02:00 ", "2024-07-01 14:00"),
        ("2024-7-1 1:00:00-02", "2024-07-01 03:00"),
        ("2024-7-01 12:00:00Z", "2024-07-01 12:00"),
        ("2024-07-01 12:00:00 UTC", "2024-07-01 12:00"),
        ("2024-07-01 12:00 GMT", "2024-07-01 12:00"),
        ("2024-07-01 12:00:00 Z", "2024-07-01 12:00"),
        ("2024-07-01 12:00:00 -0500", "2024-07-01 17:00"),
        ("2024-07-01T12:00:00.5+05:30", "2024-07-01 06:30:00.5"),
        ("2024-07-01 12:00:00 EST", None),
        ("2024-07-01 12:00:00 America/Port-au-Prince", None),
        ("2024-07-01 12:00:00-2:00", None),
        ("2024-07-01 12:00:00 Etc/GMT+5", None),
        ("2024-07-01 12:00:00 Europe/Berlin", None),
        ("infinity", None),
        ("epoch", None),
        ("1704067200", None),
        ("2024-07-01 (BC)", None),
        ("99999-07-01", None),
    ],
)
def test_times_keep_their_offsets_and_nothing_odd_is_a_time(text, utc, read_as):
    values, unread = read_as([text], "ordered_at", "Europe/Berlin")
    assert values == [None if utc is None else pd.Timestamp(utc)]
    assert unread == [f"ordered_at '{text}'" if utc is None else None]


@pytest.mark.parametrize(
    ("text", "date_format", "utc"),
    [
        ("1719828000", "epoch", "2024-07-01 10:00"),
        (" 1719828000.25 ", "epoch", "2024-07-01 10:00:00.25"),
        ("1719828000250", "epoch_ms", "2024-07-01 10:00:00.25"),
        ("1719828000250001", "epoch_us", "2024-07-01 10:00:00.250001"),
        ("1.719828e9", "epoch", "2024-07-01 10:00"),
        ("-1", "epoch", "1969-12-31 23:59:59"),
        ("1719828000250", "epoch", None),  # milliseconds, said to be seconds
        ("2024-07-01", "epoch", None),
    ],
)
def test_seconds_since_1970_are_instants_in_any_zone(text, date_format, utc, read_as):
    how = {"date_format": date_format}
    values, unread = read_as([text], "ordered_at", "Asia/Tokyo", **how)
    assert values == [None if utc is None else pd.Timestamp(utc)]
    assert unread == [f"ordered_at '{text}'" if utc is None else None]


def test_numbers_may_be_times_of_an_epoch_or_of_a_format(read_as):
    noon = [pd.Timestamp("2024-07-01 12:00")]
    assert read_as([1_719_835_200], "ordered_at", date_format="epoch")[0] == noon
    day = [pd.Timestamp("2024-07-01")]
    assert read_as([20_240_701], "ordered_at", date_format="%Y%m%d")[0] == day


@pytest.mark.parametrize("blank", [" ", "\t", "\n", "\v", "\f", "\r"])
def test_blanks_around_text_are_no_part_of_it(blank, read_as):
    texts = [f"{blank}a{blank}b", f"ä{blank}", f"{blank}é", blank, ""]
    values, unread = read_as(texts, "product")
    assert values == [f"a{blank}b", "ä", "é", None, None]
    assert unread == [None] * 5


def test_the_first_value_that_cannot_be_read_is_named(con):
    columns = {
        "customer_id": ["ann", "bob", "cat"],
        "ordered_at": ["2024-01-01", "soon", "2024-01-03"],
        "amount": ["x", "y", "3"],
        "is_test": ["no", "no", "maybe"],
    }
    found = shaped(ibis.memtable(columns), "orders", "UTC").to_pandas()
    assert found["unreadable"].tolist() == [
        "amount 'x'",
        "ordered_at 'soon'",
        "is_test 'maybe'",
    ]
    assert found["ordered_at"].isna().tolist() == [False, True, False]


def test_nested_values_are_text_in_any_table(con):
    row = "SELECT {'a': 1} AS customer_id, [1, 2] AS tags, {'n': 5} AS x"
    con.raw_sql(f"CREATE TABLE given AS {row}")
    raw = con.table("given")
    found = shaped(raw, "customers", "UTC").to_pandas()
    assert found["customer_id"].tolist() == ["{'a': 1}"]
    file = TableFile(path="")
    table = typed(raw, {"amount": "x"}, TABLES["orders"], file, "UTC")
    assert table.to_pandas()["unreadable"].tolist() == ["amount '{'n': 5}'"]


def test_a_column_of_times_alone_is_read_like_one_of_a_table(con):
    texts = ["2024-07-01 12:00", "2024-07-01T12:00:00+01:00", "soon"]
    raw = con.create_table("given", ibis.memtable({"x": texts}))
    found = raw.select(x=time_of(raw.x, None, "Europe/Berlin")).to_pandas()["x"]
    assert found[:2].tolist() == [
        pd.Timestamp("2024-07-01 10:00"),
        pd.Timestamp("2024-07-01 11:00"),
    ]
    assert pd.isna(found[2])
