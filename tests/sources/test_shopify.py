"""Shopify's exports: one row a line item becomes orders, refunds, lines, customers."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from segtools.schema import ConfigError, DataError
from segtools.sources.shopify import read

EXPORTS = Path(__file__).parent / "exports" / "shopify"
ORDERS = EXPORTS / "orders_export.csv"
CUSTOMERS = EXPORTS / "customers_export.csv"
OLDER = EXPORTS / "customers_export_older.csv"

ORDER = ["customer_id", "ordered_at", "amount", "order_id", "currency", "channel"]
ORDER += ["store_id", "discount", "coupon_discount", "is_return", "returned_order_id"]
ORDER += ["cancelled_at", "by_email", "by_phone", "excluded", "unreadable"]
LINE = ["customer_id", "ordered_at", "product_id", "amount", "order_id", "currency"]
LINE += ["channel", "store_id", "is_return", "cancelled_at", "product", "brand"]
LINE += ["quantity", "by_email", "by_phone", "excluded", "unreadable"]


def cells(path: Path = ORDERS) -> list[dict[str, str]]:
    """The file as dictionaries of text, in its own order."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


HEAD = list(cells()[0])


def order(name: str, **values: str) -> dict[str, str]:
    """One row of an order with one line, all else empty."""
    base = {
        "Name": name,
        "Email": "ann@example.com",
        "Financial Status": "paid",
        "Currency": "EUR",
        "Subtotal": "10.00",
        "Created at": "2026-03-01 12:00:00 +0000",
        "Lineitem quantity": "1",
        "Lineitem name": "Mug",
        "Lineitem price": "10.00",
    }
    return base | values


def line(name: str, product: str, price: str, **values: str) -> dict[str, str]:
    """A later row of an order: its own fields are empty."""
    empty = {"Financial Status": "", "Currency": "", "Subtotal": ""}
    item = {"Lineitem name": product, "Lineitem price": price}
    return order(name, **empty, **item) | values


@pytest.fixture
def write(tmp_path):
    """Write rows under Shopify's whole header, and name the file."""

    def run(rows: list[dict], head: list[str] = HEAD, name: str = "orders.csv") -> Path:
        text = io.StringIO(newline="")
        table = csv.DictWriter(text, head, restval="", extrasaction="ignore")
        table.writeheader()
        table.writerows(rows)
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.getvalue().encode())
        return path

    return run


@pytest.fixture
def opened(con):
    """Open an orders export, perhaps with customers and further keys."""

    def run(orders: Path = ORDERS, customers: Path | None = None, *, on="UTC", **keys):
        options = {"orders": {"path": str(orders)}, **keys}
        if customers is not None:
            options["customers"] = {"path": str(customers)}
        return read(con, options, on)

    return run


@pytest.fixture
def tables(opened, write, tables_of):
    """The tables of rows written as a file."""
    return lambda rows, **keys: tables_of(opened(write(rows), **keys))


def expect(found: pd.DataFrame, columns: list[str], rows: list[dict]) -> None:
    """Compare a table whole; what a row does not name is null."""
    wanted = pd.DataFrame([{c: row.get(c) for c in columns} for row in rows])
    assert sorted(found.columns) == sorted(columns)
    for column in wanted:
        if column in ("amount", "discount", "coupon_discount"):
            values = [None if pd.isna(v) else Decimal(v) for v in wanted[column]]
            wanted[column] = pd.Series(values, dtype=object)
        elif column in ("ordered_at", "cancelled_at"):
            wanted[column] = pd.to_datetime(wanted[column])
    wanted = wanted.reindex(columns=found.columns)
    key = ["order_id", "amount"]
    key += ["product_id"] if "product_id" in columns else []
    found, wanted = (f.sort_values(key, ignore_index=True) for f in (found, wanted))
    for column in wanted:  # a column of nothing has no kind of its own
        if wanted[column].isna().all():
            assert found[column].isna().all(), column
            found, wanted = found.drop(columns=column), wanted.drop(columns=column)
    wanted = wanted.astype(found.dtypes.to_dict())
    assert_frame_equal(found, wanted)


