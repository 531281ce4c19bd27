"""GitHub Actions: the workflow keeps its schema, and its steps run in their order."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest
import yaml

from recipes.conftest import RECIPES

PATH = RECIPES / "segments.yml"
# Plays the client that fetches artifacts: of one job there are some, of others none.
FETCHES = """#!/bin/sh
echo "$@" >> asked.txt
case "$*" in
  "run list"*) echo 41 ;;
  "run download 41 "*) mkdir -p reports/my-shop/2024-08-01 ;;
  *) echo "no artifact matches" >&2; exit 1 ;;
esac
"""


def workflow() -> dict:
    """Read the workflow; YAML takes its key `on` for a truth."""
    body = yaml.safe_load(PATH.read_text("utf-8"))
    return body | {"on": body.pop(True)}


def steps() -> list[dict]:
    return workflow()["jobs"]["segments"]["steps"]


def script(name: str) -> str:
    """Give what a step runs."""
    (step,) = [s for s in steps() if s.get("name") == name]
    return step["run"]


def test_the_workflow_keeps_its_schema():
    pytest.importorskip("check_jsonschema")
    words = ["--builtin-schema", "vendor.github-workflows", str(PATH)]
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", *words],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def test_a_workflow_that_breaks_its_schema_would_be_found(tmp_path):
    pytest.importorskip("check_jsonschema")
    broken = tmp_path / "broken.yml"
    broken.write_text(PATH.read_text("utf-8").replace("runs-on:", "runs_on:"))
    words = ["--builtin-schema", "vendor.github-workflows", str(broken)]
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", *words], capture_output=True
    )
    assert done.returncode == 1


def test_no_text_from_outside_becomes_part_of_a_script():
    for step in steps():
        assert "${{" not in step.get("run", "")


def test_secrets_are_variables_and_rights_are_few():
    body = workflow()
    env = body["jobs"]["segments"]["env"]
    assert env["SHOP_DATABASE"] == "${{ secrets.SHOP_DATABASE }}"
    assert body["permissions"] == {"actions": "read", "contents": "read"}
    assert body["concurrency"]["cancel-in-progress"] is False


def test_months_are_kept_and_told_whether_or_not_the_run_failed():
    names = [s.get("name") for s in steps()]
    after = steps()[names.index("Run") + 1 :]
    assert len(after) == 3
    assert all(step["if"] == "always()" for step in after)


def test_no_table_of_customers_is_handed_out():
    (step,) = [s for s in steps() if s.get("name", "").startswith("Hand out")]
    patterns = step["with"]["path"].split()
    assert all(re.search(r"\.(html|json|jsonl)$", p) for p in patterns)


@pytest.mark.parametrize(
    ("job", "asked"),
    [
        ("42", ["42", "41"]),  # the first try of a month: those before it
        ("41", ["41"]),  # another try: what the first one left
    ],
)
def test_earlier_months_are_those_of_this_job_or_the_one_before(team, job, asked):
    program = team.write("bin/gh", FETCHES)
    program.chmod(0o755)
    name = "Fetch earlier months, and what a broken run has left"
    done = team.sh("set -e\n" + script(name), GITHUB_RUN_ID=job)
    assert done.returncode == 0
    assert (team.folder / "reports/my-shop/2024-08-01").is_dir()
    words = [x.split() for x in (team.folder / "asked.txt").read_text().splitlines()]
    assert [w[2] for w in words if w[1] == "download"] == asked


def test_a_first_job_finds_no_months_and_goes_on(team):
    program = team.write("bin/gh", "#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    name = "Fetch earlier months, and what a broken run has left"
    done = team.sh(script(name), GITHUB_RUN_ID="1")
    assert done.returncode == 0
    assert done.stdout == "There are no earlier months.\n"


@pytest.mark.parametrize("month", ["2024-09-01", ""])
def test_the_step_passes_the_month_on(team, month):
    done = team.sh(script("Run"), AS_OF=month)
    assert done.returncode == 0
    (call,) = team.calls()
    given = re.search(r"as_of=(\S+)", call)[1]
    assert given == month or (not month and re.fullmatch(r"\d{4}-\d\d-01", given))


def test_what_came_of_it_is_told_in_the_summary(team, ours):
    (team.folder / "bin" / "python").symlink_to(sys.executable)
    error = {"sentence": "Rows must have times.", "remedy": "Check date_format."}
    for month, state, why in [("08", "done", None), ("09", "failed", error)]:
        body = {"as_of": f"2024-{month}-01", "state": state, "error": why}
        team.write(f"reports/my-shop/2024-{month}-01/run.json", json.dumps(body))
    summary = team.folder / "summary.md"
    done = team.sh(
        script("Say what came of it"), GITHUB_STEP_SUMMARY=str(summary), **ours
    )
    assert done.returncode == 0, done.stderr
    assert [x.strip() for x in summary.read_text().splitlines()] == [
        "- 2024-08-01 done",
        "- 2024-09-01 failed Rows must have times. Check date_format.",
    ]


@pytest.mark.slow
def test_the_steps_run_the_sample_in_their_order(real_team, ours):
    program = real_team.write("bin/gh", "#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    real_team.path = f"{program.parent}:{real_team.path}"
    given = {"GITHUB_RUN_ID": "1", "AS_OF": "2024-09-01"} | ours
    given["GITHUB_STEP_SUMMARY"] = str(real_team.folder / "summary.md")
    scripts = [s["run"] for s in steps() if "run" in s]
    # The package is the one under test: to install it is what tests/release tries.
    assert scripts.pop(0) == "python -m pip install customer-segtools"
    for text in scripts:
        done = real_team.sh("set -e\n" + text, **given)
        assert done.returncode == 0, done.stderr
    summary = (real_team.folder / "summary.md").read_text()
    assert summary.strip() == "- 2024-09-01 done"
    (step,) = [s for s in steps() if s.get("name", "").startswith("Hand out")]
    out = [p for x in step["with"]["path"].split() for p in real_team.folder.glob(x)]
    assert {"index.html", "06_follow_up.html", "run.json"} <= {p.name for p in out}
