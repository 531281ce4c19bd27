"""The goal's thread: changes are shown, segments that do not serve it named."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from segtools.history.goal_thread import (
    goal_changes,
    goal_sentence,
    not_serving,
    serving_sentences,
)
from segtools.history.snapshot import Snapshot

NOBODY = pd.DataFrame({"customer_id": [], "segment_id": [], "segment": []})
CRITERIA = [{"name": "value", "weight": 40.0}, {"name": "distinct", "weight": None}]
GOALS = {"goal": "grow_spend", "decision": "Who gets the letter", "criteria": CRITERIA}
CONFIG = {"outcome_days": 30, "min_share": 0.03}


def run(goals=None, **config):
    records = {"goals": GOALS | {"hash": "aa"} | (goals or {})}
    return Snapshot(
        "2024-01-01", NOBODY, records=records | {"run": {"config": CONFIG | config}}
    )


def test_the_same_goals_are_said_to_be_the_same():
    assert goal_changes(run(), run()).empty
    assert goal_sentence(run(), run()) == (
        "The goals are those of the previous run (fingerprint aa)."
    )


@pytest.mark.parametrize(
    ("goals", "config", "about", "before", "now"),
    [
        (
            {"decision": "<b>None</b>"},
            {},
            "decision",
            "Who gets the letter",
            "<b>None</b>",
        ),
        ({}, {"outcome_days": 60}, "period", "30 days", "60 days"),
        ({}, {"min_share": 0.05}, "smallest share", "3.0\u202f%", "5.0\u202f%"),
        (
            {"criteria": [{"name": "value", "weight": 60.0}]},
            {},
            "weight of value",
            "40",
            "60",
        ),
        (
            {"goal": "win_back"},
            {},
            "goal",
            "Grow what customers spend in the next period",
            "Win back customers who are overdue on their own rhythm",
        ),
    ],
)
def test_what_people_decided_otherwise_is_listed(goals, config, about, before, now):
    later = run(goals | {"hash": "bb"}, **config)
    assert goal_changes(run(), later).values.tolist() == [[about, before, now]]
    assert goal_sentence(run(), later) == (
        f"The goal posts have moved: {about} changed since the previous run "
        "(fingerprint aa then, bb now)."
    )


def selection(*rows):
    return {
        "segments": [
            {"segment_id": f"S{i}", "name": n} for i, (n, *_) in enumerate(rows)
        ],
        "outcome_by_segment": {
            f"S{i}": {"mean": m, "sd": sd, "n": n}
            for i, (_, m, sd, n) in enumerate(rows)
        },
    }


def test_neighbours_are_named_that_the_measure_does_not_tell_apart():
    # Difference 2, standard error sqrt(100 / 100 + 100 / 100) = 1.41: 1.41 of them.
    found = selection(("A", 50, 10, 100), ("B", 22, 10, 100), ("C", 20, 10, 100))
    assert not_serving(found) == [("B", "C")]
    assert serving_sentences(found, "grow_spend", 30) == [
        "B and C do not differ in spend in the next 30 days beyond chance: for the "
        "goal they are one segment."
    ]


def test_all_neighbours_together_keep_to_the_level():
    # 2.12 standard errors: beyond 1.96, and within what two comparisons ask for, 2.24.
    found = selection(("A", 60, 10, 100), ("B", 23, 10, 100), ("C", 20, 10, 100))
    assert not_serving(found) == [("B", "C")]
    assert not_serving(selection(("B", 23, 10, 100), ("C", 20, 10, 100))) == []


def test_segments_that_differ_are_said_to():
    found = selection(("A", 60, 10, 100), ("B", 20, 10, 100))
    assert serving_sentences(found, "keep_customers", 30) == [
        "All 2 segments differ from their neighbours in the share that orders again "
        "within 30 days."
    ]


def test_without_a_measure_nothing_is_claimed():
    found = selection(("A", 60, 10, 100), ("B", 20, 10, 100))
    none = "The goal names no measure on which segments would have to differ."
    assert serving_sentences(found, "understand", 30) == [none]
    assert serving_sentences({"segments": []}, "grow_spend", 30) == [none]
    one = selection(("A", 60, 10, 100))
    assert "no two segments" in serving_sentences(one, "grow_spend", 30)[0]


def test_a_first_run_has_nothing_to_compare_its_goals_with():
    assert goal_sentence(None, replace(run())).endswith(
        "there is none to compare it with."
    )
