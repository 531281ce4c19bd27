"""`segtools typing`: a run's typing tool in every form, or nothing."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from surveys import survey
from typer.testing import CliRunner

from segtools import cli
from segtools.records import read_record, write_record
from segtools.report.html import front_page
from segtools.report.typing import typing_files
from segtools.schema import ConfigError, DisclosureError
from segtools.segmentation.typing_tool import TypingTool

AS_OF = "2024-03-01"
NAMES = {"S01": "kind 0", "S02": "kind 1", "S03": "kind 2"}


@pytest.fixture
def run(tmp_path) -> Path:
    """A finished run of 300 customers as far as a typing tool reads it."""
    folder = tmp_path / "run"
    answers, segment = survey(300, n_segments=3, telling=3, silent=1)
    ids = {name: number for number, name in NAMES.items()}
    features = answers.rename(columns=lambda c: c.replace("q0", "f"))
    features = features.assign(secret=np.arange(300.0))
    features.reset_index().to_parquet(make(folder) / "features.parquet")
    by = np.where(np.arange(300) < 5, "rule", "model")
    own = pd.DataFrame({"segment_id": segment.map(ids), "assigned_by": by})
    own.reset_index().to_parquet(folder / "segments.parquet")
    entries = [
        {
            "name": f"f{i}",
            "role": "segmentation",
            "label": f"Measure {i}",
            "unit": "days",
        }
        for i in range(4)
    ]
    entries.append({"name": "secret", "role": "descriptor", "label": "S", "unit": ""})
    write_record(folder / "feature_catalogue.json", {"features": entries})
    listed = [{"segment_id": i, "name": n} for i, n in NAMES.items()]
    model = {"features": [{"name": "f0"}], "segments": listed}
    write_record(folder / "model.json", model)
    write_record(
        folder / "run.json",
        {
            "state": "done",
            "project": "shop",
            "as_of": AS_OF,
            "timezone": "UTC",
            "config": {"smallest_cell": 10},
        },
    )
    long_answers(answers).to_parquet(folder / "tables" / "answers.parquet")
    return folder


def make(folder: Path) -> Path:
    (folder / "tables").mkdir(parents=True)
    return folder


def long_answers(answers: pd.DataFrame) -> pd.DataFrame:
    """Write the answers as a survey's table: two on a scale, one in words."""
    long = answers.reset_index().melt("customer_id", var_name="question").dropna()
    words = long["question"] == "q02"
    number = long["value"].astype(int).astype(str)
    long["answer"] = np.where(words, "word " + number, number)
    long["scale"] = np.where(words, "single", "likert 1-5")
    return long.drop(columns="value").reset_index(drop=True)


def test_every_form_of_it_is_written(run, tmp_path):
    out = tmp_path / "typed"
    tool = typing_files(run, out)
    forms = ["bigquery", "duckdb", "postgres", "snowflake", "spark"]
    names = [f"typing_tool.{f}.sql" for f in forms]
    found = sorted(p.name for p in out.iterdir())
    assert found == sorted(["form.html", "typing_tool.json", *names])
    assert "secret" not in [q["name"] for q in tool.questions]
    again = TypingTool.from_record(read_record(out / "typing_tool.json"))
    con = duckdb.connect()
    con.read_parquet(str(run / "features.parquet")).create_view("answers")
    query = (out / "typing_tool.duckdb.sql").read_text(encoding="utf-8")
    said = con.execute(query).df().set_index("customer_id")["segment_id"]
    features = pd.read_parquet(run / "features.parquet").set_index("customer_id")
    expected = again.assign(features)["segment_id"]
    assert said.reindex(expected.index).tolist() == expected.tolist()


def test_who_never_ordered_is_not_learned_from(run, tmp_path):
    assert typing_files(run, tmp_path / "typed").figures["n_people"] == 295


