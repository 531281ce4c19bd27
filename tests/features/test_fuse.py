"""One pass for all features gives what each gives by itself."""

from __future__ import annotations

import ibis
import pytest

from segtools.features.catalogue import feature, remove_feature
from segtools.features.fuse import only

SCHEMA = {"x": "int64", "kept": "boolean"}


def plain_sql(expression):
    return str(ibis.to_sql(expression, dialect="duckdb")).replace('"', "")


@pytest.fixture
def above():
    """A share that is held against the mean of the view's rows."""

    @feature("above", basis="own")
    def above(orders, window):
        return (orders.amount > orders.amount.mean().as_scalar()).mean()

    yield above
    remove_feature("above")


def test_what_rows_are_held_against_is_of_the_view_too(above, shop, build):
    # Of the window's 8 orders the mean is 23.5; the return must not lower it, and
    # neither must orders from before the window: without January's, only bob's 14 and
    # cat's 0.5 are left, with a mean of 7.25.
    whole = build(shop, names=["above"]).set_index("customer_id")["above"]
    assert whole.round(6).tolist() == [0.333333, 0, 0.5]
    short = build(shop, days=58, names=["above"]).set_index("customer_id")["above"]
    assert short.fillna(-1).tolist() == [-1, 1, 0]


@pytest.mark.parametrize("what", ["scalar", "window"])
def test_what_cannot_be_told_to_see_some_rows_is_left_alone(what):
    t = ibis.table({"x": "int64", "kept": "boolean"}, name="t")
    inside = {"scalar": t.x.mean().as_scalar(), "window": t.x.lag()}[what]
    assert only((t.x - inside).sum(), t.kept) is None
    assert only(t.x.sum(), t.kept) is not None


def test_a_count_of_rows_of_which_nothing_is_known_is_nothing():
    t = ibis.memtable({"x": [1, 2], "kept": [None, None]}, schema=SCHEMA)
    counted = t.group_by(t.x > 0).aggregate(n=only(t.count(), t.kept))
    assert counted["n"].to_pandas().tolist() == [0]
    # Said once a customer: a filter that mends its condition would do so for each row.
    assert "FILTER(WHERE\n    t0.kept)" in plain_sql(counted)


@pytest.mark.parametrize("what", ["sum", "min", "max"])
def test_what_passes_over_nulls_anyway_is_not_told_to(what):
    t = ibis.memtable({"x": [1, None, 4], "kept": [True, True, None]}, schema=SCHEMA)
    found = only(getattr(t.x, what)(), t.kept & t.x.notnull())
    assert int(found.execute()) == 1
    assert "NULL" not in plain_sql(found)


def test_what_is_told_of_another_column_stays():
    t = ibis.memtable({"x": [1, None, 4], "kept": [True, True, None]}, schema=SCHEMA)
    counted = only(t.count(), t.kept & t.x.notnull())
    assert int(counted.execute()) == 1
    other = only(t.kept.cast("int64").sum(), t.kept & t.x.notnull())
    assert int(other.execute()) == 1
