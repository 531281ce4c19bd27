"""Segment calls and warehouse tables: orders, events and people at their own time."""

from __future__ import annotations

import gzip
import json
import random
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from segtools.schema import ConfigError, DataError
from segtools.sources import Opened, connect
from segtools.sources.twilio_segment import read

EXPORTS = Path(__file__).parent / "exports" / "twilio_segment"
WAREHOUSE = ("order_completed", "order_refunded", "order_cancelled", "tracks", "users")
ANN, BO, CY = "cust-7210000000001", "anon-2", "cust-7210000000003"
APRIL = 1775001600


def opened(**files: Path | str) -> Opened:
    options = {key: {"path": str(path)} for key, path in files.items()}
    return read(connect(), options, "Europe/Berlin")


def written(path: Path, calls: list[dict]) -> Path:
    path.write_text("".join(json.dumps(call) + "\n" for call in calls))
    return path


def track(message: str, time: str, event: str = "Order Completed", **more) -> dict:
    call = {"type": "track", "messageId": message, "timestamp": time, "event": event}
    return call | {"anonymousId": "a"} | more


def order(message: str, time: str, order_id: str | None = "7", **more) -> dict:
    return track(message, time, properties={"order_id": order_id, "revenue": 9} | more)


def money(*values: str | None) -> list[Decimal | None]:
    return [None if v is None else Decimal(v) for v in values]


def frame(columns: dict[str, list]) -> pd.DataFrame:
    plain = ("amount", "discount", "coupon_discount", "value", "unit_price", "quantity")
    plain += ("is_return",)
    table = pd.DataFrame(columns)
    texts = [c for c in table if c not in plain and not c.endswith("_at")]
    return table.astype(dict.fromkeys(texts, "str"))


def times(*values: str | None) -> pd.Series:
    return pd.Series(pd.to_datetime(list(values), format="ISO8601")).astype(
        "datetime64[us]"
    )


@pytest.fixture
def tables(tables_of):
    return tables_of(opened(calls=EXPORTS / "calls.json"))


def by_time(table: pd.DataFrame, *more: str) -> pd.DataFrame:
    time = next(c for c in ("occurred_at", "ordered_at") if c in table)
    keys = [time, "excluded", *more]
    return table.sort_values(keys, na_position="first").reset_index(drop=True)


def test_tracks_pages_and_screens_are_events_by_the_corrected_clock(tables):
    names = ["Order Completed"] * 2
    expected = frame(
        {
            "customer_id": [CY, ANN, ANN, ANN, ANN, BO, BO, ANN],
            "occurred_at": times(
                "2026-03-01 08:00:00",
                "2026-03-01 08:59:00.25",
                "2026-03-01 09:05:00",
                "2026-03-01 09:14:58",
                "2026-03-01 09:14:58",
                "2026-03-02 10:00:00",
                "2026-03-03 07:00:00",
                "2026-03-05 12:00:00",
            ),
            "event": [
                "screen",
                "page",
                "Product Viewed",
                *names,
                "Completed Order",
                "Order Cancelled",
                "Order Refunded",
            ],
            "channel": [None, "email", *[None] * 6],
            "value": money(None, None, None, "45", "45", "25", None, None),
            "topic": ["Basket", "Home", *[None] * 6],
            "product_id": [None, None, "FERN-1", None, None, "P-9", None, "TOTE-1"],
            "device": [None, "ios", *[None] * 6],
            "by_email": [*[None] * 5, "bo@example.com", None, None],
            "excluded": [*[None] * 4, "repeated", *[None] * 3],
            "unreadable": [None] * 8,
        }
    )
    assert_frame_equal(by_time(tables["events"]), expected)


