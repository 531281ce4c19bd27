"""Files of any shop: what can be read is read rightly, what cannot is named."""

from __future__ import annotations

import gzip
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pandas.testing import assert_frame_equal

from segtools.config import validate
from segtools.prepare.fingerprint import fingerprint
from segtools.schema import ConfigError, DataError
from segtools.sources import Opened, open_source, source
from segtools.sources.files import match_columns, read
from segtools.sources.formats import whole

HEAD = "customer_id,order_id,ordered_at,product_id,amount"
GERMAN = {
    "delimiter": ";",
    "decimal": ",",
    "date_format": "%d.%m.%Y %H:%M",
    "columns": {
        "customer_id": "Kunde",
        "order_id": "Beleg",
        "ordered_at": "Datum",
        "product_id": "Artikel",
        "amount": "Betrag",
    },
}


@pytest.fixture
def load(con, tmp_path):
    """Write text or bytes and read it back as one typed table, in pandas."""

    def run(
        text: str | bytes,
        *,
        timezone: str = "UTC",
        table: str = "order_lines",
        name: str = "data.csv",
        encoded: str = "utf-8",
        **block,
    ) -> pd.DataFrame:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoded))
        opened = read(con, {table: {"path": str(path), **block}}, timezone)
        return opened.tables[table].to_pandas()

    return run


@pytest.fixture
def load_frame(con, tmp_path):
    """Write Arrow columns as Parquet and read them back as a typed table."""

    def run(
        columns: dict, *, timezone: str = "UTC", table: str = "order_lines", **block
    ):
        path = tmp_path / "data.parquet"
        pq.write_table(pa.table(columns), path)
        opened = read(con, {table: {"path": str(path), **block}}, timezone)
        return opened.tables[table].to_pandas()

    return run


def rows(*lines: str, head: str = HEAD) -> str:
    return "\n".join([head, *lines]) + "\n"


def money(*amounts: str | None) -> list:
    return [None if a is None else Decimal(a) for a in amounts]


def one(text: str, column: str, load, **more):
    """Read one row whose cell of `column` is quoted `text`."""
    cells = {"ordered_at": "2024-01-01", "product_id": "p", "amount": "1"}
    cells = {"customer_id": "ann"} | cells | {column: f'"{text}"'}
    found = load(",".join(cells) + "\n" + ",".join(cells.values()) + "\n", **more)
    return found.loc[0, column], found.loc[0, "unreadable"]


# ---- text


def test_a_german_export_is_read_whole(load):
    head = "Kunde;Beleg;Datum;Artikel;Betrag"
    text = rows(
        "Müller;001;31.12.2023 23:30;p1;1.234,50",
        "Groß;002;01.07.2024 00:30;p2;-7,5",
        head=head,
    )
    found = load(text, timezone="Europe/Berlin", **GERMAN)
    by_hand = pd.DataFrame(
        {
            "customer_id": ["Müller", "Groß"],
            "order_id": ["001", "002"],
            "ordered_at": pd.to_datetime(["2023-12-31 22:30", "2024-06-30 22:30"]),
            "product_id": ["p1", "p2"],
            "amount": money("1234.5000", "-7.5000"),
        }
    )
    assert found.pop("unreadable").isna().all()
    assert_frame_equal(found[list(by_hand)], by_hand, check_dtype=False)


@pytest.mark.parametrize(
    ("encoded", "encoding"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),  # a byte-order mark is no part of the first header
        ("utf-8-sig", "utf-8-sig"),
        ("latin-1", "latin-1"),
        ("iso-8859-1", "ISO-8859-1"),
        ("cp1252", "cp1252"),
        ("utf-16", "utf-16"),
        ("iso8859-15", "iso8859-15"),
    ],
)
def test_encodings_give_the_same_names(encoded, encoding, load):
    text = rows("Zoë,1,2024-01-01,Käse,1.00")
    found = load(text, encoded=encoded, encoding=encoding)
    assert found.loc[0, ["customer_id", "product_id"]].tolist() == ["Zoë", "Käse"]


