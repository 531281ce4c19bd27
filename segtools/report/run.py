"""Run all stages with papermill: one configuration, one folder, one report."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd

from segtools import goals
from segtools.bundled import bundled
from segtools.config import RunConfig
from segtools.features.build import supported
from segtools.history.changes import find_previous
from segtools.prepare.clean import preflight
from segtools.prepare.fingerprint import fingerprint
from segtools.records import digest, read_record, write_record
from segtools.report.errors import StageError
from segtools.report.stage import load_extensions
from segtools.schema import (
    STAGES,
    ConfigError,
    DataError,
    DisclosureError,
)
from segtools.sources import Opened, connect, open_source
from segtools.timezones import epoch, instant, midnight_after

CODES = {"ConfigError": 2, "DataError": 3, "DisclosureError": 4}
OWN: dict[str, type[Exception]] = {
    e.__name__: e for e in (ConfigError, DataError, DisclosureError, StageError)
}
_PACKAGES = ("pandas", "numpy", "scikit-learn", "ibis-framework", "duckdb", "papermill")
BUILT_IN = ("auto", "goal", "rules", "clusters")
_NEVER = 2**40  # later than any order, in seconds
Progress = Callable[[str, int, int], None]


def start_run(
    config: RunConfig,
    folder: Path | None = None,
    *,
    again: bool = False,
    replace: bool = False,
) -> Path:
    """Fingerprint the data, settle ``as_of`` and make the run's folder.

    Parameters
    ----------
    config : RunConfig
    folder : Path, optional
        Default ``reports/<project>/<as_of>``.
    again : bool, default=False
        Repeat a run that is already done with the same configuration and data.
    replace : bool, default=False
        Put this run in the place of a finished one that differs.

    Returns
    -------
    Path
        The folder. A run that is already done is left as it is; see `is_done`.

    Raises
    ------
    ConfigError
        If the folder holds another finished run.
    DataError
        If the source has no readable row.
    """
    load_extensions(config)
    con = connect()
    opened = open_source(config, con)
    data = fingerprint(opened.tables)
    config = settle_as_of(config, opened, data)
    origin = epoch(instant(str(config.as_of), str(config.timezone)))
    preflight(opened, config, origin)
    shop = goals.typed_shop(opened.tables, config, origin)
    goals.refuse_base(goals.survey(shop), config)
    supported(shop, config.bases)
    _check_method(config.method)
    path = folder or Path("reports") / config.project / str(config.as_of).replace(
        ":", ""
    )
    body = config.model_dump()
    marks = {"config_hash": digest(body), "data": data}
    if _already(path, marks, replace=replace) and not again:
        return path
    previous = find_previous(path.parent, config.project, str(config.as_of))
    write_record(
        path / "run.json",
        {
            "project": config.project,
            "state": "running",
            "error": None,
            "as_of": config.as_of,
            "timezone": config.timezone,
            "seed": config.seed,
            "config": body,
            **marks,
            "licence": opened.licence,
            "versions": versions(),
            "previous_run": None
            if previous is None
            else os.path.relpath(previous, path),
            "stages": {s: {"state": "pending"} for s in STAGES},
        },
    )
    return path


def _check_method(method: str) -> None:
    if method in BUILT_IN:
        return  # without importing scikit-learn, which takes seconds
    from segtools.segmentation.scheme import known_scheme

    known_scheme(method)


def is_done(path: Path) -> bool:
    """Say whether a run's folder holds a finished run."""
    return bool(read_record(path / "run.json")["state"] == "done")


def _already(path: Path, marks: dict[str, Any], *, replace: bool) -> bool:
    if not (path / "run.json").exists():
        if path.exists() and any(path.iterdir()) and not replace:
            raise ConfigError(
                f"A run needs a folder of its own, but {path} holds other files. "
                "Choose another with --out."
            )
        return False
    run = read_record(path / "run.json")
    same = all(run.get(k) == v for k, v in marks.items())
    if run["state"] == "done" and not same and not replace:
        what = "data" if run.get("config_hash") == marks["config_hash"] else "settings"
        raise ConfigError(
            f"A finished run is not overwritten, but {path} holds one with other "
            f"{what}. Choose another folder with --out, or pass --replace."
        )
    return bool(run["state"] == "done" and same)


def settle_as_of(config: RunConfig, opened: Opened, data: dict[str, Any]) -> RunConfig:
    """Give the configuration with an ``as_of``: by default the midnight after the last
    order, in the project's zone.

    Raises
    ------
    DataError
        If not one time can be read.
    """
    if config.as_of:
        return config
    last = [t["last"] for t in data["tables"].values() if t["last"]]
    if not last:
        preflight(opened, config, _NEVER)  # it shows the values that cannot be read
        raise DataError(
            "orders must have readable times, but not one can be read. "
            "Check the date_format and the column mapped to ordered_at."
        )
    moment = pd.Timestamp(max(last)).to_pydatetime()
    day = midnight_after(moment, str(config.timezone))
    return config.model_copy(update={"as_of": day.isoformat()})


