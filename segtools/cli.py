"""The command line: thin. It parses, calls and prints."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from segtools.bundled import configuration
from segtools.config import RunConfig, load_config, parse_override
from segtools.schema import ConfigError, DataError, DisclosureError

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Customer segments that hold up: from raw orders to a checked report.",
)
INTERRUPTED = 130
_err = Console(stderr=True, highlight=False, soft_wrap=True)
_out = Console(highlight=False, soft_wrap=True)

Override = Annotated[
    list[str] | None,
    typer.Option("-p", metavar="NAME=VALUE", help="override a key; repeatable"),
]
AsJson = Annotated[bool, typer.Option("--json", help="print one JSON object")]


@app.callback()
def _top() -> None:
    """Keep `segtools COMMAND` even while there are few commands."""


@app.command()
def run(
    config: Annotated[
        str,
        typer.Argument(help="YAML file, or a bundled one: sample, complete_journey"),
    ] = "sample",
    p: Override = None,
    out: Annotated[Path | None, typer.Option(help="the run's folder")] = None,
    again: Annotated[bool, typer.Option(help="repeat a finished run")] = False,
    replace: Annotated[bool, typer.Option(help="replace another finished run")] = False,
    as_json: AsJson = False,
) -> None:
    """Run all stages and print the path of the report."""
    from segtools.report.run import run_stages
    from segtools.report.start import is_done, start_run

    settings = _configured(config, p)
    path = start_run(settings, out, again=again, replace=replace)
    if is_done(path):
        _say(f"Already done: {path} holds this run. Use --again to repeat it.")
    else:
        with _progress() as bar:
            run_stages(path, bar)
    page = path / "index.html"
    if as_json:
        print(json.dumps({"state": "done", "run": str(path), "page": str(page)}))
    else:
        print(page)


@app.command()
def check(
    config: Annotated[str, typer.Argument(help="YAML file or bundled name")],
    p: Override = None,
    as_json: AsJson = False,
) -> None:
    """Check configuration and data without starting a kernel."""
    from segtools.report.check import check as check_data

    found = check_data(_configured(config, p))
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


@app.command()
def assign(
    run_dir: Annotated[Path, typer.Argument(metavar="RUN", help="a finished run")],
    data: Annotated[Path, typer.Argument(metavar="DATA", help="file or folder")],
    out: Annotated[Path, typer.Option(help="where to write: .parquet or .csv")],
    p: Override = None,
) -> None:
    """Give customers in new data the segments of a run's frozen model."""
    from segtools.report.assign import assign_file

    overrides = dict(parse_override(text) for text in p or [])
    frame = assign_file(run_dir, data, out, overrides)
    _say(f"{len(frame):,} customers assigned.")
    print(out)


@app.command()
def approve(
    run_dir: Annotated[Path, typer.Argument(metavar="RUN", help="a finished run")],
    name: Annotated[str, typer.Option(help="who approves")],
    reason: Annotated[str, typer.Option(help="why its lists may be used")],
    at: Annotated[str, typer.Option(help="when, as an ISO date; kept as given")] = "",
    as_json: AsJson = False,
) -> None:
    """Approve the model of a run, so that its lists may be exported."""
    from segtools.destinations.approval import FILE
    from segtools.destinations.approval import approve as record
    from segtools.report.assign import finished_run

    finished_run(run_dir)
    found = record(run_dir, name, reason, at)
    print(json.dumps(found) if as_json else run_dir / FILE)


@app.command()
def export(
    run_dir: Annotated[Path, typer.Argument(metavar="RUN", help="a finished run")],
    to: Annotated[str, typer.Option(help="a destination, such as google_ads")],
    out: Annotated[Path, typer.Option(help="a folder of its own")],
    p: Override = None,
    as_json: AsJson = False,
) -> None:
    """Write a run's segments in the format of another system; nothing is sent."""
    from segtools.destinations.shown import export_sentence
    from segtools.report.exports import export_run

    overrides = dict(parse_override(text) for text in p or [])
    manifest = export_run(run_dir, to, out, overrides)
    if as_json:
        print(json.dumps({"state": "done", "out": str(out), "manifest": manifest}))
        return
    _say(export_sentence(manifest))
    for note in manifest["notes"]:
        _say(note)
    _say(manifest["next_step"])
    print(out)


