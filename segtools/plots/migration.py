"""The figure of migration: who moved from which segment to which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from segtools.joining import ended, sentences
from segtools.languages import header, mark, tr, trc, trn
from segtools.plots.canvas import axes_or_current, dress, empty_note, name_rows
from segtools.plots.heat import (
    dense_note,
    draw_map,
    hidden_sentence,
    name_columns,
)
from segtools.plots.inputs import columns_of, part_of
from segtools.wording import is_missing, number, percent, plain, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Kept as they are until they are shown, so that no segment is taken for them.
NEWCOMERS = mark("(not there before)")
GONE = mark("(no longer there)")
# What a record calls them.
_ABSENT = {"from": ("New", NEWCOMERS), "to": ("Gone", GONE)}
_NAMED_COLUMNS = 5


def migration_flow(
    changes: Mapping[str, Any] | pd.DataFrame, *, ax: Axes | None = None
) -> Axes:
    """Draw a map of numbers: rows are the segments before, columns those of now.

    Parameters
    ----------
    changes : mapping or DataFrame
        The record of changes.json (its ``flows`` and ``totals``), or rows with
        ``from``, ``to`` and ``customers``, segments in order of rank. *New* or nothing
        as ``from`` is a newcomer, *Gone* or nothing as ``to`` has gone; a flow whose
        ``customers`` are missing is hidden.
    ax : Axes, default=None
        Where to draw; None means pyplot's current Axes.

    Returns
    -------
    Axes
        The one that was passed. A cell's colour is its share of what its row shows.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> flows = pd.DataFrame({"from": ["A", "A"], "to": ["A", "B"],
    ...                       "customers": [9, 1]})
    >>> ax = migration_flow(flows, ax=Figure().add_subplot())
    >>> [text.get_text() for text in ax.texts]
    ['9', '1']
    """
    ax = axes_or_current(ax)
    rows = _flows(changes)
    if rows.empty:
        return empty_note(ax, migration_flow_alt(changes))
    before, now = _order(rows)
    draw_map(ax, rows, before, now)
    _names(ax, before, now)
    label = tr(
        "Customers by segment before (rows) and now (columns); colour: share of row"
    )
    label += dense_note(now, hidden=bool(rows["customers"].isna().any()))
    dress(ax, title=migration_flow_title(changes), x=label, grid="")
    ax.spines[["left", "bottom"]].set_visible(False)
    return ax


def migration_flow_title(changes: Mapping[str, Any] | pd.DataFrame) -> str:
    """State how many stayed, and the largest move.

    Examples
    --------
    >>> flows = pd.DataFrame({"from": ["A", "A"], "to": ["A", "B"],
    ...                       "customers": [9, 1]})
    >>> migration_flow_title(flows).replace("\u202f", " ")
    '90 % stayed in their segment; the largest move: A to B (1)'
    """
    rows = _flows(changes)
    both = rows[(rows["from"] != NEWCOMERS) & (rows["to"] != GONE)]
    if both.empty:
        return tr("There is no earlier run to compare with")
    first = _stayed(_totals(changes))
    moved = both[(both["from"] != both["to"]) & (both["customers"].fillna(0) > 0)]
    if moved.empty:
        return first
    most = moved.iloc[int(moved["customers"].astype(int).to_numpy().argmax())]
    move = {
        "stayed": first,
        "before": shorten(most["from"]),
        "now": shorten(most["to"]),
        "n": number(most["customers"]),
    }
    if both["customers"].isna().any():
        return tr("{stayed}; the largest move shown: {before} to {now} ({n})", **move)
    return tr("{stayed}; the largest move: {before} to {now} ({n})", **move)


def migration_flow_alt(changes: Mapping[str, Any] | pd.DataFrame) -> str:
    """State the finding of `migration_flow`, with newcomers and those gone.

    Examples
    --------
    >>> flows = pd.DataFrame({"from": ["A", None], "to": ["A", "A"],
    ...                       "customers": [9, 4]})
    >>> migration_flow_alt(flows).replace("\u202f", " ")
    '100 % stayed in their segment. Newcomers: 4; no longer there: 0.'
    """
    rows = _flows(changes)
    title = migration_flow_title(changes)
    if rows.empty:
        return ended(title)
    totals = _totals(changes)
    new, gone = (_count(totals[name]) for name in ("new", "gone"))
    unseen = hidden_sentence(int(rows["customers"].isna().sum()))
    told = tr(
        "{title}. Newcomers: {new}; no longer there: {gone}.",
        title=title,
        new=new,
        gone=gone,
    )
    return sentences([told, unseen])


def migration_flow_table(changes: Mapping[str, Any] | pd.DataFrame) -> pd.DataFrame:
    """Give the numbers of `migration_flow`, one row a flow.

    The share of a row of which something is hidden is hidden as well.

    Examples
    --------
    >>> flows = pd.DataFrame({"from": ["A"], "to": ["B"], "customers": [1]})
    >>> migration_flow_table(flows)
      Before Now  Customers  Share of the segment before
    0      A   B          1                          1.0
    """
    rows = _flows(changes)
    known = rows.groupby("from")["customers"].transform(lambda c: c.notna().all())
    totals = rows.groupby("from")["customers"].transform("sum").astype(float)
    share = rows["customers"].astype(float) / totals.where(known & (totals > 0))
    rows = rows.assign(share=share)
    ends = {side: rows[side].map(_said) for side in ("from", "to")}
    column = header("Share of the segment before")
    heads = [header("Before"), header("Now"), header("Customers"), column]
    rows = rows.assign(**ends).set_axis(heads, axis=1)
    rows.attrs["formats"] = {"Customers": "count", column: "percent"}
    return rows


def migration_flow_height(changes: Mapping[str, Any] | pd.DataFrame) -> float:
    """Give the height that the figure needs, in inches."""
    return 1.6 + 0.4 * max(1, _flows(changes)["from"].nunique())


def _flows(changes: Mapping[str, Any] | pd.DataFrame) -> pd.DataFrame:
    columns = ["from", "to", "customers"]
    if isinstance(changes, Mapping):
        flows = part_of(changes, "flows", "changes")
        changes = pd.DataFrame(flows, columns=None if flows else columns)
    rows = columns_of(changes, columns, "changes")[columns].reset_index(drop=True)
    for column, (word, absent) in _ABSENT.items():
        names = [
            absent if is_missing(v) or v == word else plain(v) for v in rows[column]
        ]
        rows = rows.assign(**{column: pd.Series(names, dtype=object)})
    return rows.astype({"customers": "Int64"})


def _totals(changes: Mapping[str, Any] | pd.DataFrame) -> dict[str, int | None]:
    """Give who stayed, moved, is new and is gone; None where that is not known."""
    if isinstance(changes, Mapping) and "totals" in changes:
        return dict(changes["totals"])
    rows = _flows(changes)
    new, gone = rows["from"] == NEWCOMERS, rows["to"] == GONE
    stayed = ~new & ~gone & (rows["from"] == rows["to"])
    groups = {"stayed": stayed, "moved": ~(stayed | new | gone)}
    counts = {
        name: rows.loc[chosen, "customers"]
        for name, chosen in (groups | {"new": new, "gone": gone}).items()
    }
    return {n: None if c.isna().any() else int(c.sum()) for n, c in counts.items()}


def _stayed(totals: Mapping[str, int | None]) -> str:
    stayed, moved = totals["stayed"], totals["moved"]
    if stayed is None:
        return tr("How many stayed in their segment is hidden")
    if moved is None or not stayed + moved:
        return trn(
            "{n} customer stayed in their segment",
            "{n} customers stayed in their segment",
            stayed,
        )
    share = percent(stayed / (stayed + moved))
    return tr("{share} stayed in their segment", share=share)


def _count(total: int | None) -> str:
    return tr("hidden") if total is None else number(total)


def _order(rows: pd.DataFrame) -> tuple[list[str], list[str]]:
    """List the same segments in the same order both ways."""
    seen = dict.fromkeys([*rows["from"], *rows["to"]])
    both = [name for name in seen if name not in (NEWCOMERS, GONE)]
    before = [n for n in [*both, NEWCOMERS] if (rows["from"] == n).any()]
    return before, [n for n in [*both, GONE] if (rows["to"] == n).any()]


def _names(ax: Axes, before: list[str], now: list[str]) -> None:
    """Name rows and columns; many columns get the numbers of their rows."""
    if len(now) > _NAMED_COLUMNS:
        place = {n: str(i) for i, n in enumerate(dict.fromkeys([*before, *now]), 1)}
        before = [n if n == NEWCOMERS else f"{place[n]}  {n}" for n in before]
        gone = trc("customers", "gone")
        now = [gone if name == GONE else place[name] for name in now]
    name_rows(ax, map(_said, before), width=32)
    name_columns(ax, [_said(name) for name in now])


def _said(name: str) -> str:
    return tr(name) if name in (NEWCOMERS, GONE) else name
