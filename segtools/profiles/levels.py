"""Who they are and where they stand: attributes and stages of life, by segment."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd

from segtools.attributes import SHOWN
from segtools.features.journey import STAGES
from segtools.languages import mark, tr
from segtools.profiles.cells import FLAGS, mark_hidden, shown
from segtools.profiles.claim import Claim, in_english
from segtools.profiles.profile import INDEX_BASE, Segmented
from segtools.profiles.remember import remembered
from segtools.wording import plain, shorten

MOST_LEVELS = 20
STAGE = "lifecycle_stage"
_COLUMNS = ["segment_id", "attribute", "level", "holders", "n", "value"]
_COLUMNS += ["base_value", "index", *FLAGS]
_YES_OR_NO = {"True": mark("yes"), "False": mark("no")}
_STAGE_TEXTS = {
    "new": mark("Are new: first order in the last third of the window"),
    "active": mark("Are active: on time, but not yet five orders"),
    "loyal": mark("Are loyal: on time, with five orders or more"),
    "at risk": mark("Are at risk: over 1.5 of their own cycles without an order"),
    "lapsed": mark("Have lapsed: over 3 of their own cycles without an order"),
    "won back": mark("Came back after a gap of over 3 of their own cycles"),
}


@remembered
def attribute_profile(data: Segmented) -> pd.DataFrame:
    """Give the share of each value of each shown attribute, among those known.

    Contact, consent and protected attributes are left out; so are attributes with
    more than 20 values.

    Returns
    -------
    DataFrame
        ``segment_id``, ``attribute``, ``level``, ``holders``, ``n``, ``value``,
        ``base_value``, ``index`` and what may not be shown (see `mark_hidden`).
    """
    people = data.shop.attributes()
    if people is None:
        return pd.DataFrame(columns=_COLUMNS)
    fit = sorted(c for c in people.columns if data.shop.kind(c) in SHOWN)
    frame = people.select("customer_id", *fit).to_pandas().set_index("customer_id")
    return _profile(data, frame)


@remembered
def stage_profile(data: Segmented) -> pd.DataFrame:
    """Give the share of each stage of life, from new to won back, by segment.

    Returns
    -------
    DataFrame
        As `attribute_profile` gives it, with the one attribute ``lifecycle_stage`` and
        a row for each of the six stages; empty where the stages are not known. Who
        never ordered has none.
    """
    frame = data.features.set_index("customer_id")
    if STAGE not in frame.columns:
        return pd.DataFrame(columns=_COLUMNS)
    stages = pd.Categorical(frame[STAGE], categories=list(STAGES))
    known = pd.DataFrame({STAGE: stages}, index=frame.index)
    return _profile(data, known, fewest=1)


def _profile(data: Segmented, frame: pd.DataFrame, fewest: int = 2) -> pd.DataFrame:
    segment = data.members.reindex(frame.index)
    pieces = [
        _one(frame[name].dropna(), segment, name)
        for name in frame.columns
        if fewest <= frame[name].nunique() <= MOST_LEVELS
    ]
    if not pieces:
        return pd.DataFrame(columns=_COLUMNS)
    marked = mark_hidden(
        pd.concat(pieces, ignore_index=True),
        level="level",
        count="holders",
        limit=data.smallest_cell,
        table="attribute",
    )
    return marked[_COLUMNS]


def _one(known: pd.Series, segment: pd.Series, name: str) -> pd.DataFrame:
    own = segment.reindex(known.index)
    text = known if known.dtype == "category" else as_text(known)
    holders = pd.crosstab(own, text, dropna=False)
    holders = holders.loc[holders.sum(axis=1) > 0]
    long = holders.stack().rename("holders").reset_index()
    long.columns = pd.Index(["segment_id", "level", "holders"])
    n = long["segment_id"].map(own.value_counts())
    held = long.groupby("level", observed=False)["holders"].transform("sum")
    base = held / len(known)
    share = long["holders"] / n
    return long.assign(
        level=long["level"].astype(str),
        attribute=name,
        n=n,
        value=share,
        base_value=base,
        index=(share / base.where(base > 0) * INDEX_BASE).round(1),
    )


def as_text(known: pd.Series) -> pd.Series:
    """Write values as the words that stand on a card; 3.0 is 3.

    Examples
    --------
    >>> as_text(pd.Series([3.0, 2.5])).tolist(), as_text(pd.Series(["a"])).tolist()
    (['3', '2.5'], ['a'])
    """
    if pd.api.types.is_float_dtype(known):
        return known.map(lambda x: str(int(x)) if float(x).is_integer() else str(x))
    return known.map(str)


def attribute_claims(data: Segmented) -> list[Claim]:
    """Make a claim for each level of each attribute that may be shown."""
    people = data.shop.tables.get("customers")
    own = [] if people is None else people.columns
    claims = []
    for row in _counted(attribute_profile(data)):
        # What both tables have is that of the customer.
        table = "customers" if row.attribute in own else "accounts"
        say = partial(_level_text, row.attribute, row.level)
        claims.append(_claim(row, "trait", say, table))
    return claims


def _level_text(attribute: str, level: str) -> str:
    name = shorten(plain(attribute).replace("_", " "), 60)
    known = _YES_OR_NO.get(level)
    said = tr(known) if known else shorten(plain(level), 60)
    return tr("{name}: {level}", name=f"{name[:1].upper()}{name[1:]}", level=said)


def stage_claims(data: Segmented) -> list[Claim]:
    """Make a claim for each segment and stage of life."""
    return [
        _claim(row, "stage", partial(tr, _STAGE_TEXTS[row.level]), "features")
        for row in _counted(stage_profile(data))
    ]


def _counted(profile: pd.DataFrame) -> list[Any]:
    """Give the rows that may be shown, with holders and number of everyone."""
    if profile.empty:
        return []
    held = profile.groupby(["attribute", "level"])["holders"].transform("sum")
    known = profile.groupby("attribute")["holders"].transform("sum")
    counted = profile.assign(base_holders=held, base_n=known)
    return list(shown(counted).itertuples(index=False))


def _claim(row: Any, topic: str, say: Callable[[], str], table: str) -> Claim:
    return Claim(
        segment_id=str(row.segment_id),
        topic=topic,
        text=in_english(say),
        say=say,
        holders=int(row.holders),
        n=int(row.n),
        base_holders=int(row.base_holders),
        base_n=int(row.base_n),
        computation={
            "table": table,
            "column": row.attribute,
            "op": "eq",
            "value": row.level,
        },
    )
