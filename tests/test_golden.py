"""Runs that older versions wrote are read, compared and migrated by this one."""

from __future__ import annotations

import json
import runpy
import shutil
from pathlib import Path

import pandas as pd
import pytest

from segtools.config import RunConfig
from segtools.history.previous import find_previous
from segtools.history.snapshot import read_snapshot
from segtools.records import read_record
from segtools.report.compare import compare_runs
from segtools.report.execution.run import record_failure
from segtools.runs import migrate as migrating
from segtools.runs.migrate import BACKUP, differences, migrate
from segtools.schema import ConfigError, DataError

GOLDEN = Path(__file__).parent / "golden"
OLD, NEW = GOLDEN / "run_2026-11-22", GOLDEN / "run_2026-11-30"
consumer = runpy.run_path(str(GOLDEN / "consumer.py"))
each = pytest.mark.parametrize(
    "run", sorted(GOLDEN.glob("run_*")), ids=lambda p: p.name
)


@pytest.fixture
def old(tmp_path) -> Path:
    """A copy of the oldest run, to be changed."""
    return Path(shutil.copytree(OLD, tmp_path / "old"))


def files(folder: Path) -> dict[str, bytes]:
    found = (p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in found}


def change(file: Path, **keys: object) -> None:
    """Write other values into a record, as it lies on the disk."""
    record = json.loads(file.read_text(encoding="utf-8")) | keys
    file.write_text(json.dumps(record), encoding="utf-8")


@each
def test_another_program_reads_every_file_by_its_format_and_version(run, capsys):
    assert consumer["main"](run) == 0
    assert capsys.readouterr().out == f"{run.name}: every file was read\n"


@each
def test_the_other_program_notices_what_does_not_add_up(run, tmp_path, capsys):
    bad = Path(shutil.copytree(run, tmp_path / "bad"))
    table = pd.read_parquet(bad / "segments.parquet")
    learned = table["assigned_by"] == "model"
    first = table.index[learned & (table["segment_id"] != "S01")][0]
    table.loc[first, "segment_id"] = "S01"
    table.to_parquet(bad / "segments.parquet", index=False)
    assert consumer["main"](bad) == 1
    assert "1 customers are not where model.json puts them" in capsys.readouterr().out
    change(bad / "verdict.json", version=2)
    assert consumer["main"](bad) == 1
    assert "segtools.verdict in version 2: not known" in capsys.readouterr().out


@each
def test_what_an_older_run_did_not_know_is_filled_in_on_reading(run):
    on_disk = json.loads((run / "run.json").read_text(encoding="utf-8"))
    record = read_record(run / "run.json")
    base = RunConfig(project="p", timezone="UTC", source={"system": "sample"})
    assert set(record["config"]) == set(RunConfig.model_fields)
    for key, value in record["config"].items():
        default = base.model_dump()[key]
        assert value == on_disk["config"].get(key, default), key
    assert record["goals_hash"] == read_record(run / "goals.json")["hash"]
    assert record["config_hash"] == on_disk["config_hash"]


def test_the_oldest_run_lacks_what_is_filled_in():
    record = json.loads((OLD / "run.json").read_text(encoding="utf-8"))
    assert "goals_hash" not in record
    assert "smallest_cell" not in record["config"]
    assert read_record(OLD / "run.json")["config"]["smallest_cell"] == 10


def test_an_unfinished_run_has_no_hash_of_goals_yet(old):
    change(old / "run.json", state="running")
    assert "goals_hash" not in read_record(old / "run.json")


def test_an_old_run_is_the_previous_one_of_a_new(tmp_path):
    shutil.copytree(OLD, tmp_path / "2024-08-29")
    found = find_previous(tmp_path, "golden-shop", "2024-09-29")
    assert found == tmp_path / "2024-08-29"
    snapshot = read_snapshot(found)
    assert snapshot.names["S05"] == "Dormant buyers"
    assert len(snapshot.money) == len(snapshot.segments) == 935


def test_a_new_run_is_compared_with_an_old_one(tmp_path):
    found = compare_runs(OLD, NEW, tmp_path / "page.html")
    before, now = (pd.read_parquet(p / "segments.parquet") for p in (OLD, NEW))
    both = before.merge(now, on="customer_id")
    stayed = int((both["segment_id_x"] == both["segment_id_y"]).sum())
    assert len(both) == 935
    assert found.record["changes"]["totals"] == {
        "stayed": stayed,
        "moved": 935 - stayed,
        "new": 0,
        "gone": 0,
    }
    # What the newer run itself said of it when it was made.
    assert read_record(NEW / "changes.json")["totals"]["stayed"] == stayed
    assert found.page.read_text(encoding="utf-8").count("Dormant buyers") > 0


def test_a_migration_writes_what_is_read_and_keeps_what_was_there(old):
    before = files(old)
    dry = migrate(old, dry_run=True)
    assert files(old) == before
    done = migrate(old)
    assert dry.changes == done.changes
    assert list(done.changes) == ["run.json"]
    assert "config.smallest_cell is added: 10" in done.changes["run.json"]
    assert 'goals_hash is added: "e649eb75a8716cf3"' in done.changes["run.json"]
    after = files(old)
    assert after.pop("run.json") != before["run.json"]
    assert after.pop(f"{BACKUP}/run.json") == before.pop("run.json")
    assert after == before
    assert json.loads((old / "run.json").read_text()) == read_record(OLD / "run.json")
    assert consumer["main"](old) == 0


