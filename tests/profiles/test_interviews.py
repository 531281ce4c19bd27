"""Interviews stand on the card of their segment, with their mark, never as evidence."""

from __future__ import annotations

import pytest

from segtools.profiles.interviews import left_out_sentences
from segtools.profiles.personas import build_personas, evidence_sentence
from segtools.report.cards import persona_cards

SAID = {
    "segment": "S01",
    "topic": "motive",
    "text": "On their way\nhome. <script>alert(1)</script>",
    "who": "4 of 6 interviewed",
    "date": "2024-05-12",
}


@pytest.fixture(scope="module")
def build(planted, card_segments):
    def with_interviews(*said):
        return build_personas(planted, card_segments, "EUR", said)

    return with_interviews


def card_of(personas, segment_id):
    return next(c for c in personas["segments"] if c["segment_id"] == segment_id)


def kinds(card):
    return [s["kind"] for s in card["statements"]]


def test_an_interview_takes_the_place_of_the_assumption_and_is_no_evidence(build):
    plain, told = (card_of(build(*s), "S01") for s in ((), (SAID,)))
    assert kinds(told).count("interview") == 1
    assert kinds(told).count("evidence") == kinds(plain).count("evidence")
    assert {s["topic"] for s in told["statements"] if s["kind"] == "assumption"} == {
        s["topic"] for s in plain["statements"] if s["kind"] == "assumption"
    } - {"motive"}
    assert told["evidenced_share"] == kinds(told).count("evidence") / len(kinds(told))
    assert told["match_all"] == plain["match_all"]
    assert told["headline"] == plain["headline"]


def test_it_keeps_who_said_it_and_when_and_has_no_figures(build):
    said = next(
        s for s in card_of(build(SAID), "S01")["statements"] if s["kind"] == "interview"
    )
    assert (said["who"], said["date"]) == ("4 of 6 interviewed", "2024-05-12")
    assert said["id"] == "S01-i1"
    assert said["share"] is said["n"] is said["computation"] is None
    assert "\n" not in said["text"]


def test_the_present_name_names_a_segment_too(build):
    named = build(SAID | {"segment": "Regulars"})
    assert kinds(card_of(named, "S01")).count("interview") == 1
    assert named["interviews_left_out"] == []


def test_an_interview_whose_segment_is_gone_is_kept_and_said(build):
    lost = build(SAID | {"segment": "Regulasr"}, SAID | {"segment": "S77"})
    assert all("interview" not in kinds(c) for c in lost["segments"])
    kept = lost["interviews_left_out"]
    assert [k["segment"] for k in kept] == ["Regulasr", "S77"]
    assert kept[0]["text"] == SAID["text"]
    first, second = left_out_sentences(lost)
    assert "No segment is called 'Regulasr' in this run. Did you mean 'Regulars'?" in (
        first
    )
    assert "kept in personas.json, and stands on no card" in second


def test_hostile_interviews_are_text_on_the_card(build):
    html = persona_cards(build(SAID)).html
    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;" in html
    assert "from interviews (4 of 6 interviewed, 12 May 2024)" in html


def test_the_sentence_counts_interviews_apart(build):
    personas = build(SAID)
    told = [s["kind"] for c in personas["segments"] for s in c["statements"]]
    assert evidence_sentence(personas) == (
        f"{told.count('evidence')} of {len(told)} statements rest on data, 1 on "
        f"interviews; the other {told.count('assumption')} are assumptions, to be "
        "tested."
    )
