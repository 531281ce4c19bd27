"""Journey: stages by hand, and the signs that somebody is about to buy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from segtools.features.build import supported
from segtools.features.catalogue import Window
from segtools.features.cycles import cycles
from segtools.features.journey import STAGES
from segtools.features.views import Views
from segtools.timezones import DAY, epoch, instant

ORIGIN = pd.Timestamp("2024-06-30")
RHYTHM = ["lifecycle_stage", "cycle_days", "cycles_since_last", "gap_cycles"]
# By customer the days before the origin on which they ordered.
LIVES = {
    "ann": [85, 75, 65, 55, 45, 35, 25, 15, 5],
    "bob": [12, 4],
    "cat": [8],
    "dan": [50, 40, 30, 20],
    "eve": [150, 140, 130, 120],
    "fay": [170, 160, 150, 4],
    "gil": [170],
    "hal": [64, 40, 12],
    "ivy": [20],
}


def bought(lives: dict[str, list[float]]) -> pd.DataFrame:
    rows = [(who, ORIGIN - pd.Timedelta(days=d)) for who in lives for d in lives[who]]
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_at"])
    return frame.assign(amount=10.0, is_return=False)


@pytest.fixture
def stages(shop_of, build):
    """Build the journey of customers by the days on which they ordered."""

    def run(lives, names=("lifecycle_stage",), **more):
        frames = {"orders": bought(lives)} | more
        found = build(shop_of(frames), "2024-06-30", 180, names, with_customers=True)
        return found.set_index("customer_id")

    return run


def test_every_stage_is_what_paper_says(stages):
    # Days between orders in the window: 10, 8, 10, 10, 55.3, 26; their median is 10.
    # Fay's cycle is that of the orders before her gap of 146 days.
    none = float("nan")
    by_hand = {
        "ann": ("loyal", 10, 0.5, 1),
        "bob": ("new", 10, 0.4, 0.8),
        "cat": ("new", 10, 0.8, none),
        "dan": ("at risk", 10, 2, 1),
        "eve": ("lapsed", 10, 12, 1),
        "fay": ("won back", 10, 0.4, 14.6),
        "gil": ("lapsed", 10, 17, none),
        "hal": ("active", 26, 12 / 26, 2.8),
        "ivy": ("at risk", 10, 2, none),
    }
    found = stages(LIVES, [*RHYTHM, "returned_after_gap"])
    expected = pd.DataFrame.from_dict(by_hand, orient="index", columns=RHYTHM)
    assert found["lifecycle_stage"].tolist() == expected["lifecycle_stage"].tolist()
    for name in RHYTHM[1:]:
        wanted = expected[name].tolist()
        assert found[name].tolist() == pytest.approx(wanted, nan_ok=True), name
    assert found.index[found["returned_after_gap"] == 1].tolist() == ["fay"]


def test_who_came_back_stays_won_back_until_late_again(stages):
    for waited, stage in ((15, "won back"), (15.5, "at risk"), (31, "lapsed")):
        found = stages({"fay": [170, 160, 150, waited], "ann": LIVES["ann"]})
        assert found.loc["fay", "lifecycle_stage"] == stage


def test_the_next_order_on_time_ends_being_won_back(stages):
    found = stages({"fay": [170, 160, 150, 14, 4], "ann": LIVES["ann"]})
    assert found.loc["fay", "lifecycle_stage"] == "loyal"


def test_who_never_ordered_has_no_stage(stages):
    people = pd.DataFrame({"customer_id": ["zoe"]})
    found = stages(LIVES, customers=people)["lifecycle_stage"]
    assert found.isna().sum() == 1
    assert pd.isna(found["zoe"])


def test_everyone_with_an_order_has_exactly_one_stage(stages, rng):
    lives = {f"c{i}": rng.integers(1, 400, rng.integers(1, 9)) for i in range(120)}
    found = stages(lives | {"zoe": [3]})["lifecycle_stage"]
    assert len(found) == 121
    assert set(found) == set(STAGES)


def test_where_nobody_ordered_twice_the_window_is_the_cycle(stages):
    found = stages({"ann": [30], "bob": [400]}, ["lifecycle_stage", "cycle_days"])
    assert found["cycle_days"].tolist() == [180, 180]
    assert found["lifecycle_stage"].tolist() == ["new", "at risk"]


def test_orders_at_one_instant_are_one_moment_and_a_day_the_shortest_cycle(stages):
    lives = {"ann": [2, 2, 2, 1.75], "bob": [0.5, 0.25, 0.125]}
    assert stages(lives, ["cycle_days"])["cycle_days"].tolist() == [1, 1]


def test_the_stage_of_one_moves_with_the_rhythm_of_others(stages):
    slow = {f"c{i}": [150, 100, 50] for i in range(9)}
    assert stages(LIVES | slow).loc["ivy", "lifecycle_stage"] == "new"


def test_a_stage_is_words_and_cannot_be_rounded_away(stages):
    assert stages(LIVES)["lifecycle_stage"].map(type).eq(str).all()


def visited(rows: list[tuple[str, float, str]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customer_id", "ago", "event"])
    moments = ORIGIN - pd.to_timedelta(frame.pop("ago"), unit="D")
    return frame.assign(occurred_at=moments)


READY = ["product_views", "carts", "cart_rate", "days_since_last_visit"]


def test_readiness_counts_the_last_thirty_days_whatever_the_names_case(stages):
    events = visited(
        [
            ("ann", 1, "Product Viewed"),
            ("ann", 2, "product_viewed"),
            ("ann", 29, "VIEW_ITEM"),
            ("ann", 31, "view_item"),
            ("ann", 3, "add_to_cart"),
            ("ann", 0.5, "ticket_opened"),
            ("bob", 30, "view_item"),
            ("bob", 40, "Product Added"),
            ("cat", 200, "session_start"),
            ("cat", 5, "chat_started"),
            ("cat", 6, "generate_lead"),
        ]
    )
    names = [*READY, "questions_asked", "chat_requests"]
    found = stages(LIVES, names, events=events)[names]
    nan = float("nan")
    by_hand = {
        "ann": [3, 1, 1 / 3, 1, 0, 0],
        "bob": [1, 0, 0, 30, 0, 0],
        "cat": [0, 0, nan, 200, 1, 1],
        "dan": [0, 0, nan, nan, 0, 0],
    }
    for who, values in by_hand.items():
        assert found.loc[who].tolist() == pytest.approx(values, nan_ok=True), who


def test_readiness_in_a_short_window_counts_no_further_back_than_it(shop_of, build):
    events = visited([("ann", 5, "view_item"), ("ann", 9, "view_item")])
    shop = shop_of({"orders": bought(LIVES), "events": events})
    found = build(shop, "2024-06-30", 7, ["product_views"]).set_index("customer_id")
    assert found.loc["ann", "product_views"] == 1


def test_features_of_events_that_never_occur_are_left_out(shop_of):
    events = visited([("ann", 1, "view_item")])
    shop = shop_of({"orders": bought(LIVES), "events": events})
    known, missing = supported(shop, ["journey"])
    assert "product_views" in {f.name for f in known}
    assert missing == {
        "carts": ["events.add_to_cart"],
        "cart_rate": ["events.add_to_cart"],
        "questions_asked": ["events.question_asked"],
        "chat_requests": ["events.chat_started"],
    }


def test_nothing_from_the_origin_on_moves_the_journey(stages, rng):
    lives = {f"c{i}": rng.integers(1, 300, 6) for i in range(30)}
    later = {who: [*days, 0, -1, -50] for who, days in lives.items()}
    names = [*RHYTHM, "returned_after_gap"]
    assert stages(later, names).equals(stages(lives, names))


def test_the_view_has_a_row_for_each_buyer(shop_of):
    window = Window(epoch(instant("2024-06-30", "UTC")), 180)
    shop = shop_of({"orders": bought(LIVES)})
    frame = cycles(Views(shop, window)).to_pandas().set_index("customer_id")
    assert sorted(frame.index) == sorted(LIVES)
    assert frame.loc["fay", "gap"] == 146 * DAY
    assert np.all(frame["orders"] >= frame["orders_in_window"])
