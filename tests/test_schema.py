"""The contract of the tables, and how near names are guessed."""

from __future__ import annotations

from segtools.schema import (
    MONEY,
    STAGES,
    TABLES,
    ConfigError,
    DataError,
    DisclosureError,
    did_you_mean,
)


def test_ids_are_text_and_money_is_decimal_in_every_table():
    for table in TABLES.values():
        for column, kind in table.columns.items():
            if column.endswith("_id"):
                assert kind == "string", column
            if column in (
                "amount",
                "discount",
                "coupon_discount",
                "unit_price",
                "cost",
            ):
                assert kind == MONEY, column


def test_each_table_requires_what_the_documentation_says():
    required = {name: set(table.required) for name, table in TABLES.items()}
    orders = {"customer_id", "ordered_at", "amount"}
    assert required == {
        "orders": orders,
        "order_lines": orders | {"product_id"},
        "customers": {"customer_id"},
        "accounts": {"account_id", "customer_id"},
        "events": {"customer_id", "occurred_at", "event"},
        "answers": {"customer_id", "question", "answer"},
        "campaigns": {"campaign_id", "customer_id", "sent_at"},
        "conversions": {"campaign_id", "customer_id", "converted_at"},
    }
    assert TABLES["customers"].open_columns
    assert not TABLES["orders"].open_columns


def test_the_time_of_a_table_is_one_of_its_columns():
    for table in TABLES.values():
        assert table.time is None or table.columns[table.time] == "timestamp"


def test_six_stages_are_numbered_in_their_order():
    assert len(STAGES) == 6
    assert [s[:2] for s in STAGES] == ["01", "02", "03", "04", "05", "06"]


def test_the_three_errors_are_values_that_are_wrong():
    for error in (ConfigError, DataError, DisclosureError):
        assert issubclass(error, ValueError)


def test_a_near_name_is_guessed_and_far_ones_are_listed():
    assert did_you_mean("sede", ["seed", "goal"]) == "Did you mean 'seed'?"
    assert (
        did_you_mean("xyz", iter(["goal", "bases"])) == "Known are ['bases', 'goal']."
    )
