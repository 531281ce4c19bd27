"""What the front page says, worked out of the records of a run."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from itertools import accumulate, pairwise
from typing import Any

from markupsafe import Markup, escape

from segtools.joining import commas, ended, sentences
from segtools.languages import current, tr, trc, trn
from segtools.report.front_words import (
    ALIKE,
    ASIDE,
    COUNTS,
    DECIDED,
    FIRST_RUN,
    LIGHTS,
    MEANINGS,
    MEANINGS_ASIDE,
    NO_VERDICT,
    NOT_DESCRIBED,
    TONES,
    WORDS,
)
from segtools.report.sentences import sentence, unended, whole_word
from segtools.report.templating import anchor, colour, day, money, percent, tame
from segtools.report.value_words import ValueWords, unit_of, value_label
from segtools.wording import plain

__all__ = ["WORDS", "front_view", "strongest"]

Record = Mapping[str, Any]

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
    headline = str(verdict.get("sentence") or tr(NO_VERDICT))
    return {
        "facts": _facts(records["data_quality"]),
        "lights": _lights(records["data_quality"]),
        "segmented": bool(segmented),
        "sentence": _marked(headline, words),
        "sentence_length": len(headline),
        "proofs": _proofs(verdict),
        "reason": _reason(verdict, headline),
        "instead": verdict.get("instead") or [tr(line) for line in ALIKE],
        "remedies": _remedies(records["goals"]),
        "changed": _changed(records["changes"]),
        "typing": None,
        "decisions": [_decision(row) for row in decisions or []],
    } | _segments(records["personas"], actions)


def _facts(quality: Record) -> list[str]:
    counts = [
        trn(*COUNTS[key], quality[key])
        for key in ("customers", "orders")
        if quality.get(key) is not None
    ]
    first, last = (day(str(quality.get(key) or "")) for key in ("first", "last"))
    if current().is_english and first[-4:] == last[-4:]:
        first = first[:-5]
    span = tr("{first} to {last}", first=first, last=last)
    return [*counts, span] if last else counts


def _lights(quality: Record) -> list[dict[str, str]]:
    rows = []
    for name, words in LIGHTS.items():
        row = (quality.get("lights") or {}).get(name)
        if row:
            light = str(row.get("light"))
            label, opening = words.get(light, words[""])
            rows.append(
                {
                    "label": tr(label),
                    "opening": tr(opening),
                    "light": light,
                    "tone": TONES.get(light, "bad"),
                    "sentence": sentence(row.get("sentence")),
                }
            )
    return rows


def _marked(headline: str, keys: Iterable[str | None]) -> Markup:
    """Give the words of the verdict their colour, each where it first appears."""
    known = (WORDS[key] for key in keys if key in WORDS)
    tones = {trc("verdict", word).lower(): tone for word, tone in known}
    words = "|".join(map(whole_word, tones)) or "(?!)"
    parts = re.split(f"({words})", plain(headline), flags=re.IGNORECASE)
    span = Markup('<span class="st-{}">{}</span>')
    return Markup("").join(
        span.format(tone, part) if (tone := tones.pop(part.lower(), "")) else part
        for part in parts
    )


def _proofs(verdict: Record) -> list[tuple[str, str, str]]:
    """Give the words of the verdict, their tone and the sentence behind each."""
    headline = sentence(verdict.get("sentence")).lower()
    rows = []
    for key in ("structure", "worth"):
        named = verdict.get(key)
        if named in WORDS:
            word, tone = WORDS[named]
            text = sentence(verdict.get(f"{key}_sentence"))
            said = unended(text).lower() in headline
            shown = _meaning(named, verdict) if said else text
            rows.append((ended(trc("verdict", word)), tone, shown))
    return rows


def _meaning(word: str, verdict: Record) -> str:
    aside = MEANINGS_ASIDE if verdict.get("judged_on") == ASIDE else {}
    return tr(aside.get(word) or MEANINGS[word])


def _reason(verdict: Record, headline: str) -> str:
    """Give the reason of the decision, unless a sentence before says the same."""
    reason = sentence(verdict.get("why_not") or verdict.get("reason"))
    said = [
        headline,
        *(str(verdict.get(f"{k}_sentence")) for k in ("structure", "worth")),
    ]
    return "" if unended(reason).lower() in " ".join(said).lower() else reason


def _remedies(goals: Record) -> list[str]:
    return [
        str(row["remedy"])
        for row in goals.get("readiness") or []
        if row.get("answer") != "yes" and row.get("remedy")
    ]


def _changed(changes: Record) -> str:
    if changes.get("sentence"):
        return str(changes["sentence"])
    return tr(FIRST_RUN if changes.get("first_run", True) else NOT_DESCRIBED)


def _decision(row: Record) -> dict[str, Any]:
    facts = [
        tr("{label}: {text}", label=trc("decision", label), text=unended(str(row[key])))
        for key, label in DECIDED.items()
        if row.get(key)
    ]
    return {
        "title": str(row.get("title") or ""),
        "text": str(row.get("text") or ""),
        "facts": facts,
    }


def _segments(personas: Record, actions: Record) -> dict[str, Any]:
    segments = sorted(personas.get("segments") or [], key=lambda s: s.get("rank") or 0)
    unit, words = unit_of(segments), ValueWords(value_label(personas))
    everyone = personas.get("everyone") or {}
    count = len(segments)
    columns = count if count <= IN_ONE_ROW else math.ceil(count / math.ceil(count / 6))
    next_step = {row.get("segment_id"): row for row in actions.get("segments") or []}
    strip = [
        _column(segment, next_step.get(segment.get("segment_id")) or {}, words)
        for segment in segments
    ]
    for row in strip:
        row["statements"] = row["statements"][: 3 if count <= IN_ONE_ROW else 1]
    _place(strip, columns)
    return {
        "strip": strip,
        "columns": columns,
        "value_label": words.name,
        "customer_shares": escape(
            tr("Share of customers: {shares}.", shares=_shares(strip, "share"))
        ),
        "value_shares": escape(words.series(_shares(strip, "value_share"))),
        "everyone_n": everyone.get("n"),
        "everyone_value": money(everyone.get("value"), unit),
    }


def _shares(strip: Iterable[Record], key: str) -> str:
    """List the shares of a bar for those who hear it; only names are cut if long."""
    return commas(f"{tame(row['name'])} {percent(row[key])}" for row in strip)


def _column(segment: Record, action: Record, words: ValueWords) -> dict[str, Any]:
    steps = [str(action[k]) for k in ("message", "offer") if action.get(k)]
    amount = money(segment.get("value"), segment.get("value_unit"))
    return {
        "name": str(segment.get("segment") or segment.get("segment_id")),
        "anchor": anchor(segment.get("segment_id")),
        "colour": colour(segment.get("colour")),
        "n": segment.get("n"),
        "share": segment.get("share") or 0.0,
        "value": words.amount(amount),
        "value_share": segment.get("value_share") or 0.0,
        "statements": strongest(segment),
        "action": sentences(ended(step) for step in steps),
    }


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
