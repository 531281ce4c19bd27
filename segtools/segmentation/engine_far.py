"""Whether a customer fits no segment, as an expression that says what pandas says."""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np

from segtools.features.significant import exact
from segtools.segmentation.engine_centroids import (
    all_rounded,
    square_distance,
    to_nine_places,
)
from segtools.segmentation.engine_columns import Stage, columns_of
from segtools.segmentation.engine_mixtures import turned_by
from segtools.segmentation.engine_prepared import prepared_in_engine
from segtools.segmentation.far import has_centres

_BILLION = exact(1e9)


def far(
    payload: dict[str, Any], table: ir.Table, stage: Stage, *, rounded: bool
) -> ir.Table:
    """Add ``far``: whether a row lies beyond ``far_threshold`` of every centre.

    Parameters
    ----------
    payload : dict
        Of any kind; where there are no centres or no threshold, ``far`` is null.
    table : ibis Table
        Features under the names of `columns_of`.
    stage : function
        Adds columns.
    rounded : bool
        Whether the features are rounded already.

    Returns
    -------
    ibis Table
    """
    threshold = payload.get("far_threshold")
    if not has_centres(payload) or threshold is None:
        return stage(table, far=ibis.null("boolean"))
    at = columns_of(payload)
    names = [at[n] for n in payload["uses"]]
    if not rounded:
        table = stage(table, **all_rounded(table, names))
        names = [f"r_{i}" for i in range(len(names))]
    table = prepared_in_engine(payload, table, stage, names, "w")
    values = [table[f"w_{i}"] for i in range(len(names))]
    away = {f"f_{j}": v * _BILLION for j, v in enumerate(_squares(payload, values))}
    table = stage(table, **away)
    table = stage(table, **{name: to_nine_places(table[name]) for name in away})
    near = [table[name] for name in away]
    least = ibis.least(*near) if len(near) > 1 else near[0]
    return stage(table, far=least.sqrt() > exact(threshold))


def _squares(payload: dict[str, Any], values: list[ir.Value]) -> list[ir.Value]:
    """Give the squared distance to each centre, of a mixture in its own shape."""
    if payload["kind"] == "centroids":
        return [square_distance(values, c) for c in payload["centroids"]]
    found = []
    for mean, root in zip(payload["means"], payload["roots"], strict=True):
        apart = turned_by(values, np.asarray(mean, dtype=float), np.asarray(root))
        found.append(reduce(add, [a * a for a in apart], exact(0)))
    return found
