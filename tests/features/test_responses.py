"""Who responded, and that nothing after a sending is known at it."""

from __future__ import annotations

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from segtools.features.build import collect, features_at, supported
from segtools.features.catalogue import Window
from segtools.features.legs import build_learning, plan_contest
from segtools.features.responses import responses
from segtools.simulate import simulate
from segtools.simulate_campaigns import simulate_campaigns

H = 30
GOAL = "respond_to_campaign"
NOW = pd.Timestamp("2024-12-01")
T = int(NOW.timestamp())
SENT_ON = ["2024-07-01", "2024-08-26", "2024-10-14", "2024-11-20"]


def test_a_response_is_one_within_the_days_from_its_own_sending_on(orders, shop_of):
    sent = pd.DataFrame(
        {
            "campaign_id": "may",
            "customer_id": ["ann", "bob", "cat", "dan"],
            "sent_at": pd.to_datetime(["2024-02-01 10:00"] * 3 + ["2024-02-03 10:00"]),
            "treated": [True, True, False, True],
        }
    )
    rows = [
        ("may", "ann", "2024-02-11 09:59:59"),  # in the last second
        ("may", "bob", "2024-02-11 10:00:00"),  # too late
        ("may", "cat", "2024-02-02 10:00:00"),  # held back
        ("june", "bob", "2024-02-02 10:00:00"),  # of another campaign
        ("may", "dan", "2024-02-12 10:00:00"),  # within ten days of his own
        ("may", "dan", "2024-02-20 10:00:00"),  # and once more, too late
    ]
    done = pd.DataFrame(rows, columns=["campaign_id", "customer_id", "converted_at"])
    done["converted_at"] = pd.to_datetime(done["converted_at"])
    shop = shop_of({"orders": orders, "campaigns": sent, "conversions": done})
    found = responses(shop, 10).to_pandas().sort_values("customer_id")
    pairs = zip(found["customer_id"], found["outcome"], strict=True)
    assert dict(pairs) == {"ann": 1.0, "bob": 0.0, "dan": 1.0}
    first = int(pd.Timestamp("2024-02-01 10:00").timestamp())
    assert found["origin"].unique().tolist() == [first]


@pytest.fixture(scope="module")
def made():
    shop = simulate(120, seed=4)
    more = simulate_campaigns(shop, SENT_ON, seed=1, days=H)
    clicks = more.campaigns[["customer_id", "campaign_id"]].assign(
        occurred_at=more.campaigns["sent_at"] + pd.Timedelta(minutes=5),
        event="email_clicked",
    )
    early = clicks.assign(occurred_at=pd.Timestamp("2024-06-03"))
    return {
        "order_lines": shop.order_lines,
        "events": pd.concat([early, clicks], ignore_index=True),
        "campaigns": more.campaigns,
        "conversions": more.conversions,
    }


TIMES = {
    "order_lines": "ordered_at",
    "events": "occurred_at",
    "campaigns": "sent_at",
    "conversions": "converted_at",
}


