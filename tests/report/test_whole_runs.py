"""Whole runs that are killed, interrupted, or carried out by papermill alone."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import killed
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from test_kernel import gone
from test_run import settings, write_lines

from segtools.bundled import bundled
from segtools.records import read_record
from segtools.report.execution.log import read_log
from segtools.schema import STAGES

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("runs")]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def shop(tmp_path) -> Path:
    """A project's configuration beside its export."""
    folder = tmp_path / "my-shop"
    folder.mkdir()
    write_lines(folder / "lines.csv")
    body = settings("lines.csv", force_segments=True, method="goal", n_segments=3)
    (folder / "segtools.yaml").write_text(json.dumps(body))
    return folder / "segtools.yaml"


def test_a_run_killed_at_any_moment_ends_as_if_nothing_had_happened(shop, tmp_path):
    reference = tmp_path / "reference"
    assert killed.started(str(shop), reference).wait() == 0
    for stage in ("02_data_prep", "03_segmentation", "05_activation"):
        moment = begins(reference, stage)
        one = killed.killed(str(shop), tmp_path / stage, moment, reference)
        assert one.good, one


def begins(run: Path, stage: str) -> float:
    """Give the seconds after which a run's stage was half done."""
    log = read_log(run)
    begun = pd.Timestamp(log[0]["time"])
    ends = [
        pd.Timestamp(e["time"])
        for e in log
        if e.get("stage") == stage and e["event"] in ("stage_started", "stage_done")
    ]
    # Python and the look at the data take their time before the log begins.
    return 5 + (sum((e - begun).total_seconds() for e in ends) / 2)


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_command_says_so_and_can_be_resumed(shop, tmp_path, signum):
    out = tmp_path / "run"
    process = subprocess.Popen(
        killed.command(str(shop), out, "--json"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in process.stderr:
        if line.startswith("02_data_prep:"):
            break
    kernels = killed.at_work(out)
    assert kernels
    process.send_signal(signum)
    said, complaints = process.communicate()
    assert process.returncode == 130
    assert "Traceback" not in complaints
    assert json.loads(said)["error"]["code"] == 130
    assert gone(kernels)
    assert killed.torn(out) == []
    assert list(out.rglob(".*")) == []
    run = read_record(out / "run.json")
    assert (run["state"], run["error"]["code"]) == ("failed", 130)
    until = ("--resume", "--until", "2", "--json")
    done = subprocess.run(
        killed.command(str(shop), out, *until), capture_output=True, text=True
    )
    assert done.returncode == 0
    assert json.loads(done.stdout)["state"] == "running"
    states = [read_record(out / "run.json")["stages"][s]["state"] for s in STAGES]
    assert states == ["done", "done", *["pending"] * 4]


def block(begins: str) -> str:
    """Give the code that the page shows, by its first words."""
    page = (ROOT / "docs" / "execution.md").read_text(encoding="utf-8")
    return re.findall(rf"```\w+\n({begins}.*?)```", page, re.DOTALL)[0]


def test_two_months_by_papermill_alone_give_the_same_tables(shop, tmp_path):
    months = ("2024-08-29", "2024-09-29")
    programs = Path(sys.executable).parent
    there = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    (tmp_path / "notebooks").symlink_to(bundled("notebooks"))
    (tmp_path / "start.py").write_text(block("import sys"))
    script = ["bash", "-euo", "pipefail", "-c", block("for as_of")]
    subprocess.run(script, cwd=tmp_path, env=os.environ | there, check=True)
    ours = tmp_path / "ours"
    for month in months:
        command = killed.command(str(shop), ours / month, "-p", f"as_of={month}")
        subprocess.run(command, check=True)
    for month in months:
        theirs = tmp_path / "reports" / "corner-shop" / month
        assert read_record(theirs / "run.json")["state"] == "done"
        assert tables(theirs) == tables(ours / month)
        for name in tables(ours / month):
            assert_frame_equal(
                pd.read_parquet(theirs / name), pd.read_parquet(ours / month / name)
            )
        for name in ("model", "personas", "actions", "verdict", "changes", "drift"):
            mine = read_record(ours / month / f"{name}.json")
            assert read_record(theirs / f"{name}.json") == mine, name
        for page in ("index", *STAGES):
            assert (theirs / f"{page}.html").exists()
    second = read_record(theirs / "run.json")
    assert second["previous_run"] == f"../{months[0]}"


def tables(run: Path) -> list[str]:
    return sorted(p.relative_to(run).as_posix() for p in run.rglob("*.parquet"))
