"""Files of any kind: read whole as text, or refused in one sentence."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pandas.testing import assert_frame_equal

from segtools.config import DataFile, TableFile
from segtools.schema import ConfigError, DataError
from segtools.sources.files import read
from segtools.sources.formats.raw import data_files, raw_table
from sources.formats.workbooks import write_locked, write_ods, write_xlsx

LINES = "id,name\n007,Zoë\n1234567890123,Bob\n"
ROWS = pd.DataFrame({"id": ["007", "1234567890123"], "name": ["Zoë", "Bob"]})


@pytest.fixture
def opened(con):
    """Open a path as a raw table, in pandas."""

    def run(path: Path, **block) -> pd.DataFrame:
        return raw_table(con, DataFile(path=str(path), **block), "orders").to_pandas()

    return run


def packed(path: Path, content: bytes) -> Path:
    kind = {".gz": "gzip", ".zst": "zstd"}[path.suffix]
    with pa.output_stream(str(path), compression=kind) as stream:
        stream.write(content)
    return path


def assert_rows(found: pd.DataFrame, expected: pd.DataFrame = ROWS) -> None:
    assert_frame_equal(found[list(expected)], expected, check_dtype=False)
    assert set(found) == set(expected)


# ---- compressed


@pytest.mark.parametrize("suffix", [".gz", ".zst", ".GZ"])
def test_packed_text_is_read_like_plain(suffix, opened, tmp_path):
    if suffix == ".GZ":
        path = tmp_path / "a.csv.GZ"
        path.write_bytes(gzip.compress(LINES.encode()))
    else:
        path = packed(tmp_path / f"a.csv{suffix}", LINES.encode())
    assert_rows(opened(path))


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16"])
def test_packed_text_may_have_any_encoding(suffix, encoding, opened, tmp_path):
    path = packed(tmp_path / f"a.csv{suffix}", LINES.encode(encoding))
    assert_rows(opened(path, encoding=encoding))


@pytest.mark.parametrize("suffix", [".csv.gz", ".csv.zst", ".jsonl.gz", ".jsonl.zst"])
@pytest.mark.parametrize("keep", [0.2, 0.5, 0.999])
def test_a_packed_file_that_breaks_off_is_refused(suffix, keep, opened, tmp_path, rng):
    # The engine itself takes it for a shorter file, and says nothing.
    numbers = rng.integers(0, 1_000_000, 50_000)
    line = '{{"id": "{0}"}}\n' if "json" in suffix else "{0},x\n"
    text = ("" if "json" in suffix else "id,x\n") + "".join(map(line.format, numbers))
    path = packed(tmp_path / f"a{suffix}", text.encode())
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
    sentence = (
        rf"^orders must be a whole (gzip|zstd) file, but a{suffix} ends early\. "
        r"Copy or download it again\.$"
    )
    with pytest.raises(DataError, match=sentence):
        opened(path)


def test_gzip_files_put_together_are_read_to_the_end_of_the_last(opened, tmp_path):
    path = tmp_path / "a.csv.gz"
    head, rest = LINES[:12].encode(), LINES[12:].encode()
    path.write_bytes(gzip.compress(head) + gzip.compress(rest))
    assert_rows(opened(path))


def test_what_is_named_packed_and_is_not_is_refused(opened, tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_text(LINES)
    with pytest.raises(DataError, match=r"but a\.csv\.gz is none or is damaged\. Copy"):
        opened(path)
    packed(path, b"")
    with pytest.raises(DataError, match=r"must hold rows, but a\.csv\.gz is empty\."):
        opened(path)


@pytest.mark.parametrize(
    ("start", "what"),
    [
        (gzip.compress(b"x", mtime=0), r"a gzip file\. Name it \.gz\.$"),
        (b"PK\x03\x04", r"an Excel or ZIP file\. Name it \.xlsx or unpack it\.$"),
        (b"\xd0\xcf\x11\xe0", r"an old Excel file\. Name it \.xls\.$"),
        (b"PAR1", r"a Parquet file\. Name it \.parquet\.$"),
    ],
)
def test_a_file_that_is_no_text_is_known_by_its_start(start, what, opened, tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(start + bytes(100))
    sentence = rf"^orders must be text as its name says, but a\.csv begins like {what}"
    with pytest.raises(DataError, match=sentence):
        opened(path)


def test_what_packs_itself_must_not_be_packed(opened, tmp_path):
    path = packed(tmp_path / "a.parquet.gz", b"x")
    with pytest.raises(ConfigError, match=r"lead to Parquet files that are not packed"):
        opened(path)


# ---- delimiters and encodings


@pytest.mark.parametrize(
    ("text", "block", "sentence"),
    [
        (
            LINES.replace(",", ";"),
            {"delimiter": ","},
            r"but a\.csv is not divided by ','\. It seems to be divided by ';': set "
            r"`delimiter: ';'`\.$",
        ),
        (
            "id;price\n1;2,5\n2;3,5,7\n",
            {"delimiter": ","},
            r"but a\.csv is not divided by ','\. It seems to be divided by ';'",
        ),
        (
            LINES.replace(",", "^"),
            {},
            r"but a\.csv is not divided at all\. It seems to be divided by '\^'",
        ),
    ],
)
def test_the_delimiter_that_it_seems_to_be_is_named(
    text, block, sentence, opened, tmp_path
):
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(
        DataError, match=f"^orders must be divided into columns, {sentence}"
    ):
        opened(path, **block)


def test_a_file_of_one_column_is_one(opened, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("customer\nann\nbob\n")
    assert opened(path)["customer"].tolist() == ["ann", "bob"]


def test_of_a_folder_the_file_in_another_encoding_is_named(opened, tmp_path):
    (tmp_path / "a.csv").write_text(LINES, encoding="utf-8")
    (tmp_path / "b.csv").write_text(LINES, encoding="latin-1")
    sentence = (
        r"^orders must be readable as csv, but b\.csv is not \(.*unicode.*\)\. "
        r"Set its encoding \(now utf-8\), such as cp1252 or latin-1\.$"
    )
    with pytest.raises(DataError, match=sentence):
        opened(tmp_path)


def test_text_that_is_not_in_the_encoding_given_is_refused(opened, tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(LINES.encode("latin-1"))
    sentence = (
        r"^orders must be written in ascii, but a\.csv is not \(.*\)\. Set the "
        r"encoding that it is written in; files of one folder must share it\.$"
    )
    with pytest.raises(DataError, match=sentence):
        opened(path, encoding="ascii")


# ---- folders


def test_a_glob_reaches_into_folders_and_a_folder_holds_no_hidden_files(tmp_path):
    for name in ("north/a.csv", "south/deep/b.csv", "south/.c.csv", "south/~$d.xlsx"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(LINES)
    (tmp_path / "south" / "e.csv").write_text(LINES)
    deep = data_files(DataFile(path=str(tmp_path / "**" / "*.csv")), "orders")
    assert [p.name for p in deep] == ["a.csv", "b.csv", "e.csv"]
    folder = data_files(DataFile(path=str(tmp_path / "south")), "orders")
    assert [p.name for p in folder] == ["e.csv"]


def test_a_day_without_rows_among_others_is_read_as_such(opened, tmp_path):
    (tmp_path / "a.csv").write_text(LINES, encoding="utf-8")
    (tmp_path / "b.csv").write_text("id,name\n")
    assert_rows(opened(tmp_path))


def test_an_empty_file_among_others_is_refused(opened, tmp_path):
    (tmp_path / "a.csv").write_text(LINES, encoding="utf-8")
    (tmp_path / "b.csv").write_text("")
    with pytest.raises(DataError, match=r"^orders must hold rows, but b\.csv is empty"):
        opened(tmp_path)


HEAD = "customer_id,ordered_at,amount"


@pytest.mark.parametrize(
    ("other", "block"),
    [
        ("Customer,ordered_at,amount\nbob,2024-01-01,6\n", {}),
        ("customer_id,ordered_at,total\nbob,2024-01-01,6\n", {}),
        (
            HEAD + "\nbob,2024-01-01,6\n",
            {"columns": {"currency": "Money"}},
        ),
    ],
)
def test_files_of_one_folder_must_have_the_columns_that_count(
    other, block, con, tmp_path
):
    (tmp_path / "a.csv").write_text(HEAD + ",Money\nann,2024-01-01,5,EUR\n")
    (tmp_path / "b.csv").write_text(other)
    sentence = (
        r"^orders must have the same columns in each of its files, but b\.csv lacks "
        r"\['\w+'\], which a\.csv has; it has \[.*\]\. Name its columns as there, or "
        r"read the files apart\.$"
    )
    with pytest.raises(DataError, match=sentence):
        read(con, {"orders": {"path": str(tmp_path), **block}}, "UTC")


def test_columns_that_may_be_missing_may_be_missing_in_some_files(con, tmp_path):
    (tmp_path / "a.csv").write_text(HEAD + ",currency\nann,2024-01-01,5,EUR\n")
    (tmp_path / "b.csv").write_text(HEAD.upper() + "\nbob,2024-01-01,6\n")
    table = read(con, {"orders": {"path": str(tmp_path)}}, "UTC").tables["orders"]
    found = table.to_pandas().sort_values("customer_id")
    assert found["customer_id"].tolist() == ["ann", "bob"]
    assert found["currency"].isna().tolist() == [False, True]
    assert found["unreadable"].isna().all()


def test_parquet_files_are_put_together_by_name(opened, tmp_path):
    pq.write_table(pa.table({"a": ["1"], "b": ["x"]}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"b": ["y"], "a": ["2"]}), tmp_path / "b.parquet")
    found = opened(tmp_path).sort_values("a")
    assert found["b"].tolist() == ["x", "y"]


# ---- JSON


@pytest.mark.parametrize("suffix", [".jsonl", ".ndjson", ".json"])
@pytest.mark.parametrize("array", [False, True])
def test_json_comes_as_text_with_keys_as_columns(suffix, array, opened, tmp_path):
    objects = [
        {"id": "007", "n": 1234567890123, "on": True, "more": {"a": [1, "x"]}},
        {"n": 1.5, "id": 8, "mixed": "s", "on": None, "the'Late one": "2024-01-01"},
        {"mixed": {"z": 1}},
    ]
    path = tmp_path / f"lines[1]{suffix}"
    lines = "\n".join(map(json.dumps, objects))
    path.write_text(json.dumps(objects) if array else lines)
    none = None
    by_hand = pd.DataFrame(
        {
            "id": ["007", "8", none],
            "n": ["1234567890123", "1.5", none],
            "on": ["true", none, none],
            "more": ['{"a":[1,"x"]}', none, none],
            "mixed": [none, "s", '{"z":1}'],
            "the'Late one": [none, "2024-01-01", none],
        }
    )
    found = opened(path).sort_values("id", ignore_index=True)
    assert_rows(found, by_hand)


def test_a_key_that_stands_only_in_the_last_object_is_a_column(opened, tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": "1"}\n' * 30_000 + '{"id": "2", "late": "x"}\n')
    assert opened(path)["late"].count() == 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "latin-1", "utf-16"])
def test_json_may_have_any_encoding(encoding, opened, tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes('{"id": "007", "name": "Zoë"}'.encode(encoding))
    said = "utf-8" if encoding == "utf-8-sig" else encoding
    assert opened(path, encoding=said)["name"].tolist() == ["Zoë"]


def test_packed_json_and_a_folder_of_it_are_read(opened, tmp_path):
    packed(tmp_path / "a.jsonl.gz", b'{"id": "1"}')
    packed(tmp_path / "b.jsonl.zst", b'{"id": "2", "x": "y"}')
    assert sorted(opened(tmp_path)["id"]) == ["1", "2"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[1, 2]", r"must be JSON objects .* in a\.json 2 entries are no objects\."),
        ("[]", r"in a\.json it holds none\. Export it again"),
        ('{"id": 1, "ID": 2}', r"'id' is written with large and with small letters"),
        ('{"id": 1}\n{"id":', r"readable as json, but a\.json is not \(Malformed JSON"),
        ("id,name\n1,2\n", r"must be one object a line, or an array of objects"),
    ],
)
def test_json_that_is_no_table_is_refused(text, sentence, opened, tmp_path):
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(DataError, match=sentence):
        opened(path)


# ---- Excel

SHEET = [
    ["id", "name", "day", "at", "n", "flag", None, "name"],
    ["007", "Zoë", dt.date(2024, 1, 2), dt.datetime(2024, 1, 2, 9, 30), 0.1, True],
    [],
    [1234567890123, "<Bob>", None, dt.date(2024, 1, 3), 1e21, None, None, "x"],
]


def test_cells_of_excel_come_as_they_were_typed(opened, tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", {"Lines": SHEET})
    by_hand = pd.DataFrame(
        {
            "id": ["007", "1234567890123"],
            "name": ["Zoë", "<Bob>"],
            "day": [pd.Timestamp("2024-01-02"), pd.NaT],
            "at": [pd.Timestamp("2024-01-02 09:30"), pd.Timestamp("2024-01-03")],
            "n": ["0.1", "1" + "0" * 21],
            "flag": ["true", None],
            "name_1": [None, "x"],
        }
    )
    assert_rows(opened(path), by_hand)


def test_dates_among_text_are_written_as_iso(opened, tmp_path):
    rows = [["at"], [dt.datetime(2024, 1, 2, 9, 30)], [dt.date(2024, 1, 3)], ["soon"]]
    found = opened(write_xlsx(tmp_path / "a.xlsx", {"S": rows}))
    assert found["at"].tolist() == ["2024-01-02 09:30:00", "2024-01-03", "soon"]


def test_numbers_and_dates_of_excel_need_no_format(con, tmp_path):
    rows = [
        ["Kunde", "Datum", "Betrag"],
        [7, dt.date(2024, 7, 1), 1234.5],
        ["008", dt.date(2024, 7, 2), "1.234,50"],
    ]
    path = write_xlsx(tmp_path / "a.xlsx", {"Tabelle1": rows})
    block = {
        "path": str(path),
        "decimal": ",",
        "date_format": "%d.%m.%Y",
        "columns": {"customer_id": "Kunde", "ordered_at": "Datum", "amount": "Betrag"},
    }
    found = read(con, {"orders": block}, "Europe/Berlin").tables["orders"].to_pandas()
    assert found["customer_id"].tolist() == ["7", "008"]
    assert [float(a) for a in found["amount"]] == [1234.5, 1234.5]
    assert found["ordered_at"].tolist() == [
        pd.Timestamp("2024-06-30 22:00"),
        pd.Timestamp("2024-07-01 22:00"),
    ]
    assert found["unreadable"].isna().all()


def test_a_sheet_is_found_by_its_name(opened, tmp_path):
    sheets = {"Notes": [["x"], ["y"]], "Lines & more": [["id"], ["7"]]}
    path = write_xlsx(tmp_path / "a.xlsx", sheets)
    assert opened(path)["x"].tolist() == ["y"]
    assert opened(path, sheet="Lines & more")["id"].tolist() == ["7"]
    sentence = (
        r"^orders must have the sheet 'Line & more', but a\.xlsx has "
        r"\['Notes', 'Lines & more'\]\. Did you mean 'Lines & more'\?$"
    )
    with pytest.raises(DataError, match=sentence):
        opened(path, sheet="Line & more")
    csv = tmp_path / "a.csv"
    csv.write_text(LINES)
    with pytest.raises(ConfigError, match=r"^source\.orders\.sheet must be the"):
        opened(csv, sheet="Lines")


def test_open_document_sheets_and_folders_of_workbooks_are_read(opened, tmp_path):
    write_ods(tmp_path / "a.ods", "S", [["id", "name"], ["007", "Zoë"]])
    rows = [["name", "id", "more"], ["Bob", 1234567890123, "x"]]
    write_xlsx(tmp_path / "b.xlsx", {"S": rows})
    found = opened(tmp_path).sort_values("id", ignore_index=True)
    assert_frame_equal(found[["id", "name"]], ROWS, check_dtype=False)
    assert found["more"].isna().tolist() == [True, False]


def test_a_workbook_that_cannot_be_read_is_refused(opened, tmp_path):
    path = write_locked(tmp_path / "a.xlsx")
    with pytest.raises(DataError, match=r"but a\.xlsx has a password\. Save it "):
        opened(path)
    path.write_text("<html><table></table></html>")
    sentence = (
        r"^orders must be a whole Excel file, but a\.xlsx is none \(.*\)\. Open it in "
        r"a spreadsheet and save it as \.xlsx or \.csv\.$"
    )
    with pytest.raises(DataError, match=sentence):
        opened(path)
    write_xlsx(path, {"S": SHEET})
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(DataError, match=sentence):
        opened(path)
    write_xlsx(path, {"S": []})
    with pytest.raises(DataError, match=r"but the sheet of a\.xlsx is empty\. Name"):
        opened(path)


def test_a_sheet_of_nothing_but_headers_has_no_rows(opened, tmp_path):
    found = opened(write_xlsx(tmp_path / "a.xlsx", {"S": [["id", "name"]]}))
    assert list(found) == ["id", "name"]
    assert len(found) == 0


# ---- numbers as times


def test_a_column_of_numbers_is_no_time_unless_it_is_said_which(con, tmp_path):
    path = tmp_path / "a.parquet"
    columns = {"customer_id": ["a"], "ordered_at": [1_719_828_000], "amount": ["1"]}
    pq.write_table(pa.table(columns), path)
    sentence = (
        r"^orders\.ordered_at must hold times, but 'ordered_at' holds numbers\. Set "
        r"source\.orders\.date_format to one of \['epoch', 'epoch_ms', 'epoch_us'\]"
    )
    with pytest.raises(DataError, match=sentence):
        read(con, {"orders": {"path": str(path)}}, "UTC")
    block = TableFile(path=str(path), date_format="epoch").model_dump()
    opened = read(con, {"orders": block}, "Asia/Tokyo")
    found = opened.tables["orders"].to_pandas()
    assert found["ordered_at"][0] == pd.Timestamp("2024-07-01 10:00")
    assert opened.read_as == {"orders": "epoch"}


def test_quotes_that_come_late_are_quotes(opened, tmp_path):
    """A first quoted cell with a quote and a line end in it, far down in the file."""
    path = tmp_path / "a.csv"
    late = 'x,"She said ""no"",\nand went"\n'
    path.write_text("id,note\n" + "1,plain\n" * 200_000 + late)
    found = opened(path)
    assert len(found) == 200_001
    assert 'She said "no",\nand went' in set(found["note"])
