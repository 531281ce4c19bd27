"""Surveys: one row a respondent, one column a question, as Qualtrics and forms export.

Headers are read in `survey_headers`, and columns become answers in `survey_answers`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import duckdb
import ibis
import ibis.expr.types as ir
from pydantic import BaseModel, ConfigDict, Field, field_validator

from segtools.attributes import attribute_kind
from segtools.config import DataFile, TableFile, ZoneName, checked
from segtools.schema import ConfigError, DataError, Table, did_you_mean
from segtools.sources import NEVER, Opened, Tables, land, source
from segtools.sources.formats.headers import looks_like, normal
from segtools.sources.formats.raw import raw_table
from segtools.sources.formats.text import typed
from segtools.sources.formats.times import try_strptime
from segtools.sources.people.keys import email_key
from segtools.sources.survey.answers import Asked, Plan, Question, answers, planned
from segtools.sources.survey.rows import (
    PERSONAL,
    ROLES,
    STANDARD,
    Layout,
    first_line,
    first_rows,
    layout_of,
    refuse_twice,
    without_headers,
)

# Codes and labels of Status; only 1 and Survey Preview are documented.
_PREVIEWS = ["1", "2", "9", "17", "survey preview", "survey test", "spam preview"]
_UNFINISHED = ["0", "false", "no", "nein", "falsch", "non", "faux", "falso"]
_WIDE = Table(None, {}, {"answered_at": "timestamp"}, open_columns=True)


class SurveyBlock(BaseModel):
    """What ``source:`` takes for a survey."""

    model_config = ConfigDict(extra="forbid")

    responses: DataFile = Field(description="the export, one row a respondent")
    headers: Literal["auto", 1, 2, 3] = Field("auto", description="rows of headers")
    customer_id: str | None = Field(None, description="header of the customer's id")
    email: str | None = Field(None, description="header of the e-mail address")
    answered_at: str | None = Field(None, description="header of the time")
    date_format: str | None = Field(None, description="strptime; default: ISO dates")
    timezone: ZoneName | None = Field(None, description="of times without an offset")
    decimal: Literal[".", ","] = Field(".", description="decimal mark of numbers")
    wave: str | None = Field(None, description="which wave of the survey this is")
    questions: dict[str, Question] = Field({}, description="default: all there are")
    separator: str = Field(",", description="between the options in one cell")
    unfinished: Literal["keep", "drop"] = Field("keep", description="who broke off")
    keep_text: bool = Field(False, description="keep open answers (personal data)")

    @field_validator("questions", mode="before")
    @classmethod
    def _questions(cls, value: Any) -> Any:
        if isinstance(value, list):
            return {str(header): {} for header in value}
        if isinstance(value, dict):
            return {h: {} if q is None else q for h, q in value.items()}
        return value

    @field_validator("separator")
    @classmethod
    def _separator(cls, value: str) -> str:
        if not value:
            raise ValueError('must be text such as ",", but it is empty. Write it')
        return value


@source("survey")
def read(con: ibis.BaseBackend, options: dict[str, Any], timezone: str) -> Opened:
    """Open a survey's responses as answers, one row for each answer.

    Qualtrics writes three rows of headers: names, questions and ImportIds. Columns
    are found by ImportId, since authors rename the others. Legacy exports have two
    rows, other tools one.

    Parameters
    ----------
    con : ibis backend
        A DuckDB.
    options : dict
        The block; see `SurveyBlock`.
    timezone : str
        Of times without an offset, where neither the block nor the file names one.

    Returns
    -------
    Opened
        ``answers``: who (customer id, e-mail), question, answer, when it was
        recorded, scale and wave. Blank is no answer. Whether a column is a scale, a
        choice, a number or open text is judged from answers before the origin alone.

    Raises
    ------
    DataError
        If nobody can be found in the file, or a question stands in it twice.
    """
    keys = checked(SurveyBlock, options, "source")
    _check_format(con, keys.date_format)
    raw = raw_table(con, keys.responses, "responses")
    line = first_line(keys.responses, len(raw.columns)) or [*raw.columns]
    refuse_twice(line, "the header")
    named = [c for c, header in zip(raw.columns, line, strict=True) if header.strip()]
    layout = layout_of(first_rows(con, raw), named, keys.headers)
    roles = _roles(layout, keys)
    asked, skipped = _asked(layout, keys, roles)
    refuse_twice([q.text for q in asked.values()], "the question")
    wide = land(con, _wide(raw, layout, roles, keys, asked, timezone), "responses")

    def tables(plans: dict[bool, Plan], origin: int) -> Tables:
        found = answers(wide, plans, keys, origin)
        return {"answers": found if "email" in roles else found.drop("by_email")}

    whole = planned(wide, asked, keys, NEVER)
    left = [q.text for c, q in asked.items() if c not in whole[False]]
    return Opened(
        tables=tables(whole, NEVER),
        at=lambda origin: tables(planned(wide, asked, keys, origin), origin),
        notes=_notes(skipped, left, layout, keys),
        read_as={"answers": keys.date_format or "ISO 8601"},
    )


def _check_format(con: ibis.BaseBackend, date_format: str | None) -> None:
    try:
        con.execute(try_strptime(ibis.literal(""), date_format or "%Y"))
    except duckdb.Error:
        raise ConfigError(
            f"source.date_format must be a strptime format, but {date_format!r} is "
            "none. Write it like %d.%m.%Y %H:%M."
        ) from None


def _notes(
    skipped: list[str], left: list[str], layout: Layout, keys: SurveyBlock
) -> list[str]:
    notes = []
    if skipped:
        notes.append(f"Survey: personal columns were not read: {skipped}.")
    if left:
        notes.append(
            f"Survey: taken for open text or empty, and not read: {left}. Name them "
            "under source.questions with their kind, or set keep_text."
        )
    if layout.timezone and not keys.timezone:
        notes.append(f"Survey: times are of {layout.timezone}, as the file says.")
    return notes


def _roles(layout: Layout, keys: SurveyBlock) -> dict[str, str]:
    """Find the columns that say who answered, when, and whether it counts."""
    found = {}
    for role, names in ROLES.items():
        own = getattr(keys, role, None)
        column = _own(layout, own, f"source.{role}") if own else layout.find(names)
        if column:
            found[role] = column
    if not {"customer_id", "email"} & set(found):
        like = looks_like(layout.columns)
        seen = (
            f"this looks like {like}" if like else f"it has {list(layout.columns[:12])}"
        )
        raise DataError(
            "responses must be a survey that says who answered, by customer id or "
            f"e-mail, but {seen}. Name the column: `source.customer_id: <header>`."
        )
    return found


def _own(layout: Layout, name: str, key: str) -> str:
    """Give the column that the configuration means, by header or ImportId."""
    column = name if name in layout.columns else layout.find([normal(name)])
    if column is None:
        raise DataError(
            f"{key} must name a column of the responses, but {name!r} is none. "
            f"{did_you_mean(name, layout.columns)}"
        )
    return column


def _asked(
    layout: Layout, keys: SurveyBlock, roles: dict[str, str]
) -> tuple[dict[str, Asked], list[str]]:
    """Give the question of each column that is one, and the personal columns."""
    if keys.questions:
        named = {
            _own(layout, name, "source.questions"): said
            for name, said in keys.questions.items()
        }
        _refuse_personal(named, layout, roles)
        return {c: _question(c, said, layout) for c, said in named.items()}, []
    asked, skipped = {}, []
    for column in layout.columns:
        text = layout.texts.get(column, column)
        if column in roles.values() or layout.names(column)[0] in STANDARD:
            continue
        if _names_a_person(column, text):
            skipped.append(column)
        else:
            asked[column] = _question(column, Question(), layout)
    return asked, skipped


def _refuse_personal(
    named: Iterable[str], layout: Layout, roles: dict[str, str]
) -> None:
    who = {roles.get("customer_id"), roles.get("email")}
    for column in named:
        if column in who or layout.names(column)[0] in PERSONAL:
            raise ConfigError(
                f"source.questions must name questions, but {column!r} is personal "
                "data of the respondent. Take it out."
            )


def _names_a_person(column: str, text: str) -> bool:
    # "How was our e-mail support?" is a question, "Phone" a field.
    short = len(text.split()) <= 3 and "?" not in text
    return short and "contact" in (attribute_kind(column), attribute_kind(text))


def _question(column: str, said: Question, layout: Layout) -> Asked:
    text = said.text or layout.texts.get(column) or column.strip()
    names = (column, layout.ids.get(column, ""))
    typed_in = any(re.search(r"(_TEXT| - Text)$", name) for name in names)
    return Asked(text, said, typed_in)


def _wide(
    raw: ir.Table,
    layout: Layout,
    roles: dict[str, str],
    keys: SurveyBlock,
    asked: Mapping[str, Asked],
    timezone: str,
) -> ir.Table:
    """Give each respondent's person, time and exclusion beside the raw answers."""
    rows = without_headers(raw, layout)

    def of(role: str) -> ir.Value:
        if role not in roles:
            return ibis.null("string")
        return _text(rows[roles[role]])

    columns = {"respondent": of("customer_id"), "mail": email_key(of("email"))}
    columns["left_out"] = ibis.cases(
        (of("status").lower().isin(_PREVIEWS), "preview"),
        (of("channel").lower() == "preview", "preview"),
        (
            of("finished").lower().isin(_UNFINISHED) & (keys.unfinished == "drop"),
            "unfinished",
        ),
        # An anonymous answer can never be a customer's.
        (columns["respondent"].isnull() & columns["mail"].isnull(), "no_match"),
        else_=ibis.null("string"),
    )
    columns["answered_at"] = of("answered_at")
    columns |= {f"q{i}": _text(rows[c]) for i, c in enumerate(asked)}
    file = TableFile(path="", date_format=keys.date_format)
    own_zone = keys.timezone or layout.timezone or timezone
    chosen = {"answered_at": "answered_at"}
    return typed(rows.select(**columns), chosen, _WIDE, file, own_zone)


def _text(value: ir.Value) -> ir.Value:
    return value.cast("string").replace("\u00a0", " ").strip().nullif("")
