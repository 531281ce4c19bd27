"""Two segments beside each other."""

import numpy as np
import pytest
from explorer_runs import make_run
from scipy import stats

from segtools.explorer.opened import opened
from segtools.explorer.pairs import (
    compared,
    compared_sentence,
    compared_table,
    more_often,
)
from segtools.schema import ConfigError


def test_the_most_telling_feature_comes_first(by_hand):
    """All regulars have more orders than who came once; recency tells little."""
    rows = compared(by_hand, "S01", "S03").set_index("feature")
    assert rows.index[:2].tolist() == ["n_orders", "spend_total"]
    assert rows.loc["n_orders", ["first", "second", "more"]].tolist() == [10.5, 2.0, 1]
    assert 0.3 < rows.loc["recency_days", "more"] < 0.7
    turned = compared(by_hand, "S03", "S01").set_index("feature")
    assert turned.loc["recency_days", "more"] == pytest.approx(
        1 - rows.loc["recency_days", "more"]
    )


def test_how_often_is_the_share_of_pairs_with_ties_half():
    one, two = np.array([1.0, 2, 3]), np.array([0.0, 2, 2])
    wins = [(a > b) + (a == b) / 2 for a in one for b in two]
    assert more_often(one, two)[0] == pytest.approx(np.mean(wins))
    statistic = stats.mannwhitneyu(one, two).statistic
    assert more_often(one, two)[0] == pytest.approx(statistic / 9)


def test_the_interval_covers_what_is_true():
    """Normal values a standard deviation apart: 76 % of pairs."""
    rng = np.random.default_rng(1)
    truth = stats.norm.cdf(1 / np.sqrt(2))
    held = 0
    for _ in range(400):
        _, low, high = more_often(rng.normal(1, 1, 40), rng.normal(0, 1, 60))
        held += low <= truth <= high
    assert 0.92 <= held / 400 <= 0.98


def test_groups_that_do_not_overlap_have_no_interval():
    assert more_often(np.array([5.0, 6]), np.array([1.0, 2])) == (1.0, 1.0, 1.0)
    assert more_often(np.array([1.0, 1]), np.array([1.0, 1]))[0] == 0.5


def test_the_sentence_says_who_has_more(by_hand):
    for pair in (("S01", "S03"), ("S03", "S01")):
        said = compared_sentence(by_hand, *pair)
        assert said.startswith(
            "Orders tells them apart most: in 100\u202f% of all pairs"
        )
        assert "the customer of Regulars has more than the one of Once" in said


def test_a_segment_of_a_few_is_not_compared():
    run = make_run()
    few = run.features.index[run.features["n_orders"] > 8][:36]
    kept = run.features.drop(few)
    run.features, run.segments = kept, run.model.assign(kept)
    found = opened(run)
    rows = compared(found, "S01", "S02")
    assert rows[["first", "more", "low", "high", "first_n"]].isna().all(axis=None)
    assert rows["second"].notna().all()
    assert "too few customers to be compared" in compared_sentence(found, "S01", "S02")


def test_one_segment_is_not_compared_with_itself(by_hand):
    with pytest.raises(ConfigError, match="both are 'S01'"):
        compared(by_hand, "S01", "S01")


def test_segments_of_like_names_have_a_column_each():
    name = "buyers of fresh fruit and vegetables on weekday evenings in town"
    names = {"S01": name + " 1 a", "S02": name + "2", "S03": name + " 1 b"}
    found = opened(make_run(names=names))
    table = compared_table(found, "S01", "S03")
    assert table.columns.is_unique
