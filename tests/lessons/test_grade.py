"""Handed-in notebooks are read without running them, and judged anew."""

from types import SimpleNamespace

import nbformat
import pandas as pd
import pytest

from segtools.lessons import book, grade
from segtools.lessons.answers import read_handed
from segtools.lessons.copies import solved, students, tags, write_lessons
from segtools.lessons.grade import write_marks
from segtools.lessons.lesson import MIME
from segtools.schema import ConfigError, DataError

from .test_exercises import LETTER, SHARE

CODE, PROSE = nbformat.v4.new_code_cell, nbformat.v4.new_markdown_cell


@pytest.fixture(autouse=True)
def fourth(monkeypatch, tmp_path_factory):
    """Put a small lesson in the place of the fourth; give its notebook."""
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [
        PROSE("# Are there any?"),
        CODE("seed: int = 1  # the variant", metadata={"tags": ["parameters"]}),
        PROSE("**Exercise 4.1.**", metadata={"tags": ["exercise"]}),
        CODE('answer = None\ncheck("4.1", answer)', metadata={"tags": ["exercise"]}),
        CODE('check("4.1", "b")', metadata={"tags": ["solution"]}),
    ]
    path = tmp_path_factory.mktemp("source") / "04_how_many.ipynb"
    nbformat.write(notebook, path)
    module = SimpleNamespace(
        EXERCISES=(LETTER, SHARE), data=lambda seed: {"share": seed / 10}
    )
    monkeypatch.setattr(book.Chapter, "module", module)
    monkeypatch.setattr(book.Chapter, "notebook", path)
    monkeypatch.setattr("segtools.lessons.copies.written", lambda: [book.chapter(4)])
    grade_module = __import__("segtools.lessons.grade", fromlist=["_made"])
    grade_module._made.cache_clear()
    yield path
    grade_module._made.cache_clear()


def record(exercise: str, answer: object, **changes: object) -> dict:
    base = {"lesson": 4, "exercise": exercise, "answer": answer, "seed": 1, "tries": 2}
    return base | {"state": "right"} | changes


