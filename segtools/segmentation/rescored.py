"""What decisions by hand cost or gain: stability and the contest's figures again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
from scipy.optimize import linear_sum_assignment

from segtools.segmentation.by_hand import Carried
from segtools.segmentation.contest import judge_also
from segtools.segmentation.decisions import Decision, apply_decisions
from segtools.segmentation.earlier_cuts import NotJudgedError, moved_alike
from segtools.segmentation.entries import Contest, Entry
from segtools.segmentation.figures import FIGURES, interval
from segtools.segmentation.model import SegmentModel
from segtools.segmentation.place import place
from segtools.segmentation.scheme import Learned, Scheme, Task, known_scheme
from segtools.wording import plain

# Of two models' segments at most one pair can share this much of its customers.
SAME = 0.5


def rescore(
    carried: Carried,
    contest: Contest,
    features: pd.DataFrame,
    learning: pd.DataFrame,
    whole: pd.DataFrame | None = None,
) -> dict[str, Any] | None:
    """Judge what decisions by hand made, as the contest judged what was learned.

    The winner learns again on the judging leg. Its segments there are those of the
    frozen model that hold the same customers at the origin (of a scorecard, the bands
    in the same order); the decisions are carried out on them, moved cuts by
    `moved_alike`, and the outcome judges both.

    Parameters
    ----------
    carried : Carried
        As `carry_out` gives it.
    contest : Contest
        Learned without excluded variables.
    features : DataFrame
        The population at the origin.
    learning : DataFrame
        As it was given to the contest.
    whole : DataFrame, optional
        With the excluded variables, for the figures before.

    Returns
    -------
    dict or None
        What ``by_hand`` of ``selection.json`` keeps: ``decisions`` (records with
        ``applied``), ``n_segments`` and ``stability`` (``before``, ``after``),
        ``figures`` (each with intervals ``before``, ``after`` and of their ``change``;
        empty where ``not_judged`` says why), ``over_random`` and ``learned``, the model
        before. None where nothing was decided.
    """
    if not carried.done and not carried.left:
        return None
    before, after, why_not = _judged(carried, contest, features, learning, whole)
    return {
        "decisions": [
            *(d.record() | {"applied": True} for d in carried.done),
            *(d.record() | {"applied": False} for d in carried.left),
        ],
        "n_segments": _both(carried, lambda m: len(m.segments)),
        "stability": _both(
            carried, lambda m: float(m.assign(features)["confidence"].mean())
        ),
        "figures": _figures(before, after) if before and after else {},
        "over_random": contest.over(after, "random") if after else None,
        "not_judged": why_not,
        "learned": replace(carried.learned, replicates=[]).record(),
    }


def _both(carried: Carried, of: Callable[[SegmentModel], Any]) -> dict[str, Any]:
    return {"before": of(carried.learned), "after": of(carried.model)}


def _figures(before: Entry, after: Entry) -> dict[str, Any]:
    return {
        name: {
            "before": interval(before.draws[name]),
            "after": interval(after.draws[name]),
            "change": interval(after.draws[name] - before.draws[name]),
        }
        for name in FIGURES
        if name in before.draws and name in after.draws
    }


def _judged(
    carried: Carried,
    contest: Contest,
    features: pd.DataFrame,
    learning: pd.DataFrame,
    whole: pd.DataFrame | None,
) -> tuple[Entry | None, Entry | None, str]:
    """Give the entry without and with the decisions, or say why there is none."""
    winner = contest.winner
    if winner is None:
        return None, None, str(contest.plan.get("sentence") or contest.reason)
    scheme, before, after = known_scheme(winner.scheme), winner, winner
    if whole is not None and len(whole.columns) != len(learning.columns):
        before = judge_also(contest, whole, scheme, winner.asked)
    changes = [d for d in carried.done if d.what != "exclude"]
    if changes:
        try:
            way = _changed_way(scheme, carried.learned, changes, features)
            after = judge_also(contest, learning, way, winner.asked)
        except NotJudgedError as error:
            return None, None, str(error)
    return before, after, ""


def _changed_way(
    scheme: Scheme,
    frozen: SegmentModel,
    changes: Sequence[Decision],
    features: pd.DataFrame,
) -> Scheme:
    """Make a scheme that learns as another one does, and then does what was decided."""
    bought = features[frozen.by_method(features["recency_days"])]

    def learn(task: Task) -> Learned:
        learned = scheme.learn(task)
        earlier = _named_alike(learned, task, frozen, features)
        _refuse_strangers(changes, frozen, earlier)
        own = moved_alike(changes, frozen, earlier, bought, task.at)
        payload = apply_decisions(earlier, own).payload
        return Learned(lambda F: place(payload, F).labels, payload)

    return replace(scheme, learn=learn)


def _named_alike(
    learned: Learned, task: Task, frozen: SegmentModel, features: pd.DataFrame
) -> SegmentModel:
    """Give an earlier model's segments the ids of the frozen model's."""
    if learned.payload is None:
        raise NotJudgedError(
            "Learned earlier, there was only one segment; so nothing could be judged."
        )
    seen = (learned.labels(task.features).max(), learned.labels(task.at).max())
    ids = [f"L{j}" for j in range(int(max(seen)) + 1)]
    rows = [{"segment_id": i, "name": i, "rank": 0} for i in ids]
    earlier = SegmentModel(learned.payload, rows, [], ids[0])
    known = [str(s["segment_id"]) for s in frozen.segments]
    if learned.payload["kind"] == "scorecard" and len(known) == len(ids):
        alike = dict(zip(ids, known, strict=True))  # bands are in order
    else:
        alike = _alike(earlier, frozen, features)
    for row in rows:
        row["segment_id"] = alike.get(str(row["segment_id"]), row["segment_id"])
    fallback = str(rows[0]["segment_id"])
    return replace(earlier, fallback=fallback, next_number=frozen.next_number)


def _alike(
    earlier: SegmentModel, frozen: SegmentModel, features: pd.DataFrame
) -> dict[str, str]:
    """Match two models' segments by the customers that both hold at the origin."""
    bought = features[frozen.by_method(features["recency_days"])]
    own = replace(frozen, replicates=[]).assign(bought)["segment_id"]
    shared = pd.crosstab(own, earlier.assign(bought)["segment_id"])
    size = shared.sum(axis=1).to_numpy()[:, None] + shared.sum(axis=0).to_numpy()
    same = shared.to_numpy() / (size - shared.to_numpy())
    pairs = zip(*linear_sum_assignment(-same), strict=True)
    return {
        str(shared.columns[j]): str(shared.index[i])
        for i, j in pairs
        if same[i, j] >= SAME
    }


def _refuse_strangers(
    changes: Sequence[Decision], frozen: SegmentModel, earlier: SegmentModel
) -> None:
    there = {s["segment_id"] for s in earlier.segments}
    for row in frozen.segments:
        if row["segment_id"] in _touched(changes) - there:
            raise NotJudgedError(
                f"Learned earlier, no segment holds the customers of "
                f"{plain(row['name'])}; so nothing could be judged."
            )


def _touched(changes: Sequence[Decision]) -> set[str]:
    named = [d.arguments.get("segments", []) for d in changes]
    named += [[d.arguments["segment"]] for d in changes if d.what == "split"]
    return {str(s) for some in named for s in some}
