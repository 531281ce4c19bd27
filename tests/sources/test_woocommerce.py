"""WooCommerce: orders without tax and shipping, lines, refunds, and who ordered."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from segtools.schema import ConfigError, DataError
from segtools.sources.woocommerce import read

EXPORTS = Path(__file__).parent / "exports" / "woocommerce"
ORDERS = json.loads((EXPORTS / "orders.json").read_text(encoding="utf-8"))
ANN, BO = "ann.lee@example.com", "bo.kim@example.com"


def same(found: pd.DataFrame, by_hand: str, *, by: list[str]) -> None:
    """Compare whole columns with a table written by hand; missing is empty."""
    hand = pd.read_csv(io.StringIO(by_hand), dtype=str, keep_default_na=False)
    hand = hand.rename(columns=str.strip).apply(lambda c: c.str.strip())
    text = found.sort_values(by)[list(hand)].reset_index(drop=True)
    text = text.apply(lambda c: c.map(lambda v: "" if pd.isna(v) else v))
    assert_frame_equal(text.astype(str), hand, check_dtype=False)


def order(number: int, gmt: str, email: str = "", **changes) -> dict:
    """A completed order of 10 for one line, as the REST API writes it."""
    line = {"name": "Mug", "product_id": 5, "quantity": 1, "sku": "", "price": 10}
    billing = {"email": email, "phone": changes.pop("phone", "")}
    return {
        "id": number,
        "status": "completed",
        "currency": "EUR",
        "date_created_gmt": gmt,
        "date_modified_gmt": gmt,
        "total": "10.00",
        "customer_id": 0,
        "billing": billing | {"city": changes.pop("city", "")},
        "line_items": [line | {"subtotal": "10.00", "total": "10.00"}],
        **changes,
    }


@pytest.fixture
def opened(con, tmp_path):
    """Open orders of the REST API, given as objects, or a file by its name."""

    def run(what: list[dict] | str, *, timezone: str = "Europe/Berlin", **block):
        path = EXPORTS / what if isinstance(what, str) else tmp_path / "orders.json"
        if not isinstance(what, str):
            path.write_text(json.dumps(what))
        files = {"orders": {"path": str(path)}, **block}
        return read(con, files, timezone)

    return run


@pytest.fixture
def tables(opened, tables_of):
    def run(what: list[dict] | str, before: str | None = None, **block):
        return tables_of(opened(what, **block), before)

    return run


KEY = ["order_id", "is_return", "excluded", "amount"]


# ---- the REST API


def test_an_order_is_its_total_without_shipping_and_tax(tables):
    found = tables("orders.json")["orders"]
    same(
        found,
        """\
order_id, customer_id, ordered_at, amount, discount, coupon_discount, is_return
1001, 7, 2026-03-01 09:14:58, 45.0000, 5.0000, 5.0000, False
1001, 7, 2026-03-01 09:14:58, -9.0000, , , True
1002, , 2026-03-05 17:00:01, 25.0000, 0.0000, 0.0000, False
1003, 7, 2026-03-06 08:00:00, 9.0000, 0.0000, 0.0000, False
1004, 8, 2026-03-07 08:00:00, 12.0000, 0.0000, 0.0000, False
1004, 8, 2026-03-07 08:00:00, -12.0000, , , True
1005, , 2026-03-08 22:30:00, 10.0000, 0.0000, 0.0000, False
""",
        by=KEY,
    )
    same(
        found,
        """\
order_id, returned_order_id, by_email, by_phone, currency, excluded, unreadable
1001, , ann.lee@example.com, +33100000001, EUR, ,
1001, 1001, ann.lee@example.com, +33100000001, EUR, ,
1002, , bo.kim@example.com, 02280000001, EUR, ,
1003, , ann.lee@example.com, , EUR, cancelled,
1004, , cat@example.com, , EUR, unpaid,
1004, 1004, cat@example.com, , EUR, unpaid,
1005, , ann.lee@example.com, , EUR, ,
""",
        by=KEY,
    )
    assert len(found.columns) == 7 + 6


def test_a_line_is_its_total_after_discounts_and_without_tax(tables):
    found = tables("orders.json")["order_lines"]
    same(
        found,
        """\
