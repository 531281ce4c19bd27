"""The shop of lesson 10: two runs a season apart, in three worlds.

Quiet: nobody has changed a habit, and what differs is the chance of which day somebody
went shopping. Loud: some of the bargain hunters have taken to the habits of evening
buyers. Redrawn: nobody has changed, but March asks for five segments instead of four.
All are simulated, so that the truth is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from segtools.features.catalogue import registered
from segtools.history.money import to_money
from segtools.history.movement import Movement, find_movement
from segtools.history.registry import match_segments
from segtools.history.snapshot import Snapshot
from segtools.lessons.shared.shops import features_of, shop_of
from segtools.segmentation.clusters import fit_kmeans, learn_clusters, learn_preprocess
from segtools.segmentation.freeze import replicates
from segtools.segmentation.model import SegmentModel, read_features
from segtools.segmentation.preprocess import prepared
from segtools.segmentation.scheme import Task
from segtools.simulate import Simulation, simulate

# The two windows lie on either side of the busiest day: the season is the same.
THEN, NOW, WINDOW, SEGMENTS = "2024-12-15", "2025-03-15", 90, 4
BUILT_OF = (
    *("basket_lines", "discounted_spend_share", "evening_share", "n_orders"),
    "private_label_share",
)
NAMES = (*BUILT_OF, "recency_days", "spend_total", "interval_days")
WORLDS = ("quiet", "loud", "redrawn")
FROM_KIND, TO_KIND, SWITCH = "Bargain hunters", "Evening treats", 0.4
LOST_DAYS = 75
_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True, eq=False)
class Runs:
    """Two dates in three worlds, and an export that came too late.

    Attributes
    ----------
    then : Snapshot
        The run of December.
    now : dict of str to Snapshot
        That of March in each of `WORLDS`.
    changed : frozenset of str
        Who has other habits in the loud world: the truth.
    fresh, stale : DataFrame
        Features in March of everybody who has ever ordered, in the quiet world: from
        an export up to the day, and from one that ended weeks before.
    seed : int
    """

    then: Snapshot
    now: dict[str, Snapshot]
    changed: frozenset[str]
    fresh: pd.DataFrame
    stale: pd.DataFrame
    seed: int


@cache
def data(seed: int) -> Runs:
    """Simulate the worlds and run both dates.

    Examples
    --------
    >>> sorted(data(1).then.names.values())[:2]
    ['Bargain hunters', 'Evening treats']
    """
    made = simulate(1800, seed=seed)
    lines = steady(made)
    loud, changed = switched(lines, made, seed)
    end = pd.Timestamp(NOW) - (45 + 3 * (seed % 6)) * _DAY
    fresh, stale = (_features(part, NOW) for part in (lines, _until(lines, end)))
    kinds = made.truth.set_index("customer_id")["segment_name"]
    then = snapshot(active(_features(lines, THEN)), THEN, seed, kinds=kinds)
    here = active(fresh)
    now = {
        "quiet": snapshot(here, NOW, seed, before=then),
        "loud": snapshot(active(_features(loud, NOW)), NOW, seed, before=then),
        "redrawn": snapshot(here, NOW, seed, before=then, n=SEGMENTS + 1),
    }
    return Runs(then, now, changed, fresh, stale, seed)


def steady(made: Simulation) -> pd.DataFrame:
    """Keep the order lines of customers who were there all along, and of newcomers.

    Who joined during the first window, or left before March, would change for another
    reason than the one that is looked for.
    """
    then, now = (pd.Timestamp(day) for day in (THEN, NOW))
    truth = made.truth
    stays = truth["left_on"].isna() | (truth["left_on"] > now)
    old = truth["joined_on"] < then - WINDOW * _DAY
    wanted = truth.loc[stays & (old | (truth["joined_on"] >= then)), "customer_id"]
    return made.order_lines[made.order_lines["customer_id"].isin(wanted)]


def switched(
    lines: pd.DataFrame, made: Simulation, seed: int
) -> tuple[pd.DataFrame, frozenset[str]]:
    """Let some bargain hunters shop as evening buyers do, from December on.

    Returns
    -------
    lines : DataFrame
        In which each of them has the later orders of an evening buyer.
    changed : frozenset of str
    """
    late = lines["ordered_at"] >= pd.Timestamp(THEN)
    before = set(lines.loc[~late, "customer_id"])
    kind = made.truth.set_index("customer_id")["segment_name"]
    own, theirs = (
        np.array(sorted(c for c in before if kind[c] == name))
        for name in (FROM_KIND, TO_KIND)
    )
    rng = np.random.default_rng([seed, 5])
    chosen = own[rng.random(len(own)) < SWITCH]
    like = dict(zip(rng.choice(theirs, len(chosen)), chosen, strict=True))
    copied = lines[late & lines["customer_id"].isin(like)]
    copied = copied.assign(
        customer_id=copied["customer_id"].map(like),
        order_id="X" + copied["order_id"],
        returned_order_id=None,
    )
    changed = frozenset(like.values())
    kept = lines[~(late & lines["customer_id"].isin(changed))]
    return pd.concat([kept, copied], ignore_index=True), changed


def _until(lines: pd.DataFrame, end: pd.Timestamp) -> pd.DataFrame:
    return lines[lines["ordered_at"] < end]


def _features(lines: pd.DataFrame, day: str) -> pd.DataFrame:
    return features_of(shop_of(lines), day, days=WINDOW, names=NAMES)


def active(features: pd.DataFrame) -> pd.DataFrame:
    """Keep who has ordered in the window; the others have no habits to go by."""
    return features[features["n_orders"] > 0].reset_index(drop=True)


def snapshot(
    features: pd.DataFrame,
    day: str,
    seed: int,
    *,
    before: Snapshot | None = None,
    kinds: pd.Series | None = None,
    n: int = SEGMENTS,
) -> Snapshot:
    """Learn clusters, name them, and keep what a run keeps.

    Parameters
    ----------
    features : DataFrame
        ``customer_id`` and `NAMES`, of everybody who has ordered in the window.
    day : str
    seed : int
    before : Snapshot, optional
        The run whose names are carried on.
    kinds : Series, optional
        By customer_id, words of which the commonest names a segment.
    n : int, default=4
        How many segments.
    """
    own = features.set_index("customer_id")
    built = own[list(BUILT_OF)]
    task = Task(built, None, built, n, 0.03, "understand", seed)
    learned = learn_clusters(task)
    assert learned.payload is not None  # clusters can always be frozen
    labels = pd.Series(learned.labels(task.at), own.index)
    known = {f.name: f.entry() for f in registered()}
    catalogue = {name: known[name] | {"role": "segmentation"} for name in BUILT_OF}
    segments = _named(labels, before, kinds)
    model = SegmentModel(
        learned.payload,
        segments,
        read_features(learned.payload, list(catalogue.values())),
        str(segments[-1]["segment_id"]),
        replicates(task, learned),
    )
    money = own["spend_total"].map(lambda paid: to_money(f"{paid:.4f}")).astype(object)
    return Snapshot(
        day, model.assign(features), money, features, model, catalogue, WINDOW
    )


def _named(
    labels: pd.Series, before: Snapshot | None, kinds: pd.Series | None
) -> list[dict[str, Any]]:
    """Name each label: carried on by shared customers, by its kind, or by a number."""
    first = 1 if before is None else len(before.names) + 1
    segments: list[dict[str, Any]] = []
    for label in range(int(labels.max()) + 1):
        rank = first + label
        name = f"{'Segment' if before is None else 'New group'} {label + 1}"
        if kinds is not None:
            name = str(kinds.reindex(labels.index[labels == label]).mode()[0])
        segments.append({"segment_id": f"S{rank:02d}", "name": name, "rank": rank})
    if before is not None:
        now = pd.DataFrame({"customer_id": labels.index, "label": labels.to_numpy()})
        ranks = {i: rank for rank, i in enumerate(before.names, 1)}
        for m in match_segments(before.segments, now):
            carried = {"segment_id": m.segment_id, "name": m.name}
            segments[m.label] = carried | {"rank": ranks[m.segment_id]}
    return segments


@cache
def movement(runs: Runs, world: str = "quiet") -> Movement:
    """Hold March against December, in one of `WORLDS`."""
    return find_movement(runs.then, runs.now[world])


def both_times(runs: Runs, world: str = "quiet") -> pd.DataFrame:
    """Give the rows of a movement of those who were there both times."""
    rows = movement(runs, world).rows
    return rows[rows["from_id"].notna() & rows["to_id"].notna()]


def moved_share(runs: Runs, world: str = "quiet") -> float:
    """Give the share of those there both times who are in another segment."""
    rows = both_times(runs, world)
    return float((rows["from_id"] != rows["to_id"]).mean())


def elsewhere(runs: Runs, side: str, world: str = "quiet") -> float:
    """Give the share of one segment's customers who are, or were, in another.

    Parameters
    ----------
    runs : Runs
    side : {"from", "to"}
        The bargain hunters of December, or those of March.
    world : str, default="quiet"
        One of `WORLDS`.
    """
    rows = both_times(runs, world)
    own = rows[rows[side] == FROM_KIND]
    return float((own["from"] != own["to"]).mean())


@cache
def renumbered(runs: Runs, starts: int = 6) -> pd.DataFrame:
    """Compare the bare numbers of clusters between the two dates of the quiet world.

    Returns
    -------
    DataFrame
        ``start`` and ``moved``: the share of customers with another number, when the
        algorithm starts elsewhere in March.
    """
    frames = [
        run.features.set_index("customer_id")[list(BUILT_OF)]
        for run in (runs.then, runs.now["quiet"])
    ]
    both = frames[0].index.intersection(frames[1].index)
    payload = learn_preprocess(frames[0])
    before, now = (prepared(payload, frame.loc[both]) for frame in frames)
    first = fit_kmeans(before, SEGMENTS, runs.seed).labels_
    again = [fit_kmeans(now, SEGMENTS, 7 * runs.seed + i) for i in range(1, starts + 1)]
    moved = [float((model.labels_ != first).mean()) for model in again]
    return pd.DataFrame({"start": range(1, starts + 1), "moved": moved})
