"""The same period a year before: what of a change is only the season."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pandas as pd

from segtools.disclosure import LIMIT, hide_parts
from segtools.features.build import collect, features_at
from segtools.features.catalogue import Feature, Window
from segtools.features.shop import Shop
from segtools.history.money import customer_money, money_words, total
from segtools.languages import header, tr, trn
from segtools.segmentation.model import SegmentModel
from segtools.timezones import DAY
from segtools.wording import listed, percent, plain

# Whole weeks, so that as many Saturdays lie in both windows.
YEAR = 364


def year_before(window: Window, first: int) -> Window | None:
    """Give the window a year earlier; None where the data do not reach back that far.

    Parameters
    ----------
    window : Window
    first : int
        UTC second of the first order.

    Examples
    --------
    >>> year_before(Window(origin=500 * DAY, days=90), first=0).origin // DAY
    136
    >>> year_before(Window(origin=400 * DAY, days=90), first=0) is None
    True
    """
    earlier = Window(window.origin - YEAR * DAY, window.days)
    reaches = first <= earlier.origin - earlier.days * DAY
    return earlier if reaches else None


def missing_days(window: Window, first: int) -> int:
    """Count the days of history that a comparison with a year before still lacks."""
    needed = window.origin - (YEAR + window.days) * DAY
    return max(0, -(-(first - needed) // DAY))


def season(
    shop: Shop,
    window: Window,
    first: int,
    features: Sequence[Feature],
    model: SegmentModel,
    *,
    smallest_cell: int = LIMIT,
) -> dict[str, Any]:
    """Ask this run's model about the same period a year before.

    Parameters
    ----------
    shop : Shop
        Kept tables; at the earlier origin rows from then on are cut off.
    window : Window
        Its origin is now.
    first : int
        UTC second of the first kept order.
    features : sequence of Feature
        What the model may read.
    model : SegmentModel
    smallest_cell : int, default=10
        Segments of fewer customers are hidden, with what would give them away.

    Returns
    -------
    dict
        ``reaches_back``, ``sentence``, and one of ``segments`` each: ``segment_id``,
        ``segment``, and ``customers``, ``share`` and ``value`` (text, to the cent)
        ``_before`` and ``_now``. Everyone with an order before the origin counts.
    """
    earlier = year_before(window, first)
    if earlier is None:
        text = _too_short(window, missing_days(window, first))
        return {"reaches_back": False, "sentence": text, "segments": []}
    plainly = replace(model, replicates=[])
    rows = [
        _counted(shop, at, features, plainly, smallest_cell) for at in (earlier, window)
    ]
    segments = _beside(plainly, *rows)
    return {
        "reaches_back": True,
        "sentence": _sentence(segments, rows),
        "segments": segments,
    }


def _too_short(window: Window, lacks: int) -> str:
    return trn(
        "The data do not reach back far enough to compare with the same {days} a year "
        "before: {n} more day of history is needed.",
        "The data do not reach back far enough to compare with the same {days} a year "
        "before: {n} more days of history are needed.",
        lacks,
        days=trn("{n} day", "{n} days", window.days),
    )


def _counted(
    shop: Shop,
    window: Window,
    features: Sequence[Feature],
    model: SegmentModel,
    limit: int,
) -> dict[str, dict[str, Any]]:
    """Count customers and money by segment as of a window's origin."""
    built = collect(features_at(shop, window, list(features)))
    placed = model.assign(built[built["recency_days"].notna()])
    paid = customer_money(shop, window).to_dict()
    ids = [str(s["segment_id"]) for s in _ordered(model)]
    sizes = placed["segment_id"].value_counts().reindex(ids, fill_value=0)
    hidden = hide_parts(sizes.to_numpy(), limit)
    found = {}
    for place, segment_id in enumerate(ids):
        own = placed.loc[placed["segment_id"] == segment_id, "customer_id"]
        size, shown = len(own), not hidden[place]
        money = total(paid.get(c, Decimal(0)) for c in own)
        found[segment_id] = {
            "customers": size if shown else None,
            "share": size / max(len(placed), 1) if shown else None,
            "value": str(money) if shown else None,
        }
    return found


def _ordered(model: SegmentModel) -> list[dict[str, Any]]:
    """List the segments of whoever has ordered, those who stand apart among them."""
    return [s for s in model.every if s.get("extra") != "no_orders"]


def _beside(
    model: SegmentModel,
    before: Mapping[str, Mapping[str, Any]],
    now: Mapping[str, Mapping[str, Any]],
) -> list[dict[str, Any]]:
    ranked = sorted(_ordered(model), key=lambda s: int(s["rank"]))
    return [
        {"segment_id": (i := str(s["segment_id"])), "segment": str(s["name"])}
        | {f"{k}_before": v for k, v in before[i].items()}
        | {f"{k}_now": v for k, v in now[i].items()}
        for s in ranked
    ]


def _sentence(
    segments: Sequence[Mapping[str, Any]],
    rows: Sequence[Mapping[str, Mapping[str, Any]]],
) -> str:
    """Say which segments are larger or smaller than a year before."""
    known = [s for s in segments if None not in (s["share_before"], s["share_now"])]
    far = sorted(known, key=lambda s: -abs(s["share_now"] - s["share_before"]))[:2]
    said = [
        tr(
            "{segment} hold {now} of those who have ever ordered ({then} then)",
            segment=plain(s["segment"]),
            now=percent(s["share_now"]),
            then=percent(s["share_before"]),
        )
        for s in far
    ]
    if not said:
        return tr("Against a year before, all segments are too small to be shown.")
    return tr("Against the same period a year before, {said}.", said=listed(said))


def season_table(season: Mapping[str, Any], currency: str = "") -> pd.DataFrame:
    """List segments a year before and now, in customers, shares and money."""
    rows = [
        {
            header("Segment"): plain(s["segment"]),
            header("Customers a year before"): s["customers_before"],
            header("Customers now"): s["customers_now"],
            header("Share a year before"): s["share_before"],
            header("Share now"): s["share_now"],
            header("Spend a year before"): money_words(s["value_before"], currency),
            header("Spend now"): money_words(s["value_now"], currency),
        }
        for s in season["segments"]
    ]
    table = pd.DataFrame(rows)
    table.attrs["none"] = tr("not to be had")
    shares, counts = ("Share a year before", "Share now"), (1, 2)
    if len(table):
        names = [table.columns[i] for i in counts]
        table = table.astype(dict.fromkeys(names, "Int64"))
        formats = dict.fromkeys(names, "count") | dict.fromkeys(shares, "percent")
        table.attrs["formats"] = formats
    return table
