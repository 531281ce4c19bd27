"""Everybody is written or left out with exactly one reason; sums add up."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from destinations.makers import NAMES, order, people
from segtools.destinations.gather import gather
from segtools.destinations.identifiers import sha256
from segtools.destinations.order import REASONS
from segtools.schema import ConfigError, DataError

GOOGLE = {"min_size": 1}


def reasons(found):
    return dict(
        zip(found.left_out["customer_id"], found.left_out["reason"], strict=True)
    )


def test_each_has_the_first_reason_that_holds():
    rows = people(8)
    rows.loc[1, "ad_user_data"] = "denied"
    rows.loc[2, "ad_personalization"] = None
    rows.loc[3, "email"] = "nobody"
    rows.loc[4, "email"] = None
    rows.loc[5, "segment_id"] = "S02"
    rows.loc[[6, 7], ["email"]] = "c0006@example.com"
    rows.loc[7, "ad_user_data"] = "denied"
    listed = {"customer_id": frozenset({"c0006"})}
    asked = order(
        rows, "google_ads", GOOGLE | {"segments": ["S01"]}, suppressions=listed
    )
    found = gather(asked)
    assert found.members["customer_id"].tolist() == ["c0000"]
    assert reasons(found) == {
        "c0001": "denied",
        "c0002": "not_asked",
        "c0003": "no_address",
        "c0004": "no_address",
        "c0005": "not_chosen",
        "c0006": "suppressed",
        "c0007": "denied",
    }


def test_whoever_is_held_back_by_lot_is_on_no_list_that_leaves_the_house():
    held = frozenset({"c0001"})
    for outside, block in (("google_ads", GOOGLE), ("shopify", {})):
        found = gather(order(people(3), outside, block, held_back=held))
        assert reasons(found) == {"c0001": "held_back"}
    for inside, block in (("sql", {"url": "env:SHOP_DB"}), ("spreadsheet", {})):
        within = gather(order(people(3), inside, block, held_back=held))
        assert len(within.members) == 3


@pytest.mark.parametrize("to", ["ga4", "twilio_segment", "hubspot", "sql"])
def test_who_is_suppressed_by_an_address_is_so_where_it_is_never_written(to):
    rows = people(5, phone="", country="DE", email_opt_in="yes")
    rows["phone"] = [None, "030 000001", "030 000002", None, None]
    listed = {
        "email": frozenset({"c0000@example.com"}),
        "phone": frozenset({"+4930000001"}),
    }
    block = {"url": "env:NOWHERE"} if to == "sql" else {}
    found = gather(order(rows, to, block, suppressions=listed))
    assert list(found.members["customer_id"]) == ["c0002", "c0003", "c0004"]
    assert set(found.left_out["reason"]) == {"suppressed"}
    assert found.notes == []


def test_a_list_of_addresses_that_nobody_has_is_said():
    rows = people(3).drop(columns="email")
    listed = {"email": frozenset({"c0000@example.com"})}
    found = gather(order(rows, "ga4", suppressions=listed))
    assert "names people by email, but customers has none" in found.notes[0]


def test_without_any_word_on_consent_nobody_is_written():
    rows = people(3).drop(columns=["ad_user_data"])
    found = gather(order(rows, "google_ads", GOOGLE))
    assert not len(found.members)
    assert set(reasons(found).values()) == {"not_asked"}
    assert "name it under destinations.google_ads.consent" in found.notes[0]


def test_a_reason_for_asking_nobody_opens_every_channel():
    rows = people(3).drop(columns=["ad_user_data"])
    block = GOOGLE | {"without_consent": "Contract with business customers"}
    assert len(gather(order(rows, "google_ads", block)).members) == 3


def test_a_segment_below_the_minimum_is_left_out_and_named():
    rows = pd.concat([people(120), people(99, segment="S02", start=200)])
    found = gather(order(rows, "google_ads"))
    assert set(found.members["segment_id"]) == {"S01"}
    assert found.left_out["reason"].value_counts().to_dict() == {"too_small": 99}
    assert found.notes == [
        "'Prospects' must have at least 100 customers to be written to google_ads, but "
        "99 are left. It is left out; merge it with another."
    ]


def test_the_minimum_is_of_those_who_may_be_written_and_never_under_a_small_cell():
    rows = people(30)
    rows.loc[:25, "ad_user_data"] = "no"
    found = gather(order(rows, "google_ads", GOOGLE, smallest_cell=10))
    assert set(found.left_out["reason"]) == {"denied", "too_small"}
    # How many of a few are left is not told.
    assert "but fewer than 10 are left" in found.notes[0]


def test_a_phone_without_a_country_is_blanked_and_counted():
    rows = people(3)
    rows["phone"] = ["030 000000", "+49 30 000001", None]
    found = gather(order(rows, "google_ads", GOOGLE))
    assert found.members["phone"].isna().tolist() == [True, False, True]
    assert found.blanked.values.tolist() == [
        ["c0000", "phone", "cannot be read as the system needs it"]
    ]
    rows["country"] = ["DE", None, None]
    assert not len(gather(order(rows, "google_ads", GOOGLE)).blanked)
    block = GOOGLE | {"default_region": "DE"}
    rows = rows.drop(columns="country")
    assert not len(gather(order(rows, "google_ads", block)).blanked)


def test_mixed_hashed_and_plain_columns_are_refused():
    rows = people(3)
    rows.loc[1, "email"] = sha256("c0001@example.com")
    with pytest.raises(DataError, match="email must be plain text or SHA-256"):
        gather(order(rows, "google_ads", GOOGLE))


def test_a_hashed_column_passes_as_it_is_where_it_is_said_to_be_hashed():
    rows = people(2)
    hexes = [sha256(e) for e in rows["email"]]
    rows["email"] = [h.upper() for h in hexes]
    found = gather(order(rows, "google_ads", GOOGLE | {"hashed": ["email"]}))
    assert found.members["email"].tolist() == hexes


def test_wrong_names_are_refused_with_a_suggestion():
    rows = people(2)
    with pytest.raises(
        ConfigError, match=r"'Champion' is none\. Did you mean 'Champions'"
    ):
        gather(order(rows, "google_ads", GOOGLE | {"segments": ["Champion"]}))
    with pytest.raises(ConfigError, match=r"'S1' is none\. Did you mean 'S01'"):
        gather(order(rows, "google_ads", GOOGLE | {"names": {"S1": "best"}}))
    with pytest.raises(ConfigError, match=r"'emial' is none\. Did you mean 'email'"):
        gather(order(rows, "google_ads", GOOGLE | {"fields": {"email": "emial"}}))


def test_customers_whom_no_table_knows_are_left_out_like_others():
    rows = people(2)
    asked = order(rows, "google_ads", GOOGLE)
    fewer = asked.customers.iloc[:1]
    found = gather(type(asked)(**{**vars(asked), "customers": fewer}))
    assert reasons(found) == {"c0001": "not_asked"}


def test_whoever_shares_an_address_within_a_segment_is_written_once():
    rows = people(4, tags=None, accepts_email_marketing="yes")
    rows.loc[1, "email"] = rows.loc[0, "email"]
    rows.loc[3, ["email", "segment_id"]] = [rows.loc[2, "email"], "S02"]
    found = gather(order(rows, "shopify"))
    # One of two in the same segment; of two in different segments, nobody.
    assert found.members["customer_id"].tolist() == ["c0000"]
    assert set(reasons(found).values()) == {"shared_address"}


def test_nobody_is_reached_by_the_address_of_who_must_not_be_written_to():
    rows = people(5)
    rows["email"] = [f"{who}@example.com" for who in ("no", "No", "stop", "held", "e")]
    rows.loc[0, "ad_user_data"] = "denied"
    others = people(3, start=5)
    others["email"] = ["STOP@example.com", "held@example.com", "e@example.com"]
    asked = order(
        pd.concat([rows, others], ignore_index=True),
        "google_ads",
        GOOGLE,
        suppressions={"customer_id": frozenset({"c0002"})},
        held_back=frozenset({"c0003"}),
    )
    found = gather(asked)
    assert found.members["customer_id"].tolist() == ["c0004", "c0007"]
    assert reasons(found) == {
        "c0000": "denied",
        "c0001": "shared_address",
        "c0002": "suppressed",
        "c0003": "held_back",
        "c0005": "shared_address",
        "c0006": "shared_address",
    }


def test_an_address_closed_for_anothers_sake_leaves_the_other_one_open():
    rows = people(2, phone="+49301234567")
    rows["phone"] = ["+49301234567", "+49301234568"]
    rows["email"] = "both@example.com"
    rows.loc[0, "ad_user_data"] = "denied"
    found = gather(order(rows, "google_ads", GOOGLE))
    assert found.members["phone"].notna().tolist() == [True]
    assert found.members["email"].isna().tolist() == [True]
    why = "also of somebody who must not be written to"
    assert found.blanked.to_numpy().tolist() == [["c0001", "email", why]]


def test_who_said_no_is_known_whatever_the_one_reason():
    rows = people(4)
    rows.loc[[0, 1], "ad_user_data"] = "denied"
    rows.loc[[1, 2], "segment_id"] = "S02"
    asked = order(
        rows,
        "google_ads",
        GOOGLE | {"segments": ["S01"]},
        held_back=frozenset({"c0000"}),
        suppressions={"customer_id": frozenset({"c0002"})},
    )
    found = gather(asked)
    assert reasons(found) == {
        "c0000": "held_back",
        "c0001": "not_chosen",
        "c0002": "not_chosen",
    }
    assert found.refusals["customer_id"].tolist() == ["c0000", "c0001", "c0002"]


def test_what_is_left_of_a_segment_stands_in_no_sentence_of_a_page():
    rows = people(97)
    rows.loc[:1, "ad_user_data"] = "denied"
    found = gather(order(rows, "google_ads", smallest_cell=10))
    assert "but 95 are left" in found.notes[0]
    assert "but fewer are left" in found.shown[0]
    assert not any("95" in note for note in found.shown)


customers = st.lists(
    st.tuples(
        st.sampled_from(["S01", "S02"]),
        st.sampled_from(["a@b.de", "x@y.de", "c@d.de", "none", "", "=1+1@x.de"]),
        st.sampled_from(["granted", "denied", None]),
        st.sampled_from(["+49300000000", "030 1", None]),
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=60)
@given(customers, st.randoms(use_true_random=False), st.integers(1, 4))
def test_sums_add_up_and_the_order_of_rows_changes_nothing(made, chance, least):
    rows = pd.DataFrame(made, columns=["segment_id", "email", "ad_user_data", "phone"])
    rows["ad_personalization"] = "granted"
    rows.insert(0, "customer_id", [f"c{i}" for i in range(len(rows))])
    block = {"min_size": least}
    found = gather(order(rows, "google_ads", block))
    assert len(found.members) + len(found.left_out) == len(rows)
    both = [*found.members["customer_id"], *found.left_out["customer_id"]]
    assert sorted(both) == sorted(rows["customer_id"])
    assert set(found.left_out["reason"]) <= set(REASONS)
    places = list(range(len(rows)))
    chance.shuffle(places)
    again = gather(order(rows.iloc[places], "google_ads", block))
    pd.testing.assert_frame_equal(again.members, found.members)
    pd.testing.assert_frame_equal(again.left_out, found.left_out)
    said = rows.set_index("customer_id").loc[found.members["customer_id"]]
    assert (said["ad_user_data"] == "granted").all()
    for key in ("email", "phone"):
        refused = set(found.refusals[key].dropna())
        assert refused.isdisjoint(found.members[key].dropna())
    sizes = found.members["segment_id"].value_counts()
    assert (sizes >= least).all()


def test_numbers_that_came_as_floats_are_written_as_they_were():
    rows = people(1, first_name="Ann", last_name="Lee", country="US")
    rows["zip"] = np.array([94016.0])
    found = gather(order(rows, "google_ads", GOOGLE | {"address": True}))
    assert found.members["zip"].tolist() == ["94016"]
    assert NAMES["S01"] == found.members["segment"][0]
