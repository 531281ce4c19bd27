"""Copies of the lessons: for students without the solutions, and the solved ones.

Both come from one notebook by its cells' tags, so that they cannot drift apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from segtools.lessons.book import Chapter, written
from segtools.records import write_text
from segtools.schema import ConfigError

__all__ = ["Copied", "solved", "students", "write_lessons"]

_SEED = re.compile(r"^(seed: int = )\d+", re.MULTILINE)
SOLVED = "solutions"


@dataclass(frozen=True)
class Copied:
    """What was written, and what was there already and stays as it is.

    Attributes
    ----------
    new, kept : tuple of Path
        Notebooks; a kept one may hold a student's work.
    """

    new: tuple[Path, ...]
    kept: tuple[Path, ...]


def students(lesson: Chapter, *, seed: int = 1) -> Any:
    """Make a student's copy: the questions, and no solutions.

    Parameters
    ----------
    lesson : Chapter
        Which one.
    seed : int, default=1
        The variant that the copy starts with.

    Returns
    -------
    NotebookNode
        Its metadata name the lesson, so that `segtools grade` knows a renamed file.

    Examples
    --------
    >>> from segtools.lessons.book import written
    >>> for lesson in written():
    ...     tags = [c.metadata.get("tags", []) for c in students(lesson).cells]
    ...     assert not any("solution" in t for t in tags)
    """
    return _copy(lesson, seed, lambda cell: "solution" not in tags(cell))


def solved(lesson: Chapter, *, seed: int = 1) -> Any:
    """Make the solved copy: each empty answer gives way to its solution.

    Parameters
    ----------
    lesson : Chapter
        Which one.
    seed : int, default=1
        The variant that is solved.
    """
    return _copy(lesson, seed, lambda cell: not _empty_answer(cell))


def write_lessons(folder: Path, *, solutions: bool = False, seed: int = 1) -> Copied:
    """Write the lessons into a folder; what lies there already is never replaced.

    Parameters
    ----------
    folder : Path
        Made if it is missing.
    solutions : bool, default=False
        Whether the solved copies are written, too, into ``solutions``.
    seed : int, default=1
        The variant: 0 or more.

    Raises
    ------
    ConfigError
        If the folder is a file, or the seed no variant.
    """
    if folder.exists() and not folder.is_dir():
        raise ConfigError(
            f"Lessons must go into a folder, but {folder.name} is a file. "
            "Name another folder."
        )
    if seed < 0:
        raise ConfigError(f"A variant must be 0 or more, but it is {seed}. Take 1.")
    wanted = {
        folder / lesson.notebook.name: students(lesson, seed=seed)
        for lesson in written()
    }
    if solutions:
        wanted |= {
            folder / SOLVED / lesson.notebook.name: solved(lesson, seed=seed)
            for lesson in written()
        }
    new, kept = [], []
    for path, notebook in wanted.items():
        if path.exists():
            kept.append(path)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, nbformat.writes(notebook) + "\n")
        new.append(path)
    return Copied(tuple(new), tuple(kept))


def tags(cell: Any) -> list[str]:
    """Give the tags of a cell.

    Examples
    --------
    >>> tags(nbformat.v4.new_markdown_cell("?", metadata={"tags": ["quiz"]}))
    ['quiz']
    """
    found = cell.get("metadata", {}).get("tags", [])
    return [str(tag) for tag in found] if isinstance(found, list) else []


def _empty_answer(cell: Any) -> bool:
    return cell.cell_type == "code" and "exercise" in tags(cell)


def _copy(lesson: Chapter, seed: int, keeps: Any) -> Any:
    notebook = nbformat.read(lesson.notebook, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if keeps(cell)]
    notebook.metadata["segtools"] = {"lesson": lesson.number, "seed": seed}
    for cell in notebook.cells:
        if "parameters" in tags(cell):
            cell.source = _SEED.sub(rf"\g<1>{seed}", cell.source)
    return notebook
