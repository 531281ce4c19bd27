"""What any segmentation must beat."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chisquare

from segtools.segmentation.baselines import (
    learn_kmeans_rfm,
    learn_quintiles,
    learn_random,
    learn_rfm_grid,
)
from segtools.segmentation.place import place
from segtools.segmentation.rules import CELLS, cut_points
from segtools.segmentation.tiers import cut_payload

from .tasks import make_task

LEARN = [learn_random, learn_quintiles, learn_rfm_grid, learn_kmeans_rfm]


@pytest.mark.parametrize("learn", LEARN)
def test_a_baseline_labels_everybody(learn):
    task = make_task()
    learned = learn(task)
    labels = learned.labels(task.features)
    assert labels.shape == (300,)
    assert labels.dtype == np.int64
    assert labels.min() >= 0


@pytest.mark.parametrize("learn", LEARN)
def test_a_baseline_never_sees_the_outcome(learn):
    task = make_task()
    blind = replace(task, outcome=task.outcome[::-1].set_axis(task.outcome.index))
    same = learn(task).labels(task.at) == learn(blind).labels(task.at)
    assert same.all()


@pytest.mark.parametrize("learn", LEARN)
def test_a_label_belongs_to_the_customer_and_not_to_the_row(learn, rng):
    task = make_task()
    labels = pd.Series(learn(task).labels(task.at), task.at.index)
    shuffled = task.at.iloc[rng.permutation(len(task.at))]
    again = learn(task).labels(shuffled)
    assert np.array_equal(labels.reindex(shuffled.index).to_numpy(), again)


def test_random_groups_are_of_one_size_and_know_nothing():
    task = make_task(2000)
    labels = learn_random(task).labels(task.at)
    assert chisquare(np.bincount(labels)).pvalue > 0.001
    spent = task.at["spend_total"].groupby(labels).mean()
    assert spent.max() / spent.min() < 1.3


def test_random_groups_follow_the_seed():
    task = make_task()
    one = learn_random(task).labels(task.at)
    assert np.array_equal(one, learn_random(task).labels(task.features))
    other = learn_random(replace(task, seed=2)).labels(task.at)
    assert 0.1 < (one == other).mean() < 0.5


def test_quintiles_hold_a_fifth_each_and_rise_with_spend():
    task = make_task()
    labels = learn_quintiles(task).labels(task.at)
    assert np.bincount(labels).tolist() == pytest.approx([60] * 5, abs=2)
    spent = task.at["spend_total"].groupby(labels)
    assert (spent.max().iloc[:-1].to_numpy() < spent.min().iloc[1:].to_numpy()).all()


@pytest.mark.parametrize("learn", [learn_random, learn_kmeans_rfm])
def test_chance_and_a_tutorial_are_never_shipped(learn):
    assert learn(make_task()).payload is None


@pytest.mark.parametrize("spent", [[5.0], [1, 1, 1, 1, 1, 9], [1, 2, 2, 3], range(50)])
def test_frozen_quintiles_cut_where_the_quantiles_lie(spent):
    at = pd.DataFrame({"spend_total": np.asarray(spent, float)})
    cuts = sorted(set(cut_points(at["spend_total"])))
    payload = cut_payload({"spend_total": cuts})
    labels = place(payload, at).labels
    assert labels.tolist() == np.searchsorted(cuts, spent, side="left").tolist()
    assert len(payload["label_names"]) == len(cuts) + 1


def test_fifths_have_names_from_the_lowest_up():
    names = learn_quintiles(make_task()).payload["label_names"]
    assert names[0] == "Lowest fifth by spend"
    assert names[4] == "Top fifth by spend"


def test_cells_of_the_grid_keep_their_names_and_empty_ones_join_the_nearest():
    task = make_task()
    # Nobody has ordered twice or more: all stand in the lowest frequency score.
    once = replace(task, at=task.at.assign(n_orders=1.0))
    learned = learn_rfm_grid(once)
    labels = learned.labels(once.at)
    names = learned.payload["label_names"]
    assert set(labels) == set(range(len(names)))
    assert names == ["Hibernating", "About to sleep", "Promising", "New"]
    often = learned.labels(once.at.head(1).assign(recency_days=0.0, n_orders=99.0))
    assert names[often[0]] == "New"


def test_who_spent_nothing_known_is_in_the_lowest_fifth():
    task = make_task()
    nobody = task.at.assign(spend_total=np.nan)
    assert set(learn_quintiles(task).labels(nobody)) == {0}


def test_the_grid_keeps_all_ten_named_cells():
    task = make_task(2000)
    labels = learn_rfm_grid(task).labels(task.at)
    assert set(labels) == set(range(len(CELLS)))


def test_kmeans_on_rfm_uses_three_columns_and_no_smallest_share():
    task = make_task(n_segments=5, min_share=0.4)
    learned = learn_kmeans_rfm(task)
    changed = task.at.assign(evening_share=0.0, interval_days=1.0)
    assert np.array_equal(learned.labels(changed), learned.labels(task.at))
    assert len(np.unique(learned.labels(task.at))) == 5
