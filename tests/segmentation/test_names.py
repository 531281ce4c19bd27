"""Names by rule: different, repeatable, and never about who people are."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segtools.attributes import PROTECTED_WORDS
from segtools.segmentation import names as module
from segtools.segmentation.names import describe_model, describe_segments

BASE = {
    "n_orders": 10.0,
    "interval_days": 7.0,
    "overdue_ratio": 1.0,
    "basket_mean": 30.0,
    "n_categories": 5.0,
    "discount_share": 0.2,
    "evening_share": 0.3,
}


def named(*customers, order=None):
    frame = pd.DataFrame([BASE | c for c in customers])
    labels = np.arange(len(customers))
    return describe_segments(frame, labels, order or labels.tolist())


@pytest.mark.parametrize(
    ("shown", "word"),
    [
        ({"interval_days": 1.5}, "Near-daily"),
        ({"interval_days": 4.5}, "Twice-weekly"),
        ({"interval_days": 4.6}, "Weekly"),
        ({"interval_days": 20.0}, "Fortnightly"),
        ({"interval_days": 45.0}, "Monthly"),
        ({"interval_days": 46.0}, "Occasional"),
        ({"n_orders": 1.0, "interval_days": np.nan}, "One-time"),
        ({"n_orders": 0.0}, "Dormant"),
        ({"n_orders": np.nan}, "Dormant"),
        ({"overdue_ratio": 3.5}, "Lapsing"),
    ],
)
def test_the_rhythm_comes_first(shown, word):
    assert named(shown)[0].split()[0] == word


def test_what_lies_far_from_everyones_middle_is_said():
    assert named({"basket_mean": 60.0}, {}, {"basket_mean": 15.0}) == [
        "Weekly big-basket buyers",
        "Weekly buyers",
        "Weekly small-basket buyers",
    ]


def test_segments_alike_in_everything_still_have_names_of_their_own():
    names = named({}, {}, {})
    assert len(set(names)) == 3
    assert names[0] == "Weekly buyers"


def test_the_best_segment_gets_the_shorter_name():
    more = {"basket_mean": 60.0, "discount_share": 0.9}
    middle = [{}, {}, {}]
    first, second = named(more, more, *middle)[:2]
    assert len(first.split()) < len(second.split())
    assert second.startswith("Weekly big-basket discount-minded")


@settings(max_examples=60)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "n_orders": st.one_of(st.just(np.nan), st.integers(0, 40)),
                "interval_days": st.one_of(st.just(np.nan), st.floats(0.1, 100)),
                "overdue_ratio": st.floats(0, 9),
                "basket_mean": st.floats(1, 200),
                "evening_share": st.floats(0, 1),
                "discount_share": st.floats(0, 1),
            }
        ),
        min_size=1,
        max_size=12,
    )
)
def test_names_are_different_and_the_same_every_time(customers):
    frame = pd.DataFrame(customers)
    labels = np.arange(len(frame))
    names = describe_segments(frame, labels, labels.tolist())
    assert len(set(names)) == len(names) == len(frame)
    assert names == describe_segments(frame, labels, labels.tolist())
    assert all(n[0].isupper() and "buyers" in n for n in names)


def test_no_word_of_a_name_is_protected():
    words = [w for _, *pair in module._TRAITS for w in pair]
    words += [w for _, w in module._RHYTHM]
    words += ["dormant", "one-time", "lapsing", "occasional", "buyers"]
    for word in words:
        for piece in word.split("-"):
            assert not piece.startswith(PROTECTED_WORDS)


def test_attributes_cannot_reach_a_name():
    with_age = named({"age": 99.0}, {"age": 18.0})
    assert with_age == named({}, {})


def test_a_model_is_described_in_the_order_of_its_labels(market, model):
    described = describe_model(model, market.features)
    assert len(described) == len(set(described)) == len(model.segments)
    again = describe_model(model, market.features.sample(frac=1, random_state=1))
    assert described == again


def test_no_attribute_reaches_the_features_that_names_are_made_of(market, model):
    descriptors = {e["name"] for e in market.catalogue if e["role"] == "descriptor"}
    assert {"age_band", "gender"} <= descriptors
    assert not set(market.features) & descriptors
    assert not {f["name"] for f in model.features} & descriptors
