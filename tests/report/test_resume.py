"""What a broken run is continued from, and why it is not: data, settings, code."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from test_run import settings, write_lines
from tiny import states

from segtools.config import load_config
from segtools.records import read_record, write_record, write_table
from segtools.report.execution import marks
from segtools.report.execution.carry_out import How, carry_out
from segtools.report.execution.files import FILES, remove_from, sweep
from segtools.report.execution.limits import Limits
from segtools.report.execution.log import read_log
from segtools.report.execution.resume import continue_run, repeat_from, stage_named
from segtools.report.execution.start import look_ahead, start_run
from segtools.report.stage import Stage
from segtools.schema import STAGES, ConfigError, DataError


@pytest.fixture
def shop(tmp_path) -> Path:
    """A project folder with an export and a configuration; gives the latter."""
    folder = tmp_path / "project"
    folder.mkdir()
    write_lines(folder / "lines.csv")
    path = folder / "shop.yaml"
    path.write_text(json.dumps(settings("lines.csv", rule_book="book.yaml")))
    (folder / "book.yaml").write_text("extends: default\n")
    return path


def begun(config: Path, stages: int = 0, **overrides: object) -> Path:
    """Begin a run and pretend that its first stages are done; give its folder."""
    path = start_run(load_config(config, overrides), config.parent / "run")
    pretend(path, stages)
    return path


def pretend(path: Path, stages: int) -> None:
    """Write the files of some stages, and that they are done."""
    run = read_record(path / "run.json")
    for stage in STAGES[:stages]:
        for name in (*FILES[stage], f"notebooks/{stage}.ipynb"):
            if name.endswith(".parquet"):
                write_table(path / name, pd.DataFrame({"customer_id": ["a"]}))
            else:
                write_record(path / name, {"stage": stage})
        run["stages"][stage] = {"state": "done"}
    write_record(path / "run.json", run)


def ahead(config: Path, folder: Path, **overrides: object):
    return look_ahead(load_config(config, overrides), folder)


def test_a_stage_goes_by_name_and_number_and_a_wrong_one_gets_a_guess():
    given = ["1", "02", "segmentation", "04_personas", "Follow_Up"]
    assert [stage_named(g) for g in given] == [*STAGES[:4], STAGES[5]]
    with pytest.raises(ConfigError, match=r"'segmentaton'\. Did you mean 'segment"):
        stage_named("segmentaton")
    for wrong in ("0", "7", "", "³"):
        with pytest.raises(ConfigError, match="must be a stage"):
            stage_named(wrong)


def test_a_broken_run_goes_on_after_its_last_whole_stage(shop):
    path = begun(shop, 3)
    (path / "notebooks" / "03_segmentation.ipynb").unlink()  # its page cannot be made
    (path / "04_personas.html").write_text("left over")
    (path / ".personas.json.4711").write_text("{")
    (path / "tables" / "duckdb_temp_storage_DEFAULT-0.tmp").write_text("")
    assert continue_run(ahead(shop, path))
    assert states(path) == ["done", "done", *["pending"] * 4]
    run = read_record(path / "run.json")
    assert (run["state"], run["error"]) == ("running", None)
    left = {p.relative_to(path).as_posix() for p in path.rglob("*") if p.is_file()}
    kept = {n for s in STAGES[:2] for n in (*FILES[s], f"notebooks/{s}.ipynb")}
    assert left == kept | {"run.json", "log.jsonl"}
    assert read_log(path)[-1] | {"time": ""} == {
        "time": "",
        "event": "resumed",
        "from": "03_segmentation",
    }


@pytest.mark.parametrize(
    ("overrides", "key"),
    [({"seed": 2}, "seed"), ({"source.order_lines.delimiter": ";"}, None)],
)
def test_other_settings_are_named_and_equal_ones_are_not(shop, overrides, key):
    path = begun(shop, 1)
    if key is None:
        assert continue_run(ahead(shop, path, **overrides))
        return
    with pytest.raises(ConfigError, match=rf"with other settings \({key}\)\. Put"):
        continue_run(ahead(shop, path, **overrides))
    assert states(path)[0] == "done"


def test_settings_without_effect_may_change_and_are_taken_over(shop):
    path = begun(shop, 1)
    more = {"memory_limit": "800MB", "stage_time_limit": 5}
    assert continue_run(ahead(shop, path, **more))
    config = read_record(path / "run.json")["config"]
    assert (config["memory_limit"], config["stage_time_limit"]) == ("800MB", 5)


def test_another_text_of_a_file_beside_is_named_by_its_key(shop):
    path = begun(shop, 1)
    (shop.parent / "book.yaml").write_text("extends: default\nowner: Ann\n")
    with pytest.raises(ConfigError, match=r"other settings \(rule_book\)"):
        continue_run(ahead(shop, path))


def test_other_data_is_named_by_its_table(shop):
    path = begun(shop, 1)
    write_lines(shop.parent / "lines.csv", n=301)
    with pytest.raises(ConfigError, match=r"with other data \(order_lines\)\. Put"):
        continue_run(ahead(shop, path))


def test_other_code_and_other_versions_are_named(shop, monkeypatch):
    path = begun(shop, 1)
    monkeypatch.setattr(marks, "code_mark", lambda: "other")
    with pytest.raises(ConfigError, match=r"other code \(files of segtools or its n"):
        continue_run(ahead(shop, path))
    run = read_record(path / "run.json")
    run["versions"] |= {"pandas": "1.0"}
    write_record(path / "run.json", run)
    with pytest.raises(ConfigError, match=r"other code \(pandas .+ instead of 1\.0\)"):
        continue_run(ahead(shop, path))


def test_the_mark_of_the_code_is_that_of_its_files(tmp_path, monkeypatch):
    own = tmp_path / "package"
    (own / "report").mkdir(parents=True)
    (own / "report" / "marks.py").write_text("a")
    (own / "__pycache__").mkdir()
    monkeypatch.setattr(marks, "__file__", str(own / "report" / "marks.py"))
    monkeypatch.setattr(marks, "bundled", lambda name: tmp_path / "notebooks")

    def now() -> str:
        marks.code_mark.cache_clear()
        return marks.code_mark()

    first = now()
    (own / "__pycache__" / "x.pyc").write_text("compiled")
    assert now() == first
    (own / "report" / "style.css").write_text("p {}")
    second = now()
    assert second != first
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "01_goals.ipynb").write_text("{}")
    assert now() not in (first, second)
    marks.code_mark.cache_clear()


def test_a_project_that_was_moved_goes_on_where_it_lies_now(shop, tmp_path):
    path = begun(shop, 2)
    moved = tmp_path / "elsewhere" / "shop"
    moved.parent.mkdir()
    shutil.move(shop.parent, moved)
    assert continue_run(ahead(moved / "shop.yaml", moved / path.name))
    run = read_record(moved / path.name / "run.json")
    assert run["config"]["source"]["order_lines"]["path"] == str(moved / "lines.csv")
    assert run["folder"] == str(moved / path.name)
    assert states(moved / path.name)[:2] == ["done", "done"]


def test_a_lost_previous_run_is_told_before_anything_is_done(shop):
    path = begun(shop, 1)
    run = read_record(path / "run.json") | {"previous_run": "../2023-01-01"}
    write_record(path / "run.json", run)
    with pytest.raises(DataError, match=r"The previous run of this one must hold"):
        continue_run(ahead(shop, path))


@pytest.mark.parametrize("body", ["", '{"state": "do', "[]", '{"state": "done"}'])
def test_a_damaged_record_cannot_be_continued_and_is_not_overwritten(shop, body):
    path = begun(shop)
    (path / "run.json").write_text(body)
    with pytest.raises(ConfigError, match="--resume must find a run that it can read"):
        continue_run(ahead(shop, path))
    assert (path / "run.json").read_text() == body
    if body == '{"state": "done"}':
        return
    with pytest.raises(ConfigError, match=r"must not be lost, but .* pass --replace\."):
        start_run(load_config(shop), path)
    assert (path / "run.json").read_text() == body
    start_run(load_config(shop), path, replace=True)
    assert read_record(path / "run.json")["state"] == "running"


def test_a_run_of_a_newer_version_is_left_alone(shop):
    path = begun(shop)
    run = read_record(path / "run.json") | {"version": 99}
    (path / "run.json").write_text(json.dumps(run))
    for act in (lambda: continue_run(ahead(shop, path)), lambda: begun(shop)):
        with pytest.raises(ConfigError, match=r"version 99, made by a newer segtools"):
            act()


def test_a_run_is_repeated_from_a_stage_with_other_keys_of_later_ones(shop):
    path = begun(shop, 6)
    repeat_from(ahead(shop, path, seed=7), "03_segmentation")
    assert states(path) == ["done", "done", *["pending"] * 4]
    run = read_record(path / "run.json")
    assert (run["seed"], run["config"]["seed"]) == (7, 7)
    assert not (path / "segments.parquet").exists()
    assert (path / "features.parquet").exists()
    pretend(path, 3)
    with pytest.raises(ConfigError, match=r"before 04_personas, but .*\(seed\)"):
        repeat_from(ahead(shop, path, seed=8), "04_personas")


def test_a_finished_run_gets_other_keys_only_if_it_may_be_replaced(shop):
    path = begun(shop, 6)
    run = read_record(path / "run.json") | {"state": "done", "goals_hash": None}
    write_record(path / "run.json", run)
    with pytest.raises(ConfigError, match=r"holds one with other settings \(seed\)"):
        repeat_from(ahead(shop, path, seed=7), "03_segmentation")
    assert read_record(path / "run.json") == run
    repeat_from(ahead(shop, path, seed=7), "03_segmentation", replace=True)
    assert read_record(path / "run.json")["state"] == "running"


def test_from_does_not_jump_over_what_is_not_finished(shop):
    path = begun(shop, 2)
    with pytest.raises(ConfigError, match=r"but 03_segmentation of .* is pending\. Us"):
        repeat_from(ahead(shop, path), "05_activation")
    (path / "features.parquet").unlink()
    with pytest.raises(ConfigError, match=r"02_data_prep of .* has lost features\.p"):
        repeat_from(ahead(shop, path), "03_segmentation")
    assert states(path)[:2] == ["done", "done"]


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        (How(resume=True), r"--resume must find a run, but there is none in .* Begin"),
        (How(first="3"), "--from must find a run, but there is none"),
        (How(resume=True, first="3"), "Give one of them"),
        (How(first="4", until="3"), "--until must not come before --from"),
        (How(until="9"), "--until must be a stage, by name or number from 1 to 6"),
    ],
)
def test_what_cannot_be_done_is_said_and_no_folder_is_made(shop, how, sentence):
    with pytest.raises(ConfigError, match=sentence):
        carry_out(load_config(shop), shop.parent / "new", how)
    assert not (shop.parent / "new").exists()


def test_a_finished_run_has_nothing_to_continue(shop):
    path = begun(shop, 6)
    write_record(path / "run.json", read_record(path / "run.json") | {"state": "done"})
    for page in (*STAGES, "index"):
        (path / f"{page}.html").write_text("<html></html>")
    before = {p: p.read_bytes() for p in path.rglob("*") if p.is_file()}
    found = carry_out(load_config(shop), path, How(resume=True))
    assert (found.state, found.already) == ("done", True)
    assert {p: p.read_bytes() for p in path.rglob("*") if p.is_file()} == before
    with pytest.raises(ConfigError, match=r"other settings \(seed\)"):
        carry_out(load_config(shop, {"seed": 2}), path, How(resume=True))


def test_a_process_that_was_killed_while_it_began_does_not_block_the_folder(shop):
    path = shop.parent / "run"
    path.mkdir()
    (path / ".run.json.4711").write_text("{")
    (path / ".lock").touch()
    (path / ".lock.json").write_text('{"pid": 4711')
    start_run(load_config(shop), path)
    assert [p.name for p in path.iterdir() if p.name.startswith(".")] == []


def test_files_of_one_stage_and_of_later_ones_go_and_others_stay(tmp_path):
    for name in ("approval.json", "exports/a.parquet", "own.txt", "goals.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    for stage in STAGES:
        for name in FILES[stage]:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).touch()
    (tmp_path / "canvas").mkdir()
    (tmp_path / "canvas" / "S01.md").touch()
    remove_from(tmp_path, "02_data_prep")
    left = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.*")}
    assert left == {"approval.json", "exports/a.parquet", "own.txt", "goals.json"}


def test_only_what_was_never_finished_is_swept(tmp_path):
    half = [".run.json.12", ".a.b.12.old", "notebooks/.03_segmentation.ipynb"]
    half += [".spreadsheet.99/members.csv", "tables/duckdb_temp_storage-0.tmp"]
    kept = [".hidden", "run.json", ".lock", "notebooks/03_segmentation.ipynb", "a.12"]
    for name in half + kept:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    sweep(tmp_path)
    left = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*")}
    assert left == {*kept, "notebooks", "tables"}


def test_a_clock_that_is_set_back_changes_no_duration_and_no_limit(
    tmp_path, monkeypatch
):
    limits = Limits(run=10.0)
    states = {"01_goals": {"state": "running"}}
    write_record(tmp_path / "run.json", {"state": "running", "stages": states})
    from segtools.config import validate

    config = validate({"project": "p", "timezone": "UTC", "source": {"system": "x"}})
    stage = Stage("01_goals", tmp_path, config, {})
    monkeypatch.setattr("time.time", lambda: 0.0)  # 1970
    run = read_record(tmp_path / "run.json")
    run["stages"] = {s: {"state": "pending"} for s in STAGES}
    write_record(tmp_path / "run.json", run)
    stage.finish()
    done = read_record(tmp_path / "run.json")["stages"]["01_goals"]
    assert done["state"] == "done"
    assert 0 <= done["seconds"] < 600
    assert limits.reached("01_goals") is None
    assert Limits(run=1e-9).reached("01_goals") is not None


# What a review found


def test_a_folder_that_is_no_run_is_never_cleared(shop):
    path = shop.parent / "mine"
    (path / "notebooks").mkdir(parents=True)
    (path / "notebooks" / "mine.ipynb").write_text("{}")
    (path / "raw.parquet").write_text("")
    for replace in (False, True):
        with pytest.raises(ConfigError, match=r"but .* holds other files"):
            start_run(load_config(shop), path, replace=replace)
    left = sorted(p.name for p in path.rglob("*") if p.is_file())
    assert left == ["mine.ipynb", "raw.parquet"]


def test_a_kill_while_a_run_is_taken_back_leaves_no_stage_done(shop, monkeypatch):
    path = begun(shop, 6)

    def killed(*_):
        raise SystemExit

    monkeypatch.setattr("segtools.report.execution.resume.reset", killed)
    with pytest.raises(SystemExit):
        repeat_from(ahead(shop, path, method="ward"), "03_segmentation")
    assert read_record(path / "run.json")["config"]["method"] == "ward"
    assert states(path) == ["done", "done", *["pending"] * 4]


def test_who_must_not_be_written_to_is_part_of_what_a_run_is(shop):
    (shop.parent / "no.csv").write_text("email\nann@example.org\n")
    more = {"suppression_list": str(shop.parent / "no.csv")}
    path = begun(shop, 3, **more)
    assert continue_run(ahead(shop, path, **more))
    (shop.parent / "no.csv").write_text("email\nann@example.org\nbob@example.org\n")
    with pytest.raises(ConfigError, match=r"other settings \(suppression_list\)"):
        continue_run(ahead(shop, path, **more))


def test_a_finished_run_is_known_again_after_keys_were_added(shop):
    path = begun(shop, 6)
    run = read_record(path / "run.json") | {"state": "done", "config_hash": "older"}
    del run["config"]["stage_time_limit"], run["config"]["hooks"]
    write_record(path / "run.json", run)
    assert start_run(load_config(shop), path) == path
    assert read_record(path / "run.json")["state"] == "done"


def test_settings_that_cannot_work_are_refused_before_anything_goes(shop):
    path = begun(shop, 6)
    config = load_config(shop, {"method": "nonsense"})
    with pytest.raises(ConfigError, match="nonsense"):
        carry_out(config, path, How(first="3", replace=True))
    assert states(path) == ["done"] * 6
    assert (path / "segments.parquet").exists()


def test_a_misspelt_stage_is_suggested_once():
    with pytest.raises(ConfigError) as caught:
        stage_named("03_segmentaton", "--until")
    assert str(caught.value).endswith("Did you mean 'segmentation'?")
    with pytest.raises(ConfigError) as caught:
        stage_named("x", "--until")
    assert str(caught.value).count("personas") == 1
