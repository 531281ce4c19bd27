"""Lesson 5: what the prose says of starts, resamples and few customers is so."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from segtools.lessons import stability, start
from segtools.lessons.stability.shop import two_groupings

each_seed = pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])


def runs_of(shop):
    return [
        KMeans(6, init="random", n_init=1, random_state=dice).fit_predict(shop.scaled)
        for dice in range(10)
    ]


@each_seed
def test_ten_runs_on_the_same_customers_differ(seed):
    shop = stability.data(seed)
    runs = runs_of(shop)
    moved = (stability.least_alike(runs, shop)["group"] == "other company").mean()
    assert moved > 0.1
    assert "10 runs on the same customers gave 1 different" not in (
        stability.runs_sentence(runs)
    )


@each_seed
def test_single_starts_mostly_miss_the_best_and_some_reach_it(seed):
    shop = stability.data(seed)
    assert 0.03 <= shop.reached <= 0.8
    counted = stability.ends(shop)["Starts"]
    assert counted.sum() == 100
    assert counted.iloc[0] == round(100 * shop.reached)


@each_seed
def test_more_starts_raise_the_agreement_of_the_same_resamples(seed):
    shop = stability.data(seed)
    one, ten = (float(np.median(shop.agreement(n))) for n in (1, 10))
    assert ten > one + 0.03
    assert ten > 0.8


@each_seed
def test_more_than_two_groups_come_again(seed):
    shop = stability.data(seed)
    assert 4 <= shop.selection.n_clusters <= 6
    table = shop.selection.table().set_index("k")
    assert table.loc[shop.selection.n_clusters, "median"] >= 0.8


@each_seed
def test_seventy_customers_agree_less_than_all(seed):
    rows = stability.by_size(stability.data(seed))
    assert rows["Customers"].iloc[0] == 70
    few, many = rows.iloc[0], rows.iloc[-1]
    assert many["Middle"] > few["Middle"] + 0.05
    # They look better among the customers they were made of, and are worse elsewhere.
    assert few["Explain at home"] > many["Explain at home"]
    assert few["Explain elsewhere"] < many["Explain elsewhere"]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_each_switch_shows_its_damage(seed):
    shop = stability.data(seed)
    said = {
        (one, same): stability.damage(shop, one_start=one, same_draws=same)
        for one in (False, True)
        for same in (False, True)
    }
    assert len(set(said.values())) == 4
    for starts in (False, True):
        assert "4 groups 1, 6 groups 1, 8 groups 1." in said[starts, True]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_one_start_less_than_needed_is_too_few(seed):
    lesson = start(5, seed=seed)
    asked, shop = lesson.chapter.exercises["5.2"], lesson.data
    right = asked.answer(shop)
    assert 1 - (1 - shop.reached) ** right >= 0.95
    assert 1 - (1 - shop.reached) ** (right - 1) < 0.95
    assert asked.judge(right - 1, shop).state == "wrong"


@pytest.mark.parametrize("seed", range(1, 21))
def test_the_two_days_on_paper_leave_no_short_cut(seed):
    exercise = start(5, seed=seed).chapter.exercises["5.1"]
    days = two_groupings(seed)

    class Paper:
        by_hand = days

    right = exercise.answer(Paper)
    assert right == pytest.approx(adjusted_rand_score(days["Monday"], days["Tuesday"]))
    assert all(abs(right - w) > 0.02 for w in exercise.wrong_answers(Paper))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_people_answer_wrongly_is_judged_wrong_with_a_hint(seed):
    lesson = start(5, seed=seed)
    for number, exercise in lesson.chapter.exercises.items():
        right = exercise.answer(lesson.data)
        assert exercise.judge(right, lesson.data).state == "right"
        wrong = exercise.wrong_answers(lesson.data)
        assert len(wrong) >= 3
        for answer in wrong:
            judged = exercise.judge(answer, lesson.data)
            assert judged.state in {"wrong", "nearly"}, (number, answer)
            assert judged.sentence


def test_the_colleague_needs_what_the_light_asks_for():
    shop = stability.data(2)
    assert shop.wished == 8
    assert shop.asked_for == max(60 * 7, 10 * 7 * 8) == 560
