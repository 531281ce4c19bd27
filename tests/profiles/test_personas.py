"""Persona cards: aggregates with receipts that add up, assumptions marked as such."""

import json
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from segtools.features.catalogue import Window
from segtools.features.journey import STAGES
from segtools.palette import OTHER
from segtools.profiles.choose import MAX_EVIDENCE, MAX_PER_TOPIC, choose_claims
from segtools.profiles.claim import Claim
from segtools.profiles.headline import headline
from segtools.profiles.personas import (
    build_personas,
    colour,
    evidence_sentence,
    value_sentence,
)
from segtools.profiles.topics import TOPICS
from segtools.records import write_record
from segtools.wording import percent

from .conftest import SEGMENTS

CARD = {
    "segment_id",
    "segment",
    "rank",
    "colour",
    "headline",
    "summary",
    "n",
    "share",
    "value",
    "value_share",
    "value_unit",
    "statements",
    "typical_basket",
    "hours",
    "weekdays",
    "evidenced_share",
    "beyond_chance",
    "match_all",
    "stages",
    "channels",
    "day",
}


@pytest.fixture(scope="module")
def personas(planted, card_segments):
    return build_personas(planted, card_segments, "EUR")


def statements(personas):
    return [s for card in personas["segments"] for s in card["statements"]]


def claim(column, topic="habit", op="ge", value=1.0, holders=30):
    computation = {"table": "features", "column": column, "op": op, "value": value}
    return Claim("S01", topic, f"About {column}", holders, 50, 80, 200, computation)


def test_there_is_a_card_a_segment_in_the_order_of_rank(personas):
    assert [c["rank"] for c in personas["segments"]] == [1, 2, 3, 4]
    assert [c["segment_id"] for c in personas["segments"]] == [
        "S02",
        "S01",
        "S03",
        "S04",
    ]
    assert all(set(card) >= CARD for card in personas["segments"])


def test_the_money_of_the_cards_adds_up_to_the_ledger_to_the_cent(
    personas, window_lines
):
    total = sum(Decimal(card["value"]) for card in personas["segments"])
    assert total == Decimal(personas["everyone"]["value"])
    assert total == sum(window_lines["amount"])


def test_customers_and_shares_add_up(personas, market):
    cards = personas["segments"]
    assert sum(c["n"] for c in cards) == personas["everyone"]["n"] == 500
    assert sum(c["share"] for c in cards) == pytest.approx(1)
    assert sum(c["value_share"] for c in cards) == pytest.approx(1)
    assert len(market.features) == 500


def test_every_statement_is_evidence_with_a_receipt_or_a_marked_assumption(personas):
    for told in statements(personas):
        if told["kind"] == "assumption":
            assert told["computation"] is told["share"] is told["n"] is None
            continue
        assert told["kind"] == "evidence"
        assert told["n"] >= 10
        assert 0 <= told["low"] <= told["share"] <= told["high"] <= 1
        assert set(told["computation"]) >= {"table", "column", "op", "value"}


def test_ids_of_statements_are_different_and_name_their_segment(personas):
    ids = [s["id"] for s in statements(personas)]
    assert len(ids) == len(set(ids))
    for card in personas["segments"]:
        own = f"{card['segment_id']}-"
        assert all(s["id"].startswith(own) for s in card["statements"])


def test_the_evidenced_share_counts_evidence_among_statements(personas):
    for card in personas["segments"]:
        kinds = [s["kind"] for s in card["statements"]]
        assert card["evidenced_share"] == pytest.approx(
            kinds.count("evidence") / len(kinds)
        )


def test_a_topic_that_data_speak_of_needs_no_assumption(personas):
    for card in personas["segments"]:
        for topic in ("motive", "pain"):
            kinds = [s["kind"] for s in card["statements"] if s["topic"] == topic]
            assert "assumption" in kinds or "evidence" in kinds
            assert len(set(kinds)) == 1


def test_hours_and_weekdays_are_shares_of_the_day_and_the_week(personas):
    for card in [*personas["segments"], personas["everyone"]]:
        assert (len(card["hours"]), len(card["weekdays"])) == (24, 7)
        assert sum(card["hours"]) == pytest.approx(1, abs=0.002)
        assert sum(card["weekdays"]) == pytest.approx(1, abs=0.002)


