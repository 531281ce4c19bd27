"""Why is this customer in this segment? One sentence from the model's own numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.joining import bracketed, commas, one_sentence, sentences
from segtools.languages import header, mark, markn, tr, trc, trn
from segtools.segmentation.apart import because
from segtools.segmentation.densities import contributions, joint
from segtools.segmentation.engine_kinds import leaves
from segtools.segmentation.model import SegmentModel
from segtools.segmentation.phrases import all_of, bounded
from segtools.segmentation.place import grid_scores, needed, readable
from segtools.segmentation.preprocess import prepared, worded
from segtools.segmentation.rules import CELLS, N_SCORES, cell_names
from segtools.segmentation.spot import Values, is_known, read_record
from segtools.segmentation.why_words import MOST, Writer
from segtools.wording import number, plain, rounded

_MANY = 10.0  # of log-odds; beyond it nobody needs the number
_ABOVE = markn("{n} above the cut to {segment}", "{n} above the cut to {segment}")
_BELOW = markn("{n} below the cut to {segment}", "{n} below the cut to {segment}")


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
            return _apart(name, row)
    if found["assigned_by"] == "rule":
        return tr(
            "In {segment} by rule: no order of this customer is known.", segment=name
        )
    write = Writer(model, dict(labels or {}), name)
    make = _KINDS.get(model.payload["kind"])
    if make is None or len(model.segments) == 1:
        if make is None:
            return tr("In {segment}.", segment=name)
        return tr("In {segment}: it is the only segment.", segment=name)
    values = read_record(model.payload, customer)
    parts = [make(write, values), *write.by_hand(values)]
    if found["assigned_by"] == "reduced_model":
        parts.append(write.lost(values))
    if found["fits_no_segment"]:
        parts.append(tr("far from every centre, so no segment fits well"))
    return one_sentence(parts)


def _apart(name: str, row: Mapping[str, Any]) -> str:
    return tr("In {segment} {reason}.", segment=name, reason=because(row))


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
    return pd.DataFrame(rows, columns=[header("Segment"), header("Why")])


def _middle_why(
    model: SegmentModel,
    row: Mapping[str, Any],
    group: pd.DataFrame,
    labels: Mapping[str, str] | None,
) -> str:
    if "extra" in row:
        return _apart(plain(row["name"]), row)
    known = group[group["recency_days"].notna()]
    if known.empty:
        return tr("Nobody in it has ordered.")
    names = dict.fromkeys(["recency_days", *needed(model.payload)])
    record = {n: _middle(known[n]) for n in names if n in known.columns}
    said = explain(model, record, labels)
    if model.assign_one(record)["segment_id"] == row["segment_id"]:
        return said
    apart = tr("No single middle customer stands for it; the medians lie elsewhere:")
    return sentences([apart, said])


def _middle(values: pd.Series) -> Any:
    if pd.api.types.is_numeric_dtype(values):
        return float(values.median())
    most = values.mode()
    return most.iloc[0] if len(most) else None


def _scorecard(write: Writer, values: Values) -> str:
    payload = write.payload
    points = {n: _points(b, values[n]) for n, b in payload["bins"].items()}
    most = sorted(points, key=lambda n: (-abs(points[n]), n))[:MOST]
    told = [bracketed(write.value(n, values), _signed(points[n])) for n in most]
    score = int(payload["base"] + sum(points.values()))
    return trn(
        "In {segment} with {n} point: {reason}; {sides}",
        "In {segment} with {n} points: {reason}; {sides}",
        score,
        segment=write.name,
        reason=commas(told) or tr("no feature counts"),
        sides=all_of(_sides(write, score)) or tr("no cut leads out of it"),
    )


def _sides(write: Writer, score: int) -> list[str]:
    """Say how far the cuts are that lead to other segments."""
    cuts = [int(c) for c in write.payload["cuts"]]
    below = [(c, write.segment(len(cuts) - i)) for i, c in enumerate(cuts)]
    above = [(c, write.segment(len(cuts) - i - 1)) for i, c in enumerate(cuts)]
    lower = [(c, n) for c, n in below if c <= score and n != write.name]
    upper = [(c, n) for c, n in above if c > score and n != write.name]
    said = []
    if lower:
        cut, name = lower[-1]
        said.append(trn(*_ABOVE, score - cut, segment=name))
    if upper:
        cut, name = upper[0]
        said.append(trn(*_BELOW, cut - score, segment=name))
    return said


def _points(bins: dict[str, Any], value: float) -> int:
    if not is_known(value):
        return int(bins["missing"] or 0)
    code = int(np.searchsorted(bins["upper"], value, side="left"))
    return int(bins["points"][min(code, len(bins["points"]) - 1)])


def _signed(points: int) -> str:
    return f"+{number(points)}" if points > 0 else number(points)


def _centroids(write: Writer, values: Values) -> str:
    payload = write.payload
    centres = np.asarray(payload["centroids"], dtype=float)
    x = prepared(payload, pd.DataFrame([values]))[0]
    apart = (x - centres) ** 2
    order = np.argsort(np.round(apart.sum(axis=1), 9), kind="stable")
    own, away = int(order[0]), np.sqrt(apart.sum(axis=1))
    other = next((int(j) for j in order[1:] if write.segment(j) != write.name), None)
    if other is None:
        return tr("In {segment}: every centre belongs to it", segment=write.name)
    pull = apart[other] - apart[own]
    names = payload["uses"]
    # The axes of mixed data are no features that could be named.
    told = "" if worded(payload) else _most(write, names, pull, values)
    said = _PULLED if told else _EQUALLY_NEAR if away[own] == away[other] else _NEAREST
    figures = {"own": number(away[own], 2), "away": number(away[other], 2)}
    both = {"segment": write.name, "other": write.segment(other)}
    return tr(said, features=told, **both, **figures)


_NEAREST = mark("In {segment}: its centre is {own} away, that of {other} {away}")
_PULLED = mark(
    "In {segment}: {features} pull there most; its centre is {own} away, that of "
    "{other} {away}"
)
_EQUALLY_NEAR = mark(
    "In {segment}: both centres are equally near; its centre is {own} away, that of "
    "{other} {away}"
)


def _most(write: Writer, names: list[str], pull: NDArray[Any], values: Values) -> str:
    """Name the features that speak most for a segment, with their values."""
    most = [int(i) for i in np.argsort(-pull, kind="stable")[:MOST] if pull[i] > 0]
    return commas(write.value(names[i], values) for i in most)


def _mixture(write: Writer, values: Values) -> str:
    payload = write.payload
    frame = readable(payload, pd.DataFrame([values]))
    odds = np.round(joint(payload, frame)[0], 9)
    order = np.argsort(-odds, kind="stable")
    own = int(order[0])
    other = next((int(j) for j in order[1:] if write.segment(j) != write.name), None)
    if other is None:
        return tr("In {segment}: every component belongs to it", segment=write.name)
    parts = contributions(payload, frame)
    told = _most(write, payload["uses"], parts[own] - parts[other], values)
    likely = _likely(float(odds[own] - odds[other]), write.segment(other))
    if not told:
        return tr("In {segment}: {reason}", segment=write.name, reason=likely)
    return tr(
        "In {segment}: {features} speak for it most; {likely}",
        segment=write.name,
        features=told,
        likely=likely,
    )


def _likely(gap: float, other: str) -> str:
    """Say how many times likelier the own segment is, by the gap of log-odds."""
    times = float(np.exp(min(gap, _MANY)))
    if times > 1000:
        return tr("more than 1,000 times as likely as {segment}", segment=other)
    # As many times as is written decides the form.
    shown = float(f"{times:.3g}")
    return trn(*_LIKELY, shown, n=rounded(times), segment=other)


_LIKELY = markn(
    "{n} times as likely as {segment}",
    "{n} times as likely as {segment}",
)


def _rules(write: Writer, values: Values) -> str:
    make = _grid if write.payload["form"] == "grid" else _tree
    reason = make(write, values)
    return tr("In {segment}: {reason}", segment=write.name, reason=reason)


def _grid(write: Writer, values: Values) -> str:
    payload = write.payload
    r, f = (int(v[0]) for v in grid_scores(payload, pd.DataFrame([values])))
    return tr(
        "{recency} scores {recency_score} of {most} and {orders} scores {order_score} "
        "of {most}, the cell {cell}",
        recency=write.value("recency_days", values),
        recency_score=r,
        orders=write.value("n_orders", values),
        order_score=f,
        most=N_SCORES,
        cell=trc("RFM cell", CELLS[cell_names()[r - 1, f - 1]][0]),
    )


def _tree(write: Writer, values: Values) -> str:
    uses = write.payload["uses"]
    for bounds, _ in leaves(write.payload["tree"]):
        if all(_inside(values[uses[c]], *b) for c, b in bounds.items()):
            told = [_bound(write.feature(uses[c]), *b) for c, b in bounds.items()]
            return all_of(told) or tr("the rules ask for nothing")
    raise AssertionError("the leaves of a tree cover everything")


def _inside(value: float, low: float | None, high: float | None) -> bool:
    value = value if is_known(value) else -np.inf
    return (low is None or value > low) and (high is None or value <= high)


def _bound(name: str, low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return bounded(name, low, high)
    return tr(
        "{feature} above {low} and up to {high}",
        feature=name,
        low=rounded(low),
        high=rounded(high),
    )


_KINDS = {
    "scorecard": _scorecard,
    "centroids": _centroids,
    "mixture": _mixture,
    "rules": _rules,
}
