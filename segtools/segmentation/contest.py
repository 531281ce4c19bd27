"""The contest: every scheme and baseline on one population, judged out of time."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.config import AUTO_SEGMENTS, RunConfig
from segtools.records import digest
from segtools.segmentation.baselines import TRIVIAL
from segtools.segmentation.ceiling import predict_each
from segtools.segmentation.figures import (
    FIGURES,
    Array,
    Part,
    bootstrap_weights,
    figures,
    interval,
)
from segtools.segmentation.inputs import numbers_only
from segtools.segmentation.recommend import recommendation_sentence, recommended
from segtools.segmentation.scheme import Scheme, Task, schemes, varies
from segtools.wording import percent

Ints = NDArray[np.int64]
FIGURE = "gini"
N_DRAWS = 300
N_FOLDS = 5
CAP_QUANTILE = 0.99


@dataclass(frozen=True)
class Rules:
    """What the contest needs of the configuration."""

    goal: str
    n_segments: int | str = "auto"
    min_share: float = 0.03
    seed: int = 1
    method: str = "auto"
    max_actions: int | None = None

    @classmethod
    def of(cls, config: RunConfig) -> Rules:
        """Take the rules from a run's configuration."""
        return cls(
            goal=config.goal,
            n_segments=config.n_segments,
            min_share=config.min_share,
            seed=config.seed,
            method=config.method,
            max_actions=config.max_actions,
        )

    @property
    def sizes(self) -> tuple[int, ...]:
        """Numbers of segments to try, none above what the team has actions for."""
        asked: tuple[int, ...] = AUTO_SEGMENTS
        if isinstance(self.n_segments, int):
            asked = (self.n_segments,)
        most = self.max_actions or max(asked)
        return tuple(n for n in asked if n <= most) or (most,)


@dataclass
class Entry:
    """One scheme with one number of segments, and the draws of its figures.

    ``labels`` are those of the customers learned from and judged, for each split.
    """

    scheme: str
    label: str
    role: str
    simplicity: int = 9
    asked: int = 0
    n_segments: int | None = None
    smallest_share: float | None = None
    draws: dict[str, Array] = field(default_factory=dict)
    labels: list[tuple[Ints, Ints]] = field(default_factory=list, repr=False)
    learned: str = ""
    why_not: str = ""


@dataclass
class Contest:
    """What the contest found; `record` is what ``contest.json`` keeps."""

    rules: Rules
    plan: dict[str, Any]
    entries: list[Entry] = field(default_factory=list)
    winner: Entry | None = None
    reason: str = ""

    def entry(self, scheme: str) -> Entry | None:
        """Give the best entry of a scheme by the deciding figure."""
        own = [e for e in self.entries if e.scheme == scheme and e.draws]
        return max(own, key=lambda e: float(e.draws[FIGURE][0]), default=None)

    def eligible(self, entry: Entry) -> bool:
        """Say whether an entry may win; a baseline may only if ``method`` names it."""
        own = entry.role == "scheme" or entry.scheme == self.rules.method
        return own and bool(entry.draws) and not entry.why_not

    def candidates(self) -> list[Entry]:
        """List the eligible entries, of the method that is asked for if one is."""
        asked = self.rules.method
        own = [e for e in self.entries if asked in ("auto", e.scheme)]
        return [e for e in own if self.eligible(e)]

    def over(self, entry: Entry, other: str) -> dict[str, float] | None:
        """Give how far an entry lies above a scheme: value and paired interval."""
        against = self.entry(other)
        if against is None or not entry.draws:
            return None
        return interval(entry.draws[FIGURE] - against.draws[FIGURE])

    def best_trivial(self) -> Entry | None:
        """Give the best of spend quintiles, RFM grid and k-means on RFM."""
        own = [e for name in TRIVIAL if (e := self.entry(name))]
        return max(own, key=lambda e: float(e.draws[FIGURE][0]), default=None)


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
    if splits and not _varies(splits):
        contest.plan["evidence"] = "not_judged"
        contest.plan["sentence"] = (
            "The outcome is the same for every customer, so nothing can be judged."
        )
        splits = []
    if splits:
        weights = [
            bootstrap_weights(len(judge), N_DRAWS, rules.seed + i)
            for i, (_, judge) in enumerate(splits)
        ]
        entering = schemes() if among is None else among
        contest.entries += _entries(splits, weights, rules, entering)
        if among is None:
            contest.entries.append(_ceiling(splits, weights, rules))
    choose(contest)
    return contest


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


