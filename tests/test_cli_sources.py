"""Wrong exports, on purpose: one sentence, its exit code, and nothing half-written."""

from __future__ import annotations

import gzip
import json
import socket
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from segtools import cli

EXPORTS = Path(__file__).parent / "sources" / "exports"
SHOP = EXPORTS / "shopify" / "orders_export.csv"
PEOPLE = EXPORTS / "shopify" / "customers_export.csv"
HEAD = "customer_id,order_id,ordered_at,product_id,amount,currency\n"
LINE = "c{0},o{0},2024-0{1}-01T10:00,p,{0}.50,EUR\n"


@pytest.fixture
def call(monkeypatch, capsys, tmp_path):
    """Run `segtools run` on a source in this process; give code and stderr."""
    monkeypatch.chdir(tmp_path)

    def run(source: object, **more: object) -> tuple[int, str]:
        body = {"project": "shop", "timezone": "UTC", "source": source} | more
        (tmp_path / "shop.yaml").write_text(json.dumps(body))
        monkeypatch.setattr(sys, "argv", ["segtools", "run", "shop.yaml"])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        out, err = capsys.readouterr()
        assert out == ""
        assert "Traceback" not in err
        return int(stop.value.code or 0), err

    return run


def lines(n: int = 90) -> str:
    return HEAD + "".join(LINE.format(i, 1 + i % 9) for i in range(1, n))


def shopify(path: Path, name: str = "orders") -> dict:
    return {"system": "shopify", name: {"path": str(path)}}


def files(path: Path) -> dict:
    return {"system": "files", "order_lines": {"path": str(path)}}


def a_wrong_export(folder: Path) -> tuple:
    return shopify(PEOPLE), 3, "this looks like a Shopify customers export"


def a_truncated_gzip(folder: Path) -> tuple:
    path = folder / "lines.csv.gz"
    path.write_bytes(gzip.compress(lines(5000).encode())[:-2000])
    return files(path), 3, "lines.csv.gz"


def mixed_encodings(folder: Path) -> tuple:
    (folder / "in").mkdir()
    (folder / "in" / "a.csv").write_text(lines(), "utf-8")
    late = lines().replace("c7,", "Jürgen,")
    (folder / "in" / "b.csv").write_text(late, "latin-1")
    return files(folder / "in"), 3, "encoding"


def two_schemas(folder: Path) -> tuple:
    (folder / "in").mkdir()
    (folder / "in" / "a.csv").write_text(lines())
    (folder / "in" / "b.csv").write_text(lines().replace("amount", "betrag", 1))
    return files(folder / "in"), 3, "b.csv"


def two_ids_under_one_name(folder: Path) -> tuple:
    path = folder / "orders.csv"
    text = SHOP.read_text("utf-8-sig")
    header, first = text.splitlines()[:2]
    other = first.replace("5550000001", "5559999999")
    path.write_text("\n".join([header, first, other]) + "\n")
    return shopify(path), 3, "5559999999"


def two_currencies(folder: Path) -> tuple:
    path = folder / "lines.csv"
    path.write_text(lines().replace("EUR", "USD", 40))
    return files(path), 3, "exchange_rates"


def a_variable_that_is_not_set(folder: Path) -> tuple:
    source = {"system": "database", "url": "env:NO_SUCH_URL", "orders": {"table": "o"}}
    return source, 2, "NO_SUCH_URL"


def a_url_written_out(folder: Path) -> tuple:
    url = "postgresql://ann:s3cret@db.example/shop"
    source = {"system": "database", "url": url, "orders": {"table": "orders"}}
    return source, 2, "env:NAME_OF_VARIABLE"


def a_question_asked_twice(folder: Path) -> tuple:
    path = folder / "survey.csv"
    path.write_text("customer_id,Why us?,Why us?\nc1,near,cheap\nc2,near,near\n")
    orders = folder / "lines.csv"
    orders.write_text(lines())
    survey = {"system": "survey", "responses": {"path": str(path)}}
    return [files(orders), survey], 3, "Why us?"


def no_orders_at_all(folder: Path) -> tuple:
    tickets = EXPORTS / "liveagent" / "tickets.json"
    source = {"system": "liveagent", "tickets": {"path": str(tickets)}}
    return source, 3, "must give orders, but it gives ['events']"


def two_shapes_of_orders(folder: Path) -> tuple:
    path = folder / "lines.csv"
    path.write_text(lines())
    return [files(path), shopify(SHOP)], 3, "in one shape"


def a_table_that_the_source_does_not_give(folder: Path) -> tuple:
    return shopify(SHOP) | {"tables": ["order"]}, 2, "Did you mean 'orders'?"


def a_mistyped_key(folder: Path) -> tuple:
    return shopify(SHOP) | {"statues": ["paid"]}, 2, "Did you mean 'statuses'?"


def a_kind_that_is_none(folder: Path) -> tuple:
    more = {"attribute_kinds": {"tier": "psychografic"}}
    return shopify(SHOP), 2, "Did you mean 'psychographic'?", more


def rates_without_a_currency(folder: Path) -> tuple:
    return shopify(SHOP), 2, "`currency` is not set", {"exchange_rates": {"USD": 0.9}}


MISTAKES: list[Callable[[Path], tuple]] = [
    a_wrong_export,
    a_truncated_gzip,
    mixed_encodings,
    two_schemas,
    two_ids_under_one_name,
    two_currencies,
    a_variable_that_is_not_set,
    a_url_written_out,
    a_question_asked_twice,
    no_orders_at_all,
    two_shapes_of_orders,
    a_table_that_the_source_does_not_give,
    a_mistyped_key,
    a_kind_that_is_none,
    rates_without_a_currency,
]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda m: m.__name__)
def test_a_mistake_gives_its_code_and_one_sentence(call, tmp_path, mistake):
    source, expected, sentence, *more = mistake(tmp_path)
    code, err = call(source, **(more[0] if more else {}))
    assert sentence in err
    assert code == expected
    assert len(err.strip().splitlines()) == 1
    assert "s3cret" not in err
    assert not (tmp_path / "reports").exists()


@pytest.mark.skipif(find_spec("psycopg") is None, reason="psycopg is not installed")
def test_a_server_that_cannot_be_reached_is_named_without_its_password(
    call, tmp_path, monkeypatch
):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("SHOP_URL", f"postgresql://ann:s3cret@127.0.0.1:{port}/shop")
    source = {"system": "database", "url": "env:SHOP_URL", "orders": {"table": "o"}}
    code, err = call(source)
    assert code == 3
    assert "SHOP_URL" in err
    assert "127.0.0.1" in err
    assert "s3cret" not in err
    assert len(err.strip().splitlines()) == 1
    assert not (tmp_path / "reports").exists()
