"""Start a run: look at the data first, then make its folder."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from segtools import goals
from segtools.config import RunConfig, refuse_features
from segtools.destinations.approval import FILE as APPROVAL
from segtools.destinations.registry import check_destinations
from segtools.features.build import supported, variables
from segtools.features.waves import refuse_campaigns
from segtools.history.previous import find_previous, refuse_incomplete
from segtools.prepare.clean import preflight
from segtools.prepare.fingerprint import fingerprint
from segtools.private_folder import sweep_folders
from segtools.records import read_run, write_record
from segtools.report.execution.files import is_half, remove_from, sweep
from segtools.report.execution.lock import HOLDER, LOCK, locked
from segtools.report.execution.log import LOG, log_event
from segtools.report.execution.marks import (
    changed_data,
    changed_settings,
    code_mark,
    settings_marks,
    versions,
)
from segtools.report.extensions import check_extensions, load_extensions
from segtools.schema import ORDER_TABLES, STAGES, ConfigError, DataError
from segtools.sources import NEVER, Opened, connect, open_source
from segtools.sources.remote import keep
from segtools.timezones import epoch, instant, midnight_after

BUILT_IN = ("auto", "goal", "rules", "clusters", "mixture", "ward")
PLAIN = ("spend_quintiles", "rfm_grid")


@dataclass(frozen=True)
class Prospect:
    """A run that could be begun: its settled configuration, its data and its folder."""

    config: RunConfig
    opened: Opened
    data: dict[str, Any]
    path: Path


def look_ahead(config: RunConfig, folder: Path | None = None) -> Prospect:
    """Open the source, settle ``as_of`` and find the folder; nothing is written.

    Raises
    ------
    ConfigError, DataError
        If the source cannot be read.
    """
    load_extensions(config)
    check_destinations(config)
    opened = open_source(config, connect(memory_limit=config.memory_limit))
    data = fingerprint(opened.tables)
    if opened.files:
        data["files"] = opened.files
    config = settle_as_of(config, opened, data)
    own = str(config.as_of).replace(":", "")
    path = folder or Path("reports") / config.project / own
    return Prospect(config, opened, data, path)


def start_run(
    config: RunConfig,
    folder: Path | None = None,
    *,
    again: bool = False,
    replace: bool = False,
    previous: Path | None = None,
) -> Path:
    """Look at the data, settle ``as_of`` and make the run's folder.

    What is left to do is to execute the six notebooks on it, one after the other: by
    `run_stages`, or by papermill alone with the parameter ``run_dir``.

    Parameters
    ----------
    config : RunConfig
    folder : Path, optional
        Default ``reports/<project>/<as_of>``.
    again : bool, default=False
        Repeat a run that is already done with the same configuration and data.
    replace : bool, default=False
        Put this run in the place of a finished one that differs.
    previous : Path, optional
        The previous run; by default the latest finished one of the project beside this
        one, with a smaller ``as_of``.

    Returns
    -------
    Path
        The folder. A run that is already done is left as it is; see `is_done`.

    Raises
    ------
    ConfigError
        If the folder holds another finished run, or another process works in it.
    DataError
        If no honest run is possible on the data.
    """
    found = look_ahead(config, folder)
    refuse_hopeless(found)
    begin_run(found, again=again, replace=replace, previous=previous)
    return found.path


def begin_run(
    found: Prospect,
    *,
    again: bool = False,
    replace: bool = False,
    previous: Path | None = None,
) -> None:
    """Make the folder of a run that nothing speaks against; see `start_run`."""
    if _already(found, again=again, replace=replace) and not again:
        return
    with locked(found.path):
        # Another process may just have finished what must not be lost.
        _already(found, again=again, replace=replace)
        marks = settings_marks(found.config) | {"data": found.data}
        record = _record(found, previous) | marks | {"code": code_mark()}
        # First, so that a folder that holds anything is always known as a run's.
        write_record(found.path / "run.json", record)
        _clear(found.path)
        keep(found.path, found.config.sources)
        log_event(found.path, "run_started", as_of=found.config.as_of)


def refuse_hopeless(found: Prospect) -> None:
    """Raise what would stop a later stage, before any folder is made.

    Raises
    ------
    ConfigError, DataError
        With the first thing that would.
    """
    config, opened = found.config, found.opened
    origin = epoch(instant(str(config.as_of), str(config.timezone)))
    preflight(opened, config, origin)
    shop = goals.typed_shop(opened.before(origin), config, origin)
    goals.refuse_base(goals.survey(shop), config)
    refuse_campaigns(shop.tables, config.goal)
    check_extensions(shop, config)
    features, _ = supported(shop, config.bases)
    chosen = variables(features, config.variables, shop, config.protected_reasons)
    building = [f.name for f in chosen if f.role == "segmentation"]
    refuse_features(config.decisions, building)
    if config.tiers:
        from segtools.segmentation.tiers import refuse_tiers

        refuse_tiers(config.tiers, building)
    _check_method(config.method)


def _record(found: Prospect, previous: Path | None) -> dict[str, Any]:
    config, path = found.config, found.path
    if previous is None:
        previous = find_previous(
            path.parent, config.project, str(config.as_of), own=path
        )
    if previous is not None:
        refuse_incomplete(previous, "The previous run of this project")
    return {
        "project": config.project,
        "state": "running",
        "error": None,
        "as_of": config.as_of,
        "timezone": config.timezone,
        "seed": config.seed,
        "config": config.model_dump(),
        "licence": found.opened.licence,
        "versions": versions(),
        "folder": str(path.resolve()),
        "previous_run": previous and os.path.relpath(previous, path),
        "stages": {s: {"state": "pending"} for s in STAGES},
    }


def _clear(path: Path) -> None:
    """Take away what an earlier run left in its folder, so that nothing is mixed.

    What was exported stays on record, and an approval is of a model, whichever it is.
    """
    sweep_folders()
    sweep(path)
    remove_from(path, STAGES[0])
    for pattern in ("*.html", "*.json", "*.parquet"):  # of older versions, too
        for file in path.glob(pattern):
            if file.name not in ("run.json", APPROVAL, HOLDER):
                file.unlink()
    shutil.rmtree(path / "notebooks", ignore_errors=True)
    (path / LOG).unlink(missing_ok=True)


def _check_method(method: str) -> None:
    if method in BUILT_IN + PLAIN:
        return  # without importing scikit-learn, which takes seconds
    from segtools.segmentation.scheme import known_scheme

    known_scheme(method)


def is_done(path: Path) -> bool:
    """Say whether a run's folder holds a finished run."""
    return bool(read_run(path)["state"] == "done")


