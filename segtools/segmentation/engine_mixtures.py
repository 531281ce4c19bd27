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
from numpy.typing import NDArray

from segtools.features.significant import exact, stepwise
from segtools.segmentation.densities import heights, level_logs, log_weights
from segtools.segmentation.engine_columns import Stage, columns_of, whole
from segtools.segmentation.engine_prepared import prepared_in_engine

Array = NDArray[np.float64]
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
    odds = [(o + w) * exact(_BILLION) for o, w in zip(odds, weights, strict=True)]
    names = [f"o_{j}" for j in range(k)]
    table = stage(table, **dict(zip(names, odds, strict=True)))
    table = stage(table, **{n: _to_nine_places(table[n]) for n in names})
    # Every stage is gone through by Ibis once more, so there are as few as can be.
    table = stage(table, label=_likeliest([table[n] for n in names]))
    others = [
        ibis.ifelse(table.label == j, exact(_NEVER), table[n])
        for j, n in enumerate(names)
    ]
    return stage(table, runner=_likeliest(others))


def _likeliest(odds: list[ir.Value]) -> ir.Value:
    """Give the position of the largest; of several the first."""
    # Whoever is asked knows that none before was as large as all after it.
    most = odds[-1]
    cases: list[tuple[ir.Value, ir.Value]] = []
    for j in reversed(range(len(odds) - 1)):
        cases.insert(0, (odds[j] >= most, whole(j)))
        most = ibis.greatest(odds[j], most)
    return ibis.cases(*cases, else_=whole(len(odds) - 1))


def _gaussian(
    payload: dict[str, Any], table: ir.Table, stage: Stage
) -> tuple[ir.Table, list[ir.Value]]:
    """Give each component's log-odds: its height less half a squared distance."""
    at, p = columns_of(payload), len(payload["uses"])
    names = [at[n] for n in payload["uses"]]
    table = prepared_in_engine(payload, table, stage, names, "y")
    values = [table[f"y_{i}"] for i in range(p)]
    turned: dict[str, ir.Value] = {}
    parts = zip(payload["means"], payload["roots"], strict=True)
    for j, (mean, root) in enumerate(parts):
        found = turned_by(values, np.asarray(mean, dtype=float), np.asarray(root))
        turned |= {f"t_{j}_{i}": v for i, v in enumerate(found)}
    table = stage(table, **turned)
    odds = []
    for j, high in enumerate(heights(payload)):
        squares = [table[f"t_{j}_{i}"] * table[f"t_{j}_{i}"] for i in range(p)]
        odds.append(exact(high) - reduce(add, squares) / exact(2))
    return table, odds


def turned_by(values: list[ir.Value], mean: Array, root: Array) -> list[ir.Value]:
    """Give (x - mean) root, the distance in a component's own shape, by column.

    Zeros of the root's lower triangle are left out.
    """
    full = root if root.ndim == 2 else np.diag(root)
    found = []
    # The mean once a column, and not once a feature: half as much to write.
    for column, shift in zip(full.T, mean @ full, strict=True):
        parts = [v * exact(r) for v, r in zip(values, column, strict=True) if r != 0]
        found.append(reduce(add, parts, exact(-shift)))
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
