"""Made-up learning data: features of two origins and an outcome with known truth."""

import numpy as np
import pandas as pd

from segtools.segmentation.scheme import Task

PARTS = ("judging_learn", "judging_judge", "final_learn")
MISSING = 0.1


def draw_features(rng, liking):
    """Draw what customers of a given liking would show in one window."""
    n = len(liking)
    orders = 1 + rng.poisson(np.exp(1 + 0.7 * liking))
    basket = np.round(rng.gamma(8, 4, n), 2)
    frame = pd.DataFrame(
        {
            "recency_days": np.round(rng.exponential(20 * np.exp(-0.5 * liking)), 3),
            "n_orders": orders.astype(float),
            "spend_total": np.round(orders * basket, 2),
            "interval_days": np.round(90 / orders, 3),
            "evening_share": np.round(rng.random(n), 3),
        }
    )
    frame.loc[rng.random(n) < MISSING, "interval_days"] = np.nan
    return frame.set_axis([f"c{i:04d}" for i in range(n)])


def draw_outcome(rng, liking, goal, noise):
    """Draw what they do next: spend, or whether they come back."""
    n = len(liking)
    drive = rng.normal(size=n) if noise else liking
    if goal == "grow_spend":
        return np.round(rng.gamma(2, 25, n) * np.exp(0.9 * drive), 2)
    return (rng.random(n) < 1 / (1 + np.exp(-1.5 * drive))).astype(float)


def make_learning(
    n=300, seed=0, goal="grow_spend", *, noise=False, parts=PARTS
) -> pd.DataFrame:
    """Make what `build_learning` gives: parts, features and outcomes."""
    rng = np.random.default_rng(seed)
    liking = rng.normal(size=n)
    pieces = []
    for part in parts:
        frame = draw_features(rng, liking).rename_axis("customer_id").reset_index()
        frame.insert(0, "part", part)
        frame["outcome"] = draw_outcome(rng, liking, goal, noise)
        pieces.append(frame)
    return pd.concat(pieces, ignore_index=True)


def make_task(n=300, seed=0, goal="grow_spend", *, noise=False, **more) -> Task:
    """Make a task of learning at one origin for the next."""
    rng = np.random.default_rng(seed)
    liking = rng.normal(size=n)
    features = draw_features(rng, liking)
    outcome = pd.Series(draw_outcome(rng, liking, goal, noise), features.index)
    given = {"n_segments": 4, "min_share": 0.05, "seed": 1} | more
    at = draw_features(rng, liking)
    return Task(features=features, outcome=outcome, at=at, goal=goal, **given)


def population(n=300, seed=0, dormant=12) -> pd.DataFrame:
    """Make everyone at the origin, some of whom have never ordered."""
    rng = np.random.default_rng(seed)
    frame = draw_features(rng, rng.normal(size=n))
    frame.iloc[-dormant:] = np.nan
    return frame.rename_axis("customer_id").reset_index()
