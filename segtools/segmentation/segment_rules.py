"""Rules of a segment as plain conditions: any of a few boxes, each within bounds.

A frozen tree, grid or set of tiers is rewritten, not approximated: a missing value is
said to hold or not in every condition, so that no language's own idea of NULL decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from segtools.schema import ConfigError, DataError
from segtools.segmentation.apart import NO_ORDERS
from segtools.segmentation.engine_kinds import leaves
from segtools.segmentation.model import SegmentModel
from segtools.segmentation.surrogate import Surrogate

BOUGHT = "recency_days"
_LIMIT = float("inf")


@dataclass(frozen=True)
class Condition:
    """What a feature's value must be.

    Attributes
    ----------
    feature : str
    above, up_to : float or None
        A known value must be greater than the one and not greater than the other.
    known : bool
        False where no known value will do.
    missing : bool
        True where a missing value will do.
    """

    feature: str
    above: float | None = None
    up_to: float | None = None
    known: bool = True
    missing: bool = False

    def holds(self, values: pd.Series) -> pd.Series:
        """Say for which values it holds.

        Examples
        --------
        >>> Condition("a", above=1, up_to=3).holds(pd.Series([1, 2, 3, None])).tolist()
        [False, True, True, False]
        """
        number = values.astype(float)
        found = number.notna() & self.known
        if self.above is not None:
            found &= number > self.above
        if self.up_to is not None:
            found &= number <= self.up_to
        return found | (number.isna() & self.missing)

    @property
    def empty(self) -> bool:
        """Whether no value at all will do."""
        low = -_LIMIT if self.above is None else self.above
        high = _LIMIT if self.up_to is None else self.up_to
        return not self.missing and (not self.known or low >= high)

    @property
    def anything(self) -> bool:
        """Whether any value will do, and none as well."""
        bounded = self.above is not None or self.up_to is not None
        return self.known and self.missing and not bounded


Box = tuple[Condition, ...]


@dataclass(frozen=True)
class SegmentRule:
    """Who is in a segment: whoever fulfils all conditions of any box.

    Attributes
    ----------
    segment_id, segment : str
    boxes : tuple of tuples of Condition
        No box is nobody, and a box without conditions is everybody.
    """

    segment_id: str
    segment: str
    boxes: tuple[Box, ...]

    def select(self, features: pd.DataFrame) -> pd.Series:
        """Say who is in the segment, by the index of `features`."""
        found = pd.Series(False, features.index)
        for box in self.boxes:
            inside = pd.Series(True, features.index)
            for condition in box:
                inside &= condition.holds(features[condition.feature])
            found |= inside
        return found

    @property
    def reads(self) -> list[str]:
        """The features that it reads, sorted."""
        return sorted({c.feature for box in self.boxes for c in box})


def segment_rules(of: SegmentModel | Surrogate) -> list[SegmentRule]:
    """Write each segment of a rule-like model as conditions.

    Parameters
    ----------
    of : SegmentModel or Surrogate
        A frozen model of kind ``rules`` (RFM rules, tiers, a user's own function), with
        what was decided by hand, or the short rules that repeat any other segments, as
        `surrogate_rules` finds them. Of a model the customers who never ordered are in
        its fallback, or in a segment apart; short rules say of them what they say of
        missing values.

    Returns
    -------
    list of SegmentRule
        One a segment, in the model's order. Everybody is in exactly one.

    Raises
    ------
    ConfigError
        If the model is no rules: centres, mixtures and sums of points have no bounds.

    Examples
    --------
    >>> from segtools.segmentation.model import SegmentModel
    >>> from segtools.segmentation.tiers import cut_payload
    >>> payload = cut_payload({"recency_days": [30.0]})
    >>> names = [{"segment_id": "S1", "name": "new"}, {"segment_id": "S2", "name": "x"}]
    >>> model = SegmentModel(payload, names, [], fallback="S2")
    >>> [c.up_to for c in segment_rules(model)[0].boxes[0]]
    [30.0]
    """
    if isinstance(of, Surrogate):
        listed = [(name, name) for name in of.names]
        boxes = _boxes(of.payload)
    else:
        _refuse_other(of.payload)
        listed = [(s["segment_id"], s["name"]) for s in of.every]
        boxes = _of_buyers(_by_hand(_boxes(of.payload), of.payload))
        boxes = _beside(boxes, of)
    return [
        SegmentRule(str(i), str(name), _joined(b for label, b in boxes if label == at))
        for at, (i, name) in enumerate(listed)
    ]


Labelled = list[tuple[int, dict[str, Condition]]]


def _refuse_other(payload: Mapping[str, Any]) -> None:
    kinds = {
        "centroids": "puts customers with the nearest centre of a cluster",
        "mixture": "weighs the chances of a mixture",
        "scorecard": "adds up points of many features",
    }
    if payload["kind"] != "rules":
        does = kinds.get(payload["kind"], "is of another kind")
        raise ConfigError(
            f"Only rules can be written as conditions, but this model {does}. Write "
            "surrogate_rules for it, which says how many it misses, or export tags."
        )


def _boxes(payload: Mapping[str, Any]) -> Labelled:
    return list((_grid if payload["form"] == "grid" else _tree)(payload))


def _tree(payload: Mapping[str, Any]) -> Iterator[tuple[int, dict[str, Condition]]]:
    for bounds, label in leaves(payload["tree"]):
        names = {payload["uses"][at]: ends for at, ends in bounds.items()}
        # A missing value lies below every known one.
        yield (
            label,
            {
                name: Condition(name, low, high, missing=low is None)
                for name, (low, high) in names.items()
            },
        )


def _grid(payload: Mapping[str, Any]) -> Iterator[tuple[int, dict[str, Condition]]]:
    """Give the cells; who has no known recency never ordered, and is in none."""
    for late, recency in _steps(BOUGHT, payload["upper"][BOUGHT]):
        for often, orders in _steps("n_orders", payload["upper"]["n_orders"]):
            cells = payload["cells"][4 - late]
            own = replace(orders, missing=bool(orders.holds(pd.Series([0.0]))[0]))
            yield cells[often], {BOUGHT: recency, "n_orders": own}


def _steps(name: str, upper: list[float]) -> Iterator[tuple[int, Condition]]:
    """Give the steps between edges, each with its number; empty ones are left out."""
    ends = [None, *(float(u) for u in upper), None]
    for place in range(len(ends) - 1):
        step = Condition(name, ends[place], ends[place + 1])
        if not step.empty:
            yield place, step


def _by_hand(boxes: Labelled, payload: Mapping[str, Any]) -> Labelled:
    """Run the merges and splits that an analyst decided, in their order."""
    for step in payload.get("hand", ()):
        if step["op"] == "merge":
            boxes = [(step["to"][label], box) for label, box in boxes]
            continue
        name, cut = step["feature"], float(step["upper"])
        over = Condition(name, above=cut)
        rest = Condition(name, up_to=cut, missing=True)
        halves: Labelled = []
        for label, box in boxes:
            if label != step["label"]:
                halves.append((label, box))
                continue
            halves.append((step["above"], _and(box, over)))
            halves.append((label, _and(box, rest)))
        boxes = halves
    return boxes


def _of_buyers(boxes: Labelled) -> Labelled:
    bought = Condition(BOUGHT)
    return [(label, _and(box, bought)) for label, box in boxes]


def _beside(boxes: Labelled, of: SegmentModel) -> Labelled:
    """Add those whom a rule places: the dormant, and those who never ordered."""
    never = [s["segment_id"] for s in of.segments].index(of.fallback)
    for label, row in enumerate(of.extra, len(of.segments)):
        if row["extra"] == NO_ORDERS:
            never = label
            continue
        within = Condition(BOUGHT, up_to=float(row["after_days"]))
        before = Condition(BOUGHT, above=float(row["after_days"]))
        boxes = [(own, _and(box, within)) for own, box in boxes]
        boxes = [*boxes, (label, {BOUGHT: before})]
    return [*boxes, (never, {BOUGHT: Condition(BOUGHT, known=False, missing=True)})]


def _and(box: Mapping[str, Condition], more: Condition) -> dict[str, Condition]:
    """Narrow a box by one more condition."""
    own = box.get(more.feature)
    if own is None:
        return dict(box) | {more.feature: more}
    lows = [c.above for c in (own, more) if c.above is not None]
    highs = [c.up_to for c in (own, more) if c.up_to is not None]
    both = Condition(
        more.feature,
        above=max(lows, default=None),
        up_to=min(highs, default=None),
        known=own.known and more.known,
        missing=own.missing and more.missing,
    )
    return dict(box) | {more.feature: both}


def _joined(boxes: Iterable[dict[str, Condition]]) -> tuple[Box, ...]:
    """Make one box of those that differ in one feature alone, and touch there."""
    found = [b for b in boxes if not any(c.empty for c in b.values())]
    before = -1
    while before != len(found):
        before = len(found)
        for name in sorted({n for box in found for n in box}):
            found = _joined_along(found, name)
    kept = [tuple(b[n] for n in sorted(b) if not b[n].anything) for b in found]
    return tuple(sorted(kept, key=repr))


def _joined_along(boxes: list[dict[str, Condition]], name: str) -> list[dict[str, Any]]:
    alike: dict[frozenset[Condition], list[Condition]] = {}
    for box in boxes:
        rest = frozenset(c for n, c in box.items() if n != name and not c.anything)
        own = box.get(name, Condition(name, missing=True))
        alike.setdefault(rest, []).append(own)
    return [
        {c.feature: c for c in rest} | {name: one}
        for rest, own in alike.items()
        for one in _union(own)
    ]


def _union(conditions: list[Condition]) -> list[Condition]:
    """Give the fewest conditions of one feature that hold where any of these does."""
    known = [c for c in conditions if c.known]
    known.sort(key=lambda c: -_LIMIT if c.above is None else c.above)
    found: list[Condition] = []
    for condition in known:
        last = found[-1] if found else None
        if last is None or not _touch(last, condition):
            found.append(replace(condition, missing=False))
        elif last.up_to is not None:
            end = condition.up_to
            end = None if end is None else max(last.up_to, end)
            found[-1] = replace(last, up_to=end)
    if any(c.missing for c in conditions):
        name = conditions[0].feature
        first = found[0] if found else Condition(name, known=False)
        found[:1] = [replace(first, missing=True)]
    return found


def _touch(one: Condition, other: Condition) -> bool:
    return one.up_to is None or other.above is None or other.above <= one.up_to


def rule_record(rules: Iterable[SegmentRule]) -> dict[str, Any]:
    """Give rules as a JSON record; `rules_of_record` reads them back.

    Returns
    -------
    dict
        ``rules``: each ``segment_id``, ``segment`` and ``any``, a list of boxes; of a
        box ``all``, a list of conditions with ``feature``, ``above``, ``up_to``,
        ``known`` and ``missing``, as `Condition` says.
    """
    return {
        "rules": [
            {
                "segment_id": r.segment_id,
                "segment": r.segment,
                "any": [{"all": [vars(c) for c in box]} for box in r.boxes],
            }
            for r in rules
        ]
    }


def rules_of_record(record: Mapping[str, Any]) -> list[SegmentRule]:
    """Read rules back from their record.

    Raises
    ------
    DataError
        If it is no such record.
    """
    try:
        return [
            SegmentRule(
                r["segment_id"],
                r["segment"],
                tuple(tuple(Condition(**c) for c in box["all"]) for box in r["any"]),
            )
            for r in record["rules"]
        ]
    except (KeyError, TypeError) as error:
        raise DataError(
            f"A record of rules must be as rule_record gives it, but {error} is wrong "
            "in it. Write it again."
        ) from None


def everyone_once(rules: Iterable[SegmentRule], features: pd.DataFrame) -> pd.Series:
    """Give everybody's segment_id, by the one rule that selects them.

    Raises
    ------
    DataError
        If somebody is selected by no rule or by several.
    """
    chosen = {r.segment_id: r.select(features).to_numpy() for r in rules}
    hits = np.sum(list(chosen.values()), axis=0)
    if (hits != 1).any():
        raise DataError(
            f"Rules must select everybody once, but {int((hits != 1).sum()):,} of "
            f"{len(features):,} are selected never or more than once. Write them again."
        )
    place = np.argmax(np.column_stack(list(chosen.values())), axis=1)
    return pd.Series(np.array(list(chosen), dtype=object)[place], features.index)
