"""Whom the contest learns from and whom it judges: a later period, or other people."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from segtools.features.waves import GOAL
from segtools.languages import mark, tr
from segtools.segmentation.entries import Rules
from segtools.segmentation.figures import Array, bootstrap_weights
from segtools.segmentation.scheme import Task, varies

N_FOLDS = 5
# Everybody responded, nobody did: of those learned from, and of those judged.
_RECEIVERS = {
    "learned": (
        mark("All receivers learned from responded in time, so nothing can be judged."),
        mark(
            "None of the receivers learned from responded in time, so nothing can be "
            "judged. Check that conversions name the same campaigns and customers as "
            "campaigns."
        ),
    ),
    "judged": (
        mark("All receivers judged responded in time, so nothing can be judged."),
        mark(
            "None of the receivers judged responded in time, so nothing can be "
            "judged. Check that conversions name the same campaigns and customers as "
            "campaigns."
        ),
    ),
}

Split = tuple[pd.DataFrame, pd.DataFrame]


def splits_of(learning: pd.DataFrame, evidence: str) -> list[Split]:
    """Give each pair of frames to learn on and to judge on; none if nothing can be."""
    by_part = {
        part: rows.drop(columns="part").set_index("customer_id")
        for part, rows in learning.groupby("part")
    }
    if evidence == "out_of_time":
        return [(by_part["judging_learn"], by_part["judging_judge"])]
    if evidence == "cross_fitted" and "final_learn" in by_part:
        rows = by_part["final_learn"]
        # By a hash of the id: a fold does not depend on the order of the rows.
        fold = np.array(
            [
                int.from_bytes(hashlib.sha256(i.encode()).digest()[:4])
                for i in rows.index
            ]
        )
        fold %= N_FOLDS
        return [(rows[fold != f], rows[fold == f]) for f in range(N_FOLDS)]
    return []


def period_before(
    learning: pd.DataFrame, plan: Mapping[str, Any], goal: str
) -> pd.DataFrame | None:
    """Give the period that the judging leg learned from, where it can teach again.

    The final leg learns from the period after it. Both teach where features looked
    equally far back in both, or the same customer would have other features. Of
    campaigns the final leg has all waves anyway.

    Parameters
    ----------
    learning : DataFrame
        As `build_learning` gives it.
    plan : mapping
        As a Plan records it.
    goal : str

    Returns
    -------
    DataFrame or None
        By customer: features and ``outcome``.
    """
    days = {leg["window_days"] for leg in plan.get("legs", ())}
    if plan.get("evidence") != "out_of_time" or len(days) != 1 or goal == GOAL:
        return None
    rows = learning[learning["part"] == "judging_learn"]
    return None if rows.empty else rows.drop(columns="part").set_index("customer_id")


def weights_of(splits: list[Split], n_draws: int, seed: int) -> list[Array]:
    """Draw the weights of a bootstrap over customers, one matrix a split.

    Parameters
    ----------
    splits : list of (DataFrame, DataFrame)
        As `splits_of` gives them.
    n_draws : int
        Rows of each matrix beside the first, which is all ones.
    seed : int

    Returns
    -------
    list of arrays of shape (1 + n_draws, n_judged)
        All rows of one customer, who may have got several campaigns, weigh the same.
    """
    found = []
    for i, (_, judge) in enumerate(splits):
        customers = judge.index.unique()
        drawn = bootstrap_weights(len(customers), n_draws, seed + i)
        found.append(drawn[:, customers.get_indexer(judge.index)])
    return found


def with_own_ids(rows: pd.DataFrame) -> pd.DataFrame:
    """Give each row an id of its own, as learners expect, where customers repeat.

    Examples
    --------
    >>> with_own_ids(pd.DataFrame(index=["ann", "bob", "ann"])).index.tolist()
    ['ann/0', 'bob/0', 'ann/1']
    """
    if rows.index.is_unique:
        return rows
    place = rows.groupby(rows.index.to_numpy()).cumcount()
    pairs = zip(rows.index, place, strict=True)
    return rows.set_axis([f"{customer}/{k}" for customer, k in pairs])


def the_same(splits: list[Split], goal: str) -> str:
    """Say that an outcome is everybody's, so that nothing can be judged.

    Returns
    -------
    str
        One sentence; empty where outcomes differ.
    """
    learned = [learn.outcome for learn, _ in splits]
    judged = [judge.outcome for _, judge in splits]
    if any(len(outcome) < 2 for outcome in judged) or not all(map(varies, learned)):
        return _same_sentence(pd.concat(learned), "learned", goal)
    # Folds of one period are small: one without a response says nothing yet.
    if goal == GOAL and len(judged) == 1 and not varies(judged[0]):
        return _same_sentence(judged[0], "judged", goal)
    return ""


def _same_sentence(outcome: pd.Series, which: str, goal: str) -> str:
    if goal != GOAL or varies(outcome):
        return tr(
            "The outcome is the same for every customer, so nothing can be judged."
        )
    every, none = _RECEIVERS[which]
    return tr(every if outcome.max() > 0 else none)


def task_of(learn: pd.DataFrame, at: pd.DataFrame, rules: Rules, n: int) -> Task:
    """Make the task of learning on one frame for another."""
    names = sorted(learn.columns.drop("outcome"))
    learn, at = with_own_ids(learn), with_own_ids(at)
    return Task(
        features=learn[names],
        outcome=learn["outcome"],
        at=at[names],
        n_segments=n,
        min_share=rules.min_share,
        goal=rules.goal,
        seed=rules.seed,
    )
