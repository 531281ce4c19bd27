"""The nearest centroid as an expression, exact to the last tie and yet cheap.

Pandas compares squared distances of rounded features after rounding them to nine
decimals, so that a tie is a tie everywhere and goes to the lower label. To do all of
that for everybody is slow in an engine, and hardly ever changes anything. So everybody
is first compared by a short sum, without any rounding; only who lies so near to the
middle between two centroids that rounding could matter is placed step by step.
"""

from __future__ import annotations

from functools import partial, reduce
from operator import add
from typing import Any

import ibis
import ibis.expr.types as ir

from segtools.features.significant import exact
from segtools.features.significant import rounded as round_in_engine
from segtools.segmentation.engine_columns import Stage, columns_of, whole
from segtools.segmentation.engine_prepared import STEPS
from segtools.segmentation.engine_rough import FAR, IN_ORDER, first_of, roughly

_WHOLE = 2.0**52  # from here on floats are whole numbers
_BILLION = exact(1e9)


def centroids(
    payload: dict[str, Any], table: ir.Table, stage: Stage, *, rounded: bool
) -> ir.Table:
    """Find the nearest and the second nearest centroid of every row.

    Parameters
    ----------
    payload : dict
        Of kind ``centroids``.
    table : ibis Table
        Features under the names of `columns_of`.
    stage : function
        Adds columns.
    rounded : bool
        Whether the features are rounded already.

    Returns
    -------
    ibis Table
        With ``label`` and ``runner`` (-1 where there is one centroid).
    """
    at = columns_of(payload)
    names = [at[n] for n in payload["uses"]]
    if len(payload["centroids"]) == 1:
        return stage(table, label=whole(0), runner=whole(-1))
    if [s["op"] for s in payload["preprocess"]] != list(IN_ORDER):
        if not rounded:
            table = stage(table, **all_rounded(table, names))
            names = [f"r_{i}" for i in range(len(names))]
        ready = _prepared(payload, table, names)
        table = stage(table, **{f"z_{i}": value for i, value in enumerate(ready)})
        values = [table[f"z_{i}"] for i in range(len(names))]
        table = stage(table, **_distances(payload, values))
        return _nearest(payload, table, stage)
    table = roughly(payload, table, stage, names)
    lazy = partial(_where_unclear, stage)
    if not rounded:
        table = lazy(table, **all_rounded(table, names))
        names = [f"r_{i}" for i in range(len(names))]
    # Each in a column of its own: written into every distance, what is worked out for
    # hardly anybody would take longer to plan than to work out.
    ready = _prepared(payload, table, names)
    table = lazy(table, **{f"z_{i}": value for i, value in enumerate(ready)})
    values = [table[f"z_{i}"] for i in range(len(names))]
    table = lazy(table, **_distances(payload, values))
    placed = _nearest(payload, table, stage)
    return stage(
        placed,
        label=ibis.ifelse(placed.clear, placed.rough_label, placed.label),
        runner=ibis.ifelse(placed.clear, placed.rough_runner, placed.runner),
    )


def all_rounded(table: ir.Table, names: list[str]) -> dict[str, ir.Value]:
    """Round columns as the features are, under the names r_0, r_1, ..."""
    return {f"r_{i}": round_in_engine(table[n]) for i, n in enumerate(names)}


def _where_unclear(stage: Stage, table: ir.Table, **columns: ir.Value) -> ir.Table:
    """Add columns that are only worked out for rows that are not clear.

    What is made of them afterwards costs next to nothing where all of them are null.
    """
    lazy = {
        n: ibis.ifelse(table.clear, ibis.null(v.type()), v) for n, v in columns.items()
    }
    return stage(table, **lazy)


def _prepared(
    payload: dict[str, Any], table: ir.Table, names: list[str]
) -> list[ir.Value]:
    """Run the stored preprocessing, each feature in one expression."""
    values = []
    for name, own in zip(names, payload["uses"], strict=True):
        value: ir.Value = table[name]
        for step in payload["preprocess"]:
            value = STEPS[step["op"]](step, own, value)
        values.append(value)
    return values


def _distances(payload: dict[str, Any], values: list[ir.Value]) -> dict[str, ir.Value]:
    """Give billions of squared distances to each centroid, under d_0, d_1, ..."""
    centres = enumerate(payload["centroids"])
    return {f"d_{j}": square_distance(values, c) * _BILLION for j, c in centres}


def _nearest(payload: dict[str, Any], table: ir.Table, stage: Stage) -> ir.Table:
    """Compare distances as pandas does; the lower label wins a tie."""
    away = [f"d_{j}" for j in range(len(payload["centroids"]))]
    table = stage(table, **{name: to_nine_places(table[name]) for name in away})
    table = stage(table, least=ibis.least(*(table[name] for name in away)))
    table = stage(table, label=first_of([table[name] for name in away], table.least))
    others = {
        name: ibis.ifelse(table.label == j, exact(FAR), table[name])
        for j, name in enumerate(away)
    }
    table = stage(table, **others)
    table = stage(table, least=ibis.least(*(table[name] for name in away)))
    return stage(table, runner=first_of([table[name] for name in away], table.least))


def square_distance(values: list[ir.Value], centre: list[float]) -> ir.Value:
    """Sum the squares of what lies between values and a centre."""
    apart = [v - exact(c) for v, c in zip(values, centre, strict=True)]
    return reduce(add, [a * a for a in apart], exact(0))


def to_nine_places(billions: ir.Value) -> ir.Value:
    """Round what is no less than 0 to a whole number of billionths."""
    # Beside 2**52 floats have no places, so that adding it rounds, a half to the even.
    near = (billions + exact(_WHOLE)) - exact(_WHOLE)
    return ibis.ifelse(billions < exact(_WHOLE), near, billions) / _BILLION
