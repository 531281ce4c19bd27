"""Bootstrap pairs: stable groups recur, and each figure says what it should."""

import numpy as np
import pytest

from segtools.segmentation.stability.kmeans import cloud, kmeans, nearest
from segtools.segmentation.stability.pairs import (
    Pairs,
    _decided,
    bootstrap_pairs,
    stability_rows,
    within_rows,
)


def base(X, *ks):
    points = cloud(X)
    fits = {k: kmeans(points, k, rng=np.random.default_rng(1)) for k in ks}
    return points, {k: nearest(points, fit.centres) for k, fit in fits.items()}


def test_four_far_groups_always_agree(blobs):
    points, labels = base(blobs(4), 4)
    found = bootstrap_pairs(points, labels, random_state=1, n_pairs=5)[4]
    assert found.ari.tolist() == [1.0] * 5
    assert (found.within == 1).all()
    assert found.clusterwise()["recovered"].tolist() == [10] * 4
    assert found.doubled == (1.0, 1.0)


def test_only_the_group_that_is_cut_is_unstable(blobs):
    # Three groups cut in four: two of them stay whole.
    points, labels = base(blobs(3), 4)
    found = bootstrap_pairs(points, labels, random_state=1, n_pairs=10)[4]
    median = np.median(found.within, axis=0)
    size = np.bincount(labels[4])
    whole = size == 40
    assert whole.sum() == 2
    assert median[whole].min() > 0.95 > 0.8 > median[~whole].max()


def test_shapes_and_long_forms(blobs):
    points, labels = base(blobs(3), 2, 3)
    found = bootstrap_pairs(points, labels, random_state=1, n_pairs=4)
    assert found[3].within.shape == (4, 3)
    assert found[3].drawn.shape == (8, 3)
    assert len(stability_rows(found)) == 8
    rows = within_rows(found[3])
    assert rows.groupby("segment").size().tolist() == [4, 4, 4]
    assert rows.query("segment == 2")["jaccard"].tolist() == (
        found[3].within[:, 2].tolist()
    )


def test_starts_are_doubled_on_the_first_twenty_pairs_only(blobs, monkeypatch):
    points, labels = base(blobs(3), 2)
    off = bootstrap_pairs(points, labels, random_state=1, n_pairs=3, double=False)[2]
    assert np.isnan(off.moved)
    on = bootstrap_pairs(points, labels, random_state=1, n_pairs=3)[2]
    assert on.ari.tolist() == off.ari.tolist()
    assert on.doubled[0] == np.median(on.ari)


def test_a_segment_of_which_nobody_was_drawn_is_not_counted():
    found = Pairs(np.ones(1), np.ones((1, 2)), np.array([[0.5, np.nan], [0.8, 1.0]]))
    rows = found.clusterwise()
    assert rows["jaccard"].tolist() == [0.65, 1.0]
    assert rows["dissolved"].tolist() == [1, 0]
    assert rows["recovered"].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("above", "of", "decided"),
    [(9, 9, False), (10, 10, True), (9, 10, False), (0, 20, True), (28, 30, True)],
)
def test_the_sign_test_decides_at_one_in_five_hundred(above, of, decided):
    # Twice 1/2^9 is over 0.002, and twice 1/2^10 under.
    rows = [(0.9,)] * above + [(0.1,)] * (of - above)
    assert _decided(rows, 0.8) is decided
    assert _decided(rows, None) is False
