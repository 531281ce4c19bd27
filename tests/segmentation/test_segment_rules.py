"""Rules select the same customers as conditions, SQL, pandas and JSON."""

from __future__ import annotations

import json

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from engines import ENGINES, SPARK_WARNINGS, load, run_text
from frozen_models import MODELS, made, people
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_models import cut_trees, model_of_tree

from segtools.features.build import round_significant
from segtools.schema import ConfigError, DataError
from segtools.segmentation.model import SegmentModel
from segtools.segmentation.place import place
from segtools.segmentation.rule_text import rule_to_pandas, rule_to_sql
from segtools.segmentation.segment_rules import (
    Condition,
    SegmentRule,
    everyone_once,
    rule_record,
    rules_of_record,
    segment_rules,
)
from segtools.segmentation.surrogate import surrogate_rules

pytestmark = [
    pytest.mark.xdist_group("engines"),
    *[pytest.mark.filterwarnings(w) for w in SPARK_WARNINGS],
]

AWKWARD = ["recency_days", 'it\'s "a" ${b}', "n_orders"]
CUTS = dict.fromkeys(AWKWARD, st.sampled_from([-1.5, 0.0, 0.3, 1 / 3, 2.0, 1e6]))
VALUES = [None, -1.5, -1.0, 0.0, 0.3, 0.1 + 0.2, 1 / 3, 0.333333333, 2.0, 2.5, 1e6, 1e9]
RULES = ("rules", "tree", "spend quintiles", "RFM grid", "grid by hand", "everyone")


def crowd(n: int = 600) -> pd.DataFrame:
    """Draw people on all bounds, beside them, and without values."""
    rng = np.random.default_rng(4)
    columns = {c: rng.choice(np.array(VALUES, dtype=float), n) for c in AWKWARD}
    return pd.DataFrame({"customer_id": [f"c{i:04d}" for i in range(n)]} | columns)


CROWD = crowd()


def by_sql(rule: SegmentRule, features: pd.DataFrame, **options) -> list[str]:
    with duckdb.connect() as con:
        con.register("features", pa.Table.from_pandas(features, preserve_index=False))
        query = rule_to_sql(rule, "duckdb", **options)
        return sorted(row[0] for row in con.execute(query).fetchall())


def by_pandas(rule: SegmentRule, features: pd.DataFrame) -> list[str]:
    text = rule_to_pandas(rule, "df")
    mask = eval(text, {"__builtins__": {}}, {"df": features})
    return sorted(features["customer_id"][mask])


def by_json(rule: SegmentRule, features: pd.DataFrame) -> list[str]:
    """Select by the record alone, as any other program would."""
    record = json.loads(json.dumps(rule_record([rule])))["rules"][0]

    def holds(c: dict, value: float | None) -> bool:
        if value is None:
            return c["missing"]
        low = c["above"] is None or value > c["above"]
        return c["known"] and low and (c["up_to"] is None or value <= c["up_to"])

    plain = features.astype(object).where(features.notna(), None).to_dict("records")
    return sorted(
        p["customer_id"]
        for p in plain
        if any(all(holds(c, p[c["feature"]]) for c in b["all"]) for b in record["any"])
    )


def assert_same_everywhere(model: SegmentModel, features: pd.DataFrame) -> None:
    """Assert that all languages select who the model assigns, segment by segment."""
    rules = segment_rules(model)
    kept = features.assign(
        **{c: round_significant(features[c]) for c in features.columns[1:]}
    )
    assigned = model.assign(kept)
    assert everyone_once(rules, kept).tolist() == assigned["segment_id"].tolist()
    for rule in rules:
        own = assigned["segment_id"] == rule.segment_id
        expected = sorted(assigned["customer_id"][own])
        assert by_pandas(rule, kept) == expected
        assert by_json(rule, kept) == expected
        assert by_sql(rule, kept, rounded=True) == expected
        # Of features that nobody has rounded the bounds are widened instead.
        assert by_sql(rule, features) == expected
        again = rules_of_record(rule_record([rule]))[0]
        assert again == rule


@settings(max_examples=60)
@given(cut_trees(AWKWARD, CUTS))
def test_all_languages_select_whom_the_model_assigns(tree):
    assert_same_everywhere(model_of_tree(*tree), CROWD)


