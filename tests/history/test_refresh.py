"""Keep, rescore or rebuild: each reason leads where it should, and says so."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from segtools.config.blocks import RefreshThresholds
from segtools.history.follow_up import follow_up
from segtools.history.refresh import model_age, recommend_refresh

from .runs import banded, run_of, scores

MODEL = banded([33, 67], spread=1.5)
FIGURES = [{"scheme": "goal", "asked": 3, "figures": {"gini": None}}]


def advice(old, new, **thresholds):
    found = follow_up(old, new, thresholds=RefreshThresholds.model_validate(thresholds))
    return found.advice


def test_the_same_customers_keep_the_model():
    x = scores(600)
    found = advice(run_of(MODEL, x, "2024-01-01"), run_of(MODEL, x, "2024-02-01"))
    assert found == {
        "recommendation": "keep",
        "sentence": "Keep what is in use: the lists of the last run still stand.",
        "reasons": [],
    }


def test_customers_who_moved_are_scored_anew():
    x = scores(600)
    later = x.copy()
    later.iloc[:60] = 99 - later.iloc[:60]
    found = advice(run_of(MODEL, x, "2024-01-01"), run_of(MODEL, later, "2024-02-01"))
    assert found["recommendation"] == "rescore"
    assert len(found["reasons"]) == 1
    assert "at most 5.0\u202f% is asked" in found["reasons"][0]
    runs = run_of(MODEL, x, "2024-01-01"), run_of(MODEL, later, "2024-02-01")
    assert advice(*runs, moved=0.5)["recommendation"] == "keep"


def test_other_lines_need_the_new_model():
    x = scores(600)
    other = banded([10, 45], spread=1.5)
    runs = run_of(MODEL, x, "2024-01-01"), run_of(other, x, "2024-02-01")
    found = advice(*runs)
    assert found["recommendation"] == "rebuild"
    assert any("adjusted Rand" in r for r in found["reasons"])
    assert advice(*runs, agreement=0, overlap=0)["recommendation"] != "rebuild"


def test_one_segment_that_is_lost_is_enough():
    x = scores(3000)
    other = banded([33, 94], spread=1.5)
    found = advice(
        run_of(MODEL, x, "2024-01-01"), run_of(other, x, "2024-02-01"), agreement=0.2
    )
    assert found["recommendation"] == "rebuild"
    assert any("Stars is found again least" in r for r in found["reasons"])


def judged(run, low, value, high, **more):
    figure = {"value": value, "low": low, "high": high}
    row = {"scheme": "goal", "asked": 3, "figures": {"gini": figure}}
    contest = {"schemes": [row], "winner": "goal", "n_segments": 3, "figure": "gini"}
    contest |= {"goal": "grow_spend", "evidence": "out_of_time"} | more
    return replace(run, records=run.records | {"contest": contest})


def test_a_scheme_that_foretells_less_is_rebuilt():
    x = scores(600)
    old = judged(run_of(MODEL, x, "2024-01-01"), 0.4, 0.45, 0.5)
    worse = judged(run_of(MODEL, x, "2024-02-01"), 0.3, 0.35, 0.44)
    same = judged(run_of(MODEL, x, "2024-02-01"), 0.36, 0.41, 0.46)
    assert advice(old, worse)["recommendation"] == "rebuild"
    assert advice(old, same)["recommendation"] == "keep"
    # Another kind of evidence cannot be held against it.
    other = judged(worse, 0.1, 0.2, 0.3, evidence="cross_fitted")
    assert advice(old, other)["recommendation"] == "keep"


def test_a_model_that_cannot_be_asked_or_serves_another_goal_is_rebuilt():
    x = scores(300)
    old = run_of(MODEL, x, "2024-01-01")
    wider = run_of(MODEL, x, "2024-02-01", window_days=30)
    found = advice(old, wider)
    assert found["recommendation"] == "rebuild"
    assert "cannot be asked any more" in found["reasons"][0]
    moved = run_of(MODEL, x, "2024-02-01", goal="win_back")
    assert advice(old, moved)["reasons"] == ["The model in use serves another goal."]


def test_drift_far_beyond_chance_asks_for_new_scores():
    x = scores(3000)
    later = 50 + (x - 50) * 0.3
    runs = run_of(MODEL, x, "2024-01-01"), run_of(MODEL, later, "2024-02-01")
    found = advice(*runs, moved=1)
    assert found["recommendation"] == "rescore"
    assert "Score" in found["reasons"][0]


def test_the_strongest_reason_decides():
    checks = [
        {"good": False, "leads_to": "rescore", "sentence": "One."},
        {"good": False, "leads_to": "rebuild", "sentence": "Two."},
        {"good": None, "leads_to": "rebuild", "sentence": "Three."},
    ]
    found = recommend_refresh(checks)
    assert found["recommendation"] == "rebuild"
    assert found["reasons"] == ["One.", "Two."]
    assert recommend_refresh(checks[2:])["recommendation"] == "keep"


@pytest.mark.parametrize(
    ("as_of", "light"),
    [("2024-01-31", "green"), ("2024-02-01", "amber"), ("2024-03-15", "red")],
)
def test_a_model_ages_by_periods_of_the_goal(as_of, light):
    x = scores(20)
    found = model_age(run_of(MODEL, x, "2024-01-01"), run_of(MODEL, x, as_of))
    assert found["light"] == light


def test_a_handful_of_customers_out_of_place_is_not_counted():
    x = scores(600)
    later = x.copy()
    later.iloc[:3] = 99 - later.iloc[:3]
    found = follow_up(
        run_of(MODEL, x, "2024-01-01"), run_of(MODEL, later, "2024-02-01")
    )
    row = next(c for c in found.checks if "right place" in c["check"])
    assert row["value"] == "fewer than 10 are not"


def test_the_record_shows_every_threshold_and_no_number_of_customers():
    x = scores(600)
    found = follow_up(run_of(MODEL, x, "2024-01-01"), run_of(MODEL, x, "2024-02-01"))
    record = found.record()
    assert record["thresholds"] == RefreshThresholds().model_dump()
    assert not {"n_before", "n_now", "by_chance"} & set(record["features"][0])
    assert {r["segment_id"] for r in record["segments"]} == {"S01", "S02", "S03"}
    assert isinstance(found.drift_table(), pd.DataFrame)
