"""GA4 events: one answer from JSON and Parquet, and nothing told before its time."""

from __future__ import annotations

import gzip
import json
import random
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pandas.testing import assert_frame_equal

from segtools.schema import ConfigError, DataError
from segtools.sources import Opened, connect
from segtools.sources.ga4 import read

EXPORTS = Path(__file__).parent / "exports" / "ga4"
ANN, DEVICE, OTHER = (
    "cust-7210000000001",
    "1234567890.1772356400",
    "2222222222.1772350000",
)
SESSION = f"{DEVICE}.1772356400"


def opened(path: Path | str) -> Opened:
    return read(connect(), {"events": {"path": str(path)}}, "Europe/Berlin")


def exported() -> list[dict]:
    lines = [
        line for p in sorted(EXPORTS.iterdir()) for line in p.read_text().split("\n")
    ]
    return [json.loads(line) for line in lines if line]


def written(path: Path, rows: list[dict]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def event(micros: int | str, name: str = "view_item", **more: object) -> dict:
    return {"event_timestamp": micros, "event_name": name, "user_pseudo_id": "p"} | more


def purchase(micros: int, order: str | None = None, **more: object) -> dict:
    shop = {"transaction_id": order, "purchase_revenue": 10}
    return event(micros, "purchase", ecommerce=shop, **more)


def money(*values: str | None) -> list[Decimal | None]:
    return [None if v is None else Decimal(v) for v in values]


def frame(columns: dict[str, list], *, texts: str) -> pd.DataFrame:
    table = pd.DataFrame(columns)
    return table.astype(dict.fromkeys(texts.split(), "str"))


def times(*values: str) -> pd.Series:
    return pd.Series(values, dtype="datetime64[us]")


@pytest.fixture
def tables(tables_of):
    return tables_of(opened(EXPORTS / "*.json"))


def test_events_are_whole_with_exact_times_and_sessions(tables):
    expected = frame(
        {
            "customer_id": [OTHER, OTHER, OTHER, ANN, ANN, ANN, ANN, None],
            "occurred_at": times(
                "2026-03-01 10:00:00",
                "2026-03-01 10:00:00",
                "2026-03-01 10:01:00",
                "2026-03-01 09:15:00.000001",
                "2026-03-01 09:17:00",
                "2026-03-01 09:18:00",
                "2026-03-02 09:00:00",
                "2026-03-01 10:01:40",
            ),
            "event": [
                *["purchase"] * 3,
                "view_item",
                "purchase",
                "purchase",
                "refund",
                "user_engagement",
            ],
            "channel": [None, None, None, "email", "email", None, None, None],
            "value": money("12.5", "12.5", "12.5", None, "45", "45", None, None),
            "reference": [None, None, None, SESSION, SESSION, SESSION, None, None],
            "product_id": [None] * 3 + ["FERN-1", None, "TOTE-1", "FERN-1", None],
            "device": [*["desktop"] * 3, *["mobile"] * 3, "desktop", "tablet"],
            "excluded": [None, "repeated", None, None, None, "repeated", None, None],
            "unreadable": [None] * 8,
        },
        texts="customer_id event channel reference product_id device excluded "
        "unreadable",
    )
    found = tables["events"].sort_values(
        ["customer_id", "occurred_at", "excluded"], na_position="first"
    )
    order = ["customer_id", "occurred_at", "excluded"]
    assert_frame_equal(
        found.reset_index(drop=True),
        expected.sort_values(order, na_position="first").reset_index(drop=True),
    )


def test_a_purchase_is_an_order_and_a_refund_its_return(tables):
    expected = frame(
        {
            "customer_id": [OTHER, OTHER, OTHER, ANN, ANN, ANN],
            "ordered_at": times(
                "2026-03-01 10:00:00",
                "2026-03-01 10:00:00",
                "2026-03-01 10:01:00",
                "2026-03-01 09:17:00",
                "2026-03-01 09:18:00",
                "2026-03-02 09:00:00",
            ),
            "amount": money("12.5", "12.5", "12.5", "45", "45", "-15"),
            "order_id": [None, None, None, "1001", "1001", "1001"],
            "currency": ["EUR", "EUR", None, "EUR", "EUR", "EUR"],
            "channel": [None, None, None, "email", None, None],
            "is_return": [False] * 5 + [True],
            "returned_order_id": [None] * 5 + ["1001"],
            "excluded": [None, "repeated", None, None, "repeated", None],
            "unreadable": [None] * 6,
        },
        texts="customer_id order_id currency channel returned_order_id excluded "
        "unreadable",
    )
    order = ["customer_id", "ordered_at", "excluded"]
    found = tables["orders"].sort_values(order, na_position="first")
    assert_frame_equal(
        found.reset_index(drop=True),
        expected.sort_values(order, na_position="first").reset_index(drop=True),
    )


def test_items_are_lines_with_their_revenue_else_price_times_quantity(tables):
    lines = tables["order_lines"].sort_values(["ordered_at", "product_id"])
    expected = frame(
        {
            "customer_id": [ANN] * 4,
            "ordered_at": times(
                "2026-03-01 09:17:00",
                "2026-03-01 09:17:00",
                "2026-03-01 09:18:00",
                "2026-03-02 09:00:00",
            ),
            "product_id": ["FERN-1", "TOTE-1", "TOTE-1", "FERN-1"],
            "amount": money("30", "20", "20", "-15"),
            "order_id": ["1001"] * 4,
            "currency": ["EUR"] * 4,
            "channel": ["email", "email", None, None],
            "is_return": [False, False, False, True],
            "returned_order_id": [None, None, None, "1001"],
            "product": ["Fern Print", "Canvas Tote", "Canvas Tote", "Fern Print"],
            "category": ["Prints", "Bags", "Bags", None],
            "brand": ["Verdure", None, None, None],
            "quantity": [2.0, 1.0, 1.0, 1.0],
            "unit_price": money("15", "20", "20", "15"),
            "excluded": [None, None, "repeated", None],
            "unreadable": [None] * 4,
        },
        texts="customer_id product_id order_id currency channel returned_order_id "
        "product category brand excluded unreadable",
    )
    assert_frame_equal(lines.reset_index(drop=True), expected)


def test_customers_have_their_last_properties_and_no_lifetime_value(tables):
    expected = frame(
        {
            "customer_id": [OTHER, ANN],
            "country": ["Spain", "Belgium"],
            "device": ["desktop", "desktop"],
            "loyalty_tier": [None, "silver"],
            "unreadable": [None, None],
            "visits": [None, "7"],
        },
        texts="customer_id country device loyalty_tier unreadable visits",
    )
    assert_frame_equal(tables["customers"], expected)


def test_properties_are_those_known_at_the_origin():
    early = opened(EXPORTS / "*.json").at(1772400000)["customers"].to_pandas()
    ann = early.set_index("customer_id").loc[ANN]
    assert (ann.country, ann.device, ann.loyalty_tier) == ("France", "mobile", "gold")
    assert pd.isna(ann.visits)


VALUE = {"string_value": pa.string(), "int_value": pa.int64()}
VALUE |= {"float_value": pa.float64(), "double_value": pa.float64()}
SET = pa.struct(VALUE | {"set_timestamp_micros": pa.int64()})
ITEM = dict.fromkeys(("item_id", "item_name", "item_brand", "item_category"), "string")
ITEM |= {"quantity": "int64"}
ITEM |= dict.fromkeys(("price", "item_revenue", "item_refund"), "float64")
PARQUET = pa.schema(
    {
        "event_date": pa.string(),
        "event_timestamp": pa.int64(),
        "event_name": pa.string(),
        "event_params": pa.list_(
            pa.struct({"key": "string", "value": pa.struct(VALUE)})
        ),
        "event_bundle_sequence_id": pa.int64(),
        "user_id": pa.string(),
        "user_pseudo_id": pa.string(),
        "user_properties": pa.list_(pa.struct({"key": "string", "value": SET})),
        "device": pa.struct({"category": pa.string()}),
        "geo": pa.struct({"country": pa.string()}),
        "collected_traffic_source": pa.struct({"manual_medium": pa.string()}),
        "session_traffic_source_last_click": pa.struct(
            {"manual_campaign": pa.struct({"medium": pa.string()})}
        ),
        "ecommerce": pa.struct(
            {
                "transaction_id": pa.string(),
                "purchase_revenue": pa.float64(),
                "refund_value": pa.float64(),
            }
        ),
        "items": pa.list_(pa.struct(ITEM)),
    }
)


def with_numbers(value: object, key: str = "") -> object:
    if isinstance(value, dict):
        return {k: with_numbers(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [with_numbers(v) for v in value]
    whole = ("event_timestamp", "int_value", "quantity", "set_timestamp_micros")
    whole += ("event_bundle_sequence_id",)
    return int(value) if key in whole and value is not None else value


def test_parquet_and_gzipped_and_shuffled_rows_give_the_same_tables(
    tables, tables_of, tmp_path
):
    rows = exported()
    random.Random(3).shuffle(rows)
    pq.write_table(
        pa.Table.from_pylist([with_numbers(r) for r in rows], PARQUET),
        tmp_path / "events.parquet",
    )
    with gzip.open(tmp_path / "events.json.gz", "wt") as file:
        file.write("\n\n".join(json.dumps(row) for row in rows))
    for name in ("events.parquet", "events.json.gz"):
        found = tables_of(opened(tmp_path / name))
        for table, expected in tables.items():
            assert_frame_equal(found[table], expected)


MARCH, APRIL = 1772323200_000000, 1775001600_000000  # the first of each, UTC


def test_a_later_purchase_or_sign_in_leaves_earlier_rows_alone(
    assert_untouched, tmp_path
):
    rows = [
        event(MARCH + 1),
        purchase(MARCH + 2, "7", items=[{"item_id": "a", "price": 10}]),
        purchase(MARCH + 3, None),
        event(MARCH + 4, user_properties=[prop("tier", "gold", MARCH)]),
    ]
    later = [
        purchase(APRIL + 1, "7", items=[{"item_id": "a", "price": 10}]),
        event(APRIL + 2, user_id="ann"),
        event(APRIL, user_properties=[prop("tier", "iron", APRIL)]),
    ]
    one = opened(written(tmp_path / "one.json", rows))
    two = opened(written(tmp_path / "two.json", [*later, *rows]))
    names = ("events", "orders", "order_lines", "customers")
    assert_untouched(one, two, "2026-04-01", tables=names)


def test_a_row_without_a_time_speaks_of_no_earlier_row(tmp_path):
    rows = [purchase(MARCH, "7"), purchase("soon", "7", user_id="ann")]
    tables = opened(written(tmp_path / "e.json", rows)).tables
    orders = tables["orders"].order_by("ordered_at").to_pandas()
    assert orders.customer_id.tolist() == ["p", "ann"]
    assert orders.excluded.isna().all()


def prop(key: str, value: str, micros: int) -> dict:
    return {
        "key": key,
        "value": {"string_value": value, "set_timestamp_micros": micros},
    }


def test_a_purchase_before_and_one_after_the_origin_both_count(tables_of, tmp_path):
    rows = [purchase(MARCH + i, "7") for i in (1, 2)]
    rows += [purchase(APRIL + i, "7") for i in (1, 2)]
    source = opened(written(tmp_path / "e.json", rows))
    excluded = source.at(APRIL // 10**6)["orders"].order_by("ordered_at").excluded
    assert excluded.fill_null("").to_pandas().tolist() == ["", "repeated"] * 2
    whole = source.tables["orders"].order_by("ordered_at").excluded
    assert whole.fill_null("").to_pandas().tolist() == ["", *["repeated"] * 3]


def test_the_last_user_of_a_device_before_the_origin_owns_its_rows(tmp_path):
    rows = [
        event(MARCH + 1),
        event(MARCH + 2, user_id="zoe"),
        event(MARCH + 3, user_id="bob"),
        event(MARCH + 3, user_id="ann"),
        event(MARCH + 4, user_id=" (not set) "),
        event(MARCH + 5, user_id="cat", user_pseudo_id=None),
    ]
    source = opened(written(tmp_path / "e.json", rows))
    found = source.tables["events"].order_by("occurred_at", "customer_id")
    people = found.customer_id.to_pandas().tolist()
    assert people == ["ann", "zoe", "ann", "bob", "ann", "cat"]


def test_events_of_one_batch_are_not_repeats_of_each_other(tmp_path):
    items = [[{"item_id": "a"}], [{"item_id": "b"}], [{"item_id": "b"}]]
    rows = [event(MARCH, items=i, event_bundle_sequence_id=4) for i in items]
    rows += [event(MARCH, user_pseudo_id=None)] * 2
    table = opened(written(tmp_path / "e.json", rows)).tables["events"]
    assert table.filter(table.excluded == "repeated").count().execute() == 1


def test_a_refund_without_a_value_is_the_sum_of_its_items(tmp_path):
    items = [{"item_id": "a", "item_refund": 2}, {"item_name": "B", "item_refund": 1.5}]
    shop = {"transaction_id": "7", "refund_value": None}
    rows = [
        event(MARCH, "refund", ecommerce=shop, items=items),
        event(MARCH + 1, "refund", ecommerce={"transaction_id": "8"}),
    ]
    tables = opened(written(tmp_path / "e.json", rows)).tables
    orders = tables["orders"].order_by("order_id").to_pandas()
    assert orders.amount.tolist() == [Decimal("-3.5"), None]
    lines = tables["order_lines"].order_by("product_id").to_pandas()
    assert lines.product_id.tolist() == ["B", "a"]
    assert lines.amount.tolist() == money("-1.5", "-2")


@pytest.mark.parametrize("stamp", ["1772323200", 1772323200000, "2026-03-01", ""])
def test_a_time_that_is_not_in_microseconds_is_named_not_guessed(stamp, tmp_path):
    rows = [event(MARCH), event(stamp)]
    table = opened(written(tmp_path / "e.json", rows)).tables["events"]
    bad = table.filter(table.occurred_at.isnull()).to_pandas()
    assert len(bad) == 1
    assert bad.unreadable.fillna("").tolist() == [
        f"occurred_at 'event_timestamp {stamp}'" if stamp else ""
    ]


def test_an_amount_that_cannot_be_read_is_named(tmp_path):
    shop = {"transaction_id": "1", "purchase_revenue": "lots"}
    rows = [event(MARCH, "purchase", ecommerce=shop, items=[{"item_revenue": "x"}])]
    tables = opened(written(tmp_path / "e.json", rows)).tables
    for name, said in (("orders", "amount 'lots'"), ("order_lines", "amount 'x'")):
        assert tables[name].unreadable.to_pandas().tolist() == [said]


def test_properties_named_like_ours_get_an_underscore(tmp_path):
    rows = [
        event(MARCH, user_properties=[prop("Country", "x", MARCH)]),
        event(MARCH + 1, user_properties=[prop("customer_id", "y", MARCH), {}]),
    ]
    table = opened(written(tmp_path / "e.json", rows)).tables["customers"]
    found = table.to_pandas()[["customer_id", "country_", "customer_id_"]]
    assert found.values.tolist() == [["p", "x", "y"]]


def test_an_array_with_a_byte_order_mark_is_read_like_lines(tables_of, tmp_path):
    rows = [purchase(MARCH, "7", items=[{"item_id": "a", "price": 10}])]
    lines = tables_of(opened(written(tmp_path / "lines.json", rows)))
    (tmp_path / "array.json").write_text(json.dumps(rows, indent=1), "utf-8-sig")
    array = tables_of(opened(tmp_path / "array.json"))
    for name, expected in lines.items():
        assert_frame_equal(array[name], expected)


def test_a_property_without_a_shop_gives_no_empty_orders(tmp_path):
    source = opened(written(tmp_path / "e.json", [event(MARCH)]))
    assert set(source.tables) == {"events", "customers"}


def test_a_folder_of_daily_files_with_other_keys_is_one_export(tmp_path):
    written(tmp_path / "events_1.json", [event(MARCH)])
    written(tmp_path / "events_2.json", [event(APRIL, device={"category": "mobile"})])
    assert opened(tmp_path).tables["events"].count().execute() == 2


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "a.json",
            '{"type": "track", "messageId": "1", "timestamp": "2026-03-01"}',
            "this looks like Twilio Segment calls",
        ),
        ("a.json", "[1, 2]", "events must be JSON objects with keys"),
        ("a.json", '{"event_name": ', "events must be readable as json"),
        (
            "a.csv",
            "Name,Financial Status,Lineitem name\n#1,paid,Fern\n",
            "this looks like a Shopify orders export",
        ),
    ],
)
def test_another_file_is_refused_with_what_it_is(name, text, said, tmp_path):
    (tmp_path / name).write_text(text)
    with pytest.raises(DataError, match=said):
        opened(tmp_path / name)


def test_a_line_that_breaks_off_is_an_error_not_a_shorter_export(tmp_path):
    path = written(tmp_path / "e.json", [event(MARCH + i) for i in range(900)])
    path.write_text(path.read_text() + '{"event_name": "vie')
    with pytest.raises(DataError, match="events must be readable as json"):
        opened(path)


def test_unknown_and_missing_keys_are_named():
    with pytest.raises(ConfigError, match=r"'source\.event' is none"):
        read(connect(), {"event": {"path": "x"}}, "UTC")
    with pytest.raises(ConfigError, match=r"must hold 'source\.events'"):
        read(connect(), {}, "UTC")
    with pytest.raises(ConfigError, match="there is nothing at"):
        opened("nowhere.json")
