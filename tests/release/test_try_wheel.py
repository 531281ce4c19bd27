"""The wheel in a fresh environment, outside the repository."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from release.test_archives import ROOT, script

try_wheel = script("try_wheel")


def test_warnings_that_readers_would_see_are_found(tmp_path):
    (tmp_path / "notebooks").mkdir()
    quiet = {"outputs": [{"name": "stdout", "text": ["fine"]}]}
    loud = {"outputs": [{"name": "stderr", "text": ["FutureWarning: ", "soon\n"]}]}
    body = {"cells": [{"cell_type": "markdown"}, quiet, loud]}
    (tmp_path / "notebooks" / "02_data_prep.ipynb").write_text(json.dumps(body))
    assert try_wheel.complaints(tmp_path) == ["02_data_prep: FutureWarning: soon"]


def test_a_command_that_fails_is_quoted(tmp_path):
    words = [sys.executable, "-c", "import sys; sys.exit('no room')"]
    with pytest.raises(SystemExit, match="ended with 1:\nno room"):
        try_wheel.call(words, tmp_path)


def test_the_environment_at_work_does_not_reach_the_new_one(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    words = [sys.executable, "-c", "import os; print(os.environ.get('PYTHONPATH'))"]
    assert try_wheel.call(words, tmp_path) == "None\n"


@pytest.mark.slow
def test_the_wheel_runs_the_sample_in_a_fresh_environment(tmp_path):
    pytest.importorskip("build")
    pytest.importorskip("hatchling")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation"]
    made = subprocess.run([*build, "--outdir", str(tmp_path), str(ROOT)], check=False)
    assert made.returncode == 0
    wheel = next(tmp_path.glob("*.whl"))
    words = [sys.executable, str(ROOT / "release" / "try_wheel.py"), str(wheel)]
    done = subprocess.run(words, capture_output=True, text=True)
    if "install" in done.stderr and "ended with" in done.stderr and not _in_ci():
        pytest.skip(f"packages cannot be had here: {done.stderr[-300:]}")
    assert done.returncode == 0, done.stderr + done.stdout
    found = json.loads(done.stdout)
    assert found["well"] is True
    assert found["warnings"] == []
    locked = (Path(ROOT) / "requirements.lock").read_text().splitlines()
    for name in ("pandas", "numpy", "duckdb", "scikit-learn", "papermill"):
        of = f"{name}=={found['versions'][name]}"
        assert any(line.partition(" ")[0] == of for line in locked), of


def _in_ci() -> bool:
    return os.environ.get("CI") == "true"
