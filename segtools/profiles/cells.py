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
        whose answers add up. Default: each level is a question of its own, and of
        whom it does not hold may be told by a difference.

    Returns
    -------
    DataFrame
        The rows, with ``hidden``, ``base_hidden`` (the level's total) and ``n_hidden``
        (the segment's total).
    """
    marked = profile.assign(**dict.fromkeys(FLAGS, False))
    if profile.empty:
        return marked
    if table is None:
        done = [_either(part, count, limit) for _, part in marked.groupby(level)]
    else:
        done = [_one(part, level, count, limit) for _, part in marked.groupby(table)]
    return pd.concat(done).loc[profile.index]


def _one(part: pd.DataFrame, level: str, count: str, limit: int) -> pd.DataFrame:
    """Mark the levels of one question, which add up."""
    wide = part.pivot(index="segment_id", columns=level, values=count).fillna(0)
    flags = hide(two_way(wide.to_numpy(float)), limit)
    flags = flags.reshape(len(wide) + 1, wide.shape[1] + 1)
    row = wide.index.get_indexer(part["segment_id"])
    column = wide.columns.get_indexer(part[level])
    small = part["n"].to_numpy() < limit
    return part.assign(
        hidden=flags[row, column],
        base_hidden=flags[-1, column],
        n_hidden=flags[row, -1] | small,
    )


def _either(part: pd.DataFrame, count: str, limit: int) -> pd.DataFrame:
    """Mark one level that a customer is in or not: who is not may be a few, too."""
    n: np.ndarray = part["n"].to_numpy(float)
    held = part[count].to_numpy(float)
    cells = np.column_stack([held, n - held])
    few = (n > 0) & (n < limit)
    if not _any_small(np.vstack([cells, cells.sum(axis=0)]), limit):
        return part.assign(hidden=False, base_hidden=False, n_hidden=few)
    flags = hide(_of_known_sizes(cells, ~few), limit)[: cells.size + 2]
    flags = np.asarray(flags.reshape(len(part) + 1, 2).any(axis=1))
    return part.assign(hidden=flags[:-1] | few, base_hidden=flags[-1], n_hidden=few)


def _of_known_sizes(cells: np.ndarray, known: np.ndarray) -> Published:
    """Lay out yes and no by segment with their totals, and the sizes that are known.

    Of a segment smaller than the limit no interval can be wider than its size: the sum
    of all who are not is left out then, which would hide everything in vain.
    """
    laid = two_way(cells, rows_add_up=False)
    pairs = np.arange(laid.counts.size).reshape(-1, 2)
    told = pairs[np.append(known, known.all())]
    columns = laid.sums if known.all() else laid.sums[:1]
    sums = [*columns, *enumerate(told.tolist(), start=laid.counts.size)]
    counts = np.append(laid.counts, laid.counts[told].sum(axis=1))
    return Published(counts, sums, fixed=np.arange(counts.size) >= laid.counts.size)


def _any_small(counts: np.ndarray, limit: int) -> bool:
    return bool(((counts > 0) & (counts < limit)).any())


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
