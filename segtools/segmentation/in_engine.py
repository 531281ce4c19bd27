"""Assign by the frozen model inside an engine: one lazy row a customer."""

from __future__ import annotations

from functools import partial
from typing import Any

import ibis
import ibis.expr.types as ir

from segtools.features.significant import exact as to_the_bit
from segtools.features.significant import rounded as round_in_engine
from segtools.schema import ConfigError, DataError
from segtools.segmentation.apart import DORMANT
from segtools.segmentation.edges import for_raw, widened
from segtools.segmentation.engine_columns import (
    Stage,
    columns_of,
    one_of,
    staged,
    whole,
)
from segtools.segmentation.engine_far import far
from segtools.segmentation.engine_kinds import KINDS, by_hand, unseen
from segtools.segmentation.model import SegmentModel
from segtools.segmentation.preprocess import worded


def assign_in_engine(
    model: SegmentModel,
    features: ir.Table,
    *,
    rounded: bool = False,
    fits_no_segment: bool = False,
) -> ir.Table:
    """Give every customer a segment where the features lie.

    The result is that of ``model.assign(collect(features))``, without any row leaving
    the engine; only `confidence` is null, since it would take the model's replicates.

    Parameters
    ----------
    model : SegmentModel
        As `freeze` or ``SegmentModel.from_record`` gives it.
    features : ibis Table
        ``customer_id`` and the features that the model reads, as `build_features`
        gives them; finite or null. One that is not there counts as missing.
    rounded : bool, default=False
        The features come from ``features.parquet`` or from `collect` and are rounded
        already, so that no rounding is written at all. Scorecards and rules need
        none anyway, and clusters only beside the middle between two centroids.
    fits_no_segment : bool, default=False
        Add the column of that name, as ``model.assign`` gives it. Clusters then have
        every distance worked out to the last digit, which takes longer.

    Returns
    -------
    ibis Table
        Lazy: ``customer_id``, ``segment_id``, ``segment``, ``confidence`` (null),
        ``runner_up`` and ``assigned_by``, as `SegmentModel.assign` gives them.

    Raises
    ------
    DataError
        If ``customer_id`` or ``recency_days`` is not there.
    ConfigError
        If the model is of a kind that no expression is known for, or reads categories
        beside numbers (``mixed``).

    Examples
    --------
    >>> import ibis
    >>> from segtools.segmentation.model import everyone
    >>> features = ibis.memtable({"customer_id": ["a"], "recency_days": [3.5]})
    >>> assign_in_engine(everyone(), features).to_pandas()["segment"].tolist()
    ['everyone']
    """
    # PostgreSQL would write each stage into the next, which grows without end, unless
    # the stage has a limit; the others do not, and Spark would gather all at a limit.
    fenced = bool(features._find_backends()[0]) and (
        features.get_backend().name == "postgres"
    )
    return expression(
        model,
        features,
        rounded=rounded,
        fenced=fenced,
        fits_no_segment=fits_no_segment,
    )


def expression(
    model: SegmentModel,
    features: ir.Table,
    *,
    rounded: bool,
    fenced: bool,
    fits_no_segment: bool = False,
) -> ir.Table:
    """Write the assignment over any table, bound to an engine or not.

    Parameters
    ----------
    model : SegmentModel
    features : ibis Table
        As for `assign_in_engine`.
    rounded : bool
        As for `assign_in_engine`.
    fenced : bool
        Keep stages apart by limits that cut nothing.
    fits_no_segment : bool, default=False
        As for `assign_in_engine`.

    Returns
    -------
    ibis Table
        As `assign_in_engine` gives it.
    """
    _refuse_incomplete(features)
    payload = model.payload
    if payload["kind"] not in KINDS:
        raise ConfigError(
            f"An engine can assign by models of kind {', '.join(sorted(KINDS))}, but "
            f"this one is of kind {payload['kind']}. Collect the features and use "
            "model.assign, or choose another method."
        )
    if words := worded(payload):
        raise ConfigError(
            f"An engine can assign by numbers alone, but this model reads the "
            f"categories {words}. Collect the features and use model.assign."
        )
    stage = partial(staged, fenced=fenced)
    wide = None if rounded else for_raw(payload)
    rules = _apart(model, features, rounded=rounded) if model.extra else {}
    ready = _ready(payload, features, stage, rules, exact=rounded or wide is not None)
    payload = wide or payload
    place = KINDS[payload["kind"]]
    placed = place(payload, ready, stage, rounded=rounded or wide is None)
    if fits_no_segment:
        placed = far(payload, placed, stage, rounded=rounded or wide is None)
    placed = by_hand(payload, placed, stage)
    return _named(model, placed, stage)


