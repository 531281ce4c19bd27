"""The commands that move runs: upload and migrate, by exit code and sentence."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from segtools import cli

OLD = Path(__file__).parent / "golden" / "run_2026-11-22"


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


@pytest.fixture
def old(tmp_path) -> Path:
    return Path(shutil.copytree(OLD, tmp_path / "2024-08-29"))


def test_migrate_prints_what_changes_and_changes_it_once(call, old):
    code, out, err = call("migrate", old, "--dry-run")
    assert (code, "run.json: config.smallest_cell is added: 10\n" in out) == (0, True)
    assert err == f"1 file of {old} would change; nothing was changed.\n"
    code, again, err = call("migrate", old)
    assert (code, again) == (0, out)
    assert err.endswith(f"as they were they lie in {old}/.before_migration.\n")
    assert call("migrate", old)[:2] == (0, "")


def test_migrate_gives_one_object_to_programs(call, old):
    _, out, _ = call("migrate", old, "--json")
    told = json.loads(out)
    assert list(told["changes"]) == ["run.json"]
    assert told["backup"] == str(old / ".before_migration")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ('{"state": "do', "run.json must be a JSON record, but"),
        (
            '{"version": 9, "state": "done"}',
            "made by a newer segtools. Update segtools.",
        ),
    ],
)
def test_a_run_that_cannot_be_read_is_one_sentence(call, old, body, sentence):
    (old / "run.json").write_text(body)
    for words in (("migrate", old), ("upload", old, "s3://shop/2024-08-29")):
        code, out, err = call(*words)
        assert (code, out) == (3, "")
        assert sentence in err
        assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("upload", "none", "s3://shop/a"), "there is no run.json in none"),
        (
            ("upload", "2024-08-29", "shop/a"),
            "URL must lead to a remote folder, but it",
        ),
        (
            ("upload", "2024-08-29", "file:///a"),
            "URL must lead to a remote folder, but",
        ),
        (("upload", "2024-08-29", "ftp://a/b"), "URL must be a path or a URL of s3"),
        (("upload", "2024-08-29", "s3://shop"), "must name a folder in a bucket"),
        (("migrate", "none"), "RUN|CONFIG must be the folder of a run or a YAML"),
        (("run", "sample", "--out", "ftp://shop/a"), "--out must be a path or a URL"),
        (("run", "sample", "--out", "s3://shop"), "must name a folder in a bucket"),
        (
            ("run", "sample", "-p", "hooks=[{url: chat.example}]"),
            "hooks.0.url must be env:NAME or begin with https://, but it has no scheme",
        ),
    ],
)
def test_a_mistake_is_one_sentence_and_nothing_is_written(call, old, words, sentence):
    code, out, err = call(*words)
    assert (code, out) == (2, "")
    assert sentence in err
    assert err.count("\n") == 1
    assert [p.name for p in old.parent.iterdir()] == ["2024-08-29"]
