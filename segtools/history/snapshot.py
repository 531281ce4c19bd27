"""What a run has written, as far as it is compared with another one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from segtools.history.money import to_money
from segtools.history.previous import refuse_incomplete
from segtools.records import read_record
from segtools.segmentation.model import SegmentModel


@dataclass(frozen=True)
class Snapshot:
    """A run as it stands beside another one.

    Attributes
    ----------
    as_of : str
        ISO date or date-time.
    segments : DataFrame
        As ``segments.parquet`` holds them.
    money : Series
        Each customer's money in the window (Decimal), by customer_id.
    features : DataFrame
        One row a customer; empty if unknown.
    model : SegmentModel or None
    catalogue : dict
        Entries of the feature catalogue, by name.
    window_days : int
    records : dict
        ``run``, ``goals``, ``contest`` and ``selection``, as far as there are any.
    """

    as_of: str
    segments: pd.DataFrame
    money: pd.Series = field(default_factory=lambda: pd.Series(dtype=object))
    features: pd.DataFrame = field(default_factory=pd.DataFrame)
    model: SegmentModel | None = None
    catalogue: dict[str, dict[str, Any]] = field(default_factory=dict)
    window_days: int = 0
    records: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def config(self) -> Mapping[str, Any]:
        """The run's configuration."""
        return self.records.get("run", {}).get("config", {})

    @property
    def names(self) -> dict[str, str]:
        """Names of segments by id, in the order of rank, those of nobody included."""
        if self.model is not None:
            rows = sorted(self.model.every, key=lambda s: int(s["rank"]))
            return {str(r["segment_id"]): str(r["name"]) for r in rows}
        known = self.segments.drop_duplicates("segment_id").sort_values("segment_id")
        return dict(zip(known["segment_id"], known["segment"], strict=True))

    def paid(self, customers: pd.Series) -> list[Decimal]:
        """Give customers' money; who is not known to have paid anything, paid 0."""
        known, nothing = self.money.to_dict(), Decimal(0)
        return [known.get(c, nothing) for c in customers]


def read_snapshot(folder: Path, money: pd.Series | None = None) -> Snapshot:
    """Read what a run has written.

    Parameters
    ----------
    folder : Path
        Of a run whose stages up to the third are done.
    money : Series, optional
        Each customer's money, by customer_id; default what the run has recorded.

    Raises
    ------
    DataError
        If a file is missing, or was written by another version.
    """
    refuse_incomplete(folder)
    names = ("run", "goals", "contest", "selection")
    records = {name: read_record(folder / f"{name}.json") for name in names}
    catalogue = read_record(folder / "feature_catalogue.json")["features"]
    features = pd.read_parquet(folder / "features.parquet")
    return Snapshot(
        as_of=str(records["run"]["as_of"]),
        segments=pd.read_parquet(folder / "segments.parquet"),
        money=_recorded(folder, features) if money is None else money,
        features=features,
        model=SegmentModel.from_record(read_record(folder / "model.json")),
        catalogue={entry["name"]: entry for entry in catalogue},
        window_days=int(read_record(folder / "data_quality.json")["window_days"]),
        records=dict(records),
    )


def _recorded(folder: Path, features: pd.DataFrame) -> pd.Series:
    """Read each customer's money as recorded; before that was, as the feature has it.

    The feature is a float of nine digits, which is exact to the cent below ten million.
    """
    file = folder / "migration.parquet"
    frame = pd.read_parquet(file) if file.is_file() else pd.DataFrame()
    if "value_now" in frame:
        own = frame.loc[frame["value_now"].notna(), ["customer_id", "value_now"]]
        return own.set_index("customer_id")["value_now"]
    if "spend_total" not in features:
        return pd.Series(dtype=object)
    spend = features.set_index("customer_id")["spend_total"].fillna(0.0)
    return spend.map(lambda amount: to_money(f"{amount:.4f}")).astype(object)
