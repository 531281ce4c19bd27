"""What became of each segment: carried on, split, merged, died or born, by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from segtools.wording import listed, percent, plain

# A segment is made of another if it takes at least this share of its customers, or
# gives at least this share of its own to it; a half, as for names that are carried on.
MOST = 0.5
# A part of a split, or of what was merged, is at least this share.
PART = 0.1


@dataclass(frozen=True)
class Fate:
    """What became of some segments.

    Attributes
    ----------
    kind : str
        ``kept``, ``split``, ``merged``, ``died`` or ``born``.
    before, now : tuple of str
        Names in the earlier and in the later run; of a segment that died there is none
        now, of one that was born none before.
    """

    kind: str
    before: tuple[str, ...]
    now: tuple[str, ...]


def find_fates(rows: pd.DataFrame) -> list[Fate]:
    """Say what became of each segment.

    Parameters
    ----------
    rows : DataFrame
        ``from_id``, ``from``, ``to_id`` and ``to``, as of `Movement`.

    Returns
    -------
    list of Fate
        A segment was *split* if several of now got most of their customers from it,
        counting those who were there both times, and each at least a tenth of it. It
        was *merged* with others if a segment of now got most of each of them, and at
        least a tenth of its own customers from each. Without a split or merger it
        *died* if its id is not there any more, and was *born* if its id is new. *Kept*
        are those whose id is in both, whatever else became of them.

    Examples
    --------
    >>> rows = pd.DataFrame({"from_id": ["S1"] * 4, "from": ["Buyers"] * 4,
    ...     "to_id": ["S1", "S1", "S2", "S2"], "to": ["Buyers", "Buyers", "Fans", "Fans"]})
    >>> [(f.kind, f.before, f.now) for f in find_fates(rows)]
    [('kept', ('Buyers',), ('Buyers',)), ('split', ('Buyers',), ('Buyers', 'Fans'))]
    """
    there = rows[rows["from_id"].notna()]
    now = rows[rows["to_id"].notna()]
    old = list(dict.fromkeys(there.sort_values("from_id")["from"]))
    new = list(dict.fromkeys(now.sort_values("to_id")["to"]))
    both = rows[rows["from_id"].notna() & rows["to_id"].notna()]
    counts = pd.crosstab(both["from"], both["to"])
    shared = counts.reindex(index=old, columns=new, fill_value=0).to_numpy(float)
    found = [Fate("kept", (name,), (name,)) for name in old if name in new]
    splits, mergers = _parts(shared, old, new), _parts(shared.T, new, old)
    found += [Fate("split", (whole,), parts) for whole, parts in splits]
    found += [Fate("merged", parts, (whole,)) for whole, parts in mergers]
    told = {name for f in found for name in f.before}
    found += [Fate("died", (name,), ()) for name in old if name not in told]
    told = {name for f in found for name in f.now}
    return found + [Fate("born", (), (name,)) for name in new if name not in told]


def _parts(
    shared: np.ndarray, wholes: Sequence[str], parts: Sequence[str]
) -> list[tuple[str, tuple[str, ...]]]:
    """Give the wholes of the rows that came apart into columns."""
    of_whole = shared / np.maximum(shared.sum(axis=1, keepdims=True), 1)
    of_part = shared / np.maximum(shared.sum(axis=0, keepdims=True), 1)
    made = (of_part >= MOST) & (of_whole >= PART)
    return [
        (whole, tuple(parts[j] for j in np.flatnonzero(made[i])))
        for i, whole in enumerate(wholes)
        if made[i].sum() > 1
    ]


def fate_sentences(fates: Sequence[Fate]) -> list[str]:
    """Tell what became of segments, those that were merely kept in one sentence.

    Examples
    --------
    >>> fate_sentences([Fate("kept", ("A",), ("A",)), Fate("born", (), ("B",))])
    ['A goes on.', 'B is new: no earlier segment holds most of it.']
    """
    kept = [f.now[0] for f in fates if f.kind == "kept"]
    verb = "goes on" if len(kept) == 1 else "go on"
    said = [f"{listed(kept)} {verb}."] if kept else ["No segment goes on."]
    return said + [_told(f) for f in fates if f.kind != "kept"]


def _told(fate: Fate) -> str:
    before, now = listed(fate.before), listed(fate.now)
    return {
        "split": f"{before} was split: most of {now} comes from it.",
        "merged": f"{before} were merged: most of each is in {now} now.",
        "died": f"{before} is gone: no segment of now holds most of it.",
        "born": f"{now} is new: no earlier segment holds most of it.",
    }[fate.kind]


def fates_table(fates: Sequence[Fate], changes: Mapping[str, Any]) -> pd.DataFrame:
    """List what became of each segment, with overlaps as far as flows are shown.

    Parameters
    ----------
    fates : sequence of Fate
    changes : mapping
        The record of changes.json: overlaps are shares of its flows, and hidden where
        those are.

    Returns
    -------
    DataFrame
        One row for each pair of a segment before and one now that are kin.
    """
    flows = {(f["from"], f["to"]): f["customers"] for f in changes["flows"]}
    rows = []
    for fate in fates:
        for before in fate.before or ("",):
            for now in fate.now or ("",):
                count = flows.get((before, now), 0) if before and now else None
                rows.append(
                    {
                        "What became of it": fate.kind,
                        "Before": plain(before),
                        "Now": plain(now),
                        "Of the segment before": _share(count, flows, 0, before),
                        "Of the segment now": _share(count, flows, 1, now),
                    }
                )
    table = pd.DataFrame(rows)
    shares = ("Of the segment before", "Of the segment now")
    table.attrs["formats"] = dict.fromkeys(shares, "text")
    return table


def _share(
    count: int | None, flows: Mapping[tuple[str, str], int | None], side: int, name: str
) -> str:
    """Give a flow as a share of its segment; hidden if a part of that is."""
    if not name:
        return ""
    own = [n for pair, n in flows.items() if pair[side] == name]
    if count is None or any(n is None for n in own) or not own:
        return "hidden" if own else ""
    return percent(count / max(sum(n for n in own if n is not None), 1))
