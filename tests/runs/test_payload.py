"""What hooks are told is what a run's own pages show, and nobody's id."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from segtools.records import read_record, write_record
from segtools.report.execution.errors import InterruptionError, StageError
from segtools.runs.payload import WITHHELD, run_payload
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


def test_a_segment_of_a_few_customers_has_no_size(run):
    personas = read_record(run / "personas.json")
    personas["segments"][0]["n"] = 9
    write_record(run / "personas.json", personas)
    told = run_payload("done", CONFIG, run)["segments"]
    assert told[0]["customers"] is None
    assert all(isinstance(s["customers"], int) for s in told[1:])


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
            *(3, "orders must be read, but … is none in ….", "Mend it."),
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