def test_the_euro_of_windows_is_read_as_a_euro(load):
    found = load(rows("ann,1,2024-01-01,p,€ 5"), encoded="cp1252", encoding="cp1252")
    assert found["amount"].tolist() == money("5.0000")


def test_a_copy_in_utf_8_does_not_outlive_the_process(load, monkeypatch):
    doomed = []
    monkeypatch.setattr("atexit.register", lambda *call: doomed.append(call))
    whole._copies.cache_clear()
    load(rows("ann,1,2024-01-01,p,5"), encoded="cp1252", encoding="cp1252")
    ((remove, folder),) = doomed
    (copy,) = folder.iterdir()
    assert "ann" in copy.read_text()
    remove(folder)
    assert not folder.exists()
    whole._copies.cache_clear()


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_by_looking(mark, load):
    text = rows("ann,1,2024-01-01,p,1.50", "bob,2,2024-01-02,q,2.50")
    found = load(text.replace(",", mark), name="data.tsv")
    assert found["amount"].tolist() == money("1.5000", "2.5000")


def test_quoted_newlines_and_delimiters_belong_to_their_cell(load):
    found = load(rows('"ann\nlee",1,2024-01-01,"p, ""q""",5', "bob,2,2024-01-02,r,6"))
    assert found["customer_id"].tolist() == ["ann\nlee", "bob"]
    assert found["product_id"].tolist() == ['p, "q"', "r"]


def test_windows_line_ends_leave_no_trace(load):
    found = load(rows("ann,1,2024-01-01,p,5").replace("\n", "\r\n"))
    assert found["amount"].tolist() == money("5.0000")


def test_ids_are_text_with_their_leading_zeros(load):
    found = load(rows("007,0001,2024-01-01,00p,5", " 7 ,1e5,2024-01-01,12.0,5"))
    assert found["customer_id"].tolist() == ["007", "7"]
    assert found["order_id"].tolist() == ["0001", "1e5"]
    assert found["product_id"].tolist() == ["00p", "12.0"]


def test_blank_is_missing(load):
    found = load(rows("ann,,2024-01-01,p,5", ' ,"  ",,p,'))
    assert found["order_id"].isna().all()
    assert found["customer_id"].isna().tolist() == [False, True]
    assert found["ordered_at"].isna().tolist() == [False, True]
    assert found["amount"].isna().tolist() == [False, True]
    assert found["unreadable"].isna().all()  # missing, not mistaken


def test_a_compressed_file_is_read_like_any_other(load):
    found = load(gzip.compress(rows("ann,1,2024-01-01,p,5").encode()), name="l.csv.gz")
    assert found["amount"].tolist() == money("5.0000")


# ---- numbers


@pytest.mark.parametrize(("decimal", "plain"), [(".", "7.5"), (",", "7,5")])
def test_one_number_that_is_not_plain_changes_no_other(decimal, plain, load):
    head = "customer_id;order_id;ordered_at;product_id;quantity;amount"
    values = [plain, "-5", "+5", " 5 ", "1e3", "", '""', "1_000", "0.00005", ".5"]
    values = [v.replace(".", decimal) for v in values]
    lines = [f"c{i};01;2024-01-01;007;{v};{v}" for i, v in enumerate(values)]
    alone = load("\n".join([head, *lines]), delimiter=";", decimal=decimal)
    odd = "odd;01;2024-01-01;007;5;5 EUR"
    beside = load("\n".join([head, *lines, odd]), delimiter=";", decimal=decimal)
    assert_frame_equal(alone, beside[:-1].reset_index(drop=True))
    assert beside["amount"].iloc[-1] == Decimal("5.0000")


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("5", "5"),
        ("-5.25", "-5.25"),
        ("+5.", "5"),
        (".5", "0.5"),
        ("1,234.50", "1234.5"),
        ("1,234,567", "1234567"),
        ("1e3", "1000"),
        (" 5 ", "5"),
        ("$5.10", "5.10"),
        ("1 234.5", "1234.5"),
        ("1\u202f234.5", "1234.5"),
        ("-€7", "-7"),
        ("0.00004", "0"),
        ("1.00005", "1.0001"),
    ],
)
def test_numbers_with_a_decimal_point(text, amount, load):
    found, unread = one(text, "amount", load)
    assert found == Decimal(amount)
    assert pd.isna(unread)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("5", "5"),
        ("-5,25", "-5.25"),
        ("1.234,50", "1234.5"),
        ("1.234.567", "1234567"),
        ("1 234,5", "1234.5"),
        ("12,50 €", "12.5"),
        (",5", "0.5"),
    ],
)
def test_numbers_with_a_decimal_comma(text, amount, load):
    found, unread = one(text, "amount", load, decimal=",")
    assert found == Decimal(amount)
    assert pd.isna(unread)