def test_orders_have_what_was_paid_for_goods_and_refunds_their_own_time(tables):
    expected = frame(
        {
            "customer_id": [ANN, ANN, BO, ANN],
            "ordered_at": times(
                "2026-03-01 09:14:58",
                "2026-03-01 09:14:58",
                "2026-03-02 10:00:00",
                "2026-03-05 12:00:00",
            ),
            "amount": money("45", "45", "25", "-20"),
            "order_id": ["1001", "1001", "1002", "1001"],
            "currency": ["EUR", "EUR", None, "EUR"],
            "channel": [None] * 4,
            "store_id": ["Web Shop", "Web Shop", None, None],
            "discount": money("5", "5", None, None),
            "coupon_discount": money("5", "5", None, None),
            "is_return": [False, False, False, True],
            "returned_order_id": [None, None, None, "1001"],
            "cancelled_at": times(None, None, "2026-03-03 07:00:00", None),
            "by_email": [None, None, "bo@example.com", None],
            "excluded": [None, "repeated", None, None],
            "unreadable": [None] * 4,
        }
    )
    assert_frame_equal(by_time(tables["orders"]), expected)


def test_lines_share_out_exactly_what_the_order_cost(tables):
    fern, tote = ("FERN-1", "Fern Print"), ("TOTE-1", "Canvas Tote")
    goods = [fern, tote, fern, tote, ("P-9", "Pot"), tote]
    expected = frame(
        {
            "customer_id": [ANN, ANN, ANN, ANN, BO, ANN],
            "ordered_at": times(
                *["2026-03-01 09:14:58"] * 4,
                "2026-03-02 10:00:00",
                "2026-03-05 12:00:00",
            ),
            "product_id": [g[0] for g in goods],
            "amount": money("27", "18", "27", "18", "25", "-20"),
            "order_id": [*["1001"] * 4, "1002", "1001"],
            "currency": [*["EUR"] * 4, None, "EUR"],
            "channel": [None] * 6,
            "store_id": [*["Web Shop"] * 4, None, None],
            "is_return": [*[False] * 5, True],
            "returned_order_id": [*[None] * 5, "1001"],
            "cancelled_at": times(*[None] * 4, "2026-03-03 07:00:00", None),
            "product": [g[1] for g in goods],
            "category": ["Prints", None, "Prints", None, None, None],
            "brand": ["Verdure", None, "Verdure", None, None, None],
            "quantity": [2.0, 1.0, 2.0, 1.0, 3.0, 1.0],
            "unit_price": money("15", "20", "15", "20", "8.333", "20"),
            "by_email": [*[None] * 4, "bo@example.com", None],
            "excluded": [None, None, "repeated", "repeated", None, None],
            "unreadable": [None] * 6,
        }
    )
    assert_frame_equal(by_time(tables["order_lines"], "product_id"), expected)


def test_customers_have_the_last_value_of_each_trait(tables):
    expected = frame(
        {
            "customer_id": [ANN],
            "address_city": ["Lyon"],
            "address_postal_code": ["69001"],
            "by_email": ["ann.lee@example.com"],
            "by_phone": ["+33100000001"],
            "email": ["Ann.Lee@example.com"],
            "first_name": ["Anne"],
            "phone": ["+33 1 00 00 00 01"],
            "rfm_segment": ["champions"],
            "seg_champions": ["true"],
            "tags": ['["a","b"]'],
            "unreadable": [None],
        }
    )
    assert_frame_equal(tables["customers"], expected)
    early = opened(calls=EXPORTS / "calls.json").at(1773000000)["customers"]
    ann = early.to_pandas().iloc[0]
    assert (ann.first_name, ann.rfm_segment) == ("Ann", "promising")
    assert pd.isna(ann.seg_champions)


def test_gzipped_and_shuffled_calls_give_the_same_tables(tables, tables_of, tmp_path):
    lines = (EXPORTS / "calls.json").read_text().splitlines(keepends=True)
    random.Random(5).shuffle(lines)
    with gzip.open(tmp_path / "calls.json.gz", "wt") as file:
        file.writelines(lines)
    found = tables_of(opened(calls=tmp_path / "calls.json.gz"))
    for name, expected in tables.items():
        assert_frame_equal(found[name], expected)


