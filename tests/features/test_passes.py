"""What is read together and what apart changes the time it takes, never a value."""

from __future__ import annotations

import ibis
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from segtools.features import passes as module
from segtools.features.build import features_at, supported
from segtools.features.catalogue import Window, feature, remove_feature
from segtools.features.passes import OWN_PASS, passes
from segtools.features.views import Views
from segtools.timezones import epoch, instant

ORIGIN = epoch(instant("2024-03-31", "UTC"))
RFM = {"recency_days", "n_orders", "spend_total"}


def made(shop, names, days=20):
    known = [f for f in supported(shop)[0] if f.name in names]
    return passes(Views(shop, Window(ORIGIN, days)), known)


@pytest.fixture
def columns(lines):
    return lines.assign(brand=["a", "b", None, None, "b", "c", None], quantity=1.0)


def test_a_few_features_of_orders_are_one_pass_over_them(lines, shop_of):
    one = made(shop_of({"order_lines": lines}), RFM)
    assert [set(each.values) for each in one] == [RFM]
    # A count of no rows would be 0; a sum of none is null by itself.
    assert set(one[0].counts) == {"history", "orders"}


def test_many_features_of_some_rows_read_these_alone(lines, shop_of):
    shop = shop_of({"order_lines": lines})
    orders = [f.name for f in supported(shop)[0] if f.over == "orders"]
    assert len(orders) > OWN_PASS
    enough, *_ = many = made(shop, {"recency_days", *orders[:OWN_PASS]})
    assert [set(m.values) for m in many] == [{"recency_days"}, {*orders[:OWN_PASS]}]
    assert set(enough.counts) == {"history"}
    assert many[1].counts == {}
    # One fewer, and all are of one pass again.
    assert len(made(shop, {"recency_days", *orders[: OWN_PASS - 1]})) == 1


def test_features_of_the_same_part_of_a_base_read_no_other_row(lines, shop_of):
    names = {"discounted_spend_share", "private_label_share"}
    first, both = made(shop_of({"order_lines": lines}), names, days=28)
    assert first.values == {}
    assert set(both.values) == names
    assert both.counts == {}
    # From 3 March on ann bought soap and bob gave tips; her return is not bought.
    read = both.table.select("product_id", "amount").order_by("product_id").to_pandas()
    assert read["product_id"].tolist() == ["soap", "tips"]
    assert read["amount"].tolist() == [4, 1]


@pytest.mark.parametrize("least", [1, 10_000])
@pytest.mark.parametrize("days", [5, 28, 180])
def test_values_are_the_same_however_features_are_parted(
    least, days, columns, shop_of, build, monkeypatch
):
    shop = shop_of({"order_lines": columns}, country="DE")
    usual = build(shop, "2024-03-31", days)
    monkeypatch.setattr(module, "OWN_PASS", least)
    assert_frame_equal(build(shop, "2024-03-31", days), usual)


def test_what_no_pass_can_hold_stands_by_itself(shop_of, lines, build):
    @feature("dearer", basis="own")
    def dearer(orders, window):
        return (orders.amount > orders.amount.mean().as_scalar()).sum()

    try:
        shop = shop_of({"order_lines": lines})
        found = made(shop, RFM | {"dearer"})
        assert [set(each.values) for each in found] == [RFM, {"dearer"}]
        # Orders of 8, 4, 14 and 1 have a mean of 6.75.
        frame = build(shop, names=["dearer"])
        assert frame["dearer"].tolist() == [1, 1]
    finally:
        remove_feature("dearer")


def test_orders_are_put_together_once_however_many_views_look_at_them(columns, shop_of):
    shop = shop_of({"order_lines": columns})
    known, _ = supported(shop)
    query = str(ibis.to_sql(features_at(shop, Window(ORIGIN, 20), known)))
    assert len({f.over for f in known if f.table == "orders"}) > 5
    assert query.count('AS "returned_at"') == 1
    # So are the gaps between them, which everything about rhythm looks at.
    assert query.count("LAG(") == 1


def test_unknown_products_categories_and_brands_are_none_and_no_lines_null(
    columns, shop_of, build
):
    unknown = columns.assign(
        **{
            c: columns[c].where(columns["customer_id"] == "ann")
            for c in ("product_id", "category", "brand")
        }
    )
    names = ["n_products", "n_categories", "n_brands", "n_stores", "basket_lines"]
    names += ["products_per_category", "top_category_share", "products_per_order"]
    shop = shop_of({"order_lines": unknown})
    found = build(shop, names=names).set_index("customer_id")
    # Ann has milk, brie and soap of two categories, and two of the three have a brand.
    ann = {"n_products": 3, "n_categories": 2, "n_brands": 2, "n_stores": 2}
    assert found.loc["ann", list(ann)].to_dict() == ann
    assert found.loc["ann", "products_per_category"] == 1.5
    # Bob's three lines of two orders are of nothing that is known.
    bob = {"n_products": 0, "n_categories": 0, "n_brands": 0, "n_stores": 1}
    bob |= {"basket_lines": 1.5, "products_per_order": 0}
    assert found.loc["bob", list(bob)].to_dict() == bob
    assert (
        found.loc["bob", ["products_per_category", "top_category_share"]].isna().all()
    )
    # In the last 10 days nobody bought a line: not even none is known.
    assert build(shop, days=10, names=names)[names].isna().all(axis=None)


def test_orders_at_one_instant_are_no_time_apart(shop_of, build):
    at = pd.to_datetime(["2024-03-01"] * 2 + ["2024-03-05"] * 2 + ["2024-03-06"])
    frame = pd.DataFrame(
        {
            "customer_id": ["ann"] * 4 + ["bob"],
            "order_id": list("abcde"),
            "ordered_at": at,
            "amount": 1.0,
            "is_return": False,
        }
    )
    shop = shop_of({"orders": frame})
    names = ["longest_gap_days", "interval_variation", "cycle_days", "gap_cycles"]
    long = build(shop, days=60, names=names).set_index("customer_id")
    # Gaps of 0, 4 and 0 days: a mean of 4/3 and a spread of its root of two.
    assert long.loc["ann", "longest_gap_days"] == 4
    assert long.loc["ann", "interval_variation"] == pytest.approx(2**0.5)
    assert long.loc["bob", names[:2]].isna().all()
    # Two moments are no cycle of her own; everyone's is her own 4 days between them.
    assert long["cycle_days"].tolist() == [4, 4]
    assert long["gap_cycles"].tolist()[0] == 1
    # From the 4th on only the later two are seen: with the first no gap is in there.
    short = build(shop, days=27, names=names).set_index("customer_id")
    assert short.loc["ann", "longest_gap_days"] == 0
