"""What somebody could work out from a run's published shares, by linear programmes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.optimize import linprog

# Kinds of which a customer is in one level only, so that the levels add up.
ADD_UP = ("attribute", "stage")
TABLES = ("category", "attribute", "stage", "channel", "event", "answer")


def hidden_cells(profiles: pd.DataFrame) -> pd.DataFrame:
    """Give each hidden cell of ``profiles.parquet`` with the least and most it can be.

    Nothing but the published table is used: shares, everyone's shares and sizes.
    """
    rows = profiles[profiles["kind"].isin(TABLES)].copy()
    rows["table"] = rows["name"].where(~rows["kind"].isin(("category", "channel")), "")
    parts = [_solved(t) for _, t in rows.groupby(["kind", "table"]) if _hides(t)]
    columns = ["kind", "name", "label", "segment_id", "low", "high"]
    return pd.concat(parts)[columns] if parts else pd.DataFrame(columns=columns)


def _hides(table: pd.DataFrame) -> bool:
    return bool(table["value"].isna().any())


def _solved(table: pd.DataFrame) -> pd.DataFrame:
    own = table[table["value"].isna()].reset_index(drop=True)
    n = table.groupby("segment_id")["n"].first().astype(float)
    everyone = n.sum() if n.notna().all() else np.nan
    sums = []
    for label, level in table.groupby("label"):
        known = (level["value"] * level["n"].astype(float)).sum()
        total = level["base_value"].iloc[0] * everyone
        sums.append((own["label"] == label, total - known))
    if table["kind"].iloc[0] in ADD_UP:
        for segment, level in table.groupby("segment_id"):
            known = (level["value"] * level["n"].astype(float)).sum()
            sums.append((own["segment_id"] == segment, n[segment] - known))
    told = [(m.to_numpy(float), v) for m, v in sums if m.any() and np.isfinite(v)]
    most = [None if np.isnan(n[s]) else float(n[s]) for s in own["segment_id"]]
    return own.assign(**_ends(told, most))


def _ends(
    sums: list[tuple[np.ndarray, float]], most: list[float | None]
) -> dict[str, list[float]]:
    fixed = {}
    if sums:
        # Published shares are floats: their counts are whole.
        fixed = {
            "A_eq": np.array([m for m, _ in sums]),
            "b_eq": np.round([v for _, v in sums]),
        }
    ends: dict[str, list[float]] = {"low": [], "high": []}
    for i in range(len(most)):
        for name, sign in (("low", 1.0), ("high", -1.0)):
            target = sign * np.eye(len(most))[i]
            found = linprog(target, bounds=[(0, m) for m in most], **fixed)
            ends[name].append(np.inf if found.fun is None else sign * found.fun)
    return ends
