"""Who is treated and who is held back: by lot, within strata, and for good.

A customer's lot is a hash of the experiment's name, its seed and the id: neither the
order of rows nor the engine nor who else is there changes it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.intervals import Floats
from segtools.schema import ConfigError, DataError

TREATMENT, HOLDOUT = "treatment", "hold-out"
COLUMNS = (
    "experiment",
    "customer_id",
    "arm",
    "segment_id",
    "segment",
    "stratum",
    "assigned_at",
)
_STRATA = 3  # of value, within each segment


def lots(ids: Iterable[object], name: str, seed: int) -> Floats:
    """Draw each customer's lot, from 0 to under 1.

    Examples
    --------
    >>> lots(["ann", "bob"], "spring", 1).round(3).tolist()
    [0.639, 0.804]
    """
    head = f"{seed}:{len(name)}:{name}:"
    digests = (hashlib.sha256(f"{head}{i}".encode()).digest()[:8] for i in ids)
    return np.array([(int.from_bytes(d, "big") >> 11) / 2**53 for d in digests], float)


def value_strata(value: pd.Series, segment_id: pd.Series) -> NDArray[np.int64]:
    """Part the customers of each segment by what they are worth, equals together.

    Parameters
    ----------
    value : Series
        Such as spend in the window; missing is the lowest.
    segment_id : Series

    Returns
    -------
    ndarray of int
        From 1 (the lowest third) to 3.

    Examples
    --------
    >>> value_strata(pd.Series([1.0, 1, 1, 5, 9, 9]), pd.Series(["a"] * 6)).tolist()
    [1, 1, 1, 2, 3, 3]
    """
    worth = value.astype(float).fillna(-np.inf).to_numpy()
    group = segment_id.astype(str).to_numpy()
    stratum = np.ones(len(worth), dtype=np.int64)
    for own in np.unique(group):
        here = group == own
        ordered = np.sort(worth[here])
        for part in range(1, _STRATA):
            cut = ordered[max(len(ordered) * part // _STRATA - 1, 0)]
            stratum[here] += worth[here] > cut
    return stratum


def assign_arms(
    customers: pd.DataFrame,
    name: str,
    *,
    holdout: float,
    seed: int,
    as_of: str,
    before: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Give every customer an arm; who has one keeps it.

    Parameters
    ----------
    customers : DataFrame
        ``customer_id``, ``segment_id``, ``segment`` and, optional, ``value``.
    name : str
        Of the experiment.
    holdout : float
        Share to hold back, above 0 and below 1.
    seed : int
    as_of : str
        When the arms are given, as ISO text.
    before : DataFrame, optional
        Arms that earlier runs have given, as this function returns them.

    Returns
    -------
    DataFrame
        `COLUMNS`, one row a customer, by customer_id: those of `before` as they were,
        even if they are customers no more, and the others. At the first time each
        stratum (a segment's third by value) holds back its share to the customer;
        whoever comes later is held back if the lot is below the share.

    Raises
    ------
    ConfigError
        If nobody or everybody would be held back.
    DataError
        If a customer stands in two rows.

    Examples
    --------
    >>> frame = pd.DataFrame({"customer_id": list("abcdefghij"), "segment_id": "S01"})
    >>> arms = assign_arms(frame.assign(segment="All"), "spring", holdout=0.2, seed=1,
    ...                    as_of="2024-10-01")
    >>> arms["arm"].value_counts().to_dict()
    {'treatment': 8, 'hold-out': 2}
    """
    _refuse(customers, holdout)
    known = pd.DataFrame(columns=list(COLUMNS), dtype="str")
    if before is not None:
        known = before.loc[before["experiment"] == name, list(COLUMNS)]
    new = customers[~customers["customer_id"].isin(known["customer_id"])]
    new = new.sort_values("customer_id", ignore_index=True)
    value = new["value"] if "value" in new else pd.Series(0.0, index=new.index)
    new = new.assign(stratum=value_strata(value, new["segment_id"]))
    lot = lots(new["customer_id"], name, seed)
    held = lot < holdout if len(known) else _first(new, lot, name, holdout, seed)
    arm = np.where(held, HOLDOUT, TREATMENT)
    new = new.assign(experiment=name, arm=arm, assigned_at=as_of)[list(COLUMNS)]
    both = pd.concat([known, new], ignore_index=True) if len(known) else new
    both = both.astype(dict.fromkeys(COLUMNS, "str") | {"stratum": "int64"})
    return both.sort_values("customer_id", ignore_index=True)


def _first(
    new: pd.DataFrame, lot: Floats, name: str, holdout: float, seed: int
) -> NDArray[np.bool_]:
    """Hold back the lowest lots of each stratum: its share, to the customer."""
    held = np.zeros(len(new), dtype=bool)
    strata = new["segment_id"].astype(str) + ":" + new["stratum"].astype(str)
    for own in sorted(strata.unique()):
        rows = np.flatnonzero(strata.to_numpy() == own)
        # Rounded by lot as well: many small strata would else all be rounded down.
        part = lots([own], name, seed)[0]
        many = int(len(rows) * holdout + part)
        held[rows[np.argsort(lot[rows], kind="stable")[:many]]] = True
    return held


def _refuse(customers: pd.DataFrame, holdout: float) -> None:
    if not 0 < holdout < 1:
        raise ConfigError(
            f"experiment.holdout must be above 0 and below 1, but it is {holdout:g}. "
            "Hold back a fifth, such as holdout: 0.2."
        )
    twice = customers["customer_id"].duplicated()
    if twice.any():
        raise DataError(
            f"customers must stand in one row each, but {int(twice.sum())} rows repeat "
            "a customer. Keep one row a customer."
        )


def refuse_one_arm(arms: pd.DataFrame, name: str, holdout: float) -> None:
    """Refuse an experiment in which nobody is left in one of its arms.

    Raises
    ------
    ConfigError
        With the arm that is empty.
    """
    for arm in (TREATMENT, HOLDOUT):
        if not (arms["arm"] == arm).any():
            raise ConfigError(
                f"experiment must have customers in both arms, but {name!r} has none "
                f"in {arm} with holdout: {holdout:g} of {len(arms)} customers. Move "
                "holdout towards the middle."
            )
