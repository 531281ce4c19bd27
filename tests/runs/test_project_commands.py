"""history, forget and retention on the command line."""

import json
import sys

import pytest

from segtools import cli

from .exported import ID, make_project
from .made import make_run, moved


@pytest.fixture
def call(monkeypatch, capsys):
    """Run the command line in this process; give code, stdout and stderr."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["segtools", *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return int(stop.value.code or 0), out, err

    return run


@pytest.fixture
def project(tmp_path):
    path = tmp_path / "shop"
    make_run(path, "2024-01-01", [("S01", "Loyal", 150, 5000.0)])
    changes = moved(100, 15, 5, 35, 150, 120)
    make_run(path, "2024-02-01", [("S01", "Loyal", 120, 4000.0)], changes=changes)
    error = {"sentence": "orders must be new, but they are old.", "remedy": "Export."}
    make_run(path, "2024-03-01", [], state="failed", error=error)
    return path


@pytest.fixture
def exported(tmp_path):
    return make_project(tmp_path)


def test_history_prints_a_row_a_run(call, project):
    code, out, err = call("history", project)
    lines = [line for line in out.splitlines() if "2024-0" in line]
    assert code == 0
    assert [line.split("│")[1].strip() for line in lines] == [
        "2024-03-01",
        "2024-02-01",
        "2024-01-01",
    ]
    cells = [c.strip() for c in lines[1].split("│")[2:8]]
    # On a narrow terminal the second word of the verdict stands on the next line.
    assert cells == ["done", "natural,", "1", "120", "€4\u202f000", "13\u202f%"]
    assert f"shop, in {project}" in out.replace("\n", "")
    assert "2024-03-01: orders must be new, but they are old. Export." in err


def test_history_gives_json_and_the_page(call, project):
    code, out, _ = call("history", project, "--page", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["page"] == str(project / "index.html")
    assert [row["customers"] for row in found["runs"]] == [150, 120, None]
    code, out, _ = call("history", project, "--page")
    assert out.strip() == str(project / "index.html")


@pytest.mark.parametrize("command", ["history", "retention"])
def test_a_folder_without_runs_is_a_mistake_in_one_sentence(call, command, tmp_path):
    more = ["--older-than", 3, "--as-of", "2024-01-01"] * (command == "retention")
    code, out, err = call(command, tmp_path, *more)
    assert (code, out) == (2, "")
    assert err.startswith("PROJECT must hold at least one run, but ")
    assert len(err.splitlines()) == 1


def test_forget_looks_first_and_erases_only_when_told(call, exported):
    code, out, _ = call("forget", ID, "--project", exported, "--dry-run", "--json")
    plan = json.loads(out)
    assert (code, plan["state"], plan["found"]) == (0, "planned", True)
    code, _, err = call("forget", ID, "--project", exported)
    assert code == 2
    assert err == (
        "forget must be confirmed, but nobody is there to ask. Pass --yes to erase, "
        "or --dry-run to look.\n"
    )
    assert not (exported / "forgotten.json").exists()
    words = ("forget", ID, "--project", exported, "--yes", "--at", "2026-03-01")
    code, out, err = call(*words)
    assert code == 0
    assert out.splitlines()[-1].startswith(f"{plan['rows']} rows and ")
    assert (
        "Export 2 to klaviyo, as of 2024-09-01: whoever got it must forget, too." in err
    )
    assert ID not in out + err
    code, out, _ = call(*words)
    assert code == 0
    assert "Nothing was found of this customer" in out


def test_retention_shows_what_goes_and_then_deletes_it(call, project):
    words = ("retention", project, "--older-than", 30, "--as-of", "2024-08-01")
    code, out, _ = call(*words, "--dry-run", "--json")
    rows = {row["name"]: row["fate"] for row in json.loads(out)["runs"]}
    assert code == 0
    assert rows == {
        "2024-01-01": "deleted",
        "2024-02-01": "kept",
        "2024-03-01": "deleted",
    }
    code, out, _ = call(*words)
    assert code == 0
    assert out.splitlines()[-1] == "2 of 3 runs were deleted."
    assert [p.name for p in project.iterdir() if p.is_dir()] == ["2024-02-01"]
    code, _, err = call(
        "retention", project, "--older-than", 0, "--as-of", "2024-08-01"
    )
    assert code == 2
    assert len(err.splitlines()) == 1
