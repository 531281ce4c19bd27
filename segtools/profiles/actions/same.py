"""Segments that would be treated alike: one treatment, or one segment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from segtools.joining import bracketed
from segtools.languages import markn, tr, trn
from segtools.wording import listed, number, plain, shorten

Row = Mapping[str, Any]
_CAN = markn(
    "{n} segment gets {actions}; the team can run {most}.",
    "{n} segments get {actions}; the team can run {most}.",
)
_TOO_MANY = markn(
    "{n} segment gets {actions}, but the team can run {most} (max_actions): leave out "
    "the last in priority, or merge segments.",
    "{n} segments get {actions}, but the team can run {most} (max_actions): leave out "
    "the last in priority, or merge segments.",
)


def together(rows: Sequence[Row]) -> list[list[Row]]:
    """Group the rows that say the same: message and offer, word for word."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["message"], row["offer"]), []).append(row)
    return list(groups.values())


def same_treatment(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Flag segments that get the same treatment, with the decision to merge them.

    Parameters
    ----------
    rows : sequence of mapping
        Of ``actions.json``.

    Returns
    -------
    list of dict
        ``segments`` (ids), ``rule``, ``sentence``, and ``decision``, an entry for the
        configuration's ``decisions``; None where it would merge all segments into one.
    """
    return [
        {
            "segments": [r["segment_id"] for r in group],
            "rule": group[0]["rule"],
            "sentence": _sentence(group, len(rows)),
            "decision": _decision(group) if len(group) < len(rows) else None,
        }
        for group in together(rows)
        if len(group) > 1
    ]


def _sentence(group: Sequence[Row], all_of: int) -> str:
    names = listed(bracketed(shorten(r["segment"], 40), r["segment_id"]) for r in group)
    what = shorten(group[0]["message"], 70)
    if len(group) == all_of:
        return trn(
            "All {n} segment get the same treatment (“{message}”): for what is done, "
            "one list would do.",
            "All {n} segments get the same treatment (“{message}”): for what is done, "
            "one list would do.",
            all_of,
            message=what,
        )
    return tr(
        "{segments} get the same treatment (“{message}”): run them as one, or merge "
        "them.",
        segments=names,
        message=what,
    )


def _decision(group: Sequence[Row]) -> dict[str, Any]:
    return {
        "what": "merge",
        "segments": [r["segment_id"] for r in group],
        "why": tr(
            "The rule book has one treatment for them ({rule}).", rule=group[0]["rule"]
        ),
    }


def merge_block(actions: Mapping[str, Any]) -> str:
    """Write what would merge them, to be put into the configuration.

    Parameters
    ----------
    actions : mapping
        The content of ``actions.json``.

    Returns
    -------
    str
        YAML with the key ``decisions``; a comment where there is nothing to merge.

    Examples
    --------
    >>> made = {"what": "merge", "segments": ["S01", "S03"], "why": "One letter."}
    >>> print(merge_block({"same": [{"decision": made}]}))
    decisions:
    - what: merge
      segments: [S01, S03]
      why: One letter.
    """
    found = [s["decision"] for s in actions["same"] if s["decision"]]
    if not found:
        return f"# {tr('Nothing to merge.')}"
    lines = ["decisions:"]
    for made in found:
        flow = yaml.safe_dump(made["segments"], default_flow_style=True, width=10_000)
        lines += ["- what: merge", f"  segments: {flow.strip()}"]
        why = {"why": plain(made["why"])}
        text = yaml.safe_dump(why, width=10_000, allow_unicode=True)
        lines.append(f"  {text.strip()}")
    return "\n".join(lines)


def actions_sentence(actions: Mapping[str, Any]) -> str:
    """Say how many different actions there are, and whether the team can run them.

    Examples
    --------
    >>> actions_sentence({"different": 3, "segments": [1, 2, 3], "max_actions": 2})
    '3 segments get 3 different actions, but the team can run 2 (max_actions): leave \
out the last in priority, or merge segments.'
    """
    different, most = actions["different"], actions["max_actions"]
    n = len(actions["segments"])
    kinds = trn("{n} different action", "{n} different actions", different)
    if most is None:
        return trn(
            "{n} segment gets {actions}.",
            "{n} segments get {actions}.",
            n,
            actions=kinds,
        )
    pair = _TOO_MANY if different > most else _CAN
    return trn(*pair, n, actions=kinds, most=number(most))