order_id, customer_id, product_id, product, quantity, amount, unit_price, discount
1001, 7, 11, Fern Print - Green, 2.0, 27.0000, 13.5000, 3.0000
1001, 7, 13, Canvas Tote, 1.0, 18.0000, 18.0000, 2.0000
1002, , Mug, Mug, 1.0, 25.0000, 25.0000, 0.0000
1003, 7, 11, Fern Print, 1.0, 9.0000, 9.0000, 0.0000
1004, 8, 13, Canvas Tote, 1.0, 12.0000, 12.0000, 0.0000
1005, , 13, Canvas Tote, 1.0, 10.0000, 10.0000, 0.0000
""",
        by=["order_id", "product_id"],
    )
    same(
        found,
        """\
          ordered_at,            by_email,     by_phone, currency,  excluded, unreadable
 2026-03-01 09:14:58, ann.lee@example.com, +33100000001,      EUR,          ,
 2026-03-01 09:14:58, ann.lee@example.com, +33100000001,      EUR,          ,
 2026-03-05 17:00:01,  bo.kim@example.com,  02280000001,      EUR,          ,
 2026-03-06 08:00:00, ann.lee@example.com,             ,      EUR, cancelled,
 2026-03-07 08:00:00,     cat@example.com,             ,      EUR,    unpaid,
 2026-03-08 22:30:00, ann.lee@example.com,             ,      EUR,          ,
""",
        by=["order_id", "product_id"],
    )
    assert len(found.columns) == 8 + 6


def test_customers_are_who_bought_with_their_latest_address(tables):
    # Ann's guest order is hers by its e-mail, and makes no second customer.
    same(
        tables("orders.json")["customers"],
        """\
customer_id, by_email, by_phone, email, country, city, unreadable
7, ann.lee@example.com, +33100000001, Ann.Lee@Example.com, FR, Lyon,
, bo.kim@example.com, 02280000001, bo.kim@example.com, DE, Bonn,
""",
        by=["by_email"],
    )
    moved = [*ORDERS, order(1006, "2026-04-01T10:00:00", city="Metz", customer_id=7)]
    columns = ["customer_id", "city"]
    found = tables(moved)["customers"][columns].values.tolist()
    assert ["7", "Metz"] in found
    found = tables(moved, before="2026-04-01")["customers"][columns].values.tolist()
    assert ["7", "Lyon"] in found


def test_lines_of_json_shuffled_and_in_a_folder_give_the_same(tables, tmp_path):
    folder = tmp_path / "dump"
    folder.mkdir()
    for i, part in enumerate([ORDERS[3:], ORDERS[:3][::-1]]):
        text = "\n".join(json.dumps(o, ensure_ascii=False) for o in part)
        (folder / f"part{i}.jsonl").write_text(text, encoding="utf-8")
    marked = tmp_path / "marked.json"  # PowerShell puts a byte-order mark first
    marked.write_text(json.dumps(ORDERS[::-1]), encoding="utf-8-sig")
    one = tables("orders.json")
    two = tables(str(folder))
    three = tables(str(folder / "*.jsonl"))
    four = tables(str(marked))
    for name in one:
        for other in (two, three, four):
            assert_frame_equal(one[name], other[name])


def test_keys_that_are_missing_are_null(tables):
    bare = order(1, "2026-01-01T00:00:00")
    for key in ("billing", "currency", "date_modified_gmt", "customer_id"):
        del bare[key]
    bare["line_items"] = [{"name": "Mug"}]
    found = tables([bare])
    same(
        found["orders"],
        "amount,discount,coupon_discount,customer_id,currency,by_email,unreadable\n"
        "10.0000,,,,,,\n",
        by=KEY,
    )
    hand = "product_id,amount,quantity,unreadable\nMug,,,\n"
    same(found["order_lines"], hand, by=["product_id"])
    assert found["customers"].empty


def test_odd_shapes_cost_a_value_but_never_the_order(tables):
    odd = order(1, "2026-01-01T00:00:00", billing=[], refunds={}, coupon_lines="none")
    found = tables([odd, order(2, "2026-01-02T00:00:00", line_items=None)])
    same(
        found["orders"],
        "order_id,amount,by_email\n1,10.0000,\n2,10.0000,\n",
        by=KEY,
    )
    assert found["order_lines"]["order_id"].tolist() == ["1"]


def test_what_cannot_be_read_comes_out_nevertheless(tables):
    rows = [
        order(1, "soon"),
        order(2, "2026-01-01T00:00:00", total="ten"),
        order(3, "2026-01-01T00:00:00", line_items=[{"quantity": "two", "total": "x"}]),
    ]
    found = tables(rows)
    said = found["orders"].set_index("order_id")["unreadable"]
    assert said[["1", "2"]].tolist() == ["ordered_at 'soon'", "total 'ten'"]
    said = found["order_lines"].set_index("order_id")["unreadable"]
    assert said["3"] == "amount 'x'"


def test_a_refund_takes_its_share_and_a_full_one_everything(tables):
    how = {"total": "119.00", "shipping_total": "10.00", "total_tax": "19.00"}
    rows = [
        order(1, "2026-01-01T00:00:00", refunds=[{"total": "-119.00"}], **how),
        order(2, "2026-01-01T00:00:00", refunds=[{"total": "-11.90"}] * 2, **how),
        order(3, "2026-01-01T00:00:00", refunds=[{"total": "-1.00"}], total="0.00"),
    ]
    same(
        tables(rows)["orders"],
        """\