def versions() -> dict[str, str]:
    """List the versions that the result depends on."""
    from segtools import __version__

    found = {p: importlib.metadata.version(p) for p in _PACKAGES}
    return {"segtools": __version__, "python": platform.python_version()} | found


def run_stages(path: Path, progress: Progress | None = None) -> Path:
    """Execute every stage of a started run and write its pages.

    Parameters
    ----------
    path : Path
        The run's folder.
    progress : callable, optional
        Called with stage, cell number and number of cells.

    Returns
    -------
    Path
        The front page.

    Raises
    ------
    ConfigError, DataError, DisclosureError
        As the stage's notebook raised them.
    StageError
        If a stage fails for another reason. In each case ``run.json`` says
        ``failed``, the failure page is written and finished stages stay whole.
    """
    from segtools.report.html import failure_page, front_page, stage_page

    for stage in STAGES:
        try:
            execute_stage(path, stage, progress)
        except Exception as error:
            meant = error if type(error).__name__ in OWN else _unmeant(error, stage)
            record_failure(path, stage, meant)
            failure_page(path)
            raise meant from None
        run = read_record(path / "run.json")
        stage_page(
            path / "notebooks" / f"{stage}.ipynb",
            path / f"{stage}.html",
            stage=stage,
            run=run,
        )
    write_record(path / "run.json", read_record(path / "run.json") | {"state": "done"})
    front_page(path)
    return path / "index.html"


def execute_stage(path: Path, stage: str, progress: Progress | None = None) -> None:
    """Execute one stage's notebook with papermill.

    Its parameters are those of the run's configuration that it declares; an unknown
    one is refused, where papermill only logs it.
    """
    import papermill

    from segtools.report.kernel import LocalKernelManager

    source = bundled("notebooks") / f"{stage}.ipynb"
    notebook = nbformat.read(source, as_version=4)
    cells = len(notebook.cells)
    config = read_record(path / "run.json")["config"]
    names = set(papermill.inspect_notebook(str(source)))
    known = {n: config[n] for n in names if n in config}
    unknown = names - set(config) - {"run_dir"}
    if unknown:
        raise ConfigError(
            f"{stage} must declare known parameters, but it declares "
            f"{sorted(unknown)}. Remove them from its parameters cell."
        )

    def started(cell: Any, cell_index: int) -> None:
        if progress:
            progress(stage, cell_index + 1, cells)

    whole = path / "notebooks" / f"{stage}.ipynb"
    half = whole.with_name(f".{whole.name}")
    whole.parent.mkdir(exist_ok=True)
    try:
        papermill.execute_notebook(
            str(source),
            str(half),
            parameters=known | {"run_dir": str(path.resolve())},
            kernel_name="python3",
            progress_bar=False,
            cwd=str(path),
            on_cell_start=started,
            kernel_manager_class=LocalKernelManager,
        )
    except papermill.PapermillExecutionError as error:
        raise _translated(error, stage) from None
    finally:
        if half.exists():
            half.replace(whole)


def _translated(error: Any, stage: str) -> Exception:
    """Give an error that crossed the kernel its meaning back."""
    if error.ename in CODES:
        return OWN[error.ename](error.evalue)
    first = (str(error.evalue).splitlines() or [""])[0][:300].rstrip(".")
    return StageError(
        f"{stage} must run to its end, but it stopped with {error.ename}: {first}. "
        f"The executed notebook with the whole trace is notebooks/{stage}.ipynb."
    )


def _unmeant(error: Exception, stage: str) -> StageError:
    return StageError(
        f"{stage} must run to its end, but it stopped with {type(error).__name__}: "
        f"{str(error)[:300]}. Look at notebooks/{stage}.ipynb and run again."
    )


def record_failure(path: Path, stage: str, error: Exception) -> None:
    """Write into ``run.json`` which stage failed, why and what helps."""
    run = read_record(path / "run.json")
    sentence, remedy = _parts(str(error))
    run["state"] = "failed"
    run["stages"][stage] = {"state": "failed"}
    run["error"] = {
        "code": CODES.get(type(error).__name__, 4),
        "stage": stage,
        "sentence": sentence,
        "remedy": remedy,
    }
    write_record(path / "run.json", run)


def _parts(text: str) -> tuple[str, str]:
    """Split an error into its rule and its remedy, the last sentence."""
    body, dot, remedy = text.strip().rpartition(". ")
    return (f"{body}.", remedy) if dot else (text, "")
