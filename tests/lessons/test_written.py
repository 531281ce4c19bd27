"""Every lesson keeps the shape of all, and each of its exercises can be failed."""

from __future__ import annotations

import ast
import re

import nbformat
import pytest

from segtools.bundled import bundled
from segtools.lessons.book import CASES, chapter, chapters, written
from segtools.lessons.copies import tags
from segtools.lessons.exercises import Choice, Number
from tests.lessons.markdown import violations

PARTS = (
    *("question", "try", "surprise", "explanation", "exercise", "break-it", "quiz"),
    "further-reading",
)
CALL = re.compile(r"""\b(?:check|predict)\(\s*["']([^"']+)["']""")
QUIZ = re.compile(r"""["'](\d+\.Q\d+)["']\s*:""")

each = pytest.mark.parametrize("lesson", written(), ids=lambda c: c.stem)


def cells(lesson, kind=None):
    found = nbformat.read(lesson.notebook, as_version=4).cells
    return [c for c in found if kind in (None, c.cell_type)]


def exercise_ids():
    found = [(c, n) for c in written() for n in c.exercises]
    return pytest.mark.parametrize(
        ("lesson", "number"), found, ids=[f"{c.stem}-{n}" for c, n in found]
    )


def test_all_ten_are_written():
    assert [c.stem for c in written()] == [c.stem for c in chapters()]


@each
def test_the_parts_come_in_their_order(lesson):
    first = {}
    for place, cell in enumerate(cells(lesson)):
        for tag in tags(cell):
            if cell.cell_type == "markdown":
                first.setdefault(tag, place)
    assert set(PARTS) <= set(first)
    story = [first[part] for part in PARTS if part != "exercise"]
    assert story == sorted(story)
    assert first["try"] < first["exercise"] < first["quiz"]


@each
def test_every_exercise_is_asked_once_and_solved_once(lesson):
    asked, solutions = [], []
    for cell in cells(lesson, "code"):
        found = CALL.findall(cell.source) + QUIZ.findall(cell.source)
        if "solution" in tags(cell):
            solutions += found
        elif "exercise" in tags(cell):
            asked += found
        else:
            assert found == [], cell.source
    assert sorted(set(asked)) == sorted(lesson.exercises)
    assert sorted(solutions) == sorted(lesson.exercises)


@each
def test_each_lesson_has_exercises_and_a_quiz(lesson):
    quiz = [n for n in lesson.exercises if f"{lesson.number}.Q" in n]
    own = [n for n in lesson.exercises if n not in quiz]
    assert len(own) >= 4
    assert len(quiz) >= 4
    assert sum(isinstance(lesson.exercises[n], Number) for n in own) >= 2
    assert all(n.startswith(f"{lesson.number}.") for n in lesson.exercises)
    assert all(isinstance(lesson.exercises[n], Choice) for n in quiz)


@each
def test_nothing_needs_a_name_that_only_an_answer_makes(lesson):
    """A student's copy has no solutions, a solved one no empty answers."""
    kept = [c.source for c in cells(lesson, "code") if not _answers(c)]
    made = {n for source in kept for n in _stored(source)}
    for source in kept:
        assert "answer" not in _loaded(source) - made, source


def _answers(cell):
    return {"exercise", "solution"} & set(tags(cell))


def _stored(source):
    tree = ast.walk(ast.parse(source))
    return {n.id for n in tree if isinstance(n, ast.Name) and _is(n, ast.Store)}


def _loaded(source):
    tree = ast.walk(ast.parse(source))
    return {n.id for n in tree if isinstance(n, ast.Name) and _is(n, ast.Load)}


def _is(node, kind):
    return isinstance(node.ctx, kind)


@each
def test_it_can_be_broken_by_a_switch(lesson):
    (cell,) = [c for c in cells(lesson, "code") if "parameters" in tags(c)]
    switches = re.findall(r"^(\w+): bool = False  # break it: ", cell.source, re.M)
    assert switches
    assert any("damage" in tags(c) for c in cells(lesson, "code"))


