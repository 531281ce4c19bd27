"""Segments are followed over k by hand-made tables."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segtools.segmentation.stability.across import family_tree, slsa


def test_one_parent_is_one_and_equal_parents_are_zero():
    assert slsa(np.array([[10, 0, 5], [0, 10, 5]])).tolist() == [1.0, 1.0, 0.0]


def test_a_share_of_a_quarter():
    # p = 3/4, 1/4: entropy 0.5623 of 0.6931.
    assert slsa(np.array([[3], [1]])) == pytest.approx([0.18872], abs=1e-5)


def test_all_from_the_only_parent():
    assert slsa(np.array([[4, 6]])).tolist() == [1.0, 1.0]


def test_nobody_comes_from_nowhere():
    assert np.isnan(slsa(np.array([[4, 0], [1, 0]]))).tolist() == [False, True]


def tree():
    two = np.repeat([0, 1], [6, 4])
    # The six split into four and two; one of the four joins the others.
    three = np.array([2, 2, 2, 2, 0, 0, 1, 1, 1, 2])
    return family_tree({3: three, 2: two})


def test_a_new_segment_stands_behind_its_largest_parent():
    found = tree()
    assert found.labels[2].tolist() == [0] * 6 + [1] * 4
    assert found.labels[3].tolist() == [0, 0, 0, 0, 1, 1, 2, 2, 2, 0]


def test_nodes_and_edges_whole():
    nodes = pd.DataFrame(
        {
            "k": [2, 2, 3, 3, 3],
            "segment": [0, 1, 0, 1, 2],
            "customers": [6, 4, 5, 2, 3],
            "share": [0.6, 0.4, 0.5, 0.2, 0.3],
            "slsa": [np.nan, np.nan, 0.278072, 1.0, 1.0],
            "parent": [np.nan, np.nan, 0.0, 0.0, 1.0],
        }
    )
    edges = pd.DataFrame(
        {
            "k": [3, 3, 3, 3],
            "parent": [0, 0, 1, 1],
            "segment": [0, 1, 0, 2],
            "customers": [4, 2, 1, 3],
            "share": [0.4, 0.2, 0.1, 0.3],
        }
    )
    found = tree()
    pd.testing.assert_frame_equal(found.nodes, nodes, atol=1e-6)
    pd.testing.assert_frame_equal(found.edges, edges)


def test_the_first_solution_is_numbered_by_size():
    found = family_tree({2: np.array([0, 1, 1, 1])})
    assert found.labels[2].tolist() == [1, 0, 0, 0]
    assert found.edges.empty


def test_numbers_of_segments_may_be_left_out():
    two, four = np.repeat([0, 1], [7, 5]), np.repeat([3, 2, 1, 0], [4, 3, 3, 2])
    found = family_tree({2: two, 4: four})
    assert found.labels[4].tolist() == np.repeat([0, 1, 2, 3], [4, 3, 3, 2]).tolist()


@given(st.integers(0, 1_000))
def test_any_numbering_gives_the_same_tree(seed):
    rng = np.random.default_rng(seed)
    # Sizes differ, so that no order is left to chance.
    two = np.repeat([0, 1], [70, 30])
    three = np.repeat([0, 1, 2], [45, 25, 30])
    for _ in range(3):
        three = rng.permutation(3)[three]
        found = family_tree({2: two, 3: three})
        assert found.nodes.query("k == 3")["customers"].tolist() == [45, 25, 30]
        assert found.nodes.query("k == 3")["slsa"].tolist() == [1.0, 1.0, 1.0]
