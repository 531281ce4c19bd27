"""The previous run: which one it is, and whether it is whole."""

from __future__ import annotations

from pathlib import Path

from segtools.records import read_run
from segtools.schema import DataError

# What a comparison reads of a finished run.
FILES = (
    "segments.parquet",
    "features.parquet",
    "model.json",
    "goals.json",
    "contest.json",
    "selection.json",
    "feature_catalogue.json",
    "data_quality.json",
)


def find_previous(
    folder: Path, project: str, as_of: str, *, own: Path | None = None
) -> Path | None:
    """Find the latest finished run of the same project with a smaller ``as_of``.

    Parameters
    ----------
    folder : Path
        Where the project's runs lie.
    project : str
    as_of : str
        ISO date or date-time of the present run.
    own : Path, optional
        Folder of the present run, which is not its own previous one.
    """
    best: tuple[str, Path] | None = None
    if not folder.is_dir():
        return None
    runs = sorted(p for p in folder.iterdir() if (p / "run.json").is_file())
    for path in (p for p in runs if own is None or p.name != own.name):
        run = read_run(path)
        same = run.get("project") == project and run.get("state") == "done"
        if same and run["as_of"] < as_of and (best is None or run["as_of"] > best[0]):
            best = (str(run["as_of"]), path)
    return best[1] if best else None


def refuse_incomplete(folder: Path, called: str = "A run to compare with") -> None:
    """Refuse a run that lacks a file without which nothing can be compared.

    Raises
    ------
    DataError
        Naming the first one.
    """
    lacks = [name for name in FILES if not (folder / name).is_file()]
    if lacks:
        raise DataError(
            f"{called} must hold {lacks[0]}, but {folder} does not. Repeat that run "
            "with --again, or move its folder away."
        )
