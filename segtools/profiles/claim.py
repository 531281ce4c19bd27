"""A possible statement about a segment, before it is known to be beyond chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import special, stats

MIN_CUSTOMERS = 10


@dataclass(frozen=True)
class Claim:
    """A possible statement, before it is known whether it is beyond chance."""

    segment_id: str
    topic: str
    text: str
    holders: int
    n: int
    base_holders: int
    base_n: int
    computation: dict[str, Any]

    @property
    def share(self) -> float:
        """Share of the segment for whom it holds."""
        return self.holders / self.n

    @property
    def base_share(self) -> float:
        """Share of everyone for whom it holds."""
        return self.base_holders / self.base_n

    @property
    def p_value(self) -> float:
        """Two-sided p of the segment against everybody else (pooled z test)."""
        rest = self.base_n - self.n
        if rest <= 0 or self.base_holders in (0, self.base_n):
            return 1.0
        other = (self.base_holders - self.holders) / rest
        pooled = self.base_share * (1 - self.base_share)
        z = (self.share - other) / np.sqrt(pooled * (1 / self.n + 1 / rest))
        return float(2 * special.ndtr(-abs(z)))

    def record(self, number: int) -> dict[str, Any]:
        """Give the statement as ``personas.json`` keeps it."""
        wilson = stats.binomtest(self.holders, self.n).proportion_ci(method="wilson")
        return {
            "id": f"{self.segment_id}-{number:02d}",
            "kind": "evidence",
            "topic": self.topic,
            "text": self.text,
            "share": self.share,
            "low": float(wilson.low),
            "high": float(wilson.high),
            "n": self.n,
            "base_share": self.base_share,
            "computation": self.computation,
        }


def claims_by_segment(
    holds: pd.Series,
    segment: pd.Series,
    topic: str,
    text: str,
    computation: dict[str, Any],
) -> list[Claim]:
    """Make one claim a segment of what holds for each customer, or does not."""
    base = int(holds.sum())
    return [
        Claim(
            segment_id=str(segment_id),
            topic=topic,
            text=text,
            holders=int(held.sum()),
            n=len(held),
            base_holders=base,
            base_n=len(holds),
            computation=computation,
        )
        for segment_id, held in holds.groupby(segment.reindex(holds.index))
    ]


def nice(value: float) -> float:
    """Round to two significant digits, so that a sentence says what is computed.

    Examples
    --------
    >>> nice(1234.5), nice(0.1449), nice(0.0)
    (1200.0, 0.14, 0.0)
    """
    return float(f"{value:.2g}")
