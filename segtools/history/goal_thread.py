"""The goal's thread: whether goals have moved, and whether segments serve them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from statistics import NormalDist
from typing import Any

import pandas as pd

from segtools.config import GOAL_TEXT
from segtools.history.snapshot import Snapshot
from segtools.languages import header, markc, markn, tr, trc, trn
from segtools.wording import MISSING, listed, percent, plain, rounded

MEASURES = {
    "grow_spend": markn("spend in the next {n} day", "spend in the next {n} days"),
    "keep_customers": markn(
        "the share that orders again within {n} day",
        "the share that orders again within {n} days",
    ),
    "win_back": markn(
        "the share that comes back within {n} day",
        "the share that comes back within {n} days",
    ),
    "respond_to_campaign": markn(
        "the share that responds within {n} day",
        "the share that responds within {n} days",
    ),
}
_ABOUT = {
    "goal": markc("decided", "goal"),
    "decision": markc("decided", "decision"),
    "period": markc("decided", "period"),
    "smallest share": markc("decided", "smallest share"),
}
CHANCE = 0.05
_WEIGHT = "weight of "


def goal_changes(old: Snapshot, new: Snapshot) -> pd.DataFrame:
    """List what people decided otherwise than in the earlier run.

    Parameters
    ----------
    old, new : Snapshot

    Returns
    -------
    DataFrame
        ``About``, ``Before`` and ``Now``; no rows where the goals are the same.
    """
    before, now = _decided(old), _decided(new)
    rows = [
        (_about(name), before.get(name, MISSING), now.get(name, MISSING))
        for name in dict.fromkeys([*before, *now])
        if before.get(name) != now.get(name)
    ]
    return pd.DataFrame(
        rows, columns=[header("About"), header("Before"), header("Now")]
    )


def _about(name: str) -> str:
    """Say what was decided; a weight by the name of its criterion."""
    if name in _ABOUT:
        return trc("decided", _ABOUT[name])
    criterion = trc("criterion", name.removeprefix(_WEIGHT))
    return tr("weight of {criterion}", criterion=plain(criterion))


def _decided(run: Snapshot) -> dict[str, str]:
    """Give what people decide before any segment is seen, in today's language.

    Records of an earlier run may be in another one: only its keys and numbers count.
    """
    goals, config = run.records.get("goals", {}), run.config
    goal = str(goals.get("goal", config.get("goal", "")))
    days = config.get("outcome_days")
    found = {
        "goal": _goal_text(goal),
        "decision": plain(goals.get("decision") or trc("decided", "none")),
        "period": MISSING if days is None else trn("{n} day", "{n} days", int(days)),
        "smallest share": percent(config.get("min_share")),
    }
    return found | {
        f"{_WEIGHT}{name}": rounded(float(weight))
        for name, weight in _weights(run).items()
    }


def _goal_text(goal: str) -> str:
    known: Mapping[str, str] = {str(k): v for k, v in GOAL_TEXT.items()}
    return tr(known[goal]) if goal in known else goal


def _weights(run: Snapshot) -> dict[str, float]:
    """Give the weight of each criterion, by the key of the configuration if known."""
    own = run.config.get("criteria")
    if own:
        return dict(own)
    rows = run.records.get("goals", {}).get("criteria") or []
    return {r["name"]: r["weight"] for r in rows if r.get("weight") is not None}


def goal_sentence(old: Snapshot | None, new: Snapshot) -> str:
    """Say whether the goals are those of the previous run.

    Examples
    --------
    >>> nobody = pd.DataFrame({"customer_id": [], "segment_id": [], "segment": []})
    >>> now = Snapshot("2024-02-01", nobody, records={"goals": {"hash": "ab12"}})
    >>> goal_sentence(None, now)
    'The goals of this run have the fingerprint ab12; there is none to compare it with.'
    """
    own = new.records.get("goals", {}).get("hash", "–")
    if old is None:
        return tr(
            "The goals of this run have the fingerprint {hash}; there is none to "
            "compare it with.",
            hash=own,
        )
    before = old.records.get("goals", {}).get("hash", "–")
    moved = goal_changes(old, new)
    if moved.empty:
        return tr(
            "The goals are those of the previous run (fingerprint {hash}).", hash=own
        )
    return tr(
        "The goal posts have moved: {what} changed since the previous run "
        "(fingerprint {then} then, {now} now).",
        what=listed(moved["About"]),
        then=before,
        now=own,
    )


def not_serving(selection: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Find neighbouring segments that the goal's measure does not tell apart.

    Parameters
    ----------
    selection : mapping
        The record of selection.json: ``segments`` and ``outcome_by_segment`` (``mean``,
        ``sd`` and ``n`` by segment_id).

    Returns
    -------
    list of (str, str)
        Names of segments that are next to each other on the measure and whose means
        differ by no more than chance: 95 % intervals of the differences (Welch), all
        of them together (Bonferroni).

    Examples
    --------
    >>> flat = {"mean": 5.0, "sd": 2.0, "n": 90}
    >>> record = {"segments": [{"segment_id": "S01", "name": "A"},
    ...                        {"segment_id": "S02", "name": "B"}],
    ...           "outcome_by_segment": {"S01": flat, "S02": flat}}
    >>> not_serving(record)
    [('A', 'B')]
    """
    names = {str(s["segment_id"]): str(s["name"]) for s in selection["segments"]}
    found = selection.get("outcome_by_segment") or {}
    rows = [(i, found[i]) for i in names if _measured(found.get(i))]
    rows.sort(key=lambda row: (-row[1]["mean"], row[0]))
    z = NormalDist().inv_cdf(1 - CHANCE / 2 / max(len(rows) - 1, 1))
    return [
        (names[a], names[b])
        for (a, one), (b, other) in pairwise(rows)
        if one["mean"] - other["mean"] <= z * math.sqrt(_error(one) + _error(other))
    ]


