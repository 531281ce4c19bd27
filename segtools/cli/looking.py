"""Commands that look at finished runs: sensitivity, compare."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from segtools.cli.app import AsJson, Bar, Run, app, print_frame, say
from segtools.cli.app import out as shown_out


@app.command()
def sensitivity(
    run_dir: Run,
    as_json: AsJson = False,
) -> None:
    """Repeat a run under other defensible choices: what holds, and who stays."""
    from segtools.report.sensitivity import sensitivity as repeat

    with Bar("variant") as bar:
        found = repeat(run_dir, progress=bar)
    if as_json:
        print(json.dumps(found.record, default=str))
        return
    print_frame("Headline claims", found.table())
    print_frame("Who stays together", found.segments())
    shown_out.print(found.sentence, markup=False)


@app.command()
def compare(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="a finished run")],
    new: Annotated[
        Path, typer.Argument(metavar="NEW", help="a later one of the same project")
    ],
    out: Annotated[
        Path | None, typer.Option(help="the page; default: in NEW's folder")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Set two runs of one project beside each other and print the page's path."""
    from segtools.report.compare import compare_runs

    found = compare_runs(old, new, out)
    if as_json:
        print(json.dumps(found.record, default=str))
    else:
        say(found.sentence)
        print(found.page)