@pytest.mark.parametrize("kind", RULES)
def test_rules_of_every_origin_are_the_same_in_all_languages(kind):
    model = made(kind)
    assert_same_everywhere(model, people(model.payload, 800).to_pandas())


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_selects_whom_the_rules_select(engine):
    tree = {
        "feature": [0, 1, -2, -2, 2, -2, -2],
        "upper": [1 / 3, 0.3, 0, 0, 2.0, 0, 0],
        "left": [1, 2, -1, -1, 5, -1, -1],
        "right": [4, 3, -1, -1, 6, -1, -1],
        "label": [0, 0, 0, 1, 0, 2, 1],
    }
    names = ["recency_days", 'it\'s "a"', "n_orders"]
    rows = CROWD.set_axis(["customer_id", *names], axis=1)
    table = load(engine, {"rows": pa.Table.from_pandas(rows, preserve_index=False)})
    features = table["rows"]
    kept = rows.assign(**{c: round_significant(rows[c]) for c in names})
    for rule in segment_rules(model_of_tree(tree, names, 3, [], 2)):
        text = rule_to_sql(rule, engine, features.op().name)
        found = run_text(engine, text, features)
        expected = sorted(rows["customer_id"][rule.select(kept)])
        assert sorted(found["customer_id"]) == expected


def test_short_rules_of_clusters_are_conditions_too():
    rng = np.random.default_rng(2)
    index = [f"c{i}" for i in range(500)]
    frame = pd.DataFrame({"a": rng.normal(size=500), "b": rng.normal(size=500)}, index)
    frame = frame.mask(rng.random(frame.shape) < 0.1)
    segments = np.where(frame["a"].fillna(0) + frame["b"].fillna(0) > 0, "up", "down")
    short = surrogate_rules(frame, segments)
    labels = place(short.payload, frame).labels
    expected = [short.names[label] for label in labels]
    assert everyone_once(segment_rules(short), frame).tolist() == expected


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("clusters", "nearest centre of a cluster"),
        ("mixture", "chances of a mixture"),
        ("goal", "adds up points of many features"),
    ],
)
def test_what_has_no_bounds_is_refused_with_the_reason(kind, words):
    with pytest.raises(ConfigError, match=words):
        segment_rules(made(kind))
    assert kind in MODELS


def test_neighbouring_cells_of_a_grid_become_one_box():
    rules = segment_rules(made("rules"))
    cells = sum(len(r.boxes) for r in rules)
    assert cells <= 25
    everybody = segment_rules(made("everyone"))
    assert [r.boxes for r in everybody] == [((),)]


def test_a_rule_is_written_as_people_would_write_it():
    late = Condition("recency_days", above=90.0)
    some = Condition("n_orders", above=1.0, up_to=4.0, missing=True)
    rule = SegmentRule("S1", "at risk", ((late, some), (Condition("x", known=False),)))
    assert rule_to_pandas(SegmentRule("S1", "x", ((late, some),)), "df") == (
        "(df['recency_days'] > 90.0) & "
        "(((df['n_orders'] > 1.0) & (df['n_orders'] <= 4.0)) | df['n_orders'].isna())"
    )
    text = rule_to_sql(rule, "duckdb", "my table", rounded=True)
    assert 'FROM "my table"' in text
    assert '"customer_id"' in text


def test_nobody_and_everybody_can_be_written():
    nobody, everybody = SegmentRule("S1", "x", ()), SegmentRule("S2", "y", ((),))
    assert by_pandas(nobody, CROWD) == by_sql(nobody, CROWD) == []
    ids = sorted(CROWD["customer_id"])
    assert by_pandas(everybody, CROWD) == by_sql(everybody, CROWD) == ids


def test_rules_that_leave_somebody_out_are_told_of():
    low = SegmentRule("S1", "x", ((Condition("n_orders", up_to=1.0),),))
    with pytest.raises(DataError, match="selected never or more than once"):
        everyone_once([low], CROWD)


def test_what_is_no_record_of_rules_is_refused():
    with pytest.raises(DataError, match="as rule_record gives it"):
        rules_of_record({"rules": [{"segment_id": "S1"}]})


def test_a_frame_that_is_no_name_is_refused():
    with pytest.raises(ConfigError, match="must be a name in Python"):
        rule_to_pandas(SegmentRule("S1", "x", ()), "df; import os")


def test_a_bound_that_rounding_cannot_be_undone_for_is_refused():
    tiny = SegmentRule("S1", "x", ((Condition("n_orders", above=-5e-324),),))
    with pytest.raises(ConfigError, match="rounded=True"):
        rule_to_sql(tiny, "duckdb")
    assert "e-324" in rule_to_sql(tiny, "duckdb", rounded=True)
