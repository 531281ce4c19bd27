"""A run is repeated from its own record, and what has changed is said."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from test_execution import light_kernels
from test_run import settings, write_lines
from tiny import tiny_notebooks

from segtools import cli
from segtools.config import load_config
from segtools.history.previous import find_previous
from segtools.records import read_record, write_record, write_table
from segtools.report.execution import notebook as notebooks
from segtools.report.execution.moved import moved
from segtools.report.execution.rerun import rerun
from segtools.report.execution.run import run_stages
from segtools.report.execution.start import start_run
from segtools.schema import ConfigError, DataError

pytestmark = pytest.mark.xdist_group("runs")


@pytest.fixture
def done(tmp_path, monkeypatch) -> Path:
    """A finished run of tiny notebooks on a real export; gives its folder."""
    source = tmp_path / "notebooks"
    source.mkdir()
    tiny_notebooks(source)
    monkeypatch.setattr(notebooks, "bundled", lambda name: source)
    light_kernels(monkeypatch)
    project = tmp_path / "project"
    project.mkdir()
    write_lines(project / "lines.csv")
    (project / "shop.yaml").write_text(json.dumps(settings("lines.csv", seed=5)))
    path = start_run(
        load_config(project / "shop.yaml"), project / "reports" / "2024-11-30"
    )
    run_stages(path)
    return path


def test_on_the_same_data_everything_is_the_same(done):
    found = rerun(done)
    assert found.path == done.with_name("2024-11-30-rerun")
    record = found.record
    assert record["data"] | {"tables": 0} == {"same": True, "tables": 0}
    table = record["data"]["tables"]["order_lines"]
    assert table["changed"] is False
    assert table["now"] == table["before"]
    assert table["now"]["rows"] == 300
    assert record["code"]["same"]
    assert record["results"] == {
        "same": True,
        "customers": 1,
        "moved": 0,
        "same_model": True,
    }
    then, now = (read_record(p / "run.json") for p in (done, found.path))
    for key in ("config", "config_hash", "data", "seed", "as_of", "state"):
        assert then[key] == now[key], key
    assert found.sentences[0] == "order_lines: unchanged, 300 rows."
    assert "all 1 customers are in the same segments" in found.sentences[-1]
    # Next month's run goes on from the run itself, not from its repetition.
    assert find_previous(done.parent, "corner-shop", "2025-01-01") == done
    with pytest.raises(ConfigError, match=r"-rerun is there\. Choose another"):
        rerun(done)


def test_a_repetition_that_broke_off_goes_on(done):
    with pytest.raises(ConfigError, match="--resume"):
        rerun(done, resume=True)
    whole = rerun(done)
    broken = read_record(whole.path / "run.json") | {"state": "running"}
    broken["stages"] |= {"06_follow_up": {"state": "running"}}
    write_record(whole.path / "run.json", broken)
    kept = (whole.path / "notebooks" / "05_activation.ipynb").stat().st_mtime_ns
    again = rerun(done, resume=True)
    assert again.record["results"] == whole.record["results"]
    assert read_record(again.path / "run.json")["state"] == "done"
    after = (again.path / "notebooks" / "05_activation.ipynb").stat().st_mtime_ns
    assert after == kept


def test_what_has_changed_is_said_table_by_table(done, capsys, monkeypatch):
    write_lines(done.parents[1] / "lines.csv", n=301)
    moved_on = pd.DataFrame({"customer_id": ["a", "b"], "segment_id": ["S02", "S01"]})
    write_table(done / "segments.parquet", moved_on)
    write_record(done / "model.json", {"kind": "rules"})
    out = done.parent / "second"
    words = ["segtools", "rerun", str(done), "--out", str(out), "--json"]
    monkeypatch.setattr("sys.argv", words)
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code == 0
    record = json.loads(capsys.readouterr().out)
    table = record["data"]["tables"]["order_lines"]
    assert (table["before"]["rows"], table["now"]["rows"]) == (300, 301)
    assert table["before"]["content"] != table["now"]["content"]
    assert not record["data"]["same"]
    assert record["results"] == {
        "same": False,
        "customers": 2,  # one is in another segment, one is not there any more
        "moved": 2,
        "same_model": False,
    }
    assert record["rerun"] == str(out)


def test_a_run_that_was_moved_finds_its_data(done, tmp_path):
    project = tmp_path / "elsewhere"
    shutil.move(done.parents[1], project)
    found = rerun(project / "reports" / done.name)
    assert found.same_data
    config = read_record(found.path / "run.json")["config"]
    assert config["source"]["order_lines"]["path"] == str(project / "lines.csv")


def test_data_that_is_gone_is_told_before_a_folder_is_made(done):
    (done.parents[1] / "lines.csv").unlink()
    with pytest.raises(ConfigError, match="there is nothing at"):
        rerun(done)
    assert not done.with_name("2024-11-30-rerun").exists()


def test_an_unfinished_run_and_a_lost_previous_one_are_refused(done):
    run = read_record(done / "run.json")
    write_record(done / "run.json", run | {"previous_run": "../2024-10-31"})
    with pytest.raises(DataError, match=r"The previous run of this one must hold"):
        rerun(done)
    write_record(done / "run.json", run | {"state": "failed"})
    with pytest.raises(ConfigError, match="RUN must be finished"):
        rerun(done)
    config = run["config"] | {"windw_days": 3}
    write_record(done / "run.json", run | {"config": config})
    with pytest.raises(ConfigError, match=r"Did you mean 'window_days'\? Bring it up"):
        rerun(done)


def test_a_path_that_is_nowhere_is_kept_and_one_that_is_there_is_not_touched(tmp_path):
    old, new = Path("/old/p"), tmp_path / "p"
    (new / "run").mkdir(parents=True)
    (new / "there.csv").touch()
    outside = tmp_path / "outside.csv"
    outside.touch()
    body = {
        "source": [{"system": "files", "orders": {"path": str(outside)}}],
        "extensions": [str(old / "there.csv"), "/nowhere/else.py"],
        "rule_book": "",
    }
    found = moved(body, str(old / "run"), new / "run")
    assert found["source"] == body["source"]
    assert found["extensions"] == [str(new / "there.csv"), "/nowhere/else.py"]
    assert moved(body, None, new / "run") == body
    assert moved(body, str(new / "run"), new / "run") == body
