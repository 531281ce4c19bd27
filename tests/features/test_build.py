"""One row per customer, from nothing but what lay before the origin."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from segtools.features.build import population, round_significant, supported
from segtools.features.catalogue import Window, registered
from segtools.features.shop import Shop
from segtools.features.views import views
from segtools.timezones import epoch, instant

ORIGIN = pd.Timestamp("2024-03-31")
# Those of orders and their lines; the others' tables have tests of their own.
PURCHASES = [f for f in registered() if f.table in ("orders", "order_lines")]
FEATURES = [f.name for f in PURCHASES]


@pytest.fixture
def busy(rng) -> pd.DataFrame:
    """400 lines of 30 customers over 200 days, half of them after the origin.

    Some lie a year and two years earlier; c00 and c30 have only one order each.
    """
    n = 400
    first = ORIGIN - pd.Timedelta(days=100)
    moments = first + pd.to_timedelta(rng.integers(0, 200 * 86_400, 300), unit="s")
    moments -= pd.to_timedelta([700] * 40 + [400] * 40 + [0] * 220, unit="D")
    single = ORIGIN - pd.to_timedelta([50, 1], unit="D")
    moments = moments[:298].append(single)
    order = np.append(rng.integers(0, 298, n - 2), [298, 299])
    who = [f"c{1 + i % 29:02d}" for i in range(298)] + ["c00", "c30"]
    amount = rng.integers(100, 5000, n) / 100
    is_return = rng.random(n) < 0.1
    return pd.DataFrame(
        {
            "customer_id": [who[i] for i in order],
            "order_id": [f"o{i}" for i in order],
            "ordered_at": moments[order],
            "product_id": rng.choice(list("pqrstu"), n),
            "category": rng.choice(["dairy", "care", "drinks"], n),
            "brand": rng.choice(["A", "B", "C"], n),
            "channel": rng.choice(["web", "store", "phone"], n),
            "quantity": rng.integers(1, 5, n).astype(float),
            "cost": np.where(is_return, -amount, amount) / 2,
            "brand_type": rng.choice(["Private", "National"], n),
            "store_id": rng.choice(["N", "S", "W"], n),
            "amount": np.where(is_return, -amount, amount),
            "discount": rng.integers(-200, 300, n).clip(0) / 100,
            "coupon_discount": rng.integers(0, 2, n) / 2,
            "is_return": is_return,
        }
    )


@pytest.fixture
def later(busy) -> pd.DataFrame:
    return busy[busy["ordered_at"] >= ORIGIN]


def changed(busy: pd.DataFrame, rows: pd.Series) -> pd.DataFrame:
    """Turn the chosen rows upside down, add as many and move some in time."""
    wild = busy[rows].assign(
        amount=99_999.0,
        is_return=False,
        category="new",
        product_id="new",
        brand="new",
        channel="web",
        cost=1.0,
        brand_type="Private",
        store_id="new",
        discount=7.0,
        coupon_discount=5.0,
    )
    more = wild.assign(
        customer_id=lambda f: f["customer_id"] + "x",
        order_id=lambda f: f["order_id"] + "x",
    )
    singles = [more.assign(customer_id=name) for name in ("c00", "c30")]
    return pd.concat([busy[~rows], wild, more, *singles])


def test_every_registered_feature_is_built(busy, shop_of, build):
    found = build(shop_of({"order_lines": busy}, country="DE"))
    assert found.columns.tolist() == ["customer_id", *FEATURES]


def test_nothing_at_or_after_the_origin_moves_any_feature(busy, shop_of, build):
    as_it_was = build(shop_of({"order_lines": busy}, country="DE"), days=90)
    future = busy["ordered_at"] >= ORIGIN
    for frame in (changed(busy, future), busy[~future]):
        found = build(shop_of({"order_lines": frame}, country="DE"), days=90)
        assert_frame_equal(found, as_it_was)


def test_an_order_at_the_very_origin_is_the_future(busy, shop_of, build):
    as_it_was = build(shop_of({"order_lines": busy}, country="DE"), days=90)
    now = busy.head(30).assign(ordered_at=ORIGIN)
    more = pd.concat([busy, now])
    found = build(shop_of({"order_lines": more}, country="DE"), days=90)
    assert_frame_equal(found, as_it_was)


def test_the_past_does_move_each_feature(busy, shop_of, build):
    # Without this the test above could pass on features that see nothing at all.
    past = busy["ordered_at"].between(ORIGIN - pd.Timedelta(days=20), ORIGIN)
    before, after = (
        build(shop_of({"order_lines": frame}, country="DE")).set_index("customer_id")
        for frame in (busy, changed(busy, past))
    )
    after = after.loc[before.index]
    assert not [name for name in FEATURES if before[name].equals(after[name])]


def test_only_features_that_say_so_know_how_long_history_is(busy, shop_of, build):
    bought = busy[~busy["is_return"]]
    short = bought[bought["ordered_at"] >= ORIGIN - pd.Timedelta(days=60)]
    whole = build(shop_of({"order_lines": bought}), days=60)
    within = build(shop_of({"order_lines": short}), days=60)
    both = whole[whole["customer_id"].isin(within["customer_id"])]
    inside = [f.name for f in PURCHASES if f.history == "window"]
    inside = [name for name in inside if name in within]
    assert_frame_equal(both[inside].reset_index(drop=True), within[inside])


def test_neither_row_nor_column_order_matters(busy, rng, shop_of, build):
    as_it_was = build(shop_of({"order_lines": busy}))
    shuffled = busy.sample(frac=1, random_state=rng)
    turned = shuffled[list(rng.permutation(busy.columns))]
    assert_frame_equal(build(shop_of({"order_lines": turned})), as_it_was)


@settings(max_examples=4, deadline=None)
@given(
    amounts=st.lists(st.integers(1, 10**6), min_size=3, max_size=12),
    factor=st.sampled_from([2, 10, 1000]),
    seed=st.integers(0, 99),
)
def test_dearer_prices_leave_counts_shares_and_rhythm_alone(
    amounts, factor, seed, shop_of, build
):
    frame = _orders(amounts, seed)
    dear = frame.assign(
        amount=frame["amount"] * factor, discount=frame["discount"] * factor
    )
    one, other = (build(shop_of({"orders": f})) for f in (frame, dear))
    money = [f.name for f in PURCHASES if f.unit == "money" and f.name in one]
    assert_frame_equal(other.drop(columns=money), one.drop(columns=money))
    assert other["spend_total"].tolist() == pytest.approx(one["spend_total"] * factor)


@settings(max_examples=4, deadline=None)
@given(
    amounts=st.lists(st.integers(-(10**6), 10**6), min_size=2, max_size=20),
    seed=st.integers(0, 99),
)
def test_sums_do_not_depend_on_the_order_of_rows(amounts, seed, shop_of, build):
    frame = _orders(amounts, seed)
    other = frame.sample(frac=1, random_state=seed)
    assert_frame_equal(
        build(shop_of({"orders": frame})), build(shop_of({"orders": other}))
    )


def _orders(cents: list[int], seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    n = len(cents)
    return pd.DataFrame(
        {
            "customer_id": rng.choice(["ann", "bob"], n),
            "ordered_at": ORIGIN - pd.to_timedelta(rng.integers(1, 10**7, n), unit="s"),
            "amount": np.array(cents) / 100,
            "discount": np.abs(cents) / 400,
            "is_return": np.array(cents) < 0,
        }
    )


def test_without_an_order_id_a_customer_has_one_order_an_instant(shop_of, build):
    frame = pd.DataFrame(
        {
            "customer_id": ["ann", "ann", "ann", "bob"],
            "ordered_at": pd.to_datetime(
                [f"2024-03-0{day} 10:00" for day in (1, 1, 2, 2)]
            ),
            "amount": [1.0, 2.0, 4.0, 8.0],
            "is_return": False,
        }
    )
    found = build(shop_of({"orders": frame}), names=["n_orders", "basket_mean"])
    assert found["n_orders"].tolist() == [2, 1]
    assert found["basket_mean"].tolist() == [3.5, 8.0]
    # The same id at two customers is two orders.
    named = frame.assign(order_id="1")
    found = build(shop_of({"orders": named}), names=["n_orders"])
    assert found["n_orders"].tolist() == [1, 1]


def test_orders_rule_money_where_lines_are_there_too(lines, shop_of, build):
    orders = pd.DataFrame(
        {
            "customer_id": ["ann", "bob"],
            "order_id": ["1", "3"],
            "ordered_at": pd.to_datetime(["2024-03-01 10:00", "2024-03-02 10:00"]),
            "amount": [80.0, 90.0],
            "is_return": False,
        }
    )
    shop = shop_of({"orders": orders, "order_lines": lines})
    found = build(shop, names=["spend_total", "n_orders", "n_categories"])
    assert found["spend_total"].tolist() == [80, 90]
    assert found["n_orders"].tolist() == [1, 1]
    assert found["n_categories"].tolist() == [2, 2]


def test_customers_without_orders_come_in_at_the_final_origin_only(
    orders, shop_of, build
):
    people = pd.DataFrame({"customer_id": ["ann", "zoe"]})
    shop = shop_of({"orders": orders, "customers": people})
    earlier = build(shop, with_customers=False)
    final = build(shop, with_customers=True)
    assert earlier["customer_id"].tolist() == ["ann", "bob", "cat"]
    assert final["customer_id"].tolist() == ["ann", "bob", "cat", "zoe"]
    assert final.set_index("customer_id").loc["zoe"].isna().all()
    assert_frame_equal(final.head(3), earlier)


def test_the_population_is_everyone_with_an_order_before_the_origin(orders, shop_of):
    people = pd.DataFrame({"customer_id": ["ann", "ann", "zoe"]})
    shop = shop_of({"orders": orders, "customers": people})

    def who(as_of: str, with_customers: bool) -> list[str]:
        origin = epoch(instant(as_of, "UTC"))
        found = population(shop, origin, with_customers=with_customers)
        return sorted(found.to_pandas()["customer_id"])

    assert who("2024-01-01T09:00", False) == []
    assert who("2024-01-01T09:00:01", False) == ["ann"]
    assert who("2024-01-31", False) == ["ann", "bob"]
    assert who("2024-01-31", True) == ["ann", "bob", "zoe"]
    assert who("2025-01-01", False) == ["ann", "bob", "cat"]


def test_each_view_is_cut_at_origin_and_window(lines, shop_of):
    shop = shop_of({"order_lines": lines})
    window = Window(epoch(instant("2024-03-20T10:00", "UTC")), 15)
    counts = {n: v.count().execute() for n, v in views(shop, window).items()}
    # From 5 March 10:00 on: ann's second order, bob's tips; not yet ann's return.
    expected = {"history": 4, "orders": 2, "ledger": 2, "returned": 0}
    assert counts.items() >= (expected | {"lines": 2, "line_history": 6}).items()
    later = Window(window.origin + 1, 15)
    counts = {n: v.count().execute() for n, v in views(shop, later).items()}
    expected = {"history": 4, "orders": 1, "ledger": 2, "returned": 1}
    assert counts.items() >= (expected | {"lines": 1, "line_history": 6}).items()


def test_unsupported_features_name_the_columns_that_they_lack(orders, shop_of):
    known, missing = supported(shop_of({"orders": orders}))
    assert {"n_orders", "spend_total", "recency_days"} <= {f.name for f in known}
    of_lines = {f.name for f in PURCHASES if f.table == "order_lines"}
    assert {name: missing[name] for name in FEATURES if name in missing} == {
        **{name: ["order_lines"] for name in of_lines},
        "coupon_share": ["orders.coupon_discount"],
        "discount_share": ["orders.discount"],
        "holiday_share": ["country"],
        "margin_share": ["orders.cost"],
        "margin_total": ["orders.cost"],
        "n_channels": ["orders.channel"],
        "n_stores": ["orders.store_id"],
        "online_share": ["orders.channel"],
        "top_channel_share": ["orders.channel"],
        "top_store_share": ["orders.store_id"],
    }


def test_a_column_that_is_empty_throughout_supports_nothing(lines, shop_of):
    empty = lines.assign(category=pd.Series([None] * len(lines), dtype="str"))
    known, missing = supported(shop_of({"order_lines": empty}), ["behaviour"])
    of_category = [n for n, lacks in missing.items() if "lines.category" in lacks]
    assert of_category == [
        "category_concentration",
        "n_categories",
        "products_per_category",
        "top_category_share",
    ]
    assert "basket_lines" in {f.name for f in known}


def test_the_shop_before_an_origin_has_no_later_row_and_everyone_described(
    lines, shop_of
):
    people = pd.DataFrame({"customer_id": ["ann"]})
    shop = shop_of({"order_lines": lines, "customers": people}, returns="separate")
    then = shop.before(epoch(instant("2024-03-02T10:00", "UTC")))
    assert isinstance(then, Shop)
    assert then.returns == "separate"
    assert then.tables["order_lines"].count().execute() == 2
    assert then.tables["customers"].count().execute() == 1


def test_ratios_are_rounded_to_nine_significant_digits():
    values = [1 / 3, 200 / 3, 1e-12 / 3, -(2 / 3), 0.0, 123456789012.0, np.inf]
    rounded = [0.333333333, 66.6666667, 3.33333333e-13, -0.666666667, 0.0]
    found = round_significant(np.array([*values, np.nan]))
    assert found[:5].tolist() == rounded
    assert found[5:7].tolist() == [123456789000.0, np.inf]
    assert np.isnan(found[7])


def test_rounding_keeps_the_index_and_is_idempotent(rng):
    values = pd.Series(rng.normal(size=50), index=range(50, 100))
    once = round_significant(values)
    assert once.index.equals(values.index)
    assert round_significant(once).equals(once)


def test_what_is_collected_is_sorted_and_rounded(orders, shop_of, build):
    backwards = orders.iloc[::-1]
    found = build(shop_of({"orders": backwards}))
    assert found["customer_id"].tolist() == ["ann", "bob", "cat"]
    numbers = found.select_dtypes("number").stack()
    assert all(len(f"{v:.15g}".replace(".", "").strip("-0")) <= 9 for v in numbers)