def _refuse_incomplete(features: ir.Table) -> None:
    lacks = [c for c in ("customer_id", "recency_days") if c not in features.columns]
    if lacks:
        raise DataError(
            "features must have the columns ['customer_id', 'recency_days'], but "
            f"{lacks} are missing. Build them with build_features."
        )


def _ready(
    payload: dict[str, Any],
    features: ir.Table,
    stage: Stage,
    rules: dict[str, ir.Value],
    *,
    exact: bool,
) -> ir.Table:
    """Give what the payload reads; rounded as by `collect`, unless it is `exact`."""
    at = columns_of(payload)
    numbers = features.select(
        customer_id=features.customer_id.cast("string"),
        bought=features.recency_days.notnull(),
        **rules,
        **{column: _number(features, name) for name, column in at.items()},
    )
    if not exact:
        numbers = stage(numbers)
        made = {c: round_in_engine(numbers[c]) for c in at.values()}
        numbers = stage(numbers, **made)
    return stage(numbers, reduced=unseen(payload, numbers))


def _number(features: ir.Table, name: str) -> ir.Value:
    if name not in features.columns:
        return ibis.null("float64")
    return features[name].cast("float64")


def _apart(
    model: SegmentModel, features: ir.Table, *, rounded: bool
) -> dict[str, ir.Value]:
    """Give ``apart``: the position of the segment apart that a rule gives, or -1."""
    days = features.recency_days.cast("float64")
    found: ir.Value = whole(-1)
    for place, row in enumerate(model.extra):
        concerned = days.isnull()
        if row["extra"] == DORMANT:
            # What rounding would bring down to the limit lies within it.
            limit = row["after_days"] if rounded else widened([row["after_days"]])[0]
            concerned = (days > to_the_bit(limit)).fill_null(False)
        found = ibis.ifelse(concerned, whole(place), found)
    return {"apart": found}


def _named(model: SegmentModel, placed: ir.Table, stage: Stage) -> ir.Table:
    """Turn labels into segments; rules come first, and no order means the fallback."""
    ids = [str(s["segment_id"]) for s in model.every]
    names = [str(s["name"]) for s in model.every]
    rest, own = whole(ids.index(model.fallback)), placed.bought
    label = ibis.ifelse(own, placed.label, rest)
    if model.extra:
        by_rule = placed.apart >= 0
        label = ibis.ifelse(by_rule, placed.apart + whole(len(model.segments)), label)
        placed = stage(placed, label=label, own=own & ~by_rule)
        label, own = placed.label, placed.own
    runner = ibis.ifelse(own, placed.runner, whole(-1))
    placed = stage(placed, label=label, runner=runner)
    own = placed.own if model.extra else placed.bought
    steps = ibis.ifelse(placed.reduced, "reduced_model", "model")
    more = {}
    if "far" in placed.columns:
        unknown = ibis.null("boolean")
        more["fits_no_segment"] = ibis.ifelse(own, placed.far, unknown)
    return placed.select(
        customer_id=placed.customer_id,
        segment_id=one_of(placed.label, ids),
        segment=one_of(placed.label, names),
        confidence=ibis.null("float64"),
        runner_up=one_of(placed.runner, [None, *ids], first=-1),
        assigned_by=ibis.ifelse(own, steps, "rule"),
        **more,
    )