def test_a_survey_is_asked_in_its_own_words(run, tmp_path):
    tool = typing_files(run, tmp_path / "typed", by="answers")
    kinds = {q["name"]: q for q in tool.questions}
    assert set(kinds) <= {"q00", "q01", "q02", "q03"}
    scales = [q for n, q in kinds.items() if n != "q02"]
    assert all(q["shown"] == [1, 2, 3, 4, 5] for q in scales)
    own = typing_files(run, tmp_path / "own", by="answers", fields=["q02"])
    words = {v["answer"] for v in own.questions[0]["levels"]}
    assert words <= {f"word {i}" for i in range(1, 6)}
    page = (tmp_path / "own" / "form.html").read_text(encoding="utf-8")
    assert 'type="radio"' in page
    assert "as of 1 March 2024" in page


def test_only_the_fields_asked_for_are_used(run, tmp_path):
    tool = typing_files(run, tmp_path / "typed", fields=["f1"])
    assert [q["name"] for q in tool.questions] == ["f1"]
    assert tool.questions[0]["question"] == "Measure 1"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"fields": ["f9"]}, r"\['f9'\] are not. Known are \['f0', 'f1'"),
        ({"fields": ["secret"]}, r"\['secret'\] are not"),
        ({"by": "feature"}, "must be 'features' or 'answers', but it is 'feature'"),
    ],
)
def test_what_a_run_cannot_be_asked_is_refused(run, tmp_path, change, words):
    with pytest.raises(ConfigError, match=words):
        typing_files(run, tmp_path / "typed", **change)
    assert not (tmp_path / "typed").exists()


def test_a_run_without_a_survey_says_so(run, tmp_path):
    (run / "tables" / "answers.parquet").unlink()
    with pytest.raises(ConfigError, match="keeps no answers"):
        typing_files(run, tmp_path / "typed", by="answers")


def test_a_question_that_shows_somebody_leaves_nothing_behind(run, tmp_path):
    entries = read_record(run / "feature_catalogue.json")
    for entry in entries["features"]:
        entry["label"] = "Ask ann@example.org"
    write_record(run / "feature_catalogue.json", entries)
    with pytest.raises(DisclosureError):
        typing_files(run, tmp_path / "typed")
    assert not (tmp_path / "typed").exists()


def test_an_unfinished_run_is_refused(run, tmp_path):
    body = read_record(run / "run.json") | {"state": "failed"}
    write_record(run / "run.json", body)
    with pytest.raises(ConfigError, match="must be finished"):
        typing_files(run, tmp_path / "typed")


def test_the_command_prints_where_the_form_is(run, tmp_path):
    out = tmp_path / "typed"
    words = ["typing", str(run), "--out", str(out), "--questions", "1", "--field", "f0"]
    result = CliRunner().invoke(cli.app, words)
    assert result.exit_code == 0
    assert result.stdout.strip() == str(out / "form.html")
    assert "1 question places" in result.stderr


def test_the_front_page_leads_to_the_form_of_the_runs_own_model(run):
    page = front_page(run).read_text(encoding="utf-8")
    assert "typing/form.html" not in page
    tool = typing_files(run)
    page = (run / "index.html").read_text(encoding="utf-8")
    assert 'href="typing/form.html"' in page
    assert (run / "typing" / "form.html").is_file()
    n = len(tool.questions)
    assert f"{n} question{'s' * (n > 1)} place" in page
    # The words are explained where they stand, and in the list at the end.
    assert "The few questions, or figures, that place somebody new" in page
    model = read_record(run / "model.json")
    model["segments"][0]["name"] = "another"
    write_record(run / "model.json", model)
    assert "typing/form.html" not in front_page(run).read_text(encoding="utf-8")


def test_a_form_elsewhere_or_half_a_tool_is_not_linked(run, tmp_path):
    typing_files(run, tmp_path / "typed")
    assert not (run / "index.html").exists()
    typing_files(run)
    (run / "typing" / "typing_tool.json").write_text("{", encoding="utf-8")
    assert "typing/form.html" not in front_page(run).read_text(encoding="utf-8")


def test_without_a_folder_the_command_writes_into_the_run(run):
    words = ["typing", str(run), "--questions", "1", "--field", "f0"]
    result = CliRunner().invoke(cli.app, words)
    assert result.exit_code == 0
    assert result.stdout.strip() == str(run / "typing" / "form.html")
    assert (run / "typing" / "typing_tool.json").is_file()
