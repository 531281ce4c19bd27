"""Consensus: who comes together."""

import numpy as np
import pytest

from segtools.segmentation.stability.consensus import ambiguous_pairs, consensus_matrix


def test_members_of_far_groups_always_come_together(blobs):
    matrix = consensus_matrix(blobs(3, n=10), 3, random_state=1, n_samples=40)
    same = np.repeat(np.arange(3), 10)[:, None] == np.repeat(np.arange(3), 10)[None]
    assert (matrix[same] == 1).all()
    assert (matrix[~same] == 0).all()
    assert ambiguous_pairs(matrix) == 0


def test_two_who_were_never_drawn_together_are_not_counted():
    matrix = np.array([[1, np.nan, 0.5], [np.nan, 1, 0.0], [0.5, 0.0, 1]])
    assert ambiguous_pairs(matrix) == 0.5
    assert ambiguous_pairs(np.ones((1, 1))) == 0.0


def test_a_wrong_number_is_ambiguous(blobs):
    X = blobs(3, n=15)
    right, wrong = (
        ambiguous_pairs(consensus_matrix(X, k, random_state=1, n_samples=40))
        for k in (3, 2)
    )
    assert right < wrong


def test_of_many_rows_a_sample_is_drawn(blobs):
    matrix = consensus_matrix(
        blobs(2, n=50), 2, random_state=1, n_samples=10, max_rows=30
    )
    assert matrix.shape == (30, 30)
    assert matrix == pytest.approx(matrix.T, nan_ok=True)
