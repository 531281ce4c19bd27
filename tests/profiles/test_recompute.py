"""Statements computed again from a run's files, by code that did not make them."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from attack import hidden_cells
from company import AS_OF, write_company
from inline import run_inline

from segtools import recompute
from segtools.bundled import configuration
from segtools.config import load_config
from segtools.disclosure import LIMIT
from segtools.profiles.matching import match_cards
from segtools.profiles.recompute import OPS, holders
from segtools.report.stage import open_stage
from segtools.schema import ConfigError, DataError


@pytest.fixture
def folder(tmp_path):
    """Six customers of two segments; what the window holds ends with January 2024."""
    ids = list("abcdef")
    segment = ["S01", "S01", "S01", "S02", "S02", "S02"]
    people = pd.DataFrame({"customer_id": ids, "segment_id": segment})
    people.to_parquet(tmp_path / "segments.parquet")
    features = people[["customer_id"]].assign(
        n_orders=[3, 2, None, 1, 5, None],
        lifecycle_stage=["new", "loyal", None, "new", "new", None],
    )
    features.to_parquet(tmp_path / "features.parquet")
    run = {"as_of": "2024-02-01", "timezone": "UTC"}
    (tmp_path / "run.json").write_text(json.dumps(run))
    tables = tmp_path / "tables"
    tables.mkdir()
    lines = pd.DataFrame(
        [
            ("a", "2024-01-31 23:59", "tea", "web", False),
            ("b", "2024-01-02 00:00", "tea", None, False),
            ("b", "2024-01-01 23:59", "tea", "web", False),  # before the window
            ("c", "2024-01-15 12:00", "tea", "web", True),  # sent back
            ("d", "2024-01-15 12:00", "cake", "app", False),
            ("e", "2024-01-16 12:00", "tea", "app", False),
        ],
        columns=["customer_id", "ordered_at", "category", "channel", "is_return"],
    )
    _timed(lines, "ordered_at").to_parquet(tables / "order_lines.parquet")
    events = pd.DataFrame(
        [
            ("a", "2024-01-10", "ticket_tagged", "Delivery"),
            ("a", "2024-01-11", "ticket_tagged", "Delivery"),
            ("b", "2024-01-11", "page_view", "Delivery"),
            ("d", "2023-12-01", "ticket_tagged", "Delivery"),
        ],
        columns=["customer_id", "occurred_at", "event", "topic"],
    )
    _timed(events, "occurred_at").to_parquet(tables / "events.parquet")
    answers = pd.DataFrame(
        [
            ("a", "Why?", "near", "2023-01-01"),
            ("a", "Why?", "cheap", "2023-06-01"),
            ("b", "Why?", "near", "2023-06-01"),
            ("d", "Why?", "near", "2023-06-01"),
            ("e", "How?", "near", "2023-06-01"),
            ("z", "Why?", "near", "2023-06-01"),  # no customer
        ],
        columns=["customer_id", "question", "answer", "answered_at"],
    )
    _timed(answers, "answered_at").to_parquet(tables / "answers.parquet")
    attributes = people[["customer_id"]].assign(size=[1.0, 2.0, None, 1.0, 1.5, 1.0])
    attributes.to_parquet(tables / "customers.parquet")
    return tmp_path


def _timed(frame, column):
    return frame.assign(**{column: pd.to_datetime(frame[column])})


def asked(table, column, op, value, **more):
    return {"table": table, "column": column, "op": op, "value": value} | more


@pytest.mark.parametrize(
    ("computation", "share", "n", "base", "base_n"),
    [
        (asked("features", "n_orders", "ge", 2), 2 / 2, 2, 3 / 4, 4),
        (asked("features", "n_orders", "le", 2), 1 / 2, 2, 2 / 4, 4),
        (asked("features", "lifecycle_stage", "eq", "new"), 1 / 2, 2, 3 / 4, 4),
        (asked("customers", "size", "eq", "1"), 1 / 2, 2, 3 / 5, 5),
        (
            asked("order_lines", "category", "bought", "tea", window_days=30),
            2 / 3,
            3,
            3 / 6,
            6,
        ),
        (
            asked(
                "order_lines", "channel", "bought", "web", window_days=30, of="known"
            ),
            1 / 1,
            1,
            1 / 3,
            3,
        ),
        (
            asked("events", "topic", "did", "Delivery", window_days=30),
            2 / 3,
            3,
            2 / 6,
            6,
        ),
        (
            asked(
                "events",
                "topic",
                "did",
                "Delivery",
                window_days=30,
                events=["ticket_tagged"],
            ),
            1 / 3,
            3,
            1 / 6,
            6,
        ),
        (asked("answers", "Why?", "answered", "near"), 1 / 2, 2, 2 / 3, 3),
    ],
)
def test_each_operation_by_hand(folder, computation, share, n, base, base_n):
    found = recompute(folder, {"segment_id": "S01", "computation": computation})
    assert found.tolist() == [share, n, base, base_n]
    assert computation["op"] in OPS


def test_a_statement_may_be_named_by_its_id(folder):
    told = {"id": "S02-01", "segment_id": "S02"}
    told |= {"computation": asked("features", "n_orders", "ge", 2)}
    record = {"segments": [{"statements": [told]}]}
    (folder / "personas.json").write_text(json.dumps(record))
    assert recompute(folder, "S02-01")["share"] == 0.5
    with pytest.raises(ConfigError, match="Did you mean 'S02-01'"):
        recompute(folder, "S02-02")


def test_what_cannot_be_computed_says_why(folder):
    with pytest.raises(ConfigError, match="must be evidence, but it is of the kind"):
        recompute(folder, {"kind": "interview", "computation": None})
    with pytest.raises(ConfigError, match="op must be one of ge, le, eq"):
        holders(folder, asked("features", "n_orders", "gt", 2))
    told = {"segment_id": "S01", "computation": asked("accounts", "size", "eq", "1")}
    with pytest.raises(DataError, match="must hold tables/accounts"):
        recompute(folder, told)


# Whole runs


@pytest.fixture(scope="module", params=["sample", "company"])
def whole_run(request, tmp_path_factory):
    """Make a run up to its cards: of the sample, or of a company of three systems."""
    path = tmp_path_factory.mktemp(request.param)
    if request.param == "sample":
        config = load_config(configuration("sample"))
        return run_inline(config.model_dump(), path / "run", "04_personas")
    config = load_config(write_company(path / "company"))
    return run_inline(config.model_dump(), path / AS_OF, "04_personas")


@pytest.mark.slow
def test_all_statements_of_a_run_are_computed_again_to_the_last_digit(whole_run):
    cards = json.loads((whole_run / "personas.json").read_text("utf-8"))["segments"]
    told = [s for c in cards for s in c["statements"] if s["kind"] == "evidence"]
    assert len(told) >= 3 * len(cards)
    for statement in told:
        found = recompute(whole_run, statement)
        figures = [statement[k] for k in ("share", "n", "base_share")]
        assert found[["share", "n", "base_share"]].tolist() == figures, statement


@pytest.mark.slow
def test_who_matches_all_is_counted_again(whole_run):
    cards = json.loads((whole_run / "personas.json").read_text("utf-8"))["segments"]
    data = open_stage("04_personas", str(whole_run)).segmented()
    for card in cards:
        own = data.members.index[data.members == card["segment_id"]]
        asked = [s["computation"] for s in card["statements"] if s["computation"]]
        each = [
            holders(whole_run, c).reindex(own, fill_value=False).astype(int)
            for c in asked
        ]
        times = sum(each)
        found = match_cards(data, {card["segment_id"]: asked})
        found = found[card["segment_id"]]
        assert found == card["match_all"]
        if found["n"] is not None:
            assert found["n"] == int((times == len(asked)).sum())
        if found["half_n"] is not None:
            assert found["half_n"] == int((2 * times >= len(asked)).sum())


@pytest.mark.slow
def test_no_hidden_cell_of_a_run_can_be_worked_out(whole_run):
    found = hidden_cells(pd.read_parquet(whole_run / "profiles.parquet"))
    assert len(found) > 0
    assert (found["high"] - found["low"] >= LIMIT - 1e-6).all(), found.to_string()
