"""Commands that take a run's segments elsewhere: assign, approve, export, typing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from segtools.cli.app import AsJson, Override, Run, app, overrides_of, say
from segtools.cli.papers import PAPERS, write_paper
from segtools.schema import ConfigError


@app.command()
def assign(
    run_dir: Run,
    data: Annotated[Path, typer.Argument(metavar="DATA", help="file or folder")],
    out: Annotated[Path, typer.Option(help="where to write: .parquet or .csv")],
    p: Override = None,
) -> None:
    """Give customers in new data the segments of a run's frozen model."""
    from segtools.report.assign import assign_file

    overrides = overrides_of(p)
    frame = assign_file(run_dir, data, out, overrides)
    say(f"{len(frame):,} customers assigned.")
    print(out)


@app.command()
def approve(
    run_dir: Run,
    name: Annotated[str, typer.Option(help="who approves")],
    reason: Annotated[str, typer.Option(help="why its lists may be used")],
    at: Annotated[str, typer.Option(help="when, as an ISO date; kept as given")] = "",
    as_json: AsJson = False,
) -> None:
    """Approve the model of a run, so that its lists may be exported."""
    from segtools.destinations.approval import FILE
    from segtools.destinations.approval import approve as record
    from segtools.report.assign import finished_run
    from segtools.report.execution.lock import locked

    finished_run(run_dir)
    with locked(run_dir):
        found = record(run_dir, name, reason, at)
    print(json.dumps(found) if as_json else run_dir / FILE)


@app.command()
def export(
    run_dir: Run,
    to: Annotated[
        str, typer.Option(help="a destination, such as google_ads; pdf, slides")
    ],
    out: Annotated[
        str, typer.Option(help="a folder of its own, or a URL such as s3://...")
    ],
    p: Override = None,
    segment: Annotated[
        str, typer.Option(help="for pdf: only the card of this segment, by id or name")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Write a run's segments in the format of another system; nothing is sent.

    With `--to pdf` or `--to slides` it is the report that is written, for people.
    """
    if to in PAPERS:
        path = write_paper(run_dir, to, out, p, segment)
        print(json.dumps({"state": "done", "out": str(path)}) if as_json else path)
        return
    if segment:
        raise ConfigError(
            f"--segment goes with pdf, but --to is {to!r}. "
            "Leave it out: a list holds all segments."
        )
    from segtools.destinations.shown import export_sentence
    from segtools.report.exports import export_run
    from segtools.runs.remote_exports import export_folder

    overrides = overrides_of(p)
    with export_folder(out) as folder:
        manifest = export_run(run_dir, to, folder, overrides)
    if as_json:
        print(json.dumps({"state": "done", "out": str(out), "manifest": manifest}))
        return
    say(export_sentence(manifest))
    for note in manifest["notes"]:
        say(note)
    say(manifest["next_step"])
    print(out)


@app.command()
def typing(
    run_dir: Run,
    out: Annotated[
        Path | None,
        typer.Option(help="the folder to write to; default RUN/typing, with a link"),
    ] = None,
    by: Annotated[str, typer.Option(help="ask for features or answers")] = "features",
    field: Annotated[
        list[str] | None, typer.Option(help="only ask for this; repeatable")
    ] = None,
    questions: Annotated[int, typer.Option(help="most questions")] = 6,
) -> None:
    """Make a form, SQL and JSON that place new people by the fewest questions."""
    from segtools.report.typing import typing_files

    tool = typing_files(run_dir, out, by=by, fields=field or (), n_questions=questions)
    say(tool.sentence)
    print((run_dir / "typing" if out is None else out) / "form.html")
