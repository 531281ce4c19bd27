"""The whole selection: planted groups, no groups, order, threads, bad input."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from segtools.schema import ConfigError, DataError
from segtools.segmentation.stability import pairs as pairing
from segtools.segmentation.stability.select import select_clusters

pytestmark = [
    # With so few pairs a median moves easily.
    pytest.mark.filterwarnings("ignore:Twice the starts:UserWarning"),
]
QUICK = {"n_pairs": 6, "random_state": 3}


@pytest.fixture
def frame(blobs):
    return pd.DataFrame(blobs(3, n=60), columns=["a", "b", "c"])


def same(one, other):
    """Compare two selections, label by label and figure by figure."""
    assert one.n_clusters == other.n_clusters
    assert one.notes == other.notes
    pd.testing.assert_frame_equal(one.table(), other.table())
    pd.testing.assert_frame_equal(one.stability(), other.stability())


@pytest.mark.parametrize("k", [3, 4])
def test_far_groups_are_found_again_and_counted(blobs, k):
    found = select_clusters(blobs(k, n=90), range(2, 7), **QUICK)
    assert found.n_clusters == k
    assert found.pairs[k].ari.tolist() == [1.0] * 6
    assert found.pairs[k].within.min() == 1.0
    assert found.segments[k].sizes.tolist() == [90] * k
    assert found.sentence.startswith(f"{k} segments are the largest number that comes")


def test_uniform_noise_does_not_come_again(rng):
    found = select_clusters(rng.uniform(size=(400, 4)), range(3, 7), **QUICK)
    assert found.sentence.startswith("No number of segments comes again")
    assert found.table()["median"].max() < 0.8


@settings(max_examples=3)
@given(seed=st.integers(0, 100))
def test_neither_order_of_rows_nor_of_columns_matters(seed):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(150, 3)) + 3 * rng.integers(2, size=(150, 1)))
    # Ties and rows that come twice must not matter either.
    X = pd.concat([X, X.iloc[:30]], ignore_index=True).round(1)
    X.columns = ["x", "y", "z"]
    rows, columns = rng.permutation(len(X)), rng.permutation(3)
    one = select_clusters(X, range(2, 4), **QUICK)
    other = select_clusters(X.iloc[rows, columns], range(2, 4), **QUICK)
    same(one, other)
    for k in (2, 3):
        assert (one.segments[k].labels[rows] == other.segments[k].labels).all()
        moved = other.segments[k].centres[["x", "y", "z"]]
        pd.testing.assert_frame_equal(moved, one.segments[k].centres)
        assert (one.shadow(k)[rows] == other.shadow(k)).all()
    assert one.gap().gap.tolist() == other.gap().gap.tolist()
    assert one.consensus(2) == other.consensus(2)
    assert one.hopkins() == other.hopkins()
    assert one.dip() == other.dip()


def test_an_array_without_names_may_have_its_columns_in_any_order(blobs, rng):
    X = blobs(3, n=60) * [1, 1, 2]
    order, rows = [2, 0, 1], rng.permutation(len(X))
    one = select_clusters(X, range(2, 4), **QUICK)
    other = select_clusters(X[rows][:, order], range(2, 4), **QUICK)
    same(one, other)


def test_the_number_of_threads_does_not_matter(frame, monkeypatch):
    found = []
    for threads in (1, 4):
        monkeypatch.setattr(pairing, "_workers", lambda threads=threads: threads)
        with threadpool_limits(threads):
            found.append(select_clusters(frame, range(2, 5), **QUICK))
            found[-1].silhouette(3)
    same(*found)
    assert found[0].silhouette(3) == found[1].silhouette(3)


def test_the_figures_of_one_k_do_not_depend_on_which_others_are_asked(frame):
    one = select_clusters(frame, [3], **QUICK)
    other = select_clusters(frame, range(2, 6), **QUICK)
    assert one.pairs[3].ari.tolist() == other.pairs[3].ari.tolist()


def test_customers_who_are_alike_are_placed_alike(rng):
    X = np.repeat(rng.integers(3, size=(60, 3)).astype(float), 4, axis=0)
    found = select_clusters(X, range(2, 5), **QUICK)
    for k in (2, 3, 4):
        assert (np.ptp(found.segments[k].labels.reshape(-1, 4), axis=1) == 0).all()


def test_large_data_are_fitted_on_a_sample_and_everyone_is_placed(blobs):
    X = blobs(3, n=200)
    found = select_clusters(X, range(2, 5), max_rows=150, **QUICK)
    assert found.rows == (150, 600)
    assert found.n_clusters == 3
    assert found.segments[3].sizes.tolist() == [200, 200, 200]
    assert len(found.shadow(3)) == 600


def test_the_numbers_fit_the_rows_that_were_passed(blobs, rng):
    X = blobs(3, n=60)[rng.permutation(180)]
    segments = select_clusters(X, [3], **QUICK).segments[3]
    away = ((X[:, None] - segments.centres.to_numpy()[None]) ** 2).sum(axis=2)
    assert (away.argmin(axis=1) == segments.labels).all()
    assert segments.inertia == pytest.approx(away.min(axis=1).sum())


def test_dear_figures_are_computed_once(blobs, monkeypatch):
    found = select_clusters(blobs(3, n=60), range(2, 4), **QUICK)
    first = found.gap()
    monkeypatch.setattr(type(found), "_gap", lambda *_: pytest.fail("again"))
    assert found.gap() is first
    assert found.gap(power=1).power == 1


def test_gorge_values_add_up_and_fit_the_labels(blobs):
    found = select_clusters(blobs(3, n=60), [3], **QUICK)
    gorge = found.gorge(3)
    assert gorge.sum(axis=1).to_numpy() == pytest.approx(np.ones(180))
    assert (gorge.to_numpy().argmax(axis=1) == found.segments[3].labels).all()


def test_too_few_starts_are_warned_of(frame):
    with pytest.warns(UserWarning, match="n_init should be at least 10, but it is 3"):
        select_clusters(frame, range(2, 4), n_init=3, **QUICK)


@pytest.mark.filterwarnings("ignore:n_init should be at least 10:UserWarning")
def test_a_median_that_moves_with_twice_the_starts_is_warned_of(rng):
    grid = np.array([(x, y) for x in range(4) for y in range(3)])
    X = np.repeat(grid, 40, axis=0) + rng.normal(0, 0.25, (480, 2))
    with pytest.warns(UserWarning, match="Twice the starts moved the median") as caught:
        found = select_clusters(X, [12], n_init=1, n_pairs=20, random_state=2)
    assert found.pairs[12].moved > 0.03
    text = str(caught[-1].message)
    assert "by more than 0.03 for 1 of 1 number of segments (12 segments 0." in text
    assert text.endswith("Set n_init to 2.")


def test_pairs_stop_when_it_is_decided(blobs):
    found = select_clusters(blobs(3, n=90), [3], n_pairs=40, decide_at=0.8)
    # Twenty of twenty will do, and the doubling is complete.
    assert found.table()["pairs"].tolist() == [20]
    assert found.n_clusters == 3


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"d": np.nan},
            r"must have values in every column, but 1 of 4 have none: d\. Leave them",
        ),
        ({"d": "red"}, "must hold numbers, but 1 of 4 columns do not: d"),
        ({"d": np.inf}, "must be finite, but 180 of 180 rows"),
    ],
)
def test_what_cannot_be_clustered_is_refused(frame, change, sentence):
    with pytest.raises(DataError, match=sentence):
        select_clusters(frame.assign(**change), **QUICK)


def test_gaps_are_refused_with_their_count(frame):
    frame.iloc[:12, 1] = np.nan
    with pytest.raises(DataError, match="but 12 of 180 rows have some"):
        select_clusters(frame, **QUICK)


@pytest.mark.parametrize(
    ("X", "count"),
    [
        (np.arange(6.0)[:, None], 6),
        (np.repeat(np.arange(5.0), 40)[:, None], 5),
        (np.ones((50, 2)), 1),
        (np.zeros((0, 2)), 0),
        (np.zeros((40, 0)), 1),
    ],
    ids=["few", "alike", "constant", "no rows", "no columns"],
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_fewer_different_rows_than_clusters_are_refused(X, count):
    with pytest.raises(DataError, match=f"but it has {count} for 8. Ask for fewer"):
        select_clusters(X, **QUICK)


def test_constant_and_repeated_columns_are_left_out_and_said(frame):
    more = frame.assign(flat=7, again=frame["a"])
    with pytest.warns(UserWarning, match="were left out") as caught:
        found = select_clusters(more, range(2, 5), **QUICK)
    texts = [str(w.message) for w in caught]
    assert any("1 of 5 columns were left out, each constant: flat." in t for t in texts)
    assert any("each a copy of another: again." in t for t in texts)
    assert found.notes == texts
    assert sorted(found.segments[3].centres.columns) == ["a", "b", "c"]


def test_many_ties_are_said(frame, rng):
    often = np.where(rng.random(180) < 0.6, 1.0, rng.integers(2, 9, size=180))
    with pytest.warns(
        UserWarning, match=r"share one value in 1 of 4 columns: n_orders"
    ):
        select_clusters(frame.assign(n_orders=often), range(2, 4), **QUICK)


@pytest.mark.filterwarnings("ignore:The spread of a:UserWarning")
def test_one_giant_customer_is_said(frame):
    frame.iloc[0, 0] = 1e6
    with pytest.warns(
        UserWarning, match=r"1 of 180 rows makes up 99.4.% of all squared"
    ):
        select_clusters(frame, range(2, 4), **QUICK)


def test_columns_of_very_different_spread_are_said(frame):
    with pytest.warns(UserWarning, match=r"of a is .* times that of b, .* Standardise"):
        select_clusters(frame.assign(a=frame["a"] * 1_000), range(2, 4), **QUICK)


def test_more_columns_than_the_rows_can_carry_are_said(rng):
    X = rng.normal(size=(100, 8))
    with pytest.warns(UserWarning, match="100 rows are few for 8 features"):
        select_clusters(X, range(2, 4), **QUICK)


@pytest.mark.parametrize(
    ("settings_", "sentence"),
    [
        ({"k": []}, r"k must be numbers of segments from 2, but it is \[\]"),
        ({"k": [1, 2]}, r"k must be numbers of segments from 2, but it is \[1, 2\]"),
        ({"n_pairs": 0}, "n_pairs must be at least 1, but it is 0"),
        ({"n_init": 0}, "n_init must be at least 1, but it is 0"),
        ({"max_rows": 4}, "max_rows must be at least 8, but it is 4"),
    ],
)
def test_impossible_settings_are_refused(frame, settings_, sentence):
    with pytest.raises(ConfigError, match=sentence):
        select_clusters(frame, **settings_)


def test_the_input_is_not_changed(frame):
    before = frame.copy()
    select_clusters(frame, [3], **QUICK)
    pd.testing.assert_frame_equal(frame, before)
