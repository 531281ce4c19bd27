"""A small shop with everything in it that engines could read differently."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from segtools.schema import TABLES

TIMEZONE = "Europe/Berlin"
AS_OF = "2024-04-15"
DAYS = 180
# Everything below lies around this day; the window begins on 2023-10-18.
_FIRST = datetime(2023, 8, 1, 4, 30)
_KINDS = ("session_started", "page_viewed", "product_viewed", "cart_added")
_KINDS += ("checkout_started", "email_opened", "email_clicked", "app_opened")
_KINDS += ("ticket_opened", "ticket_resolved", "chat_started", "chat_message")
_KINDS += ("Product Viewed", "add_to_cart", "screen_view", "question_asked")
_KINDS += ("ticket_chat", "live_chat_requested", "Email Opened", "email_link_clicked")
_CLOCK = ("2023-10-29T00:30:00", "2023-10-29T01:30:00", "2024-03-31T00:59:00")
_CLOCK += ("2024-03-31T01:00:00", "2024-01-05T23:00:00", "2024-01-07T22:59:00")
_TYPES = {
    "string": pa.string(),
    "timestamp": pa.timestamp("us"),
    "boolean": pa.bool_(),
    "float64": pa.float64(),
    "decimal(18, 4)": pa.decimal128(18, 4),
}
Row = dict[str, Any]


def tables(shuffled: int | None = None) -> dict[str, pa.Table]:
    """Give the shop's tables in the contract's types.

    Parameters
    ----------
    shuffled : int, optional
        Seed of another order of the rows; they stay the same rows.
    """
    made = {
        "orders": _orders(),
        "order_lines": _lines(),
        "customers": _customers(),
        "events": _events(),
        "answers": _answers(),
        "accounts": _accounts(),
    }
    if shuffled is not None:
        for rows in made.values():
            random.Random(shuffled).shuffle(rows)
    return {name: _typed(name, rows) for name, rows in made.items()}


def _typed(name: str, rows: list[Row]) -> pa.Table:
    known = TABLES[name].columns
    names = list(dict.fromkeys(c for row in rows for c in row))
    extra = {"age": pa.int64(), "score": pa.float64(), "joined_on": pa.date32()}
    kinds = {c: _TYPES[known[c]] for c in names if c in known} | extra
    fields = [(c, kinds.get(c, pa.string())) for c in names]
    columns = {c: [row.get(c) for row in rows] for c in names}
    return pa.table(columns, schema=pa.schema(fields))


def _money(text: Any) -> Decimal:
    return Decimal(str(text)).quantize(Decimal("0.0001"))


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _line(who: str, order: str | None, when: datetime, amount: Any, **more: Any) -> Row:
    row: Row = {
        "customer_id": who,
        "order_id": order,
        "ordered_at": when,
        "product_id": "milk",
        "product": "Milk",
        "category": "dairy",
        "brand": "Alm",
        "brand_type": "Private",
        "quantity": 1.0,
        "unit_price": _money(amount),
        "amount": _money(amount),
        "discount": _money(0),
        "coupon_discount": _money(0),
        "cost": _money(_money(amount) / 2),
        "store_id": "N",
        "channel": "store",
        "is_return": False,
        "returned_order_id": None,
        "cancelled_at": None,
    }
    return row | more


def _by_hand() -> list[Row]:
    """Customers who are each an edge of something."""
    noon = _at("2024-03-05T11:00:00")
    back: Row = {"is_return": True, "returned_order_id": "t1"}
    unknown = dict.fromkeys(("product", "category", "brand", "brand_type"))
    unknown |= dict.fromkeys(("quantity", "unit_price", "store_id", "channel"))
    unknown |= dict.fromkeys(("discount", "coupon_discount", "cost"))
    other = {"product_id": "wine", "category": "drinks", "brand": "Ähre"}
    other |= {"store_id": "S", "channel": "web", "brand_type": "National"}
    return [
        _line("one", "a1", noon, "12.3456"),
        # One day: twice at the same instant, then a second later, then at night.
        _line("day", "b1", noon, "5"),
        _line("day", "b2", noon, "5", **other),
        _line("day", "b3", noon + timedelta(seconds=1), "7.0001"),
        _line("day", "b4", _at("2024-03-05T22:59:59.999999"), "0.0001"),
        # Equal in all that counts.
        *[_line(f"tie{i}", f"c{i}", noon, "20", **other) for i in range(3)],
        _line("back", "t1", noon, "30", quantity=3.0, unit_price=_money(10)),
        _line("back", "t1", noon + timedelta(days=3), "-10", **back),
        _line("back", None, noon + timedelta(days=4), "-0.5", is_return=True),
        _line("only back", "u1", noon, "-4", is_return=True),
        # Given for nothing, and taken below nothing without being a return.
        _line("zero", "d1", noon, "0", discount=_money("9.9")),
        _line("zero", "d2", noon + timedelta(days=7), "0", **other),
        _line("minus", "e1", noon, "-3.5", discount=_money("1")),
        _line("minus", "e2", noon + timedelta(days=14), "2"),
        _line("nulls", None, noon, "8.8", **unknown),
        _line("nulls", None, noon + timedelta(days=30), "1.1", **unknown),
        _line("old", "f1", _at("2023-08-03T10:00:00"), "50"),
        # The window's and the analysis's very first seconds, and a second before.
        _line("edge", "g1", _at("2023-10-17T22:00:00"), "1"),
        _line("edge", "g2", _at("2023-10-17T21:59:59"), "2"),
        _line("edge", "g3", _at("2024-04-14T21:59:59.999999"), "3"),
        _line("edge", "g4", _at("2024-04-14T22:00:00"), "4"),
        # The same days a year earlier, of two who had been there before.
        *[
            _line(who, f"s{who}{i}", noon - timedelta(days=days), f"{i + 2}.5")
            for who in ("weekly", "busy")
            for i, days in enumerate((600, 400, 380 if who == "busy" else 390))
        ],
        _line("later", "h1", _at("2024-05-01T10:00:00"), "77"),
        # The hour that came twice in Berlin, the one that never was, and midnights.
        *[
            _line("clock", f"i{i}", _at(text), f"{i + 1}.25")
            for i, text in enumerate(_CLOCK)
        ],
        # Exactly a week, and twelve hours, apart.
        *[
            _line("weekly", f"j{i}", noon - timedelta(days=7 * i), "9.99", **other)
            for i in range(6)
        ],
        *[
            _line("busy", f"k{i}", noon - timedelta(hours=12 * i), "1.01")
            for i in range(9)
        ],
        _line("Ann", "l1", noon, "3"),
        _line("ann", "l2", noon + timedelta(days=1), "4"),
        _line("o'neil %_\\", "m1", noon, "6", category="it's 50%"),
        _line("Zoë 李", "n1", noon, "7", category="Käse", brand_type="PRIVATE"),
        _line("big", "p1", noon, "99999999.9999"),
        _line("big", "p2", noon + timedelta(days=10), "0.0001"),
        _line("gone", "q1", noon, "15", cancelled_at=noon + timedelta(days=2)),
        _line("gone", "q2", noon + timedelta(days=8), "16"),
    ]


def _by_chance() -> list[Row]:
    """Thirty customers with orders of several lines, some of them returned."""
    rng = random.Random(20240415)
    goods = [
        (f"p{i}", rng.choice(["dairy", "care", "drinks", "pets", None]))
        for i in range(25)
    ]
    rows = []
    for c in range(30):
        liked = rng.choice(["N", "S", "W", None])
        for o in range(rng.randint(1, 14)):
            seconds = rng.randint(0, 300 * 86_400)
            when = _FIRST + timedelta(seconds=seconds, microseconds=rng.choice([0, 7]))
            order = None if rng.random() < 0.1 else f"{c}-{o}"
            place = {
                "store_id": liked if rng.random() < 0.7 else rng.choice("NSW"),
                "channel": rng.choice(["store", "web", "app", None]),
            }
            for _ in range(rng.randint(1, 5)):
                rows.append(_bought(rng, f"c{c:02d}", order, when, goods) | place)
    return rows


def _bought(
    rng: random.Random, who: str, order: str | None, when: datetime, goods: list
) -> Row:
    product, category = rng.choice(goods)
    price, quantity = rng.randint(49, 4999), rng.choice([1, 1, 1, 2, 3, 0.5, 1.25])
    off, returned = rng.choice([0, 0, 0, 0.1, 0.25, 1 / 3]), rng.random() < 0.06
    full = Decimal(price) * Decimal(str(quantity)) / 100
    discount = _money(full * Decimal(str(off)))
    amount = _money(full) - discount
    return _line(
        who,
        order,
        when + timedelta(days=5 if returned else 0),
        -amount if returned else amount,
        product_id=product,
        product=product.upper(),
        category=category,
        brand=rng.choice(["Alm", "Ähre", "zett", None]),
        brand_type=rng.choice(["Private", "National", "store", None]),
        quantity=float(quantity),
        unit_price=_money(Decimal(price) / 100),
        discount=discount,
        coupon_discount=discount if rng.random() < 0.3 else _money(0),
        is_return=returned,
        returned_order_id=order if returned and rng.random() < 0.5 else None,
    )


def _lines() -> list[Row]:
    return _by_hand() + _by_chance()


def _orders() -> list[Row]:
    """Group the lines as a shop's own list of orders would."""
    products = ("product_id", "product", "category", "brand", "brand_type")
    products += ("quantity", "unit_price")
    grouped: dict[tuple, Row] = {}
    for line in _lines():
        key = (line["customer_id"], line["order_id"], line["is_return"])
        key += (line["ordered_at"],)
        row = {c: v for c, v in line.items() if c not in products}
        if key in grouped:
            for c in ("amount", "discount", "coupon_discount", "cost"):
                row[c] = (row[c] or 0) + (grouped[key][c] or 0)
        grouped[key] = row
    return list(grouped.values())


