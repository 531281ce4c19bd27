"""What customers did besides buying: counted once a customer, within the window."""

from __future__ import annotations

import pandas as pd
import pytest

from segtools.features.catalogue import Window
from segtools.profiles.events import event_claims, event_profile
from segtools.profiles.profile import Segmented

from .conftest import segments_of

ORIGIN = int(pd.Timestamp("2024-03-01").timestamp())


@pytest.fixture
def desk(shop_of, orders):
    """Four customers, two segments; tickets within, before and after the window."""
    rows = [
        ("ann", "2024-02-10", "ticket_opened", None),
        ("ann", "2024-02-10", "ticket_tagged", "Delivery"),
        ("ann", "2024-02-20", "ticket_opened", None),  # twice is once
        ("bob", "2024-02-11", "ticket_opened", None),
        ("cat", "2024-02-12", "page_view", None),
        ("cat", "2023-01-12", "ticket_opened", None),  # before the window
        ("dan", "2024-03-01", "ticket_opened", None),  # at the origin
    ]
    events = pd.DataFrame(
        rows, columns=["customer_id", "occurred_at", "event", "topic"]
    )
    events["occurred_at"] = pd.to_datetime(events["occurred_at"])
    return Segmented(
        shop_of({"orders": orders, "events": events}),
        Window(ORIGIN, 60),
        pd.DataFrame({"customer_id": ["ann", "bob", "cat", "dan"]}),
        segments_of(["ann", "bob", "cat", "dan"], ["S01", "S01", "S02", "S02"]),
        [],
        smallest_cell=1,
    )


def test_each_customer_counts_once_and_only_within_the_window(desk):
    found = event_profile(desk)
    shares = {
        (r.segment_id, r.column, r.name): (r.doers, r.n, r.value, r.base_value)
        for r in found.itertuples(index=False)
    }
    assert shares == {
        ("S01", "event", "page_view"): (0, 2, 0.0, 0.25),
        ("S01", "event", "ticket_opened"): (2, 2, 1.0, 0.5),
        ("S01", "event", "ticket_tagged"): (1, 2, 0.5, 0.25),
        ("S01", "topic", "Delivery"): (1, 2, 0.5, 0.25),
        ("S02", "event", "page_view"): (1, 2, 0.5, 0.25),
        ("S02", "event", "ticket_opened"): (0, 2, 0.0, 0.5),
        ("S02", "event", "ticket_tagged"): (0, 2, 0.0, 0.25),
        ("S02", "topic", "Delivery"): (0, 2, 0.0, 0.25),
    }


def test_a_claim_says_what_was_done_and_how_to_count_it_again(desk):
    claims = {(c.segment_id, c.text): c for c in event_claims(desk)}
    opened = claims["S01", "Ticket opened at least once"]
    assert (opened.holders, opened.n, opened.base_holders, opened.base_n) == (
        2,
        2,
        2,
        4,
    )
    assert opened.topic == "pain"
    asked = {
        "table": "events",
        "column": "event",
        "op": "did",
        "value": "ticket_opened",
    }
    assert opened.computation == asked | {"window_days": 60}
    about = claims["S01", "Got in touch about: Delivery"]
    assert about.computation["column"] == "topic"
    assert about.computation["events"] == ["ticket_tagged"]
    assert claims["S02", "Page view at least once"].topic == "habit"


def test_without_events_nothing_is_claimed(shop_of, orders, desk):
    bare = Segmented(
        shop_of({"orders": orders}), desk.window, desk.features, desk.segments, []
    )
    assert event_profile(bare).empty
    assert event_claims(bare) == []
