"""A few runs of the benchmark: silent about chance, not about what was planted."""

from __future__ import annotations

import numpy as np
from statements import company, is_silent, stated

from segtools.profiles.statements import all_claims


def test_nothing_is_said_of_segments_by_lot_in_nineteen_of_twenty_runs():
    silent = [is_silent(seed) for seed in range(1001, 1021)]
    assert sum(silent) >= 19


def test_four_of_five_planted_differences_stand_on_a_card():
    found = [stated(seed) for seed in range(1001, 1005)]
    rates = sum(f["on_card"].sum() for f in found) / sum(map(len, found))
    assert rates >= 0.8
    assert all(f["found"].mean() >= 0.7 for f in found)


def test_the_simulated_company_makes_claims_of_every_kind():
    rng = np.random.default_rng(3)
    labels = rng.choice(["S00", "S01", "S02"], 600)
    claims = all_claims(company(labels, [], rng), "EUR")
    assert {c.computation["table"] for c in claims} == {
        "features",
        "order_lines",
        "customers",
        "events",
        "answers",
    }
    assert {c.topic for c in claims} >= {"stage", "interest", "reach", "motive", "pain"}
