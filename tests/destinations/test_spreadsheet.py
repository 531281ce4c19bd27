"""Lists for people: no cell is run as a formula, nobody is lost between two runs."""

import csv
import hashlib
import io
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segtools.destinations.formulas import escape_formula
from segtools.destinations.spreadsheet import (
    assignment_table,
    export_spreadsheet,
    to_csv,
)
from segtools.records import read_record

DANGEROUS = "=+-@\t\r\n＝＋－＠"
UNSEEN = [*" \u00a0\ufeff\u200b\u200e\u2009\u3000\u202e\u00ad\v\f\x00\x1c\x85"]


def cells(text):
    return list(csv.reader(io.StringIO(text, newline="")))


def rows_of(manifest):
    return {f["name"]: f["rows"] for f in manifest["files"]}


def segments(rows):
    names = ["customer_id", "segment_id", "segment", "assigned_by"]
    frame = pd.DataFrame([(*r, "model") for r in rows], columns=names)
    return frame.assign(confidence=0.5, runner_up=None)


@pytest.mark.parametrize("first", DANGEROUS)
def test_text_that_would_run_gets_an_apostrophe(first):
    assert escape_formula(f"{first}1+1") == f"'{first}1+1"


@pytest.mark.parametrize("first", ["=", "@", "＝", "-"])
@pytest.mark.parametrize("unseen", UNSEEN)
def test_what_a_reader_does_not_see_does_not_hide_a_formula(unseen, first):
    assert escape_formula(f"{unseen}{unseen}{first}1") == f"'{unseen}{unseen}{first}1"


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ('=1+2";=1+2', '"\'=1+2"";=1+2"'),
        ("=1+2'\" ;,=1+2", '"\'=1+2\'"" ;,=1+2"'),
    ],
)
def test_the_documented_attacks_are_written_as_documented(given, written):
    assert to_csv(pd.DataFrame({"x": [given]})) == f'"x"\r\n{written}\r\n'


@pytest.mark.parametrize(
    "plain", ["", "a", "a=b", "1", "Müller", "'=1", " x", "<b>", "$x$"]
)
def test_harmless_text_stays_as_it_is(plain):
    assert escape_formula(plain) == plain


@pytest.mark.parametrize(
    "number", [-5, -1.5, np.float64(-2), np.int64(-3), Decimal("-1.20")]
)
def test_numbers_stay_numbers(number):
    assert escape_formula(number) is number
    assert cells(to_csv(pd.DataFrame({"x": [number]})))[1] == [str(number)]


def test_text_that_only_looks_like_a_number_is_text():
    assert escape_formula("-5") == "'-5"


@given(st.text())
def test_escaping_twice_is_escaping_once_and_nothing_dangerous_is_left(text):
    once = escape_formula(text)
    assert escape_formula(once) == once
    assert not once.lstrip().startswith(tuple("=+-@＝＋－＠"))
    assert once in (text, f"'{text}")


@given(st.lists(st.text(alphabet="=,;\"'\r\n\tab1＝ "), min_size=1, max_size=6))
def test_no_text_breaks_out_of_its_cell(texts):
    frame = pd.DataFrame({"x": texts, "y": texts}, dtype=object)
    rows = cells(to_csv(frame))
    expected = [[escape_formula(t)] * 2 for t in texts]
    assert rows == [["x", "y"], *expected]


def test_headers_are_escaped_and_every_cell_is_quoted():
    text = to_csv(pd.DataFrame({"=cmd": [1, None], "b": ["x", "y"]}))
    assert text == '"\'=cmd","b"\r\n"1.0","x"\r\n"","y"\r\n'


NOW = [("a", "S01", "Stars"), ("b", "S02", "=cmd|' /C calc'!A0"), ("d", "S02", "$x_1$")]
BEFORE = [("a", "S01", "Old name"), ("b", "S01", "Old name"), ("c", "S02", "+x")]


def exported(folder, now, before):
    previous = None if before is None else segments(before)
    manifest = export_spreadsheet(segments(now), previous, folder)
    found = {
        name: cells((folder / f"{name}.csv").read_bytes().decode())
        for name in ("members", "additions", "removals")
    }
    return manifest, found


