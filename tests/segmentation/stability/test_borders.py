"""How clearly customers belong, worked out by hand on a line."""

import numpy as np
import pytest

from segtools.schema import ConfigError
from segtools.segmentation.stability.borders import (
    exact_silhouette,
    gorge_values,
    shadow_values,
    simplified_silhouette,
)

X = np.array([[0.0], [1.0], [4.0], [2.0]])
CENTRES = np.array([[0.0], [4.0]])


def test_gorge_values_are_shares():
    found = gorge_values(X, CENTRES)
    assert found.sum(axis=1) == pytest.approx(np.ones(4))
    assert found[3].tolist() == [0.5, 0.5]
    # Distances 1 and 3.
    assert found[1, 0] == pytest.approx(np.exp(-1) / (np.exp(-1) + np.exp(-3)))
    squared = gorge_values(X, CENTRES, power=2)
    assert squared[1, 0] == pytest.approx(np.exp(-1) / (np.exp(-1) + np.exp(-9)))


def test_gorge_values_of_the_farthest_do_not_vanish():
    found = gorge_values(np.array([[1e6]]), CENTRES)
    assert found.sum() == pytest.approx(1.0)


def test_shadow_and_simplified_silhouette():
    assert shadow_values(X, CENTRES).tolist() == [0.0, 0.5, 0.0, 1.0]
    found = simplified_silhouette(X, CENTRES)
    assert found == pytest.approx([1, 1 - 1 / 3, 1, 0])


def test_who_stands_on_two_centres_at_once_is_on_the_border():
    twice = np.zeros((2, 1))
    assert shadow_values(np.zeros((1, 1)), twice).tolist() == [1.0]
    assert simplified_silhouette(np.zeros((1, 1)), twice).tolist() == [0.0]


def test_a_single_centre_has_no_border():
    with pytest.raises(ConfigError, match="at least two, but there is 1"):
        shadow_values(X, CENTRES[:1])


def test_the_exact_silhouette_of_a_sample(rng):
    labels = np.array([0, 0, 1, 1])
    whole = exact_silhouette(X, labels, rng=rng)
    # Customer at 1: 1 from his own, (3 + 1) / 2 from the others.
    assert whole["silhouette"].iloc[1] == pytest.approx(0.5)
    part = exact_silhouette(X, labels, rng=np.random.default_rng(2), max_rows=3)
    assert len(part) == 3
    assert part["segment"].tolist() == labels[part["row"]].tolist()


def test_one_segment_has_no_silhouette(rng):
    with pytest.raises(ConfigError, match="labels must hold from 2 to 3 segments"):
        exact_silhouette(X, np.zeros(4, dtype=int), rng=rng)
