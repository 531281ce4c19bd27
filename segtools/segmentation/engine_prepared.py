"""The stored preprocessing as expressions: fill, signed logarithm, standardize."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from segtools.features.significant import exact
from segtools.segmentation.engine_columns import Stage


def prepared_in_engine(
    payload: dict[str, Any], table: ir.Table, stage: Stage, names: list[str], to: str
) -> ir.Table:
    """Run the stored preprocessing, in the stored order, beside what was read.

    Parameters
    ----------
    payload : dict
    table : ibis Table
    stage : function
        Adds columns.
    names : list of str
        The columns in which what the payload uses travels.
    to : str
        Where it is put: this and _0, _1, ...

    Returns
    -------
    ibis Table
    """
    own = [f"{to}_{i}" for i in range(len(names))]
    table = table.mutate(**{o: table[n] for o, n in zip(own, names, strict=True)})
    for step in payload["preprocess"]:
        do = STEPS[step["op"]]
        pairs = zip(own, payload["uses"], strict=True)
        table = stage(table, **{o: do(step, n, table[o]) for o, n in pairs})
    return table


def _filled(step: dict[str, Any], name: str, value: ir.Value) -> ir.Value:
    known = step["values"].get(name)
    # DuckDB works out a choice in half the time of a coalesce.
    return value if known is None else ibis.ifelse(value.isnull(), exact(known), value)


def _signed_log(step: dict[str, Any], name: str, value: ir.Value) -> ir.Value:
    if name not in step["features"]:
        return value
    size = (value.abs() + exact(1)).ln()
    return ibis.ifelse(value < 0, -size, size)


def _standard(step: dict[str, Any], name: str, value: ir.Value) -> ir.Value:
    return (value - exact(step["mean"][name])) / exact(step["scale"][name])


STEPS = {"fill": _filled, "signed_log": _signed_log, "standardize": _standard}
