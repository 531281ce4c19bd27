"""Cards of unlucky companies stay readable, and say what they cannot say."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from segtools.profiles.personas import build_personas
from segtools.profiles.table import profile_table
from segtools.report.cards import persona_cards


def cards_of(data, names, currency="EUR"):
    """Build the cards of segments by name, and their page."""
    model = [
        {"segment_id": i, "name": name, "rank": rank}
        for rank, (i, name) in enumerate(names.items(), 1)
    ]
    personas = build_personas(data, model, currency)
    json.dumps(personas, allow_nan=False)  # a record holds no number that is none
    return personas, persona_cards(personas).html


def by_lot(market, segmented, sizes):
    """Deal the customers into segments of these sizes; all others are the last."""
    order = np.random.default_rng(5).permutation(len(market.features))
    labels = np.full(len(order), f"S{len(sizes) + 1:02d}", dtype=object)
    start = 0
    for place, size in enumerate(sizes, 1):
        labels[order[start : start + size]] = f"S{place:02d}"
        start += size
    return segmented(labels)


def test_one_segment_says_that_nothing_tells_it_apart(segmented):
    personas, html = cards_of(segmented(["S01"] * 500), {"S01": "Everyone"})
    card = personas["segments"][0]
    assert card["evidenced_share"] == 0
    assert {s["kind"] for s in card["statements"]} == {"assumption"}
    assert "Nothing tells this segment from everyone beyond chance" in html
    assert "st-meter" not in html
    assert sum(card["hours"]) == pytest.approx(1, abs=0.002)


def test_twenty_segments_have_twenty_cards_with_different_anchors(market, segmented):
    data = by_lot(market, segmented, [25] * 19)
    names = {f"S{i:02d}": f"Segment {i}" for i in range(1, 21)}
    personas, html = cards_of(data, names)
    assert html.count("<article") == 20
    assert len(set(re.findall(r'id="(card-S\d+)"', html))) == 20
    assert sum(c["n"] for c in personas["segments"]) == 500


def test_of_a_segment_of_three_nothing_is_shown_but_its_size(market, segmented):
    data = by_lot(market, segmented, [3, 200])
    names = {"S01": "Tiny", "S02": "Some", "S03": "Rest"}
    personas, html = cards_of(data, names)
    tiny = personas["segments"][0]
    assert tiny["n"] == 3
    assert not [s for s in tiny["statements"] if s["kind"] == "evidence"]
    assert tiny["typical_basket"] == tiny["channels"] == tiny["stages"] == []
    assert not any(tiny["hours"])
    assert not any(tiny["weekdays"])
    assert all(f["value"] is None for f in tiny["day"]["figures"])
    assert tiny["match_all"]["n"] is None
    assert "too few for a middle customer to be shown" in tiny["summary"]
    assert "comes back every" not in tiny["summary"]
    assert "Tiny" in html


def test_the_habits_of_three_are_not_everyones_less_those_of_the_others(
    market, segmented
):
    data = by_lot(market, segmented, [3, 200])
    personas, _ = cards_of(data, {"S01": "Tiny", "S02": "Some", "S03": "Rest"})
    hidden = [c["segment"] for c in personas["segments"] if not any(c["hours"])]
    assert hidden == ["Tiny", "Some"]
    for number in range(2):
        figures = [c["day"]["figures"][number] for c in personas["segments"]]
        known = [f["value"] is not None for f in figures]
        assert sum(known) < 2 or figures[0]["base_value"] is None


def test_without_attributes_events_answers_or_categories_cards_still_stand(
    by_hand, card_segments
):
    personas = build_personas(by_hand, card_segments[:2], "EUR")
    html = persona_cards(personas).html
    assert html.count("<article") == 2
    assert "The data names no categories" in html
    assert "How they come" not in html
    topics = {s["topic"] for c in personas["segments"] for s in c["statements"]}
    assert {"motive", "value"} <= topics


@pytest.mark.parametrize(
    "name", ["N" * 200, "名" * 200, "<b>" * 70, "عميل دائم", "\U0001f6d2" * 60]
)
def test_long_and_foreign_names_are_text_that_is_cut_where_it_is_shown(planted, name):
    names = {"S01": name, "S02": "B", "S03": "C", "S04": "D"}
    personas, html = cards_of(planted, names)
    assert personas["segments"][0]["segment"] == name
    assert "<b><b>" not in html
    head = html.partition("<h3")[2].partition("</h3>")[0]
    assert "st-clamp" in head


@pytest.mark.parametrize(
    ("currency", "shown"), [("CHF", "CHF"), ("", ""), ("points", "points")]
)
def test_a_currency_without_a_symbol_stands_behind_the_amount(planted, currency, shown):
    names = {f"S{i:02d}": f"Segment {i}" for i in range(1, 5)}
    personas, html = cards_of(planted, names, currency)
    assert "$" not in html
    assert "€" not in html
    assert f"{shown} per order".strip() in personas["segments"][0]["summary"]
    day = html.partition("st-day")[2].partition("</section>")[0]
    assert shown in day


def test_where_nothing_is_beyond_chance_every_card_says_so(market, segmented):
    data = by_lot(market, segmented, [150, 150])
    names = {"S01": "A", "S02": "B", "S03": "C"}
    personas, html = cards_of(data, names)
    assert {c["headline"] for c in personas["segments"]} == {
        "Close to everyone else in all that was measured"
    }
    assert html.count("Nothing tells this segment from everyone beyond chance") == 3
    assert html.count("assumption, to be tested") >= 6


def test_features_of_nobody_and_of_one_value_say_nothing(planted):
    frame = planted.features.assign(spend_total=7.0, n_orders=np.nan)
    data = replace(planted, features=frame)
    names = {f"S{i:02d}": f"Segment {i}" for i in range(1, 5)}
    personas, _ = cards_of(data, names)
    said = {
        s["computation"]["column"]
        for c in personas["segments"]
        for s in c["statements"]
        if s["computation"]
    }
    assert not said & {"spend_total", "n_orders"}
    assert len(profile_table(data)) > 0
