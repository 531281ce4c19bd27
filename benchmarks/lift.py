"""Are experiments right as often as they say? Chance alone, planned lifts, intervals.

Five segments of unequal size and rate, a fifth held back. Without a lift anywhere: in
how many runs is one found? With the lift for which it was planned, in one segment:
in how many is it found there? And how often do intervals hold the truth?
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np

from segtools.experiments.lift import (
    Lifts,
    Moments,
    beyond_chance,
    heterogeneity,
    money_lifts,
    pooled,
    share_lifts,
)
from segtools.experiments.planner import Design, smallest_effect
from segtools.experiments.policy import policy_value

RUNS = 2_000
HOLDOUT = 0.2
CUSTOMERS = np.array([1000, 800, 600, 1200, 900])
RATES = np.array([0.06, 0.1, 0.15, 0.2, 0.3])
SPREADS = np.array([0.6, 0.8, 0.7, 0.9, 0.8])
PLANNED = 3  # the segment that has a lift


@dataclass(frozen=True)
class Found:
    """Shares of runs.

    Attributes
    ----------
    false : float
        Something was found where nothing is.
    power : float
        The planned lift was found where it is.
    covered : ndarray
        Intervals that hold the truth, by segment, with the lift in one of them.
    whole : float
        The same for everyone together.
    differ : float
        Segments were said to differ where they do not.
    """

    false: float
    power: float
    covered: np.ndarray
    whole: float
    differ: float


def arms() -> tuple[np.ndarray, np.ndarray]:
    """Give customers by segment who are treated, and who are held back."""
    held = np.round(CUSTOMERS * HOLDOUT).astype(int)
    return CUSTOMERS - held, held


def draw_shares(rng: np.random.Generator, lift: np.ndarray, runs: int) -> Lifts:
    """Draw responses of all runs at once."""
    got, held = arms()
    x = rng.binomial(got, RATES + lift, (runs, len(got)))
    y = rng.binomial(held, RATES, (runs, len(got)))
    return share_lifts(x, got, y, held)


def spend(
    rng: np.random.Generator, place: int, n: int, runs: int, more: float = 1.0
) -> np.ndarray:
    """Draw what customers of a segment spend: most nothing, a few much."""
    buys = rng.random((runs, n)) < RATES[place] * more
    return buys * rng.lognormal(3.0, SPREADS[place], (runs, n))


def draw_money(rng: np.random.Generator, lift: np.ndarray, runs: int) -> Lifts:
    """Draw spend of all runs at once; with a lift, more customers buy."""
    got, held = arms()
    sides = []
    for sizes, effect in ((got, lift), (held, 0 * lift)):
        each = [
            _moments(spend(rng, i, n, runs, 1 + effect[i] / mean_spend()[i]))
            for i, n in enumerate(sizes)
        ]
        columns = (np.stack(parts, axis=1) for parts in zip(*each, strict=True))
        sides.append(Moments(*columns))
    return money_lifts(*sides)


def _moments(y: np.ndarray) -> tuple[np.ndarray, ...]:
    mean = y.mean(axis=1)
    away = y - mean[:, None]
    n = np.full(len(y), float(y.shape[1]))
    rest = (away**2).sum(axis=1) / (n - 1), (away**3).mean(axis=1)
    return n, mean, *rest, (away**4).mean(axis=1)


def mean_spend() -> np.ndarray:
    """Give what a customer of each segment spends without a lift."""
    return np.asarray(RATES * np.exp(3.0 + SPREADS**2 / 2))


def planned_lift(*, share: bool) -> np.ndarray:
    """Give the lift that one segment's plan finds four times in five, 0 elsewhere."""
    square = RATES * np.exp(6.0 + 2 * SPREADS**2)
    sd = np.sqrt(square - mean_spend() ** 2)
    design = Design(
        customers=float(CUSTOMERS[PLANNED]),
        holdout=HOLDOUT,
        base=float((RATES if share else mean_spend())[PLANNED]),
        sd=float(sd[PLANNED]),
        share=share,
        alpha=0.05 / len(CUSTOMERS),
    )
    lift = np.zeros(len(CUSTOMERS))
    lift[PLANNED] = smallest_effect(design) or 0.0
    return lift


def measure(*, share: bool, runs: int = RUNS, seed: int = 1) -> Found:
    """Simulate experiments without any lift, and with the planned one."""
    rng = np.random.default_rng(seed)
    draw = draw_shares if share else draw_money
    lift = planned_lift(share=share)
    none, some = draw(rng, 0 * lift, runs), draw(rng, lift, runs)
    covers = (some.low <= lift) & (lift <= some.high)
    whole = pooled(some, CUSTOMERS)
    true = float((lift * CUSTOMERS).sum() / CUSTOMERS.sum())
    return Found(
        false=float(beyond_chance(none).any(axis=-1).mean()),
        power=float(beyond_chance(some)[:, PLANNED].mean()),
        covered=covers.mean(axis=0),
        whole=float(((whole.low <= true) & (true <= whole.high)).mean()),
        differ=float((heterogeneity(none)["p"] <= 0.05).mean()),
    )


def choosing(lift: np.ndarray, runs: int = 200, seed: int = 2) -> tuple[float, float]:
    """Say how often choosing by segment is found to beat, and to lose against, all."""
    rng = np.random.default_rng(seed)
    code = np.repeat(np.arange(len(CUSTOMERS)), CUSTOMERS)
    won = lost = 0
    for _ in range(runs):
        treated = rng.random(len(code)) >= HOLDOUT
        rate = RATES[code] + np.where(treated, lift[code], 0)
        outcome = (rng.random(len(code)) < rate).astype(float)
        fold = rng.integers(0, 10, len(code))
        value = policy_value(outcome, treated, code, fold=fold)
        won += value.low > 0
        lost += value.high < 0
    return won / runs, lost / runs


def main() -> None:
    """Print shares of runs beside what is asked of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    runs = parser.parse_args().runs
    for share in (True, False):
        found = measure(share=share, runs=runs)
        print("shares who respond" if share else "money a customer")
        print(f"  found without a lift      {found.false:.3f} (0.04 to 0.06)")
        print(f"  planned lift found        {found.power:.3f} (0.80)")
        print(f"  intervals hold the truth  {found.covered.round(3)} (0.94 to 0.96)")
        print(f"  the interval of everyone  {found.whole:.3f} (0.94 to 0.96)")
        print(f"  said to differ, and do not {found.differ:.3f} (0.05)")
    for name, lift in (
        ("helps all alike", np.full(5, 0.03)),
        ("helps two, harms three", np.array([0.05, 0.05, -0.06, -0.06, -0.06])),
    ):
        won, lost = choosing(lift)
        print(f"choosing by segment, {name}: beats {won:.3f}, loses {lost:.3f}")


if __name__ == "__main__":
    main()
