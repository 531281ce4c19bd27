"""Mixtures as an expression: the likeliest component of every row, and the next one.

Pandas compares log-odds after rounding them to nine decimals, so that a tie is a tie
everywhere and goes to the lower label; so does this. Features come rounded already,
since an answer is looked up by its value and has no neighbourhood to be sure of.
"""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np

from segtools.features.significant import exact, stepwise
from segtools.segmentation.densities import heights, level_logs, log_weights
from segtools.segmentation.engine_centroids import first_place, prepared_in_engine
from segtools.segmentation.engine_columns import Stage, columns_of, whole

# From here on floats are whole numbers; and less likely than any component.
_WHOLE, _NEVER = 2.0**52, -1e300
_BILLION = 1e9


def mixture(
    payload: dict[str, Any], table: ir.Table, stage: Stage, **_: bool
) -> ir.Table:
    """Find the likeliest and the second likeliest component of every row.

    Parameters
    ----------
    payload : dict
        Of kind ``mixture``.
    table : ibis Table
        Features, rounded, under the names of `columns_of`.
    stage : function
        Adds columns.

    Returns
    -------
    ibis Table
        With ``label`` and ``runner`` (-1 where there is one component).
    """
    k = len(payload["weights"])
    if k == 1:
        return stage(table, label=whole(0), runner=whole(-1))
    logs = _gaussian if payload["form"] == "gaussian" else _categories
    table, odds = logs(payload, table, stage)
    weights = [exact(w) for w in log_weights(payload)]
    names = [f"o_{j}" for j in range(k)]
    made = {
        n: (o + w) * exact(_BILLION)
        for n, o, w in zip(names, odds, weights, strict=True)
    }
    table = stage(table, **made)
    table = stage(table, **{n: _to_nine_places(table[n]) for n in names})
    table = _ranked(table, stage, names, "label")
    others = {
        n: ibis.ifelse(table.label == j, exact(_NEVER), table[n])
        for j, n in enumerate(names)
    }
    return _ranked(stage(table, **others), stage, names, "runner")


def _ranked(table: ir.Table, stage: Stage, names: list[str], place: str) -> ir.Table:
    table = stage(table, most=ibis.greatest(*(table[n] for n in names)))
    return stage(table, **{place: first_place([table[n] for n in names], table.most)})


def _gaussian(
    payload: dict[str, Any], table: ir.Table, stage: Stage
) -> tuple[ir.Table, list[ir.Value]]:
    """Give each component's height less half the squared distance in its shape."""
    at, p = columns_of(payload), len(payload["uses"])
    names = [at[n] for n in payload["uses"]]
    table = prepared_in_engine(payload, table, stage, names, "y")
    values = [table[f"y_{i}"] for i in range(p)]
    apart = {
        f"a_{j}_{i}": value - exact(centre)
        for j, mean in enumerate(payload["means"])
        for i, (value, centre) in enumerate(zip(values, mean, strict=True))
    }
    table = stage(table, **apart)
    turned: dict[str, ir.Value] = {}
    for j, root in enumerate(payload["roots"]):
        own = [table[f"a_{j}_{i}"] for i in range(p)]
        turned |= {f"t_{j}_{i}": v for i, v in enumerate(_turned(own, root))}
    table = stage(table, **turned)
    away = []
    for j in range(len(payload["means"])):
        squares = [table[f"t_{j}_{i}"] * table[f"t_{j}_{i}"] for i in range(p)]
        away.append(reduce(add, squares))
    high = heights(payload)
    return table, [exact(h) - a / exact(2) for h, a in zip(high, away, strict=True)]


def _turned(apart: list[ir.Value], root: list[Any]) -> list[ir.Value]:
    """Multiply a row by a root; zeros of its lower triangle are left out."""
    shape = np.asarray(root, dtype=float)
    if shape.ndim == 1:
        return [a * exact(r) for a, r in zip(apart, shape, strict=True)]
    found = []
    for column in shape.T:
        parts = [a * exact(r) for a, r in zip(apart, column, strict=True) if r != 0]
        found.append(reduce(add, parts, exact(0)))
    return found


def _categories(
    payload: dict[str, Any], table: ir.Table, stage: Stage
) -> tuple[ir.Table, list[ir.Value]]:
    """Add up the logarithms of each class's shares of the answers given."""
    at, levels = columns_of(payload), payload["levels"]
    codes = {}
    for i, (name, known) in enumerate(levels.items()):
        cases = [(table[at[name]] == exact(v), whole(c)) for c, v in enumerate(known)]
        # What is missing equals nothing, and so comes last, as what is new.
        codes[f"k_{i}"] = ibis.cases(*cases, else_=whole(len(known)))
    table = stage(table, **codes)
    odds = []
    for j in range(len(payload["weights"])):
        parts = [
            stepwise(table[f"k_{i}"], range(len(logs) - 1), [exact(v) for v in logs])
            for i, logs in enumerate(t[:, j] for t in level_logs(payload).values())
        ]
        odds.append(reduce(add, parts, exact(0)))
    return table, odds


def _to_nine_places(billions: ir.Value) -> ir.Value:
    """Round to a whole number of billionths, a half to the even one."""
    size = billions.abs()
    # Beside 2**52 floats have no places, so that adding it rounds.
    near = (size + exact(_WHOLE)) - exact(_WHOLE)
    near = ibis.ifelse(size < exact(_WHOLE), near, size) / exact(_BILLION)
    return ibis.ifelse(billions < 0, -near, near)
