"""The rule book: what to do with a segment of which something is known, in YAML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from segtools.config import checked
from segtools.config.yaml_file import mapping_in, read_yaml
from segtools.languages import mark, tr
from segtools.profiles.actions.conditions import (
    WHOLE,
    Statement,
    called_for,
    read_when,
)
from segtools.profiles.actions.words import check_text
from segtools.schema import ConfigError

DEFAULT = Path(__file__).parents[1] / "rule_book.yaml"
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_TEXTS: tuple[str, ...] = (
    "text",
    "message",
    "offer",
    "measure",
    "channel",
    "stop_rule",
)
_TEXTS += ("stop_rule_untested", "owner")


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid")

    key: str = Field(description="its name, once in the book")
    when: Any = Field(description="what calls for it, or any")

    @field_validator("key")
    @classmethod
    def _key(cls, value: str) -> str:
        if not _KEY.fullmatch(value):
            raise ValueError(
                f"must be a short name of small letters, digits and _, but it is "
                f"{value!r}. Write it like own_label"
            )
        return value


class Channel(_Row):
    """How to reach customers of whom something is known."""

    text: str = Field(description="the channel in words")
    fallback: bool = Field(False, description="only where no other row is called for")


class Action(_Row):
    """What to do with customers of whom something is known."""

    message: str = Field(description="what they are told")
    offer: str = Field(description="what they get")
    measure: str = Field(description="how success is measured")
    channel: str | None = Field(None, description="default: the book's")
    owner: str | None = Field(None, description="default: the book's")
    stop_rule: str | None = Field(None, description="default: the book's")
    fallback: bool = Field(False, description="only where no other row is called for")


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid")

    extends: Literal["default"] | None = Field(None, description="default, or nothing")
    owner: str = Field(
        mark("nobody yet: name one"), description="who answers for a row"
    )
    channel: str = Field(
        mark("{contact} {best_time}"), description="of rows without one"
    )
    stop_rule: str = Field(
        mark(
            "Stop after {period} unless the treated half is {least} ahead of the "
            "other: less can be chance."
        ),
        description="of rows without one",
    )
    stop_rule_untested: str = Field(
        mark(
            "Stop after {period} unless somebody can show what it brought: too little "
            "is known of these {n} customers to plan a test."
        ),
        description="where no test can be planned",
    )
    channels: list[Any] = Field([], description="rows of key, when and text")
    actions: list[Any] = Field([], description="rows of key, when, message, ...")


@dataclass(frozen=True)
class RuleBook:
    """Rows of actions and channels, and what holds for all of them.

    Attributes
    ----------
    actions : list of Action
    channels : list of Channel
    owner, channel, stop_rule, stop_rule_untested : str
        For rows that have none of their own.
    """

    actions: Sequence[Action]
    channels: Sequence[Channel]
    owner: str
    channel: str
    stop_rule: str
    stop_rule_untested: str


def load_rule_book(path: str | Path = "") -> RuleBook:
    """Read a rule book, by default ours.

    Parameters
    ----------
    path : str or Path, default=""
        A YAML file. With ``extends: default`` its rows come before ours, and one with
        a key of ours takes its place; without, ours is left aside.

    Returns
    -------
    RuleBook

    Raises
    ------
    ConfigError
        If the file is missing or no YAML; a key, feature or field is unknown; a
        key stands twice; or no action suits anybody.

    Examples
    --------
    >>> book = load_rule_book()
    >>> book.owner, book.actions[-1].when
    ('nobody yet: name one', [])
    """
    if not path:
        return _default()
    own = _read(Path(path))
    settings = checked(_Settings, own, "", WHOLE)
    book = _book(settings)
    if settings.extends:
        book = _extended(book, settings)
    if not any(not row.when for row in book.actions):
        raise ConfigError(
            "The rule book must have an action for anybody, but each of its "
            f"{len(book.actions)} asks for something. Add a row with `when: any`, or "
            "write `extends: default` at the top."
        )
    return book


@cache
def _default() -> RuleBook:
    return _book(checked(_Settings, _read(DEFAULT), "", WHOLE))


def said(text: str) -> str:
    """Say a text of our book in the language in use; other texts stay as given.

    Examples
    --------
    >>> said("We have missed you"), said("Our own words")
    ('We have missed you', 'Our own words')
    """
    return tr(text) if text in _ours() else text


@cache
def _ours() -> frozenset[str]:
    """Give the texts of our book, which has no row with words of somebody else."""
    book = _default()
    rows = [*book.actions, *book.channels, book]
    return frozenset(
        text for row in rows for name in _TEXTS if (text := getattr(row, name, None))
    )


def _read(path: Path) -> dict[str, Any]:
    relative = "Check the path; it is relative to the configuration."
    held = read_yaml(path, "rule_book must be", relative)
    return mapping_in(path, held, "Write the rows under `actions:`.")


def _book(settings: _Settings) -> RuleBook:
    for name in ("owner", "channel", "stop_rule", "stop_rule_untested"):
        check_text(getattr(settings, name), name)
    return RuleBook(
        actions=_rows(settings.actions, "actions", Action),
        channels=_rows(settings.channels, "channels", Channel),
        owner=settings.owner,
        channel=settings.channel,
        stop_rule=settings.stop_rule,
        stop_rule_untested=settings.stop_rule_untested,
    )


def _rows(entries: list[Any], name: str, model: type[_Row]) -> list[Any]:
    rows: list[Any] = []
    seen: dict[str, int] = {}
    for i, entry in enumerate(entries):
        where = f"{name}.{i}"
        row = checked(model, entry, where, WHOLE)
        if row.key in seen:
            raise ConfigError(
                f"{where}.key must stand once, but {row.key!r} is that of "
                f"{name}.{seen[row.key]}, too. Rename one of them."
            )
        seen[row.key] = i
        row.when = read_when(row.when, f"{where}.when")
        for text in _TEXTS:
            if getattr(row, text, None) is not None:
                check_text(getattr(row, text), f"{where}.{text}")
        rows.append(row)
    return rows


def _extended(own: RuleBook, settings: _Settings) -> RuleBook:
    base = _default()
    said = settings.model_fields_set
    kept = {
        name: getattr(own if name in said else base, name)
        for name in ("owner", "channel", "stop_rule", "stop_rule_untested")
    }
    return RuleBook(
        actions=_before(own.actions, base.actions),
        channels=_before(own.channels, base.channels),
        **kept,
    )


def _before(own: Sequence[Any], base: Sequence[Any]) -> list[Any]:
    keys = {row.key for row in own}
    return [*own, *(row for row in base if row.key not in keys)]


def choose(
    rows: Sequence[Any], statements: Sequence[Statement]
) -> tuple[Any, list[Statement]]:
    """Choose the row that answers the most telling statement.

    Parameters
    ----------
    rows : sequence of Action or Channel
    statements : sequence of mapping
        Of a card, in any order; the one furthest above everyone is the most telling.

    Returns
    -------
    row : Action, Channel or None
        Of rows called for by the same statement, the one that more statements call
        for, then the first in the book; fallbacks after all others. None where no row
        is called for.
    because : list of mapping
        The statements that call for it.
    """
    found = []
    telling = sorted(statements, key=_above, reverse=True)
    for place, row in enumerate(rows):
        called = called_for(row.when, telling)
        if called is not None:
            order = (row.fallback or not row.when, called[0], -len(called[1]), place)
            found.append((order, row, called[1]))
    if not found:
        return None, []
    _, row, because = min(found, key=lambda f: f[0])
    return row, because


def _above(statement: Statement) -> float:
    """Say how far a statement's share lies above everyone's; without one it is last."""
    share, base = statement.get("share"), statement.get("base_share")
    return -1.0 if share is None or base is None else float(share - base)
