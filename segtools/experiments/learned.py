"""What customers do without an experiment, over as many days as it waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from segtools.features.build import collect, features_at
from segtools.features.catalogue import Feature, Window
from segtools.features.outcome import judged_on, outcome
from segtools.features.shop import Shop
from segtools.languages import tr, trn
from segtools.segmentation.model import SegmentModel
from segtools.segmentation.selection import outcome_by_segment
from segtools.timezones import DAY


def missing_history(window: Window, first: int, days: int) -> int:
    """Count the days of history that are lacking to look back over `days` days.

    Parameters
    ----------
    window : Window
        Its origin is now.
    first : int
        UTC second of the first order.
    days : int

    Examples
    --------
    >>> now = Window(origin=100 * DAY, days=60)
    >>> missing_history(now, 0, 40), missing_history(now, 0, 45)
    (0, 5)
    """
    needed = window.origin - (window.days + days) * DAY
    return max(0, -(-(first - needed) // DAY))


def outcomes_over(
    shop: Shop,
    window: Window,
    first: int,
    features: Sequence[Feature],
    model: SegmentModel,
    *,
    goal: str,
    days: int,
) -> tuple[dict[str, Any], str]:
    """Say what customers of each segment did in the last days, whatever they were sent.

    Parameters
    ----------
    shop : Shop
        Kept tables.
    window : Window
        Its origin is now.
    first : int
        UTC second of the first kept order.
    features : sequence of Feature
        What the model may read.
    model : SegmentModel
        It is asked as of `days` days ago; it may have been learned from these very
        days, which matters little for how far apart customers of a segment are.
    goal : str
        Decides what counts, as `outcome` does.
    days : int
        From then until now.

    Returns
    -------
    outcomes : dict
        As `outcome_by_segment` gives them; empty where that is not known.
    why_not : str
        A clause that says why; else empty.
    """
    if goal == "respond_to_campaign":
        return {}, tr("what comes of a campaign is known of its receivers only")
    lacks = missing_history(window, first, days)
    if lacks:
        return {}, trn(
            "to see what customers do in {days}, {n} more day of history is needed",
            "to see what customers do in {days}, {n} more days of history are needed",
            lacks,
            days=trn("{n} day", "{n} days", days),
        )
    then = Window(window.origin - days * DAY, window.days)
    built = collect(features_at(shop, then, list(features)))
    built = built[built["recency_days"].notna()]
    built = built[judged_on(built, goal).to_numpy(dtype=bool)]
    came = outcome(shop, goal, then.origin, days).to_pandas()
    came = came.assign(customer_id=came["customer_id"].astype(str))
    known = came.set_index("customer_id")["outcome"]
    rows = built.assign(
        part="final_learn",
        outcome=built["customer_id"].map(known).fillna(0.0).astype(float),
    )
    return outcome_by_segment(replace(model, replicates=[]), rows), ""
