"""The typing tool's SQL names the segments that the tool names, in every engine."""

from __future__ import annotations

import duckdb
import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from engines import ENGINES, SPARK_WARNINGS, load, run_text
from surveys import anybody, survey, tiny_tool

from segtools.schema import ConfigError, DataError
from segtools.segmentation.typing_tool import TypingTool, typing_tool
from segtools.segmentation.typing_tool.sql import type_in_engine

pytestmark = [
    pytest.mark.xdist_group("engines"),
    *[pytest.mark.filterwarnings(w) for w in SPARK_WARNINGS],
]


def assert_same(tool: TypingTool, people: pd.DataFrame, found: pd.DataFrame) -> None:
    """Assert that an engine and the tool agree on everybody."""
    ours = tool.assign(people.set_index("customer_id")).reset_index()
    theirs = found.sort_values("customer_id", ignore_index=True)
    assert list(theirs.columns) == list(ours.columns)
    one, two = (f.astype(object).where(f.notna(), None) for f in (theirs, ours))
    pd.testing.assert_frame_equal(one, two, check_dtype=False)


def crowd(tool: TypingTool, n: int) -> pd.DataFrame:
    """Draw anybody, infinities among them, in the order of their ids."""
    people = anybody(tool, n)
    for question in tool.questions:
        if question["kind"] == "number":
            people.loc[[3, 4], question["name"]] = [np.inf, -np.inf]
    return people


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_names_what_the_tool_names(engine):
    tool = tiny_tool()
    people = crowd(tool, 400)
    table = pa.Table.from_pandas(people, preserve_index=False)
    given = load(engine, {"people": table})["people"]
    assert_same(tool, people, type_in_engine(tool, given).to_pandas())
    query = tool.to_sql(engine, given.op().name)
    assert_same(tool, people, run_text(engine, query, given))


@pytest.mark.parametrize("kind", ["tiny", "learned"])
def test_the_query_names_what_the_tool_names_for_ten_thousand(kind):
    tool = tiny_tool()
    if kind == "learned":
        asked, segment = survey(400, n_segments=3, telling=4, silent=2)
        pet = segment.map({"kind 0": "cat", "kind 1": "dog"})
        sings = (segment == "kind 2") & (asked["q03"] > 2)
        asked = asked.assign(pet=pet.where(asked["q02"] > 3, "cow"), sings=sings)
        tool = typing_tool(asked, segment, n_questions=4, share_of_gain=1)
    people = crowd(tool, 10_000)
    con = duckdb.connect()
    con.register("my answers", pa.Table.from_pandas(people, preserve_index=False))
    assert_same(tool, people, con.execute(tool.to_sql("duckdb", "my answers")).df())


def test_numbers_that_are_none_are_no_answers():
    """NaN sorts above everything in some engines."""
    tool = tiny_tool()
    values = pa.table({"customer_id": ["a", "b"], "age": [float("nan"), 99.0]})
    found = type_in_engine(tool, ibis.memtable(values)).to_pandas()
    assert found.set_index("customer_id")["answered"].to_dict() == {"a": 0, "b": 1}


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "spark", "snowflake"])
def test_every_dialect_quotes_what_people_wrote(dialect):
    text = tiny_tool().to_sql(dialect, ("shop", "my answers"), key="who is it")
    assert "who is it" in text
    assert "${" not in text or dialect != "spark"


def test_names_that_a_dialect_cannot_have_are_refused():
    questions = tiny_tool().questions
    questions[0]["name"] = "How old are you?"
    tool = tiny_tool(questions=questions)
    with pytest.raises(ConfigError, match="must be named by letters"):
        tool.to_sql("bigquery")
    with pytest.raises(ConfigError, match="Did you mean 'duckdb'"):
        tool.to_sql("duckbd")


def test_answers_of_nobody_are_refused():
    rows = ibis.memtable(pa.table({"age": [1.0]}))
    with pytest.raises(DataError, match="must have the column 'customer_id'"):
        type_in_engine(tiny_tool(), rows)


def test_the_tool_is_never_sure_without_a_lead_to_be_sure_by():
    tool = tiny_tool(sure_lead=None)
    people = crowd(tool, 50)
    found = type_in_engine(tool, ibis.memtable(people)).to_pandas()
    assert not found["sure"].any()
    assert not tool.assign(people)["sure"].any()
