"""Segments keep their names: matched to the previous run's by shared customers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from segtools.history.flows import GONE, NEW
from segtools.records import read_record
from segtools.schema import ConfigError
from segtools.segmentation.by_hand import before_by_hand
from segtools.segmentation.model import SegmentModel

MIN_JACCARD = 0.5


@dataclass(frozen=True)
class Match:
    """An old segment and the new label that carries its name on, by their overlap.

    ``by`` says what overlaps: *customers*, those of then with those of now, or *lines*,
    whom the old model would put there today with whom the new one does.
    """

    segment_id: str
    name: str
    label: int
    jaccard: float
    by: str = "customers"


def match_segments(
    previous: pd.DataFrame,
    now: pd.DataFrame,
    min_jaccard: float = MIN_JACCARD,
    *,
    replayed: pd.DataFrame | None = None,
) -> list[Match]:
    """Match segments of two runs so that shared customers agree best.

    Parameters
    ----------
    previous : DataFrame
        ``customer_id``, ``segment_id`` and ``segment`` of the earlier run.
    now : DataFrame
        ``customer_id`` and ``label`` (integer) of this one.
    min_jaccard : float, default=0.5
        A name is only carried on above this overlap of the customers in both runs
        (under it Hennig calls a cluster dissolved).
    replayed : DataFrame, optional
        ``customer_id`` and ``segment_id`` by the earlier model, asked about today's
        customers. With it, the larger overlap of both counts: a segment goes on where
        its customers stay together, and also where they moved on but its lines stayed.

    Returns
    -------
    list of Match
        Optimal, not greedy; a segment that nothing matches is not in it.

    Examples
    --------
    >>> old = pd.DataFrame({"customer_id": ["a", "b", "c"],
    ...     "segment_id": ["S01", "S01", "S02"], "segment": ["x", "x", "y"]})
    >>> new = pd.DataFrame({"customer_id": ["a", "b", "c"], "label": [1, 1, 0]})
    >>> [(m.segment_id, m.label) for m in match_segments(old, new)]
    [('S01', 1), ('S02', 0)]
    """
    names = previous.drop_duplicates("segment_id").set_index("segment_id")["segment"]
    ids, labels = sorted(names.index), sorted(now["label"].unique())
    customers = _jaccards(previous, now, ids, labels)
    lines = np.zeros_like(customers)
    if replayed is not None:
        lines = _jaccards(replayed, now, ids, labels)
    best = np.maximum(customers, lines)
    # Two overlaps that are too small together must not outweigh one that is enough.
    enough = np.where(best >= min_jaccard, best, 0.0)
    return [
        Match(
            segment_id=str(ids[i]),
            name=str(names[ids[i]]),
            label=int(labels[j]),
            jaccard=float(best[i, j]),
            by="customers" if customers[i, j] >= min_jaccard else "lines",
        )
        for i, j in zip(*linear_sum_assignment(-enough), strict=True)
        if best[i, j] >= min_jaccard
    ]


def _jaccards(
    one: pd.DataFrame, now: pd.DataFrame, ids: list[str], labels: list[int]
) -> NDArray[np.float64]:
    """Give the Jaccard overlap of each segment_id with each label."""
    both = one[["customer_id", "segment_id"]].merge(now, on="customer_id")
    table = pd.crosstab(both["segment_id"], both["label"])
    shared = table.reindex(index=ids, columns=labels, fill_value=0).to_numpy(float)
    union = shared.sum(axis=1)[:, None] + shared.sum(axis=0)[None, :] - shared
    return np.asarray(shared / np.maximum(union, 1))


def name_segments(
    model: SegmentModel,
    features: pd.DataFrame,
    described: list[str],
    *,
    previous: Path | None,
    renamed: dict[str, str],
    window_days: int | None = None,
) -> tuple[SegmentModel, list[Match]]:
    """Give a model's segments their ids and names.

    Parameters
    ----------
    model : SegmentModel
        With plain ids by rank.
    features : DataFrame
        The population at the origin.
    described : list of str
        A name by rule for each segment, by label.
    previous : Path or None
        The previous run's folder.
    renamed : dict
        ``segment_names`` of the configuration: id or present name to the user's name.
    window_days : int, optional
        How far the features look back. Where the previous run's looked back equally
        far and meant the same, its model is asked about today's customers as well.

    Returns
    -------
    model : SegmentModel
        Ids and names carried on where segments match; new ids are never reused.
    matches : list of Match

    Raises
    ------
    ConfigError
        If a name would stand for two segments, or for customers who came or went.
    """
    _refuse_reserved(renamed)
    number = _next_number(previous)
    before = _once_apart(previous)
    resting = _resting(before, {str(row["extra"]) for row in model.extra})
    if [s["segment_id"] for s in model.segments] == ["S00"]:
        return replace(model, next_number=number, resting=resting), []
    matches = _matches(model, features, previous, window_days)
    # Nor does a new segment get the name of one that has just gone, or may come back.
    taken = {m.name for m in matches} | set(renamed.values()) | _names(previous)
    apart = {str(row["extra"]): row for row in model.extra} | before
    taken |= {str(row["name"]) for row in apart.values()}
    segments, number = _named(model, described, matches, taken, number)
    extra, number = _named_apart(model, before, number)
    for row in [*segments, *extra]:
        own, name = str(row["segment_id"]), str(row["name"])
        row["name"] = renamed.get(own, renamed.get(name, name))
    _refuse_doubles([str(s["name"]) for s in [*segments, *extra]])
    fallback = [s["segment_id"] for s in model.segments].index(model.fallback)
    named = replace(
        model,
        segments=segments,
        fallback=str(segments[fallback]["segment_id"]),
        extra=extra,
        next_number=number,
        resting=resting,
    )
    return named, matches


def _names(previous: Path | None) -> set[str]:
    """Give the names of the previous run's segments, kept or not."""
    if previous is None:
        return set()
    return {str(s["name"]) for s in read_record(previous / "model.json")["segments"]}