def test_a_second_migration_has_nothing_to_do(old):
    migrate(old)
    before = files(old)
    again = migrate(old)
    assert (again.changes, again.backup) == ({}, None)
    assert (
        again.sentence == f"{old} is as this version would write it; nothing changes."
    )
    assert files(old) == before


def test_a_later_migration_keeps_the_backup_of_an_earlier_one(old):
    first = migrate(old).backup
    shutil.copy(OLD / "run.json", old / "run.json")
    second = migrate(old).backup
    assert (first.name, second.name) == (BACKUP, f"{BACKUP}-2")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("notes.json", "[1, 2]"),
        ("package.json", '{"name": "x", "version": "1.0.0"}'),
        ("exports/other.json", '{"format": "other.thing", "version": 99}'),
        ("broken.json", "{"),
        ("nothing.json", "null"),
    ],
)
def test_a_file_that_is_none_of_ours_is_left_alone(old, name, text):
    (old / name).parent.mkdir(exist_ok=True)
    (old / name).write_text(text)
    (old / "folder.json").mkdir()
    assert list(migrate(old).changes) == ["run.json"]
    assert (old / name).read_text() == text


def test_a_broken_record_of_ours_is_refused_before_anything_changes(old):
    text = (old / "verdict.json").read_text()
    (old / "verdict.json").write_text(text[: len(text) // 2])
    before = files(old)
    with pytest.raises(DataError, match=r"^verdict\.json must be a JSON record"):
        migrate(old)
    assert files(old) == before


def test_a_migration_that_fails_halfway_puts_everything_back(old, monkeypatch):
    before = files(old)
    real = migrating._run

    def two(folder):
        texts, changes = real(folder)
        more = {"verdict.json": "{}"}, {"verdict.json": ["another"]}
        return texts | more[0], changes | more[1]

    def full(path, text):
        if path.name == "verdict.json":
            raise OSError(28, "No space left on device")
        path.write_text(text, encoding="utf-8")

    monkeypatch.setattr(migrating, "_run", two)
    monkeypatch.setattr(migrating, "write_text", full)
    with pytest.raises(
        DataError, match=r"\(No space left on device\)\. It is as it wa"
    ):
        migrate(old)
    after = {k: v for k, v in files(old).items() if not k.startswith(BACKUP)}
    assert after == before


def test_a_run_of_a_newer_version_is_refused_and_left_alone(old):
    change(old / "verdict.json", version=9)
    before = files(old)
    with pytest.raises(DataError) as caught:
        migrate(old)
    assert str(caught.value) == (
        f"verdict.json must be of version 1, but that of {old} is of version 9, made "
        "by a newer segtools. Update segtools."
    )
    assert files(old) == before


@pytest.mark.parametrize("body", [b'{"state": "do', b"[1, 2]", b"\xff\xfe\x00", b""])
def test_a_corrupted_run_is_one_sentence_and_left_alone(old, body):
    (old / "run.json").write_bytes(body)
    before = files(old)
    with pytest.raises(DataError, match=r"^run\.json must be a JSON record, but "):
        migrate(old)
    assert files(old) == before


def test_what_is_neither_a_run_nor_a_configuration_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"^RUN\|CONFIG must be the folder of a run"):
        migrate(tmp_path)


def test_a_key_by_its_old_name_is_read_and_renamed_with_its_comment(
    tmp_path, monkeypatch
):
    from segtools.config import load_config
    from segtools.config.recorded import RENAMED

    monkeypatch.setitem(RENAMED, "smallest_group", "smallest_cell")
    file = tmp_path / "shop.yaml"
    text = "project: shop\nsource: {system: sample}\nsmallest_group: 12  # by law\n"
    file.write_text(text, encoding="utf-8")
    assert load_config(file).smallest_cell == 12
    assert migrate(file, dry_run=True).lines == [
        "shop.yaml: smallest_group is called smallest_cell now"
    ]
    assert file.read_text(encoding="utf-8") == text
    found = migrate(file)
    assert file.read_text(encoding="utf-8") == text.replace("group", "cell")
    assert (found.backup / "shop.yaml").read_text(encoding="utf-8") == text
    assert load_config(file).smallest_cell == 12


def test_a_configuration_that_needs_nothing_is_left_alone(tmp_path):
    file = tmp_path / "shop.yaml"
    file.write_text("project: shop\nsource: {system: sample}\n", encoding="utf-8")
    assert migrate(file).changes == {}
    assert [p.name for p in tmp_path.iterdir()] == ["shop.yaml"]


def test_a_wrong_configuration_is_refused_not_migrated(tmp_path):
    file = tmp_path / "shop.yaml"
    file.write_text("project: shop\nsourc: {}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="Did you mean 'source'"):
        migrate(file)


def test_a_failure_can_be_recorded_in_an_old_run(old):
    change(old / "run.json", state="running")
    record_failure(old, "04_personas", DataError("Rule, but value. Remedy."))
    run = read_record(old / "run.json")
    assert run["error"]["remedy"] == "Remedy."
    assert set(run["config"]) == set(RunConfig.model_fields)


def test_differences_name_keys_at_any_depth():
    old = {"a": {"b": [1], "c": 2}, "gone": 1}
    new = {"a": {"b": [1, 2], "c": 2}, "more": "x" * 80}
    assert differences(old, new) == [
        "a.b becomes [1, 2] (was [1])",
        f'more is added: "{"x" * 58}…',
        "gone goes",
    ]
