"""Every statement can be recomputed, and none is made of chance."""

import operator
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from segtools.attributes import attribute_kind
from segtools.profiles import statements as module
from segtools.profiles.bought import category_claims
from segtools.profiles.claim import MIN_CUSTOMERS, Claim, nice
from segtools.profiles.feature_claims import COMPARE as OURS
from segtools.profiles.feature_claims import feature_claims
from segtools.profiles.levels import attribute_claims
from segtools.profiles.phrases import PHRASES, sentence, written
from segtools.profiles.profile import Segmented
from segtools.profiles.statements import MIN_DIFFERENCE, MIN_SHARE, evidence
from segtools.profiles.topics import ASPECTS, TOPICS

from .conftest import segments_of

COMPARE = {"ge": operator.ge, "le": operator.le}


@pytest.fixture(scope="module")
def found(planted):
    return evidence(planted, "EUR")


@pytest.fixture(scope="module")
def recomputed(market, window_lines, people):
    """Recompute a statement from its tables alone: holders, and those it is about."""
    tables = {
        "features": market.features.set_index("customer_id"),
        "customers": people,
        "order_lines": window_lines[~window_lines["is_return"]],
    }

    def holders_of(computation, members):
        column, op, value = (computation[k] for k in ("column", "op", "value"))
        table = tables[computation["table"]]
        if op == "bought":
            buyers = table.loc[table[column] == value, "customer_id"]
            asked = set(members)
            if computation.get("of") == "known":
                asked &= set(table.loc[table[column].notna(), "customer_id"])
            return len(set(buyers) & asked), len(asked)
        known = table[column].reindex(members).dropna()
        if op == "eq":
            return int((known.map(str) == value).sum()), len(known)
        return int(COMPARE[op](known, value).sum()), len(known)

    return holders_of


def claim(holders=30, n=50, base_holders=80, base_n=200, segment="S01", **more):
    known = {"topic": "habit", "text": "Do this", "computation": {}} | more
    return Claim(
        segment_id=segment,
        holders=holders,
        n=n,
        base_holders=base_holders,
        base_n=base_n,
        **known,
    )


def test_every_statement_can_be_recomputed_from_its_computation(
    found, planted, recomputed
):
    claims = [c for own in found.values() for c in own]
    assert {c.computation["op"] for c in claims} >= {"ge", "le", "bought"}
    for one in claims:
        members = planted.members.index[planted.members == one.segment_id]
        told = one.record(1)
        holders, n = recomputed(one.computation, members)
        assert (holders / n, n) == (pytest.approx(told["share"]), told["n"])
        everyone = recomputed(one.computation, planted.members.index)
        assert everyone[0] / everyone[1] == pytest.approx(told["base_share"])


def test_attributes_can_be_recomputed_too(market, people, segmented, recomputed):
    region = people["region"].reindex(market.features["customer_id"])
    data = segmented(np.where(region == "North", "S01", "S02"))
    own = [c for c in evidence(data, "")["S01"] if c.computation["op"] == "eq"]
    north = [c for c in own if c.text == "Region: North"]
    assert len(north) == 1
    members = data.members.index[data.members == "S01"]
    assert recomputed(north[0].computation, members) == (
        north[0].holders,
        north[0].n,
    )


def test_planted_differences_are_stated(found):
    assert set(found) == {"S01", "S02", "S03", "S04"}
    said = {c.computation["column"] for own in found.values() for c in own}
    assert {"weekend_share", "basket_lines", "category"} <= said


def test_a_statement_holds_for_enough_and_for_more_than_elsewhere(found):
    for own in found.values():
        for one in own:
            assert one.n >= MIN_CUSTOMERS
            assert one.share >= MIN_SHARE
            assert one.share - one.base_share >= MIN_DIFFERENCE
            assert one.p_value <= 0.05


def test_the_most_telling_statement_comes_first(found):
    for own in found.values():
        gaps = [c.share - c.base_share for c in own]
        assert gaps == sorted(gaps, reverse=True)


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_random_segments_are_said_nothing_about(seed, market, segmented):
    chance = np.random.default_rng(seed)
    data = segmented(chance.choice(["S01", "S02", "S03"], len(market.features)))
    assert evidence(data, "EUR") == {}


