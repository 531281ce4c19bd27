"""What can be said of customers of whom no order is known: that none is."""

from __future__ import annotations

from functools import partial

from segtools.languages import mark, tr
from segtools.profiles.claim import Claim
from segtools.profiles.profile import Segmented

COLUMN = "recency_days"
_TEXT = mark("Have not ordered yet")


def never_claims(data: Segmented) -> list[Claim]:
    """Claim of a segment that its customers have not ordered yet, and others have.

    Only where one segment has all those who never ordered and nobody else: else what
    is left for the others might be a few customers.

    Parameters
    ----------
    data : Segmented

    Returns
    -------
    list of Claim
        One a segment, for all or for none of it; or no claim at all.
    """
    if COLUMN not in data.features.columns:
        return []
    never = data.features.set_index("customer_id")[COLUMN].isna()
    segment = data.members.reindex(never.index)
    sizes = segment.value_counts().sort_index()
    held = never.groupby(segment).sum().reindex(sizes.index)
    n = int(held.max())
    alone = n == int(never.sum()) and n == int(sizes[held.idxmax()])
    if not alone or n < data.smallest_cell or len(sizes) < 2:
        return []
    return [
        _claim(str(name), int(held[name]), int(sizes[name]), n, len(never))
        for name in sizes.index
    ]


def _claim(segment_id: str, held: int, n: int, base: int, everyone: int) -> Claim:
    return Claim(
        segment_id=segment_id,
        topic="habit",
        text=_TEXT,
        say=partial(tr, _TEXT),
        holders=held,
        n=n,
        base_holders=base,
        base_n=everyone,
        computation={
            "table": "features",
            "column": COLUMN,
            "op": "missing",
            "value": None,
        },
    )