@each
def test_the_teacher_has_a_page(lesson):
    page = bundled("notebooks").parent / "docs" / "teaching" / f"{lesson.stem}.md"
    text = page.read_text(encoding="utf-8").lower()
    for asked in ("aims", "timing", "common mistakes", "variants", "seed"):
        assert asked in text, asked


@exercise_ids()
def test_the_right_answer_is_right_in_every_variant(lesson, number):
    exercise = lesson.exercises[number]
    for seed in (1, 2):
        data = lesson.data(seed)
        judged = exercise.judge(exercise.answer(data), data)
        assert judged.state == "right"
        assert judged.sentence


@exercise_ids()
def test_three_wrong_answers_get_a_hint_that_gives_nothing_away(lesson, number):
    exercise, data = lesson.exercises[number], lesson.data(1)
    wrong = exercise.wrong_answers(data)
    assert len(wrong) >= 3
    for answer in wrong:
        judged = exercise.judge(answer, data)
        assert judged.state in {"wrong", "nearly"}, answer
        assert len(judged.sentence) > 15
        assert not gives_away(judged.sentence, exercise.answer(data)), judged.sentence
    assert not gives_away(exercise.hint, exercise.answer(data))


ASKED = re.compile(r"\*\*(?:Exercise )?(\d+\.Q?\d+)\.\*\*")


@each
def test_options_stand_each_on_a_line_of_its_own(lesson):
    found = {}
    for cell in cells(lesson, "markdown"):
        _, *parts = ASKED.split(cell.source)
        for number, text in zip(parts[::2], parts[1::2], strict=True):
            found[number] = re.findall(r"^- ([a-z])\) \S", text, re.MULTILINE)
            assert not re.search(r"^(?!- )[^\n]*(?<!\S)[a-h]\) ", text, re.MULTILINE)
    for number, exercise in lesson.exercises.items():
        if isinstance(exercise, Choice):
            right = {exercise.answer(lesson.data(1))}
            assert found[number] == sorted({*exercise.mistakes, *right}), number


@exercise_ids()
def test_an_answer_of_the_wrong_type_is_no_try(lesson, number):
    exercise, data = lesson.exercises[number], lesson.data(1)
    for answer in (object(), {"a": 1}, 1j):
        assert exercise.judge(answer, data).state == "unreadable"
    assert exercise.judge(None, data).state == "unanswered"


def gives_away(sentence: str, right: object) -> bool:
    """Tell whether a sentence states an answer as people would write it."""
    if isinstance(right, str):
        return bool(
            re.search(rf'"{right}"|\b{right}\)|\b[Aa]nswer {right}\b', sentence)
        )
    if isinstance(right, (set, frozenset, list, tuple)):
        return all(re.search(rf"\b{re.escape(str(r))}\b", sentence) for r in right)
    value = float(right)  # type: ignore[arg-type]
    forms = {f"{value:g}", f"{value:.1f}", f"{value:.2f}", f"{value:.3f}"}
    forms |= {f"{100 * value:.0f} %", f"{100 * value:.1f} %"}
    return any(
        re.search(rf"(?<![\d.]){re.escape(form)}(?!\.?\d)", sentence) for form in forms
    )


def test_what_would_give_an_answer_away():
    assert gives_away('It is "b".', "b")
    assert not gives_away("Look at the bars.", "b")
    assert gives_away("About 0.42 of them.", 0.4211)
    assert gives_away("That is 42 %.", 0.4211)
    assert not gives_away("Of 120.42 euros?", 0.4211)
    assert gives_away("Both a and c.", {"a", "c"})


def test_each_mistake_of_the_handbooks_is_a_case_exactly_once():
    found = [t for c in written() for cell in cells(c, "markdown") for t in tags(cell)]
    cases = sorted(t.removeprefix("case-") for t in found if t.startswith("case-"))
    assert cases == sorted(CASES)


@each
def test_its_terms_are_whole(lesson):
    assert lesson.terms
    for key, term in lesson.terms.items():
        assert set(term) == {"term", "words", "means"}, key
        assert term["means"].endswith(".")
        assert term["words"]


def test_every_term_is_explained_before_it_is_used():
    found = violations(written())
    assert found == [], "\n".join(found)


def test_chapter_four_is_the_fourth():
    assert chapter(4).stem == "04_how_many"