# Times are UTC: Paris is an hour ahead until 29 March, two hours after.
FIRST = {
    "order_id": "#1001",
    "ordered_at": "2026-03-01 09:14:58",
    "currency": "EUR",
    "channel": "web",
    "by_email": "ann.lee@example.com",
}
SECOND = {
    "order_id": "#1002",
    "ordered_at": "2026-03-05 17:00:01",
    "currency": "EUR",
    "channel": "web",
    "by_phone": "+33100000000",
    "excluded": "unpaid",
}
THIRD = {
    "order_id": "#1003",
    "ordered_at": "2026-03-06 08:30:00",
    "currency": "EUR",
    "channel": "web",
    "by_email": "bo.kim@example.com",
}
FOURTH = {
    "order_id": "#1004",
    "ordered_at": "2026-03-07 11:00:00",
    "currency": "EUR",
    "channel": "web",
    "by_email": "ann.lee@example.com",
    "excluded": "unpaid",
}
FIFTH = {
    "order_id": "#1005",
    "ordered_at": "2026-03-28 22:59:59",
    "cancelled_at": "2026-03-29 01:30:00",
    "currency": "EUR",
    "channel": "web",
    "by_email": "cy.ode@example.com",
    "excluded": "unpaid",
}
SIXTH = {
    "order_id": "#1006",
    "ordered_at": "2026-03-29 11:00:00",
    "currency": "CLP",
    "channel": "pos",
    "store_id": "Santiago",
    "by_phone": "+56220000000",
}
SEVENTH = {
    "order_id": "#1007",
    "ordered_at": "2026-03-30 06:00:00",
    "currency": "EUR",
    "channel": "web",
    "by_email": "dee.fox@example.com",
}
EIGHTH = {
    "order_id": "#1008",
    "ordered_at": "2026-03-31 08:00:00",
    "currency": "EUR",
    "channel": "pos",
    "store_id": "Rue Fictive",
}


def bought(base: dict, amount: str, discount: str = "0", coupon: str = "0") -> dict:
    money = {"amount": amount, "discount": discount, "coupon_discount": coupon}
    return base | money | {"is_return": False}


def refunded(base: dict, amount: str) -> dict:
    return base | {
        "amount": amount,
        "is_return": True,
        "returned_order_id": base["order_id"],
    }


def item(base: dict, product_id: str, product: str, quantity: float, *rest) -> dict:
    amount, brand = rest
    return base | {
        "product_id": product_id,
        "product": product,
        "quantity": quantity,
        "amount": amount,
        "brand": brand,
        "is_return": False,
    }


def test_an_order_is_its_subtotal_and_a_refund_is_a_second_row(opened, tables_of):
    rows = [
        bought(FIRST, "45.0000", "5", "5"),
        refunded(FIRST, "-15.0000"),
        bought(SECOND, "25.0000"),
        bought(THIRD, "20.0000", "10"),  # a discount without a code
        bought(FOURTH, "30.0000"),
        refunded(FOURTH, "-30.0000"),  # 38.00 came back: 8.00 were shipping
        bought(FIFTH, "7.0000"),
        bought(SIXTH, "163056.0000"),
        refunded(SIXTH, "-163056.0000"),  # of 165000
        bought(SEVENTH, "12.5000"),
        bought(EIGHTH, "0.0000", "9", "9"),
    ]
    expect(tables_of(opened())["orders"], ORDER, rows)


