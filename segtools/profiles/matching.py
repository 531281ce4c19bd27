"""How many customers match all that a card says: it is a portrait of a group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ibis.expr.types as ir
import pandas as pd

from segtools.profiles.answers import latest
from segtools.profiles.feature_claims import COMPARE
from segtools.profiles.levels import as_text
from segtools.profiles.profile import Segmented, purchases
from segtools.timezones import timestamp_of
from segtools.wording import number


def match_all(
    data: Segmented, segment_id: str, computations: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Count the customers of a segment of whom all statements of its card are true.

    Parameters
    ----------
    data : Segmented
    segment_id : str
    computations : sequence of mapping
        Those of the evidenced statements.

    Returns
    -------
    dict
        ``statements`` (how many), ``of`` (customers of the segment), ``n`` and
        ``share`` who match every statement, ``half_n`` and ``half_share`` who match at
        least half of them, and a ``sentence``. A statement of which nothing is known
        about somebody, such as an answer never given, is not matched. Counts of too
        few customers to be shown are null, as are those of all but too few.
    """
    own = data.members.index[data.members == segment_id]
    found: dict[str, Any] = {"statements": len(computations), "of": len(own)}
    found |= dict.fromkeys(("n", "share", "half_n", "half_share"))
    if computations and len(own) >= data.smallest_cell:
        times = sum(
            matches(data, c).reindex(own, fill_value=False).astype(int)
            for c in computations
        )
        every = int((times == len(computations)).sum())
        half = int((2 * times >= len(computations)).sum())
        apart = every, half - every, len(own) - half
        small = [0 < part < data.smallest_cell for part in apart]
        # Three parts of a whole that is known: two of them tell the third.
        if not (small[0] or 0 < len(own) - every < data.smallest_cell):
            found |= {"n": every, "share": every / len(own)}
        if not any(small):
            found |= {"half_n": half, "half_share": half / len(own)}
    return found | {"sentence": _sentence(found, data.smallest_cell)}


def _sentence(found: Mapping[str, Any], limit: int) -> str:
    if not found["statements"]:
        return "There is no statement to match."
    if found["n"] is None:
        return (
            "How many match every statement is not shown: it, or the rest, would be "
            f"fewer than {limit} customers."
        )
    half = ""
    if found["half_n"] is not None and found["statements"] > 1:
        half = f", {number(found['half_n'])} at least half of them"
    return (
        f"{number(found['n'])} of {number(found['of'])} match every statement{half}: "
        "a card is a portrait of a group."
    )


def matches(data: Segmented, computation: Mapping[str, Any]) -> pd.Series:
    """Say of whom a computation holds; who is not named matches nothing.

    Parameters
    ----------
    data : Segmented
    computation : mapping
        As statements carry it.

    Returns
    -------
    Series of bool
        By ``customer_id``.
    """
    table, column = computation["table"], computation["column"]
    op, value = computation["op"], computation["value"]
    if op in ("bought", "did", "answered"):
        rows = _rows(data, computation)
        name = "answer" if op == "answered" else column
        hits = rows.filter(rows[name] == value).select("customer_id").distinct()
        return pd.Series(True, index=hits.to_pandas()["customer_id"])
    frame = data.features
    if table != "features":
        people = data.shop.tables[table].select("customer_id", column)
        frame = people.to_pandas()
    known = frame.set_index("customer_id")[column].dropna()
    return as_text(known) == value if op == "eq" else COMPARE[op](known, value)


def _rows(data: Segmented, computation: Mapping[str, Any]) -> ir.Table:
    column = computation["column"]
    if computation["op"] == "bought":
        return purchases(data, computation["table"], column)
    if computation["op"] == "answered":
        answers = data.shop.tables["answers"]
        return latest(answers.filter(answers.question == column))
    events = data.shop.tables["events"]
    within = events.occurred_at >= timestamp_of(data.window.start)
    within &= events.occurred_at < timestamp_of(data.window.origin)
    if computation.get("events"):
        within &= events.event.isin(computation["events"])
    return events.filter(within)
