"""One row a person, where several records share what a system knows people by.

An importer would merge such rows, or let the last one win. Here it is decided before,
the same way whatever the order of the data: who is written comes first, then the
smallest id; the other records join that row.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pandas as pd

from segtools.destinations.consent import NO, YES, answers
from segtools.joining import sentences
from segtools.languages import tr, trn


def in_turn(members: pd.DataFrame, out: pd.DataFrame, unfit: pd.Series) -> pd.DataFrame:
    """Put everybody into the order in which they claim an address.

    Parameters
    ----------
    members : DataFrame
        Who is written, with ``customer_id`` and ``segment_id``.
    out : DataFrame
        Who is not, with ``reason`` and ``barred`` as well.
    unfit : Series of bool
        Of whom in `out` no row can be written, whatever it says.

    Returns
    -------
    DataFrame
        Members first and unfit ones last, by id. ``wanted`` is the segment to be
        written, null of who is left out; ``segment_id`` stays what it was.
    """
    own = members.assign(reason=None, barred=False, wanted=members["segment_id"])
    own, out = own.assign(unfit=False), out.assign(wanted=None, unfit=unfit)
    both = pd.concat([one for one in (own, out) if len(one)] or [own])
    both = both.assign(last=both["wanted"].isna())
    rows = both.sort_values(["last", "unfit", "customer_id"], kind="stable")
    return rows.drop(columns="last").reset_index(drop=True)


def claimed_by(rows: pd.DataFrame, keys: Sequence[str]) -> pd.Series:
    """Give for each row those before it that have claimed what it is known by.

    Parameters
    ----------
    rows : DataFrame
        In the order in which they claim, as `in_turn` gives them.
    keys : sequence of str
        Columns, any of which a system knows a person by. Case, blanks, and in numbers
        everything but digits, do not count.

    Returns
    -------
    Series of tuple
        Places in `rows`; empty where the row claims all that it is known by for itself.
        Else it is no row of its own, and joins the first of them.

    Examples
    --------
    >>> rows = pd.DataFrame({"email": ["a@x.de", "b@x.de", "A@x.de"],
    ...                      "phone": [None, "+49 30 1", "+49301"]})
    >>> claimed_by(rows, ["email", "phone"]).tolist()
    [(), (), (0, 1)]
    """
    found = pd.Series([()] * len(rows), rows.index, dtype=object)
    plain = rows[list(keys)].map(_plain)
    shared = pd.Series(False, rows.index)
    for key in keys:
        shared |= plain[key].notna() & plain[key].duplicated(keep=False)
    taken: dict[tuple[str, str], Any] = {}
    for place, row in plain[shared].iterrows():
        own = [(key, row[key]) for key in keys if isinstance(row[key], str)]
        claimers = dict.fromkeys(taken[one] for one in own if one in taken)
        if claimers:
            found.at[place] = tuple(claimers)
        else:
            taken |= dict.fromkeys(own, place)
    return found


def _plain(text: Any) -> str | None:
    if not isinstance(text, str) or not text.strip():
        return None
    digits = re.sub(r"\D", "", text)
    return text.strip().casefold() if "@" in text or not digits else digits


def joined(
    rows: pd.DataFrame, by: pd.Series, tags: str, consents: Sequence[str] = ()
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Join records to the rows that they are written as.

    Parameters
    ----------
    rows : DataFrame
        As `in_turn` gives it.
    by : Series
        As `claimed_by` gives it.
    tags : str
        A column of lists: what others have put there is kept of all records.
    consents : sequence of str, default=()
        Columns in which a no of any record stands against a yes of another.

    Returns
    -------
    rows : DataFrame
        Those that are written. ``wanted`` is null where one of the records must not be
        written to, or where they are in segments that contradict each other.
    told : dict
        What the manifest says; empty where nobody shares anything.
    """
    alone = by.map(len) == 0
    kept = alone & ~rows["unfit"].astype(bool)
    if alone.all():
        return rows[kept], {}
    rows, untagged = rows.copy(), set()
    for place, claimers in by[~alone].items():
        other, first = rows.loc[place], claimers[0]
        against = {one for one in claimers if _against(rows.loc[one], other)}
        rows.loc[sorted(against), "wanted"] = None
        untagged |= against
        if other["unfit"]:
            continue
        every = [*rows.at[first, tags], *other[tags]]
        rows.at[first, tags] = list(dict.fromkeys(every))
        for column in consents:
            said = answers(pd.Series([rows.at[first, column], other[column]]))
            if said.tolist() == [YES, NO]:
                rows.at[first, column] = other[column]
    return rows[kept], {"shared": _told(int((~alone).sum()), len(untagged))}


def _against(first: pd.Series, other: pd.Series) -> bool:
    """Say whether a record takes the segment from a row that it shares with."""
    if pd.isna(first["wanted"]):
        return False
    contradicts = other["reason"] == "shared_address" or pd.notna(other["wanted"])
    return bool(other["barred"]) or bool(
        contradicts and other["segment_id"] != first["segment_id"]
    )


def _told(joined: int, untagged: int) -> dict[str, Any]:
    shares = trn(
        "{n} more record shares an address with one that is written: they are one row, "
        "with what others had put into any of them.",
        "{n} more records share an address with one that is written: they are one row, "
        "with what others had put into any of them.",
        joined,
    )
    counts = tr(
        "Of who is written, the first by id counts; a record that must not be written "
        "to, or one of another segment, takes our segment from all."
    )
    return {
        "joined": joined,
        "without_segment": untagged,
        "sentence": sentences([shares, counts]),
    }
