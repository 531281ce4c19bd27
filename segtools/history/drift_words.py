"""Drift in words and tables: how many features have drifted, how far and where."""

from __future__ import annotations

import pandas as pd

from segtools.history.drift import EVERYONE
from segtools.joining import sentences
from segtools.languages import header, markc, tr, trc, trn
from segtools.wording import listed, number, plain, rounded

_MOST_ROWS = 20
_LEVELS = {
    "stable": markc("drift", "stable"),
    "chance": markc("drift", "chance"),
    "watch": markc("drift", "watch"),
    "act": markc("drift", "act"),
}


def drift_words(drift: pd.DataFrame) -> str:
    """Say how many features have drifted, and in how many segments.

    Parameters
    ----------
    drift : DataFrame
        As `find_drift` gives it, with rows.
    """
    whole = drift[drift["segment_id"] == EVERYONE]
    far = whole[whole["level"].isin(["watch", "act"])].sort_values("psi")
    within = drift[drift["segment_id"] != EVERYONE]
    inside = within[within["level"] == "act"]["segment_id"].nunique()
    return sentences([_among_all(far, len(whole)), _inside(inside)])


def _among_all(far: pd.DataFrame, features: int) -> str:
    if far.empty:
        return trn(
            "None of {n} features has drifted.",
            "None of {n} features has drifted.",
            features,
        )
    return trn(
        "{far} of {n} features have drifted, {names} most.",
        "{far} of {n} features have drifted, {names} most.",
        features,
        far=number(len(far)),
        names=listed(plain(label) for label in far["label"][::-1][:3]),
    )


def _inside(segments: int) -> str:
    if not segments:
        return tr("Within no segment has anything drifted far.")
    return trn(
        "Within {n} segment something has drifted far.",
        "Within {n} segments something has drifted far.",
        segments,
    )


def drift_table(drift: pd.DataFrame) -> pd.DataFrame:
    """List the drift of each feature among everyone, the largest first.

    Parameters
    ----------
    drift : DataFrame
        As `find_drift` gives it.
    """
    own = drift[drift["segment_id"] == EVERYONE]
    own = own.sort_values(["psi", "feature"], ascending=[False, True])
    table = pd.DataFrame(
        {
            header("Feature"): own["label"].map(plain),
            header("Stability index"): own["psi"],
            header("Expected by chance"): own["by_chance"],
            header("p-value"): own["p_adjusted"].map(_chance),
            header("Level"): own["level"].map(_level),
        }
    )
    formats = {"Stability index": ".3f", "Expected by chance": ".3f"}
    table.attrs["formats"] = formats
    return table


def segment_drift_table(drift: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    """List what has drifted within segments beyond chance, the largest first.

    Parameters
    ----------
    drift : DataFrame
        As `find_drift` gives it.
    names : dict
        Segment id to name.
    """
    own = drift[drift["segment_id"] != EVERYONE]
    own = own[own["level"].isin(["watch", "act"])]
    own = own.sort_values(["psi", "feature"], ascending=[False, True])[:_MOST_ROWS]
    table = pd.DataFrame(
        {
            header("Segment"): own["segment_id"].map(names).map(plain),
            header("Feature"): own["label"].map(plain),
            header("Stability index"): own["psi"],
            header("p-value"): own["p_adjusted"].map(_chance),
            header("Level"): own["level"].map(_level),
        }
    )
    table.attrs["formats"] = {"Stability index": ".3f"}
    return table


def _level(level: str) -> str:
    return trc("drift", _LEVELS[level])


def _chance(p: float) -> str:
    if p < 0.001:
        return trc("p-value", "under {limit}", limit=number(0.001, 3))
    return rounded(p, 2)
