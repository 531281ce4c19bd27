"""What is known of how many customers, how fresh each source is, who was matched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis.expr.types as ir
import pandas as pd

from segtools.attributes import attribute_kind, said_kind
from segtools.disclosure import LIMIT
from segtools.joining import one_sentence
from segtools.languages import header, mark, markn, tr, trn
from segtools.prepare.clean import Cleaned
from segtools.schema import contract_of
from segtools.timezones import DAY
from segtools.wording import number, percent, plural_of

STALE_DAYS = 90
LIGHTS = {"green": mark("green"), "amber": mark("amber"), "red": mark("red")}
_AGE = {
    "green": markn(
        "The last row of {table} lies {n} day before the origin; it is fresh.",
        "The last row of {table} lies {n} days before the origin; it is fresh.",
    ),
    "amber": markn(
        "The last row of {table} lies {n} day before the origin; it is getting old: "
        "load newer rows if there are any.",
        "The last row of {table} lies {n} days before the origin; it is getting old: "
        "load newer rows if there are any.",
    ),
    "red": markn(
        "The last row of {table} lies {n} day before the origin; it is stale: load "
        "newer rows, or leave it out.",
        "The last row of {table} lies {n} days before the origin; it is stale: load "
        "newer rows, or leave it out.",
    ),
}


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
    sentence = tr(
        "{table} has no times; it can describe, never build segments.", table=name
    )
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
    return {
        "table": name,
        "last": moment.isoformat(),
        "age_days": round(age, 1),
        "light": light,
        "sentence": trn(*_AGE[light], plural_of(age, 1), table=name, n=number(age, 1)),
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
            header("Attribute"): [r["attribute"].replace("_", " ") for r in rows],
            header("Kind"): [said_kind(r["kind"]) for r in rows],
            header("Known of customers"): [r["known"] for r in rows],
            header("Share"): [r["share"] for r in rows],
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
            header("Table"): [r["table"] for r in rows],
            header("Last row (UTC)"): [(r["last"] or "")[:16] or None for r in rows],
            header("Days before the origin"): [r["age_days"] for r in rows],
            header("Light"): [tr(LIGHTS[r["light"]]) for r in rows],
        }
    )


def matches_table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Tabulate people of other sources by the key that made them customers."""
    table = pd.DataFrame(
        {
            header("Table"): [r["table"] for r in rows],
            header("People"): [r["people"] for r in rows],
            header("Same id"): [r["by_id"] for r in rows],
            header("Same e-mail"): [r["by_email"] for r in rows],
            header("Same phone"): [r["by_phone"] for r in rows],
            header("No customer"): [r["none"] for r in rows],
            header("Joined"): [r["rate"] for r in rows],
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
        return tr("All rows come from one source; nobody had to be matched.")
    return one_sentence(part for row in rows for part in _matched(row))


def _matched(row: dict[str, Any]) -> tuple[str, str]:
    """Say of one source how many are customers, and how many are nobody."""
    customers = trn(
        "{share} of the {n} person in {table} are customers",
        "{share} of the {n} people in {table} are customers",
        row["people"],
        share=percent(row["rate"]),
        table=row["table"],
    )
    return customers, trn("{n} match nobody", "{n} match nobody", row["none"])


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
