"""Selections of the published data, made once."""

import warnings

import numpy as np
import pytest

from segtools.segmentation.stability.select import select_clusters
from segtools.segmentation.validation import data


def selected(X, ks, **settings):
    """Select without the warnings that small classic data earn."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return select_clusters(X, ks, **settings)


@pytest.fixture(scope="session")
def ruspini():
    return selected(data.ruspini(), range(2, 7), n_pairs=50)


@pytest.fixture(scope="session")
def iris():
    return selected(data.iris(), range(2, 7), n_pairs=50)


@pytest.fixture(scope="session")
def wine():
    return selected(data.wine(), range(2, 6), n_pairs=50)


@pytest.fixture(scope="session")
def blobs():
    """Make k far groups of n rows each, in k dimensions."""

    def make(k, n=40, seed=1, away=8.0):
        rng = np.random.default_rng(seed)
        centres = away * np.eye(k)[np.repeat(np.arange(k), n)]
        return centres + rng.normal(0, 0.5, (k * n, k))

    return make
