"""Clean, measure and learn many variants of one run; what is equal is done once."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from segtools import goals
from segtools.config import RunConfig
from segtools.features.build import collect, features_at, supported, variables
from segtools.features.legs import build_learning, plan_contest
from segtools.features.shop import Shop
from segtools.prepare.clean import clean, tables_at
from segtools.prepare.lights import both_lights
from segtools.private_folder import private_folder, remove_folder
from segtools.schema import ConfigError, DataError
from segtools.segmentation.alternatives import Prepared, learn_alternative
from segtools.segmentation.choices import POLICIES, Variant
from segtools.segmentation.doubts import heard
from segtools.segmentation.entries import Rules
from segtools.segmentation.sensitivity import Trial
from segtools.segmentation.structure import Structure, structure_verdict
from segtools.sources import connect, open_source
from segtools.timezones import epoch, instant


def learn_variants(
    variants: list[Variant], config: RunConfig
) -> Iterator[tuple[int, Trial]]:
    """Learn variants of a configuration, those first that share most.

    Each cleaning decision is applied once at every origin, each window measured once,
    and the structure judged once a seed.

    Parameters
    ----------
    variants : list of dict
        Key of the configuration, or ``scaling``, to its value.
    config : RunConfig
        All other values; with ``as_of``, from which on no row is read.

    Yields
    ------
    number : int
        The variant's place in `variants`.
    trial : Trial
        Without a solution where the data or the method refuses these choices.
    """
    numbered = sorted(enumerate(variants), key=lambda v: _cleaning(v[1], config))
    for _, alike in groupby(numbered, key=lambda v: _cleaning(v[1], config)):
        group = list(alike)
        spill = private_folder("copy")
        try:
            shop = _shop(_with(config, group[0][1]), spill)
            for days in dict.fromkeys(_days(v, config) for _, v in group):
                same = [(i, v) for i, v in group if _days(v, config) == days]
                yield from _learned(shop, same, config)
            del shop
        finally:
            remove_folder(spill)
        gc.collect()  # an engine's tables go with its connection


def _cleaning(variant: Variant, config: RunConfig) -> tuple[str, ...]:
    return tuple(str(variant.get(n, getattr(config, n))) for n in POLICIES)


def _days(variant: Variant, config: RunConfig) -> int:
    return int(variant.get("window_days", config.window_days))


def _with(config: RunConfig, variant: Variant) -> RunConfig:
    keys = {k: v for k, v in variant.items() if k != "scaling"}
    return config.model_copy(update=keys)


def _shop(config: RunConfig, spill: Path) -> Shop | Exception:
    """Clean the source under one variant's decisions, or say why that is refused."""
    try:
        con = connect(spill, config.memory_limit)
        opened = open_source(config, con)
        origin = _origin(config)
        done = {origin: clean(opened, con, config, origin).tables}

        def clean_at(moment: int) -> dict[str, Any]:
            if moment not in done:
                done[moment] = tables_at(opened, con, config, moment)
            return done[moment]

        return Shop.of(done[origin], config, clean_at)
    except (ConfigError, DataError) as error:
        return error


def _origin(config: RunConfig) -> int:
    return epoch(instant(str(config.as_of), str(config.timezone)))


def _learned(
    shop: Shop | Exception, same: list[tuple[int, Variant]], config: RunConfig
) -> Iterator[tuple[int, Trial]]:
    try:
        data = _prepared(shop, _with(config, same[0][1]))
    except (ConfigError, DataError) as error:
        yield from ((i, Trial(v, None, str(error))) for i, v in same)
        return
    structures: dict[int, Structure] = {}
    for i, variant in same:
        own = _with(config, variant)
        if own.seed not in structures:
            X = data.features.drop(columns="customer_id")
            # Doubts about the inputs are told once, on the page of stage 03.
            structures[own.seed], _ = heard(
                structure_verdict,
                X,
                random_state=own.seed,
                thresholds=own.structure,
            )
        yield i, _trial(data, structures[own.seed], own, variant)


def _prepared(shop: Shop | Exception, config: RunConfig) -> Prepared:
    """Build features and learning data as stage 02 does."""
    if isinstance(shop, Exception):
        raise shop
    counted = goals.survey(shop)
    plan = plan_contest(shop, config, _origin(config), counted["first"])
    chosen, _ = supported(shop, config.bases)
    chosen = variables(chosen, config.variables, shop, config.protected_reasons)
    frame = collect(features_at(shop, plan.window(), chosen, with_customers=True))
    learning = build_learning(shop, plan, chosen, config.goal)
    days = plan.history_days(counted["first"])
    light = both_lights(frame, len(chosen), config, days)["adequacy"]["light"]
    return Prepared(frame, learning, plan.record(), light)


def _trial(
    data: Prepared, structure: Structure, config: RunConfig, variant: Variant
) -> Trial:
    try:
        found = learn_alternative(
            data,
            structure,
            Rules.of(config),
            logged=variant.get("scaling") != "plain",
            force=config.force_segments,
            max_fit_customers=config.max_fit_customers,
        )
    except (ConfigError, DataError) as error:
        return Trial(variant, None, str(error))
    return Trial(variant, found)
