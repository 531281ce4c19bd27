"""Every lesson runs: as students get it, solved, and broken by each of its switches."""

from __future__ import annotations

import re

import nbformat
import pytest
from nbclient import NotebookClient

from segtools.lessons.book import written
from segtools.lessons.copies import solved, students, tags
from segtools.lessons.lesson import MIME

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("lessons")]
each = pytest.mark.parametrize("lesson", written(), ids=lambda c: c.stem)


def run(notebook):
    """Execute a notebook; give it with its outputs."""
    NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
    return notebook


def records(notebook):
    """List what was checked, in order."""
    found = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            left = output.get("data", {}).get(MIME, [])
            found += left if isinstance(left, list) else [left]
    return found


def damage(notebook):
    """Give the sentences that tell what a switch has broken."""
    cells = [c for c in notebook.cells if "damage" in tags(c)]
    return [o["data"]["text/plain"] for c in cells for o in c.outputs if "data" in o]


def errors(notebook):
    """List what went to stderr, and exceptions."""
    outputs = [o for c in notebook.cells for o in c.get("outputs", [])]
    return [o for o in outputs if o.get("name") == "stderr" or "ename" in o]


@pytest.fixture(scope="module")
def healthy():
    """Keep what a lesson says without any switch, once it was run."""
    return {}


@each
def test_a_students_copy_runs_and_waits_for_answers(lesson, healthy):
    notebook = run(students(lesson))
    assert errors(notebook) == []
    assert {r["exercise"] for r in records(notebook)} == set(lesson.exercises)
    assert {r["state"] for r in records(notebook)} == {"unanswered"}
    healthy[lesson.stem] = damage(notebook)
    assert healthy[lesson.stem]


@each
def test_every_solution_is_right(lesson):
    notebook = run(solved(lesson, seed=2))
    assert errors(notebook) == []
    states = {r["exercise"]: r["state"] for r in records(notebook)}
    assert states == dict.fromkeys(lesson.exercises, "right")
    assert {r["seed"] for r in records(notebook)} == {2}


def switches():
    """Name each lesson's switches."""
    found = []
    for lesson in written():
        cells = nbformat.read(lesson.notebook, as_version=4).cells
        (source,) = [c.source for c in cells if "parameters" in tags(c)]
        names = re.findall(r"^(\w+): bool = False  # break it: ", source, re.MULTILINE)
        found += [pytest.param(lesson, n, id=f"{lesson.stem}-{n}") for n in names]
    return found


@pytest.mark.parametrize(("lesson", "switch"), switches())
def test_a_switch_does_damage_that_can_be_read(lesson, switch, healthy):
    if lesson.stem not in healthy:
        healthy[lesson.stem] = damage(run(students(lesson)))
    notebook = students(lesson)
    (cell,) = [c for c in notebook.cells if "parameters" in tags(c)]
    cell.source = cell.source.replace(
        f"{switch}: bool = False", f"{switch}: bool = True"
    )
    broken = damage(run(notebook))
    assert broken != healthy[lesson.stem]
    assert re.search(r"\d", " ".join(broken))