def _varies(splits: list[Split]) -> bool:
    return all(varies(learn.outcome) and len(judge) > 1 for learn, judge in splits)


def task_of(learn: pd.DataFrame, at: pd.DataFrame, rules: Rules, n: int) -> Task:
    """Make the task of learning on one frame for another."""
    names = sorted(learn.columns.drop("outcome"))
    return Task(
        features=learn[names],
        outcome=learn["outcome"],
        at=at[names],
        n_segments=n,
        min_share=rules.min_share,
        goal=rules.goal,
        seed=rules.seed,
    )


def _entries(
    splits: list[Split], weights: list[Array], rules: Rules, entering: list[Scheme]
) -> list[Entry]:
    found = []
    for scheme in entering:
        sizes = rules.sizes if scheme.role == "scheme" else rules.sizes[-1:]
        for n in sizes:
            found.append(_entry(scheme, n, splits, weights, rules))
    return found


def _entry(
    scheme: Scheme, n: int, splits: list[Split], weights: list[Array], rules: Rules
) -> Entry:
    entry = Entry(scheme.name, scheme.label, scheme.role, scheme.simplicity, asked=n)
    parts, counts, shares, marks = [], [], [], []
    for learn, judge in splits:
        learned = scheme.learn(task_of(learn, judge, rules, n))
        names = sorted(learn.columns.drop("outcome"))
        entry.labels.append(
            (learned.labels(learn[names]), learned.labels(judge[names]))
        )
        part = judged(*entry.labels[-1], learn, judge)
        parts.append(part)
        sizes = np.bincount(part.groups)
        sizes = sizes[sizes > 0]
        counts.append(len(sizes))
        shares.append(sizes.min() / sizes.sum())
        marks.append(learned.payload)
    entry.draws = figures(parts, weights)
    entry.n_segments, entry.smallest_share = max(counts), float(min(shares))
    entry.learned = digest(marks)
    if scheme.role == "scheme" or scheme.name == rules.method:
        entry.why_not = _why_not(entry, rules)
    return entry


def _why_not(entry: Entry, rules: Rules) -> str:
    if entry.n_segments is not None and entry.n_segments < 2:
        return "It found only one segment."
    if entry.smallest_share is not None and entry.smallest_share < rules.min_share:
        return (
            f"Its smallest segment holds {percent(entry.smallest_share)} of the "
            f"customers, less than {percent(rules.min_share)}."
        )
    if rules.max_actions and (entry.n_segments or 0) > rules.max_actions:
        return (
            f"It has {entry.n_segments} segments, but the team can run "
            f"{rules.max_actions} different actions."
        )
    return ""


def judged(
    before: Ints, groups: Ints, learn: pd.DataFrame, judge: pd.DataFrame
) -> Part:
    """Put groups beside what happened to them, and what was expected before.

    Parameters
    ----------
    before, groups : array of int
        Groups of those learned from, and of those judged.
    learn, judge : DataFrame
        With the ``outcome`` of each.
    """
    y, z = learn.outcome.to_numpy(float), judge.outcome.to_numpy(float)
    cap = float(np.quantile(y, CAP_QUANTILE, method="inverted_cdf"))
    return Part(
        outcome=z,
        capped=np.minimum(z, cap),
        predicted=_expect(before, y, groups),
        predicted_capped=_expect(before, np.minimum(y, cap), groups),
        groups=groups,
    )


