"""Printed figures that segtools does not reproduce, and why."""

from __future__ import annotations

import pandas as pd

from segtools.segmentation.validation.data import cdnow_orders
from segtools.segmentation.validation.printed import BG_PAPER, POLCA, TWICE

_ALWAYS = (
    (
        "fast-food survey (1,453 × 15): k-means, agreement, latent classes",
        "Dolnicar et al. 2018",
        "The terms of the data are not settled, so they do not travel with segtools.",
    ),
    (
        "poLCA's table of an election (1,785 answers of 2000)",
        POLCA,
        "The answers of so many persons are a data set, not a table to type in.",
    ),
    (
        "classes of the cheating table that depend on grades (−429.6384)",
        POLCA,
        "segtools has no latent classes with covariates; the grades are not typed in.",
    ),
    (
        "prediction strength 1, 0.815, 0.874, 0.591 of an artificial table",
        "R, fpc",
        "R's own generator draws that table; another program draws another one.",
    ),
    (
        "Hopkins 0.9952293 of iris with R's seed 2",
        "R, hopkins",
        "One draw of R's generator: the mean over draws is compared instead.",
    ),
    (
        "ambiguous pairs of iris with 4, 5 and 6 clusters (0.110, 0.042, 0.144)",
        TWICE,
        "They depend on the number of starts, which was not noted down.",
    ),
    (
        "how well RFM grids and k-means foretell CDNOW's spend",
        TWICE,
        "How they were scaled, and how ties were broken, was not noted down.",
    ),
)
_NO_CDNOW = (
    "lifetime models of CDNOW",
    BG_PAPER,
    "The data travel in the package lifetimes, which is not installed here.",
)


def left_out() -> pd.DataFrame:
    """List what is not compared: ``figure``, ``source`` and ``why``.

    Examples
    --------
    >>> list(left_out())
    ['figure', 'source', 'why']
    """
    rows = [*_ALWAYS]
    if cdnow_orders() is None:
        rows.append(_NO_CDNOW)
    return pd.DataFrame(rows, columns=["figure", "source", "why"])
