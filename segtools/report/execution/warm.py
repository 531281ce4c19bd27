"""What a kernel does while it waits for its notebook.

It makes sure that it will not outlive the process that started it, and imports what
most notebooks need.
"""

import segtools.report.execution.orphan  # before all that takes long

# isort: split
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
