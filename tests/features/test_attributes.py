"""Attributes and accounts: what was known when, and who belongs to whom."""

from __future__ import annotations

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from segtools.features.attributes import attribute_features, feature_name
from segtools.features.build import supported
from segtools.features.catalogue import Window, registered
from segtools.features.rollup import roll_up
from segtools.schema import DataError

ORIGIN = pd.Timestamp("2024-03-31")
WINDOW = Window(int(ORIGIN.timestamp()), 180)
ROLLED = [f.name for f in registered(["attributes"])]


@pytest.fixture
def people() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": ["ann", "bob", "cat", "dan"],
            "valid_from": pd.to_datetime(
                ["2024-01-01", "2024-03-30", "2024-03-31", None]
            ),
            "employees": [10, 20, 30, 40],
            "Market potential": ["1.5", " 2 ", None, "-4"],
            "age": [30, 40, 50, 60],
            "postcode": ["10115", "20095", "30159", "40210"],
            "email": ["1", "2", "3", "4"],
            "industry": ["food", "steel", "7", "food"],
        }
    )


def test_dated_numbers_become_features_and_nothing_else_does(people, orders, shop_of):
    shop = shop_of({"orders": orders, "customers": people})
    names = [f.name for f in attribute_features(shop)]
    found = ["attribute_age", "attribute_employees", "attribute_market_potential"]
    assert names == found
    undated = shop_of(
        {"orders": orders, "customers": people.drop(columns="valid_from")}
    )
    assert attribute_features(undated) == []


def test_an_attribute_is_null_before_it_was_known(people, orders, shop_of, build):
    shop = shop_of({"orders": orders, "customers": people})
    names = ["attribute_employees", "attribute_market_potential"]
    now = build(shop, "2024-03-31", names=names).set_index("customer_id")
    nan = float("nan")
    assert now["attribute_employees"].tolist() == pytest.approx(
        [10, 20, nan], nan_ok=True
    )
    assert now["attribute_market_potential"].tolist() == pytest.approx(
        [1.5, 2, nan], nan_ok=True
    )
    early = build(shop, "2024-03-30", names=names).set_index("customer_id")
    assert early["attribute_employees"].tolist() == pytest.approx(
        [10, nan, nan], nan_ok=True
    )


def test_each_explains_itself(people, orders, shop_of):
    shop = shop_of({"orders": orders, "customers": people})
    known, _ = supported(shop, ["attributes"])
    (entry,) = [f.entry() for f in known if f.name == "attribute_employees"]
    assert entry["definition"] == (
        "employees as given in customers; known from its valid_from on."
    )
    assert (entry["role"], entry["history"]) == ("descriptor", "all")
    assert (entry["unit"], entry["label"]) == ("as given", "Employees (as given)")
    assert "attribute_employees" not in {f.name for f in supported(shop, ["value"])[0]}


def test_names_of_features_are_identifiers():
    assert feature_name("Größe (m²)") == "attribute_größe_m2"
    assert feature_name("HH Income") == "attribute_hh_income"


def test_the_companys_attribute_counts_where_the_customer_has_none(
    people, orders, shop_of, build
):
    firms = pd.DataFrame(
        {
            "account_id": ["x", "y"],
            "customer_id": ["ann", "bob"],
            "valid_from": pd.to_datetime(["2024-01-01", "2024-01-01"]),
            "employees": [1000, 2000],
            "yearly revenue": [5.5, 6.5],
        }
    )
    shop = shop_of({"orders": orders, "customers": people, "accounts": firms})
    names = ["attribute_employees", "attribute_yearly_revenue"]
    found = build(shop, names=names)
    assert found["attribute_employees"].tolist()[:2] == [10, 20]
    assert found["attribute_yearly_revenue"].tolist()[:2] == [5.5, 6.5]


@pytest.fixture
def accounts() -> pd.DataFrame:
    """Group g over x and y, x over xx; z stands alone and is its own parent."""
    rows = [
        ("ann", "xx", "x"),
        ("bob", "y", "g"),
        ("cat", "z", "z"),
        ("dan", "xx", "x"),
        ("eve", "x", "g"),
    ]
    names = ["customer_id", "account_id", "parent_account_id"]
    return pd.DataFrame(rows, columns=names)


