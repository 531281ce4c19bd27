"""A Shopify query selects the customers of the segment, or is refused."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_models import WHOLE_DAYS, cut_trees, model_of_tree

from destinations.shopify_reader import Customer, Query
from segtools.destinations.shopify_query import shopify_query, tag_query
from segtools.features.build import collect, features_at, supported
from segtools.features.catalogue import Window
from segtools.schema import ConfigError
from segtools.segmentation.segment_rules import (
    Condition,
    SegmentRule,
    everyone_once,
    segment_rules,
)
from segtools.timezones import epoch, instant

AS_OF, DAYS = "2024-03-01", 60
ASKED = {"as_of": AS_OF, "timezone": "UTC", "window_days": DAYS}


class Store:
    """Customers as features tell of them, and as a store knows them."""

    def __init__(self, features: pd.DataFrame, customers: dict[str, Customer]):
        self.features, self.customers = features, customers


@pytest.fixture(scope="module")
def store(shop_of) -> Store:
    """Customers with their orders, as a store knows them and as features tell them."""
    rng = np.random.default_rng(8)
    today = pd.Timestamp(AS_OF)
    rows = []
    for number in range(160):
        for _ in range(rng.integers(0, 9) if number % 8 else 0):
            # Many at midnight, where a day ends, and one on the window's own edge.
            day = today - pd.Timedelta(days=int(rng.integers(1, 130)))
            clock = rng.choice([0, 0, 1, 86_399, int(rng.integers(86_400))])
            at = day + pd.Timedelta(seconds=int(clock))
            rows.append((f"c{number:03d}", at, float(rng.integers(1, 20_000)) / 100))
    orders = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "amount"])
    orders = orders.assign(is_return=False, order_id=[f"o{i}" for i in orders.index])
    people = pd.DataFrame({"customer_id": [f"c{n:03d}" for n in range(160)]})
    shop = shop_of({"orders": orders, "customers": people})
    window = Window(epoch(instant(AS_OF, "UTC")), DAYS)
    known = supported(shop)[0]
    built = collect(features_at(shop, window, known, with_customers=True))
    customers = {c: Customer([]) for c in people["customer_id"]}
    for row in orders.itertuples():
        bought = row.ordered_at.date(), Decimal(str(row.amount))
        customers[row.customer_id].orders.append(bought)
    return Store(built.set_index("customer_id"), customers)


def chosen(store: Store, rule: SegmentRule, **asked) -> tuple[list[str], list[str]]:
    """Give whom the query selects in the store, and whom the rule selects."""
    query = shopify_query(rule, **(ASKED | asked))
    reader = Query(query.text, pd.Timestamp(AS_OF).date())
    theirs = sorted(c for c, own in store.customers.items() if reader.selects(own))
    own = rule.select(store.features)
    return theirs, sorted(own.index[own])


def test_the_store_has_what_could_go_wrong(store):
    features = store.features
    assert features["recency_days"].isna().sum() >= 20
    assert (features["recency_days"] % 1 == 0).sum() >= 10
    assert (features["n_orders"] == 0).sum() >= 5
    assert features["n_orders"].isna().equals(features["recency_days"].isna())


@settings(max_examples=150)
@given(cut_trees(["recency_days", "n_orders", "orders_lifetime"], WHOLE_DAYS))
def test_every_segment_is_the_same_in_the_store(store, tree):
    features = store.features
    model = model_of_tree(*tree)
    rules = segment_rules(model)
    assigned = model.assign(features.reset_index()).set_index("customer_id")
    assert everyone_once(rules, features).tolist() == assigned["segment_id"].tolist()
    for rule in rules:
        if not rule.boxes or () in rule.boxes:
            with pytest.raises(ConfigError):
                shopify_query(rule, **ASKED)
            continue
        try:
            theirs, ours = chosen(store, rule)
        except ConfigError:  # fewer than no orders, or any number of them
            assert rule.select(features).nunique() == 1
            continue
        assert theirs == ours


@pytest.mark.parametrize("missing", [False, True])
@pytest.mark.parametrize("ends", [(None, 3.0), (1.0, None), (1.0, 4.0), (None, None)])
@pytest.mark.parametrize("name", sorted(WHOLE_DAYS))
def test_one_condition_says_who_never_ordered(store, name, ends, missing):
    rule = SegmentRule("S1", "x", ((Condition(name, *ends, missing=missing),),))
    if missing and ends == (None, None):
        with pytest.raises(ConfigError, match="everybody is in"):
            shopify_query(rule, **ASKED)
        return
    theirs, ours = chosen(store, rule)
    assert theirs == ours
    never = store.features.index[store.features["recency_days"].isna()]
    assert set(never) <= set(theirs) if missing else not set(never) & set(theirs)


@settings(max_examples=60)
@given(
    st.sampled_from([None, -5.0, 0.0, 12.34, 60.0]),
    st.sampled_from([None, -1.0, 0.0, 60.0, 150.25]),
    st.booleans(),
)
def test_spend_is_written_where_it_is_allowed(store, above, up_to, missing):
    condition = Condition("spend_total", above, up_to, missing=missing)
    rule = SegmentRule("S1", "spend", ((condition,),))
    if condition.anything or condition.empty:
        return
    theirs, ours = chosen(store, rule, approximate=["spend_total"])
    assert theirs == ours
    query = shopify_query(rule, **ASKED, approximate=["spend_total"])
    assert not query.exact
    assert any("shipping" in note for note in query.notes)


def test_the_text_is_what_the_documentation_asks_for():
    new = Condition("recency_days", up_to=30.0)
    some = Condition("orders_lifetime", above=1.0, up_to=4.5)
    late = Condition("recency_days", above=90.0)
    busy = Condition("n_orders", above=1.5, up_to=6.0)
    rule = SegmentRule("S1", "x", ((new, some), (late, busy)))
    query = shopify_query(rule, **ASKED)
    assert query.text == (
        "(last_order_date >= -30d AND number_of_orders BETWEEN 2 AND 4) OR "
        "(last_order_date < -90d AND orders_placed MATCHES (date >= -60d, count >= 2) "
        "AND orders_placed NOT MATCHES (date >= -60d, count >= 7))"
    )
    assert query.exact
    assert "every day" in query.notes[0]


def test_who_never_ordered_is_said_to_be_in_or_out():
    low = Condition("n_orders", up_to=2.0)
    out = shopify_query(SegmentRule("S1", "x", ((low,),)), **ASKED).text
    assert out == (
        "orders_placed NOT MATCHES (date >= -60d, count >= 3) AND "
        "last_order_date IS NOT NULL"
    )
    never = Condition("recency_days", known=False, missing=True)
    query = shopify_query(SegmentRule("S1", "x", ((never,),)), **ASKED)
    assert query.text == "last_order_date IS NULL"


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (Condition("recency_days", up_to=30.5), "whole days, but a bound .* is 30.5"),
        (Condition("weekend_share", up_to=0.5), "for which Shopify has no attribute"),
        (Condition("spend_total", above=100.0), "without shipping and less returns"),
        (Condition("n_orders", up_to=-1.0), "nobody is in 'x'"),
        (Condition("n_orders", above=-1.0, missing=True), "everybody is in 'x'"),
    ],
)
def test_what_the_language_cannot_say_is_refused(condition, words):
    with pytest.raises(ConfigError, match=words):
        shopify_query(SegmentRule("S1", "x", ((condition,),)), **ASKED)


def test_a_day_that_begins_at_noon_is_refused():
    rule = SegmentRule("S1", "x", ((Condition("recency_days", up_to=30.0),),))
    with pytest.raises(ConfigError, match="midnight of the store"):
        shopify_query(rule, as_of="2024-03-01T12:00", timezone="UTC", window_days=9)


def test_a_clock_that_was_changed_is_told_of():
    rule = SegmentRule("S1", "x", ((Condition("recency_days", up_to=30.0),),))
    berlin = {"timezone": "Europe/Berlin", "window_days": 9}
    query = shopify_query(rule, as_of="2024-04-15", **berlin)
    assert not query.exact
    assert "clock was changed since 30 days before 2024-04-15" in query.notes[-1]
    assert shopify_query(rule, as_of="2024-03-15", **berlin).exact


@pytest.mark.parametrize("tag", ["it's", "a,b", "", "a\nb", "a\\"])
def test_a_tag_that_could_select_others_is_refused(tag):
    with pytest.raises(ConfigError, match="one line without apostrophe"):
        tag_query(tag)


def test_a_tag_selects_who_has_it_in_whatever_case():
    query = Query(tag_query("seg:Champions"), pd.Timestamp(AS_OF).date())
    assert query.selects(Customer([], frozenset({"SEG:CHAMPIONS"})))
    assert not query.selects(Customer([], frozenset({"seg:champions 2"})))


def test_the_reader_itself_knows_of_nothing_and_of_both_ends():
    """What the other tests rest on, worked out by hand."""
    today = pd.Timestamp("2024-03-01").date()
    nobody = Customer([])
    once = Customer([(pd.Timestamp("2024-02-20").date(), Decimal("9.5"))])
    cases = {
        "last_order_date < -9d": (False, True),
        "last_order_date != -9d": (True, True),
        "last_order_date BETWEEN -10d AND -10d": (False, True),
        "number_of_orders BETWEEN 0 AND 1": (True, True),
        "orders_placed NOT MATCHES (date >= -9d)": (True, True),
        "orders_placed MATCHES (date >= -10d, sum_amount > 9.4)": (False, True),
        "number_of_orders = 1 OR number_of_orders = 0 AND amount_spent > 1": (
            False,
            True,
        ),
    }
    for text, expected in cases.items():
        query = Query(text, today)
        assert (query.selects(nobody), query.selects(once)) == expected, text
    for wrong in ("orders_placed MATCHES (date > -9d, date < -1d)", "a = 1e5"):
        with pytest.raises(AssertionError):
            Query(wrong, today)
