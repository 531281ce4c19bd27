"""Lesson 8: a portrait of a group of customers in which nothing is invented."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis
import numpy as np
import pandas as pd

from segtools.features.build import collect, features_at, supported, variables
from segtools.features.catalogue import Window
from segtools.features.describe import catalogue_record
from segtools.features.shop import Shop
from segtools.lessons.goals.shop import quiet
from segtools.lessons.personas.exercises import EXERCISES
from segtools.lessons.personas.shop import (
    BY_CHANCE,
    CURRENCY,
    SEGMENT,
    Gallery,
    beyond,
    counted,
    left_over,
    segment_id,
    segments_of,
)
from segtools.lessons.personas.shop import open_shop as data
from segtools.plots.canvas import axes_or_current, beside, dress, name_rows, number_axis
from segtools.plots.colours import ACCENT, OTHER
from segtools.plots.display import Display, finding
from segtools.profiles.choose import subject
from segtools.profiles.personas import build_personas
from segtools.profiles.profile import Segmented
from segtools.schema import ConfigError
from segtools.sources.complete_journey import read
from segtools.wording import number, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from segtools.profiles.claim import Claim

__all__ = [
    "EXERCISES",
    "SEGMENT",
    "card",
    "counted",
    "damage",
    "data",
    "funnel",
    "how_they_were_found",
    "kept_sentence",
    "left_over",
    "real_words",
    "striking_card",
    "told",
]
_TINY = 12
_WINDOW = Window(int(pd.Timestamp("2017-10-01").timestamp()), 180)


def funnel(rows: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how many customers are left as sentences are added one by one.

    Parameters
    ----------
    rows : DataFrame
        ``Sentence`` and ``Customers``, the first row without any sentence.
    ax : Axes, default=None
        Where to draw; None means pyplot's current Axes.

    Returns
    -------
    Axes
        The one that was passed.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> rows = pd.DataFrame({"Sentence": ["All", "Buy tea"], "Customers": [40, 3]})
    >>> funnel(rows, ax=Figure().add_subplot()).get_title(loc="left")
    'Of 40 customers 3 match every sentence'
    """
    ax = axes_or_current(ax)
    left = rows["Customers"].tolist()
    colours = [OTHER, *[ACCENT] * (len(rows) - 1)]
    ax.barh(range(len(rows)), left, height=0.62, color=colours)
    for place, customers in enumerate(left):
        beside(ax, customers, place, number(customers))
    name_rows(ax, rows["Sentence"], width=40)
    number_axis(ax.xaxis, whole=True)
    axis = "Customers who match this sentence and all above it"
    return dress(ax, title=funnel_title(rows), x=axis)


def funnel_title(rows: pd.DataFrame) -> str:
    """State how many of how many are left.

    Examples
    --------
    >>> funnel_title(pd.DataFrame({"Customers": [40, 0]}))
    'Of 40 customers nobody matches every sentence'
    """
    first, last = rows["Customers"].iloc[[0, -1]]
    who = "nobody matches" if last == 0 else f"{number(last)} match"
    who = "1 matches" if last == 1 else who
    return f"Of {number(first)} customers {who} every sentence"


def funnel_alt(rows: pd.DataFrame) -> str:
    """State the finding of `funnel` with every step."""
    pairs = rows[["Sentence", "Customers"]].to_numpy()
    steps = "; ".join(f"{sentence}: {number(left)}" for sentence, left in pairs)
    return f"{funnel_title(rows)}. Left after each: {steps}."


def funnel_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Give the numbers of `funnel`."""
    return rows


def funnel_height(rows: pd.DataFrame) -> float:
    """Give the height that the figure needs, in inches."""
    return 1.2 + 0.36 * len(rows)


def striking_card(gallery: Gallery, *, most: int = 6) -> dict[str, Any]:
    """Put together what seems to set the most striking of the eight groups apart.

    Parameters
    ----------
    gallery : Gallery
    most : int, default=6
        How many statements at most, one a feature.

    Returns
    -------
    dict
        As `plots.paired_statements` takes it.
    """
    own = segment_id(gallery.dealt, gallery.striking)
    seen: dict[Any, Claim] = {}
    for claim in beyond(gallery.dealt_claims, None):
        if claim.segment_id == own:
            seen.setdefault(_about(claim), claim)
    chosen = list(seen.values())[:most]
    records = [c.record(i) for i, c in enumerate(chosen, 1)]
    return {"segment": f"The {gallery.striking} customers", "statements": records}


def _about(claim: Claim) -> Any:
    """Say what a claim is about; the levels of an attribute exclude each other."""
    asked = claim.computation
    own = asked["table"] == "customers"
    return asked["column"] if own else subject(claim)


def how_they_were_found(gallery: Gallery) -> Display:
    """Say how the eight groups came about, and how much was looked at."""
    groups = gallery.dealt.segments["segment"].nunique()
    return finding(
        f"The customers were shuffled and dealt into {groups} groups. "
        f"{number(len(gallery.dealt_claims))} statements about them were looked at, "
        f"and {gallery.striking} is the group for which most were kept."
    )


def card(gallery: Gallery) -> dict[str, Any]:
    """Give the segment's persona card, as `build_personas` makes it."""
    return _cards(gallery.segments)[SEGMENT]


