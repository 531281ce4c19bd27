"""Place one customer's record in microseconds, as a shop or a chat asks for it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.segmentation.apart import which
from segtools.segmentation.far import is_far
from segtools.segmentation.one_mixtures import mixture
from segtools.segmentation.place import needed
from segtools.segmentation.spot import (
    Placer,
    Spot,
    Values,
    as_number,
    is_known,
    preparer,
    read_record,
)

if TYPE_CHECKING:
    from segtools.segmentation.model import SegmentModel


def answer(model: SegmentModel, record: Mapping[str, Any]) -> dict[str, Any]:
    """Answer for one record as `SegmentModel.assign_one` promises."""
    if model.placer is None:
        return _in_a_frame(model, record)
    bought = is_known(record.get("recency_days"))
    apart = _apart(model, record) if model.extra else -1
    by_method = bought and apart < 0
    spot = model.placer(read_record(model.payload, record))
    again = spot.again
    agreed = float(np.round((again == spot.label).mean(), 6)) if again.size else None
    every = model.every if model.extra else model.segments
    labels = [s["segment_id"] for s in every]
    own = spot.label if bought else labels.index(model.fallback)
    own = own if apart < 0 else len(model.segments) + apart
    step = "reduced_model" if spot.reduced else "model"
    far = is_far(spot.distance, model.payload.get("far_threshold"))
    return {
        "customer_id": record.get("customer_id"),
        "segment_id": labels[own],
        "segment": every[own]["name"],
        "confidence": agreed if by_method else None,
        "runner_up": _runner_up(labels, spot) if by_method else None,
        "assigned_by": step if by_method else "rule",
        "fits_no_segment": far if by_method else None,
    }


def _runner_up(labels: list[str], spot: Spot) -> str | None:
    return labels[spot.runner_up] if spot.runner_up >= 0 else None


def _apart(model: SegmentModel, record: Mapping[str, Any]) -> int:
    """Give the position of the segment apart that a record belongs to, or -1."""
    days = as_number("recency_days", record.get("recency_days"))
    return int(which(model.extra, np.array([days]))[0])


def _in_a_frame(model: SegmentModel, record: Mapping[str, Any]) -> dict[str, Any]:
    """Place a record by a method that only knows frames."""
    names = ["customer_id", "recency_days", *needed(model.payload)]
    frame = pd.DataFrame([{n: record.get(n) for n in names}])
    found = model.assign(frame, fits_no_segment=True).iloc[0].to_dict()
    plain = {k: None if pd.isna(v) else v for k, v in found.items()}
    return plain | {"customer_id": record.get("customer_id")}


def compiled(payload: dict[str, Any], replicates: list[Any]) -> Placer | None:
    """Prepare a payload, so that one record after the other can be placed.

    Parameters
    ----------
    payload : dict
        The frozen method.
    replicates : list
        The method learned again, as the model keeps it.

    Returns
    -------
    function or None
        From values to a `Spot`; None for a kind that is only placed by frames.
    """
    make = _KINDS.get(payload["kind"])
    if make is None:
        return None
    place, steps = make(payload, replicates), payload.get("hand", ())
    if not steps:
        return place
    return lambda values: _by_hand(steps, values, place(values))


def _scorecard(payload: dict[str, Any], replicates: list[Any]) -> Placer:
    cuts = [int(c) for c in payload["cuts"]]
    base, tables = _points(payload, replicates)
    upper = {n: [float(u) for u in b["upper"]] for n, b in payload["bins"].items()}
    unseen = {n for n, b in payload["bins"].items() if b["missing"] is None}
    width = max([len(c["cuts"]) for c in replicates], default=0)
    # Rows of unequal length are filled up with cuts that nobody reaches.
    padded = np.full((len(replicates), width), np.iinfo(np.int64).max)
    for row, copy in zip(padded, replicates, strict=True):
        row[: len(copy["cuts"])] = copy["cuts"]
    most = np.array([len(c["cuts"]) for c in replicates], dtype=np.int64)

    def place(values: Values) -> Spot:
        total, reduced = base, False
        for name, edges in upper.items():
            value = values[name]
            known = value == value
            reduced = reduced or (not known and name in unseen)
            code = bisect_left(edges, value) if known else -1
            total = total + tables[name][code]
        own, rest = int(total[0]), total[1:]
        above = bisect_right(cuts, own)
        again = most - (padded <= rest[:, None]).sum(axis=1)
        return Spot(len(cuts) - above, _beside(own, cuts, above), reduced, again)

    return place


def _points(
    payload: dict[str, Any], replicates: list[Any]
) -> tuple[NDArray[np.int64], dict[str, NDArray[np.int64]]]:
    """Give base and points of the model and its replicates; the last row is missing."""
    base = np.array([payload["base"], *(c["base"] for c in replicates)], dtype=np.int64)
    tables = {}
    for name, bins in payload["bins"].items():
        own = [bins["points"], *(c["points"][name] for c in replicates)]
        lost = [bins["missing"], *(c["missing"][name] for c in replicates)]
        rows = [
            [points[min(i, len(points) - 1)] for points in own]
            for i in range(len(bins["upper"]) + 1)
        ]
        tables[name] = np.array([*rows, [m or 0 for m in lost]], dtype=np.int64)
    return base, tables


def _beside(score: int, cuts: list[int], above: int) -> int:
    label = len(cuts) - above
    if not cuts:
        return -1
    if above in (0, len(cuts)):
        return label - 1 if above == 0 else label + 1
    return label - 1 if cuts[above] - score < score - cuts[above - 1] else label + 1


def _centroids(payload: dict[str, Any], replicates: list[Any]) -> Placer:
    centres = np.array([payload["centroids"], *replicates], dtype=float)
    prepare = preparer(payload)

    def place(values: Values) -> Spot:
        x, reduced = prepare(values)
        away = np.round(((x - centres) ** 2).sum(axis=2), 9)
        order = np.argsort(away[0], kind="stable")
        second = int(order[1]) if len(order) > 1 else -1
        again = away[1:].argmin(axis=1)
        near = float(np.sqrt(away[0, order[0]]))
        return Spot(int(order[0]), second, reduced, again, near)

    return place


def _rules(payload: dict[str, Any], replicates: list[Any]) -> Placer:
    find = (_grid if payload["form"] == "grid" else _tree)(payload)
    unseen = [n for n in payload["uses"] if n not in set(payload["seen_missing"])]
    none = np.zeros(0, dtype=np.int64)

    def place(values: Values) -> Spot:
        reduced = any(values[n] != values[n] for n in unseen)
        return Spot(find(values), -1, reduced, none)

    return place


def _grid(payload: dict[str, Any]) -> Callable[[Values], int]:
    upper, cells = payload["upper"], payload["cells"]

    def find(values: Values) -> int:
        recency, often = values["recency_days"], values["n_orders"]
        known = recency == recency
        late = bisect_left(upper["recency_days"], recency) if known else 4
        often = often if often == often else 0.0
        return int(cells[4 - late][bisect_left(upper["n_orders"], often)])

    return find


def _tree(payload: dict[str, Any]) -> Callable[[Values], int]:
    tree, uses = payload["tree"], payload["uses"]

    def find(values: Values) -> int:
        node = 0
        while tree["left"][node] >= 0:
            value = values[uses[tree["feature"][node]]]
            # A missing value lies below every known one.
            left = value != value or value <= tree["upper"][node]
            node = tree["left" if left else "right"][node]
        return int(tree["label"][node])

    return find


def _by_hand(steps: list[dict[str, Any]], values: Values, spot: Spot) -> Spot:
    labels = np.array([spot.label, spot.runner_up, *spot.again], dtype=np.int64)
    for step in steps:
        if step["op"] == "merge":
            labels = np.array([*step["to"], -1], dtype=np.int64)[labels]
        elif values[step["feature"]] > step["upper"]:
            labels = np.where(labels == step["label"], step["above"], labels)
    label, second = int(labels[0]), int(labels[1])
    second = -1 if second == label else second
    return Spot(label, second, spot.reduced, labels[2:], spot.distance)


_KINDS = {
    "scorecard": _scorecard,
    "centroids": _centroids,
    "mixture": mixture,
    "rules": _rules,
}
