"""The typing tool as one SQL query, and as an expression in any engine."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial, reduce
from operator import add
from typing import Any

import ibis
import ibis.expr.types as ir

from segtools.features.significant import exact, stepwise
from segtools.schema import DataError
from segtools.segmentation.engine_columns import one_of, staged, text, whole
from segtools.segmentation.sql_text import query_text
from segtools.segmentation.typing_tool.tool import TypingTool

_LARGEST = sys.float_info.max
_NEVER = -(2**62)


def to_sql(
    tool: TypingTool,
    dialect: str,
    table: str | Sequence[str] = "answers",
    *,
    key: str = "customer_id",
) -> str:
    """Write a typing tool as the text of one query.

    Parameters
    ----------
    tool : TypingTool
    dialect : str
        ``duckdb``, ``postgres``, ``spark`` (or ``databricks``), ``bigquery`` or
        ``snowflake``.
    table : str or sequence of str, default="answers"
        Where the answers lie: a name, or catalogue, schema and name. It must have the
        key and every question's column, under exactly these names.
    key : str, default="customer_id"
        The column that says who somebody is.

    Returns
    -------
    str
        One SELECT of the key and of what ``tool.assign`` gives; no confidence is NULL.

    Raises
    ------
    ConfigError
        If the dialect is unknown or cannot name a column.
    """
    names = [q["name"] for q in tool.questions]
    # Types that nobody's columns have, so that a cast is written for every column.
    kinds = {"number": "decimal(9, 9)", "choice": "uuid"}
    schema = {key: "uuid"} | {q["name"]: kinds[q["kind"]] for q in tool.questions}

    def found(answers: ir.Table, fenced: bool) -> ir.Table:
        return expression(tool, answers, key=key, fenced=fenced)

    return query_text(found, schema, dialect, table, [key, *names])


def type_in_engine(
    tool: TypingTool, answers: ir.Table, *, key: str = "customer_id"
) -> ir.Table:
    """Name everybody's segment where the answers lie.

    Parameters
    ----------
    tool : TypingTool
    answers : ibis Table
        The key and the questions' columns; one that is not there is not answered.
    key : str, default="customer_id"

    Returns
    -------
    ibis Table
        Lazy: the key and what ``tool.assign`` gives; no confidence is null.

    Raises
    ------
    DataError
        If the key is not there.
    """
    if key not in answers.columns:
        raise DataError(
            f"answers must have the column {key!r}, but it has "
            f"{list(answers.columns)}. Name the column by key."
        )
    bound = bool(answers._find_backends()[0])
    fenced = bound and answers.get_backend().name == "postgres"
    return expression(tool, answers, key=key, fenced=fenced)


def expression(
    tool: TypingTool, answers: ir.Table, *, key: str, fenced: bool
) -> ir.Table:
    """Write the tool over any table, bound to an engine or not.

    Parameters
    ----------
    tool : TypingTool
    answers : ibis Table
    key : str
    fenced : bool
        Keep stages apart by limits that cut nothing, as PostgreSQL needs it.
    """
    stage = partial(staged, fenced=fenced)
    k = len(tool.segments)
    columns = {f"x_{i}": _given(answers, q) for i, q in enumerate(tool.questions)}
    known = stage(answers.select(who=answers[key].cast("string"), **columns))
    added = stage(known, **_totals(tool, known))
    totals = [added[f"total_{s}"] for s in range(k)]
    first = stage(added, label=_place_of(totals, ibis.greatest(*totals)))
    # Without the winner's own total, the greatest is the runner-up's.
    rest = [
        ibis.ifelse(first.label == whole(s), whole(_NEVER), first[f"total_{s}"])
        for s in range(k)
    ]
    both = stage(first, best=ibis.greatest(*totals), next=ibis.greatest(*rest))
    ended = stage(both, second=_place_of(rest, both.next), lead=both.best - both.next)
    return _named(tool, ended, key)


def _given(answers: ir.Table, question: dict[str, Any]) -> ir.Value:
    """Give a question's column as a number within bounds or as words, else null."""
    number = question["kind"] == "number"
    if question["name"] not in answers.columns:
        return ibis.null("float64" if number else "string")
    column = answers[question["name"]]
    if not number:
        return column.cast("string")
    value = column.cast("float64")
    # Neither infinities nor what is no number: some engines sort it above all others.
    finite = (value >= exact(-_LARGEST)) & (value <= exact(_LARGEST))
    return ibis.ifelse(finite, value, ibis.null("float64"))


def _totals(tool: TypingTool, known: ir.Table) -> dict[str, ir.Value]:
    """Add up every segment's points, and count the answers."""
    asked = list(enumerate(tool.questions))
    totals = {
        f"total_{s}": reduce(
            add,
            [_points(known[f"x_{i}"], q, s) for i, q in asked],
            whole(start),
        )
        for s, start in enumerate(tool.base)
    }
    answered = [_is_answered(known[f"x_{i}"], q) for i, q in asked]
    counted = [ibis.ifelse(a, whole(1), whole(0)) for a in answered]
    return totals | {"answered": reduce(add, counted)}


def _points(value: ir.Value, question: dict[str, Any], segment: int) -> ir.Value:
    points = [whole(v["points"][segment]) for v in question["levels"]]
    missing = whole(question["missing"][segment])
    if question["kind"] == "number":
        upper = [float(v["up_to"]) for v in question["levels"][:-1]]
        return ibis.ifelse(value.isnull(), missing, stepwise(value, upper, points))
    answers = [v["answer"] for v in question["levels"]]
    cases = zip((value == text(a) for a in answers), points, strict=True)
    return ibis.cases(*cases, else_=missing)


def _is_answered(value: ir.Value, question: dict[str, Any]) -> ir.Value:
    if question["kind"] == "number":
        return value.notnull()
    known = [value == text(v["answer"]) for v in question["levels"]]
    return reduce(lambda a, b: a | b, known).fill_null(False)


def _place_of(totals: list[ir.Value], wanted: ir.Value) -> ir.Value:
    """Give the first place at which a total stands."""
    cases = [(total == wanted, whole(s)) for s, total in enumerate(totals)]
    return ibis.cases(*cases[:-1], else_=whole(len(totals) - 1))


def _named(tool: TypingTool, placed: ir.Table, key: str) -> ir.Table:
    ids = [str(s["segment_id"]) for s in tool.segments]
    names = [str(s["name"]) for s in tool.segments]
    enough = placed.answered >= whole(tool.least_answered)
    starts = [int(c["lead"]) for c in tool.confidence][1:]
    rights = [exact(c["right"]) for c in tool.confidence]
    right = stepwise(placed.lead, starts, rights, strict=True)
    sure = ibis.literal(False)
    if tool.sure_lead is not None:
        sure = enough & (placed.lead >= whole(tool.sure_lead))
    return placed.select(
        **{key: placed.who},
        segment_id=one_of(placed.label, ids),
        segment=one_of(placed.label, names),
        runner_up=one_of(placed.second, ids),
        lead=placed.lead,
        answered=placed.answered,
        confidence=ibis.ifelse(enough, right, ibis.null("float64")),
        sure=sure,
    )