def test_spend_rolls_up_to_account_and_group(accounts, orders, shop_of, build):
    shop = shop_of({"orders": orders, "accounts": accounts})
    found = build(shop, names=ROLLED, with_customers=True).set_index("customer_id")
    # ann 55, bob 28, cat 100; dan and eve never ordered.
    by_hand = {
        "account_customers": [2, 1, 1],
        "account_depth": [2, 1, 0],
        "account_spend": [55, 28, 100],
        "group_customers": [4, 4, 1],
        "group_spend": [83, 83, 100],
    }
    assert sorted(by_hand) == ROLLED
    for name, values in by_hand.items():
        assert found[name].tolist() == values, name


def test_the_topmost_account_may_have_no_customer(accounts, orders, shop_of):
    shop = shop_of({"orders": orders, "accounts": accounts})
    tops = roll_up(shop, WINDOW).to_pandas().set_index("customer_id")["top_account_id"]
    assert tops.sort_index().tolist() == ["g", "g", "z", "g", "g"]


def test_without_parents_only_accounts_are_summed(accounts, orders, shop_of):
    flat = accounts.drop(columns="parent_account_id")
    known, missing = supported(
        shop_of({"orders": orders, "accounts": flat}), ["attributes"]
    )
    assert [f.name for f in known] == ["account_customers", "account_spend"]
    assert missing["group_spend"] == ["accounts.parent_account_id"]


def test_a_circle_of_parents_is_named(accounts, orders, shop_of):
    more = [("fay", "g", "xx"), ("gil", "aa", "x")]
    wrong = pd.concat([accounts, pd.DataFrame(more, columns=accounts.columns)])
    shop = shop_of({"orders": orders, "accounts": wrong})
    sentence = r"leads in a circle: 'x' -> 'g' -> 'xx' -> 'x'\. Take one of"
    with pytest.raises(DataError, match=sentence):
        roll_up(shop, WINDOW)


def test_one_account_has_one_parent(accounts, orders, shop_of):
    more = pd.DataFrame([("fay", "xx", "y")], columns=accounts.columns)
    shop = shop_of({"orders": orders, "accounts": pd.concat([accounts, more])})
    sentence = r"one parent each, but 'xx' has 'x' and 'y'\. Keep one of them\."
    with pytest.raises(DataError, match=sentence):
        roll_up(shop, WINDOW)


@pytest.mark.parametrize(("levels", "fine"), [(10, True), (11, False), (40, False)])
def test_ten_levels_are_the_limit(levels, fine, orders, shop_of):
    rows = [(f"c{i}", f"a{i:02d}", f"a{i + 1:02d}") for i in range(levels)]
    names = ["customer_id", "account_id", "parent_account_id"]
    shop = shop_of({"orders": orders, "accounts": pd.DataFrame(rows, columns=names)})
    if fine:
        assert roll_up(shop, WINDOW).depth.max().execute() == 10
    else:
        with pytest.raises(DataError, match=f"'a00' has {levels} accounts above it"):
            roll_up(shop, WINDOW)


def test_who_joins_the_account_later_is_not_there_yet(accounts, orders, shop_of, build):
    dated = accounts.assign(valid_from=pd.Timestamp("2024-01-01"))
    late = accounts["customer_id"].isin(["dan"])
    dated.loc[late, "valid_from"] = ORIGIN
    shop = shop_of({"orders": orders, "accounts": dated})
    assert build(shop, names=ROLLED)["account_customers"].tolist() == [1, 1, 1]


def test_nothing_from_the_origin_on_moves_what_accounts_spend(
    accounts, orders, shop_of, build
):
    shop = shop_of({"orders": orders, "accounts": accounts})
    later = orders.assign(ordered_at=ORIGIN, amount=999.0, is_return=False)
    early = orders.assign(ordered_at=ORIGIN - pd.Timedelta(days=181), amount=999.0)
    later, early = (f.assign(order_id=f["order_id"] + "x") for f in (later, early))
    other = pd.concat([orders, later, early.assign(is_return=False)])
    moved = shop_of({"orders": other, "accounts": accounts.iloc[::-1]})
    assert_frame_equal(build(moved, names=ROLLED), build(shop, names=ROLLED))
