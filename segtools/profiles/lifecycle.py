"""The flow of customers through the stages of their life: some time ago against now."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from segtools.disclosure import LIMIT, Published, hide, hide_parts, two_way
from segtools.features.build import features_at
from segtools.features.catalogue import Window, registered
from segtools.features.journey import STAGES
from segtools.features.shop import Shop
from segtools.languages import tr, trn
from segtools.timezones import DAY
from segtools.wording import number, percent

# Of customers whose first order was yet to come.
NO_ORDER = "no order yet"
ORDER = (*STAGES, NO_ORDER)


def stages_then_and_now(
    shop: Shop, window: Window, days: int, *, smallest_cell: int = LIMIT
) -> pd.DataFrame:
    """Count customers by the stage of their life some days ago, and by that of now.

    Parameters
    ----------
    shop : Shop
        Kept tables; at the earlier origin rows from then on are cut off.
    window : Window
        Its origin is now.
    days : int
        How long ago, such as ``outcome_days``.
    smallest_cell : int, default=10
        Cells of fewer customers are hidden, with what would give them away.

    Returns
    -------
    DataFrame
        ``from``, ``to`` (stages, or *no order yet*) and ``customers``, null where
        hidden, in the order of life; pairs of nobody are left out unless hidden.

    Notes
    -----
    Everyone with an order before now is counted once. How many are in a stage now, or
    were in one then, may be shown elsewhere unless it is small itself.
    """
    earlier = Window(window.origin - days * DAY, window.days)
    now, then = _stages(shop, window), _stages(shop, earlier)
    before = then.reindex(now.index).fillna(NO_ORDER)
    counts = pd.crosstab(before, now).reindex(
        index=list(ORDER), columns=list(ORDER), fill_value=0
    )
    there = counts.loc[counts.sum(axis=1) > 0, counts.sum() > 0]
    hidden = _hidden(there.to_numpy(float), smallest_cell)
    rows = [
        (first, last, None if hidden[i, j] else int(there.iloc[i, j]))
        for i, first in enumerate(there.index)
        for j, last in enumerate(there.columns)
        if hidden[i, j] or there.iloc[i, j]
    ]
    flows = pd.DataFrame(rows, columns=["from", "to", "customers"])
    return flows.astype({"customers": "Int64"})


def lifecycle_sentence(flows: pd.DataFrame, days: int) -> str:
    """Say how many are lapsed or at risk now who were neither, as far as is shown.

    Examples
    --------
    >>> flows = pd.DataFrame({"from": ["loyal", "loyal"], "to": ["loyal", "lapsed"],
    ...                       "customers": [60, 40]})
    >>> lifecycle_sentence(flows, 90).replace("\u202f", " ")
    'Of 100 customers who were new, active, loyal or won back 90 days ago, 40 (40 %) \
are at risk or lapsed now.'
    """
    well = [s for s in STAGES if s not in ("at risk", "lapsed")]
    own = flows[flows["from"].isin(well)]
    lost = own[own["to"].isin(["at risk", "lapsed"])]
    ago = trn("{n} day ago", "{n} days ago", days, n=str(days))
    if own.empty:
        return tr("Nobody was new, active, loyal or won back {ago}.", ago=ago)
    if own["customers"].isna().any():
        return trn(
            "At least {n} customer is at risk or lapsed now who was neither {ago}; "
            "some cells are too small to be shown.",
            "At least {n} customers are at risk or lapsed now who were neither {ago}; "
            "some cells are too small to be shown.",
            int(lost["customers"].sum()),
            ago=ago,
        )
    n, of = int(lost["customers"].sum()), int(own["customers"].sum())
    return trn(
        "Of {n} customer who was new, active, loyal or won back {ago}, {lost} "
        "({share}) are at risk or lapsed now.",
        "Of {n} customers who were new, active, loyal or won back {ago}, {lost} "
        "({share}) are at risk or lapsed now.",
        of,
        ago=ago,
        lost=number(n),
        share=percent(n / of),
    )


def _stages(shop: Shop, window: Window) -> pd.Series:
    """Give everybody's stage by customer_id; without an order there is none."""
    feature = next(f for f in registered(["journey"]) if f.name == "lifecycle_stage")
    frame: Any = features_at(shop, window, [feature]).to_pandas()
    return frame.set_index("customer_id")["lifecycle_stage"].dropna()


def _hidden(counts: np.ndarray, limit: int) -> np.ndarray:
    """Say which cells to hide, if others show what totals of stages they may."""
    shape = counts.shape[0] + 1, counts.shape[1] + 1
    open_ = np.zeros(shape, dtype=bool)
    open_[-1, -1] = True
    open_[:-1, -1] = ~hide_parts(counts.sum(axis=1), limit)
    open_[-1, :-1] = ~hide_parts(counts.sum(axis=0), limit)
    published = two_way(counts)
    safe = Published(published.counts, published.sums, fixed=open_.ravel())
    return hide(safe, limit).reshape(shape)[:-1, :-1]
