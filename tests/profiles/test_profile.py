"""Profiles against hand-made tables and direct counts."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from segtools.features.catalogue import Window
from segtools.profiles.levels import attribute_profile
from segtools.profiles.profile import (
    category_profile,
    feature_profile,
    habits,
    segment_value,
)
from segtools.profiles.table import profile_table

from .conftest import SEGMENTS, segments_of


def test_customers_and_money_of_the_worked_example(by_hand):
    expected = pd.DataFrame(
        {
            "segment_id": ["S01", "S02"],
            "customers": [2, 1],
            "value": [Decimal("83.0000"), Decimal("100.0000")],
        }
    )
    pd.testing.assert_frame_equal(segment_value(by_hand), expected, check_dtype=False)


def test_money_adds_up_to_the_ledger_to_the_cent(planted, market, window_lines):
    value = segment_value(planted)
    assert sum(value["value"]) == sum(window_lines["amount"])
    assert value["customers"].sum() == len(market.features)


def test_a_segment_without_money_has_zero(by_hand):
    early = replace(by_hand, window=Window(by_hand.window.origin, 30))
    assert segment_value(early)["value"].tolist() == [14, 100]
    late = replace(by_hand, window=Window(by_hand.window.origin, 7))
    assert segment_value(late)["value"].tolist() == [0, 0]


def test_features_are_medians_with_an_index_against_everyone(by_hand):
    profile = feature_profile(by_hand).set_index(["segment_id", "name"])
    orders = profile.xs("n_orders", level="name")
    assert orders["value"].tolist() == [3.0, 2.0]
    assert orders["base_value"].tolist() == [3.0, 3.0]
    assert orders["index"].tolist() == [100.0, 66.7]
    spend = profile.xs("spend_total", level="name")
    assert spend["value"].tolist() == [(55 + 28) / 2, 100.0]
    assert spend["index"].tolist() == [75.5, 181.8]
    assert spend["n"].tolist() == [2, 1]


def test_an_index_without_a_base_is_missing(by_hand):
    zero = by_hand.features.assign(evening_share=0.0)
    profile = feature_profile(replace(by_hand, features=zero))
    own = profile[profile["name"] == "evening_share"]
    assert own["index"].isna().all()


def test_n_counts_those_with_a_value(planted, market):
    profile = feature_profile(planted)
    frame = market.features.set_index("customer_id")
    members = planted.members.reindex(frame.index)
    for row in profile.itertuples():
        own = frame.loc[members == row.segment_id, row.name]
        assert row.n == own.notna().sum()
        assert row.value == own.median() or np.isnan(row.value)


def test_relabelling_the_segments_relabels_the_profile_only(planted):
    names = {"S01": "S03", "S02": "S04", "S03": "S01", "S04": "S02"}
    turned = planted.segments.assign(
        segment_id=planted.segments["segment_id"].map(names)
    )
    one = feature_profile(planted)
    two = feature_profile(replace(planted, segments=turned))
    one["segment_id"] = one["segment_id"].map(names)
    one = one.sort_values(["segment_id", "name"], ignore_index=True)
    two = two.sort_values(["segment_id", "name"], ignore_index=True)
    pd.testing.assert_frame_equal(one, two)


def test_categories_count_each_buyer_once(planted, market, window_lines):
    lines = window_lines[~window_lines["is_return"]]
    profile = category_profile(planted)
    assert set(profile["name"]) == set(lines["category"])
    for row in profile.itertuples():
        buyers = set(lines.loc[lines["category"] == row.name, "customer_id"])
        members = planted.members.index[planted.members == row.segment_id]
        assert row.buyers == len(buyers & set(members))
        assert row.n == len(members)
        assert row.value == pytest.approx(row.buyers / row.n)
        assert row.base_value == pytest.approx(len(buyers) / len(market.features))


def test_only_the_most_bought_categories_are_kept(planted):
    whole, some = category_profile(planted), category_profile(planted, most=3)
    base = whole.groupby("name")["base_value"].first()
    assert set(some["name"]) == set(base.nlargest(3).index)


def test_without_lines_there_are_no_categories(by_hand):
    assert category_profile(by_hand).empty
    assert attribute_profile(by_hand).empty


def test_attributes_shown_are_neither_protected_nor_contacts_nor_consent(planted):
    profile = attribute_profile(planted)
    assert set(profile["attribute"]) == {"household_size", "loyalty_member", "region"}


def test_attribute_shares_are_among_those_known(planted, market):
    people = market.shop.tables["customers"].to_pandas().set_index("customer_id")
    profile = attribute_profile(planted)
    for row in profile[profile["attribute"] == "region"].itertuples():
        members = planted.members.index[planted.members == row.segment_id]
        known = people["region"].dropna().reindex(members).dropna()
        assert row.n == len(known)
        assert row.holders == (known == row.level).sum()
        assert row.base_value == pytest.approx(
            (people["region"].dropna() == row.level).mean()
        )


def test_shares_of_an_attribute_add_up_in_every_segment(planted):
    profile = attribute_profile(planted)
    total = profile.groupby(["segment_id", "attribute"])["value"].sum()
    assert total.to_numpy() == pytest.approx(1)


def test_habits_of_the_worked_example(by_hand):
    found = habits(by_hand)
    shares = found.set_index(["kind", "segment_id", "slot"])["share"]
    assert shares["hour", "S01", 9] == pytest.approx(2 / 6)
    assert shares["hour", "S01", 8] == pytest.approx(2 / 6)
    assert shares["hour", "S02", 23] == pytest.approx(1 / 2)
    assert shares["weekday", "S01", 5] == pytest.approx(3 / 6)
    assert shares["weekday", "S02", 2] == pytest.approx(1 / 2)
    assert shares["weekday", "everyone", 5] == pytest.approx(4 / 8)
    assert shares.groupby(
        level=["kind", "segment_id"]
    ).sum().to_numpy() == pytest.approx(1)


def test_habits_are_in_the_shops_own_time(planted, window_lines):
    orders = window_lines[~window_lines["is_return"]].drop_duplicates(
        ["customer_id", "order_id"]
    )
    local = orders["ordered_at"].dt.tz_localize("UTC").dt.tz_convert("Europe/Berlin")
    expected = local.dt.hour.value_counts(normalize=True).reindex(range(24)).fillna(0)
    found = habits(planted)
    own = found[(found["segment_id"] == "everyone") & (found["kind"] == "hour")]
    assert own.sort_values("slot")["share"].to_numpy() == pytest.approx(
        expected.to_numpy()
    )


def test_the_stacked_table_has_the_documented_columns_and_kinds(planted, market):
    table = profile_table(planted)
    names = ["segment_id", "segment", "kind", "name", "label", "unit"]
    names += ["value", "base_value", "index", "n"]
    assert list(table.columns) == names
    kinds = {"size", "feature", "category", "attribute", "channel"}
    assert set(table["kind"]) == kinds
    assert table["n"].dtype == pd.Int64Dtype()
    size = table[(table["kind"] == "size") & (table["name"] == "customers")]
    assert size["value"].sum() == len(market.features)
    features = table[table["kind"] == "feature"]
    wanted = {e["name"] for e in market.catalogue if e["role"] == "segmentation"}
    assert set(features["name"]) == wanted


def test_value_per_customer_is_compared_with_everyones(by_hand):
    table = profile_table(by_hand)
    own = table[table["name"] == "value_per_customer"]
    assert own["value"].tolist() == [41.5, 100.0]
    assert own["base_value"].tolist() == [61.0, 61.0]
    assert own["index"].tolist() == [68.0, 163.9]


def test_the_table_survives_parquet_with_hostile_names(planted, tmp_path):
    table = profile_table(planted)
    table.to_parquet(tmp_path / "profiles.parquet", index=False)
    again = pd.read_parquet(tmp_path / "profiles.parquet")
    assert set(again["segment"]) == set(SEGMENTS.values())


def test_one_segment_of_everyone_is_everyone(market, segmented):
    whole = segmented(["S01"] * len(market.features))
    profile = feature_profile(whole)
    known = profile["base_value"] != 0
    assert (profile["index"][known] == 100).all()
    assert segments_of(["a"], ["S01"])["segment"].tolist() == ["Regulars"]
