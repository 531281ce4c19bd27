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
