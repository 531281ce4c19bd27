"""Tiers: quantiles or one's own cut points, crossed, with nobody's tiers joined."""

import numpy as np
import pandas as pd
import pytest

from segtools.estimators import TierSegments
from segtools.schema import ConfigError


@pytest.fixture
def people():
    frame = {"spend": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], "orders": [1.0, 1, 1, 9, 1, 9]}
    return pd.DataFrame(frame)


def test_the_first_column_is_cut_into_thirds(people):
    model = TierSegments().fit(people)
    assert model.cuts_ == {"spend": [2.0, 4.0]}
    assert model.labels_.tolist() == [0, 0, 1, 1, 2, 2]
    names = ["spend up to 2", "spend 2 to 4", "spend over 4"]
    assert model.tier_names_ == names
    assert model.predict(
        pd.DataFrame({"spend": [-1, 99, np.nan], "orders": 1})
    ).tolist() == [0, 2, 0]


def test_columns_are_crossed_and_empty_tiers_join_the_nearest(people):
    model = TierSegments(["spend", "orders"], n_tiers=2).fit(people)
    # Half of the orders are 1, and the median of spend is 3: nobody who spends up to 3
    # has more than one order, and that tier is closed up.
    assert model.cuts_ == {"spend": [3.0], "orders": [1.0]}
    assert model.labels_.tolist() == [0, 0, 0, 2, 1, 2]
    assert model.tier_names_[2] == "spend over 3, orders over 1"
    assert model.sizes_.tolist() == [3, 1, 2]


def test_own_cut_points_stand_beside_quantiles(people):
    model = TierSegments(["spend", 1], n_tiers=2, cuts={"orders": [5.0]}).fit(people)
    assert model.cuts_ == {"spend": [3.0], "orders": [5.0]}
    alone = TierSegments(cuts={0: [1.5, 5.5]}).fit(people)
    assert alone.labels_.tolist() == [0, 1, 1, 1, 1, 2]


def test_equal_values_are_never_parted():
    X = np.array([[1.0]] * 8 + [[2.0], [3.0]])
    assert TierSegments(n_tiers=5).fit(X).labels_.tolist() == [0] * 8 + [1, 1]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"columns": ["spent"]}, "columns must be .* 'spent' is none. Did you mean"),
        (
            {"cuts": {"spend": [5.0, 2.0]}},
            r"cuts must ascend, but those of 'spend' are",
        ),
        ({"cuts": {"spend": [np.inf]}}, "cuts must ascend"),
        ({"n_tiers": 1}, "n_tiers must be a whole number from 2"),
        ({"columns": [0, 1], "cuts": {0: range(50), 1: range(50)}}, "give 2,601"),
    ],
)
def test_wrong_tiers_are_refused(people, asked, sentence):
    with pytest.raises(ConfigError, match=sentence):
        TierSegments(**asked).fit(people)
