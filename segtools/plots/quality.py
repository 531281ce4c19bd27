"""Figures of data quality: what became of the rows that were read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from segtools.joining import colon, commas, ended, semicolons
from segtools.languages import header, markc, tr, trc, trn
from segtools.plots.canvas import (
    axes_or_current,
    beside,
    dress,
    empty_note,
    name_rows,
    per_cent_axis,
    write,
)
from segtools.plots.colours import EVERYONE, OTHER, PALETTE
from segtools.plots.inputs import part_of
from segtools.wording import number, percent, plain, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# What ends a sentence, of which no other is to be made.
_STOPS = ".。"
_ROWS = {
    "read": header("Read"),
    "kept": header("Kept"),
    "set_aside": header("Set aside"),
    "quarantined": header("Quarantined"),
}
_FATES = {"Kept": EVERYONE, "Set aside": PALETTE[1], "Quarantined": PALETTE[5]}
_KINDS = {"contract": PALETTE[5], "policy": PALETTE[1]}
_KIND_WORDS = {
    "contract": markc("kind of rule", "contract"),
    "policy": markc("kind of rule", "policy"),
}


def rows_flow(data_quality: Mapping[str, Any], *, ax: Axes | None = None) -> Axes:
    """Draw what share of each table's rows was kept, set aside and quarantined.

    Parameters
    ----------
    data_quality : mapping
        The record of data_quality.json; read is ``tables``: by name ``read``,
        ``kept``, ``set_aside`` and ``quarantined``.
    ax : Axes, default=None
        Where to draw; None means pyplot's current Axes.

    Returns
    -------
    Axes
        The one that was passed.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> counts = {"read": 10, "kept": 8, "set_aside": 1, "quarantined": 1}
    >>> ax = rows_flow({"tables": {"orders": counts}}, ax=Figure().add_subplot())
    >>> [round(float(bar.get_width()), 3) for bar in ax.patches]
    [0.8, 0.1, 0.1]
    """
    ax = axes_or_current(ax)
    rows = rows_flow_table(data_quality)
    if rows.empty:
        return empty_note(ax, rows_flow_alt(data_quality))
    read = rows["Read"].where(rows["Read"] > 0, 1).to_numpy(dtype=float)
    left = np.zeros(len(rows))
    for fate, colour in _FATES.items():
        share = rows[fate].to_numpy(dtype=float) / read
        ax.barh(range(len(rows)), share, left=left, height=0.34, color=colour)
        left += share
    for place, row in enumerate(rows.to_dict("records")):
        write(ax, 0, place - 0.24, _fates_in_words(row), va="bottom", fontsize="small")
    name_rows(ax, rows["Table"].tolist(), width=20)
    ax.set_xlim(0, 1)
    per_cent_axis(ax.xaxis)
    label = tr(
        "Share of rows read, % (grey: kept, orange: set aside, red: quarantined)"
    )
    return dress(ax, title=rows_flow_title(data_quality), x=label)


def rows_flow_title(data_quality: Mapping[str, Any]) -> str:
    """State how many of all rows were kept.

    Examples
    --------
    >>> counts = {"read": 10, "kept": 8, "set_aside": 1, "quarantined": 1}
    >>> rows_flow_title({"tables": {"orders": counts}}).replace("\u202f", " ")
    '80 % of 10 rows were kept'
    """
    rows = rows_flow_table(data_quality)
    read = rows["Read"].sum()
    if not read:
        return tr("No rows were read")
    return trn(
        "{share} of {n} row were kept",
        "{share} of {n} rows were kept",
        int(read),
        share=percent(rows["Kept"].sum() / read),
    )


def rows_flow_alt(data_quality: Mapping[str, Any]) -> str:
    """State the finding of `rows_flow` with every table's counts.

    Examples
    --------
    >>> counts = {"read": 10, "kept": 8, "set_aside": 1, "quarantined": 1}
    >>> print(rows_flow_alt({"tables": {"orders": counts}}).replace("\u202f", " "))
    80 % of 10 rows were kept. By table: orders 10 read, 8 kept, 1 set aside, 1 \
