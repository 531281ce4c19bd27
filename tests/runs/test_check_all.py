"""`check --all`: a line for each configuration, and the worst one's exit code."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import yaml

from segtools import cli
from segtools.runs.check_all import check_each
from segtools.schema import ConfigError

SHOP = {"project": "shop", "timezone": "Europe/Berlin", "source": {"system": "sample"}}
EARLY = {"as_of": "2019-01-01"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project's folder: configurations, a batch, and YAML that is neither."""
    files = {
        "good.yaml": SHOP,
        "typo.yaml": SHOP | {"windw_days": 3},
        "early.yml": SHOP | EARLY,
        "shared.yaml": {"source": {"system": "sample"}, "timezone": "Europe/Berlin"},
        "built.yaml": {"project": "built", "defaults": "shared.yaml"},
        "months.yaml": {
            "defaults": "shared.yaml",
            "matrix": {"as_of": ["2024-09-29", "2019-01-01"]},
            "name": "shop-{as_of}",
        },
        "rule_book.yaml": {"rules": []},
        "said.yaml": [{"segment": "S01"}],
    }
    files["months.yaml"]["defaults"] = ["shared.yaml", {"project": "shop"}]
    for name, body in files.items():
        (tmp_path / name).write_text(yaml.safe_dump(body))
    (tmp_path / "torn.yaml").write_text("project: [")
    (tmp_path / "notes.txt").write_text("project: x")
    return tmp_path


@pytest.fixture
def call(monkeypatch, capsys):
    def run(*words: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["segtools", *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return int(stop.value.code or 0), out + err

    return run


def test_a_folder_is_checked_configuration_by_configuration(folder):
    found = {one["name"]: one for one in check_each(folder)}
    assert {name: one["code"] for name, one in found.items()} == {
        "built.yaml": 0,
        "early.yml": 3,
        "good.yaml": 0,
        "months.yaml: shop-2024-09-29": 0,
        "months.yaml: shop-2019-01-01": 3,
        "torn.yaml": 2,
        "typo.yaml": 2,
    }
    assert found["typo.yaml"]["said"].endswith("Did you mean 'window_days'?")
    assert found["good.yaml"]["light"] == "amber"
    assert "customers" in found["good.yaml"]["said"]


def test_the_command_prints_a_line_each_and_exits_by_the_worst(call, folder):
    code, told = call("check", "--all", folder)
    assert code == 3
    lines = told.splitlines()
    assert len(lines) == 7
    assert any(line.startswith("good.yaml: amber. ") for line in lines)
    code, told = call("check", "--all", folder / "good.yaml", "--json")
    assert code == 0
    assert json.loads(told)["checked"][0]["light"] == "amber"
    code, _ = call("check", "--all", folder / "typo.yaml")
    assert code == 2


def test_overrides_hold_for_all(folder):
    found = list(check_each(folder / "months.yaml", {"windw_days": 3}))
    assert [one["code"] for one in found] == [2, 2]


def test_what_one_registers_is_not_there_for_the_next(folder):
    own = (
        "import segtools\n\n\n"
        "@segtools.scheme('two_halves', label='Two halves')\n"
        "def two_halves(features, n_segments, seed):\n"
        "    return features['spend_total'] > features['spend_total'].median()\n"
    )
    (folder / "own.py").write_text(own)
    body = {
        "defaults": SHOP | {"extensions": ["own.py"]},
        "runs": [{"name": "a"}, {"name": "b"}],
    }
    (folder / "own.yaml").write_text(yaml.safe_dump(body))
    from segtools.segmentation.scheme import schemes

    assert [one["code"] for one in check_each(folder / "own.yaml")] == [0, 0]
    assert "two_halves" not in {scheme.name for scheme in schemes()}


def test_nothing_to_check_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"check --all must find configurations"):
        list(check_each(tmp_path))


def test_a_batch_that_is_none_is_one_sentence(call, folder):
    code, told = call("batch", folder / "good.yaml")
    assert code == 2
    assert told.strip() == (
        "FILE must hold `runs` or `matrix`, but good.yaml has neither. "
        "Use `segtools run good.yaml`: it is one run's."
    )
    code, told = call("batch", folder / "gone.yaml", "--json")
    assert code == 2
    assert json.loads(told.splitlines()[0])["error"]["code"] == 2


def test_the_schema_is_printed_or_written(call, folder):
    code, told = call("schema")
    assert code == 0
    assert json.loads(told)["properties"]["seed"]["default"] == 1
    code, told = call("schema", "--batch", "--out", folder / "b.json")
    assert told.strip() == str(folder / "b.json")
    assert "matrix" in json.loads((folder / "b.json").read_text())["properties"]
