"""Structure is found where it was planted, and nowhere else."""

import numpy as np
import pandas as pd
import pytest

from segtools.config.blocks import StructureThresholds
from segtools.segmentation import evidence as shown
from segtools.segmentation import structure as module
from segtools.segmentation.doubts import heard
from segtools.segmentation.evidence import (
    agreement_by_k,
    dip_on_distances,
    gap_statistic,
)
from segtools.segmentation.structure import MAX_CLUSTERS, structure_verdict


@pytest.fixture(autouse=True)
def _fast(monkeypatch):
    """Take fewer draws; the rules stay the same."""
    monkeypatch.setattr(shown, "N_PAIRS", 6)
    monkeypatch.setattr(shown, "N_REFERENCES", 6)
    monkeypatch.setattr(shown, "N_INIT", 4)


def blobs(rng, k, n=40):
    """Make k groups, each as far from every other."""
    return 8 * np.eye(k)[np.repeat(np.arange(k), n)] + rng.normal(0, 0.5, (k * n, k))


def noise(kind, rng, n=150, p=3):
    draw = {"gauss": rng.normal, "lognormal": rng.lognormal, "uniform": rng.uniform}
    return draw[kind](size=(n, p))


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("kind", ["gauss", "lognormal", "uniform"])
def test_data_without_groups_are_never_natural(kind, seed):
    found = structure_verdict(noise(kind, np.random.default_rng(seed)))
    assert found.label != "natural"
    assert "natural groups" not in found.sentence


@pytest.mark.parametrize("k", [2, 3, 4])
def test_planted_groups_are_natural_and_counted(k, rng):
    X = blobs(rng, k)
    found = structure_verdict(X)
    assert (found.label, found.n_clusters) == ("natural", k)
    assert found.sentence == (
        f"The features fall into {k} natural groups: there are gaps between them, and "
        "resamples find them again (agreement 1.00)."
    )


def test_missing_values_do_not_make_groups(rng):
    X = noise("gauss", rng)
    X[rng.random(X.shape) < 0.1] = np.nan
    assert structure_verdict(X).label != "natural"


def test_who_has_a_gap_is_left_out_where_enough_others_remain(rng):
    X = noise("gauss", rng)
    X[:20, 0] = np.nan
    evidence = structure_verdict(X).evidence
    assert (evidence["rows"], evidence["left_out"]) == (130, 20)
    X[30:, 1] = np.nan
    evidence = structure_verdict(X).evidence
    assert (evidence["rows"], evidence["left_out"]) == (150, 0)


def test_the_same_seed_gives_the_same_verdict(rng):
    X = blobs(rng, 3)
    frame = pd.DataFrame(X, columns=list("abc")).set_axis(range(5, 125))
    assert structure_verdict(frame) == structure_verdict(frame, random_state=1)


def test_the_order_of_columns_does_not_matter(rng):
    X = blobs(rng, 3)
    frame = pd.DataFrame(X, columns=list("abc"))
    assert structure_verdict(frame[["c", "a", "b"]]) == structure_verdict(frame)


def test_the_unit_of_a_feature_does_not_matter(rng):
    X = blobs(rng, 3)
    one, two = structure_verdict(X), structure_verdict(X * [1, 100, 0.01])
    assert (one.label, one.n_clusters) == (two.label, two.n_clusters)


@pytest.mark.parametrize(
    "X",
    [
        np.ones((30, 3)),
        np.array([[0.0, 1.0], [0.0, 1.0], [1.0, 0.0]]),
        np.zeros((1, 2)),
        np.full((5, 2), np.nan),
    ],
)
def test_too_few_different_customers_are_said_to_be(X):
    found, _ = heard(structure_verdict, X)
    assert (found.label, found.n_clusters) == ("constructed", 1)
    assert found.sentence.startswith("There are too few different customers (")
    assert found.evidence["gap"]["k"] == found.evidence["agreement"]["k"] == []


def test_large_data_are_judged_on_a_sample(rng, monkeypatch):
    monkeypatch.setattr(module, "MAX_ROWS", 100)
    X = blobs(rng, 3, n=80)
    found = structure_verdict(X)
    assert found.evidence["rows"] == 100
    assert (found.label, found.n_clusters) == ("natural", 3)


