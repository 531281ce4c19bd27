"""Assign by the frozen model inside an engine: one lazy row a customer.

What decides is written as comparisons of stored numbers, and sums of integers, which
DuckDB, PostgreSQL and Spark work out alike. Distances to centroids are floats whose
last bits may differ between engines; like in pandas they are compared after rounding
to nine decimals, so that a tie is a tie everywhere and goes to the lower label.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from operator import add, and_, or_
from typing import Any

import ibis
import ibis.expr.types as ir

from segtools.features.significant import exact, half_even, rounded, stepwise
from segtools.schema import DataError
from segtools.segmentation.model import ASSIGNED, SegmentModel
from segtools.segmentation.place import needed

# From here on floats are whole numbers, and farther away than any centroid.
_WHOLE, _FAR = 2.0**52, 1e300
_EVERYBODY = 2**62
_BILLION = exact(1e9)
Bounds = dict[int, tuple[float | None, float | None]]


def assign_in_engine(model: SegmentModel, features: ir.Table) -> ir.Table:
    """Give every customer a segment where the features lie.

    The result is that of ``model.assign(collect(features))``, without any row leaving
    the engine; only `confidence` is null, since it would take the model's replicates.

    Parameters
    ----------
    model : SegmentModel
        As `freeze` or ``SegmentModel.from_record`` gives it.
    features : ibis Table
        ``customer_id`` and the features that the model reads, as `build_features`
        gives them; finite or null. One that is not there counts as missing.

    Returns
    -------
    ibis Table
        Lazy: ``customer_id``, ``segment_id``, ``segment``, ``confidence`` (null),
        ``runner_up`` and ``assigned_by``, as `SegmentModel.assign` gives them.

    Raises
    ------
    DataError
        If ``customer_id`` or ``recency_days`` is not there.

    Examples
    --------
    >>> import ibis
    >>> from segtools.segmentation.model import everyone
    >>> features = ibis.memtable({"customer_id": ["a"], "recency_days": [3.5]})
    >>> assign_in_engine(everyone(), features).to_pandas()["segment"].tolist()
    ['everyone']
    """
    _refuse_incomplete(features)
    kind = model.payload["kind"]
    return _named(model, _KINDS[kind](model.payload, _ready(model.payload, features)))


def _refuse_incomplete(features: ir.Table) -> None:
    lacks = [c for c in ("customer_id", "recency_days") if c not in features.columns]
    if lacks:
        raise DataError(
            "features must have the columns ['customer_id', 'recency_days'], but "
            f"{lacks} are missing. Build them with build_features."
        )


def _ready(payload: dict[str, Any], features: ir.Table) -> ir.Table:
    """Give what the payload reads, as `collect` rounds it, and steps of the ladder."""
    names = needed(payload)
    read = {_x(n): _number(features, n) for n in names}
    numbers = _stage(
        features.select(
            customer_id=features.customer_id.cast("string"),
            bought=features.recency_days.notnull(),
            **read,
        )
    )
    unseen = [numbers[_x(n)].isnull() for n in _never_missing(payload)]
    return _stage(
        numbers,
        reduced=reduce(or_, unseen, ibis.literal(False)),
        **{_x(n): rounded(numbers[_x(n)]) for n in names},
    )


def _stage(table: ir.Table, **columns: ir.Value) -> ir.Table:
    """Add columns that are worked out once, however often they are then named."""
    made = table.mutate(**columns)
    # PostgreSQL would write each stage into the next, which grows without end, unless
    # the stage has a limit; the others do not, and Spark would gather all at a limit.
    on_postgres = bool(made._find_backends()[0]) and (
        made.get_backend().name == "postgres"
    )
    return made.limit(_EVERYBODY) if on_postgres else made


def _x(name: str) -> str:
    # Whatever features are called, they are not called like our own columns.
    return f"x_{name}"


def _number(features: ir.Table, name: str) -> ir.Value:
    if name not in features.columns:
        return ibis.null("float64")
    return features[name].cast("float64")


def _never_missing(payload: dict[str, Any]) -> list[str]:
    if payload["kind"] == "scorecard":
        return [n for n, bins in payload["bins"].items() if bins["missing"] is None]
    return [n for n in payload["uses"] if n not in payload["seen_missing"]]


def _whole(number: int) -> ir.Value:
    # Engines would take a small number for a byte, and their sums overflow.
    return ibis.literal(int(number), type="int64")


def _scorecard(payload: dict[str, Any], table: ir.Table) -> ir.Table:
    """Add up points, in integers, and look the sum up in the bands."""
    parts = [_points(table[_x(n)], bins) for n, bins in payload["bins"].items()]
    scored = _stage(table, score=reduce(add, parts, _whole(payload["base"])))
    cuts = [int(c) for c in payload["cuts"]]
    bands = range(len(cuts) + 1)
    below = [_whole(len(cuts) - above) for above in bands]
    beside = [_beside(scored.score, cuts, above) for above in bands]
    return _stage(
        scored,
        label=stepwise(scored.score, cuts, below, strict=True),
        runner=stepwise(scored.score, cuts, beside, strict=True),
    )


def _points(value: ir.Value, bins: dict[str, Any]) -> ir.Value:
    upper, last = [float(u) for u in bins["upper"]], len(bins["points"]) - 1
    points = [_whole(bins["points"][min(i, last)]) for i in range(len(upper) + 1)]
    missing = _whole(bins["missing"] or 0)
    return ibis.ifelse(value.isnull(), missing, stepwise(value, upper, points))


def _beside(score: ir.Value, cuts: list[int], above: int) -> ir.Value:
    """Give the band across the nearer cut; in the middle, the lower band."""
    label = len(cuts) - above
    if not cuts:
        return _whole(-1)
    if above in (0, len(cuts)):
        return _whole(label - 1 if above == 0 else label + 1)
    nearer_up = score * 2 > _whole(cuts[above] + cuts[above - 1])
    return ibis.ifelse(nearer_up, _whole(label - 1), _whole(label + 1))


def _centroids(payload: dict[str, Any], table: ir.Table) -> ir.Table:
    """Find the nearest and the second nearest centroid; the lower label wins a tie."""
    table = _prepared(payload, table)
    centres = payload["centroids"]
    values = [table[_x(n)] for n in payload["uses"]]
    away = {f"d_{j}": _distance(values, c) * _BILLION for j, c in enumerate(centres)}
    table = _stage(table, **away)
    table = _stage(table, **{name: _to_nine_places(table[name]) for name in away})
    table = _stage(table, label=_nearest([table[name] for name in away]))
    if len(centres) == 1:
        return _stage(table, runner=_whole(-1))
    others = {
        name: ibis.ifelse(table.label == j, exact(_FAR), table[name])
        for j, name in enumerate(away)
    }
    table = _stage(table, **others)
    return _stage(table, runner=_nearest([table[name] for name in away]))


def _prepared(payload: dict[str, Any], table: ir.Table) -> ir.Table:
    """Run the stored preprocessing, in the stored order."""
    for step in payload["preprocess"]:
        changed = {}
        for name in payload["uses"]:
            changed[_x(name)] = _STEPS[step["op"]](step, name, table[_x(name)])
        table = _stage(table, **changed)
    return table


def _filled(step: dict[str, Any], name: str, value: ir.Value) -> ir.Value:
    known = step["values"].get(name)
    return value if known is None else value.fill_null(exact(known))


def _signed_log(step: dict[str, Any], name: str, value: ir.Value) -> ir.Value:
    if name not in step["features"]:
        return value
    size = (value.abs() + exact(1)).ln()
    return ibis.ifelse(value < 0, -size, size)


def _standard(step: dict[str, Any], name: str, value: ir.Value) -> ir.Value:
    return (value - exact(step["mean"][name])) / exact(step["scale"][name])


def _distance(values: list[ir.Value], centre: list[float]) -> ir.Value:
    apart = [v - exact(c) for v, c in zip(values, centre, strict=True)]
    return reduce(add, [a * a for a in apart], exact(0))


def _to_nine_places(billions: ir.Value) -> ir.Value:
    small = billions < exact(_WHOLE)
    near = half_even(ibis.ifelse(small, billions, exact(0)))
    return ibis.ifelse(small, near, billions) / _BILLION


def _nearest(away: list[ir.Value]) -> ir.Value:
    """Give the position of the smallest, of equal ones the first."""
    cases = [
        (reduce(and_, [own <= other for other in away[j + 1 :]]), _whole(j))
        for j, own in enumerate(away[:-1])
    ]
    # Whoever comes first with nobody nearer behind has nobody nearer before either.
    return ibis.cases(*cases, else_=_whole(len(away) - 1)) if cases else _whole(0)


def _rules(payload: dict[str, Any], table: ir.Table) -> ir.Table:
    """Look the label up in the grid of scores, or in the leaves of the tree."""
    label = (_grid if payload["form"] == "grid" else _tree)(payload, table)
    return _stage(table, label=label, runner=_whole(-1))


def _grid(payload: dict[str, Any], table: ir.Table) -> ir.Value:
    often = table[_x("n_orders")].fill_null(exact(0))
    recency = table[_x("recency_days")]
    upper, cells = payload["upper"], payload["cells"]
    rows = [
        stepwise(
            often,
            [float(u) for u in upper["n_orders"]],
            [_whole(c) for c in cells[4 - late][: len(upper["n_orders"]) + 1]],
        )
        for late in range(5)
    ]
    edges = [float(u) for u in upper["recency_days"]]
    found = stepwise(recency, edges, rows[: len(edges) + 1])
    return ibis.ifelse(recency.isnull(), rows[4], found)


def _tree(payload: dict[str, Any], table: ir.Table) -> ir.Value:
    """Write the tree as one flat list of leaves, however deep it is."""
    leaves = list(_leaves(payload["tree"]))
    *some, (_, last) = leaves
    cases = [
        (reduce(and_, _within(table, payload["uses"], bounds)), _whole(label))
        for bounds, label in some
    ]
    return ibis.cases(*cases, else_=_whole(last)) if cases else _whole(last)


def _leaves(tree: dict[str, Any]) -> Iterator[tuple[Bounds, int]]:
    """Give each leaf's bounds (above, up to) by column, and its label."""
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


