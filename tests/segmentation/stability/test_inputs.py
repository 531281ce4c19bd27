"""What is passed is sorted by content, and what it was can be found again."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segtools.segmentation.stability.inputs import read


@given(st.integers(0, 1_000))
def test_any_order_gives_the_same_table(seed):
    rng = np.random.default_rng(seed)
    X = rng.integers(4, size=(300, 3)) + rng.normal(size=(300, 1)).round(1)
    rows, columns = rng.permutation(300), rng.permutation(3)
    one, other = read(X, 2), read(X[rows][:, columns], 2)
    assert (one.X == other.X).all()
    assert (X[one.rows][:, one.columns] == one.X).all()


def test_columns_of_the_same_values_are_told_apart_by_the_others():
    # Three kinds of customers, equally many of each, and what they spend.
    kinds = np.eye(3)[np.repeat([0, 1, 2], 40)]
    X = np.column_stack([kinds, np.arange(120.0)])
    for order in ([2, 1, 0, 3], [3, 0, 2, 1]):
        assert (read(X[:, order], 2).X == read(X, 2).X).all()


def test_named_columns_go_by_name():
    X = pd.DataFrame({"b": [1.0, 2.0, 3.0], "a": [9.0, 7.0, 8.0]})
    found = read(X, 2)
    assert found.names == ["a", "b"]
    assert found.X.tolist() == [[7, 2], [8, 3], [9, 1]]
    assert found.rows.tolist() == [1, 2, 0]
    assert found.columns.tolist() == [1, 0]


def test_nullable_and_boolean_columns_are_numbers():
    X = pd.DataFrame({"n": pd.array([1, 2, 3], "Int64"), "yes": [True, False, True]})
    assert read(X, 2).X.tolist() == [[1, 1], [2, 0], [3, 1]]


def test_minus_zero_is_zero():
    found = read(np.array([[0.0, 1.0], [-0.0, 0.0]]), 2)
    # The first column is constant, then.
    assert found.names == ["1"]


@pytest.mark.parametrize(("share", "said"), [(0.6, 1), (0.4, 0)])
def test_only_half_or_more_alike_are_said(share, said, rng):
    column = np.where(np.arange(500) < 500 * share, 1.0, rng.normal(size=500))
    notes = read(np.column_stack([column, rng.normal(size=500)]), 2).notes
    assert sum("share one value" in note for note in notes) == said


def test_yes_or_no_is_not_a_tie(rng):
    X = np.column_stack([rng.random(500) < 0.1, rng.normal(size=500)]).astype(float)
    assert read(X, 2).notes == []
