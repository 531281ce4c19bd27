"""Why is this customer in this segment? One sentence from the model's own numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.segmentation.apart import because
from segtools.segmentation.densities import contributions, joint
from segtools.segmentation.engine_kinds import leaves
from segtools.segmentation.model import SegmentModel
from segtools.segmentation.one import compiled
from segtools.segmentation.place import grid_scores, needed, readable
from segtools.segmentation.preprocess import prepared, worded
from segtools.segmentation.rules import CELLS, cell_names
from segtools.segmentation.spot import Values, is_known, read_record
from segtools.wording import number, plain, rounded

_MOST = 3
_MANY = 10.0  # of log-odds; beyond it nobody needs the number


def explain(
    model: SegmentModel,
    customer: Mapping[str, Any],
    labels: Mapping[str, str] | None = None,
) -> str:
    """Say why a customer is in a segment.

    Parameters
    ----------
    model : SegmentModel
    customer : mapping or Series
        Feature to its value, as for ``model.assign_one``.
    labels : mapping, optional
        Feature to its label from the catalogue; default the feature's name.

    Returns
    -------
    str
        One sentence. A scorecard names the features with most points and how far the
        score lies from the cuts; clusters and mixtures name the features that pull to
        the centre rather than to the next one; rules name the path.

    Examples
    --------
    >>> payload = {"kind": "scorecard", "base": 0, "cuts": [10], "bins": {
    ...     "n_orders": {"upper": [2.0], "points": [-5, 30], "missing": None}}}
    >>> two = [{"segment_id": "S01", "name": "Often", "rank": 1},
    ...     {"segment_id": "S02", "name": "Seldom", "rank": 2}]
    >>> model = SegmentModel(payload, two, [{"name": "n_orders"}], "S02")
    >>> explain(model, {"n_orders": 7, "recency_days": 3}, {"n_orders": "orders"})
    'In Often with 30 points: orders 7 (+30); 20 above the cut to Seldom.'
    """
    found = model.assign_one(customer)
    name = plain(found["segment"])
    for row in model.extra:
        if row["segment_id"] == found["segment_id"]:
            return f"In {name} {because(row)}."
    if found["assigned_by"] == "rule":
        return f"In {name} by rule: no order of this customer is known."
    write = _Writer(model, dict(labels or {}), name)
    make = _KINDS.get(model.payload["kind"])
    if make is None or len(model.segments) == 1:
        reason = "" if make is None else ": it is the only segment"
        return f"In {name}{reason}."
    values = read_record(model.payload, customer)
    parts = [make(write, values), *write.by_hand(values)]
    if found["assigned_by"] == "reduced_model":
        parts.append(f"{write.lost(values)} counted nothing, since not known")
    if found["fits_no_segment"]:
        parts.append("far from every centre, so no segment fits well")
    return "; ".join(parts) + "."


def why_table(
    model: SegmentModel,
    features: pd.DataFrame,
    segments: pd.DataFrame,
    labels: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Explain each segment by its middle customer, who is nobody.

    Parameters
    ----------
    model : SegmentModel
    features : DataFrame
        The population at the origin.
    segments : DataFrame
        As ``model.assign`` gives it for `features`.
    labels : mapping, optional
        Feature to its label.

    Returns
    -------
    DataFrame
        ``Segment`` and ``Why``, best segment first. The middle customer has the
        segment's median on every number that the model reads, its most frequent
        answer elsewhere; where the model would place it in another segment, the
        sentence says so.

    Examples
    --------
    >>> from segtools.segmentation.model import everyone
    >>> people = pd.DataFrame({"customer_id": ["a", "b"], "recency_days": [1.0, 3.0]})
    >>> why_table(everyone(), people, everyone().assign(people)).values.tolist()
    [['everyone', 'In everyone: it is the only segment.']]
    """
    own = features.set_index(features["customer_id"].astype(str))
    of = segments.set_index("customer_id")["segment_id"]
    rows = []
    for row in sorted(model.every, key=lambda s: s["rank"]):
        group = own.loc[of.index[of == row["segment_id"]]]
        rows.append((plain(row["name"]), _middle_why(model, row, group, labels)))
    return pd.DataFrame(rows, columns=["Segment", "Why"])


