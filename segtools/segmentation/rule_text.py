"""A segment's rule as text that other programs run: SQL and pandas."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import and_, or_

import ibis
import ibis.expr.types as ir

from segtools.features.significant import exact
from segtools.schema import ConfigError
from segtools.segmentation.edges import NotWidenedError, widened
from segtools.segmentation.segment_rules import Condition, SegmentRule
from segtools.segmentation.sql_text import query_text


def rule_to_sql(
    rule: SegmentRule,
    dialect: str,
    table: str | Sequence[str] = "features",
    *,
    rounded: bool = False,
    key: str = "customer_id",
) -> str:
    """Write a query that gives a segment's customers.

    Parameters
    ----------
    rule : SegmentRule
    dialect : str
        ``duckdb``, ``postgres``, ``spark`` (or ``databricks``), ``bigquery`` or
        ``snowflake``.
    table : str or sequence of str, default="features"
        Where the features lie: a name, or catalogue, schema and name; finite or null.
    rounded : bool, default=False
        The features are those of ``features.parquet``, rounded already.
    key : str, default="customer_id"

    Returns
    -------
    str
        One SELECT of the key.

    Raises
    ------
    ConfigError
        If the dialect is unknown or cannot name a column, or a bound has a size at
        which unrounded features cannot be compared.

    Examples
    --------
    >>> rule = SegmentRule("S1", "new", ((Condition("recency_days", up_to=30.0),),))
    >>> "recency_days" in rule_to_sql(rule, "snowflake", rounded=True)
    True
    """
    # A type that nobody's columns have, so that a cast is written for every column.
    schema = {key: "uuid"} | dict.fromkeys(rule.reads, "decimal(9, 9)")

    def found(features: ir.Table, fenced: bool) -> ir.Table:
        return features.filter(_any(rule, features, rounded)).select(key)

    return query_text(found, schema, dialect, table, [key, *rule.reads])


def _any(rule: SegmentRule, features: ir.Table, rounded: bool) -> ir.BooleanValue:
    boxes = [
        reduce(and_, [_holds(c, features, rounded) for c in box], ibis.literal(True))
        for box in rule.boxes
    ]
    return reduce(or_, boxes, ibis.literal(False))


def _holds(condition: Condition, features: ir.Table, rounded: bool) -> ir.BooleanValue:
    value = features[condition.feature].cast("float64")
    found = value.notnull() if condition.known else ibis.literal(False)
    if condition.known and condition.above is not None:
        found &= value > exact(_bound(condition.above, rounded))
    if condition.known and condition.up_to is not None:
        found &= value <= exact(_bound(condition.up_to, rounded))
    return found | value.isnull() if condition.missing else found


def _bound(value: float, rounded: bool) -> float:
    if rounded:
        return value
    try:
        return widened([value])[0]
    except NotWidenedError:
        raise ConfigError(
            f"A bound must be 0 or of a size from 1e-13 to 1e22 to be compared with "
            f"unrounded features, but it is {value!r}. Read features.parquet and pass "
            "rounded=True."
        ) from None


def rule_to_pandas(rule: SegmentRule, frame: str = "features") -> str:
    """Write a Python expression that says who is in a segment.

    Parameters
    ----------
    rule : SegmentRule
    frame : str, default="features"
        What the DataFrame is called; its columns are numbers, NaN where missing, as
        ``features.parquet`` holds them.

    Returns
    -------
    str
        An expression of a boolean Series, without any import.

    Raises
    ------
    ConfigError
        If `frame` is no name in Python.

    Examples
    --------
    >>> low = Condition("spend", up_to=5.0, missing=True)
    >>> rule_to_pandas(SegmentRule("S1", "small", ((low,),)), "df")
    "((df['spend'] <= 5.0) | df['spend'].isna())"
    """
    if not frame.isidentifier():
        raise ConfigError(
            f"frame must be a name in Python, but it is {frame!r}. Use letters, "
            "digits and _."
        )
    # Of everybody and of nobody, by a Series that has the frame's index.
    everybody = f"({frame}.isna().sum(axis=1) >= 0)"
    nobody = f"({frame}.isna().sum(axis=1) < 0)"
    boxes = [
        " & ".join(_written(c, frame) for c in box) or everybody for box in rule.boxes
    ]
    if len(boxes) == 1:
        return boxes[0]
    return " | ".join(f"({b})" for b in boxes) or nobody


def _written(condition: Condition, frame: str) -> str:
    column = f"{frame}[{condition.feature!r}]"
    parts = []
    if condition.above is not None:
        parts.append(f"({column} > {condition.above!r})")
    if condition.up_to is not None:
        parts.append(f"({column} <= {condition.up_to!r})")
    known = " & ".join(parts) or f"{column}.notna()"
    if not condition.known:
        return f"{column}.isna()"
    if not condition.missing:
        return known
    return (
        f"({known} | {column}.isna())"
        if len(parts) < 2
        else (f"(({known}) | {column}.isna())")
    )
