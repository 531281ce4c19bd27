"""Columns of a survey to answers: what kind of question, which scale, one row each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import ibis
import ibis.expr.types as ir
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from segtools.sources import land

Kind = Literal["likert", "single", "multiple", "number", "open"]
# No answer at all; -99 is what Qualtrics writes for "seen, but unanswered".
MISSING = ["n/a", "n.a.", "na", "#n/a", "k.a.", "k. a.", "-", "--", "–", "null", "-99"]
# More different answers than this are no choice between options.
MANY = 20
LONG = 40
_NUMBERED = r"^\d+\s*[-–—.:)=]\s*(\D.*)$"
_INTEGER = r"^(\d+)\.0+$"


class Question(BaseModel):
    """What the configuration says of one question."""

    model_config = ConfigDict(extra="forbid")

    text: str | None = Field(None, description="the question in words")
    kind: Kind | None = Field(None, description="default: judged from the answers")
    scale: dict[str, str] = Field({}, description="labels in order, or code: label")
    reverse: bool = Field(False, description="the number counts from the other end")

    @field_validator("scale", mode="before")
    @classmethod
    def _scale(cls, value: Any) -> Any:
        if isinstance(value, list):
            value = dict(enumerate(value, 1))
        if not isinstance(value, dict):
            return value
        if any(isinstance(label, bool) for label in value.values()):
            raise ValueError(
                "must hold labels, but YAML reads Yes and No as true and false. "
                'Write them in quotes, like "Yes"'
            )
        labels = {str(code): str(label) for code, label in value.items()}
        if len({_plain(label) for label in labels.values()}) < len(labels):
            raise ValueError("must hold each label once, but one is there twice. Mend")
        return labels

    @model_validator(mode="after")
    def _fitting(self) -> Question:
        if self.reverse and not self.scale:
            raise ValueError(
                "must have a scale to be reversed, but it has none. "
                "Add `scale: [first label, ..., last label]`"
            )
        if self.scale and self.kind not in (None, "likert"):
            raise ValueError(
                f"must be of kind likert to have a scale, but it is {self.kind}. "
                "Take the scale or the kind out"
            )
        return self


@dataclass(frozen=True)
class Asked:
    """A question of the file: its words, what was said of it, whether typed in."""

    text: str
    said: Question
    typed_in: bool = False


class Reading(Protocol):
    """The keys of the block that say how answers are written."""

    decimal: str
    separator: str
    keep_text: bool
    wave: str | None


Plan = dict[str, tuple[Asked, Kind, str]]


def planned(
    wide: ir.Table, asked: dict[str, Asked], keys: Reading, origin: int
) -> dict[bool, Plan]:
    """Decide what kind each question is, from the rows of its own side of the origin.

    Parameters
    ----------
    wide : ibis Table
        A row a respondent; the questions are ``q0``, ``q1``, ... in order.
    asked : dict
        Column to question.
    keys : Reading
    origin : int
        UTC seconds.

    Returns
    -------
    dict
        For rows before (False) and from the origin on (True): column to question,
        kind and its name in `wide`; open text is not in it unless it is kept.
    """
    seen = _seen(wide, asked, keys, origin)
    plans: dict[bool, Plan] = {}
    for later in (False, True):
        plan: Plan = {}
        for i, (column, question) in enumerate(asked.items()):
            kind = question.said.kind or ("likert" if question.said.scale else None)
            kind = kind or _kind(seen.get((later, f"q{i}")), question.typed_in)
            if kind and (kind != "open" or keys.keep_text):
                plan[column] = (question, kind, f"q{i}")
        plans[later] = plan
    return plans


def _kind(seen: dict[str, Any] | None, typed_in: bool) -> Kind | None:
    """Judge a question by its answers; in doubt it is open text, which is dropped."""
    if seen is None:
        return None
    if seen["numbers"] == seen["answers"]:
        return "number"
    if typed_in:
        return "open"
    if seen["numbered"] == seen["answers"] and seen["different"] <= MANY:
        return "likert"
    if seen["several"] and seen["options"] <= MANY:
        return "multiple"
    if seen["different"] > MANY:
        return "open"
    if seen["length"] > LONG and 2 * seen["different"] > seen["answers"]:
        return "open"
    return "single"


def _seen(
    wide: ir.Table, asked: dict[str, Asked], keys: Reading, origin: int
) -> dict[tuple[bool, str], dict[str, Any]]:
    """Count, on each side of the origin, what the answers to each question are like."""
    known = [bool(q.said.kind or q.said.scale) for q in asked.values()]
    columns = [f"q{i}" for i, k in enumerate(known) if not k]
    if not columns:
        return {}
    cells = ibis.array(
        [ibis.struct({"column": c, "answer": _given(wide[c])}) for c in columns]
    )
    long = wide.select(later=_later(wide, origin), cell=cells.unnest()).unpack("cell")
    long = long.filter(long.answer.notnull())
    # Most answers are given often: look at each but once.
    grouped = long.group_by("later", "column", "answer").aggregate(times=long.count())
    once = land(wide.get_backend(), grouped, "responses")
    answer, times = once.answer, once.times
    options = _options(answer, keys.separator)
    by_question = once.group_by("later", "column").aggregate(
        answers=times.sum(),
        different=once.count(),
        length=(answer.length() * times).sum() / times.sum(),
        numbers=answer.re_search(_number(keys.decimal)).ifelse(times, 0).sum(),
        numbered=answer.re_search(_NUMBERED).ifelse(times, 0).sum(),
        several=(options.length() > 1).sum(),
    )
    parts = once.mutate(option=options.unnest()).group_by("later", "column")
    counts = parts.aggregate(options=ibis._.option.nunique())
    counted = by_question.join(counts, ["later", "column"]).to_pyarrow().to_pylist()
    return {(row["later"], row["column"]): row for row in counted}


def answers(
    wide: ir.Table, plans: dict[bool, Plan], keys: Reading, origin: int
) -> ir.Table:
    """Give one row for each answer; each side of the origin is read by its own plan."""
    later = _later(wide, origin)
    sides = [
        _long(wide.filter(later == side), plan, keys)
        for side, plan in plans.items()
        if plan
    ]
    if not sides:
        return _long(wide.filter(ibis.literal(False)), {}, keys)
    return ibis.union(*sides) if len(sides) > 1 else sides[0]


def _later(wide: ir.Table, origin: int) -> ir.Value:
    # Undated answers count as known; they never touch what is dated differently.
    return (wide.answered_at.epoch_seconds() >= origin).fill_null(False)


def _long(rows: ir.Table, plan: Plan, keys: Reading) -> ir.Table:
    cells = [
        ibis.struct(_cell(rows[name], question, kind, keys))
        for question, kind, name in plan.values()
    ] or [
        ibis.struct(_cell(ibis.null("string"), Asked("", Question()), "single", keys))
    ]
    long = rows.mutate(cell=ibis.array(cells).unnest()).unpack("cell")
    long = long.mutate(answer=long.given.unnest())
    long = long.filter(long.answer.notnull())
    unread = ibis.coalesce(long.unreadable, long.unread)
    return long.select(
        customer_id=long.respondent,
        question=long.question,
        answer=long.answer,
        answered_at=long.answered_at,
        scale=long.scale,
        wave=ibis.literal(keys.wave, "string"),
        unreadable=unread,
        excluded=long.left_out,
        by_email=long.mail,
    )


def _cell(
    value: ir.Value, question: Asked, kind: Kind, keys: Reading
) -> dict[str, ir.Value]:
    """Read one cell: the answers in it, and what could not be read."""
    answer = _given(value)
    scale: str = kind
    unread = ibis.null("string")
    given = ibis.array([answer])
    if kind == "multiple":
        given = _options(answer, keys.separator)
    elif kind == "number" or question.said.scale:
        if question.said.scale:
            good, scale = _on_scale(answer, question.said)
        else:
            good = _as_number(answer, keys.decimal)
        note = ibis.literal("answer '") + answer.substr(0, 60) + "'"
        unread = ibis.ifelse(good.isnull() & answer.notnull(), note, unread)
        given = ibis.array([good.coalesce(answer)])
    return {
        "question": ibis.literal(question.text),
        "given": given,
        "scale": ibis.literal(scale),
        "unread": unread,
    }


def _given(value: ir.Value) -> ir.Value:
    return value.lower().isin(MISSING).ifelse(None, value)


def _options(answer: ir.Value, separator: str) -> ir.Value:
    """Split a cell into its options; a comma with a blank behind it is in a label."""
    if separator != ",":
        parts = answer.split(separator)
    else:
        parts = answer.replace(", ", "\x1f").split(",")
    trimmed = parts.map(lambda part: part.replace("\x1f", ", ").strip())
    return trimmed.filter(lambda part: part != "")


def _number(decimal: str) -> str:
    # Ten digits and more are somebody's number, not an amount of anything.
    return rf"^[+-]?\d{{1,9}}({re.escape(decimal)}\d+)?$"


def _as_number(answer: ir.Value, decimal: str) -> ir.Value:
    plain = answer.replace(" ", "")
    good = plain.re_search(_number(decimal))
    return good.ifelse(plain.replace(decimal, "."), None)


# ---- scales


def _on_scale(answer: ir.Value, question: Question) -> tuple[ir.Value, str]:
    """Write an answer as its number and label; null where it is not on the scale."""
    labels = list(question.scale.values())
    bare = [_unnumbered(label) for label in labels]
    whole = all(label.strip().isdigit() for label in labels)
    numbers = (
        [int(label) for label in labels] if whole else [*range(1, len(labels) + 1)]
    )
    low, high = min(numbers), max(numbers)
    turned = [low + high - n if question.reverse else n for n in numbers]
    shown = [
        str(n) if whole else f"{n} - {label}"
        for n, label in zip(turned, bare, strict=True)
    ]
    codes = dict(zip(question.scale, shown, strict=True))
    exact = dict(zip(map(_plain, labels), shown, strict=True))
    short = dict(zip(map(_plain, bare), shown, strict=True))
    text = answer.lower().re_replace(r"\s+", " ").re_replace(_INTEGER, r"\1")
    good = ibis.coalesce(
        text.cases(*(codes | exact).items(), else_=ibis.null("string")),
        text.re_replace(_NUMBERED, r"\1").cases(
            *(short | exact).items(), else_=ibis.null("string")
        ),
    )
    return good, f"likert {low}-{high}"


def _plain(label: str) -> str:
    return " ".join(label.replace("\u00a0", " ").lower().split())


def _unnumbered(label: str) -> str:
    return re.sub(_NUMBERED, r"\1", " ".join(label.split()))