order_id, is_return,  amount
       1,     False,  90.0000
       1,      True, -90.0000
       2,     False,  90.0000
       2,      True,  -9.0000
       2,      True,  -9.0000
       3,     False,   0.0000
       3,      True,  -1.0000
""",
        by=KEY,
    )


def test_statuses_count_with_and_without_their_prefix(tables):
    rows = [
        order(i, "2026-01-01T00:00:00", status=status)
        for i, status in enumerate(["wc-completed", "on-hold", "cancelled", "failed"])
    ]
    found = tables(rows, statuses=["Completed", "wc-cancelled"])["orders"]
    assert found.sort_values("order_id")["excluded"].fillna("").tolist() == [
        *("", "unpaid", "", "unpaid"),
    ]


# ---- who is who


def test_a_guest_at_a_known_address_makes_no_second_customer(tables):
    day = "2026-01-0{}T00:00:00".format
    rows = [
        order(1, day(1), "old@example.com", customer_id=7, phone="+49 228 0000001"),
        order(2, day(2), "new@example.com", customer_id=7),
        order(3, day(3), "OLD@example.com"),
        order(4, day(4), "", phone="0049 228 0000001"),
        order(5, day(5), BO, phone="+49 30 0000002"),
        order(6, day(6), "", phone="+49 30 0000002"),
        order(7, day(7), "", phone="+49 30 0000003"),
        order(8, day(8), "never@example.com", status="failed"),
    ]
    same(
        tables(rows)["customers"],
        """\
customer_id,           by_email,      by_phone
           , bo.kim@example.com,  +49300000002
          7,    new@example.com,
           ,                   ,  +49300000003
""",
        by=["by_email"],
    )


# ---- copies, and time


def test_of_copies_the_one_known_at_the_time_counts(tables):
    day = "2026-01-01T00:00:00"
    young = {"refunds": [{"total": "-4.00"}]}
    young["date_modified_gmt"] = "2026-03-01T00:00:00"
    rows = [order(1, day, **young), order(1, day)]
    hand = "amount,excluded\n10.0000,repeated\n10.0000,\n-4.0000,\n"
    same(tables(rows)["orders"], hand, by=KEY)
    then = tables(rows, before="2026-02-01")["orders"].sort_values(KEY)
    assert then["excluded"].fillna("").tolist() == ["repeated", "", "repeated"]
    lines = tables(rows)["order_lines"]["excluded"].fillna("")
    assert sorted(lines) == ["", "repeated"]


def test_later_orders_leave_earlier_ones_alone(con, tmp_path, assert_untouched):
    late = [
        order(1001, "2026-03-07T00:00:00", ANN, city="Metz", customer_id=7),
        order(2001, "2026-03-07T00:00:00", "new@example.com"),
        order(2002, "2026-03-09T00:00:00", BO, city="Metz", customer_id=99),
    ]
    both = []
    for name, rows in {"one": ORDERS, "two": [*late, *ORDERS[:3]]}.items():
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(rows))
        both.append(read(con, {"orders": {"path": str(path)}}, "UTC"))
    names = ("orders", "order_lines", "customers")
    assert_untouched(*both, "2026-03-07", tables=names)


def test_rest_times_are_utc_in_every_zone(tables):
    one, two = (tables("orders.json", timezone=z) for z in ("UTC", "Asia/Tokyo"))
    assert_frame_equal(one["orders"], two["orders"])


# ---- Analytics


def test_analytics_orders_are_refused_because_names_are_no_customers(opened):
    with pytest.raises(DataError, match=r"only names, .* REST API as JSON, or set"):
        opened("analytics.csv")


def test_analytics_orders_by_name_have_net_sales_at_the_shop_s_time(tables):
    found = tables("analytics.csv", customer_by_name=True)
    assert list(found) == ["orders"]
    same(
        found["orders"],
        """\
order_id, customer_id,          ordered_at,    amount,  excluded, unreadable
    1001,     Ann Lee, 2026-03-01 09:14:58,   45.0000,          ,
    1002,      Bo Kim, 2026-03-05 17:00:01,   25.0000,          ,
    1003,     Ann Lee, 2026-03-06 08:00:00,    9.0000, cancelled,
    1004,            , 2026-03-07 08:00:00, 1250.0000,    unpaid,
