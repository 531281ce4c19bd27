"""What is known of how many customers, how fresh each source is, who was matched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis.expr.types as ir
import pandas as pd

from segtools.attributes import attribute_kind
from segtools.disclosure import LIMIT
from segtools.prepare.clean import Cleaned
from segtools.schema import contract_of
from segtools.timezones import DAY
from segtools.wording import number, percent

STALE_DAYS = 90


def attribute_coverage(
    tables: Mapping[str, ir.Table], customers: int, kinds: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Count for how many customers each attribute is known.

    Parameters
    ----------
    tables : mapping of ibis Tables
        Cleaned tables; attributes stand in ``customers`` and ``accounts``.
    customers : int
        Size of the population.
    kinds : mapping
        Kinds that somebody has said, by attribute.

    Returns
    -------
    list of dict
        ``attribute``, ``table``, ``kind``, ``known`` (customers), ``unknown`` and
        ``share``.
    """
    rows = []
    for name in ("customers", "accounts"):
        table = tables.get(name)
        columns = [] if table is None else sorted({*table.columns} - {"customer_id"})
        if table is None or not columns:
            continue
        found = table.aggregate(**{c: table[c].count() for c in columns})
        known = found.to_pandas().iloc[0]
        rows += [
            {
                "attribute": c,
                "table": name,
                "kind": attribute_kind(c, kinds),
                "known": int(known[c]),
                "unknown": max(0, customers - int(known[c])),
                "share": int(known[c]) / customers if customers else 0.0,
            }
            for c in columns
        ]
    return rows


def source_freshness(cleaned: Cleaned, origin: int) -> list[dict[str, Any]]:
    """Say of each source's table when its last kept row lies before the origin.

    Returns
    -------
    list of dict
        ``table``, ``last`` (ISO, UTC; null without times), ``age_days``, ``light``
        (amber beyond 90 days, red beyond 180) and ``sentence``.
    """
    rows = []
    for name, judged in cleaned.judged.items():
        time = contract_of(name).time
        if time is None:
            continue
        if time not in judged.columns:
            rows.append(_undated(name))
            continue
        kept = judged.filter(judged.reason.isnull())
        last = kept.aggregate(last=kept[time].max()).to_pandas()["last"].iloc[0]
        rows.append(_undated(name) if pd.isna(last) else _dated(name, last, origin))
    return rows


def _undated(name: str) -> dict[str, Any]:
    sentence = f"{name} has no times; it can describe, never build segments."
    return {
        "table": name,
        "last": None,
        "age_days": None,
        "light": "amber",
        "sentence": sentence,
    }


def _dated(name: str, last: Any, origin: int) -> dict[str, Any]:
    moment = pd.Timestamp(last)
    age = (origin - moment.timestamp()) / DAY
    light = "green" if age <= STALE_DAYS else "amber"
    light = "red" if age > 2 * STALE_DAYS else light
    end = {
        "green": "is fresh",
        "amber": "is getting old: load newer rows if there are any",
        "red": "is stale: load newer rows, or leave it out",
    }[light]
    return {
        "table": name,
        "last": moment.isoformat(),
        "age_days": round(age, 1),
        "light": light,
        "sentence": f"The last row of {name} lies {age:.1f} days before the origin; "
        f"it {end}.",
    }


def coverage_table(
    rows: list[dict[str, Any]], *, smallest_cell: int = LIMIT
) -> pd.DataFrame:
    """Tabulate attributes: kind, customers for whom it is known, share.

    Both are missing where they are known of fewer than `smallest_cell` customers, or
    of all others.
    """
    few = [
        any(0 < r[side] < smallest_cell for side in ("known", "unknown")) for r in rows
    ]
    table = pd.DataFrame(
        {
            "Attribute": [r["attribute"].replace("_", " ") for r in rows],
            "Kind": [r["kind"] for r in rows],
            "Known of customers": [r["known"] for r in rows],
            "Share": [r["share"] for r in rows],
        }
    ).astype({"Known of customers": "Int64", "Share": float})
    shown = ["Known of customers", "Share"]
    table[shown] = table[shown].mask(pd.Series(few, dtype=bool), axis=0)
    table.attrs["formats"] = {"Share": "percent"}
    return table


def freshness_table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Tabulate each source's last row, its age and its light."""
    return pd.DataFrame(
        {
            "Table": [r["table"] for r in rows],
            "Last row (UTC)": [(r["last"] or "")[:16] or None for r in rows],
            "Days before the origin": [r["age_days"] for r in rows],
            "Light": [r["light"] for r in rows],
        }
    )


def matches_table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Tabulate people of other sources by the key that made them customers."""
    table = pd.DataFrame(
        {
            "Table": [r["table"] for r in rows],
            "People": [r["people"] for r in rows],
            "Same id": [r["by_id"] for r in rows],
            "Same e-mail": [r["by_email"] for r in rows],
            "Same phone": [r["by_phone"] for r in rows],
            "No customer": [r["none"] for r in rows],
            "Joined": [r["rate"] for r in rows],
        }
    )
    table.attrs["formats"] = {"Joined": "percent"}
    return table


def matches_sentence(rows: list[dict[str, Any]]) -> str:
    r"""Say how many people of other sources are customers.

    Examples
    --------
    >>> row = {"table": "events:liveagent", "people": 10, "none": 2, "rate": 0.8}
    >>> matches_sentence([row]).replace("\u202f", " ")
    '80 % of the 10 people in events:liveagent are customers; 2 match nobody.'
    """
    if not rows:
        return "All rows come from one source; nobody had to be matched."
    parts = [
        f"{percent(r['rate'])} of the {number(r['people'])} people in {r['table']} are "
        f"customers; {number(r['none'])} match nobody"
        for r in rows
    ]
    return f"{'; '.join(parts)}."


def reach(cleaned: Cleaned, customers: int) -> list[dict[str, Any]]:
    """Say for how many customers events, answers and campaigns are there.

    Returns
    -------
    list of dict
        ``table``, ``customers`` and ``share`` of the population.
    """
    found = []
    for name in ("events", "answers", "campaigns", "conversions"):
        if name in cleaned.tables:
            n = int(cleaned.tables[name].customer_id.nunique().execute())
            share = n / customers if customers else 0.0
            found.append({"table": name, "customers": n, "share": share})
    return found