@pytest.mark.parametrize(
    ("text", "decimal"),
    [
        ("12,50", "."),  # ten times too much if the comma were dropped
        ("1,5", "."),
        ("1,23,456", "."),
        ("1.234,50", "."),
        ("12.50", ","),
        ("1.5", ","),
        ("1,234.50", ","),
        ("1,2,3", ","),
        ("seven", "."),
        ("-", "."),
        (".", "."),
        ("1-2", "."),
        ("nan", "."),
        ("inf", "."),
        ("99999999999999999999", "."),
    ],
)
def test_a_number_in_doubt_is_unreadable_never_another_number(text, decimal, load):
    found, unread = one(text, "amount", load, decimal=decimal)
    assert found is None or pd.isna(found)
    assert unread == f"amount '{text}'"


def test_amount_is_quantity_times_price_where_it_is_not_given(load):
    head = "customer_id,ordered_at,product_id,quantity,unit_price"
    text = rows("ann,2024-01-01,p,3,1.25", "ann,2024-01-01,p,-2,1.25", head=head)
    assert load(text)["amount"].tolist() == money("3.7500", "-2.5000")


def test_a_given_amount_rules_over_quantity_and_price(load):
    head = HEAD + ",quantity,unit_price"
    found = load(rows("ann,1,2024-01-01,p,9,3,1.25", head=head))
    assert found["amount"].tolist() == money("9.0000")


# ---- times


@pytest.mark.parametrize(
    ("text", "timezone", "utc"),
    [
        ("2024-01-01", "UTC", "2024-01-01"),
        ("2024-01-01", "America/New_York", "2024-01-01 05:00"),
        ("2024-07-01 12:00", "Europe/Berlin", "2024-07-01 10:00"),
        ("2024-07-01T12:00:30.5", "Europe/Berlin", "2024-07-01 10:00:30.5"),
        ("2024-03-31 02:30", "Europe/Berlin", "2024-03-31 01:30"),  # never happened
        ("2024-10-27 02:30", "Europe/Berlin", "2024-10-27 00:30"),  # the first of two
        ("2024-01-01T12:00Z", "Europe/Berlin", "2024-01-01 12:00"),
        ("2024-01-01T12:00:00Z", "Europe/Berlin", "2024-01-01 12:00"),
        ("2024-01-01T12:00:00+02:00", "Europe/Berlin", "2024-01-01 10:00"),
        ("2024-01-01T12:00:00+0200", "Europe/Berlin", "2024-01-01 10:00"),
        ("2024-01-01 12:00+02", "Europe/Berlin", "2024-01-01 10:00"),
        ("2024-01-01 12:00:00 -05:30", "Europe/Berlin", "2024-01-01 17:30"),
        ("2024-01-01 12:00:00.25 +00:00", "Europe/Berlin", "2024-01-01 12:00:00.25"),
        (" 2024-01-01 12:00 ", "UTC", "2024-01-01 12:00"),
    ],
)
def test_iso_times_with_and_without_offset(text, timezone, utc, load):
    found, unread = one(text, "ordered_at", load, timezone=timezone)
    assert found == pd.Timestamp(utc)
    assert pd.isna(unread)


