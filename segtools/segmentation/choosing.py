"""Choose the contest's winner by evidence, and say why."""

from __future__ import annotations

from segtools.segmentation.entries import FIGURE, Contest, Entry
from segtools.segmentation.figures import interval
from segtools.segmentation.recommend import recommendation_sentence


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
