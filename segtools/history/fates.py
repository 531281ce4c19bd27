"""What became of each segment: carried on, split, merged, died or born, by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from segtools.disclosure import LIMIT, hide, two_way
from segtools.history.movement import Movement
from segtools.languages import header, markc, tr, trc, trn
from segtools.wording import listed, per_cent, plain

# A segment is made of another if it takes at least this share of its customers, or
# gives at least this share of its own to it; a half, as for names that are carried on.
MOST = 0.5
# A part of a split, or of what was merged, is at least this share.
PART = 0.1
_KINDS = {
    "kept": markc("fate", "kept"),
    "split": markc("fate", "split"),
    "merged": markc("fate", "merged"),
    "died": markc("fate", "died"),
    "born": markc("fate", "born"),
}


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

    def named(self, names: Mapping[str, str]) -> Fate:
        """Give names instead of ids."""
        before, now = (tuple(names[i] for i in x) for x in (self.before, self.now))
        return Fate(self.kind, before, now)


def kinship(movement: Movement) -> pd.DataFrame:
    """Count customers by the segment of the earlier model and by that of now.

    Parameters
    ----------
    movement : Movement

    Returns
    -------
    DataFrame
        Rows are segments before, columns those of now, both by shared id. Where the
        earlier model can be asked, all of today's customers stand where it would put
        them today, so that it is lines that are compared; else those who were there
        both times stand where they stood.
    """
    rows = movement.rows
    before = rows["from_id"]
    if movement.replayed is not None:
        before = rows["customer_id"].map(movement.replayed)
    both = before.notna() & rows["to_id"].notna()
    table = pd.crosstab(before[both], rows.loc[both, "to_id"])
    old = list(movement.alignment.ids.values())
    there = set(rows["from_id"].dropna()) | set(table.index)
    ids = [i for i in old if i in there]
    now = [i for i in movement.alignment.names if i in set(rows["to_id"].dropna())]
    return table.reindex(index=ids, columns=now, fill_value=0)


def find_fates(table: pd.DataFrame, names: Mapping[str, str]) -> list[Fate]:
    """Say what became of each segment.

    Parameters
    ----------
    table : DataFrame
        As `kinship` gives it.
    names : mapping
        Shared id to name.

    Returns
    -------
    list of Fate
        A segment was *split* if several of now got most of their customers from it, and
        each at least a tenth of it; it was *merged* with others if a segment of now got
        most of each of them, and at least a tenth of its own customers from each. Where
        all of them go on under their names, only lines have moved, and neither is said.
        Else a segment *died* if its id is not there any more, and was *born* if its id
        is new. *Kept* are those whose id is in both, whatever else became of them.

    Examples
    --------
    >>> table = pd.DataFrame({"S1": [60], "S2": [40]}, index=["S1"])
    >>> [(f.kind, f.before, f.now) for f in find_fates(table, {"S1": "A", "S2": "B"})]
    [('kept', ('A',), ('A',)), ('split', ('A',), ('A', 'B'))]
    """
    old, new = list(table.index), list(table.columns)
    shared = table.to_numpy(float)
    found = [Fate("kept", (i,), (i,)) for i in old if i in new]
    for whole, parts in _parts(shared, old, new):
        if not set(parts) <= set(old):
            found.append(Fate("split", (whole,), parts))
    for whole, parts in _parts(shared.T, new, old):
        if not set(parts) <= set(new):
            found.append(Fate("merged", parts, (whole,)))
    told = {i for f in found for i in f.before}
    found += [Fate("died", (i,), ()) for i in old if i not in told]
    told = {i for f in found for i in f.now}
    found += [Fate("born", (), (i,)) for i in new if i not in told]
    return [f.named(names) for f in found]


def _parts(
    shared: np.ndarray, wholes: Sequence[str], parts: Sequence[str]
) -> list[tuple[str, tuple[str, ...]]]:
    """Give the wholes of the rows that came apart into columns."""
    of_whole = shared / np.maximum(shared.sum(axis=1, keepdims=True), 1)
    of_part = shared / np.maximum(shared.sum(axis=0, keepdims=True), 1)
    made = (of_part >= MOST) & (of_whole >= PART)
    return [
        (whole, tuple(part for part, own in zip(parts, made[i], strict=True) if own))
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
    said = trn("{names} goes on.", "{names} go on.", len(kept), names=listed(kept))
    if not kept:
        said = tr("No segment goes on.")
    return [said, *(_told(f) for f in fates if f.kind != "kept")]


def _told(fate: Fate) -> str:
    before, now = listed(fate.before), listed(fate.now)
    if fate.kind == "split":
        return tr(
            "{before} was split: most of {now} comes from it.", before=before, now=now
        )
    if fate.kind == "merged":
        return tr(
            "{before} were merged: most of each is in {now} now.",
            before=before,
            now=now,
        )
    if fate.kind == "died":
        return tr("{name} is gone: no segment of now holds most of it.", name=before)
    return tr("{name} is new: no earlier segment holds most of it.", name=now)


def fates_table(
    fates: Sequence[Fate],
    table: pd.DataFrame,
    names: Mapping[str, str],
    *,
    smallest_cell: int = LIMIT,
) -> pd.DataFrame:
    """List what became of each segment, with the overlap of those that are kin.

    Parameters
    ----------
    fates : sequence of Fate
    table : DataFrame
        As `kinship` gives it.
    names : mapping
        Shared id to name.
    smallest_cell : int, default=10
        An overlap of fewer customers is hidden, with what would give it away.

    Returns
    -------
    DataFrame
        One row for each pair of a segment before and one now that are kin; overlaps as
        shares of either.
    """
    named = table.rename(index=dict(names), columns=dict(names))
    shape = table.shape[0] + 1, table.shape[1] + 1
    hidden = hide(two_way(table.to_numpy()), smallest_cell).reshape(shape)
    secret = pd.DataFrame(hidden[:-1, :-1], named.index, named.columns)
    limit = smallest_cell
    rows = [
        (
            trc("fate", _KINDS[fate.kind]),
            plain(before),
            plain(now),
            *_overlaps(named, secret, before, now, limit),
        )
        for fate in fates
        for before in fate.before or ("",)
        for now in fate.now or ("",)
    ]
    columns = [header("What became of it"), header("Before"), header("Now")]
    columns += [header("Of the segment before"), header("Of the segment now")]
    return pd.DataFrame(rows, columns=columns)


def _overlaps(
    named: pd.DataFrame, secret: pd.DataFrame, before: str, now: str, limit: int
) -> tuple[str, str]:
    """Give what two segments share as a share of either, in whole per cent."""
    if not before or not now:
        return "", ""
    n = float(named.loc[before, now])  # type: ignore[arg-type]
    wholes = float(named.loc[before].sum()), float(named[now].sum())
    if secret.loc[before, now]:
        told = [_roughly(n, of, limit) for of in wholes]
    else:
        told = [per_cent(round(100 * n / max(of, 1))) for of in wholes]
    return told[0], told[1]


def _roughly(n: float, of: float, limit: int) -> str:
    """Say that a hidden overlap is most of a segment, which leaves room for many."""
    if n > of / 2 and of >= 2 * limit:
        return trc("share", "over half")
    return trc("cell", "hidden")