@pytest.mark.parametrize(
    "text", ["31.12.2024", "2024-13-01", "2024-01-01 25:00", "soon", "12/31/2024"]
)
def test_a_time_that_is_not_iso_is_unreadable(text, load):
    found, unread = one(text, "ordered_at", load)
    assert pd.isna(found)
    assert unread == f"ordered_at '{text}'"


@pytest.mark.parametrize(
    ("text", "date_format", "utc"),
    [
        ("31.12.2023 23:30", "%d.%m.%Y %H:%M", "2023-12-31 22:30"),
        ("1.7.24", "%d.%m.%y", "2024-06-30 22:00"),
        ("12/31/2023 11:30 PM", "%m/%d/%Y %I:%M %p", "2023-12-31 22:30"),
        ("20240701", "%Y%m%d", "2024-06-30 22:00"),
        ("31.12.2023 23:30 +0300", "%d.%m.%Y %H:%M %z", "2023-12-31 20:30"),
    ],
)
def test_a_date_format_is_read_on_the_clock_of_the_shop(text, date_format, utc, load):
    zone = {"timezone": "Europe/Berlin", "date_format": date_format}
    found, unread = one(text, "ordered_at", load, **zone)
    assert found == pd.Timestamp(utc)
    assert pd.isna(unread)


def test_a_file_may_have_a_zone_of_its_own(con, tmp_csv):
    path = tmp_csv(rows("ann,1,2024-01-01 12:00,p,5"))
    blocks = {"order_lines": {"path": str(path), "timezone": "Asia/Tokyo"}}
    found = read(con, blocks, "Europe/Berlin").tables["order_lines"].to_pandas()
    assert found["ordered_at"][0] == pd.Timestamp("2024-01-01 03:00")


def test_a_date_format_that_is_none_is_refused(load):
    sentence = (
        r"^source\.order_lines\.date_format must be a strptime format or one of "
        r"\['epoch', 'epoch_ms', 'epoch_us'\], but '%d\.%m\.%Q' is none \(.+\)\. "
        r"Write it like %d\.%m\.%Y %H:%M\.$"
    )
    with pytest.raises(ConfigError, match=sentence):
        load(rows("ann,1,2024-01-01,p,5"), date_format="%d.%m.%Q")


# ---- columns


def test_headers_match_by_name_case_blanks_and_punctuation_aside(load):
    head = "Customer ID;ORDERED-AT;Product_Id; Amount ;Notes"
    found = load(rows("ann;2024-01-01;p;5;x", head=head))
    columns = ["customer_id", "ordered_at", "product_id", "amount", "unreadable"]
    assert sorted(found.columns) == sorted(columns)


def test_a_mapping_rules_over_a_likely_name(load):
    text = rows("ann,1,2024-01-01,p,5,7", head=HEAD + ",paid")
    found = load(text, columns={"amount": "paid"})
    assert found["amount"].tolist() == money("7.0000")


def test_a_missing_column_is_named_with_what_is_there(load):
    sentence = (
        r"^order_lines must have the columns \['customer_id', 'ordered_at', "
        r"'product_id', 'amount'\], but \['ordered_at', 'amount'\] cannot be found "
        r"among \['customer_id', 'when', 'product_id'\]\. Name them in the "
        r"configuration: `source\.order_lines\.columns: \{ordered_at: <their name>\}`"
    )
    with pytest.raises(DataError, match=sentence):
        load(rows("ann,2024-01-01,p", head="customer_id,when,product_id"))


def test_a_mapped_column_that_is_not_there_is_named_with_a_guess(load):
    sentence = (
        r"^order_lines must have the column 'Amont' \(mapped to amount\), but the file "
        r"has \[.*\]\. Did you mean 'Amount'\?$"
    )
    head = HEAD.replace("amount", "Amount")
    with pytest.raises(DataError, match=sentence):
        load(rows("ann,1,2024-01-01,p,5", head=head), columns={"amount": "Amont"})


