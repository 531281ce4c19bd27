"""Keep, rescore or rebuild: what should be done with the model that is in use.

*Keep*: the lists of last time still stand. *Rescore*: the lines still stand, and
customers have moved across them, so everybody is assigned anew by the model in use.
*Rebuild*: the lines themselves no longer stand, so the new model takes over.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from segtools.config.blocks import RefreshThresholds
from segtools.disclosure import LIMIT
from segtools.history.drift import EVERYONE
from segtools.history.movement import Movement
from segtools.history.refresh_words import (
    FIGURES,
    JUDGEMENT,
    KEEP,
    LEARNED,
    MEANS,
    OUT_OF_PLACE,
    REBUILD,
    RESCORE,
    WORDS,
)
from segtools.history.snapshot import Snapshot
from segtools.joining import bracketed
from segtools.languages import header, tr, trc, trn
from segtools.segmentation.stability.agreement import adjusted_rand
from segtools.wording import MISSING, number, percent, plain, rounded


def refresh_checks(
    old: Snapshot,
    new: Snapshot,
    movement: Movement,
    drift: pd.DataFrame,
    thresholds: RefreshThresholds,
    *,
    smallest_cell: int = LIMIT,
) -> list[dict[str, Any]]:
    """Ask everything that decides whether the model in use is still good.

    Parameters
    ----------
    old, new : Snapshot
        The run whose model is in use, and this one.
    movement : Movement
    drift : DataFrame
        As `find_drift` gives it.
    thresholds : RefreshThresholds
        ``refresh`` of the configuration.
    smallest_cell : int, default=10
        Fewer customers than this are not counted in words.

    Returns
    -------
    list of dict
        ``check``, ``value``, ``asked`` (words), ``good`` (None where it cannot be
        told), ``leads_to`` (where it is not good) and ``sentence``.
    """
    replayed = movement.replayed
    found = [_readable(movement), _goal(old, new)]
    if replayed is not None:
        table = _both_models(new, replayed)
        found.append(_agreement(table, thresholds.agreement))
        found.append(_overlap(table, movement, thresholds.overlap))
    found.append(_held_out(old, new))
    if replayed is not None:
        found.append(_out_of_place(movement, thresholds.moved, smallest_cell))
    found.append(_drifted(drift, thresholds.drift))
    return found


def recommend_refresh(checks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Decide from the checks: the strongest of what they lead to.

    Returns
    -------
    dict
        ``recommendation``, ``sentence`` and ``reasons`` (sentences of the checks that
        are not good).

    Examples
    --------
    >>> recommend_refresh([{"good": True, "leads_to": "rebuild", "sentence": "Fine."}])
    {'recommendation': 'keep', 'sentence': 'Keep what is in use: the lists of the last \
run still stand.', 'reasons': []}
    """
    bad = [c for c in checks if c["good"] is False]
    order = (KEEP, RESCORE, REBUILD)
    best = max((order.index(c["leads_to"]) for c in bad), default=0)
    reasons = [str(c["sentence"]) for c in bad]
    name = order[best]
    return {"recommendation": name, "sentence": tr(MEANS[name]), "reasons": reasons}