def test_lines_share_the_discounts_of_their_order(opened, tables_of):
    rows = [
        # 2 x 15.00 and 20.00 are 50.00, of which 45.00 were asked.
        item(FIRST, "FERN-A3", "Fern Print", 2.0, "27.0000", "Atelier Vert"),
        item(FIRST, "TOTE", "Canvas Tote", 1.0, "18.0000", "Sac & Co"),
        item(SECOND, "MUG-BIG", "Mug", 1.0, "25.0000", "Potter"),
        # 20.00 over three equal mugs
        item(THIRD, "MUG-BLUE", "Mug", 1.0, "6.6667", "Potter"),
        item(THIRD, "MUG-GREEN", "Mug", 1.0, "6.6667", "Potter"),
        item(THIRD, "MUG-RED", "Mug", 1.0, "6.6667", "Potter"),
        item(FOURTH, "FERN-A3", "Fern Print", 2.0, "30.0000", "Atelier Vert"),
        item(FIFTH, "Postcard", "Postcard", 1.0, "7.0000", None),
        item(SIXTH, "MANTA", "Manta", 1.0, "163056.0000", "Lana"),
        item(EIGHTH, "Postcard", "Postcard", 3.0, "0.0000", None),
    ]
    expect(tables_of(opened())["order_lines"], LINE, rows)


def test_revenue_less_refunds_adds_up_to_the_cent(tables):
    rows = [
        order("#1", Subtotal="19.99", **{"Refunded Amount": "0.10"}),
        order("#2", Subtotal="0.01", **{"Refunded Amount": "0.01"}),
        order("#3", Subtotal="80.20", **{"Refunded Amount": "0.00"}),
        order("#4", Subtotal="5.00", **{"Refunded Amount": "9.99"}),
    ]
    found = tables(rows)["orders"]
    assert found.groupby("is_return")["amount"].sum().to_dict() == {
        False: Decimal("105.2000"),  # 19.99 + 0.01 + 80.20 + 5.00
        True: Decimal("-5.1100"),  # 0.10 + 0.01 + 5.00
    }


def test_a_refund_of_shipping_alone_returns_nothing(tables):
    rows = [order("#1", Subtotal="0.00", **{"Refunded Amount": "4.90"})]
    assert tables(rows)["orders"]["is_return"].tolist() == [False]


def test_the_order_of_the_rows_does_not_matter(opened, write, tables_of, rng):
    before = tables_of(opened())
    for _ in range(3):
        rows = [cells()[i] for i in rng.permutation(len(cells()))]
        after = tables_of(opened(write(rows)))
        for name in ("orders", "order_lines"):
            assert_frame_equal(before[name], after[name])


def test_every_row_with_a_line_item_comes_out(opened, tables_of):
    found = tables_of(opened())
    with_item = [r for r in cells() if r["Lineitem name"]]
    assert len(found["order_lines"]) == len(with_item) == 10
    assert set(found["orders"]["order_id"]) == {r["Name"] for r in cells()}


def test_blank_totals_on_later_rows_are_not_nought(tables):
    rows = [order("#1", Subtotal="30.00"), line("#1", "Tote", "20.00")]
    found = tables(rows)
    assert found["orders"]["amount"].tolist() == [Decimal("30.0000")]
    amounts = found["order_lines"].set_index("product_id")["amount"].to_dict()
    assert amounts == {"Mug": Decimal("10.0000"), "Tote": Decimal("20.0000")}


def test_a_discount_of_the_line_counts_before_it_is_scaled(tables):
    rows = [
        order("#1", Subtotal="9.00", **{"Lineitem discount": "4.00"}),  # 6.00
        line("#1", "Tote", "12.00"),
    ]
    found = tables(rows)["order_lines"].set_index("product_id")["amount"].to_dict()
    assert found == {"Mug": Decimal("3.0000"), "Tote": Decimal("6.0000")}


def test_lines_of_an_order_given_away_keep_their_own_amount(tables):
    rows = [order("#1", Subtotal="5.00", **{"Lineitem price": "0.00"})]
    assert tables(rows)["order_lines"]["amount"].tolist() == [Decimal("0.0000")]