def test_the_evidence_can_be_drawn(rng):
    evidence = structure_verdict(noise("gauss", rng)).evidence
    gap, agreement = evidence["gap"], evidence["agreement"]
    assert gap["k"] == list(range(1, MAX_CLUSTERS + 1))
    assert len(gap["gap"]) == len(gap["se"]) == MAX_CLUSTERS
    assert len(agreement["k"]) == len(agreement["median"])
    for low, median, high in zip(
        agreement["low"], agreement["median"], agreement["high"], strict=True
    ):
        assert low <= median <= high <= 1
    assert 0 <= evidence["dip"]["p_value"] <= 1
    assert evidence["thresholds"] == {"agreement": 0.8, "depth": 0.4, "excess": 2.5}
    assert evidence["natural"]["n_groups"] == 1


@pytest.mark.parametrize(
    ("natural", "recurs", "median", "excess", "expected"),
    [
        (3, 0.8, {2: 0.9, 3: 0.8, 4: 0.5}, 0.3, ("natural", 3, 0.8)),
        (2, 0.9, {2: 0.9}, 0.3, ("natural", 2, 0.9)),
        (3, 0.79, {2: 0.9, 3: 0.9, 4: 0.5}, 2.5, ("reproducible", 3, 0.9)),
        (1, 0.0, {2: 0.9, 3: 0.8, 4: 0.9}, 2.5, ("reproducible", 4, 0.9)),
        (1, 0.0, {2: 0.9, 3: 0.5, 4: 0.9}, 2.4, ("constructed", 4, 0.9)),
        (1, 0.0, {2: 0.95, 3: 0.5, 4: 0.79}, 9.0, ("reproducible", 3, 0.85)),
        (1, 0.0, {2: 0.9}, 0.3, ("constructed", 2, 0.9)),
    ],
)
def test_natural_needs_valleys_and_reproducible_more_than_margins_give(
    natural, recurs, median, excess, expected, rng, monkeypatch
):
    agreement = {"k": list(median), "median": list(median.values())}
    evidence = {"natural": {"n_groups": natural, "agreement": recurs}}
    in_parts = {"k": [3], "median": [0.85]}
    monkeypatch.setattr(module, "agreement_by_k", lambda *_: in_parts)
    monkeypatch.setattr(module, "tighter", lambda *_: {"excess": excess})
    evidence["agreement"] = agreement
    Z, limits = rng.normal(size=(60, 2)), StructureThresholds()
    assert module._label(Z, evidence, limits, rng) == expected


def test_a_bent_line_of_customers_is_reproducible(rng):
    angle = rng.uniform(0, np.pi, 500)
    X = 0.1 * rng.normal(size=(500, 3))
    X[:, :2] += np.column_stack([np.cos(angle), np.sin(angle)])
    found = structure_verdict(X)
    assert found.label == "reproducible"
    assert found.sentence.startswith("There are no gaps between customers, yet ")


def test_thresholds_decide_and_are_named(rng):
    X = np.vstack([rng.normal(c, 1, (100, 2)) for c in ((0, 0), (7, 0), (0, 7))])
    strict = StructureThresholds(depth=0.0)
    found = structure_verdict(X, thresholds=strict)
    assert structure_verdict(X).label == "natural"
    assert found.label != "natural"
    assert found.evidence["thresholds"]["depth"] == 0.0


@pytest.mark.parametrize("rho", [0.6, 0.9])
def test_correlated_features_are_no_structure(rho, rng):
    X = np.sqrt(rho) * rng.normal(size=(1_500, 1))
    found = structure_verdict(X + np.sqrt(1 - rho) * rng.normal(size=(1_500, 4)))
    assert found.label == "constructed"


def test_small_groups_beside_large_ones_are_counted(rng):
    sizes = (300, 120, 40)
    centres = ((0, 0, 0), (7, 0, 0), (0, 7, 0))
    X = np.vstack(
        [rng.normal(c, 1, (n, 3)) for c, n in zip(centres, sizes, strict=True)]
    )
    found = structure_verdict(X)
    assert (found.label, found.n_clusters) == ("natural", 3)
    assert found.evidence["natural"]["sizes"] == pytest.approx(sizes, abs=3)


