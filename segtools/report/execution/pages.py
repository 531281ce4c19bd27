"""Write the pages of a run from its executed notebooks."""

from __future__ import annotations

from pathlib import Path

from segtools.records import read_record
from segtools.report.execution.files import is_finished
from segtools.schema import STAGES

__all__ = ["write_page", "write_pages"]


def write_page(path: Path, stage: str) -> Path:
    """Write the page of one stage from its notebook in ``notebooks/``."""
    from segtools.report.html import stage_page

    return stage_page(
        path / "notebooks" / f"{stage}.ipynb",
        path / f"{stage}.html",
        stage=stage,
        run=read_record(path / "run.json"),
    )


def write_pages(run_dir: Path | str) -> Path:
    """Write the pages of all finished stages, and the front page.

    Nothing is computed: it is for runs whose notebooks were executed by papermill
    alone, and for templates that have changed.

    Parameters
    ----------
    run_dir : Path or str
        A run whose executed notebooks lie in ``notebooks/``.

    Returns
    -------
    Path
        The front page.

    Raises
    ------
    DataError
        If there is no run in the folder.
    DisclosureError
        If a page shows who somebody is; it is not written.
    """
    from segtools.report.execution.lock import locked
    from segtools.report.html import front_page

    path = Path(run_dir)
    run = read_record(path / "run.json")
    with locked(path):
        for stage in STAGES:
            if is_finished(path, stage, run):
                write_page(path, stage)
        return front_page(path)
