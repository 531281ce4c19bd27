"""What changed since the previous run: found by project and date, reconciled."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segtools.history.changes import (
    GONE,
    NEW,
    find_previous,
    migration,
    summarise_changes,
)
from segtools.records import write_record

segment_of = st.dictionaries(
    st.integers(0, 15).map(str), st.sampled_from(["a", "b", "<script>"]), max_size=12
)


def frame_of(placed):
    return pd.DataFrame(
        {"customer_id": list(placed), "segment": list(placed.values())}, dtype="str"
    )


def run(folder, name, **more):
    known = {"project": "shop", "state": "done", "as_of": name} | more
    write_record(folder / name / "run.json", known)
    return folder / name


def save(folder, as_of, rows):
    """Write the segments of an earlier run."""
    path = run(folder, as_of)
    names = ["customer_id", "segment_id", "segment"]
    pd.DataFrame(rows, columns=names).to_parquet(path / "segments.parquet")
    return path


@settings(max_examples=40)
@given(segment_of, segment_of)
def test_the_flows_add_up_to_both_runs(before, now):
    flows = migration(frame_of(before), frame_of(now))
    came, went = flows["from"] == NEW, flows["to"] == GONE
    count = flows["customers"]
    assert count[~came].sum() == len(before)
    assert count[~went].sum() == len(now)
    assert count[came].sum() == len(set(now) - set(before))
    assert count[went].sum() == len(set(before) - set(now))
    out = count[~came].groupby(flows["from"]).sum().to_dict()
    into = count[~went].groupby(flows["to"]).sum().to_dict()
    assert out == frame_of(before)["segment"].value_counts().to_dict()
    assert into == frame_of(now)["segment"].value_counts().to_dict()


def test_the_flows_of_a_worked_example():
    before = frame_of({"1": "a", "2": "a", "3": "b", "4": "b"})
    now = frame_of({"2": "a", "3": "a", "4": "b", "5": "b", "6": "b"})
    expected = [
        ("New", "b", 2),
        ("a", "Gone", 1),
        ("a", "a", 1),
        ("b", "a", 1),
        ("b", "b", 1),
    ]
    pd.testing.assert_frame_equal(
        migration(before, now),
        pd.DataFrame(expected, columns=["from", "to", "customers"]),
        check_dtype=False,
    )


def test_the_latest_finished_run_of_the_project_before_this_one_is_found(tmp_path):
    run(tmp_path, "2024-01-01")
    run(tmp_path, "2024-02-01")
    run(tmp_path, "2024-03-01", state="failed")
    run(tmp_path, "2024-03-02", state="running")
    run(tmp_path, "2024-03-03", project="another")
    run(tmp_path, "2024-05-01")
    (tmp_path / "no run").mkdir()
    (tmp_path / "README.md").write_text("a file")
    found = find_previous(tmp_path, "shop", "2024-04-01")
    assert found == tmp_path / "2024-02-01"
    assert find_previous(tmp_path, "shop", "2024-01-01") is None
    assert find_previous(tmp_path, "another", "2024-04-01").name == "2024-03-03"


def test_a_run_of_the_same_date_is_not_its_own_predecessor(tmp_path):
    run(tmp_path, "2024-01-01")
    assert find_previous(tmp_path, "shop", "2024-01-01") is None


def test_the_date_decides_and_not_the_folders_name(tmp_path):
    run(tmp_path, "a", as_of="2024-02-01")
    run(tmp_path, "b", as_of="2024-01-01")
    assert find_previous(tmp_path, "shop", "2024-04-01").name == "a"


def test_without_a_folder_there_is_no_previous_run(tmp_path):
    assert find_previous(tmp_path / "nowhere", "shop", "2024-01-01") is None
    assert find_previous(tmp_path, "shop", "2024-01-01") is None


NOW = pd.DataFrame(
    {
        "customer_id": ["1", "2", "3", "5", "6"],
        "segment_id": ["S01", "S01", "S02", "S03", "S03"],
        "segment": ["Stars", "Stars", "Rest", "Fresh", "Fresh"],
    }
)


def test_a_first_run_says_that_it_is_one():
    changes, flows = summarise_changes(None, NOW)
    assert changes == {
        "first_run": True,
        "sentence": "This is the project's first run; there is nothing to compare "
        "with.",
        "previous_as_of": None,
        "flows": [],
    }
    assert flows.empty
    assert list(flows.columns) == ["customer_id", "from", "to"]


def test_the_sentence_counts_who_moved_came_and_went(tmp_path):
    rows = [("1", "S01", "Stars"), ("2", "S02", "Rest"), ("3", "S02", "Rest")]
    previous = save(tmp_path, "2024-01-01", [*rows, ("4", "S02", "Rest")])
    changes, found = summarise_changes(previous, NOW, smallest_cell=1)
    assert changes["sentence"] == (
        "Since 2024-01-01, 1 of 3 customers (33\u202f%) changed segment, 2 are new and "
        "1 are gone."
    )
    assert changes["previous_as_of"] == "2024-01-01"
    assert not changes["first_run"]
    assert changes["totals"] == {"stayed": 2, "moved": 1, "new": 2, "gone": 1}
    counted = found.groupby(["from", "to"]).size().to_dict()
    flows = {(f["from"], f["to"]): f["customers"] for f in changes["flows"]}
    assert flows == counted
    assert found["customer_id"].tolist() == ["1", "2", "3", "4", "5", "6"]


def test_a_handful_of_customers_is_not_counted_in_words(tmp_path):
    rows = [("1", "S01", "Stars"), ("2", "S02", "Rest"), ("3", "S02", "Rest")]
    previous = save(tmp_path, "2024-01-01", [*rows, ("4", "S02", "Rest")])
    changes, _ = summarise_changes(previous, NOW)
    assert changes["sentence"] == (
        "Since 2024-01-01: How many changed segment, are new and are gone is hidden, "
        "for the sake of a few."
    )
    assert {f["customers"] for f in changes["flows"]} == {None}


def test_a_renamed_segment_has_not_moved(tmp_path):
    rows = [("1", "S01", "Old name"), ("2", "S01", "Old name"), ("3", "S02", "Rest")]
    changes, _ = summarise_changes(
        save(tmp_path, "2024-01-01", rows), NOW, smallest_cell=1
    )
    assert "0 of 3 customers (0\u202f%) changed segment" in changes["sentence"]
    assert {f["from"] for f in changes["flows"]} == {"Stars", "Rest", "New"}


def test_leaving_a_retired_segment_for_a_new_one_of_its_name_is_a_move(tmp_path):
    rows = [("1", "S01", "Stars"), ("2", "S01", "Stars"), ("3", "S02", "Rest")]
    retired = [("5", "S00", "Fresh"), ("6", "S00", "Fresh")]
    changes, flows = summarise_changes(
        save(tmp_path, "2024-01-01", rows + retired), NOW, smallest_cell=1
    )
    assert "2 of 5 customers (40\u202f%) changed segment" in changes["sentence"]
    assert ("Fresh (S00)", "Fresh") in set(zip(flows["from"], flows["to"], strict=True))


def test_runs_without_a_common_customer_divide_by_nothing(tmp_path):
    changes, _ = summarise_changes(
        save(tmp_path, "2024-01-01", [("9", "S1", "x")]), NOW, smallest_cell=1
    )
    assert "0 of 0 customers (0\u202f%) changed segment" in changes["sentence"]


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "=cmd|' /C calc'!A0"])
def test_hostile_names_pass_through_as_data(tmp_path, name):
    previous = save(tmp_path, "2024-01-01", [("1", "S09", name)])
    _, flows = summarise_changes(previous, NOW)
    assert (flows["from"] == name).any()
