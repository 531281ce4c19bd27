"""Behaviour: rhythm, favourite days and hours, holidays and seasons."""

from __future__ import annotations

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from segtools.features.build import supported
from segtools.features.holidays import public_holidays
from segtools.schema import ConfigError

NONE = float("nan")


def frame_of(rows: list[tuple[str, str, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "amount"])
    at = pd.to_datetime(frame["ordered_at"], format="ISO8601")
    return frame.assign(ordered_at=at, is_return=frame["amount"] < 0)


def test_rhythm_and_habits_equal_what_paper_says(shop, build):
    names = ["interval_variation", "longest_gap_days"]
    names += ["top_hour_share", "top_weekday_share"]
    # Ann's gaps are 250 and 230 hours, Bob's 168 and 516, Cat has one of 226.5.
    by_hand = pd.DataFrame(
        {
            "customer_id": ["ann", "bob", "cat"],
            "interval_variation": [0.0416666667, 0.50877193, NONE],
            "longest_gap_days": [10.4166667, 21.5, 9.4375],
            "top_hour_share": [0.666666667, 0.666666667, 0.5],
            "top_weekday_share": [0.333333333, 1.0, 0.5],
        }
    )
    assert_frame_equal(build(shop, names=names), by_hand)


def test_clockwork_does_not_vary_and_orders_at_one_instant_have_no_rhythm(
    shop_of, build
):
    days = pd.date_range("2024-02-01 10:00", periods=7, freq="5D")
    rows = [("ann", str(day), 1.0) for day in days]
    rows += [("bob", "2024-03-01 10:00", float(k)) for k in range(3)]
    frame = frame_of(rows).assign(order_id=[str(k) for k in range(len(rows))])
    found = build(shop_of({"orders": frame}), names=["interval_variation"])
    assert found["interval_variation"].tolist()[0] == 0.0
    assert found["interval_variation"].isna().tolist() == [False, True]


def test_without_a_rhythm_of_their_own_customers_are_measured_by_everyones(
    orders, shop_of, build
):
    more = frame_of([("dan", "2024-03-01", 1.0), ("eve", "2023-10-01", 1.0)])
    shop = shop_of({"orders": pd.concat([orders, more])})
    found = build(shop, days=80, names=["overdue_population", "n_orders"])
    # In 80 days there are three gaps: of 230, 516 and 226.5 hours.
    usual = (230 + 516 + 226.5) / 3
    expected = [1671 / 230, 1348 / 516, 1190 / 226.5, 30 * 24 / usual, 182 * 24 / usual]
    assert found["overdue_population"].tolist() == pytest.approx(expected, rel=1e-8)
    assert found["n_orders"].tolist() == [2, 2, 2, 1, 0]


def test_nobody_is_overdue_where_nobody_came_twice(orders, shop_of, build):
    first = orders.drop_duplicates("customer_id")
    found = build(shop_of({"orders": first}), names=["overdue_population"])
    assert found["overdue_population"].isna().all()


@pytest.mark.parametrize(
    ("ordered_at", "share"),
    [
        ("2024-03-21 12:00", 0),  # eight days before Good Friday
        ("2024-03-21 23:30", 1),  # half an hour later in Berlin, seven days
        ("2024-03-28 22:30", 1),
        ("2024-03-29 10:00", 1),  # Good Friday is three days before Easter Monday
        ("2024-04-01 10:00", 0),  # Easter Monday itself
        ("2024-04-25 10:00", 1),  # before 1 May, which the origin has not seen
    ],
)
def test_orders_in_the_week_before_a_holiday(ordered_at, share, shop_of, build):
    frame = frame_of([("ann", ordered_at, 1.0)])
    shop = shop_of({"orders": frame}, "Europe/Berlin", country="de")
    found = build(shop, "2024-04-30", names=["holiday_share"])
    assert found["holiday_share"].tolist() == [share]


def test_holidays_are_those_of_the_country():
    # 2024-07-01 to 2024-07-31: the fourth is one in America only.
    assert public_holidays("US", 19905, 19935) == [19908]
    assert public_holidays("DE", 19905, 19935) == []


def test_an_unknown_country_is_refused(orders, shop_of, build):
    shop = shop_of({"orders": orders}, country="Atlantis")
    sentence = r"^country must be the code .*, but 'Atlantis' is none\. Use one such as"
    with pytest.raises(ConfigError, match=sentence):
        build(shop)


def test_without_a_country_there_are_no_holidays(shop):
    _, missing = supported(shop)
    assert missing["holiday_share"] == ["country"]


def test_a_season_is_compared_with_the_same_days_of_last_year(shop_of, build):
    # The 30 days before 31 March are those from 2 to 31 March of last year.
    rows = [
        ("ann", "2023-01-05", 5.0),
        ("ann", "2023-03-15", 30.0),
        ("ann", "2024-03-10", 10.0),
        ("bob", "2023-03-05", 9.0),  # came within those days
        ("bob", "2024-03-10", 9.0),
        ("cat", "2022-12-01", 7.0),  # bought in neither
        ("dan", "2023-03-01 23:59", 7.0),  # one minute before
        ("dan", "2024-03-05", 8.0),
        ("eve", "2023-01-01", 7.0),
        ("eve", "2023-03-31 23:59", 8.0),
        ("fay", "2023-01-01", 7.0),
        ("fay", "2023-03-05", 20.0),
        ("fay", "2024-03-05", 30.0),
        ("fay", "2024-03-06", -10.0),
    ]
    shop = shop_of({"orders": frame_of(rows)})
    found = build(shop, days=30, names=["season_change"])["season_change"]
    expected = pd.Series([-0.5, NONE, NONE, 1.0, -1.0, 0.0], name="season_change")
    pd.testing.assert_series_equal(found, expected)
