"""What customers do without an experiment, over its own days: worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
from history.test_season import by_spend

from segtools.experiments.learned import missing_history, outcomes_over
from segtools.experiments.planner import plan_experiment
from segtools.features.build import supported
from segtools.features.catalogue import Window
from segtools.report.experiments import plan_sentences
from segtools.timezones import DAY

NOW = int(pd.Timestamp("2024-12-01").timestamp())
WINDOW = Window(NOW, 60)
FIRST = NOW - 120 * DAY


def orders():
    """Of 20 who spent much and 40 who spent little then, some come back since.

    Ten of the first spend 50 in the last 30 days, the others nothing; each of the
    second spends 200, which would make all of them large if it were looked at.
    """
    rows = []
    for i in range(60):
        rows.append((f"c{i:02d}", NOW - 40 * DAY, 150.0 if i < 20 else 20.0))
        if i < 10:
            rows.append((f"c{i:02d}", NOW - 29 * DAY, 50.0))
        if i >= 20:
            rows.append((f"c{i:02d}", NOW - 1 * DAY, 200.0))
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "amount"])
    return frame.assign(
        ordered_at=pd.to_datetime(frame["ordered_at"], unit="s"),
        order_id=np.arange(len(frame)).astype(str),
        is_return=False,
    )


def learned(shop_of, days=30, goal="grow_spend", first=FIRST):
    shop = shop_of({"orders": orders()})
    features, _ = supported(shop, ["value", "loyalty"])
    model = by_spend()
    model.features = [{"name": "spend_total"}]
    return outcomes_over(shop, WINDOW, first, features, model, goal=goal, days=days)


def test_segments_are_those_of_then_and_money_is_of_since(shop_of):
    found, why_not = learned(shop_of)
    assert why_not == ""
    assert {k: v["n"] for k, v in found.items()} == {"S01": 20, "S02": 40}
    # Half of twenty spent 50: a mean and a spread of 25. Forty spent 200 each.
    assert (found["S01"]["mean"], found["S01"]["sd"]) == (25.0, 25.0)
    assert (found["S02"]["mean"], found["S02"]["sd"]) == (200.0, 0.0)


def test_shares_are_counted_where_the_goal_is_one(shop_of):
    found, _ = learned(shop_of, goal="keep_customers")
    assert found["S01"]["mean"] == 0.5
    assert found["S02"]["mean"] == 1.0


def test_fewer_days_see_less(shop_of):
    found, _ = learned(shop_of, days=10)
    # Whoever spent 50 since the first window spent 200 in it: 40 days ago and 29.
    assert found["S01"]["mean"] == 0.0
    assert found["S02"]["mean"] == 200.0


def test_a_history_that_is_too_short_says_how_much_is_missing(shop_of):
    assert missing_history(WINDOW, FIRST, 60) == 0
    found, why_not = learned(shop_of, days=70)
    assert found == {}
    assert why_not == (
        "to see what customers do in 70 days, 10 more days of history are needed"
    )
    found, why_not = learned(shop_of, goal="respond_to_campaign")
    assert (found, why_not) == (
        {},
        "what comes of a campaign is known of its receivers only",
    )


def planned(outcomes, days, learned_days=None, goal="grow_spend", why_not=""):
    groups = [
        {
            "segment_id": "S01",
            "segment": "Large",
            "rank": 1,
            "treatment": 400,
            "holdout": 100,
        }
    ]
    block = {"name": "spring", "holdout": 0.2, "days": days}
    plan = plan_experiment(
        groups, outcomes, block, goal=goal, days=90, learned_days=learned_days
    )
    record = {"plan": plan | {"why_not": why_not}, "running": []}
    return plan, plan_sentences(record, "EUR")


def test_a_plan_uses_what_was_learned_over_its_own_days_and_nothing_else(shop_of):
    found, _ = learned(shop_of)
    plan, said = planned(found, 30, 30)
    # 2.8 standard errors, of a spread of 25 in arms of 400 and 100; a lift on top of a
    # mean of 25 spreads a little more.
    errors = plan["everyone"]["smallest_effect"] / (25 * np.sqrt(1 / 400 + 1 / 100))
    assert 2.8 < errors < 3.2
    by_hand, _ = planned({"S01": {"mean": 25.0, "sd": 25.0, "n": 20}}, 30, 30)
    assert by_hand["everyone"] == plan["everyone"]
    assert "in the 30 days after" in " ".join(said)
    plan, said = planned(found, 30)  # learned over 90 days
    assert plan["everyone"]["smallest_effect"] is None
    assert "not known" in " ".join(said)


def test_a_plan_that_cannot_be_made_says_why_and_what_to_do():
    _, said = planned({}, 30, 30, why_not="10 more days of history are needed")
    assert said[1] == (
        "What it could find is not known: 10 more days of history are needed. Leave "
        "`days` out to plan with outcome_days, or read a longer past."
    )
    _, said = planned({}, 30, 30, goal="win_back")
    assert said[1].endswith("Give `base`, the share who do it anyway.")