def handed(path, *records, sources=(), lesson=4):
    """Write a notebook as a student hands it in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    notebook = nbformat.v4.new_notebook()
    if lesson is not None:
        notebook.metadata["segtools"] = {"lesson": lesson}
    notebook.cells = [CODE(source) for source in sources]
    for made in records:
        output = nbformat.v4.new_output("display_data", {MIME: made})
        notebook.cells.append(CODE("check(...)", outputs=[output]))
    nbformat.write(notebook, path)


def states(graded, student: str) -> dict[str, str]:
    own = graded.marks[graded.marks["student"] == student]
    return dict(zip(own["exercise"], own["state"], strict=True))


def test_a_student_gets_no_solution_and_the_solved_copy_no_empty_answer():
    asked, done = students(book.chapter(4), seed=7), solved(book.chapter(4))
    assert [c.source for c in asked.cells][1:] == [
        "seed: int = 7  # the variant",
        "**Exercise 4.1.**",
        'answer = None\ncheck("4.1", answer)',
    ]
    assert [c.source for c in done.cells][2:] == [
        "**Exercise 4.1.**",
        'check("4.1", "b")',
    ]
    assert asked.metadata["segtools"] == {"lesson": 4, "seed": 7}


def test_copies_never_replace_what_is_there(tmp_path):
    first = write_lessons(tmp_path / "course", solutions=True)
    assert [p.relative_to(tmp_path).as_posix() for p in first.new] == [
        "course/04_how_many.ipynb",
        "course/solutions/04_how_many.ipynb",
    ]
    first.new[0].write_text("my work")
    again = write_lessons(tmp_path / "course", solutions=True)
    assert (again.new, again.kept) == ((), first.new)
    assert first.new[0].read_text() == "my work"
    with pytest.raises(ConfigError, match="into a folder, but 04_how_many"):
        write_lessons(first.new[0])
    with pytest.raises(ConfigError, match="0 or more, but it is -1"):
        write_lessons(tmp_path / "other", seed=-1)


def test_answers_are_judged_anew_whatever_a_notebook_says(tmp_path):
    work = tmp_path / "in"
    handed(work / "anna" / "04.ipynb", [record("4.1", "b"), record("2.3", 0.1)])
    handed(work / "bert" / "04.ipynb", record("4.1", "a", state="right"))
    handed(work / "04_how_many_cleo.ipynb", record("2.3", 0.7, seed=7), lesson=None)
    graded = grade.grade(work)
    assert states(graded, "anna") == {"4.1": "right", "2.3": "right"}
    assert states(graded, "bert") == {"4.1": "wrong", "2.3": "unanswered"}
    assert states(graded, "cleo") == {"4.1": "unanswered", "2.3": "right"}
    assert graded.totals.to_dict("records") == [
        {"student": "anna", "lesson": 4, "points": 2.0, "of": 2},
        {"student": "bert", "lesson": 4, "points": 0.0, "of": 2},
        {"student": "cleo", "lesson": 4, "points": 1.0, "of": 2},
    ]
    seen = graded.marks.set_index(["student", "exercise"])
    assert seen.loc[("anna", "4.1"), "tries"] == 2
    assert seen.loc[("cleo", "2.3"), "variant"] == 7


def test_numbers_stay_numbers_in_the_file(tmp_path):
    work = tmp_path / "in"
    handed(work / "anna" / "04.ipynb", [record("2.3", -4045.5), record("4.1", "=1+1")])
    graded = grade.grade(work)
    grade.write_marks(graded, tmp_path / "marks.csv")
    _, *lines = (tmp_path / "marks.csv").read_text("utf-8-sig").splitlines()
    rows = {line.split(",")[3]: line.split(",")[6:9] for line in lines}
    assert rows == {"2.3": ["-4045.5", "2", "1"], "4.1": ["'=1+1", "2", "1"]}


def test_stripped_notebooks_are_read_by_what_is_written_in_their_cells(tmp_path):
    path = tmp_path / "04_dora.ipynb"
    handed(
        path,
        sources=[
            "seed: int = 6",
            'answer = "b"\ncheck("4.1", answer)',
            'check("2.3", frame.mean())',
            'answer = 0.6\npredict("2.3", answer)',
            "this is ( no Python",
            'quiz({"4.Q1": "a", "4.Q2": None})',
        ],
    )
    found = read_handed(path).answers
    assert {n: (a.answer, a.seed, a.tries) for n, a in found.items()} == {
        "4.1": ("b", 6, None),
        "2.3": (0.6, 6, None),
        "4.Q1": ("a", 6, None),
    }


def test_nothing_of_a_students_code_is_executed(tmp_path):
    mark = tmp_path / "executed"
    line = f'check("4.1", open({str(mark)!r}, "w").write("x"))'
    handed(tmp_path / "in" / "04_eve.ipynb", sources=[line])
    graded = grade.grade(tmp_path / "in")
    assert states(graded, "eve") == {"4.1": "unanswered", "2.3": "unanswered"}
    assert not mark.exists()


def test_a_notebook_is_run_when_asked_and_stays_as_it_is(tmp_path):
    path = tmp_path / "in" / "04_fay.ipynb"
    shown = 'display({"text/plain": "", MIME: made}, raw=True)'
    made = record("4.1", "b")
    source = f"MIME = {MIME!r}\nmade = {made!r}\n{shown}"
    handed(path, record("4.1", "a"), sources=[source, "1 / 0", source])
    before = path.read_bytes()
    assert states(grade.grade(tmp_path / "in"), "fay")["4.1"] == "wrong"
    assert states(grade.grade(tmp_path / "in", run=True), "fay")["4.1"] == "right"
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "bad",
    [
        record("4.1", None),
        record("4.1", "b", seed=-1),
        record("4.1", "b", seed=True),
        record("4.1", "b", seed="1"),
        record(41, "b"),
        record("4.1", "b", lesson=5),
        ["4.1", "b"],
        [["4.1", "b"], None],
        "b",
    ],
)
def test_a_record_that_nobody_wrote_counts_for_nothing(tmp_path, bad):
    handed(tmp_path / "04_gil.ipynb", bad)
    assert states(grade.grade(tmp_path), "gil")["4.1"] == "unanswered"


@pytest.mark.parametrize("text", ["", "no JSON", "[]", '{"cells": 3}', "{}"])
def test_what_is_no_notebook_has_one_row_with_the_reason(tmp_path, text):
    (tmp_path / "04_ida.ipynb").write_text(text)
    handed(tmp_path / "jo" / "04.ipynb", record("4.1", "b"))
    graded = grade.grade(tmp_path)
    (bad,) = graded.unread.to_dict("records")
    assert "04_ida.ipynb" in bad["note"]
    assert bad["points"] == 0
    assert states(graded, "jo")["4.1"] == "right"


@pytest.mark.parametrize("lesson", [0, 99, "4", True, None])
def test_a_notebook_of_no_lesson_says_so(tmp_path, lesson):
    handed(tmp_path / "work.ipynb", record("4.1", "b"), lesson=lesson)
    (bad,) = grade.grade(tmp_path).unread["note"]
    assert bad.startswith("A notebook must be one of the lessons, but work.ipynb")


def test_solutions_and_hidden_folders_are_not_graded(tmp_path):
    handed(tmp_path / "solutions" / "04.ipynb", record("4.1", "b"))
    handed(tmp_path / ".ipynb_checkpoints" / "04.ipynb", record("4.1", "b"))
    with pytest.raises(DataError, match="must hold notebooks"):
        grade.grade(tmp_path)
    with pytest.raises(ConfigError, match="must be a folder"):
        grade.grade(tmp_path / "missing")


def test_a_spreadsheet_runs_nothing_of_the_marks(tmp_path):
    evil = '=HYPERLINK("x")'
    handed(tmp_path / evil.replace("/", "_") / "04.ipynb", record("2.3", "@evil"))
    write_marks(grade.grade(tmp_path), tmp_path / "marks.csv")
    read = pd.read_csv(tmp_path / "marks.csv", dtype=str, keep_default_na=False)
    assert set(read["student"]) == {f"'{evil}"}
    assert "'@evil" in set(read["answer"])


def test_tags_that_are_no_list_are_no_tags():
    assert tags({"metadata": {"tags": "exercise"}}) == []
