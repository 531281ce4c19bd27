"""Plans: the textbook's rule, simulated power, and what cannot be found."""

import numpy as np
import pytest

from segtools.experiments.lift import share_lifts
from segtools.experiments.planner import (
    Design,
    customers_needed,
    plan_experiment,
    power_curves,
    power_of,
    smallest_effect,
)

BLOCK = {"name": "spring", "holdout": 0.2, "effect": 0.05, "per_day": None}


def group(number, treatment=800, holdout=200):
    return {
        "segment_id": f"S{number:02d}",
        "segment": f"Segment {number}",
        "rank": number,
        "treatment": treatment,
        "holdout": holdout,
    }


def plan(*groups, goal="keep_customers", outcomes=None, **block):
    known = {g["segment_id"]: {"mean": 0.1, "sd": 0.3, "n": 500} for g in groups}
    known = known if outcomes is None else outcomes
    return plan_experiment(list(groups), known, BLOCK | block, goal=goal, days=90)


def test_the_smallest_lift_is_that_of_the_rule_of_thumb():
    design = Design(2000, 0.5, base=0.1, sd=0.3, share=True)
    smallest = smallest_effect(design)
    middle = 0.1 + smallest / 2
    assert pytest.approx(16 * middle * (1 - middle) / smallest**2, rel=0.03) == 1000


def test_customers_needed_and_smallest_lift_are_two_ways_to_say_one_thing():
    for share in (True, False):
        design = Design(1500, 0.2, base=0.2, sd=0.4, share=share)
        smallest = smallest_effect(design)
        assert customers_needed(smallest, design) == pytest.approx(1500, abs=1)
        assert power_of(smallest, design) == pytest.approx(0.8)


def test_power_is_what_a_simulation_finds():
    rng = np.random.default_rng(7)
    design = Design(3000, 0.3, base=0.12, sd=0.0, share=True)
    effect = smallest_effect(design)
    x, y = rng.binomial(2100, 0.12 + effect, 4000), rng.binomial(900, 0.12, 4000)
    found = (share_lifts(x, 2100, y, 900).p <= 0.05).mean()
    assert found == pytest.approx(0.8, abs=0.02)


def test_power_rises_with_the_lift_and_with_customers():
    design = Design(1000, 0.2, base=5.0, sd=20.0, share=False)
    assert (np.diff(power_of(np.linspace(0, 10, 20), design)) > 0).all()
    more = Design(4000, 0.2, base=5.0, sd=20.0, share=False)
    assert power_of(2.0, more) > power_of(2.0, design)
    assert power_of(0.0, design) == pytest.approx(0.05)


def test_even_arms_find_more_than_uneven_ones():
    even, uneven = (Design(1000, h, 0.1, 0.3, share=True) for h in (0.5, 0.05))
    assert smallest_effect(even) < smallest_effect(uneven) / 2


def test_more_segments_need_stronger_evidence_each_and_everyone_the_same():
    few, many = plan(group(1)), plan(*(group(i) for i in range(1, 6)))
    assert (few["tests"], many["tests"]) == (1, 5)
    assert (
        few["segments"][0]["smallest_effect"] < many["segments"][0]["smallest_effect"]
    )
    assert many["everyone"]["smallest_effect"] < few["everyone"]["smallest_effect"]
    assert many["segments"][0]["design"]["alpha"] == pytest.approx(0.01)
    assert many["everyone"]["design"]["alpha"] == 0.05


def test_a_segment_with_a_few_in_an_arm_is_neither_tested_nor_told():
    made = plan(group(1), group(2, 37, 9))
    small = made["segments"][1]
    assert (small["holdout"], small["smallest_effect"], small["enough"]) == (None,) * 3
    assert made["tests"] == 1
    # With the total it would follow by subtraction.
    assert made["everyone"]["holdout"] is None


def test_where_nothing_was_learned_a_base_that_is_told_serves():
    none = plan(group(1), outcomes={})
    assert none["everyone"]["smallest_effect"] is None
    assert power_curves(none) == []
    told = plan(group(1), outcomes={}, base=0.1)
    assert told["everyone"]["smallest_effect"] == pytest.approx(
        plan(group(1))["everyone"]["smallest_effect"]
    )


def test_what_was_learned_from_a_few_is_not_used():
    few = {"S01": {"mean": 0.1, "sd": 0.3, "n": 9}}
    assert plan(group(1), outcomes=few)["segments"][0]["base"] is None


def test_a_lift_beyond_all_customers_cannot_be_found():
    high = {"S01": {"mean": 0.98, "sd": 0.14, "n": 500}}
    row = plan(group(1), outcomes=high, effect=0.05)["segments"][0]
    assert (row["power"], row["needed"], row["enough"]) == (None, None, False)
    assert smallest_effect(Design(40, 0.5, 0.98, 0.14, share=True)) is None


def test_customers_who_all_did_the_same_cannot_be_planned_for():
    flat = {"S01": {"mean": 5.0, "sd": 0.0, "n": 500}}
    row = plan(group(1), goal="grow_spend", outcomes=flat)["segments"][0]
    assert row["smallest_effect"] is None


def test_the_sending_takes_as_long_as_it_takes():
    lasts = plan(group(1), per_day=100)["duration"]
    assert lasts == {"sending": 8, "waiting": 90, "per_day": 100}
    assert plan(group(1), days=30)["duration"]["waiting"] == 30


def test_curves_begin_with_a_false_alarm_and_pass_the_smallest_lift_at_its_power():
    made = plan(group(1), group(2))
    for segment, row in zip(
        ("Segment 1", "Everyone"), (made["segments"][0], made["everyone"]), strict=True
    ):
        own = [c for c in made["curves"] if c["segment"] == segment]
        assert own[0]["power"] == pytest.approx(row["design"]["alpha"], abs=1e-4)
        at = np.interp(
            row["smallest_effect"],
            [c["effect"] for c in own],
            [c["power"] for c in own],
        )
        assert at == pytest.approx(0.8, abs=0.02)
