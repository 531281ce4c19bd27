"""Mark a folder of handed-in lessons: one row for each student and exercise.

Marks are given by judging the answers again, not by what a notebook says of itself.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from segtools.destinations.formulas import escape_formula
from segtools.lessons.answers import Answer, Handed, read_handed, run_handed
from segtools.lessons.book import Chapter, chapter
from segtools.lessons.copies import SOLVED
from segtools.records import whole
from segtools.schema import ConfigError, DataError

__all__ = ["POINTS", "Graded", "grade", "write_marks"]

POINTS = {"right": 1.0, "nearly": 0.5}
_COLUMNS = (
    *("student", "file", "lesson", "exercise", "state", "points", "answer"),
    *("tries", "variant", "note"),
)
_WHOLE = ("lesson", "tries", "variant")
_NOTE = {"unanswered": "no answer was found", "unreadable": "of the wrong type"}


@dataclass(frozen=True, eq=False)
class Graded:
    """The marks of a folder.

    Attributes
    ----------
    marks : DataFrame
        One row for each notebook and exercise: ``student``, ``file``, ``lesson``,
        ``exercise``, ``state``, ``points`` (1 right, 0.5 nearly, else 0), ``answer``,
        ``tries``, ``variant`` (the seed) and ``note``. A file that could not be read
        has one row, with the reason as its note.
    """

    marks: pd.DataFrame

    @property
    def totals(self) -> pd.DataFrame:
        """Points of each student and lesson, of how many, and files not read."""
        marks = self.marks
        read = marks[marks["exercise"] != ""]
        by = read.groupby(["student", "lesson"], as_index=False)
        return by.agg(points=("points", "sum"), of=("exercise", "size"))

    @property
    def unread(self) -> pd.DataFrame:
        """The rows of files that could not be read."""
        return self.marks[self.marks["exercise"] == ""]


def grade(folder: Path, *, run: bool = False) -> Graded:
    """Mark every lesson that lies in a folder or below it.

    Whose work it is comes from the folder below `folder` that it lies in, or from the
    name of the file: ``anna/04_how_many.ipynb`` and ``04_how_many_anna.ipynb``.

    Parameters
    ----------
    folder : Path
        What was handed in. Folders called ``solutions`` and hidden ones are left out.
    run : bool, default=False
        Whether each notebook is run first. This executes the students' code; without
        it nothing of theirs is executed.

    Raises
    ------
    ConfigError
        If there is no such folder.
    DataError
        If it holds no notebooks.
    """
    if not folder.is_dir():
        raise ConfigError(
            f"What is graded must be a folder, but {folder.name} is none. "
            "Name the folder that the notebooks were handed in to."
        )
    found = sorted(p for p in folder.rglob("*.ipynb") if _counts(p, folder))
    if not found:
        raise DataError(
            f"A folder to grade must hold notebooks, but {folder.name} holds none. "
            "Collect the students' .ipynb files in it."
        )
    read = run_handed if run else read_handed
    rows = [row for path in found for row in _rows(path, folder, read)]
    marks = pd.DataFrame(rows, columns=list(_COLUMNS))
    return Graded(marks.astype(dict.fromkeys(_WHOLE, "Int64")))


def write_marks(graded: Graded, path: Path) -> None:
    """Write the marks as CSV that a spreadsheet opens and never runs.

    Parameters
    ----------
    graded : Graded
        The marks.
    path : Path
        The file; it appears whole, or not at all.
    """
    shown = graded.marks.map(escape_formula)
    with whole(path) as half:
        shown.to_csv(half, index=False, lineterminator="\r\n", encoding="utf-8-sig")


def _counts(path: Path, folder: Path) -> bool:
    parts = path.relative_to(folder).parts
    return SOLVED not in parts and not any(p.startswith(".") for p in parts)


def _rows(
    path: Path, folder: Path, read: Callable[[Path], Handed]
) -> Iterator[dict[str, Any]]:
    where = path.relative_to(folder)
    try:
        handed = read(path)
    except DataError as error:
        yield _row(_student(where, None), where, note=str(error))
        return
    lesson = chapter(handed.lesson)
    for number, exercise in lesson.exercises.items():
        answer = handed.answers.get(number) or Answer(number, None, 1, None)
        judged = exercise.judge(answer.answer, _data(lesson, answer))
        yield _row(
            _student(where, lesson),
            where,
            lesson=lesson.number,
            exercise=number,
            state=judged.state,
            points=POINTS.get(judged.state, 0.0),
            answer=_shown(answer.answer),
            tries=answer.tries,
            variant=answer.seed if answer.answer is not None else None,
            note=_NOTE.get(judged.state, ""),
        )


def _row(student: str, where: Path, **known: Any) -> dict[str, Any]:
    empty = {"lesson": None, "exercise": "", "state": "", "points": 0.0, "answer": ""}
    base = {"student": student, "file": where.as_posix(), "tries": None}
    return base | empty | {"variant": None, "note": ""} | known


def _shown(answer: Any) -> Any:
    """Keep a number a number, so that a negative one is no formula."""
    if isinstance(answer, (int, float)) and not isinstance(answer, bool):
        return answer
    return "" if answer is None else str(answer)


def _student(where: Path, lesson: Chapter | None) -> str:
    if len(where.parts) > 1:
        return where.parts[0]
    name = where.stem
    if lesson is not None:
        name = name.removeprefix(lesson.stem).removeprefix(f"{lesson.number:02}")
    return name.strip("_- ") or "unnamed"


def _data(lesson: Chapter, answer: Answer) -> Any:
    """Make the data of a variant, but not for an answer that is not there."""
    return None if answer.answer is None else _made(lesson.number, answer.seed)


@functools.lru_cache(maxsize=32)
def _made(number: int, seed: int) -> Any:
    return chapter(number).data(seed)
