"""What stage 03 does: judge, choose, freeze, name and assign; nothing on disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from segtools.config import RunConfig
from segtools.features import describe
from segtools.frames.prepared import Prepared, recorded
from segtools.history.registry import name_segments
from segtools.segmentation import apart_scheme as apart
from segtools.segmentation import by_hand, contest, hand_words, model, names
from segtools.segmentation import selection as sizes
from segtools.segmentation.decisions import Decision, without
from segtools.segmentation.doubts import heard
from segtools.segmentation.entries import Contest, Rules
from segtools.segmentation.freeze import freeze
from segtools.segmentation.rescored import rescore
from segtools.segmentation.structure import Structure, structure_verdict
from segtools.segmentation.verdict import decide
from segtools.segmentation.weighing import weigh

if TYPE_CHECKING:
    from segtools.segmentation.model import SegmentModel


@dataclass(frozen=True)
class Learned:
    """What stage 03 hands on.

    Attributes
    ----------
    structure : Structure
        Whether the features fall into groups, and the evidence.
    doubts : list of str
        What the structure verdict warned of.
    contest : Contest
        With its winner.
    model : SegmentModel
        Frozen and named.
    verdict, contested, selection : dict
        As ``verdict.json``, ``contest.json`` and ``selection.json`` keep them; of the
        last, what explains the choice.
    segments : DataFrame
        One row a customer, as ``segments.parquet``; ids are text.
    features, learning : DataFrame
        What it was learned from: features that build segments alone.
    """

    structure: Structure
    doubts: list[str]
    contest: Contest
    model: SegmentModel
    verdict: dict[str, Any]
    contested: dict[str, Any]
    selection: dict[str, Any]
    segments: pd.DataFrame = field(repr=False)
    features: pd.DataFrame = field(repr=False)
    learning: pd.DataFrame = field(repr=False)


@dataclass(frozen=True)
class _Bench:
    """What is learned from, and under which rules."""

    config: RunConfig
    previous: Path | None
    entries: list[dict[str, Any]]
    quality: Mapping[str, Any]
    features: pd.DataFrame
    learning: pd.DataFrame
    whole: pd.DataFrame
    planned: list[Decision]
    rules: Rules


def learn(
    prepared: Prepared, config: RunConfig, previous: Path | None = None
) -> Learned:
    """Do on prepared data what stage 03 does.

    Parameters
    ----------
    prepared : Prepared
    config : RunConfig
    previous : Path, optional
        Folder of the previous run, whose ids and names are carried on.

    Raises
    ------
    ConfigError
        If the method or a decision by hand does not fit the data.
    """
    bench = _bench(prepared, config, previous)
    structure, doubts = _structure(bench)
    held = contest.run_contest(bench.learning, bench.quality["plan"], bench.rules)
    weighed = weigh(held, bench.learning)
    verdict, named, matches = _named(bench, structure, weighed.contest)
    carried = _carried(bench, named)
    held = weighed.contest
    changed = rescore(carried, held, bench.features, bench.learning, bench.whole)
    segments = carried.model.assign(bench.features)
    chosen = sizes.selection_record(
        held, carried.model, segments, bench.learning, matches
    )
    return Learned(
        structure,
        doubts,
        held,
        carried.model,
        recorded(hand_words.with_hand(verdict, changed)),
        recorded(contest.record(held)),
        recorded(chosen | {"choice": weighed.record(), "by_hand": changed}),
        segments,
        bench.features,
        bench.learning,
    )


def _bench(prepared: Prepared, config: RunConfig, previous: Path | None) -> _Bench:
    entries, whole = prepared.catalogue["features"], prepared.learning
    building = describe.building(prepared.features, entries)
    planned = by_hand.planned(config.decisions, building)
    features, learning = (without(t, planned) for t in (building, whole))
    rules = apart.settled(Rules.of(config), features, prepared.quality["plan"])
    return _Bench(
        config,
        previous,
        entries,
        prepared.quality,
        features,
        learning,
        whole,
        planned,
        rules,
    )


def _structure(bench: _Bench) -> tuple[Structure, list[str]]:
    others = apart.others(bench.features, bench.rules, bench.quality["plan"])
    found: tuple[Structure, list[str]] = heard(
        structure_verdict,
        others.drop(columns="customer_id"),
        random_state=bench.config.seed,
        thresholds=bench.config.structure,
    )
    return found


def _named(
    bench: _Bench, structure: Structure, held: Contest
) -> tuple[dict[str, Any], SegmentModel, list[Any]]:
    """Freeze what won, decide whether to segment at all, and give names."""
    config = bench.config
    most = config.max_fit_customers
    frozen = freeze(held, bench.learning, bench.features, bench.entries, most)
    verdict = decide(
        structure,
        held,
        adequacy=bench.quality["lights"]["adequacy"]["light"],
        force=config.force_segments,
        n_segments=len(frozen.segments),
    )
    frozen = frozen if verdict["n_segments"] > 1 else model.everyone()
    named, matches = name_segments(
        frozen,
        bench.features,
        names.describe_model(frozen, bench.features),
        previous=bench.previous,
        renamed=config.segment_names,
        window_days=bench.quality["window_days"],
    )
    return verdict, named, matches


def _carried(bench: _Bench, named: SegmentModel) -> by_hand.Carried:
    return by_hand.carry_out(
        named,
        bench.features,
        bench.planned,
        min_share=bench.rules.least_share(len(bench.features)),
        names=bench.config.segment_names,
        previous=bench.previous,
    )
