"""A stage's hold on its run: configuration in, records and tables out."""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir
import pandas as pd

from segtools.bundled import configuration
from segtools.config import (
    AUTO_SEGMENTS,
    PRIVATE,
    RunConfig,
    defaults,
    load_config,
    stage_keys,
    stage_of,
    validate,
)
from segtools.features.catalogue import Window
from segtools.features.glances import Catalogue
from segtools.features.legs import plan_contest
from segtools.features.plan import Plan
from segtools.features.shop import Shop
from segtools.languages import header, mark, set_language, trc, trn
from segtools.prepare.clean import tables_at
from segtools.profiles.glances import Personas
from segtools.progress import progress
from segtools.records import read_record, read_run, write_record, write_table
from segtools.report.execution.lock import is_locked
from segtools.report.extensions import load_extensions
from segtools.report.scan import refuse_record
from segtools.schema import STAGES, TABLES, ConfigError, did_you_mean
from segtools.segmentation.glances import Verdict
from segtools.sources import Opened, connect, open_source
from segtools.sources.remote import FOLDER as FETCHED
from segtools.sources.remote import let_go
from segtools.timezones import epoch, instant

if TYPE_CHECKING:
    from segtools.profiles.profile import Segmented

_SHOWN = {"feature_catalogue": Catalogue, "personas": Personas, "verdict": Verdict}


