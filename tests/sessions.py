"""Notebooks of a few cells in real kernels: as JupyterLab starts them, or papermill."""

from __future__ import annotations

import os
from typing import Any

import nbformat
from nbclient import NotebookClient

from segtools.live import SESSION, VARIABLE

PATIENCE = 600


def notebook_of(cells: dict[str, str]) -> nbformat.NotebookNode:
    """Make a notebook of some cells, by name."""
    made = [nbformat.v4.new_code_cell(code, id=name) for name, code in cells.items()]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(cells=made, metadata={"kernelspec": spec})


def executed(
    cells: dict[str, str], *, km: Any = None, **environment: str
) -> dict[str, list[Any]]:
    """Execute cells and give the outputs of each; errors are outputs, too.

    The kernel gets this environment with `environment` added, and nothing in it that
    says whether somebody sits before it but that.
    """
    notebook = notebook_of(cells)
    client = NotebookClient(
        notebook,
        km=km,
        kernel_name="python3",
        allow_errors=True,
        timeout=PATIENCE,
        startup_timeout=PATIENCE,
    )
    known = {k: v for k, v in os.environ.items() if k not in (SESSION, VARIABLE)}
    client.execute(**({} if km is not None else {"env": known | environment}))
    return {cell.id: cell.outputs for cell in notebook.cells}


def pages(outputs: list[Any]) -> list[str]:
    """Give the HTML of what was shown."""
    return [o.data["text/html"] for o in outputs if "text/html" in o.get("data", {})]