def test_fewer_than_ten_customers_are_said_nothing_about(market, segmented):
    spent = market.features["spend_total"].fillna(0).rank(method="first")
    for few, says in ((9, False), (10, True)):
        data = segmented(np.where(spent > len(spent) - few, "S01", "S02"))
        assert ("S01" in evidence(data, "EUR")) is says


def test_nothing_protected_is_ever_stated_even_about_segments_made_of_it(
    market, people, segmented
):
    for column in ("gender", "age_band"):
        kind = people[column].reindex(market.features["customer_id"])
        data = segmented(np.where(kind == kind.mode()[0], "S01", "S02"))
        for own in evidence(data, "").values():
            for one in own:
                assert attribute_kind(one.computation["column"]) not in (
                    "protected",
                    "contact",
                    "consent",
                )
                assert column.replace("_", " ") not in one.text.lower()


def test_one_segment_of_everyone_is_said_nothing_about(market, segmented):
    assert evidence(segmented(["S01"] * len(market.features)), "EUR") == {}


# One claim by hand


def test_the_p_value_is_twice_the_tail_of_the_deal_by_hand():
    # Of 10 customers 4 hold; a segment of 3 has 3 of them in 4 of 120 deals.
    dealt = claim(holders=3, n=3, base_holders=4, base_n=10)
    assert dealt.p_value == pytest.approx(2 * 4 / 120)
    # None of the 4: 20 of 120 deals, the other tail.
    none = claim(holders=0, n=3, base_holders=4, base_n=10)
    assert none.p_value == pytest.approx(2 * 20 / 120)


def test_the_p_value_is_twice_the_one_sided_one_of_fisher():
    table = [[30, 20], [50, 100]]
    expected = stats.fisher_exact(table, alternative="greater").pvalue
    assert claim().p_value == pytest.approx(2 * expected)


@pytest.mark.parametrize(
    "same",
    [
        {"base_holders": 0, "holders": 0},
        {"base_holders": 200, "holders": 50},
        {"n": 200, "base_n": 200},
        {"holders": 20},
    ],
)
def test_where_nothing_differs_the_p_value_is_one(same):
    assert claim(**same).p_value == pytest.approx(1.0)


def test_the_interval_is_wilsons_by_hand():
    told = claim().record(7)
    z, p, n = stats.norm.ppf(0.975), 0.6, 50
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    assert (told["low"], told["high"]) == pytest.approx((centre - half, centre + half))
    assert told["id"] == "S01-07"
    assert told["kind"] == "evidence"
    assert told["base_share"] == 0.4


def crafted(monkeypatch, claims):
    """Let evidence judge these claims and no others."""
    monkeypatch.setattr(module, "feature_claims", lambda data, currency: claims)
    monkeypatch.setattr(module, "category_claims", lambda data: [])
    others = ("stage", "channel", "attribute", "event", "answer")
    for other in (f"{name}_claims" for name in others):
        monkeypatch.setattr(module, other, lambda data: [])
    return evidence(None, "").get("S01", [])


def test_false_discoveries_are_controlled_over_all_claims_of_the_run(monkeypatch):
    # p = 0.02: enough alone, not as the best of twenty.
    near = claim(holders=27, n=50, base_holders=75, base_n=200)
    assert near.p_value < 0.05
    dull = [claim(holders=20, n=50, base_holders=80, base_n=200) for _ in range(19)]
    assert crafted(monkeypatch, [near]) == [near]
    assert crafted(monkeypatch, [near, *dull]) == []


def test_small_groups_do_not_count_among_the_claims(monkeypatch):
    near = claim(holders=27, n=50, base_holders=75, base_n=200)
    tiny = [claim(holders=4, n=9, base_holders=80, base_n=200) for _ in range(50)]
    assert crafted(monkeypatch, [near, *tiny]) == [near]
    assert crafted(monkeypatch, tiny) == []


@pytest.mark.parametrize(
    ("one", "stands"),
    [
        (claim(holders=2900, n=10000, base_holders=3000, base_n=20000), False),
        (claim(holders=3000, n=10000, base_holders=3100, base_n=20000), True),
        (claim(holders=5799, n=10000, base_holders=10000, base_n=20000), False),
        (claim(holders=5801, n=10000, base_holders=10000, base_n=20000), True),
        (claim(holders=3000, n=10000, base_holders=10000, base_n=20000), False),
    ],
)
def test_a_difference_must_be_large_as_well_as_certain(monkeypatch, one, stands):
    assert one.p_value < 0.001
    assert (crafted(monkeypatch, [one]) == [one]) is stands


