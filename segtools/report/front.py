"""What the front page says, worked out of the records of a run."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from itertools import accumulate, pairwise
from typing import Any

from markupsafe import Markup

from segtools.report.templating import SYMBOLS, anchor, colour, day, money, number
from segtools.wording import plain

__all__ = ["front_view", "value_label"]

Record = Mapping[str, Any]

WORDS = {
    "natural": ("Natural", "good"),
    "reproducible": ("Reproducible", "good"),
    "constructed": ("Constructed", "mixed"),
    "proved": ("Proved", "good"),
    "not_proved": ("Not proved", "bad"),
    "not_judged": ("Not judged", "unsure"),
    "do_not_segment": ("Do not segment", "bad"),
}
TONES = {"green": "good", "amber": "mixed"}
LIGHTS = {
    "adequacy": ("Data", {"green": "enough", "amber": "limited", "red": "not enough"}),
    "freshness": ("Freshness", {"green": "good", "amber": "ageing", "red": "stale"}),
}
# What a word of the verdict means, where the record's own sentence stands above.
MEANINGS = {
    "natural": "The data falls into these groups by itself.",
    "reproducible": "Other samples give the same groups, though no gaps lie between.",
    "constructed": "No gaps lie between the groups; the lines are drawn for the goal.",
    "proved": "Judged on {judged}, against random groups and simple schemes.",
    "not_proved": "On {judged}, a simple scheme does as well.",
    "not_judged": "What the segments are worth could not be tested on a later period.",
}
# On whom the contest was judged, by its kind of evidence.
JUDGED = {"cross_fitted": "customers it did not learn from, in the same period"}
ALIKE = (
    "Give every customer the same offer, but leave a random tenth without it, so that "
    "its effect can be measured.",
    "Where customers must be told apart, rank them by expected value, one number "
    "each, instead of grouping them.",
)
IN_ONE_ROW = 6  # more segments than this stand in two rows, with one statement each
GAP = 2.0  # between the columns of the strip, percent of its width


def front_view(records: Mapping[str, Record]) -> dict[str, Any]:
    """Give the values of the front page's template.

    Parameters
    ----------
    records : mapping of str to mapping
        The run's records by name; an empty mapping where one is missing.

    Returns
    -------
    dict
        Everything that ``front.html.j2`` names, apart from what all pages share.

    Examples
    --------
    >>> names = ["data_quality", "goals", "verdict", "personas", "actions", "changes"]
    >>> view = front_view({name: {} for name in names})
    >>> view["sentence"]
    Markup('This run has not reached a verdict yet.')
    """
    verdict, actions = records["verdict"], records["actions"]
    words = [verdict.get(key) for key in ("structure", "worth", "decision")]
    segmented = verdict.get("decision") != "do_not_segment" or verdict.get("forced")
    decisions = actions.get("decisions") if segmented else []
    sentence = str(verdict.get("sentence") or "This run has not reached a verdict yet.")
    return {
        "facts": _facts(records["data_quality"]),
        "lights": _lights(records["data_quality"]),
        "segmented": bool(segmented),
        "sentence": _marked(sentence, words),
        "sentence_length": len(sentence),
        "proofs": _proofs(verdict),
        "reason": _reason(verdict, sentence),
        "instead": verdict.get("instead") or ALIKE,
        "remedies": _remedies(records["goals"]),
        "changed": _changed(records["changes"]),
        "typing": None,
        "decisions": [_decision(row) for row in decisions or []],
    } | _segments(records["personas"], actions)


def value_label(personas: Record) -> str:
    """Name what the value is: as recorded, else spend where its unit is a currency.

    Examples
    --------
    >>> value_label({"segments": [{"value_unit": "USD"}]})
    'Spend'
    >>> value_label({"segments": [{"value_unit": "points"}]})
    'Value'
    """
    unit = _unit(personas.get("segments") or [])
    spend = unit in SYMBOLS.values() or re.fullmatch(r"[A-Z]{3}", unit or "")
    return str(personas.get("value_label") or ("Spend" if spend else "Value"))


def _unit(segments: Iterable[Record]) -> str | None:
    return next((s["value_unit"] for s in segments if s.get("value_unit")), None)


def _facts(quality: Record) -> list[str]:
    counts = [
        f"{number(quality[key])} {key}"
        for key in ("customers", "orders")
        if quality.get(key) is not None
    ]
    first, last = (day(str(quality.get(key) or "")) for key in ("first", "last"))
    if first[-4:] == last[-4:]:
        first = first[:-5]
    return [*counts, f"{first} to {last}"] if last else counts


def _lights(quality: Record) -> list[dict[str, str]]:
    rows = []
    for name, (label, words) in LIGHTS.items():
        row = (quality.get("lights") or {}).get(name)
        if row:
            light = str(row.get("light"))
            rows.append(
                {
                    "label": label,
                    "light": light,
                    "word": words.get(light, "not known"),
                    "tone": TONES.get(light, "bad"),
                    "sentence": _sentence(row.get("sentence")),
                }
            )
    return rows


def _sentence(text: object) -> str:
    """Give a clause from a record its capital and its full stop."""
    words = plain(text or "")
    end = "" if words[-1:] in (".", "!", "?", "") else "."
    return words[:1].upper() + words[1:] + end


def _marked(sentence: str, keys: Iterable[str | None]) -> Markup:
    """Give the words of the verdict their colour, each where it first appears."""
    tones = {WORDS[key][0].lower(): WORDS[key][1] for key in keys if key in WORDS}
    words = "|".join(tones) or "(?!)"
    parts = re.split(rf"\b({words})\b", plain(sentence), flags=re.IGNORECASE)
    span = Markup('<span class="st-{}">{}</span>')
    return Markup("").join(
        span.format(tone, part) if (tone := tones.pop(part.lower(), "")) else part
        for part in parts
    )


def _proofs(verdict: Record) -> list[tuple[str, str, str]]:
    """Give the words of the verdict, their tone and the sentence behind each."""
    headline = _sentence(verdict.get("sentence")).lower()
    rows = []
    for key in ("structure", "worth"):
        word = verdict.get(key)
        if word in WORDS:
            text = _sentence(verdict.get(f"{key}_sentence"))
            said = text.rstrip(".").lower() in headline
            rows.append((*WORDS[word], _meaning(word, verdict) if said else text))
    return rows


def _meaning(word: str, verdict: Record) -> str:
    judged = JUDGED.get(str(verdict.get("judged_on")), "a later period")
    return MEANINGS[word].format(judged=judged)


def _reason(verdict: Record, headline: str) -> str:
    """Give the reason of the decision, unless a sentence before says the same."""
    reason = _sentence(verdict.get("why_not") or verdict.get("reason"))
    said = [
        headline,
        *(str(verdict.get(f"{k}_sentence")) for k in ("structure", "worth")),
    ]
    return "" if reason.rstrip(".").lower() in " ".join(said).lower() else reason


def _remedies(goals: Record) -> list[str]:
    return [
        str(row["remedy"])
        for row in goals.get("readiness") or []
        if row.get("answer") != "yes" and row.get("remedy")
    ]


def _changed(changes: Record) -> str:
    if changes.get("sentence"):
        return str(changes["sentence"])
    if changes.get("first_run", True):
        return "This is the first run of the project: there is nothing to compare with."
    return "The movement since the last run was not described."


def _decision(row: Record) -> dict[str, Any]:
    labels = {"size": "Who", "effect": "Effect", "test": "Test"}
    return {
        "title": str(row.get("title") or ""),
        "text": str(row.get("text") or ""),
        "facts": [
            (label, str(row[key]).rstrip("."))
            for key, label in labels.items()
            if row.get(key)
        ],
    }


def _segments(personas: Record, actions: Record) -> dict[str, Any]:
    segments = sorted(personas.get("segments") or [], key=lambda s: s.get("rank") or 0)
    unit, label = _unit(segments), value_label(personas)
    everyone = personas.get("everyone") or {}
    count = len(segments)
    columns = count if count <= IN_ONE_ROW else math.ceil(count / math.ceil(count / 6))
    next_step = {row.get("segment_id"): row for row in actions.get("segments") or []}
    strip = [
        _column(segment, next_step.get(segment.get("segment_id")) or {}, label)
        for segment in segments
    ]
    for row in strip:
        row["statements"] = row["statements"][: 3 if count <= IN_ONE_ROW else 1]
    _place(strip, columns)
    return {
        "strip": strip,
        "columns": columns,
        "value_label": label,
        "everyone_n": everyone.get("n"),
        "everyone_value": money(everyone.get("value"), unit),
    }


def _column(segment: Record, action: Record, label: str) -> dict[str, Any]:
    steps = [str(action[k]) for k in ("message", "offer") if action.get(k)]
    amount = money(segment.get("value"), segment.get("value_unit"))
    return {
        "name": str(segment.get("segment") or segment.get("segment_id")),
        "anchor": anchor(segment.get("segment_id")),
        "colour": colour(segment.get("colour")),
        "n": segment.get("n"),
        "share": segment.get("share") or 0.0,
        "value": f"{amount} {label.lower()}",
        "value_share": segment.get("value_share") or 0.0,
        "statements": strongest(segment),
        "action": " ".join(_sentence_of(step) for step in steps),
    }


def _sentence_of(text: str) -> str:
    """End a phrase with a full stop, unless it ends with a mark of its own."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def strongest(segment: Record) -> list[dict[str, Any]]:
    """Order a segment's evidenced statements: its traits first, then by difference.

    Examples
    --------
    >>> one = {"id": "a", "kind": "evidence", "text": "A", "share": 0.4}
    >>> two = {"id": "b", "kind": "evidence", "text": "B", "share": 0.9}
    >>> rows = [row | {"base_share": 0.3} for row in (one, two)]
    >>> [row["text"] for row in strongest({"statements": rows})]
    ['B', 'A']
    """
    traits = list(segment.get("traits") or [])

    def order(row: Record) -> tuple[int, float]:
        place = traits.index(row.get("id")) if row.get("id") in traits else len(traits)
        return place, -abs(row["share"] - (row.get("base_share") or 0.0))

    rows = [
        {"base_share": None} | dict(row)
        for row in segment.get("statements") or []
        if row.get("kind") == "evidence" and row.get("share") is not None
    ]
    return sorted(rows, key=order)


def _place(strip: list[dict[str, Any]], columns: int) -> None:
    """Give each segment its place in both bars and above its column, in percent."""
    width = (100 - GAP * (columns - 1)) / max(columns, 1)
    for key, bar in (("share", "bar"), ("value_share", "value_bar")):
        parts = [max(row[key], 0.0) for row in strip]
        total = sum(parts) or 1.0
        ends = accumulate((100 * part / total for part in parts), initial=0.0)
        for row, (start, end) in zip(strip, pairwise(ends), strict=True):
            row[bar] = (round(start, 2), round(end, 2))
    for place, row in enumerate(strip):
        start = place * (width + GAP)
        row["column"] = (round(start, 2), round(start + width, 2))