def _customers() -> list[Row]:
    """Everybody who bought, but for some, and two who never did."""
    rng = random.Random(3)
    bought = sorted({line["customer_id"] for line in _lines()} - {"one", "c03"})
    rows = []
    for who in [*bought, "never", "never 2"]:
        rows.append(
            {
                "customer_id": who,
                "city": rng.choice(["Ulm", "Köln", "", None]),
                "age": rng.choice([17, 18, 40, 99, None]),
                "score": rng.choice([0.1, 1 / 3, -2.5, None]),
                "joined_on": rng.choice([_at("2020-02-29").date(), None]),
                "newsletter": rng.choice(["yes", "no", None]),
            }
        )
    return rows


def _accounts() -> list[Row]:
    """Thirty people of nine companies, three of which belong to others."""
    parents = {"a1": "a0", "a2": "a1", "a3": "a0"}
    return [
        {
            "account_id": f"a{i % 9}",
            "customer_id": f"c{i:02d}",
            "parent_account_id": parents.get(f"a{i % 9}"),
            "industry": ["retail", "health", None][i % 3],
        }
        for i in range(30)
    ]


def _events() -> list[Row]:
    """Events of every kind, some of people who never bought, some too late."""
    rng = random.Random(11)
    people = [f"c{i:02d}" for i in range(24)] + ["one", "day", "never", "edge"]
    rows = []
    for _ in range(700):
        when = _FIRST + timedelta(seconds=rng.randint(0, 300 * 86_400))
        kind, who = rng.choice(_KINDS), rng.choice(people)
        rows.append(
            {
                "customer_id": who,
                "occurred_at": when,
                "event": kind,
                "channel": rng.choice(["web", "e-mail", "chat", "phone", None]),
                "value": rng.choice([None, _money("0.5"), _money("12.3456")]),
                "campaign_id": rng.choice([None, "spring", "autumn"]),
                "topic": rng.choice([None, "delivery", "refund", "Größe"]),
                "reference": rng.choice([None, f"{who}/{when:%m%d}"]),
                "product_id": rng.choice([None, "milk", "p1", "p2"]),
                "device": rng.choice([None, "mobile", "desktop", "tablet"]),
                "text": rng.choice([None, "", "Where is it?"]),
            }
        )
    twice = rows[0] | {"customer_id": "edge"}
    for text in ("2023-10-17T22:00:00", "2024-04-14T21:59:59", "2024-04-14T22:00:00"):
        rows += [twice | {"occurred_at": _at(text), "event": k} for k in _KINDS]
    return rows


def _answers() -> list[Row]:
    """Answers on several scales and waves, some undated, some too late."""
    rng = random.Random(5)
    asked = {
        "Would you recommend us?": ("nps 0-10", [str(i) for i in range(11)]),
        "Price matters to me": ("likert 1-5", ["1", "2", "3", "4", "5"]),
        "Quality matters to me": ("likert 1-5", ["1", "2", "3", "4", "5"]),
        "Service matters to me": ("likert 1-5", ["3", "4"]),
        "News matter to me": ("likert 1-5", ["3", "4"]),
        "Why do you come?": (None, ["price", "taste", "it's near"]),
    }
    rows = []
    for i in range(22):
        for question, (scale, options) in asked.items():
            when = _FIRST + timedelta(seconds=rng.randint(0, 300 * 86_400))
            for answer in rng.sample(options, 2 if scale is None else 1):
                rows.append(
                    {
                        "customer_id": f"c{i:02d}",
                        "question": question,
                        "answer": answer,
                        "answered_at": when if rng.random() < 0.8 else None,
                        "scale": scale,
                        "wave": rng.choice(["2023", "2024"]),
                    }
                )
    return rows
