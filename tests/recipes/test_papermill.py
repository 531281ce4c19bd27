"""papermill alone: the loop gives the same tables as our command."""

from __future__ import annotations

import json
import sys

import pandas as pd
import pytest

MONTH = "2024-09-01"
STARTS = "python start_month.py my-shop/segtools.yaml reports/my-shop"
LOOP = "sh papermill_month.sh my-shop/segtools.yaml reports/loop"
# Plays papermill: notes the stage as done, or fails at one.
FAKE = """#!{python}
import json, sys
from pathlib import Path
notebook, out, run_dir = sys.argv[1], sys.argv[2], sys.argv[5]
stage = Path(notebook).stem
with open("stages.txt", "a") as file:
    print(stage, file=file)
if Path("breaks").exists() and Path("breaks").read_text() == stage:
    sys.exit(1)
path = Path(run_dir, "run.json")
run = json.loads(path.read_text())
run["stages"][stage] = {{"state": "done"}}
path.write_text(json.dumps(run))
assert Path(out).parent.is_dir() and Path(run_dir).is_absolute()
"""
STAGES = [
    *("01_goals", "02_data_prep", "03_segmentation", "04_personas"),
    *("05_activation", "06_follow_up"),
]


@pytest.fixture
def loop(real_team):
    """A team with a project, a started run, and a papermill that is played."""
    program = real_team.write("bin/papermill", FAKE.format(python=sys.executable))
    program.chmod(0o755)
    real_team.path = f"{program.parent}:{real_team.path}"
    return real_team


def done_stages(team):
    return (team.folder / "stages.txt").read_text().split()


def test_the_loop_executes_all_stages_in_their_order(loop, ours):
    done = loop.sh(f"{LOOP} {MONTH}", **ours)
    assert done.returncode == 0, done.stderr
    assert done_stages(loop) == STAGES
    last = done.stdout.splitlines()[-1]
    assert last == str(loop.folder / "reports" / "loop" / MONTH)


def test_the_loop_stops_at_a_failure_and_goes_on_from_there(loop, ours):
    loop.write("breaks", "03_segmentation")
    assert loop.sh(f"{LOOP} {MONTH}", **ours).returncode == 1
    assert done_stages(loop) == STAGES[:3]
    (loop.folder / "breaks").unlink()
    assert loop.sh(f"{LOOP} {MONTH}", **ours).returncode == 0
    assert done_stages(loop) == STAGES[:3] + STAGES[2:]


def test_a_run_that_cannot_start_ends_with_our_codes(real_team, ours):
    done = real_team.sh(f"{STARTS} never", **ours)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.strip().splitlines()) == 1
    assert "as_of" in done.stderr
    done = real_team.sh(f"{STARTS} 1999-01-01", **ours)
    assert done.returncode == 3
    assert "Move as_of" in done.stderr


def test_the_loop_does_not_begin_where_a_run_cannot(loop, ours):
    done = loop.sh(f"{LOOP} 1999-01-01", **ours)
    assert done.returncode == 3
    assert not (loop.folder / "stages.txt").exists()


@pytest.mark.slow
def test_the_loop_gives_the_same_tables_as_our_command(real_team, ours):
    looped = real_team.sh(f"{LOOP} {MONTH}", **ours)
    assert looped.returncode == 0, looped.stderr
    words = f"my-shop/segtools.yaml reports/ours {MONTH}"
    assert real_team.sh(f"./monthly.sh {words}", **ours).returncode == 0
    mine, theirs = (real_team.folder / "reports" / d / MONTH for d in ("loop", "ours"))
    for path in sorted(theirs.glob("*.parquet")):
        other = pd.read_parquet(mine / path.name)
        pd.testing.assert_frame_equal(pd.read_parquet(path), other)
    for name in ("model", "verdict", "personas", "contest"):
        one, two = (
            json.loads((p / f"{name}.json").read_text()) for p in (mine, theirs)
        )
        assert one == two, name
