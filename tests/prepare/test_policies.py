"""Each decision does what it says, counts it, and money reconciles to the cent."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest

from segtools.features.shop import Shop
from segtools.goals import survey
from segtools.prepare.decisions import decisions, decisions_table, suspects
from segtools.schema import DataError

HEAD = ["customer_id", "order_id", "ordered_at", "amount", "is_return"]
HEAD += ["returned_order_id", "cancelled_at", "is_test", "product_id", "product"]


@pytest.fixture
def ledger() -> pd.DataFrame:
    """Twelve lines of a careless shop, of which each decision concerns some."""
    rows = [
        ("ann", "1", "2024-01-01", "100.00", "", "", "", "", "p1", "Tea"),
        ("ann", "2", "2024-01-09", "-30.00", "", "1", "", "", "p1", "Tea"),  # of 1
        ("bob", "3", "2024-01-02", "50.00", "", "", "2024-01-20", "", "p2", "Mug"),
        ("bob", "4", "2024-01-03", "20.00", "", "", "2024-04-09", "", "p2", "Mug"),
        ("bob", "5", "2024-01-05", "8.00", "yes", "9", "", "", "p2", "Mug"),  # of none
        ("cat", "6", "2024-01-06", "0.00", "", "", "", "", "p3", "Sample"),
        ("cat", "7", "2024-01-07", "4.99", "", "", "", "", "POST", "Postage"),
        ("cat", "8", "2024-01-08", "7.00", "", "", "", "yes", "p1", "Tea"),
        ("boss@shop.example", "9", "2024-01-08", "11.00", "", "", "", "", "p1", "Tea"),
        ("", "10", "2024-01-10", "13.00", "", "", "", "", "p1", "Tea"),
        ("cat", "11", "2024-01-11", "9000.00", "", "", "", "", "p1", "Tea"),
        ("cat", "12", "2024-05-01", "1.00", "", "", "", "", "p1", "Tea"),  # later
    ]
    return pd.DataFrame(rows, columns=HEAD)


@pytest.fixture
def run(ledger, cleaned, config_of):
    """Clean the ledger under some decisions; give the result and its count."""

    def make(**policy):
        policy = {"guests": "drop"} | policy
        found = cleaned(order_lines=ledger, **policy)
        shop = Shop.of(found.tables, config_of(**policy))
        return found, survey(shop), config_of(**policy)

    return make


# Before the origin the file holds 100 - 30 + 50 + 20 + 8 + 0 + 4.99 + 7 + 11 + 13 and
# 9000, which is 9183.99. By default the cancelled 50, the test's 7 and the guest's 13
# are out, and the 8 that came back is turned: 9113.99 are kept, 9097.99 counted.
ALL = Decimal("9183.99")
KEPT = {
    "net": ("9097.99", "-38.00"),
    "drop": ("9135.99", "0"),
    "separate": ("9135.99", "-38.00"),
}


@pytest.mark.parametrize("returns", KEPT)
def test_revenue_reconciles_to_the_cent_under_every_returns_policy(run, returns):
    found, counted, _ = run(returns=returns)
    account = found.accounts["order_lines"]
    assert (
        account["read"]
        == 12
        == sum(account[k] for k in ("kept", "set_aside", "quarantined"))
    )
    assert account["set_aside"] == 1
    money = {k: Decimal(v) for k, v in account["money"].items()}
    assert money["judged"] == ALL == money["kept"] + money["quarantined"]
    lost = sum(
        Decimal(r["money"] or 0) for r in found.rules if r["rule"] != "set_aside"
    )
    assert money["quarantined"] == lost
    revenue, returned = (Decimal(t) for t in KEPT[returns])
    assert (Decimal(counted["revenue"]), Decimal(counted["returned"])) == (
        revenue,
        returned,
    )
    # Orders 1, 4, 6, 7, 9 and 11; of Ann, Bob, Cat and the boss. A return is none.
    assert (counted["orders"], counted["customers"]) == (6, 4)
    # What is kept, as it was read, and what the returns' sign changed by.
    assert money["counted"] == money["kept"] - (0 if returns == "drop" else 16)


@pytest.mark.parametrize(
    ("policy", "rule", "rows", "revenue"),
    [
        ({"cancellations": "keep"}, "cancelled", 0, "9147.99"),
        ({"cancellations": "drop"}, "cancelled", 1, "9097.99"),
        ({"cancellations": "return"}, "cancelled", 0, "9097.99"),
        ({"test_orders": "keep"}, "test_order", 0, "9104.99"),
        ({"internal_customers": ["*@shop.example"]}, "internal", 1, "9086.99"),
        ({"internal_customers": ["*@SHOP.*"]}, "internal", 1, "9086.99"),
        ({"internal_customers": ["boss"]}, "internal", 0, "9097.99"),
        ({"guests": "each"}, "guest", 0, "9110.99"),
        ({"non_products": ["postage"]}, "non_product", 1, "9093.00"),
        ({"non_products": ["post*", "sam?le"]}, "non_product", 2, "9093.00"),
        ({"zero_prices": "drop"}, "zero_price", 1, "9097.99"),
        ({"negative_amounts": "drop"}, "negative", 1, "9127.99"),
        ({"unmatched_returns": "drop"}, "unmatched_return", 1, "9105.99"),
        ({"huge_orders": "drop", "huge_times": 1.01}, "huge_order", 1, "97.99"),
    ],
)
def test_each_decision_moves_what_it_says(run, policy, rule, rows, revenue):
    found, counted, _ = run(**policy)
    taken = {r["rule"]: r["rows"] for r in found.rules}
    assert taken.get(rule, 0) == rows
    assert Decimal(counted["revenue"]) == Decimal(revenue)


def test_a_guest_by_order_is_a_customer_of_one_order(run):
    found, _, _ = run(guests="each")
    assert "guest 10" in found.tables["order_lines"].customer_id.to_pandas().tolist()


def test_orders_that_name_nobody_are_refused_unless_it_is_said(ledger, cleaned):
    with pytest.raises(DataError, match="guests: drop or guests: each"):
        cleaned(order_lines=ledger, quarantine_limit=0.01)


def test_a_huge_order_is_cut_down_to_the_limit(run):
    found, counted, _ = run(huge_orders="clip", huge_times=1.01)
    lines = found.tables["order_lines"].to_pandas()
    highest = lines["amount"].max()
    assert 100 < highest < 9000
    assert found.changes[-1]["change"] == "huge_order_cut"
    assert found.changes[-1]["rows"] == 1
    assert Decimal(counted["revenue"]) == Decimal("97.99") + highest


def test_a_return_lowers_its_own_order_or_the_customer(run):
    by_customer = run()[1]
    by_order = run(net_against="order")[1]
    assert by_customer["revenue"] == by_order["revenue"]
    # Only the return that undoes nothing stands for itself.
    assert Decimal(by_customer["returned"]) == -38
    assert Decimal(by_order["returned"]) == -8


def test_an_order_of_which_nothing_is_left_is_no_order(cleaned, config_of):
    rows = [
        ("ann", "1", "2024-01-01", "30.00", "", ""),
        ("ann", "2", "2024-01-02", "30.00", "yes", "1"),
        ("ann", "3", "2024-01-03", "5.00", "", ""),
        ("bob", "4", "2024-01-03", "5.00", "", ""),
    ]
    frame = pd.DataFrame(rows, columns=HEAD[:6])
    found = cleaned(orders=frame)
    orders = {}
    for against in ("customer", "order"):
        shop = Shop.of(found.tables, config_of(net_against=against))
        orders[against] = survey(shop)["orders"]
    assert orders == {"customer": 3, "order": 2}


def test_a_return_counts_only_from_its_own_time(cleaned, config_of):
    """A return after an origin leaves the order whole for whoever stands there."""
    rows = [
        ("ann", "1", "2024-01-01", "30.00", "", ""),
        ("ann", "2", "2024-02-02", "30.00", "yes", "1"),
        ("bob", "4", "2024-01-03", "5.00", "", ""),
    ]
    found = cleaned(orders=pd.DataFrame(rows, columns=HEAD[:6]))
    shop = Shop.of(found.tables, config_of(net_against="order"))
    then = shop.before(int(pd.Timestamp("2024-02-01").timestamp()))
    assert Decimal(survey(then)["revenue"]) == 35
    assert Decimal(survey(shop)["revenue"]) == 5


def test_a_cancellation_after_the_origin_is_not_known_yet(ledger, cleaned, run):
    found, _, _ = run()
    lines = found.tables["order_lines"].to_pandas()
    assert lines["cancelled_at"].isna().all()
    assert "4" in lines["order_id"].tolist()  # cancelled only in April
    early = cleaned(order_lines=ledger, as_of="2024-01-15", guests="drop")
    assert "3" in early.tables["order_lines"].to_pandas()["order_id"].tolist()


def test_a_cancelled_order_that_is_a_return_counts_when_it_was_cancelled(run):
    found, _, config = run(cancellations="return")
    orders = Shop.of(found.tables, config).orders().to_pandas()
    own = orders[orders["order_id"] == "3"].sort_values("ordered_at")
    assert own["ordered_at"].dt.strftime("%Y-%m-%d").tolist() == [
        "2024-01-02",
        "2024-01-20",
    ]
    assert own["amount"].tolist() == [Decimal(50), Decimal(-50)]


def test_decisions_are_counted_whichever_way_they_are_taken(run):
    found, _, config = run()
    by = {r["parameter"]: (r["rows"], r["money"]) for r in decisions(found, config)}
    assert {k: v for k, v in by.items() if v[0]} == {
        "returns": (2, "-22.0000"),
        "unmatched_returns": (1, "8.0000"),
        "cancellations": (1, "50.0000"),
        "test_orders": (1, "7.0000"),
        "guests": (1, "13.0000"),
        "zero_prices": (1, "0.0000"),
        "negative_amounts": (1, "-30.0000"),
    }
    other, _, config = run(cancellations="keep", test_orders="keep", returns="drop")
    again = {r["parameter"]: r["rows"] for r in decisions(other, config)}
    for parameter in ("returns", "cancellations", "test_orders", "guests"):
        assert again[parameter] == by[parameter][0]
    table = decisions_table(decisions(found, config)).set_index("Decision")
    assert table.loc["guests", "Taken"] == "drop"


def test_products_that_may_be_none_are_named_not_dropped(run):
    found, _, _ = run()
    assert suspects(found) == [{"product": "Postage", "rows": 1, "money": "4.9900"}]


def test_amounts_are_converted_by_the_rates_given(cleaned):
    rows = [
        ("ann", "1", "2024-01-01", "10.00", "EUR"),
        ("ann", "2", "2024-01-02", "10.00", "usd"),
        ("bob", "3", "2024-01-03", "9.00", ""),
    ]
    frame = pd.DataFrame(rows, columns=[*HEAD[:4], "currency"])
    rates = {"currency": "EUR", "exchange_rates": {"USD": 0.925}}
    found = cleaned(orders=frame, **rates)
    amounts = found.tables["orders"].order_by("order_id").to_pandas()
    assert amounts["amount"].tolist() == [Decimal(10), Decimal("9.25"), Decimal(9)]
    assert found.changes[0]["change"] == "converted"
    assert found.changes[0]["rows"] == 1
    with pytest.raises(DataError, match=r"exchange_rates: \{USD: <what one USD"):
        cleaned(orders=frame.assign(currency=["EUR", "USD", "EUR"]), currency="EUR")


def test_huge_is_told_from_earlier_orders_alone(ledger, cleaned):
    later = pd.DataFrame(
        [("zed", str(i), "2024-06-01", "90000") for i in range(50)], columns=HEAD[:4]
    )
    more = pd.concat([ledger, later.reindex(columns=HEAD, fill_value="")])
    policy = {"huge_orders": "drop", "huge_times": 1.01, "guests": "drop"}
    kept = [
        cleaned(order_lines=frame, **policy).tables["order_lines"].to_pandas()
        for frame in (ledger, more)
    ]
    assert sorted(kept[0]["order_id"]) == sorted(kept[1]["order_id"])
    assert "11" not in kept[0]["order_id"].tolist()


LATER = [
    ("ann", "1", "2024-04-01", "-100.00", "", "1", "", "", "p1", "Tea"),  # undoes 1
    ("ann", "1", "2024-04-02", "100.00", "", "", "", "", "p1", "Tea"),  # 1 once more
    ("bob", "9", "2024-04-03", "8.00", "", "", "", "", "p2", "Mug"),  # what 5 returns
    ("cat", "6", "2024-04-04", "1000000.00", "", "", "", "", "p3", "Sample"),
    ("boss@shop.example", "99", "2024-04-05", "0.00", "", "", "", "yes", "POST", "x"),
    ("", "98", "2024-04-06", "nonsense", "", "", "", "", "", ""),
]
POLICIES = [
    {"returns": "drop"},
    {"returns": "separate", "unmatched_returns": "drop"},
    {"net_against": "order"},
    {"cancellations": "return"},
    {"cancellations": "keep", "test_orders": "keep"},
    {"internal_customers": ["boss*"], "non_products": ["post*"]},
    {"guests": "each", "zero_prices": "drop", "negative_amounts": "drop"},
    {"huge_orders": "drop", "huge_times": 1.01},
    {"huge_orders": "clip", "huge_times": 1.01, "duplicates": "keep"},
]


@pytest.mark.parametrize("policy", POLICIES, ids=lambda p: "-".join(p))
def test_later_rows_move_nothing_under_any_decision(ledger, cleaned, config_of, policy):
    policy = {"guests": "drop"} | policy
    late = pd.DataFrame(LATER, columns=HEAD)
    # A cancellation that comes later is a later row, too.
    changed = ledger.assign(
        cancelled_at=ledger["cancelled_at"].replace("2024-04-09", "2024-05-09")
    )
    more = pd.concat([late, changed], ignore_index=True)
    found = [cleaned(order_lines=f, **policy) for f in (ledger, more)]
    kept = []
    for one in found:
        frame = one.tables["order_lines"].to_pandas()
        order = frame.astype("str").sort_values(sorted(frame.columns)).index
        kept.append(frame.loc[order, sorted(frame.columns)].reset_index(drop=True))
    pd.testing.assert_frame_equal(*kept)
    assert found[0].rules == found[1].rules
    assert (
        found[0].accounts["order_lines"]["money"]
        == (found[1].accounts["order_lines"]["money"])
    )
    config = config_of(**policy)
    counted = [survey(Shop.of(one.tables, config)) for one in found]
    assert counted[0] == counted[1]
    assert decisions(found[0], config) == decisions(found[1], config)


def test_visitors_without_a_name_are_no_broken_rows(cleaned):
    orders = pd.DataFrame([("ann", "1", "2024-01-01", "9.00")], columns=HEAD[:4])
    rows = [("ann", "2024-01-02", "visit"), ("", "2024-01-03", "visit")]
    events = pd.DataFrame(rows, columns=["customer_id", "occurred_at", "event"])
    found = cleaned(orders=orders, events=events, quarantine_limit=0.0)
    assert [(r["rule"], r["kind"], r["rows"]) for r in found.rules] == [
        ("no_match", "policy", 1)
    ]
    with pytest.raises(DataError, match="Nobody is named as the customer in 1 rows"):
        cleaned(orders=orders, events=events, quarantine_limit=0.0, unmatched="keep")


def test_money_is_reconciled_in_the_one_currency(cleaned):
    rows = [
        ("ann", "1", "2024-01-01", "10.00", "EUR"),
        ("", "2", "2024-01-02", "100.00", "USD"),
        ("bob", "3", "2024-01-03", "-4.00", "USD"),
    ]
    frame = pd.DataFrame(rows, columns=[*HEAD[:4], "currency"])
    rates = {"currency": "EUR", "exchange_rates": {"USD": 0.5}, "guests": "drop"}
    money = cleaned(orders=frame, **rates).accounts["orders"]["money"]
    assert {k: Decimal(v) for k, v in money.items()} == {
        "judged": Decimal(58),
        "kept": Decimal(8),
        "quarantined": Decimal(50),
        "counted": Decimal(8),
    }
