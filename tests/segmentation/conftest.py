"""A frozen model of the simulated shop, made once."""

import pytest

from segtools.segmentation import contest as contests
from segtools.segmentation import freeze as freezing
from segtools.segmentation.contest import Rules, run_contest
from segtools.segmentation.freeze import freeze


@pytest.fixture(scope="session")
def market_contest(market):
    """The contest of the simulated shop, with 100 draws."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contests, "N_DRAWS", 100)
        rules = Rules("grow_spend", n_segments=4, method="goal")
        return run_contest(market.learning, market.plan.record(), rules)


@pytest.fixture(scope="session")
def model(market, market_contest):
    """A goal scorecard of four bands, with five replicates."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(freezing, "N_REPLICATES", 5)
        return freeze(
            market_contest, market.learning, market.features, market.catalogue
        )
