"""Commands about many configurations: batch, schema."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from segtools.cli.app import AsJson, Override, app, err, overrides_of, say

_WORDS = {
    "running": "running",
    "failed": "[red]failed[/red]",
    "interrupted": "[red]interrupted[/red]",
    "pending": "waiting",
    "done": "[green]done[/green]",
    "already_done": "[green]already done[/green]",
}
_COUNTED = {"pending": "waiting", "already_done": "already done"}
_SPARE = 8  # lines of a terminal that are not rows


@app.command()
def batch(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="YAML with `runs` or `matrix`")
    ],
    jobs: Annotated[int, typer.Option(help="how many runs at once")] = 1,
    out: Annotated[
        Path | None, typer.Option(help="the batch's folder; default reports/FILE")
    ] = None,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="only what is not done yet")
    ] = False,
    again: Annotated[bool, typer.Option(help="repeat finished runs")] = False,
    replace: Annotated[bool, typer.Option(help="replace other finished runs")] = False,
    p: Override = None,
    as_json: AsJson = False,
) -> None:
    """Run many configurations, some at once, and print the path of their page."""
    from segtools.runs.batch import How, error_of, run_batch

    how = How(jobs, retry_failed=retry_failed, again=again, replace=replace)
    try:
        with _Progress() as show:
            found = run_batch(file, out, how, overrides_of(p), show)
    except BaseException as broken:
        for warning in getattr(broken, "__notes__", ()):
            say(warning)
        raise
    error = error_of(found)
    for warning in found["hooks_not_told"]:
        say(warning)
    if as_json:
        print(json.dumps(found | {"error": error}, default=str))
    else:
        print(found["page"])
    if error:
        say(f"{error['sentence']} {error['remedy']}")
        raise typer.Exit(error["code"])


@app.command()
def schema(
    of_batch: Annotated[
        bool, typer.Option("--batch", help="of batch files, not of a run's")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="file to write to")] = None,
) -> None:
    """Print the JSON schema by which editors complete and check configurations."""
    from segtools.records import write_text
    from segtools.report.json_schema import batch_schema, run_schema, schema_text

    text = schema_text(batch_schema() if of_batch else run_schema())
    if out is None:
        print(text, end="")
        return
    write_text(out, text)
    print(out)


def check_all(path: Path, p: list[str] | None, *, as_json: bool = False) -> None:
    """Check every configuration of a folder or batch file, a line each."""
    from segtools.runs.check_all import check_each

    found = []
    for one in check_each(path, overrides_of(p)):
        found.append(one)
        if not as_json:
            print(f"{one['name']}: {one['said']}")
    if as_json:
        print(json.dumps({"checked": found}, default=str))
    code = max(one["code"] for one in found)
    if code:
        raise typer.Exit(code)


class _Progress:
    """Show all runs: a live table on a terminal, one line an event elsewhere."""

    def __enter__(self) -> _Progress:
        self.since: dict[str, float] = {}
        self.stages: dict[str, str] = {}
        self.live = Live(console=err, auto_refresh=False, transient=True)
        if err.is_terminal:
            self.live.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.live.stop()

    def __call__(
        self, rows: Mapping[str, dict[str, Any]], name: str, event: Mapping[str, Any]
    ) -> None:
        """Take notice of an event, or of time that has passed."""
        if event.get("event") == "started" and name not in self.since:
            self.since[name] = time.monotonic()
        if err.is_terminal:
            self.live.update(self._table(rows), refresh=True)
        elif line := self._line(name, event):
            say(line)

    def _line(self, name: str, event: Mapping[str, Any]) -> str:
        if event.get("event") == "ended":
            told = f"{name}: {str(event.get('state', 'failed')).replace('_', ' ')}"
            if event.get("sentence"):
                told += f". {event['sentence']} {event['remedy']}"
            return told.strip()
        if event.get("event") == "cell" and event["stage"] != self.stages.get(name):
            self.stages[name] = str(event["stage"])
            return f"{name}: {event['stage']}"
        return ""

    def _table(self, rows: Mapping[str, dict[str, Any]]) -> Table:
        """Lay out as many rows as fit, what runs and what failed first."""
        order = list(_WORDS)
        shown = sorted(rows.values(), key=lambda row: order.index(row["state"]))
        room = max(3, err.size.height - _SPARE)
        table = Table(title=self._title(rows), title_justify="left")
        for head in ("run", "stage", "cell", "seconds", "state"):
            table.add_column(head, justify="right" if head == "seconds" else "left")
        for row in shown[:room]:
            cell = f"{row['cell']} of {row['cells']}" if "cell" in row else ""
            table.add_row(
                escape(row["name"]),
                row["stage"] or "",
                cell,
                self._seconds(row),
                _WORDS[row["state"]],
            )
        if len(shown) > room:
            table.caption = f"and {len(shown) - room} more"
        return table

    def _seconds(self, row: Mapping[str, Any]) -> str:
        if row["state"] == "running":
            return f"{time.monotonic() - self.since.get(row['name'], 0):.0f}"
        return "" if row["seconds"] is None else f"{row['seconds']:.0f}"

    def _title(self, rows: Mapping[str, dict[str, Any]]) -> str:
        states = [row["state"] for row in rows.values()]
        told = [
            f"{states.count(s)} {_COUNTED.get(s, s)}" for s in _WORDS if s in states
        ]
        return ", ".join(told)