def test_a_mapping_to_a_column_of_ours_that_is_none_is_refused_with_a_guess():
    sentence = (
        r"^order_lines\.columns must map our columns, but 'custmer_id' is none\. "
        r"Did you mean 'customer_id'\?$"
    )
    with pytest.raises(ConfigError, match=sentence):
        match_columns(("a",), {"custmer_id": "a"}, "order_lines")


def test_attributes_of_customers_all_come_along(load):
    text = rows("007,N,44", head="Kunde,region,age")
    found = load(text, table="customers", columns={"customer_id": "Kunde"})
    assert found.drop(columns="unreadable").loc[0].to_dict() == {
        "customer_id": "007",
        "region": "N",
        "age": "44",
    }


@pytest.mark.parametrize("theirs", ["customer_id", "Customer_ID"])
def test_the_mapped_customer_rules_over_a_column_with_our_name(theirs, load):
    text = rows("k1,other", head=f"Kunde,{theirs}")
    found = load(text, table="customers", columns={"customer_id": "Kunde"})
    assert found.loc[0, "customer_id"] == "k1"
    assert found.loc[0, f"{theirs}_"] == "other"


# ---- files


def test_a_folder_is_read_whole_by_the_names_of_columns(con, tmp_path):
    folder = tmp_path / "north"
    folder.mkdir()
    (folder / "a.csv").write_text(rows("ann,1,2024-01-01,p,5"))
    turned = "amount,product_id,ordered_at,order_id,customer_id,extra"
    (folder / "b.csv").write_text(rows("6,p,2024-01-02,2,bob,x", head=turned))
    (folder / "notes.md").write_text("not data")
    for path in (folder, folder / "*.csv", tmp_path / "n*" / "[ab].csv"):
        tables = read(con, {"order_lines": {"path": str(path)}}, "UTC").tables
        found = tables["order_lines"].to_pandas().sort_values("customer_id")
        assert found["customer_id"].tolist() == ["ann", "bob"]
        assert found["amount"].tolist() == money("5.0000", "6.0000")


def test_a_name_with_brackets_is_a_name_not_a_pattern(con, tmp_path):
    (tmp_path / "lines[1].csv").write_text(rows("ann,1,2024-01-01,p,5"))
    (tmp_path / "lines1.csv").write_text(rows("WRONG,1,2024-01-01,p,5"))
    path = tmp_path / "lines[1].csv"
    found = read(con, {"order_lines": {"path": str(path)}}, "UTC").tables
    assert found["order_lines"].to_pandas()["customer_id"].tolist() == ["ann"]


def test_nothing_at_the_path_is_refused(con, tmp_path):
    for path in ("lines.csv", "*.csv", "folder"):
        sentence = (
            r"^source\.order_lines\.path must be a file, folder or glob of data, but "
            r"there is nothing at .*\. Check the path; it is relative to the config"
        )
        with pytest.raises(ConfigError, match=sentence):
            read(con, {"order_lines": {"path": str(tmp_path / path)}}, "UTC")


def test_a_file_of_no_bytes_is_refused(load):
    sentence = r"^order_lines must hold rows, but data\.csv is empty\. Export it again"
    with pytest.raises(DataError, match=sentence):
        load("")


def test_a_file_of_nothing_but_a_header_is_refused_when_it_is_counted(con, tmp_csv):
    path = tmp_csv(HEAD + "\n")
    tables = read(con, {"order_lines": {"path": str(path)}}, "UTC").tables
    sentence = r"^order_lines must hold rows, but it is empty\. Export it again\.$"
    with pytest.raises(DataError, match=sentence):
        fingerprint(tables)


def test_other_kinds_of_file_are_refused(load, tmp_path):
    sentence = (
        r"^source\.order_lines\.path must lead to CSV, TSV, Parquet, Excel or JSON "
        r"files of one kind, but it leads to \['\.zip'\]\. Convert them, name one file "
    )
    with pytest.raises(ConfigError, match=sentence):
        load("x", name="data.zip")


