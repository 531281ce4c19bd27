"""Twilio Segment: an identify call a customer, in batches, and the same as CSV."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
from pydantic import Field, field_validator

from segtools.destinations.audience import Audience
from segtools.destinations.fields import as_it_stands
from segtools.destinations.membership import (
    BY_USER_ID,
    NOBODY,
    UserBlock,
    memberships,
    plain_labels,
    refused_ids,
)
from segtools.destinations.parts import Limits, Part, csv_part, json_line
from segtools.destinations.registry import Written, destination
from segtools.languages import mark, tr
from segtools.schema import ConfigError

# Bytes of a call, and of a batch with its envelope and room for a write key.
LARGEST_CALL, LARGEST_BATCH, KEY_ROOM = 32_000, 500_000, 1_000
LARGEST_CSV, MOST_ROWS, MOST_COLUMNS = 100_000_000, 1_000_000, 299
LONGEST_ID = 1_000
# What the CSV upload takes of ASCII: no comma, quote or semicolon. A few letters with
# accents, too, but by no rule; who has one is told by a call.
_UPLOADED = re.compile(r"[A-Za-z0-9!@#$%^&*()_+\-=\[\]{}:\\|.`~<>/? ]*")
_RESERVED = {"address", "age", "avatar", "birthday", "company", "created_at", "email"}
_RESERVED |= {"description", "first_name", "gender", "id", "last_name", "name"}
_RESERVED |= {"phone", "title", "username", "website"}
_NEXT = mark(
    "Post each batch file to /v1/batch of your workspace's region with your write key "
    "(none is in the files); to repeat one does no harm, as each call has its "
    "messageId. Or upload the CSV files in Unify, one at a time. Who has left gets "
    "{nobody} and false, so send everything, in the order of the exports."
)
_PAGES = (
    "https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/",
    "https://segment.com/docs/unify/csv-upload/",
)


class TwilioSegmentBlock(UserBlock):
    """What ``destinations.twilio_segment`` takes beside the rest."""

    trait: str = Field("segment", description="the trait that names the segment")
    prefix: str = Field("seg_", description="how the traits of each segment begin")

    @field_validator("trait", "prefix")
    @classmethod
    def _snake(cls, value: str) -> str:
        if not re.fullmatch("[a-z][a-z0-9_]{0,39}", value) or value in _RESERVED:
            raise ValueError(
                "must be small letters, digits and _, and no trait that Segment "
                f"reserves, but it is {value!r}. Write it like segment"
            )
        return value


def flag_names(own: Mapping[str, str], block: TwilioSegmentBlock) -> dict[str, str]:
    """Name the trait that is true of the customers of each segment.

    Parameters
    ----------
    own : mapping
        Segment id to label.
    block : TwilioSegmentBlock

    Raises
    ------
    ConfigError
        If two would have the same name.

    Examples
    --------
    >>> flag_names({"S01": "high-value"}, TwilioSegmentBlock())
    {'S01': 'seg_high_value'}
    """
    names = {
        one: block.prefix + re.sub(r"[\W_]+", "_", label.casefold()).strip("_")
        for one, label in own.items()
    }
    taken = [block.trait, *names.values()]
    twice = sorted({name for name in taken if taken.count(name) > 1})
    if twice:
        raise ConfigError(
            f"Traits of segments must differ, but two are {twice[0]!r}. Choose another "
            "name under `names`."
        )
    return names


def _refused(frame: pd.DataFrame, block: TwilioSegmentBlock) -> pd.Series:
    """Refuse what is too long to be anybody's id, and would fill a call."""
    return refused_ids(frame, block, lambda one: len(one) > LONGEST_ID)


@destination(
    "twilio_segment",
    **BY_USER_ID,
    normalise=as_it_stands,
    refuse=_refused,
    block=TwilioSegmentBlock,
)
def write(audience: Audience, block: TwilioSegmentBlock) -> Written:
    """Write each customer's segment as a trait, and a true or false of every segment.

    Consent to ads is asked for: Segment passes on what it is told to whatever is
    connected. A segment that has another name now, or is no more, becomes false.
    """
    own = plain_labels(audience, block)
    flags = flag_names(own, block)
    traits = _traits(own, flags, block.trait, audience.passed_on)
    users, values = memberships(audience, own, "user_id")
    at = pd.Timestamp(audience.origin, unit="s").strftime("%Y-%m-%dT%H:%M:%S.000Z")
    parts = [*_calls(users, values, traits, at, audience.number)]
    table = _table(users, values, traits)
    if len(table):  # an upload without a row is refused there
        parts.append(_csv(table))
    left = len(users) - len(table)
    more = {"traits": flags, "calls": len(users), "not_in_csv": left}
    keep = {"trait": block.trait, "flags": sorted(flags.values())}
    step = tr(_NEXT, nobody=repr(NOBODY))
    return Written(parts, step, _PAGES, more, passed_on=keep)


