"""Stripe: payments become orders, refunds returns, and nothing is lost or invented."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from segtools.schema import ConfigError, DataError
from segtools.sources.stripe import read

EXPORTS = Path(__file__).parent / "exports" / "stripe"
PAYMENTS, CUSTOMERS = EXPORTS / "payments.csv", EXPORTS / "customers.csv"
SHORT = "id,Created date (UTC),Amount,Amount Refunded,Currency,Status,Customer ID"


@pytest.fixture
def orders(con, tables_of):
    """Read payments, from a file or from lines of the short header, as one frame."""

    def run(*lines: str, path: Path = PAYMENTS, before=None, tmp=None, **block):
        if lines:
            path = tmp / "payments.csv"
            path.write_text("\n".join([SHORT, *lines]) + "\n", encoding="utf-8")
        opened = read(con, {"payments": {"path": str(path)}, **block}, "Asia/Tokyo")
        return by_order(tables_of(opened, before)["orders"])

    return run


def by_order(found: pd.DataFrame) -> pd.DataFrame:
    keys = [c for c in ("order_id", "is_return", "excluded", "amount") if c in found]
    return found.sort_values(keys).reset_index(drop=True)


def same(found: pd.DataFrame, by_hand: str) -> None:
    """Compare whole columns with a table written by hand; missing is empty."""
    hand = pd.read_csv(io.StringIO(by_hand), dtype=str, keep_default_na=False)
    hand = hand.rename(columns=str.strip).apply(lambda c: c.str.strip())
    text = found[list(hand)].apply(lambda c: c.map(lambda v: "" if pd.isna(v) else v))
    assert_frame_equal(text.astype(str), hand, check_dtype=False)


def test_each_payment_is_an_order_and_each_refund_a_return(orders):
    found = orders()
    same(
        found,
        """\
customer_id,         ordered_at,    amount,order_id,currency,is_return,returned_order_id
    cus_ann, 2026-03-01 23:14:58,   50.0000,  ch_0001,     EUR,    False,
    cus_ann, 2026-03-01 23:14:58,  -15.0000,  ch_0001,     EUR,     True, ch_0001
           , 2026-03-05 17:00:00, 1225.0000,  ch_0002,     EUR,    False,
    cus_ann, 2026-03-06 08:00:01,   20.0000,  ch_0003,     EUR,    False,
    cus_cat, 2026-03-07 09:30:00,   30.0000,  ch_0004,     EUR,    False,
    cus_cat, 2026-03-07 09:30:00,  -30.0000,  ch_0004,     EUR,     True, ch_0004
    cus_cat, 2026-03-08 10:00:00,    1.0000,  ch_0005,     EUR,    False,
""",
    )
    same(
        found,
        """\
order_id,            by_email, is_test, excluded, unreadable
 ch_0001, ann.lee@example.com,   False,         ,
 ch_0001, ann.lee@example.com,   False,         ,
 ch_0002,  bo.kim@example.com,   False,         ,
 ch_0003, ann.lee@example.com,   False,   unpaid,
 ch_0004,                    ,   False,   unpaid,
 ch_0004,                    ,   False,   unpaid,
 ch_0005,     cat@example.com,    True,         ,
""",
    )
    assert len(found.columns) == 7 + 4


def test_customers_keep_their_attributes_but_nothing_of_their_cards(con, tables_of):
    files = {"payments": PAYMENTS, "customers": CUSTOMERS}
    opened = read(con, {k: {"path": str(p)} for k, p in files.items()}, "UTC")
    found = tables_of(opened)["customers"]
    same(
        found,
        """\
customer_id,               email,    name,             phone, description, unreadable
    cus_ann, Ann.Lee@example.com, Ann Lee, +33 1 00 00 00 01,   Wholesale,
    cus_cat,                    ,     Cat,                  ,            ,
""",
    )
    same(
        found,
        """\
created, currency, delinquent, total_spend, plan (metadata), by_email, by_phone
2025-11-02 07:00, eur, false, 50.00, basic, ann.lee@example.com, +33100000001
2026-01-15 12:30, eur,  true,  0.00,      ,                    ,
""",
    )
    assert len(found.columns) == 6 + 7


@pytest.mark.parametrize("header", ["Created date (UTC)", "created_utc", "Created"])
def test_columns_are_found_by_name_in_any_order(header, orders, tmp_path):
    with PAYMENTS.open(encoding="utf-8-sig", newline="") as theirs:
        rows = list(csv.DictReader(theirs))
    names = [n for n in reversed(rows[0]) if not n.startswith("Card")]
    path = tmp_path / "newer.csv"
    with path.open("w", encoding="utf-8", newline="") as ours:
        writer = csv.writer(ours)
        writer.writerow([header if n == "Created (UTC)" else n for n in names])
        writer.writerows([row[n] for n in names] for row in reversed(rows))
    assert_frame_equal(orders(path=path), orders())


def test_the_shortest_export_that_stripe_offers_is_enough(orders, tmp_path):
    path = tmp_path / "short.csv"
    text = (
        "id,Created date (UTC),Amount,Currency,Status\np1,2026-01-02 03:04,5,usd,Paid\n"
    )
    path.write_text(text)
    by_hand = "amount,currency,customer_id,by_email,is_test\n5.0000,USD,,,\n"
    same(orders(path=path), by_hand)


def test_minor_units_follow_the_currency(orders, tmp_path):
    found = orders(
        "p1,2026-01-01,1234,56,eur,Paid,a",
        "p2,2026-01-01,500,0,jpy,Paid,a",
        "p3,2026-01-01,5120,0,KWD,Paid,a",
        tmp=tmp_path,
        minor_units=True,
    )
    by_hand = """\
