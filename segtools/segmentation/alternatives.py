"""Learn a segmentation under other choices: the whole decision, without its report."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.segmentation.apart import extra_rows, which
from segtools.segmentation.apart_scheme import days_at_origin, settled
from segtools.segmentation.clusters import learn_centroids
from segtools.segmentation.contest import run_contest
from segtools.segmentation.entries import Contest, Rules
from segtools.segmentation.freeze import final_task, fit_sample, segment_ranks
from segtools.segmentation.scheme import Learned, Scheme, Task, known_scheme, schemes
from segtools.segmentation.structure import Structure
from segtools.segmentation.verdict import decide, judge_worth


@dataclass(frozen=True)
class Prepared:
    """What one cleaning and one window give.

    Attributes
    ----------
    features : DataFrame
        ``customer_id`` and the features that build segments, at the origin.
    learning : DataFrame
        As `build_learning` gives it.
    plan : dict
        As a Plan records it.
    adequacy : {"green", "amber", "red"}
    """

    features: pd.DataFrame
    learning: pd.DataFrame
    plan: dict[str, Any]
    adequacy: str


@dataclass(frozen=True)
class Alternative:
    """One segmentation, described so that it can be compared with another.

    Attributes
    ----------
    facts : dict
        ``structure``, ``decision``, ``worth``, ``beats_random`` (None where nothing
        was judged), ``gini``, ``n_segments``, ``best_customers`` and ``best_value``
        (the best segment's shares of customers and of spend in the window).
    segments : Series
        ``customer_id`` to the rank of the segment, 1 for the best.
    expected : dict
        Rank to the mean outcome before, or mean spend where there is none.
    """

    facts: dict[str, Any]
    segments: pd.Series
    expected: dict[int, float]


def learn_alternative(
    data: Prepared,
    structure: Structure,
    rules: Rules,
    *,
    logged: bool = True,
    force: bool = False,
    max_fit_customers: int = 200_000,
) -> Alternative:
    """Contest, verdict and segments of one method, as a run would have had them.

    Parameters
    ----------
    data : Prepared
        What it learns from.
    structure : Structure
        Verdict of the same features and seed.
    rules : Rules
        With the one ``method`` and ``n_segments`` to take.
    logged : bool, default=True
        Whether k-means takes logs of skewed columns before it standardises them.
    force : bool, default=False
        ``force_segments`` of the configuration.
    max_fit_customers : int, default=200000
        Above this, learning takes a sample.

    Returns
    -------
    Alternative
        With one segment where the verdict is not to segment.

    Raises
    ------
    ConfigError, DataError
        If the method cannot learn from this data.
    """
    rules = settled(rules, data.features, data.plan)
    scheme = _scheme(rules.method, logged=logged)
    contest = _contest(data, scheme, rules)
    days = days_at_origin(rules, data.plan)
    task = final_task(data.learning, data.features, rules, rules.sizes[-1], data.plan)
    task = fit_sample(task, max_fit_customers)
    learned = scheme.learn(task)
    n = len(np.unique(learned.labels(task.at)))
    verdict = decide(
        structure, contest, adequacy=data.adequacy, force=force, n_segments=n
    )
    if n < 2 or verdict["n_segments"] < 2:
        ranks = np.ones(len(data.features), dtype=np.int64)
        expected, n_own = {1: float(_worth(task).mean())}, 1
    else:
        rank = np.asarray(segment_ranks(task, learned), dtype=np.int64)
        ranks = _everybody(data.features, task, learned, rank)
        expected = _expected(task, rank[learned.labels(task.features)])
        n_own = len(np.unique(ranks))
        ranks, more = _apart(data, rules, days, ranks)
        expected |= more
    segments = pd.Series(ranks, data.features["customer_id"].astype(str))
    spend = data.features["spend_total"].fillna(0).to_numpy(float)
    facts = _facts(verdict, contest, ranks, spend)
    return Alternative(facts | {"n_segments": n_own}, segments, expected)


def _scheme(method: str, *, logged: bool) -> Scheme:
    scheme = known_scheme(method)
    if logged:
        return scheme
    return replace(scheme, learn=lambda t: learn_centroids(t, t.features, plain=True))


def _contest(data: Prepared, scheme: Scheme, rules: Rules) -> Contest:
    """Let a method meet chance and the trivial schemes, and others only if it must.

    A run segments if any scheme beats chance: where this one does, the others would
    change nothing and are spared.
    """
    baselines = schemes("baseline")
    among = [*baselines, scheme]
    contest = run_contest(data.learning, data.plan, rules, among=among)
    if judge_worth(contest).beats_random:
        return contest
    others = [s for s in schemes("scheme") if s.name != scheme.name]
    return run_contest(data.learning, data.plan, rules, among=[*among, *others])


def _everybody(
    features: pd.DataFrame, task: Task, learned: Learned, rank: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Give everybody's rank; who has never bought goes to the last segment."""
    found = np.full(len(features), rank.max(), dtype=np.int64)
    known = features["customer_id"].isin(task.at.index).to_numpy()
    found[known] = rank[learned.labels(task.at)]
    return found


def _apart(
    data: Prepared, rules: Rules, days: float, ranks: NDArray[np.int64]
) -> tuple[NDArray[np.int64], dict[int, float]]:
    """Let those who stand apart follow the last segment, with what they did before."""
    extra, k = extra_rows(rules.apart, days, 1), int(ranks.max())
    place = which(extra, data.features["recency_days"].to_numpy(float))
    before = data.learning[data.learning["part"] == "final_learn"]
    then = which(extra, before["recency_days"].to_numpy(float))
    mean = before["outcome"].astype(float).groupby(then).mean()
    expected = {k + 1 + int(i): float(v) for i, v in mean.items() if i >= 0}
    return np.where(place < 0, ranks, k + 1 + place), expected


def _worth(task: Task) -> pd.Series:
    own = task.features["spend_total"] if task.outcome is None else task.outcome
    return own.fillna(0).astype(float)


def _expected(task: Task, ranks: NDArray[np.int64]) -> dict[int, float]:
    mean = _worth(task).groupby(ranks).mean()
    return {int(rank): float(value) for rank, value in mean.items()}


def _facts(
    verdict: dict[str, Any],
    contest: Contest,
    ranks: NDArray[np.int64],
    spend: NDArray[np.float64],
) -> dict[str, Any]:
    entry = contest.entry(contest.rules.method)
    over = contest.over(entry, "random") if entry else None
    customers, value = best_shares(ranks == 1, spend)
    return {
        "structure": verdict["structure"],
        "decision": verdict["decision"],
        "worth": verdict["worth"],
        "beats_random": None if over is None else bool(over["low"] > 0),
        "gini": float(entry.draws["gini"][0]) if entry else None,
        "best_customers": customers,
        "best_value": value,
    }


def best_shares(
    best: NDArray[np.bool_], spend: NDArray[np.float64]
) -> tuple[float, float]:
    """Give the shares of customers and of spend that the best segment holds.

    Examples
    --------
    >>> best_shares(np.array([True, False, False, False]), np.array([6.0, 2, 1, 1]))
    (0.25, 0.6)
    """
    total = float(spend.sum())
    value = float(spend[best].sum()) / total if total > 0 else 0.0
    return float(best.mean()), value
