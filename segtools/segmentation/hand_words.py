"""Decisions by hand as people read them: a table, a sentence, and the verdict's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from segtools.segmentation.entries import FIGURE
from segtools.segmentation.glances import Verdict
from segtools.wording import is_missing, number, percent, plain


def decision_table(record: Mapping[str, Any] | None) -> pd.DataFrame:
    """Tabulate decisions for people: what, why, who, and sizes before and after."""
    rows = [
        {
            "Decision": _words(d),
            "Why": plain(d["why"]),
            "Who": plain(d["who"] or "–"),
            "Before": _sizes(d["before"], d["after"]),
            "After": _sizes(d["after"], d["before"]),
        }
        for d in (record or {}).get("decisions", [])
    ]
    return pd.DataFrame(rows, columns=["Decision", "Why", "Who", "Before", "After"])


def _words(d: Mapping[str, Any]) -> str:
    own = d["arguments"]
    if d["what"] == "merge":
        said = f"Merge {' and '.join(own['segments'])}"
    elif d["what"] == "split":
        said = f"Split {own['segment']}: {own['feature']} above {own['upper']:.6g}"
        said += f" is {own['segment_id']}" if "segment_id" in own else ""
    elif d["what"] == "move_cut":
        of = f" of {own['feature']}" if own.get("feature") else ""
        said = f"Move the cut{of} from {own['at']:.6g} to {own['to']:.6g}"
    else:
        said = f"Exclude {own['variable']}"
    return plain(said if d["applied"] else f"{said} (not done: one segment)")


def _sizes(own: Mapping[str, int], other: Mapping[str, int]) -> str:
    changed = [f"{i}: {number(n)}" for i, n in own.items() if other.get(i) != n]
    return ", ".join(changed) or "–"


def decision_sentence(record: Mapping[str, Any] | None) -> str:
    """Say in one sentence what decisions by hand changed.

    Examples
    --------
    >>> decision_sentence(None)
    'Nothing was changed by hand.'
    """
    if record is None:
        return "Nothing was changed by hand."
    n = record["n_segments"]
    said = [f"By hand, {n['before']} segments became {n['after']}"]
    if n["before"] == n["after"]:
        said = [f"After decisions by hand there are {n['after']} segments, as before"]
    if record["figures"]:
        said.append(_change(record["figures"][FIGURE]))
    steady = record["stability"]
    if not is_missing(steady["after"]):
        told = f"{percent(steady['after'])} against {percent(steady['before'])}"
        said.append(f"stability is {told} before")
    over = record["over_random"]
    if over and over["low"] <= 0:
        said.append("they cannot be told from random groups any more")
    tail = f" {record['not_judged']}" if record["not_judged"] else ""
    return "; ".join(said) + "." + tail


def _change(figure: Mapping[str, Mapping[str, float]]) -> str:
    change = figure["change"]
    spread = f"{number(change['low'], 3)} to {number(change['high'], 3)}"
    return (
        f"the Gini is {figure['after']['value']:.3f} against "
        f"{figure['before']['value']:.3f} before (95 % interval of the change {spread})"
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
    more = {"n_segments": n["after"]}
    sentence = f"{verdict['sentence']} By hand they became {n['after']}."
    return Verdict({**verdict, **more, "sentence": sentence})
