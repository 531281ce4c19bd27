"""In which segment everybody was before a campaign: from arms, earlier runs, or now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from segtools.features.build import collect, features_at, supported
from segtools.features.catalogue import Window
from segtools.features.shop import Shop
from segtools.languages import mark, tr
from segtools.records import read_record
from segtools.segmentation.model import SegmentModel

ARMS_FILE = "experiment_assignments.parquet"
PLAN_FILE = "experiment.json"
OURS = mark("the segments in which the arms were dealt")
EARLIER = mark("the segments of the run of {as_of}")
NOW = mark(
    "what was known before it; the lines between segments were drawn later, by this run"
)


@dataclass(frozen=True)
class EarlierRun:
    """A finished run of the same project, before this one.

    Attributes
    ----------
    path : Path
    as_of : str
    origin : int
        ``as_of`` in UTC seconds.
    """

    path: Path
    as_of: str
    origin: int

    def arms(self, name: str) -> pd.DataFrame | None:
        """Read the arms of an experiment; None where this run had none of that name."""
        file = self.path / ARMS_FILE
        if not file.exists():
            return None
        arms = pd.read_parquet(file)
        own = arms[arms["experiment"].astype(str) == name]
        return None if own.empty else own.reset_index(drop=True)

    @property
    def running(self) -> list[dict[str, Any]]:
        """The experiments that ran with this run, as they were planned."""
        file = self.path / PLAN_FILE
        record = read_record(file) if file.exists() else {}
        return [dict(own) for own in record.get("running", [])]

    def planned(self, name: str) -> dict[str, Any]:
        """Read what was planned under a name."""
        return next((own for own in self.running if own.get("name") == name), {})


@dataclass(frozen=True, eq=False)
class Membership:
    """Who was in which segment before a campaign.

    Attributes
    ----------
    members : DataFrame
        ``customer_id``, ``segment_id``, ``segment`` and, where arms are ours, ``arm``.
    drawn : str
        Whence they are, in words.
    holdout, days : float, int or None
        As they were planned; None where the arms are not ours.
    """

    members: pd.DataFrame
    drawn: str
    holdout: float | None = None
    days: int | None = None


def membership(
    campaign_id: str,
    first: int,
    earlier: Sequence[EarlierRun],
    shop: Shop,
    model: Mapping[str, Any],
    window_days: int,
) -> Membership:
    """Find out in which segment everybody was before a campaign.

    Parameters
    ----------
    campaign_id : str
    first : int
        Its first sending, UTC second.
    earlier : sequence of EarlierRun
        The latest first.
    shop : Shop
    model : mapping
        This run's ``model.json``, for campaigns from before all runs.
    window_days : int
        How far features look back.

    Returns
    -------
    Membership
        From the arms that we dealt, if there are any of that name from before the
        sending; else from the latest run before it; else this run's model is asked
        with what was known before it.
    """
    known = [run for run in earlier if run.origin <= first]
    for run in known:
        arms = run.arms(campaign_id)
        if arms is not None:
            plan = run.planned(campaign_id)
            return Membership(arms, tr(OURS), plan.get("holdout"), plan.get("days"))
    known = [run for run in known if (run.path / "segments.parquet").exists()]
    if known:
        names = ["customer_id", "segment_id", "segment"]
        members = pd.read_parquet(known[0].path / "segments.parquet")[names]
        return Membership(members, tr(EARLIER, as_of=known[0].as_of))
    return Membership(_asked(first, shop, model, window_days), tr(NOW))


def _asked(
    first: int, shop: Shop, model: Mapping[str, Any], window_days: int
) -> pd.DataFrame:
    """Ask the model with features that look back from the first sending."""
    frozen = SegmentModel.from_record(dict(model))
    before = shop.before(first)
    needed = {f["name"] for f in frozen.features} | {"recency_days"}
    features = [f for f in supported(before)[0] if f.name in needed]
    table = collect(features_at(before, Window(first, window_days), features))
    if table.empty or "recency_days" not in table:
        return pd.DataFrame(columns=["customer_id", "segment_id", "segment"])
    return frozen.assign(table)[["customer_id", "segment_id", "segment"]]
