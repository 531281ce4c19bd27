"""Factors of mixed data: principal components, correspondence analysis, and weights."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA
from sklearn.metrics import adjusted_rand_score

from segtools.schema import ConfigError, DataError
from segtools.segmentation.mixed import (
    SCHEME,
    distance_shares,
    famd,
    learn_mixed,
)
from segtools.segmentation.model import SegmentModel
from segtools.segmentation.place import place

from .tasks import make_task


@pytest.fixture
def people(rng):
    """Two groups that differ in age and in the way they pay."""
    group = np.repeat([0, 1], [90, 60])
    pays = np.where(rng.random(150) < 0.9, group, 1 - group)
    frame = pd.DataFrame(
        {
            "age": rng.normal(np.where(group, 60, 30), 4),
            "height": rng.normal(170, 8, 150),
            "pays": np.array(["card", "cash"])[pays],
            "town": rng.choice(["A", "B", "C"], 150),
        },
        index=[f"c{i:03d}" for i in range(150)],
    )
    return frame, group


def test_without_categories_factors_are_principal_components(rng):
    X = pd.DataFrame(rng.normal(size=(80, 4)) @ rng.normal(size=(4, 4))).add_prefix("x")
    found = famd(X, n_components=4, plain=True)
    Z = (X - X.mean()) / X.std(ddof=0)
    pca = PCA().fit(Z)
    assert found.eigenvalues == pytest.approx(pca.explained_variance_ * 79 / 80)
    own, theirs = found.coordinates(X), pca.transform(Z)
    assert np.abs(own) == pytest.approx(np.abs(theirs))


def test_without_numbers_factors_are_those_of_correspondence_analysis(people):
    frame = people[0][["pays", "town"]]
    Z = pd.get_dummies(frame).to_numpy(float)
    P = Z / Z.sum()
    row, column = P.sum(axis=1), P.sum(axis=0)
    S = (P - np.outer(row, column)) / np.sqrt(np.outer(row, column))
    inertia = np.linalg.svd(S, compute_uv=False) ** 2
    found = famd(frame).eigenvalues
    # With Q questions, Q times the inertia of the table of indicators.
    assert found == pytest.approx(2 * inertia[: len(found)])


def test_eigenvalues_add_up_to_numbers_plus_free_levels(people):
    frame, _ = people
    assert famd(frame, plain=True).eigenvalues.sum() == pytest.approx(2 + 1 + 2)


def test_shares_of_distance_by_hand(people):
    table = distance_shares(people[0])
    assert table["share"].to_dict() == pytest.approx(
        {"age": 0.2, "height": 0.2, "pays": 0.2, "town": 0.4}
    )
    assert table["block_share"].tolist() == pytest.approx([0.4, 0.4, 0.6, 0.6])


def test_shares_are_those_of_actual_squared_distances(people):
    frame, _ = people
    weights = {"numbers": 0.7, "categories": 0.3}
    found = famd(frame, n_components=99, weights=weights)
    X = found.coordinates(frame)
    assert found.shares["block_share"].unique() == pytest.approx([0.7, 0.3])
    assert found.shares["plain_block_share"].unique() == pytest.approx([0.4, 0.6])
    assert X.var(axis=0).sum() == pytest.approx(5)  # the total is kept
    axes = np.array(found.payload["preprocess"][-1]["axes"])
    own = (X @ axes.T).var(axis=0)  # back on the columns of the coding
    assert own[:2].sum() / own.sum() == pytest.approx(0.7)


def test_the_fewest_components_that_hold_enough_are_taken(people):
    frame, _ = people
    found = famd(frame)
    taken = found.coordinates(frame).shape[1]
    share = np.cumsum(found.eigenvalues) / found.eigenvalues.sum()
    assert share[taken - 1] >= 0.8 > share[taken - 2]


def test_numbers_can_be_named_as_categories(people):
    frame, _ = people
    coded = frame.assign(town=frame["town"].map({"A": 1, "B": 2, "C": 30}))
    one, two = famd(frame), famd(coded, categories=["town"])
    assert one.eigenvalues == pytest.approx(two.eigenvalues)
    assert one.coordinates(frame) == pytest.approx(two.coordinates(coded))


def task_of(frame, **more):
    given = {"n_segments": 2, "min_share": 0.05} | more
    return replace(make_task(10), features=frame, at=frame, **given)


def test_planted_groups_are_found_again(people):
    frame, group = people
    labels = SCHEME.learn(task_of(frame)).labels(frame)
    assert adjusted_rand_score(group, labels) > 0.8


def test_missing_and_new_categories_stand_at_the_average(people):
    frame, _ = people
    learned = learn_mixed(task_of(frame))
    rows = frame.iloc[:3].copy()
    rows.iloc[0, 3] = None
    rows.iloc[1, 3] = "D"
    at = place(learned.payload, rows)
    assert at.reduced.tolist() == [True, True, False]


def test_a_payload_survives_json_and_a_model_assigns_with_it(people):
    frame, _ = people
    learned = learn_mixed(task_of(frame))
    again = json.loads(json.dumps(learned.payload, allow_nan=False))
    assert again == learned.payload
    segments = [{"segment_id": f"S0{i}", "name": f"s{i}", "rank": i} for i in (1, 2)]
    features = [{"name": n} for n in again["uses"]]
    model = SegmentModel(again, segments, features, fallback="S02")
    rows = frame.assign(recency_days=1.0).rename_axis("customer_id").reset_index()
    found = model.assign(rows)["segment_id"].map({"S01": 0, "S02": 1})
    assert np.array_equal(found, learned.labels(frame))


def test_the_order_of_rows_and_columns_changes_nothing(people, rng):
    frame, _ = people
    turned = frame.iloc[rng.permutation(150), ::-1]
    one, two = learn_mixed(task_of(frame)), learn_mixed(task_of(turned))
    assert np.array_equal(one.labels(frame), two.labels(frame))


def test_a_cluster_below_the_smallest_share_goes_to_the_others(people):
    frame, _ = people
    learned = learn_mixed(task_of(frame, n_segments=6, min_share=0.2))
    assert np.bincount(learned.labels(frame)).min() >= 30
    assert "too small" in learned.note


def test_what_cannot_be_done_is_refused(people):
    frame, _ = people
    names = frame.assign(name=[f"n{i}" for i in range(150)])
    with pytest.raises(DataError, match=r"but 1 have more: {'name': 150}"):
        famd(names)
    with pytest.raises(DataError, match="none does among 150 customers"):
        famd(frame.assign(age=1.0, height=2.0, pays="card", town="A"))
    few = pd.DataFrame({"age": [20.0, 30.0, 55.0], "town": ["A", "B", "C"]})
    with pytest.raises(DataError, match="there are 3 customers for 3"):
        famd(few)
    with pytest.raises(ConfigError, match=r"weights must give \['categories', 'numb"):
        famd(frame, weights={"numbers": 1.0})
