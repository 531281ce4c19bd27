"""Clouds without structure keep what they promise, and end the search early."""

import numpy as np
import pytest

from segtools.segmentation.references import (
    N_NORMAL,
    N_SHUFFLED,
    normal,
    recurs_beyond,
    shuffled,
)


@pytest.fixture
def cloud(rng):
    return rng.lognormal(size=(2_000, 1)) + rng.lognormal(size=(2_000, 3))


def test_shuffled_columns_keep_their_values_and_lose_what_binds_them(cloud, rng):
    found = shuffled(cloud, rng)
    assert (np.sort(found, axis=0) == np.sort(cloud, axis=0)).all()
    assert np.abs(np.corrcoef(found.T)[0, 1]) < 0.1 < np.corrcoef(cloud.T)[0, 1]


def test_a_normal_cloud_keeps_means_and_covariances(cloud, rng):
    found = normal(cloud, rng)
    assert found.mean(axis=0) == pytest.approx(cloud.mean(axis=0), abs=0.25)
    assert np.corrcoef(found.T) == pytest.approx(np.corrcoef(cloud.T), abs=0.1)
    assert np.abs((found**3).mean() - (cloud**3).mean()) > 1


def test_one_column_is_a_cloud_too(rng):
    assert normal(rng.normal(size=(30, 1)), rng).shape == (30, 1)


def test_every_cloud_must_be_beaten(cloud, rng):
    scores = iter(np.linspace(0.1, 0.6, N_SHUFFLED + N_NORMAL))
    found = recurs_beyond(cloud, 0.61, lambda _: next(scores), rng)
    assert found["beyond"]
    assert len(found["references"]) == N_SHUFFLED + N_NORMAL


def test_the_first_cloud_that_is_as_good_ends_the_search(cloud, rng):
    scores = iter([0.1, 0.8, 0.2])
    found = recurs_beyond(cloud, 0.8, lambda _: next(scores), rng)
    assert not found["beyond"]
    assert found["references"] == [0.1, 0.8]
