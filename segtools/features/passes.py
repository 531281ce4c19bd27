"""Passes over the views' bases: what is aggregated together, and over which rows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

from segtools.features.catalogue import Feature
from segtools.features.fuse import only
from segtools.features.views import Part, Views

# So many features over one part of a base take longer to skip its other rows, each by
# itself, than these rows take to be read once more without them.
OWN_PASS = 8


@dataclass
class Pass:
    """Aggregates of one base by customer, in one go.

    Attributes
    ----------
    table : ibis Table
        The rows that are read.
    values : dict
        Aggregates of `table` by name of feature.
    counts : dict
        By view that is only part of `table`, the number of its rows, where a feature
        must be told that there is none; of ``history`` 1 where there is any.
    over : dict
        The view of each feature.
    """

    table: ir.Table
    values: dict[str, ir.Value] = field(default_factory=dict)
    counts: dict[str, ir.Value] = field(default_factory=dict)
    over: dict[str, str] = field(default_factory=dict)

    def counted(self) -> list[str]:
        """Name the features that need to know whether their view has a row."""
        return [
            name
            for name, value in self.values.items()
            if self.over[name] in self.counts and not _null_without_rows(value)
        ]

    def aggregated(self, key: str = "customer_id") -> ir.Table:
        """Give one row a customer, who is called `key` there."""
        counts = {rows_of(view): count for view, count in self.counts.items()}
        people = self.table.group_by(self.table.customer_id.name(key))
        return people.aggregate(**counts, **self.values)


def passes(at: Views, features: list[Feature]) -> list[Pass]:
    """Sort features into passes; the first one has everyone with a row of orders.

    Parameters
    ----------
    at : Views
        Cut at the origin.
    features : list of Feature
        Each is in one of the passes.

    Returns
    -------
    list of Pass
        The first knows who has a row of ``history``, whatever the features are.
    """
    together: dict[tuple[str, str], list[Feature]] = defaultdict(list)
    together[at.part("history").base, ""] = []
    by_view: dict[str, list[Feature]] = defaultdict(list)
    for feature in features:
        by_view[feature.over].append(feature)
    for view, own in by_view.items():
        part = at.part(view)
        many = part.condition is not None and len(own) >= OWN_PASS
        together[part.base, view if many else ""] += own
    everyone, *others = together.values()
    first, apart = _over_base(at, everyone, also=["history"])
    found = [first]
    for group in others:
        one, more = _over_base(at, group)
        found += [one] if one.values else []
        apart += more
    return [*found, *(_by_itself(at, feature) for feature in apart)]


def _over_base(
    at: Views, features: list[Feature], also: list[str] | None = None
) -> tuple[Pass, list[Feature]]:
    """Make one pass, and name the features that it cannot hold."""
    views = dict.fromkeys([*(also or []), *(f.over for f in features)])
    parts = {view: at.part(view) for view in views}
    shared = None if also else _common(list(parts.values()))
    table = next(iter(parts.values())).table if shared is None else shared
    found, apart = Pass(table, over={f.name: f.over for f in features}), []
    for view, part in parts.items():
        condition = None if shared is not None else part.condition
        own = {
            f.name: only(f.expression(table, at.window), condition)
            for f in features
            if f.over == view
        }
        found.values |= {name: v for name, v in own.items() if v is not None}
        apart += [f for f in features if f.name in own and own[f.name] is None]
        unsure = not all(v is None or _null_without_rows(v) for v in own.values())
        if view == "history":
            found.counts[view] = only(_any_time(table), condition)
        elif condition is not None and unsure:
            found.counts[view] = only(table.count(), condition)
    return found, apart


def _common(parts: list[Part]) -> ir.Table | None:
    """Give the rows that all parts are made of, where they are the same."""
    first, *others = parts
    if first.condition is None:
        return None
    same = all(
        p.condition is not None and p.condition.op() == first.condition.op()
        for p in others
    )
    return first.rows() if same else None


def _by_itself(at: Views, feature: Feature) -> Pass:
    rows = at[feature.over]
    value = feature.expression(rows, at.window)
    return Pass(rows, {feature.name: value}, over={feature.name: feature.over})


def _any_time(orders: ir.Table) -> ir.Value:
    """Say by 1 or 0 whether there is a row.

    Every order has a time, and the latest is mostly asked for anyway: no more to
    count.
    """
    return ibis.ifelse(orders.ordered_at.max().notnull(), 1, 0)


def rows_of(view: str) -> str:
    """Name the column that counts the rows of a view."""
    return f"rows of {view}"


def _null_without_rows(value: ir.Value) -> bool:
    """Tell a bare sum, minimum or maximum, which needs no count of rows beside it."""
    node = value.op()
    while isinstance(node, ops.Cast):
        node = node.arg
    return isinstance(node, (ops.Sum, ops.Min, ops.Max))
