"""Kinds of values in the configuration that obey a rule of their own."""

from __future__ import annotations

import datetime as dt
import itertools
import math
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator

from segtools.attributes import KINDS
from segtools.languages import known_language
from segtools.schema import ConfigError, did_you_mean
from segtools.timezones import instant

MOST_TIERS = 12
_MEMORY = re.compile(r"[1-9]\d*(\.\d+)? ?[MGT]B")
_PROJECT = re.compile(r"\w[\w .-]{0,79}")


def _folder_name(value: str) -> str:
    if not _PROJECT.fullmatch(value) or value.endswith((".", " ")):
        raise ValueError(
            "must be a name of letters, digits, blanks, dots, - and _ "
            "that can be a folder"
        )
    return value


def _iso_instant(value: Any) -> Any:
    if isinstance(value, (dt.date, dt.datetime)):
        value = value.isoformat()
    if value is not None:
        try:
            instant(value, "UTC")
        except (ConfigError, TypeError):
            raise ValueError("must be an ISO date such as 2024-10-01") from None
    return value


def _two_to_twelve(value: Any) -> Any:
    if value != "auto" and not (isinstance(value, int) and 2 <= value <= 12):
        raise ValueError("must be auto or a whole number from 2 to 12")
    return value


def _memory(value: str) -> str:
    if not _MEMORY.fullmatch(value):
        raise ValueError(
            f"must be a number with MB, GB or TB, but it is {value!r}. "
            "Write it like 2GB"
        )
    return value


def _with_value(value: list[str]) -> list[str]:
    if "value" not in value:
        raise ValueError(
            f"must include 'value', but it is {value}. Add value: recency, orders "
            "and spend are what baselines and rules are made of"
        )
    return value


def _known_kinds(value: dict[str, str]) -> dict[str, str]:
    for name, kind in value.items():
        if kind not in KINDS:
            raise ValueError(
                f"must name known kinds, but {name!r} has {kind!r}. "
                f"{did_you_mean(kind, KINDS).rstrip('.')}"
            )
    return value


def _given_reasons(value: dict[str, str]) -> dict[str, str]:
    empty = [name for name, reason in value.items() if not reason.strip()]
    if empty:
        raise ValueError(
            f"must give reasons, but that of {empty[0]!r} is empty. Write down who "
            "decided it and why, or take it out"
        )
    return value


def _rising(value: dict[str, list[float]]) -> dict[str, list[float]]:
    for name, cuts in value.items():
        rising = all(a < b for a, b in itertools.pairwise(cuts))
        if not cuts or not rising or not all(map(math.isfinite, cuts)):
            raise ValueError(
                f"must give rising numbers, but {name!r} has {cuts}. "
                "Write it like `spend_total: [100, 500]`"
            )
    n = math.prod(len(cuts) + 1 for cuts in value.values())
    if n > MOST_TIERS:
        raise ValueError(
            f"must make at most {MOST_TIERS} tiers, but these make {n}. "
            "Take out cut points"
        )
    return value


def _language(value: str) -> str:
    try:
        known_language(value)
    except ConfigError as error:
        raise ValueError(str(error).removeprefix("language ")) from None
    return value


ProjectName = Annotated[str, AfterValidator(_folder_name)]
LanguageName = Annotated[str, AfterValidator(_language)]
Instant = Annotated[str | None, BeforeValidator(_iso_instant)]
SegmentCount = Annotated[int | Literal["auto"], BeforeValidator(_two_to_twelve)]
MemoryLimit = Annotated[str, AfterValidator(_memory)]
Bases = Annotated[list[str], AfterValidator(_with_value)]
Kinds = Annotated[dict[str, str], AfterValidator(_known_kinds)]
Reasons = Annotated[dict[str, str], AfterValidator(_given_reasons)]
CutPoints = Annotated[dict[str, list[float]], AfterValidator(_rising)]
