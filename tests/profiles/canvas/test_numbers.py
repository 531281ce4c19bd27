"""Sums of orders and costs by segment, worked out by hand."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from segtools.features.catalogue import Window
from segtools.profiles.canvas.numbers import Amount, segment_numbers
from segtools.profiles.profile import Segmented

ORIGIN = pd.Timestamp("2024-03-01")


@pytest.fixture(scope="session")
def numbered(shop_of):
    """Number orders given as rows of customer, amount, discount and channel."""

    def make(rows, smallest_cell=2, **tables):
        names = ["customer_id", "amount", "discount", "channel"]
        frame = pd.DataFrame(rows, columns=names)
        frame["order_id"] = [str(i) for i in range(len(frame))]
        frame["ordered_at"] = pd.Timestamp("2024-02-10 10:00")
        frame["is_return"] = frame["amount"] < 0
        ids = sorted(frame["customer_id"].unique())
        segments = pd.DataFrame({"customer_id": ids})
        segments["segment_id"] = np.where(segments["customer_id"] < "c", "S01", "S02")
        return segment_numbers(
            Segmented(
                shop=shop_of({"orders": frame} | tables),
                window=Window(int(ORIGIN.timestamp()), 60),
                features=pd.DataFrame({"customer_id": ids}),
                segments=segments,
                catalogue=[],
                smallest_cell=smallest_cell,
            )
        )

    return make


def test_orders_discounts_and_returns_are_summed_with_their_customers(numbered):
    found = numbered(
        [
            ("a", 10.0, 1.25, "web"),
            ("a", 20.0, 0.0, "web"),
            ("b", 30.0, 0.75, "web"),
            ("b", -5.5, 0.0, "web"),
            ("c", 40.0, 0.0, "store"),
        ]
    )
    assert found["S01"].amounts == {
        "orders": Amount(3, 2),
        "discount": Amount(Decimal("2.0000"), 2),
        "returned": Amount(Decimal("5.5000"), 1),
    }
    assert found["S02"].amounts == {
        "orders": Amount(1, 1),
        "discount": Amount(Decimal(0), 0),
    }


def test_channels_are_those_that_most_used_and_few_are_not_told(numbered):
    rows = [(c, 1.0, 0.0, "web") for c in "aAbB"] + [(c, 1.0, 0.0, "app") for c in "ab"]
    rows += [("a", 1.0, 0.0, "fax"), *((c, 1.0, 0.0, "web") for c in "cd")]
    found = numbered(rows)
    assert found["S01"].channels == [("web", 1.0), ("app", 0.5)]
    assert found["S01"].has_channels
    silent = numbered([("a", 1.0, 0.0, None)])["S01"]
    assert (silent.channels, silent.has_channels) == ([], False)


def sent(rows):
    """Make campaigns of rows of customer, day, who got it, and cost."""
    frame = pd.DataFrame(rows, columns=["customer_id", "sent_at", "treated", "cost"])
    when = pd.to_datetime(frame["sent_at"])
    return frame.assign(campaign_id="spring", sent_at=when, cost=frame["cost"])


def test_messages_of_the_window_are_counted_with_their_cost(numbered):
    orders = [("a", 1.0, 0.0, "web"), ("b", 1.0, 0.0, "web"), ("c", 1.0, 0.0, "web")]
    campaigns = sent(
        [
            ("a", "2024-02-01", True, 0.25),
            ("a", "2024-02-08", True, 0.25),
            ("b", "2024-02-01", True, None),
            ("b", "2024-02-08", False, 9.0),  # held back
            ("a", "2023-12-01", True, 9.0),  # before the window
        ]
    )
    found = numbered(orders, campaigns=campaigns)
    assert found["S01"].amounts["messages"] == Amount(3, 2)
    assert found["S01"].amounts["message_cost"] == Amount(Decimal("0.5000"), 1)
    assert "messages" not in found["S02"].amounts


def test_costs_that_nobody_wrote_down_are_not_nought(numbered):
    campaigns = sent([("a", "2024-02-01", True, None)])
    found = numbered([("a", 1.0, 0.0, "web")], campaigns=campaigns)
    assert set(found["S01"].amounts) >= {"messages"}
    assert "message_cost" not in found["S01"].amounts


def test_the_order_of_rows_changes_nothing(numbered):
    rows = [(c, float(i), 0.1 * i, "web") for i, c in enumerate("abcdab", 1)]
    assert numbered(rows) == numbered(rows[::-1])
