"""The verdict: structure from the features, worth from the contest, a decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from segtools.joining import sentences
from segtools.languages import mark, markc, markn, tr, trc, trn
from segtools.segmentation.apart import DORMANT, NO_ORDERS
from segtools.segmentation.entries import FIGURE, Contest, Entry
from segtools.segmentation.figures import interval
from segtools.segmentation.glances import Verdict
from segtools.segmentation.structure import Structure
from segtools.wording import number

_COUNTS = (
    mark("No segments"),
    mark("One segment"),
    mark("Two segments"),
    mark("Three segments"),
    mark("Four segments"),
    mark("Five segments"),
    mark("Six segments"),
    mark("Seven segments"),
    mark("Eight segments"),
)
_NATURES = {
    "natural": markn("{segments}, natural", "{segments}, natural"),
    "reproducible": markn(
        "{segments}, reproducible rather than natural",
        "{segments}, reproducible rather than natural",
    ),
    "constructed": markn(
        "{segments}, constructed rather than natural",
        "{segments}, constructed rather than natural",
    ),
}
# What segments "tell apart" or "rank": the object of either verb, and nothing else.
_PURPOSE = {
    "grow_spend": markc("told apart", "the next period's spend"),
    "keep_customers": markc("told apart", "who buys again in the next period"),
    "win_back": markc("told apart", "who comes back in the next period"),
    "respond_to_campaign": markc("told apart", "who responds to the next campaign"),
}
# The trivial schemes within a sentence: better than these, or these themselves.
_INSIDE = {
    "spend_quintiles": markc("within a sentence", "spend quintiles"),
    "rfm_grid": markc("within a sentence", "the RFM grid"),
    "kmeans_rfm": markc("within a sentence", "k-means on RFM"),
}
_APART = {
    (DORMANT,): mark("Dormant customers stand apart, by rule."),
    (NO_ORDERS,): mark("Customers without any order stand apart, by rule."),
    (DORMANT, NO_ORDERS): mark(
        "Dormant customers and customers without any order stand apart, by rule."
    ),
}


@dataclass(frozen=True)
class Worth:
    """What the contest says: a word, a sentence and whether anything beats chance."""

    word: str
    sentence: str
    beats_random: bool


def judge_worth(contest: Contest) -> Worth:
    """Say whether segments tell the goal's outcome apart.

    *Proved* if the winner's Gini lies above that of random groups and of the best of
    spend quintiles, RFM grid and k-means on RFM, by intervals that exclude zero.
    """
    winner, trivial = contest.winner, contest.best_trivial()
    chance = [contest.over(e, "random") for e in contest.entries if e.role == "scheme"]
    beats = not chance or any(over is not None and over["low"] > 0 for over in chance)
    if winner is None or trivial is None or not winner.draws:
        text = contest.plan.get("sentence", tr("Nothing was judged."))
        return Worth("not_judged", contest.reason if chance else text, beats)
    own = contest.over(winner, "random")
    gain = interval(winner.draws[FIGURE] - trivial.draws[FIGURE])
    proved = own is not None and own["low"] > 0 and gain["low"] > 0
    return Worth(
        "proved" if proved else "not_proved",
        _worth_sentence(winner, trivial, gain, contest.rules.goal),
        beats_random=beats,
    )


def _worth_sentence(
    winner: Entry, trivial: Entry, gain: dict[str, float], goal: str
) -> str:
    mine, theirs = (float(e.draws[FIGURE][0]) for e in (winner, trivial))
    purpose = trc("told apart", _PURPOSE[goal])
    if winner.role == "baseline":
        return tr(
            "they are {scheme}, which everything else is measured against, and rank "
            "{purpose} with a Gini of {gini}",
            scheme=_inside(winner),
            purpose=purpose,
            gini=number(mine, 2),
        )
    digits = 2 if round(mine, 2) != round(theirs, 2) else 3
    return tr(
        _against_trivial(gain),
        purpose=purpose,
        other=_inside(trivial),
        mine=number(mine, digits),
        theirs=number(theirs, digits),
    )


def _against_trivial(gain: dict[str, float]) -> str:
    if gain["low"] > 0:
        return mark(
            "they tell {purpose} apart better than {other} (Gini {mine} against "
            "{theirs})"
        )
    if gain["high"] < 0:
        return mark(
            "they tell {purpose} apart worse than {other} (Gini {mine} against "
            "{theirs})"
        )
    return mark(
        "they tell {purpose} apart no better and no worse than {other} (Gini {mine} "
        "against {theirs})"
    )


def _inside(entry: Entry) -> str:
    """Name a scheme within a sentence; a user's own stays as it is called."""
    known = _INSIDE.get(entry.scheme)
    return entry.label if known is None else trc("within a sentence", known)


