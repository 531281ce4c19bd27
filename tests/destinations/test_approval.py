"""Nothing leaves before somebody has approved this very model."""

import json

import pytest

from destinations.makers import run_folder
from segtools.destinations.approval import (
    approval_of,
    approve,
    model_hash,
    refuse_unapproved,
)
from segtools.records import read_record
from segtools.schema import ConfigError


def model(folder, **body):
    (folder / "model.json").write_text(json.dumps({"kind": "rules"} | body))
    return folder


@pytest.fixture
def run(tmp_path):
    return model(run_folder(tmp_path), cuts=[1, 2])


def test_an_approval_is_recorded_whole_and_reads_no_clock(run):
    approve(run, " Ann  Lee ", "Checked with sales")
    record = read_record(run / "approval.json")
    assert record == {
        "format": "segtools.approval",
        "version": 1,
        "name": "Ann Lee",
        "reason": "Checked with sales",
        "approved_at": None,
        "model_hash": model_hash(run),
        "as_of": "2024-09-29",
    }
    assert (
        approve(run, "Ann", "ok", "2024-10-02")["approved_at"] == "2024-10-02T00:00:00"
    )


def test_a_model_that_changed_must_be_approved_again(run):
    with pytest.raises(ConfigError, match="nobody has approved it"):
        refuse_unapproved(run, "google_ads")
    approve(run, "Ann", "ok")
    assert refuse_unapproved(run, "google_ads")["name"] == "Ann"
    model(run, cuts=[1, 3])
    with pytest.raises(ConfigError, match="has changed since it was approved"):
        refuse_unapproved(run, "google_ads")


def test_the_same_model_in_the_next_run_is_approved_but_not_in_another_project(
    run, tmp_path
):
    approve(run, "Ann", "ok")
    later = model(run_folder(tmp_path, "2024-10-29"), cuts=[1, 2], replicates=[7])
    assert approval_of(later) == {"name": "Ann", "reason": "ok", "approved_at": None}
    other = run_folder(tmp_path, "2024-11-29", project="other")
    assert approval_of(model(other, cuts=[1, 2])) is None
    renamed = run_folder(tmp_path, "2024-12-29")
    assert approval_of(model(renamed, cuts=[1, 2], segments=[{"name": "x"}])) is None


@pytest.mark.parametrize(
    ("name", "reason", "at", "said"),
    [
        (" ", "ok", "", "--name must say who approves"),
        ("Ann", "", "", "--reason must say why"),
        ("Ann", "ok", "yesterday", "--at must be an ISO date"),
        ("Ann", "asked bo@example.com", "", "must name no customer"),
    ],
)
def test_wrong_approvals_are_one_sentence(run, name, reason, at, said):
    with pytest.raises(ConfigError, match=said) as caught:
        approve(run, name, reason, at)
    assert "bo@" not in str(caught.value)
    assert not (run / "approval.json").exists()
