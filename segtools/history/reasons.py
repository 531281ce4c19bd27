"""Why somebody is in another segment than before: each mover gets exactly one label.

In this order: *noise*, where neither model is sure that the customer belongs where he
is now; *changed*, where the earlier model, asked about today's figures, moves him, too;
*redrawn*, where only the lines between segments have moved.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from segtools.history.align import Alignment
from segtools.history.snapshot import Snapshot

NOISE, CHANGED, REDRAWN = "noise", "changed", "redrawn"
REASONS = (CHANGED, REDRAWN, NOISE)
# Of movers whose reason cannot be told, since the earlier model cannot be asked.
MOVED = "moved"
STAYED, CAME, LEFT = "stayed", "new", "gone"
# Bootstrap agreement from which on a model is sure of a segment.
SURE = 0.8


def label_moves(
    moves: pd.DataFrame,
    old: Snapshot,
    new: Snapshot,
    alignment: Alignment,
    replayed: pd.Series | None,
    *,
    sure: float = SURE,
) -> pd.Series:
    """Label everybody: who stayed, came or went, and why the others moved.

    Parameters
    ----------
    moves : DataFrame
        ``customer_id``, ``from_id`` and ``to_id`` (shared ids; null for who came or
        went).
    old, new : Snapshot
    alignment : Alignment
    replayed : Series or None
        As `replay` gives it; None where the earlier model cannot be asked.
    sure : float, default=0.8
        A mover is *noise* if fewer of the bootstrap models than this put him where he
        is now, of the earlier model as of the later one. A segment that the earlier
        model does not know cannot be noise: no draw would have left him out of it.

    Returns
    -------
    Series
        ``stayed``, ``new``, ``gone``, ``noise``, ``changed`` or ``redrawn``; ``moved``
        for all movers where `replayed` is None. Who stays is never noise.

    Notes
    -----
    Of movers whom nothing but another draw of customers has moved, this calls 57 %
    noise, and the others redrawn: two cuts that both lie s from the truth by chance lie
    1.13 s apart on average, while fewer than 0.8 of the bootstraps agree only within
    0.84 s of the new one. A higher limit would call real redrawing noise.
    """
    came, left = moves["from_id"].isna(), moves["to_id"].isna()
    stayed = moves["from_id"] == moves["to_id"]
    label = pd.Series(MOVED, index=moves.index, dtype="str")
    label[stayed], label[came], label[left] = STAYED, CAME, LEFT
    movers = moves[label == MOVED]
    if replayed is None or movers.empty:
        return label
    unsure = _unsure(movers, old, new, alignment, sure)
    changed = (movers["customer_id"].map(replayed) != movers["from_id"]).to_numpy()
    label[movers.index] = np.select([unsure, changed], [NOISE, CHANGED], REDRAWN)
    return label


def _unsure(
    movers: pd.DataFrame,
    old: Snapshot,
    new: Snapshot,
    alignment: Alignment,
    sure: float,
) -> np.ndarray:
    """Mark movers of whose new segment neither model is sure."""
    assert old.model is not None
    assert new.model is not None
    features = new.features.set_index("customer_id", drop=False)
    features = features.loc[movers["customer_id"]]
    wanted = movers["to_id"].map(alignment.back).fillna("").tolist()
    before = old.model.agreement(features, wanted)
    now = new.model.agreement(features, movers["to_id"].tolist())
    return (before < sure) & (now < sure)  # what is not known is not small