def _cards(data: Segmented) -> dict[str, dict[str, Any]]:
    known = data.segments.drop_duplicates("segment_id").sort_values("segment_id")
    pairs = zip(known["segment_id"], known["segment"], strict=True)
    model = [
        {"segment_id": i, "name": n, "rank": r} for r, (i, n) in enumerate(pairs, 1)
    ]
    made = build_personas(data, model, CURRENCY)["segments"]
    return {c["segment"]: c for c in made}


def told(card: dict[str, Any]) -> list[str]:
    """Say what a card assumes, and how many customers match all that it knows."""
    guesses = [s["text"] for s in card["statements"] if s["kind"] == "assumption"]
    return [f"Assumption: {text}" for text in guesses] + [card["match_all"]["sentence"]]


def real_words() -> str:
    """Say how many real households match their own card, if the package is there."""
    shop = _grocer()
    if shop is None:
        return (
            "The Complete Journey is not installed here, so the real grocer is left "
            "out; the lesson goes on without it."
        )
    known, missing = supported(shop)
    known = variables(known, [])
    frame = collect(features_at(shop, _WINDOW, known))
    entries = catalogue_record(known, missing, shop, _WINDOW)["features"]
    best = frame["spend_total"] >= frame["spend_total"].quantile(0.8)
    own = segments_of(frame["customer_id"], np.where(best, "Top fifth", "Others"))
    found = _cards(Segmented(shop, _WINDOW, frame, own, entries))["Top fifth"]
    stated = found["match_all"]["statements"]
    return (
        f"The card of the fifth of households that spend most has {number(stated)} "
        f"statements from data. {found['match_all']['sentence']}"
    )


def _grocer() -> Shop | None:
    try:
        lines = read(quiet(), {}, "UTC").tables["order_lines"]
    except ConfigError:
        return None
    lines = lines.filter(lines.amount > 0).drop("unreadable")
    return Shop({"order_lines": lines.mutate(is_return=ibis.literal(False))}, "UTC")


def kept_sentence(gallery: Gallery, *, no_control: bool) -> str:
    """Say how many statements about groups dealt by chance would be made."""
    kept = len(beyond(gallery.dealt_claims, None if no_control else BY_CHANCE))
    how = "Without control" if no_control else "With false discoveries controlled"
    return (
        f"{how}, {number(kept)} of {number(len(gallery.dealt_claims))} statements "
        f"about groups dealt by chance are kept."
    )


def damage(gallery: Gallery, *, no_control: bool, tiny_segment: bool) -> Display:
    """Say what a card would claim without control, or of a handful of customers."""
    n = _TINY if tiny_segment else int((gallery.kind == SEGMENT).sum())
    share, *ends = _share_of_first(gallery, n)
    low, high = map(percent, ends)
    return finding(
        f"{kept_sentence(gallery, no_control=no_control)} Of {number(n)} {SEGMENT}, "
        f"{percent(share)} order in the evening (95 % interval {low} to {high})."
    )


def _share_of_first(gallery: Gallery, n: int) -> tuple[float, float, float]:
    """Give the share of the first n of the segment who order in the evening."""
    from scipy import stats  # a second to import

    frame = gallery.segments.features.set_index("customer_id")
    own = frame.index[gallery.kind.reindex(frame.index) == SEGMENT][:n]
    evening = int((frame.loc[own, "evening_share"] >= 0.5).sum())
    ends = stats.binomtest(evening, n).proportion_ci(method="wilson")
    return evening / n, float(ends.low), float(ends.high)