# Texts


@given(st.floats(-1e6, 1e6))
def test_a_nice_value_has_two_digits_and_lies_near(value):
    rounded = nice(value)
    assert rounded == nice(rounded)
    assert abs(rounded - value) <= 0.05 * abs(value) + 1e-300


@given(
    st.sampled_from(["share", "money", "days", "orders", ""]),
    st.floats(0, 1e6).map(nice),
)
def test_the_text_says_exactly_the_value_that_is_computed(unit, value):
    value = min(value, 1.0) if unit == "share" else value
    shown = written(value, unit, "EUR")
    number = re.sub(r"[^0-9.e+-]", "", shown.removesuffix("EUR"))
    factor = 100 if unit == "share" else 1
    assert float(number) == pytest.approx(factor * value, rel=1e-9)
    assert shown.endswith("%") == (unit == "share")
    assert shown.endswith("EUR") == (unit == "money")


def test_texts_of_features_say_what_is_compared(planted):
    texts = {
        (c.computation["column"], c.computation["op"]): c.text
        for c in feature_claims(planted, "EUR")
    }
    entries = {e["name"] for e in planted.catalogue if e["role"] == "segmentation"}
    assert {column for column, _ in texts} >= entries
    assert re.fullmatch(
        r"Ordered [\d.]+ times or more in 90 days", texts["n_orders", "ge"]
    )
    assert re.fullmatch(
        r"Spent [\d.\s]+ EUR or less in 90 days", texts["spend_total", "le"]
    )
    assert re.fullmatch(
        r"Place [\d.]+\s% or more of their orders at the weekend",
        texts["weekend_share", "ge"],
    )


def test_a_feature_of_an_analyst_is_stated_by_its_label(planted):
    own = {
        "name": "x",
        "label": "Own <b>feature</b>",
        "unit": "",
        "basis": "mine",
        "role": "segmentation",
    }
    frame = planted.features.assign(x=np.arange(len(planted.features)) / 10)
    data = replace(planted, features=frame, catalogue=[own])
    texts = {c.text for c in feature_claims(data, "")}
    assert "Own <b>feature</b>: 37 or more" in texts
    assert {c.topic for c in feature_claims(data, "")} == {"trait"}


@pytest.mark.parametrize(
    ("column", "op", "topic"),
    [
        ("overdue_ratio", "ge", "pain"),
        ("overdue_ratio", "le", "habit"),
        ("trend_ratio", "le", "pain"),
        ("weekend_share", "ge", "habit"),
        ("discount_share", "ge", "value"),
        ("n_stores", "le", "habit"),
    ],
)
def test_each_statement_has_its_topic(planted, column, op, topic):
    topics = {
        (c.computation["column"], c.computation["op"]): c.topic
        for c in feature_claims(planted, "EUR")
    }
    assert topics[column, op] == topic


def test_descriptors_make_no_feature_claims(planted):
    columns = {c.computation["column"] for c in feature_claims(planted, "")}
    assert not columns & {"region", "age_band", "gender"}


@pytest.mark.parametrize(
    "name", ["<script>x</script>", "=cmd|' /C'!A0", "$x_1$", "a\nb"]
)
def test_hostile_categories_and_levels_pass_through_as_data(shop_of, by_hand, name):
    lines = pd.DataFrame(
        {
            "customer_id": ["ann", "bob"],
            "order_id": ["1", "2"],
            "ordered_at": pd.to_datetime(["2024-02-01", "2024-02-02"]),
            "product_id": ["p", "p"],
            "amount": [1.0, 2.0],
            "is_return": [False, False],
            "category": [name, "plain"],
        }
    )
    people = pd.DataFrame({"customer_id": ["ann", "bob"], "club": [name, "none"]})
    data = Segmented(
        shop_of({"order_lines": lines, "customers": people}),
        by_hand.window,
        by_hand.features,
        segments_of(["ann", "bob"], ["S01", "S02"]),
        [],
        smallest_cell=1,
    )
    bought = {c.text: c.computation["value"] for c in category_claims(data)}
    line = " ".join(name.split("\n"))  # a card's line stays one
    assert bought[f"Bought {line}"] == name
    levels = {c.text: c.computation["value"] for c in attribute_claims(data)}
    assert levels[f"Club: {line}"] == name


