"""Names by rule: what a segment does, in words, never who its people are."""

from __future__ import annotations

import numpy as np
import pandas as pd

from segtools.languages import markc, trc
from segtools.segmentation.model import SegmentModel
from segtools.segmentation.rules import CELLS

# Upper bound of the median days between orders, and the word for it.
_RHYTHM = (
    (2.0, markc("segment name", "near-daily")),
    (4.5, markc("segment name", "twice-weekly")),
    (9.0, markc("segment name", "weekly")),
    (20.0, markc("segment name", "fortnightly")),
    (45.0, markc("segment name", "monthly")),
)
_RARELY = markc("segment name", "occasional")
_DORMANT = markc("segment name", "dormant")
_ONCE = markc("segment name", "one-time")
_LAPSING = markc("segment name", "lapsing")
_HIGH, _LOW = 1.25, 0.8
# Feature, word when far above everyone's median, word when far below.
_TRAITS = (
    (
        "basket_mean",
        markc("segment name", "big-basket"),
        markc("segment name", "small-basket"),
    ),
    (
        "n_categories",
        markc("segment name", "wide-range"),
        markc("segment name", "narrow-range"),
    ),
    (
        "private_label_share",
        markc("segment name", "own-label"),
        markc("segment name", "brand-minded"),
    ),
    (
        "discount_share",
        markc("segment name", "discount-minded"),
        markc("segment name", "full-price"),
    ),
    (
        "coupon_share",
        markc("segment name", "coupon-minded"),
        markc("segment name", "coupon-free"),
    ),
    (
        "evening_share",
        markc("segment name", "evening"),
        markc("segment name", "daytime"),
    ),
    (
        "weekend_share",
        markc("segment name", "weekend"),
        markc("segment name", "weekday"),
    ),
    (
        "morning_share",
        markc("segment name", "morning"),
        markc("segment name", "later-in-the-day"),
    ),
)


def describe_segments(
    features: pd.DataFrame, labels: np.ndarray, order: list[int]
) -> list[str]:
    """Name segments by their rhythm and what sets them apart.

    The language in use says them. A name is nothing but a name: runs are matched by
    their customers, and one that is carried over from a run in another language stays
    as it is.

    Parameters
    ----------
    features : DataFrame
        One row per customer, in original units.
    labels : array of shape (n_customers,)
        Each one's segment.
    order : list of int
        Segments from the best one down; earlier ones get the shorter name.

    Returns
    -------
    list of str
        A different name for each, in the given order.

    Examples
    --------
    >>> frame = pd.DataFrame(
    ...     {"n_orders": [50, 4], "interval_days": [3.0, 40.0], "basket_mean": [80, 10]}
    ... )
    >>> describe_segments(frame, np.array([0, 1]), [0, 1])
    ['Twice-weekly big-basket buyers', 'Monthly small-basket buyers']
    """
    middle = features.median(numeric_only=True)
    taken: list[str] = []
    for label in order:
        own = features[labels == label].median(numeric_only=True)
        taken.append(_unused(_words(own, middle), taken))
    return taken


def _words(own: pd.Series, middle: pd.Series) -> list[str]:
    words = [_rhythm(own)]
    for name, high, low in _TRAITS:
        base = middle.get(name, np.nan)
        if not base > 0:
            continue
        ratio = own.get(name, np.nan) / base
        if ratio >= _HIGH:
            words.append(high)
        elif ratio <= _LOW:
            words.append(low)
    return words


def _rhythm(own: pd.Series) -> str:
    if not own.get("n_orders", 0) >= 1:
        return _DORMANT
    days = own.get("interval_days", np.nan)
    if own["n_orders"] < 2 or np.isnan(days):
        return _ONCE
    if own.get("overdue_ratio", 0) > 3:
        return _LAPSING
    return next((word for limit, word in _RHYTHM if days <= limit), _RARELY)


def _unused(words: list[str], taken: list[str]) -> str:
    for n in range(1, len(words)):
        name = _title(words[: n + 1])
        if name not in taken:
            return name
    plain = name = _title(words[:2])
    number = 2
    while name in taken:
        name = trc("segment name", "{name} {number}", name=plain, number=number)
        number += 1
    return name


def _title(words: list[str]) -> str:
    """Say a name as a whole: which word comes first is each language's own."""
    rhythm, *traits = (trc("segment name", word) for word in words[:3])
    if len(traits) == 2:
        first, second = traits
        text = trc(
            "segment name",
            "{rhythm} {first} {second} buyers",
            rhythm=rhythm,
            first=first,
            second=second,
        )
    elif traits:
        (trait,) = traits
        text = trc(
            "segment name", "{rhythm} {trait} buyers", rhythm=rhythm, trait=trait
        )
    else:
        text = trc("segment name", "{rhythm} buyers", rhythm=rhythm)
    return text[0].upper() + text[1:]


def _own(name: str) -> str:
    """Say a name that a payload keeps in English; one of tiers is said already."""
    cell = name[0].lower() + name[1:]
    if cell in {called for called, _, _ in CELLS}:
        said = trc("RFM cell", cell)
        return said[0].upper() + said[1:]
    return trc("segment name", name)


def describe_model(model: SegmentModel, features: pd.DataFrame) -> list[str]:
    """Name a model's segments by rule, in the order of its labels.

    A plain way has names of its own: the fifths of spend, the cells of the grid.
    """
    own_names = model.payload.get("label_names", [])
    if len(own_names) == len(model.segments):
        return [_own(name) for name in own_names]
    ids = [s["segment_id"] for s in model.segments]
    given = model.assign(features)["segment_id"]
    mine = given.isin(ids).to_numpy()  # whoever stands apart has a name by rule
    features, own = features[mine], given[mine].map(ids.index).to_numpy()
    order = [int(i) for i in np.argsort([s["rank"] for s in model.segments])]
    described = describe_segments(features.set_index("customer_id"), own, order)
    by_label = dict(zip(order, described, strict=True))
    return [by_label[i] for i in range(len(ids))]
