"""Read what a student answered from a notebook, without running anything in it.

Answers come from what `check` recorded in the saved outputs. Where outputs were
stripped, an answer that was written down as it is (a letter, a number, a list) is read
from its cell; one that is computed needs the notebook to be run first.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

import nbformat

from segtools.lessons.book import chapters
from segtools.lessons.lesson import MIME
from segtools.schema import DataError

__all__ = ["Answer", "Handed", "read_handed", "run_handed"]

LARGEST = 50_000_000  # bytes of a notebook that is read
_NAME = re.compile(r"(\d{1,2})_")
_SEED = re.compile(r"^seed\s*(?::\s*int\s*)?=\s*(\d{1,18})", re.MULTILINE)


@dataclass(frozen=True)
class Answer:
    """One answer as it was found.

    Attributes
    ----------
    exercise : str
        Its number, such as ``"4.2"``.
    answer : Any
        A letter, number or list; None is none.
    seed : int
        The variant that was answered.
    tries : int or None
        How often it was checked; None where only the cell's text was there.
    """

    exercise: str
    answer: Any
    seed: int
    tries: int | None


@dataclass(frozen=True)
class Handed:
    """A notebook that was handed in: which lesson, and its answers by exercise."""

    lesson: int
    answers: dict[str, Answer]


def read_handed(path: Path) -> Handed:
    """Read one notebook.

    Parameters
    ----------
    path : Path
        A student's notebook.

    Raises
    ------
    DataError
        If it is no notebook, too large, or of no lesson.
    """
    return _handed(_notebook(path), path)


def run_handed(path: Path, *, seconds: int = 300) -> Handed:
    """Run a notebook from top to bottom in a kernel of its own, and read it then.

    This executes what the student wrote, with your rights.

    Parameters
    ----------
    path : Path
        A student's notebook; the file is not changed.
    seconds : int, default=300
        After which a cell is given up.

    Raises
    ------
    DataError
        If it is no notebook, of no lesson, or its kernel dies or runs out of time.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    notebook = _notebook(path)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    client = NotebookClient(
        notebook,
        timeout=seconds,
        kernel_name="python3",
        allow_errors=True,
        resources={"metadata": {"path": str(path.parent)}},
    )
    try:
        client.execute()
    except (CellTimeoutError, DeadKernelError) as error:
        raise DataError(
            f"A notebook must run to its end, but {path.name} did not "
            f"({type(error).__name__}). Open it, and find the cell that does not end."
        ) from error
    return _handed(notebook, path)


def _notebook(path: Path) -> Any:
    try:
        if path.stat().st_size > LARGEST:
            raise DataError(
                f"A notebook must be smaller than {LARGEST // 1_000_000} MB, but "
                f"{path.name} is not. Clear its outputs, run it again, and save it."
            )
        return nbformat.read(path, as_version=4)
    except DataError:
        raise
    except Exception as error:  # whatever a stranger's file makes of the reader
        raise DataError(
            f"What is handed in must be a Jupyter notebook, but {path.name} is none "
            "that can be read. Ask for it again."
        ) from error


def _handed(notebook: Any, path: Path) -> Handed:
    number = _lesson(notebook, path)
    written: dict[str, Answer] = {}
    recorded: dict[str, Answer] = {}
    variant = _variant(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            written |= _literals(str(cell.source), variant)
            recorded |= _records(cell, number)
    answers = {name: a for name, a in written.items() if a.answer is not None}
    return Handed(number, answers | recorded)


def _lesson(notebook: Any, path: Path) -> int:
    said = notebook.metadata.get("segtools", {})
    number = said.get("lesson") if isinstance(said, dict) else None
    name = _NAME.match(path.name)
    number = int(name.group(1)) if number is None and name else number
    if isinstance(number, bool) or number not in {c.number for c in chapters()}:
        raise DataError(
            f"A notebook must be one of the lessons, but {path.name} names none. "
            "Keep the lesson's number in front of its name, as in 04_anna.ipynb."
        )
    return int(number)


def _variant(notebook: Any) -> int:
    for cell in notebook.cells:
        found = cell.cell_type == "code" and _SEED.search(str(cell.source))
        if found:
            return int(found.group(1))
    return 1


def _records(cell: Any, lesson: int) -> dict[str, Answer]:
    """Read what `check` left in a cell's outputs, whoever wrote it there."""
    found = {}
    for output in cell.get("outputs", []):
        left = output.get("data", {}).get(MIME)
        for record in left if isinstance(left, list) else [left]:
            answer = _answer(record, lesson)
            if answer is not None:
                found[answer.exercise] = answer
    return found


def _answer(record: Any, lesson: int) -> Answer | None:
    if not isinstance(record, dict) or record.get("lesson") != lesson:
        return None
    answer, seed = record.get("answer"), record.get("seed")
    name, tries = record.get("exercise"), record.get("tries")
    if answer is None or not _whole(seed) or not isinstance(name, str):
        return None
    return Answer(name, answer, int(seed), tries if _whole(tries) else None)


def _whole(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


def _literals(source: str, seed: int) -> dict[str, Answer]:
    """Find answers that are written down in the cell that checks them."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    values: dict[str, Any] = {}
    found: dict[str, Any] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            values[node.targets[0].id] = _literal(node.value, values)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            found |= _called(node.value, values)
    return {n: Answer(n, answer, seed, None) for n, answer in found.items()}


def _called(call: ast.Call, values: dict[str, Any]) -> dict[str, Any]:
    """Read ``check("4.2", answer)``, ``predict`` alike, and ``quiz({"4.Q1": "b"})``."""
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    given = [_literal(argument, values) for argument in call.args]
    if name == "quiz" and len(given) == 1 and isinstance(given[0], dict):
        return {str(number): answer for number, answer in given[0].items()}
    if name in {"check", "predict"} and len(given) == 2:
        return {str(given[0]): given[1]}
    return {}


def _literal(node: ast.expr, values: dict[str, Any]) -> Any:
    if isinstance(node, ast.Name):
        return values.get(node.id)
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