def test_a_first_run_adds_everybody_and_removes_nobody(tmp_path):
    manifest, found = exported(tmp_path, NOW, None)
    head = ["customer_id", "segment_id", "segment"]
    assert found["members"][0] == [*head, "assigned_by"]
    assert [r[:2] for r in found["additions"]] == [
        head[:2],
        ["a", "S01"],
        ["b", "S02"],
        ["d", "S02"],
    ]
    assert found["removals"] == [head]
    assert manifest["first_run"]


def test_additions_and_removals_lead_from_the_last_run_to_this_one(tmp_path):
    _, found = exported(tmp_path, NOW, BEFORE)
    assert found["additions"][1:] == [
        ["b", "S02", "'=cmd|' /C calc'!A0"],
        ["d", "S02", "$x_1$"],
    ]
    # Renamed is not moved; who left is listed under the name of then.
    assert found["removals"][1:] == [["b", "S01", "Old name"], ["c", "S02", "'+x"]]


places = st.dictionaries(
    st.integers(0, 9).map(str), st.sampled_from(["S01", "S02", "S03"]), max_size=9
)


@settings(max_examples=30)
@given(places, places)
def test_removing_and_adding_turns_the_old_list_into_the_new(
    tmp_path_factory, old, new
):
    folder = tmp_path_factory.mktemp("lists")
    rows = [[(c, s, s) for c, s in placed.items()] for placed in (new, old)]
    manifest, found = exported(folder, *rows)
    came, went, now = (
        {tuple(r[:2]) for r in found[name][1:]}
        for name in ("additions", "removals", "members")
    )
    assert (set(old.items()) - went) | came == now == set(new.items())
    assert not came & went
    assert rows_of(manifest)["members.csv"] == len(new)


def test_a_run_like_the_last_one_changes_nothing(tmp_path):
    manifest, _ = exported(tmp_path, NOW, NOW)
    files = rows_of(manifest)
    assert files["additions.csv"] == files["removals.csv"] == 0


def test_the_lists_do_not_depend_on_the_order_of_the_rows(tmp_path):
    one, _ = exported(tmp_path / "1", NOW, BEFORE)
    two, _ = exported(tmp_path / "2", NOW[::-1], BEFORE[::-1])
    assert one == two


def test_the_manifest_is_the_record_on_disk_and_its_checksums_tell_files_apart(
    tmp_path,
):
    manifest, _ = exported(tmp_path, NOW, BEFORE)
    kept = read_record(tmp_path / "manifest.json")
    assert kept["files"] == manifest["files"]
    assert kept["format"] == "segtools.manifest"
    assert len({f["sha256"] for f in manifest["files"]}) == 3
    for file in manifest["files"]:
        body = (tmp_path / file["name"]).read_bytes()
        assert hashlib.sha256(body).hexdigest() == file["sha256"]
        assert len(body) == file["bytes"]


def test_the_segments_given_are_not_changed(tmp_path):
    frame = segments(NOW)
    before = frame.copy()
    export_spreadsheet(frame, segments(BEFORE), tmp_path)
    pd.testing.assert_frame_equal(frame, before)


def test_how_a_few_were_assigned_is_not_shown():
    rows = pd.DataFrame(
        {
            "segment": ["A"] * 60 + ["B"] * 60,
            "assigned_by": ["model"] * 56 + ["rule"] * 34 + ["model"] * 30,
        }
    )
    shown = assignment_table(rows)
    # Four of A by rule would be sixty less fifty-six, or thirty-four less thirty.
    assert shown[["model", "rule"]].isna().all(axis=None)
    assert shown["all"].tolist() == [60, 60]
    all_of_them = assignment_table(rows, smallest_cell=1)
    assert all_of_them["rule"].tolist() == [4, 30]


def test_the_table_for_people_counts_customers():
    mixed = segments(NOW).assign(assigned_by=["model", "rule", "reduced_model"])
    table = assignment_table(mixed)
    assert table["all"].sum() == 3
    assert {"model", "rule", "reduced model"} <= set(table.columns)
    assert table[["model", "rule", "reduced model"]].isna().any(axis=None)
