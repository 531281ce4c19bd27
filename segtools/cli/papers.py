"""Exports for people: the report in another form, which holds no lists."""

from __future__ import annotations

from pathlib import Path

from segtools.remote.urls import is_url, local_path
from segtools.schema import ConfigError

PAPERS = ("pdf", "slides")


def write_paper(
    run_dir: Path, to: str, out: str, overrides: list[str] | None, segment: str
) -> Path:
    """Write the report of a run as `to` says; nothing of it needs an approval."""
    place = local_path(out)
    if is_url(place):
        raise ConfigError(
            f"--out must be a folder of this machine for {to}, but it is a URL. "
            "Write it here, then copy it."
        )
    if overrides:
        raise ConfigError(
            f"-p goes with lists, but --to is {to!r}, which shows what the run has "
            "found. Leave it out, or start a new run."
        )
    if Path(place).exists() and not Path(place).is_dir():
        raise ConfigError(
            f"--out must be a folder, but {place} is a file. Choose another."
        )
    write = {"pdf": _pdf, "slides": _slides}[to]
    return write(run_dir, Path(place), segment)


def _pdf(run_dir: Path, folder: Path, segment: str) -> Path:
    from segtools.report.paper import export_pdf

    return export_pdf(run_dir, folder, segment)


def _slides(run_dir: Path, folder: Path, segment: str) -> Path:
    if segment:
        raise ConfigError(
            "--segment goes with pdf, but --to is 'slides'. Leave it out: a deck has "
            "a slide for each segment."
        )
    from segtools.slides import export_slides

    return export_slides(run_dir, folder)
