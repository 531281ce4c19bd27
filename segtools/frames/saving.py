"""Write a result as an ordinary run: its rows, its configuration, then all stages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from segtools.records import whole, write_text
from segtools.remote import is_url
from segtools.schema import ConfigError

if TYPE_CHECKING:
    from segtools.frames.result import SegmentResult

CONFIGURATION = "segtools.yaml"
_HEAD = """\
# The settings of a frame's segmentation, and where its rows lie. Repeat it with
# `segtools run segtools.yaml`; see README, Configuration.
"""


def save(
    result: SegmentResult,
    folder: Path,
    *,
    replace: bool = False,
    progress: Callable[[str, int, int], None] | None = None,
) -> Path:
    """Write rows and configuration beside `folder`, and execute the stages in it.

    Parameters
    ----------
    result : SegmentResult
    folder : Path
        The run's folder.
    replace : bool, default=False
    progress : callable, optional

    Returns
    -------
    Path
        The front page.

    Raises
    ------
    ConfigError
        If a folder is in use or cannot be written, or names would be carried on from a
        run beside it that the result knows nothing of.
    """
    from segtools.config import load_config
    from segtools.report.execution.run import run_stages
    from segtools.report.execution.start import start_run

    data = folder.with_name(f"{folder.name}-data")
    _refuse(result, folder, data, replace=replace)
    try:
        write_data(result, data)
    except OSError as error:
        raise ConfigError(
            f"folder must be one that can be written, but {data} cannot "
            f"({error.strerror or type(error).__name__}). Save to another one."
        ) from None
    config = load_config(data / CONFIGURATION)
    path = start_run(
        config, folder, again=replace, replace=replace, previous=result.previous
    )
    return run_stages(path, progress)


def write_data(result: SegmentResult, folder: Path) -> None:
    """Write the rows that were used, under our names, and the configuration.

    Columns of the frame that were not used stay out.
    """
    for name, table in result.accepted.raw.items():
        with whole(folder / f"{name}.parquet") as half:
            table.to_parquet(half, compression="zstd")
    body = yaml.safe_dump(settings_of(result), sort_keys=False, allow_unicode=True)
    write_text(folder / CONFIGURATION, _HEAD + body)


def settings_of(result: SegmentResult) -> dict[str, Any]:
    """Give the configuration, without what is as by default."""
    from segtools.config import defaults

    usual, body = defaults(), result.config.model_dump(mode="json")
    first = {"project": body.pop("project"), "source": body.pop("source")}
    return first | {k: v for k, v in body.items() if usual[k] != v}


def _refuse(result: SegmentResult, folder: Path, data: Path, *, replace: bool) -> None:
    from segtools.history.previous import find_previous

    if is_url(str(folder)):
        raise ConfigError(
            f"folder must be on this machine, but it is {str(folder)!r}. Save to a "
            "folder here, then copy it."
        )
    used = next((p for p in (folder, data) if p.exists() and _holds(p)), None)
    if used is not None and not replace:
        raise ConfigError(
            f"folder must be free, but {used} is in use. Choose another name, or pass "
            "replace=True."
        )
    config = result.config
    found = find_previous(folder.parent, config.project, str(config.as_of), own=folder)
    if result.previous is None and found is not None:
        raise ConfigError(
            f"A saved run must be what was computed, but {found} is an earlier run of "
            f"the project {config.project!r}, whose names it would carry on. Call "
            f"segment_customers with previous={str(found)!r}, or with another project."
        )


def _holds(path: Path) -> bool:
    return not path.is_dir() or any(path.iterdir())
