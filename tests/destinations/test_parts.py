"""Files stay within their limits, lose no row, and say what they are."""

import hashlib
import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segtools.destinations.parts import (
    Limits,
    Part,
    csv_part,
    json_line,
    write_part,
)
from segtools.schema import DataError

rows = st.lists(st.text(alphabet='aé漢\n,"', max_size=9), max_size=30)


@settings(max_examples=60)
@given(rows, st.integers(1, 7), st.integers(60, 120))
def test_pieces_stay_within_limits_and_lose_nothing(
    tmp_path_factory, texts, most, size
):
    folder = tmp_path_factory.mktemp("parts")
    lines = [json_line({"x": text}) for text in texts]
    part = Part("b.json", iter(lines), '{"batch":[', ",", "]}", Limits(most, size))
    found = write_part(part, folder)
    bodies = [(folder / f["name"]).read_bytes() for f in found]
    read = [item["x"] for body in bodies for item in json.loads(body)["batch"]]
    assert read == texts
    for body, file in zip(bodies, found, strict=True):
        assert len(body) == file["bytes"] <= size
        assert file["rows"] <= most
        assert hashlib.sha256(body).hexdigest() == file["sha256"]
    assert sum(f["rows"] for f in found) == len(texts)


def test_a_single_piece_keeps_its_name_and_several_are_numbered(tmp_path):
    frame = pd.DataFrame({"x": ["a", "b", "c"]})
    one = write_part(csv_part("x.csv", frame), tmp_path)
    two = write_part(csv_part("y.csv", frame, limits=Limits(rows=2)), tmp_path)
    assert [f["name"] for f in one] == ["x.csv"]
    assert [f["name"] for f in two] == ["y-0001.csv", "y-0002.csv"]
    # Each piece has the head.
    assert (tmp_path / "y-0002.csv").read_bytes() == b"x\nc\n"


def test_a_row_larger_than_a_file_or_a_call_is_refused_and_not_quoted(tmp_path):
    secret = "ann.lee@example.com" * 9
    for limits in (Limits(size=100), Limits(row_size=100)):
        part = Part("x.jsonl", [secret], limits=limits)
        with pytest.raises(DataError, match="at most 100 bytes, but one has 171") as e:
            write_part(part, tmp_path)
        assert "ann" not in str(e.value)


def test_the_two_profiles_differ_where_they_must():
    frame = pd.DataFrame({"Phone": ["+49300000000"], "Note": [None]})
    machine = csv_part("x.csv", frame)
    sheet = csv_part("x.csv", frame, profile="spreadsheet")
    assert machine.head + "".join(machine.rows) == "Phone,Note\n+49300000000,\n"
    assert sheet.head + "".join(sheet.rows) == (
        '"Phone","Note"\r\n"\'+49300000000",""\r\n'
    )


def test_rows_stream_through(tmp_path):
    taken = []

    def many():
        for i in range(1000):
            taken.append(i)
            yield f"{i}\n"

    part = Part("x.csv", many())
    assert taken == []
    assert write_part(part, tmp_path)[0]["rows"] == 1000
