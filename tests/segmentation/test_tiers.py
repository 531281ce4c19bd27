"""An analyst's own cut points as a scheme."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segtools.schema import ConfigError
from segtools.segmentation.contest import Rules, run_contest
from segtools.segmentation.freeze import freeze
from segtools.segmentation.names import describe_model
from segtools.segmentation.place import place
from segtools.segmentation.scheme import known_scheme, remove_scheme
from segtools.segmentation.tiers import (
    cut_payload,
    enter_tiers,
    learn_tiers,
    refuse_tiers,
)

from .tasks import make_learning, make_task

PLAN = {"evidence": "out_of_time", "sentence": "", "legs": []}
CUTS = {"spend_total": [50.0, 150.0], "recency_days": [20.0]}


@pytest.fixture
def own_tiers():
    enter_tiers({"spend_total": [60.0, 200.0]})
    yield
    remove_scheme("tiers")


def test_a_value_on_a_cut_is_below_it_and_a_missing_one_is_lowest():
    at = pd.DataFrame({"spend_total": [0, 50, 50.1, 150, 151, np.nan]})
    labels = place(cut_payload({"spend_total": [50, 150]}), at).labels
    assert labels.tolist() == [0, 0, 1, 1, 2, 0]


def test_two_features_are_crossed_and_the_last_one_goes_fastest():
    at = pd.DataFrame({"spend_total": [10, 10, 99, 999], "recency_days": [9, 99, 9, 9]})
    payload = cut_payload(CUTS)
    assert place(payload, at).labels.tolist() == [0, 1, 2, 4]
    assert payload["label_names"][1] == (
        "Spend up to 50, Days since the last order over 20"
    )


_cuts = st.lists(st.integers(-5, 5), min_size=1, max_size=3, unique=True).map(sorted)


@given(
    st.tuples(_cuts, _cuts), st.lists(st.tuples(*[st.integers(-6, 6)] * 2), min_size=1)
)
def test_every_customer_stands_where_counting_cuts_says(cuts, people):
    at = pd.DataFrame(people, columns=["a", "b"], dtype=float)
    labels = place(cut_payload(dict(zip("ab", cuts, strict=True))), at).labels
    low, high = (np.searchsorted(c, at[n]) for n, c in zip("ab", cuts, strict=True))
    assert labels.tolist() == (low * (len(cuts[1]) + 1) + high).tolist()


def test_a_tier_that_nobody_is_in_joins_the_nearest():
    task = make_task()
    poor = replace(task, at=task.at.assign(spend_total=10.0))
    learned = learn_tiers(poor, CUTS)
    assert set(learned.labels(poor.at)) == {0, 1}
    assert len(learned.payload["label_names"]) == 2
    rich = poor.at.head(1).assign(spend_total=1e6, recency_days=1.0)
    assert learned.labels(rich).tolist() == [0]


@pytest.mark.usefixtures("own_tiers")
def test_tiers_enter_the_contest_once_and_are_frozen_as_they_are():
    learning = make_learning(n=600)
    rules = Rules("grow_spend", "auto", min_share=0.0, method="tiers")
    contest = run_contest(learning, PLAN, rules)
    assert [e.scheme for e in contest.entries].count("tiers") == 1
    assert contest.winner.scheme == "tiers"
    features = learning[learning["part"] == "final_learn"].reset_index(drop=True)
    features = features.drop(columns=["part", "outcome"])
    model = freeze(contest, learning, features, [])
    assert describe_model(model, features) == [
        "Spend up to 60",
        "Spend 60 to 200",
        "Spend over 200",
    ]
    own = model.assign(features).set_index("customer_id")["segment_id"]
    above = features.set_index("customer_id")["spend_total"] > 200
    assert own[above].nunique() == 1
    assert (own[~above] != own[above].iloc[0]).all()


@pytest.mark.usefixtures("own_tiers")
def test_tiers_that_are_too_small_are_refused_with_a_way_out():
    learning = make_learning(n=600)
    rules = Rules("grow_spend", 5, min_share=0.4, method="tiers")
    contest = run_contest(learning, PLAN, rules)
    features = learning[learning["part"] == "final_learn"].reset_index(drop=True)
    features = features.drop(columns=["part", "outcome"])
    with pytest.raises(ConfigError, match="or move its cut points"):
        freeze(contest, learning, features, [])


def test_without_cut_points_there_is_no_such_scheme():
    enter_tiers({"spend_total": [1.0]})
    assert known_scheme("tiers").label == "Own tiers"
    enter_tiers({})
    with pytest.raises(ConfigError, match="it is 'tiers'"):
        known_scheme("tiers")


def test_tiers_of_what_is_no_feature_are_refused_with_a_suggestion():
    with pytest.raises(ConfigError, match=r"but 'spend' is none here\. Did you mean"):
        refuse_tiers({"spend": [1.0]}, ["spend_total", "n_orders"])
