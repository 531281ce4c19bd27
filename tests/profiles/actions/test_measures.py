"""Reach by contact and consent, and the trend of spend: worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from segtools.features.catalogue import Window
from segtools.profiles.actions import segment_measures
from segtools.profiles.profile import Segmented

N = 40


@pytest.fixture(scope="session")
def measured(shop_of):
    """Measure 40 customers, the first half in S01; frames and columns as given."""

    def make(people=None, features=None, smallest_cell=5, split=N // 2):
        ids = [f"c{i:02d}" for i in range(N)]
        frame = pd.DataFrame({"customer_id": ids, "spend_total": 10.0})
        tables = {"orders": pd.DataFrame({"customer_id": ids})}
        if people is not None:
            tables["customers"] = pd.DataFrame({"customer_id": ids} | people)
        segments = pd.DataFrame({"customer_id": ids})
        segments["segment_id"] = np.where(np.arange(N) < split, "S01", "S02")
        return segment_measures(
            Segmented(
                shop=shop_of(tables),
                window=Window(1_700_000_000, 90),
                features=frame.assign(**(features or {})),
                segments=segments,
                catalogue=[],
                smallest_cell=smallest_cell,
            )
        )

    return make


def first(n, yes, no):
    return [yes] * n + [no] * (N - n)


def test_who_has_a_contact_and_said_yes_can_be_reached(measured):
    found = measured(
        {
            "email": first(30, "a@example.com", None),
            "newsletter_consent": first(10, "Yes", "no"),
        }
    )
    assert found.reach == {"S01": 0.5, "S02": 0.0}
    assert found.reach_by == "email and newsletter_consent"


def test_a_refusal_counts_against_and_silence_is_no_consent(measured):
    said = ["true"] * 8 + ["false"] * 24 + [None] * 8
    found = measured({"phone": ["+1"] * N, "email_opt_out": said})
    assert found.reach == {"S01": 0.6, "S02": 0.6}


def test_without_consents_a_contact_is_enough_and_that_is_said(measured):
    found = measured({"email": first(30, "a@example.com", " ")})
    assert found.reach == {"S01": 1.0, "S02": 0.5}
    assert found.reach_by == "email; the data holds no consent"


def test_names_and_addresses_of_machines_reach_nobody(measured):
    found = measured({"last_name": ["A"] * N, "ip_address": ["1"] * N})
    assert (found.reach, found.reach_by) == ({}, "")


def test_without_contacts_those_met_online_can_be_reached(measured):
    found = measured(features={"app_days": first(15, 3.0, 0.0)})
    assert found.reach == {"S01": 0.75, "S02": 0.0}
    assert found.reach_by == "who was met online (app days)"


def test_a_share_that_would_tell_of_a_few_is_not_shown(measured):
    found = measured({"email": first(23, "a@example.com", None)}, smallest_cell=5)
    # Three of S02 can be reached; were S01 shown, the total would give them away.
    assert "S02" not in found.reach


def test_the_trend_is_that_of_the_sums(measured):
    late = {"trend_ratio": first(20, 0.5, 2.0), "spend_total": first(20, 10.0, 40.0)}
    late["trend_ratio"][0], late["spend_total"][0] = 3.0, 190.0
    # (3 * 190 + 19 * 0.5 * 10) / (190 + 19 * 10) = 665 / 380.
    assert measured(features=late).trend == pytest.approx({"S01": 1.75, "S02": 2.0})


def test_customers_without_spend_or_trend_do_not_count(measured):
    late = {"trend_ratio": first(20, np.nan, 2.0)}
    late["spend_total"] = [0.0] * 20 + [10.0] * 15 + [-5.0] * 5
    assert measured(features=late).trend == {"S02": 2.0}


def test_a_segment_of_three_has_no_trend(measured):
    found = measured(features={"trend_ratio": [1.0] * N}, split=3)
    assert found.trend == {"S02": 1.0}


def test_nothing_known_is_nothing_measured(measured):
    found = measured()
    assert (found.trend, found.reach, found.reach_by) == ({}, {}, "")


def test_the_order_of_rows_changes_nothing(planted):
    back = Segmented(
        planted.shop,
        planted.window,
        planted.features.iloc[::-1],
        planted.segments.iloc[::-1],
        planted.catalogue,
    )
    one, two = segment_measures(planted), segment_measures(back)
    assert one.reach == two.reach
    assert one.trend == pytest.approx(two.trend)
    assert set(one.trend) == {"S01", "S02", "S03", "S04"}