@dataclass
class Stage:
    """One stage of one run, as its notebook sees it.

    Attributes
    ----------
    name : str
        Such as ``03_segmentation``.
    path : Path
        The run's folder.
    config : RunConfig
    run : dict
        What ``run.json`` holds.
    """

    name: str
    path: Path
    config: RunConfig
    run: dict[str, Any]
    _started: float = field(default_factory=time.monotonic)
    _con: ibis.BaseBackend | None = None

    @property
    def con(self) -> ibis.BaseBackend:
        """The stage's own DuckDB; it spills into the run's folder."""
        if self._con is None:
            self._con = connect(self.path / "tables", self.config.memory_limit)
        return self._con

    @property
    def origin(self) -> int:
        """``as_of`` in UTC seconds."""
        return epoch(instant(self.run["as_of"], str(self.config.timezone)))

    def source(self) -> Opened:
        """Open the configured source."""
        return open_source(self.config, self.con, self.path / FETCHED)

    def again(
        self, opened: Opened, now: dict[str, ir.Table] | None = None
    ) -> Callable[[int], dict[str, ir.Table]]:
        """Give the function that cleans a source as it stood at an earlier origin.

        Parameters
        ----------
        opened : Opened
        now : dict of ibis Tables, optional
            What is clean already, as of the stage's own origin.
        """
        done = {} if now is None else {self.origin: now}

        def clean_at(origin: int) -> dict[str, ir.Table]:
            if origin not in done:
                done[origin] = tables_at(opened, self.con, self.config, origin)
            return done[origin]

        return clean_at

    def shop(self, opened: Opened | None = None) -> Shop:
        """Open the run's cleaned tables.

        Parameters
        ----------
        opened : Opened, optional
            The source; with it, the shop at an earlier origin is cleaned anew as of
            then, so that no rule has seen a later row.
        """
        tables = {
            name: self.con.read_parquet(file)
            for name in TABLES
            if (file := self.path / "tables" / f"{name}.parquet").exists()
        }
        if not tables:  # they lie in a server, and stay there
            opened = opened or self.source()
            tables = self.again(opened)(self.origin)
        return Shop.of(
            tables, self.config, self.again(opened, tables) if opened else None
        )

    def plan(self, shop: Shop, first_order: str) -> Plan:
        """Plan the contest; `first_order` is an ISO instant in UTC."""
        return plan_contest(shop, self.config, self.origin, first_order)

    def window(self) -> Window:
        """Give the window of the features at the origin."""
        return Window(self.origin, int(self.read("data_quality")["window_days"]))

    def segmented(self) -> Segmented:
        """Open features, segments and cleaned tables together."""
        from segtools.profiles.profile import Segmented

        catalogue = self.read("feature_catalogue")["features"]
        return Segmented(
            shop=self.shop(),
            window=self.window(),
            features=self.read_table("features"),
            segments=self.read_table("segments"),
            catalogue=catalogue,
            smallest_cell=self.config.smallest_cell,
        )

    def read(self, name: str) -> dict[str, Any]:
        """Read one of the run's JSON records; some show in a notebook what they say."""
        kind = _SHOWN.get(name, dict)
        return kind(read_record(self.path / f"{name}.json"))

    @property
    def goals_hash(self) -> str | None:
        """The fingerprint of the goals; None before they are fixed."""
        fixed = (self.path / "goals.json").exists()
        return str(self.read("goals")["hash"]) if fixed else None

    def write(self, name: str, record: dict[str, Any]) -> None:
        """Write one of the run's JSON records, whole or not at all.

        Each one that comes after ``goals.json`` names the fingerprint of the goals that
        it was made for. All but ``run.json``, which holds the configuration, must tell
        nobody's name.
        """
        if name not in ("run", "goals"):
            record = record | {"goals_hash": self.goals_hash}
        if name != "run":
            refuse_record(record, f"{name}.json", self.path, self.run)
        write_record(self.path / f"{name}.json", record)

    def read_table(self, name: str) -> pd.DataFrame:
        """Read one of the run's tables of one row per customer."""
        return pd.read_parquet(self.path / f"{name}.parquet")

    def write_table(self, name: str, frame: pd.DataFrame) -> None:
        """Write a table; ids only where a row is a customer. ``attrs`` has the goal."""
        if "customer_id" not in frame.columns:
            told = frame.select_dtypes(exclude="number")
            texts = {c: told[c].dropna().astype(str).unique() for c in told.columns}
            refuse_record(texts, f"{name}.parquet", self.path, self.run)
        marked = frame.copy(deep=False)
        marked.attrs = {"goals_hash": self.goals_hash}
        write_table(self.path / f"{name}.parquet", marked)

    @property
    def previous(self) -> Path | None:
        """The previous run's folder, or None on a first run."""
        found = self.run.get("previous_run")
        return (self.path / found).resolve() if found else None

    def previous_segments(self) -> pd.DataFrame | None:
        """Read the previous run's segments; None on a first run."""
        if self.previous is None:
            return None
        return pd.read_parquet(self.previous / "segments.parquet")

    @property
    def planned_segments(self) -> int:
        """How many segments to expect before the contest has spoken."""
        asked = self.config.n_segments
        return asked if isinstance(asked, int) else max(AUTO_SEGMENTS)

    @property
    def outcome_unit(self) -> str:
        """The unit of the goal's outcome: the currency, or share."""
        return self.config.currency if self.config.goal == "grow_spend" else "share"

    def names_table(self) -> pd.DataFrame:
        """Tabulate segments, their ids and how much of each was carried over."""
        kept = {
            m["segment_id"]: m for m in self.read("selection")["names_carried_over"]
        }
        rows = self.read("selection")["segments"]
        table = pd.DataFrame(
            {
                header("Id"): [r["segment_id"] for r in rows],
                header("Segment"): [r["name"] for r in rows],
                header("Overlap with the previous run"): [
                    kept.get(r["segment_id"], {}).get("jaccard") for r in rows
                ],
            }
        )
        table.attrs["formats"] = {"Overlap with the previous run": "percent"}
        return table

    def parameters(self) -> pd.DataFrame:
        """List the parameters in force and where each comes from."""
        base = defaults()
        rows = [
            (
                key,
                _told(key, value),
                _from(base.get(key, ...) == value),
            )
            for key, value in self.config.model_dump().items()
            if key != "source"
        ]
        systems = ", ".join(block.system for block in self.config.sources)
        rows.insert(0, ("source", systems, _from(False)))
        return pd.DataFrame(rows, columns=_PARAMETERS)

    def finish(self) -> None:
        """Record that the stage is done, its seconds and its peak memory.

        It comes last, so that whatever counts as done has whole files. The last stage
        of a run that nobody carries out but papermill ends the run, too.
        """
        run = self.read("run") | {"goals_hash": self.goals_hash}
        unit = 1024 if sys.platform != "darwin" else 1024**2
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
        run["stages"][self.name] = {
            "state": "done",
            "seconds": round(time.monotonic() - self._started, 1),
            "peak_memory_mb": round(peak),
        }
        for later in STAGES[STAGES.index(self.name) + 1 :]:
            run["stages"][later] = {"state": "pending"}
        done = all(run["stages"][s]["state"] == "done" for s in STAGES)
        if done and not is_locked(self.path):
            run |= {"state": "done", "error": None}
        self.write("run", run)
        if self.name == STAGES[-1]:
            let_go(self.path)


