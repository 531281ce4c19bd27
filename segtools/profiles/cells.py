"""Which cells of a profile are too small to be shown, or would give one away."""

from __future__ import annotations

import numpy as np
import pandas as pd

from segtools.disclosure import Published, hide, two_way

# Set by `mark_hidden`: the cell, the share of everyone, and the segment's customers.
FLAGS = ("hidden", "base_hidden", "n_hidden")


def mark_hidden(
    profile: pd.DataFrame,
    *,
    level: str,
    count: str,
    limit: int,
    table: str | None = None,
) -> pd.DataFrame:
    """Say of each row of a profile whether its count may be shown.

    Parameters
    ----------
    profile : DataFrame
        ``segment_id``, the columns `level` and `count`, and ``n``, the customers among
        whom was counted.
    level : str
        What is counted, such as ``category``.
    count : str
        How many customers.
    limit : int
        Smaller cells are hidden, and what would give them away.
    table : str, optional
        The column that parts one table from the next, where each is one question
        whose answers add up. Default: customers may be in several levels.

    Returns
    -------
    DataFrame
        The rows, with ``hidden``, ``base_hidden`` (the level's total) and ``n_hidden``
        (the segment's total).
    """
    marked = profile.assign(**dict.fromkeys(FLAGS, False))
    if profile.empty:
        return marked
    parts = [marked] if table is None else [g for _, g in marked.groupby(table)]
    done = [_one(p, level, count, limit, adds_up=table is not None) for p in parts]
    return pd.concat(done).loc[profile.index]


def _one(
    part: pd.DataFrame, level: str, count: str, limit: int, *, adds_up: bool
) -> pd.DataFrame:
    wide = part.pivot(index="segment_id", columns=level, values=count).fillna(0)
    published = two_way(wide.to_numpy(float), rows_add_up=adds_up)
    if not adds_up:
        published = Published(
            published.counts, published.sums, _most(part, wide, limit)
        )
    shape = len(wide) + 1, wide.shape[1] + adds_up
    flags = hide(published, limit).reshape(shape)
    row = wide.index.get_indexer(part["segment_id"])
    column = wide.columns.get_indexer(part[level])
    small = part["n"].to_numpy() < limit
    ends = flags[row, -1] if adds_up else np.zeros(len(part), dtype=bool)
    return part.assign(
        hidden=flags[row, column], base_hidden=flags[-1, column], n_hidden=ends | small
    )


def _most(part: pd.DataFrame, wide: pd.DataFrame, limit: int) -> np.ndarray:
    """Give what a cell cannot exceed: its segment's customers, where they are shown."""
    n = part.groupby("segment_id")["n"].first().reindex(wide.index).to_numpy(float)
    known = np.where(n < limit, np.inf, n)
    cells = np.repeat(known[:, None], wide.shape[1], axis=1)
    return np.concatenate([cells.ravel(), np.full(wide.shape[1], np.inf)])


def blank(profile: pd.DataFrame) -> pd.DataFrame:
    """Take out of a marked profile what is hidden: shares, indices and sizes."""
    frame = profile.astype({"value": float, "base_value": float, "index": float})
    frame["value"] = frame["value"].mask(frame["hidden"])
    frame["base_value"] = frame["base_value"].mask(frame["base_hidden"])
    frame["index"] = frame["index"].mask(frame["hidden"] | frame["base_hidden"])
    frame["n"] = frame["n"].astype("Int64").mask(frame["n_hidden"])
    return frame.drop(columns=list(FLAGS))


def shown(profile: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows of a marked profile of which nothing is hidden."""
    return profile[~profile[list(FLAGS)].any(axis=1)]
