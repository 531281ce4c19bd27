"""Decisions by hand as people read them: a table, a sentence, and the verdict's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from segtools.joining import colon, commas, one_sentence, sentences
from segtools.languages import header, tr, trn
from segtools.segmentation.entries import FIGURE
from segtools.segmentation.glances import Verdict
from segtools.wording import general, is_missing, listed, number, percent, plain


def decision_table(record: Mapping[str, Any] | None) -> pd.DataFrame:
    """Tabulate decisions for people: what, why, who, and sizes before and after."""
    rows = [
        {
            header("Decision"): _words(d),
            header("Why"): plain(d["why"]),
            header("Who"): plain(d["who"] or "–"),
            header("Before"): _sizes(d["before"], d["after"]),
            header("After"): _sizes(d["after"], d["before"]),
        }
        for d in (record or {}).get("decisions", [])
    ]
    return pd.DataFrame(rows, columns=["Decision", "Why", "Who", "Before", "After"])


def _words(d: Mapping[str, Any]) -> str:
    said = _DONE[d["what"]](d["arguments"])
    if not d["applied"]:
        said = tr("{decision} (not done: one segment)", decision=said)
    return plain(said)


def _merge(own: Mapping[str, Any]) -> str:
    return tr("Merge {segments}", segments=listed(own["segments"]))


def _split(own: Mapping[str, Any]) -> str:
    cut = {k: own[k] for k in ("segment", "feature")}
    cut["value"] = general(own["upper"])
    if "segment_id" not in own:
        return tr("Split {segment}: {feature} above {value}", **cut)
    return tr(
        "Split {segment}: {feature} above {value} is {new}",
        **cut,
        new=own["segment_id"],
    )


def _move_cut(own: Mapping[str, Any]) -> str:
    ends = {"start": general(own["at"]), "end": general(own["to"])}
    if not own.get("feature"):
        return tr("Move the cut from {start} to {end}", **ends)
    return tr(
        "Move the cut of {feature} from {start} to {end}",
        feature=own["feature"],
        **ends,
    )


def _exclude(own: Mapping[str, Any]) -> str:
    return tr("Exclude {variable}", variable=own["variable"])


_DONE = {"merge": _merge, "split": _split, "move_cut": _move_cut, "exclude": _exclude}


def _sizes(own: Mapping[str, int], other: Mapping[str, int]) -> str:
    changed = [colon(i, number(n)) for i, n in own.items() if other.get(i) != n]
    return commas(changed) or "–"


def decision_sentence(record: Mapping[str, Any] | None) -> str:
    """Say in one sentence what decisions by hand changed.

    Examples
    --------
    >>> decision_sentence(None)
    'Nothing was changed by hand.'
    """
    if record is None:
        return tr("Nothing was changed by hand.")
    said = [_became(record["n_segments"])]
    if record["figures"]:
        said.append(_change(record["figures"][FIGURE]))
    steady = record["stability"]
    if not is_missing(steady["after"]):
        said.append(
            tr(
                "stability is {after} against {before} before",
                after=percent(steady["after"]),
                before=percent(steady["before"]),
            )
        )
    over = record["over_random"]
    if over and over["low"] <= 0:
        said.append(tr("they cannot be told from random groups any more"))
    return sentences([one_sentence(said), record["not_judged"]])


def _became(n: Mapping[str, int]) -> str:
    if n["before"] == n["after"]:
        return trn(
            "After decisions by hand there is {n} segment, as before",
            "After decisions by hand there are {n} segments, as before",
            n["after"],
        )
    return trn(
        "By hand, {n} segment became {after}",
        "By hand, {n} segments became {after}",
        n["before"],
        after=number(n["after"]),
    )


def _change(figure: Mapping[str, Mapping[str, float]]) -> str:
    change = figure["change"]
    return tr(
        "the Gini is {after} against {before} before (95 % interval of the change "
        "{low} to {high})",
        after=number(figure["after"]["value"], 3),
        before=number(figure["before"]["value"], 3),
        low=number(change["low"], 3),
        high=number(change["high"], 3),
    )


def with_hand(verdict: Mapping[str, Any], record: Mapping[str, Any] | None) -> Verdict:
    """Add to a verdict how many segments decisions by hand left.

    Parameters
    ----------
    verdict : mapping
        As `decide` gives it.
    record : mapping or None
        As `rescore` gives it.

    Returns
    -------
    Verdict
        With other ``n_segments`` and a longer ``sentence`` where they differ.

    Examples
    --------
    >>> verdict = {"n_segments": 5, "sentence": "Five segments."}
    >>> with_hand(verdict, {"n_segments": {"before": 5, "after": 4}})["sentence"]
    'Five segments. By hand they became 4.'
    """
    n = (record or {}).get("n_segments", {"before": 0, "after": 0})
    if n["before"] == n["after"]:
        return Verdict(verdict)
    told = trn("By hand they became {n}.", "By hand they became {n}.", n["after"])
    said = sentences([verdict["sentence"], told])
    more = {"n_segments": n["after"], "sentence": said}
    return Verdict({**verdict, **more})
