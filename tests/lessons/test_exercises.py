"""Answers are right, nearly right or wrong; what cannot be read is no try."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segtools.lessons.exercises import Choice, Number, Order, Several

LETTER = Choice(
    number="4.1",
    right="b",
    why="There is no gap.",
    hint="Look at the valley.",
    mistakes={"a": "Count again.", "c": "Where?", "d": "Too many."},
    nearly=frozenset("c"),
)
SHARE = Number(
    number="2.3",
    right=lambda data: data["share"],
    within=0.01,
    near=0.05,
    why="Of all orders.",
    hint="Share of what?",
    mistakes=[(lambda data: 1 - data["share"], "That is the rest."), (40, "In %.")],
)
BOTH = Several(
    number="1.2",
    right={"a", "c"},
    options="abcd",
    why="Both reach people.",
    hint="Who could be reached?",
    mistakes=[({"b"}, "Not by post."), ({"a", "b"}, "One of them.")],
)
STEPS = Order(
    number="9.1",
    right="abc",
    why="Plan first.",
    hint="What must be known first?",
    mistakes=[("cba", "Backwards.")],
)
DATA = {"share": 0.4}


@pytest.mark.parametrize(
    ("exercise", "answer", "state", "said"),
    [
        (LETTER, "b", "right", "There is no gap."),
        (LETTER, "(B)", "right", "There is no gap."),
        (LETTER, "a", "wrong", "Count again."),
        (LETTER, "c", "nearly", "Where?"),
        (SHARE, 0.4, "right", "Of all orders."),
        (SHARE, np.float32(0.405), "right", "Of all orders."),
        (SHARE, np.array([0.4]), "right", "Of all orders."),
        (SHARE, 0.44, "nearly", "Close. Share of what?"),
        (SHARE, 0.6, "wrong", "That is the rest."),
        (SHARE, 40, "wrong", "In %."),
        (SHARE, -3, "wrong", "Share of what?"),
        (BOTH, ["c", "A"], "right", "Both reach people."),
        (BOTH, "a, c", "right", "Both reach people."),
        (BOTH, {"a"}, "nearly", "Who could be reached?"),
        (BOTH, {"a", "b"}, "wrong", "One of them."),
        (BOTH, {"d", "b"}, "wrong", "Who could be reached?"),
        (STEPS, ["a", "b", "c"], "right", "Plan first."),
        (STEPS, "bac", "nearly", "What must be known first?"),
        (STEPS, "cba", "wrong", "Backwards."),
        (STEPS, "cab", "wrong", "What must be known first?"),
    ],
)
def test_an_answer_gets_its_state_and_its_sentence(exercise, answer, state, said):
    judged = exercise.judge(answer, DATA)
    assert (judged.state, judged.sentence) == (state, said)


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        (LETTER, 2),
        (LETTER, "e"),
        (LETTER, ["b"]),
        (SHARE, "0.4"),
        (SHARE, True),
        (SHARE, float("nan")),
        (SHARE, np.array([0.4, 0.4])),
        (SHARE, 1j),
        (BOTH, 3),
        (BOTH, {"x"}),
        (STEPS, 3),
        (STEPS, "ab"),
        (STEPS, "aab"),
        (STEPS, {"a", "b", "c"}),
    ],
)
def test_an_answer_of_the_wrong_type_is_told_what_is_asked(exercise, answer):
    judged = exercise.judge(answer, DATA)
    assert judged.state == "unreadable"
    assert judged.sentence.startswith(f"{exercise.number} asks for ")
    assert "<" not in judged.sentence


@pytest.mark.parametrize("exercise", [LETTER, SHARE, BOTH, STEPS])
def test_no_answer_yet_is_no_mistake(exercise):
    judged = exercise.judge(None, None)
    assert judged.state == "unanswered"
    assert judged.sentence.endswith("in place of None.")


def test_the_right_answer_follows_the_data():
    assert SHARE.judge(0.7, {"share": 0.7}).state == "right"
    assert SHARE.judge(0.3, {"share": 0.7}).sentence == "That is the rest."
    assert SHARE.wrong_answers({"share": 0.7}) == [pytest.approx(0.3), 40]


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_only_what_is_within_the_margin_is_right(value):
    right = SHARE.judge(value, DATA).state == "right"
    assert right == (abs(value - 0.4) <= 0.01 + 1e-9)


def test_text_is_quoted_back_to_whoever_wrote_it():
    assert "is the text '0.4'. " in SHARE.judge("0.4", {"share": 0.4}).sentence
    assert "is the text 'e'. " in LETTER.judge("e", None).sentence
    assert "is the number 2.5. " in LETTER.judge(2.5, None).sentence


@pytest.mark.parametrize("given_answer", [31, 31.39, 31.4])
def test_per_cent_in_place_of_a_share_is_told_from_a_wrong_share(given_answer):
    judged = SHARE.judge(given_answer, {"share": 0.3139})
    assert (judged.state, judged.sentence) == (
        "wrong",
        "A share lies between 0 and 1. Is this per cent?",
    )
    assert SHARE.judge(62, {"share": 0.3139}).sentence == SHARE.hint
