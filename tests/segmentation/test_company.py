"""Who stays in the same company, worked out by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segtools.segmentation.company import company_of, compare_company

OWN = np.array([0, 0, 0, 0, 1, 1, 1, 1, 2, 2])


def test_the_same_segments_under_other_numbers_part_nobody():
    found = compare_company(OWN, np.array([2, 0, 1])[OWN])
    assert found.stays.tolist() == [1] * 10
    assert found.jaccard.tolist() == [1, 1, 1]
    assert found.by_chance.tolist() == [0.4, 0.4, 0.2]


def test_a_customer_who_moves_leaves_his_company():
    other = OWN.copy()
    other[3] = 1
    found = compare_company(OWN, other)
    assert found.stays.tolist() == [1, 1, 1, 0, 1, 1, 1, 1, 1, 1]
    assert found.jaccard.tolist() == [3 / 4, 4 / 5, 1]


def test_merged_segments_stay_but_are_less_alike():
    found = compare_company(OWN, np.array([0, 0, 1])[OWN])
    assert found.stays.tolist() == [1] * 10
    assert found.jaccard.tolist() == [0.5, 0.5, 1]


def test_in_one_segment_nobody_has_company():
    assert compare_company(OWN, np.zeros(10, dtype=int)).stays.tolist() == [0] * 10


def test_unknown_customers_are_set_aside():
    other = OWN.copy()
    other[:2] = -1
    found = compare_company(OWN, other)
    assert np.isnan(found.stays[:2]).all()
    assert found.stays[2:].tolist() == [1] * 8
    assert found.jaccard.tolist() == [1, 1, 1]


def series(ranks) -> pd.Series:
    return pd.Series(ranks, [f"c{i:02d}" for i in range(len(ranks))])


def test_shares_are_averaged_over_the_solutions_that_know_a_customer():
    own = series(["S01"] * 12 + ["S02"] * 12)
    same = series([1] * 12 + [2] * 12)
    moved = series([1] * 11 + [2] * 13)
    fewer = same.drop(["c11", "c12"])
    customers, rows = company_of(own, ["S01", "S02"], [same, moved, moved, fewer])
    stays = customers.set_index("customer_id")["stays"]
    assert stays["c11"] == pytest.approx(1 / 3)
    assert stays.drop("c11").tolist() == [1] * 23
    assert rows[0]["border"] == 1
    assert rows[1]["border"] == 0
    assert rows[0]["stays"] == pytest.approx((11 + 1 / 3) / 12)
    assert rows[0]["jaccard"] == pytest.approx((1 + 11 / 12 + 11 / 12 + 1) / 4)
    assert [r["dissolved"] for r in rows] == [0, 0]


def test_a_segment_dissolves_at_half():
    own = series(["S01"] * 20)
    halves = series([1] * 10 + [2] * 10)
    assert company_of(own, ["S01"], [halves])[1][0]["dissolved"] == 1


def test_small_segments_are_masked():
    own = series(["S01"] * 12 + ["S02"] * 9)
    _, rows = company_of(own, ["S01", "S02"], [series([1] * 12 + [2] * 9)])
    assert rows[0]["n"] == 12
    assert {rows[1][k] for k in ("n", "stays", "by_chance", "jaccard", "border")} == {
        None
    }


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), min_size=4))
def test_neither_order_nor_numbers_matter(pairs):
    own = pd.Series([f"S{a}" for a, _ in pairs], [f"c{i}" for i in range(len(pairs))])
    other = pd.Series([b + 1 for _, b in pairs], own.index)
    order = sorted(set(own))
    customers, rows = company_of(own, order, [other])
    back, again = company_of(own[::-1], order, [other[::-1]])
    assert rows == again
    back = back.set_index("customer_id").loc[customers["customer_id"]]
    assert back["stays"].tolist() == customers["stays"].tolist()
