"""The notebooks' figures of a result, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from segtools.frames import described
from segtools.languages import tr
from segtools.schema import ConfigError, did_you_mean

if TYPE_CHECKING:
    from segtools.frames.result import SegmentResult
    from segtools.plots.display import Display

# What a figure is drawn of: its function, its data, and options.
Drawn = tuple[str, Any, dict[str, Any]]


def figure(result: SegmentResult, name: str, **options: Any) -> Display:
    """Draw one of the notebooks' figures, with its alt text and its table.

    Parameters
    ----------
    result : SegmentResult
    name : str
        One of `FIGURES`.
    **options
        What the figure function takes, such as ``by="weekdays"`` of ``habits``.

    Raises
    ------
    ConfigError
        If there is no figure of that name.
    """
    from segtools import plots

    if name not in FIGURES:
        raise ConfigError(
            f"plot must name a figure, but {name!r} is none. "
            f"{did_you_mean(str(name), FIGURES)}"
        )
    function, data, own = FIGURES[name](result)
    return plots.present(getattr(plots, function), data, **(own | options))


def _structure(figure_name: str) -> Callable[[SegmentResult], Drawn]:
    return lambda r: (figure_name, r.structure.__dict__, {})


def _profile(r: SegmentResult) -> Drawn:
    table = r.profiles
    return "segment_profile", table[table["kind"] == "feature"], {}


def _rfm(r: SegmentResult) -> Drawn:
    from segtools.profiles.rfm import rfm_cells

    names = [card["segment"] for card in r.personas["segments"]]
    unit = r.config.currency
    return "rfm_map", rfm_cells(r.segmented), {"names": names, "unit": unit}


def _outcome(r: SegmentResult) -> Drawn:
    from segtools.segmentation.selection import outcome_table

    unit = r.config.currency if r.config.goal == "grow_spend" else "share"
    options = {"outcome": tr("Outcome learned"), "unit": unit}
    return "outcome_by_segment", outcome_table(r.selection), options


def _points(r: SegmentResult) -> Drawn:
    from segtools.segmentation.selection import points_table

    labels = described.labels_of(r.prepared)
    return "scorecard_points", points_table(r.model, labels), {}


def _spread(r: SegmentResult) -> Drawn:
    found = described.percentiles(r.segmented, r.config.currency)
    return "segment_spread", found, {}


FIGURES: dict[str, Callable[[SegmentResult], Drawn]] = {
    "agreement": _structure("agreement_by_k"),
    "categories": lambda r: ("category_preferences", r.profiles, {}),
    "contest": lambda r: ("contest_intervals", r.contest, {}),
    "gap": _structure("gap_curve"),
    "habits": lambda r: ("habits", r.personas, {}),
    "outcome": _outcome,
    "points": _points,
    "priority": lambda r: ("segment_evaluation", r.actions, {}),
    "profile": _profile,
    "rfm": _rfm,
    "rows": lambda r: ("rows_flow", r.quality, {}),
    "segments": lambda r: ("segment_sizes_and_value", r.personas, {}),
    "spread": _spread,
    "stability": lambda r: ("stability_boxes", r.how_many.stability(), {}),
}