def _named(
    model: SegmentModel,
    described: list[str],
    matches: list[Match],
    taken: set[str],
    number: int,
) -> tuple[list[dict[str, Any]], int]:
    """Give learned segments, best first, the id and name of their match or new ones."""
    carried = {m.label: (m.segment_id, m.name) for m in matches}
    order = np.argsort([s["rank"] for s in model.segments])
    segments: list[dict[str, Any]] = [{}] * len(order)
    for label in map(int, order):
        if label in carried:
            segment_id, name = carried[label]
        else:
            segment_id, name = f"S{number:02d}", _free(described[label], taken)
            number += 1
        taken.add(name)
        rank = model.segments[label]["rank"]
        segments[label] = {"segment_id": segment_id, "name": name, "rank": rank}
    return segments, number


def _named_apart(
    model: SegmentModel, before: dict[str, dict[str, Any]], number: int
) -> tuple[list[dict[str, Any]], int]:
    """Give segments that stand apart the id and name that they had.

    A rule makes each the same segment in every run, whoever is in it.
    """
    extra = []
    for row in model.extra:
        known = before.get(row["extra"])
        if known is None:
            known = row | {"segment_id": f"S{number:02d}"}
            number += 1
        extra.append(row | {k: known[k] for k in ("segment_id", "name")})
    return extra, number


def _refuse_reserved(renamed: dict[str, str]) -> None:
    for name in renamed.values():
        if name in (NEW, GONE):
            raise ConfigError(
                f"segment_names must not use {NEW!r} or {GONE!r}, but one is {name!r}. "
                "They say who came and went."
            )


def _refuse_doubles(names: list[str]) -> None:
    name, times = Counter(names).most_common(1)[0]
    if times > 1:
        raise ConfigError(
            f"segment_names must give every segment a name of its own, but {times} of "
            f"them would be called {name!r}. Choose different names."
        )


def _next_number(previous: Path | None) -> int:
    if previous is None:
        return 1
    return int(read_record(previous / "model.json")["next_number"])


def _matches(
    model: SegmentModel,
    features: pd.DataFrame,
    previous: Path | None,
    window_days: int | None,
) -> list[Match]:
    if previous is None:
        return []
    ids = [s["segment_id"] for s in model.segments]
    now = model.assign(features)[["customer_id", "segment_id"]]
    now = now[now["segment_id"].isin(ids)]
    now["label"] = now.pop("segment_id").map(ids.index)
    learned = _learned(previous)
    old = _before(previous, learned)
    asked = _asked(previous, learned, model, features, window_days)
    rules = {"S00", *(str(row["segment_id"]) for row in _apart_before(previous))}
    real = ~old["segment_id"].isin(rules)
    return match_segments(old[real], now, replayed=asked)


def _apart_before(previous: Path) -> list[dict[str, Any]]:
    """List the segments of the previous run that a rule made, not a method."""
    record = read_record(previous / "model.json")
    return [row for row in record["segments"] if "extra" in row]


def _once_apart(previous: Path | None) -> dict[str, dict[str, Any]]:
    """Give by kind the segments apart that any run before had, the last one's first."""
    if previous is None:
        return {}
    resting = read_record(previous / "model.json").get("resting", [])
    return {str(row["extra"]): row for row in [*resting, *_apart_before(previous)]}


def _resting(
    before: dict[str, dict[str, Any]], there: set[str]
) -> list[dict[str, Any]]:
    """Keep in mind the segments apart that this run has not."""
    return [
        {key: row[key] for key in ("extra", "segment_id", "name")}
        for kind, row in sorted(before.items())
        if kind not in there
    ]


def _learned(previous: Path) -> SegmentModel | None:
    """Give the previous run's model as learned, if a hand has changed it since.

    What is learned is held against what was learned; decisions by hand come after.
    """
    by_hand = before_by_hand(previous)
    return None if by_hand is None else SegmentModel.from_record(by_hand["learned"])


def _before(previous: Path, learned: SegmentModel | None) -> pd.DataFrame:
    """Give the previous run's segments as learned, whatever a hand did to them."""
    if learned is None:
        return pd.read_parquet(previous / "segments.parquet")
    return learned.assign(pd.read_parquet(previous / "features.parquet"))


def _asked(
    previous: Path,
    learned: SegmentModel | None,
    model: SegmentModel,
    features: pd.DataFrame,
    window_days: int | None,
) -> pd.DataFrame | None:
    """Ask the previous model about today's customers, if it can be asked."""
    quality = previous / "data_quality.json"
    if window_days is None or not quality.exists():
        return None
    if int(read_record(quality)["window_days"]) != window_days:
        return None
    old = learned or SegmentModel.from_record(read_record(previous / "model.json"))
    means = {f["name"]: f["definition_version"] for f in model.features}
    for own in old.features:
        name, version = own["name"], own["definition_version"]
        if name not in features or means.get(name, version) != version:
            return None
    return replace(old, replicates=[]).assign(features)


def _free(name: str, taken: set[str]) -> str:
    number, free = 2, name
    while free in taken:
        free = f"{name} {number}"
        number += 1
    return free
