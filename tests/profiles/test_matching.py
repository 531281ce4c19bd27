"""How many match all that is said: counted one customer at a time, by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from segtools.features.catalogue import Window
from segtools.profiles.matching import match_cards, matches
from segtools.profiles.profile import Segmented

from .conftest import segments_of

ORDERS = {"table": "features", "column": "n_orders", "op": "ge", "value": 3}
NORTH = {"table": "customers", "column": "region", "op": "eq", "value": "North"}
ANSWER = {"table": "answers", "column": "Why?", "op": "answered", "value": "near"}
CALLED = {
    "table": "events",
    "column": "topic",
    "op": "did",
    "value": "Delivery",
    "events": ["ticket_tagged"],
    "window_days": 60,
}
BOUGHT = {"table": "orders", "column": "channel", "op": "bought", "value": "web"}


@pytest.fixture
def four(shop_of, orders):
    """Four customers of one segment; each statement is true of two, all of one."""
    ids = ["ann", "bob", "cat", "dan"]
    events = pd.DataFrame(
        {
            "customer_id": ["ann", "bob", "cat"],
            "occurred_at": pd.to_datetime(["2024-02-01", "2024-02-02", "2023-01-01"]),
            "event": ["ticket_tagged", "page_view", "ticket_tagged"],
            "topic": "Delivery",
        }
    )
    rows = [("ann", "near"), ("bob", "near"), ("cat", "cheap")]
    answers = pd.DataFrame(rows, columns=["customer_id", "answer"])
    people = pd.DataFrame(
        {"customer_id": ids, "region": ["North", "South", "North", None]}
    )
    frames = {"orders": orders.assign(channel="web"), "customers": people}
    frames |= {"events": events, "answers": answers.assign(question="Why?")}
    return Segmented(
        shop_of(frames),
        Window(int(pd.Timestamp("2024-03-01").timestamp()), 60),
        pd.DataFrame({"customer_id": ids, "n_orders": [3, 3, 2, None]}),
        segments_of(ids, ["S01"] * 4),
        [],
        smallest_cell=1,
    )


@pytest.mark.parametrize(
    ("asked", "who"),
    [
        (ORDERS, {"ann", "bob"}),
        (NORTH, {"ann", "cat"}),
        (ANSWER, {"ann", "bob"}),
        (CALLED, {"ann"}),
        (BOUGHT, {"ann", "bob", "cat"}),
    ],
)
def test_a_statement_is_matched_by_those_it_is_true_of(four, asked, who):
    (found,) = matches(four, [asked, asked]).values()
    assert set(found) == who


def test_what_reads_the_same_rows_is_told_apart(four):
    found = matches(four, [ANSWER, ANSWER | {"value": "cheap"}])
    assert sorted(map(sorted, found.values())) == [["ann", "bob"], ["cat"]]


def match_all(data, segment_id, computations):
    return match_cards(data, {segment_id: computations})[segment_id]


def test_who_matches_all_and_who_half_is_counted(four):
    found = match_all(four, "S01", [ORDERS, NORTH, ANSWER, CALLED])
    assert (found["n"], found["share"]) == (1, 0.25)
    assert (found["half_n"], found["half_share"]) == (2, 0.5)  # Ann, and Bob with two
    assert found["sentence"] == (
        "1 of 4 match every statement, 2 at least half of them: "
        "a card is a portrait of a group."
    )


def test_without_statements_there_is_nothing_to_match(four):
    found = match_all(four, "S01", [])
    assert (found["n"], found["half_n"]) == (None, None)
    assert found["sentence"] == "There is no statement to match."


@pytest.mark.parametrize(
    ("all_of_them", "shown"), [(0, True), (9, False), (10, True), (91, False)]
)
def test_too_few_who_match_or_do_not_are_not_counted_out(
    shop_of, orders, all_of_them, shown
):
    ids = [f"c{i}" for i in range(100)]
    data = Segmented(
        shop_of({"orders": orders}),
        Window(int(pd.Timestamp("2024-03-01").timestamp()), 60),
        pd.DataFrame({"customer_id": ids, "n_orders": range(100)}),
        segments_of(ids, ["S01"] * 100),
        [],
    )
    found = match_all(data, "S01", [ORDERS | {"value": 100 - all_of_them}])
    assert (found["n"] is not None) == shown
    assert (found["n"] == all_of_them) == shown


def test_a_segment_of_three_is_not_counted(shop_of, orders):
    data = Segmented(
        shop_of({"orders": orders}),
        Window(int(pd.Timestamp("2024-03-01").timestamp()), 60),
        pd.DataFrame({"customer_id": ["a", "b", "c"], "n_orders": [3, 3, 3]}),
        segments_of(["a", "b", "c"], ["S01"] * 3),
        [],
    )
    found = match_all(data, "S01", [ORDERS])
    assert found["n"] is None
    assert found["sentence"].startswith("How many match every statement is not shown")
