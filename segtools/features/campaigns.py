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
from segtools.joining import semicolons, sentences
from segtools.languages import header, mark, markn, tr, trn
from segtools.timezones import DAY

# No more waves are measured, the latest first.
MOST_WAVES = 12
# The share of all receivers that those of the judging campaigns reach together.
JUDGED_SHARE = 1 / 3
PARTS = {
    "judges": mark("judges"),
    "teaches": mark("teaches; at last, too"),
    "at_last": mark("teaches at last; too near to those that judge"),
    "both": mark("teaches, judged on other customers"),
    "not_over": mark("none: not over yet"),
    "nobody": mark("none: without receivers who had bought before"),
    "too_early": mark("none: with too little history before"),
    "too_old": mark("none: older than the {most} latest"),
}
# Those that have no part, counted.
LEFT_OUT = {
    "not_over": markn("{n} not over yet", "{n} not over yet"),
    "nobody": markn(
        "{n} without receivers who had bought before",
        "{n} without receivers who had bought before",
    ),
    "too_early": markn(
        "{n} with too little history before", "{n} with too little history before"
    ),
    "too_old": markn(
        "{n} older than the {most} latest", "{n} older than the {most} latest"
    ),
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
                header("Campaign"): [w.campaign_id for w in self.waves],
                header("Sent from"): [
                    local_text(w.origin, timezone) for w in self.waves
                ],
                header("Receivers"): [self._shown(w.receivers) for w in self.waves],
                header("Held back"): [self._shown(w.held_back) for w in self.waves],
                header("Part in the contest"): [
                    tr(PARTS[w.role], most=MOST_WAVES) for w in self.waves
                ],
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
    teach, judge = plan.having("teaches"), plan.having("judges")
    both = plan.having("both")
    if judge:
        said = trn(
            "The schemes learned from {teaching} and were judged on {judging}, by who "
            "responds within {n} day.",
            "The schemes learned from {teaching} and were judged on {judging}, by who "
            "responds within {n} days.",
            plan.outcome_days,
            teaching=_count(teach),
            judging=_count_later(judge),
        )
    elif len(both) == 1:
        said = tr(
            "Only one campaign is over and has enough history before it, so the "
            "schemes are judged on other customers of the same. That is weaker "
            "evidence than a later campaign."
        )
    elif both:
        said = trn(*(_NO_WAVE_OVER if _trickles(both) else _NONE_OVER), len(both))
    else:
        return _nothing(plan, window_days)
    return sentences([said, *_left_out(plan)])


_NONE_OVER = markn(
    "{n} campaign was not over before another one was sent, so the schemes are judged "
    "on other customers of the same. That is weaker evidence than a later campaign.",
    "None of {n} campaigns was over before another one was sent, so the schemes are "
    "judged on other customers of the same. That is weaker evidence than a later "
    "campaign.",
)
_NO_WAVE_OVER = markn(
    "{n} wave of campaigns was not over before another one was sent, so the schemes "
    "are judged on other customers of the same. That is weaker evidence than a later "
    "campaign.",
    "None of {n} waves of campaigns was over before another one was sent, so the "
    "schemes are judged on other customers of the same. That is weaker evidence than "
    "a later campaign.",
)


def _trickles(found: list[Wave]) -> bool:
    # A campaign that trickles on is counted by its waves.
    return len({w.campaign_id for w in found}) < len(found)


def _count(found: list[Wave]) -> str:
    if _trickles(found):
        return trn("{n} wave of campaigns", "{n} waves of campaigns", len(found))
    return trn("{n} campaign", "{n} campaigns", len(found))


def _count_later(found: list[Wave]) -> str:
    if _trickles(found):
        one, many = markn("{n} later wave of campaigns", "{n} later waves of campaigns")
    else:
        one, many = markn("{n} later campaign", "{n} later campaigns")
    return trn(one, many, len(found))


def _nothing(plan: CampaignPlan, window_days: int) -> str:
    reasons = Counter(w.role for w in plan.waves)
    if not reasons:
        return tr("No campaign was sent before as_of, so nothing is judged.")
    if reasons["too_early"] and 2 * window_days < plan.outcome_days:
        return why_nothing(window_days, plan.outcome_days)
    return tr(
        "No campaign can be learned from, so nothing is judged: {reasons}.",
        reasons=_told(reasons),
    )


def _left_out(plan: CampaignPlan) -> list[str]:
    """Say what became of campaigns without a part, if there are any."""
    reasons = Counter(w.role for w in plan.waves if w.role in LEFT_OUT)
    if not reasons:
        return []
    return [tr("Without a part: {reasons}.", reasons=_told(reasons))]


def _told(reasons: Counter[str]) -> str:
    return semicolons(
        trn(*LEFT_OUT[role], n, most=MOST_WAVES) for role, n in reasons.items()
    )
