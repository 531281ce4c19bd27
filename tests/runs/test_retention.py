"""Retention by age: what goes, what stays and why, and that it is on record."""

import subprocess
import sys

import pytest

from segtools.destinations.approval import approve
from segtools.records import read_record, write_record
from segtools.runs import retention as module
from segtools.runs.retention import retain
from segtools.schema import ConfigError, DataError

from .made import make_run

SIZES = [("S01", "All", 150, 1.0)]


@pytest.fixture
def project(tmp_path):
    """Four months; the last one failed, the third follows the second."""
    path = tmp_path / "shop"
    before = None
    for month in (1, 2, 3):
        name = f"2024-0{month}-01"
        run = make_run(path, name, SIZES, previous_run=before and f"../{before}")
        (run / "tables").mkdir()
        (run / "tables" / "orders.parquet").write_bytes(b"x")
        before = name
    make_run(path, "2024-04-01", [], state="failed", previous_run="../2024-03-01")
    return path


def fates(found):
    return {row.name: (row.fate, row.why) for row in found.rows}


def names(project):
    return sorted(p.name for p in project.iterdir() if p.is_dir())


def test_old_runs_go_but_not_the_latest_nor_what_it_followed(project):
    found = retain(project, older_than=30, as_of="2024-08-01")
    assert fates(found) == {
        "2024-01-01": ("deleted", "more than 30 days old"),
        "2024-02-01": ("kept", "a later run, which stays, followed it"),
        "2024-03-01": ("kept", "the latest finished run"),
        "2024-04-01": ("deleted", "more than 30 days old"),
    }
    assert names(project) == ["2024-02-01", "2024-03-01"]
    assert found.sentence == "2 of 4 runs were deleted."


def test_if_asked_what_a_later_run_followed_goes_too(project):
    retain(project, older_than=30, as_of="2024-08-01", even_previous=True)
    assert names(project) == ["2024-03-01"]


def test_a_run_goes_the_day_after_its_last_day(project):
    # 1 January is 213 days before 1 August 2024.
    at = {"as_of": "2024-08-01", "even_previous": True, "dry_run": True}
    assert fates(retain(project, older_than=213, **at))["2024-01-01"] == (
        "kept",
        "213 days old",
    )
    assert fates(retain(project, older_than=212, **at))["2024-01-01"][0] == "deleted"


def test_only_tables_leaves_pages_and_records(project):
    found = retain(project, older_than=30, as_of="2024-08-01", only_tables=True)
    assert fates(found) == {
        "2024-01-01": ("tables deleted", "more than 30 days old"),
        "2024-02-01": ("tables deleted", "more than 30 days old"),
        "2024-03-01": ("kept", "the latest finished run"),
        "2024-04-01": ("kept", "its tables are gone already"),
    }
    assert names(project) == [f"2024-0{m}-01" for m in (1, 2, 3, 4)]
    assert [(project / n / "tables").exists() for n in names(project)] == [
        False,
        False,
        True,
        False,
    ]
    assert (project / "2024-01-01" / "personas.json").is_file()
    assert found.sentence == "The tables of 2 of 4 runs were deleted."


def test_a_dry_run_deletes_and_records_nothing(project):
    found = retain(project, older_than=30, as_of="2024-08-01", dry_run=True)
    assert found.sentence == "2 of 4 runs would be deleted."
    assert len(names(project)) == 4
    assert not (project / "retention.json").exists()


def test_it_is_on_record_run_by_run(project):
    retain(project, older_than=90, as_of="2024-06-30")
    retain(project, older_than=30, as_of="2024-08-01", even_previous=True)
    record = read_record(project / "retention.json")
    assert record["format"] == "segtools.retention"
    assert [(e["run"], e["older_than"], e["as_of"]) for e in record["entries"]] == [
        ("2024-01-01", 90, "2024-06-30"),
        ("2024-02-01", 30, "2024-08-01"),
        ("2024-04-01", 30, "2024-08-01"),
    ]


def test_what_is_no_run_of_the_project_stays(project):
    make_run(project, "other", SIZES, project="elsewhere", as_of="2020-01-01")
    make_run(project, "going", SIZES, state="running", as_of="2020-01-01")
    make_run(project, "odd", SIZES, as_of="some day")
    (project / "torn").mkdir()
    (project / "torn" / "run.json").write_text("{")
    (project / "link").symlink_to(project / "2024-01-01")
    (project / "notes").mkdir()
    found = fates(retain(project, older_than=30, as_of="2024-08-01"))
    assert found["other"][1] == "other is a run of elsewhere, not of shop."
    assert found["going"][1] == "it is running, or was interrupted"
    assert found["odd"][1] == "its as_of is no date"
    assert found["torn"][1] == "torn: run.json cannot be read."
    assert found["link"][1] == "a link: what it leads to lies elsewhere"
    stay = {"other", "going", "odd", "torn", "notes", "2024-03-01"}
    assert stay <= set(names(project))
    assert (project / "link").is_symlink()


def test_an_interrupted_deletion_is_finished_the_next_time(project, monkeypatch):
    def interrupted(path):
        raise KeyboardInterrupt

    monkeypatch.setattr(module.shutil, "rmtree", interrupted)
    with pytest.raises(KeyboardInterrupt):
        retain(project, older_than=30, as_of="2024-08-01")
    monkeypatch.undo()
    assert any(p.name.startswith(".2024-01-01.") for p in project.iterdir())
    retain(project, older_than=30, as_of="2024-08-01")
    assert names(project) == ["2024-02-01", "2024-03-01"]