def test_csv_and_parquet_do_not_mix(con, tmp_path):
    (tmp_path / "a.csv").write_text(rows("ann,1,2024-01-01,p,5"))
    pq.write_table(pa.table({"customer_id": ["a"]}), tmp_path / "b.parquet")
    with pytest.raises(ConfigError, match=r"of one kind, but it leads to \['\.csv', "):
        read(con, {"order_lines": {"path": str(tmp_path)}}, "UTC")


def test_another_encoding_is_named_as_the_cause(load):
    text = rows("Jürgen,1,2024-01-01,p,5")
    sentence = (
        r"^order_lines must be readable as csv, but data\.csv is not \(.*unicode.*\)\. "
        r"Set its encoding \(now utf-8\), such as cp1252 or latin-1\.$"
    )
    with pytest.raises(DataError, match=sentence):
        load(text, encoded="latin-1")
    with pytest.raises(DataError, match=r"is not \(unknown encoding: utf-99\)"):
        load(text, encoding="utf-99")


def test_what_is_no_parquet_is_refused(load):
    sentence = r"must be readable as parquet, but d\.parquet is not .*Export it again"
    with pytest.raises(DataError, match=sentence):
        load(b"PAR1 but not really", name="d.parquet")


@pytest.mark.parametrize(
    ("last", "reason"),
    [
        (
            "Jürgen,1,2024-01-01,p,5".encode("latin-1"),
            r"unicode.*\)\. Set that file's encoding, such as cp1252",
        ),
        (
            b"ann,1,2024-01-01,p,5,6,7",
            r"Expected Number of Columns: 5 Found: .*\)\. Mend that row, or check",
        ),
    ],
)
def test_a_broken_row_far_down_is_one_sentence(last, reason, con, tmp_path, settings):
    path = tmp_path / "data.csv"
    path.write_bytes(rows(*["ann,1,2024-01-01,p,5"] * 30_000).encode() + last + b"\n")
    sentence = (
        r"(?i)^order_lines must be readable to its last row, but it is not in data.csv "
        rf"\(CSV Error on Line: 30002.*{reason}"
    )
    with pytest.raises(DataError, match=sentence) as caught:
        open_source(settings(path), con)
    assert "2024-01-01" not in str(caught.value)  # nobody's row is quoted


# ---- Parquet


def order(**columns) -> dict:
    base = {
        "customer_id": pa.array(["ann", "bob"]),
        "ordered_at": pa.array([0, 3_600], pa.timestamp("s")),
        "product_id": pa.array(["p", "q"]),
        "amount": pa.array([1.5, 2.5]),
    }
    return base | columns


def test_parquet_times_without_a_zone_are_on_the_clock_of_the_shop(load_frame):
    noon = pd.to_datetime(["2024-01-01 12:00", "2024-07-01 12:00"])
    found = load_frame(order(ordered_at=pa.array(noon)), timezone="Europe/Berlin")
    utc = pd.to_datetime(["2024-01-01 11:00", "2024-07-01 10:00"])
    assert found["ordered_at"].tolist() == utc.tolist()


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
@pytest.mark.parametrize("unit", ["s", "us", "ns"])
def test_parquet_times_with_a_zone_are_instants(zone, unit, load_frame):
    at = pa.array([1_704_110_400] * 2, pa.timestamp("s")).cast(pa.timestamp(unit, zone))
    found = load_frame(order(ordered_at=at), timezone="Asia/Tokyo")
    assert found["ordered_at"].tolist() == [pd.Timestamp("2024-01-01 12:00")] * 2


def test_parquet_dates_are_local_midnights(load_frame):
    days = pa.array([19_723, 19_905], pa.date32())
    found = load_frame(order(ordered_at=days), timezone="Europe/Berlin")
    utc = pd.to_datetime(["2023-12-31 23:00", "2024-06-30 22:00"])
    assert found["ordered_at"].tolist() == utc.tolist()


def test_parquet_text_is_read_like_csv(load_frame):
    found = load_frame(order(amount=pa.array(["1,5", "x"])), decimal=",")
    assert found["amount"].isna().tolist() == [False, True]
    assert found["unreadable"][1] == "amount 'x'"


