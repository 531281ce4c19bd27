"""Runs to explore, opened once."""

import pytest
from explorer_runs import GOLDEN, make_run

from segtools.explorer.opened import opened


@pytest.fixture(scope="session")
def by_hand():
    return opened(make_run())


@pytest.fixture(scope="session")
def golden():
    return opened(GOLDEN)
