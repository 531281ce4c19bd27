"""Needs: the style in which customers answer, worked out by hand."""

from __future__ import annotations

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from segtools.features.build import supported
from segtools.features.catalogue import registered

ORIGIN = pd.Timestamp("2024-03-31")
NAMES = [f.name for f in registered(["needs"])]
FIVE, SEVEN, FOUR = "likert 1-5", "likert 1-7", "likert 1-4"


def answered(rows: list[tuple]) -> pd.DataFrame:
    names = ["customer_id", "question", "answer", "scale", "ago"]
    frame = pd.DataFrame(rows, columns=names)
    moments = ORIGIN - pd.to_timedelta(frame.pop("ago"), unit="D")
    return frame.assign(answered_at=moments)


@pytest.fixture
def answers() -> pd.DataFrame:
    return answered(
        [
            ("ann", "a", "5 - Yes", FIVE, 7),
            ("ann", "b", "3", FIVE, 7),
            ("ann", "c", "1", SEVEN, 7),
            ("ann", "d", "2", FOUR, 7),
            ("ann", "e", "near", "multiple", 7),
            ("ann", "e", "cheap", "multiple", 7),
            ("ann", "a", "1", FIVE, 8),
            ("bob", "a", "4", FIVE, 300),
            ("bob", "b", "4", FIVE, 300),
            ("bob", "c", "4", SEVEN, 300),
            ("bob", "d", "5", FOUR, 300),
            ("cat", "a", "2", FIVE, None),
            ("cat", "b", "2", FIVE, 0),
        ]
    )


def test_the_style_of_answers_is_what_paper_says(orders, answers, shop_of, build):
    shop = shop_of({"orders": orders, "answers": answers})
    found = build(shop, days=90, names=NAMES).set_index("customer_id")
    nan = float("nan")
    # Ann: 5 and 3 of 1-5, 1 of 1-7, 2 of 1-4, which has no middle. Bob's 5 is off it.
    by_hand = {
        "answered_days_ago": [7, 300, nan],
        "extreme_share": [2 / 4, 0, nan],
        "mean_agreement": [(1 + 0.5 + 0 + 1 / 3) / 4, (0.75 + 0.75 + 0.5) / 3, nan],
        "midpoint_share": [1 / 3, 1 / 3, nan],
        "n_answers": [5, 4, 0],
        "same_answer_share": [1 / 4, 2 / 3, nan],
    }
    assert sorted(by_hand) == NAMES
    for name, values in by_hand.items():
        wanted = pytest.approx(values, nan_ok=True, abs=1e-8)
        assert found[name].tolist() == wanted, name


def test_of_equally_late_answers_the_smallest_counts(orders, shop_of, build):
    twins = answered([("ann", "a", a, FIVE, 7) for a in ("4", "2", "5")])
    shop = shop_of({"orders": orders, "answers": twins})
    assert build(shop, names=["mean_agreement"])["mean_agreement"][0] == 0.25


def test_two_answers_are_too_few_to_be_all_the_same(orders, shop_of, build):
    two = answered([("ann", q, "4", FIVE, 7) for q in "ab"])
    three = answered([("ann", q, "4", FIVE, 7) for q in "abc"])
    name = "same_answer_share"
    shares = [
        build(shop_of({"orders": orders, "answers": a}), names=[name])[name][0]
        for a in (two, three)
    ]
    assert pd.isna(shares[0])
    assert shares[1] == 1


@pytest.mark.parametrize(
    ("answer", "scale"),
    [("4.5", FIVE), ("6", FIVE), ("often", FIVE), ("3", "likert 5-5"), ("3", "single")],
)
def test_what_is_no_number_on_a_scale_has_no_place_on_it(
    answer, scale, orders, shop_of, build
):
    odd = answered([("ann", "a", answer, scale, 7), ("bob", "a", "3", FIVE, 7)])
    shop = shop_of({"orders": orders, "answers": odd})
    places = build(shop, names=["mean_agreement"])["mean_agreement"]
    assert pd.isna(places[0])
    assert places[1] == 0.5


def test_answers_without_a_time_only_describe(orders, answers, shop_of):
    bare = answers.drop(columns="answered_at")
    known, missing = supported(shop_of({"orders": orders, "answers": bare}), ["needs"])
    assert known == []
    assert missing["n_answers"] == ["answers.answered_at"]


def test_nothing_at_or_after_the_origin_moves_any_of_them(
    orders, answers, shop_of, build
):
    as_it_was = build(shop_of({"orders": orders, "answers": answers}), names=NAMES)
    late = answers.assign(answered_at=ORIGIN, answer="1", scale=FIVE)
    later = late.assign(answered_at=ORIGIN + pd.Timedelta(days=9), question="new")
    more = pd.concat([answers, late, later])
    found = build(shop_of({"orders": orders, "answers": more}), names=NAMES)
    assert_frame_equal(found, as_it_was)
    mixed = answers.iloc[::-1]
    found = build(shop_of({"orders": orders, "answers": mixed}), names=NAMES)
    assert_frame_equal(found, as_it_was)
