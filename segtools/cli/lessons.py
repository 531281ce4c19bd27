"""Commands for students and their teachers: lessons, grade."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segtools.cli.app import AsJson, app, grid, say

if TYPE_CHECKING:
    from segtools.lessons.grade import Graded


@app.command()
def lessons(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="made if missing")],
    solutions: Annotated[
        bool, typer.Option("--solutions", help="the solved copies, too")
    ] = False,
    seed: Annotated[int, typer.Option(help="the variant of all exercises")] = 1,
) -> None:
    """Copy the lessons into a folder, without the solutions; never over work."""
    from segtools.lessons.copies import write_lessons

    copied = write_lessons(folder, solutions=solutions, seed=seed)
    if copied.kept:
        say(f"{len(copied.kept)} notebooks were there already and stay as they are.")
    say(f"{len(copied.new)} notebooks written. Open them: jupyter lab {folder}")
    print(folder)


@app.command()
def grade(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="with the students' notebooks")
    ],
    out: Annotated[
        Path | None, typer.Option(help="the CSV; default: marks.csv in DIR")
    ] = None,
    run: Annotated[
        bool, typer.Option("--run", help="run them first: executes students' code")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Mark handed-in lessons, and write a CSV for the teacher."""
    from segtools.lessons.grade import grade as mark
    from segtools.lessons.grade import write_marks

    graded = mark(folder, run=run)
    path = out or folder / "marks.csv"
    write_marks(graded, path)
    for note in graded.unread["note"]:
        say(note)
    if as_json:
        print(graded.marks.to_json(orient="records", force_ascii=False))
        return
    _print_totals(graded)
    print(path)


def _print_totals(graded: Graded) -> None:
    rows = [
        (row.student, row.lesson, f"{row.points:g} of {row.of}")
        for row in graded.totals.itertuples()
    ]
    grid("Points", ("Student", "Lesson", "Points"), rows)
