"""What a kernel imports while it waits for its notebook: what most of them need."""

import duckdb  # noqa: F401
import ibis  # noqa: F401
import matplotlib.figure  # noqa: F401
import pandas  # noqa: F401
import scipy.stats  # noqa: F401
import sklearn.cluster  # noqa: F401

import segtools.plots
import segtools.profiles.profile
import segtools.report.stage
import segtools.segmentation.contest  # noqa: F401
