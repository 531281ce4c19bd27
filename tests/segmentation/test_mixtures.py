"""Gaussian mixtures: planted shapes, criteria by hand, frozen and placed alike."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal
from sklearn.metrics import adjusted_rand_score

from segtools.schema import ConfigError, DataError
from segtools.segmentation.criteria import criteria
from segtools.segmentation.densities import joint, posterior
from segtools.segmentation.mixtures import (
    KINDS,
    choose_mixture,
    compare_mixtures,
    fit_mixture,
    fit_rows,
    large_enough,
    learn_mixture,
    n_parameters,
    replicate_mixture,
)
from segtools.segmentation.place import place

from .tasks import make_task

PAYLOAD = {
    "kind": "mixture",
    "form": "gaussian",
    "uses": ["x", "y"],
    "seen_missing": [],
    "preprocess": [],
    "weights": [0.5, 0.5],
    "means": [[-1.0, 0.0], [1.0, 0.0]],
    "roots": [[1.0, 1.0], [1.0, 1.0]],
}


def stretched(rng, sizes=(150, 90)):
    """Make two long clouds side by side, which k-means would cut across."""
    shape = np.array([[4.0, 0.0], [0.0, 0.3]])
    group = np.repeat(np.arange(len(sizes)), sizes)
    X = rng.normal(size=(len(group), 2)) @ shape + np.c_[0 * group, 3.0 * group]
    return pd.DataFrame(X, columns=["a", "b"]), group


def task_of(X, **more):
    given = {"n_segments": 2, "min_share": 0.05} | more
    return replace(make_task(10), features=X, at=X, **given)


def test_criteria_by_hand():
    odds = np.log([[0.2, 0.1], [0.3, 0.3]])
    found = criteria(odds, np.array([2.0, 1.0]), n_parameters=3)
    level = 2 * np.log(0.3) + np.log(0.6)
    bic = -2 * level + 3 * np.log(3)
    assert found["log_likelihood"] == pytest.approx(level)
    assert found["aic"] == pytest.approx(-2 * level + 6)
    assert found["bic"] == pytest.approx(bic)
    assert found["icl"] == pytest.approx(bic - 2 * (2 * np.log(2 / 3) + np.log(1 / 2)))
    doubt = -2 * (2 / 3 * np.log(2 / 3) + 1 / 3 * np.log(1 / 3)) + np.log(2)
    assert found["entropy"] == pytest.approx(1 - doubt / (3 * np.log(2)))


def test_planted_components_are_found_with_their_shape(rng):
    X, group = stretched(rng)
    table = compare_mixtures(X, range(1, 5), n_starts=3)
    best = choose_mixture(table)
    assert best["n_components"] == 2
    assert choose_mixture(table, by="icl")["n_components"] == 2
    labels = learn_mixture(task_of(X)).labels(X)
    assert adjusted_rand_score(group, labels) > 0.98


def test_the_table_has_a_row_a_fit_and_small_components_are_not_chosen(rng):
    X, _ = stretched(rng, (150, 90, 4))
    table = compare_mixtures(X, [1, 2, 3], kinds=["full", "diag"], n_starts=2)
    assert table.groupby("kind")["n_components"].apply(list).tolist() == [[1, 2, 3]] * 2
    assert choose_mixture(table, min_share=0.3)["smallest_share"] >= 0.3
    assert choose_mixture(table, min_share=1.1)["bic"] == table["bic"].min()


@pytest.mark.parametrize(
    ("kind", "expected"), [("full", 17), ("tied", 11), ("diag", 14), ("spherical", 11)]
)
def test_free_parameters_are_counted(rng, kind, expected):
    X = rng.normal(size=(60, 2))
    # 2 weights, 6 means, and 9, 3, 6 or 3 covariances.
    assert n_parameters(fit_mixture(X, 3, kind, seed=1, n_starts=1)) == expected


@pytest.mark.parametrize("kind", KINDS)
def test_frozen_densities_are_those_of_the_fit(rng, kind):
    X, _ = stretched(rng)
    model = fit_mixture(X.to_numpy(), 2, kind, seed=1, n_starts=1)
    own = compare_mixtures(X, [2], kinds=[kind], n_starts=1).iloc[0]
    Z = (X - X.mean()) / X.std(ddof=0)
    again = fit_mixture(fit_rows(Z.to_numpy(), 999), 2, kind, seed=1, n_starts=1)
    assert own["bic"] == pytest.approx(again.bic(Z.to_numpy()))
    assert model.converged_


def test_a_density_by_hand():
    logs = joint(PAYLOAD, pd.DataFrame({"x": [0.5], "y": [2.0]}))
    for c in (0, 1):
        exact = multivariate_normal(PAYLOAD["means"][c]).logpdf([0.5, 2.0])
        assert logs[0, c] == pytest.approx(exact + np.log(0.5))
    # A root of precision [[2, 1], [0, 1]] stands for the precision [[5, 1], [1, 1]].
    turned = PAYLOAD | {"roots": [[[2.0, 1.0], [0.0, 1.0]]] * 2}
    law = multivariate_normal([-1, 0], np.linalg.inv([[5.0, 1.0], [1.0, 1.0]]))
    logs = joint(turned, pd.DataFrame({"x": [0.5], "y": [2.0]}))
    assert logs[0, 0] == pytest.approx(law.logpdf([0.5, 2.0]) + np.log(0.5))


def test_the_highest_posterior_decides_and_a_tie_goes_to_the_lower_label():
    rows = pd.DataFrame({"x": [0.0, 1e-13, 0.5], "y": [0.0, 3.0, 0.0]})
    at = place(PAYLOAD, rows)
    assert at.labels.tolist() == [0, 0, 1]
    assert at.runner_up.tolist() == [1, 1, 0]
    assert posterior(PAYLOAD, rows)[2] == pytest.approx(
        [1 / (1 + np.e), np.e / (1 + np.e)]
    )
    one = PAYLOAD | {"weights": [1.0], "means": [[0.0, 0.0]], "roots": [[1.0, 1.0]]}
    assert place(one, rows).runner_up.tolist() == [-1, -1, -1]


def test_a_component_below_the_smallest_share_is_taken_out(rng):
    X, _ = stretched(rng, (150, 90, 6))
    learned = learn_mixture(task_of(X, n_segments=3, min_share=0.1))
    sizes = np.bincount(learned.labels(X))
    assert sizes.min() >= 0.1 * len(X)
    assert sum(learned.payload["weights"]) == pytest.approx(1)
    alone = large_enough(learned.payload, X, 0.9)
    assert len(alone["weights"]) == 1


def test_a_payload_survives_json_and_places_the_same():
    task = make_task()
    learned = learn_mixture(task)
    again = json.loads(json.dumps(learned.payload, allow_nan=False))
    assert again == learned.payload
    assert np.array_equal(place(again, task.at).labels, learned.labels(task.at))
    assert len(learned.payload["weights"]) == len(learned.payload["roots"])


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 99))
def test_the_order_of_rows_and_columns_changes_nothing(seed):
    task = make_task(120, n_segments=3)
    rng = np.random.default_rng(seed)
    rows = rng.permutation(120)
    turned = replace(task, features=task.features.iloc[rows, ::-1])
    one, two = learn_mixture(task).payload, learn_mixture(turned).payload
    assert np.allclose(one["means"], two["means"])
    assert np.array_equal(place(one, task.at).labels, place(two, task.at).labels)


def test_a_shared_value_does_not_swallow_the_likelihood(rng):
    """Most bought once: without a floor one component would sit on them alone."""
    X = pd.DataFrame(
        {
            "n_orders": np.r_[np.ones(150), rng.poisson(9, 80) + 2.0],
            "b": rng.random(230),
        }
    )
    payload = learn_mixture(task_of(X)).payload
    assert np.max([np.max(r) for r in payload["roots"]]) <= 10 + 1e-9


def test_customers_who_are_all_alike_are_one_segment():
    X = pd.DataFrame({"a": [1.0] * 9, "b": [2.0] * 9})
    assert set(learn_mixture(task_of(X)).labels(X)) == {0}


def test_a_replicate_keeps_each_component_in_its_place(rng):
    X, _ = stretched(rng)
    task = task_of(X)
    learned = learn_mixture(task)
    copy = replicate_mixture(
        task, learned.payload, np.sort(rng.integers(240, size=240))
    )
    assert copy["means"] != learned.payload["means"]
    again = place(learned.payload | copy, X).labels
    assert (again == learned.labels(X)).mean() > 0.97


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_replicated(rng, monkeypatch, kind):
    monkeypatch.setattr("segtools.segmentation.mixtures.KINDS", (kind,))
    X, _ = stretched(rng)
    task = task_of(X)
    payload = learn_mixture(task).payload
    copy = replicate_mixture(task, payload, np.arange(240))
    assert copy["means"] == pytest.approx(np.array(payload["means"]), abs=0.05)


def test_wrong_input_is_refused(rng):
    X, _ = stretched(rng)
    with pytest.raises(ConfigError, match=r"Leave out \['round'\]"):
        compare_mixtures(X, [1], kinds=["round"])
    with pytest.raises(DataError, match="2 of 20 customers differ and 3 segments"):
        compare_mixtures(pd.DataFrame({"a": [1.0, 2.0] * 10}), [3])
