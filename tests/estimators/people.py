"""Made-up customers, and one quick instance of every estimator."""

import numpy as np
import pandas as pd
from sklearn.pipeline import make_pipeline

from segtools.estimators import (
    FAMD,
    ComparableFeatures,
    LatentClassSegments,
    MixtureSegments,
    RFMScores,
    ScorecardClassifier,
    ScorecardRegressor,
    SegmentMeans,
    StableKMeans,
    TierSegments,
    WardSegments,
)

QUICK = [
    ComparableFeatures(),
    ComparableFeatures(plain=True),
    StableKMeans(max_clusters=4, n_pairs=3),
    StableKMeans(3, n_pairs=0),
    WardSegments(),
    MixtureSegments(max_components=4, n_init=1),
    LatentClassSegments(max_classes=4, n_init=5, n_bins=3),
    FAMD(),
    RFMScores(),
    TierSegments(),
    ScorecardRegressor(),
    ScorecardClassifier(),
    SegmentMeans(WardSegments(3)),
    SegmentMeans(make_pipeline(ComparableFeatures(), StableKMeans(2, n_pairs=0))),
]
CLASSES = {type(e) for e in QUICK}
TRANSFORMERS = [e for e in QUICK if hasattr(e, "transform")]
PLACING = [e for e in QUICK if hasattr(e, "predict")]


def named(estimator):
    """Name a parameter of a test."""
    return type(estimator).__name__


def three_kinds(n=90, seed=0):
    """Three kinds of customer far apart, in shuffled order, and what they spend next.

    Columns are in the order of their names, rows have names of their own.
    """
    rng = np.random.default_rng(seed)
    kind = rng.permutation(np.repeat([0, 1, 2], n // 3))
    far = np.array([[0.0, 0.0, 0.0], [8.0, 0.0, 3.0], [0.0, 8.0, 6.0]])[kind]
    X = pd.DataFrame(far + rng.normal(size=(len(kind), 3)), columns=["a", "b", "c"])
    index = [f"k{i:03d}" for i in range(len(kind))]
    spend = np.round(np.array([5.0, 50.0, 500.0])[kind] + rng.random(len(kind)), 2)
    return X.set_axis(index), kind, pd.Series(spend, index)


def target(estimator, kind, spend):
    """Give the outcome that an estimator learns from."""
    if isinstance(estimator, ScorecardClassifier):
        return (kind == 2).astype(int)
    return spend.to_numpy()


def answer(estimator, X):
    """Give what an estimator says of customers, whatever it is."""
    way = "predict" if hasattr(estimator, "predict") else "transform"
    return np.asarray(getattr(estimator, way)(X))
