"""Whole runs with decisions by hand: done, told, repeated and carried on."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from inline import run_inline, run_stage
from pandas.testing import assert_frame_equal
from test_run import settings, write_lines

from segtools.config import validate
from segtools.records import read_record, write_record
from segtools.report.assign import assign_file
from segtools.report.execution.start import start_run
from segtools.schema import ConfigError
from segtools.segmentation import contest
from segtools.segmentation.model import ASSIGNED, SegmentModel
from segtools.segmentation.scheme import known_scheme, schemes

pytestmark = pytest.mark.xdist_group("runs")

DECISIONS = [
    {"what": "exclude", "variable": "weekend_share", "why": "we close on Saturdays"},
    {
        "what": "split",
        "segment": "S01",
        "feature": "recency_days",
        "upper": 40,
        "name": "Long silent",
        "why": "who was silent for long is called first",
        "who": "ann",
        "force": True,
    },
    {"what": "merge", "segments": ["S02", "S03"], "why": "both get one letter"},
]


@pytest.fixture(scope="module", autouse=True)
def short_contest():
    """Let only rules stand against the baselines: what is decided is the same."""
    own = [known_scheme("rules"), *schemes("baseline")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contest, "schemes", lambda: own)
        yield


@pytest.fixture(scope="module")
def lines(tmp_path_factory) -> Path:
    return write_lines(tmp_path_factory.mktemp("shop") / "lines.csv")


def body(lines: Path, **changes: object) -> dict:
    more = {"force_segments": True, "method": "rules", "n_segments": 3}
    more |= {"smallest_cell": 5}  # a shop of 48 customers
    return settings(lines, decisions=DECISIONS, **more) | changes


@pytest.fixture(scope="module")
def decided(lines, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("decided") / "corner-shop"
    path = run_inline(body(lines), folder / "2024-11-30", "04_personas")
    write_record(path / "run.json", read_record(path / "run.json") | {"state": "done"})
    return path


def test_what_was_decided_is_in_model_segments_and_record(decided):
    found = read_record(decided / "selection.json")["by_hand"]
    assert [d["what"] for d in found["decisions"]] == ["exclude", "split", "merge"]
    assert all(d["applied"] and d["why"] for d in found["decisions"])
    model = read_record(decided / "model.json")
    ids = [s["segment_id"] for s in model["segments"]]
    assert "S03" not in ids
    assert set(ids) == {"S01", "S02", "S04"}
    assert [step["op"] for step in model["hand"]] == ["split", "merge"]
    assert "weekend_share" not in [f["name"] for f in model["features"]]
    segments = pd.read_parquet(decided / "segments.parquet")
    assert tuple(segments.columns) == ASSIGNED
    assert set(segments["segment_id"]) <= set(ids)
    sizes = segments["segment_id"].value_counts().to_dict()
    assert found["decisions"][-1]["after"] == sizes
    assert "Long silent" in set(segments["segment"])


def test_the_model_before_is_kept_and_makes_the_model_again(decided):
    from segtools import apply_decisions

    found = read_record(decided / "selection.json")["by_hand"]
    learned = SegmentModel.from_record(found["learned"])
    steps = [{k: v for k, v in d.items() if k != "applied"} for d in found["decisions"]]
    again = apply_decisions(learned, steps).record()
    own = read_record(decided / "model.json")
    for key in ("hand", "segments", "next_number", "upper", "cells"):
        assert again[key] == own[key], key


def test_verdict_and_selection_agree_on_the_number_of_segments(decided):
    verdict = read_record(decided / "verdict.json")
    assert read_record(decided / "fairness.json")["attributes"] == []
    selection = read_record(decided / "selection.json")
    n = selection["by_hand"]["n_segments"]
    assert verdict["n_segments"] == len(selection["segments"]) == n["after"]
    if n["before"] != n["after"]:
        assert verdict["sentence"].endswith(f"By hand they became {n['after']}.")


def test_assign_does_what_was_decided(decided, lines, tmp_path):
    given = assign_file(decided, lines, tmp_path / "out.parquet")
    own = pd.read_parquet(decided / "segments.parquet")
    assert_frame_equal(given, own, check_dtype=False)


def test_rows_in_another_order_give_the_same_model(decided, lines, tmp_path):
    shuffled = pd.read_csv(lines, sep=";", dtype=str).sample(frac=1, random_state=1)
    shuffled.to_csv(tmp_path / "lines.csv", sep=";", index=False)
    other = body(tmp_path / "lines.csv")
    path = run_inline(other, tmp_path / "run", "03_segmentation")
    for name in ("model", "selection", "contest", "verdict"):
        file = f"{name}.json"
        assert (path / file).read_text() == (decided / file).read_text(), name


def test_next_month_the_same_is_done_to_the_segments_as_learned(decided, lines):
    later = body(lines, as_of="2024-12-01")
    path = run_inline(later, decided.parent / "2024-12-01", "03_segmentation")
    assert read_record(path / "run.json")["previous_run"] == "../2024-11-30"
    one, two = (
        {s["segment_id"]: s["name"] for s in read_record(p / "model.json")["segments"]}
        for p in (decided, path)
    )
    assert one == two
    found = read_record(path / "selection.json")
    kept = {m["segment_id"] for m in found["names_carried_over"]}
    assert {"S02", "S03"} <= kept  # the merged ones are still told apart as learned
    split = found["by_hand"]["decisions"][1]
    assert split["arguments"]["segment_id"] == "S04"

    gone = later | {"as_of": "2024-12-02"}
    gone["decisions"] = [DECISIONS[2] | {"segments": ["S02", "S33"]}]
    stopped = start_run(validate(gone), decided.parent / "2024-12-02")
    for stage in ("01_goals", "02_data_prep"):
        run_stage(stage, stopped)
    with pytest.raises(ConfigError, match=r"decisions\.0 does not fit: .*'S33' is"):
        run_stage("03_segmentation", stopped)


@pytest.mark.parametrize(
    ("decision", "sentence"),
    [
        (DECISIONS[0] | {"variable": "weekend"}, "Did you mean 'weekend_share'"),
        (DECISIONS[1] | {"feature": "n_products"}, "but 'n_products' is none"),
        (DECISIONS[0] | {"variable": "spend_total"}, "but it excludes 'spend_total'"),
    ],
    ids=["unknown", "descriptor", "needed"],
)
def test_a_wrong_feature_is_refused_before_any_kernel(
    decision, sentence, lines, tmp_path
):
    wrong = validate(body(lines, decisions=[decision]))
    with pytest.raises(ConfigError, match=sentence):
        start_run(wrong, tmp_path / "run")
    assert not (tmp_path / "run").exists()
