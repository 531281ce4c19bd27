"""The command line's frame: the application, what all commands share and print by."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from typer.core import TyperGroup

from segtools.bundled import configuration
from segtools.config import RunConfig, load_config, parse_override

_ORDER = (
    *("run", "rerun", "check", "init", "schema"),
    *("assign", "approve", "export", "typing", "sensitivity", "compare"),
    *("batch", "history", "upload", "forget", "retention", "migrate", "doctor"),
    *("lessons", "grade"),
)


class _InOrder(TyperGroup):
    """Commands in the order in which they are used, whichever file they are in."""

    def list_commands(self, ctx: Any) -> list[str]:
        known = super().list_commands(ctx)
        return sorted(known, key=lambda name: (*_ORDER, name).index(name))


app = typer.Typer(
    cls=_InOrder,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Customer segments that hold up: from raw orders to a checked report.",
)
err = Console(stderr=True, highlight=False, soft_wrap=True)
out = Console(highlight=False, soft_wrap=True)

Run = Annotated[Path, typer.Argument(metavar="RUN", help="a finished run")]
Override = Annotated[
    list[str] | None,
    typer.Option("-p", metavar="NAME=VALUE", help="override a key; repeatable"),
]
AsJson = Annotated[bool, typer.Option("--json", help="print one JSON object")]


@app.callback()
def _top() -> None:
    """Keep `segtools COMMAND` even while there are few commands."""


def overrides_of(p: list[str] | None) -> dict[str, Any]:
    """Read what ``-p`` gave."""
    return dict(parse_override(text) for text in p or [])


def configured(config: str, p: list[str] | None) -> RunConfig:
    """Load a configuration by its path or, where no such file is, by a bundled name."""
    bundled = None if Path(config).exists() else configuration(config)
    return load_config(bundled or config, overrides_of(p))


def say(text: str) -> None:
    """Tell the user something on stderr; results alone go to stdout."""
    err.print(text, markup=False)


def say_untranslated(config: RunConfig) -> None:
    """Warn of a language in which a part of the report stays English."""
    from segtools.report.translated import coverage_warning

    if sentence := coverage_warning(config.language):
        say(sentence)


class Bar:
    """Show stage and cell: a bar on a terminal, one line a stage elsewhere.

    Parameters
    ----------
    what : str, default="cell"
        What is counted. Of anything else than cells, each one has a line.
    """

    def __init__(self, what: str = "cell") -> None:
        self.what = what

    def __enter__(self) -> Any:
        self.stage = ""
        self.bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn(self.what + " {task.completed:.0f} of {task.total:.0f}"),
            TimeElapsedColumn(),
            console=err,
            disable=not err.is_terminal,
        )
        self.bar.start()
        return self

    def __call__(self, stage: str, cell: int, cells: int) -> None:
        """Move the bar of a stage to a cell; a new stage gets a new bar."""
        new = stage != self.stage
        if new:
            self.stage = stage
            self.task = self.bar.add_task(stage, total=cells)
        self.bar.update(self.task, completed=cell)
        if not err.is_terminal and (new or self.what != "cell"):
            say(f"{stage}: {self.what} {cell} of {cells}")

    def __exit__(self, *error: object) -> None:
        self.bar.stop()


def grid(title: str, head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    """Print rows as a table; whole numbers stand right."""
    table = Table(title=title, title_justify="left")
    for place, column in enumerate(head):
        right = place > 0 and any(isinstance(row[place], int) for row in rows)
        table.add_column(column.replace("_", " "), justify="right" if right else "left")
    for row in rows:
        cells = (f"{c:,}" if isinstance(c, int) else str(c) for c in row)
        table.add_row(*(escape(c) for c in cells))
    out.print(table)


def print_frame(title: str, frame: Any) -> None:
    """Print a table of the package as it is shown in notebooks."""
    from segtools.plots.cells import cell_strings

    strings = cell_strings(frame, frame.attrs.get("formats", {}))
    grid(title, tuple(frame.columns), list(strings.itertuples(index=False)))
