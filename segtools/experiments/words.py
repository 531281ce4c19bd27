"""Experiments in words: what was found, what was not, and how far it can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from segtools.experiments.card_words import carried_text, result_text
from segtools.experiments.lift_words import lift_sentences, policy_sentence
from segtools.experiments.sizes import amount, points
from segtools.joining import sentences
from segtools.languages import mark, tr, trn
from segtools.wording import percent, shorten

__all__ = [
    "amount",
    "carried_text",
    "check_sentences",
    "design_sentence",
    "lift_sentences",
    "points",
    "policy_sentence",
    "result_text",
]

Row = Mapping[str, Any]
_ASSOCIATION = {
    "nobody_held_back": mark(
        "{name}: association only, because nobody was held back, so that nobody knows "
        "what its receivers would have done without it."
    ),
    "nobody_treated": mark(
        "{name}: association only, because all its customers were held back, so that "
        "nothing was tested."
    ),
    "no_segment_in_both_arms": mark(
        "{name}: association only, because no segment has customers in both arms."
    ),
    "sample_ratio": mark(
        "{name}: association only, because the arms do not have the sizes that the lot "
        "had dealt: who is missing is not missing by chance."
    ),
    "balance": mark(
        "{name}: association only, because those who were held back had spent "
        "differently before, which a lot does not do."
    ),
}


def design_sentence(campaign: Row) -> str:
    """Say by what right a campaign's figures are called effects, or that they are none.

    Examples
    --------
    >>> design_sentence({"campaign_id": "13", "design": "association",
    ...                  "why": "balance", "drawn": "the segments of then"})[:31]
    '13: association only, because t'
    """
    name = shorten(campaign["campaign_id"])
    if campaign["design"] == "association":
        warned = tr(
            "Receivers were selected: where a segment responds more, that need not be "
            "an effect."
        )
        return sentences([tr(_ASSOCIATION[campaign["why"]], name=name), warned])
    if campaign["why"] == "ours":
        said = [
            tr("{name}: who was held back was decided by lot, by us.", name=name),
        ]
    else:
        said = [
            tr(
                "{name}: who was held back is as the campaign's file says; we did not "
                "deal the lot.",
                name=name,
            )
        ]
    if not campaign["responses_known"]:
        said.append(
            tr("Its file lists nobody of them, so that responses cannot be compared.")
        )
    return sentences([*said, tr("Segments: {drawn}.", drawn=campaign["drawn"])])


def check_sentences(campaign: Row) -> list[str]:
    """Say whether the arms are those of a lot."""
    said = []
    ratio = (campaign["checks"] or {}).get("sample_ratio")
    if ratio and ratio["observed"] is not None:
        said.append(
            tr(
                "Held back were {observed}, planned were {expected} ({odds}).",
                observed=percent(ratio["observed"]),
                expected=percent(ratio["expected"]),
                odds=_odds(ratio),
            )
        )
    balance = (campaign["checks"] or {}).get("balance")
    if balance:
        odds = _odds(balance)
        said.append(tr("What both arms had spent before: {odds}.", odds=odds))
    without = campaign["counts"]["without_segment"]
    if without is None:
        said.append(
            tr(
                "A few of its customers had no segment before it, such as strangers, "
                "and are left out."
            )
        )
    elif without > 0:
        said.append(
            trn(
                "{n} of its customers had no segment before it, such as strangers, and "
                "are left out.",
                "{n} of its customers had no segment before it, such as strangers, and "
                "are left out.",
                without,
            )
        )
    return said


def _odds(check: Row) -> str:
    if check["ok"]:
        return tr("no more apart than chance has it")
    return tr("further apart than chance has it: once in a thousand or less")