def _expect(before: Ints, outcome: Array, groups: Ints) -> Array:
    """Give each judged customer the mean outcome his group had before."""
    mean = pd.Series(outcome).groupby(before).mean()
    return mean.reindex(groups).fillna(float(outcome.mean())).to_numpy(float)


def _ceiling(splits: list[Split], weights: list[Array], rules: Rules) -> Entry:
    by_learner: dict[str, list[Part]] = {}
    for learn, judge in splits:
        y, z = learn.outcome.to_numpy(float), judge.outcome.to_numpy(float)
        cap = float(np.quantile(y, CAP_QUANTILE, method="inverted_cdf"))
        given = predict_each(
            learn.drop(columns="outcome"),
            np.minimum(y, cap) if cap > 0 else y,
            judge.drop(columns="outcome"),
            rules.goal,
            rules.seed,
        )
        for name, p in given.items():
            part = Part(z, np.minimum(z, cap), p, p, np.zeros(len(z), dtype=np.int64))
            by_learner.setdefault(name, []).append(part)
    drawn = [figures(parts, weights) for parts in by_learner.values()]
    best = max(drawn, key=lambda d: float(d["r2_capped"][0]))
    best = {k: v for k, v in best.items() if not k.startswith("eta2")}
    return Entry("individual", "One prediction a customer", "ceiling", draws=best)


def choose(contest: Contest) -> None:
    """Take the configured method, or the simplest one that nothing clearly beats."""
    rules = contest.rules
    own = contest.candidates()
    contest.reason = _default_reason(contest, found=bool(own))
    if not own:
        return
    best = max(own, key=lambda e: (float(e.draws[FIGURE][0]), -e.simplicity))
    equal = [e for e in own if _not_worse(e, best)]
    contest.winner = min(equal, key=lambda e: (e.simplicity, e.n_segments, e.asked))
    if rules.method == "auto":
        contest.reason = _reason(contest.winner, best)
    plainer = recommendation_sentence(contest)
    contest.reason = f"{contest.reason} {plainer}".strip()


def _default_reason(contest: Contest, *, found: bool) -> str:
    method = contest.rules.method
    taken = "clusters" if contest.rules.goal == "understand" else "plain rules"
    lacking = (
        "" if found or not contest.entries else "two segments that are large enough"
    )
    if method != "auto":
        asked = f"The configuration asks for the method {method}"
        return f"{asked}, which did not find {lacking}." if lacking else f"{asked}."
    if lacking:
        return f"No scheme found {lacking}, so {taken} are taken."
    return f"Nothing could be judged, so {taken} are taken."


def _not_worse(entry: Entry, best: Entry) -> bool:
    behind = interval(best.draws[FIGURE] - entry.draws[FIGURE])
    return entry is best or behind["low"] <= 0


def _reason(winner: Entry, best: Entry) -> str:
    value = float(winner.draws[FIGURE][0])
    if winner is best:
        return (
            f"{winner.label} with {winner.n_segments} segments has the highest Gini "
            f"({value:.3f}), and no simpler scheme comes within its uncertainty."
        )
    return (
        f"{winner.label} with {winner.n_segments} segments is the simplest scheme "
        f"whose Gini ({value:.3f}) cannot be told from the highest "
        f"({float(best.draws[FIGURE][0]):.3f}, {best.label}, {best.n_segments} "
        "segments)."
    )


def record(contest: Contest) -> dict[str, Any]:
    """Give what ``contest.json`` keeps."""
    rules, winner = contest.rules, contest.winner
    unit = "money" if rules.goal == "grow_spend" else "share"
    return contest.plan | {
        "goal": rules.goal,
        "outcome": {"name": rules.goal, "unit": unit},
        "figure": FIGURE,
        "draws": N_DRAWS,
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
    weights = [
        bootstrap_weights(len(judge), N_DRAWS, rules.seed + i)
        for i, (_, judge) in enumerate(splits)
    ]
    return _entry(scheme, n_segments, splits, weights, rules)
