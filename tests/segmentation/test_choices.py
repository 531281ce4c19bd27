"""The design of variants: balanced, without repetition, around the run's choices."""

from itertools import combinations

import pandas as pd
import pytest

from segtools.config import RunConfig
from segtools.segmentation.choices import (
    POLICIES,
    Choice,
    Settled,
    choices_around,
    variants_of,
)

SETTLED = Settled("goal", 5, True, 700.0, {"returns": 12, "huge_orders": 3})


def config(**changes) -> RunConfig:
    body = {"project": "p", "timezone": "UTC", "source": {"system": "sample"}}
    return RunConfig(**body | changes)


def around(settled=SETTLED, **changes) -> dict[str, tuple]:
    return {c.name: c.levels for c in choices_around(config(**changes), settled)}


def test_the_full_design_has_48_variants_and_none_twice():
    variants = variants_of(choices_around(config(), SETTLED))
    assert len(variants) == 48
    assert len({tuple(v.items()) for v in variants}) == 48


def test_each_level_comes_equally_often():
    table = pd.DataFrame(variants_of(choices_around(config(), SETTLED)))
    for name in table.columns.drop("scaling"):
        counts = table[name].value_counts()
        assert counts.nunique() == 1, name
    # Scaling is a choice of one method only, and there the levels are balanced.
    assert table["scaling"].value_counts().to_dict() == {"logged": 6, "plain": 6}
    assert set(table.loc[table["scaling"].notna(), "method"]) == {"clusters"}


def test_main_effects_are_not_confounded():
    table = pd.DataFrame(variants_of(choices_around(config(), SETTLED)))
    others = ["window_days", "returns", "huge_orders", "seed", "method"]
    for one, other in combinations(others, 2):
        assert pd.crosstab(table[one], table[other]).to_numpy().std() == 0
    clusters = table[table["method"] == "clusters"]
    for other in others[:4]:
        assert pd.crosstab(clusters["scaling"], clusters[other]).to_numpy().std() == 0
    # Sixteen do not divide by three: the number of segments is as even as can be.
    for other in others:
        pairs = pd.crosstab(table["n_segments"], table[other]).to_numpy()
        assert pairs.max() - pairs.min() <= 2


def test_the_runs_own_choice_is_the_first_level():
    own = config(window_days=90, returns="drop", huge_orders="clip", seed=7)
    levels = choices_around(own, SETTLED)
    assert {c.name: c.levels[0] for c in levels} == {
        "window_days": 90,
        "returns": "drop",
        "huge_orders": "clip",
        "seed": 7,
        "method": "goal",
        "n_segments": 5,
        "scaling": "logged",
    }


def test_a_decision_that_concerns_no_row_makes_room_for_the_next():
    settled = Settled("goal", 5, True, 700.0, {"returns": 0, "zero_prices": 40})
    levels = around(settled)
    assert "returns" not in levels
    assert levels["zero_prices"] == ("keep", "drop")
    assert len(variants_of(choices_around(config(), settled))) == 48


def test_only_two_decisions_are_varied():
    settled = Settled("goal", 5, True, 700.0, dict.fromkeys(POLICIES, 1))
    assert [n for n in around(settled) if n in POLICIES] == ["returns", "huge_orders"]


def test_each_policy_has_another_one():
    for name, other in POLICIES.items():
        for own, instead in other.items():
            assert own != instead
            config(**{name: own})
            config(**{name: instead})


def test_no_window_is_longer_than_the_history():
    assert around(Settled("goal", 5, True, 130.0, {}))["window_days"] == (131, 120)
    assert "window_days" not in around(Settled("goal", 5, True, 100.0, {}))


@pytest.mark.parametrize(
    ("n", "min_share", "sizes"),
    [
        (5, 0.03, (5, 4, 6)),
        (2, 0.03, (2, 3, 4)),
        (12, 0.03, (12, 11, 10)),
        (3, 0.3, (3, 2)),
        (2, 0.5, (2,)),
    ],
)
def test_numbers_of_segments_lie_next_to_the_own_one(n, min_share, sizes):
    found = around(Settled("goal", n, True, 700.0, {}), min_share=min_share)
    assert found.get("n_segments", (n,)) == sizes


def test_a_goal_without_an_outcome_has_no_scorecard():
    found = around(Settled("clusters", 4, False, 700.0, {}), goal="understand")
    assert found["method"] == ("clusters", "rules", "ward", "mixture")


def test_equal_variants_are_left_out():
    own = [Choice("method", ("rules", "goal")), Choice("n_segments", (2, 3))]
    found = [tuple(v.values()) for v in variants_of(own)]
    assert sorted(found) == [("goal", 2), ("goal", 3), ("rules", 2), ("rules", 3)]
    assert variants_of([]) == [{}]
