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

# From here on floats are whole numbers, and farther away than any centroid.
_WHOLE, _FAR = 2.0**52, 1e300
_BILLION = exact(1e9)
# Rounding to nine digits moves a value by at most 5e-9 of itself. The bounds are
# several times what follows from that, and from the last bits of sums and squares.
_MOVES, _BITS, _PLACES = 4e-8, 1e-12, 1e-8
_IN_ORDER = ("fill", "signed_log", "standardize")


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
    if [s["op"] for s in payload["preprocess"]] != list(_IN_ORDER):
        if not rounded:
            table = stage(table, **all_rounded(table, names))
            names = [f"r_{i}" for i in range(len(names))]
        return _exactly(payload, table, stage, names)
    table = _roughly(payload, table, stage, names)
    lazy = partial(_where_unclear, stage)
    if not rounded:
        table = lazy(table, **all_rounded(table, names))
        names = [f"r_{i}" for i in range(len(names))]
    placed = _exactly(payload, table, lazy, names)
    return stage(
        placed,
        label=ibis.ifelse(placed.clear, placed.rough_label, placed.label),
        runner=ibis.ifelse(placed.clear, placed.rough_runner, placed.runner),
    )


def all_rounded(table: ir.Table, names: list[str]) -> dict[str, ir.Value]:
    """Round columns as the features are, under the names r_0, r_1, ..."""
    return {f"r_{i}": round_in_engine(table[n]) for i, n in enumerate(names)}


def _where_unclear(stage: Stage, table: ir.Table, **columns: ir.Value) -> ir.Table:
    """Add columns that are only worked out for rows that are not clear."""
    lazy = {
        n: ibis.ifelse(table.clear, ibis.null(v.type()), v) for n, v in columns.items()
    }
    return stage(table, **lazy)


def _roughly(
    payload: dict[str, Any], table: ir.Table, stage: Stage, names: list[str]
) -> ir.Table:
    """Compare squared distances less what they share, and say where that is clear."""
    centres = payload["centroids"]
    table = prepared_in_engine(payload, table, stage, names, "y")
    values = [table[f"y_{i}"] for i in range(len(names))]
    rough = {f"s_{j}": _less_shared(values, c) for j, c in enumerate(centres)}
    size = reduce(add, [v.abs() for v in values], exact(0))
    table = stage(table, size=size, **rough)
    margin = _margin(payload, table.size)
    table, ranked = stage(table, margin=margin), list(rough)
    for place in ("rough_label", "rough_runner", "rough_third"):
        table = stage(table, **{f"{place}_s": ibis.least(*(table[r] for r in ranked))})
        away = [table[r] for r in ranked]
        table = stage(table, **{place: _first(away, table[f"{place}_s"])})
        if place == "rough_third" or (place == "rough_runner" and len(centres) == 2):
            break
        left = {
            f"{place}_{j}": ibis.ifelse(table[place] == j, exact(_FAR), table[r])
            for j, r in enumerate(ranked)
        }
        table, ranked = stage(table, **left), list(left)
    first, second = table.rough_label_s, table.rough_runner_s
    clear = second - first > table.margin
    if len(centres) > 2:
        clear &= table.rough_third_s - second > table.margin
    return stage(table, clear=clear.fill_null(False))


def _less_shared(values: list[ir.Value], centre: list[float]) -> ir.Value:
    parts = [v * exact(-2 * c) for v, c in zip(values, centre, strict=True)]
    return reduce(add, parts, exact(sum(c * c for c in centre)))


def _margin(payload: dict[str, Any], size: ir.Value) -> ir.Value:
    """Bound what rounding of features and of sums can do to a difference.

    A prepared value moves by at most 5e-9 of itself and of its mean in the same
    unit, or of one unit where it is a logarithm; a difference of two squared
    distances by that times twice the centroids' largest coordinates.
    """
    step, centres = payload["preprocess"][2], payload["centroids"]
    shift = sum(
        (abs(step["mean"][n]) + 1) / abs(step["scale"][n]) for n in payload["uses"]
    )
    most = 2 * max(1.0, *(abs(v) for c in centres for v in c))
    reach = size + exact(max(sum(map(abs, c)) for c in centres))
    moved = (size + exact(shift)) * exact(_MOVES * most)
    return moved + reach * reach * exact(_BITS) + exact(_PLACES)


def _exactly(
    payload: dict[str, Any], table: ir.Table, stage: Stage, names: list[str]
) -> ir.Table:
    """Compare distances as pandas does; the lower label wins a tie."""
    # In one piece: of what is seldom worked out, many pieces would cost the most.
    ready = {}
    for i, (name, own) in enumerate(zip(names, payload["uses"], strict=True)):
        ready[f"z_{i}"] = table[name]
        for step in payload["preprocess"]:
            ready[f"z_{i}"] = _STEPS[step["op"]](step, own, ready[f"z_{i}"])
    table, centres = stage(table, **ready), payload["centroids"]
    values = [table[f"z_{i}"] for i in range(len(names))]
    away = {
        f"d_{j}": square_distance(values, c) * _BILLION for j, c in enumerate(centres)
    }
    table = stage(table, **away)
    table = stage(table, **{name: to_nine_places(table[name]) for name in away})
    table = stage(table, least=ibis.least(*(table[name] for name in away)))
    table = stage(table, label=_first([table[name] for name in away], table.least))
    others = {
        name: ibis.ifelse(table.label == j, exact(_FAR), table[name])
        for j, name in enumerate(away)
    }
    table = stage(table, **others)
    table = stage(table, least=ibis.least(*(table[name] for name in away)))
    return stage(table, runner=_first([table[name] for name in away], table.least))


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
        do = _STEPS[step["op"]]
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


def square_distance(values: list[ir.Value], centre: list[float]) -> ir.Value:
    """Sum the squares of what lies between values and a centre."""
    apart = [v - exact(c) for v, c in zip(values, centre, strict=True)]
    return reduce(add, [a * a for a in apart], exact(0))


def to_nine_places(billions: ir.Value) -> ir.Value:
    """Round what is no less than 0 to a whole number of billionths."""
    # Beside 2**52 floats have no places, so that adding it rounds, a half to the even.
    near = (billions + exact(_WHOLE)) - exact(_WHOLE)
    return ibis.ifelse(billions < exact(_WHOLE), near, billions) / _BILLION


def _first(away: list[ir.Value], least: ir.Value) -> ir.Value:
    """Give the position of the first value that is the least one."""
    cases = [(own == least, whole(j)) for j, own in enumerate(away[:-1])]
    return ibis.cases(*cases, else_=whole(len(away) - 1)) if cases else whole(0)


_STEPS = {"fill": _filled, "signed_log": _signed_log, "standardize": _standard}
