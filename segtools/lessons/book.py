"""The ten lessons in their order: what each is called and where it is kept."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from segtools.bundled import bundled
from segtools.lessons.exercises import Exercise
from segtools.schema import ConfigError

__all__ = ["CASES", "Chapter", "chapter", "chapters", "written"]

_SLUGS = (
    *("what_for", "from_orders", "distance", "how_many", "stability"),
    *("goals", "survey", "personas", "did_it_pay", "movement"),
)
# The mistakes that handbooks warn of; each is found once, as a case, by the student.
CASES = (
    *("drifting-goals", "only-past-behaviour", "too-broad", "stale-data"),
    *("too-little-data", "assumptions", "unreachable", "over-under", "no-feedback"),
)


@dataclass(frozen=True)
class Chapter:
    """One lesson: its number, its name, and the notebook and module that make it.

    Attributes
    ----------
    number : int
        From 1; the first part of an exercise's number, such as ``4.2``.
    slug : str
        The name in files, such as ``how_many``.
    """

    number: int
    slug: str

    @property
    def stem(self) -> str:
        """The notebook's name without its ending."""
        return f"{self.number:02}_{self.slug}"

    @property
    def notebook(self) -> Path:
        """Where the notebook lies, solutions included."""
        return bundled("notebooks") / "lessons" / f"{self.stem}.ipynb"

    @property
    def module(self) -> Any:
        """The Python module of the lesson: its data, its figures, its exercises."""
        return importlib.import_module(f"segtools.lessons.{self.slug}")

    @property
    def terms(self) -> dict[str, dict[str, Any]]:
        """The terms that it explains first: ``term``, ``words`` and ``means``."""
        path = Path(__file__).parent / self.slug / "terms.yaml"
        found: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text("utf-8"))
        return found

    @property
    def data(self) -> Callable[[int], Any]:
        """What makes the lesson's data from a seed."""
        made: Callable[[int], Any] = self.module.data
        return made

    @property
    def exercises(self) -> dict[str, Exercise]:
        """The exercises and quiz questions by number, in their order."""
        return {exercise.number: exercise for exercise in self.module.EXERCISES}


def chapters() -> tuple[Chapter, ...]:
    """Give all lessons in their order.

    Examples
    --------
    >>> [chapter.stem for chapter in chapters()][3]
    '04_how_many'
    """
    return tuple(Chapter(n, slug) for n, slug in enumerate(_SLUGS, 1))


def written() -> tuple[Chapter, ...]:
    """Give the lessons whose notebook came with this copy of segtools."""
    return tuple(c for c in chapters() if c.notebook.is_file())


def chapter(number: int) -> Chapter:
    """Find a lesson by its number.

    Raises
    ------
    ConfigError
        If there is none.

    Examples
    --------
    >>> chapter(4).slug
    'how_many'
    """
    found = {c.number: c for c in chapters()}
    if isinstance(number, bool) or number not in found:
        raise ConfigError(
            f"A lesson must be a whole number from 1 to {len(found)}, but it is "
            f"{number!r}. Use the first number of the notebook's name."
        )
    return found[number]