def test_natural_groups_are_given_row_by_row(rng):
    X = pd.DataFrame(blobs(rng, 3))
    X.iloc[[0, 70]] = np.nan
    shuffled = X.sample(frac=1, random_state=1)
    labels = structure_verdict(shuffled).labels
    assert sorted(np.flatnonzero(labels == -1)) == sorted(
        shuffled.index.get_indexer([0, 70])
    )
    own = np.repeat([0, 1, 2], 40)[shuffled.index]
    pairs = {(a, b) for a, b in zip(own, labels, strict=True) if b >= 0}
    assert len(pairs) == 3


def test_two_halves_of_a_long_cloud_are_not_reproducible_groups(rng):
    X = rng.normal(size=(250, 3)) * [4, 1, 1]
    assert structure_verdict(X).label != "natural"


def test_the_gap_says_one_for_one_gaussian_and_k_for_k_blobs(rng):
    one = gap_statistic(noise("gauss", rng), 5, rng)
    three = gap_statistic(blobs(rng, 3), 5, rng)
    assert one["candidates"]["first"] == 1
    assert set(three["candidates"].values()) == {3}


def test_the_gap_takes_the_first_k_within_one_error_of_the_next(rng):
    found = gap_statistic(blobs(rng, 4), 6, rng)
    gap, se = found["gap"], found["se"]
    enough = [k for k in range(1, 6) if gap[k - 1] >= gap[k] - se[k]]
    assert found["candidates"]["first"] == (enough[0] if enough else 6)


def test_turning_the_data_does_not_move_the_gap(rng):
    X = blobs(rng, 3)
    turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    one, two = (
        gap_statistic(Z - Z.mean(axis=0), 4, np.random.default_rng(1))
        for Z in (X, X @ turn)
    )
    assert one["candidates"] == two["candidates"]
    assert one["gap"] == pytest.approx(two["gap"], abs=0.15)


def test_far_blobs_agree_completely_and_noise_does_not(rng):
    far = agreement_by_k(blobs(rng, 4), [4], rng)
    flat = agreement_by_k(noise("uniform", rng), [5], rng)
    assert far["median"] == [1.0]
    assert flat["median"][0] < 0.8


def test_distances_of_far_blobs_have_several_modes_and_a_cloud_has_one(rng):
    far = dip_on_distances(blobs(rng, 2), rng)
    cloud = dip_on_distances(noise("gauss", rng), rng)
    assert far["p_value"] < 0.01 < 0.5 < cloud["p_value"]
    assert far["dip"] > cloud["dip"]


def test_only_so_many_rows_are_paired_as_p_values_are_tabled_for(rng):
    found = dip_on_distances(rng.normal(size=(500, 2)), rng)
    assert found["rows"] == shown.MAX_DIP_ROWS


def test_three_groups_on_a_line_are_found_although_two_are_no_better_than_one(rng):
    X = np.vstack([rng.normal(c, 0.3, (60, 2)) for c in (0, 5, 10)])
    found = structure_verdict(X)
    assert found.evidence["gap"]["candidates"] == {"first": 1, "highest": 3}
    assert (found.label, found.n_clusters) == ("natural", 3)


def test_customers_with_gaps_are_left_out_unless_few_would_remain(rng):
    X = pd.DataFrame(blobs(rng, 3))
    some, most = X.copy(), X.copy()
    some.iloc[::5] = np.nan
    found = structure_verdict(some)
    assert found.evidence["left_out"] == int(some.isna().any(axis=1).sum())
    most.iloc[np.arange(len(X)) % 10 != 0, 0] = np.nan
    assert structure_verdict(most).evidence["left_out"] == 0


def test_a_handful_of_customers_is_never_natural(rng):
    X = np.vstack([rng.normal(c, 0.1, (8, 5)) for c in (0, 9)])
    found = structure_verdict(X + rng.normal(size=X.shape))
    assert (found.label, found.n_clusters) == ("constructed", 1)
