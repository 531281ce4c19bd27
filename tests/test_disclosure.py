"""Hidden cells stay hidden: whatever adds up does not give them away."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linprog

from segtools.disclosure import LIMIT, Published, hide, intervals, two_way

SIZES = st.one_of(st.integers(0, 12), st.integers(0, 400))


def narrowest(published: Published, hidden: np.ndarray) -> float:
    """Attack: the width of the narrowest interval, from all that is shown at once."""
    n = len(hidden)
    equal, right = [], []
    for total, parts in published.sums:
        row = np.zeros(n)
        row[list(parts)] = 1
        row[total] = -1
        equal.append(row)
        right.append(0.0)
    for place in np.flatnonzero(~hidden):
        equal.append(np.eye(n)[place])
        right.append(published.counts[place])
    widths = []
    for place in np.flatnonzero(hidden):
        ends = []
        for sign in (1, -1):
            found = linprog(
                sign * np.eye(n)[place],
                A_eq=np.array(equal),
                b_eq=right,
                bounds=[(0, None)] * n,
            )
            ends.append(sign * found.fun if found.status == 0 else sign * -np.inf)
        widths.append(ends[1] - ends[0])
    return min(widths, default=np.inf)


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(st.integers(1, 5), st.integers(1, 5)).flatmap(
        lambda shape: arrays(np.int64, shape, elements=SIZES)
    ),
    st.booleans(),
)
def test_no_hidden_cell_can_be_narrowed_to_less_than_the_limit(table, rows_add_up):
    published = two_way(table, rows_add_up=rows_add_up)
    hidden = hide(published)
    small = (published.counts > 0) & (published.counts < LIMIT)
    assert hidden[small].all()
    assert narrowest(published, hidden) >= LIMIT - 1e-6


@settings(max_examples=30, deadline=None)
@given(arrays(np.int64, (4, 3), elements=SIZES), st.permutations(range(4)))
def test_the_order_of_rows_does_not_change_what_can_be_known(table, order):
    one, other = two_way(table), two_way(table[order])
    assert hide(one).any() == hide(other).any()


def test_what_is_large_enough_is_shown():
    assert not hide(two_way([[10, 20], [30, 40]])).any()


def test_a_small_cell_takes_the_smallest_others_with_it_and_no_total():
    hidden = hide(two_way([[3, 40, 60], [50, 70, 90], [80, 100, 120]])).reshape(4, 4)
    assert hidden.tolist() == [
        [True, True, False, False],
        [True, True, False, False],
        [False, False, False, False],
        [False, False, False, False],
    ]


def test_two_hidden_cells_are_not_enough_if_their_sum_is_small():
    # 3 + 4 = 27 - 20 would be known: each lies between 0 and 7.
    published = Published(np.array([27.0, 3, 4, 20]), [(0, [1, 2, 3])])
    assert hide(published).tolist() == [False, True, True, True]


def test_nothing_of_a_handful_of_people_is_shown():
    assert hide(two_way([[1, 2], [1, 1]])).all()


def test_zero_says_nothing_about_anybody():
    assert not hide(two_way([[0, 20], [30, 40]])).any()


def test_a_bound_that_everybody_knows_counts():
    # Of 14 buyers at most 12 can be in the segment of 12: at least 2 are not.
    published = Published(
        np.array([14.0, 5, 9]), [(0, [1, 2])], most=np.array([np.inf, 12, 900])
    )
    low, high = intervals(published, np.array([False, True, True]))
    assert (low.tolist(), high.tolist()) == ([14, 0, 2], [14, 12, 14])


@pytest.mark.parametrize("limit", [2, 5, 25])
def test_the_limit_is_an_argument(limit):
    published = two_way([[1, 6, 30], [40, 50, 60], [8, 80, 100]])
    hidden = hide(published, limit)
    assert hidden[published.counts < limit].all()
    assert narrowest(published, hidden) >= limit - 1e-6
