"""Customer segments that hold up: from raw orders to a checked report.

Everything public is listed here and loaded when it is first used, so that importing
the package costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "languages.choice": ("set_language", "use_language"),
    "masking": ("mask",),
    "schema": ("ConfigError", "DataError", "DisclosureError"),
    "config": ("RunConfig", "load_config"),
    "sources": ("open_source", "source"),
    "prepare.clean": ("clean",),
    "prepare.lights": ("adequacy", "both_lights", "freshness"),
    "prepare.save": ("quality_record", "rows_by_rule", "save_tables"),
    "features.catalogue": ("Window", "feature"),
    "features.build": (
        "build_features",
        "collect",
        "features_at",
        "supported",
        "variables",
    ),
    "features.shop": ("Shop",),
    "features.views": ("view",),
    "features.trace": ("trace_customer",),
    "features.leakage": ("check_leakage",),
    "features.rollup": ("roll_up",),
    "features.survey": ("needs_table", "survey_factors"),
    "features.describe": ("catalogue_record", "feature_table"),
    "features.legs": ("build_learning", "plan_legs"),
    "goals": ("goals_record", "survey", "typed_shop"),
    "segmentation.scheme": ("scheme",),
    "segmentation.structure": ("structure_verdict",),
    "segmentation.surrogate": ("compare_rules", "surrogate_rules"),
    "segmentation.mixtures": ("choose_mixture", "compare_mixtures"),
    "segmentation.latent_class": ("compare_latent_classes", "latent_classes"),
    "segmentation.mixed": ("distance_shares", "famd"),
    "segmentation.gower": ("gower_distances",),
    "segmentation.odd": ("odd_customers",),
    "segmentation.contest": ("run_contest",),
    "segmentation.decisions": ("Decision", "apply_decisions"),
    "segmentation.entries": ("Rules",),
    "segmentation.fairness": ("fairness_table",),
    "segmentation.far": ("coverage", "fits"),
    "segmentation.rule_text": ("rule_to_pandas", "rule_to_sql"),
    "segmentation.segment_rules": (
        "rule_record",
        "rules_of_record",
        "segment_rules",
    ),
    "segmentation.stability": ("select_clusters",),
    "segmentation.freeze": ("freeze",),
    "segmentation.hand": ("Hand",),
    "segmentation.in_engine": ("assign_in_engine",),
    "segmentation.model": ("SegmentModel",),
    "segmentation.typing_tool": ("TypingTool", "typing_tool"),
    "segmentation.verdict": ("decide",),
    "segmentation.why": ("explain",),
    "estimators.comparable": ("ComparableFeatures",),
    "estimators.factors": ("FAMD",),
    "estimators.kmeans": ("StableKMeans",),
    "estimators.latent": ("LatentClassSegments",),
    "estimators.means": ("SegmentMeans",),
    "estimators.mixture": ("MixtureSegments",),
    "estimators.rfm": ("RFMScores",),
    "estimators.scorecards": ("ScorecardClassifier", "ScorecardRegressor"),
    "estimators.tiers": ("TierSegments",),
    "estimators.ward": ("WardSegments",),
    "history.registry": ("match_segments", "name_segments"),
    "history.changes": ("migration", "summarise_changes"),
    "history.drift": ("psi",),
    "history.follow_up": ("follow_up",),
    "profiles.profile": ("Segmented",),
    "profiles.table": ("profile_table",),
    "profiles.personas": ("build_personas",),
    "profiles.actions": ("build_actions", "load_rule_book"),
    "profiles.canvas": ("business_model_canvas",),
    "profiles.recompute": ("recompute",),
    "profiles.compare": ("compare_personas",),
    "destinations.registry": ("destination",),
    "destinations.approval": ("approve",),
    "experiments.assignment": ("assign_arms",),
    "experiments.planner": ("plan_experiment",),
    "experiments.readout": ("read_out",),
    "destinations.shopify_query": ("shopify_query",),
    "destinations.spreadsheet": ("export_spreadsheet",),
    "explorer.explore": ("explore",),
    "report.exports": ("export_run",),
    "report.paper": ("export_pdf",),
    "report.sensitivity": ("sensitivity",),
    "report.compare": ("compare_runs",),
    "report.followed": ("follow_up_of", "season_of"),
    "report.stage": ("open_stage", "parameters_of"),
    "report.execution.start": ("start_run",),
    "report.execution.pages": ("write_pages",),
    "report.typing": ("typing_files",),
    "report.typing_form": ("typing_form",),
    "frames.segment": ("segment_customers",),
}
_ROOMS = (
    "estimators",
    "experiments",
    "features",
    "goals",
    "plots",
    "segmentation",
    "simulate",
)
_WHERE = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [*sorted(_WHERE), "plots", "simulate"]


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(importlib.import_module(f"segtools.{_WHERE[name]}"), name)
    if name in _ROOMS:
        return importlib.import_module(f"segtools.{name}")
    raise AttributeError(f"module 'segtools' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