@pytest.mark.parametrize(
    ("ids", "text"),
    [
        (pa.array([7, 17850]), ["7", "17850"]),
        (pa.array([7.0, 17850.0]), ["7", "17850"]),  # pandas with one id missing
        (pa.array(["7", "007"]), ["7", "007"]),
    ],
)
def test_ids_are_the_same_text_whatever_their_type(ids, text, load_frame):
    assert load_frame(order(customer_id=ids))["customer_id"].tolist() == text


def test_parquet_without_a_value_is_null_never_nan(load_frame):
    hole = pa.array([1.5, float("nan")])
    found = load_frame(order(amount=hole, quantity=hole))
    assert found["amount"].isna().tolist() == [False, True]
    assert found["unreadable"].isna().all()
    people = {"customer_id": pa.array(["ann", "bob"]), "age": hole}
    ages = load_frame(people, table="customers")
    assert ages["age"].isna().tolist() == [False, True]


def test_numbers_beyond_money_are_unreadable_not_a_crash(load_frame):
    found = load_frame(order(amount=pa.array([float("inf"), 1e30])))
    assert found["amount"].isna().all()
    assert found["unreadable"].tolist() == ["amount 'inf'", "amount '1e+30'"]


@pytest.mark.parametrize(
    "flags", [pa.array([True, None]), pa.array([1, None]), pa.array([1.0, np.nan])]
)
def test_flags_may_be_numbers(flags, load_frame):
    found = load_frame(order(is_return=flags))
    assert found["is_return"].tolist()[0] is True
    assert found["is_return"].isna().tolist() == [False, True]
    assert found["unreadable"].isna().all()


# ---- through the configuration


@pytest.fixture
def settings():
    """A configuration whose only table is one file."""

    def make(path: Path, **changes):
        block = {"path": str(path)}
        base = {
            "project": "shop",
            "timezone": "UTC",
            "source": {"system": "files", "order_lines": block},
            "as_of": "2027-01-01",
        }
        return validate(base | changes)

    return make


def test_the_configured_files_are_opened_by_their_names(con, tmp_csv, settings):
    config = settings(tmp_csv(rows("ann,1,2024-01-01,p,5")))
    opened = open_source(config, con)
    assert isinstance(opened, Opened)
    assert set(opened.tables) == {"order_lines"}
    assert opened.read_as == {"order_lines": "ISO 8601"}


def test_a_time_zone_is_asked_for(con, tmp_csv, settings):
    config = settings(tmp_csv(rows("ann,1,2024-01-01,p,5")), timezone=None)
    sentence = r"^timezone must be set, but it is missing\. Add the IANA name"
    with pytest.raises(ConfigError, match=sentence):
        open_source(config, con)


def test_an_unknown_system_is_refused_with_a_guess(con, settings, tmp_path):
    config = settings(tmp_path, source={"system": "complete_jurney"})
    sentence = (
        r"^source\.system must be a known system, but it is 'complete_jurney'\. "
        r"Did you mean 'complete_journey'\?$"
    )
    with pytest.raises(ConfigError, match=sentence):
        open_source(config, con)


def test_an_own_system_is_read_by_its_registered_function(
    con, settings, tmp_path, monkeypatch
):
    monkeypatch.setattr("segtools.sources._READERS", {})

    @source("till")
    def till(con, options, timezone):
        return Opened(tables={}, licence=[f"{options} in {timezone}"])

    config = settings(tmp_path, source={"system": "till", "shop": 3})
    assert open_source(config, con).licence == ["{'shop': 3} in UTC"]


def test_the_sample_is_open_and_says_that_nobody_in_it_exists(con, settings, tmp_path):
    opened = open_source(settings(tmp_path, source={"system": "sample"}), con)
    assert set(opened.tables) == {"order_lines", "customers"}
    assert "nobody in it exists" in opened.licence[0]
    sentence = r"^source of system sample takes no more keys, but it has \['path'\]\."
    config = settings(tmp_path, source={"system": "sample", "path": "x"})
    with pytest.raises(ConfigError, match=sentence):
        open_source(config, con)
