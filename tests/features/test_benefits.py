"""Benefits: what was discounted, couponed and bought under the shop's own label."""

from __future__ import annotations

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

NAMES = ["discount_share", "coupon_share", "private_label_share"]


def test_benefits_equal_what_paper_says(lines, shop_of, build):
    found = build(shop_of({"order_lines": lines}), names=NAMES)
    # Ann: 2 off 14, a coupon in one of two orders, own label 6 of 12.
    # Bob: 4 off 19, no coupon, no own label; wine and tips are of unknown kind.
    by_hand = pd.DataFrame(
        {
            "customer_id": ["ann", "bob"],
            "discount_share": [0.142857143, 0.210526316],
            "coupon_share": [0.5, 0.0],
            "private_label_share": [0.5, 0.0],
        }
    )
    assert_frame_equal(found[["customer_id", *NAMES]], by_hand)


def test_returned_goods_are_not_bought(lines, shop_of, build):
    kept = lines[~lines["is_return"]]
    with_return = build(shop_of({"order_lines": lines}), names=NAMES)
    assert_frame_equal(with_return, build(shop_of({"order_lines": kept}), names=NAMES))


def test_no_discount_named_is_no_discount(lines, shop_of, build):
    lines.loc[lines["customer_id"] == "bob", ["discount", "coupon_discount"]] = None
    found = build(shop_of({"order_lines": lines}), names=NAMES[:2])
    assert found.set_index("customer_id").loc["bob"].tolist() == [0.0, 0.0]


def test_gifts_have_no_discount_share(lines, shop_of, build):
    free = lines.assign(amount=0.0, discount=0.0, is_return=False)
    found = build(shop_of({"order_lines": free}), names=["discount_share"])
    assert found["discount_share"].isna().all()


@pytest.mark.parametrize("word", ["Private", "PRIVATE LABEL", "own", "Store"])
def test_own_labels_are_known_by_several_words(word, lines, shop_of, build):
    own = lines.assign(brand_type=word)
    found = build(shop_of({"order_lines": own}), names=["private_label_share"])
    assert found["private_label_share"].tolist() == [1.0, 1.0]


def test_unknown_kinds_of_brand_are_left_aside(lines, shop_of, build):
    lines.loc[lines["customer_id"] == "bob", "brand_type"] = None
    found = build(shop_of({"order_lines": lines}), names=["private_label_share"])
    assert found["private_label_share"].tolist()[0] == 0.5
    assert found["private_label_share"].isna().tolist() == [False, True]


def test_spend_on_offers_equals_what_paper_says(lines, shop_of, build):
    found = build(shop_of({"order_lines": lines}), names=["discounted_spend_share"])
    # Ann: 6 of 12. Bob: 14 of 15.
    assert found["discounted_spend_share"].tolist() == [0.5, 0.933333333]


def test_price_tiers_equal_what_paper_says(lines, shop_of, build):
    pieces = lines.assign(quantity=[1.0, 2.0, 1.0, -1.0, 2.0, 1.0, 1.0])
    found = build(
        shop_of({"order_lines": pieces}), names=["price_tier", "premium_share"]
    )
    # Before discounts milk costs 2 and brie 4 a piece; soap and wine have no rival.
    # Ann: 0, 1 and 0.5; 6 of 12 on brie. Bob: 1 and 0.5; 5 of 14 on brie.
    by_hand = pd.DataFrame(
        {
            "customer_id": ["ann", "bob"],
            "premium_share": [0.5, 0.357142857],
            "price_tier": [0.5, 0.75],
        }
    )
    assert_frame_equal(found, by_hand)


def test_products_of_one_price_share_a_tier(lines, shop_of, build):
    rows = [("ann", "a", 1.0), ("bob", "b", 1.0), ("cat", "c", 2.0), ("dan", "d", 3.0)]
    frame = pd.DataFrame(rows, columns=["customer_id", "product_id", "amount"])
    frame = frame.assign(
        ordered_at=pd.Timestamp("2024-03-01"),
        category="x",
        quantity=1.0,
        is_return=False,
    )
    found = build(shop_of({"order_lines": frame}), names=["price_tier"])
    # Of three others none is cheaper and one equal; two are cheaper; all are.
    assert found["price_tier"].tolist() == [0.166666, 0.166666, 0.666666, 1.0]


@pytest.mark.parametrize("quantity", [0.0, -1.0, None])
def test_without_pieces_there_is_no_price(quantity, lines, shop_of, build):
    pieces = lines.assign(quantity=1.0)
    pieces.loc[pieces["customer_id"] == "bob", "quantity"] = quantity
    found = build(shop_of({"order_lines": pieces}), names=["price_tier"])
    assert found["price_tier"].isna().tolist() == [False, True]


def test_a_product_is_new_if_it_was_not_bought_before_the_window(shop_of, build):
    rows = [
        ("ann", "2023-01-01", "milk"),
        ("ann", "2024-03-15", "milk"),
        ("ann", "2024-03-16", "brie"),
        ("ann", "2024-03-17", "brie"),
        ("bob", "2024-03-15", "milk"),
        ("cat", "2023-01-01", "milk"),
    ]
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "product_id"])
    frame = frame.assign(
        ordered_at=pd.to_datetime(frame["ordered_at"]), amount=1.0, is_return=False
    )
    found = build(shop_of({"order_lines": frame}), days=30, names=["new_product_share"])
    assert found["new_product_share"].tolist()[:2] == [0.5, 1.0]
    assert found["new_product_share"].isna().tolist() == [False, False, True]
