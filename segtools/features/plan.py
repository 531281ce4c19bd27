"""The plan of the contest: its legs, their windows, and what it can prove.

Both origins of a leg look back equally far, or scores would not mean the same at both.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from segtools.features.catalogue import Feature, Window
from segtools.languages import header, markc, tr, trc, trn
from segtools.timezones import DAY

# Keys of records, and the words of tables.
LEGS = (markc("leg", "judging"), markc("leg", "final"))


@dataclass(frozen=True)
class Leg:
    """One learning origin, one origin that it serves, and their common window."""

    name: str
    learn_origin: int
    judge_origin: int
    window_days: int


@dataclass(frozen=True)
class Plan:
    """The legs that the history allows, and the kind of evidence they give."""

    origin: int
    outcome_days: int
    window_days: int
    evidence: str
    sentence: str
    judging: Leg | None
    final: Leg | None

    def window(self) -> Window:
        """Give the window of the features at the origin."""
        return Window(self.origin, self.window_days)

    def history_days(self, first_order: str) -> float:
        """Count the days from the first order (ISO, UTC) to the origin."""
        return (self.origin - pd.Timestamp(first_order).timestamp()) / DAY

    def table(self, timezone: str) -> pd.DataFrame:
        """Tabulate the legs in local time: learn at, judge at, days looked back."""
        legs = [leg for leg in (self.judging, self.final) if leg]

        return pd.DataFrame(
            {
                header("Leg"): [trc("leg", leg.name) for leg in legs],
                header("Learn at"): [
                    local_text(leg.learn_origin, timezone) for leg in legs
                ],
                header("Judge or assign at"): [
                    local_text(leg.judge_origin, timezone) for leg in legs
                ],
                header("Window in days"): [leg.window_days for leg in legs],
            }
        )

    def record(self) -> dict[str, Any]:
        """Give the plan as ``contest.json`` shows it, instants as ISO text."""
        return {
            "evidence": self.evidence,
            "sentence": self.sentence,
            "legs": [leg_record(leg) for leg in (self.judging, self.final) if leg],
        }


def leg_record(leg: Leg) -> dict[str, Any]:
    """Give a leg as ``contest.json`` shows it."""
    moments = {k: iso_text(getattr(leg, k)) for k in ("learn_origin", "judge_origin")}
    return asdict(leg) | moments


def iso_text(second: int) -> str:
    """Write a UTC second as records show it."""
    return pd.Timestamp(second, unit="s").strftime("%Y-%m-%dT%H:%M:%SZ")


def local_text(second: int, timezone: str) -> str:
    """Write a UTC second for people, on the shop's own clock."""
    moment = pd.Timestamp(second, unit="s", tz="UTC").tz_convert(timezone)
    return str(moment.strftime("%Y-%m-%d %H:%M"))


def look_back(origin: int, first_order: int, window_days: int) -> int:
    """Give the days that features at an origin can look back, 1 or more."""
    # The first day counts whole, so a history of 88.7 days is 89 days long.
    return max(min(window_days, math.ceil((origin - first_order) / DAY)), 1)


def nothing_learned(features: list[Feature]) -> pd.DataFrame:
    """Give the frame of a contest that has nothing to learn from, in its types."""
    kinds = {"part": "str", "customer_id": "str"}
    kinds |= {f.name: "float64" for f in features} | {"outcome": "float64"}
    return pd.DataFrame({n: pd.Series(dtype=kind) for n, kind in kinds.items()})


def why_nothing(window_days: int, outcome_days: int) -> str:
    """Say why the final leg is missing."""
    if 2 * window_days < outcome_days:
        return tr(
            "Features that look back {window} are too short for an outcome of "
            "{outcome}; nothing is judged.",
            window=days(window_days),
            outcome=days(outcome_days),
        )
    return trn(
        "Too little history lies before the last {n} day to learn from; nothing is "
        "judged.",
        "Too little history lies before the last {n} days to learn from; nothing is "
        "judged.",
        outcome_days,
    )


def days(n: int) -> str:
    """Say a length of time, as it stands alone or in parentheses."""
    return trn("{n} day", "{n} days", n)
