"""Who stands in which segment of a frozen model, now and when its outcome was known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.segmentation.clusters import learn_preprocess
from segtools.segmentation.model import SegmentModel
from segtools.segmentation.place import needed, place, prepared


@dataclass(frozen=True)
class Standing:
    """A frozen model with the customers by whom it is judged.

    Attributes
    ----------
    model : SegmentModel
    features : DataFrame
        One row per customer at the origin: ``customer_id`` and the features.
    learning : DataFrame
        As `build_learning` gives it; of the part ``final_learn`` the outcome is read.
    labels : dict
        Feature to what people call it.
    """

    model: SegmentModel
    features: pd.DataFrame
    learning: pd.DataFrame
    labels: dict[str, str]

    @property
    def names(self) -> list[str]:
        """Names of the segments, by label."""
        return [str(s["name"]) for s in self.model.segments]

    @property
    def by_rank(self) -> list[int]:
        """Labels, the best segment first."""
        ranks = [s["rank"] for s in self.model.segments]
        return sorted(range(len(ranks)), key=ranks.__getitem__)

    @property
    def ids(self) -> list[str]:
        """Ids of the segments, by label."""
        return [str(s["segment_id"]) for s in self.model.segments]

    def now(self) -> tuple[pd.DataFrame, NDArray[np.int64]]:
        """Give the customers whom the method places at the origin, and their labels."""
        return self._placed(self._own(self.features))

    def before(self) -> tuple[pd.DataFrame, NDArray[np.int64]]:
        """Give those of them whose outcome is known, and their labels."""
        rows = self.learning[self.learning["part"] == "final_learn"]
        # Who is learned from has bought, so that only the dormant can stand apart.
        return self._placed(self._own(rows) if self.model.extra else rows)

    def _own(self, rows: pd.DataFrame) -> pd.DataFrame:
        return rows[self.model.by_method(rows["recency_days"])]

    def _placed(self, rows: pd.DataFrame) -> tuple[pd.DataFrame, NDArray[np.int64]]:
        # By id, so that no sum depends on the order of a file.
        rows = rows.sort_values("customer_id", ignore_index=True)
        if rows.empty:
            return rows, np.zeros(0, dtype=np.int64)
        X = rows.reindex(columns=needed(self.model.payload))
        return rows, place(self.model.payload, X).labels


def standard(rows: pd.DataFrame) -> pd.DataFrame:
    """Make features comparable, as for clusters; columns that say nothing go.

    Parameters
    ----------
    rows : DataFrame
        ``customer_id`` and features, in the order in which sums are to be taken.
    """
    frame = rows.drop(columns="customer_id").select_dtypes("number")
    payload = learn_preprocess(frame)
    return pd.DataFrame(prepared(payload, frame), columns=payload["uses"])
