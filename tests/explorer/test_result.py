"""The explorer of a frame's own segments: nothing on disk, the same answers."""

import numpy as np
import pandas as pd
import pytest

from segtools import explore, segment_customers

pytestmark = pytest.mark.xdist_group("frames")


@pytest.fixture(scope="module")
def result():
    """Three bands of 90 customers, each with more orders than the one before."""
    rng = np.random.default_rng(3)
    who = np.repeat(np.arange(90), np.arange(90) // 10 + 2)
    days = rng.integers(0, 600, len(who))
    orders = pd.DataFrame(
        {
            "customer_id": who,
            "ordered_at": pd.Timestamp("2023-01-02 10:00") + pd.to_timedelta(days, "D"),
            "amount": 5.0 + who % 7,
        }
    )
    return segment_customers(
        orders,
        timezone="Europe/Berlin",
        as_of="2024-10-01",
        currency="SEK",
        force_segments=True,
        method="goal",
        n_segments=3,
        min_share=0.12,
    )


def test_a_result_in_memory_is_explored(result):
    explorer = explore(result)
    sizes = result.segments["segment_id"].value_counts().to_dict()
    own = explorer.state.segments["segment_id"].value_counts().to_dict()
    assert own == sizes
    assert explorer.state.currency == "SEK"
    assert explorer.state.min_share == 0.12
    assert len(explorer.cuts) == len(explorer.segments) - 1 > 0
    assert "SEK" in explorer.overview().text


def test_its_cuts_can_be_moved_and_kept(result):
    explorer = explore(result)
    cut = next(c for c in range(len(explorer.cuts)) if len(explorer.stops(c)) > 1)
    at = list(explorer.cuts.values())[cut].at
    to = next(stop for stop in explorer.stops(cut) if stop != at)
    made = explorer.keep(cut, to, why="to see", force=True)
    assert made.before != made.after
    assert sum(made.after.values()) == len(result.segments)
    assert result.model.payload["cuts"] != explorer.state.model.payload["cuts"]
