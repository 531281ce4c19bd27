"""What changed since the previous run: told in sentences, reconciled."""

from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segtools.history.changes import migration, money_sentences, summarise_changes
from segtools.history.flows import GONE, NEW
from segtools.history.follow_up import reconciliation_table
from segtools.history.movement import find_movement
from segtools.history.snapshot import Snapshot

segment_of = st.dictionaries(
    st.integers(0, 15).map(str), st.sampled_from(["a", "b", "<script>"]), max_size=12
)


def frame_of(placed):
    return pd.DataFrame(
        {"customer_id": list(placed), "segment": list(placed.values())}, dtype="str"
    )


def snapshot(rows, as_of="2024-01-01"):
    """A run of which only segments are known."""
    names = ["customer_id", "segment_id", "segment"]
    return Snapshot(as_of, pd.DataFrame(rows, columns=names))


def changed(rows, *, smallest_cell=1):
    """What changed from `rows` to NOW, and who moved."""
    old = snapshot(rows)
    movement = find_movement(old, NOW)
    changes = summarise_changes(old, NOW, movement, smallest_cell=smallest_cell)
    return changes, movement.rows


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


NOW = snapshot(
    [
        ("1", "S01", "Stars"),
        ("2", "S01", "Stars"),
        ("3", "S02", "Rest"),
        ("5", "S03", "Fresh"),
        ("6", "S03", "Fresh"),
    ],
    "2024-02-01",
)


ROWS = [("1", "S01", "Stars"), ("2", "S02", "Rest"), ("3", "S02", "Rest")]
ROWS.append(("4", "S02", "Rest"))


def test_a_first_run_says_that_it_is_one():
    changes = summarise_changes(None, NOW, None)
    assert changes == {
        "first_run": True,
        "sentence": "This is the project's first run; there is nothing to compare "
        "with.",
        "previous_as_of": None,
        "flows": [],
        "reasons": [],
        "reasons_sentence": "",
    }
    assert money_sentences(changes) == []


def test_the_sentence_counts_who_moved_came_and_went():
    changes, found = changed(ROWS)
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


def test_sizes_of_both_runs_stand_beside_the_flows():
    changes, _ = changed(ROWS)
    assert changes["sizes"]["before"] == [
        {"segment": "Stars", "customers": 1},
        {"segment": "Rest", "customers": 3},
    ]
    assert [s["customers"] for s in changes["sizes"]["now"]] == [2, 1, 2]
    few, _ = changed(ROWS, smallest_cell=10)
    assert {s["customers"] for s in few["sizes"]["now"]} == {None}


def test_a_handful_of_customers_is_not_counted_in_words():
    changes, _ = changed(ROWS, smallest_cell=10)
    assert changes["sentence"] == (
        "Since 2024-01-01: How many changed segment, are new and are gone is hidden, "
        "for the sake of a few."
    )
    assert {f["customers"] for f in changes["flows"]} == {None}
    assert {f["value_now"] for f in changes["flows"]} == {None}


def test_a_few_newcomers_leave_a_range_where_it_says_something():
    """Of Stars 90 of 300 move on; of Rest 30 come, 2 go; 4 are new among Stars.

    How many newcomers is hidden, and so are those who came from Rest (34 less) and who
    went from it (32 less): 0 to 32 came, so that 90 to 122 changed segment.
    """
    old = [(f"a{i}", "S01", "Stars") for i in range(300)]
    old += [(f"b{i}", "S02", "Rest") for i in range(150)]
    now = [(i, "S01", "Stars") for i, *_ in old[:210]]
    now += [(i, "S02", "Rest") for i, *_ in old[210:300]]
    now += [(i, "S01", "Stars") for i, *_ in old[300:330]]
    now += [(i, "S02", "Rest") for i, *_ in old[330:448]]
    now += [(f"n{i}", "S01", "Stars") for i in range(4)]
    runs = snapshot(old, "2024-01-01"), snapshot(now, "2024-02-01")
    changes = summarise_changes(*runs, find_movement(*runs))
    assert changes["totals"] == {
        "stayed": 328,
        "moved": None,
        "new": None,
        "gone": None,
    }
    shown = {(f["from"], f["to"]): f["customers"] for f in changes["flows"]}
    assert shown[("Stars", "Rest")] == 90
    assert shown[("Rest", "Stars")] is None
    assert changes["between"] == {"moved": (90, 122)}
    assert changes["sentence"] == (
        "Since 2024-01-01, between 90 and 122 customers changed segment. How many are "
        "new and are gone is hidden, for the sake of a few."
    )
    table = reconciliation_table(changes).set_index("Customers who")
    assert table.loc["Changed segment", "Customers"] == "between 90 and 122"
    assert table.loc["Changed segment", "Spend now"] == "hidden"
    assert table.loc["New", "Customers"] == "hidden"


def test_without_a_model_it_is_said_that_reasons_cannot_be_told():
    changes, found = changed(ROWS)
    assert changes["reasons_sentence"] == (
        "Why customers moved cannot be told: the earlier run has no model that could "
        "be asked."
    )
    assert set(found["label"]) == {"stayed", "moved", "new", "gone"}


def test_a_renamed_segment_has_not_moved():
    rows = [("1", "S01", "Old name"), ("2", "S01", "Old name"), ("3", "S02", "Rest")]
    changes, _ = changed(rows)
    assert "0 of 3 customers (0\u202f%) changed segment" in changes["sentence"]
    assert {f["from"] for f in changes["flows"]} == {"Stars", "Rest", "New"}


def test_leaving_a_retired_segment_for_a_new_one_of_its_name_is_a_move():
    rows = [("1", "S01", "Stars"), ("2", "S01", "Stars"), ("3", "S02", "Rest")]
    changes, flows = changed([*rows, ("5", "S00", "Fresh"), ("6", "S00", "Fresh")])
    assert "2 of 5 customers (40\u202f%) changed segment" in changes["sentence"]
    assert ("Fresh (S00)", "Fresh") in set(zip(flows["from"], flows["to"], strict=True))


def test_runs_without_a_common_customer_divide_by_nothing():
    changes, _ = changed([("9", "S1", "x")])
    assert "0 of 0 customers (0\u202f%) changed segment" in changes["sentence"]


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "=cmd|' /C calc'!A0"])
def test_hostile_names_pass_through_as_data(name):
    _, flows = changed([("1", "S09", name)])
    assert (flows["from"] == name).any()


PAID = {"1": "10.10", "2": "20.20", "3": "30.00", "4": "0.05", "5": "7.00", "6": "1"}


def test_money_sentences_add_up_to_both_totals_to_the_cent():
    money = pd.Series({k: Decimal(v) for k, v in PAID.items()}, dtype=object)
    old, new = (replace(run, money=money) for run in (snapshot(ROWS), NOW))
    changes = summarise_changes(old, new, find_movement(old, new), smallest_cell=1)
    assert changes["ends"]["before"]["value"] == "60.3500"
    assert changes["ends"]["now"]["value"] == "68.3000"
    said = [s.replace("\u202f", " ") for s in money_sentences(changes, "EUR")]
    assert said == [
        "Everybody together spent 68.30 EUR in the window before 2024-02-01, and 60.35 "
        "EUR in the one before 2024-01-01.",
        "Who stayed spent 40.10 EUR before and 40.10 EUR now.",
        "Who changed segment spent 20.20 EUR before and 20.20 EUR now.",
        "Newcomers brought 8.00 EUR; who is gone had spent 0.05 EUR.",
    ]
