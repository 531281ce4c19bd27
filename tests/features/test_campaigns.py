"""Which campaigns teach, which judge, and how far back their features look."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segtools import plots
from segtools.features.campaigns import (
    MOST_WAVES,
    PARTS,
    CampaignPlan,
    divide,
    plan_campaigns,
)
from segtools.features.waves import Wave
from segtools.schema import DataError
from segtools.timezones import DAY

NOW = pd.Timestamp("2024-12-01")
T = int(NOW.timestamp())
PEOPLE = [f"c{i:02d}" for i in range(30)]


def sent(name: str, days_ago: float, people=PEOPLE, held_back=0) -> pd.DataFrame:
    """Sendings of one campaign, all at one instant."""
    moment = NOW - pd.Timedelta(hours=round(24 * days_ago))
    frame = pd.DataFrame({"campaign_id": name, "customer_id": people})
    treated = [i >= held_back for i in range(len(people))]
    return frame.assign(sent_at=moment, treated=treated)


@pytest.fixture
def plan(shop_of):
    """Give a function from campaigns to the plan; all customers bought long ago."""

    def make(*campaigns, history=400, window=180, outcome=30, **more) -> CampaignPlan:
        first = NOW - pd.Timedelta(days=history)
        orders = pd.DataFrame({"customer_id": PEOPLE, "ordered_at": first})
        orders = orders.assign(amount=5.0, is_return=False)
        frames = {"orders": orders, "campaigns": pd.concat(campaigns)}
        shop = shop_of(frames)
        shop.tables["conversions"] = shop.tables["campaigns"]
        start = T - history * DAY
        days = {"window_days": window, "outcome_days": outcome}
        return plan_campaigns(shop, T, start, **days, **more)

    return make


def parts(found: CampaignPlan) -> dict[str, str]:
    return {w.campaign_id: w.role for w in found.waves}


def test_the_latest_campaign_judges_and_earlier_ones_teach(plan):
    found = plan(sent("a", 200), sent("b", 140), sent("c", 60))
    assert found.evidence == "out_of_time"
    assert parts(found) == {"a": "teaches", "b": "teaches", "c": "judges"}
    assert found.judging.learn_origin == T - 200 * DAY
    assert found.judging.judge_origin == T - 60 * DAY
    assert (found.final.learn_origin, found.final.judge_origin) == (T - 200 * DAY, T)
    assert "learned from 2 campaigns and were judged on 1 later campaign" in (
        found.sentence
    )


def test_small_late_campaigns_judge_together(plan):
    found = plan(sent("a", 200), sent("b", 90, PEOPLE[:9]), sent("c", 60, PEOPLE[9:18]))
    assert parts(found) == {"a": "teaches", "b": "judges", "c": "judges"}


def test_a_campaign_that_was_not_over_before_the_judging_one_teaches_only_at_last(plan):
    found = plan(sent("a", 200), sent("b", 70), sent("c", 60))
    assert parts(found) == {"a": "teaches", "b": "at_last", "c": "judges"}
    exact = plan(sent("a", 200), sent("b", 90), sent("c", 60))
    assert parts(exact)["b"] == "teaches"  # over at the very instant


def test_a_campaign_that_is_not_over_takes_no_part_and_is_told(plan):
    found = plan(sent("a", 200), sent("b", 100), sent("c", 29.9))
    assert parts(found) == {"a": "teaches", "b": "judges", "c": "not_over"}
    assert found.sentence.endswith("Without a part: 1 not over yet.")
    assert parts(plan(sent("a", 200), sent("c", 30)))["c"] == "judges"


def test_both_origins_of_a_leg_look_back_as_far_as_its_first_campaign(plan):
    found = plan(sent("a", 200), sent("b", 100), history=300, window=180)
    assert (found.judging.window_days, found.final.window_days) == (100, 100)
    assert found.window().days == 100


def test_an_early_campaign_does_not_shorten_the_window_of_all(plan):
    three = [sent("a", 260), sent("b", 120), sent("c", 60)]
    found = plan(*three, history=300)
    assert parts(found) == {"a": "too_early", "b": "teaches", "c": "judges"}
    assert found.final.window_days == 180
    # Of two it is needed: a short window is better than no later campaign.
    two = plan(sent("a", 260), sent("c", 60), history=300)
    assert parts(two) == {"a": "teaches", "c": "judges"}
    assert two.final.window_days == 40


def test_one_campaign_is_judged_on_other_customers_which_is_weaker(plan):
    found = plan(sent("a", 60))
    assert (found.evidence, found.judging) == ("cross_fitted", None)
    assert parts(found) == {"a": "both"}
    assert found.sentence.startswith("Only one campaign is over and has enough")
    assert "weaker evidence" in found.sentence


def test_campaigns_that_overlap_are_judged_on_other_customers(plan):
    found = plan(sent("a", 70), sent("b", 60))
    assert parts(found) == {"a": "both", "b": "both"}
    assert found.sentence.startswith("None of 2 campaigns was over before another")


@pytest.mark.parametrize(
    ("days_ago", "history", "why"),
    [
        (10, 400, "1 not over yet"),
        (90, 100, "1 with too little history before"),
        (90, 80, "1 without receivers who had bought before"),
    ],
)
def test_without_a_campaign_to_learn_from_the_reason_is_said(
    plan, days_ago, history, why
):
    found = plan(sent("a", days_ago), history=history)
    assert (found.evidence, found.final) == ("not_judged", None)
    assert found.sentence == (
        f"No campaign can be learned from, so nothing is judged: {why}."
    )


def test_campaigns_from_as_of_on_are_not_known(plan):
    late = sent("z", -5)
    assert plan(sent("a", 200), sent("b", 60), late) == plan(
        sent("a", 200), sent("b", 60)
    )
    found = plan(late)
    assert found.sentence == "No campaign was sent before as_of, so nothing is judged."


def test_a_window_too_short_for_the_outcome_is_the_reason(plan):
    found = plan(sent("a", 200), window=14)
    assert found.sentence.startswith("Features that look back 14 days are too short")


def test_a_campaign_that_trickles_on_teaches_in_waves_and_not_too_many(plan):
    trickle = [sent("welcome", 380 - 8 * k, PEOPLE[k % 30 :]) for k in range(40)]
    found = plan(*(t.head(1) for t in trickle), history=600)
    taken = found.having("teaches", "judges", "at_last")
    assert len(taken) == MOST_WAVES
    assert found.having("too_old")
    assert "waves of campaigns" in found.sentence


def test_counts_of_few_customers_are_not_shown(plan):
    found = plan(sent("a", 200, held_back=4), sent("b", 60, PEOPLE[:8]))
    record = found.record()["campaigns"]
    counts = [(c["receivers"], c["held_back"], c["strangers"]) for c in record]
    assert counts == [(26, None, 0), (None, 0, 0)]
    assert record[0]["origin"] == "2024-05-15T00:00:00Z"
    table = found.table("Europe/Berlin")
    assert table["Receivers"].isna().tolist() == [False, True]
    assert table["Sent from"].tolist() == ["2024-05-15 02:00", "2024-10-02 02:00"]
    least = plan(sent("a", 200), sent("b", 60, PEOPLE[:8]), smallest_cell=5)
    assert least.record()["campaigns"][1]["receivers"] == 8


def test_a_hostile_name_of_a_campaign_stays_text(plan):
    name = "<img src=x onerror=alert(1)> $x^2$ | =1+1"
    found = plan(sent(name, 200), sent("b", 60))
    shown = plots.table(found.table("UTC"), caption="Legs")
    assert "<img" not in shown.html
    assert "&lt;img" in shown.html
    assert name not in found.sentence


def test_every_part_has_its_words(plan):
    three = [sent("a", 260), sent("b", 120), sent("c", 60), sent("d", 5)]
    found = plan(*three, history=300)
    assert {w.role for w in found.waves} <= set(PARTS)
    said = found.table("UTC")["Part in the contest"].tolist()
    assert said == [PARTS[w.role] for w in found.waves]


def test_without_its_tables_the_goal_cannot_be_planned(shop_of, orders):
    with pytest.raises(DataError, match="campaigns and conversions are not"):
        plan_campaigns(
            shop_of({"orders": orders}), T, 0, window_days=180, outcome_days=30
        )


@given(
    days=st.lists(st.integers(0, 400), max_size=12),
    sizes=st.lists(st.integers(1, 500), min_size=12, max_size=12),
    step=st.integers(1, 120),
)
def test_whoever_teaches_was_over_before_anything_that_judges(days, sizes, step):
    made = [
        Wave(f"k{i}", day, day + i % 3, n)
        for i, (day, n) in enumerate(zip(sorted(days), sizes, strict=False))
    ]
    teach, judge = divide(made, step)
    assert bool(teach) == bool(judge)
    assert not set(teach) & set(judge)
    for one in teach:
        assert all(one.last + step <= other.origin for other in judge)
