"""Tiers: customers cut by quantiles, or by one's own cut points, of a few columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.utils.validation import check_is_fitted

from segtools.estimators.reading import numbers, whole
from segtools.estimators.rfm import columns_of
from segtools.schema import ConfigError
from segtools.segmentation.place import place
from segtools.segmentation.rules import cut_points
from segtools.segmentation.scheme import Learned, Task
from segtools.segmentation.tiers import learn_tiers, tier_payload

MOST_TIERS = 1_000


class TierSegments(ClusterMixin, BaseEstimator):
    """Cut customers into tiers of one column, or of several that are crossed.

    Parameters
    ----------
    columns : sequence of str or int, default=None
        By name or place; None takes those of `cuts`, else the first column.
    n_tiers : int, default=3
        Tiers of each column, equally many customers in each as far as equal values
        allow.
    cuts : mapping of str or int to sequence of float, default=None
        One's own ascending cut points, in the column's unit, in place of quantiles.

    Attributes
    ----------
    cuts_ : dict of str to list of float
        A value on a cut lies below it.
    tier_names_ : list of str
        What each tier holds, in words.
    labels_ : array of int of shape (n_customers,)
        From the lowest tier up, the last column's fastest.
    sizes_ : array of int
    n_features_in_ : int
    feature_names_in_ : array of str
        Only after a fit on a frame with names.

    Notes
    -----
    A missing value lies in the lowest tier; infinite ones are refused. A tier that
    nobody is in joins the nearest one. Other columns than these are not looked at.

    Examples
    --------
    >>> import pandas as pd
    >>> from segtools.estimators import TierSegments
    >>> X = pd.DataFrame({"spend": [1.0, 2.0, 3.0, 40.0, 50.0, 60.0]})
    >>> model = TierSegments(["spend"], n_tiers=2).fit(X)
    >>> model.labels_.tolist(), model.tier_names_
    ([0, 0, 0, 1, 1, 1], ['spend up to 3', 'spend over 3'])
    >>> TierSegments(cuts={"spend": [2.5]}).fit_predict(X).tolist()
    [0, 0, 1, 1, 1, 1]
    """

    one_size = True

    def __init__(
        self,
        columns: Sequence[Any] | None = None,
        *,
        n_tiers: int = 3,
        cuts: Mapping[Any, Sequence[float]] | None = None,
    ):
        self.columns = columns
        self.n_tiers = n_tiers
        self.cuts = cuts

    def fit(self, X: Any, y: Any = None) -> TierSegments:
        """Learn the cut points and place everyone.

        Parameters
        ----------
        X : array or frame of shape (n_customers, n_features)
            In original units; NaN is missing.
        y : ignored

        Returns
        -------
        self

        Raises
        ------
        ConfigError
            If a column is not there, cut points do not ascend, or there would be more
            than 1,000 tiers.
        """
        frame = numbers(self, X, reset=True, gaps=True)
        self.cuts_ = self._cuts(frame)
        self._payload = tier_payload(self.cuts_, frame)
        self.tier_names_ = list(self._payload["label_names"])
        self.labels_ = place(self._payload, frame).labels
        self.sizes_ = np.bincount(self.labels_, minlength=len(self.tier_names_))
        return self

    def _cuts(self, frame: pd.DataFrame) -> dict[str, list[float]]:
        n = whole("n_tiers", self.n_tiers, 2)
        names = list(frame)
        own = {} if self.cuts is None else dict(self.cuts)
        given = columns_of("cuts", list(own), names)
        cuts = {c: _ascending(c, v) for c, v in zip(given, own.values(), strict=True)}
        asked: Sequence[Any] = (given or [0]) if self.columns is None else self.columns
        chosen = columns_of("columns", asked, names)
        found = {
            c: cuts[c] if c in cuts else sorted(set(cut_points(frame[c], n)))
            for c in dict.fromkeys([*chosen, *given])
        }
        tiers = int(np.prod([float(len(v) + 1) for v in found.values()]))
        if tiers > MOST_TIERS:
            raise ConfigError(
                f"columns crossed must give at most {MOST_TIERS:,} tiers, but "
                f"{len(found)} columns give {tiers:,}. Leave out columns or cut points."
            )
        return found

    def predict(self, X: Any) -> NDArray[np.int64]:
        """Give each customer's tier.

        Parameters
        ----------
        X : array or frame of shape (n_customers, n_features)

        Returns
        -------
        array of int of shape (n_customers,)
        """
        check_is_fitted(self)
        frame = numbers(self, X, reset=False, gaps=True)
        return place(self._payload, frame).labels

    def learn_task(self, task: Task) -> Learned:
        """Learn the tiers of a contest's task, in original units.

        Parameters
        ----------
        task : Task
            Quantiles are those of the origin that is learned from.

        Returns
        -------
        Learned
            Frozen as rules. The number of segments and the smallest share are not
            looked at: cut points decide.
        """
        return learn_tiers(task, self._cuts(task.features))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


def _ascending(name: str, cuts: Sequence[float]) -> list[float]:
    found = [float(c) for c in cuts]
    if found != sorted(set(found)) or not np.isfinite(found).all():
        raise ConfigError(
            f"cuts must ascend, but those of {name!r} are {found}. Sort them and leave "
            "out repeated ones."
        )
    return found
