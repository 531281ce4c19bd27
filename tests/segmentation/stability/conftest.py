"""Selections of the published data, made once."""

import warnings

import numpy as np
import pytest
from stability.published import IRIS, RUSPINI, WINE

from segtools.segmentation.stability.select import select_clusters


def selected(X, ks, **settings):
    """Select without the warnings that small classic data earn."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return select_clusters(X, ks, **settings)


@pytest.fixture(scope="session")
def ruspini():
    return selected(RUSPINI, range(2, 7), n_pairs=50)


@pytest.fixture(scope="session")
def iris():
    return selected(IRIS, range(2, 7), n_pairs=50)


@pytest.fixture(scope="session")
def wine():
    return selected(WINE, range(2, 6), n_pairs=50)


@pytest.fixture(scope="session")
def blobs():
    """Make k far groups of n rows each, in k dimensions."""

    def make(k, n=40, seed=1, away=8.0):
        rng = np.random.default_rng(seed)
        centres = away * np.eye(k)[np.repeat(np.arange(k), n)]
        return centres + rng.normal(0, 0.5, (k * n, k))

    return make