def _traits(
    own: Mapping[str, str],
    flags: Mapping[str, str],
    trait: str,
    before: Mapping[str, Any],
) -> dict[str, dict[str, Any]]:
    """Give the traits of the customers of each label, and of those who have left."""
    past = {before.get("trait", trait): NOBODY}
    past |= dict.fromkeys(before.get("flags", []), False)
    nobody = {trait: NOBODY} | dict.fromkeys(flags.values(), False)
    nobody |= {name: value for name, value in past.items() if name not in nobody}
    found = {
        label: nobody | {trait: label, flags[one]: True} for one, label in own.items()
    }
    if len(nobody) >= MOST_COLUMNS:  # one more column is the user's id
        raise ConfigError(
            f"Segment takes fewer than {MOST_COLUMNS} traits of a user, but there are "
            f"{len(nobody):,}. Merge segments."
        )
    return found | {NOBODY: nobody}


def _calls(
    users: pd.Series,
    values: pd.Series,
    traits: Mapping[str, Any],
    at: str,
    number: int,
) -> Iterator[Part]:
    """Give the calls as lines, and again in bodies of requests."""

    def rows(end: str) -> Iterator[str]:
        for user, value in zip(users, values, strict=True):
            yield json_line(identify(user, traits[value], at, number)) + end

    call = Limits(row_size=LARGEST_CALL)
    yield Part("identify.jsonl", rows("\n"), limits=call, what=tr("a call a customer"))
    batch = Limits(size=LARGEST_BATCH - KEY_ROOM, row_size=LARGEST_CALL)
    around = {"head": '{"batch":[', "between": ",", "tail": "]}\n"}
    what = tr("the same calls as bodies of requests to /v1/batch")
    yield Part("batch.json", rows(""), **around, limits=batch, what=what)


def identify(
    user: str, traits: Mapping[str, Any], at: str, number: int
) -> dict[str, Any]:
    """Make an identify call whose ``messageId`` says what it says, and in which export.

    So a call that is sent twice counts once, and one that says another thing counts,
    also one that takes back what the export before has said.

    Parameters
    ----------
    user : str
        The ``userId``.
    traits : mapping
    at : str
        ISO 8601, UTC.
    number : int
        Of the export; one that is repeated keeps it.

    Examples
    --------
    >>> identify("7", {"segment": "new"}, "2024-09-28T22:00:00.000Z", 1)[
    ...     "messageId"]
    'segtools-67ff2d79771f7ca60cad9ad5cce217c5'
    """
    said = json_line([user, traits, at, number]).encode()
    return {
        "type": "identify",
        "userId": user,
        "messageId": f"segtools-{hashlib.sha256(said).hexdigest()[:32]}",
        "timestamp": at,
        "traits": traits,
    }


def _table(
    users: pd.Series, values: pd.Series, traits: Mapping[str, Mapping[str, Any]]
) -> pd.DataFrame:
    """Give the rows that the CSV upload takes; none where it takes no header."""
    heads = ["user_id", *traits[NOBODY]]
    fit = [
        _UPLOADED.fullmatch(f"{u}{v}") is not None
        for u, v in zip(users, values, strict=True)
    ]
    if not all(_UPLOADED.fullmatch(head) for head in heads):
        fit = [False] * len(fit)
    users, values = users[fit], values[fit]
    columns = {
        name: values.map({v: _written(t[name]) for v, t in traits.items()})
        for name in traits[NOBODY]
    }
    return pd.DataFrame({"user_id": users} | columns)


def _written(value: Any) -> str:
    return value if isinstance(value, str) else str(value).lower()


def _csv(table: pd.DataFrame) -> Part:
    limits = Limits(rows=MOST_ROWS, size=LARGEST_CSV)
    return csv_part(
        "profiles.csv", table, limits=limits, what=tr("the same for an upload")
    )
