"""All runs of a project side by side: what is told, what is hidden, what is broken."""

import json
from collections import Counter

import pytest
from project_runs import make_runs

from segtools.records import write_record
from segtools.runs import history as module
from segtools.runs.history import read_history
from segtools.schema import ConfigError

from .made import make_run, moved


@pytest.fixture
def project(tmp_path):
    """Three months: 50 of 150 are split off in the second, 9 are left in the third."""
    path = tmp_path / "shop"
    loyal = ("S01", "Loyal", 100, 4012.34)
    rest = ("S02", "Rest", 50, 987.65)
    split = [{"kind": "split", "before": ["Loyal"], "now": ["Loyal", "Rest"]}]
    died = [{"kind": "died", "before": ["Rest"], "now": []}]
    make_run(path, "2024-01-01", [("S01", "Loyal", 150, 5000.0)])
    changes = moved(90, 30, 30, 20, 140, 150)
    second = {"fates": split, "changes": changes, "previous_run": "../2024-01-01"}
    make_run(path, "2024-02-01", [loyal, rest], **second)
    small = ("S03", "Few", 9, 77.0)
    hidden = moved(None, None, 12, None, 150, 159)
    third = {"fates": died, "changes": hidden, "previous_run": "../2024-02-01"}
    make_run(path, "2024-03-01", [loyal, ("S04", "New", 50, 1.0), small], **third)
    return path


def test_sizes_money_and_movement_are_those_of_each_run(project):
    rows = read_history(project).record["runs"]
    assert [r["as_of"] for r in rows] == ["2024-01-01", "2024-02-01", "2024-03-01"]
    assert [r["customers"] for r in rows] == [150, 150, 159]
    # Money in three digits: 4012.34 + 987.65 = 4999.99.
    assert [r["value"] for r in rows] == [5000.0, 5000.0, 4090.0]
    assert [r["customers_moved"] for r in rows] == [None, 30, None]
    assert rows[1]["moved"] == 30 / 120
    assert rows[1]["new"] == 30 / 150
    assert rows[1]["gone"] == 20 / 140


def test_a_line_is_a_segment_by_its_id_with_gaps_where_it_is_not(project):
    lines = {x["segment_id"]: x for x in read_history(project).figures()["segments"]}
    assert lines["S01"]["customers"] == [150, 100, 100]
    assert lines["S01"]["value"] == [5000.0, 4010.0, 4010.0]
    assert lines["S02"]["customers"] == [None, 50, None]


def test_a_few_customers_are_hidden_with_what_would_give_them_away(project):
    lines = {x["segment_id"]: x for x in read_history(project).figures()["segments"]}
    # 9 would be 159 less the others: the 50 go with it, in money as well.
    assert lines["S03"]["customers"] == [None, None, None]
    assert lines["S04"]["customers"] == [None, None, None]
    assert lines["S04"]["value"] == [None, None, None]
    assert "77" not in json.dumps(read_history(project).record)


def test_what_a_run_hides_of_its_movement_stays_hidden(project):
    rows = read_history(project).record["runs"]
    assert [rows[2][k] for k in ("customers_moved", "moved", "gone")] == [None] * 3
    assert rows[2]["new"] == 12 / 159


def test_events_name_segments_by_id(project):
    events = read_history(project).figures()["events"]
    found = [(e["run"], e["kind"], e["before"], e["now"]) for e in events]
    assert found == [(1, "split", ["S01"], ["S01", "S02"]), (2, "died", ["S02"], [])]


def test_a_renamed_segment_keeps_its_line_and_its_events(tmp_path):
    path = tmp_path / "shop"
    make_run(path, "2024-01-01", [("S01", "Old name", 150, 5.0)])
    fates = [{"kind": "split", "before": ["New name"], "now": ["New name", "Rest"]}]
    sizes = [("S01", "New name", 90, 4.0), ("S02", "Rest", 60, 1.0)]
    make_run(path, "2024-02-01", sizes, fates=fates)
    figures = read_history(path).figures()
    assert figures["segments"][0]["segment"] == "New name"
    assert figures["segments"][0]["customers"] == [150, 90]
    assert figures["events"][0]["before"] == ["S01"]


def test_of_two_runs_at_one_instant_the_first_by_name_is_drawn(tmp_path):
    path = tmp_path / "shop"
    for name, n in (("b", 70), ("a", 60)):
        make_run(path, name, [("S01", "All", n, 1.0)], as_of="2024-01-01")
    history = read_history(path)
    assert len(history.runs) == 2
    assert history.figures()["segments"][0]["customers"] == [60]


