"""Lesson 4: what the prose says of three shops and of popular measures is so."""

from __future__ import annotations

import pytest

from segtools.lessons import how_many, start
from segtools.lessons.how_many.shops import STRUCTURES

each_seed = pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])


@each_seed
def test_the_verdict_finds_what_was_planted_and_nothing_else(seed):
    shops = how_many.data(seed)
    found = {shop.structure: shop.verdict.label for shop in shops.shops}
    assert found == {
        "natural": "natural",
        "reproducible": "reproducible",
        "none": "constructed",
    }
    assert shops.of("natural").verdict.n_clusters == 4


@each_seed
def test_popular_measures_pass_every_shop_the_empty_one_included(seed):
    shops = how_many.data(seed)
    rows = how_many.popular(shops).set_index("Shop")
    assert (rows["Hopkins"] > 0.9).all()
    assert (rows["Silhouette"] > how_many.REASONABLE).all()
    empty, real = (f"Shop {shops.of(s).name}" for s in ("none", "natural"))
    # About as well as the best of them, as the prose says.
    assert rows.loc[empty, "Silhouette"] > rows.loc[real, "Silhouette"] - 0.1


@each_seed
def test_only_where_gaps_were_planted_nobody_stands_half_way(seed):
    for shop in how_many.data(seed).shops:
        if shop.structure == "natural":
            assert shop.walk.ratio < 0.1
        else:
            assert shop.walk.ratio > 0.5


@each_seed
def test_halves_of_nothing_come_again(seed):
    shops = how_many.data(seed)
    rows = how_many.halves(shops).set_index("Shop")
    empty = f"Shop {shops.of('none').name}"
    assert rows.loc[empty, "Two groups"] >= how_many.FIRM
    assert rows.loc[empty, "Four groups"] < 0.7
    assert rows.loc[f"Shop {shops.of('natural').name}", "Four groups"] > 0.95


@each_seed
def test_the_gap_statistic_says_one_of_nothing(seed):
    shops = how_many.data(seed)
    assert start(4, seed=seed).chapter.exercises["4.4"].answer(shops) == 1


@each_seed
def test_signs_tell_too_few_groups_from_too_many(seed):
    shops = how_many.data(seed)
    signs = how_many.plan_signs(shops).set_index("Groups")
    assert signs["Largest share"].idxmax() == 2
    assert signs["Least difference"].idxmin() == 8
    assert signs.loc[2, "Signs of hidden groups"] > 0
    assert signs.loc[4, "Signs of hidden groups"] == 0
    assert signs["Least found again"].idxmin() == 8
    assert signs.loc[8, "Least found again"] < signs.loc[4, "Least found again"] - 0.1


def test_the_seed_decides_which_shop_is_which():
    orders = {tuple(s.structure for s in how_many.data(n).shops) for n in (1, 2, 3)}
    assert len(orders) > 1
    assert all(sorted(order) == sorted(STRUCTURES) for order in orders)


@each_seed
def test_each_switch_claims_groups_where_nothing_was_planted(seed):
    shops = how_many.data(seed)
    healthy = how_many.damage(shops, trust_silhouette=False, trust_agreement=False)
    assert "in 2 of 3 shops, and not in the one where nothing was planted" in healthy
    for silhouette, agreement in ((True, False), (False, True), (True, True)):
        broken = how_many.damage(
            shops, trust_silhouette=silhouette, trust_agreement=agreement
        )
        assert "in 3 of 3 shops, among them the one where nothing" in broken


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_people_answer_wrongly_is_judged_wrong_with_a_hint(seed):
    lesson = start(4, seed=seed)
    for number, exercise in lesson.chapter.exercises.items():
        right = exercise.answer(lesson.data)
        assert exercise.judge(right, lesson.data).state == "right"
        wrong = exercise.wrong_answers(lesson.data)
        assert len(wrong) >= 3
        for answer in wrong:
            judged = exercise.judge(answer, lesson.data)
            assert judged.state in {"wrong", "nearly"}, (number, answer)
            assert judged.sentence


def test_portraits_name_what_sets_a_group_apart():
    shops = how_many.data(1)
    rows = how_many.portraits(shops.of("natural"))
    assert rows["Customers"].tolist() == sorted(rows["Customers"], reverse=True)
    hunters = rows["They"].str.contains("hunt for bargains")
    assert hunters.sum() == 1
