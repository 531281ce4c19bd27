"""A day in numbers: sums over the window, for a thousand customers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from segtools.profiles.day import day_in_numbers


def test_a_day_of_the_worked_example(by_hand):
    # Ann and Bob: 6 orders and 83 money in 60 days, two customers.
    found = {f["name"]: f for f in day_in_numbers(by_hand)["S01"]}
    assert list(found) == ["orders", "spend", "returns"]
    assert found["orders"]["value"] == pytest.approx(6 / 2 / 60 * 1000)
    assert found["orders"]["base_value"] == pytest.approx(8 / 3 / 60 * 1000)
    assert found["spend"]["value"] == pytest.approx(83 / 2 / 60 * 1000)
    assert found["spend"]["unit"] == "money"


def test_a_figure_of_too_few_is_not_shown_nor_told_by_the_others(planted):
    few = planted.features.assign(tickets_opened=0.0)
    own = planted.segments["segment_id"].to_numpy()
    for name, n in (("S01", 3), ("S02", 40), ("S03", 50)):
        few.loc[np.flatnonzero(own == name)[:n], "tickets_opened"] = 1.0
    found = day_in_numbers(replace(planted, features=few))
    shown = {
        i: next(f for f in figures if f["name"] == "tickets")
        for i, figures in found.items()
    }
    assert shown["S01"]["value"] is None
    # Else the three were everyone's less those of the others.
    hidden = [i for i, f in shown.items() if f["value"] is None]
    assert len(hidden) >= 2 or shown["S01"]["base_value"] is None


def test_four_figures_at_most(planted):
    features = planted.features.assign(
        visit_days=1.0, tickets_opened=1.0, chats_started=1.0
    )
    found = day_in_numbers(replace(planted, features=features))
    names = {tuple(f["name"] for f in figures) for figures in found.values()}
    assert names == {("orders", "spend", "visits", "tickets")}


def test_what_nobody_does_is_left_out(planted):
    features = planted.features.assign(visit_days=0.0, tickets_opened=1.0)
    found = day_in_numbers(replace(planted, features=features))
    assert "visits" not in {f["name"] for f in found["S01"]}
    assert "tickets" in {f["name"] for f in found["S01"]}