def test_a_segment_without_orders_still_has_24_hours_and_7_days(by_hand, card_segments):
    nobody = replace(by_hand, window=Window(by_hand.window.origin, 25))
    cards = build_personas(nobody, card_segments[:2], "")["segments"]
    quiet = next(c for c in cards if c["segment_id"] == "S01")
    assert quiet["hours"] == [0.0] * 24
    assert quiet["weekdays"] == [0.0] * 7
    assert quiet["value_share"] == 0.0


def test_a_window_without_any_orders_divides_by_nothing(by_hand, card_segments):
    empty = replace(by_hand, window=Window(by_hand.window.origin, 7))
    found = build_personas(empty, card_segments[:2], "")
    assert [c["value_share"] for c in found["segments"]] == [0.0, 0.0]
    assert found["everyone"]["hours"] == [0.0] * 24


def test_the_typical_basket_lists_what_most_members_bought(personas, planted, market):
    for card in personas["segments"]:
        basket = card["typical_basket"]
        shares = [item["share"] for item in basket]
        assert len(basket) == 5
        assert shares == sorted(shares, reverse=True)
        assert all(0 <= i["share"] <= 1 and 0 <= i["base_share"] <= 1 for i in basket)


def test_small_segments_show_no_basket(market, segmented, card_segments):
    place = np.arange(500)
    few = segmented(np.select([place < 9, place < 190], ["S01", "S02"], "S03"))
    cards = build_personas(few, card_segments[:3], "")["segments"]
    baskets = {c["segment_id"]: c["typical_basket"] for c in cards}
    assert baskets["S01"] == []
    assert len(baskets["S03"]) == 5


def test_a_small_segment_is_not_the_difference_between_all_and_the_others(
    segmented, card_segments
):
    place = np.arange(500)
    few = segmented(np.where(place < 9, "S01", "S02"))
    cards = build_personas(few, card_segments[:2], "")["segments"]
    assert all(c["typical_basket"] == [] for c in cards)


def test_names_are_carried_unchanged_however_hostile(personas, tmp_path):
    assert {c["segment"] for c in personas["segments"]} == set(SEGMENTS.values())
    write_record(tmp_path / "personas.json", personas)
    again = json.loads((tmp_path / "personas.json").read_text())
    assert {c["segment"] for c in again["segments"]} == set(SEGMENTS.values())


def test_the_headline_is_the_most_telling_evidence(personas):
    for card in personas["segments"]:
        proved = [s for s in card["statements"] if s["kind"] == "evidence"]
        best = max(proved, key=lambda s: s["share"] - s["base_share"])
        share, base = percent(best["share"]), percent(best["base_share"])
        start = f"{best['text']} ({share}, everyone {base})"
        assert card["headline"].startswith(start)
        assert card["headline"] == headline(proved)


def test_a_segment_like_everyone_says_so(market, segmented, card_segments):
    whole = segmented(["S01"] * 500)
    card = build_personas(whole, card_segments[:1], "EUR")["segments"][0]
    assert card["headline"] == "Close to everyone else in all that was measured"
    assert card["evidenced_share"] == 0
    assert card["summary"].startswith(
        "500 customers (100\u202f% of all) with 100\u202f% of the"
    )


def test_the_summary_gives_the_middle_customer(by_hand, card_segments):
    cards = build_personas(by_hand, card_segments[:2], "EUR")["segments"]
    cat = next(c for c in cards if c["segment_id"] == "S02")
    assert cat["summary"] == (
        "1 customers (33\u202f% of all) with 55\u202f% of the spend. "
        "The middle customer comes back every 9.4 days and pays 50.00 EUR per order."
    ).replace("1 customers", "1 customer")


def test_a_segment_that_nobody_is_in_has_no_card(by_hand, card_segments):
    cards = build_personas(by_hand, card_segments, "")["segments"]
    assert {c["segment_id"] for c in cards} == {"S01", "S02"}


def test_no_protected_word_reaches_a_card(personas):
    text = json.dumps(personas).lower()
    for word in ("gender", "female", "age_band", "18-29", "example.com"):
        assert word not in text


