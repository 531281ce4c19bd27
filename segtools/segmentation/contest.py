"""The contest: every scheme and baseline on one population, judged out of time."""

from __future__ import annotations

from typing import Any

import pandas as pd

from segtools.languages import mark
from segtools.progress import progress
from segtools.segmentation.apart_scheme import days_judged
from segtools.segmentation.choosing import choose
from segtools.segmentation.entries import FIGURE, Contest, Entry, Rules
from segtools.segmentation.figures import FIGURES, Array, interval
from segtools.segmentation.inputs import numbers_only
from segtools.segmentation.judging import judge_each, judge_scheme
from segtools.segmentation.recommend import recommended
from segtools.segmentation.scheme import Scheme, schemes
from segtools.segmentation.splits import Split, splits_of, the_same, weights_of

N_DRAWS = 300


def run_contest(
    learning: pd.DataFrame,
    plan: dict[str, Any],
    rules: Rules,
    *,
    among: list[Scheme] | None = None,
) -> Contest:
    """Let every scheme learn on one period and judge it on a later one.

    Parameters
    ----------
    learning : DataFrame
        As `build_learning` gives it.
    plan : dict
        ``evidence``, ``sentence`` and ``legs``, as a Plan records them.
    rules : Rules
        Goal, numbers of segments, smallest share, seed and method.
    among : list of Scheme, optional
        Only these enter, and no individual prediction; default all registered ones.

    Returns
    -------
    Contest
        Without entries where nothing can be judged.

    Raises
    ------
    DataError
        If a feature holds text or infinite values.
    """
    numbers_only(learning.drop(columns=["part", "customer_id", "outcome"]))
    contest = Contest(rules, dict(plan))
    splits = splits_of(learning, plan["evidence"])
    if splits and (sentence := the_same(splits, rules.goal)):
        contest.plan |= {"evidence": "not_judged", "sentence": sentence}
        splits = []
    if splits:
        weights = weights_of(splits, N_DRAWS, rules.seed)
        entering = schemes() if among is None else among
        for scheme, n in progress(_entering(entering, rules), mark("Entries judged")):
            contest.entries.append(_judged(contest, scheme, n, splits, weights))
        if among is None:
            contest.entries.append(judge_each(splits, weights, rules))
    choose(contest)
    return contest


def _entering(entering: list[Scheme], rules: Rules) -> list[tuple[Scheme, int]]:
    found = []
    for scheme in entering:
        one = scheme.role != "scheme" or scheme.fixed
        found += [(scheme, n) for n in (rules.sizes[-1:] if one else rules.sizes)]
    return found


def _judged(
    contest: Contest, scheme: Scheme, n: int, splits: list[Split], weights: list[Array]
) -> Entry:
    days = days_judged(contest.rules, contest.plan)
    return judge_scheme(scheme, n, splits, weights, contest.rules, days=days)


def record(contest: Contest) -> dict[str, Any]:
    """Give what ``contest.json`` keeps."""
    rules, winner = contest.rules, contest.winner
    unit = "money" if rules.goal == "grow_spend" else "share"
    return contest.plan | {
        "goal": rules.goal,
        "outcome": {"name": rules.goal, "unit": unit},
        "figure": FIGURE,
        "draws": N_DRAWS,
        "apart": list(rules.apart),
        "schemes": [_entry_record(contest, e) for e in contest.entries],
        "winner": None if winner is None else winner.scheme,
        "n_segments": None if winner is None else winner.asked,
        "recommended": recommended(contest),
        "reason": contest.reason,
    }


def _entry_record(contest: Contest, entry: Entry) -> dict[str, Any]:
    known = {n: interval(entry.draws[n]) for n in FIGURES if n in entry.draws}
    return {
        "scheme": entry.scheme,
        "label": entry.label,
        "role": entry.role,
        "asked": entry.asked,
        "n_segments": entry.n_segments,
        "smallest_share": entry.smallest_share,
        "eligible": contest.eligible(entry),
        "why_not": entry.why_not,
        "figures": {n: known.get(n) for n in FIGURES},
        "over_random": contest.over(entry, "random"),
        "learned": entry.learned,
    }


def judge_also(
    contest: Contest, learning: pd.DataFrame, scheme: Scheme, n_segments: int
) -> Entry:
    """Judge one more way to segment, on the draws that all others were judged on.

    Parameters
    ----------
    contest : Contest
        As `run_contest` gave it; not changed. Something must have been judged.
    learning : DataFrame
        As it was given to `run_contest`, perhaps with other features.
    scheme : Scheme
    n_segments : int
        What the scheme is asked for.

    Returns
    -------
    Entry
        Its draws are paired with those of the contest's own entries.
    """
    rules = contest.rules
    splits = splits_of(learning, contest.plan["evidence"])
    weights = weights_of(splits, N_DRAWS, rules.seed)
    return _judged(contest, scheme, n_segments, splits, weights)