@pytest.fixture
def learn(shop_of, config):
    """What the contest learns from some frames, one frame a part."""

    def run(frames: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
        shop = shop_of(frames)
        plan = plan_contest(shop.before(T), config, T, "2024-01-01T08:00")
        known, _ = supported(shop)
        found = build_learning(shop, plan, known, GOAL)
        return {
            str(part): rows.drop(columns="part").reset_index(drop=True)
            for part, rows in found.groupby("part")
        }

    return run


@pytest.fixture(scope="module")
def config():
    from segtools.config import RunConfig

    source = {"system": "sample"}
    keys = {"project": "shop", "timezone": "UTC", "goal": GOAL, "outcome_days": H}
    return RunConfig(**keys, source=source)


def moment(made, campaign: str) -> pd.Timestamp:
    own = made["campaigns"][made["campaigns"]["campaign_id"] == campaign]
    return own["sent_at"].min()


def wild(frames, names, first: pd.Timestamp, end: pd.Timestamp):
    """Take a third of the rows between two instants, change the rest, add more."""
    changed = dict(frames)
    for name in names:
        frame, time = frames[name], TIMES[name]
        inside = frame[time].between(first, end, "left")
        own = frame[inside].iloc[: -inside.sum() // 3].copy()
        own["customer_id"] = own["customer_id"].to_numpy()[::-1]
        new = own.head(30).assign(customer_id="C00001")
        if "amount" in frame:
            own["amount"] = own["amount"] * 9 + 100
        changed[name] = pd.concat([frame[~inside], own, new], ignore_index=True)
    return changed


def without_outcome(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.drop(columns="outcome")


def test_each_receiver_is_measured_at_his_campaigns_first_sending(made, learn, shop_of):
    parts = learn(made)
    assert set(parts) == {"judging_learn", "judging_judge", "final_learn"}
    origin = int(moment(made, "K3").timestamp())
    shop = shop_of(made)
    known, _ = supported(shop)
    # The first campaign comes 182 days into the history, so the window is whole.
    by_itself = collect(features_at(shop, Window(origin, 180), known))
    sent = made["campaigns"]
    got = sent[(sent["campaign_id"] == "K3") & sent["treated"]]["customer_id"]
    expected = by_itself[by_itself["customer_id"].isin(got)].reset_index(drop=True)
    assert_frame_equal(without_outcome(parts["judging_judge"]), expected)
    done = made["conversions"]
    who = set(done[done["campaign_id"] == "K3"]["customer_id"])
    judged = parts["judging_judge"]
    assert judged["outcome"].tolist() == [
        float(c in who) for c in judged["customer_id"]
    ]


def test_all_that_are_over_teach_at_last_and_the_one_that_is_not_never(made, learn):
    parts = learn(made)
    sent = made["campaigns"]
    over = sent[sent["treated"] & (sent["campaign_id"] != "K4")]
    assert len(parts["final_learn"]) == len(over)
    learned = sum(len(parts[p]) for p in ("judging_learn", "judging_judge"))
    assert learned == len(over)


def test_rows_from_as_of_on_move_nothing(made, learn):
    far = pd.Timestamp.max
    later = {n: f.assign(**{TIMES[n]: NOW}) for n, f in made.items()}
    more = {n: pd.concat([made[n], later[n].head(200)]) for n in made}
    as_it_was, moved = learn(made), learn(wild(more, TIMES, NOW, far))
    for part, rows in as_it_was.items():
        assert_frame_equal(moved[part], rows)


def test_what_follows_a_sending_moves_no_feature_of_it(made, learn):
    as_it_was = learn(made)
    # Orders, opened mails and conversions after the judging campaign was sent.
    names = ("order_lines", "events", "conversions")
    moved = learn(wild(made, names, moment(made, "K3"), NOW))
    judged = as_it_was["judging_judge"]
    assert_frame_equal(without_outcome(moved["judging_judge"]), without_outcome(judged))
    assert_frame_equal(moved["judging_learn"], as_it_was["judging_learn"])
    assert moved["judging_judge"]["outcome"].sum() != judged["outcome"].sum()


def test_conversions_after_the_outcome_move_nothing_learned(made, learn):
    end = moment(made, "K1") + pd.Timedelta(days=H, hours=3)
    as_it_was = learn(made)
    late = made["conversions"].assign(converted_at=end, campaign_id="K1")
    more = dict(made, conversions=pd.concat([made["conversions"], late]))
    for part, rows in learn(more).items():
        assert_frame_equal(rows, as_it_was[part])


def test_the_order_of_rows_moves_nothing(made, learn, rng):
    shuffled = {n: f.sample(frac=1, random_state=rng) for n, f in made.items()}
    as_it_was = learn(made)
    for part, rows in learn(shuffled).items():
        assert_frame_equal(rows, as_it_was[part])


def test_without_a_campaign_that_is_over_nothing_is_learned(made, shop_of, config):
    sent = made["campaigns"]
    last = dict(made, campaigns=sent[sent["campaign_id"] == "K4"])
    shop = shop_of(last)
    plan = plan_contest(shop, config, T, "2024-01-01T08:00")
    known, _ = supported(shop)
    found = build_learning(shop, plan, known, GOAL)
    assert (plan.evidence, len(found)) == ("not_judged", 0)
    assert found.columns[:2].tolist() == ["part", "customer_id"]