def test_claims_are_chosen_one_a_feature_three_a_topic_and_twelve_in_all():
    same = [claim("a", value=1.0), claim("a", value=2.0, op="le")]
    assert choose_claims(same) == same[:1]
    topic = [claim(c) for c in "abcde"]
    assert choose_claims(topic) == topic[:MAX_PER_TOPIC]
    many = [claim(f"{t}{i}", topic=t) for t in TOPICS for i in range(3)]
    assert len(choose_claims(many)) == MAX_EVIDENCE
    shelves = [claim("category", "interest", "bought", v) for v in ("tea", "wine")]
    assert choose_claims(shelves) == shelves


def test_the_best_claim_of_each_topic_has_a_place_before_the_rest():
    loud = [claim(f"{t}{i}", topic=t) for t in list(TOPICS)[:5] for i in range(3)]
    quiet = [claim("last", topic="opinion")]
    assert quiet[0] in choose_claims(loud + quiet)


def test_statements_stand_in_the_order_of_the_cards_headings(personas):
    order = list(TOPICS)
    for card in personas["segments"]:
        proved = [s for s in card["statements"] if s["kind"] == "evidence"]
        places = [order.index(s["topic"]) for s in proved]
        assert places == sorted(places)


def test_colours_follow_the_rank_and_end_in_grey():
    assert [colour(r) for r in (1, 2, 8, 9, 12)] == [
        "#0072B2",
        "#E69F00",
        "#5B5B5B",
        OTHER,
        OTHER,
    ]


def test_sentences_name_the_best_segment_and_count_the_evidence(personas):
    best = max(personas["segments"], key=lambda c: Decimal(c["value"]))
    assert value_sentence(personas) == (
        f"{best['segment']} are {percent(best['share'])} of the customers and bring "
        f"{percent(best['value_share'])} of the spend."
    )
    told = statements(personas)
    proved = sum(s["kind"] == "evidence" for s in told)
    assert evidence_sentence(personas) == (
        f"{proved} of {len(told)} statements rest on data; the other "
        f"{len(told) - proved} are assumptions, to be tested."
    )


def test_the_same_cards_come_out_twice(personas, planted, card_segments):
    assert build_personas(planted, card_segments, "EUR") == personas


def test_the_summary_names_the_largest_stage_only_where_it_is_known_to_be(
    planted, card_segments
):
    stages = np.where(np.arange(500) % 10 < 6, "loyal", "new")
    data = replace(planted, features=planted.features.assign(lifecycle_stage=stages))
    for card in build_personas(data, card_segments, "EUR")["segments"]:
        shares = {s["stage"]: s["share"] for s in card["stages"]}
        assert list(shares) == list(STAGES)
        assert sum(shares.values()) == pytest.approx(1)
        share = percent(shares["loyal"])
        assert f" {share} are loyal (everyone 60\u202f%)." in card["summary"]
    # Loyal and new people who are few hide each other, and with them the largest.
    few = np.where(np.arange(500) < 495, "loyal", "new")
    data = replace(planted, features=planted.features.assign(lifecycle_stage=few))
    for card in build_personas(data, card_segments, "EUR")["segments"]:
        shown = [s["share"] for s in card["stages"] if s["share"] is not None]
        assert (" are loyal" in card["summary"]) == (max(shown, default=0) > 0.5)


def test_the_order_of_rows_changes_nothing(personas, planted, card_segments):
    features = planted.features.sample(frac=1, random_state=1)
    segments = planted.segments.sample(frac=1, random_state=2)
    mixed = replace(planted, features=features, segments=segments)
    assert build_personas(mixed, card_segments[::-1], "EUR") == personas


def test_fewer_than_may_be_shown_are_nowhere_counted(planted, card_segments):
    careful = replace(planted, smallest_cell=60)
    for card in build_personas(careful, card_segments, "EUR")["segments"]:
        for told in card["statements"]:
            if told["kind"] == "evidence":
                assert round(told["share"] * told["n"]) >= 60
        for row in [*card["typical_basket"], *card["channels"]]:
            assert row["share"] * card["n"] >= 60 or row["share"] == 0
