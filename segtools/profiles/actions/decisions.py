"""The decisions that a report suggests: one a treatment, in order of priority."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from segtools.joining import semicolons
from segtools.languages import tr, trn
from segtools.profiles.actions.effects import (
    Outlook,
    effect_sentence,
    pooled,
    test_sentence,
)
from segtools.profiles.actions.same import together
from segtools.wording import listed, percent, shorten

MOST = 3


def decisions(
    rows: Sequence[Mapping[str, Any]],
    outlooks: Mapping[str, Outlook],
    goal: str,
    days: int,
    currency: str,
) -> list[dict[str, Any]]:
    """Suggest the first treatments in priority, with size, effect and test.

    Parameters
    ----------
    rows : sequence of mapping
        Of ``actions.json``, with their priority.
    outlooks : mapping of str to Outlook
        By segment_id.
    goal : str
    days : int
        ``outcome_days``.
    currency : str

    Returns
    -------
    list of dict
        Three at most, with ``title``, ``text``, ``size``, ``effect``, ``test`` and
        ``segments`` (ids). Segments with the same treatment are one decision.
    """
    ordered = sorted(rows, key=lambda r: r["priority"])
    return [
        _decision(group, outlooks, goal, days, currency)
        for group in together(ordered)[:MOST]
    ]


def _decision(
    group: Sequence[Mapping[str, Any]],
    outlooks: Mapping[str, Outlook],
    goal: str,
    days: int,
    currency: str,
) -> dict[str, Any]:
    outlook = pooled([outlooks[r["segment_id"]] for r in group])
    worth = [r["value_share"] for r in group]
    share = None if None in worth else sum(worth)
    return {
        "title": tr("{message}: {who}", message=group[0]["message"], who=_who(group)),
        "text": tr("{statement}.", statement=group[0]["offer"]),
        "size": trn(
            "{n} customer, {share} of spend",
            "{n} customers, {share} of spend",
            outlook.n,
            share=percent(share),
        ),
        "effect": _effect(group, outlook, goal, currency),
        "test": test_sentence(outlook, goal, days, currency),
        "segments": [r["segment_id"] for r in group],
    }


def _effect(
    group: Sequence[Mapping[str, Any]], outlook: Outlook, goal: str, currency: str
) -> str:
    """Say what was measured of all who get the treatment, or what is assumed."""
    measured = [r["worth"] != r.get("assumed", r["worth"]) for r in group]
    if all(measured):
        return semicolons(dict.fromkeys(str(r["effect"]) for r in group))
    return effect_sentence(outlook, goal, currency)


def _who(group: Sequence[Mapping[str, Any]]) -> str:
    """Name the segments of a treatment, as far as a heading has room."""
    if len(group) == 1:
        return str(group[0]["segment"])
    if len(group) == 2:
        return listed(shorten(r["segment"], 40) for r in group)
    return trn("{n} segment", "{n} segments", len(group))
