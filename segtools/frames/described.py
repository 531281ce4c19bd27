"""What stage 04, and the asides of stage 03, say of segments; worked out when asked."""

from __future__ import annotations

from typing import Any

import pandas as pd

from segtools.config import RunConfig
from segtools.features.catalogue import Window
from segtools.features.shop import Shop
from segtools.frames.learned import Learned
from segtools.frames.prepared import Prepared, origin_of, recorded
from segtools.profiles.profile import Segmented


def segmented(prepared: Prepared, learned: Learned, config: RunConfig) -> Segmented:
    """Put features, segments and cleaned tables together."""
    return Segmented(
        shop=Shop.of(prepared.tables, config),
        window=Window(origin_of(config), int(prepared.quality["window_days"])),
        features=prepared.features,
        segments=learned.segments,
        catalogue=prepared.catalogue["features"],
        smallest_cell=config.smallest_cell,
    )


def personas(data: Segmented, learned: Learned, config: RunConfig) -> dict[str, Any]:
    """Make what ``personas.json`` keeps."""
    from segtools.profiles.glances import Personas
    from segtools.profiles.personas import build_personas

    made = build_personas(data, learned.model.every, config.currency, config.interviews)
    return Personas(recorded(made))


def actions(
    data: Segmented,
    learned: Learned,
    config: RunConfig,
    cards: dict[str, Any],
    goals_record: dict[str, Any],
) -> dict[str, Any]:
    """Make what ``actions.json`` keeps; a frame of orders has no campaigns to read."""
    from segtools.profiles import actions as steps

    terms = steps.Terms.of(config, goals_record)
    outcomes = learned.selection["outcome_by_segment"]
    measures = steps.segment_measures(data)
    return recorded(steps.build_actions(cards, outcomes, terms, measures, {}))


def fairness(data: Segmented, learned: Learned, config: RunConfig) -> dict[str, Any]:
    """Make what ``fairness.json`` keeps."""
    from segtools.segmentation.fairness_run import fairness_record

    model = recorded(learned.model.record())
    return recorded(
        fairness_record(data.shop, data.features, data.segments, model, config.seed)
    )


def how_many(prepared: Prepared, learned: Learned, config: RunConfig) -> Any:
    """Measure how many segments hold up, as stage 03 shows it."""
    from segtools.segmentation import apart_scheme as apart
    from segtools.segmentation import how_many as holding

    plan = prepared.quality["plan"]
    return holding.how_many(
        apart.others(learned.features, learned.contest.rules, plan),
        random_state=config.seed,
        min_share=config.min_share,
        max_fit_customers=config.max_fit_customers,
    )


def candidates(
    prepared: Prepared, learned: Learned, config: RunConfig
) -> list[dict[str, Any]]:
    """List which segments might be merged or split, as ``selection.json`` keeps it."""
    from segtools.segmentation.review import review

    natural = learned.structure.label == "natural"
    return review(
        learned.model,
        learned.features,
        learned.learning,
        labels_of(prepared),
        min_share=config.min_share,
        wanted=learned.structure.n_clusters if natural else None,
    )


def short_rules(prepared: Prepared, learned: Learned) -> dict[str, Any]:
    """Say what a few short rules keep of the segments."""
    from segtools.segmentation import short_rules as rules

    return rules.short_rules(
        learned.contest,
        learned.learning,
        learned.features,
        learned.segments,
        labels_of(prepared),
    )


def labels_of(prepared: Prepared) -> dict[str, str]:
    """Give each feature's label."""
    return {e["name"]: e["label"] for e in prepared.catalogue["features"]}


def goals_record(shop: Shop, config: RunConfig) -> dict[str, Any]:
    """Make what ``goals.json`` keeps of the goals themselves."""
    from segtools import goals

    return recorded(goals.goals_record(config, goals.survey(shop), shop))


def percentiles(data: Segmented, currency: str) -> pd.DataFrame:
    """Give the spread of the features that tell most, by segment."""
    from segtools.profiles import spread

    telling = spread.telling_features(data)[:4]
    return spread.spread_by_segment(data, telling, currency=currency)
