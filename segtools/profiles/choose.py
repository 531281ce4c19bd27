"""Which of the statements that stand a card has room for."""

from __future__ import annotations

from segtools.profiles.claim import Claim
from segtools.profiles.topics import TOPICS

MAX_EVIDENCE, MAX_PER_TOPIC = 12, 3


def choose_claims(claims: list[Claim]) -> list[Claim]:
    """Take the best claim of each topic, then the most telling: twelve in all.

    Parameters
    ----------
    claims : list of Claim
        Of one segment, the most telling first.

    Returns
    -------
    list of Claim
        At most three a topic and one a feature, in the order of the card's headings.
        The first one given is always among them.
    """
    best: dict[str, Claim] = {}
    for claim in claims:
        best.setdefault(claim.topic, claim)
    chosen: list[Claim] = []
    seen: set[tuple[str, str]] = set()
    topics: dict[str, int] = {}
    for claim in [*best.values(), *claims]:
        own = subject(claim)
        full = topics.get(claim.topic, 0) >= MAX_PER_TOPIC
        if own in seen or full or len(chosen) >= MAX_EVIDENCE:
            continue
        seen.add(own)
        topics[claim.topic] = topics.get(claim.topic, 0) + 1
        chosen.append(claim)
    order = list(TOPICS)
    return sorted(chosen, key=lambda c: (order.index(c.topic), claims.index(c)))


def subject(claim: Claim) -> tuple[str, str]:
    """Say what a claim is about: a feature as a whole, but each level by itself."""
    computation = claim.computation
    level = "" if computation["op"] in ("ge", "le") else str(computation["value"])
    if computation["op"] == "did" and computation["column"] == "event":
        level = level.split("_")[0]  # a ticket that was opened was resolved, too
    return computation["column"], level
