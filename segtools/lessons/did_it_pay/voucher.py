"""A shop's voucher of which the simulation knows what it really brought.

Every customer has two futures: with the voucher and without. A shop sees one of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
import pandas as pd

from segtools.experiments.arms import Campaign
from segtools.experiments.assignment import assign_arms
from segtools.experiments.checks import sample_ratio
from segtools.experiments.lift import share_lifts
from segtools.experiments.readout import read_out

MARGIN, VOUCHER = 15.0, 4.0  # euros earned on a purchase; euros of a voucher
MAILED = 3000  # customers of the first campaign: the best by past spend
MONTHS, PER_MONTH = 6, 1500
TREATED_BACK, HELD_BACK = 7_200, 2_000
MANY = 12  # segments that are tested in an exercise
LOOKS, TESTS = 30, 2000
# id, name, customers, who buys anyway, more who buy with it, past spend (log, spread)
_SEGMENTS = (
    ("S01", "Regulars", 3000, 0.40, 0.00, 5.5, 0.5),
    ("S02", "Occasional", 4500, 0.10, 0.06, 4.2, 0.6),
    ("S03", "Sleepers", 4500, 0.03, 0.02, 3.2, 0.7),
)


@dataclass(frozen=True, eq=False)
class Paid:
    """The customers of one variant, with both of their futures.

    Attributes
    ----------
    customers : DataFrame
        ``customer_id``, ``segment_id``, ``segment``, ``past_spend``, and whether they
        buy ``without`` the voucher and ``with_it``.
    seed : int
    """

    customers: pd.DataFrame
    seed: int

    @cached_property
    def best(self) -> np.ndarray:
        """Whether each got the voucher in the first campaign: the best by spend."""
        rank = self.customers["past_spend"].rank(method="first", ascending=False)
        return np.asarray(rank <= MAILED)

    @cached_property
    def lot(self) -> np.ndarray:
        """Whether each gets it in the second one: half of each segment, by lot."""
        people = self.customers[["customer_id", "segment_id", "segment"]]
        arms = assign_arms(
            people, "voucher", holdout=0.5, seed=self.seed, as_of="2024-10-01"
        ).set_index("customer_id")["arm"]
        return np.asarray(self.customers["customer_id"].map(arms) == "treatment")

    def bought(self, got: np.ndarray) -> np.ndarray:
        """Give who buys, if those in `got` receive the voucher."""
        both = self.customers[["without", "with_it"]].to_numpy()
        return np.where(got, both[:, 1], both[:, 0])


@cache
def data(seed: int) -> Paid:
    """Make the customers of a variant."""
    rng = np.random.default_rng(seed)
    frames = [_segment(rng, *row) for row in _SEGMENTS]
    everyone = pd.concat(frames, ignore_index=True)
    mixed = everyone.iloc[rng.permutation(len(everyone))].reset_index(drop=True)
    mixed.insert(0, "customer_id", [f"C{i:05}" for i in range(len(mixed))])
    return Paid(mixed, seed)


def _segment(
    rng: np.random.Generator, key: str, name: str, n: int, *shape: float
) -> pd.DataFrame:
    anyway, lift, level, spread = shape
    lot = rng.random(n)
    return pd.DataFrame(
        {
            "segment_id": key,
            "segment": name,
            "past_spend": rng.lognormal(level, spread, n).round(2),
            "without": lot < anyway,
            "with_it": lot < anyway + lift,
        }
    )


def difference(paid: Paid, got: np.ndarray) -> float:
    """Give the share of receivers who bought less that of all others."""
    bought = paid.bought(got)
    return float(bought[got].mean() - bought[~got].mean())


def true_lift(paid: Paid, who: np.ndarray | None = None) -> float:
    """Give what the voucher really changes, which only a simulation knows."""
    rows = paid.customers if who is None else paid.customers[who]
    return float(rows["with_it"].mean() - rows["without"].mean())


def readout(paid: Paid, *, send_to_best: bool = False) -> dict[str, Any]:
    """Read the second campaign out, or the first as if a lot had been drawn."""
    got = paid.best if send_to_best else paid.lot
    bought = paid.bought(got)
    rows = paid.customers.assign(
        treated=got,
        responded=bought.astype(int),
        spend=np.where(bought, 50.0, 0.0),
        spend_before=paid.customers["past_spend"],
        cost=np.where(got, 0.05, 0.0),
    )
    named = [{"segment_id": s[0], "segment": s[1]} for s in _SEGMENTS]
    holdout = 0.5 if not send_to_best else 1 - MAILED / len(rows)
    campaign = Campaign("Voucher", rows, named, 30, "segments of before it", holdout)
    return read_out(campaign, goal="retain")


def anyway_share(paid: Paid) -> float:
    """Give the share of the first campaign's buyers who would have bought anyway."""
    got = paid.customers[paid.best]
    return float(got["without"].sum() / got["with_it"].sum())


