"""Runs whose six notebooks do next to nothing: how they are run can be tested."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd

from segtools.records import write_record, write_table
from segtools.report.execution.files import FILES
from segtools.schema import STAGES

# Each writes the files of its stage and then records that it is done, as stages do.
CODE = """
import json, os, pathlib, shutil, signal, time
path = pathlib.Path(run_dir)
with (path / "visits.txt").open("a") as visits:
    visits.write("{stage} ")
{own}
for name in {files!r}:
    (path / name).parent.mkdir(parents=True, exist_ok=True)
    if name.endswith(".parquet"):
        shutil.copyfile({table!r}, path / name)
    else:
        (path / name).write_text(json.dumps({{"format": "x", "version": 1}}))
run = json.loads((path / "run.json").read_text())
run["stages"]["{stage}"] = {{"state": "done", "seconds": 0.1, "peak_memory_mb": 9}}
(path / "run.json").write_text(json.dumps(run))
"""
CONFIG = {"memory_limit": "1250MB", "stage_time_limit": None, "run_time_limit": None}


def tiny_run(folder: Path, **config: Any) -> Path:
    """Write ``run.json`` of a run that was just begun; give its folder."""
    stages = {s: {"state": "pending"} for s in STAGES}
    run = {"project": "tiny", "as_of": "2024-01-01", "state": "running"}
    run |= {"config": CONFIG | config, "stages": stages, "error": None}
    write_record(folder / "run.json", run)
    return folder


def tiny_notebooks(folder: Path, **own: str) -> Path:
    """Write six notebooks; `own` adds code to some, as ``s03="..."``."""
    table = folder / "table.parquet"
    write_table(table, pd.DataFrame({"customer_id": ["a"], "segment_id": ["S01"]}))
    for stage in STAGES:
        code = CODE.format(
            stage=stage,
            own=own.get(f"s{stage[:2]}", ""),
            files=list(FILES[stage]),
            table=str(table),
        )
        cells = [
            nbformat.v4.new_markdown_cell(f"# What is {stage}?"),
            nbformat.v4.new_code_cell('run_dir: str = ""  # folder'),
            nbformat.v4.new_code_cell(code),
        ]
        cells[1].metadata["tags"] = ["parameters"]
        kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
        book = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
        nbformat.write(book, folder / f"{stage}.ipynb")
    return folder


def visits(path: Path) -> list[str]:
    """List the numbers of the stages that were executed, in their order."""
    file = path / "visits.txt"
    return [s[:2] for s in file.read_text().split()] if file.exists() else []


def states(path: Path) -> list[str]:
    """List the states of the six stages."""
    run = json.loads((path / "run.json").read_text())
    return [run["stages"][s]["state"] for s in STAGES]
