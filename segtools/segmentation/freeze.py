"""Learn the chosen scheme on the final leg and freeze it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.languages import mark, tr
from segtools.progress import progress
from segtools.schema import ConfigError
from segtools.segmentation.apart import extra_rows
from segtools.segmentation.apart_scheme import awake, days_at_origin
from segtools.segmentation.clusters import replicate_centroids
from segtools.segmentation.entries import Contest, Rules
from segtools.segmentation.latent_class import replicate_classes
from segtools.segmentation.mixtures import replicate_mixture
from segtools.segmentation.model import SegmentModel, everyone, read_features
from segtools.segmentation.scheme import Learned, Scheme, Task, known_scheme, varies
from segtools.segmentation.scorecard import replicate, taught_by
from segtools.segmentation.splits import period_before, with_own_ids
from segtools.segmentation.ward import replicate_ward

N_REPLICATES = 50
BUILT_IN = ("goal", "clusters", "mixture", "rules", "ward")


def pick_scheme(contest: Contest) -> tuple[Scheme, int]:
    """Give the scheme to freeze and its number of segments.

    The contest's winner; where nothing was judged, the configured method or, with
    ``auto``, clusters for the goal understand and RFM rules otherwise.

    Raises
    ------
    ConfigError
        If the configured method is unknown or cannot serve this goal.
    """
    rules = contest.rules
    if contest.winner is not None:
        return known_scheme(contest.winner.scheme), contest.winner.asked
    name = rules.method
    if name == "auto":
        name = "clusters" if rules.goal == "understand" else "rules"
    scheme = known_scheme(name)
    if scheme.needs_outcome and contest.plan["evidence"] == "not_judged":
        raise ConfigError(
            f"method {name} must have an outcome to learn from, but there is none: "
            f"{contest.plan['sentence']} Use method: rules or clusters."
        )
    return scheme, rules.sizes[-1]


def final_task(
    learning: pd.DataFrame,
    features: pd.DataFrame,
    rules: Rules,
    n: int,
    plan: Mapping[str, Any] | None = None,
) -> Task:
    """Make the task of the final leg: learn before, assign at the origin.

    Where there is no final leg, it learns on the features at the origin itself. Of
    customers who stand apart nothing is learned.

    Parameters
    ----------
    learning : DataFrame
        As `build_learning` gives it.
    features : DataFrame
        One row per customer of the population at the origin.
    rules : Rules
    n : int
        Number of segments.
    plan : mapping, optional
        As a Plan records it: how far features look back, and whether the judging leg's
        first period may teach, too. Default: the rules' window, and it may not.
    """
    plan = plan or {}
    back = days_at_origin(rules, plan)
    known = features[features["recency_days"].notna()].set_index("customer_id")
    known = known[awake(known, rules, back)]
    names = sorted(known.columns)
    rows = learning[learning["part"] == "final_learn"].set_index("customer_id")
    rows = rows[awake(rows, rules, back)]
    rows = with_own_ids(rows)
    outcome = rows["outcome"] if varies(rows["outcome"]) else None
    before = period_before(learning, plan, rules.goal)
    # The smallest share is one of everybody, those without orders included.
    least = rules.least_share(len(features))
    share = min(least * len(features) / max(len(known), 1), 1.0)
    return Task(
        features=rows[names] if outcome is not None else known[names],
        outcome=outcome,
        at=known[names],
        n_segments=n,
        min_share=share,
        goal=rules.goal,
        seed=rules.seed,
        earlier=None if before is None else before[awake(before, rules, back)],
    )


def fit_sample(task: Task, most: int) -> Task:
    """Learn on a sample, stratified by spend, where there are very many customers."""
    if task.earlier is not None:
        task = replace(task, earlier=_stratified(task.earlier, most))
    if len(task.features) <= most:
        return task
    features = _stratified(task.features, most)
    outcome = None if task.outcome is None else task.outcome[features.index]
    return replace(task, features=features, outcome=outcome)


def _stratified(rows: pd.DataFrame, most: int) -> pd.DataFrame:
    if len(rows) <= most:
        return rows
    order = np.lexsort((rows.index, rows["spend_total"].fillna(0)))
    return rows.iloc[np.sort(order[np.linspace(0, len(rows) - 1, most).astype(int)])]


def freeze(
    contest: Contest,
    learning: pd.DataFrame,
    features: pd.DataFrame,
    catalogue: list[dict[str, Any]],
    max_fit_customers: int = 200_000,
) -> SegmentModel:
    """Learn the chosen scheme and give the frozen model, with plain names S01, ...

    Parameters
    ----------
    contest : Contest
        Decides the scheme.
    learning : DataFrame
        As `build_learning` gives it.
    features : DataFrame
        One row per customer of the population at the origin.
    catalogue : list of dict
        Entries of the features, for units and versions.
    max_fit_customers : int, default=200000
        Above this, learning takes a sample.

    Returns
    -------
    SegmentModel
        With one segment where no more could be told apart.
    """
    scheme, n = pick_scheme(contest)
    rules = contest.rules
    days = days_at_origin(rules, contest.plan)
    whole = final_task(learning, features, rules, n, contest.plan)
    task = fit_sample(whole, max_fit_customers)
    learned = scheme.learn(task)
    payload = learned.payload
    sizes = np.unique(learned.labels(task.at), return_counts=True)[1]
    if payload is None or len(sizes) < 2:
        return everyone()
    _refuse_small(scheme, sizes, len(features) if rules.apart else sizes.sum(), rules)
    rank = segment_ranks(task, learned)
    segments: list[dict[str, Any]] = [
        {"segment_id": f"S{r:02d}", "name": tr("Segment {number}", number=r), "rank": r}
        for r in rank
    ]
    worst = str(segments[int(np.argmax(rank))]["segment_id"])
    return SegmentModel(
        payload=payload,
        segments=segments,
        features=read_features(payload, catalogue),
        fallback=worst,
        replicates=replicates(task, learned),
        extra=extra_rows(rules.apart, days, len(segments) + 1),
        next_number=len(segments) + len(rules.apart) + 1,
    )


def _refuse_small(
    scheme: Scheme, sizes: NDArray[np.int64], n: int, rules: Rules
) -> None:
    """Refuse a user's scheme that breaks `min_share`; built-in ones keep to it."""
    share, least = float(sizes.min() / n), rules.least_share(int(n))
    if share < least and scheme.name not in BUILT_IN:
        remedy = "join labels in the scheme"
        if scheme.by_name:
            remedy = "use method: rules, which joins cells"
        if scheme.fixed:
            remedy = "move its cut points"
        raise ConfigError(
            f"Every segment must hold at least {least:.0%} of the customers, but the "
            f"smallest of the scheme {scheme.name!r} holds {share:.1%}. "
            f"Lower min_share, or {remedy}."
        )


