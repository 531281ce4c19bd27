"""Plain spend quintiles or an RFM grid are recommended where they do as well."""

import numpy as np
import pytest

from segtools.segmentation.contest import Contest, Entry, Rules, choose, record
from segtools.segmentation.figures import FIGURES
from segtools.segmentation.verdict import judge_worth

PLAN = {"evidence": "out_of_time", "sentence": "Judged later.", "legs": []}
LABELS = {
    "goal": "Goal scorecard",
    "spend_quintiles": "Spend quintiles",
    "rfm_grid": "RFM grid",
    "random": "Random groups",
}


def entry(name, gini, eta2, spread=0.02):
    """Make an entry whose figures are drawn around two values."""
    chance = np.random.default_rng(sorted(LABELS).index(name))
    noise = np.r_[0.0, chance.normal(0, spread, 200)]
    draws = {f: (eta2 if f.startswith("eta2") else gini) + noise for f in FIGURES}
    role = "scheme" if name == "goal" else "baseline"
    return Entry(
        name, LABELS[name], role, 3, asked=5, n_segments=5, draws=draws, learned="x"
    )


def held(*entries, method="auto"):
    contest = Contest(Rules("grow_spend", 5, method=method), dict(PLAN))
    contest.entries = [entry("goal", 0.45, 0.6), entry("random", 0.0, 0.0), *entries]
    choose(contest)
    return contest


@pytest.mark.parametrize("method", ["auto", "goal"])
def test_spend_quintiles_that_do_as_well_are_recommended(method):
    contest = held(entry("spend_quintiles", 0.44, 0.59), method=method)
    assert contest.winner.scheme == record(contest)["winner"] == "goal"
    assert record(contest)["recommended"] == "spend_quintiles"
    assert contest.reason.endswith(
        " Spend quintiles do as well as the chosen segments: neither in ranking "
        "customers (Gini 0.440 against 0.450) nor in telling their outcomes apart is "
        "the difference clear. We recommend them as the plainer way "
        "(method: spend_quintiles)."
    )


def test_an_rfm_grid_that_does_as_well_is_recommended():
    contest = held(entry("rfm_grid", 0.45, 0.6), entry("spend_quintiles", 0.2, 0.2))
    assert record(contest)["recommended"] == "rfm_grid"
    assert " The RFM grid does as well as the chosen segments: " in contest.reason
    assert contest.reason.endswith("it as the plainer way (method: rfm_grid).")


def test_a_recommendation_is_followed_by_naming_it():
    contest = held(entry("spend_quintiles", 0.44, 0.59), method="spend_quintiles")
    assert contest.winner.scheme == "spend_quintiles"
    assert record(contest)["recommended"] == "spend_quintiles"
    assert contest.reason == "The configuration asks for the method spend_quintiles."
    worth = judge_worth(contest)
    assert worth.word == "not_proved"
    assert worth.beats_random
    assert worth.sentence == (
        "they are spend quintiles, which everything else is measured against, and rank "
        "the next period's spend with a Gini of 0.44"
    )


def test_of_two_that_do_as_well_the_better_one_is_recommended():
    both = entry("rfm_grid", 0.46, 0.6), entry("spend_quintiles", 0.44, 0.6)
    assert record(held(*both))["recommended"] == "rfm_grid"


@pytest.mark.parametrize(("gini", "eta2"), [(0.2, 0.6), (0.45, 0.3), (0.2, 0.3)])
def test_one_that_is_clearly_behind_in_either_figure_is_not(gini, eta2):
    contest = held(entry("spend_quintiles", gini, eta2))
    assert record(contest)["recommended"] == "goal"
    assert "ecommend" not in contest.reason


def test_one_that_is_no_better_than_random_groups_is_not():
    contest = Contest(Rules("grow_spend", 5), dict(PLAN))
    names = "goal", "random", "spend_quintiles"
    contest.entries = [entry(name, 0.01, 0.01) for name in names]
    choose(contest)
    assert record(contest)["recommended"] == "goal"


def test_nothing_is_recommended_where_nothing_was_judged():
    contest = Contest(Rules("understand"), PLAN | {"evidence": "not_judged"})
    choose(contest)
    assert record(contest)["recommended"] is None