_PARAMETERS = [header("parameter"), header("value"), header("from")]


def _from(is_default: bool) -> str:
    """Say where a parameter comes from."""
    if is_default:
        return trc("parameter", "default")
    return trc("parameter", "set")


def _told(key: str, value: Any) -> str:
    """Write a parameter out, unless its values name people."""
    if key in PRIVATE and value:
        return trn("{n} given", "{n} given", len(value))
    return str(value)


def parameters_of(name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Pick a stage's own parameters from what a notebook has defined.

    Parameters
    ----------
    name : str
        The stage.
    values : mapping
        Such as ``globals()``.
    """
    return {key: values[key] for key in stage_keys(name) if key in values}


def open_stage(name: str, run_dir: str = "", **parameters: Any) -> Stage:
    """Open a stage of a run; without one, make a run on the bundled sample.

    Parameters
    ----------
    name : str
        The stage.
    run_dir : str, default=""
        Folder of a run. Empty: a temporary run on the sample, in which the earlier
        stages are done first.
    **parameters
        The stage's own parameters. A value that differs from its default overrides
        the run's configuration, unless an earlier stage has already used it.

    Returns
    -------
    Stage

    Raises
    ------
    ConfigError
        If a parameter is unknown, wrong, or would change an earlier stage.
    """
    base = defaults()
    given = {k: v for k, v in parameters.items() if base.get(k, ...) != v}
    path = Path(run_dir) if run_dir else _sample_run(name, given)
    run = read_run(path)
    config = validate(_applied(name, dict(run["config"]), given))
    set_language(config.language)
    load_extensions(config)
    run["config"] = config.model_dump()
    run["stages"][name] = {"state": "running"}
    write_record(path / "run.json", run)
    return Stage(name, path, config, run)


def _applied(
    name: str, config: dict[str, Any], given: dict[str, Any]
) -> dict[str, Any]:
    for key, value in given.items():
        if key not in RunConfig.model_fields:
            raise ConfigError(
                f"{name} must get known parameters, but {key!r} is none. "
                f"{did_you_mean(key, RunConfig.model_fields)}"
            )
        if config.get(key) == value:
            continue
        first = stage_of(key)
        if first in STAGES and STAGES.index(first) < STAGES.index(name):
            raise ConfigError(
                f"{name} must take {key} from the run, but it was overridden with "
                f"{value!r} after {first} had used {config.get(key)!r}. "
                f"Start again from {first}."
            )
        config[key] = value
    return config


def _sample_run(name: str, given: dict[str, Any]) -> Path:
    from segtools.report.execution.kernel import Kernels
    from segtools.report.execution.run import execute_stage
    from segtools.report.execution.start import start_run

    file = configuration("sample")
    config = load_config(file or "sample.yaml", given)
    folder = Path(tempfile.mkdtemp(prefix="segtools-")) / config.project
    path = start_run(config, folder / str(config.as_of))
    earlier = STAGES[: STAGES.index(name)]
    with Kernels(path) as kernels:
        for stage in progress(earlier, mark("Earlier stages, on the sample")):
            execute_stage(path, stage, kernels.next(last=stage == earlier[-1]))
    return path
