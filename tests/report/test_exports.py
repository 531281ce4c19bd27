"""A finished run exported by the command line, and by stage 05 without one."""

import json

import pandas as pd
import pytest
from typer.testing import CliRunner

from segtools.cli import app
from segtools.config import validate
from segtools.destinations.approval import approve
from segtools.destinations.shown import export_sentence
from segtools.records import read_record, write_record, write_table
from segtools.report.check import check
from segtools.report.execution.start import _clear, start_run
from segtools.report.exports import export_all, export_run
from segtools.report.stage import Stage
from segtools.schema import ConfigError, DataError
from segtools.segmentation.model import SegmentModel
from segtools.segmentation.tiers import cut_payload

BODY = {
    "project": "shop",
    "timezone": "Europe/Berlin",
    "source": {"system": "sample"},
    "as_of": "2024-09-29",
    "destinations": {"google_ads": {"consent": {"ads": ["agreed"]}}},
}
N = 240


@pytest.fixture
def run(tmp_path):
    """A run of 240 customers in two segments; every sixth has not agreed."""
    path = tmp_path / "runs" / "2024-09-29"
    ids = [f"c{i:03d}" for i in range(N)]
    segments = pd.DataFrame({"customer_id": ids, "segment_id": ["S01", "S02"] * 120})
    segments["segment"] = segments["segment_id"].map({"S01": "Big", "S02": "Small"})
    write_table(path / "segments.parquet", segments.assign(assigned_by="model"))
    people = pd.DataFrame({"customer_id": ids})
    people["email"] = [f"{one}@example.com" for one in ids]
    people["agreed"] = [i % 12 not in (0, 1) for i in range(N)]
    write_table(path / "tables" / "customers.parquet", people)
    named = [
        {"segment_id": "S01", "name": "Big", "rank": 1},
        {"segment_id": "S02", "name": "Small", "rank": 2},
    ]
    cut = cut_payload({"recency_days": [30.0]})
    model = SegmentModel(cut, named, [], fallback="S02")
    write_record(path / "model.json", model.record())
    write_record(path / "data_quality.json", {"window_days": 180})
    rules = {"rules": [{"segment": "Big", "rule": "Spend above 100"}]}
    write_record(path / "selection.json", {"short_rules": rules})
    write_record(path / "goals.json", {"goal": "understand", "hash": "abc"})
    record = {
        "project": "shop",
        "state": "done",
        "as_of": "2024-09-29",
        "timezone": "Europe/Berlin",
        "config": validate(BODY).model_dump(),
        "config_hash": "1",
        "data": {"fingerprint": "2"},
    }
    write_record(path / "run.json", record)
    return path


def stage_of_run(run, **changed):
    config = validate(BODY | changed)
    return Stage("05_activation", run, config, read_record(run / "run.json"))


def test_an_export_waits_for_an_approval_and_then_says_whose(run, tmp_path):
    with pytest.raises(ConfigError, match="nobody has approved it"):
        export_run(run, "google_ads", tmp_path / "g")
    assert not (tmp_path / "g").exists()
    approve(run, "Ann", "Checked")
    manifest = export_run(run, "google_ads", tmp_path / "g")
    assert manifest["approval"]["name"] == "Ann"
    assert manifest["counts"]["written"] == 200
    conditions = manifest["rules"]["rules"][0]["any"][0]["all"]
    assert [(c["feature"], c["up_to"]) for c in conditions] == [("recency_days", 30.0)]
    assert manifest["segments"][0] == {
        "segment_id": "S01",
        "segment": "Big",
        "model": "rules",
        "short_rules": ["Spend above 100"],
        "rules_agree": None,
        "written": 100,
    }
    assert manifest["goals_hash"]


def test_a_configuration_may_do_without_approvals(run, tmp_path):
    free = {"exports_need_approval": False}
    assert export_run(run, "google_ads", tmp_path / "g", free)["approval"] is None


def test_an_override_reaches_the_block_and_nothing_else(run, tmp_path):
    approve(run, "Ann", "Checked")
    given = {"destinations.google_ads.min_size": 101}
    with pytest.raises(DataError, match="has too few customers"):
        export_run(run, "google_ads", tmp_path / "g", given)
    with pytest.raises(ConfigError, match="must take window_days from its run"):
        export_run(run, "google_ads", tmp_path / "g", {"window_days": 30})


def test_addresses_come_from_the_tables_and_nowhere_else(run, tmp_path):
    approve(run, "Ann", "Checked")
    (run / "tables" / "customers.parquet").unlink()
    with pytest.raises(DataError, match="but they were deleted"):
        export_run(run, "google_ads", tmp_path / "g")
    # The list for people has no addresses, and needs none.
    assert export_run(run, "spreadsheet", tmp_path / "s")["counts"]["written"] == N


def test_stage_05_writes_what_it_may_and_says_why_not_the_rest(run):
    first = export_all(stage_of_run(run))
    assert first[0]["counts"]["written"] == N
    assert "nobody has approved it" in first[1]["not_yet"]
    assert [p.name for p in (run / "activation").iterdir()] == ["spreadsheet"]
    approve(run, "Ann", "Checked")
    second = export_all(stage_of_run(run))
    assert second[1]["counts"]["added"] == 200
    # The spreadsheet's list is the same export, not a second one.
    assert second[0] == first[0]
    few = {"google_ads": {"consent": {"ads": ["agreed"]}, "min_size": 500}}
    third = export_all(stage_of_run(run, destinations=few))
    # Everybody goes: that is something to write.
    assert third[1]["counts"]["removed"] == 200


