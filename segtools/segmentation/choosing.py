"""Choose the contest's winner by evidence, and say why."""

from __future__ import annotations

from segtools.joining import sentences
from segtools.languages import tr, trn
from segtools.segmentation.entries import FIGURE, Contest, Entry
from segtools.segmentation.figures import interval
from segtools.segmentation.recommend import recommendation_sentence
from segtools.wording import number


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
    contest.reason = sentences([contest.reason, plainer])


def _default_reason(contest: Contest, *, found: bool) -> str:
    method = contest.rules.method
    lacking = bool(contest.entries) and not found
    if method != "auto":
        return _asked(method, lacking=lacking)
    if contest.rules.goal == "understand":
        if lacking:
            return tr(
                "No scheme found two segments that are large enough, so clusters are "
                "taken."
            )
        return tr("Nothing could be judged, so clusters are taken.")
    if lacking:
        return tr(
            "No scheme found two segments that are large enough, so plain rules are "
            "taken."
        )
    return tr("Nothing could be judged, so plain rules are taken.")


def _asked(method: str, *, lacking: bool) -> str:
    if lacking:
        return tr(
            "The configuration asks for the method {method}, which did not find two "
            "segments that are large enough.",
            method=method,
        )
    return tr("The configuration asks for the method {method}.", method=method)


def _not_worse(entry: Entry, best: Entry) -> bool:
    behind = interval(best.draws[FIGURE] - entry.draws[FIGURE])
    return entry is best or behind["low"] <= 0


def _reason(winner: Entry, best: Entry) -> str:
    value = number(winner.draws[FIGURE][0], 3)
    if winner is best:
        return trn(
            "{scheme} with {n} segment has the highest Gini ({gini}), and no simpler "
            "scheme comes within its uncertainty.",
            "{scheme} with {n} segments has the highest Gini ({gini}), and no simpler "
            "scheme comes within its uncertainty.",
            winner.n_segments or 0,
            scheme=winner.label,
            gini=value,
        )
    return trn(
        "{scheme} with {n} segment is the simplest scheme whose Gini ({gini}) cannot "
        "be told from the highest ({best_gini}, {best}, {segments}).",
        "{scheme} with {n} segments is the simplest scheme whose Gini ({gini}) cannot "
        "be told from the highest ({best_gini}, {best}, {segments}).",
        winner.n_segments or 0,
        scheme=winner.label,
        gini=value,
        best_gini=number(best.draws[FIGURE][0], 3),
        best=best.label,
        segments=trn("{n} segment", "{n} segments", best.n_segments or 0),
    )
