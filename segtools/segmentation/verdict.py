"""The verdict: structure from the features, worth from the contest, a decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from segtools.segmentation.apart import CALLED
from segtools.segmentation.entries import FIGURE, Contest, Entry
from segtools.segmentation.figures import interval
from segtools.segmentation.glances import Verdict
from segtools.segmentation.structure import Structure

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")
_PURPOSE = {
    "grow_spend": "the next period's spend",
    "keep_customers": "who buys again in the next period",
    "win_back": "who comes back in the next period",
    "respond_to_campaign": "who responds to the next campaign",
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
        text = contest.plan.get("sentence", "Nothing was judged.")
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
    if winner.role == "baseline":
        return (
            f"they are {_inside(winner.label)}, which everything else is measured "
            f"against, and rank {_PURPOSE[goal]} with a Gini of {mine:.2f}"
        )
    if gain["low"] > 0:
        how = "better than"
    elif gain["high"] < 0:
        how = "worse than"
    else:
        how = "no better and no worse than"
    return (
        f"they tell {_PURPOSE[goal]} apart {how} {_inside(trivial.label)} "
        f"(Gini {_pair(mine, theirs)})"
    )


def _inside(label: str) -> str:
    """Start a label in lower case within a sentence, abbreviations aside."""
    if label[:2].isupper():
        return f"the {label}"
    return label[0].lower() + label[1:]


def _pair(mine: float, theirs: float) -> str:
    digits = 2 if round(mine, 2) != round(theirs, 2) else 3
    return f"{mine:.{digits}f} against {theirs:.{digits}f}"


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
        "sentence": f"{sentence} {_apart_sentence(kinds)}".strip(),
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
    if not kinds:
        return ""
    names = [CALLED[k][0].lower() + CALLED[k][1:] for k in kinds]
    said = " and ".join(names)
    return f"{said[0].upper()}{said[1:]} stand apart, by rule."


def _against(worth: Worth, adequacy: str, n_segments: int) -> str:
    if adequacy == "red":
        return "there are too few customers for what we would like to know about each"
    if not worth.beats_random:
        return "no way to segment tells the outcome apart better than random groups"
    if n_segments < 2:
        return "no second segment could be told from the first"
    return ""


def _sentence(
    structure: Structure, worth: Worth, why: str, n: int, *, force: bool
) -> str:
    if why and not force:
        return f"Do not segment yet: {why}."
    count = _NUMBERS[n].capitalize() if n < len(_NUMBERS) else str(n)
    count = f"{count} segment{'s' * (n != 1)}"
    nature = {
        "natural": "natural",
        "reproducible": "reproducible rather than natural",
        "constructed": "constructed rather than natural",
    }[structure.label]
    head = f"{count}, {nature}"
    if worth.word == "not_judged":
        sentence = f"{head}; what they are worth could not be judged."
    else:
        sentence = f"{head}: {worth.sentence}."
    return f"Segments were forced although {why}. {sentence}" if why else sentence
