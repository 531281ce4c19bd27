"""What became of receivers: windows, early ones, hold-outs not listed."""

import pandas as pd
import pytest

from segtools.experiments.outcomes import (
    campaign_outcomes,
    campaigns_over,
    with_everyone,
)

SENT = pd.Timestamp("2024-05-01 10:00")
DAY = pd.Timedelta(days=1)
SECOND = pd.Timedelta(seconds=1)


def sent(*ids, campaign="K1", at=SENT, **more):
    frame = pd.DataFrame({"customer_id": list(ids)})
    return frame.assign(campaign_id=campaign, sent_at=at, **more)


def done(*rows, campaign="K1"):
    frame = pd.DataFrame(rows, columns=["customer_id", "converted_at"])
    return frame.assign(campaign_id=campaign)


def bought(*rows):
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "amount"])
    number = [f"{i}" for i in range(len(frame))]
    return frame.assign(order_id=number, is_return=frame["amount"] < 0)


@pytest.fixture
def town(shop_of):
    """A shop with one campaign to ann, bob and cat; dan was held back."""

    def make(**tables):
        both = pd.concat(
            [
                sent("ann", "bob", "cat", treated=True, cost=0.1),
                sent("dan", treated=False),
            ],
            ignore_index=True,
        )
        usual = {
            "orders": bought(
                ("ann", SENT - DAY, 5.0),
                ("ann", SENT, 10.0),
                ("ann", SENT + 30 * DAY - SECOND, 20.0),
                ("ann", SENT + 30 * DAY, 40.0),
                ("bob", SENT + DAY, 8.0),
                ("bob", SENT + 2 * DAY, -3.0),
                ("dan", SENT - 30 * DAY, 7.0),
                ("dan", SENT - 31 * DAY, 70.0),
            ),
            "campaigns": both,
            "conversions": done(
                ("ann", SENT), ("bob", SENT + 30 * DAY), ("cat", SENT - SECOND)
            ),
        }
        return shop_of(usual | tables)

    return make


def test_the_window_begins_with_the_sending_and_ends_before_its_last_second(town):
    made = campaign_outcomes(town(), "K1", 30).set_index("customer_id")
    assert made["responded"].to_dict() == {"ann": 1, "bob": 0, "cat": 0, "dan": 0}
    assert made["spend"].to_dict() == {"ann": 30, "bob": 5, "cat": 0, "dan": 0}
    assert made["spend_before"].to_dict() == {"ann": 5, "bob": 0, "cat": 0, "dan": 7}
    assert made["treated"].to_dict() == {
        "ann": True,
        "bob": True,
        "cat": True,
        "dan": False,
    }
    assert made.loc["ann", "cost"] == pytest.approx(0.1)


def test_another_campaigns_conversion_is_no_response(town):
    other = done(("ann", SENT + DAY), campaign="K2")
    made = campaign_outcomes(town(conversions=other), "K1", 30)
    assert made["responded"].sum() == 0


def test_two_conversions_are_one_response(town):
    twice = done(("ann", SENT + DAY), ("ann", SENT + 2 * DAY))
    made = campaign_outcomes(town(conversions=twice), "K1", 30)
    assert made["responded"].sum() == 1
    assert len(made) == 4


def test_without_marks_everybody_got_it(town):
    made = campaign_outcomes(town(campaigns=sent("ann", "dan")), "K1", 30)
    assert made["treated"].all()
    assert made["cost"].isna().all()


def test_only_campaigns_that_are_over_are_listed_the_latest_first(town):
    later = sent("ann", campaign="K0", at=SENT + 5 * DAY)
    open_ = sent("ann", campaign="K9", at=SENT + 20 * DAY)
    shop = town(campaigns=pd.concat([sent("ann"), later, open_], ignore_index=True))
    end = int((SENT + 40 * DAY).timestamp())
    assert campaigns_over(shop, end, 30) == ["K0", "K1"]
    assert campaigns_over(shop, end - 40 * 86_400, 30) == []


def test_without_tables_there_are_no_campaigns(shop):
    assert campaigns_over(shop, 2**31, 30) == []


def test_hold_outs_that_the_file_does_not_list_are_added_from_the_arms(town):
    arms = pd.DataFrame(
        {
            "customer_id": ["ann", "bob", "cat", "dan", "eve"],
            "arm": ["treatment"] * 3 + ["hold-out", "treatment"],
        }
    )
    receivers = town(campaigns=sent("ann", "bob"))
    more = with_everyone(receivers, "K1", arms)
    made = campaign_outcomes(more, "K1", 30)
    assert made["customer_id"].tolist() == ["ann", "bob", "cat", "dan", "eve"]
    assert made.set_index("customer_id").loc["dan", "spend_before"] == 7
    assert (made["sent"] == made["origin"]).all()


def test_a_hold_out_who_got_it_by_mistake_does_not_hide_the_others(town):
    arms = pd.DataFrame(
        {
            "customer_id": ["ann", "bob", "dan", "eve"],
            "arm": ["treatment", "hold-out", "hold-out", "hold-out"],
        }
    )
    more = with_everyone(town(campaigns=sent("ann", "bob")), "K1", arms)
    made = campaign_outcomes(more, "K1", 30)
    assert made["customer_id"].tolist() == ["ann", "bob", "dan", "eve"]


def test_a_file_that_marks_any_of_them_is_taken_as_it_is(town):
    arms = pd.DataFrame({"customer_id": ["dan", "eve"], "arm": "hold-out"})
    assert with_everyone(town(), "K1", arms) is None
    assert with_everyone(town(), "K1", arms.drop(columns="arm")) is None
