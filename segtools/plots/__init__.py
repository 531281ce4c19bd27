"""Figures, tables and sentences for notebooks, each loaded when it is first used.

Every figure function draws on an Axes and returns it. Beside it live its sisters,
which take the same data: ``<name>_title`` (the finding), ``<name>_alt`` (what a screen
reader says) and ``<name>_table`` (the numbers). `present` puts them together, so that
a cell is one line::

    plots.present(plots.segment_profile, profiles)
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_FIGURES = {
    "agreement_by_k": "structure",
    "category_preferences": "preferences",
    "contest_intervals": "contest",
    "customer_flow": "flow",
    "descent": "across",
    "feature_histogram": "spread",
    "gap_curve": "structure",
    "gorge": "similarity",
    "habits": "rhythm",
    "lifecycle_flow": "lifecycle",
    "lift_by_segment": "lifts",
    "migration_flow": "migration",
    "movement_over_time": "movement",
    "outcome_by_segment": "outcome",
    "paired_statements": "statements",
    "power_curves": "power",
    "quarantine_bars": "quality",
    "rfm_map": "rfm",
    "rows_flow": "quality",
    "scorecard_points": "points",
    "segment_evaluation": "evaluation",
    "segment_profile": "profile",
    "segment_sizes_and_value": "segments",
    "segment_spread": "distribution",
    "segments_over_time": "over_time",
    "stability_boxes": "stability",
    "verdict_over_time": "verdicts",
    "within_boxes": "stability",
}
_OTHERS = {
    "Display": "display",
    "figure": "display",
    "finding": "display",
    "findings": "display",
    "light": "display",
    "present": "presentation",
    "segment_colours": "colours",
    "style": "canvas",
    "table": "display",
    "together": "display",
}
_SISTERS = ("title", "alt", "table", "height")

__all__ = [
    "Display",
    "agreement_by_k",
    "category_preferences",
    "contest_intervals",
    "customer_flow",
    "descent",
    "feature_histogram",
    "figure",
    "finding",
    "findings",
    "gap_curve",
    "gorge",
    "habits",
    "lifecycle_flow",
    "lift_by_segment",
    "light",
    "migration_flow",
    "movement_over_time",
    "outcome_by_segment",
    "paired_statements",
    "power_curves",
    "present",
    "quarantine_bars",
    "rfm_map",
    "rows_flow",
    "scorecard_points",
    "segment_colours",
    "segment_evaluation",
    "segment_profile",
    "segment_sizes_and_value",
    "segment_spread",
    "segments_over_time",
    "stability_boxes",
    "style",
    "table",
    "together",
    "verdict_over_time",
    "within_boxes",
]


def __getattr__(name: str) -> Any:
    """Load a figure, a sister of one, or a display function on first use."""
    base, _, last = name.rpartition("_")
    figure = base if last in _SISTERS and base in _FIGURES else name
    home = _FIGURES.get(figure) or _OTHERS.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
