"""The frozen model: plain JSON that gives everybody a segment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.glance import AtAGlance, Glance
from segtools.languages import tr, trc
from segtools.schema import DataError
from segtools.segmentation.apart import ladder_steps, which
from segtools.segmentation.far import fits
from segtools.segmentation.glances import model_glance
from segtools.segmentation.one import answer, compiled
from segtools.segmentation.place import Placement, needed, place, readable
from segtools.segmentation.spot import Placer

ASSIGNED = (
    "customer_id",
    "segment_id",
    "segment",
    "confidence",
    "runner_up",
    "assigned_by",
)
_LADDER_NEEDS = ("customer_id", "recency_days")
# Version 2 has segments that stand apart; without any, a model is of version 1.
_PLAIN, _WITH_EXTRA = 1, 2


@dataclass(repr=False)
class SegmentModel(AtAGlance):
    """A frozen segmentation.

    Attributes
    ----------
    payload : dict
        The method: points and cuts, centroids, a mixture, or rules.
    segments : list of dict
        ``segment_id``, ``name`` and ``rank`` (1 is best), by label of the method.
    features : list of dict
        ``name``, ``unit`` and ``definition_version`` of what it reads.
    fallback : str
        The segment of customers without any order.
    replicates : list
        The method learned again on bootstrap samples, for the confidence.
    next_number : int
        The number that the project's next new segment would get.
    extra : list of dict
        Segments that stand apart by rule, see `extra_rows`; the method never gives one.
    resting : list of dict
        ``extra``, ``segment_id`` and ``name`` of those that an earlier run had and this
        one has not: a rule that comes back makes the same segment.
    """

    payload: dict[str, Any]
    segments: list[dict[str, Any]]
    features: list[dict[str, Any]]
    fallback: str
    replicates: list[Any] = field(default_factory=list)
    next_number: int = 1
    extra: list[dict[str, Any]] = field(default_factory=list)
    resting: list[dict[str, Any]] = field(default_factory=list)

    @property
    def every(self) -> list[dict[str, Any]]:
        """All segments: those of the method by label, then those that stand apart."""
        k = len(self.segments)
        return [
            *self.segments,
            *(r | {"rank": k + i + 1} for i, r in enumerate(self.extra)),
        ]

    def by_method(self, recency: pd.Series) -> NDArray[np.bool_]:
        """Mark customers whose segment the method decides, and no rule."""
        days = recency.to_numpy(float)
        return np.asarray(~np.isnan(days) & (which(self.extra, days) < 0))

    def positions(
        self, recency: pd.Series, labels: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Give everyone's position in `every`, from what the method says of all."""
        apart = which(self.extra, recency.to_numpy(float))
        bought = recency.notna().to_numpy()
        own = np.where(bought, labels, self._label(self.fallback))
        return np.where(apart < 0, own, len(self.segments) + apart)

    def assign(
        self, features: pd.DataFrame, *, fits_no_segment: bool = False
    ) -> pd.DataFrame:
        """Give every customer exactly one segment.

        Parameters
        ----------
        features : DataFrame
            ``customer_id`` and the features that the model reads, in original
            units. A feature that is not there counts as missing.
        fits_no_segment : bool, default=False
            Add a column of that name: whether the customer lies beyond
            ``far_threshold`` of every centre, see `fits`; missing where a method has
            no centres, or a rule decided.

        Returns
        -------
        DataFrame
            One row per row of `features`, in its order: ``customer_id``,
            ``segment_id``, ``segment``, ``confidence`` (share of bootstrap models
            that agree; null for rules), ``runner_up`` (a segment_id or null) and
            ``assigned_by`` (``model``, ``reduced_model`` or ``rule``).

        Raises
        ------
        DataError
            If ``customer_id`` or ``recency_days`` is not there, or the method gives
            a label that is none of the model's segments.
        """
        lacks = [c for c in _LADDER_NEEDS if c not in features.columns]
        if lacks:
            raise DataError(
                f"features must have the columns {list(_LADDER_NEEDS)}, but {lacks} "
                "are missing. Build them with build_features."
            )
        X = readable(self.payload, features)
        placed = place(self.payload, X)
        self._refuse_uncovered(placed.labels)
        own = self.by_method(features["recency_days"])
        ids = np.array([s["segment_id"] for s in self.every], dtype=object)
        names = np.array([s["name"] for s in self.every], dtype=object)
        label = self.positions(features["recency_days"], placed.labels)
        frame = pd.DataFrame(
            {
                "customer_id": features["customer_id"].astype("str").to_numpy(),
                "segment_id": ids[label],
                "segment": names[label],
                "confidence": np.where(own, self._confidence(X, placed), np.nan),
                "runner_up": _or_none(ids, np.where(own, placed.runner_up, -1)),
                "assigned_by": _ladder(own, placed.reduced),
            }
        )
        for name in ("customer_id", "segment_id", "segment", "runner_up"):
            frame[name] = frame[name].astype("str" if name != "runner_up" else object)
        frame = frame[list(ASSIGNED)]
        if fits_no_segment:
            far = fits(self, features)["fits_no_segment"].array
            frame = frame.assign(fits_no_segment=far)
        return frame

    def assign_one(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """Give one customer a segment, fast enough to be asked live.

        Parameters
        ----------
        record : mapping
            Feature to its value, in original units; what is not there counts as
            missing. A ``customer_id``, if any, is handed through.

        Returns
        -------
        dict
            What `assign` gives for this customer (null is None), and
            ``fits_no_segment``: whether the customer lies farther from every centre
            than `far_threshold`; None where a method has none, or a rule decided.

        Raises
        ------
        DataError
            If a value that the model reads is not a number.

        Examples
        --------
        >>> everyone().assign_one({"recency_days": 3})["segment"]
        'everyone'
        """
        return answer(self, record)

    @cached_property
    def placer(self) -> Placer | None:
        """What `assign_one` asks; made once, so change a copy and not the model."""
        return compiled(self.payload, self.replicates)

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in self.__dict__.items() if k != "placer"}

    def why(
        self, customer: Mapping[str, Any], labels: Mapping[str, str] | None = None
    ) -> str:
        """Say in one sentence why a customer is in a segment; see `explain`."""
        from segtools.segmentation.why import explain

        return explain(self, customer, labels)

    def to_sql(
        self,
        dialect: str,
        table: str | Sequence[str] = "features",
        *,
        rounded: bool = False,
        fits_no_segment: bool = False,
    ) -> str:
        """Write the assignment as one SQL query; see `sql_text.to_sql`."""
        from segtools.segmentation.sql_text import to_sql

        return to_sql(
            self, dialect, table, rounded=rounded, fits_no_segment=fits_no_segment
        )

    def agreement(
        self, features: pd.DataFrame, segment_ids: Sequence[str] | pd.Series
    ) -> NDArray[np.float64]:
        """Ask the bootstrap models how many of them put customers in given segments.

        Parameters
        ----------
        features : DataFrame
            As for `assign`.
        segment_ids : sequence of str
            One a row: the segment that is asked about, be it the customer's or not.

        Returns
        -------
        ndarray of shape (n_customers,)
            Share of the bootstrap models. Rules are not uncertain: they agree wholly or
            not at all. NaN where the model has no such segment.

        Examples
        --------
        >>> one = pd.DataFrame({"customer_id": ["a"], "recency_days": [3.0]})
        >>> everyone().agreement(one, ["S00"]).tolist()
        [1.0]
        """
        X = readable(self.payload, features)
        recency = features["recency_days"]
        ids = [s["segment_id"] for s in self.every]
        asked = np.array([ids.index(i) if i in ids else -1 for i in segment_ids])
        payloads = [self._again(copy) for copy in self.replicates] or [self.payload]
        same = sum((place(p, X).labels == asked for p in payloads), np.zeros(len(X)))
        ruled = self.positions(recency, np.zeros(len(X), dtype=np.int64)) == asked
        share = np.round(same / len(payloads), 6)
        share = np.where(self.by_method(recency), share, ruled.astype(float))
        return np.where(asked >= 0, share, np.nan)

    def _refuse_uncovered(self, labels: NDArray[np.int64]) -> None:
        outside = int(((labels < 0) | (labels >= len(self.segments))).sum())
        if outside:
            raise DataError(
                f"The model must give everyone one of its {len(self.segments)} "
                f"segments, but {outside:,} of {len(labels):,} customers get a label "
                "that is none of them. Freeze it again."
            )

    def _glance(self) -> Glance:
        return model_glance(self)

    def _label(self, segment_id: str) -> int:
        return [s["segment_id"] for s in self.segments].index(segment_id)

    def _confidence(self, X: pd.DataFrame, placed: Placement) -> NDArray[np.float64]:
        if not self.replicates:
            return np.full(len(X), np.nan)
        same = np.zeros(len(X))
        for copy in self.replicates:
            same += place(self._again(copy), X).labels == placed.labels
        return np.round(same / len(self.replicates), 6)

    def _again(self, copy: Any) -> dict[str, Any]:
        if self.payload["kind"] == "centroids":
            return self.payload | {"centroids": copy}
        if self.payload["kind"] == "mixture":
            return self.payload | copy
        bins = {
            name: {
                "upper": own["upper"],
                "points": copy["points"][name],
                "missing": copy["missing"][name],
            }
            for name, own in self.payload["bins"].items()
        }
        return self.payload | {"base": copy["base"], "cuts": copy["cuts"], "bins": bins}

    def record(self) -> dict[str, Any]:
        """Give what ``model.json`` keeps; `from_record` reads it back."""
        ladder = [
            *ladder_steps(self.extra),
            {
                "step": "model",
                "when": tr("the customer has an order before the origin"),
            },
            {
                "step": "reduced_model",
                "when": tr(
                    "a value is missing that was never missing in learning; it counts "
                    "nothing"
                ),
            },
            {
                "step": "rule",
                "when": tr("the customer has no order before the origin"),
                "segment_id": self.fallback,
            },
        ]
        common: dict[str, Any] = {
            "version": _WITH_EXTRA if self.extra else _PLAIN,
            "preprocess": [],
            "far_threshold": None,
        }
        own: dict[str, Any] = {
            "features": self.features,
            "segments": self.every,
            "ladder": ladder,
            "next_number": self.next_number,
            "replicates": self.replicates,
        }
        own |= {"resting": self.resting} if self.resting else {}
        return common | self.payload | own

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> SegmentModel:
        """Read a model back from ``model.json``; nothing is refitted.

        Raises
        ------
        DataError
            If a later version wrote it, whose ladder might have other steps.
        """
        if (version := record.get("version", _PLAIN)) > _WITH_EXTRA:
            raise DataError(
                f"model.json must be of version {_WITH_EXTRA} at most, but it is of "
                f"version {version}. Install a newer segtools."
            )
        own = ("features", "segments", "ladder", "next_number", "replicates", "resting")
        head = ("format", "version", "goals_hash")
        payload = {k: v for k, v in record.items() if k not in own + head}
        return cls(
            payload=payload,
            segments=[s for s in record["segments"] if "extra" not in s],
            features=record["features"],
            fallback=record["ladder"][-1]["segment_id"],
            replicates=record["replicates"],
            next_number=record["next_number"],
            extra=[_without_rank(s) for s in record["segments"] if "extra" in s],
            resting=record.get("resting", []),
        )