def _within(table: ir.Table, uses: list[str], bounds: Bounds) -> list[ir.Value]:
    parts: list[ir.Value] = []
    for column, (low, high) in bounds.items():
        value = table[_x(uses[column])]
        if low is not None:
            parts.append(value > exact(low))
        if high is not None:
            below = value <= exact(high)
            # A missing value lies below every known one.
            parts.append(below if low is not None else below | value.isnull())
    return parts


def _named(model: SegmentModel, placed: ir.Table) -> ir.Table:
    """Turn labels into segments; who never ordered gets the fallback."""
    ids = [str(s["segment_id"]) for s in model.segments]
    names = [str(s["name"]) for s in model.segments]
    rest = ids.index(model.fallback)
    bought = placed.bought
    steps = ibis.ifelse(placed.reduced, "reduced_model", "model")
    named = _stage(
        placed,
        segment_id=ibis.ifelse(bought, _of(placed.label, ids), ids[rest]),
        segment=ibis.ifelse(bought, _of(placed.label, names), names[rest]),
        confidence=ibis.null("float64"),
        runner_up=ibis.ifelse(
            bought & (placed.runner >= 0), _of(placed.runner, ids), ibis.null("string")
        ),
        assigned_by=ibis.ifelse(bought, steps, "rule"),
    )
    return named.select(*ASSIGNED)


def _of(label: ir.Value, words: list[str]) -> ir.Value:
    return stepwise(label, range(len(words) - 1), [ibis.literal(w) for w in words])


_STEPS = {"fill": _filled, "signed_log": _signed_log, "standardize": _standard}
_KINDS = {"scorecard": _scorecard, "centroids": _centroids, "rules": _rules}
