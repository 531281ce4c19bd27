"""Run all stages with papermill: one configuration, one folder, one report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segtools.bundled import bundled
from segtools.records import read_record, write_record
from segtools.report.errors import (
    OUT_OF_MEMORY,
    InterruptionError,
    StageError,
    out_of_memory,
)
from segtools.schema import STAGES, ConfigError, DataError, DisclosureError

if TYPE_CHECKING:
    from segtools.report.kernel import LocalKernelManager

CODES = {
    "ConfigError": 2,
    "DataError": 3,
    "DisclosureError": 4,
    "InterruptionError": 130,
}
OWN: dict[str, type[Exception]] = {
    e.__name__: e for e in (ConfigError, DataError, DisclosureError, StageError)
}
_INTERRUPTED = "The run was interrupted; finished stages are whole. Run it again."
Progress = Callable[[str, int, int], None]


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
    from segtools.report.html import front_page, stage_page
    from segtools.report.kernel import Kernels

    with Kernels(path) as kernels:
        for stage in STAGES:
            with _recorded(path, stage):
                kernel = kernels.next(last=stage == STAGES[-1])
                execute_stage(path, stage, kernel, progress)
                stage_page(
                    path / "notebooks" / f"{stage}.ipynb",
                    path / f"{stage}.html",
                    stage=stage,
                    run=read_record(path / "run.json"),
                )
    with _recorded(path, STAGES[-1]):
        front_page(path)
    write_record(path / "run.json", read_record(path / "run.json") | {"state": "done"})
    return path / "index.html"


@contextmanager
def _recorded(path: Path, stage: str) -> Iterator[None]:
    """Note in the run what stops a stage or its page, and make the failure page."""
    from segtools.report.html import failure_page

    try:
        yield
    except KeyboardInterrupt:
        record_failure(path, stage, InterruptionError(_INTERRUPTED))
        failure_page(path)
        raise
    except Exception as error:
        meant = error if type(error).__name__ in OWN else _unmeant(error, stage)
        record_failure(path, stage, meant)
        failure_page(path)
        raise meant from None


def execute_stage(
    path: Path,
    stage: str,
    kernel: LocalKernelManager,
    progress: Progress | None = None,
) -> None:
    """Execute one stage's notebook with papermill, in a kernel of its own.

    Its parameters are those of the run's configuration that it declares.
    """
    import papermill

    source = bundled("notebooks") / f"{stage}.ipynb"
    whole = path / "notebooks" / f"{stage}.ipynb"
    half = whole.with_name(f".{whole.name}")
    half.parent.mkdir(exist_ok=True)
    declared = papermill.inspect_notebook(str(source))
    parameters = _parameters(path, stage, declared)
    try:
        papermill.execute_notebook(
            str(source),
            str(half),
            parameters=parameters,
            kernel_name="python3",
            progress_bar=False,
            cwd=str(path),
            on_cell_start=_watch(progress, stage, _cells(source)),
            km=kernel,
        )
    except papermill.PapermillExecutionError as error:
        limit = read_record(path / "run.json")["config"]["memory_limit"]
        raise _translated(error, stage, limit) from None
    finally:
        if half.exists():
            half.replace(whole)


def _cells(notebook: Path) -> int:
    """Count the cells that papermill runs: it adds one with the parameters."""
    import nbformat  # late: it takes a second, and kernels import this module, too

    return 1 + len(nbformat.read(notebook, as_version=4).cells)


def _watch(progress: Progress | None, stage: str, cells: int) -> Callable[..., None]:
    def started(cell: Any, cell_index: int) -> None:
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


def _translated(error: Any, stage: str, limit: str) -> Exception:
    """Give an error that crossed the kernel its meaning back."""
    if error.ename in OWN:
        return OWN[error.ename](error.evalue)
    if error.ename == OUT_OF_MEMORY:
        return out_of_memory(stage, limit)
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
