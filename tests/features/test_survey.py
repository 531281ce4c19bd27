"""Answers as one row a customer, and the attitudes that are planted in them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from segtools.features.catalogue import Window
from segtools.features.survey import needs_table, survey_factors
from segtools.schema import DataError

ORIGIN = pd.Timestamp("2024-03-31")
WINDOW = Window(int(ORIGIN.timestamp()), 90)


def answered(rows: list[tuple]) -> pd.DataFrame:
    names = ["customer_id", "question", "answer", "scale", "ago"]
    frame = pd.DataFrame(rows, columns=names)
    moments = ORIGIN - pd.to_timedelta(frame.pop("ago"), unit="D")
    return frame.assign(answered_at=moments)


@pytest.fixture
def answers() -> pd.DataFrame:
    return answered(
        [
            ("ann", "Fresh?", "4 - Good", "likert 1-5", 10),
            ("ann", "Fresh?", "1 - Bad", "likert 1-5", 20),
            ("bob", "Fresh?", "2", "likert 1-5", 400),
            ("cat", "Fresh?", "9", "likert 1-5", 10),
            ("ann", "Why?", "near", "multiple", 10),
            ("ann", "Why?", "cheap", "multiple", 10),
            ("bob", "Why?", "near", "multiple", 10),
            ("ann", "Store?", "North", "single", 10),
            ("bob", "Store?", "West", "single", 10),
            ("bob", "Store?", "South", "single", 10),
            ("ann", "Your age?", "30", "number", 10),
            ("bob", "Your age?", "40", "number", 10),
            ("ann", "Trips?", "3", "number", 10),
            ("bob", "Trips?", "12", "number", 10),
            ("ann", "Happy?", "yes", "single", 10),
            ("dan", "Fresh?", "5", "likert 1-5", 0),
            ("eve", "Fresh?", "3", "likert 1-5", None),
        ]
    )


def test_the_latest_answers_become_codes(answers, shop_of):
    found = needs_table(shop_of({"answers": answers}), WINDOW)
    nan = float("nan")
    expected = pd.DataFrame(
        {
            "Fresh?": [4, 2, nan],
            "Store?": [0, 1, nan],
            "Trips?": [3, 12, nan],
            "Why?: cheap": [1, 0, nan],
            "Why?: near": [1, 1, nan],
        },
        index=pd.Index(["ann", "bob", "cat"], name="customer_id"),
        dtype=float,
    )
    assert_frame_equal(found.codes, expected)
    kinds = dict(found.questions[["column", "kind"]].to_numpy())
    assert list(kinds.values()) == ["scale", "single", "number", *["multiple"] * 2]
    assert found.questions["categories"].tolist()[:2] == [
        [1, 2, 3, 4, 5],
        ["North", "South"],
    ]
    assert list(found.scales) == ["Fresh?"]


def test_private_and_idle_questions_have_no_column(answers, shop_of):
    found = needs_table(shop_of({"answers": answers}), WINDOW)
    assert found.left_out == {
        "Happy?": "everybody gave the same answer",
        "Your age?": "protected",
    }


def test_undated_answers_are_there_only_if_asked_for(answers, shop_of):
    shop = shop_of({"answers": answers})
    assert "eve" not in needs_table(shop, WINDOW).codes.index
    assert needs_table(shop, WINDOW, undated=True).codes.loc["eve", "Fresh?"] == 3
    bare = shop_of({"answers": answers.drop(columns="answered_at")})
    with pytest.raises(DataError, match="with a time before the origin, but there are"):
        needs_table(bare, WINDOW)


def test_neither_row_order_nor_later_answers_move_the_table(answers, shop_of, rng):
    as_it_was = needs_table(shop_of({"answers": answers}), WINDOW).codes
    later = answers.assign(answered_at=ORIGIN, answer="1")
    mixed = pd.concat([answers, later]).sample(frac=1, random_state=rng)
    again = needs_table(shop_of({"answers": mixed}), WINDOW).codes
    assert_frame_equal(again, as_it_was)


@pytest.fixture
def attitudes(rng):
    """300 customers: four questions on quality, three (one turned) on price."""
    quality, price = rng.normal(size=(2, 300))
    wide = {f"q{i}": quality + rng.normal(0, 0.5, 300) for i in range(4)}
    wide |= {f"p{i}": price + rng.normal(0, 0.5, 300) for i in range(2)}
    wide["p2"] = -price + rng.normal(0, 0.5, 300)
    frame = pd.DataFrame(wide, index=[f"c{i:03d}" for i in range(300)])
    return frame, quality, price


def test_planted_attitudes_are_found_again(attitudes):
    wide, quality, price = attitudes
    found = survey_factors(wide, 2)
    strongest = found.loadings.abs().idxmax(axis=1)
    assert strongest.tolist() == ["factor_1"] * 4 + ["factor_2"] * 3
    assert np.corrcoef(found.scores["factor_1"], quality)[0, 1] > 0.9
    assert abs(np.corrcoef(found.scores["factor_2"], price)[0, 1]) > 0.9
    assert np.sign(found.loadings.loc[["p0", "p2"], "factor_2"]).sum() == 0
    assert found.explained.is_monotonic_decreasing


def test_factors_do_not_depend_on_order_and_are_turned_up(attitudes, rng):
    wide, *_ = attitudes
    found = survey_factors(wide, 2)
    mixed = survey_factors(wide.sample(frac=1, random_state=rng), 2)
    assert_frame_equal(mixed.scores.sort_index(), found.scores)
    upside = survey_factors(-wide, 2)
    assert_frame_equal(upside.loadings, found.loadings)
    assert_frame_equal(upside.scores, -found.scores)
    assert (found.loadings.abs().max() == found.loadings.max()).all()


def test_gaps_are_filled_up_to_half_of_the_questions(attitudes):
    wide, *_ = attitudes
    gappy = wide.copy()
    gappy.iloc[0, :3] = np.nan
    gappy.iloc[1, :4] = np.nan
    scores = survey_factors(gappy, 2).scores
    assert scores.index.equals(wide.index)
    assert scores.isna().any(axis=1).tolist()[:3] == [False, True, False]


def test_questions_that_all_answer_alike_are_named(attitudes):
    wide, *_ = attitudes
    assert survey_factors(wide.assign(same=3.0), 2).left_out == ["same"]


def test_too_many_factors_or_too_few_customers_are_refused(attitudes):
    wide, *_ = attitudes
    with pytest.raises(DataError, match="half the number of questions, but it is 4"):
        survey_factors(wide, 4)
    with pytest.raises(DataError, match="more customers than there are questions"):
        survey_factors(wide.head(7), 2)