def segment_ranks(task: Task, learned: Learned) -> list[int]:
    """Rank labels by the outcome learned before, or by spend where there is none."""
    labels = learned.labels(task.features)
    worth = task.outcome
    if worth is None:
        worth = task.features["spend_total"]
    n = int(max(labels.max(), learned.labels(task.at).max())) + 1
    mean = pd.Series(worth.to_numpy(float)).groupby(labels).mean()
    level = mean.reindex(range(n)).fillna(-np.inf).to_numpy()
    if learned.payload is not None and learned.payload["kind"] == "scorecard":
        return list(range(1, n + 1))  # bands are in order by construction
    rank = np.empty(n, dtype=int)
    rank[np.lexsort((np.arange(n), -level))] = np.arange(1, n + 1)
    return [int(r) for r in rank]


def replicates(task: Task, learned: Learned) -> list[Any]:
    """Learn the method again on bootstrap samples; rules are not uncertain."""
    payload = learned.payload
    if payload is None or payload["kind"] == "rules":
        return []
    rng = np.random.default_rng(task.seed)
    people = taught_by(task) if payload["kind"] == "scorecard" else task.features.index
    n = len(people)
    found = []
    for _ in progress(range(N_REPLICATES), mark("Bootstrap models")):
        rows: NDArray[np.int64] = np.sort(rng.integers(n, size=n))
        found.append(_again(task, payload, rows))
    return found


def _again(task: Task, payload: dict[str, Any], rows: NDArray[np.int64]) -> Any:
    if payload["kind"] == "scorecard":
        return replicate(task, payload, rows)
    if payload["kind"] == "mixture":
        gaussian = payload["form"] == "gaussian"
        return (replicate_mixture if gaussian else replicate_classes)(
            task, payload, rows
        )
    own = replicate_ward if payload.get("method") == "ward" else replicate_centroids
    return own(task, payload, rows)
