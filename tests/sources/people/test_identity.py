"""Same id, else same e-mail, else same phone; a shared address means nobody."""

from __future__ import annotations

import ibis
import pandas as pd
import pytest

from segtools.sources.people.identity import named_by_id, resolve
from segtools.sources.people.keys import email_key, phone_key

NEVER = 2**40


def table(columns: str, *rows: tuple) -> ibis.expr.types.Table:
    """Make a table of texts; an instant where a column is called ordered_at."""
    names = columns.split()
    frame = pd.DataFrame(rows, columns=names).astype("object")
    schema = {n: "timestamp" if n.endswith("_at") else "string" for n in names}
    for name in names:
        if name.endswith("_at"):
            frame[name] = pd.to_datetime(frame[name])
    return ibis.memtable(frame, schema=schema)


def orders(*rows: tuple) -> ibis.expr.types.Table:
    return table("order_id ordered_at customer_id by_email by_phone", *rows)


def who(tables, name: str, key: str = "order_id", column: str = "customer_id"):
    frame = tables[name].to_pandas()
    values = frame[column].astype("object").where(frame[column].notna(), None)
    return dict(zip(frame[key], values, strict=True))


DAY1, DAY2, DAY9 = "2024-01-01", "2024-01-02", "2024-01-09"


def test_an_order_without_id_is_its_addresses_customer():
    people = table(
        "customer_id by_email by_phone",
        ("7", "ann@x.example", None),
        ("8", None, "+491111111"),
    )
    shop = {
        "orders": orders(
            ("a", DAY1, None, "ann@x.example", None),  # by e-mail
            ("b", DAY1, None, None, "+491111111"),  # by phone
            ("c", DAY1, None, "eve@x.example", None),  # nobody known: the e-mail
            ("d", DAY1, None, None, "+492222222"),  # nobody known: the phone
            ("e", DAY1, None, None, None),  # nobody at all
            ("f", DAY1, "9", "eve@y.example", None),  # an id stands as it is
            ("g", DAY1, None, "new@x.example", "+491111111"),  # moved house, same phone
        ),
        "customers": people,
    }
    assert who(resolve([("", shop)], NEVER), "orders") == {
        "a": "7",
        "b": "8",
        "c": "eve@x.example",
        "d": "+492222222",
        "e": None,
        "f": "9",
        "g": "8",
    }


def test_an_order_with_both_addresses_tells_whose_phone_it_is():
    shop = {
        "orders": orders(
            ("a", DAY1, None, "ann@x.example", "+491111111"),
            ("b", DAY2, None, None, "+491111111"),
        )
    }
    found = who(resolve([("", shop)], NEVER), "orders")
    assert found == {"a": "ann@x.example", "b": "ann@x.example"}


def test_an_address_that_two_share_means_neither():
    people = table(
        "customer_id by_email by_phone",
        ("7", "shared@x.example", None),
        ("8", "shared@x.example", None),
    )
    shop = {
        "orders": orders(("a", DAY1, None, "shared@x.example", None)),
        "customers": people,
    }
    assert who(resolve([("", shop)], NEVER), "orders") == {"a": "shared@x.example"}


def test_what_is_known_only_later_joins_nothing_earlier():
    shop = {
        "orders": orders(
            ("a", DAY1, None, None, "+491111111"),
            ("b", DAY9, None, "ann@x.example", "+491111111"),
        )
    }
    origin = int(pd.Timestamp("2024-01-05").timestamp())
    assert who(resolve([("", shop)], origin), "orders")["a"] == "+491111111"
    assert who(resolve([("", shop)], NEVER), "orders")["a"] == "ann@x.example"


@pytest.fixture
def two():
    """A shop with ids, and a help desk with its own."""
    shop = {
        "orders": table("order_id ordered_at customer_id", ("a", DAY1, "7")),
        "customers": table(
            "customer_id email phone",
            ("7", " Ann@X.example", "0049 111 1111"),
            ("8", None, "+49 (0)222 2222"),
        ),
    }
    desk = {
        "events": table(
            "reference occurred_at customer_id by_email event",
            ("t1", DAY1, "c1", None, "ticket"),  # by the contact's e-mail
            ("t2", DAY1, "c2", None, "ticket"),  # by the contact's phone
            ("t3", DAY1, "8", None, "ticket"),  # the same id
            ("t4", DAY1, "c4", "ann@x.example", "ticket"),  # by its own e-mail
            ("t5", DAY1, "c5", "eve@x.example", "ticket"),  # nobody
        ),
        "customers": table(
            "customer_id by_email by_phone language",
            ("c1", "ann@x.example", None, "de"),
            ("c2", None, "+492222222", "en"),
            ("c5", "eve@x.example", None, "fr"),
        ),
    }
    return [("", shop), ("liveagent", desk)]


def test_people_of_another_source_are_customers_by_id_email_or_phone(two):
    found = resolve(two, NEVER)
    assert who(found, "events:liveagent", "reference") == {
        "t1": "7",
        "t2": "8",
        "t3": "8",
        "t4": "7",
        "t5": "c5",
    }
    assert who(found, "events:liveagent", "reference", "matched") == {
        "t1": "email",
        "t2": "phone",
        "t3": "id",
        "t4": "email",
        "t5": "none",
    }
    assert who(found, "customers:liveagent", "language") == {
        "de": "7",
        "en": "8",
        "fr": "c5",
    }


def test_an_id_that_is_equal_by_chance_gives_way_to_the_email(two):
    shop, _ = two
    crm = {
        "customers": table(
            "customer_id by_email industry", ("8", "ann@x.example", "Bakery")
        ),
        "events": table("reference customer_id event", ("e1", "8", "call")),
    }
    found = resolve([shop, ("crm", crm)], NEVER)
    assert who(found, "customers:crm", "industry") == {"Bakery": "7"}
    assert who(found, "events:crm", "reference") == {"e1": "7"}
    assert who(found, "events:crm", "reference", "matched") == {"e1": "email"}


def test_ids_alone_need_no_resolving(two):
    (_, shop), (_, desk) = two
    assert named_by_id(shop)
    assert not named_by_id(desk)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (" Ann.Lee@Example.com ", "ann.lee@example.com"),
        ("'ann@x.example", "ann@x.example"),
        ("mailto:ann@x.example", "ann@x.example"),
        ("ann at x", None),
        ("a b@x.example", None),
        ("", None),
    ],
)
def test_an_email_has_one_spelling(text, key):
    made = email_key(table("x", (text,)).x).to_pandas().iloc[0]
    assert made == key or (key is None and pd.isna(made))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("+49 30 12-345.67", "+49301234567"),
        ("0049 (0)30 1234567", "+49301234567"),
        ("030 1234567", "0301234567"),
        ("'+33100000000", "+33100000000"),
        ("112", None),
        ("none", None),
    ],
)
def test_a_phone_number_is_its_digits(text, key):
    made = phone_key(table("x", (text,)).x).to_pandas().iloc[0]
    assert made == key or (key is None and pd.isna(made))
