"""Klaviyo: profiles whose segment is a property, for its import of lists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pandas as pd
from pydantic import Field, field_validator

from segtools.config import DestinationBlock
from segtools.destinations.ad_lists import unwilling
from segtools.destinations.audience import Audience, lacking
from segtools.destinations.fields import plain_fields
from segtools.destinations.membership import NOBODY, labelled, plain_labels, vacated
from segtools.destinations.parts import Limits, Part, csv_part
from segtools.destinations.registry import Written, destination
from segtools.languages import mark, tr

KEYS = ("email", "phone")
NAMES = ("first_name", "last_name")
HEADER = {
    "email": "Email",
    "phone": "Phone Number",
    "first_name": "First Name",
    "last_name": "Last Name",
}
LARGEST_FILE = 50_000_000
_NEXT = mark(
    "In Klaviyo, import removals.csv into a list that you send nothing to, without "
    "giving consent: it sets the property to {nobody}. Then import members.csv (later "
    "changes.csv will do) into your list, and define one segment a value of the "
    "property. An import asks nobody to confirm; everybody in these two has agreed "
    "unless the manifest says why nobody was asked. Last of all upload suppressed.csv "
    "under suppressed profiles."
)
_PAGES = (
    "https://help.klaviyo.com/hc/en-us/articles/115005078967",
    "https://help.klaviyo.com/hc/en-us/articles/115005078807",
    "https://help.klaviyo.com/hc/en-us/articles/24312135764251",
)


class KlaviyoBlock(DestinationBlock):
    """What ``destinations.klaviyo`` takes beside the rest."""

    property: str = Field(
        "segtools_segment", description="the property that holds the segment"
    )
    person: bool = Field(False, description="also first and last name")

    @field_validator("property")
    @classmethod
    def _property(cls, value: str) -> str:
        taken = {head.casefold() for head in (*HEADER.values(), "Email Address")}
        if not re.fullmatch(r"[^\W_][\w ]{0,63}", value) or value.casefold() in taken:
            raise ValueError(
                f"must be a property of yours, of letters, digits, blanks and _, but "
                f"it is {value!r}. Write it like segtools_segment"
            )
        return value


def _fewer(block: KlaviyoBlock) -> dict[str, Any]:
    return {} if block.person else {"fields": (*KEYS, "country")}


@destination(
    "klaviyo",
    fields=(*KEYS, *NAMES, "country"),
    reach=KEYS,
    channels={"email": ("email",), "sms": ("phone",)},
    distinct=KEYS,
    remember=KEYS,
    normalise=plain_fields,
    given=_fewer,
    block=KlaviyoBlock,
)
def write(audience: Audience, block: KlaviyoBlock) -> Written:
    """Write everybody, who is new or changed, who must be reset, and who said no.

    An address is written only if its own channel was agreed to. A property keeps what
    it was told, so who is in no segment any more is told so. Where the property has
    another name than last time, everybody has changed, and the old one is reset.
    """
    own = plain_labels(audience, block)
    now, was = labelled(audience, own)
    then = audience.passed_on.get("property", block.property)
    renamed = then != block.property
    changed = now if renamed else lacking(now, was, [*KEYS, "label"])
    gone = was if renamed else vacated(was, now, KEYS)
    tables = {
        "members": _table(now, block, block.property),
        "changes": _table(changed, block, block.property),
        "removals": _table(gone.assign(label=NOBODY), block, then)[
            [*(HEADER[k] for k in KEYS), then]
        ],
        "suppressed": _refusing(audience).rename(columns=HEADER),
    }
    more = {"property": block.property, "values": own}
    spelled = {"property": block.property, "labels": own}
    return Written(
        [*_parts(tables)], tr(_NEXT, nobody=NOBODY), _PAGES, more, passed_on=spelled
    )


def _table(frame: pd.DataFrame, block: KlaviyoBlock, name: str) -> pd.DataFrame:
    fields = [*KEYS, *(NAMES if block.person else ()), "label"]
    heads = HEADER | {"label": name}
    return frame.reindex(columns=fields).rename(columns=heads)


def _refusing(audience: Audience) -> pd.DataFrame:
    """Give the e-mails of who said no, and of members who took theirs back."""
    now, before = audience.members, audience.before
    silent = now.loc[now["email"].isna(), "customer_id"]
    back = before[before["customer_id"].isin(silent)]
    back = back[~back["email"].isin(now["email"])]  # it may be another member's now
    both = pd.concat([unwilling(audience, ["email"])[["email"]], back[["email"]]])
    return both.dropna().drop_duplicates()


def _parts(tables: dict[str, pd.DataFrame]) -> Iterator[Part]:
    what = {
        "members": tr("everybody"),
        "changes": tr("who is new, moved or has another address"),
        "removals": tr("who is in no segment any more"),
        "suppressed": tr("who must get no e-mail"),
    }
    for name, table in tables.items():
        limits = Limits(size=LARGEST_FILE)
        yield csv_part(f"{name}.csv", table, limits=limits, what=what[name])
