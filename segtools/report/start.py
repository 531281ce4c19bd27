"""Start a run: look at the data first, then make its folder."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
from pathlib import Path
from typing import Any

import pandas as pd

from segtools import goals
from segtools.config import NO_RESULT, RunConfig, refuse_features
from segtools.destinations.approval import FILE as APPROVAL
from segtools.destinations.registry import check_destinations
from segtools.features.build import supported, variables
from segtools.features.waves import refuse_campaigns
from segtools.history.previous import find_previous, refuse_incomplete
from segtools.prepare.clean import preflight
from segtools.prepare.fingerprint import fingerprint
from segtools.profiles.actions.rule_book import load_rule_book
from segtools.records import digest, read_record, write_record
from segtools.report.extensions import check_extensions, load_extensions
from segtools.schema import ORDER_TABLES, STAGES, ConfigError, DataError
from segtools.sources import NEVER, Opened, connect, open_source
from segtools.sources.remote import FOLDER as FETCHED
from segtools.sources.remote import keep
from segtools.timezones import epoch, instant, midnight_after

_PACKAGES = ("pandas", "numpy", "scikit-learn", "ibis-framework", "duckdb", "papermill")
BUILT_IN = ("auto", "goal", "rules", "clusters", "mixture", "ward")
PLAIN = ("spend_quintiles", "rfm_grid")
_OURS = ("notebooks", "tables", "activation", "canvas", FETCHED)


def start_run(
    config: RunConfig,
    folder: Path | None = None,
    *,
    again: bool = False,
    replace: bool = False,
) -> Path:
    """Look at the data, settle ``as_of`` and make the run's folder.

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
        If no honest run is possible on the data.
    """
    load_extensions(config)
    check_destinations(config)
    opened = open_source(config, connect(memory_limit=config.memory_limit))
    data = fingerprint(opened.tables)
    if opened.files:
        data["files"] = opened.files
    config = settle_as_of(config, opened, data)
    _refuse(config, opened)
    own = str(config.as_of).replace(":", "")
    path = folder or Path("reports") / config.project / own
    body = config.model_dump(exclude={*NO_RESULT})
    marks = {"config_hash": digest(body | _read_beside(config)), "data": data}
    if _already(path, marks, replace=replace) and not again:
        return path
    _clear(path)
    keep(path)
    write_record(path / "run.json", _record(config, opened, path) | marks)
    return path


def _read_beside(config: RunConfig) -> dict[str, str]:
    """Give the text of files that the configuration names and the result rests on."""
    beside = {
        f"extensions.{number}": Path(file).read_text(encoding="utf-8")
        for number, file in enumerate(config.extensions)
    }
    if config.rule_book:
        load_rule_book(config.rule_book)
        beside["rule_book"] = Path(config.rule_book).read_text(encoding="utf-8")
    return beside


def _refuse(config: RunConfig, opened: Opened) -> None:
    """Raise what would stop a later stage, before any kernel is started."""
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


def _record(config: RunConfig, opened: Opened, path: Path) -> dict[str, Any]:
    previous = find_previous(path.parent, config.project, str(config.as_of))
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
        "licence": opened.licence,
        "versions": versions(),
        "previous_run": previous and os.path.relpath(previous, path),
        "stages": {s: {"state": "pending"} for s in STAGES},
    }


def _clear(path: Path) -> None:
    """Take away what an earlier run left in its folder, so that nothing is mixed.

    What was exported stays on record, and an approval is of a model, whichever it is.
    """
    if not (path / "run.json").exists():
        return
    for name in _OURS:
        shutil.rmtree(path / name, ignore_errors=True)
    for pattern in ("*.html", "*.json", "*.parquet"):
        for file in path.glob(pattern):
            if file.name != APPROVAL:
                file.unlink()


def _check_method(method: str) -> None:
    if method in BUILT_IN + PLAIN:
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


def versions() -> dict[str, str]:
    """List the versions that the result depends on."""
    from segtools import __version__

    found = {p: importlib.metadata.version(p) for p in _PACKAGES}
    return {"segtools": __version__, "python": platform.python_version()} | found
