"""The account of rows and money: read = kept + set aside + quarantined."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd

from segtools.languages import mark, tr
from segtools.prepare.rules import RULES, SET_ASIDE

QUARANTINE_ROWS = 10_000
EXAMPLES = 3
KEPT = "kept"
# What may be done to a kept row, and how that is told.
CHANGES = {
    "turned": (
        "return_sign",
        mark("Returns with a positive amount were made negative."),
    ),
    "converted": ("converted", mark("Amounts were converted by the rates given.")),
    "clipped": ("huge_order_cut", mark("Orders far above all others were cut down.")),
}
_COLUMNS = ["reason", "rows", "money", "counted", *CHANGES]


def count_rows(judged: ir.Table) -> pd.DataFrame:
    """Count rows and money by reason.

    Returns
    -------
    DataFrame
        One row a reason (``kept`` for null): ``reason``, ``rows``, ``money`` (as
        read), ``counted`` (as it is kept) and one column of rows for each of
        `CHANGES`; money is null for tables without amounts.
    """
    this = ibis._
    measures = {"rows": this.count()}
    measures |= {f: this[f].sum() for f in CHANGES if f in judged.columns}
    if "raw_amount" in judged.columns:
        measures |= {"money": this.raw_amount.sum(), "counted": this.amount.sum()}
    if "place" in judged.columns:
        found = _by_difference(judged, measures)
    else:
        found = _by_reason(judged, measures)
    found["reason"] = found["reason"].fillna(KEPT).astype(str)
    found = found.sort_values("reason", ignore_index=True)
    for flag in CHANGES:
        found[flag] = found[flag].fillna(0).astype(int) if flag in found else 0
    return found.reindex(columns=_COLUMNS)


def _by_reason(rows: ir.Table, measures: dict[str, Any]) -> pd.DataFrame:
    # Only the groups get their word: to write it beside each row takes as long again.
    return rows.group_by("reason").aggregate(**measures).to_pandas()


def _by_difference(judged: ir.Table, measures: dict[str, Any]) -> pd.DataFrame:
    """Count only rows that are not kept by reason, and take them from all.

    Of a table that it holds, DuckDB knows each column's range and whether anything is
    missing: where no row can have a reason it answers without looking at one. All
    rows in one group are counted in a tenth of the time that it takes to group them.
    """
    gone = _by_reason(judged.filter(judged.reason.notnull()), measures)
    (whole,) = judged.drop("reason").aggregate(**measures).to_pyarrow().to_pylist()
    if whole["rows"] == gone["rows"].sum():
        return gone
    kept = {name: whole[name] - gone[name].dropna().sum() for name in measures}
    return pd.DataFrame([{"reason": None, **kept}, *gone.to_dict("records")])


def account(counts: pd.DataFrame) -> dict[str, Any]:
    """Sum the counts up: rows, and money to the cent as text where there is any.

    Returns
    -------
    dict
        ``read``, ``kept``, ``set_aside``, ``quarantined`` and ``changed`` rows, where
        read = kept + set_aside + quarantined. Tables with amounts also have
        ``money``: of the rows before the origin, as they were read, judged = kept +
        quarantined; and ``counted``, the kept rows after changes.
    """
    by = counts.set_index("reason")
    rows = by["rows"].astype(int)
    total, kept = int(rows.sum()), int(rows.get(KEPT, 0))
    aside = int(rows.get(SET_ASIDE, 0))
    changed = int(by.loc[KEPT, list(CHANGES)].sum()) if kept else 0
    found: dict[str, Any] = {
        "read": total,
        "kept": kept,
        "set_aside": aside,
        "quarantined": total - kept - aside,
        "changed": changed,
    }
    if counts["money"].notna().any():
        found["money"] = _money(by)
    return found


def _money(by: pd.DataFrame) -> dict[str, str]:
    raw = {k: Decimal(0) if pd.isna(v) else v for k, v in by["money"].items()}
    # Nobody looks at the money of later rows.
    judged = sum((v for k, v in raw.items() if k != SET_ASIDE), Decimal(0))
    kept, counted = raw.get(KEPT, Decimal(0)), by["counted"].get(KEPT)
    return {
        "judged": str(judged),
        "kept": str(kept),
        "quarantined": str(judged - kept),
        "counted": str(Decimal(0) if pd.isna(counted) else counted),
    }


def log_changes(name: str, counts: pd.DataFrame) -> list[dict[str, Any]]:
    """List what was done to kept rows, with the number of rows."""
    kept = counts[counts["reason"] == KEPT]
    return [
        {
            "table": name,
            "change": change,
            "rows": int(kept[flag].iloc[0]),
            "sentence": tr(sentence),
        }
        for flag, (change, sentence) in CHANGES.items()
        if len(kept) and int(kept[flag].iloc[0])
    ]


def quarantined(
    judged: ir.Table, name: str, counts: pd.DataFrame, hidden: set[str]
) -> tuple[list[dict[str, Any]], pd.DataFrame]:
    """Describe each rule that took rows, and collect its first rows.

    Parameters
    ----------
    judged : ibis Table
    name : str
    counts : DataFrame
        As `count_rows` gives it.
    hidden : set of str
        Columns of our own that the quarantine does not show.

    Returns
    -------
    rules : list of dict
    rows : DataFrame
        At most 10,000 rows a rule, all as text, with ``table`` and ``rule``.
    """
    rules, pieces = [], []
    found = counts.set_index("reason")
    for rule in [r for r in RULES if r in found.index]:
        rows = judged.filter(judged.reason == rule)
        shown = sorted(c for c in rows.columns if c not in hidden)
        texts = rows.select(**{c: rows[c].cast("string") for c in shown})
        some = texts.order_by(texts.columns).limit(QUARANTINE_ROWS).to_pandas()
        money = found.loc[rule, "money"]
        rules.append(
            {
                "table": name,
                "rule": rule,
                "kind": RULES[rule].kind,
                "rows": int(found.loc[rule, "rows"]),
                "money": None if pd.isna(money) else str(money),
                "sentence": tr(RULES[rule].sentence),
                "examples": some["unreadable"].dropna().unique()[:EXAMPLES].tolist(),
            }
        )
        pieces.append(some.assign(table=name, rule=rule))
    return rules, stack(pieces)


def stack(pieces: list[pd.DataFrame]) -> pd.DataFrame:
    """Put the quarantines of rules and tables into one frame."""
    full = [p for p in pieces if len(p)]
    if not full:
        return pd.DataFrame(
            {"table": pd.Series(dtype=str), "rule": pd.Series(dtype=str)}
        )
    stacked = pd.concat(full, ignore_index=True)
    first = ["table", "rule"]
    return stacked[first + [c for c in sorted(stacked.columns) if c not in first]]
