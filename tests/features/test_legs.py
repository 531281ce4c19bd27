"""The legs of the contest: what is learned when, judged when, looking back how far."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from segtools.features.build import collect, features_at, supported
from segtools.features.catalogue import Window
from segtools.features.legs import Leg, build_learning, plan_legs
from segtools.timezones import DAY, epoch, instant

T = epoch(instant("2024-07-01", "UTC"))


def plan(history_days: float, window=180, outcome=92, goal="grow_spend"):
    first = T - int(history_days * DAY)
    return plan_legs(T, first, window_days=window, outcome_days=outcome, goal=goal)


def test_long_history_is_judged_out_of_time_with_full_windows():
    found = plan(1000)
    assert found.evidence == "out_of_time"
    assert found.judging == Leg("judging", T - 2 * 92 * DAY, T - 92 * DAY, 180)
    assert found.final == Leg("final", T - 92 * DAY, T, 180)
    assert found.window_days == 180
    assert "judged on the next one" in found.sentence


def test_the_complete_journey_is_judged_on_89_days_at_both_origins():
    # From 2017-01-01 06:53 to 2017-10-01 in New York: 272.7 days, 184 of them needed.
    origin = epoch(instant("2017-10-01", "America/New_York"))
    first = epoch(instant("2017-01-01T06:53", "America/New_York"))
    found = plan_legs(
        origin, first, window_days=180, outcome_days=92, goal="grow_spend"
    )
    assert found.evidence == "out_of_time"
    assert (found.judging.window_days, found.final.window_days) == (89, 180)
    assert found.window() == Window(origin, 180)


@pytest.mark.parametrize(
    ("history", "evidence", "judging", "final"),
    [
        (184 + 46, "out_of_time", 46, 138),
        (184 + 44.9, "cross_fitted", None, 137),
        (184, "cross_fitted", None, 92),
        (92 + 46, "cross_fitted", None, 46),
        (92 + 44.9, "not_judged", None, None),
        (92, "not_judged", None, None),
        (10, "not_judged", None, None),
    ],
)
def test_evidence_weakens_as_history_shortens(history, evidence, judging, final):
    found = plan(history)
    windows = [leg and leg.window_days for leg in (found.judging, found.final)]
    assert (found.evidence, windows) == (evidence, [judging, final])


def test_weaker_evidence_says_that_it_is_weaker():
    assert "weaker evidence than a later period" in plan(200).sentence
    assert "nothing is judged" in plan(100).sentence


def test_a_window_too_short_for_the_outcome_is_named_as_the_reason():
    found = plan(1000, window=30)
    assert found.evidence == "not_judged"
    assert found.sentence == (
        "Features that look back 30 days are too short for an outcome of 92 days; "
        "nothing is judged."
    )


def test_without_a_leg_features_look_back_as_far_as_history_goes():
    assert plan(10).window_days == 10
    assert plan(9.2).window_days == 10  # a first day that is not whole counts
    assert plan(0).window_days == 1
    assert plan(1000, goal="understand").window_days == 180


def test_understanding_has_no_outcome_and_so_no_contest():
    found = plan(1000, goal="understand")
    assert (found.evidence, found.judging, found.final) == ("not_judged", None, None)
    assert found.sentence == "The goal has no outcome, so nothing is judged."
    assert found.record()["legs"] == []


@given(
    history=st.floats(0, 2000), window=st.integers(7, 400), outcome=st.integers(7, 400)
)
def test_no_leg_looks_back_beyond_history_or_window(history, window, outcome):
    found = plan(history, window, outcome)
    for leg in (found.judging, found.final):
        if leg:
            available = history - (T - leg.learn_origin) / DAY
            assert outcome / 2 <= leg.window_days <= min(window, available + 1)
            assert leg.judge_origin - leg.learn_origin == outcome * DAY
    # Scores mean the same where they are learned and where they are used.
    assert found.window_days == (found.final or found).window_days


def test_the_record_shows_instants_as_text():
    assert plan(1000).record()["legs"] == [
        {
            "name": "judging",
            "learn_origin": "2023-12-30T00:00:00Z",
            "judge_origin": "2024-03-31T00:00:00Z",
            "window_days": 180,
        },
        {
            "name": "final",
            "learn_origin": "2024-03-31T00:00:00Z",
            "judge_origin": "2024-07-01T00:00:00Z",
            "window_days": 180,
        },
    ]
    table = plan(1000).table("Europe/Berlin")
    local = ["2024-03-31 01:00", "2024-07-01 02:00"]
    assert table["Judge or assign at"].tolist() == local


H = 20  # outcome days of the small market below
NOW = pd.Timestamp("2024-03-31")


@pytest.fixture
def bought(rng) -> pd.DataFrame:
    """300 orders of 20 customers in the 100 days before `NOW`."""
    n = 300
    at = NOW - pd.to_timedelta(rng.integers(1, 100 * DAY, n), unit="s")
    return pd.DataFrame(
        {
            "customer_id": [f"c{i:02d}" for i in rng.integers(0, 20, n)],
            "ordered_at": at,
            "amount": rng.integers(100, 9000, n) / 100,
            "discount": rng.integers(0, 100, n) / 100,
            "is_return": False,
        }
    )


@pytest.fixture
def learn(shop_of):
    """What the contest learns from a frame of orders, one frame a part."""

    def run(frame: pd.DataFrame, goal: str = "grow_spend") -> dict[str, pd.DataFrame]:
        shop = shop_of({"orders": frame})
        origin = int(NOW.timestamp())
        start = origin - 100 * DAY
        legs = plan_legs(origin, start, window_days=40, outcome_days=H, goal=goal)
        known, _ = supported(shop)
        found = build_learning(shop.before(origin), legs, known, goal)
        return {
            str(part): rows.drop(columns="part").reset_index(drop=True)
            for part, rows in found.groupby("part")
        }

    return run


def ago(days: int) -> pd.Timestamp:
    return NOW - pd.Timedelta(days=days)


def wild(frame: pd.DataFrame, first: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    """Perturb and add orders between two instants."""
    inside = frame["ordered_at"].between(first, end, "left")
    odd = frame[inside].assign(amount=77_777.0, discount=5.0)
    new = odd.head(5).assign(customer_id="new", ordered_at=first)
    return pd.concat([frame[~inside], odd, odd.assign(customer_id="c00"), new])


def features_of(part: pd.DataFrame) -> pd.DataFrame:
    return part.drop(columns="outcome")


def test_each_part_is_features_at_its_origin_and_the_outcome_after(
    bought, learn, shop_of
):
    parts = learn(bought)
    assert set(parts) == {"judging_learn", "judging_judge", "final_learn"}
    shop = shop_of({"orders": bought})
    known, _ = supported(shop)
    for part, days in (("judging_learn", 40), ("judging_judge", 20)):
        window = Window(int(ago(days).timestamp()), 40)
        by_itself = collect(features_at(shop, window, known))
        assert_frame_equal(features_of(parts[part]), by_itself)
        period = bought["ordered_at"].between(ago(days), ago(days - 20), "left")
        spend = bought[period].groupby("customer_id")["amount"].sum()
        expected = by_itself["customer_id"].map(spend).fillna(0.0)
        assert parts[part]["outcome"].tolist() == pytest.approx(expected.tolist())
    assert_frame_equal(parts["final_learn"], parts["judging_judge"])


def test_nothing_from_the_origin_on_is_learned(bought, learn):
    future = bought.assign(ordered_at=bought["ordered_at"] + pd.Timedelta(days=100))
    as_it_was, with_future = learn(bought), learn(pd.concat([bought, future]))
    for part, frame in as_it_was.items():
        assert_frame_equal(with_future[part], frame)


def test_the_last_period_moves_only_the_outcomes_judged_and_learned_last(bought, learn):
    as_it_was, moved = learn(bought), learn(wild(bought, ago(20), NOW))
    assert_frame_equal(moved["judging_learn"], as_it_was["judging_learn"])
    for part in ("judging_judge", "final_learn"):
        assert_frame_equal(features_of(moved[part]), features_of(as_it_was[part]))
        assert moved[part]["outcome"].sum() > as_it_was[part]["outcome"].sum()


def test_the_period_before_moves_only_the_outcomes_learned_first(bought, learn):
    as_it_was, moved = learn(bought), learn(wild(bought, ago(40), ago(20)))
    first = "judging_learn"
    assert_frame_equal(features_of(moved[first]), features_of(as_it_was[first]))
    assert moved[first]["outcome"].sum() > as_it_was[first]["outcome"].sum()


def test_shuffled_orders_teach_the_same(bought, learn, rng):
    as_it_was = learn(bought)
    shuffled = learn(bought.sample(frac=1, random_state=rng).iloc[:, ::-1])
    for part, frame in as_it_was.items():
        assert_frame_equal(shuffled[part], frame)


def test_only_those_whom_the_goal_is_about_are_learned_from(bought, learn):
    quiet = bought[(bought["customer_id"] != "c03") | (bought["ordered_at"] < ago(85))]
    assert "c03" in set(learn(quiet)["judging_judge"]["customer_id"])
    kept = learn(quiet, "keep_customers")["judging_judge"]
    assert "c03" not in set(kept["customer_id"])
    assert set(kept["outcome"]) <= {0.0, 1.0}
    overdue = learn(quiet, "win_back")["judging_judge"]
    assert "c03" in set(overdue["customer_id"])
    assert len(overdue) < len(kept)


def test_customers_without_orders_are_never_learned_from(bought, shop_of):
    people = pd.DataFrame({"customer_id": ["zoe"]})
    shop = shop_of({"orders": bought, "customers": people})
    known, _ = supported(shop)
    origin = int(NOW.timestamp())
    legs = plan_legs(
        origin, origin - 100 * DAY, window_days=40, outcome_days=H, goal="grow_spend"
    )
    assert "zoe" not in set(build_learning(shop, legs, known, "grow_spend").customer_id)


def test_short_history_teaches_from_the_final_leg_and_none_at_all_from_nothing(
    bought, shop_of
):
    shop = shop_of({"orders": bought})
    known, _ = supported(shop)
    origin = int(NOW.timestamp())
    for history, parts in ((45, {"final_learn"}), (15, set())):
        legs = plan_legs(
            origin,
            origin - history * DAY,
            window_days=40,
            outcome_days=H,
            goal="grow_spend",
        )
        found = build_learning(shop, legs, known, "grow_spend")
        assert set(found["part"]) == parts
        assert found.columns.tolist()[:2] == ["part", "customer_id"]
    # Nothing is still a table of numbers, after a file of it as well.
    assert set(found.dtypes.iloc[2:].astype(str)) == {"float64"}
