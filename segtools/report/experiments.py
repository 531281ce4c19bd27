"""Experiments in the notebooks: results before cards, plans and lifts after lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from segtools.experiments.learned import outcomes_over
from segtools.experiments.membership import EarlierRun
from segtools.experiments.planned import plan_sentences, plan_table
from segtools.experiments.results import experiment_results
from segtools.experiments.running import deal_arms
from segtools.experiments.words import (
    check_sentences,
    design_sentence,
    lift_sentences,
)
from segtools.features.build import supported, variables
from segtools.features.shop import Shop
from segtools.languages import header, tr, trn
from segtools.plots.display import Display, finding, findings, table, together
from segtools.plots.lifts import lift_by_segment
from segtools.plots.presentation import present
from segtools.records import read_record
from segtools.report.stage import Stage
from segtools.segmentation.model import SegmentModel
from segtools.timezones import epoch, instant
from segtools.wording import shorten

__all__ = [
    "arms_of",
    "earlier_runs",
    "plan_sentences",
    "plan_table",
    "results_of",
    "results_shown",
]

Row = dict[str, Any]
_EVENTS = ("campaigns", "conversions")


def earlier_runs(stage: Stage) -> list[EarlierRun]:
    """List the project's earlier runs by following each one's link to the one before.

    Returns
    -------
    list of EarlierRun
        The latest first; a folder that is gone ends the list.
    """
    found: list[EarlierRun] = []
    here, zone = stage.previous, str(stage.config.timezone)
    seen = {stage.path.resolve()}
    while here is not None and here not in seen and (here / "run.json").is_file():
        run = read_record(here / "run.json")
        as_of = str(run["as_of"])
        found.append(EarlierRun(here, as_of, epoch(instant(as_of, zone))))
        seen.add(here)
        link = run.get("previous_run")
        here = (here / link).resolve() if link else None
    return found


def results_of(stage: Stage, shop: Shop) -> Row:
    """Read out the campaigns that are over, and count what their files got wrong.

    Returns
    -------
    dict
        What ``experiment_results.json`` keeps: see `experiment_results`, with
        ``left_out``, rows of campaigns and conversions that count for nothing, by
        reason.
    """
    made = experiment_results(
        shop,
        stage.config,
        stage.origin,
        model=stage.read("model"),
        window_days=int(stage.read("data_quality")["window_days"]),
        earlier=earlier_runs(stage),
        segments=stage.read_table("segments"),
    )
    rules = stage.read("data_quality")["rules"]
    left_out = [
        {k: r[k] for k in ("table", "rule", "rows", "sentence")}
        for r in rules
        if r["table"].partition(":")[0] in _EVENTS
    ]
    return made | {"left_out": left_out}


def arms_of(stage: Stage, segments: pd.DataFrame) -> tuple[Row, pd.DataFrame]:
    """Deal the arms of the configured experiment among everybody with a segment.

    Where it waits for other days than outcome_days, what customers do without it is
    learned over as many; ``plan`` says under ``why_not`` why it could not be.
    """
    days = stage.config.experiment.get("days") or stage.config.outcome_days
    outcomes, why_not = stage.read("selection")["outcome_by_segment"], ""
    if days != stage.config.outcome_days:
        outcomes, why_not = _learned(stage, days)
    features = stage.read_table("features").set_index("customer_id")
    spend = features.get("spend_total", pd.Series(dtype=float))
    value = segments["customer_id"].map(spend).astype(float)
    record, arms = deal_arms(
        segments.assign(value=value),
        stage.config,
        as_of=str(stage.run["as_of"]),
        origin=stage.origin,
        segments=stage.read("model")["segments"],
        outcomes=outcomes,
        earlier=earlier_runs(stage),
        learned_days=days,
    )
    return record | {"plan": record["plan"] | {"why_not": why_not}}, arms


def _learned(stage: Stage, days: int) -> tuple[Row, str]:
    """Ask the run's model what customers did in the last days."""
    config, shop = stage.config, stage.shop()
    known, _ = supported(shop, config.bases)
    known = variables(known, config.variables, shop, config.protected_reasons)
    return outcomes_over(
        shop,
        stage.window(),
        epoch(instant(str(stage.read("data_quality")["first"]), "UTC")),
        known,
        SegmentModel.from_record(stage.read("model")),
        goal=config.goal,
        days=days,
    )


def results_shown(results: Mapping[str, Any], currency: str) -> Display:
    """Show what came of each campaign: by what right, lifts, and what was left out."""
    shown = [_campaign(c, currency) for c in results["campaigns"]]
    left_out = [
        trn(
            "{n} row of {table} counts for nothing: {why}",
            "{n} rows of {table} count for nothing: {why}",
            r["rows"],
            table=r["table"].partition(":")[0],
            why=r["sentence"],
        )
        for r in results["left_out"]
    ]
    if not shown:
        none = tr("No campaign is over of which the data has sendings and conversions.")
        return together(finding(none), *([findings(left_out)] if left_out else []))
    return together(*shown, *([findings(left_out)] if left_out else []))


def _campaign(campaign: Mapping[str, Any], currency: str) -> Display:
    said = [design_sentence(campaign), *check_sentences(campaign)]
    said += lift_sentences(campaign, currency)
    if campaign["design"] == "association":
        return together(findings(said), _association_table(campaign))
    figures = [
        present(lift_by_segment, campaign, measure=measure, unit=currency)
        for measure in ("response", "spend")
        if any(r[measure]["lift"] is not None for r in campaign["segments"])
    ]
    return together(findings(said), *figures)


def _association_table(campaign: Mapping[str, Any]) -> Display:
    rows = campaign["segments"]
    frame = pd.DataFrame(
        {
            header("Segment"): [r["segment"] for r in rows],
            header("Receivers"): [r["got"] for r in rows],
            header("Share who got it"): [r["reach"] for r in rows],
            header("Share who responded"): [r["share"] for r in rows],
            header("Low"): [r["low"] for r in rows],
            header("High"): [r["high"] for r in rows],
        }
    )
    frame = frame.astype({"Receivers": "Int64"})
    shares = [c for c in frame.columns if c not in ("Segment", "Receivers")]
    name = shorten(campaign["campaign_id"])
    caption = tr("Association only: {campaign} by segment", campaign=name)
    return table(frame, caption=caption, formats=dict.fromkeys(shares, "percent"))
