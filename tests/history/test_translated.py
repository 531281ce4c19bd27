"""Movement in another language: plural forms, keys that stay, runs of two languages."""

from __future__ import annotations

import pandas as pd
import pytest
from translated import russian

from segtools.history.changes import count_words, summarise_changes
from segtools.history.drift_words import drift_table
from segtools.history.follow_up import follow_up
from segtools.history.goal_thread import goal_changes, goal_sentence
from segtools.history.movement import find_movement
from segtools.history.refresh import checks_table
from segtools.history.snapshot import Snapshot
from segtools.languages import use_language

from .runs import banded, run_of, scores

CAME = "{n} are new"
SINCE = "Since {day}, {said}."
AND = ("two clauses:", "{first} and {last}")
MOVED = "{{moved}} of {{n}} customer{s} ({{share}}) changed segment"
GOAL = "Grow what customers spend in the next period"


def snapshot(ids, as_of):
    rows = pd.DataFrame({"customer_id": ids, "segment_id": "S01", "segment": "Stars"})
    return Snapshot(as_of, rows)


def arrived(n):
    """Say what changed where so many came."""
    old = snapshot(["a", "b"], "2024-01-01")
    new = snapshot(["a", "b", *map(str, range(n))], "2024-02-01")
    movement = find_movement(old, new)
    return summarise_changes(old, new, movement, smallest_cell=1)["sentence"]


@pytest.mark.parametrize(
    ("n", "said"),
    [(1, "1 новый"), (3, "3 новых"), (1_200, "1\u202f200 новичков")],
)
def test_counts_choose_their_form_and_are_written_by_locale(tmp_path, n, said):
    words = {(CAME, CAME): ("{n} новый", "{n} новых", "{n} новичков")}
    words |= {SINCE: "С {day}: {said}.", AND: "{first} и {last}"}
    with use_language(russian(tmp_path, words)):
        assert f" {said} и " in arrived(n)


def test_a_noun_goes_with_the_number_that_it_is_of(tmp_path):
    pair = MOVED.format(s=""), MOVED.format(s="s")
    one, many = (f"{{moved}} из {{n}} {who} ({{share}})" for who in ("гостя", "гостей"))
    words = {pair: (one, many, many), AND: "{first} и {last}"}
    ids = [str(i) for i in range(21)]
    old, new = (snapshot(ids, f"2024-0{month}-01") for month in (1, 2))
    movement = find_movement(old, new)
    with use_language(russian(tmp_path, words)):
        said = summarise_changes(old, new, movement, smallest_cell=1)["sentence"]
    assert "0 из 21 гостя (0" in said


def test_a_range_chooses_the_form_of_its_end(tmp_path):
    told = {"totals": {"new": None}, "between": {"new": (15, 22)}}
    words = {("count:", "between {low} and {high}"): "{low}–{high}"}
    with use_language(russian(tmp_path, words)):
        assert count_words(told, "new") == "15–22"


def test_what_decides_stays_a_key_and_is_said_where_it_is_shown(tmp_path):
    x = scores(3000)
    later = 50 + (x - 50) * 0.3
    model = banded([33, 67], spread=1.5)
    words = {("drift:", "act"): "действовать", ("refresh:", "rescore"): "пересчитать"}
    words |= {("judgement:", "not good"): "плохо"}
    with use_language(russian(tmp_path, words)):
        found = follow_up(
            run_of(model, x, "2024-01-01"), run_of(model, later, "2024-02-01")
        )
        record = found.record()
        table = checks_table(found.checks)
        assert "действовать" in set(drift_table(found.drift)["Level"])
    assert record["recommendation"] == "rescore"
    assert {row["level"] for row in record["features"]} == {"act"}
    assert {c["leads_to"] for c in record["checks"]} == {"rescore", "rebuild"}
    assert table.loc[table["Judgement"] == "плохо", "If not"].tolist() == [
        "пересчитать",
        "пересчитать",
    ]


def decided(rule, **config):
    """A run whose record of goals was written in some language."""
    criteria = [{"name": "value", "weight": 40.0, "rule": rule}]
    goals = {"goal": "grow_spend", "goal_text": rule, "criteria": criteria}
    known = {"outcome_days": 30, "min_share": 0.03, "criteria": {"value": 40}} | config
    nobody = pd.DataFrame({"customer_id": [], "segment_id": [], "segment": []})
    records = {"goals": goals | {"hash": "aa"}, "run": {"config": known}}
    return Snapshot("2024-01-01", nobody, records=records)


def test_goals_of_a_run_in_another_language_have_not_moved(tmp_path):
    words = {GOAL: "Увеличить траты", ("criterion:", "value"): "ценность"}
    words |= {"weight of {criterion}": "вес критерия «{criterion}»"}
    old, new = decided("rated, weighted"), decided("оценка с весом")
    with use_language(russian(tmp_path, words)):
        assert goal_changes(old, new).empty
        assert goal_sentence(old, new).startswith("The goals are those of")
        moved = decided("оценка с весом", criteria={"value": 60})
        assert goal_changes(old, moved).values.tolist() == [
            ["вес критерия «ценность»", "40", "60"]
        ]