@pytest.fixture
def warehouse(tables_of):
    return tables_of(opened(**{name: EXPORTS / f"{name}.csv" for name in WAREHOUSE}))


def test_warehouse_tables_give_orders_in_utc(warehouse):
    columns = ["customer_id", "ordered_at", "amount", "order_id", "cancelled_at"]
    columns += ["by_email", "excluded", "unreadable"]
    expected = frame(
        {
            "customer_id": [ANN, BO, BO, ANN],
            "ordered_at": times(
                "2026-03-01 09:14:58.123",
                "2026-03-02 10:00:00",
                "2026-03-02 10:00:05",
                "2026-03-05 12:00:00",
            ),
            "amount": money("45", "25", "25", "-20"),
            "order_id": ["1001", "1002", "1002", "1001"],
            "cancelled_at": times(
                None, "2026-03-03 07:00:00", "2026-03-03 07:00:00", None
            ),
            "by_email": ["ann.lee@example.com", None, None, None],
            "excluded": [None, None, "repeated", None],
            "unreadable": [None] * 4,
        }
    )
    assert_frame_equal(by_time(warehouse["orders"])[columns], expected)


def test_a_typed_parquet_table_gives_the_same_as_its_text(
    warehouse, tables_of, tmp_path
):
    typed = pd.read_csv(EXPORTS / "order_completed.csv")
    for column in ("timestamp", "received_at"):
        typed[column] = pd.to_datetime(typed[column], format="mixed", utc=True)
    typed.to_parquet(tmp_path / "orders.parquet")
    names = [name for name in WAREHOUSE if name != "order_completed"]
    files = {name: EXPORTS / f"{name}.csv" for name in names}
    found = tables_of(opened(order_completed=tmp_path / "orders.parquet", **files))
    for name, expected in warehouse.items():
        assert_frame_equal(found[name], expected)


def test_products_that_are_no_json_are_one_line_that_says_so(warehouse):
    lines = by_time(warehouse["order_lines"], "product_id")
    assert lines.amount.tolist() == money("27", "18", None)
    assert lines.unreadable.fillna("").tolist() == [
        "",
        "",
        "products '[{'product_id': 'P-9'}]'",
    ]
    assert lines["product"].isna().tolist() == [False, False, True]


def test_tracks_are_events_and_users_the_latest_state(warehouse):
    events = by_time(warehouse["events"])
    assert events.event.tolist() == ["Order Completed", "Product Viewed"]
    assert events.customer_id.tolist() == [ANN, BO]
    expected = frame(
        {
            "customer_id": ["0042", ANN],
            "address_city": [None, "Lyon"],
            "by_email": [None, "ann.lee@example.com"],
            "email": [None, "ann.lee@example.com"],
            "first_name": ["Bo", "Ann"],
            "rfm_segment": [None, "champions"],
            "unreadable": [None, None],
        }
    )
    assert_frame_equal(warehouse["customers"], expected)


def test_traits_told_before_the_origin_stand_before_the_users_table(tables_of):
    both = opened(calls=EXPORTS / "calls.json", users=EXPORTS / "users.csv")
    found = tables_of(both)["customers"].set_index("customer_id")
    assert found.loc[ANN, ["first_name", "email"]].tolist() == [
        "Anne",
        "Ann.Lee@example.com",
    ]
    assert found.loc["0042", "first_name"] == "Bo"


def test_calls_and_warehouse_tables_of_the_same_orders_count_once(tables_of):
    both = opened(
        calls=EXPORTS / "calls.json", order_completed=EXPORTS / "order_completed.csv"
    )
    orders = tables_of(both)["orders"]
    kept = orders[orders.excluded.isna()]
    assert sorted(kept.amount) == money("-20", "25", "45")
    assert len(orders) == 7