def test_hidden_folders_of_others_stay(project, tmp_path):
    own = retain(project, older_than=90, as_of="2024-06-30")
    assert fates(own)["2024-01-01"][0] == "deleted"
    stay = [".thesis.old", ".thesis.12.old", ".2024-02-01.12.old", ".2024-01-01.old"]
    for name in [*stay, ".2024-01-01.12.old", "notes/.tables.12.old"]:
        (project / name).mkdir(parents=True)
        (project / name / "mine.csv").write_text("mine")
    away = tmp_path / "away"
    make_run(tmp_path, "away", SIZES, project="shop", as_of="2024-02-15")
    (away / ".tables.12.old").mkdir()
    (project / "link").symlink_to(away)
    (project / "2024-02-01" / ".tables.12.old").mkdir()
    retain(project, older_than=9000, as_of="2024-06-30")
    for name in [*stay, "notes/.tables.12.old"]:
        assert (project / name / "mine.csv").read_text() == "mine"
    assert not (project / ".2024-01-01.12.old").exists()
    assert not (project / "2024-02-01" / ".tables.12.old").exists()
    assert (away / ".tables.12.old").is_dir()


def export(run, name, count):
    record = {"format": "segtools.export", "destination": name, "number": count}
    write_record(run / "exports" / f"{name}-{count:04d}.json", record)


def test_the_last_export_of_each_destination_stays(project):
    for month, name, count in ((1, "meta", 1), (1, "google", 1), (2, "meta", 2)):
        export(project / f"2024-0{month}-01", name, count)
    at = {"older_than": 30, "as_of": "2024-08-01", "even_previous": True}
    found = fates(retain(project, **at, dry_run=True))
    assert found["2024-01-01"] == ("kept", "it holds the last export to google")
    assert found["2024-02-01"] == ("kept", "it holds the last export to meta")
    export(project / "2024-03-01", "meta", 3)
    export(project / "2024-03-01", "google", 2)
    retain(project, **at)
    assert names(project) == ["2024-03-01"]


def test_the_approval_of_the_model_in_use_stays(project):
    for month, centre in ((1, 1), (2, 2), (3, 2)):
        model = {"centre": centre, "replicates": month}
        write_record(project / f"2024-0{month}-01" / "model.json", model)
    for month in (1, 2):
        approve(project / f"2024-0{month}-01", "Ann", "looked at it")
    at = {"older_than": 30, "as_of": "2024-08-01", "even_previous": True}
    found = fates(retain(project, **at))
    assert found["2024-01-01"][0] == "deleted"
    assert found["2024-02-01"] == ("kept", "it holds the approval of the model in use")


def test_an_experiment_stays_until_its_result_is_known(project):
    """It was dealt in January; February lies between it and the latest run."""
    plan = {"plan": {}, "running": [{"name": "spring", "ends": 1}]}
    write_record(project / "2024-01-01" / "experiment.json", plan)
    at = {"older_than": 30, "as_of": "2024-08-01", "even_previous": True}
    found = fates(retain(project, **at, dry_run=True))
    assert found["2024-01-01"] == (
        "kept",
        "its experiment spring has no final result yet",
    )
    assert found["2024-02-01"] == (
        "kept",
        "it leads to an experiment without a final result",
    )
    results = {"campaigns": [{"campaign_id": "spring"}], "segments": {}}
    write_record(project / "2024-03-01" / "experiment_results.json", results)
    retain(project, **at)
    assert names(project) == ["2024-03-01"]


HOLD = """
import sys
from pathlib import Path
from segtools.report.execution.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def busy(project):
    """Another process is at work in January's run."""
    command = [sys.executable, "-c", HOLD, str(project / "2024-01-01")]
    ends = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, **ends) as process:
        assert process.stdout.readline() == b"held\n"
        yield project / "2024-01-01"
        process.stdin.close()


def test_a_run_in_use_stays_and_is_not_on_record(project, busy):
    found = retain(project, older_than=30, as_of="2024-08-01", even_previous=True)
    assert fates(found)["2024-01-01"] == ("kept", "in use")
    assert names(project) == ["2024-01-01", "2024-03-01"]
    entries = read_record(project / "retention.json")["entries"]
    assert [e["run"] for e in entries] == ["2024-02-01", "2024-04-01"]


def test_a_run_that_is_taken_meanwhile_stays_as_well(project, busy, monkeypatch):
    monkeypatch.setattr(module, "is_locked", lambda path: False)
    found = retain(project, older_than=30, as_of="2024-08-01", even_previous=True)
    assert fates(found)["2024-01-01"] == ("kept", "in use")
    assert (busy / "personas.json").is_file()
    assert "2024-01-01" not in (project / "retention.json").read_text()


def test_of_linked_tables_only_the_link_goes(project, tmp_path):
    tables = project / "2024-01-01" / "tables"
    tables.rename(tmp_path / "away")
    tables.symlink_to(tmp_path / "away")
    retain(project, older_than=30, as_of="2024-08-01", only_tables=True)
    assert not tables.is_symlink()
    assert (tmp_path / "away" / "orders.parquet").read_bytes() == b"x"


def test_what_cannot_be_deleted_is_one_sentence(project, monkeypatch):
    def refused(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(module.shutil, "rmtree", refused)
    with pytest.raises(DataError, match="must be writable to be deleted"):
        retain(project, older_than=30, as_of="2024-08-01")


def test_a_wrong_date_is_refused(project):
    with pytest.raises(ConfigError, match="--as-of must be a date, but it is 'May'"):
        retain(project, older_than=30, as_of="May")
    assert len(names(project)) == 4
