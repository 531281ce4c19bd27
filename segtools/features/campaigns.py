"""Which campaigns teach and which judge: the plan of the goal respond_to_campaign."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, replace
from typing import Any

import pandas as pd

from segtools.features.plan import (
    Leg,
    Plan,
    iso_text,
    local_text,
    look_back,
    why_nothing,
)
from segtools.features.shop import Shop
from segtools.features.waves import GOAL, Wave, refuse_campaigns, waves
from segtools.timezones import DAY
from segtools.wording import number

# No more waves are measured, the latest first.
MOST_WAVES = 12
# The share of all receivers that those of the judging campaigns reach together.
JUDGED_SHARE = 1 / 3
PARTS = {
    "judges": "judges",
    "teaches": "teaches; at last, too",
    "at_last": "teaches at last; too near to those that judge",
    "both": "teaches, judged on other customers",
    "not_over": "none: not over yet",
    "nobody": "none: without receivers who had bought before",
    "too_early": "none: with too little history before",
    "too_old": f"none: older than the {MOST_WAVES} latest",
}


@dataclass(frozen=True)
class CampaignPlan(Plan):
    """A plan whose origins are those of campaigns; a leg names the first of them.

    Attributes
    ----------
    waves : tuple of Wave
        All, the earliest first, each with its part.
    smallest_cell : int
        Counts of fewer customers are not shown.
    """

    waves: tuple[Wave, ...] = ()
    smallest_cell: int = 10

    def having(self, *roles: str) -> list[Wave]:
        """Give the waves of some parts, the earliest first."""
        return [w for w in self.waves if w.role in roles]

    def table(self, timezone: str) -> pd.DataFrame:
        """Tabulate the waves: when they were sent, to how many, and their part."""
        return pd.DataFrame(
            {
                "Campaign": [w.campaign_id for w in self.waves],
                "Sent from": [local_text(w.origin, timezone) for w in self.waves],
                "Receivers": [self._shown(w.receivers) for w in self.waves],
                "Held back": [self._shown(w.held_back) for w in self.waves],
                "Part in the contest": [PARTS[w.role] for w in self.waves],
            }
        )

    def record(self) -> dict[str, Any]:
        """Give the plan with its campaigns; counts of few customers are null."""
        return super().record() | {"campaigns": [self._wave(w) for w in self.waves]}

    def _wave(self, wave: Wave) -> dict[str, Any]:
        counts = {k: getattr(wave, k) for k in ("receivers", "held_back", "strangers")}
        moments = {"origin": iso_text(wave.origin), "last": iso_text(wave.last)}
        return asdict(wave) | moments | {k: self._shown(n) for k, n in counts.items()}

    def _shown(self, customers: int) -> int | None:
        return None if 0 < customers < self.smallest_cell else customers


@dataclass(frozen=True)
class Division:
    """Waves by what may be done with them; each list is part of the one before."""

    over: list[Wave]
    long_enough: list[Wave]
    taken: list[Wave]
    teach: list[Wave]
    judge: list[Wave]

    def part_of(self, wave: Wave) -> str:
        """Name the part of a wave, or why it has none."""
        if wave in self.judge:
            return "judges"
        if wave in self.teach:
            return "teaches"
        if wave in self.taken:
            return "at_last" if self.judge else "both"
        if wave in self.long_enough:
            return "too_old"
        if wave in self.over:
            return "too_early"
        return "not_over" if wave.receivers else "nobody"


def plan_campaigns(
    shop: Shop,
    origin: int,
    first_order: int,
    *,
    window_days: int,
    outcome_days: int,
    smallest_cell: int = 10,
) -> CampaignPlan:
    """Decide which campaigns teach and which judge, and how far features look back.

    The latest campaigns judge, as few as reach a third of the receivers; those that
    were over before the first of them teach. At last all that are over teach.

    Parameters
    ----------
    shop : Shop
        Kept tables.
    origin, first_order : int
        ``as_of`` and the first kept order, UTC seconds.
    window_days, outcome_days : int
        As configured; a campaign is over `outcome_days` after its last sending.
    smallest_cell : int, default=10
        Counts of fewer customers are not shown.

    Returns
    -------
    CampaignPlan
        ``evidence`` is ``out_of_time``; ``cross_fitted`` where no campaign was over
        before another one; ``not_judged`` where none is over.

    Raises
    ------
    DataError
        If there are no tables of campaigns and conversions.
    """
    refuse_campaigns(shop.tables, GOAL)
    found = waves(shop.before(origin))
    step = outcome_days * DAY
    over = [w for w in found if w.receivers and w.last + step <= origin]
    fit = _long_enough(over, first_order, window_days, outcome_days)
    taken = fit[-MOST_WAVES:]
    parts = Division(over, fit, taken, *divide(taken, step))

    def leg(name: str, learn: list[Wave], at: int) -> Leg:
        first = learn[0].origin
        return Leg(name, first, at, look_back(first, first_order, window_days))

    final = leg("final", taken, origin) if taken else None
    ahead = final.window_days if final else look_back(origin, first_order, window_days)
    judge = parts.judge
    plan = CampaignPlan(
        origin=origin,
        outcome_days=outcome_days,
        window_days=ahead,
        evidence="not_judged" if final is None else "cross_fitted",
        sentence="",
        judging=leg("judging", parts.teach, judge[0].origin) if judge else None,
        final=final,
        waves=tuple(replace(w, role=parts.part_of(w)) for w in found),
        smallest_cell=smallest_cell,
    )
    plan = replace(plan, evidence="out_of_time") if judge else plan
    return replace(plan, sentence=_sentence(plan, window_days))


def _long_enough(
    over: list[Wave], first_order: int, window_days: int, outcome_days: int
) -> list[Wave]:
    """Leave out waves with too little history; all share the shortest window.

    Of more than two, an early one would shorten the window of all: it must have at
    least half of what the last but one has.
    """
    known = {w: look_back(w.origin, first_order, window_days) for w in over}
    fit = [w for w in over if 2 * known[w] >= outcome_days]
    least = known[fit[-2]] / 2 if len(fit) > 1 else 0
    return [w for w in fit if known[w] >= least]


def divide(taken: list[Wave], step: int) -> tuple[list[Wave], list[Wave]]:
    """Divide waves into those that teach and those that judge.

    Parameters
    ----------
    taken : list of Wave
        The earliest first.
    step : int
        Seconds from a sending until its outcome is known.

    Returns
    -------
    teach, judge : list of Wave
        Both empty where no wave was over before a later one.

    Examples
    --------
    >>> made = [Wave(name, day, day, 50) for name, day in zip("abc", (0, 10, 25))]
    >>> [[w.campaign_id for w in side] for side in divide(made, 15)]
    [['a', 'b'], ['c']]
    """
    found: tuple[list[Wave], list[Wave]] = ([], [])
    everyone = sum(w.receivers for w in taken)
    for n in range(1, len(taken)):
        judge = taken[-n:]
        teach = [w for w in taken[:-n] if w.last + step <= judge[0].origin]
        if not teach:
            break
        found = (teach, judge)
        if sum(w.receivers for w in judge) >= JUDGED_SHARE * everyone:
            break
    return found


def _sentence(plan: CampaignPlan, window_days: int) -> str:
    days = plan.outcome_days
    teach, judge = plan.having("teaches"), plan.having("judges")
    both = plan.having("both")
    if judge:
        return (
            f"The schemes learned from {_count(teach)} and were judged on "
            f"{_count(judge, 'later ')}, by who responds within {days} days."
            f"{_left_out(plan)}"
        )
    if len(both) == 1:
        why = "Only one campaign is over and has enough history before it"
    elif both:
        why = f"None of {_count(both)} was over before another one was sent"
    else:
        return _nothing(plan, window_days)
    return (
        f"{why}, so the schemes are judged on other customers of the same. That is "
        f"weaker evidence than a later campaign.{_left_out(plan)}"
    )


def _count(found: list[Wave], kind: str = "") -> str:
    # A campaign that trickles on is counted by its waves.
    many = len({w.campaign_id for w in found}) < len(found)
    word = "wave of campaigns" if many else "campaign"
    if len(found) != 1:
        word = word.replace("wave ", "waves ") if many else f"{word}s"
    return f"{number(len(found))} {kind}{word}"


def _nothing(plan: CampaignPlan, window_days: int) -> str:
    reasons = Counter(w.role for w in plan.waves)
    if not reasons:
        return "No campaign was sent before as_of, so nothing is judged."
    if reasons["too_early"] and 2 * window_days < plan.outcome_days:
        return why_nothing(window_days, plan.outcome_days)
    told = "; ".join(f"{number(n)} {PARTS[role]}" for role, n in reasons.items())
    return (
        "No campaign can be learned from, so nothing is judged: "
        f"{told.replace('none: ', '')}."
    )


def _left_out(plan: CampaignPlan) -> str:
    reasons = Counter(w.role for w in plan.waves if PARTS[w.role].startswith("none"))
    if not reasons:
        return ""
    told = "; ".join(f"{number(n)} {PARTS[role]}" for role, n in reasons.items())
    return f" Without a part: {told.replace('none: ', '')}."
