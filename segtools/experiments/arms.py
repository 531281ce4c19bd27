"""Who took part in a campaign, counted by segment and arm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.experiments.lift import Moments
from segtools.experiments.tellable import Tellable, tellable
from segtools.intervals import Floats


@dataclass(frozen=True, eq=False)
class Campaign:
    """One campaign that is over, and in which segment everybody was before it.

    Attributes
    ----------
    campaign_id : str
    rows : DataFrame
        As `campaign_outcomes` gives them, with ``segment_id`` (null for whoever had
        none).
    segments : sequence of mapping
        ``segment_id`` and ``segment`` with, optional, ``rank``, ``colour`` and
        ``members`` (customers at the time), in the order in which they are shown.
    days : int
        How long was waited.
    drawn : str
        Whence the segments are, in words.
    holdout : float or None
        The share that we had held back by lot; None where the arms are not ours.
    responses_known : bool
        False where the file says nothing of those who were held back.
    """

    campaign_id: str
    rows: pd.DataFrame
    segments: Sequence[Mapping[str, Any]]
    days: int
    drawn: str = ""
    holdout: float | None = None
    responses_known: bool = True


@dataclass(frozen=True, eq=False)
class Arms:
    """A campaign's customers who had a segment, by segment and arm.

    Attributes
    ----------
    campaign : Campaign
    smallest_cell : int
        Nothing is told of fewer customers.
    """

    campaign: Campaign
    smallest_cell: int

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The campaign's rows with ``code``, the place of the segment."""
        code = {s["segment_id"]: i for i, s in enumerate(self.campaign.segments)}
        rows = self.campaign.rows
        rows = rows.assign(code=rows["segment_id"].map(code))
        rows = rows[rows["code"].notna()].astype({"code": "int64"})
        return rows.reset_index(drop=True)

    @cached_property
    def member(self) -> NDArray[np.bool_]:
        """Who is in which segment, of shape (n_segments, n_customers)."""
        places = np.arange(len(self.campaign.segments))[:, None]
        return np.asarray(self.rows["code"].to_numpy() == places)

    @cached_property
    def treated(self) -> NDArray[np.bool_]:
        """Who got it."""
        return np.asarray(self.rows["treated"].to_numpy(bool))

    @cached_property
    def sizes(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Customers by segment who got it, and who were held back."""
        got = (self.member & self.treated).sum(axis=1)
        return got, self.member.sum(axis=1) - got

    @cached_property
    def both(self) -> NDArray[np.bool_]:
        """Segments with at least two customers in each arm."""
        got, held = self.sizes
        return np.asarray((got > 1) & (held > 1))

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """Customers by segment: got it and responded, not; held back and did, not."""
        arm = np.where(self.treated, 0, 2) + (self.rows["responded"].to_numpy() == 0)
        counts = np.zeros((len(self.campaign.segments), 4), dtype=np.int64)
        np.add.at(counts, (self.rows["code"].to_numpy(), arm), 1)
        return counts

    @cached_property
    def told(self) -> Tellable:
        """What may be told; that a whole segment takes part is known where it does."""
        ours = self.campaign.holdout is not None
        return tellable(self.counts, self.smallest_cell, known=ours)

    def moments(self, column: str, keep: NDArray[np.bool_]) -> tuple[Moments, Moments]:
        """Measure a column in both arms of some segments."""
        values, own = self.rows[column].to_numpy(float), self.member[keep]
        got = Moments.of(values, own & self.treated)
        return got, Moments.of(values, own & ~self.treated)

    def means(self, column: str) -> tuple[Floats, Floats]:
        """Give the mean of a column in both arms of each segment; 0 of nobody."""
        values = self.rows[column].to_numpy(float)
        arms = (self.member & self.treated, self.member & ~self.treated)
        got, held = (
            (arm * values).sum(axis=1) / np.maximum(arm.sum(axis=1), 1) for arm in arms
        )
        return got, held

    def cost(self) -> float:
        """Give the mean cost of a receiver; 0 where it is not known."""
        cost = float(self.rows.loc[self.treated, "cost"].mean())
        return 0.0 if np.isnan(cost) else cost

    def totals(self) -> dict[str, int | None]:
        """Count who took part; a few are not told, nor what would give them away."""
        got, held = (int(n.sum()) for n in self.sizes)
        counts = {"receivers": got, "held_back": held}
        if not self.told.totals:
            counts = dict.fromkeys(counts)  # type: ignore[assignment]
        strangers = len(self.campaign.rows) - len(self.rows)
        few = 0 < strangers < self.smallest_cell
        return {**counts, "without_segment": None if few else strangers}


def named(segment: Mapping[str, Any]) -> dict[str, Any]:
    """Give what identifies a segment on a page."""
    return {k: segment.get(k) for k in ("segment_id", "segment", "rank", "colour")}
