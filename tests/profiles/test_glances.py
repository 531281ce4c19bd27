"""Customers by segment, and their cards, say n, the answer and the evidence."""

import pandas as pd
import pytest
from glancing import HOSTILE, Page, looked_at

from segtools.features.catalogue import Window
from segtools.profiles.glances import Persona, Personas
from segtools.profiles.personas import build_personas
from segtools.profiles.profile import Segmented
from segtools.records import read_record, write_record
from segtools.wording import plain


@pytest.fixture(scope="module")
def personas(planted, card_segments):
    return build_personas(planted, card_segments, "EUR")


def card(name="Loyal"):
    said = {"kind": "evidence", "text": name, "share": 0.5, "low": 0.4, "high": 0.6}
    said |= {"base_share": 0.2}
    guess = {"kind": "assumption", "text": name} | dict.fromkeys(
        ("share", "low", "high", "base_share")
    )
    return Persona(
        segment=name,
        segment_id="S01",
        headline=name,
        summary=name,
        n=1_234,
        share=0.4,
        value="5678.90",
        value_share=0.61,
        value_unit="EUR",
        evidenced_share=0.5,
        colour="#0072B2",
        statements=[guess, said],
    )


def test_a_card_says_how_many_they_are_and_what_each_statement_rests_on():
    text = looked_at(card())
    assert text.startswith("Loyal (S01) Loyal")
    assert "Customers: 1\u202f234 (40\u202f%); Spend: 5\u202f679 EUR" in text
    proved, guessed = repr(card()).splitlines()[-3:-1]
    assert "from data" in proved
    assert "40\u202f% to 60\u202f%" in proved
    assert "nothing yet: an assumption" in guessed


@pytest.mark.parametrize("name", HOSTILE)
def test_a_card_escapes_names_and_statements(name):
    assert looked_at(card(name))
    assert looked_at(Personas(segments=[card(name)] * 30, everyone={"n": 30}))


def test_cards_of_a_run_are_shown_together_and_each_alone(personas):
    text = looked_at(personas)
    assert text.startswith("Personas: 4")
    assert f"Customers: {personas['everyone']['n']}" in text
    for own in personas["segments"]:
        assert isinstance(own, Persona)
        assert f"({own['segment_id']})" in looked_at(own)
        assert plain(own["headline"])[:20] in text


def test_cards_show_themselves_when_they_are_read_back(personas, tmp_path):
    write_record(tmp_path / "personas.json", personas)
    again = Personas(read_record(tmp_path / "personas.json"))
    assert repr(again) == repr(personas)
    assert repr(again["segments"][0]) == repr(personas["segments"][0])


def test_customers_are_counted_by_segment(planted):
    text = looked_at(planted)
    counts = planted.segments["segment_id"].value_counts()
    assert text.startswith("Customers in 4 segments")
    assert f"Customers: {len(planted.segments)}; Features:" in text
    for segment_id, n in counts.items():
        assert f" {segment_id} {n} " in text
    assert f"Days in the window: {planted.window.days}" in text


def test_a_day_is_that_of_the_shops_own_clock(shop):
    people = pd.DataFrame({"customer_id": ["a"], "recency_days": [1.0]})
    own = pd.DataFrame({"customer_id": ["a"], "segment_id": ["S01"]})
    late = int(pd.Timestamp("2024-03-31 23:30").timestamp())
    data = Segmented(shop, Window(late, 90), people, own, [])
    shown = {"UTC": "2024-03-31", "Europe/Berlin": "2024-04-01"}[shop.timezone]
    assert f"As of: {shown}" in looked_at(data)


def test_segments_without_a_name_or_a_window_are_shown_by_their_ids(shop):
    people = pd.DataFrame({"customer_id": ["a", "b"], "recency_days": [1.0, None]})
    own = pd.DataFrame({"customer_id": ["a", "b"], "segment_id": ["S01", "S02"]})
    text = looked_at(Segmented(shop, None, people, own, []))
    assert "S01 S01 1 50\u202f%" in text
    assert "As of" not in text


def test_a_segment_has_the_dot_of_its_colour(personas):
    page = Page(personas._repr_html_())
    dots = [at["style"][-7:] for tag, at in page.tags if tag == "span"]
    assert dots == [c["colour"] for c in personas["segments"]]
