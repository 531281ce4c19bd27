"""What no honest run is possible on, each in one sentence with its remedy."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd

from segtools.config import RunConfig
from segtools.prepare.account import EXAMPLES, KEPT
from segtools.prepare.rules import RULES, SET_ASIDE
from segtools.schema import ORDER_TABLES, DataError, contract_of


def refuse_table(
    name: str,
    judged: ir.Table,
    counts: pd.DataFrame,
    config: RunConfig,
    read_as: dict[str, str],
) -> None:
    """Refuse a table that is empty, mostly broken, or of which nothing is left.

    Raises
    ------
    DataError
        With the rule that took most rows, and examples of what cannot be read.
    """
    rows = dict(zip(counts["reason"], counts["rows"].astype(int), strict=True))
    total = sum(rows.values())
    if total == 0:
        raise DataError(f"{name} must hold rows, but it is empty. Export it again.")
    broken = {r: n for r, n in rows.items() if r in RULES and _is_contract(r)}
    # Later rows are not judged, so they do not dilute what is broken either.
    judged_rows = total - rows.get(SET_ASIDE, 0)
    if sum(broken.values()) > config.quarantine_limit * judged_rows:
        worst = max(broken, key=lambda r: (broken[r], r))
        raise DataError(
            f"{name} may break the contract in at most {config.quarantine_limit:.0%} "
            f"of its rows, but {sum(broken.values()):,} of {judged_rows:,} do. "
            f"{RULES[worst].sentence[:-1]} in {broken[worst]:,} rows"
            f"{_shown(judged, worst)}. {_remedy(worst, read_as.get(name))}"
        )
    if name in ORDER_TABLES and contract_of(name).time and rows.get(KEPT, 0) == 0:
        raise DataError(_nothing_left(name, rows, config, read_as))


def _is_contract(rule: str) -> bool:
    return RULES[rule].kind == "contract"


def _nothing_left(
    name: str, rows: dict[str, int], config: RunConfig, read_as: dict[str, str]
) -> str:
    total, aside = sum(rows.values()), rows.get(SET_ASIDE, 0)
    if aside == 0:
        most = max(rows, key=lambda r: (rows[r], r))
        return (
            f"{name} must have rows to keep, but none of {total:,} can be kept; "
            f"{rows[most]:,} fall under {most}: {RULES[most].sentence} "
            "Check that decision, quarantine_limit and the columns mapped."
        )
    what = "all" if aside == total else f"nothing can be kept and {aside:,} of"
    return (
        f"as_of must leave {name} before it, but {what} {total:,} rows are dated on "
        f"or after {config.as_of}. Move as_of or check the date format (read as "
        f"{read_as.get(name, 'UTC')})."
    )


def _shown(judged: ir.Table, rule: str) -> str:
    rows = judged.filter((judged.reason == rule) & judged.unreadable.notnull())
    values = rows.select("unreadable").distinct().order_by("unreadable")
    found = values.limit(EXAMPLES).to_pandas().unreadable.tolist()
    return f", such as {', '.join(found)}" if found else ""


def _remedy(worst: str, read_as: str | None) -> str:
    if worst == "no_customer":
        return (
            "Map customer_id to another column; if these are orders of guests, say "
            "guests: drop or guests: each."
        )
    hint = f" (dates were read as {read_as})" if read_as else ""
    return (
        "Mend the export or the source's date_format, decimal and columns"
        f"{hint}, or raise quarantine_limit."
    )


def refuse_currencies(name: str, kept: ir.Table, config: RunConfig) -> None:
    """Refuse amounts in several currencies: added up, they would mean nothing.

    Raises
    ------
    DataError
        If ``currency`` has more than one value after conversion by the rates given.
    """
    if "currency" not in kept.columns:
        return
    known = kept.filter(kept.currency.notnull())
    counted = known.group_by("currency").aggregate(rows=ibis._.count())
    found = counted.order_by("currency").limit(5).to_pandas()
    if len(found) > 1:
        listed = ", ".join(
            f"{c} ({n:,} rows)"
            for c, n in zip(found["currency"], found["rows"], strict=True)
        )
        raise DataError(
            f"{name} must be in one currency, but it holds {listed}. "
            f"{_rates(list(found['currency']), config)}"
        )


def _rates(codes: list[str], config: RunConfig) -> str:
    target = config.currency.upper() if config.currency.upper() in codes else codes[0]
    missing = [c for c in codes if c not in (target, *config.exchange_rates)]
    example = ", ".join(f"{c}: <what one {c} is worth in {target}>" for c in missing)
    return (
        f"Set currency: {target} and exchange_rates: {{{example}}}, or run each "
        "currency by itself."
    )


def refuse_no_orders(tables: dict[str, Any]) -> None:
    """Refuse sources of which none gives orders."""
    if not any(name in tables for name in ORDER_TABLES):
        raise DataError(
            f"source must give orders, but it gives {sorted(tables)}. "
            "Add a block with orders or order_lines."
        )
