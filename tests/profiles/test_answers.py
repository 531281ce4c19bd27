"""What customers said: shares among those who answered, the latest answer counts."""

from __future__ import annotations

import pandas as pd
import pytest

from segtools.features.catalogue import Window
from segtools.profiles.answers import answer_claims, answer_profile
from segtools.profiles.profile import Segmented

from .conftest import segments_of

PRICE, WHY = "Is the price right?", "Why us?"


def surveyed(shop_of, orders, rows, columns=("customer_id", "question", "answer")):
    answers = pd.DataFrame(rows, columns=list(columns))
    if "answered_at" in answers:
        answers["answered_at"] = pd.to_datetime(answers["answered_at"])
    people = ["ann", "bob", "cat", "dan"]
    return Segmented(
        shop_of({"orders": orders, "answers": answers}),
        Window(int(pd.Timestamp("2024-03-01").timestamp()), 60),
        pd.DataFrame({"customer_id": people}),
        segments_of(people, ["S01", "S01", "S02", "S02"]),
        [],
        smallest_cell=1,
    )


@pytest.fixture
def data(shop_of, orders):
    """Three of four answer; one of them chooses two reasons."""
    rows = [
        ("ann", PRICE, "yes"),
        ("bob", PRICE, "no"),
        ("cat", PRICE, "yes"),
        ("ann", WHY, "near"),
        ("ann", WHY, "cheap"),
        ("cat", WHY, "near"),
        ("cat", "How old are you, or what is your age?", "40"),
        ("ann", "How old are you, or what is your age?", "20"),
    ]
    return surveyed(shop_of, orders, rows)


def test_shares_are_of_those_who_answered_the_question(data):
    found = {
        (r.segment_id, r.question, r.answer): (r.holders, r.n, r.value, r.base_value)
        for r in answer_profile(data).itertuples(index=False)
    }
    two_thirds = pytest.approx(2 / 3)
    assert found == {
        ("S01", PRICE, "no"): (1, 2, 0.5, pytest.approx(1 / 3)),
        ("S01", PRICE, "yes"): (1, 2, 0.5, two_thirds),
        ("S01", WHY, "cheap"): (1, 1, 1.0, 0.5),
        ("S01", WHY, "near"): (1, 1, 1.0, 1.0),
        ("S02", PRICE, "no"): (0, 1, 0.0, pytest.approx(1 / 3)),
        ("S02", PRICE, "yes"): (1, 1, 1.0, two_thirds),
        ("S02", WHY, "cheap"): (0, 1, 0.0, 0.5),
        ("S02", WHY, "near"): (1, 1, 1.0, 1.0),
    }


def test_the_latest_answer_counts(shop_of, orders):
    rows = [
        ("ann", PRICE, "no", "2024-01-01"),
        ("ann", PRICE, "yes", "2024-02-01"),
        ("bob", PRICE, "no", "2024-01-05"),
    ]
    columns = ("customer_id", "question", "answer", "answered_at")
    found = answer_profile(surveyed(shop_of, orders, rows, columns))
    assert dict(zip(found["answer"], found["holders"], strict=True)) == {
        "no": 1,
        "yes": 1,
    }


def test_a_claim_quotes_the_answer_and_how_to_count_it_again(data):
    claims = {(c.segment_id, c.text): c for c in answer_claims(data)}
    yes = claims["S02", f"Answer “yes” to “{PRICE}”"]
    assert (yes.holders, yes.n, yes.base_holders, yes.base_n) == (1, 1, 2, 3)
    assert yes.topic == "opinion"
    asked = {"table": "answers", "column": PRICE, "op": "answered", "value": "yes"}
    assert yes.computation == asked


def test_questions_about_protected_attributes_are_left_out(data):
    assert not any("age" in c.computation["column"] for c in answer_claims(data))


def test_hostile_answers_stay_one_harmless_line(shop_of, orders):
    rows = [("ann", PRICE, "<b>\n\u202eyes"), ("bob", PRICE, "no")]
    claims = answer_claims(surveyed(shop_of, orders, rows))
    assert all("\n" not in c.text and "\u202e" not in c.text for c in claims)
