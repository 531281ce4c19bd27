"""Airflow: what the DAGs say, and the DAGs in an Airflow where there is one.

Airflow pins over a hundred packages, so it is no dependency, not even of tests. Set
AIRFLOW_PYTHON to the Python of an environment that has Airflow, its papermill provider
and segtools, and the slow tests import and run the DAGs there.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import jinja2
import pytest

from recipes.conftest import RECIPES, copied
from segtools.schema import STAGES

DAGS = RECIPES / "airflow"
MODULES = (
    *("airflow", "airflow.sdk", "airflow.providers", "airflow.providers.standard"),
    *("airflow.providers.standard.operators", "airflow.providers.papermill"),
    *("airflow.providers.standard.operators.bash",),
    *("airflow.providers.papermill.operators",),
    *("airflow.providers.papermill.operators.papermill",),
)


class Said:
    """Plays a DAG or an operator: keeps what it was told, and what comes after it."""

    def __init__(self, *words: object, **told: object) -> None:
        self.words, self.told, self.after = words, told, []
        MADE.append(self)

    def __enter__(self) -> Said:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def __rshift__(self, other: Said) -> Said:
        self.after.append(other)
        return other


MADE: list[Said] = []


@pytest.fixture
def said(monkeypatch):
    """A function that imports a DAG file with a played Airflow; DAG, and tasks."""
    for name in MODULES:
        module = ModuleType(name)
        module.DAG = module.Param = Said
        module.BashOperator = module.PapermillOperator = Said
        monkeypatch.setitem(sys.modules, name, module)

    def read(name: str, folder: str) -> tuple[Said, dict[str, Said]]:
        monkeypatch.setenv("SEGMENTS", folder)
        MADE.clear()
        code = (DAGS / f"{name}.py").read_text("utf-8")
        exec(compile(code, name, "exec"), {"__name__": name})
        dag = next(m for m in MADE if "dag_id" in m.told)
        return dag, {m.told["task_id"]: m for m in MADE if "task_id" in m.told}

    return read


def rendered(text: str, as_of: str) -> str:
    """Fill a template in as Airflow does."""
    return jinja2.Template(text).render(params={"as_of": as_of})


@pytest.mark.parametrize("name", ["segments_command", "segments_papermill"])
def test_months_come_one_at_a_time_and_a_failure_is_retried(said, name):
    dag, _ = said(name, "/srv/segments")
    assert dag.told["dag_id"] == name
    assert dag.told["schedule"] == "15 4 1 * *"
    assert (dag.told["catchup"], dag.told["max_active_runs"]) == (False, 1)
    assert dag.told["default_args"]["retries"] >= 1


@pytest.mark.parametrize("name", ["segments_command", "segments_papermill"])
def test_only_a_day_can_be_asked_for(said, name):
    dag, _ = said(name, "/srv/segments")
    pattern = dag.told["params"]["as_of"].told["pattern"]
    assert re.search(pattern, "2024-09-01")
    assert re.search(pattern, "")
    assert not re.search(pattern, "2024-09-01; rm -rf .")


def test_the_command_runs_the_month_in_the_folders_environment(said, team):
    _, tasks = said("segments_command", str(team.folder))
    told = tasks["run"].told
    assert told["cwd"] == str(team.folder)
    own = team.folder / ".venv" / "bin"
    own.mkdir(parents=True)
    shutil.copy(team.folder / "bin" / "segtools", own / "segtools")
    (team.folder / "bin" / "segtools").unlink()
    done = team.sh(rendered(told["bash_command"], "2024-09-01"), SHOP_DATABASE="x")
    assert (done.returncode, done.stdout) == (0, "page.html\n")
    assert team.calls() == [
        "run my-shop/segtools.yaml -p as_of=2024-09-01 --out reports/my-shop/2024-09-01"
    ]
    assert (team.folder / "seen.txt").read_text() == "secret is x\n"
    assert told["append_env"] is True


def test_a_failure_fails_the_task(said, team):
    _, tasks = said("segments_command", str(team.folder))
    team.write("run.code", "4")
    command = rendered(tasks["run"].told["bash_command"], "2024-09-01")
    assert team.sh(command).returncode == 4


def test_each_notebook_is_a_task_after_the_one_before(said):
    _, tasks = said("segments_papermill", "/srv/segments")
    assert list(tasks) == ["start", *STAGES, "pages"]
    order = [tasks["start"]]
    while order[-1].after:
        (after,) = order[-1].after
        order.append(after)
    assert [t.told["task_id"] for t in order] == list(tasks)


def test_each_notebook_gets_the_run_and_no_secret(said):
    _, tasks = said("segments_papermill", "/srv/segments")
    run = "/srv/segments/reports/my-shop/2024-09-01"
    for stage in STAGES:
        told = tasks[stage].told
        assert Path(told["input_nb"]).is_file()
        assert list(told["parameters"]) == ["run_dir"]
        assert rendered(told["parameters"]["run_dir"], "2024-09-01") == run
        out = rendered(told["output_nb"], "2024-09-01")
        assert out == f"{run}/notebooks/{stage}.ipynb"


def test_the_first_task_starts_the_run(said, real_team, ours):
    _, tasks = said("segments_papermill", str(real_team.folder))
    command = rendered(tasks["start"].told["bash_command"], "2024-09-01")
    done = real_team.sh(command, **ours)
    assert done.returncode == 0, done.stderr
    run = real_team.folder / "reports" / "my-shop" / "2024-09-01"
    assert json.loads((run / "run.json").read_text())["as_of"] == "2024-09-01"
    assert (run / "notebooks").is_dir()


@pytest.fixture
def airflow(tmp_path):
    """A function that calls an Airflow of its own, with a project beside it."""
    python = os.environ.get("AIRFLOW_PYTHON")
    if not python:
        pytest.skip("AIRFLOW_PYTHON names no environment with Airflow")
    folder = copied(tmp_path)
    own = folder / ".venv" / "bin"
    own.mkdir(parents=True)
    for name in ("python", "segtools"):
        (own / name).symlink_to(Path(python).with_name(name))
    told = {
        "AIRFLOW_HOME": str(folder / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        # A busy machine takes its time to import the provider.
        "AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": "300",
        "SEGMENTS": str(folder),
    }

    def call(*words: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [python, *words],
            cwd=folder,
            env=os.environ | told,
            capture_output=True,
            text=True,
        )

    assert call("-m", "segtools.cli", "init", "my-shop").returncode == 0
    assert call("-m", "airflow", "db", "migrate").returncode == 0
    return call, folder


@pytest.mark.slow
def test_airflow_imports_both_dags(airflow):
    call, _ = airflow
    done = call("-m", "airflow", "dags", "list-import-errors", "--output", "json")
    assert "No data found" in done.stdout
    done = call("-m", "airflow", "dags", "list", "--local", "--output", "json")
    assert "segments_command" in done.stdout
    assert "segments_papermill" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("name", ["segments_command", "segments_papermill"])
def test_airflow_makes_the_report_of_the_sample(airflow, name):
    call, folder = airflow
    month = json.dumps({"as_of": "2024-09-01"})
    done = call("-m", "airflow", "dags", "test", name, "-c", month)
    assert done.returncode == 0, done.stdout[-3000:]
    run = folder / "reports" / "my-shop" / "2024-09-01"
    assert json.loads((run / "run.json").read_text("utf-8"))["state"] == "done"
    assert (run / "index.html").is_file()