def test_later_calls_leave_earlier_rows_alone(assert_untouched, tmp_path):
    goods = [{"product_id": "x", "price": 4}, {"product_id": "y", "price": 6}]
    calls = [
        order("1", "2026-03-01T00:00:00Z", products=goods),
        order("2", "2026-03-02T00:00:00Z", None),
        identify("3", "2026-03-03T00:00:00Z", tier="gold"),
    ]
    later = [
        order("1", "2026-04-01T00:00:00Z"),
        order("4", "2026-04-02T00:00:00Z"),
        identify("5", "2026-04-03T00:00:00Z", tier="iron", userId="ann"),
        track(
            "6", "2026-04-04T00:00:00Z", "Order Cancelled", properties={"order_id": "7"}
        ),
        {"type": "alias", "previousId": "a", "userId": "bob", "messageId": "8"}
        | {"timestamp": "2026-04-05T00:00:00Z"},
    ]
    one = opened(calls=written(tmp_path / "one.json", calls))
    two = opened(calls=written(tmp_path / "two.json", [*later, *calls]))
    names = ("events", "orders", "order_lines", "customers")
    assert_untouched(one, two, "2026-04-01", tables=names)


def identify(message: str, time: str, userId: str | None = None, **traits) -> dict:
    call = {"type": "identify", "messageId": message, "timestamp": time}
    return call | {"anonymousId": "a", "userId": userId, "traits": traits}


def test_a_cancellation_counts_from_its_own_time_on(tmp_path):
    cancel = track("2", "2026-04-01T00:00:00Z", "order_canceled")
    cancel["properties"] = {"order_id": "7"}
    calls = [order("1", "2026-03-01T00:00:00Z"), cancel]
    source = opened(calls=written(tmp_path / "c.json", calls))
    day = pd.Timestamp("2026-04-01")
    for origin, at in ((APRIL, pd.NaT), (APRIL + 1, day), (2**40, day)):
        found = source.at(origin)["orders"].cancelled_at.to_pandas().tolist()
        assert found == [at] or (pd.isna(at) and pd.isna(found[0]))


def test_an_order_completed_before_and_after_the_origin_counts_in_both(tmp_path):
    calls = [order("1", "2026-03-01T00:00:00Z"), order("2", "2026-04-01T00:00:00Z")]
    source = opened(calls=written(tmp_path / "c.json", calls))
    assert source.at(APRIL)["orders"].excluded.isnull().all().execute()
    assert source.tables["orders"].excluded.count().execute() == 1


def test_rounding_leaves_nothing_of_an_order_over(tmp_path):
    goods = [{"product_id": p, "price": 1, "quantity": 1} for p in "abc"]
    calls = [order("1", "2026-03-01T00:00:00Z", products=goods, revenue=10)]
    source = opened(calls=written(tmp_path / "c.json", calls))
    lines = source.tables["order_lines"].order_by("product_id").amount
    assert lines.to_pandas().tolist() == money("3.3333", "3.3334", "3.3333")


@pytest.mark.parametrize(
    ("properties", "amount", "unreadable"),
    [
        ({"revenue": 9, "subtotal": 10, "total": 20}, "9", None),
        ({"subtotal": 10, "total": 20}, "10", None),
        ({"total": 20, "shipping": 3}, "17", None),
        ({"revenue": 0, "total": 5}, "0", None),
        ({"revenue": "", "total": 5}, "5", None),
        ({"total": "much"}, None, "amount 'much'"),
        ({}, None, None),
    ],
)
def test_the_amount_is_the_first_that_was_told(
    properties, amount, unreadable, tmp_path
):
    calls = [order("1", "2026-03-01T00:00:00Z")]
    calls[0]["properties"] = {"order_id": "7", **properties}
    source = opened(calls=written(tmp_path / "c.json", calls))
    found = source.tables["orders"].to_pandas().iloc[0]
    assert found.amount == (Decimal(amount) if amount else None)
    assert found.unreadable == unreadable or (
        unreadable is None and pd.isna(found.unreadable)
    )


