"""Each kind of frozen model as an expression: label and runner-up of every row.

Scorecards and rules compare stored numbers and add integers, which every engine works
out alike; distances to centroids and mixtures have files of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce
from operator import add, and_, or_
from typing import Any

import ibis
import ibis.expr.types as ir

from segtools.features.significant import exact, stepwise
from segtools.segmentation.engine_centroids import centroids
from segtools.segmentation.engine_columns import Stage, columns_of, whole
from segtools.segmentation.engine_mixtures import mixture

Bounds = dict[int, tuple[float | None, float | None]]


def _scorecard(
    payload: dict[str, Any], table: ir.Table, stage: Stage, **_: bool
) -> ir.Table:
    """Add up points, in integers, and look the sum up in the bands."""
    at = columns_of(payload)
    parts = [_points(table[at[n]], bins) for n, bins in payload["bins"].items()]
    scored = stage(table, score=reduce(add, parts, whole(payload["base"])))
    cuts = [int(c) for c in payload["cuts"]]
    bands = range(len(cuts) + 1)
    below = [whole(len(cuts) - above) for above in bands]
    beside = [_beside(scored.score, cuts, above) for above in bands]
    return stage(
        scored,
        label=stepwise(scored.score, cuts, below, strict=True),
        runner=stepwise(scored.score, cuts, beside, strict=True),
    )


def _points(value: ir.Value, bins: dict[str, Any]) -> ir.Value:
    upper, last = _floats(bins["upper"]), len(bins["points"]) - 1
    points = [int(bins["points"][min(i, last)]) for i in range(len(upper) + 1)]
    # Neighbours with equal points need no edge between them.
    kept = [i for i in range(len(upper)) if points[i] != points[i + 1]]
    results = [whole(points[i]) for i in [*kept, len(upper)]]
    edges = [upper[i] for i in kept]
    # A missing value is below no edge, and so arrives at the last bin.
    missing = whole(bins["missing"] or 0)
    results[-1] = ibis.ifelse(value.isnull(), missing, results[-1])
    return stepwise(value, edges, results)


def _floats(upper: list[float]) -> list[float]:
    return [float(u) for u in upper]


def _beside(score: ir.Value, cuts: list[int], above: int) -> ir.Value:
    """Give the band across the nearer cut; in the middle, the lower band."""
    label = len(cuts) - above
    if not cuts:
        return whole(-1)
    if above in (0, len(cuts)):
        return whole(label - 1 if above == 0 else label + 1)
    nearer_up = score * 2 > whole(cuts[above] + cuts[above - 1])
    return ibis.ifelse(nearer_up, whole(label - 1), whole(label + 1))


def _rules(
    payload: dict[str, Any], table: ir.Table, stage: Stage, **_: bool
) -> ir.Table:
    """Look the label up in the grid of scores, or in the leaves of the tree."""
    label = (_grid if payload["form"] == "grid" else _tree)(payload, table)
    return stage(table, label=label, runner=whole(-1))


def _grid(payload: dict[str, Any], table: ir.Table) -> ir.Value:
    at, upper, cells = columns_of(payload), payload["upper"], payload["cells"]
    often = table[at["n_orders"]].fill_null(exact(0))
    recency = table[at["recency_days"]]
    rows = [
        stepwise(
            often,
            _floats(upper["n_orders"]),
            [whole(c) for c in cells[4 - late][: len(upper["n_orders"]) + 1]],
        )
        for late in range(5)
    ]
    edges = _floats(upper["recency_days"])
    found = stepwise(recency, edges, rows[: len(edges) + 1])
    return ibis.ifelse(recency.isnull(), rows[4], found)


def _tree(payload: dict[str, Any], table: ir.Table) -> ir.Value:
    """Write the tree as one flat list of leaves, however deep it is."""
    *some, (_, last) = list(leaves(payload["tree"]))
    at = columns_of(payload)
    values = [table[at[n]] for n in payload["uses"]]
    cases = [
        (reduce(and_, _within(values, bounds)), whole(label)) for bounds, label in some
    ]
    return ibis.cases(*cases, else_=whole(last)) if cases else whole(last)


def leaves(tree: dict[str, Any]) -> Iterator[tuple[Bounds, int]]:
    """Give each leaf's bounds and its label, the leftmost first.

    Parameters
    ----------
    tree : dict
        As a payload of form ``tree`` keeps it.

    Yields
    ------
    bounds : dict
        Position in ``uses`` to what a value lies above and up to; None is no bound.
    label : int

    Examples
    --------
    >>> tree = {"feature": [0, -2, -2], "upper": [5.0, 0, 0], "left": [1, -1, -1],
    ...     "right": [2, -1, -1], "label": [0, 0, 1]}
    >>> list(leaves(tree))
    [({0: (None, 5.0)}, 0), ({0: (5.0, None)}, 1)]
    """
    waiting: list[tuple[int, Bounds]] = [(0, {})]
    while waiting:
        node, bounds = waiting.pop()
        if tree["left"][node] < 0:
            yield bounds, tree["label"][node]
            continue
        column, cut = tree["feature"][node], float(tree["upper"][node])
        low, high = bounds.get(column, (None, None))
        less = cut if high is None else min(cut, high)
        more = cut if low is None else max(cut, low)
        waiting.append((tree["right"][node], bounds | {column: (more, high)}))
        waiting.append((tree["left"][node], bounds | {column: (low, less)}))


def _within(values: list[ir.Value], bounds: Bounds) -> list[ir.Value]:
    parts: list[ir.Value] = []
    for column, (low, high) in bounds.items():
        value = values[column]
        if low is not None:
            parts.append(value > exact(low))
        if high is not None:
            below = value <= exact(high)
            # A missing value lies below every known one.
            parts.append(below if low is not None else below | value.isnull())
    return parts


def by_hand(payload: dict[str, Any], table: ir.Table, stage: Stage) -> ir.Table:
    """Run the merges and splits that an analyst decided, in their order.

    Parameters
    ----------
    payload : dict
        Its ``hand`` lists them, if any.
    table : ibis Table
        With ``label`` and ``runner``, and the features under `columns_of`'s names.
    stage : function
        Adds columns.

    Returns
    -------
    ibis Table
        Who has no other segment to be runner-up to has -1.
    """
    at = columns_of(payload)
    for step in payload.get("hand", ()):
        changed = {}
        for place in ("label", "runner"):
            changed[place] = _BY_HAND[step["op"]](step, at, table, table[place])
        table = stage(table, **changed)
    if not payload.get("hand"):
        return table
    same = table.runner == table.label
    return stage(table, runner=ibis.ifelse(same, whole(-1), table.runner))


def _merged(
    step: dict[str, Any], at: dict[str, str], table: ir.Table, label: ir.Value
) -> ir.Value:
    to = [whole(-1), *(whole(t) for t in step["to"])]
    return stepwise(label, range(-1, len(to) - 2), to)


def _split(
    step: dict[str, Any], at: dict[str, str], table: ir.Table, label: ir.Value
) -> ir.Value:
    above = table[at[step["feature"]]] > exact(step["upper"])
    # Without the value, this is not known to be so, and the label stays.
    return ibis.ifelse((label == step["label"]) & above, whole(step["above"]), label)


def unseen(payload: dict[str, Any], table: ir.Table) -> ir.Value:
    """Say of each row whether a value is missing or new that never was in learning.

    Parameters
    ----------
    payload : dict
    table : ibis Table
        Features under the names of `columns_of`.

    Returns
    -------
    ibis boolean value
    """
    if payload["kind"] == "scorecard":
        names = [n for n, bins in payload["bins"].items() if bins["missing"] is None]
    else:
        names = [n for n in payload["uses"] if n not in payload["seen_missing"]]
    at = columns_of(payload)
    lost = [table[at[n]].isnull() for n in names]
    # An answer that nobody gave is as good as missing; one that is missing is not new.
    for name, levels in payload.get("levels", {}).items():
        new = [table[at[name]] != exact(v) for v in levels]
        lost.append(reduce(and_, new).fill_null(False))
    return reduce(or_, lost, ibis.literal(False))


_BY_HAND = {"merge": _merged, "split": _split}
KINDS: dict[str, Callable[..., ir.Table]] = {
    "scorecard": _scorecard,
    "centroids": centroids,
    "mixture": mixture,
    "rules": _rules,
}