def _middle_why(
    model: SegmentModel,
    row: Mapping[str, Any],
    group: pd.DataFrame,
    labels: Mapping[str, str] | None,
) -> str:
    if "extra" in row:
        return f"In {plain(row['name'])} {because(row)}."
    known = group[group["recency_days"].notna()]
    if known.empty:
        return "Nobody in it has ordered."
    names = dict.fromkeys(["recency_days", *needed(model.payload)])
    record = {n: _middle(known[n]) for n in names if n in known.columns}
    said = explain(model, record, labels)
    if model.assign_one(record)["segment_id"] == row["segment_id"]:
        return said
    return f"No single middle customer stands for it; the medians lie elsewhere: {said}"


def _middle(values: pd.Series) -> Any:
    if pd.api.types.is_numeric_dtype(values):
        return float(values.median())
    most = values.mode()
    return most.iloc[0] if len(most) else None


class _Writer:
    """Words for one model: labels of features, names of segments."""

    def __init__(self, model: SegmentModel, labels: dict[str, str], name: str) -> None:
        self.model, self.labels, self.name = model, labels, name
        self.payload = model.payload

    def feature(self, name: str) -> str:
        """Give a feature's label, harmless on any page of text."""
        return plain(self.labels.get(name, name))

    def value(self, name: str, values: Values) -> str:
        """Give a feature and its value."""
        value = values[name]
        said = plain(value) if isinstance(value, str) else "not known"
        if is_known(value) and not isinstance(value, str):
            said = rounded(value)
        return f"{self.feature(name)} {said}"

    def lost(self, values: Values) -> str:
        """List the features that are missing although they never were in learning."""
        bins, uses = self.payload.get("bins", {}), self.payload.get("uses", [])
        seen = self.payload.get("seen_missing", [])
        never = [n for n, b in bins.items() if b["missing"] is None]
        never += [n for n in uses if n not in seen]
        names = [n for n in never if not is_known(values[n])]
        return " and ".join(self.feature(n) for n in names[:_MOST])

    def segment(self, label: int) -> str:
        """Name the segment that a label of the method leads to."""
        for step in self.payload.get("hand", ()):
            label = step["to"][label] if step["op"] == "merge" else label
        return plain(self.model.segments[label]["name"])

    def by_hand(self, values: Values) -> list[str]:
        """Say what an analyst's hand did to this customer's segment."""
        place = compiled({k: v for k, v in self.payload.items() if k != "hand"}, [])
        label = place(values).label if place else -1
        said = []
        for step in self.payload.get("hand", ()):
            if step["op"] == "merge":
                before, label = label, step["to"][label]
                if step["to"].count(label) > 1 and before >= 0:
                    said.append("segments were merged by hand here")
            elif label == step["label"]:
                above = values[step["feature"]] > step["upper"]
                label = step["above"] if above else label
                side = "above" if above else "not above"
                cut = rounded(step["upper"])
                said.append(f"split by hand: {self.feature(step['feature'])} {side} ")
                said[-1] += cut
        return list(dict.fromkeys(said))


def _scorecard(write: _Writer, values: Values) -> str:
    payload = write.payload
    points = {n: _points(b, values[n]) for n, b in payload["bins"].items()}
    most = sorted(points, key=lambda n: (-abs(points[n]), n))[:_MOST]
    told = [f"{write.value(n, values)} ({_signed(points[n])})" for n in most]
    score = int(payload["base"] + sum(points.values()))
    reason = ", ".join(told) or "no feature counts"
    sides = " and ".join(_sides(write, score)) or "no cut leads out of it"
    return f"In {write.name} with {number(score)} points: {reason}; {sides}"


def _sides(write: _Writer, score: int) -> list[str]:
    """Say how far the cuts are that lead to other segments."""
    cuts = [int(c) for c in write.payload["cuts"]]
    below = [(c, write.segment(len(cuts) - i)) for i, c in enumerate(cuts)]
    above = [(c, write.segment(len(cuts) - i - 1)) for i, c in enumerate(cuts)]
    lower = [(c, n) for c, n in below if c <= score and n != write.name]
    upper = [(c, n) for c, n in above if c > score and n != write.name]
    said = []
    if lower:
        said.append(f"{number(score - lower[-1][0])} above the cut to {lower[-1][1]}")
    if upper:
        said.append(f"{number(upper[0][0] - score)} below the cut to {upper[0][1]}")
    return said