quarantined.
    """
    rows = rows_flow_table(data_quality)
    title = rows_flow_title(data_quality)
    if rows.empty:
        return ended(title)
    parts = (f"{r['Table']} {_fates_in_words(r)}" for r in rows.to_dict("records"))
    return tr("{title}. By table: {parts}.", title=title, parts=semicolons(parts))


def rows_flow_table(data_quality: Mapping[str, Any]) -> pd.DataFrame:
    """Give the numbers of `rows_flow`, one row a table.

    Examples
    --------
    >>> counts = {"read": 10, "kept": 8, "set_aside": 1, "quarantined": 1}
    >>> rows_flow_table({"tables": {"orders": counts}})
        Table  Read  Kept  Set aside  Quarantined
    0  orders    10     8          1            1
    """
    tables = part_of(data_quality, "tables", "data_quality")
    rows = [
        [plain(name), *(counts.get(key) or 0 for key in _ROWS)]
        for name, counts in tables.items()
    ]
    return pd.DataFrame(rows, columns=[header("Table"), *_ROWS.values()])


def rows_flow_height(data_quality: Mapping[str, Any]) -> float:
    """Give the height that the figure needs, in inches."""
    return 1.2 + 0.5 * max(1, len(rows_flow_table(data_quality)))


def quarantine_bars(
    data_quality: Mapping[str, Any], *, rules: int = 10, ax: Axes | None = None
) -> Axes:
    """Draw which rules set most rows aside.

    Parameters
    ----------
    data_quality : mapping
        The record of data_quality.json; read is ``rules``: ``table``, ``rule``,
        ``kind`` (contract or policy), ``rows`` and ``sentence``.
    rules : int, default=10
        How many at most; rules that caught no row are left out.
    ax : Axes, default=None
        Where to draw; None means pyplot's current Axes.

    Returns
    -------
    Axes
        The one that was passed.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> rule = {"table": "orders", "rule": "no_amount", "kind": "contract", "rows": 7,
    ...         "sentence": "Rows without an amount"}
    >>> ax = quarantine_bars({"rules": [rule]}, ax=Figure().add_subplot())
    >>> ax.get_title(loc="left")
    'Most rows were lost to one rule in orders: Rows without an amount (7)'
    """
    ax = axes_or_current(ax)
    rows = _rules(data_quality, rules)
    if rows.empty:
        return empty_note(ax, quarantine_bars_alt(data_quality))
    colours = [_KINDS.get(kind, OTHER) for kind in rows["Kind"]]
    ax.barh(range(len(rows)), rows["Rows"], height=0.6, color=colours)
    for place, count in enumerate(rows["Rows"]):
        beside(ax, count, place, number(count))
    names = [colon(r.Table, r.Reason) for r in rows.itertuples()]
    name_rows(ax, names, width=44)
    ax.margins(x=0.12)
    ax.set_xticks([])
    title = quarantine_bars_title(data_quality)
    label = tr("Rows (red: breaks the contract, orange: policy)")
    return dress(ax, title=title, x=label, grid="")


def quarantine_bars_title(data_quality: Mapping[str, Any]) -> str:
    """State which rule caught most rows.

    Examples
    --------
    >>> quarantine_bars_title({"rules": []})
    'No row was set aside or quarantined'
    """
    rows = quarantine_bars_table(data_quality)
    if rows.empty:
        return tr("No row was set aside or quarantined")
    first = rows.iloc[0]
    return tr(
        "Most rows were lost to one rule in {table}: {reason} ({n})",
        table=first["Table"],
        reason=shorten(first["Reason"], 60).rstrip(_STOPS),
        n=number(first["Rows"]),
    )


def quarantine_bars_alt(data_quality: Mapping[str, Any]) -> str:
    """State the finding of `quarantine_bars` with the rows of each rule.

    Examples
    --------
    >>> quarantine_bars_alt({"rules": []})
    'No row was set aside or quarantined.'
    """
    rows = quarantine_bars_table(data_quality)
    title = quarantine_bars_title(data_quality)
    if rows.empty:
        return ended(title)
    parts = semicolons(
        colon(commas([r["Table"], r["Reason"].rstrip(_STOPS)]), number(r["Rows"]))
        for r in rows.to_dict("records")
    )
    return tr("{title}. Rows by rule: {parts}.", title=title, parts=parts)


def quarantine_bars_table(
    data_quality: Mapping[str, Any], *, rules: int = 10
) -> pd.DataFrame:
    """Give the numbers of `quarantine_bars`, one row a rule, most rows first.

    Examples
    --------
    >>> rule = {"table": "orders", "rule": "no_amount", "kind": "contract", "rows": 7,
    ...         "sentence": "Rows without an amount"}
    >>> quarantine_bars_table({"rules": [rule]})
        Table                  Reason      Kind  Rows
    0  orders  Rows without an amount  contract     7
    """
    shown = _rules(data_quality, rules)
    kinds = [trc("kind of rule", k) if k in _KIND_WORDS else k for k in shown["Kind"]]
    return shown.assign(Kind=pd.Series(kinds, dtype=object))


def _rules(data_quality: Mapping[str, Any], most: int) -> pd.DataFrame:
    """Read the rules that caught rows, each with the key of its kind."""
    found = [
        [
            plain(rule.get("table", "")),
            plain(rule.get("sentence") or rule.get("rule", "")),
            rule.get("kind", ""),
            rule["rows"],
        ]
        for rule in part_of(data_quality, "rules", "data_quality")
        if rule.get("rows")
    ]
    heads = [header("Table"), header("Reason"), header("Kind"), header("Rows")]
    rows = pd.DataFrame(found, columns=heads)
    rows = rows.sort_values("Rows", ascending=False, kind="stable")
    return rows.head(most).reset_index(drop=True)


def quarantine_bars_height(
    data_quality: Mapping[str, Any], *, rules: int = 10
) -> float:
    """Give the height that the figure needs, in inches."""
    rows = quarantine_bars_table(data_quality, rules=rules)
    return 1.1 + 0.4 * max(1, len(rows))


def _fates_in_words(row: Mapping[Any, Any]) -> str:
    counts = {key: number(row[label]) for key, label in _ROWS.items()}
    return tr(
        "{read} read, {kept} kept, {set_aside} set aside, {quarantined} quarantined",
        **counts,
    )