def test_a_list_that_cannot_be_written_does_not_stop_the_report(run):
    asked = {"shopify": {}, "google_ads": {"consent": {"ads": ["agree"]}}}
    stage = stage_of_run(run, destinations=asked, exports_need_approval=False)
    told = [one.get("not_yet", "") for one in export_all(stage)]
    assert told[0] == ""
    assert "must know the present tags" in told[1]
    assert "Did you mean 'agreed'?" in told[2]


def call(*words):
    return CliRunner().invoke(app, [str(w) for w in words])


def test_the_command_line_approves_and_exports(run, tmp_path):
    words = ["export", run, "--to", "google_ads", "--out", tmp_path / "g"]
    refused = call(*words)
    assert isinstance(refused.exception, ConfigError)
    done = call(
        "approve", run, "--name", "Ann", "--reason", "Checked", "--at", "2024-10-02"
    )
    assert done.output.strip() == str(run / "approval.json")
    done = call(*words)
    assert done.exit_code == 0
    assert "200 of 240 customers are written to google_ads" in done.output
    told = json.loads(call(*words, "--json").stdout)
    assert told["manifest"]["number"] == 1
    assert "@" not in done.output


def test_a_suppression_list_holds_for_every_system(run, tmp_path):
    approve(run, "Ann", "Checked")
    path = tmp_path / "stop.csv"
    path.write_text("email\nC002@example.com\n")
    given = {"suppression_list": str(path), "destinations.google_ads.min_size": 10}
    manifest = export_run(run, "google_ads", tmp_path / "g", given)
    assert manifest["counts"]["left_out"] == {"suppressed": 1, "denied": 40}


def test_a_wrong_block_stops_the_run_before_anything_is_read(tmp_path):
    given = {"destinations": {"google_ads": {"min_sze": 5}}}
    with pytest.raises(ConfigError, match="Did you mean 'min_size'"):
        start_run(validate(BODY | given), tmp_path / "r")
    with pytest.raises(ConfigError, match="Did you mean 'min_size'"):
        check(validate(BODY | given))
    assert not (tmp_path / "r").exists()


def test_an_approval_and_what_was_exported_outlive_a_repetition(run):
    approve(run, "Ann", "Checked")
    export_all(stage_of_run(run))
    _clear(run)
    assert (run / "approval.json").is_file()
    assert len(list((run / "exports").iterdir())) == 4
    assert not (run / "activation").exists()


@pytest.mark.parametrize("to", ["ga4", "twilio_segment", "sql"])
def test_it_holds_by_address_also_where_no_address_is_written(
    run, tmp_path, monkeypatch, to
):
    approve(run, "Ann", "Checked")
    path = tmp_path / "stop.csv"
    path.write_text("email\nC002@example.com\n")
    monkeypatch.setenv("A_DATABASE", f"sqlite:///{tmp_path / 'a.db'}")
    given = {"suppression_list": str(path), f"destinations.{to}.min_size": 10}
    key, value = "without_consent", "A test"
    if to == "sql":
        key, value = "url", "env:A_DATABASE"
    given[f"destinations.{to}.{key}"] = value
    manifest = export_run(run, to, tmp_path / "g", given)
    assert manifest["counts"]["left_out"]["suppressed"] == 1


def test_a_list_of_phones_needs_no_country_for_what_only_people_look_at(run, tmp_path):
    path = tmp_path / "stop.csv"
    path.write_text("phone\n030 1234567\n")
    given = {"suppression_list": str(path)}
    manifest = export_run(run, "spreadsheet", tmp_path / "s", given)
    assert manifest["counts"]["written"] == N


def test_whole_numbers_beside_nothing_keep_all_their_digits(run, tmp_path):
    approve(run, "Ann", "Checked")
    path = run / "tables" / "customers.parquet"
    people = pd.read_parquet(path)
    first = 1_234_567_890_123_456_789
    numbers = [None, *range(first, first + N - 1)]
    write_table(path, people.assign(user_id=pd.array(numbers, dtype="Int64")))
    given = {"destinations.ga4.without_consent": "A test"}
    export_run(run, "ga4", tmp_path / "g", given)
    lines = (tmp_path / "g" / "users.csv").read_text().splitlines()[1:]
    assert {line.split(",")[0] for line in lines} == {*map(str, numbers[1:])}


@pytest.mark.parametrize("name", ["notes.txt", "a<b>.xlsx"])
def test_a_foreign_file_beside_stage_05_stops_no_page(run, name):
    folder = run / "activation" / "spreadsheet"
    folder.mkdir(parents=True)
    (folder / name).write_text("mine")
    first = export_all(stage_of_run(run))[0]
    said = export_sentence(first, 10)
    assert said.startswith(
        "Nothing is written to spreadsheet: An export needs a folder"
    )


@pytest.mark.parametrize("out", [".", "..", "y/..", "file/sub"])
def test_a_folder_that_is_none_of_its_own_is_one_sentence(
    run, tmp_path, monkeypatch, out
):
    inside = tmp_path / "here"
    inside.mkdir()
    (inside / "file").write_text("mine")
    monkeypatch.chdir(inside)
    done = call("export", run, "--to", "spreadsheet", "--out", out)
    assert isinstance(done.exception, ConfigError)
    assert "An export needs a folder of its own" in str(done.exception)
    assert {p.name for p in inside.iterdir()} == {"file"}