def decide(
    structure: Structure,
    contest: Contest,
    *,
    adequacy: str,
    force: bool,
    n_segments: int,
) -> Verdict:
    """Put structure, worth and adequacy together.

    Parameters
    ----------
    structure : Structure
        From the feature matrix alone.
    contest : Contest
        With its winner.
    adequacy : {"green", "amber", "red"}
        Light of `adequacy`.
    force : bool
        ``force_segments`` of the configuration.
    n_segments : int
        How many segments there would be.

    Returns
    -------
    Verdict
        A dict with what ``verdict.json`` keeps; a notebook shows its answer. Who
        stands apart by rule is listed in ``apart`` and not counted in ``n_segments``.
    """
    worth = judge_worth(contest)
    why = _against(worth, adequacy, n_segments)
    decision = "do_not_segment" if why else "segment"
    winner, one = contest.winner, bool(why) and not force
    sentence = _sentence(structure, worth, why, n_segments, force=force)
    kinds = [] if one or n_segments < 2 else list(contest.rules.apart)
    record = {
        "structure": structure.label,
        "structure_sentence": structure.sentence,
        "worth": worth.word,
        "worth_sentence": worth.sentence,
        "judged_on": contest.plan.get("evidence"),
        "decision": decision,
        "why_not": why,
        "forced": bool(why) and force,
        "sentence": sentences([sentence, _apart_sentence(kinds)]),
        "n_segments": 1 if one else n_segments,
        "apart": kinds,
        "scheme": winner.scheme if winner else None,
        "reason": contest.reason,
        "adequacy": adequacy,
        "evidence": structure.evidence | {"n_clusters": structure.n_clusters},
    }
    return Verdict(record)


def _apart_sentence(kinds: Sequence[str]) -> str:
    """Say who stands beside the segments that were counted.

    Examples
    --------
    >>> _apart_sentence(["dormant", "no_orders"])
    'Dormant customers and customers without any order stand apart, by rule.'
    """
    return tr(_APART[tuple(sorted(kinds))]) if kinds else ""


def _against(worth: Worth, adequacy: str, n_segments: int) -> str:
    if adequacy == "red":
        return tr(
            "there are too few customers for what we would like to know about each"
        )
    if not worth.beats_random:
        return tr("no way to segment tells the outcome apart better than random groups")
    if n_segments < 2:
        return tr("no second segment could be told from the first")
    return ""


def _sentence(
    structure: Structure, worth: Worth, why: str, n: int, *, force: bool
) -> str:
    if why and not force:
        return tr("Do not segment yet: {why}.", why=why)
    head = trn(*_NATURES[structure.label], n, segments=_counted(n))
    if worth.word == "not_judged":
        said = tr("{segments}; what they are worth could not be judged.", segments=head)
    else:
        said = tr("{segments}: {worth}.", segments=head, worth=worth.sentence)
    if not why:
        return said
    forced = tr("Segments were forced although {why}.", why=why)
    return sentences([forced, said])


def _counted(n: int) -> str:
    if n < len(_COUNTS):
        return tr(_COUNTS[n])
    return trn("{n} segment", "{n} segments", n)