def test_large_numbers_of_a_currency_without_cents_are_no_crash(tables):
    price = {"Subtotal": "900000000000", "Lineitem price": "100000000000"}
    rows = [order("#1", **price, **{"Lineitem quantity": "10"})]
    found = tables(rows)["order_lines"]["amount"].tolist()
    assert found == [Decimal("900000000000.0000")]


def test_an_order_counts_by_its_financial_status(tables):
    statuses = {
        "paid": None,
        "PAID": None,
        "Partially Refunded": None,
        "partially_paid": None,
        "refunded": "unpaid",
        "voided": "unpaid",
        "pending": "unpaid",
        "authorized": "unpaid",
        "": "unpaid",
    }
    changes = [{"Financial Status": s, "Refunded Amount": "2.00"} for s in statuses]
    found = tables([order(c["Financial Status"], **c) for c in changes])
    for name, rows in (("orders", 2), ("order_lines", 1)):
        reasons = found[name].fillna({"order_id": "", "excluded": "counts"})
        of_order = reasons.groupby("order_id")["excluded"]
        wanted = {s: [e or "counts"] * rows for s, e in statuses.items()}
        assert of_order.apply(list).to_dict() == wanted


def test_the_statuses_that_count_can_be_set(tables):
    rows = [order("#1"), order("#2", **{"Financial Status": "Pending"})]
    found = tables(rows, statuses=["PENDING"])["orders"]
    assert found["excluded"].isna().tolist() == [False, True]


def test_an_order_of_which_only_later_rows_are_there_is_not_called_unpaid(tables):
    found = tables([line("#1", "Tote", "20.00")])
    assert found["orders"][["amount", "excluded"]].isna().all(axis=None)
    assert found["order_lines"]["amount"].tolist() == [Decimal("20.0000")]


def test_an_order_belongs_to_its_email_phone_or_billing_phone(tables):
    phones = {"Phone": "'+33 1 00 00 00 00", "Billing Phone": "+49 30 000000"}
    rows = [
        order("#1", Email=" 'Ann.Lee@Example.com ", **phones),
        order("#2", Email="", **phones),
        order("#3", Email="", **{"Billing Phone": "+49 30 000000"}),
        order("#4", Email=""),
    ]
    found = tables(rows)["orders"][["order_id", "by_email", "by_phone"]]
    wanted = [
        ["#1", "ann.lee@example.com", "+33100000000"],
        ["#2", None, "+33100000000"],
        ["#3", None, "+4930000000"],
        ["#4", None, None],
    ]
    found = found.sort_values("order_id").astype(object)
    assert found.where(found.notna(), None).to_numpy().tolist() == wanted


# ---- what else stands in files


def test_older_and_other_headers_give_the_same_tables(opened, write, tables_of):
    other = {"Lineitem sku": "Lineitem SKU", "Cancelled at": "Canceled at"}
    missing = {"Payment ID", "Payment Terms Name", "Next Payment Due At", "Employee"}
    missing |= {"Payment References", "Note Attributes", "Duties"}
    rows = [{other.get(k, k): v for k, v in row.items()} for row in cells()]
    head = [other.get(h, h) for h in HEAD if h not in missing]
    before, after = tables_of(opened()), tables_of(opened(write(rows, head[::-1])))
    for name in ("orders", "order_lines"):
        assert_frame_equal(before[name], after[name])


def test_columns_that_an_older_file_lacks_are_null(opened, write, tables_of):
    absent = {"Location", "Source", "Vendor", "Lineitem discount", "Lineitem sku", "Id"}
    absent |= {"Cancelled at", "Refunded Amount", "Phone", "Billing Phone"}
    path = write([order("#1")], [h for h in HEAD if h not in absent])
    found = tables_of(opened(path), "2027-01-01")
    plain = {"order_id": "#1", "ordered_at": "2026-03-01 12:00:00", "currency": "EUR"}
    plain |= {"amount": "10.0000", "by_email": "ann@example.com", "is_return": False}
    expect(found["orders"], ORDER, [plain])
    more = {"product_id": "Mug", "product": "Mug", "quantity": 1.0}
    expect(found["order_lines"], LINE, [plain | more])


