"""Stages then and now: worked out by hand, and silent about a few customers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from segtools.disclosure import LIMIT, Published, hide_parts, intervals, two_way
from segtools.features.catalogue import Window
from segtools.profiles.lifecycle import (
    _hidden,
    lifecycle_sentence,
    stages_then_and_now,
)
from tests.conftest import make_shop

NOW = pd.Timestamp("2024-07-01")
WINDOW = Window(int(NOW.timestamp()), 180)
WEEKLY = pd.date_range("2024-01-03 10:00", "2024-06-30", freq="7D")


@pytest.fixture(scope="module")
def four():
    """Ann comes every week; Bob did until April; Cat is new now, Dan was in March."""
    dates = {
        "ann": WEEKLY,
        "bob": WEEKLY[WEEKLY < "2024-04-01"],
        "cat": [pd.Timestamp("2024-06-26 10:00")],
        "dan": [pd.Timestamp("2024-03-27 10:00")],
    }
    rows = [(who, when) for who, days in dates.items() for when in days]
    orders = pd.DataFrame(rows, columns=["customer_id", "ordered_at"])
    orders["order_id"] = [str(i) for i in range(len(orders))]
    return orders.assign(amount=5.0, is_return=False)


def test_four_lives_in_ninety_days(four):
    shop = make_shop({"orders": four})
    flows = stages_then_and_now(shop, WINDOW, 90, smallest_cell=1)
    assert flows.values.tolist() == [
        ["new", "lapsed", 1],
        ["loyal", "loyal", 1],
        ["loyal", "lapsed", 1],
        ["no order yet", "new", 1],
    ]
    assert lifecycle_sentence(flows, 90).replace("\u202f", " ") == (
        "Of 3 customers who were new, active, loyal or won back 90 days ago, 2 (67 %) "
        "are at risk or lapsed now."
    )


def test_of_a_few_customers_nothing_is_said(four):
    flows = stages_then_and_now(make_shop({"orders": four}), WINDOW, 90)
    assert flows["customers"].isna().all()
    assert lifecycle_sentence(flows, 90).startswith("At least 0 customers")


def test_what_comes_later_moves_no_stage_of_then(four):
    later = four["ordered_at"] >= NOW - pd.Timedelta(days=90)
    moved = four.assign(
        ordered_at=four["ordered_at"].where(~later, NOW - pd.Timedelta(hours=1))
    )
    stages = [
        stages_then_and_now(make_shop({"orders": f}), WINDOW, 90, smallest_cell=1)
        .groupby("from")["customers"]
        .sum()
        .to_dict()
        for f in (four, moved)
    ]
    assert stages[0] == stages[1]


@settings(max_examples=40, deadline=None)
@given(arrays(np.int64, (4, 3), elements=st.one_of(st.integers(0, 12), st.just(200))))
def test_totals_that_cards_show_give_no_cell_away(counts):
    hidden = _hidden(counts.astype(float), LIMIT)
    assert hidden[(counts > 0) & (counts < LIMIT)].all()
    published = two_way(counts)
    flags = np.zeros((5, 4), dtype=bool)
    flags[:4, :3] = hidden
    total = np.ones((5, 4), dtype=bool)
    total[:4, :3] = False
    flags[:4, 3] = hide_parts(counts.sum(axis=1), LIMIT)
    flags[4, :3] = hide_parts(counts.sum(axis=0), LIMIT)
    sums = Published(published.counts, published.sums)
    low, high = intervals(sums, flags.ravel())
    everything = np.ones((5, 4), dtype=bool)
    everything[total & ~flags] = False
    floor, ceiling = intervals(sums, everything.ravel())
    for place in np.flatnonzero(hidden.ravel()):
        at = place // 3 * 4 + place % 3
        width = high[at] - low[at]
        alone = ceiling[at] - floor[at]
        assert width >= min(LIMIT, alone) - 1e-6


def test_a_single_small_total_takes_the_smallest_other_with_it():
    hidden = hide_parts(np.array([400.0, 9.0, 18.0, 60.0]), LIMIT)
    assert hidden.tolist() == [False, True, True, False]


def test_a_stage_of_a_few_does_not_hide_everything():
    # The stages of a grocer's customers: nine are in the fifth.
    counts = np.array(
        [[30, 65, 58, 220, 0], [15, 46, 149, 162, 0], [18, 14, 23, 19, 9]], dtype=float
    )
    hidden = _hidden(counts, LIMIT)
    assert hidden[2, 4]
    assert hidden.sum() < 6


def test_nobody_was_well_then():
    flows = pd.DataFrame({"from": ["lapsed"], "to": ["loyal"], "customers": [12]})
    assert lifecycle_sentence(flows, 30) == (
        "Nobody was new, active, loyal or won back 30 days ago."
    )
