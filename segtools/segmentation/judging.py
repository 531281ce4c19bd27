"""Judge one scheme, or one prediction a customer, on what happened later."""

from __future__ import annotations

import numpy as np
import pandas as pd

from segtools.languages import tr, trn
from segtools.records import digest
from segtools.segmentation.apart_scheme import standing_apart
from segtools.segmentation.ceiling import predict_each
from segtools.segmentation.entries import Entry, Ints, Rules
from segtools.segmentation.figures import Array, Part, figures
from segtools.segmentation.scheme import Scheme
from segtools.segmentation.splits import Split, task_of
from segtools.wording import number, percent

CAP_QUANTILE = 0.99


def judge_scheme(
    scheme: Scheme,
    n: int,
    splits: list[Split],
    weights: list[Array],
    rules: Rules,
    *,
    days: float,
) -> Entry:
    """Let one scheme learn and be judged on every split.

    Parameters
    ----------
    scheme : Scheme
    n : int
        Number of segments that it is asked for.
    splits : list of (DataFrame, DataFrame)
        As `splits_of` gives them.
    weights : list of arrays
        As `weights_of` gives them.
    rules : Rules
        Who stands apart is one more group, whose outcome counts; neither the number
        of segments nor their shares count it.
    days : float
        How far the judged customers' features look back.
    """
    scheme = standing_apart(scheme, rules, days)
    label = tr(scheme.label)
    entry = Entry(scheme.name, label, scheme.role, scheme.simplicity, asked=n)
    parts, counts, shares, marks = [], [], [], []
    for learn, judge in splits:
        learned = scheme.learn(task_of(learn, judge, rules, n))
        names = sorted(learn.columns.drop("outcome"))
        entry.labels.append(
            (learned.labels(learn[names]), learned.labels(judge[names]))
        )
        part = judged(*entry.labels[-1], learn, judge)
        parts.append(part)
        sizes = np.bincount(part.groups)[learned.n_apart :]
        sizes = sizes[sizes > 0]
        counts.append(len(sizes))
        shares.append(sizes.min(initial=len(part.groups)) / len(part.groups))
        marks.append(learned.payload)
    entry.draws = figures(parts, weights)
    entry.n_segments, entry.smallest_share = max(counts), float(min(shares))
    entry.learned = digest(marks)
    if scheme.role == "scheme" or scheme.name == rules.method:
        entry.why_not = _why_not(entry, rules)
    return entry


def _why_not(entry: Entry, rules: Rules) -> str:
    if entry.n_segments is not None and entry.n_segments < 2:
        return tr("It found only one segment.")
    if entry.smallest_share is not None and entry.smallest_share < rules.min_share:
        return tr(
            "Its smallest segment holds {share} of the customers, less than {least}.",
            share=percent(entry.smallest_share),
            least=percent(rules.min_share),
        )
    many = (entry.n_segments or 0) + len(rules.apart)
    if rules.max_actions and many > rules.max_actions:
        return trn(
            "It has {n} segment, but the team can run {most} different actions.",
            "It has {n} segments, but the team can run {most} different actions.",
            many,
            most=number(rules.max_actions),
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


def judge_each(splits: list[Split], weights: list[Array], rules: Rules) -> Entry:
    """Judge the best of three individual predictions; parameters as above."""
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
    label = tr("One prediction a customer")
    return Entry("individual", label, "ceiling", draws=best)