def test_times_without_an_offset_are_on_the_clock_of_the_shop(tables):
    rows = [order("#1", **{"Created at": "2026-03-01 12:00:00"})]
    found = tables(rows, on="Europe/Paris")
    assert found["orders"]["ordered_at"].tolist() == [pd.Timestamp("2026-03-01 11:00")]


def test_a_row_without_a_time_has_that_of_its_order(tables):
    rows = [line("#1", "Tote", "20.00", **{"Created at": ""})]
    found = tables([*rows, order("#1", Subtotal="30.00")])
    assert len(found["orders"]) == 1
    assert found["order_lines"]["ordered_at"].nunique() == 1


def test_orders_without_a_name_are_told_apart_by_their_time(tables):
    later = {"Created at": "2026-03-02 12:00:00 +0000", "Subtotal": "3.00"}
    found = tables([order(""), order("", **later)])["orders"]
    assert found["order_id"].isna().all()
    assert found["amount"].tolist() == [Decimal("10.0000"), Decimal("3.0000")]


def test_what_cannot_be_read_of_an_order_is_named(tables):
    columns = ["Cancelled at", "Discount Amount", "Refunded Amount", "Subtotal"]
    rows = [order(c, **{c: "1O.00"}) for c in columns]
    found = tables([*rows, line("Subtotal", "Tote", "20.00")])
    assert found["orders"].set_index("order_id")["unreadable"].to_dict() == {
        "Cancelled at": "cancelled_at '1O.00'",
        "Discount Amount": "discount_amount '1O.00'",
        "Refunded Amount": "refunded_amount '1O.00'",
        "Subtotal": "subtotal '1O.00'",
    }
    assert found["order_lines"]["unreadable"].isna().all()


def test_a_price_that_cannot_be_read_leaves_the_other_lines_alone(tables):
    rows = [order("#1", Subtotal="30.00"), line("#1", "Tote", "twenty")]
    found = tables(rows)
    assert found["orders"]["unreadable"].isna().all()
    lines = found["order_lines"].set_index("product_id")
    assert lines.loc["Tote", "unreadable"] == "lineitem_price 'twenty'"
    assert lines.loc["Mug", "amount"] == Decimal("10.0000")


def test_an_unreadable_time_is_an_order_without_one(tables):
    found = tables([order("#1", **{"Created at": "yesterday"})])["orders"]
    assert found["ordered_at"].isna().all()
    assert found["unreadable"].tolist() == ["created_at 'yesterday'"]


def test_an_order_exported_twice_counts_once(opened, write, tables_of):
    first = [
        order("#1", Subtotal="30.00", Id="1", **{"Financial Status": "pending"}),
        line("#1", "Tote", "10.00"),
        line("#1", "Tote", "10.00"),  # really two of them
    ]
    write(first, name="months/march.csv")
    paid = [first[0] | {"Financial Status": "paid"}, *first[1:]]
    folder = write(paid, name="months/april.csv").parent
    found = tables_of(opened(folder), "2027-01-01")
    assert found["orders"]["amount"].tolist() == [Decimal("30.0000")]
    assert found["orders"]["excluded"].isna().all()  # paid in the later export
    lines = found["order_lines"]
    counts = lines.groupby(["product_id", lines["excluded"].fillna("kept")]).size()
    assert counts.to_dict() == {
        ("Mug", "kept"): 1,
        ("Mug", "repeated"): 1,
        ("Tote", "kept"): 2,
        ("Tote", "repeated"): 2,
    }
    kept = lines[lines["excluded"].isna()]
    assert kept["amount"].sum() == Decimal("30.0000")


# ---- time