def test_money_of_several_currencies_is_not_drawn_together(tmp_path):
    path = tmp_path / "shop"
    for month, currency in ((1, "EUR"), (2, "USD")):
        sizes = [("S01", "All", 70, 100.0)]
        make_run(path, f"2024-0{month}-01", sizes, currency=currency)
    line = read_history(path).figures()["segments"][0]
    assert line["customers"] == [70, 70]
    assert line["value"] == [None, None]


def test_broken_and_foreign_folders_are_listed_each_with_a_sentence(project):
    (project / "torn").mkdir()
    (project / "torn" / "run.json").write_text('{"project": "sho')
    (project / "list").mkdir()
    (project / "list" / "run.json").write_text("[1]")
    (project / "loop").symlink_to(project / "loop")
    (project / "lost").symlink_to(project / "nowhere")
    make_run(project, "other", [], project="elsewhere", as_of="2024-02-02")
    make_run(project, "newer", [], run={"version": 2})
    make_run(project, "odd", [], run={"state": None})
    (project / "notes").mkdir()
    found = {o["name"]: o["sentence"] for o in read_history(project).record["others"]}
    assert found == {
        "list": "list: run.json cannot be read.",
        "loop": "loop is a link that leads nowhere.",
        "lost": "lost is a link that leads nowhere.",
        "newer": "run.json must be of version 1, but that of newer is of version 2, "
        "made by a newer segtools. Update segtools.",
        "odd": "odd: run.json does not say what came of the run, or when.",
        "other": "other is a run of elsewhere, not of shop.",
        "torn": "torn: run.json cannot be read.",
    }
    assert len(read_history(project).runs) == 3


def test_a_project_of_newer_runs_only_says_so(tmp_path):
    make_run(tmp_path / "later", "2024-01-01", [], run={"version": 2})
    with pytest.raises(ConfigError, match=r"01 is of version 2, made by a newer segt"):
        read_history(tmp_path / "later")


def test_a_damaged_record_and_a_lost_forerunner_are_notes_on_the_run(project):
    (project / "2024-02-01" / "personas.json").write_text("{")
    (project / "2024-01-01").rename(project.parent / "moved")
    run = read_history(project).record["runs"][0]
    assert run["notes"] == [
        "personas.json cannot be read, so its figures are missing.",
        "The run that it followed is not here any more.",
    ]
    assert run["customers"] is None


def test_a_failed_run_says_why_and_has_no_sizes(project):
    error = {"sentence": "orders must be new, but they are old.", "remedy": "Export."}
    make_run(project, "2024-04-01", [], state="failed", error=error)
    rows = read_history(project).record["runs"]
    assert rows[-1]["state"] == "failed"
    assert rows[-1]["error"] == "orders must be new, but they are old. Export."
    assert rows[-1]["segments"] is None
    assert len(read_history(project).figures()["runs"]) == 3
    assert len(read_history(project).strip()["runs"]) == 4


def test_a_folder_without_runs_a_run_and_a_file_are_refused(project):
    with pytest.raises(ConfigError, match=r"one run\. Give the folder above it"):
        read_history(project / "2024-01-01")
    with pytest.raises(ConfigError, match="holds none"):
        read_history(project.parent)
    with pytest.raises(ConfigError, match="is none"):
        read_history(project / "2024-01-01" / "run.json")


def counted_reads(monkeypatch):
    reads = Counter()
    original = module.read_record

    def counting(path):
        reads[path] += 1
        return original(path)

    monkeypatch.setattr(module, "read_record", counting)
    monkeypatch.setattr("segtools.runs.folders.read_record", counting)
    return reads


@pytest.mark.parametrize("count", [50, pytest.param(1000, marks=pytest.mark.slow)])
def test_each_record_of_each_run_is_read_once(count, monkeypatch, tmp_path):
    project = make_runs(tmp_path, count)
    reads = counted_reads(monkeypatch)
    history = read_history(project)
    failed = count // 25
    assert set(reads.values()) == {1}
    assert len(reads) == 6 * (count - failed) + failed
    assert len(history.drawn()) == count - failed


def test_odd_records_do_no_harm(tmp_path):
    path = tmp_path / "shop"
    run = make_run(path, "2024-01-01", [("S01", "All", 70, 100.0)])
    write_record(
        run / "personas.json", {"segments": [None, {"n": "many"}], "everyone": 3}
    )
    write_record(run / "changes.json", {"totals": [], "ends": {"now": 7}})
    write_record(run / "drift.json", {"fates": [None]})
    row = read_history(path).record["runs"][0]
    assert row["customers"] is None
    assert row["moved"] is None
    write_record(run / "personas.json", {"segments": 5})
    write_record(run / "drift.json", {"fates": 5})
    assert read_history(path).figures()["segments"] == []
