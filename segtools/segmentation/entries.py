"""What takes part in the contest, under which rules, and what it found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segtools.config import AUTO_SEGMENTS, RunConfig
from segtools.glance import AtAGlance, Glance
from segtools.segmentation.baselines import TRIVIAL
from segtools.segmentation.figures import FIGURE, Array, interval
from segtools.segmentation.glances import contest_glance

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Rules:
    """What the contest needs of the configuration.

    ``apart`` lists the kinds of customers who stand apart, as `settled` finds them.
    """

    goal: str
    n_segments: int | str = "auto"
    min_share: float = 0.03
    seed: int = 1
    method: str = "auto"
    max_actions: int | None = None
    smallest_cell: int = 0
    window_days: int = 180
    dormant: str = "join"
    apart: tuple[str, ...] = ()

    @classmethod
    def of(cls, config: RunConfig) -> Rules:
        """Take the rules from a run's configuration."""
        return cls(
            goal=config.goal,
            n_segments=config.n_segments,
            min_share=config.min_share,
            seed=config.seed,
            method=config.method,
            max_actions=config.max_actions,
            smallest_cell=config.smallest_cell,
            window_days=config.window_days,
            dormant=config.dormant,
        )

    def least_share(self, n_customers: int) -> float:
        """Give the smallest share of so many customers that a segment may have.

        A segment of fewer than `smallest_cell` customers could not be shown.
        """
        return max(self.min_share, self.smallest_cell / max(n_customers, 1))

    @property
    def sizes(self) -> tuple[int, ...]:
        """Numbers of segments to try, none above what the team has actions for.

        Customers who stand apart need actions of their own.
        """
        asked: tuple[int, ...] = AUTO_SEGMENTS
        if isinstance(self.n_segments, int):
            asked = (self.n_segments,)
        most = self.max_actions - len(self.apart) if self.max_actions else max(asked)
        return tuple(n for n in asked if n <= most) or (most,)


@dataclass
class Entry:
    """One scheme with one number of segments, and the draws of its figures.

    ``labels`` are those of the customers learned from and judged, for each split.
    """

    scheme: str
    label: str
    role: str
    simplicity: int = 9
    asked: int = 0
    n_segments: int | None = None
    smallest_share: float | None = None
    draws: dict[str, Array] = field(default_factory=dict)
    labels: list[tuple[Ints, Ints]] = field(default_factory=list, repr=False)
    learned: str = ""
    why_not: str = ""


@dataclass(repr=False)
class Contest(AtAGlance):
    """What the contest found; `record` is what ``contest.json`` keeps."""

    rules: Rules
    plan: dict[str, Any]
    entries: list[Entry] = field(default_factory=list)
    winner: Entry | None = None
    reason: str = ""

    def entry(self, scheme: str) -> Entry | None:
        """Give the best entry of a scheme by the deciding figure."""
        own = [e for e in self.entries if e.scheme == scheme and e.draws]
        return max(own, key=lambda e: float(e.draws[FIGURE][0]), default=None)

    def eligible(self, entry: Entry) -> bool:
        """Say whether an entry may win; a baseline may only if ``method`` names it."""
        own = entry.role == "scheme" or entry.scheme == self.rules.method
        return own and bool(entry.draws) and not entry.why_not

    def candidates(self) -> list[Entry]:
        """List the eligible entries, of the method that is asked for if one is."""
        asked = self.rules.method
        own = [e for e in self.entries if asked in ("auto", e.scheme)]
        return [e for e in own if self.eligible(e)]

    def over(self, entry: Entry, other: str) -> dict[str, float] | None:
        """Give how far an entry lies above a scheme: value and paired interval."""
        against = self.entry(other)
        if against is None or not entry.draws:
            return None
        return interval(entry.draws[FIGURE] - against.draws[FIGURE])

    def best_trivial(self) -> Entry | None:
        """Give the best of spend quintiles, RFM grid and k-means on RFM."""
        own = [e for name in TRIVIAL if (e := self.entry(name))]
        return max(own, key=lambda e: float(e.draws[FIGURE][0]), default=None)

    def _glance(self) -> Glance:
        return contest_glance(self)
