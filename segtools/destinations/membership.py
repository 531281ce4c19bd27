"""Everybody who is or was written, each with one value: their segment's label, or none.

For systems that keep what they were once told, so that who leaves must be told, too.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
from pydantic import Field, field_validator

from segtools.config import DestinationBlock
from segtools.destinations.audience import Audience, labels, lacking
from segtools.destinations.formulas import would_run
from segtools.schema import ConfigError

NOBODY = "none"
# What systems ask for that know a person by the id of their login, and may hand it on
# to ad platforms: whoever registers one adds the rest.
BY_USER_ID: dict[str, Any] = {
    "fields": ("user_id",),
    "reach": ("user_id",),
    "channels": {"ads": ("user_id",)},
    "distinct": ("user_id",),
    "remember": ("user_id",),
    "formulas": "refuse",
}


class PrefixBlock(DestinationBlock):
    """What systems take in which our labels stand among those of others."""

    prefix: str = Field("seg:", description="how ours begin; all others stay")

    @field_validator("prefix")
    @classmethod
    def _prefix(cls, value: str) -> str:
        if not re.fullmatch(r"\w[\w:./-]{0,39}", value):
            raise ValueError(
                "must be a beginning without comma, semicolon, quote or blank, but it "
                f"is {value!r}. Write it like seg:"
            )
        return value


def foreign_tags(text: str | None, prefix: str, mark: str = ",") -> list[str]:
    """Give the tags that are not ours, each once, as they stand.

    Parameters
    ----------
    text : str or None
        A list of tags.
    prefix : str
        How ours begin.
    mark : str, default=","
        What stands between them.

    Examples
    --------
    >>> foreign_tags("newsletter, Seg:Old, vip", "seg:")
    ['newsletter', 'vip']
    """
    tags = [tag.strip() for tag in (text or "").split(mark)]
    ours = prefix.casefold()
    kept = [tag for tag in tags if tag and not tag.casefold().startswith(ours)]
    return list(dict.fromkeys(kept))


class UserBlock(DestinationBlock):
    """What systems take that know a person by the id of their login."""

    user_ids: str = Field(
        "*", description="what ids of users look like, such as `cust-*`; others are out"
    )


def refused_ids(
    frame: pd.DataFrame, block: UserBlock, bad: Callable[[str], bool]
) -> pd.Series:
    """Refuse ids that are no users', such as those of devices, or that are bad.

    Parameters
    ----------
    frame : DataFrame
        With ``user_id``.
    block : UserBlock
    bad : callable
        Whether the system would not take an id.
    """
    users = re.compile(fnmatch.translate(block.user_ids))
    found = [
        "user_id" if one and (bad(one) or not users.match(one)) else None
        for one in frame["user_id"]
    ]
    return pd.Series(found, frame.index, dtype=object)


def plain_labels(audience: Audience, block: Any, longest: int = 255) -> dict[str, str]:
    """Name each segment for a system, as `labels` does, and refuse what would harm it.

    Parameters
    ----------
    audience : Audience
    block : DestinationBlock
    longest : int, default=255
        Characters that the system keeps of a value.

    Raises
    ------
    ConfigError
        If a label is too long, could run as a formula, or is what we write of those
        who are in no segment.
    """
    own = labels(audience.names, block.names)
    for label in own.values():
        rule = None
        if label.casefold() == NOBODY:
            rule = f"not be {NOBODY!r}, which says that somebody is in no segment"
        elif would_run(label):
            rule = "begin with a letter or digit, since a spreadsheet could run it"
        elif len(label) > longest:
            rule = f"have at most {longest} characters"
        if rule:
            raise ConfigError(
                f"A segment's name there must {rule}, but one is {label[:60]!r}. "
                "Choose another under `names`."
            )
    return own


def leavers(audience: Audience, keys: list[str]) -> pd.DataFrame:
    """Give who was written last time under a key that nobody has now.

    Parameters
    ----------
    audience : Audience
    keys : list of str
        What the system knows a person by: who has a new address has left the old one.
    """
    gone = lacking(audience.before, audience.members, keys)
    return gone[gone[keys].notna().any(axis=1)]


def memberships(
    audience: Audience, own: Mapping[str, str], key: str
) -> tuple[pd.Series, pd.Series]:
    """Give the key of everybody who is or was written, and the value to be kept.

    Parameters
    ----------
    audience : Audience
    own : mapping
        Segment id to label.
    key : str
        The field by which the system knows a person.

    Returns
    -------
    tuple of Series
        Keys, each once and in order, and labels; `NOBODY` for those who have left.
    """
    now = audience.members[[key]].assign(value=audience.members["segment_id"].map(own))
    gone = leavers(audience, [key])[[key]].assign(value=NOBODY)
    rows = pd.concat([now, gone]).drop_duplicates(key).sort_values(key)
    return rows[key], rows["value"]


def vacated(was: pd.DataFrame, now: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Give who was written under a key that nobody has now, without keys still in use.

    Parameters
    ----------
    was, now : DataFrame
        Rows of the last export, and of this one.
    keys : sequence of str
        Fields, any of which names a person.

    Examples
    --------
    Of a number that two had, one stays: only the address has left.

    >>> was = pd.DataFrame({"email": ["a@x.de", "b@x.de"], "phone": ["+49300000"] * 2})
    >>> vacated(was, was[1:], ["email", "phone"]).to_numpy().tolist()
    [['a@x.de', None]]
    """
    own = was[list(keys)].astype(object)
    kept = own.where(own.notna() & ~own.apply(lambda k: k.isin(now[k.name])), None)
    left = was.assign(**{key: kept[key] for key in keys})
    return left[kept.notna().any(axis=1)]


def labelled(
    audience: Audience, own: Mapping[str, str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give those who are and those who were written, each with their segment's label.

    Parameters
    ----------
    audience : Audience
        What was passed on as ``labels`` is how segments were called last time.
    own : mapping
        Segment id to label as of now.

    Returns
    -------
    tuple of DataFrame
        `members` and `before` with ``label``.
    """
    then = audience.passed_on.get("labels", own)
    now, was = audience.members, audience.before
    return (
        now.assign(label=now["segment_id"].map(own)),
        was.assign(label=was["segment_id"].map(then)),
    )
