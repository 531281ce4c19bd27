"""The gap statistic: rules by the printed fixture, references by what they keep."""

import numpy as np
import pytest

from segtools.schema import ConfigError
from segtools.segmentation.stability.gap import (
    _without_structure,
    gap_curves,
    log_spread,
    rule_k,
)

F = np.array([2.0, 3, 5, 4, 7, 8, 5, 4])
SE = np.array([0.5, 0.5, 1, 0.5, 0.5, 1.5, 0.5, 0.5])


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("firstSEmax", [3, 3, 2, 1]),
        ("Tibs2001SEmax", [3, 3, 1, 1]),
        ("globalSEmax", [6, 5, 3, 1]),
        ("firstmax", [3, 3, 3, 3]),
        ("globalmax", [6, 6, 6, 6]),
    ],
)
def test_rules_by_the_printed_fixture(rule, expected):
    assert [rule_k(F, SE, rule=rule, factor=f) for f in (0.25, 1, 2, 4)] == expected


def test_a_curve_that_only_rises_ends_at_its_end():
    rising = np.arange(4.0)
    assert [rule_k(rising, SE[:4] / 9, rule=r) for r in ("firstmax", "firstSEmax")] == [
        4,
        4,
    ]


def test_unknown_words_are_refused(rng):
    with pytest.raises(ConfigError, match="rule must be one of"):
        rule_k(F, SE, rule="elbow")
    with pytest.raises(ConfigError, match="reference must be one of pca, margins"):
        gap_curves(np.ones((3, 1)), 2, rng=rng, reference="box")


def test_spread_by_hand():
    X, labels = np.array([[0.0], [2.0], [4.0], [9.0]]), np.array([0, 0, 0, 1])
    # Around 2: 4 + 0 + 4. Pairs: 2 + 2 + 4, over three.
    assert np.exp(log_spread(X, labels)) == pytest.approx(8)
    assert np.exp(log_spread(X, labels, power=1)) == pytest.approx(8 / 3)


def test_the_margins_stay_and_the_dependence_goes(rng):
    x = rng.lognormal(size=500)
    X = np.column_stack([x, x, (x > 1).astype(float)])
    found = _without_structure(X, "margins", rng)
    assert (np.sort(found, axis=0) == np.sort(X, axis=0)).all()
    assert abs(np.corrcoef(found, rowvar=False)[0, 1]) < 0.2


def test_the_turned_box_holds_the_data_in_its_own_axes(rng):
    X = rng.normal(size=(400, 2)) @ np.array([[3, 3], [-0.1, 0.1]]) + 50
    found = _without_structure(X, "pca", rng)
    assert found.mean(axis=0) == pytest.approx(X.mean(axis=0), abs=1.5)
    # A long thin box, as the data are.
    across = (found - X.mean(axis=0)) @ np.array([1, -1]) / np.sqrt(2)
    assert np.abs(across).max() < 1


def test_yes_or_no_columns_need_their_margins_kept(rng):
    # Independent coins fall on corners, which a uniform box does not have.
    X = (rng.random((300, 4)) < 0.5).astype(float)
    kept = gap_curves(X, 6, rng=rng, reference="margins", n_references=10)[2]
    assert kept.n_clusters() == 1
    assert np.abs(kept.gap).max() < 0.1
    boxed = gap_curves(X, 6, rng=rng, n_references=10)[2]
    assert boxed.gap[-1] > boxed.gap[0] + 0.1


@pytest.mark.parametrize("reference", ["pca", "margins"])
def test_planted_groups_are_counted(blobs, rng, reference):
    found = gap_curves(
        blobs(3), 5, rng=rng, reference=reference, powers=(1, 2), n_references=10
    )
    assert [found[q].n_clusters("firstSEmax") for q in (1, 2)] == [3, 3]


def test_one_cloud_is_one(rng):
    found = gap_curves(rng.normal(size=(200, 3)), 5, rng=rng, n_references=10)
    assert found[2].n_clusters() == 1
