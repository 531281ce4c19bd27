"""Rows of several sources stand under each other, attributes of one customer beside."""

from __future__ import annotations

import ibis
import pandas as pd

from segtools.prepare.merge import match_rates, merge_tables


def table(**columns: list) -> ibis.expr.types.Table:
    return ibis.memtable(pd.DataFrame(columns))


def rows(found: ibis.expr.types.Table, key: str) -> list[tuple]:
    frame = found.to_pandas().sort_values(key).astype("object")
    return list(frame.where(frame.notna(), None).itertuples(index=False, name=None))


def test_tables_of_two_sources_are_one_with_all_columns():
    merged = merge_tables(
        {
            "orders": table(customer_id=["a"], amount=[1.0]),
            "events:desk": table(customer_id=["a"], event=["call"], topic=["late"]),
            "events:bot": table(customer_id=["b"], event=["chat"], channel=["web"]),
        }
    )
    assert set(merged) == {"orders", "events"}
    assert merged["events"].columns == ("customer_id", "event", "topic", "channel")
    assert rows(merged["events"], "customer_id") == [
        ("a", "call", "late", None),
        ("b", "chat", None, "web"),
    ]


def test_attributes_of_one_customer_stand_beside_each_other():
    merged = merge_tables(
        {
            "customers": table(customer_id=["a", "b"], City=["Ulm", "Bonn"]),
            "customers:desk 2": table(
                customer_id=["b", "c"], city=["Berlin", "Rome"], language=["de", "it"]
            ),
        }
    )
    found = merged["customers"]
    assert found.columns == ("customer_id", "City", "city_desk_2", "language")
    assert rows(found, "customer_id") == [
        ("a", "Ulm", None, None),
        ("b", "Bonn", "Berlin", "de"),
        ("c", None, "Rome", "it"),
    ]


def test_people_are_counted_once_by_the_key_that_found_them():
    judged = table(
        reason=[None, None, None, "no_match", "set_aside"],
        matched=["id", "email", "email", "none", "id"],
        person=["p1", "p2", "p2", "p3", "p4"],
    )
    assert match_rates({"orders": table(customer_id=["a"]), "events:desk": judged}) == [
        {
            "table": "events:desk",
            "people": 3,
            "by_id": 1,
            "by_email": 1,
            "by_phone": 0,
            "none": 1,
            "rate": 2 / 3,
        }
    ]


def test_attributes_of_several_sources_are_dated_only_where_all_are():
    def dated(who: list[str], days: list[str | None], **columns: list):
        return table(customer_id=who, valid_from=pd.to_datetime(days), **columns)

    one = dated(["a", "b", "c"], ["2024-01-01", "2024-01-05", None], size=[1, 2, 3])
    other = dated(["b", "c", "d"], ["2024-01-03", "2024-01-04", "2024-01-02"])
    bare = table(customer_id=["a"], age=[40])
    both = merge_tables({"customers": one, "customers:crm": other})["customers"]
    assert both.columns == ("customer_id", "valid_from", "size")
    dates = both.order_by("customer_id").valid_from.to_pandas().dt.strftime("%d")
    assert dates.fillna("never").tolist() == ["01", "05", "never", "02"]
    for pair in ((one, bare), (bare, one)):
        mixed = dict(zip(("customers", "customers:crm"), pair, strict=True))
        assert "valid_from" not in merge_tables(mixed)["customers"].columns