def _points(bins: dict[str, Any], value: float) -> int:
    if not is_known(value):
        return int(bins["missing"] or 0)
    code = int(np.searchsorted(bins["upper"], value, side="left"))
    return int(bins["points"][min(code, len(bins["points"]) - 1)])


def _signed(points: int) -> str:
    return f"+{number(points)}" if points > 0 else number(points)


def _centroids(write: _Writer, values: Values) -> str:
    payload = write.payload
    centres = np.asarray(payload["centroids"], dtype=float)
    x = prepared(payload, pd.DataFrame([values]))[0]
    apart = (x - centres) ** 2
    order = np.argsort(np.round(apart.sum(axis=1), 9), kind="stable")
    own, away = int(order[0]), np.sqrt(apart.sum(axis=1))
    other = next((int(j) for j in order[1:] if write.segment(j) != write.name), None)
    if other is None:
        return f"In {write.name}: every centre belongs to it"
    pull = apart[other] - apart[own]
    names = payload["uses"]
    # The axes of mixed data are no features that could be named.
    told = "" if worded(payload) else _most(write, names, pull, values)
    reason = f"{told} pull there most; " if told else ""
    if not told and away[own] == away[other]:
        reason = "both centres are equally near; "
    return (
        f"In {write.name}: {reason}its centre is {away[own]:.2f} away, that of "
        f"{write.segment(other)} {away[other]:.2f}"
    )


def _most(write: _Writer, names: list[str], pull: NDArray[Any], values: Values) -> str:
    """Name the features that speak most for a segment, with their values."""
    most = [int(i) for i in np.argsort(-pull, kind="stable")[:_MOST] if pull[i] > 0]
    return ", ".join(write.value(names[i], values) for i in most)


def _mixture(write: _Writer, values: Values) -> str:
    payload = write.payload
    frame = readable(payload, pd.DataFrame([values]))
    odds = np.round(joint(payload, frame)[0], 9)
    order = np.argsort(-odds, kind="stable")
    own = int(order[0])
    other = next((int(j) for j in order[1:] if write.segment(j) != write.name), None)
    if other is None:
        return f"In {write.name}: every component belongs to it"
    parts = contributions(payload, frame)
    told = _most(write, payload["uses"], parts[own] - parts[other], values)
    reason = f"{told} speak for it most; " if told else ""
    times = float(np.exp(min(odds[own] - odds[other], _MANY)))
    said = "more than 1,000" if times > 1000 else rounded(times)
    return f"In {write.name}: {reason}{said} times as likely as {write.segment(other)}"


def _rules(write: _Writer, values: Values) -> str:
    make = _grid if write.payload["form"] == "grid" else _tree
    return f"In {write.name}: {make(write, values)}"


def _grid(write: _Writer, values: Values) -> str:
    payload = write.payload
    r, f = (int(v[0]) for v in grid_scores(payload, pd.DataFrame([values])))
    told = (
        f"{write.value('recency_days', values)} scores {r} of 5 and "
        f"{write.value('n_orders', values)} scores {f} of 5"
    )
    return f"{told}, the cell {CELLS[cell_names()[r - 1, f - 1]][0]}"


def _tree(write: _Writer, values: Values) -> str:
    uses = write.payload["uses"]
    for bounds, _ in leaves(write.payload["tree"]):
        if all(_inside(values[uses[c]], *b) for c, b in bounds.items()):
            told = [_bound(write.feature(uses[c]), *b) for c, b in bounds.items()]
            return " and ".join(told) or "the rules ask for nothing"
    raise AssertionError("the leaves of a tree cover everything")


def _inside(value: float, low: float | None, high: float | None) -> bool:
    value = value if is_known(value) else -np.inf
    return (low is None or value > low) and (high is None or value <= high)


def _bound(name: str, low: float | None, high: float | None) -> str:
    if low is None:
        return f"{name} up to {rounded(high)}"
    if high is None:
        return f"{name} above {rounded(low)}"
    return f"{name} above {rounded(low)} and up to {rounded(high)}"


_KINDS = {
    "scorecard": _scorecard,
    "centroids": _centroids,
    "mixture": _mixture,
    "rules": _rules,
}
