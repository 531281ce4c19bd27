"""A feature that cheats is caught; honest ones, ours among them, pass."""

from __future__ import annotations

import ibis
import numpy as np
import pandas as pd
import pytest

from segtools.features import views
from segtools.features.build import supported
from segtools.features.catalogue import LOOKS, Window, feature, remove_feature
from segtools.features.leakage import _refuse_moving, check_leakage
from segtools.features.views import Part, view
from segtools.schema import ConfigError

ORIGIN = pd.Timestamp("2024-03-31")
WINDOW = Window(int(ORIGIN.timestamp()), 60)


@pytest.fixture
def own():
    """Register a feature of one's own, gone again after the test."""
    names = []

    def register(name, function, **more):
        names.append(name)
        return feature(name, basis="own", **more)(function)

    yield register
    for name in names:
        remove_feature(name)


@pytest.fixture
def own_view():
    """Register a view of one's own, gone again after the test."""
    names = []

    def register(name, function, **more):
        names.append(name)
        return view(name, table="orders", **more)(function)

    yield register
    for name in names:
        for known in (LOOKS, views._BUILDERS, views._LACKS):
            known.pop(name)


@pytest.fixture
def market_place(rng, shop_of):
    """500 orders with 900 lines of 60 customers in 200 days up to the origin."""
    n = 900
    order = rng.integers(0, 500, n)
    ago = pd.to_timedelta(rng.integers(1, 200 * 86_400, 500), unit="s")
    back = rng.random(n) < 0.1
    amount = rng.integers(100, 5000, n) / 100
    lines = pd.DataFrame(
        {
            "customer_id": [f"c{i % 60:02d}" for i in order],
            "order_id": [f"o{i}" for i in order],
            "ordered_at": (ORIGIN - ago)[order],
            "product_id": rng.choice(list("pqrstu"), n),
            "category": rng.choice(["dairy", "care", "drinks"], n),
            "brand": rng.choice(["A", "B"], n),
            "brand_type": rng.choice(["Private", "National"], n),
            "channel": rng.choice(["web", "store"], n),
            "store_id": rng.choice(["N", "S", "W"], n),
            "amount": np.where(back, -amount, amount),
            "discount": rng.integers(0, 300, n) / 100,
            "coupon_discount": rng.integers(0, 2, n) / 2,
            "is_return": back,
        }
    )
    people = pd.DataFrame({"customer_id": lines["customer_id"].unique(), "region": "N"})
    events = lines[["customer_id", "ordered_at", "channel"]].head(400)
    events = events.rename(columns={"ordered_at": "occurred_at"})
    names = ["view_item", "add_to_cart", "ticket_opened", "chat_started"]
    events = events.assign(event=rng.choice(names, 400))
    return shop_of({"order_lines": lines, "customers": people, "events": events})


def test_an_honest_feature_passes(own, market_place):
    own("late_share", lambda orders, window: (orders.local_hour > 20).mean())
    own("first_days", lambda h, w: (w.origin - h.second.min()) / 86_400, over="history")
    own("above", lambda o, w: (o.amount > o.amount.mean().as_scalar()).mean())
    found = check_leakage(None, market_place, WINDOW)
    assert found == ["above", "first_days", "late_share"]


def test_a_feature_that_closes_over_a_raw_table_is_caught(own, market_place):
    raw = market_place.tables["order_lines"]
    own("cheat", lambda orders, window: raw.amount.sum().as_scalar() + orders.count())
    sentence = (
        r"^feature 'cheat' must aggregate the view that it is given, but it reads"
    )
    with pytest.raises(ConfigError, match=sentence):
        check_leakage(None, market_place, WINDOW)


def test_a_feature_that_ignores_its_view_is_caught(own, market_place):
    raw = ibis.table({"spent": "float64"}, name="later")
    own("cheat", lambda orders, window: raw.spent.max())
    with pytest.raises(ConfigError, match="reads the table 'later' besides"):
        check_leakage("cheat", market_place, WINDOW)


def test_a_view_that_closes_over_a_raw_table_is_caught(own, own_view, market_place):
    raw = market_place.tables["order_lines"]
    own_view("whole", lambda at: Part("whole", raw), looks="all")
    own("cheat", lambda whole, window: whole.amount.sum(), over="whole")
    with pytest.raises(ConfigError, match="feature 'cheat' must aggregate the view"):
        check_leakage(None, market_place, WINDOW)


def test_a_view_that_says_window_and_sees_all_is_caught(own, own_view, market_place):
    own_view("wide", lambda at: Part("wide", at.shop.orders()))
    own("cheat", lambda wide, window: wide.count(), over="wide")
    sentence = (
        r"^feature 'cheat' must not see rows from before the window, but for customer "
        r"'c\d\d' it is \d+\.0 and, with other such rows, \d+\.0\. Cut what its view"
    )
    with pytest.raises(ConfigError, match=sentence):
        check_leakage(None, market_place, WINDOW)


def test_the_same_view_passes_where_it_says_how_far_it_looks(
    own, own_view, market_place
):
    own_view("wide", lambda at: Part("wide", at.shop.orders()), looks="all")
    own("honest", lambda wide, window: wide.count(), over="wide")
    assert check_leakage(None, market_place, WINDOW) == ["honest"]


def test_a_feature_that_computes_by_itself_is_refused(own, market_place):
    own("eager", lambda orders, window: ibis.literal(int(orders.count().execute())))
    with pytest.raises(ConfigError, match="without computing anything, but it fails"):
        check_leakage(None, market_place, WINDOW)


def test_without_own_features_nothing_is_computed(market_place):
    assert check_leakage(None, None, WINDOW) == []


def test_an_unknown_name_gets_a_guess(market_place):
    with pytest.raises(ConfigError, match="Did you mean 'n_orders'"):
        check_leakage("n_order", market_place, WINDOW)


def test_none_of_ours_leaks(market_place):
    features, _ = supported(market_place)
    assert len(features) > 40
    _refuse_moving(features, market_place, WINDOW)  # all in one pass
