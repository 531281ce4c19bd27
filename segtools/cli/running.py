"""Commands before and of a run: run, rerun, check, init."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from segtools.cli.app import (
    AsJson,
    Bar,
    Override,
    Run,
    app,
    configured,
    grid,
    say,
    say_untranslated,
)
from segtools.cli.app import out as shown_out
from segtools.cli.batches import check_all


@app.command()
def run(
    config: Annotated[
        str,
        typer.Argument(help="YAML file, or a bundled one: sample, complete_journey"),
    ] = "sample",
    p: Override = None,
    out: Annotated[
        str | None, typer.Option(help="the run's folder, or a URL such as s3://...")
    ] = None,
    first: Annotated[
        str, typer.Option("--from", metavar="STAGE", help="repeat from this stage on")
    ] = "",
    until: Annotated[
        str, typer.Option(metavar="STAGE", help="stop after this stage")
    ] = "",
    resume: Annotated[bool, typer.Option(help="continue a broken run")] = False,
    again: Annotated[bool, typer.Option(help="repeat a finished run")] = False,
    replace: Annotated[bool, typer.Option(help="replace another finished run")] = False,
    as_json: AsJson = False,
) -> None:
    """Run all stages and print the path of the report."""
    from segtools.report.execution.carry_out import How, carry_out
    from segtools.runs.ending import ending

    how = How(again, replace, resume, first, until)
    settings = configured(config, p)
    say_untranslated(settings)
    with ending(settings, out, say, replace=replace) as end, Bar() as bar:
        done = carry_out(settings, end.folder, how, bar, end.begin)
        end.old = done.already
    if done.already:
        say(f"Already done: {done.path} holds this run. Use --again to repeat it.")
    elif done.state == "running":
        say(f"Stopped after {how.last}, as asked. Continue with --resume.")
    if as_json:
        print(json.dumps({"state": done.state, "run": end.place, "page": end.page}))
    else:
        print(end.page)


@app.command()
def rerun(
    run_dir: Run,
    out: Annotated[
        Path | None, typer.Option(help="the new folder; default: beside RUN")
    ] = None,
    resume: Annotated[bool, typer.Option(help="continue a broken rerun")] = False,
    as_json: AsJson = False,
) -> None:
    """Repeat a run from its own record; say whether data and results are the same."""
    from segtools.report.execution.rerun import rerun as repeat

    with Bar() as bar:
        found = repeat(run_dir, out, bar, resume=resume)
    if as_json:
        print(json.dumps(found.record))
        return
    for sentence in found.sentences:
        say(sentence)
    print(found.page)


@app.command()
def check(
    config: Annotated[str, typer.Argument(help="YAML file or bundled name")],
    p: Override = None,
    all_: Annotated[
        bool, typer.Option("--all", help="every configuration of a folder or batch")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check configuration and data without starting a kernel."""
    from segtools.report.check import check as check_data

    if all_:
        check_all(Path(config), p, as_json=as_json)
        return
    settings = configured(config, p)
    say_untranslated(settings)
    found = check_data(settings)
    if as_json:
        print(json.dumps(found.record(), default=str))
    else:
        _print_check(found)
    if found.light == "red":
        raise typer.Exit(3)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="a new or empty folder")],
    source: Annotated[
        str, typer.Option(help="the system that the data comes from, such as shopify")
    ] = "sample",
) -> None:
    """Make a project folder with notebooks and a commented configuration."""
    from segtools.report.project import init_project

    print(init_project(folder, source))


def _print_check(found: Any) -> None:
    from segtools.prepare.decisions import shown
    from segtools.wording import percent

    columns = ("read", "kept", "set_aside", "quarantined", "changed")
    accounts = found.cleaned.accounts.items()
    grid(
        "Rows",
        ("table", *columns),
        [(n, *(a[c] for c in columns)) for n, a in accounts],
    )
    for rule in found.cleaned.rules:
        text = f"{rule['rows']:,} rows of {rule['table']}: {rule['sentence']}"
        shown_out.print(text, markup=False)
    about = found.about
    rows = [
        (r["parameter"], shown(r["value"]), r["rows"], r["money"] or "")
        for r in about["decisions"]
    ]
    grid("Decisions", ("decision", "taken", "rows concerned", "money"), rows)
    rows = [
        (r["attribute"], r["kind"], r["known"], percent(r["share"]))
        for r in about["attributes"]
    ]
    if rows:
        grid("Attributes", ("attribute", "kind", "known of customers", "share"), rows)
    for sentence in found.sentences():
        shown_out.print(sentence, markup=False)
