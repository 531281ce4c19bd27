"""Waves: which sendings are measured at which instant, and whom they reached."""

from __future__ import annotations

import pandas as pd
import pytest

from segtools.features.waves import Wave, refuse_campaigns, sendings, waves
from segtools.schema import DataError
from segtools.timezones import epoch, instant


def at(text: str) -> int:
    return epoch(instant(text, "UTC"))


@pytest.fixture
def campaigns() -> pd.DataFrame:
    """May within an hour, with Cat held back; June trickles on for three weeks."""
    rows = [
        ("may", "ann", "2024-01-16 10:00", True),
        ("may", "bob", "2024-01-16 11:00", None),
        ("may", "cat", "2024-01-16 11:00", False),  # who buys only later
        ("june", "ann", "2024-02-05 09:00", True),
        (
            "june",
            "bob",
            "2024-02-12 08:59:59",
            True,
        ),  # the week's last second
        ("june", "cat", "2024-02-12 09:00", True),  # the first one of the next
        ("june", "dan", "2024-02-26 10:00", True),  # a stranger, two weeks later
    ]
    names = ["campaign_id", "customer_id", "sent_at", "treated"]
    frame = pd.DataFrame(rows, columns=names)

    frame["treated"] = frame["treated"].astype("boolean")
    return frame.assign(sent_at=pd.to_datetime(frame["sent_at"], format="mixed"))


def test_a_wave_is_a_week_from_a_campaigns_first_sending(orders, campaigns, shop_of):
    found = waves(shop_of({"orders": orders, "campaigns": campaigns}))
    assert found == [
        Wave("may", at("2024-01-16T10:00"), at("2024-01-16T11:00"), 2, 0, 0),
        Wave("june", at("2024-02-05T09:00"), at("2024-02-12T08:59:59"), 2, 0, 0),
        Wave("june", at("2024-02-12T09:00"), at("2024-02-12T09:00"), 1, 0, 0),
        Wave("june", at("2024-02-26T10:00"), at("2024-02-26T10:00"), 0, 0, 1),
    ]


def test_those_held_back_are_counted_apart_and_are_no_receivers(
    orders, campaigns, shop_of
):
    late = campaigns.assign(sent_at=campaigns["sent_at"] + pd.Timedelta(days=90))
    found = waves(shop_of({"orders": orders, "campaigns": late}))
    assert (found[0].receivers, found[0].held_back) == (2, 1)


def test_without_a_mark_everybody_has_got_it(orders, campaigns, shop_of):
    plain = campaigns.drop(columns="treated")
    sent = sendings(shop_of({"orders": orders, "campaigns": plain})).to_pandas()
    assert sent["got"].all()


def test_the_first_of_several_sources_sendings_counts(orders, campaigns, shop_of):
    again = campaigns.assign(sent_at=campaigns["sent_at"] + pd.Timedelta(hours=5))
    both = pd.concat([campaigns, again], ignore_index=True)
    one = waves(shop_of({"orders": orders, "campaigns": campaigns}))
    assert waves(shop_of({"orders": orders, "campaigns": both})) == one


def test_the_goal_is_refused_without_its_tables():
    with pytest.raises(
        DataError, match="campaigns and conversions are not in the data"
    ):
        refuse_campaigns(["orders"], "respond_to_campaign")
    with pytest.raises(DataError, match=r"but campaigns is not in the data\. Add a"):
        refuse_campaigns(["orders", "conversions:crm"], "respond_to_campaign")
    assert refuse_campaigns(["orders"], "grow_spend") is None
    both = ["campaigns:crm", "conversions"]
    assert refuse_campaigns(both, "respond_to_campaign") is None
