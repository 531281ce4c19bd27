"""What must not build segments does not, unless somebody has written down why."""

from __future__ import annotations

import pandas as pd
import pytest

from segtools.attributes import is_proxy
from segtools.features.build import supported, variables
from segtools.features.catalogue import Window, feature, remove_feature
from segtools.features.describe import catalogue_record, feature_table
from segtools.schema import ConfigError


@pytest.fixture
def people() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": ["ann", "bob"],
            "valid_from": pd.Timestamp("2024-01-01"),
            "age": [30, 40],
            "household_size": [1, 2],
            "postcode": ["10115", "20095"],
            "region": ["N", "S"],
        }
    )


@pytest.fixture
def dated(orders, people, shop_of):
    return shop_of({"orders": orders, "customers": people})


@pytest.fixture
def central():
    """An analyst's own feature made of postcodes."""

    @feature(
        "central",
        basis="place",
        over="customers",
        needs=("postcode",),
        role="descriptor",
    )
    def central(customers, window):
        return (customers.postcode == "10115").ifelse(1, 0).max()

    yield central
    remove_feature("central")


def chosen(shop, *names, reasons=None):
    found = variables(supported(shop)[0], [*names], shop, reasons)
    return {f.name: f for f in found}


def test_a_dated_attribute_may_build_segments(dated):
    found = chosen(dated, "attribute_household_size")["attribute_household_size"]
    assert (found.role, found.reason) == ("segmentation", "")


def test_a_protected_attribute_needs_a_reason(dated):
    sentence = (
        r"^variables must not name protected attributes or proxies, but 'attribute_age'"
        r" is made of 'age', a protected attribute\. Take it out; if it must be, write "
        r"why under protected_reasons: \{age: \.\.\.\}\.$"
    )
    with pytest.raises(ConfigError, match=sentence):
        chosen(dated, "attribute_age")


@pytest.mark.parametrize("named", ["age", "attribute_age"])
def test_the_reason_is_kept_in_the_catalogue(named, dated):
    features, missing = supported(dated)
    reasons = {named: "The law asks for it (board, 3 May)."}
    building = variables(features, ["attribute_age"], dated, reasons)
    record = catalogue_record(features, missing, dated, Window(0, 180), building)
    entries = {e["name"]: e for e in record["features"]}
    assert entries["attribute_age"]["role"] == "segmentation"
    assert entries["attribute_age"]["reason"] == reasons[named]
    assert "reason" not in entries["attribute_household_size"]


def test_a_proxy_needs_a_reason_also_in_a_feature_of_ones_own(central, dated):
    with pytest.raises(ConfigError, match="made of 'postcode', a likely proxy of one"):
        chosen(dated, "central")
    found = chosen(dated, "central", reasons={"postcode": "Shops are there."})
    assert found["central"].reason == "Shops are there."


def test_an_attribute_by_its_own_name_is_refused_with_the_remedy(dated):
    with pytest.raises(ConfigError, match=r"'age' is a protected attribute\. Take"):
        chosen(dated, "age")
    remedy = r"'household_size' is an attribute\. Give its table the column valid_from"
    with pytest.raises(ConfigError, match=remedy):
        chosen(dated, "household_size")


def test_what_has_no_date_is_refused(orders, people, central, shop_of):
    shop = shop_of({"orders": orders, "customers": people.drop(columns="valid_from")})
    sentence = "'central' is made of customers, which has no dates. Add the column"
    with pytest.raises(ConfigError, match=sentence):
        chosen(shop, "central", reasons={"postcode": "Shops are there."})
    firms = pd.DataFrame({"customer_id": ["ann"], "account_id": ["x"]})
    shop = shop_of({"orders": orders, "accounts": firms})
    with pytest.raises(ConfigError, match="'account_spend' is made of accounts, which"):
        chosen(shop, "account_spend")


def test_words_describe_only(shop):
    with pytest.raises(ConfigError, match="'lifecycle_stage' is words"):
        chosen(shop, "lifecycle_stage")


def test_somebodys_word_on_the_kind_counts(orders, people, shop_of):
    kinds = {"age": "demographic", "postcode": "geographic"}
    shop = shop_of({"orders": orders, "customers": people}, kinds=kinds)
    assert chosen(shop, "attribute_age")["attribute_age"].reason == ""


def test_an_unknown_name_gets_a_guess(dated):
    with pytest.raises(ConfigError, match=r"'n_order' is none\. Did you mean 'n_ord"):
        chosen(dated, "n_order")


@pytest.mark.parametrize(
    ("name", "proxy"),
    [
        *[(name, True) for name in ("zip_code", "PLZ", "Vorname", "locale")],
        *[(name, False) for name in ("region", "employees", "n_orders")],
    ],
)
def test_proxies_are_known_by_name(name, proxy):
    assert is_proxy(name) == proxy


def test_the_table_of_features_leaves_quartiles_of_words_empty(shop, build):
    features, missing = supported(shop, ["journey"])
    record = catalogue_record(features, missing, shop, Window(0, 180))
    table = feature_table(build(shop), record).set_index("Feature")
    assert pd.isna(table.loc["Stage of the customer's life", "Middle"])
    assert table.loc["Stage of the customer's life", "Known"] == 1
