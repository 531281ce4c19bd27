"""Schemes whose dormant customers stand apart: what the contest judges then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.joining import sentences
from segtools.languages import tr, trn
from segtools.segmentation.apart import CALLED, KINDS, extra_rows, which
from segtools.segmentation.entries import Rules
from segtools.segmentation.scheme import Learned, Scheme, Task, varies
from segtools.wording import listed, percent

LEAST_SEGMENTS = 2
# The part of what is learned from that each kind of evidence is judged in.
_LEG = {"out_of_time": "judging", "cross_fitted": "final"}


def settled(rules: Rules, features: pd.DataFrame, plan: Mapping[str, Any]) -> Rules:
    """Settle which customers stand apart in a run, if any were asked for.

    Parameters
    ----------
    rules : Rules
    features : DataFrame
        The population at the origin, with ``recency_days``.
    plan : mapping
        As a Plan records it.

    Returns
    -------
    Rules
        With ``apart``. A kind of fewer than `smallest_cell` customers joins the
        segments, and so do all where too few would be left to make segments of, or
        the team has no actions for more.
    """
    if rules.dormant != "separate":
        return rules
    counts = _counts(rules, features, plan)
    kinds = tuple(k for k in KINDS if counts[k] >= max(rules.smallest_cell, 1))
    if _no_room(rules, kinds) or _too_few_left(rules, counts, kinds, len(features)):
        kinds = ()
    return replace(rules, apart=kinds)


def settled_sentence(
    rules: Rules, features: pd.DataFrame, plan: Mapping[str, Any]
) -> str:
    """Say who stands apart and who does not, and why.

    Parameters
    ----------
    rules : Rules
        As `settled` gives them; the others as there.

    Returns
    -------
    str
        No group of fewer than `smallest_cell` customers is counted.
    """
    if rules.dormant != "separate":
        return tr(
            "Dormant customers and those without any order get one of the segments: "
            "set dormant to separate if they are to stand apart."
        )
    counts = _counts(rules, features, plan)
    if not rules.apart:
        large = tuple(k for k in KINDS if counts[k] >= max(rules.smallest_cell, 1))
        return _nobody_apart(rules, large)
    shares = {k: counts[k] / max(len(features), 1) for k in rules.apart}
    said = trn(
        "Apart, by rule, stand {segments}; dormant is whose last order lies more than "
        "{n} day back.",
        "Apart, by rule, stand {segments}; dormant is whose last order lies more than "
        "{n} days back.",
        days_at_origin(rules, plan),
        segments=listed(_with_share(k, shares[k]) for k in rules.apart),
    )
    few = [tr(CALLED[k]) for k in KINDS if k not in rules.apart]
    return sentences([said, _joins(few[0], rules) if few else ""])


def _with_share(kind: str, share: float) -> str:
    return tr(
        "{segment} ({share} of all)", segment=tr(CALLED[kind]), share=percent(share)
    )


def _joins(segment: str, rules: Rules) -> str:
    return trn(
        "{segment} are fewer than {n} or none, and join.",
        "{segment} are fewer than {n} or none, and join.",
        rules.smallest_cell,
        segment=segment,
    )


def _nobody_apart(rules: Rules, large: tuple[str, ...]) -> str:
    """Say why nobody stands apart, of the kinds that are `large` enough to."""
    if not large:
        return trn(
            "Nobody stands apart: dormant are fewer than {n} customer or none, and so "
            "are those without any order, so they join.",
            "Nobody stands apart: dormant are fewer than {n} customers or none, and so "
            "are those without any order, so they join.",
            rules.smallest_cell,
        )
    if _no_room(rules, large):
        return trn(
            "Nobody stands apart: the team can run {n} different action (max_actions), "
            "which leaves no room beside two segments.",
            "Nobody stands apart: the team can run {n} different actions "
            "(max_actions), which leaves no room beside two segments.",
            rules.max_actions or 0,
        )
    return tr(
        "Nobody stands apart: too few customers ordered in the window to make segments "
        "of them alone."
    )


def _counts(
    rules: Rules, features: pd.DataFrame, plan: Mapping[str, Any]
) -> dict[str, int]:
    place = _places(features, KINDS, days_at_origin(rules, plan))
    return {kind: int((place == i).sum()) for i, kind in enumerate(KINDS)}


def _no_room(rules: Rules, kinds: Sequence[str]) -> bool:
    most = rules.max_actions
    return most is not None and most - len(kinds) < LEAST_SEGMENTS


def _too_few_left(
    rules: Rules, counts: Mapping[str, int], kinds: Sequence[str], n: int
) -> bool:
    left = n - sum(counts[k] for k in kinds)
    return left < LEAST_SEGMENTS * max(rules.least_share(n) * n, 1)


def days_at_origin(rules: Rules, plan: Mapping[str, Any]) -> int:
    """Give how far the features at the origin look back.

    Where nothing is learned from, that is the whole window or the whole history; of a
    history that is shorter than the window nobody can be dormant.
    """
    return _days(rules, plan, "final")


def days_judged(rules: Rules, plan: Mapping[str, Any]) -> int:
    """Give how far the features of the judged customers look back."""
    return _days(rules, plan, _LEG.get(str(plan.get("evidence")), "final"))


def _days(rules: Rules, plan: Mapping[str, Any], name: str) -> int:
    legs = {leg["name"]: int(leg["window_days"]) for leg in plan.get("legs", ())}
    return legs.get(name, rules.window_days)


def awake(rows: pd.DataFrame, rules: Rules, days: float) -> NDArray[np.bool_]:
    """Mark the customers who do not stand apart.

    Parameters
    ----------
    rows : DataFrame
        With ``recency_days`` where anybody can stand apart.
    rules : Rules
        As `settled` gives them.
    days : float
        How far the features look back.
    """
    if not rules.apart:
        return np.ones(len(rows), dtype=bool)
    return np.asarray(_places(rows, rules.apart, days) < 0)


def others(
    features: pd.DataFrame, rules: Rules, plan: Mapping[str, Any]
) -> pd.DataFrame:
    """Give the customers at the origin of whom the segments are made.

    Parameters
    ----------
    features, rules, plan
        As for `settled`; the rules as it gives them.
    """
    return features[awake(features, rules, days_at_origin(rules, plan))]


def _places(rows: pd.DataFrame, kinds: Sequence[str], days: float) -> NDArray[np.int64]:
    return which(extra_rows(kinds, days, 1), rows["recency_days"].to_numpy(float))


def standing_apart(scheme: Scheme, rules: Rules, days: float) -> Scheme:
    """Make a scheme that learns from the others, and keeps some customers apart.

    Parameters
    ----------
    scheme : Scheme
        Any, plain ones and random groups included: so no figure is won by knowing who
        is dormant.
    rules : Rules
        As `settled` gives them.
    days : float
        How far the features look back.

    Returns
    -------
    Scheme
        Its first labels, as many as ``Learned.n_apart``, are the groups apart; its
        payload is that of the others. `scheme` itself where nobody stands apart.
    """
    if not rules.apart:
        return scheme
    return replace(scheme, learn=lambda task: _learned(scheme, task, rules, days))


def _learned(scheme: Scheme, task: Task, rules: Rules, days: float) -> Learned:
    inner, n_apart = _without(task, rules, days), len(rules.apart)
    alone = inner.outcome is not None and not varies(inner.outcome)
    learned = None if alone or inner.at.empty else scheme.learn(inner)

    def labels(features: pd.DataFrame) -> NDArray[np.int64]:
        found = _places(features, rules.apart, days)
        left = found < 0
        own = np.zeros(int(left.sum()), dtype=np.int64)
        if learned is not None and len(own):
            own = learned.labels(features[left])
        found[left] = own + n_apart
        return found

    if learned is None:
        return Learned(labels, n_apart=n_apart)
    return replace(learned, labels=labels, n_apart=n_apart)


def _without(task: Task, rules: Rules, days: float) -> Task:
    """Take those who stand apart out of a task; its smallest share is one of all."""
    learn, at = (awake(rows, rules, days) for rows in (task.features, task.at))
    share = task.min_share * len(at) / max(int(at.sum()), 1)
    return replace(
        task,
        features=task.features[learn],
        outcome=None if task.outcome is None else task.outcome[learn],
        at=task.at[at],
        min_share=min(share, 1.0),
    )