def _already(found: Prospect, *, again: bool, replace: bool) -> bool:
    """Tell whether the folder holds this run, done; refuse what must not be lost."""
    path = found.path
    if not (path / "run.json").exists():
        if _foreign(path):
            raise ConfigError(
                f"A run needs a folder of its own, but {path} holds other files. "
                "Choose another with --out."
            )
        return False
    try:
        run = read_run(path)
    except DataError as error:
        if again or replace:
            return False  # it is nobody's any more
        raise ConfigError(
            f"A run must not be lost, but what {path} holds is not known: {error} "
            "Choose another folder with --out, or pass --replace."
        ) from None
    settings, data = changed_settings(run, found.config), changed_data(run, found.data)
    same = not settings and not data
    if run["state"] == "done" and not same and not replace:
        what = "settings" if settings else "data"
        raise ConfigError(
            f"A finished run is not overwritten, but {path} holds one with other "
            f"{what}. Choose another folder with --out, or pass --replace."
        )
    return bool(run["state"] == "done" and same)


def _foreign(path: Path) -> bool:
    ours = {LOCK, HOLDER, LOG}
    if not path.is_dir():
        return path.exists()
    names = [p.name for p in path.iterdir()]
    return any(name not in ours and not is_half(name) for name in names)


def settle_as_of(config: RunConfig, opened: Opened, data: dict[str, Any]) -> RunConfig:
    """Settle ``as_of``: by default the local midnight after the last order.

    Raises
    ------
    DataError
        If not one time can be read.
    """
    if config.as_of:
        return config
    orders = [t for n, t in data["tables"].items() if n.startswith(ORDER_TABLES)]
    last = [t["last"] for t in orders if t["last"]]
    if not last:
        preflight(opened, config, NEVER)  # it shows the values that cannot be read
        raise DataError(
            "orders must have readable times, but not one can be read. "
            "Check the date_format and the column mapped to ordered_at."
        )
    moment = pd.Timestamp(max(last)).to_pydatetime()
    day = midnight_after(moment, str(config.timezone))
    return config.model_copy(update={"as_of": day.isoformat()})
