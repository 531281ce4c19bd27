"""Meta: customer lists for Custom Audiences, one a segment, plain or hashed."""

from __future__ import annotations

from typing import Any

import pandas as pd
from pydantic import Field, ValidationInfo, field_validator

from segtools.config import DestinationBlock
from segtools.destinations.ad_lists import Rule, doubts, list_parts, normalised
from segtools.destinations.audience import Audience
from segtools.destinations.identifiers import (
    country_code,
    hashed,
    meta_email,
    meta_letters,
    meta_name,
    meta_phone,
    meta_zip,
)
from segtools.destinations.registry import Written, destination
from segtools.languages import mark, tr

HEADER = {
    "email": "email",
    "phone": "phone",
    "first_name": "fn",
    "last_name": "ln",
    "city": "ct",
    "state": "st",
    "zip": "zip",
    "country": "country",
}
KEYS = ("email", "phone")
_RULES: dict[str, Rule] = {
    "email": meta_email,
    "phone": meta_phone,
    "zip": meta_zip,
    "country": lambda text: (country_code(text) or "").lower() or None,
}
_LETTERS = ("first_name", "last_name", "city", "state")
_NEXT = mark(
    "In Meta's Ads Manager, under Audiences, make one customer list a segment of its "
    "members file. Later edit it: remove customers with removals, add customers with "
    "additions, and last of all remove who stands in suppressed.csv from every list. "
    "Only your own customers may be uploaded."
)
_PAGES = (
    "https://www.facebook.com/business/help/2082575038703844",
    "https://developers.facebook.com/docs/marketing-api/audiences/guides/"
    "custom-audiences",
)


class MetaBlock(DestinationBlock):
    """What ``destinations.meta`` takes beside the rest."""

    sha256: bool = Field(
        True, description="write hashes; if not, plain text that the browser hashes"
    )
    address: bool = Field(
        False, description="also names, city, state, postcode and country"
    )

    @field_validator("sha256")
    @classmethod
    def _sha256(cls, value: bool, info: ValidationInfo) -> bool:
        if not value and info.data.get("hashed"):
            raise ValueError(
                "must be true where a column is hashed already, but it is false: a "
                "file is plain or hashed throughout. Leave it out"
            )
        return value


def _agreed(text: str | None) -> str | None:
    """Write a name for hashing, where all of Meta's own rules give the same.

    Its audience helper drops letters with accents, its other rules keep them: the
    hash of such a name could match nobody, or somebody else.
    """
    name = meta_name(text)
    return name if name == meta_letters(text) else None


def meta_fields(frame: pd.DataFrame, block: Any) -> pd.DataFrame:
    """Normalise as Meta does, and hash unless plain text is asked for.

    Parameters
    ----------
    frame : DataFrame
        Fields as they stand in the data.
    block : MetaBlock
    """
    rules = _RULES | dict.fromkeys(_LETTERS, _agreed if block.sha256 else meta_letters)
    made = frame.assign(**normalised(frame, rules, block))
    if not block.sha256:
        return made
    return made.apply(lambda c: hashed(c, is_hashed=c.name in block.hashed))


def _fewer(block: MetaBlock) -> dict[str, Any]:
    """Read no name that is not written; the country is what a phone needs."""
    return {} if block.address else {"fields": (*KEYS, "country")}


@destination(
    "meta",
    fields=tuple(HEADER),
    reach=KEYS,
    channels={"ads": tuple(HEADER)},
    remember=KEYS,
    given=_fewer,
    min_size=100,
    normalise=meta_fields,
    block=MetaBlock,
)
def write(audience: Audience, block: MetaBlock) -> Written:
    """Write each segment's list: everybody, additions and removals.

    Only e-mail and phone are written, and names and places where they are asked for.
    Who said no, or is on the suppression list, is written as a removal from every
    list.
    """

    def table(frame: pd.DataFrame) -> pd.DataFrame:
        fields = list(HEADER) if block.address else list(KEYS)
        rows = frame.reindex(columns=fields).astype(object)
        return rows.drop_duplicates().rename(columns=HEADER)

    parts = list_parts(audience, KEYS, table)
    return Written(parts, tr(_NEXT), _PAGES, {"doubts": doubts(audience)})