LATE = {"Created at": "2026-04-02 10:00:00 +0200"}


def test_later_rows_do_not_touch_earlier_ones(opened, write, assert_untouched):
    more = [
        order("#1009", Id="79", **LATE, **{"Refunded Amount": "5.00"}),
        line("#1009", "Mug", "80.00", **LATE),
    ]
    one, two = opened(), opened(write(cells() + more))
    tables = ("orders", "order_lines")
    assert_untouched(one, two, "2026-04-01", tables=tables)


def test_later_rows_under_a_known_name_do_not_touch_earlier_ones(
    opened, write, tables_of
):
    more = [
        order("#1001", Id="77", Subtotal="999.00", **LATE, Location="Elsewhere"),
        order("#1003", Id="1", Subtotal="90.50", **LATE, Email="aa@example.com"),
        line("#1002", "Mug", "80.00", **LATE, Phone="+1000000000"),
        line("#1007", "Mug", "80.00", **LATE),
    ]
    before = tables_of(opened(), "2026-04-01")
    after = tables_of(opened(write(cells() + more)), "2026-04-01")
    for name in ("orders", "order_lines"):
        assert_frame_equal(before[name], after[name])


def test_later_rows_stay_in_the_tables_to_be_counted(opened):
    orders = opened().before(1_772_700_000)["orders"]  # 5 March 2026, before #1002
    assert orders.count().execute() == 11


# ---- customers


def person(table: pd.DataFrame, row: int) -> dict:
    values = table.loc[row].to_dict()
    return {k: v for k, v in values.items() if not pd.isna(v)}


def test_customers_keep_every_column_as_an_attribute(opened, tables_of):
    found = tables_of(opened(customers=CUSTOMERS))["customers"]
    ann = {
        "customer_id": "7210000000001",
        "first_name": "Ann",
        "last_name": "Lee",
        "email": "Ann.Lee@example.com",
        "accepts_email_marketing": "yes",
        "address1": "1 Rue Fictive",
        "city": "Paris",
        "country_code": "FR",
        "zip": "75008",
        "accepts_sms_marketing": "no",
        "total_spent": "50.00",
        "total_orders": "1",
        "note": "Rings\ntwice",
        "tax_exempt": "no",
        "tags": "newsletter, vip",
        "accepts_whatsapp_marketing": "no",
        "favourite_colour": "green",  # label and key of the metafield are one
        "religion_field_3": "none",  # they differ: both, so that no word is lost
        "by_email": "ann.lee@example.com",
    }
    bo = {
        "customer_id": "7210000000002",
        "first_name": "Bo",
        "last_name": "Kim",
        "email": "bo.kim@example.com",
        "accepts_email_marketing": "no",
        "company": "Kim GmbH",
        "address1": "Musterweg 2",
        "city": "Berlin",
        "province_code": "BE",
        "country_code": "DE",
        "zip": "10115",
        "address_phone": "+49 30 000000",
        "accepts_sms_marketing": "no",
        "total_spent": "0.00",
        "total_orders": "0",
        "tax_exempt": "yes",
        "accepts_whatsapp_marketing": "no",
        "by_email": "bo.kim@example.com",
        "by_phone": "+4930000000",
    }
    assert person(found, 0) == ann
    assert person(found, 1) == bo
    assert person(found, 2)["by_phone"] == "+33100000000"
    assert person(found, 2)["phone"] == "+33100000000"
    assert len(found) == 3


def test_the_older_layout_of_customers_gives_the_same_attributes(opened, tables_of):
    found = tables_of(opened(customers=OLDER))["customers"]
    assert person(found, 0) == {
        "first_name": "Ann",
        "last_name": "Lee",
        "email": "ann.lee@example.com",
        "accepts_email_marketing": "yes",
        "address1": "1 Rue Fictive",
        "city": "Paris",
        "country": "France",
        "country_code": "FR",
        "zip": "75008",
        "accepts_sms_marketing": "no",
        "total_spent": "50.00",
        "total_orders": "1",
        "tags": "newsletter, vip",
        "tax_exempt": "no",
        "by_email": "ann.lee@example.com",
    }
    assert found["customer_id"].isna().all()