def profit(paid: Paid, got: np.ndarray) -> float:
    """Give what a campaign earned in euros, beyond what happens without it."""
    rows = paid.customers[got]
    more = rows["with_it"].sum() - rows["without"].sum()
    return float(MARGIN * more - VOUCHER * rows["with_it"].sum())


def by_chance(segments: int = MANY, level: float = 0.05) -> float:
    """Give the chance that at least one of some idle tests alarms."""
    return float(1 - (1 - level) ** segments)


def dealt_check() -> dict[str, Any]:
    """Compare the arms that came back with the lot: a fifth was to be held back."""
    return sample_ratio(HELD_BACK, HELD_BACK + TREATED_BACK, 0.2)


def chosen_over_months(paid: Paid, *, hold_back: bool) -> pd.DataFrame:
    """Let a team choose one segment a month, by what it can see of the months before.

    Without a hold-out it sees responses, with one it sees lifts. In the first three
    months each segment has its turn; a third is held back where any are.
    """
    rng = np.random.default_rng([paid.seed, hold_back])
    seen: dict[str, list[float]] = {s[1]: [] for s in _SEGMENTS}
    rows, earned = [], 0.0
    for month in range(1, MONTHS + 1):
        fresh = [name for name, scores in seen.items() if not scores]
        name = fresh[0] if fresh else max(seen, key=lambda s: float(np.mean(seen[s])))
        gain, score = _one_month(paid, name, hold_back=hold_back, rng=rng)
        seen[name].append(score)
        earned += gain
        rows.append({"Month": month, "Segment": name, "earned": earned})
    return pd.DataFrame(rows)


def _one_month(
    paid: Paid, name: str, *, hold_back: bool, rng: np.random.Generator
) -> tuple[float, float]:
    """Write to some of a segment; give what it earned and what the team saw of it."""
    own = np.flatnonzero((paid.customers["segment"] == name).to_numpy())
    drawn = rng.permutation(own)[:PER_MONTH]
    cut = PER_MONTH // 3 if hold_back else 0
    got, held = (
        np.isin(np.arange(len(paid.customers)), part)
        for part in (drawn[cut:], drawn[:cut])
    )
    rows = paid.customers
    response = float(rows.loc[got, "with_it"].mean())
    if not hold_back:
        return profit(paid, got), response
    return profit(paid, got), _worth(response, float(rows.loc[held, "without"].mean()))


def _worth(response: float, held: float) -> float:
    return MARGIN * (response - held) - VOUCHER * response


def false_alarms(*, peek: bool, seed: int) -> float:
    """Give how often a voucher that changes nothing is found to change something.

    A month of customers; the test is read once at its end, or on each of `LOOKS` days
    until it finds something, for better or worse.
    """
    rng = np.random.default_rng(seed)
    daily = rng.binomial(40, 0.1, size=(2, TESTS, LOOKS)).cumsum(axis=-1)
    n = 40 * np.arange(1, LOOKS + 1)
    p = share_lifts(daily[0], n, daily[1], n).p
    return float(((p < 0.05).any(axis=-1) if peek else p[:, -1] < 0.05).mean())
