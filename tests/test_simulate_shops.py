"""The three shops have the truth that they tell, and what makes each hard."""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from segtools.simulate_shops import FAMILIES, simulate_shop


@pytest.fixture(scope="module", params=sorted(FAMILIES))
def shop(request):
    return simulate_shop(request.param, 1500, seed=4)


def later_spend(shop):
    late = shop.orders[shop.orders["ordered_at"] >= shop.as_of]
    late = late[late["ordered_at"] < shop.as_of + pd.Timedelta(days=shop.outcome_days)]
    spent = late.groupby("customer_id")["amount"].sum()
    return spent.reindex(shop.truth["customer_id"]).fillna(0.0).to_numpy()


def test_outcomes_are_on_average_what_the_truth_expects(shop):
    spent, expected = later_spend(shop), shop.truth["expected_spend"]
    error = spent - expected
    assert abs(error.mean()) < 4 * error.std() / np.sqrt(len(error))
    assert np.corrcoef(spent, expected)[0, 1] > 0.4


def test_who_has_left_before_the_outcome_is_expected_to_spend_nothing(shop):
    origin = (shop.as_of - pd.Timestamp("2023-01-01")).days
    gone = shop.truth["left_on_day"] < origin
    assert gone.any()
    assert (shop.truth.loc[gone, "expected_spend"] == 0).all()


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_same_arguments_give_identical_frames_and_another_seed_others(family):
    one, same = (simulate_shop(family, 80, seed=2) for _ in range(2))
    assert_frame_equal(one.orders, same.orders)
    assert_frame_equal(one.truth, same.truth)
    assert not one.orders.equals(simulate_shop(family, 80, seed=3).orders)


def test_orders_are_unique_cents_within_the_period(shop):
    orders = shop.orders
    assert orders["order_id"].is_unique
    assert np.allclose(orders["amount"] * 100, np.rint(orders["amount"] * 100))
    assert orders["ordered_at"].min() >= pd.Timestamp("2023-01-01")
    end = shop.as_of + pd.Timedelta(days=shop.outcome_days)
    assert orders["ordered_at"].max() < end


def test_a_grocer_has_habit_and_a_few_cafes_above_all():
    spent = later_spend(simulate_shop("grocer", 1500, seed=4))
    assert (spent > 0).mean() > 0.75
    assert spent.max() > 15 * np.median(spent)


def test_a_fashion_shop_has_zeros_seasons_and_returns():
    shop = simulate_shop("fashion", 1500, seed=4)
    assert (later_spend(shop) == 0).mean() > 0.6
    back = shop.orders["is_return"].mean()
    assert 0.1 < back < 0.3
    by_month = shop.orders.groupby(shop.orders["ordered_at"].dt.month)["amount"].sum()
    assert by_month[1] > 3 * by_month[2]


def test_replenishment_keeps_each_customers_interval_and_grows():
    shop = simulate_shop("replenishment", 1500, seed=4)
    sold = shop.orders.sort_values(["customer_id", "ordered_at"])
    gap = sold.groupby("customer_id")["ordered_at"].diff().dt.total_seconds() / 86400
    usual = gap.groupby(sold["customer_id"]).transform("median")
    assert (abs(gap / usual - 1) < 0.4)[gap.notna()].mean() > 0.8
    first = shop.orders.groupby("customer_id")["ordered_at"].min()
    assert (first >= pd.Timestamp("2023-12-01")).sum() > (
        first.between("2023-03-01", "2023-06-01")
    ).sum()


@pytest.mark.parametrize(
    ("family", "n", "seed", "sentence"),
    [
        ("bakery", 10, 0, "family must be one of grocer, fashion, replenishment"),
        ("grocer", 0, 0, "n_customers must be a whole number from 1 to 1000000"),
        ("grocer", 10, -1, "seed must be a whole number"),
        ("grocer", True, 1, "n_customers must be a whole number"),
    ],
)
def test_arguments_outside_their_range_are_refused(family, n, seed, sentence):
    with pytest.raises(ValueError, match=sentence):
        simulate_shop(family, n, seed=seed)
