"""Files of a run are whole or not there, and say the same for the same values."""

from __future__ import annotations

import json
import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segtools.records import (
    digest,
    read_record,
    read_run,
    whole,
    write_record,
    write_table,
    write_text,
)
from segtools.schema import DataError


def alone(path: Path) -> bool:
    """Is `path` the only file of its folder, hidden ones counted?"""
    return [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_record_names_its_format_and_version(tmp_path):
    path = tmp_path / "deep" / "verdict.json"
    write_record(path, {"decision": "segment"})
    assert json.loads(path.read_text()) == {
        "format": "segtools.verdict",
        "version": 1,
        "decision": "segment",
    }
    assert read_record(path)["decision"] == "segment"
    assert alone(path)


def test_a_record_that_cannot_be_written_leaves_the_old_one(tmp_path, monkeypatch):
    path = tmp_path / "run.json"
    write_record(path, {"state": "done"})
    with pytest.raises(UnicodeEncodeError):
        write_record(path, {"state": "lone surrogate \ud800"})

    def full(self, target):
        raise OSError("no space left")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="no space left"):
        write_record(path, {"state": "failed"})
    assert read_record(path)["state"] == "done"
    assert alone(path)


def test_a_table_that_cannot_be_written_leaves_the_old_one(tmp_path):
    path = tmp_path / "segments.parquet"
    good = pd.DataFrame({"customer_id": ["ann"]})
    write_table(path, good)
    with pytest.raises(Exception, match="Conversion failed"):
        write_table(path, pd.DataFrame({"customer_id": [object(), 1]}))
    pd.testing.assert_frame_equal(pd.read_parquet(path), good)
    assert alone(path)


def test_nothing_is_half_there_while_it_is_written(tmp_path):
    path = tmp_path / "a.txt"
    with whole(path) as half:
        half.write_text("1")
        assert not path.exists()
        assert half.parent == path.parent  # a rename must not cross file systems
    assert path.read_text() == "1"


def test_text_is_utf_8_wherever_it_is_written(tmp_path):
    write_text(tmp_path / "a.txt", "naïve – 茶")
    assert (tmp_path / "a.txt").read_bytes().decode("utf-8") == "naïve – 茶"


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (float("nan"), None),
        (float("inf"), None),
        (np.float64("nan"), None),
        (pd.NA, None),
        (pd.NaT, None),
        (np.datetime64("NaT"), None),
        (np.array([1.0, np.nan]), [1.0, None]),
        (pd.Series([1, 2]), [1, 2]),
        ({"a": (1, np.int64(2))}, {"a": [1, 2]}),
        ({1: True, None: np.bool_(False)}, {"1": True, "None": False}),
        (Decimal("1.50"), "1.50"),
        (date(2024, 3, 31), "2024-03-31"),
        ("茶 </script>", "茶 </script>"),
    ],
    ids=repr,
)
def test_any_value_becomes_plain_json(value, plain, tmp_path):
    path = tmp_path / "x.json"
    write_record(path, {"value": value})
    assert read_record(path)["value"] == plain
    json.loads(path.read_text(), parse_constant=pytest.fail)  # no NaN, no Infinity


def test_a_missing_record_says_what_to_run(tmp_path):
    sentence = (
        r"^A run must hold verdict\.json, but .* does not\. Run the earlier stages "
    )
    with pytest.raises(DataError, match=sentence):
        read_record(tmp_path / "verdict.json")


@pytest.mark.parametrize("body", [b'{"a": 1', b"", b"[]", b"[1, 2]", b"7", b"\xff\xfe"])
def test_a_file_that_is_no_record_says_so(body, tmp_path):
    path = tmp_path / "run.json"
    path.write_bytes(body)
    sentence = (
        r"^run\.json must be a JSON record, but that of .+ cannot be read \(.+\)\. "
    )
    with pytest.raises(DataError, match=sentence):
        read_record(path)


def test_a_run_of_a_newer_version_is_not_guessed_at(tmp_path):
    record = {"format": "segtools.run", "version": 2, "state": "done"}
    (tmp_path / "run.json").write_text(json.dumps(record))
    with pytest.raises(DataError, match=r"version 2, made by a newer segtools"):
        read_run(tmp_path)
    (tmp_path / "run.json").write_text(json.dumps(record | {"version": 1}))
    assert read_run(tmp_path)["state"] == "done"
    (tmp_path / "run.json").write_text(json.dumps({"format": "segtools.verdict"}))
    with pytest.raises(DataError, match="what state a run is in"):
        read_run(tmp_path)


def test_a_file_is_on_the_disk_before_it_gets_its_name(tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(os, "fsync", lambda handle: seen.append(os.fstat(handle)))
    path = tmp_path / "verdict.json"
    write_text(path, "whole")
    # The file itself, under whatever name, and then the folder that names it.
    assert [s.st_ino for s in seen] == [path.stat().st_ino, tmp_path.stat().st_ino]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.text(), JSON))
def test_a_digest_depends_on_content_not_on_the_order_of_keys(value):
    backwards = dict(reversed(value.items()))
    assert digest(value) == digest(backwards)
    assert len(digest(value)) == 16
    assert digest(value) != digest({**value, "one key more than": value})


def test_a_digest_is_the_same_in_every_process():
    assert digest({"b": [1, 2.5, None], "a": "ä"}) == "cecd50ae940f833e"


def test_the_order_of_a_list_is_content():
    assert digest([1, 2]) != digest([2, 1])
