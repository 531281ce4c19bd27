"""Keep the cleaned tables, the quarantine and the account of both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pandas as pd

from segtools.config import RunConfig
from segtools.joining import commas
from segtools.languages import header, markc, tr, trc
from segtools.prepare.clean import Cleaned
from segtools.prepare.contract import check_contract
from segtools.prepare.coverage import attribute_coverage, reach, source_freshness
from segtools.prepare.decisions import decisions, suspects
from segtools.records import whole, write_table, write_text
from segtools.schema import contract_of
from segtools.wording import number


def save_tables(cleaned: Cleaned, folder: Path) -> None:
    """Write kept tables and the quarantine of a run, sorted, whole or not at all.

    Tables that lie in a server stay there: their query is written, and later stages
    clean them anew.

    Parameters
    ----------
    cleaned : Cleaned
    folder : Path
        The run's folder: ``tables/<name>.parquet`` and ``quarantine.parquet``.
    """
    for name, table in cleaned.tables.items():
        check_contract(name, table)
        if name in cleaned.sql:
            write_text(folder / "tables" / f"{name}.sql", cleaned.sql[name] + "\n")
        else:
            _write(table, folder / "tables" / f"{name}.parquet")
    write_table(folder / "quarantine.parquet", cleaned.quarantine)


def _write(table: ir.Table, path: Path) -> None:
    first = [
        c for c in ("customer_id", contract_of(path.stem).time) if c in table.columns
    ]
    rest = sorted(set(table.columns) - set(first))
    # Sorted by all columns, the file does not depend on the order of the input.
    ordered = table.order_by([*first, *rest])
    with whole(path) as half:
        ordered.to_parquet(half, compression="zstd")


def rows_by_rule(cleaned: Cleaned) -> pd.DataFrame:
    """Tabulate why rows were not kept: rule, rows, examples, or one line of none."""
    rows = [
        {
            header("Table"): r["table"],
            header("Why"): r["sentence"],
            header("Rows"): r["rows"],
            header("Kind"): trc("kind of rule", r["kind"]),
            header("Examples"): commas(r["examples"]) or None,
        }
        for r in cleaned.rules
    ]
    none = {
        "Table": trc("tables", "all"),
        "Why": tr("No row broke a rule."),
        "Rows": 0,
    }
    columns = ["Table", "Why", "Rows", "Kind", "Examples"]
    return pd.DataFrame(rows or [none], columns=columns)


def describe_sources(
    cleaned: Cleaned, config: RunConfig, origin: int, customers: int
) -> dict[str, Any]:
    """Say what each decision concerned, and how much is known of the customers.

    Parameters
    ----------
    cleaned : Cleaned
    config : RunConfig
    origin : int
        UTC seconds.
    customers : int
        Size of the population.

    Returns
    -------
    dict
        ``decisions``, ``suspects`` (products that may be none), ``matches`` (people
        of other sources), ``sources`` (freshness), ``attributes`` and ``reach``.
    """
    return {
        "decisions": decisions(cleaned, config),
        "suspects": suspects(cleaned),
        "matches": cleaned.matches,
        "sources": source_freshness(cleaned, origin),
        "attributes": attribute_coverage(
            cleaned.tables, customers, config.attribute_kinds
        ),
        "reach": reach(cleaned, customers),
    }


def quality_record(
    cleaned: Cleaned, counted: dict[str, Any], lights: dict[str, Any], **more: Any
) -> dict[str, Any]:
    """Put together what ``data_quality.json`` keeps.

    Parameters
    ----------
    cleaned : Cleaned
    counted : dict
        Customers, orders, revenue, first and last, as `survey` gives them.
    lights : dict
        ``adequacy`` and ``freshness``.
    **more
        Anything else worth keeping, such as ``window_days``.
    """
    return {
        "tables": cleaned.accounts,
        **counted,
        "rules": cleaned.rules,
        "changes": cleaned.changes,
        "lights": lights,
        **more,
    }


def account_sentence(cleaned: Cleaned) -> str:
    """Say in one sentence what happened to the rows that were read."""
    total = {k: sum(a[k] for a in cleaned.accounts.values()) for k in _COUNTS}
    shown = {key: number(rows) for key, rows in total.items()}
    return tr(
        "Of {read} rows read, {kept} are kept, {set_aside} lie at or after the origin "
        "and were set aside unseen, {quarantined} are quarantined with their reason; "
        "{changed} kept rows were changed.",
        **shown,
    )


KINDS = (markc("kind of rule", "contract"), markc("kind of rule", "policy"))
_COUNTS = ("read", "kept", "set_aside", "quarantined", "changed")