def test_attributes_never_take_a_name_that_is_taken(opened, write, tables_of):
    row = {
        "Customer ID": "'1",
        "Email": "a@example.com",
        "Total Orders": "1",
        "Reason": "r",
        "By e-mail": "x",
        "By E mail": "y",
        "City": "Paris",
        "Default Address City": "Lyon",
        "%": "z",
    }
    path = write([row], list(row), "customers.csv")
    found = person(tables_of(opened(customers=path))["customers"], 0)
    assert found == {
        "customer_id": "1",
        "email": "a@example.com",
        "total_orders": "1",
        "reason_": "r",
        "by_e_mail": "x",
        "by_e_mail_": "y",
        "city": "Lyon",
        "city_": "Paris",
        "column": "z",
        "by_email": "a@example.com",
    }


# ---- what is refused


def test_two_ids_under_one_name_are_refused_at_the_origin(opened, write):
    rows = [
        order("#1", Id="7"),
        order("#2", Id="'9"),
        order("#2", Id="8", **{"Created at": "2026-03-09 12:00:00 +0000"}),
    ]
    found = opened(write(rows))  # nothing is looked at before an origin is known
    assert found.before(1_772_800_000)  # 6 March 2026, before the third
    sentence = (
        r"^shopify\.orders must have one Id \(or, without Ids, one time\) for each "
        r"order, but #2 has 8 and 9\. If these are orders of two shops, make a run "
        r"for each\.$"
    )
    with pytest.raises(DataError, match=sentence):
        found.before(1_773_100_000)  # 9 March 2026, in the night after it


def test_without_ids_two_times_under_one_name_are_refused(opened, write):
    rows = [order("#1"), order("#1", **{"Created at": "2026-03-09 12:00:00 +0000"})]
    sentence = r"but #1 has 2026-03-01 12:00:00 and 2026-03-09 12:00:00\."
    with pytest.raises(DataError, match=sentence):
        opened(write(rows)).before(1_773_100_000)


def test_a_file_in_the_wrong_place_is_named_as_what_it_is(opened):
    sentence = (
        r"^shopify\.orders must be a Shopify orders export, but this looks like a "
        r"Shopify customers export: it lacks the columns \['Name', .*\]\. Name the "
        r"file where it belongs"
    )
    with pytest.raises(DataError, match=sentence):
        opened(CUSTOMERS)
    sentence = (
        r"^shopify\.customers must be a Shopify customers export, but this looks like "
        r"a Shopify orders export: it lacks the columns \['Total Orders'\]\."
    )
    with pytest.raises(DataError, match=sentence):
        opened(customers=ORDERS)


def test_a_missing_column_is_named(opened, write):
    path = write([order("#1")], [h for h in HEAD if h != "Subtotal"])
    sentence = r"but the columns \['Subtotal'\] cannot be found among \['Name', "
    with pytest.raises(DataError, match=sentence):
        opened(path)


def test_the_block_is_checked(con):
    with pytest.raises(ConfigError, match=r"must hold 'source\.orders', but it is mis"):
        read(con, {}, "UTC")
    options = {"orders": {"path": str(ORDERS)}, "status": ["paid"]}
    with pytest.raises(ConfigError, match=r"Did you mean 'statuses'\?"):
        read(con, options, "UTC")
    options = {"orders": {"path": str(ORDERS)}, "statuses": []}
    sentence = (
        r"^source\.statuses must name a Financial Status that counts, but it is empty\."
        r" Write it like \[paid, partially_refunded\]\.$"
    )
    with pytest.raises(ConfigError, match=sentence):
        read(con, options, "UTC")
