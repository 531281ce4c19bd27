"""Google Analytics 4: an import of user data, each user with their segment."""

from __future__ import annotations

import re
from typing import Literal

import pandas as pd
from pydantic import Field, ValidationInfo, field_validator

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
from segtools.destinations.parts import Part, csv_part
from segtools.destinations.registry import Written, destination
from segtools.disclosure import EMAIL, PHONE
from segtools.joining import sentences
from segtools.languages import mark, tr

# What Analytics keeps of an id and of a user property; what is longer it drops.
LONGEST_ID, LONGEST_VALUE = 256, 36
_NEXT = mark(
    "In Google Analytics, create a user-scoped custom dimension of the user property "
    "{property}, wait the four hours that it may take, then import users.csv as user "
    "data and map its columns. Only what happens later carries the segment, and who "
    "has left gets {nobody}: to delete the import takes nothing back."
)
_RESET = mark(
    "Import reset.csv in the same way, mapped to the property of before, {property}: "
    "it would keep the segments of the last export."
)
_PAGES = (
    "https://support.google.com/analytics/answer/10071143",
    "https://support.google.com/analytics/answer/9267744",
)


class GA4Block(UserBlock):
    """What ``destinations.ga4`` takes beside the rest."""

    property: str = Field("segment", description="the user property's name")
    key: Literal["user_id", "client_id", "app_instance_id"] = Field(
        "user_id", description="what kind of id it is"
    )
    stream_id: str = Field(
        "", description="of the data stream, for any other key", validate_default=True
    )

    @field_validator("property")
    @classmethod
    def _property(cls, value: str) -> str:
        ours = re.fullmatch(r"(?!google_|ga_|firebase_)[A-Za-z]\w{0,23}", value, re.A)
        if not ours:
            raise ValueError(
                "must be a user property's name: a letter, then at most 23 letters, "
                f"digits or _, and none of Google's own, but it is {value!r}. Write it "
                "like segment"
            )
        return value

    @field_validator("stream_id")
    @classmethod
    def _stream(cls, value: str, info: ValidationInfo) -> str:
        key = info.data.get("key", "user_id")
        if not re.fullmatch("[0-9]*", value) or bool(value) != (key != "user_id"):
            raise ValueError(
                "must be the digits of a data stream where the key is client_id or "
                f"app_instance_id, and else be away, but it is {value!r} and the key "
                f"is {key}. Set or remove it"
            )
        if value and "user_id" not in info.data.get("fields", {}):
            raise ValueError(
                f"must stand beside the column that holds each {key}, but `fields` "
                "names none. Write `fields: {user_id: that column}`"
            )
        return value


def _refused(frame: pd.DataFrame, block: GA4Block) -> pd.Series:
    """Refuse ids that are somebody's address, which Google forbids, or too long."""

    def bad(one: str) -> bool:
        return len(one) > LONGEST_ID or bool(EMAIL.search(one) or PHONE.search(one))

    return refused_ids(frame, block, bad)


@destination(
    "ga4",
    **BY_USER_ID,
    normalise=as_it_stands,
    refuse=_refused,
    block=GA4Block,
)
def write(audience: Audience, block: GA4Block) -> Written:
    """Write each user's id and segment, and nothing else that is known of them.

    Consent to ads is asked for, since audiences of Analytics go to Google's ads.
    """
    own = plain_labels(audience, block, LONGEST_VALUE)
    keys, values = memberships(audience, own, "user_id")
    columns: dict[str, pd.Series] = {block.key: keys}
    if block.stream_id:
        columns["stream_id"] = pd.Series(block.stream_id, keys.index)
    table = pd.DataFrame(columns | {block.property: values})
    parts = [csv_part("users.csv", table, what=tr("each user's segment"))]
    step = tr(_NEXT, property=repr(block.property), nobody=repr(NOBODY))
    then = audience.passed_on.get("property", block.property)
    if then != block.property:
        parts.append(_reset(audience, block, then))
        step = sentences([step, tr(_RESET, property=repr(then))])
    keep = {"property": block.property}
    return Written(parts, step, _PAGES, {"values": own}, passed_on=keep)


def _reset(audience: Audience, block: GA4Block, then: str) -> Part:
    """Take the segment back from the property that held it until now."""
    users = audience.before["user_id"].dropna().drop_duplicates().sort_values()
    table = pd.DataFrame({block.key: users})
    if block.stream_id:
        table["stream_id"] = block.stream_id
    table[then] = NOBODY
    return csv_part("reset.csv", table, what=tr("who had another property until now"))
