"""The command line: exit codes, one sentence for a mistake, never a traceback."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from segtools import cli

HEAD = "Kunde;Beleg;Datum;Artikel;Menge;Preis"


@pytest.fixture
def call(monkeypatch, capsys, tmp_path):
    """Run the command line in this process; give code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["segtools", *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return int(stop.value.code or 0), out, err

    return run


def shop_rows(n: int = 300, seed: int = 4) -> list[str]:
    """Rows of a made-up shop: its own headers, semicolons, decimal commas."""
    rng = np.random.default_rng(seed)
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(
        rng.integers(0, 364 * 24 * 60, n), unit="min"
    )
    rows = []
    for i, day in enumerate(days):
        price = f"{rng.integers(100, 5000) / 100:.2f}".replace(".", ",")
        rows.append(
            f"K{rng.integers(60):03d};B{i};{day:%d.%m.%Y %H:%M};"
            f"A{rng.integers(20)};{rng.integers(1, 5)};{price}"
        )
    return rows


def write_shop(folder: Path, rows: list[str], **changes: object) -> Path:
    """Write the CSV and its configuration; give the configuration's path."""
    (folder / "lines.csv").write_text("\n".join([HEAD, *rows]) + "\n")
    block = {
        "path": "lines.csv",
        "delimiter": ";",
        "decimal": ",",
        "date_format": "%d.%m.%Y %H:%M",
        "columns": {
            "customer_id": "Kunde",
            "order_id": "Beleg",
            "ordered_at": "Datum",
            "product_id": "Artikel",
            "quantity": "Menge",
            "unit_price": "Preis",
        },
    }
    body = {
        "project": "corner-shop",
        "timezone": "Europe/Berlin",
        "source": {"system": "files", "order_lines": block},
    }
    path = folder / "shop.yaml"
    path.write_text(json.dumps(body | changes))
    return path


def test_check_counts_the_rows_and_says_what_is_missing(call, tmp_path):
    config = write_shop(tmp_path, shop_rows())
    code, out, _ = call("check", config)
    assert code == 3  # sixty customers are too few: a red light
    assert "300" in out
    assert "Adequacy: red." in out
    assert "discount" in out


def test_check_gives_one_json_object(call, tmp_path):
    config = write_shop(tmp_path, shop_rows())
    code, out, _ = call("check", config, "--json")
    found = json.loads(out)
    assert code == 3
    assert found["tables"]["order_lines"]["read"] == 300
    assert found["light"] == "red"


MISTAKES = {
    "no configuration": (["check", "nowhere.yaml"], 2, "there is no nowhere.yaml"),
    "an unknown key": (
        ["check", "shop.yaml", "-p", "windw_days=30"],
        2,
        "'windw_days' is none. Did you mean 'window_days'?",
    ),
    "an unknown nested key": (
        ["check", "shop.yaml", "-p", "source.order_lines.delimeter=;"],
        2,
        "Did you mean 'delimiter'?",
    ),
    "a mistyped value": (
        ["check", "shop.yaml", "-p", "window_days=soon"],
        2,
        "window_days must be a valid integer",
    ),
    "a mistyped -p": (["check", "shop.yaml", "-p", "window_days"], 2, "NAME=VALUE"),
    "too many segments for min_share": (
        ["run", "shop.yaml", "-p", "n_segments=12", "-p", "min_share=0.2"],
        2,
        "Lower n_segments to 5 or min_share to 0.08.",
    ),
    "an unknown method": (
        ["run", "shop.yaml", "-p", "method=gaol"],
        2,
        "Did you mean 'goal'?",
    ),
    "an unknown basis": (
        ["run", "shop.yaml", "-p", "bases=[value, loyalti]"],
        2,
        "Did you mean 'loyalty'?",
    ),
    "a missing file": (
        ["run", "shop.yaml", "-p", "source.order_lines.path=gone.csv"],
        2,
        "there is nothing at",
    ),
    "a missing column": (
        ["run", "shop.yaml", "-p", "source.order_lines.columns.customer_id=Kunden"],
        3,
        "Did you mean 'Kunde'?",
    ),
    "all orders after as_of": (
        ["run", "shop.yaml", "-p", "as_of=2020-01-01"],
        3,
        "all 300 rows are dated on or after 2020-01-01. Move as_of",
    ),
    "dates of another format": (
        ["run", "shop.yaml", "-p", "source.order_lines.date_format=%m/%d/%Y"],
        3,
        "of its rows, but 300 of 300 do. The time of the row is missing or "
        "unreadable in 300 rows, such as ordered_at '",
    ),
    "numbers with another decimal mark": (
        ["run", "shop.yaml", "-p", "source.order_lines.decimal=."],
        3,
        "such as unit_price '",
    ),
    "an unknown command": (["rnu"], 2, "rnu"),
    "an unknown system": (
        ["run", "shop.yaml", "-p", "source.system=fils"],
        2,
        "Did you mean 'files'?",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_gives_its_code_and_one_sentence(call, tmp_path, mistake):
    write_shop(tmp_path, shop_rows())
    words, expected, sentence = MISTAKES[mistake]
    code, out, err = call(*words)
    assert (code, out) == (expected, "")
    assert sentence in err
    assert len(err.strip().splitlines()) == 1
    assert not (tmp_path / "reports").exists()


def test_broken_yaml_is_named_by_line(call, tmp_path):
    (tmp_path / "broken.yaml").write_text("project: x\n  goal: [1\n")
    code, _, err = call("run", "broken.yaml")
    assert code == 2
    assert "broken.yaml must be YAML, but line" in err


def test_a_missing_key_is_named(call, tmp_path):
    (tmp_path / "short.yaml").write_text("project: x\n")
    code, _, err = call("run", "short.yaml")
    assert code == 2
    assert "must hold 'source', but it is missing. Add `source:`." in err


@pytest.mark.parametrize("text", ["", HEAD + "\n"])
def test_an_empty_file_is_refused(call, tmp_path, text):
    config = write_shop(tmp_path, shop_rows())
    (tmp_path / "lines.csv").write_text(text)
    code, _, err = call("run", config)
    assert code == 3
    assert "must hold rows" in err


def test_a_single_customer_is_refused(call, tmp_path):
    rows = ["K001;" + r.partition(";")[2] for r in shop_rows()]
    code, _, err = call("run", write_shop(tmp_path, rows))
    assert code == 3
    assert "at least 2 customers, but there is only 1" in err


def test_equal_amounts_are_refused_with_a_way_out(call, tmp_path):
    rows = [";".join([*r.split(";")[:4], "1", "9,99"]) for r in shop_rows()]
    config = write_shop(tmp_path, rows)
    code, _, err = call("run", config)
    assert code == 3
    assert "all 300 orders have the same" in err
    code, _, _ = call("check", config, "-p", "goal=keep_customers")
    assert code == 3  # red for too few customers only: the amounts are no obstacle


def test_init_makes_a_project_that_checks(call, tmp_path):
    code, out, _ = call("init", "my shop")
    assert code == 0
    made = tmp_path / out.strip()
    assert made.name == "segtools.yaml"
    assert len(list((made.parent / "notebooks").glob("*.ipynb"))) == 6
    code, out, _ = call("check", made, "-p", "rule_book=rule_book.yaml")
    assert code == 0
    assert "Adequacy: green" in out or "Adequacy: amber" in out


@pytest.mark.parametrize("command", ["check", "run"])
def test_a_wrong_rule_book_is_one_sentence_before_any_kernel(call, tmp_path, command):
    config = write_shop(tmp_path, shop_rows())
    (tmp_path / "own.yaml").write_text("extends: default\nactions: [{kye: a}]\n")
    code, _, err = call(command, config, "-p", "rule_book=own.yaml")
    assert code == 2
    assert "'actions.0.kye' is none. Did you mean 'key'?" in err
    code, _, err = call(command, config, "-p", "rule_book=none.yaml")
    assert code == 2
    assert "rule_book must be a YAML file, but there is no" in err


def test_init_keeps_a_folder_that_is_not_empty(call, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    code, _, err = call("init", "full")
    assert code == 2
    assert "must be a new or empty folder" in err
    assert [p.name for p in (tmp_path / "full").iterdir()] == ["mine.txt"]


def test_assign_refuses_what_is_no_run(call, tmp_path):
    code, _, err = call("assign", tmp_path, tmp_path, "--out", "x.csv")
    assert code == 2
    assert "there is no run.json" in err


def test_commands_are_listed_in_the_order_of_their_use(call):
    _, out, _ = call("--help")
    places = [out.index(f"│ {name} ") for name in ("run", "check", "assign", "export")]
    assert places == sorted(places)


def test_an_interruption_is_said_in_words(call, tmp_path, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("segtools.report.execution.carry_out.look_ahead", interrupted)
    code, out, err = call("run", write_shop(tmp_path, shop_rows()))
    said = "Interrupted. Repeat the command; `segtools run` goes on with --resume.\n"
    assert (code, out, err) == (130, "", said)


FULL = (
    OSError(28, "No space left on device", "/disk/x/a.csv"),
    4,
    "disk of /disk/x is",
)
SHUT = (OSError(13, "Permission denied", "/disk/x/a.csv"), 2, "/disk/x/a.csv refuses")


@pytest.mark.parametrize(("error", "code", "said"), [FULL, SHUT])
def test_a_disk_that_refuses_is_said_in_words(
    call, tmp_path, monkeypatch, error, code, said
):
    def refused(*_, **__):
        raise error

    monkeypatch.setattr("segtools.report.check.check", refused)
    found, out, err = call("check", write_shop(tmp_path, shop_rows()))
    assert (found, out) == (code, "")
    assert said in err


def test_json_reports_a_mistake_as_an_object(call, tmp_path):
    code, out, _ = call("check", "nowhere.yaml", "--json")
    error = json.loads(out)["error"]
    assert (code, error["code"]) == (2, 2)
    assert error["remedy"]


@pytest.mark.parametrize("words", [("check",), ("run", "--out", "out")])
def test_memory_that_does_not_suffice_is_one_sentence(words, call, tmp_path):
    config = write_shop(tmp_path, shop_rows())
    command, *more = words
    code, _, err = call(command, config, *more, "-p", "memory_limit=1MB")
    assert code == 4
    assert "must fit into memory_limit" in err
    assert "Raise memory_limit, or shorten window_days" in err


def test_a_limit_of_memory_that_is_none_is_refused(call, tmp_path):
    config = write_shop(tmp_path, shop_rows())
    code, _, err = call("check", config, "-p", "memory_limit=plenty")
    assert code == 2
    assert "memory_limit" in err
    assert "'plenty'" in err
    assert "2GB" in err
