"""What lesson 7 claims is so, in every variant: needs and habits are planted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from segtools.lessons import survey
from segtools.lessons.survey.answers import (
    agreement,
    agrees,
    best_number,
    groups_of,
    known,
    placed_rightly,
)
from segtools.segmentation.latent_class import latent_classes

SEEDS = range(1, 11)
each = pytest.mark.parametrize("seed", SEEDS)
some = pytest.mark.parametrize("seed", range(1, 4))


@each
def test_with_habits_the_classes_know_the_habits_and_not_the_needs(seed):
    asked = survey.data(seed)
    groups = groups_of(asked, habits=True)
    assert abs(agreement(groups, asked.needs)) < 0.05
    assert agreement(groups, asked.habits) > 0.7
    lines = survey.means(asked.answers, groups)
    places = lines.to_numpy().argsort(axis=1)
    assert (places == places[0]).all()  # no line crosses another
    assert survey.answer_lines_title(lines).startswith("The lines run side by side")


@each
def test_without_habits_they_know_the_needs_and_not_the_habits(seed):
    asked = survey.data(seed)
    told = known(asked.answers)
    groups = groups_of(asked, habits=False)
    assert agreement(groups, asked.needs[told.index]) > 0.7
    assert abs(agreement(groups, asked.habits[told.index])) < 0.05
    lines = survey.means(told, groups)
    assert survey.answer_lines_title(lines).startswith("The lines cross")


@each
def test_each_class_without_habits_stands_out_at_the_statements_of_one_need(seed):
    asked = survey.data(seed)
    lines = survey.means(known(asked.answers), groups_of(asked, habits=False))
    by_need = lines.groupby(survey.questions_of()).mean()
    assert sorted(by_need.idxmax()) == ["advice", "price", "time"]


@some
def test_the_criterion_finds_three_needs_and_more_ways_to_answer(seed):
    asked = survey.data(seed)
    assert best_number(asked, habits=False) == 3
    assert best_number(asked, habits=True) > 3


def test_standardising_statements_leaves_the_habit_where_it_is():
    asked = survey.data(1)
    scaled = (asked.answers - asked.answers.mean()) / asked.answers.std()
    above = (scaled > 0).astype(float)
    groups = latent_classes(above, 3).labels(above)
    assert abs(agreement(groups, asked.needs)) < 0.05
    assert agreement(groups, asked.habits) > 0.7


def test_needs_are_drawn_apart_from_habits():
    pairs = [agreement(d.habits, d.needs) for d in map(survey.data, SEEDS)]
    assert abs(np.mean(pairs)) < 0.01


def test_whoever_says_the_same_everywhere_is_planted_or_says_yes_or_no():
    asked = survey.data(1)
    same = asked.answers.nunique(axis=1) == 1
    assert same[asked.habits == "same everywhere"].all()
    others = asked.answers[same & (asked.habits != "same everywhere")]
    assert set(np.unique(others)) <= {1.0, 5.0}


@some
def test_three_choices_place_far_more_than_the_largest_class(seed):
    asked = survey.data(seed)
    largest = np.bincount(groups_of(asked, habits=False)).max()
    assert placed_rightly(asked) > 0.75 > largest / len(known(asked.answers)) + 0.2


def test_a_choice_cancels_what_somebody_adds_to_every_answer():
    said = pd.DataFrame({"I wait for offers": [2, 3], "I ask for advice": [1, 4]})
    needs = survey.questions_of()
    assert survey.rather(said + 1, needs).equals(survey.rather(said, needs))
    assert survey.rather(said, needs).iloc[:, 0].tolist() == [1.0, -1.0]


def test_only_statements_about_different_needs_are_set_against_each_other():
    choices = survey.rather(survey.data(1).answers, survey.questions_of())
    assert choices.shape[1] == 27


def test_another_seed_asks_others_and_the_same_seed_the_same():
    one, again, other = (survey.data.__wrapped__(s) for s in (1, 1, 2))
    assert one.answers.equals(again.answers)
    assert not one.answers.equals(other.answers)


def test_lines_are_told_apart_by_what_all_statements_share():
    side_by_side = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]})
    crossing = pd.DataFrame({"a": [1.0, 4.0], "b": [4.0, 1.0]})
    assert survey.level_share(side_by_side) == 1
    assert survey.level_share(crossing) == 0
    assert survey.level_share(side_by_side * 0) == 0


def test_the_figure_draws_a_line_a_class_and_tells_its_numbers():
    from matplotlib.figure import Figure

    lines = pd.DataFrame({"Class 1": [1.0, 2.0], "Class 2": [4.0, 5.0]}, ["A", "B"])
    ax = Figure().add_subplot()
    assert survey.answer_lines(lines, ax=ax) is ax
    assert [list(line.get_xdata()) for line in ax.lines] == [[1, 2], [4, 5]]
    assert survey.answer_lines_table(lines)["Question"].tolist() == ["A", "B"]
    assert "Class 1 1.5, Class 2 4.5" in survey.answer_lines_alt(lines)


def test_habits_left_in_are_a_damage_that_the_figure_shows():
    asked = survey.data(1)
    whole = survey.damage_of_habits(asked, keep_habits=False).text
    broken = survey.damage_of_habits(asked, keep_habits=True).text
    assert whole.startswith("Habits taken out: The classes agree with the needs at 0.8")
    assert broken.startswith("Habits left in: The classes agree with the needs at 0.0")


def test_one_start_ends_on_the_second_top_of_the_survey_of_1982():
    whole = survey.damage_of_one_start(one_start=False).text
    broken = survey.damage_of_one_start(one_start=True).text
    assert "−2\u202f754.55" in whole
    assert "−2\u202f755.62" in broken


def test_the_classes_of_1982_are_the_ones_that_have_names():
    found = latent_classes(survey.interviews(), 3)
    rows = survey.classes_table(found.payload).set_index("Class")
    assert rows["Share of people"].round(2).tolist() == [0.62, 0.21, 0.17]
    assert rows["Understood the questions well"].idxmin() == "Class 2"  # believers
    assert rows["Surveys serve a good purpose"].idxmin() == "Class 3"  # sceptics


def test_yes_is_a_four_or_a_five():
    given = agrees(pd.DataFrame({"q": [1, 2, 3, 4, 5]}))["q"]
    assert given.tolist() == [0, 0, 0, 1, 1]
