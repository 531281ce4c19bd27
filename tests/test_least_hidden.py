"""Nothing small can be worked out, and as little as can be is hidden for it."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linprog

from segtools.disclosure import Published, hide, two_way
from segtools.least_hidden import hide_least

LIMIT = 10
COUNTS = st.one_of(st.integers(0, 4), st.integers(0, 30), st.integers(0, 400))


def widths(published, hidden):
    """Attack: how far each hidden cell is open, given all that is shown."""
    places = np.flatnonzero(hidden)
    rows = []
    for total, parts in published.sums:
        row = np.zeros(len(hidden))
        row[total] -= 1
        row[list(parts)] += 1
        rows.append(row)
    matrix = np.array(rows)
    right = -matrix[:, ~hidden] @ published.counts[~hidden]
    most = published.most
    ends = [(0, None if most is None else most[p]) for p in places]
    found = []
    for at in range(len(places)):
        wish = np.arange(len(places)) == at
        low, high = (
            linprog(sign * wish, A_eq=matrix[:, hidden], b_eq=right, bounds=ends)
            for sign in (1.0, -1.0)
        )
        endless = high.status != 0
        found.append(np.inf if endless else -high.fun - low.fun)
    return np.array(found)


def is_safe(published, hidden, limit=LIMIT):
    few = (published.counts > 0) & (published.counts < limit)
    fixed = np.zeros(len(few), bool) if published.fixed is None else published.fixed
    if (few & ~fixed & ~hidden).any() or (hidden & fixed).any():
        return False
    # What is fixed may say much by itself; then nothing more is asked for.
    anyway = np.full(len(few), np.inf)
    if published.fixed is not None:
        anyway[~fixed] = widths(published, ~fixed)
    enough = np.minimum(limit, anyway[hidden]) - 1e-5
    return bool((widths(published, hidden) >= enough).all())


def with_fixed_totals(table):
    """Give a table of which every total stands elsewhere, too."""
    of = two_way(table)
    rows, columns = np.shape(table)
    total = np.ones((rows + 1, columns + 1), bool)
    total[:-1, :-1] = False
    return Published(of.counts, of.sums, fixed=total.ravel())


@settings(max_examples=40, deadline=None)
@given(arrays(np.int64, (3, 4), elements=COUNTS), st.booleans())
def test_no_hidden_cell_can_be_worked_out(table, known):
    of = with_fixed_totals(table) if known else two_way(table)
    assert is_safe(of, hide_least(of, LIMIT))


@settings(max_examples=25, deadline=None)
@given(arrays(np.int64, (3, 3), elements=COUNTS), st.integers(400, 900))
def test_what_everybody_knows_a_cell_cannot_exceed_is_reckoned_with(table, most):
    of = two_way(table)
    bounded = Published(of.counts, of.sums, most=np.full(16, float(9 * most)))
    assert is_safe(bounded, hide_least(bounded, LIMIT))


@settings(max_examples=40, deadline=None)
@given(arrays(np.int64, (3, 4), elements=COUNTS))
def test_it_never_hides_more_than_cell_after_cell_and_shows_all_it_can(table):
    of = two_way(table)
    found = hide_least(of, LIMIT)
    assert found.sum() <= hide(of, LIMIT).sum()
    for place in np.flatnonzero(found & (of.counts >= LIMIT)):
        less = found.copy()
        less[place] = False
        assert not is_safe(of, less)


def lightest(published):
    """Try every pattern: the fewest cells that are safe."""
    few = (published.counts > 0) & (published.counts < LIMIT) & ~published.fixed
    others = np.flatnonzero(~few & ~published.fixed)
    for flags in sorted(product((False, True), repeat=len(others)), key=sum):
        hidden = few.copy()
        hidden[others[list(flags)]] = True
        if is_safe(published, hidden):
            return int(hidden.sum())
    raise AssertionError


@pytest.mark.slow
def test_it_is_nearly_always_the_least_of_all_patterns():
    """Of 14 tables of 3 by 3 with known totals, against all 512 patterns."""
    more, one_by_one = [], []
    rng = np.random.default_rng(7)
    for _ in range(14):
        table = rng.choice([0, 3, 8, 15, 40, 120], size=(3, 3), p=[0.1, *[0.18] * 5])
        of = with_fixed_totals(table)
        least = lightest(of)
        more.append(int(hide_least(of, LIMIT).sum()) - least)
        one_by_one.append(int(hide(of, LIMIT).sum()) - least)
    assert min(more) >= 0
    assert max(more) <= 2
    assert np.mean(more) <= 0.3
    assert np.mean(more) < np.mean(one_by_one)


def test_a_heavy_cell_is_spared_where_a_light_one_does():
    # The 3 needs one other in its sum, whichever is lightest.
    of = Published(np.array([143.0, 40, 3, 100]), [(0, [1, 2, 3])])
    assert hide_least(of).sum() == 2
    heavy = np.array([9.0, 5.0, 1.0, 1.0])
    assert hide_least(of, 10, heavy).tolist() == [False, False, True, True]
    assert hide_least(of, 10, heavy[::-1]).tolist() == [True, False, True, False]


def test_where_only_some_may_be_hidden_and_they_are_too_few_there_is_none():
    of = Published(np.array([43.0, 40, 3]), [(0, [1, 2])])
    assert hide_least(of, may=np.zeros(3, bool)) is None
    only = np.array([True, False, True])
    assert hide_least(of, may=only).tolist() == [True, False, True]
    assert hide_least(of, also=np.array([True, False, False])).tolist()[0]


def test_nothing_small_hides_nothing():
    assert not hide_least(two_way([[10, 0], [40, 70]])).any()


def test_a_table_of_many_segments_takes_few_of_its_cells():
    """A few newcomers in each of eight segments: 8 small, and what they cost."""
    k = 8
    rng = np.random.default_rng(0)
    table = rng.integers(30, 200, (k, k)) + np.diag(np.full(k, 900))
    table = np.vstack([table, rng.integers(1, 4, k)])
    of = two_way(table)
    found = hide_least(of, LIMIT)
    assert is_safe(of, found)
    # Each column needs a second cell; their row of fewer than 10 in all hides its sum.
    assert found.sum() <= 2 * k + 2
