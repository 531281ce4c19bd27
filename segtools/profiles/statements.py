"""Statements about a segment, each with share, interval, n and its computation."""

from __future__ import annotations

from scipy import stats

from segtools.profiles.answers import answer_claims
from segtools.profiles.bought import category_claims, channel_claims
from segtools.profiles.claim import MIN_CUSTOMERS, Claim, p_values
from segtools.profiles.events import event_claims
from segtools.profiles.feature_claims import feature_claims
from segtools.profiles.levels import attribute_claims, stage_claims
from segtools.profiles.profile import Segmented

MIN_DIFFERENCE = 0.08
MIN_SHARE = 0.3
FALSE_DISCOVERIES = 0.05


def all_claims(data: Segmented, currency: str) -> list[Claim]:
    """Make every claim that the data allows, whether it is beyond chance or not.

    Parameters
    ----------
    data : Segmented
    currency : str
        Sign or code shown beside money.

    Returns
    -------
    list of Claim
        Of features, stages of life, categories, channels and stores, attributes,
        events and answers; none of a cell that may not be shown.
    """
    return [
        *feature_claims(data, currency),
        *stage_claims(data),
        *category_claims(data),
        *channel_claims(data),
        *attribute_claims(data),
        *event_claims(data),
        *answer_claims(data),
    ]


def evidence(data: Segmented, currency: str) -> dict[str, list[Claim]]:
    """Find what sets each segment apart from everyone, beyond chance.

    Parameters
    ----------
    data : Segmented
    currency : str
        Sign or code shown beside money.

    Returns
    -------
    dict
        segment_id to claims, the most telling first. A claim stands if it holds for
        at least 30 % of the segment, 8 points more than for everyone, among at least
        10 customers, with false discoveries controlled at 5 % over all claims of the
        run (Benjamini & Hochberg 1995).
    """
    enough = [c for c in all_claims(data, currency) if c.n >= MIN_CUSTOMERS]
    # What holds for all or for none cannot tell anybody apart, whoever is where.
    enough = [c for c in enough if 0 < c.base_holders < c.base_n]
    if not enough:
        return {}
    adjusted = stats.false_discovery_control(p_values(enough))
    found: dict[str, list[Claim]] = {}
    for claim, p in zip(enough, adjusted, strict=True):
        telling = claim.share - claim.base_share >= MIN_DIFFERENCE
        if p <= FALSE_DISCOVERIES and telling and claim.share >= MIN_SHARE:
            found.setdefault(claim.segment_id, []).append(claim)
    for own in found.values():
        own.sort(key=lambda c: (-(c.share - c.base_share), c.text))
    return found
