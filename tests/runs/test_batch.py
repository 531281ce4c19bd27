"""Batches: order, failures, retries and interruptions; real runs in the slow test."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
import yaml

from segtools.cores import cores
from segtools.records import read_record, write_record
from segtools.runs import batch as module
from segtools.runs.batch import How, error_of, run_batch
from segtools.runs.children import Children
from segtools.schema import ConfigError, DataError

CHILD = (sys.executable, str(Path(__file__).with_name("fake_child.py")))
SHARED = {
    "timezone": "UTC",
    "source": {"system": "sample"},
    "decision": "Work",
}


@pytest.fixture
def make(tmp_path, monkeypatch):
    """Run a batch of stand-ins: names to what each overrides."""
    monkeypatch.setattr(module, "Children", partial(Children, command=CHILD))
    monkeypatch.setenv("PYTHONPATH", str(Path(module.__file__).parents[2]))

    def run(runs: dict[str, dict], how: How | None = None, hooks=(), **more):
        rows = [{"name": n, "project": "shop"} | keys for n, keys in runs.items()]
        file = tmp_path / "shops.yaml"
        file.write_text(
            yaml.safe_dump({"defaults": SHARED, "runs": rows, "hooks": [*hooks]})
        )
        return run_batch(file, tmp_path / "out", how or How(2), **more)

    return run


def states(record) -> dict[str, str]:
    return {row["name"]: row["state"] for row in record["runs"]}


def told(folder: Path) -> list[str]:
    lines = (folder / "out" / "told.txt").read_text().splitlines()
    return [line.rpartition(" ")[0] for line in lines]


def test_months_of_a_shop_go_in_order_and_build_on_each_other(make, tmp_path):
    runs = {m: {"as_of": f"2024-{m}-01"} for m in ("09", "07", "08")}
    found = make(runs | {"other": {"project": "other", "as_of": "2024-07-01"}}, How(4))
    assert set(states(found).values()) == {"done"}
    mine = [line for line in told(tmp_path) if "other" not in line]
    order = [
        f"{what} {month}" for month in ("07", "08", "09") for what in ("start", "end")
    ]
    assert mine == order
    previous = {row["name"]: row["previous"] for row in found["runs"]}
    assert previous == {"07": None, "08": "07", "09": "08", "other": None}


def test_shops_run_at_once_but_never_more_than_jobs(make, tmp_path):
    found = make({n: {"project": n, "decision": "meet:4"} for n in "abcd"}, How(2))
    assert set(states(found).values()) == {"done"}
    at_once, most = 0, 0
    for line in told(tmp_path):
        at_once += 1 if line.startswith("start") else -1
        most = max(most, at_once)
    assert most == 2


def test_the_longest_chain_begins_first(make, tmp_path):
    runs = {"single": {"project": "single"}}
    runs |= {
        f"chain {i}": {"project": "chain", "as_of": f"2024-0{i}-01"} for i in (1, 2)
    }
    make(runs, How(1))
    assert told(tmp_path)[0] == "start chain-1"


def test_threads_are_shared_out_among_jobs(make, tmp_path, monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    found = make({"a": {}}, How(1))
    assert found["threads"] == cores()
    line = (tmp_path / "out" / "told.txt").read_text().splitlines()[0]
    assert line.endswith(f" {cores()}")
    assert How(64).threads == 1


def test_a_run_that_fails_does_not_stop_the_others(make, tmp_path):
    runs = {
        "good": {},
        "typo": {"windw_days": 30},
        "bad": {"project": "b", "decision": "fail"},
    }
    found = make(runs)
    assert states(found) == {"good": "done", "typo": "failed", "bad": "failed"}
    assert error_of(found)["code"] == 5
    assert error_of(found)["sentence"] == "1 of 3 runs is done and 2 failed."
    rows = {row["name"]: row for row in found["runs"]}
    assert rows["typo"]["code"] == 2
    assert rows["typo"]["remedy"] == "Did you mean 'window_days'?"
    assert rows["bad"]["sentence"] == "It must work, but it does not."
    assert read_record(tmp_path / "out" / "batch.json")["state"] == "failed"


def test_a_run_killed_by_the_system_is_said_to_be(make, tmp_path):
    found = make(
        {"fat": {"decision": "die"}, "odd": {"decision": "crash", "project": "o"}}
    )
    fat, odd = found["runs"]
    assert fat["sentence"] == (
        "A run must end by itself, but the system killed it (SIGKILL), as it does when "
        "memory runs out."
    )
    assert fat["remedy"].startswith("Lower --jobs or memory_limit")
    assert fat["stage"] == "02_data_prep"
    record = read_record(tmp_path / "out" / "shop" / "fat" / "run.json")
    assert record["state"] == "failed"
    assert record["error"]["stage"] == "02_data_prep"
    page = tmp_path / "out" / "shop" / "fat" / "index.html"
    assert "killed it (SIGKILL)" in page.read_text(encoding="utf-8")
    assert "ended with code 1: Something odd happened." in odd["sentence"]
    assert (tmp_path / "out" / "logs" / "o" / "odd.log").exists()
    assert not (tmp_path / "out" / "logs" / "shop" / "fat.log").exists()


def test_retry_failed_does_only_what_is_missing(make, tmp_path):
    make(
        {"a": {"as_of": "2024-07-01"}, "b": {"as_of": "2024-08-01", "decision": "fail"}}
    )
    (tmp_path / "out" / "told.txt").unlink()
    months = {"a": {"as_of": "2024-07-01"}, "b": {"as_of": "2024-08-01"}}
    found = make(months, How(1, retry_failed=True))
    assert told(tmp_path) == ["start b", "end b"]
    assert states(found) == {"a": "already_done", "b": "done"}
    assert found["runs"][1]["previous"] == "a"
    assert error_of(found) is None


def test_retry_failed_looks_whether_a_run_is_still_there(make, tmp_path):
    runs = {n: {"project": n, "as_of": "2024-08-01"} for n in "abc"}
    make(runs)
    shutil.rmtree(tmp_path / "out" / "a" / "a")
    runs["b"] |= {"seed": 5}
    found = make(runs, How(2, retry_failed=True, replace=True))
    assert states(found)["c"] == "already_done"
    assert (tmp_path / "out" / "a" / "a" / "run.json").exists()
    begun = [x for x in told(tmp_path) if x.startswith("start")]
    assert sorted(begun) == ["start a", "start a", "start b", "start b", "start c"]


def test_a_batch_tells_its_hooks_how_it_ended(make, tmp_path):
    said = tmp_path / "said.json"
    keep = f"import sys; open({str(said)!r}, 'w').write(sys.stdin.read())"
    hooks = [
        {"run": [sys.executable, "-c", keep], "when": ["failed"]},
        {"run": [sys.executable, "-c", "raise SystemExit(3)"]},
    ]
    runs = {"good": {"project": "a"}, "bad": {"project": "b", "window_days": -1}}
    found = make(runs, hooks=hooks)
    told = json.loads(said.read_text())
    assert (told["what"], told["state"]) == ("batch", "failed")
    assert told["error"] == error_of(found)
    assert {r["name"]: r["state"] for r in told["runs"]} == states(found)
    assert told["links"]["page"] == found["page"]
    assert len(found["hooks_not_told"]) == 1
    assert "hooks.1" in found["hooks_not_told"][0]


def test_a_second_call_finds_everything_done(make):
    months = {"a": {"as_of": "2024-07-01"}, "b": {"as_of": "2024-08-01"}}
    first = make(months)
    again = make(months)
    assert set(states(again).values()) == {"already_done"}
    seconds = [[row["seconds"] for row in found["runs"]] for found in (first, again)]
    assert seconds[0] == seconds[1]


def test_a_run_that_was_overtaken_says_so(make):
    months = {m: {"as_of": f"2024-{m}-01"} for m in ("07", "08", "09")}
    failing = months | {"08": months["08"] | {"decision": "fail"}}
    assert states(make(failing)) == {"07": "done", "08": "failed", "09": "done"}
    found = make(months, How(2, retry_failed=True))
    rows = {row["name"]: row for row in found["runs"]}
    assert rows["09"]["overtaken"] == (
        "Compared with 07, as 08 was not done then. Repeat it with --again."
    )
    assert rows["08"]["overtaken"] == rows["07"]["overtaken"] == ""


def test_ctrl_c_ends_all_and_the_rest_can_be_done_later(make, tmp_path):
    hanging = {n: {"project": n, "decision": "hang"} for n in "abc"}
    hanging["b"]["decision"] = "deaf"  # it ends, but says nothing any more
    seen = []

    def press(rows, name, event):
        seen.append(event.get("event"))
        if seen.count("cell") == 2 and "pressed" not in seen:
            seen.append("pressed")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(hanging, How(2), show=press)
    record = read_record(tmp_path / "out" / "batch.json")
    assert states(record) == {"a": "interrupted", "b": "interrupted", "c": "pending"}
    assert record["state"] == "interrupted"
    assert [row["code"] for row in record["runs"]] == [130, 130, None]
    assert read_record(tmp_path / "out" / "b" / "b" / "run.json")["error"] == {
        "code": 130,
        "stage": "02_data_prep",
        "sentence": "The run was interrupted; finished stages are whole.",
        "remedy": "Repeat it with --retry-failed.",
    }
    found = make({n: {"project": n} for n in "abc"}, How(2, retry_failed=True))
    assert set(states(found).values()) == {"done"}


def test_a_batch_that_is_interrupted_tells_its_hooks(make, tmp_path):
    said = tmp_path / "said.json"
    keep = f"import sys; open({str(said)!r}, 'w').write(sys.stdin.read())"
    hooks = [{"run": [sys.executable, "-c", keep]}, {"run": ["no-such-program-here"]}]

    def press(rows, name, event):
        if event.get("event") == "cell":
            raise KeyboardInterrupt

    hanging = {"a": {"project": "a", "decision": "hang"}}
    with pytest.raises(KeyboardInterrupt) as caught:
        make(hanging, How(1), hooks=hooks, show=press)
    told = json.loads(said.read_text())
    assert (told["what"], told["state"], told["error"]["code"]) == (
        *("batch", "failed", 130),
    )
    assert told["error"]["remedy"] == "Repeat it with --retry-failed."
    assert [(r["name"], r["state"]) for r in told["runs"]] == [("a", "interrupted")]
    assert Path(told["links"]["page"]).is_file()
    (note,) = caught.value.__notes__
    assert note.startswith("hooks.1 must take what it is told, but there is no program")


def test_a_child_ends_when_its_batch_is_gone(tmp_path):
    code = "import threading; from segtools.runs import one; one._end_with_parent()"
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE)
    child.stdin.close()
    assert child.wait(60) == -signal.SIGTERM


# What is refused


def test_what_a_batch_refuses(make, tmp_path):
    with pytest.raises(ConfigError, match="--jobs must be 1 or more, but it is 0"):
        make({"a": {}}, How(0))
    with pytest.raises(ConfigError, match=r"holds no batch.json. Leave it out"):
        make({"a": {}}, How(1, retry_failed=True))
    path = tmp_path / "out" / "batch.json"
    write_record(path, {"runs": []})
    newer = json.loads(path.read_text()) | {"version": 99}
    path.write_text(json.dumps(newer))
    with pytest.raises(DataError, match=r"version 99, made by a newer segtools"):
        make({"a": {}})
    path.write_text("{")
    with pytest.raises(DataError, match=r"but batch.json must be a JSON .* Leave it"):
        make({"a": {}}, How(1, retry_failed=True))
    assert states(make({"a": {}})) == {"a": "done"}  # it is written anew


# Real runs


@pytest.mark.slow
@pytest.mark.xdist_group("runs")
def test_three_small_runs_in_two_jobs_one_of_them_broken(tmp_path):
    small = SHARED | {"timezone": "Europe/Berlin", "method": "goal", "n_segments": 3}
    small |= {"window_days": 60, "outcome_days": 60, "as_of": "2024-09-29"}
    runs = [
        {"name": "north", "project": "north"},
        {"name": "south", "project": "south", "n_segments": 4},
        {"name": "broken", "project": "broken", "as_of": "2019-01-01"},
    ]
    (tmp_path / "two.yaml").write_text(
        yaml.safe_dump({"defaults": small, "runs": runs})
    )
    words = ["batch", "two.yaml", "--jobs", "2", "--out", "out", "--json"]
    command = [sys.executable, "-m", "segtools.cli", *words]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 5, done.stderr
    found = json.loads(done.stdout)
    assert states(found) == {"north": "done", "south": "done", "broken": "failed"}
    assert found["error"]["sentence"] == "2 of 3 runs are done and 1 failed."
    assert done.stderr.splitlines()[-1].startswith("2 of 3 runs are done and 1 failed.")
    rows = {row["name"]: row for row in found["runs"]}
    assert (
        "all 40,821 rows are dated on or after 2019-01-01" in rows["broken"]["sentence"]
    )
    assert rows["south"]["verdict"]["n_segments"] == len(rows["south"]["segments"])
    assert sum(s["n"] for s in rows["north"]["segments"]) == 1500
    page = (tmp_path / "out" / "batch.html").read_text(encoding="utf-8")
    assert page.index("Move as_of or check") < page.index(
        'href="north/north/index.html"'
    )
    again = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    second = states(json.loads(again.stdout))
    assert second == {
        "north": "already_done",
        "south": "already_done",
        "broken": "failed",
    }


@pytest.mark.slow
@pytest.mark.xdist_group("runs")
def test_a_signal_to_a_real_batch_leaves_runs_that_say_so(tmp_path):
    body = {
        "defaults": SHARED | {"timezone": "Europe/Berlin"},
        "runs": [{"name": "a", "project": "a"}],
    }
    (tmp_path / "one.yaml").write_text(yaml.safe_dump(body))
    words = ["batch", "one.yaml", "--out", "out", "--json"]
    batch = subprocess.Popen(
        [sys.executable, "-m", "segtools.cli", *words],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in batch.stderr:  # until the run is in the middle of a stage
        if "02_data_prep" in line:
            break
    os.kill(batch.pid, signal.SIGTERM)
    out, err = batch.communicate(timeout=120)
    assert batch.returncode == 130
    assert json.loads(out)["error"]["code"] == 130
    assert "Traceback" not in err
    (row,) = read_record(tmp_path / "out" / "batch.json")["runs"]
    assert row["state"] == "interrupted"
    assert (
        read_record(tmp_path / "out" / "a" / "a" / "run.json")["error"]["code"] == 130
    )
