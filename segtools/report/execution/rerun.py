"""Repeat a run from its own record, and hold the two against each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from segtools.config import RunConfig, validate
from segtools.history.previous import refuse_incomplete
from segtools.records import read_record, read_run
from segtools.report.assign import finished_run
from segtools.report.execution.lock import locked
from segtools.report.execution.marks import changed_code, changed_settings
from segtools.report.execution.moved import moved
from segtools.report.execution.resume import continue_run, refuse_nothing
from segtools.report.execution.run import Progress, run_stages
from segtools.report.execution.start import (
    Prospect,
    begin_run,
    look_ahead,
    refuse_hopeless,
)
from segtools.schema import ConfigError
from segtools.wording import listed, number

__all__ = ["Rerun", "rerun"]

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Rerun:
    """What came of repeating a run.

    Attributes
    ----------
    run_dir, path : Path
        The run, and its repetition.
    tables : dict
        Table to ``changed`` and, of both runs, ``rows``, ``first``, ``last`` and
        ``content`` (a hash); null where a table is only in one.
    code : list of str
        What of the code is not as it was; empty if all is.
    settings : list of str
        Keys whose files have another text now, such as ``rule_book``.
    moved : int or None
        Customers who are in another segment, or only in one run; None if the segments
        of both are the same bytes or the same rows.
    same_model : bool
    """

    run_dir: Path
    path: Path
    tables: dict[str, dict[str, Any]]
    code: list[str]
    settings: list[str]
    moved: int
    customers: int
    same_model: bool

    @property
    def page(self) -> Path:
        """The front page of the repetition."""
        return self.path / "index.html"

    @property
    def same_data(self) -> bool:
        """Whether every table is as it was."""
        return not any(t["changed"] for t in self.tables.values())

    @property
    def record(self) -> dict[str, Any]:
        """Everything for other programs."""
        return {
            "state": "done",
            "run": str(self.run_dir),
            "rerun": str(self.path),
            "page": str(self.page),
            "data": {"same": self.same_data, "tables": self.tables},
            "code": {"same": not self.code, "changed": self.code},
            "settings": {"same": not self.settings, "changed": self.settings},
            "results": {
                "same": self.moved == 0 and self.same_model,
                "customers": self.customers,
                "moved": self.moved,
                "same_model": self.same_model,
            },
        }

    @property
    def sentences(self) -> list[str]:
        """The same for people."""
        told = [_table_sentence(n, t) for n, t in self.tables.items()]
        if self.code:
            told.append(f"Code: other than then ({listed(self.code)}).")
        if self.settings:
            told.append(f"Settings: other text than then in {listed(self.settings)}.")
        return [*told, self._results()]

    def _results(self) -> str:
        model = "the same" if self.same_model else "another one"
        if self.moved == 0:
            who = f"all {number(self.customers)} customers are in the same segments"
        else:
            who = (
                f"{number(self.moved)} of {number(self.customers)} customers are in "
                "another segment, or only in one of the runs"
            )
        return f"Results: {who}, and the model is {model}."


def rerun(
    run_dir: Path,
    out: Path | None = None,
    progress: Progress | None = None,
    *,
    resume: bool = False,
) -> Rerun:
    """Repeat a finished run with its recorded configuration, ``as_of`` and seed.

    Parameters
    ----------
    run_dir : Path
        A finished run.
    out : Path, optional
        The new folder; default ``<run>-rerun`` beside it.
    progress : callable, optional
        Called with stage, cell number and number of cells.
    resume : bool, default=False
        Go on with a repetition that broke off.

    Returns
    -------
    Rerun

    Raises
    ------
    ConfigError
        If the run is not finished, its record cannot be read by this version, the new
        folder is not empty, or there is nothing that could go on.
    DataError
        If its source or its previous run is not there any more.
    """
    run = _finished(run_dir)
    path = out or run_dir.with_name(f"{run_dir.name}-rerun")
    if resume:
        refuse_nothing(path, "--resume")
    elif path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise ConfigError(
            f"A rerun needs a new folder, but {path} is there. "
            "Choose another with --out, or go on with it by --resume."
        )
    previous = None
    if run.get("previous_run"):
        previous = (run_dir / run["previous_run"]).resolve()
        refuse_incomplete(previous, "The previous run of this one")
    found = look_ahead(_config_of(run_dir, run), path)
    refuse_hopeless(found)
    with locked(path):
        if not resume:
            begin_run(found, previous=previous)
        if not resume or continue_run(found):
            run_stages(path, progress)
    return _compared(run_dir, run, found)


def _finished(run_dir: Path) -> dict[str, Any]:
    finished_run(run_dir)
    return read_run(run_dir)


def _config_of(run_dir: Path, run: Record) -> RunConfig:
    """Give the recorded configuration; files that moved with the run are found."""
    body = dict(run["config"]) | {"as_of": run["as_of"], "seed": run["seed"]}
    try:
        return validate(moved(body, run.get("folder"), run_dir))
    except ConfigError as error:
        raise ConfigError(
            f"run.json of {run_dir} must hold a configuration of this version, but: "
            f"{error} Bring it up to date with `segtools migrate`."
        ) from None


def _compared(run_dir: Path, run: Record, found: Prospect) -> Rerun:
    old, new = (
        pd.read_parquet(p / "segments.parquet").set_index("customer_id")["segment_id"]
        for p in (run_dir, found.path)
    )
    both = old.index.intersection(new.index)
    everyone = old.index.union(new.index)
    stayed = int((old[both] == new[both]).sum())
    models = [read_record(p / "model.json") for p in (run_dir, found.path)]
    return Rerun(
        run_dir,
        found.path,
        _tables(run.get("data") or {}, found.data),
        changed_code(run),
        changed_settings(run, found.config),
        len(everyone) - stayed,
        len(everyone),
        models[0] == models[1],
    )


def _tables(then: Record, now: Record) -> dict[str, dict[str, Any]]:
    before, after = then.get("tables") or {}, now["tables"]
    return {
        name: {
            "changed": before.get(name) != after.get(name),
            "before": _facts(before.get(name)),
            "now": _facts(after.get(name)),
        }
        for name in sorted({*before, *after})
    }


def _facts(table: Record | None) -> dict[str, Any] | None:
    if table is None:
        return None
    known = {k: table.get(k) for k in ("rows", "first", "last")}
    return known | {"content": table.get("hash")}


def _table_sentence(name: str, table: Record) -> str:
    before, now = table["before"], table["now"]
    if before is None or now is None:
        return f"{name}: {'new' if before is None else 'not there any more'}."
    if not table["changed"]:
        return f"{name}: unchanged, {number(now['rows'])} rows."
    told = []
    if before["rows"] != now["rows"]:
        told.append(f"{number(now['rows'])} rows instead of {number(before['rows'])}")
    if [before[k] for k in ("first", "last")] != [now[k] for k in ("first", "last")]:
        told.append(
            f"times from {now['first']} to {now['last']} instead of "
            f"{before['first']} to {before['last']}"
        )
    return f"{name}: changed, {listed(told or ['the same number of rows'])}."