order_id,amount,currency
p1,12.3400,EUR
p1,-0.5600,EUR
p2,500.0000,JPY
p3,5.1200,KWD
"""
    same(found, by_hand)


def test_decimal_commas_are_read_only_when_they_are_declared(orders, tmp_path):
    line = 'p1,2026-01-01,"1.399,00","0,00",eur,Paid,a'
    found = orders(line, tmp=tmp_path, decimal=",")
    same(
        found,
        """\
order_id,amount,unreadable
p1,1399.0000,
""",
    )
    found = orders(line, tmp=tmp_path)
    assert found["unreadable"].tolist() == ["amount '1.399,00'"]
    assert found["amount"].isna().all()


def test_the_shop_says_which_statuses_count(orders):
    found = orders(statuses=["refunded", " PAID"])
    taken = found[~found["is_return"]].set_index("order_id")["excluded"]
    assert taken[taken.isna()].index.tolist() == ["ch_0001", "ch_0004", "ch_0005"]


def test_a_row_that_cannot_be_read_comes_out_nevertheless(orders, tmp_path):
    found = orders(
        "p1,soon,5,0,eur,Paid,a", "p2,2026-01-01,5,many,eur,Paid,a", tmp=tmp_path
    )
    assert found["unreadable"].tolist() == ["ordered_at 'soon'", "refunded 'many'"]


# ---- copies, and time


def test_of_copies_the_one_with_the_refund_counts(orders, tmp_path):
    found = orders(
        "p1,2026-01-01,40,15,eur,Paid,a",
        "p1,2026-01-01,40,0,eur,Paid,a",
        "p2,2026-01-02,9,0,eur,Pending,a",
        "p2,2026-01-02,9,0,eur,Paid,a",
        "p3,2026-01-03,8,0,eur,Paid,a",
        "p3,2026-01-03,8,8,eur,Refunded,a",
        tmp=tmp_path,
    )
    by_hand = """\
order_id,amount,is_return,excluded
p1,40.0000,False,repeated
p1,40.0000,False,
p1,-15.0000,True,
p2,9.0000,False,repeated
p2,9.0000,False,
p3,8.0000,False,repeated
p3,8.0000,False,unpaid
p3,-8.0000,True,unpaid
"""
    same(found, by_hand)


def test_payments_without_an_id_are_not_copies(orders, tmp_path):
    found = orders(*[",2026-01-01,5,0,eur,Paid,a"] * 2, tmp=tmp_path)
    assert found["excluded"].isna().tolist() == [True, True]


def test_later_payments_leave_earlier_ones_alone(con, tmp_path, assert_untouched):
    early = ["p1,2026-01-01,40,0,eur,Paid,a", "p2,2026-01-31 23:59:59,7,7,eur,Paid,b"]
    late = ["p1,2026-02-01,1,1,eur,Failed,z", "p2,2026-02-03,2,2,eur,Paid,a"]
    opened = []
    for name, lines in {"one": early, "two": [*late, *early]}.items():
        path = tmp_path / f"{name}.csv"
        path.write_text("\n".join([SHORT, *lines]) + "\n")
        opened.append(read(con, {"payments": {"path": str(path)}}, "UTC"))
    assert_untouched(*opened, "2026-02-01", tables=("orders",))


def test_times_are_utc_in_every_zone(con, tables_of):
    block = {"payments": {"path": str(PAYMENTS)}}
    zones = ("UTC", "America/New_York")
    one, two = (tables_of(read(con, block, z))["orders"] for z in zones)
    assert_frame_equal(one, two)


# ---- mistakes


def test_the_wrong_file_is_named(con):
    with pytest.raises(DataError, match="looks like a Stripe customers export"):
        read(con, {"payments": {"path": str(CUSTOMERS)}}, "UTC")
    files = {"payments": {"path": str(PAYMENTS)}, "customers": {"path": str(PAYMENTS)}}
    with pytest.raises(DataError, match="looks like a Stripe payments export"):
        read(con, files, "UTC")


@pytest.mark.parametrize(
    ("block", "sentence"),
    [
        ({}, "must hold 'source.payments', but it is missing"),
        ({"payment": {"path": "x"}}, "Did you mean 'payments'"),
        ({"payments": {"path": "x", "decimal": ","}}, "'source.payments.decimal'"),
        ({"payments": {"path": "x"}, "decimal": ";"}, "source.decimal must be"),
        ({"payments": {"path": "nowhere.csv"}}, "there is nothing at nowhere.csv"),
    ],
)
def test_a_mistaken_block_gets_one_sentence(block, sentence, con):
    with pytest.raises(ConfigError, match=sentence):
        read(con, block, "UTC")
