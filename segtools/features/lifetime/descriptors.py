"""What customers may be worth, as descriptors beside the features of a run."""

from __future__ import annotations

from typing import Any

import pandas as pd

from segtools.features.build import round_significant
from segtools.features.catalogue import Window
from segtools.features.lifetime.history import purchase_history
from segtools.features.lifetime.score import lifetime_features
from segtools.features.shop import Shop
from segtools.features.views import views
from segtools.joining import sentences
from segtools.languages import mark, tr, trc, trn
from segtools.wording import number

BASIS = "lifetime"
_DEFINED = {
    "p_active": (
        "probability",
        mark("Probability of still being a customer"),
        mark(
            "Probability that the customer has not left for good by the origin, from "
            "how often and how recently they bought (BG/NBD)."
        ),
    ),
    "expected_orders": (
        "orders",
        mark("Orders to be expected"),
        mark(
            "Days with an order to be expected in the outcome's period after the "
            "origin."
        ),
    ),
    "expected_order_value": (
        "money",
        mark("Value of an order to be expected"),
        mark("Mean value of a day's orders to be expected (Gamma-Gamma)."),
    ),
    "lifetime_value": (
        "money",
        mark("Spend to be expected"),
        mark("Orders to be expected times their value, in the outcome's period."),
    ),
}


def with_lifetime(
    frame: pd.DataFrame, shop: Shop, window: Window, horizon_days: int
) -> tuple[pd.DataFrame, list[dict[str, Any]], dict[str, Any]]:
    """Add what is expected of each customer to a run's features.

    The models are fitted on everyone's purchases before the origin; who never bought
    has no expectation.

    Parameters
    ----------
    frame : DataFrame
        One row a customer, with ``customer_id``. Never modified.
    shop : Shop
        Kept tables.
    window : Window
        Its origin is where expectation begins.
    horizon_days : int
        How far ahead.

    Returns
    -------
    frame : DataFrame
        With ``p_active``, ``expected_orders``, ``expected_order_value`` and
        ``lifetime_value``.
    entries : list of dict
        Their entries in the catalogue, all descriptors.
    record : dict
        Which models were used, how well they fit and what readers must know.
    """
    history = views(shop, window)["history"]
    counted = purchase_history(history, window.origin, timezone=shop.timezone)
    summary = counted.to_pandas().sort_values("customer_id", ignore_index=True)
    expected, record = lifetime_features(summary, horizon_days)
    known = expected.set_index("customer_id").apply(round_significant)
    added = known.reindex(frame["customer_id"]).reset_index(drop=True)
    totals = known[["expected_orders", "lifetime_value"]].sum()
    record["expected"] = {
        "orders": round(float(totals["expected_orders"]), 1),
        "value": round(float(totals["lifetime_value"]), 2),
    }
    return pd.concat([frame, added], axis=1), _entries(), record


def _entries() -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "basis": BASIS,
            "unit": unit,
            "label": tr(label),
            "definition": tr(definition),
            "direction": "more",
            "over": "history",
            "needs": [],
            "version": 1,
            "history": "all",
            "role": "descriptor",
        }
        for name, (unit, label, definition) in _DEFINED.items()
    ]


def lifetime_sentence(record: dict[str, Any], currency: str = "") -> str:
    """Say what is to be expected of all, by which models, and what must be known.

    Examples
    --------
    >>> record = {"horizon_days": 90.0, "sentences": ["Handle with care."],
    ...     "expected": {"orders": 12.0, "value": 340.0},
    ...     "purchases": {"used": "BG/NBD"}, "order_value": {"used": "Gamma-Gamma"}}
    >>> lifetime_sentence(record, "EUR").split(" are ")[0]
    'In the next 90 days 12 orders worth 340 EUR'
    """
    purchases, value = record["purchases"]["used"], record["order_value"]["used"]
    expected = record["expected"]
    said = trn(
        "In the next {days} {n} order worth {worth} is to be expected of all together, "
        "by {purchases} and {value}.",
        "In the next {days} {n} orders worth {worth} are to be expected of all "
        "together, by {purchases} and {value}.",
        round(expected["orders"]),
        days=trn("{n} day", "{n} days", record["horizon_days"]),
        worth=f"{number(expected['value'])} {currency}".strip(),
        purchases=trc("model", purchases),
        value=trc("model", value),
    )
    return sentences([said, *record["sentences"]])
