"""Names by rule: what a segment does, in words, never who its people are."""

from __future__ import annotations

import numpy as np
import pandas as pd

from segtools.segmentation.model import SegmentModel

# Upper bound of the median days between orders, and the word for it.
_RHYTHM = (
    (2.0, "near-daily"),
    (4.5, "twice-weekly"),
    (9.0, "weekly"),
    (20.0, "fortnightly"),
    (45.0, "monthly"),
)
_HIGH, _LOW = 1.25, 0.8
# Feature, word when far above everyone's median, word when far below.
_TRAITS = (
    ("basket_mean", "big-basket", "small-basket"),
    ("n_categories", "wide-range", "narrow-range"),
    ("private_label_share", "own-label", "brand-minded"),
    ("discount_share", "discount-minded", "full-price"),
    ("coupon_share", "coupon-minded", "coupon-free"),
    ("evening_share", "evening", "daytime"),
    ("weekend_share", "weekend", "weekday"),
    ("morning_share", "morning", "later-in-the-day"),
)


def describe_segments(
    features: pd.DataFrame, labels: np.ndarray, order: list[int]
) -> list[str]:
    """Name segments by their rhythm and what sets them apart.

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
        return "dormant"
    days = own.get("interval_days", np.nan)
    if own["n_orders"] < 2 or np.isnan(days):
        return "one-time"
    if own.get("overdue_ratio", 0) > 3:
        return "lapsing"
    return next((word for limit, word in _RHYTHM if days <= limit), "occasional")


def _unused(words: list[str], taken: list[str]) -> str:
    first, *more = words
    for n in range(1, len(more) + 1):
        name = _title([first, *more[:n]])
        if name not in taken:
            return name
    plain = _title([first, *more[:1]])
    number = 2
    while plain in taken:
        plain = f"{_title([first, *more[:1]])} {number}"
        number += 1
    return plain


def _title(words: list[str]) -> str:
    text = " ".join(words[:3]) + " buyers"
    return text[0].upper() + text[1:]


def describe_model(model: SegmentModel, features: pd.DataFrame) -> list[str]:
    """Name a model's segments by rule, in the order of its labels.

    A plain way has names of its own: the fifths of spend, the cells of the grid.
    """
    own_names = model.payload.get("label_names", [])
    if len(own_names) == len(model.segments):
        return list(own_names)
    ids = [s["segment_id"] for s in model.segments]
    given = model.assign(features)["segment_id"]
    mine = given.isin(ids).to_numpy()  # whoever stands apart has a name by rule
    features, own = features[mine], given[mine].map(ids.index).to_numpy()
    order = [int(i) for i in np.argsort([s["rank"] for s in model.segments])]
    described = describe_segments(features.set_index("customer_id"), own, order)
    by_label = dict(zip(order, described, strict=True))
    return [by_label[i] for i in range(len(ids))]
