"""The outcome: what the goal is about, in the period after an origin and only there."""

from __future__ import annotations

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal, assert_series_equal

from segtools.config import GOAL_TEXT
from segtools.features.outcome import UNITS, judged_on, outcome, period_start
from segtools.timezones import DAY, epoch, instant

ORIGIN = epoch(instant("2024-01-21T09:00", "UTC"))


@pytest.fixture
def after(shop_of):
    """Outcomes of 14 days from Ann's third order on."""

    def run(frame, goal, days=14, origin=ORIGIN, **more):
        found = outcome(shop_of({"orders": frame}, **more), goal, origin, days)
        ordered = found.to_pandas().sort_values("customer_id", ignore_index=True)
        return ordered.astype({"customer_id": "str"})

    return run


def table(**outcomes: float) -> pd.DataFrame:
    frame = pd.DataFrame({"customer_id": list(outcomes), "outcome": outcomes.values()})
    return frame.astype({"customer_id": "str", "outcome": float})


def test_spend_is_net_of_returns_from_the_origin_to_the_end(orders, after):
    # Ann's 30 at the very origin less 5, Bob's 14, Cat's 99.5 but not what came later.
    found = after(orders, "grow_spend")
    assert_frame_equal(found, table(ann=25.0, bob=14.0, cat=99.5))


def test_the_end_of_the_period_is_not_in_it(orders, after):
    four_days = epoch(instant("2024-01-25T12:00", "UTC")) - 4 * DAY
    assert_frame_equal(after(orders, "grow_spend", 4, four_days), table())
    assert_frame_equal(after(orders, "grow_spend", 4, four_days + 1), table(ann=-5.0))


def test_separate_returns_leave_the_outcome_alone(orders, after):
    found = after(orders, "grow_spend", returns="separate")
    assert_frame_equal(found, table(ann=30.0, bob=14.0, cat=99.5))


@pytest.mark.parametrize("goal", ["keep_customers", "win_back"])
def test_one_order_is_enough_to_be_kept_or_won_and_a_return_is_none(
    goal, orders, after
):
    day_later = epoch(instant("2024-01-22T09:00", "UTC"))
    assert_frame_equal(after(orders, goal), table(ann=1.0, bob=1.0, cat=1.0))
    found = after(orders, goal, origin=day_later)
    assert_frame_equal(found, table(ann=0.0, bob=1.0, cat=1.0))


def test_nothing_outside_the_period_moves_an_outcome(orders, after):
    as_it_was = after(orders, "grow_spend")
    end = pd.Timestamp(ORIGIN + 14 * DAY, unit="s")
    inside = orders["ordered_at"].between(pd.Timestamp(ORIGIN, unit="s"), end, "left")
    wild = orders[~inside].assign(amount=5000.0, is_return=False)
    more = wild.assign(order_id="9", customer_id="zoe")
    found = after(pd.concat([orders[inside], wild, more]), "grow_spend")
    assert_frame_equal(found, as_it_was)


def test_every_goal_with_an_outcome_has_a_unit():
    assert set(UNITS) == set(GOAL_TEXT) - {"understand"}


FEATURES = pd.DataFrame(
    {
        "n_orders": [3.0, 0.0, 1.0, None],
        "interval_days": [10.0, None, None, 30.0],
        "recency_days": [21.0, 41.0, 40.0, None],
    }
)


@pytest.mark.parametrize(
    ("goal", "judged"),
    [
        ("grow_spend", [True, True, True, True]),
        ("keep_customers", [True, False, True, False]),
        # Twice the own 10 days; without an own interval, twice the middle one of 20.
        ("win_back", [True, True, False, False]),
    ],
)
def test_each_goal_is_judged_on_the_customers_that_it_is_about(goal, judged):
    found = judged_on(FEATURES, goal)
    assert_series_equal(found, pd.Series(judged), check_names=False)


def test_nobody_is_overdue_where_nobody_has_a_rhythm():
    unknown = FEATURES.assign(interval_days=float("nan"))
    assert not judged_on(unknown, "win_back").any()


def test_history_begins_with_the_first_order(shop):
    first = period_start(shop).execute()
    assert pd.Timestamp(first) == pd.Timestamp("2024-01-01 09:00")
