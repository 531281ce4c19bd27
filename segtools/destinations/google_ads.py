"""Google Ads: lists for Customer Match, one a segment, hashed as Google hashes."""

from __future__ import annotations

from typing import Any

import pandas as pd
from pydantic import Field

from segtools.config import DestinationBlock
from segtools.destinations.ad_lists import Rule, doubts, list_parts, normalised
from segtools.destinations.audience import Audience
from segtools.destinations.identifiers import (
    country_code,
    e164,
    google_email,
    google_name,
    google_zip,
    hashed,
    mapped,
)
from segtools.destinations.registry import Written, destination
from segtools.languages import mark, tr

HEADER = {
    "email": "Email",
    "phone": "Phone",
    "first_name": "First Name",
    "last_name": "Last Name",
    "country": "Country",
    "zip": "Zip",
}
KEYS = ("email", "phone")
ADDRESS = ("first_name", "last_name", "country", "zip")
_RULES: dict[str, Rule] = {"email": google_email, "phone": e164}
_RULES |= dict.fromkeys(("first_name", "last_name"), google_name)
_NEXT = mark(
    "In Google Ads, under Audience manager, make one Customer Match list a segment of "
    "its members file, and say that the data is hashed. Later remove with removals, "
    "then add with additions; who stands in suppressed.csv must be in no list. Only "
    "your own customers may be uploaded, and everybody here has granted ad_user_data "
    "and ad_personalization unless the manifest says why nobody was asked."
)
_PAGES = (
    "https://support.google.com/google-ads/answer/7659867",
    "https://support.google.com/google-ads/answer/7476159",
)


class GoogleBlock(DestinationBlock):
    """What ``destinations.google_ads`` takes beside the rest."""

    address: bool = Field(
        False, description="also names, country and postcode, where all are known"
    )


def google_fields(frame: pd.DataFrame, block: Any) -> pd.DataFrame:
    """Normalise as Google does, then hash; country and postcode stay plain.

    Parameters
    ----------
    frame : DataFrame
        Fields as they stand in the data.
    block : GoogleBlock
    """
    made = {"country": mapped(frame["country"], country_code)}
    pairs = zip(frame["zip"], made["country"], strict=True)
    zips = [google_zip(z, c or "") for z, c in pairs]
    made["zip"] = pd.Series(zips, index=frame.index, dtype=object)
    for name, plain in normalised(frame, _RULES, block).items():
        made[name] = hashed(plain, is_hashed=name in block.hashed)
    return frame.assign(**made)


@destination(
    "google_ads",
    fields=tuple(HEADER),
    reach=KEYS,
    channels={"ads": tuple(HEADER)},
    remember=KEYS,
    min_size=100,
    normalise=google_fields,
    block=GoogleBlock,
)
def write(audience: Audience, block: GoogleBlock) -> Written:
    """Write each segment's list: everybody, additions and removals.

    Only e-mail and phone are written, and names, country and postcode where they are
    asked for and all four are known. Who said no, or is on the suppression list, is
    written as a removal from every list.
    """
    parts = list_parts(audience, KEYS, lambda frame: _table(frame, block))
    return Written(parts, tr(_NEXT), _PAGES, {"doubts": doubts(audience)})


def _table(frame: pd.DataFrame, block: GoogleBlock) -> pd.DataFrame:
    """Give the columns under Google's names; an address is whole or not there."""
    fields = [*KEYS, *(ADDRESS if block.address else ())]
    rows = frame.reindex(columns=fields).astype(object)
    if block.address:
        part = rows[[*ADDRESS]].isna().any(axis=1)
        rows.loc[part, [*ADDRESS]] = None
    return rows.drop_duplicates().rename(columns=HEADER)
