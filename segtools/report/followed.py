"""Follow-up of a run as its last stage sees it: the previous run, and a year ago."""

from __future__ import annotations

from typing import Any

from segtools.features.build import supported, variables
from segtools.history.follow_up import FollowUp, follow_up
from segtools.history.money import customer_money
from segtools.history.season import season
from segtools.history.snapshot import read_snapshot
from segtools.report.stage import Stage
from segtools.segmentation.model import SegmentModel
from segtools.timezones import epoch, instant

__all__ = ["follow_up_of", "season_of"]


def follow_up_of(stage: Stage) -> FollowUp:
    """Hold a run against the previous one of its project.

    Parameters
    ----------
    stage : Stage
        Of a run whose stages up to the third are done.

    Returns
    -------
    FollowUp
        On a first run without anything to compare with.
    """
    new = read_snapshot(stage.path, customer_money(stage.shop(), stage.window()))
    old = None if stage.previous is None else read_snapshot(stage.previous)
    return follow_up(
        old,
        new,
        thresholds=stage.config.refresh,
        smallest_cell=stage.config.smallest_cell,
    )


def season_of(stage: Stage) -> dict[str, Any]:
    """Ask a run's model about the same period a year before; see `season`."""
    config, shop = stage.config, stage.shop()
    known, _ = supported(shop, config.bases)
    known = variables(known, config.variables, shop, config.protected_reasons)
    first = instant(str(stage.read("data_quality")["first"]), "UTC")
    return season(
        shop,
        stage.window(),
        epoch(first),
        known,
        SegmentModel.from_record(stage.read("model")),
        smallest_cell=config.smallest_cell,
    )
