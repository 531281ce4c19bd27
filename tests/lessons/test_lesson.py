"""A lesson checks answers, counts tries, and never gives an answer away."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from segtools.lessons import book
from segtools.lessons.exercises import Number
from segtools.lessons.lesson import MIME, Lesson, plain_answer, start
from segtools.schema import ConfigError

from .test_exercises import DATA, LETTER, SHARE


@pytest.fixture
def lesson(monkeypatch):
    hostile = Number(
        number="4.9",
        right=1,
        within=0,
        near=0,
        why="<b>$</b>",
        hint="<script>",
        mistakes=[(2, "$x$"), (3, "3"), (4, "4")],
    )
    module = SimpleNamespace(EXERCISES=(LETTER, SHARE, hostile), data=lambda seed: DATA)
    monkeypatch.setattr(book.Chapter, "module", module)
    return Lesson(book.chapter(4), 7)


def test_tries_are_counted_and_the_third_miss_names_the_solutions(lesson):
    said = [lesson.check("4.1", "a") for _ in range(3)]
    assert [s.record["tries"] for s in said] == [1, 2, 3]
    assert "solutions" not in repr(said[1])
    assert "`segtools lessons DIR --solutions`" in repr(said[2])
    assert repr(lesson.check("4.1", "b")) == "✓ 4.1: Right. There is no gap."


def test_what_cannot_be_read_is_no_try(lesson):
    lesson.check("4.1", 3)
    lesson.check("4.1", None)
    assert lesson.check("4.1", "a").record["tries"] == 1


def test_a_prediction_is_noted_and_judged_only_later(lesson):
    noted = lesson.predict("4.1", "a")
    assert repr(noted) == "… 4.1: Noted. Run on, then check it."
    markup = noted._repr_mimebundle_()["text/html"]
    assert "<b>Noted.</b> Run on, then check it.</p>" in markup
    assert "Not answered yet" not in markup
    assert noted.record["tries"] == 0
    assert lesson.check("4.1").judgement.sentence == "Count again."
    assert lesson.check("2.3").judgement.state == "unanswered"
    assert lesson.predict("4.1", 5).judgement.state == "unreadable"
    assert lesson.check("4.1").record["answer"] == "a"


def test_the_record_is_plain_json_and_names_the_variant(lesson):
    bundle = lesson.check("2.3", np.float64(0.4))._repr_mimebundle_()
    assert json.loads(json.dumps(bundle[MIME])) == {
        "version": 1,
        "lesson": 4,
        "exercise": "2.3",
        "seed": 7,
        "answer": 0.4,
        "state": "right",
        "tries": 1,
    }


def test_a_quiz_checks_all_and_counts(lesson):
    shown = lesson.quiz({"4.1": "b", "2.3": None, "4.9": 7})
    bundle = shown._repr_mimebundle_()
    assert [r["state"] for r in bundle[MIME]] == ["right", "unanswered", "wrong"]
    assert bundle["text/plain"].endswith("\n1 of 3 right.")
    assert "<script" not in bundle["text/html"]


def test_sentences_are_escaped(lesson):
    wrong = lesson.check("4.9", 5)._repr_mimebundle_()["text/html"]
    right = lesson.check("4.9", 1)._repr_mimebundle_()["text/html"]
    assert "&lt;script&gt;" in wrong
    assert "<script" not in wrong
    assert "&lt;b&gt;&#36;&lt;/b&gt;" in right


def test_an_unknown_exercise_names_those_that_exist(lesson):
    with pytest.raises(ConfigError, match=r"one of 4\.1, 2\.3, 4\.9, but it is '4\.7'"):
        lesson.check("4.7", 1)


@pytest.mark.parametrize("number", [0, 11, "4", True])
def test_an_unknown_lesson_is_refused(number):
    with pytest.raises(ConfigError, match="whole number from 1 to 10"):
        start(number)


@pytest.mark.parametrize("seed", [-1, 1.5, "1", True])
def test_a_seed_must_be_whole(seed):
    with pytest.raises(ConfigError, match="The seed must be a whole number from 0"):
        start(4, seed=seed)


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        ({"b", "a"}, ["a", "b"]),
        (("x", np.int64(3)), ["x", 3]),
        (float("inf"), "inf"),
        (np.float64("nan"), "nan"),
        ("y" * 999, "y" * 200),
        (object, "<class 'object'>"),
    ],
)
def test_an_answer_is_kept_as_json_can_hold_it(answer, kept):
    assert plain_answer(answer) == kept
    json.dumps(plain_answer(answer), allow_nan=False)
