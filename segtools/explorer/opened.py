"""What the explorer looks at: a run's folder, an open stage, or a result in memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import pandas as pd

from segtools.disclosure import LIMIT
from segtools.features.describe import building
from segtools.records import read_record, read_run
from segtools.schema import ConfigError, DataError
from segtools.segmentation.hand import MIN_SHARE
from segtools.segmentation.model import SegmentModel

MONEY = "spend_total"
_TABLES = ("features", "segments")
_SETTINGS = ("currency", "smallest_cell", "min_share", "seed", "decisions")


@runtime_checkable
class Tables(Protocol):
    """What everybody is, in which segment, and what the features mean."""

    features: pd.DataFrame
    segments: pd.DataFrame
    catalogue: list[dict[str, Any]]


@runtime_checkable
class Explorable(Protocol):
    """What a result in memory must have to be explored: a model, and the tables.

    The tables are its own, or those of its ``segmented``. Its ``config``, if any, or
    else it itself may have ``currency`` (a code or sign), ``smallest_cell``,
    ``min_share``, ``seed`` and ``decisions`` (blocks of a configuration).
    """

    model: SegmentModel


@dataclass(frozen=True, eq=False)
class Explored:
    """Everything that the explorer shows is a function of this.

    Attributes
    ----------
    model : SegmentModel
        As frozen, with what was decided by hand before.
    features : DataFrame
        ``customer_id`` and the run's features, one row per customer.
    segments : DataFrame
        Everybody's ``customer_id``, ``segment_id``, ``segment``, ``confidence`` and
        ``runner_up``.
    catalogue : list of dict
        Entries of ``feature_catalogue.json``.
    currency : str, default=""
    smallest_cell : int, default=10
        Groups of fewer customers are not shown.
    min_share : float, default=0.03
        Smallest share that a changed segment may hold.
    seed : int, default=0
        Where chance starts.
    decisions : list of dict
        The configuration's ``decisions``, which the model contains already.
    first : Explored, optional
        The same before any cut was kept; None where none was.
    """

    model: SegmentModel
    features: pd.DataFrame
    segments: pd.DataFrame
    catalogue: list[dict[str, Any]]
    currency: str = ""
    smallest_cell: int = LIMIT
    min_share: float = MIN_SHARE
    seed: int = 0
    decisions: list[dict[str, Any]] = field(default_factory=list)
    first: Explored | None = None

    @property
    def building(self) -> pd.DataFrame:
        """``customer_id`` and the features that build segments."""
        return building(self.features, self.catalogue)

    @property
    def names(self) -> dict[str, str]:
        """Segment id to name, the best rank first, those that stand apart last."""
        order = sorted(self.model.every, key=lambda s: int(s["rank"]))
        return {str(s["segment_id"]): str(s["name"]) for s in order}

    @property
    def numeric(self) -> dict[str, tuple[str, str]]:
        """Feature to its label and unit; those that build segments come first."""
        words = [e for e in self.catalogue if e["name"] in self.features.columns]
        order = sorted(words, key=lambda e: e["role"] != "segmentation")
        return {
            e["name"]: (e["label"], self.unit_of(e["unit"]))
            for e in order
            if pd.api.types.is_numeric_dtype(self.features[e["name"]])
        }

    def unit_of(self, unit: str) -> str:
        """Give a catalogue's unit as readers see it: money has a currency."""
        return self.currency if unit == "money" else unit

    def label_of(self, feature: str) -> str:
        """Give a feature's label; its name where the catalogue has none."""
        return self.numeric.get(feature, (feature, ""))[0]


def opened(run: object) -> Explored:
    """Open what is to be explored.

    Parameters
    ----------
    run : str, Path, Stage or `Explorable`
        A run's folder; an open stage, or anything else whose ``path`` or ``folder`` is
        one; or a result in memory.

    Raises
    ------
    ConfigError
        If it is none of these.
    DataError
        If the run has not been segmented yet, or its files do not belong together.
    """
    folder = run if isinstance(run, (str, PathLike)) else _folder_of(run)
    if folder is not None:
        return _of_folder(Path(folder))
    if isinstance(run, Explorable) and isinstance(_tables_of(run), Tables):
        return _checked(_in_memory(run))
    raise ConfigError(
        "explore must get a run's folder, an open stage or a result with features, "
        f"segments, model and catalogue, but it got {_kind(run)}. "
        "Pass the folder that holds run.json."
    )


def _folder_of(run: object) -> Any:
    """Give the folder of a stage or of a result that was saved, if there is one."""
    if isinstance(run, Explorable):
        return None  # what it has in memory is nearer than what it has saved
    found = (getattr(run, name, None) for name in ("path", "folder"))
    return next((f for f in found if isinstance(f, (str, PathLike))), None)


def _kind(run: object) -> str:
    return "None" if run is None else f"an object of type {type(run).__name__}"


def _tables_of(run: Explorable) -> Any:
    return getattr(run, "segmented", run)


def _in_memory(run: Explorable) -> Explored:
    settings, tables = getattr(run, "config", run), _tables_of(run)
    more = {
        name: getattr(settings, name)
        for name in _SETTINGS
        if getattr(settings, name, None) is not None
    }
    frames = tables.features, tables.segments
    return Explored(run.model, *frames, tables.catalogue, **more)


def _of_folder(folder: Path) -> Explored:
    if not (folder / "run.json").exists():
        raise ConfigError(
            f"explore must get a run's folder, but {folder} holds no run.json. "
            "Pass a folder such as reports/<project>/<as_of>."
        )
    config = read_run(folder)["config"]
    model = SegmentModel.from_record(read_record(folder / "model.json"))
    catalogue = read_record(folder / "feature_catalogue.json")["features"]
    features, segments = (_table(folder, name) for name in _TABLES)
    more = {k: config[k] for k in _SETTINGS if config.get(k) is not None}
    return _checked(Explored(model, features, segments, catalogue, **more))


def _table(folder: Path, name: str) -> pd.DataFrame:
    file = folder / f"{name}.parquet"
    if not file.exists():
        raise DataError(
            f"A run must hold {file.name} to be explored, but {folder.name} does not. "
            "Run it until stage 03 at least."
        )
    return pd.read_parquet(file)


def _checked(found: Explored) -> Explored:
    """Refuse tables that are not of the same customers, and bring them in one order."""
    ours = found.features.assign(customer_id=found.features["customer_id"].astype(str))
    theirs = found.segments.assign(
        customer_id=found.segments["customer_id"].astype(str)
    )
    lost = set(ours["customer_id"]) ^ set(theirs["customer_id"])
    if lost or len(ours) != len(theirs):
        raise DataError(
            "features and segments must be of the same customers, but "
            f"{max(len(lost), 1):,} are only in one of them. "
            "Repeat the run with --again."
        )
    if ours.empty:
        raise DataError(
            "A run must have customers to be explored, but it has none. Check the data."
        )
    order = ours.sort_values("customer_id", ignore_index=True)
    same = theirs.sort_values("customer_id", ignore_index=True)
    return replace(found, features=order, segments=same)
