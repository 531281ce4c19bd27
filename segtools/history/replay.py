"""The earlier model, asked about today's customers, and whether it can be."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from segtools.history.snapshot import Snapshot
from segtools.languages import tr, trn
from segtools.wording import listed, number, plain

_SHOWN = 3


def why_not_replayed(old: Snapshot, new: Snapshot) -> str:
    """Say why the earlier model cannot be asked about the later run's figures.

    Returns
    -------
    str
        A clause; empty if it can be asked. Features must be there, mean the same and
        look back equally far, and money must be in one currency.

    Examples
    --------
    >>> nobody = pd.DataFrame({"customer_id": [], "segment_id": [], "segment": []})
    >>> why_not_replayed(Snapshot("2024-01-01", nobody), Snapshot("2024-02-01", nobody))
    'the earlier run has no model that could be asked'
    """
    if old.model is None or new.features.empty:
        return tr("the earlier run has no model that could be asked")
    if old.window_days != new.window_days:
        return trn(
            "the earlier run looked back {n} day and this one {now}, so that no "
            "figure means the same",
            "the earlier run looked back {n} days and this one {now}, so that no "
            "figure means the same",
            old.window_days,
            now=number(new.window_days),
        )
    if old.config.get("currency", "") != new.config.get("currency", ""):
        return tr("the two runs count money in different currencies")
    reads = [f["name"] for f in old.model.features]
    lost = [name for name in reads if name not in new.features]
    if lost:
        return trn(
            "the earlier model reads {names}, which this run does not have",
            "the earlier model reads {names}, which this run does not have",
            len(lost),
            names=_some(lost),
        )
    other = [f["name"] for f in old.model.features if _redefined(f, new)]
    if other:
        return trn(
            "the definition of {names}, which the earlier model reads, is new",
            "the definition of {names}, which the earlier model reads, is new",
            len(other),
            names=_some(other),
        )
    return ""


def _redefined(feature: dict[str, object], new: Snapshot) -> bool:
    own = new.catalogue.get(str(feature["name"]))
    return own is not None and own.get("version", 1) != feature["definition_version"]


def _some(names: list[str]) -> str:
    """List the first names, and how many more there are."""
    more = len(names) - _SHOWN
    rest = [tr("{n} more", n=number(more))] if more > 0 else []
    return listed([*(plain(n) for n in names[:_SHOWN]), *rest])


def replay(old: Snapshot, new: Snapshot) -> pd.DataFrame:
    """Ask the earlier model about today's figures.

    Parameters
    ----------
    old, new : Snapshot
        Of which `why_not_replayed` says nothing.

    Returns
    -------
    DataFrame
        ``customer_id`` and ``segment_id``: where the earlier model would put each of
        today's customers, by its own ids.
    """
    assert old.model is not None
    plainly = replace(old.model, replicates=[])  # nobody asks how sure it is
    return plainly.assign(new.features)[["customer_id", "segment_id"]]
