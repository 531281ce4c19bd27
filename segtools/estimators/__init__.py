"""Segtools' methods as estimators of scikit-learn: pipelines, grids, clones, frames.

Thin classes over the functions of `segtools.segmentation`. Registered by
`segtools.scheme`, they enter the contest and are frozen as what they are.
"""

from segtools.estimators.comparable import ComparableFeatures
from segtools.estimators.factors import FAMD
from segtools.estimators.kmeans import StableKMeans
from segtools.estimators.latent import LatentClassSegments
from segtools.estimators.means import SegmentMeans
from segtools.estimators.mixture import MixtureSegments
from segtools.estimators.rfm import RFMScores
from segtools.estimators.scorecards import ScorecardClassifier, ScorecardRegressor
from segtools.estimators.tiers import TierSegments
from segtools.estimators.ward import WardSegments

__all__ = [
    "FAMD",
    "ComparableFeatures",
    "LatentClassSegments",
    "MixtureSegments",
    "RFMScores",
    "ScorecardClassifier",
    "ScorecardRegressor",
    "SegmentMeans",
    "StableKMeans",
    "TierSegments",
    "WardSegments",
]
