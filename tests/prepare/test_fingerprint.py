"""The fingerprint: the same rows give the same one, any other row another."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from segtools.prepare.fingerprint import fingerprint
from segtools.schema import DataError


@pytest.fixture
def mark(opened, con):
    """Fingerprint frames as a source would open them."""

    def run(**frames: pd.DataFrame) -> dict:
        return fingerprint(opened(con, **frames).tables)

    return run


def test_rows_first_and_last_are_told(raw, mark):
    found = mark(orders=raw)
    assert re.fullmatch("[0-9a-f]{16}", found["fingerprint"])
    table = found["tables"]["orders"]
    assert table.pop("hash")
    assert table == {
        "rows": 9,
        "first": "2024-01-01T09:00:00",
        "last": "2024-03-31T00:00:00",
    }


def test_the_order_of_rows_and_columns_does_not_matter(raw, mark, rng):
    shuffled = raw.sample(frac=1, random_state=rng)[list(raw.columns[::-1])]
    assert mark(orders=shuffled) == mark(orders=raw)


@pytest.mark.parametrize("column", ["customer_id", "order_id", "ordered_at", "amount"])
def test_any_changed_cell_changes_it(column, raw, mark):
    other = raw.copy()
    other.loc[0, column] = {"ordered_at": "2024-02-29", "amount": "9"}.get(column, "zz")
    assert mark(orders=other)["fingerprint"] != mark(orders=raw)["fingerprint"]


def test_a_row_more_or_less_or_twice_changes_it(raw, mark):
    marks = {
        mark(orders=frame)["fingerprint"]
        for frame in (raw, raw.head(8), pd.concat([raw, raw.tail(1)]))
    }
    assert len(marks) == 3


def test_values_swapped_between_rows_change_it(raw, mark):
    other = raw.copy()
    other.loc[[0, 2], "amount"] = raw.loc[[2, 0], "amount"].to_numpy()
    assert mark(orders=other)["fingerprint"] != mark(orders=raw)["fingerprint"]


def test_every_table_counts_and_one_without_time_has_none(raw, mark):
    people = pd.DataFrame({"customer_id": ["ann", "bob"], "region": ["N", "S"]})
    found = mark(orders=raw, customers=people)
    assert found["fingerprint"] != mark(orders=raw)["fingerprint"]
    table = found["tables"]["customers"]
    assert (table["rows"], table["first"], table["last"]) == (2, None, None)


def test_unreadable_times_leave_first_and_last_open(raw, mark):
    table = mark(orders=raw.assign(ordered_at="soon"))["tables"]["orders"]
    assert (table["first"], table["last"]) == (None, None)


def test_an_empty_table_is_refused(raw, mark):
    with pytest.raises(DataError, match=r"^orders must hold rows, but it is empty\."):
        mark(orders=raw.head(0))
