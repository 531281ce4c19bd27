"""The text of the assignment runs in the engine, whatever things are called."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pytest
import sqlglot
from engines import ENGINES, SPARK_WARNINGS, load, run_text
from frozen_models import CENTROIDS, HOSTILE, MODELS, TIES, made, model_of, people

from segtools.features.build import collect
from segtools.schema import ConfigError
from segtools.segmentation.model import ASSIGNED, SegmentModel, everyone
from segtools.segmentation.sql_text import DIALECTS, to_sql

pytestmark = [
    pytest.mark.xdist_group("engines"),
    *[pytest.mark.filterwarnings(w) for w in SPARK_WARNINGS],
]
NAMES = [HOSTILE + "\\", "'; DROP TABLE features; --", "\\' OR 1=1 --", "{{x}} ${y} %s"]


def assert_same(model: SegmentModel, engine: str, rows: pa.Table) -> None:
    """Assert that the text gives everybody what pandas gives them."""
    table = load(engine, {"rows": rows})["rows"]
    query = to_sql(model, engine, table.op().name)
    found = run_text(engine, query, table).sort_values("customer_id", ignore_index=True)
    assert tuple(found.columns) == ASSIGNED
    expected = model.assign(collect(table)).drop(columns="confidence")
    assert found.pop("confidence").isna().all()
    one, two = (f.astype(object).where(f.notna(), None) for f in (found, expected))
    pd.testing.assert_frame_equal(one, two, check_column_type=False)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", MODELS)
def test_the_text_assigns_as_pandas_does(kind, engine):
    model = made(kind)
    assert_same(model, engine, people(model.payload, 400))


def hostile() -> SegmentModel:
    """Make a model whose features and segments are called as an attacker would."""
    bins = {"upper": [0.5], "points": [-5, 5], "missing": 1}
    features = ['a"b', "c'd", "e;f--g", "x_0", "label", "a`b\\"]
    payload = {"kind": "scorecard", "base": 0, "cuts": [-9, 0, 9]} | {
        "bins": dict.fromkeys(features, bins)
    }
    model = model_of(payload)
    for segment, name in zip(model.segments, NAMES, strict=True):
        segment["name"] = name
    return model


def hostile_people(model: SegmentModel, columns: list[str]) -> pa.Table:
    rows = {c: [0.0, 1.0, None, float(i % 2)] for i, c in enumerate(columns)}
    rows |= {"customer_id": ["'", '"', "\\", "\\'"], "recency_days": [1.0, 2.0, 3.0, 4]}
    return pa.table(rows)


@pytest.mark.parametrize("engine", ENGINES)
def test_hostile_names_are_data_in_every_engine(engine):
    model = hostile()
    columns = list(model.payload["bins"])
    if engine == "spark":  # its Parquet reader allows no such columns
        columns = ["x_0", "label"]
        model.payload["bins"] = {c: model.payload["bins"][c] for c in columns}
    assert_same(model, engine, hostile_people(model, columns))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_hostile_names_are_literals_in_every_dialect(dialect):
    model = hostile()
    if dialect == "bigquery":
        model.payload["bins"] = {"a": model.payload["bins"]["x_0"]}
    text = to_sql(model, dialect, 'my "ta`ble\\')
    [query] = sqlglot.parse(text, dialect=DIALECTS[dialect])
    texts = {t.this for t in query.find_all(sqlglot.exp.Literal) if t.is_string}
    # What Spark would take for a variable is taken apart everywhere.
    assert {*NAMES[:3], "{{x}} $", "{y} %s"} <= texts
    assert "${" not in text
    assert {t.name for t in query.find_all(sqlglot.exp.Table)} >= {'my "ta`ble\\'}
    columns = {c.name for c in query.find_all(sqlglot.exp.Column)}
    assert set(model.payload["bins"]) | {"customer_id", "recency_days"} <= columns


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("kind", ["goal", "clusters", "rules", "tree", "by hand"])
def test_every_dialect_can_be_read_back_and_casts_what_it_reads(kind, dialect):
    model = made(kind)
    text = to_sql(model, dialect)
    [query] = sqlglot.parse(text, dialect=DIALECTS[dialect])
    assert tuple(query.named_selects) == ASSIGNED
    # Only Spark's own dialect counts NaN as missing, and has the word for it.
    assert "isnan" not in text.lower() or DIALECTS[dialect] == "databricks"
    casts = [c.this.name for c in query.find_all(sqlglot.exp.Cast)]
    read = [f["name"] for f in model.features]
    assert set(read) | {"customer_id"} <= set(casts)


@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
def test_whole_numbers_and_decimals_are_features_too(engine):
    rows = people(TIES, 50).select(["customer_id", "b", "recency_days"])
    whole = pa.array([i % 4 for i in range(50)], pa.int32())
    rows = rows.append_column("a", whole)
    cents = pa.array([i % 7 for i in range(50)], pa.decimal128(9, 2))
    rows = rows.set_column(1, "b", cents)
    assert_same(model_of(TIES), engine, rows)


def test_a_table_may_lie_in_a_catalogue_and_a_schema():
    text = to_sql(everyone(), "bigquery", ("project", "shop", "features"))
    assert "`project`.`shop`.`features`" in text


def test_an_unknown_dialect_is_refused_with_the_nearest_one():
    with pytest.raises(ConfigError, match=r"is 'postgre'\. Did you mean 'postgres'"):
        to_sql(everyone(), "postgre")


def test_bigquery_is_told_which_columns_it_cannot_have():
    bins = {"upper": [0.5], "points": [-5, 5], "missing": 1}
    model = model_of(TIES | {"bins": {"a-b": bins, "ok_2": bins, "c d": bins}})
    with pytest.raises(ConfigError, match=r"\['c d'\]\. Register|\['a-b', 'c d'\]"):
        to_sql(model, "bigquery")
    assert "a-b" in to_sql(model, "snowflake")


@pytest.mark.parametrize("dialect", ["spark", "databricks"])
def test_spark_is_not_given_a_column_that_it_would_take_for_a_variable(dialect):
    bins = {"upper": [0.5], "points": [-5, 5], "missing": 1}
    model = model_of(TIES | {"bins": {"${a}": bins}})
    with pytest.raises(ConfigError, match=rf"For {dialect} features must be named"):
        to_sql(model, dialect)
    assert '"${a}"' in to_sql(model, "duckdb")


@pytest.mark.parametrize("name", ["${a}", "$", "${", "a${b}c${d}", "$${", "}${{x}"])
def test_dollars_in_names_come_out_as_they_went_in(name):
    model = everyone()
    model.segments[0]["name"] = name
    rows = pa.table({"customer_id": ["x"], "recency_days": [1.0]})
    assert_same(model, "duckdb", rows)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_text_flags_who_fits_no_segment_where_it_is_asked_to(engine):
    model = model_of(CENTROIDS | {"far_threshold": 2.5})
    table = load(engine, {"rows": people(model.payload, 400)})["rows"]
    name = table.op().name
    found = run_text(engine, model.to_sql(engine, name, fits_no_segment=True), table)
    flags = found.set_index("customer_id")["fits_no_segment"].astype("boolean")
    expected = model.assign(collect(table), fits_no_segment=True)
    theirs = expected.set_index("customer_id")["fits_no_segment"]
    assert flags.nunique() == 2
    assert flags.sort_index().to_dict() == theirs.sort_index().to_dict()
    assert "fits_no_segment" not in model.to_sql(engine, name)


def test_the_model_itself_writes_the_text():
    model = made("clusters")
    assert model.to_sql("duckdb", rounded=True) == to_sql(model, "duckdb", rounded=True)
    assert len(model.to_sql("duckdb", rounded=True)) < len(model.to_sql("duckdb"))