def test_a_refund_is_negative_whatever_sign_it_was_told_with(tmp_path):
    calls = [track(str(n), "2026-03-01T00:00:00Z", "Order Refunded") for n in range(3)]
    for call, total in zip(calls, (5, -6, None), strict=True):
        call["properties"] = {"order_id": "7", "total": total}
    source = opened(calls=written(tmp_path / "c.json", calls))
    orders = source.tables["orders"].order_by("amount").to_pandas()
    assert orders.amount.tolist() == money("-6", "-5", None)
    assert orders.is_return.all()
    assert orders.excluded.isna().all()


def test_lines_without_prices_or_amounts_are_not_invented(tmp_path):
    goods = [{"product_id": "x", "price": 4}, {"sku": "y"}, {"name": "z", "price": "?"}]
    free = [{"product_id": "w", "price": 0}]
    calls = [
        order("1", "2026-03-01T00:00:00Z", products=goods),
        order("2", "2026-03-02T00:00:00Z", "8", products=goods[:1], revenue=None),
        order("3", "2026-03-03T00:00:00Z", "9", products=free),
    ]
    source = opened(calls=written(tmp_path / "c.json", calls))
    lines = source.tables["order_lines"].order_by("ordered_at", "unit_price")
    found = lines.to_pandas().sort_values(["ordered_at", "product_id"])
    assert found.product_id.fillna("").tolist() == ["x", "y", "", "x", "w"]
    assert found.amount.tolist() == money("9", None, None, "4", "0")
    assert found.unreadable.fillna("").tolist() == ["", "", "unit_price '?'", "", ""]


def test_calls_without_orders_give_no_empty_orders(tmp_path):
    calls = [track("1", "2026-03-01T00:00:00Z", "Signed Up"), track("2", "soon", "X")]
    tables = opened(calls=written(tmp_path / "c.json", calls)).tables
    assert set(tables) == {"events"}
    said = tables["events"].order_by("event").unreadable.to_pandas().tolist()
    assert pd.isna(said[0])
    assert said[1] == "occurred_at 'soon'"


def test_traits_that_are_no_object_or_named_like_ours_do_no_harm(tmp_path):
    calls = [
        identify("1", "2026-03-01T00:00:00Z", customer_id="x", company={"name": "Y"}),
        identify("2", "2026-03-02T00:00:00Z") | {"traits": "none"},
        identify("3", "2026-03-03T00:00:00Z", **{"a/b~c": 1, "": 2, "deep": {"o": {}}}),
    ]
    source = opened(calls=written(tmp_path / "c.json", calls))
    found = source.tables["customers"].to_pandas().iloc[0]
    assert found.customer_id == "a"
    assert (found.customer_id_, found.company_name, found.a_b_c) == ("x", "Y", "1")


@pytest.mark.parametrize(
    ("key", "name", "text", "said"),
    [
        (
            "calls",
            "a.json",
            '{"event_timestamp": "1", "event_params": [], "user_pseudo_id": "p"}',
            "this looks like a GA4 export",
        ),
        ("calls", "a.json", '{"type": ', "calls must be readable as json"),
        (
            "order_completed",
            "a.csv",
            "Name,Financial Status,Lineitem name\n#1,paid,Fern\n",
            "this looks like a Shopify orders export",
        ),
        (
            "tracks",
            "a.csv",
            "id,user_id\n1,2\n",
            r"the columns \['event', 'received_at",
        ),
        ("users", "a.csv", "user,email\n1,2\n", "must be a Segment warehouse table"),
    ],
)
def test_another_file_is_refused_with_what_it_is(key, name, text, said, tmp_path):
    (tmp_path / name).write_text(text)
    with pytest.raises(DataError, match=said):
        opened(**{key: tmp_path / name})


def test_a_block_without_customers_is_refused():
    with pytest.raises(ConfigError, match="must name one of calls, order_completed"):
        opened(order_refunded="x.csv")
    with pytest.raises(ConfigError, match=r"'source\.call' is none"):
        opened(call="x.json")