""",
        by=["order_id"],
    )


def test_labels_may_be_german_or_mapped(tables, tmp_path):
    hand = "order_id,customer_id,amount\n1001,Ann Lee,45.0000\n"
    german = tables("analytics_de.csv", customer_by_name=True)["orders"]
    same(german, hand, by=["order_id"])
    path = tmp_path / "it.csv"
    path.write_text(
        "Data,Ordine n.,Stato,Cliente,Vendite nette\n"  # codespell:ignore cliente
        "2026-03-01 10:14:58,1001,completed,Ann Lee,45.00\n"
    )
    names = {"ordered_at": "Data", "order_id": "Ordine n.", "status": "Stato"}
    names |= {"amount": "Vendite nette"}
    file = {"path": str(path), "columns": names}
    same(
        tables("", orders=file, customer_by_name=True)["orders"], hand, by=["order_id"]
    )


def test_an_analytics_order_exported_twice_counts_once(tables, tmp_path):
    text = (EXPORTS / "analytics.csv").read_text(encoding="utf-8")
    for name in ("one", "two"):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    found = tables(str(tmp_path / "*.csv"), customer_by_name=True)["orders"]
    assert (found["excluded"] == "repeated").sum() == len(found) / 2 == 4


# ---- the customers report


def test_the_report_knows_customers_by_their_e_mail(tables):
    file = {"path": str(EXPORTS / "customers.csv")}
    found = tables("orders.json", customers=file)["customers"]
    same(
        found,
        """\
customer_id, by_email, name, orders_count, total_spend, avg_order_value, country
, ann.lee@example.com, Ann Lee, 2, 54, 27, FR
, bo.kim@example.com, Bo Kim, 1, 25, 25, DE
""",
        by=["by_email"],
    )


def test_the_report_s_own_id_is_not_the_customer_s(tables):
    file = {"path": str(EXPORTS / "customers_api.csv")}
    found = tables("orders.json", customers=file)["customers"]
    hand = "customer_id,lookup_id,name,city\n7,31,Ann Lee,Paris\n,32,Bo Kim,Bonn\n"
    same(found, hand, by=["lookup_id"])


def test_with_orders_by_name_the_report_is_by_name_too(tables):
    file = {"path": str(EXPORTS / "customers.csv")}
    found = tables("analytics.csv", customers=file, customer_by_name=True)["customers"]
    hand = "customer_id,city\nAnn Lee,Paris\nBo Kim,Bonn\n"
    same(found, hand, by=["customer_id"])


# ---- mistakes


def test_the_wrong_file_is_named(opened, tmp_path):
    with pytest.raises(DataError, match="must be a WooCommerce orders export, but"):
        opened("customers.csv")
    with pytest.raises(DataError, match="looks like a WooCommerce orders export"):
        opened("orders.json", customers={"path": str(EXPORTS / "analytics.csv")})
    with pytest.raises(DataError, match="orders of the WooCommerce REST API, but"):
        opened([{"id": 5, "name": "Mug"}])


def test_json_that_is_none_gets_one_sentence(opened, tmp_path):
    path = tmp_path / "broken.json"
    path.write_text('{"id": 1,\n nonsense')
    with pytest.raises(DataError, match=r"readable as JSON, but broken.json is not"):
        opened(str(path))


def test_json_beside_csv_is_refused(opened):
    with pytest.raises(ConfigError, match="files of one kind"):
        opened("*")


@pytest.mark.parametrize(
    ("columns", "error", "sentence"),
    [
        ({"amont": "Net Sales"}, ConfigError, "Did you mean 'amount'"),
        ({"amount": "Net Sale"}, DataError, "Did you mean 'Net Sales'"),
    ],
)
def test_a_mistaken_mapping_gets_one_sentence(columns, error, sentence, opened):
    file = {"path": str(EXPORTS / "analytics.csv"), "columns": columns}
    with pytest.raises(error, match=sentence):
        opened("", orders=file)


@pytest.mark.parametrize(
    ("block", "sentence"),
    [
        ({}, "must hold 'source.orders', but it is missing"),
        ({"orders": {"path": "x", "column": {}}}, "Did you mean 'columns'"),
        ({"orders": {"path": "nowhere.json"}}, "there is nothing at nowhere.json"),
    ],
)
def test_a_mistaken_block_gets_one_sentence(block, sentence, con):
    with pytest.raises(ConfigError, match=sentence):
        read(con, block, "UTC")