def test_comparisons_include_their_value():
    column = pd.Series([1.0, 2.0])
    assert OURS["ge"](column, 2.0).tolist() == [False, True]
    assert OURS["le"](column, 1.0).tolist() == [True, False]


def test_every_phrase_speaks_of_its_value_and_belongs_somewhere():
    for name, phrase in PHRASES.items():
        for op in ("ge", "le"):
            entry = {"name": name, "unit": "", "label": name}
            assert "37" in sentence(entry, op, 37.0, 90, "EUR")
        for place in (phrase.more_is, phrase.less_is):
            topic, _, aspect = place.partition(":")
            assert topic in ("", *TOPICS)
            assert aspect in ("", *ASPECTS)


@pytest.mark.parametrize(
    ("name", "unit", "op", "value", "text"),
    [
        ("morning_share", "share", "le", 0.0, "Place none of their orders before noon"),
        ("coupon_share", "share", "le", 0.0, "Use a coupon in none of their orders"),
        ("discount_share", "share", "le", 0.0, "Save nothing through discounts"),
        (
            "weekend_share",
            "share",
            "ge",
            1.0,
            "Place all of their orders at the weekend",
        ),
        ("n_stores", "stores", "le", 1.0, "Use 1 store or less"),
        ("n_categories", "categories", "ge", 1.0, "Buy from 1 category or more"),
        ("n_stores", "stores", "le", 11.0, "Use 11 stores or less"),
        ("n_returns", "returns", "ge", 1.0, "Sent goods back at least once in 90 days"),
        (
            "cycles_since_last",
            "cycles",
            "le",
            1.0,
            "Ordered within the last 1 cycle of their own",
        ),
        (
            "cycles_since_last",
            "cycles",
            "le",
            2.5,
            "Ordered within the last 2.5 of their own cycles",
        ),
    ],
)
def test_none_all_and_one_are_said_as_people_say_them(name, unit, op, value, text):
    entry = {"name": name, "unit": unit, "label": name}
    assert sentence(entry, op, value, 90, "EUR") == text


def test_descriptors_are_spoken_of_only_where_they_have_a_phrase(planted):
    columns = {c.computation["column"] for c in feature_claims(planted, "")}
    building = {e["name"] for e in planted.catalogue if e["role"] == "segmentation"}
    assert columns - building <= set(PHRASES)


def test_a_protected_attribute_that_builds_segments_is_not_spoken_of(planted):
    entry = {"unit": "", "basis": "attributes", "role": "segmentation"}
    entries = [
        entry | {"name": f"attribute_{x}", "label": x} for x in ("age", "employees")
    ]
    frame = planted.features[["customer_id"]].assign(
        attribute_age=np.arange(500), attribute_employees=np.arange(500)
    )
    data = replace(planted, features=frame, catalogue=entries)
    said = {c.computation["column"] for c in feature_claims(data, "")}
    assert said == {"attribute_employees"}


def test_a_feature_says_nothing_of_fewer_customers_than_may_be_shown(planted):
    holds = np.zeros(500)
    holds[planted.segments["segment_id"].eq("S01").to_numpy().nonzero()[0][:9]] = 1
    holds[planted.segments["segment_id"].eq("S02").to_numpy().nonzero()[0][:60]] = 1
    holds[planted.segments["segment_id"].eq("S03").to_numpy().nonzero()[0][:50]] = 1
    holds[planted.segments["segment_id"].eq("S04").to_numpy().nonzero()[0][:50]] = 1
    entry = {"name": "x", "label": "X", "unit": "", "basis": "", "role": "segmentation"}
    frame = planted.features[["customer_id"]].assign(x=holds)
    claims = feature_claims(replace(planted, features=frame, catalogue=[entry]), "")
    # Nine are hidden, and one more, or the nine were the difference to everyone.
    assert {c.segment_id for c in claims if c.computation["op"] == "ge"} <= {
        "S02",
        "S03",
        "S04",
    }
    assert all(c.holders >= 10 for c in claims)
    assert len({c.segment_id for c in claims if c.computation["op"] == "ge"}) <= 2
