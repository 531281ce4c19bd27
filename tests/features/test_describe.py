"""What cards need of everyone is described, whatever segments are made of."""

from __future__ import annotations

import pandas as pd

from segtools.features.build import supported
from segtools.features.describe import for_cards


def names(features):
    return [f.name for f in features]


def test_the_stage_of_life_is_described_without_its_basis(shop):
    known, _ = supported(shop, ["value"])
    more = for_cards(shop, known)
    assert names(more) == ["lifecycle_stage"]
    assert {f.role for f in more} == {"descriptor"}


def test_what_is_known_already_is_not_made_twice(shop):
    known, _ = supported(shop, ["value", "journey"])
    assert "lifecycle_stage" in names(known)
    assert for_cards(shop, known) == []


def test_visits_tickets_and_chats_are_described_where_there_are_any(shop_of, orders):
    events = pd.DataFrame(
        {
            "customer_id": ["ann", "bob"],
            "occurred_at": pd.to_datetime(["2024-02-01", "2024-02-02"]),
            "event": ["ticket_opened", "page_view"],
        }
    )
    shop = shop_of({"orders": orders, "events": events})
    known, _ = supported(shop, ["value"])
    assert set(names(for_cards(shop, known))) == {
        "lifecycle_stage",
        "tickets_opened",
        "visit_days",
    }
