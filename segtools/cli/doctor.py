"""The command that looks at the machine: doctor."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import typer

from segtools.cli.app import AsJson, app
from segtools.cli.app import out as shown_out
from segtools.schema import parts_of_error

if TYPE_CHECKING:
    from segtools.doctor import Examination, Finding

_WRONG = 2


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Look at the machine: what is missing, what for, and what mends it."""
    from segtools.doctor import examine

    found = examine(progress=None if as_json else _print)
    if as_json:
        _print_json(found)
    else:
        shown_out.print(f"\n{found.sentence}", markup=False)
    if not found.well:
        raise typer.Exit(_WRONG)


def _print(finding: Finding) -> None:
    """Print a finding on a line; where it is not ok, below what for and the remedy."""
    from segtools.doctor.finding import system

    line = f"{finding.state:<8}{finding.name:<26}{finding.found}"
    shown_out.print(line, markup=False)
    if finding.state == "ok":
        return
    need = "needed for" if finding.required else "only for"
    shown_out.print(f"{'':<8}{need} {finding.purpose}", markup=False)
    for command in finding.mend.here(system()):
        shown_out.print(f"{'':<8}mend it: {command}", markup=False)


def _print_json(found: Examination) -> None:
    record = found.record()
    if not found.well:
        sentence, remedy = parts_of_error(found.sentence)
        body = {"sentence": sentence, "remedy": remedy}
        record["error"] = {"code": _WRONG, "kind": "ConfigError"} | body
    print(json.dumps(record))
