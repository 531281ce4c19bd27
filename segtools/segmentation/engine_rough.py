"""Who is nearest by a short sum, and for whom that is beyond doubt.

What squared distances share is left out, and all are taken less the first, so that
each other one is a sum of one product a feature; the mean and the scale of a feature
are part of the product's weight. Nothing is rounded.
"""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import Any

import ibis
import ibis.expr.types as ir

from segtools.features.significant import exact
from segtools.segmentation.engine_columns import Stage, whole
from segtools.segmentation.engine_prepared import STEPS

IN_ORDER = ("fill", "signed_log", "standardize")
FAR = 1e300  # farther away than any centroid
# Rounding to nine digits moves a value by at most 5e-9 of itself. The bounds are
# several times what follows from that, and from the last bits of sums and squares.
_MOVES, _BITS, _PLACES = 4e-8, 1e-12, 1e-8


def roughly(
    payload: dict[str, Any], table: ir.Table, stage: Stage, names: list[str]
) -> ir.Table:
    """Find the nearest and the second nearest centroid, and say where that is clear.

    Parameters
    ----------
    payload : dict
        Of kind ``centroids`` with at least two, prepared by the steps of `IN_ORDER`.
    table : ibis Table
    stage : function
        Adds columns.
    names : list of str
        The columns in which what the payload uses travels, rounded or not.

    Returns
    -------
    ibis Table
        With ``rough_label``, ``rough_runner`` and ``clear``: no rounding could give
        another answer.
    """
    table = _logged(payload, table, stage, names)
    values = [table[f"y_{i}"] for i in range(len(names))]
    sums = {
        f"s_{j}": reduce(add, [v * exact(w) for v, w in zip(values, own, strict=True)])
        + exact(constant)
        for j, (own, constant) in enumerate(_less_first(payload), start=1)
    }
    table = stage(table, s_0=exact(0), margin=_margin(payload, table), **sums)
    return _ranked(table, stage, [f"s_{j}" for j in range(len(payload["centroids"]))])


def _ranked(table: ir.Table, stage: Stage, away: list[str]) -> ir.Table:
    """Find the first and the second of some sums, and whether they are beyond doubt."""
    many = len(away)
    table = _two_least(table, stage, away)
    sums = [table[s] for s in away]
    table = stage(
        table,
        rough_label=first_of(sums, table["nearest"]),
        rough_runner=first_of(sums, table["next"]),
        within=table["next"] + table.margin,
    )
    clear = table["next"] - table["nearest"] > table.margin
    if many == 2:
        other = whole(1) - table.rough_label
        return stage(table, rough_runner=other, clear=_known(clear))
    # Of three, none may be as near as the second: not the first's equal, nor its own.
    near = [(table[s] <= table.within).cast("int32") for s in away]
    return stage(table, clear=_known(clear & (reduce(add, near) == whole(2))))


def _two_least(table: ir.Table, stage: Stage, away: list[str]) -> ir.Table:
    """Find the least of at least two sums, nearest, and the least of the others, next.

    One sum after the other, by choices: DuckDB takes twice as long for a minimum.
    """
    one, other = (table[s] for s in away[:2])
    first = one <= other
    least, second = ibis.ifelse(first, one, other), ibis.ifelse(first, other, one)
    for place, name in enumerate(away[2:]):
        table = stage(table, **{f"a_{place}": least, f"b_{place}": second})
        least, second, own = table[f"a_{place}"], table[f"b_{place}"], table[name]
        second = ibis.cases((own < least, least), (own < second, own), else_=second)
        least = ibis.ifelse(own < least, own, least)
    return stage(table, nearest=least, next=second)


def first_of(away: list[ir.Value], least: ir.Value) -> ir.Value:
    """Give the position of the first value that is the least one."""
    cases = [(own == least, whole(j)) for j, own in enumerate(away[:-1])]
    return ibis.cases(*cases, else_=whole(len(away) - 1)) if cases else whole(0)


def _known(condition: ir.BooleanValue) -> ir.BooleanValue:
    return condition.fill_null(False)


def _logged(
    payload: dict[str, Any], table: ir.Table, stage: Stage, names: list[str]
) -> ir.Table:
    """Fill and take logarithms: y_0, y_1, ... and their sizes, m_0, m_1, ..."""
    fill, log, _ = payload["preprocess"]
    own = payload["uses"]
    filled = {
        f"v_{i}": STEPS["fill"](fill, n, table[c])
        for i, (n, c) in enumerate(zip(own, names, strict=True))
    }
    table = stage(table, **filled)
    sizes, values = {}, {}
    for i, name in enumerate(own):
        size = table[f"v_{i}"].abs()
        sizes[f"m_{i}"] = (size + exact(1)).ln() if name in log["features"] else size
    table = stage(table, **sizes)
    for i, name in enumerate(own):
        value, size = table[f"v_{i}"], table[f"m_{i}"]
        logged = ibis.ifelse(value < 0, -size, size)
        values[f"y_{i}"] = logged if name in log["features"] else value
    return stage(table, **values)


def _less_first(payload: dict[str, Any]) -> list[tuple[list[float], float]]:
    """Give weights and constant of each squared distance less the first one."""
    step, names = payload["preprocess"][2], payload["uses"]
    first, *others = payload["centroids"]
    found = []
    for centre in others:
        apart = [2 * (b - a) for a, b in zip(centre, first, strict=True)]
        weights = [w / step["scale"][n] for w, n in zip(apart, names, strict=True)]
        shift = sum(w * step["mean"][n] for w, n in zip(weights, names, strict=True))
        squares = sum(c * c for c in centre) - sum(c * c for c in first)
        found.append((weights, squares - shift))
    return found


def _margin(payload: dict[str, Any], table: ir.Table) -> ir.Value:
    """Bound what rounding of features and of sums can do to a difference.

    A prepared value moves by at most 5e-9 of itself and of its mean in the same
    unit, or of one unit where it is a logarithm; a difference of two squared
    distances by that times twice the centroids' largest coordinates.
    """
    step, names = payload["preprocess"][2], payload["uses"]
    sizes = reduce(add, [table[f"m_{i}"] for i in range(len(names))])
    most = max(1 / abs(step["scale"][n]) for n in names)
    means = sum(abs(step["mean"][n]) / abs(step["scale"][n]) for n in names)
    # No less than the prepared values' own; one product, not one a feature.
    size = sizes * exact(most) + exact(means)
    shift = sum((abs(step["mean"][n]) + 1) / abs(step["scale"][n]) for n in names)
    centres = payload["centroids"]
    twice = 2 * max(1.0, *(abs(v) for c in centres for v in c))
    reach = size + exact(max(sum(map(abs, c)) for c in centres))
    moved = (size + exact(shift)) * exact(_MOVES * twice)
    return moved + reach * reach * exact(_BITS) + exact(_PLACES)
