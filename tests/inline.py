"""Run the stage notebooks' own code in this process: what papermill runs, faster."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat

from segtools.bundled import bundled
from segtools.config import validate
from segtools.records import read_record, write_record
from segtools.report.execution.start import start_run
from segtools.schema import STAGES


def run_inline(
    settings: dict[str, Any], folder: Path, until: str = "06_follow_up"
) -> Path:
    """Make a run in `folder` and execute the stages up to `until`, without kernels."""
    path = start_run(validate(settings), folder)
    for stage in STAGES[: STAGES.index(until) + 1]:
        run_stage(stage, path)
    if until == STAGES[-1]:
        run = read_record(path / "run.json") | {"state": "done"}
        write_record(path / "run.json", run)
    return path


def run_stage(stage: str, path: Path) -> dict[str, Any]:
    """Execute one notebook's code cells and give what it defined."""
    notebook = nbformat.read(bundled("notebooks") / f"{stage}.ipynb", as_version=4)
    names: dict[str, Any] = {}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        exec(compile(cell.source, stage, "exec"), names)
        if "parameters" in cell.metadata.get("tags", []):
            names |= {"run_dir": str(path)}
    return names
