"""Commands of a whole project: history, forget, retention."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segtools.cli.app import AsJson, app, grid, say
from segtools.schema import ConfigError

if TYPE_CHECKING:
    from segtools.runs.forget.forget import Forgotten
    from segtools.runs.history import History

Project = Annotated[
    Path,
    typer.Argument(
        metavar="PROJECT", help="the folder of its runs, such as reports/my-project"
    ),
]


@app.command()
def history(
    project: Project,
    page: Annotated[bool, typer.Option(help="write the project's page")] = False,
    out: Annotated[
        Path | None, typer.Option(help="the page; default: index.html in PROJECT")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List all runs of a project over time, and make the page that shows them."""
    from segtools.runs.history import read_history

    found = read_history(project)
    written = None
    if page or out:
        from segtools.runs.project_page import write_project_page

        written = write_project_page(found, out)
    if as_json:
        record = found.record | {"page": written and str(written)}
        print(json.dumps(record, default=str))
        return
    if written is None:
        _print_history(found)
    for other in found.others:
        say(other.fault)
    if written is not None:
        print(written)


@app.command()
def forget(
    customer_id: Annotated[
        str,
        typer.Argument(metavar="CUSTOMER_ID", help="as it stands in the tables"),
    ],
    project: Annotated[Path, typer.Option(help="the folder of the project's runs")],
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
    dry_run: Annotated[bool, typer.Option(help="only look")] = False,
    also: Annotated[
        list[Path] | None,
        typer.Option(help="a further folder, such as an export; repeatable"),
    ] = None,
    at: Annotated[str, typer.Option(help="when, for the record; default: now")] = "",
    as_json: AsJson = False,
) -> None:
    """Erase a customer from every run and export of a project, and record it."""
    from segtools.runs.forget.forget import forget_customer

    moment = at or datetime.now(UTC).isoformat(timespec="seconds")
    if dry_run or not yes:
        plan = forget_customer(
            project, customer_id, at=moment, also=also or (), dry_run=True
        )
        if dry_run or not _confirmed(plan, as_json=as_json):
            _print_forgotten(plan, as_json=as_json)
            return
    done = forget_customer(
        project, customer_id, at=moment, also=also or (), dry_run=False
    )
    _print_forgotten(done, as_json=as_json)


def _confirmed(plan: Forgotten, *, as_json: bool) -> bool:
    """Ask, where somebody is there to answer; else refuse."""
    if as_json or not sys.stdin.isatty():
        raise ConfigError(
            "forget must be confirmed, but nobody is there to ask. Pass --yes to "
            "erase, or --dry-run to look."
        )
    say(plan.sentence)
    return typer.confirm("Erase it? This cannot be undone.", err=True)


def _print_forgotten(found: Forgotten, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(found.record))
        return
    rows = [(path, own.rows, own.cells) for path, own in sorted(found.files.items())]
    if rows:
        grid("Files", ("file", "rows", "other cells and words"), rows)
    for sentence in (
        *found.unreached,
        *(
            f"{export}: whoever got it must forget, too."
            for export in found.handed_over
        ),
    ):
        say(sentence)
    print(found.sentence)


@app.command()
def retention(
    project: Project,
    older_than: Annotated[int, typer.Option(help="days", min=1)],
    as_of: Annotated[str, typer.Option(help="the day from which to count")],
    tables: Annotated[
        bool, typer.Option("--tables", help="only the cleaned tables; keep the reports")
    ] = False,
    previous: Annotated[
        bool, typer.Option("--previous", help="also runs that a later one followed")
    ] = False,
    dry_run: Annotated[bool, typer.Option(help="only look")] = False,
    as_json: AsJson = False,
) -> None:
    """Delete runs that are older than so many days, or only their tables."""
    from segtools.runs.retention import retain

    found = retain(
        project,
        older_than=older_than,
        as_of=as_of,
        only_tables=tables,
        even_previous=previous,
        dry_run=dry_run,
    )
    if as_json:
        print(json.dumps(found.record))
        return
    rows = [(row.name, row.as_of, row.fate, row.why) for row in found.rows]
    grid("Runs", ("run", "as_of", "fate", "why"), rows)
    print(found.sentence)


def _print_history(found: History) -> None:
    from segtools.report.templating import money
    from segtools.wording import number, percent

    # A folder is named after its instant, unless somebody has chosen otherwise.
    named = any(run.folder.name != run.folder.as_of for run in found.runs)
    heads = ("as_of", *(("folder",) * named), "state", "verdict", "segments")
    rows = []
    for run in reversed(found.runs):
        about = run.summary()
        words = (about["structure"], about["worth"], about["decision"])
        said = [str(w).replace("_", " ") for w in words if w and w != "segment"]
        rows.append(
            (
                about["as_of"],
                *((run.folder.name,) * named),
                about["state"],
                ", ".join(said) or "–",
                number(about["segments"]),
                number(about["customers"]),
                money(about["value"], about["currency"] or None),
                percent(about["moved"]),
            )
        )
    title = f"{found.project}, in {found.path}"
    grid(title, (*heads, "customers", "value", "moved"), rows)
    for run in found.runs:
        for note in filter(None, (run.error, *run.notes)):
            say(f"{run.folder.name}: {note}")
