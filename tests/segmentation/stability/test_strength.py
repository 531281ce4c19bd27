"""Prediction strength: halves predict each other, or do not."""

import numpy as np
import pandas as pd

from segtools.segmentation.stability.strength import prediction_strength, strong_k


def test_far_groups_predict_each_other_and_more_do_not(blobs):
    found = prediction_strength(blobs(3), [2, 3, 4, 5], random_state=1)
    assert found["k"].tolist() == [2, 3, 4, 5]
    assert found["strength"].iloc[1] == 1.0
    assert found["strength"].iloc[2:].max() < 0.8
    assert strong_k(found) == 3


def test_no_strong_number_is_one():
    assert strong_k(pd.DataFrame({"k": [2, 3], "strength": [0.5, 0.4]})) == 1


def test_the_halves_do_not_depend_on_which_numbers_are_asked(rng):
    X = rng.normal(size=(80, 2))
    one = prediction_strength(X, [3], random_state=1)
    both = prediction_strength(X, [2, 3], random_state=1)
    assert one["strength"].iloc[0] == both["strength"].iloc[1]


def test_as_many_clusters_as_rows_in_a_half_have_no_pairs():
    X = np.arange(8.0)[:, None]
    found = prediction_strength(X, [4], random_state=1, n_splits=2)
    assert found["strength"].between(0, 1).all()
