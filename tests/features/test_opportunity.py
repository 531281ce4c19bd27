"""Opportunity: what peers buy, by hand and against a table of all categories."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pandas.testing import assert_frame_equal

NAMES = ["category_gap", "opportunity_spend"]


def bought(rows: list[tuple[str, str, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customer_id", "category", "amount"])
    day = pd.Timestamp("2024-03-01 10:00")
    return frame.assign(ordered_at=day, product_id="p", is_return=False)


PEERS = [
    ("ann", "dairy", 6.0),
    ("ann", "care", 4.0),
    ("bob", "dairy", 10.0),
    ("cat", "dairy", 5.0),
    ("cat", "care", 5.0),
    ("dan", "drinks", 10.0),
    ("eve", "tea", 1000.0),
]


def test_gaps_to_peers_equal_what_paper_says(shop_of, build):
    found = build(shop_of({"order_lines": bought(PEERS)}), names=NAMES)
    # Four spend 10 each, together 21 on dairy, 9 on care, 10 on drinks: of 10 that is
    # 5.25, 2.25 and 2.5. Three of four buy dairy, two care: only dairy is usual.
    by_hand = pd.DataFrame(
        {
            "customer_id": ["ann", "bob", "cat", "dan", "eve"],
            "category_gap": [0.0, 0.0, 0.0, 1.0, 0.0],
            "opportunity_spend": [2.5, 4.75, 2.75, 7.5, 0.0],
        }
    )
    assert_frame_equal(found, by_hand)


def test_who_spent_nothing_has_no_peers(shop_of, build):
    frame = bought([*PEERS, ("fay", "dairy", 0.0)])
    found = build(shop_of({"order_lines": frame}), names=NAMES).set_index("customer_id")
    assert found.loc["fay"].isna().all()
    assert found.loc["dan"].tolist() == [1.0, 7.5]


def test_equal_customers_have_equal_gaps(shop_of, build):
    twins = [(f"{who} again", category, money) for who, category, money in PEERS]
    frame = bought([*PEERS, *twins])
    found = build(shop_of({"order_lines": frame}), names=NAMES)
    again = found["customer_id"].str.endswith("again")
    one, other = (found[m].reset_index(drop=True)[NAMES] for m in (~again, again))
    assert_frame_equal(one, other)


def test_gaps_are_those_of_the_whole_table_of_customers_and_categories(
    rng, shop_of, build
):
    n = 600
    frame = bought(
        [
            (f"c{rng.integers(0, 60):02d}", f"k{rng.integers(0, 8)}", float(money))
            for money in rng.integers(1, 50, n)
        ]
    )
    found = build(shop_of({"order_lines": frame}), names=NAMES)
    spend = frame.pivot_table("amount", "customer_id", "category", "sum", fill_value=0)
    total = spend.sum(axis=1)
    decile = (10 * (total.rank(method="min") - 1)) // len(total)
    by_decile = spend.groupby(decile).sum()
    share = by_decile.div(by_decile.sum(axis=1), axis=0).loc[decile].to_numpy()
    short = np.clip(share * total.to_numpy()[:, None] - spend.to_numpy(), 0, None)
    usual = (spend > 0).groupby(decile).mean().loc[decile].to_numpy() > 0.5
    assert found["category_gap"].tolist() == (usual & (spend == 0)).sum(axis=1).tolist()
    np.testing.assert_allclose(found["opportunity_spend"], short.sum(axis=1), atol=1e-6)
