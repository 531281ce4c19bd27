"""What a team agrees on before it sees segments: lesson 1's readiness and goals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from segtools import goals, plots
from segtools.config import RunConfig
from segtools.history.goal_thread import goal_changes, goal_sentence
from segtools.history.snapshot import Snapshot
from segtools.lessons.what_for.coupon_book import Spring, segments
from segtools.plots.display import Display, finding
from segtools.records import digest

AGREED = {"response": 70.0, "spend": 15.0, "size": 15.0}
DRIFTED = {"response": 20.0, "spend": 60.0, "size": 20.0}


def base(spring: Spring) -> Display:
    """Say in one sentence who the shop's customers are."""
    return finding(goals.base_sentence(goals.survey(spring.shop), "EUR"))


def readiness(spring: Spring, decision: str = "", **said: str) -> pd.DataFrame:
    """Ask the five questions of stage 01 of this shop.

    Parameters
    ----------
    spring : Spring
    decision : str, default=""
        The decision that segments would change.
    **said : str
        Answers that only people can give: ``implement``, ``resources``, ``act``.
    """
    config = RunConfig(
        project="lesson",
        timezone="Europe/Berlin",
        source={"system": "sample"},
        decision=decision,
        readiness=said,
    )
    rows = goals.readiness(config, goals.survey(spring.shop), spring.shop)
    return pd.DataFrame(rows).rename(columns=str.capitalize)


def criteria() -> pd.DataFrame:
    """List the knock-out criteria of the kit."""
    rows = pd.DataFrame(goals.KNOCK_OUT, columns=["Criterion", "A segment passes if"])
    # Students have not met the configuration yet.
    return rows.replace("min_share", "the share agreed on", regex=True)


def moved_goals() -> Display:
    """Hold the goals of March against those of January, as a run's pages do."""
    nobody = pd.DataFrame({"customer_id": [], "segment_id": [], "segment": []})
    then, now = (
        Snapshot(day, nobody, records={"goals": meeting(weights)})
        for day, weights in (("2025-01-15", AGREED), ("2025-03-15", DRIFTED))
    )
    table = plots.table(goal_changes(then, now), caption="What changed since January")
    return plots.together(finding(goal_sentence(then, now)), table)


def ratings(spring: Spring) -> pd.DataFrame:
    """Rate the four segments from 0 (worst) to 100 (best) on each criterion."""
    rows = segments(spring).rename(columns={"share": "size"})
    rated = rows[list(AGREED)]
    span = rated.max() - rated.min()
    return (100 * (rated - rated.min()) / span).round(0).assign(segment=rows["segment"])


def scores(spring: Spring, weights: Mapping[str, float]) -> pd.Series:
    """Weigh the ratings: each segment's points out of 100, the best first."""
    rated = ratings(spring).set_index("segment")
    points = sum(rated[name] * weight / 100 for name, weight in weights.items())
    return pd.Series(points).sort_values(ascending=False)


def meeting(weights: Mapping[str, float]) -> dict[str, Any]:
    """Write down what a meeting decided, with its fingerprint."""
    criteria = [
        {"name": name, "kind": "attractiveness", "weight": weight}
        for name, weight in weights.items()
    ]
    decided = {
        "goal": "respond_to_campaign",
        "decision": "Who gets the spring coupon book",
        "criteria": criteria,
    }
    return decided | {"hash": digest(decided)}


def minutes(spring: Spring) -> pd.DataFrame:
    """List what three meetings wrote down; the segments were shown at the second."""
    rows = []
    for month, weights in (
        ("January", AGREED),
        ("February", AGREED),
        ("March", DRIFTED),
    ):
        record, best = meeting(weights), scores(spring, weights)
        rows.append(
            {
                "Meeting": month,
                "Customers": len(spring.people),
                "Fingerprint": record["hash"],
                "Winner": best.index[0],
                "Score": best.iloc[0],
            }
        )
    table = pd.DataFrame(rows)
    table.loc[0, ["Winner", "Score"]] = [None, None]
    table.attrs["formats"] = {"Customers": "count", "Score": "rounded"}
    return table