def checks_table(checks: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """List what was asked, what was found and what would follow from it."""
    judged = [trc("judgement", JUDGEMENT[c["good"]]) for c in checks]
    return pd.DataFrame(
        {
            header("Question"): [c["check"] for c in checks],
            header("Value"): [c["value"] for c in checks],
            header("Asked"): [c["asked"] for c in checks],
            header("Judgement"): judged,
            header("If not"): [trc("refresh", WORDS[c["leads_to"]]) for c in checks],
        }
    )


def model_age(old: Snapshot, new: Snapshot) -> dict[str, Any]:
    """Say how long ago the model in use was learned, in periods of the goal.

    Returns
    -------
    dict
        ``days``, ``light`` and ``sentence``: green until a whole period of the goal
        (``outcome_days``) has passed from which it could have learned, amber until a
        second one has, then red.
    """
    days = (_day(new.as_of) - _day(old.as_of)).days
    period = int(new.config.get("outcome_days") or 90)
    light = "green" if days <= period else "amber" if days <= 2 * period else "red"
    text = trn(*LEARNED, days, since=_since(light, days // period))
    return {"days": days, "light": light, "sentence": text}


def _since(light: str, periods: int) -> str:
    if light == "green":
        return tr("no whole period of the goal has passed since")
    if light == "amber":
        return tr("a whole period of the goal has passed that it did not learn from")
    return trn(
        "{n} period of the goal has passed that it did not learn from",
        "{n} periods of the goal have passed that it did not learn from",
        periods,
    )


def _day(as_of: str) -> dt.date:
    return dt.date.fromisoformat(as_of[:10])


def _check(
    check: str, value: str, asked: str, good: bool | None, leads_to: str, says: str
) -> dict[str, Any]:
    return {
        "check": check,
        "value": value,
        "asked": asked,
        "good": good,
        "leads_to": leads_to,
        "sentence": says,
    }


def _readable(movement: Movement) -> dict[str, Any]:
    why = movement.why_not
    says = tr("The model in use can be asked about today's figures.")
    if why:
        says = tr("The model in use cannot be asked any more: {why}.", why=why)
    check = tr("Can the model in use still be asked?")
    return _check(check, _yes(not why), _yes(True), not why, REBUILD, says)


def _yes(answer: bool) -> str:
    return trc("answer", "yes") if answer else trc("answer", "no")


def _goal(old: Snapshot, new: Snapshot) -> dict[str, Any]:
    same = old.config.get("goal") == new.config.get("goal")
    says = tr("The model in use serves another goal.")
    if same:
        says = tr("The goal is the same.")
    check = tr("Does the model in use serve today's goal?")
    return _check(check, _yes(same), _yes(True), same, REBUILD, says)


def _both_models(new: Snapshot, replayed: pd.Series) -> pd.DataFrame:
    """Count today's customers by where either model puts them."""
    now = new.segments.set_index("customer_id")["segment_id"]
    return pd.crosstab(replayed, now.reindex(replayed.index))


def _agreement(table: pd.DataFrame, least: float) -> dict[str, Any]:
    value = adjusted_rand(table.to_numpy())
    return _check(
        tr("Do both models draw the same lines through today's customers?"),
        rounded(value),
        tr("at least {least} (adjusted Rand index)", least=rounded(least)),
        value >= least,
        REBUILD,
        tr(
            "Both models agree on today's customers to {value} (adjusted Rand index; "
            "{least} is asked).",
            value=rounded(value),
            least=rounded(least),
        ),
    )


def _overlap(table: pd.DataFrame, movement: Movement, least: float) -> dict[str, Any]:
    counts = table.to_numpy(float)
    either = counts.sum(axis=1)[:, None] + counts.sum(axis=0) - counts
    best = (counts / np.maximum(either, 1)).max(axis=1)
    worst = int(best.argmin())
    value = float(best[worst])
    name = plain(movement.alignment.names.get(table.index[worst], table.index[worst]))
    return _check(
        tr("Is every segment in use found again?"),
        bracketed(rounded(value, 2), name),
        tr("at least {least} (Jaccard) for each", least=rounded(least)),
        value >= least,
        REBUILD,
        tr(
            "Of the segments in use, {name} is found again least: its Jaccard overlap "
            "with any of the new model's is {value} ({least} is asked).",
            name=name,
            value=rounded(value, 2),
            least=rounded(least),
        ),
    )


def _held_out(old: Snapshot, new: Snapshot) -> dict[str, Any]:
    """Compare what either run's scheme foretold of a period it had not seen."""
    check = tr("Does the scheme foretell as well as before?")
    asked = tr("an interval that does not end below the figure of the earlier run")
    before, now = _figure(old), _figure(new)
    alike = all(
        old.records.get("contest", {}).get(k) == new.records.get("contest", {}).get(k)
        for k in ("figure", "goal", "evidence")
    ) and old.config.get("outcome_days") == new.config.get("outcome_days")
    if before is None or now is None or not alike:
        says = tr("The two runs were not judged alike, so their figures say nothing.")
        return _check(check, MISSING, asked, None, REBUILD, says)
    ends = {end: rounded(now[end]) for end in ("low", "high")}
    band = tr("{low} to {high}", **ends)
    good = bool(now["high"] >= before["value"])
    figure = str(new.records["contest"]["figure"])
    name = tr(FIGURES[figure]) if figure in FIGURES else figure.capitalize()
    says = tr(
        "{figure} on a later period is {value} ({interval}); the earlier run had "
        "{before}.",
        figure=name,
        value=rounded(now["value"]),
        interval=band,
        before=rounded(before["value"]),
    )
    return _check(check, f"{name} {band}", asked, good, REBUILD, says)


def _figure(run: Snapshot) -> Mapping[str, float] | None:
    contest = run.records.get("contest", {})
    for row in contest.get("schemes", []):
        own = (row["scheme"], row["asked"])
        if own == (contest.get("winner"), contest.get("n_segments")):
            found: Mapping[str, float] | None
            found = row["figures"].get(str(contest.get("figure")))
            return found
    return None


def _out_of_place(movement: Movement, most: float, limit: int) -> dict[str, Any]:
    """Count who has no place in the lists of last time, or would have another one."""
    rows = movement.rows
    assert movement.replayed is not None
    here = rows[rows["to_id"].notna()]
    there = here["customer_id"].map(movement.replayed)
    out = here["from_id"].isna() | (there != here["from_id"])
    share = float(out.mean())
    many = "share"
    if 0 < out.sum() < limit:
        many = "few"
    elif 0 < (~out).sum() < limit:
        many = "all"
    named = {"share": percent(share), "limit": number(limit), "most": percent(most)}
    value, says = (tr(text, **named) for text in OUT_OF_PLACE[many])
    return _check(
        tr("Are customers still in the right place?"),
        value,
        tr("at most {most} new or moved by the model in use", most=percent(most)),
        share <= most,
        RESCORE,
        says,
    )


def _drifted(drift: pd.DataFrame, most: float) -> dict[str, Any]:
    check = tr("Do customers do what they did?")
    asked = tr(
        "no feature's stability index over {most} beyond chance", most=rounded(most)
    )
    own = drift[drift["segment_id"] == EVERYONE] if len(drift) else drift
    if not len(own):
        says = tr("Drift cannot be told: the two runs' figures do not compare.")
        return _check(check, MISSING, asked, None, RESCORE, says)
    far = own[own["level"] == "act"].sort_values("psi", ascending=False)
    top = own.loc[own["psi"].idxmax()]
    value = bracketed(rounded(float(top["psi"])), plain(top["label"]))
    if far.empty:
        says = tr("No feature has drifted far beyond chance.")
    else:
        says = trn(
            "{far} of {n} features have drifted, first of all {name} (stability index "
            "{index}).",
            "{far} of {n} features have drifted, first of all {name} (stability index "
            "{index}).",
            len(own),
            far=number(len(far)),
            name=plain(far.iloc[0]["label"]),
            index=rounded(float(far.iloc[0]["psi"])),
        )
    return _check(check, value, asked, far.empty, RESCORE, says)
