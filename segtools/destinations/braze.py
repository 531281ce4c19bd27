"""Braze: the segment as an attribute of users, only where it has changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
from pydantic import Field, field_validator

from segtools.config import DestinationBlock
from segtools.destinations.audience import Audience, lacking
from segtools.destinations.fields import plain_fields
from segtools.destinations.membership import NOBODY, labelled, plain_labels, vacated
from segtools.destinations.parts import Limits, Part, csv_part, json_line
from segtools.destinations.registry import Written, destination
from segtools.languages import mark, tr
from segtools.schema import ConfigError

LARGEST_FILE = 100_000_000
# Braze's own attributes, which none of ours may overwrite.
_RESERVED = {
    *("alias_label", "alias_name", "braze_id", "country", "current_location"),
    *("date_of_first_session", "date_of_last_session", "dob", "email"),
    *("email_click_tracking_disabled", "email_open_tracking_disabled"),
    *("email_subscribe", "external_id", "facebook", "first_name", "gender"),
    *("home_city", "image_url", "language", "last_name", "marked_email_as_spam_at"),
    *("phone", "push_subscribe", "push_tokens", "subscription_groups", "time_zone"),
    *("twitter", "user_alias", "user_alias_label", "user_alias_name"),
}
# What a page could run, or what Braze's own CSV would take for the next column.
_UNFIT = re.compile(r"[<>,\"\x00-\x1f\x7f]")
_NEXT = mark(
    "Post each line of users_track.jsonl to /users/track, in the order of the file and "
    "within your contract's limits; users whom Braze does not know are left alone. "
    "Or import import.csv by hand, if there is one: it makes users whom Braze does not "
    "know, and says {nobody} where the lines take an attribute away. Each value is a "
    "data point, so do one of the two, once."
)
_DOCS = "https://www.braze.com/docs"
_PAGES = (
    f"{_DOCS}/api/endpoints/user_data/post_user_track/",
    f"{_DOCS}/api/objects_filters/user_attributes_object/",
    f"{_DOCS}/user_guide/data_and_analytics/user_data_collection/user_import/",
)
Sets = dict[str, Any]


class BrazeBlock(DestinationBlock):
    """What ``destinations.braze`` takes beside the rest."""

    key: str = Field(
        "external_id",
        description="what Braze knows a user by: external_id or email",
        pattern="^(external_id|email)$",
    )
    attribute: str = Field(
        "segtools_segment", description="the custom attribute that holds the segment"
    )
    array: bool = Field(
        False, description="it is an array, in which others' values stay"
    )
    per_call: int = Field(
        75, description="objects in a call; 50 by newer contracts", ge=1, le=75
    )

    @field_validator("attribute")
    @classmethod
    def _attribute(cls, value: str) -> str:
        if not re.fullmatch(r"[^\W\d_]\w{0,99}", value) or value.lower() in _RESERVED:
            raise ValueError(
                f"must be an attribute of yours, of letters, digits and _, but it is "
                f"{value!r}. Write it like segtools_segment"
            )
        return value


def _refused(frame: pd.DataFrame, block: BrazeBlock) -> pd.Series:
    """Refuse ids that hold markup: Braze keeps whatever it is told."""
    bad = [isinstance(v, str) and bool(_UNFIT.search(v)) for v in frame[block.key]]
    return pd.Series([block.key if b else None for b in bad], frame.index, dtype=object)


def _by_key(block: BrazeBlock) -> dict[str, Any]:
    asked = ("fields", "reach", "distinct", "remember")
    return dict.fromkeys(asked, (block.key,))


@destination(
    "braze",
    fields=("external_id", "email"),
    reach=("external_id", "email"),
    channels={"email": ("email",), "sms": ()},
    distinct=("external_id", "email"),
    remember=("external_id", "email"),
    normalise=plain_fields,
    refuse=_refused,
    given=_by_key,
    block=BrazeBlock,
)
def write(audience: Audience, block: BrazeBlock) -> Written:
    """Write whose attribute must change: calls to the interface, and a CSV.

    Nothing is written of those for whom nothing has changed since the last export, and
    nothing but the key and the attribute of the others. Without a segment the attribute
    is taken away; of an array only the value that we have put there.

    Raises
    ------
    ConfigError
        If an attribute becomes an array, or ceases to be one, under the same name.
    """
    own = plain_labels(audience, block)
    here = {"attribute": block.attribute, "array": block.array}
    then = {k: audience.passed_on.get(k, v) for k, v in here.items()}
    _refuse_retyped(here, then)
    rows = _changes(audience, own, block.key, renamed=here != then)
    parts = [
        Part(
            "users_track.jsonl", _calls(rows, block, then), what=tr("calls, one a line")
        )
    ]
    if block.key == "external_id" and not block.array:
        limits = Limits(size=LARGEST_FILE)
        table = _table(rows, block, then)
        parts.append(csv_part("import.csv", table, limits=limits, what=tr("the same")))
    more = {**here, "values": own, "doubts": _doubts(audience, block)}
    return Written(
        parts, tr(_NEXT, nobody=NOBODY), _PAGES, more, passed_on={**here, "labels": own}
    )


def _refuse_retyped(here: Sets, then: Sets) -> None:
    if here["attribute"] == then["attribute"] and here != then:
        raise ConfigError(
            "destinations.braze.array must stay as it was at the last export, but it "
            f"is {here['array']!r} now. Give the attribute another name, too."
        )


def _changes(
    audience: Audience, own: Mapping[str, str], key: str, *, renamed: bool
) -> pd.DataFrame:
    """Give each key once with its label now and last time, where they differ."""
    now, was = labelled(audience, own)
    was = was[was[key].notna()].rename(columns={"label": "old"})
    then = was.rename(columns={"old": "label"})
    told = now if renamed else lacking(now, then, [key, "label"])
    told = told.merge(was[[key, "old"]], on=key, how="left")
    gone = vacated(was, now, [key]).assign(label=None)
    both = pd.concat([gone.astype(object), told.astype(object)])[[key, "label", "old"]]
    return both.where(both.notna(), None)


def _calls(rows: pd.DataFrame, block: BrazeBlock, then: Sets) -> Iterator[str]:
    """Write the bodies of calls, each of as many users as a call may have."""
    pairs = zip(rows[block.key], rows["label"], rows["old"], strict=True)
    users: list[Sets] = []
    for key, label, old in pairs:
        user = {block.key: key, "_update_existing_only": True}
        users.append(user | _sets(label, old, block, then))
        if len(users) == block.per_call:
            yield json_line({"attributes": users}) + "\n"
            users = []
    if users:
        yield json_line({"attributes": users}) + "\n"


def _sets(label: str | None, old: str | None, block: BrazeBlock, then: Sets) -> Sets:
    """Say what becomes of a user's attribute, or of two where it has a new name."""
    found: Sets = {}
    renamed = then["attribute"] != block.attribute
    if old is not None and (renamed or label is None):
        found[then["attribute"]] = {"remove": [old]} if then["array"] else None
    if label is not None and not block.array:
        found[block.attribute] = label
    elif label is not None:
        found[block.attribute] = {"add": [label]}
        if old not in (None, label) and not renamed:
            found[block.attribute]["remove"] = [old]
    return found


def _table(rows: pd.DataFrame, block: BrazeBlock, then: Sets) -> pd.DataFrame:
    """Give the same as a CSV, in which a blank would change nothing."""
    heads = {block.key: block.key, "label": block.attribute}
    if then["attribute"] == block.attribute:
        label = rows["label"].where(rows["label"].notna(), NOBODY)
        return rows.assign(label=label)[[*heads]].rename(columns=heads)
    old = rows["old"].where(rows["old"].isna(), NOBODY)
    return rows[[*heads]].rename(columns=heads).assign(**{then["attribute"]: old})


def _doubts(audience: Audience, block: BrazeBlock) -> list[str]:
    before = audience.before
    if not len(before) or before[block.key].notna().all():
        return []
    return [
        tr(
            "The last export knew users by another key than {key}: take the attribute "
            "from those who have left by hand.",
            key=block.key,
        )
    ]
