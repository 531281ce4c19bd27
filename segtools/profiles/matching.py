"""How many customers match all that a card says: it is a portrait of a group."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import ibis.expr.types as ir
import pandas as pd

from segtools.languages import tr, trn
from segtools.profiles.answers import latest
from segtools.profiles.feature_claims import COMPARE
from segtools.profiles.levels import as_text
from segtools.profiles.profile import Segmented, purchases
from segtools.timezones import timestamp_of
from segtools.wording import number


def match_cards(
    data: Segmented, cards: Mapping[str, Sequence[Mapping[str, Any]]]
) -> dict[str, dict[str, Any]]:
    """Count for each card the customers of whom all its statements are true.

    Parameters
    ----------
    data : Segmented
    cards : mapping
        segment_id to the computations of the card's evidenced statements.

    Returns
    -------
    dict
        Of each segment_id: ``statements`` (how many), ``of`` (customers of the
        segment), ``n`` and ``share`` who match every statement, ``half_n`` and
        ``half_share`` who match at least half of them, and a ``sentence``. A statement
        of which nothing is known about somebody, such as an answer never given, is not
        matched. Counts of too few customers to be shown are null, as are those of all
        but too few.
    """
    found = matches(data, [c for own in cards.values() for c in own])
    return {
        segment_id: _counted(data, segment_id, [found[_key(c)] for c in computations])
        for segment_id, computations in cards.items()
    }


def _counted(
    data: Segmented, segment_id: str, holds: Sequence[pd.Index]
) -> dict[str, Any]:
    own = data.members.index[data.members == segment_id]
    found: dict[str, Any] = {"statements": len(holds), "of": len(own)}
    found |= dict.fromkeys(("n", "share", "half_n", "half_share"))
    if holds and len(own) >= data.smallest_cell:
        times = sum(own.isin(who).astype(int) for who in holds)
        every = int((times == len(holds)).sum())
        half = int((2 * times >= len(holds)).sum())
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
        return tr("There is no statement to match.")
    if found["n"] is None:
        return trn(
            "How many match every statement is not shown: it, or the rest, would be "
            "fewer than {n} customer.",
            "How many match every statement is not shown: it, or the rest, would be "
            "fewer than {n} customers.",
            limit,
        )
    every = {"matching": number(found["n"]), "of": number(found["of"])}
    if found["half_n"] is None or found["statements"] < 2:
        return tr(
            "{matching} of {of} match every statement: a card is a portrait of a "
            "group.",
            **every,
        )
    return tr(
        "{matching} of {of} match every statement, {half} at least half of them: a "
        "card is a portrait of a group.",
        half=number(found["half_n"]),
        **every,
    )


def matches(
    data: Segmented, computations: Iterable[Mapping[str, Any]]
) -> dict[str, pd.Index]:
    """Say of whom each computation holds; who is not named matches nothing.

    Parameters
    ----------
    data : Segmented
    computations : iterable of mapping
        As statements carry them. What reads the same rows is asked in one query.

    Returns
    -------
    dict
        Each computation, written as `_key` does, to the ``customer_id`` of whom it
        holds.
    """
    found: dict[str, pd.Index] = {}
    together: dict[str, list[Mapping[str, Any]]] = {}
    for one in {_key(c): c for c in computations}.values():
        if one["op"] in ("bought", "did", "answered"):
            rest = {k: v for k, v in one.items() if k != "value"}
            together.setdefault(_key(rest), []).append(one)
        else:
            found[_key(one)] = _compared(data, one)
    for alike in together.values():
        name = "answer" if alike[0]["op"] == "answered" else alike[0]["column"]
        rows = _rows(data, alike[0])
        hits = rows.filter(rows[name].isin([c["value"] for c in alike]))
        pairs = hits.select("customer_id", value=hits[name]).distinct().to_pandas()
        for one in alike:
            own = pairs.loc[pairs["value"] == one["value"], "customer_id"]
            found[_key(one)] = pd.Index(own)
    return found


def _key(computation: Mapping[str, Any]) -> str:
    return json.dumps(dict(computation), sort_keys=True)


def _compared(data: Segmented, asked: Mapping[str, Any]) -> pd.Index:
    frame = data.features
    if asked["table"] != "features":
        people = data.shop.tables[asked["table"]]
        frame = people.select("customer_id", asked["column"]).to_pandas()
    column = frame.set_index("customer_id")[asked["column"]]
    if asked["op"] == "missing":
        return column.index[column.isna()]
    known = column.dropna()
    if asked["op"] == "eq":
        return known.index[as_text(known) == asked["value"]]
    return known.index[COMPARE[asked["op"]](known, asked["value"])]


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
