"""Cut at the origin, then judge each row; keep count of everything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd
from ibis.util import gen_name

from segtools.config import RunConfig
from segtools.prepare.agree import compare_orders_and_lines, refuse_currencies
from segtools.prepare.fingerprint import row_hash
from segtools.prepare.rules import RULES, SET_ASIDE, reason, settle_returns
from segtools.schema import TABLES, DataError, Table
from segtools.sources import Opened, reading

QUARANTINE_ROWS = 10_000
_EXAMPLES = 3


@dataclass
class Cleaned:
    """Kept tables and the account of what happened to the rest.

    ``accounts`` holds by table the rows read, kept, set_aside, quarantined and
    changed, where read = kept + set_aside + quarantined.
    """

    tables: dict[str, ir.Table]
    accounts: dict[str, dict[str, int]] = field(default_factory=dict)
    rules: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    quarantine: pd.DataFrame = field(default_factory=pd.DataFrame)


def clean(
    opened: Opened, con: ibis.BaseBackend, config: RunConfig, origin: int
) -> Cleaned:
    """Clean every table of a source as it stood at one origin.

    Parameters
    ----------
    opened : Opened
        Typed tables of a source.
    con : ibis backend
        Where the tables live; kept rows become temporary tables there.
    config : RunConfig
        Policies for returns and duplicates, and the quarantine's limit.
    origin : int
        Seconds since 1970. Cutting comes first: no rule sees a later row.

    Returns
    -------
    Cleaned

    Raises
    ------
    DataError
        If a table is empty, nothing precedes the origin, or more rows than
        ``quarantine_limit`` break the contract.
    """
    cleaned = Cleaned(tables={})
    pieces = []
    for name, raw in opened.tables.items():
        with reading(name):
            judged = _judged(raw, con, name, config, origin)
        counts = _counts(judged)
        _refuse(name, judged, counts, config, opened)
        pieces.append(_quarantined(judged, name, counts, cleaned))
        kept = judged.filter(judged.reason.isnull())
        refuse_currencies(name, kept)
        cleaned.tables[name] = kept.drop("reason", "unreadable", "turned")
        cleaned.accounts[name] = _account(judged, counts)
        _log_changes(judged, name, cleaned)
    cleaned.changes += compare_orders_and_lines(cleaned.tables)
    cleaned.quarantine = _stack(pieces)
    return cleaned


def preflight(opened: Opened, config: RunConfig, origin: int) -> None:
    """Look for what would stop a run, in one pass and without keeping a row.

    Raises
    ------
    DataError
        As `clean` would, duplicates aside.
    """
    for name, raw in opened.tables.items():
        judged = _reasoned(raw, name, config, origin)
        with reading(name):
            _refuse(name, judged, _counts(judged), config, opened)
        refuse_currencies(name, judged.filter(judged.reason.isnull()))


def _reasoned(raw: ir.Table, name: str, config: RunConfig, origin: int) -> ir.Table:
    contract = TABLES[name]
    if contract.time:
        table, _ = settle_returns(raw)
    else:
        table = raw.mutate(turned=ibis.literal(False))
    return table.mutate(reason=reason(table, contract, origin, config.returns))


def _judged(
    raw: ir.Table, con: ibis.BaseBackend, name: str, config: RunConfig, origin: int
) -> ir.Table:
    table = _reasoned(raw, name, config, origin)
    if TABLES[name].time is None:
        table = _mark_twice(table)
    elif config.duplicates == "drop":
        table = _mark_duplicates(table)
    return con.create_table(gen_name(f"judged_{name}"), table, temp=True)


def _mark_duplicates(table: ir.Table) -> ir.Table:
    """Mark all but one of several equal rows; which one does not matter."""
    columns = [c for c in table.columns if c not in ("reason", "turned")]
    hashed = row_hash(table, columns)
    if table.count().execute() == table.select(row=hashed).row.nunique().execute():
        return table  # as good as always, and much cheaper than grouping by all
    # Rows are compared as they are kept, or cleaning again would find more: of a
    # return noted as 5 and as -5 the one that needed no turning stays.
    counted = table.group_by([*columns, "reason"]).aggregate(
        copies=ibis._.count(), turned=ibis._.turned.min()
    )
    again = counted.filter((counted.copies > 1) & counted.reason.isnull())
    extra = again.mutate(number=ibis.range(1, again.copies).unnest())
    extra = extra.mutate(reason=ibis.literal("duplicate")).drop("copies", "number")
    once = counted.filter(counted.reason.isnull()).drop("copies")
    rest = table.filter(table.reason.notnull())
    return once.union(rest).union(extra.select(*once.columns))


def _mark_twice(table: ir.Table) -> ir.Table:
    """Mark customers who stand twice, all but the first in the order of content."""
    order = [table[c] for c in sorted(table.columns) if c not in ("reason", "turned")]
    number = ibis.row_number().over(group_by=table.customer_id, order_by=order)
    again = (number > 0) & table.reason.isnull()
    return table.mutate(reason=ibis.ifelse(again, ibis.literal("twice"), table.reason))


def _counts(judged: ir.Table) -> dict[str, int]:
    label = judged.reason.fill_null("kept")
    counted = judged.group_by(label=label).aggregate(rows=ibis._.count()).to_pandas()
    return {str(r): int(n) for r, n in zip(counted.label, counted.rows, strict=True)}


def _account(judged: ir.Table, counts: Mapping[str, int]) -> dict[str, int]:
    changed = judged.filter(judged.reason.isnull() & judged.turned).count().execute()
    total = sum(counts.values())
    kept, aside = counts.get("kept", 0), counts.get(SET_ASIDE, 0)
    return {
        "read": total,
        "kept": kept,
        "set_aside": aside,
        "quarantined": total - kept - aside,
        "changed": int(changed),
    }


def _refuse(
    name: str,
    judged: ir.Table,
    counts: Mapping[str, int],
    config: RunConfig,
    opened: Opened,
) -> None:
    contract: Table = TABLES[name]
    total = sum(counts.values())
    if total == 0:
        raise DataError(f"{name} must hold rows, but it is empty. Export it again.")
    broken = {
        r: n for r, n in counts.items() if r in RULES and RULES[r].kind == "contract"
    }
    # Later rows are not judged, so they do not dilute what is broken either.
    judged_rows = total - counts.get(SET_ASIDE, 0)
    if sum(broken.values()) > config.quarantine_limit * judged_rows:
        worst = max(broken, key=lambda r: (broken[r], r))
        raise DataError(
            f"{name} may break the contract in at most {config.quarantine_limit:.0%} "
            f"of its rows, but {sum(broken.values()):,} of {judged_rows:,} do. "
            f"{RULES[worst].sentence[:-1]} in {broken[worst]:,} rows"
            f"{_shown(judged, worst)}. {_remedy(opened.read_as.get(name))}"
        )
    if contract.time and counts.get("kept", 0) == 0:
        raise DataError(_nothing_left(name, counts, config, opened))


def _nothing_left(
    name: str, counts: Mapping[str, int], config: RunConfig, opened: Opened
) -> str:
    total, aside = sum(counts.values()), counts.get(SET_ASIDE, 0)
    if aside == 0:
        return (
            f"{name} must have rows to keep, but none of {total:,} can be kept. "
            "Check returns, quarantine_limit and the columns mapped."
        )
    what = "all" if aside == total else f"nothing can be kept and {aside:,} of"
    return (
        f"as_of must leave {name} before it, but {what} {total:,} rows are dated on "
        f"or after {config.as_of}. Move as_of or check the date format (read as "
        f"{opened.read_as.get(name, 'UTC')})."
    )


def _shown(judged: ir.Table, rule: str) -> str:
    rows = judged.filter((judged.reason == rule) & judged.unreadable.notnull())
    values = rows.select("unreadable").distinct().order_by("unreadable")
    found = values.limit(_EXAMPLES).to_pandas().unreadable.tolist()
    return f", such as {', '.join(found)}" if found else ""


def _remedy(read_as: str | None) -> str:
    hint = f" (dates were read as {read_as})" if read_as else ""
    return (
        "Mend the export or the source's date_format, decimal and columns"
        f"{hint}, or raise quarantine_limit."
    )


def _quarantined(
    judged: ir.Table, name: str, counts: Mapping[str, int], cleaned: Cleaned
) -> pd.DataFrame:
    pieces = []
    for rule in [r for r in RULES if r in counts]:
        rows = judged.filter(judged.reason == rule).drop("reason", "turned")
        texts = rows.select(**{c: rows[c].cast("string") for c in sorted(rows.columns)})
        some = texts.order_by(texts.columns).limit(QUARANTINE_ROWS).to_pandas()
        cleaned.rules.append(
            {
                "table": name,
                "rule": rule,
                "kind": RULES[rule].kind,
                "rows": counts[rule],
                "sentence": RULES[rule].sentence,
                "examples": some["unreadable"].dropna().unique()[:_EXAMPLES].tolist(),
            }
        )
        pieces.append(some.assign(table=name, rule=rule))
    return _stack(pieces)


def _log_changes(judged: ir.Table, name: str, cleaned: Cleaned) -> None:
    changed = cleaned.accounts[name]["changed"]
    if changed:
        cleaned.changes.append(
            {
                "table": name,
                "change": "return_sign",
                "rows": changed,
                "sentence": "Returns with a positive amount were made negative.",
            }
        )


def _stack(pieces: list[pd.DataFrame]) -> pd.DataFrame:
    full = [p for p in pieces if len(p)]
    if not full:
        return pd.DataFrame(
            {"table": pd.Series(dtype=str), "rule": pd.Series(dtype=str)}
        )
    stacked = pd.concat(full, ignore_index=True)
    first = ["table", "rule"]
    return stacked[first + [c for c in sorted(stacked.columns) if c not in first]]
