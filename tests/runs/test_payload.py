"""What hooks are told is what a run's own pages show, and nobody's id."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from segtools.records import read_record, write_record
from segtools.report.execution.errors import InterruptionError, StageError
from segtools.runs.payload import (
    UNREADABLE,
    WITHHELD,
    batch_payload,
    run_payload,
    told_of,
)
from segtools.schema import ConfigError, DataError

NEW = Path(__file__).parents[1] / "golden" / "run_2026-11-30"
CONFIG = {"project": "golden-shop", "as_of": None}


@pytest.fixture
def run(tmp_path) -> Path:
    return Path(shutil.copytree(NEW, tmp_path / "run"))


def test_a_finished_run_tells_verdict_sizes_and_what_changed(run):
    told = run_payload("done", CONFIG, run)
    assert (told["format"], told["version"], told["what"]) == (
        "segtools.hook",
        1,
        "run",
    )
    assert (told["state"], told["project"]) == ("done", "golden-shop")
    assert told["as_of"] == "2024-09-29"
    assert told["run"] == str(run)
    assert told["verdict"]["decision"] == "segment"
    sizes = pd.read_parquet(run / "segments.parquet")["segment"].value_counts()
    assert {s["segment"]: s["customers"] for s in told["segments"]} == sizes.to_dict()
    changes, drift = (read_record(run / f"{n}.json") for n in ("changes", "drift"))
    assert told["changed"]["moved"] == changes["totals"]
    assert told["changed"]["previous_as_of"] == "2024-08-29"
    born = [f["now"] for f in drift["fates"] if f["kind"] == "born"]
    assert told["changed"]["born"] == [name for names in born for name in names]
    assert told["changed"]["recommendation"] == drift["recommendation"]
    assert told["error"] is None
    assert told["withheld"] is None
    json.dumps(told, allow_nan=False)


def test_links_lead_to_the_page_where_the_run_is_to_be_found(run):
    assert run_payload("done", CONFIG, run)["links"] == {"page": None}
    (run / "index.html").write_text("<p>")
    here = run_payload("done", CONFIG, run)
    assert here["links"] == {"page": str(run / "index.html")}
    there = run_payload("done", CONFIG, run, where="s3://shop/2024-09-29")
    assert there["run"] == "s3://shop/2024-09-29"
    assert there["links"] == {"page": "s3://shop/2024-09-29/index.html"}


def test_no_customer_is_named(run):
    text = json.dumps(run_payload("done", CONFIG, run))
    ids = pd.read_parquet(run / "segments.parquet")["customer_id"]
    assert len(ids) == 935
    assert not [i for i in ids if i in text]


def personas_of(run, *sizes):
    """Write segments of some sizes, as run pages count them."""
    rows = [
        {"segment_id": f"S0{i}", "segment": f"Group {i}", "n": n}
        for i, n in enumerate(sizes, 1)
    ]
    write_record(run / "personas.json", {"segments": rows})


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [
        ((60, 7, 40), [60, None, None]),  # 7 would be 107 less 60 and 40
        ((60, 4, 6, 40), [60, None, None, 40]),  # each covers the other
        ((60, None, 40), [60, None, None]),
        ((60, True, 40), [60, None, None]),
        ((60, 10, 40), [60, 10, 40]),
        ((None,), [None]),
        ((), []),
    ],
)
def test_no_small_or_unknown_size_can_be_told_from_the_others(run, sizes, shown):
    personas_of(run, *sizes)
    told = run_payload("done", CONFIG, run)["segments"]
    assert [s["customers"] for s in told] == shown


def test_a_run_may_hide_more_than_ten(run):
    record = read_record(run / "run.json")
    record["config"]["smallest_cell"] = 50
    write_record(run / "run.json", record)
    personas_of(run, 60, 40, 80)
    told = run_payload("done", CONFIG, run)["segments"]
    assert [s["customers"] for s in told] == [None, None, 80]


def test_the_day_is_that_of_the_configuration_and_not_of_an_older_run(run):
    """A run that is refused lies in the folder of the one that it must not replace."""
    asked = CONFIG | {"as_of": "2025-01-31"}
    error = ConfigError("A finished run is not overwritten, but one is there. X.")
    assert run_payload("failed", asked, run, error=error)["as_of"] == "2025-01-31"


def test_links_are_absolute_wherever_the_command_was_given(run, monkeypatch):
    (run / "index.html").write_text("<p>")
    monkeypatch.chdir(run.parent)
    told = run_payload("done", CONFIG, Path("run"))
    assert told["links"] == {"page": str(run.resolve() / "index.html")}
    rows = [{"name": "a", "state": "done", "code": 0, "folder": "run"}]
    record = {"runs": rows, "counts": {}, "page": Path("out/../batch.html")}
    batch = batch_payload(record, Path(), None)
    assert batch["links"] == {"page": str(run.parent.resolve() / "batch.html")}
    assert batch["runs"][0]["page"] == str(run.resolve() / "index.html")


@pytest.mark.parametrize("body", ["{broken", "[]", '{"version": 99}'])
def test_records_that_cannot_be_read_are_one_sentence_and_the_end_is_told(run, body):
    (run / "verdict.json").write_text(body)
    told, sentence = told_of(CONFIG, run)
    assert (told["state"], told["project"]) == ("done", "golden-shop")
    assert told["run"] == str(run.resolve())
    assert (told["verdict"], told["segments"]) == (None, [])
    assert told["withheld"] == UNREADABLE
    assert sentence.startswith("Hooks must be told what a run found, but its records")
    assert "\n" not in sentence


def test_a_record_of_another_form_is_no_traceback_either(run):
    write_record(run / "personas.json", {"segments": ["S01"]})
    told, sentence = told_of(CONFIG, run, where="s3://shop/run")
    assert (told["run"], told["withheld"]) == ("s3://shop/run", UNREADABLE)
    assert sentence.count("repeat the run with --again") == 1
    assert set(told) == set(run_payload("done", CONFIG))


def test_a_first_run_has_nothing_that_changed(run):
    write_record(run / "changes.json", {"first_run": True, "sentence": "First."})
    assert run_payload("done", CONFIG, run)["changed"] is None


def test_a_name_that_tells_who_somebody_is_holds_back_all_that_is_made_of_data(run):
    personas = read_record(run / "personas.json")
    personas["segments"][0]["segment"] = "Friends of ann@shop.example"
    write_record(run / "personas.json", personas)
    told = run_payload("done", CONFIG, run)
    assert (told["verdict"], told["segments"], told["changed"]) == (None, [], None)
    assert told["withheld"] == WITHHELD
    assert told["state"] == "done"
    assert "ann@" not in json.dumps(told)


@pytest.mark.parametrize(
    ("error", "code", "sentence", "remedy"),
    [
        (
            ConfigError("seed must be 1, but it is 'x'. Change it."),
            *(2, "seed must be 1, but it is 'x'.", "Change it."),
        ),
        (
            DataError("orders must be read, but 'K001 €' is none in 'a.csv'. Mend it."),
            *(3, "The run stopped at its data.", "Its page and record say why."),
        ),
        (StageError("It stopped. Look."), 4, "It stopped.", "Look."),
        (KeyboardInterrupt(), 130, "The run was interrupted.", "Run it again."),
        (
            InterruptionError("Interrupted. Again."),
            *(130, "The run was interrupted.", "Run it again."),
        ),
    ],
)
def test_a_failed_run_tells_code_sentence_and_remedy(error, code, sentence, remedy):
    told = run_payload("failed", CONFIG | {"as_of": "2024-09-29"}, error=error)
    assert told["error"] == {"code": code, "sentence": sentence, "remedy": remedy}
    assert (told["run"], told["links"]) == (None, {"page": None})
    assert (told["as_of"], told["segments"]) == ("2024-09-29", [])


def test_an_error_with_an_address_is_held_back():
    error = ConfigError(
        "internal_customers must be known, but ann@shop.example is not. X"
    )
    told = run_payload("failed", CONFIG, error=error)
    assert told["error"] == {"code": 2, "sentence": WITHHELD, "remedy": ""}


def test_a_run_whose_record_is_broken_tells_what_is_known(run):
    (run / "run.json").write_text('{"state": "do')
    told = run_payload("failed", CONFIG, run, error=StageError("It stopped. Look."))
    assert (told["project"], told["error"]["code"]) == ("golden-shop", 4)
