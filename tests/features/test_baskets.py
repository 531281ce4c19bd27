"""Behaviour: breadth, depth and concentration of baskets; channels."""

from __future__ import annotations

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from segtools.features.build import supported

NAMES = ["basket_value_spread", "category_concentration", "n_products"]
NAMES += ["products_per_category", "products_per_order", "top_category_share"]
CHANNELS = ["n_channels", "online_share", "top_channel_share"]


def bought(rows: list[tuple[str, str, str, float]]) -> pd.DataFrame:
    names = ["customer_id", "product_id", "category", "amount"]
    frame = pd.DataFrame(rows, columns=names)
    day = pd.Timestamp("2024-03-01 10:00")
    return frame.assign(ordered_at=day, order_id="1", is_return=False)


def test_baskets_equal_what_paper_says(lines, shop_of, build):
    found = build(shop_of({"order_lines": lines}), names=NAMES)
    # Ann: orders of 8 and 4, 8 of 12 on dairy. Bob: 14 and 1, 9 of 14 on drinks.
    by_hand = pd.DataFrame(
        {
            "customer_id": ["ann", "bob"],
            "basket_value_spread": [0.333333333, 0.866666667],
            "category_concentration": [0.555555556, 0.540816327],
            "n_products": [3.0, 3.0],
            "products_per_category": [1.5, 1.0],
            "products_per_order": [1.5, 1.5],
            "top_category_share": [0.666666667, 0.642857143],
        }
    )
    assert_frame_equal(found, by_hand)


def test_a_product_twice_in_an_order_is_one_product(shop_of, build):
    frame = bought([("ann", "milk", "dairy", 1.0)] * 3)
    found = build(shop_of({"order_lines": frame}), names=["products_per_order"])
    assert found["products_per_order"].tolist() == [1.0]


def test_equal_orders_do_not_spread_and_one_order_cannot(orders, shop_of, build):
    alike = orders[~orders["is_return"]].head(4).assign(amount=0.1)
    found = build(shop_of({"orders": alike}), names=["basket_value_spread"])
    assert found["basket_value_spread"].tolist()[0] == 0.0
    assert found["basket_value_spread"].isna().tolist() == [False, True]


def test_large_amounts_do_not_overflow(orders, shop_of, build):
    dear = orders.assign(amount=orders["amount"] * 1e9)
    found = build(shop_of({"orders": dear}), names=["basket_value_spread"])
    assert found["basket_value_spread"].tolist()[2] == 0.99  # 49.5 of 50


def test_what_cost_nothing_has_neither_spread_nor_favourite(shop_of, build):
    free = bought([("ann", "a", "x", 0.0), ("ann", "b", "y", 0.0)])
    found = build(shop_of({"order_lines": free}), names=NAMES)
    unknown = ["basket_value_spread", "category_concentration", "top_category_share"]
    assert found[unknown].isna().all(axis=None)
    assert found["n_products"].tolist() == [2]


@pytest.mark.parametrize("n", [1, 10_000])
def test_one_category_and_ten_thousand_are_measured_alike(n, shop_of, build):
    frame = bought([("ann", f"p{k}", f"c{k}", 2.0) for k in range(n)])
    names = ["category_concentration", "n_categories", "top_category_share"]
    names += ["products_per_category", "category_gap", "opportunity_spend"]
    found = build(shop_of({"order_lines": frame}), names=names).iloc[0]
    assert found["n_categories"] == n
    assert found["category_concentration"] == found["top_category_share"] == 1 / n
    assert found["products_per_category"] == 1
    assert found["category_gap"] == found["opportunity_spend"] == 0


def test_channels_equal_what_paper_says(orders, shop_of, build):
    kept = orders[~orders["is_return"]]
    named = kept.assign(
        channel=["web", " Web", "store", None, "Online Shop", None, "phone", "phone"]
    )
    found = build(shop_of({"orders": named}), names=CHANNELS)
    by_hand = pd.DataFrame(
        {
            "customer_id": ["ann", "bob", "cat"],
            "n_channels": [3.0, 1.0, 1.0],
            "online_share": [0.666666667, 1.0, 0.0],
            "top_channel_share": [0.333333333, 1.0, 1.0],
        }
    )
    assert_frame_equal(found, by_hand)


def test_concentrations_need_their_column(lines, shop_of):
    bare = lines.drop(columns=["category", "brand_type"])
    _, missing = supported(shop_of({"order_lines": bare}))
    assert missing["category_concentration"] == ["lines.category"]
    assert missing["top_brand_share"] == ["lines.brand"]
    assert missing["price_tier"] == ["lines.category", "lines.quantity"]
    assert missing["top_channel_share"] == ["orders.channel"]


def test_a_concentration_is_never_above_the_top_share_nor_below_its_square(
    market, build
):
    names = ["category_concentration", "top_category_share"]
    found = build(market.shop, "2024-10-27", 90, names).dropna()
    low = found["top_category_share"] ** 2
    assert (found["category_concentration"] >= low - 1e-9).all()
    assert (found["category_concentration"] <= found["top_category_share"] + 1e-9).all()