@app.command()
def typing(
    run_dir: Annotated[Path, typer.Argument(metavar="RUN", help="a finished run")],
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
    _say(tool.sentence)
    print((run_dir / "typing" if out is None else out) / "form.html")


@app.command()
def sensitivity(
    run_dir: Annotated[Path, typer.Argument(metavar="RUN", help="a finished run")],
    as_json: AsJson = False,
) -> None:
    """Repeat a run under other defensible choices: what holds, and who stays."""
    from segtools.report.sensitivity import sensitivity as repeat

    with _progress("variant") as bar:
        found = repeat(run_dir, progress=bar)
    if as_json:
        print(json.dumps(found.record, default=str))
        return
    _print_frame("Headline claims", found.table())
    _print_frame("Who stays together", found.segments())
    _out.print(found.sentence, markup=False)


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
        _say(found.sentence)
        print(found.page)


def _configured(config: str, p: list[str] | None) -> RunConfig:
    overrides = dict(parse_override(text) for text in p or [])
    bundled = None if Path(config).exists() else configuration(config)
    return load_config(bundled or config, overrides)


def _say(text: str) -> None:
    _err.print(text, markup=False)


class _progress:  # noqa: N801
    """Show stage and cell: a bar on a terminal, one line a stage elsewhere."""

    def __init__(self, what: str = "cell") -> None:
        self.what = what

    def __enter__(self) -> Any:
        self.stage = ""
        self.bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn(self.what + " {task.completed:.0f} of {task.total:.0f}"),
            TimeElapsedColumn(),
            console=_err,
            disable=not _err.is_terminal,
        )
        self.bar.start()
        return self

    def __call__(self, stage: str, cell: int, cells: int) -> None:
        if stage != self.stage:
            self.stage = stage
            self.task = self.bar.add_task(stage, total=cells)
        self.bar.update(self.task, completed=cell)
        if not _err.is_terminal:
            _say(f"{stage}: {self.what} {cell} of {cells}")

    def __exit__(self, *error: object) -> None:
        self.bar.stop()


def _print_check(found: Any) -> None:
    from segtools.prepare.decisions import shown
    from segtools.wording import percent

    columns = ("read", "kept", "set_aside", "quarantined", "changed")
    accounts = found.cleaned.accounts.items()
    _grid(
        "Rows",
        ("table", *columns),
        [(n, *(a[c] for c in columns)) for n, a in accounts],
    )
    for rule in found.cleaned.rules:
        text = f"{rule['rows']:,} rows of {rule['table']}: {rule['sentence']}"
        _out.print(text, markup=False)
    about = found.about
    rows = [
        (r["parameter"], shown(r["value"]), r["rows"], r["money"] or "")
        for r in about["decisions"]
    ]
    _grid("Decisions", ("decision", "taken", "rows concerned", "money"), rows)
    rows = [
        (r["attribute"], r["kind"], r["known"], percent(r["share"]))
        for r in about["attributes"]
    ]
    if rows:
        _grid("Attributes", ("attribute", "kind", "known of customers", "share"), rows)
    for sentence in found.sentences():
        _out.print(sentence, markup=False)


def _grid(title: str, head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    table = Table(title=title, title_justify="left")
    for place, column in enumerate(head):
        right = place > 0 and any(isinstance(row[place], int) for row in rows)
        table.add_column(column.replace("_", " "), justify="right" if right else "left")
    for row in rows:
        cells = (f"{c:,}" if isinstance(c, int) else str(c) for c in row)
        table.add_row(*(escape(c) for c in cells))
    _out.print(table)


def _print_frame(title: str, frame: Any) -> None:
    from segtools.plots.cells import cell_strings

    strings = cell_strings(frame, frame.attrs.get("formats", {}))
    _grid(title, tuple(frame.columns), list(strings.itertuples(index=False)))


def _fail(error: BaseException, code: int) -> int:
    kind = type(error).__name__
    if "--json" in sys.argv:
        sentence, dot, remedy = str(error).rpartition(". ")
        body = {"code": code, "kind": kind, "sentence": sentence + dot.strip()}
        print(json.dumps({"error": body | {"remedy": remedy}}))
    _say(str(error))
    return code


def _interrupt(signum: int, frame: Any) -> None:
    raise KeyboardInterrupt


def main() -> None:
    """Run the command line; a user's mistake is one sentence and an exit code."""
    from segtools.report.errors import (
        OUT_OF_MEMORY,
        InterruptionError,
        StageError,
        out_of_memory,
    )

    signal.signal(signal.SIGTERM, _interrupt)
    try:
        code = int(app(standalone_mode=False) or 0)
        if code == INTERRUPTED:  # typer has already caught the interruption
            raise KeyboardInterrupt
    except typer.Exit as error:
        code = error.exit_code
    except ConfigError as error:
        code = _fail(error, 2)
    except DataError as error:
        code = _fail(error, 3)
    except (DisclosureError, StageError) as error:
        code = _fail(error, 4)
    except (KeyboardInterrupt, typer.Abort):
        code = _fail(InterruptionError("Interrupted. Run it again."), INTERRUPTED)
    except Exception as error:
        if type(error).__name__ == OUT_OF_MEMORY:
            code = _fail(out_of_memory("The data"), 4)
        else:
            code = _usage(error)
    sys.stdout.flush()
    sys.stderr.flush()
    sys.exit(code)


def _usage(error: Exception) -> int:
    """Print a mistake on the command line itself as click words it."""
    show = getattr(error, "format_message", None)
    if show is None:
        raise error
    _say(f"{show().rstrip('.')}. See `segtools --help`.")
    return 2


if __name__ == "__main__":
    main()
