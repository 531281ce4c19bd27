"""What, where and how they bought: claims about categories, channels and stores."""

from __future__ import annotations

from functools import partial
from typing import Any

from segtools.languages import mark, tr
from segtools.profiles.cells import shown
from segtools.profiles.claim import Claim, in_english
from segtools.profiles.profile import Segmented, bought_profile, sold_in
from segtools.wording import plain, shorten

# Column: how many of its names at most, topic, sentence. A customer who orders nothing
# is no buyer of tea, but not for that somebody who avoids the app.
_COLUMNS = {
    "category": (40, "interest", mark("Bought {name}")),
    "channel": (12, "reach", mark("Order by {name}")),
    "store_id": (12, "reach", mark("Order at {name}")),
}
OF_BUYERS = ("channel", "store_id")


def category_claims(data: Segmented) -> list[Claim]:
    """Make a claim for each segment and category that people buy."""
    return _claims(data, "category")


def channel_claims(data: Segmented) -> list[Claim]:
    """Make a claim for each segment and channel or store that buyers order through."""
    return [*_claims(data, "channel"), *_claims(data, "store_id")]


def _claims(data: Segmented, column: str) -> list[Claim]:
    most, topic, sentence = _COLUMNS[column]
    of_buyers = column in OF_BUYERS
    profile = bought_profile(data, column, most=most, of_buyers=of_buyers)
    everyone = int(profile.drop_duplicates("segment_id")["n"].sum())
    asked = {"table": sold_in(data, column), "column": column, "op": "bought"}
    asked |= {"of": "known"} if of_buyers else {}
    return [
        Claim(
            segment_id=str(row.segment_id),
            topic=topic,
            **_in_words(sentence, row.name),
            holders=int(row.buyers),
            n=int(row.n),
            base_holders=round(row.base_value * everyone),
            base_n=everyone,
            computation=asked | {"value": row.name, "window_days": data.window.days},
        )
        for row in shown(profile).itertuples(index=False)
    ]


def _in_words(sentence: str, name: str) -> dict[str, Any]:
    say = partial(tr, sentence, name=shorten(plain(name), 60))
    return {"text": in_english(say), "say": say}
