"""Commands that move finished runs: upload, migrate."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from segtools.cli.app import AsJson, Run, app, say
from segtools.cli.app import out as shown_out


@app.command()
def upload(
    run_dir: Run,
    url: Annotated[
        str, typer.Argument(metavar="URL", help="the run's folder, such as s3://...")
    ],
    replace: Annotated[
        bool, typer.Option("--replace", help="also over another finished run")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Upload a run, or one whose upload broke off; to repeat it ends the same."""
    from segtools.records import read_record
    from segtools.remote.urls import under
    from segtools.runs.remote import ended_run
    from segtools.runs.remote import upload as send

    ended_run(run_dir)
    files = send(run_dir, url, replace=replace)
    page = under(url, "index.html")
    state = read_record(run_dir / "run.json")["state"]
    if as_json:
        told = {"state": state, "run": url, "page": page, "files": files}
        print(json.dumps(told))
        return
    say(f"{files:,} files are there.")
    print(page)


@app.command()
def migrate(
    path: Annotated[
        Path,
        typer.Argument(metavar="RUN|CONFIG", help="a run's folder, or a YAML file"),
    ],
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="say what would change, and change nothing"),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write a run or a configuration of an older version as this one would."""
    from segtools.runs.migrate import migrate as change

    found = change(path, dry_run=dry_run)
    if as_json:
        print(json.dumps(found.record))
        return
    for line in found.lines:
        shown_out.print(line, markup=False)
    say(found.sentence)
