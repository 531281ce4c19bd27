"""What stage 02 does, with what they need as arguments and nothing on disk.

The notebooks show each step and stop to explain it; here the same functions are called
in the same order. `tests/frames/test_same_as_a_run.py` holds both against each other,
record by record.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd

from segtools import goals
from segtools.config import RunConfig
from segtools.features import build, describe, families
from segtools.features.catalogue import Feature
from segtools.features.legs import build_learning, plan_contest
from segtools.features.lifetime import descriptors as lifetime
from segtools.features.plan import Plan
from segtools.features.shop import Shop
from segtools.prepare import lights, save
from segtools.prepare.clean import Cleaned, clean, keep_in_engine, tables_at
from segtools.prepare.contract import check_contract
from segtools.records import as_text
from segtools.sources import Opened
from segtools.timezones import epoch, instant


@dataclass(frozen=True)
class Prepared:
    """What stage 02 hands on.

    Attributes
    ----------
    tables : dict of ibis Tables
        Cleaned and cut at ``as_of``.
    features : DataFrame
        One row a customer: ``customer_id`` (text) and every feature.
    catalogue, quality : dict
        As ``feature_catalogue.json`` and ``data_quality.json`` keep them.
    learning : DataFrame
        What the contest learns from and is judged on.
    cleaned : Cleaned
        With every row's reason.
    """

    tables: dict[str, ir.Table]
    features: pd.DataFrame
    catalogue: dict[str, Any]
    learning: pd.DataFrame
    quality: dict[str, Any]
    cleaned: Cleaned = field(repr=False)


def origin_of(config: RunConfig) -> int:
    """Give ``as_of`` in UTC seconds."""
    return epoch(instant(str(config.as_of), str(config.timezone)))


def prepare(opened: Opened, con: ibis.BaseBackend, config: RunConfig) -> Prepared:
    """Clean, measure and plan as stage 02 does.

    Parameters
    ----------
    opened : Opened
        Typed tables of a source.
    con : ibis backend
        Where they lie.
    config : RunConfig
        With ``as_of``.

    Raises
    ------
    DataError
        If no honest run is possible on the data.
    """
    origin = origin_of(config)
    cleaned = clean(opened, con, config, origin)
    tables = _kept(cleaned, con)
    shop = Shop.of(tables, config, _again(opened, con, config, {origin: tables}))
    counted = goals.survey(shop)
    features, missing = build.supported(shop, config.bases)
    chosen = build.variables(features, config.variables, shop, config.protected_reasons)
    plan = plan_contest(shop, config, origin, counted["first"])
    frame, catalogue = _measured(shop, plan, config, (features, missing, chosen))
    quality = _quality(cleaned, counted, frame, plan, (config, len(chosen)))
    learning = build_learning(shop, plan, chosen, config.goal)
    return Prepared(
        tables, frame, recorded(catalogue), learning, recorded(quality), cleaned
    )


def recorded(record: dict[str, Any]) -> dict[str, Any]:
    """Give a record as whoever reads its file has it."""
    found: dict[str, Any] = json.loads(as_text(record))
    return found


def _kept(cleaned: Cleaned, con: ibis.BaseBackend) -> dict[str, ir.Table]:
    """Keep cleaned tables in the engine, as a run keeps them in files."""
    for name, table in cleaned.tables.items():
        check_contract(name, table)
    return {n: keep_in_engine(con, t, n) for n, t in cleaned.tables.items()}


def _again(
    opened: Opened,
    con: ibis.BaseBackend,
    config: RunConfig,
    done: dict[int, dict[str, ir.Table]],
) -> Callable[[int], dict[str, ir.Table]]:
    """Give the function that cleans the source as it stood at an earlier origin."""

    def clean_at(origin: int) -> dict[str, ir.Table]:
        if origin not in done:
            done[origin] = tables_at(opened, con, config, origin)
        return done[origin]

    return clean_at


def _measured(
    shop: Shop,
    plan: Plan,
    config: RunConfig,
    known: tuple[list[Feature], dict[str, list[str]], list[Feature]],
) -> tuple[pd.DataFrame, dict[str, Any]]:
    features, missing, chosen = known
    window = plan.window()
    described = features + families.families(shop, window, config.bases)
    described += describe.for_cards(shop, features)
    table = build.features_at(shop, window, described, with_customers=True)
    catalogue = describe.catalogue_record(described, missing, shop, window, chosen)
    frame, entries, expected = lifetime.with_lifetime(
        build.collect(table), shop, window, config.outcome_days
    )
    catalogue["features"] += entries
    catalogue["lifetime"] = expected
    return frame, catalogue


def _quality(
    cleaned: Cleaned,
    counted: dict[str, Any],
    frame: pd.DataFrame,
    plan: Plan,
    asked: tuple[RunConfig, int],
) -> dict[str, Any]:
    config, n_variables = asked
    history = plan.history_days(counted["first"])
    shown = lights.both_lights(frame, n_variables, config, history)
    about = save.describe_sources(cleaned, config, origin_of(config), len(frame))
    base = counted | {"customers": len(frame), "buyers": counted["customers"]}
    days = plan.window_days
    return save.quality_record(
        cleaned, base, shown, plan=plan.record(), window_days=days, **about
    )