def read_features(payload: dict[str, Any], entries: list[dict[str, Any]]) -> list[dict]:
    """List what a payload reads, with units and versions from the catalogue."""
    by_name = {e["name"]: e for e in entries}
    return [
        {
            "name": n,
            "unit": by_name.get(n, {}).get("unit", ""),
            "definition_version": by_name.get(n, {}).get("version", 1),
        }
        for n in needed(payload)
    ]


def everyone() -> SegmentModel:
    """Give the model of a run that should not segment: one segment, everyone."""
    payload = {
        "kind": "rules",
        "form": "tree",
        "uses": [],
        "seen_missing": [],
        "preprocess": [],
        "tree": {"feature": [-2], "upper": [0.0], "left": [-1], "right": [-1]},
    }
    payload["tree"]["label"] = [0]  # type: ignore[index]
    name = trc("segment name", "everyone")
    segments = [{"segment_id": "S00", "name": name, "rank": 1}]
    return SegmentModel(payload, segments, [], fallback="S00")


def _without_rank(row: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in row.items() if k != "rank"}


def _or_none(ids: NDArray[Any], labels: NDArray[np.int64]) -> list[str | None]:
    return [str(ids[i]) if i >= 0 else None for i in labels]


def _ladder(own: NDArray[np.bool_], reduced: NDArray[np.bool_]) -> NDArray[Any]:
    steps = np.where(reduced, "reduced_model", "model")
    return np.where(own, steps, "rule").astype(object)
