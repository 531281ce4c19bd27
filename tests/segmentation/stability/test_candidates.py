"""Too many and too few segments, by small tables."""

import numpy as np
import pandas as pd
import pytest

from segtools.schema import ConfigError
from segtools.segmentation.stability.candidates import (
    gini,
    merge_candidates,
    split_candidates,
)

NAMES = ["Loyal", "New", "Gone"]


@pytest.fixture
def far():
    """Three segments of 200 that every feature sets apart."""
    labels = np.repeat([0, 1, 2], 200)
    X = pd.DataFrame({"spend": 1.0 * labels, "orders": -1.0 * labels})
    return X, labels


def test_segments_apart_and_large_need_nothing(far):
    assert merge_candidates(*far, names=NAMES).empty
    assert split_candidates(far[1], names=NAMES).empty


def test_a_small_segment_goes_to_its_neighbour(far):
    X, labels = far
    keep = np.r_[:430]
    found = merge_candidates(X.iloc[keep], labels[keep], names=NAMES)
    assert found.values.tolist() == [
        ["merge", ("Gone", "New"), "Gone has 30 customers, 100 asked."]
    ]


def test_segments_that_no_feature_sets_apart(far):
    X, labels = far
    X = X.assign(spend=np.where(labels == 2, 5.0, 0.1 * labels), orders=0.0)
    found = merge_candidates(X, labels, names=NAMES)
    assert found["segments"].tolist() == [("Loyal", "New")]
    assert found["reason"].iloc[0].startswith("No feature sets them 0.5 standard")


def test_segments_of_one_action(far):
    actions = {"Loyal": "thank", "New": "welcome", "Gone": "thank"}
    found = merge_candidates(*far, names=NAMES, actions=actions)
    assert found["segments"].tolist() == [("Loyal", "Gone")]
    assert found["reason"].tolist() == ["Both get the same action: thank."]
    assert merge_candidates(*far, names=NAMES, actions={"Loyal": "thank"}).empty


def test_a_segment_without_customers_is_no_candidate(far):
    X, labels = far
    assert merge_candidates(X, labels, names=[*NAMES, "Empty"]).empty


def test_one_segment_for_nearly_all_is_to_be_split():
    found = split_candidates(np.repeat([0, 1], [70, 30]), names=["A", "B"])
    assert found["segments"].tolist() == [("A",)]
    assert found["reason"].iloc[0].startswith("It holds 70")


def test_value_unequal_within_is_to_be_split():
    labels = np.repeat([0, 1], 50)
    value = np.r_[np.ones(50), np.zeros(40), np.full(10, 20.0)]
    found = split_candidates(labels, names=["A", "B"], value=value)
    assert found["segments"].tolist() == [("B",)]
    assert found["reason"].iloc[0].startswith("Value is nearly as unequal within")
    assert split_candidates(labels, names=["A", "B"], value=np.zeros(100)).empty


def test_an_index_that_asks_for_two_more():
    labels = np.repeat([0, 1], 50)
    assert split_candidates(labels, names=["A", "B"], wanted=3).empty
    found = split_candidates(labels, names=["A", "B"], wanted=4)
    assert found["segments"].tolist() == [("A", "B")]


def test_names_must_be_enough(far):
    with pytest.raises(ConfigError, match="there are 2 for 3 segments"):
        merge_candidates(*far, names=NAMES[:2])


def test_gini_by_hand():
    # Of 1, 2, 3: mean difference 8/9, over twice the mean.
    assert gini(np.array([3, 1, 2])) == pytest.approx(2 / 9)
    assert gini(np.array([])) == 0.0
