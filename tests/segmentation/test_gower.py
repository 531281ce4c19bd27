"""Gower's distance: the published flower table, and each kind of column by hand."""

import numpy as np
import pandas as pd
import pytest

from segtools.schema import ConfigError, DataError
from segtools.segmentation import gower
from segtools.segmentation.gower import gower_distances
from segtools.segmentation.validation.data import flowers


@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        ((2, 1), 0.8875408),
        ((3, 1), 0.5272467),
        ((4, 1), 0.3517974),
        ((10, 9), 0.4256127),
    ],
)
def test_the_published_distances_of_flowers_come_out(pair, expected):
    named = ["winters", "shadow", "tubers", "colour"]
    found = gower_distances(flowers(), categories=named, ordinal=["soil", "preference"])
    assert found[pair[0] - 1, pair[1] - 1] == pytest.approx(expected, abs=5e-8)


def test_each_kind_of_column_by_hand():
    frame = pd.DataFrame(
        {
            "number": [0.0, 10.0, 5.0],
            "rank": [1.0, 2.0, 100.0],
            "town": ["A", "B", "A"],
            "member": [True, False, True],
            "absent": [0.0, 0.0, 1.0],
        }
    )
    found = gower_distances(frame, ordinal=["rank"], asymmetric=["absent"])
    assert found[0, 1] == pytest.approx((1 + 0.5 + 1 + 1) / 4)  # two zeros say nothing
    assert found[0, 2] == pytest.approx((0.5 + 1 + 0 + 0 + 1) / 5)


def test_a_pair_is_compared_on_what_is_known_of_both():
    frame = pd.DataFrame({"a": [0.0, 4.0, np.nan], "b": ["x", None, "y"]})
    found = gower_distances(frame)
    assert found[0, 1] == 1
    assert found[0, 2] == 1
    assert np.isnan(found[1, 2])
    assert np.diag(found).tolist() == [0, 0, 0]


def test_distances_are_symmetric_and_units_do_not_matter(rng):
    frame = pd.DataFrame({"a": rng.normal(size=20), "b": rng.integers(3, size=20)})
    found = gower_distances(frame, categories=["b"])
    assert np.array_equal(found, found.T)
    assert 0 <= found.min() <= found.max() <= 1
    cents = frame.assign(a=100 * frame["a"] + 7)
    assert gower_distances(cents, categories=["b"]) == pytest.approx(found)


def test_what_cannot_be_done_is_refused(monkeypatch):
    frame = pd.DataFrame({"town": [1, 2]})
    with pytest.raises(ConfigError, match=r"\['twn'\] are not there. Did you mean"):
        gower_distances(frame, categories=["twn"])
    monkeypatch.setattr(gower, "MAX_ROWS", 1)
    with pytest.raises(DataError, match="at most 1 customers, but there are 2"):
        gower_distances(frame)
