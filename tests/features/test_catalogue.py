"""The catalogue: what is registered explains itself, and anyone may register."""

from __future__ import annotations

import pytest

from segtools.features.build import supported
from segtools.features.catalogue import (
    LOOKS,
    Window,
    feature,
    registered,
    remove_feature,
)
from segtools.features.describe import catalogue_record, feature_table
from segtools.schema import ConfigError

BASES = {"behaviour", "benefits", "loyalty", "opportunity", "value"}
BASES |= {"attributes", "engagement", "journey", "needs"}


@pytest.fixture
def night():
    """An analyst's own feature, gone again after the test."""

    @feature("night_share", basis="hours", label="Orders after 22:00")
    def night_share(orders, window):
        """Share of orders late in the evening."""
        return (orders.local_hour >= 22).cast("int64").sum() / orders.count()

    yield night_share
    remove_feature("night_share")


@pytest.mark.parametrize("entry", registered(), ids=lambda f: f.name)
def test_every_feature_explains_itself(entry):
    assert entry.name.isidentifier()
    assert entry.basis in BASES
    assert entry.unit
    assert entry.label != entry.name
    assert entry.definition.endswith(".")
    assert entry.direction in ("more", "less", "none")
    assert entry.over in LOOKS
    assert entry.version >= 1


def test_an_entry_names_what_the_catalogue_file_promises():
    (recency,) = [f for f in registered() if f.name == "recency_days"]
    assert recency.entry() == {
        "name": "recency_days",
        "basis": "value",
        "unit": "days",
        "label": "Days since the last order",
        "definition": "Days from the last order before the origin to the origin.",
        "direction": "less",
        "over": "history",
        "needs": (),
        "version": 1,
        "history": "all",
        "role": "segmentation",
    }


def test_of_what_builds_segments_only_recency_and_pace_look_beyond_the_window():
    # Both mean the same however long the history is: neither is a count or a sum.
    building = [f for f in registered() if f.role == "segmentation"]
    beyond = [f.name for f in building if f.history == "all"]
    assert beyond == ["orders_per_year", "recency_days"]


def test_features_come_in_the_order_of_their_names_and_by_basis():
    names = [f.name for f in registered()]
    assert names == sorted(names)
    assert {f.basis for f in registered()} == BASES
    assert {f.basis for f in registered(["value", "loyalty"])} == {"value", "loyalty"}


def test_own_feature_is_computed_like_the_others(night, shop, build):
    found = build(shop, names=["night_share"])
    assert found["night_share"].tolist() == [0, 0, 0.5]
    (entry,) = registered(["hours"])
    assert entry.definition == "Share of orders late in the evening."


def test_a_feature_registered_again_replaces_the_first(night, shop, build):
    feature("night_share", basis="hours")(lambda orders, window: orders.count())
    assert build(shop, names=["night_share"])["night_share"].tolist() == [3, 3, 2]


def test_an_unknown_basis_is_refused_with_a_guess():
    sentence = r"^bases must be known, but 'behavior' is not\. Did you mean 'behaviour'"
    with pytest.raises(ConfigError, match=sentence):
        registered(["value", "behavior"])


def test_a_name_that_cannot_be_a_column_is_refused():
    sentence = r"name must be an identifier, but it is 'night share'\. Use letters"
    with pytest.raises(ConfigError, match=sentence):
        feature("night share", basis="hours")


def test_an_unknown_view_is_refused_with_a_guess():
    sentence = r"^over must be one of .*, but it is .order."
    with pytest.raises(ConfigError, match=sentence):
        feature("night_share", basis="hours", over="order")


def test_attributes_are_descriptors_and_never_build_segments(orders, shop_of):
    people = orders[["customer_id"]].drop_duplicates().assign(region="N", age=40)
    shop = shop_of({"orders": orders, "customers": people})
    features = registered(["value"])
    record = catalogue_record(features, {"n_stores": ["x"]}, shop, Window(0, 180))
    roles = {e["name"]: (e["role"], e.get("kind")) for e in record["features"]}
    assert roles["region"] == ("descriptor", "geographic")
    assert roles["age"] == ("descriptor", "protected")
    assert "customer_id" not in roles
    assert [e["role"] for e in record["features"]].count("segmentation") == 6
    assert record["left_out"] == {"n_stores": ["x"]}
    assert record["window_days"] == 180


def test_the_table_of_features_shows_quartiles_and_who_is_known(shop, build):
    features, _ = supported(shop, ["value"])
    record = catalogue_record(features, {}, shop, Window(0, 180))
    table = feature_table(build(shop, days=55), record).set_index("Feature")
    assert table.loc["Spend", "Upper quarter"] == 0.25
    assert table.loc["Spend per order", "Known"] == pytest.approx(1 / 3)
    assert table.loc["Days since the last order", "Middle"] == 56.1666667
