"""Does segtools compute what others have printed? Public data, printed figures, ours.

Each function returns a table, one figure a row: what was printed, what segtools gives,
the difference, how much of it is allowed, and whether they agree. The notebook
``lessons/validation.ipynb`` shows them, and the tests require that every row agrees.
"""

from segtools.segmentation.validation.absent import left_out
from segtools.segmentation.validation.answers import categories, latent_class_figures
from segtools.segmentation.validation.clusters import (
    silhouettes,
    sizes,
    sums_of_squares,
)
from segtools.segmentation.validation.gaps import gap_figures, gap_rules
from segtools.segmentation.validation.holdout import holdout_figures
from segtools.segmentation.validation.lifetimes import lifetime_figures
from segtools.segmentation.validation.printed import shown, sources, summary, verdict
from segtools.segmentation.validation.resamples import (
    by_hand,
    resampled,
    starts_matter,
)
from segtools.segmentation.validation.shapes import never_decide, shape_figures

__all__ = [
    "by_hand",
    "categories",
    "gap_figures",
    "gap_rules",
    "holdout_figures",
    "latent_class_figures",
    "left_out",
    "lifetime_figures",
    "never_decide",
    "resampled",
    "shape_figures",
    "shown",
    "silhouettes",
    "sizes",
    "sources",
    "starts_matter",
    "summary",
    "sums_of_squares",
    "verdict",
]
