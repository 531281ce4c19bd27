"""Agreement of partitions, by hand and against scikit-learn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from segtools.segmentation.stability.agreement import (
    adjusted_rand,
    crossed,
    jaccards,
    kept_together,
)

LABELS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2)


def test_the_index_by_hand():
    table = crossed(np.array([0, 0, 1, 2]), np.array([0, 0, 1, 1]), 3, 2)
    assert adjusted_rand(table) == pytest.approx(4 / 7)


@given(LABELS)
def test_the_index_is_scikit_learns(labels):
    one, other = np.array(labels).T
    found = adjusted_rand(crossed(one, other, 4, 4))
    assert found == pytest.approx(adjusted_rand_score(one, other))


@given(LABELS, st.permutations(range(4)))
def test_numbering_does_not_matter(labels, order):
    one, other = np.array(labels).T
    moved = np.array(order)[other]
    first, second = (crossed(one, o, 4, 4) for o in (other, moved))
    assert adjusted_rand(first) == pytest.approx(adjusted_rand(second))
    assert jaccards(first) == pytest.approx(jaccards(second), nan_ok=True)


def test_everyone_together_twice_agrees():
    assert adjusted_rand(np.array([[5]])) == 1.0


def test_jaccard_takes_the_best_and_knows_nobody():
    found = jaccards(np.array([[3, 1], [0, 0], [1, 2]]))
    assert found == pytest.approx([3 / 5, np.nan, 2 / 4], nan_ok=True)


def test_pairs_that_stay_together():
    # Of the six pairs of four, one is left in each half.
    assert kept_together(np.array([[2, 2], [3, 0]])) == pytest.approx([1 / 3, 1.0])
    assert np.isnan(kept_together(np.array([[1, 0]]))).all()
