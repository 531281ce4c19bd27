"""Numbers that others printed come out again."""

import numpy as np
import pytest

from segtools.segmentation.stability.gap import RULES, gap_curves, log_spread
from segtools.segmentation.stability.kmeans import cloud, kmeans, nearest
from segtools.segmentation.stability.strength import prediction_strength, strong_k
from segtools.segmentation.stability.tendency import dip_test, hopkins
from segtools.segmentation.validation import data

RUSPINI, IRIS, WINE = data.ruspini(), data.iris(), data.wine()


def inertias(X, ks, starts=10):
    rng, points = np.random.default_rng(1), cloud(X)
    return [kmeans(points, k, rng=rng, n_init=starts).inertia for k in ks]


def test_ruspini_sums_of_squares():
    expected = [244373.87, 89337.83, 51063.48, 12881.05, 10126.72]
    assert inertias(RUSPINI, range(1, 6)) == pytest.approx(expected, abs=0.006)


def test_iris_sums_of_squares():
    expected = [152.35, 78.85, 57.23, 46.45, 39.04]
    # The best of ten starts is a little worse for four and six.
    assert inertias(IRIS, range(2, 7), starts=50) == pytest.approx(expected, abs=0.006)


def test_wine_sum_of_squares():
    assert inertias(WINE, [3]) == pytest.approx([1270.75], abs=0.006)


def test_sizes(ruspini, iris, wine):
    sizes = [
        found.segments[k].sizes for found, k in ((ruspini, 4), (iris, 3), (wine, 3))
    ]
    assert [sorted(s.tolist()) for s in sizes] == [
        [15, 17, 20, 23],
        [38, 50, 62],
        [51, 62, 65],
    ]


def test_silhouettes(ruspini, iris, wine):
    of_iris = [iris.silhouette(k) for k in range(2, 7)]
    assert of_iris == pytest.approx([0.681, 0.5528, 0.4981, 0.4887, 0.3648], abs=1e-4)
    assert ruspini.silhouette(4) == pytest.approx(0.7377, abs=1e-4)
    assert wine.silhouette(3) == pytest.approx(0.2849, abs=1e-4)


def test_simplified_silhouettes_of_iris(iris):
    found = [iris.simplified_silhouette(k).mean() for k in range(2, 7)]
    assert found == pytest.approx([0.7697, 0.6664, 0.6207, 0.6144, 0.5197], abs=1e-4)


def test_log_spread_of_ruspini_by_power():
    # R prints half of W for power 1.
    points, found = cloud(RUSPINI), []
    for k in range(1, 5):
        fit = kmeans(points, k, rng=np.random.default_rng(1))
        labels = nearest(points, fit.centres)
        found.append(log_spread(RUSPINI, labels, power=1) - np.log(2))
    printed = [7.187997, 6.628498, 6.261660, 5.692736]
    assert found == pytest.approx(printed, abs=6e-7)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("power", [1, 2])
def test_the_gap_of_ruspini_says_four(ruspini, rule, power):
    gap = ruspini.gap(power=power)
    assert gap.n_clusters(rule) == 4
    published = {
        1: [-0.0527, 0.1543, 0.3083, 0.6918],
        2: [-0.14, 0.159, 0.321, 1.327],
    }
    assert gap.gap[:4] == pytest.approx(published[power], abs=0.05)


@pytest.mark.parametrize("rule", RULES)
def test_the_gap_of_wine_says_three(wine, rule):
    # Beyond three the curve is flat: the highest point is a matter of chance.
    assert wine.gap().n_clusters(rule) == 3 or rule == "globalmax"


def test_the_gap_of_iris_depends_on_the_power(iris):
    assert iris.gap(power=2).n_clusters() == 5
    assert iris.gap(power=1).n_clusters() == 4


@pytest.mark.parametrize(
    ("X", "published", "chosen"),
    [
        (RUSPINI, [1.0, 0.545, 1.0, 0.623], 4),
        (IRIS, [0.974, 0.73, 0.585, 0.571], 2),
        (WINE, [0.648, 0.828, 0.464], 3),
    ],
    ids=["ruspini", "iris", "wine"],
)
def test_prediction_strength(X, published, chosen):
    ks = range(2, 2 + len(published))
    found = prediction_strength(X, ks, random_state=1, n_splits=20)
    # Half of 150 rows is few: even a mean of forty moves by a tenth or so.
    assert found["strength"].tolist() == pytest.approx(published, abs=0.12)
    assert strong_k(found) == chosen


def test_clusterwise_jaccard(ruspini, iris, wine):
    def jaccard(found, k):
        return sorted(found.pairs[k].clusterwise()["jaccard"])

    assert jaccard(ruspini, 4) == [1.0, 1.0, 1.0, 1.0]
    assert jaccard(iris, 3) == pytest.approx([0.895, 0.912, 1.0], abs=0.04)
    assert jaccard(wine, 3) == pytest.approx([0.946, 0.965, 0.975], abs=0.02)
    weak = [j for j in jaccard(wine, 4) if j < 0.7]
    assert len(weak) == 2


def test_ambiguous_pairs_of_iris(iris):
    found = [iris.consensus(k) for k in (2, 3)]
    assert found == pytest.approx([0.0, 0.012], abs=0.01)
    # From four on it depends on the draws; four and six are worse than three and five.
    more = {k: iris.consensus(k) for k in (4, 5, 6)}
    assert more[4] == pytest.approx(0.110, abs=0.04)
    assert more[5] == pytest.approx(0.042, abs=0.02)
    assert min(more[4], more[6]) > more[5] > found[1]


def test_hopkins_of_iris():
    draws = [
        hopkins(IRIS, rng=np.random.default_rng(s), sampled=15).value for s in range(60)
    ]
    assert np.mean(draws) == pytest.approx(0.9975, abs=0.001)
    assert np.std(draws) == pytest.approx(0.0019, abs=0.001)


def test_the_dip_of_the_faculty():
    found = dip_test(data.faculty())
    assert found.tested == 63
    assert found.value == pytest.approx(0.0595238, abs=1e-7)
    assert found.p_value == pytest.approx(0.0867, abs=1e-3)


def test_one_cloud_has_a_high_hopkins_and_no_second_hump():
    # Hopkins sees a bell as structure: it must never decide.
    rng = np.random.default_rng(1)
    X = rng.normal(size=(1_000, 3))
    assert hopkins(X, rng=rng).value > 0.9
    gap = gap_curves(X[:500], 4, rng=rng, n_references=10)[2]
    assert gap.n_clusters() == 1


def test_the_largest_number_that_comes_again_is_suggested(ruspini, wine):
    assert ruspini.n_clusters == 4
    assert wine.n_clusters == 3
    assert "comes again in resamples" in wine.sentence
