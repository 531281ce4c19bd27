"""Execute one stage's notebook in a kernel, and say in words what stops it."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segtools.bundled import bundled
from segtools.records import read_record, settle
from segtools.report.execution.errors import (
    OUT_OF_MEMORY,
    StageError,
    kernel_died,
    out_of_memory,
    storage_error,
)
from segtools.report.execution.limits import Limits
from segtools.report.execution.log import log_event
from segtools.schema import ConfigError, DataError, DisclosureError

if TYPE_CHECKING:
    from segtools.report.execution.kernel import LocalKernelManager

OWN: dict[str, type[Exception]] = {
    e.__name__: e for e in (ConfigError, DataError, DisclosureError, StageError)
}
Progress = Callable[[str, int, int], None]
# Seconds until a kernel must have answered: a busy machine may take long to start one.
_PATIENCE = 600
_SILENT = logging.NullHandler()


def execute_stage(
    path: Path,
    stage: str,
    kernel: LocalKernelManager,
    progress: Progress | None = None,
    limits: Limits | None = None,
) -> None:
    """Execute one stage's notebook with papermill, in a kernel of its own.

    Its parameters are those of the run's configuration that it declares.

    Parameters
    ----------
    path : Path
        The run's folder.
    stage : str
    kernel : LocalKernelManager
    progress : callable, optional
        Called with stage, cell number and number of cells.
    limits : Limits, optional

    Raises
    ------
    ConfigError, DataError, DisclosureError
        As the notebook raised them.
    StageError
        If it fails for another reason, its kernel dies or takes too long.
    """
    import papermill

    whole = path / "notebooks" / f"{stage}.ipynb"
    half = whole.with_name(f".{whole.name}")
    half.parent.mkdir(exist_ok=True)
    try:
        with (limits or Limits()).over(stage, kernel):
            _execute(path, stage, half, kernel, progress)
    except papermill.PapermillExecutionError as error:
        raise _translated(error, stage, path) from None
    except StageError:
        raise  # it took too long
    except Exception:
        # A kernel that is dead did not answer: what then breaks here is no matter.
        if (code := kernel.exit_code) is None:
            raise
        raise kernel_died(stage, code, _memory_limit(path)) from None
    finally:
        _keep(half, whole)


def _keep(half: Path, whole: Path) -> None:
    """Give a notebook its name; one that was cut when it was written goes."""
    if not half.exists():
        return
    try:
        json.loads(half.read_text(encoding="utf-8"))
    except ValueError:
        half.unlink()
    else:
        settle(half, whole)


def _execute(
    path: Path,
    stage: str,
    half: Path,
    kernel: LocalKernelManager,
    progress: Progress | None,
) -> None:
    import papermill

    # A dead kernel is told of in our words; else its line would stand beside them.
    logging.getLogger("papermill").addHandler(_SILENT)
    source = bundled("notebooks") / f"{stage}.ipynb"
    declared = papermill.inspect_notebook(str(source))
    papermill.execute_notebook(
        str(source),
        str(half),
        parameters=_parameters(path, stage, declared),
        kernel_name="python3",
        progress_bar=False,
        cwd=str(path),
        on_cell_start=_watch(path, progress, stage, _cells(source)),
        km=kernel,
        start_timeout=_PATIENCE,
    )


def _cells(notebook: Path) -> int:
    """Count the cells that papermill runs: it adds one with the parameters."""
    import nbformat  # late: it takes a second, and kernels import this module, too

    return 1 + len(nbformat.read(notebook, as_version=4).cells)


def _watch(
    path: Path, progress: Progress | None, stage: str, cells: int
) -> Callable[..., None]:
    def started(cell: Any, cell_index: int) -> None:
        log_event(path, "cell", stage=stage, cell=cell_index + 1, cells=cells)
        if progress:
            progress(stage, cell_index + 1, cells)

    return started


def _parameters(path: Path, stage: str, declared: dict[str, Any]) -> dict[str, Any]:
    """Give a notebook what it declares; papermill would only log an unknown name."""
    config = read_record(path / "run.json")["config"]
    unknown = set(declared) - set(config) - {"run_dir"}
    if unknown:
        raise ConfigError(
            f"{stage} must declare known parameters, but it declares "
            f"{sorted(unknown)}. Remove them from its parameters cell."
        )
    known = {name: config[name] for name in declared if name in config}
    return known | {"run_dir": str(path.resolve())}


def _memory_limit(path: Path) -> str:
    return str(read_record(path / "run.json")["config"]["memory_limit"])


def _translated(error: Any, stage: str, path: Path) -> Exception:
    """Give an error that crossed the kernel its meaning back."""
    if error.ename in OWN:
        return OWN[error.ename](error.evalue)
    if error.ename == OUT_OF_MEMORY:
        return out_of_memory(stage, _memory_limit(path))
    said = str(error.evalue)
    if found := storage_error(said, stage, path):
        return found
    first = (said.splitlines() or [""])[0][:300].rstrip(".")
    return StageError(
        f"{stage} must run to its end, but it stopped with {error.ename}: {first}. "
        f"The executed notebook with the whole trace is notebooks/{stage}.ipynb."
    )