def _measured(row: Mapping[str, Any] | None) -> bool:
    known = row is not None and all(row.get(k) is not None for k in ("mean", "sd"))
    return known and (row or {}).get("n", 0) > 1


def _error(row: Mapping[str, Any]) -> float:
    return float(row["sd"]) ** 2 / int(row["n"])


def serving_sentences(
    selection: Mapping[str, Any], goal: str, outcome_days: int
) -> list[str]:
    """Name the segments that do not vary on what the goal is about.

    Parameters
    ----------
    selection : mapping
        As for `not_serving`.
    goal : str
    outcome_days : int

    Returns
    -------
    list of str
        One sentence a pair; or that all differ, or that there is no measure.

    Examples
    --------
    >>> serving_sentences({"segments": []}, "understand", 90)
    ['The goal names no measure on which segments would have to differ.']
    """
    measured = selection.get("outcome_by_segment") or {}
    measured = {i: r for i, r in measured.items() if _measured(r)}
    if goal not in MEASURES or not measured:
        return [tr("The goal names no measure on which segments would have to differ.")]
    measure = trn(*MEASURES[goal], outcome_days)
    if len(measured) < 2:
        return [
            tr(
                "There are no two segments that could differ in {measure}.",
                measure=measure,
            )
        ]
    pairs = not_serving(selection)
    return [_alike(pair, measure) for pair in pairs] or [
        trn(
            "All {n} segments differ from their neighbours in {measure}.",
            "All {n} segments differ from their neighbours in {measure}.",
            len(measured),
            measure=measure,
        )
    ]


def _alike(pair: tuple[str, str], measure: str) -> str:
    one, other = map(plain, pair)
    return tr(
        "{one} and {other} do not differ in {measure} beyond chance: for the goal they "
        "are one segment.",
        one=one,
        other=other,
        measure=measure,
    )
