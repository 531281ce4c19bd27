"""Who fits no segment: everyone gets one, and is told where it fits badly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.joining import sentences
from segtools.languages import mark, tr, trn
from segtools.schema import DataError
from segtools.segmentation.densities import mahalanobis
from segtools.segmentation.place import readable
from segtools.segmentation.preprocess import distances, prepared
from segtools.wording import rounded

if TYPE_CHECKING:
    from segtools.segmentation.model import SegmentModel

# One in a hundred of those learned from lies as far out.
FAR_QUANTILE = 0.99
_NOBODY = {
    "scorecard": mark(
        "A scorecard has points for every value, so that nobody lies outside; no "
        "threshold is set."
    ),
    "rules": mark(
        "Rules have a place for every value, so that nobody lies outside; no threshold "
        "is set."
    ),
    "mixture": mark(
        "A latent class has a probability for every value, so that nobody lies "
        "outside; no threshold is set."
    ),
}
_NOBODY_ELSE = mark(
    "This method has a segment for every value, so that nobody lies outside; no "
    "threshold is set."
)


def is_far(distance: float | None, threshold: float | None) -> bool | None:
    """Say whether a distance is beyond the threshold; None where there is neither.

    Examples
    --------
    >>> is_far(2.5, 2.0), is_far(2.0, 2.0), is_far(None, None)
    (True, False, None)
    """
    if distance is None or threshold is None:
        return None
    return distance > threshold


def fits(model: SegmentModel, features: pd.DataFrame) -> pd.DataFrame:
    """Flag the customers who lie far from every segment.

    They keep the segment that is nearest to them; the columns of ``segments.parquet``
    stay as they are.

    Parameters
    ----------
    model : SegmentModel
    features : DataFrame
        As for ``model.assign``.

    Returns
    -------
    DataFrame
        One row per row of `features`: ``customer_id``, ``distance`` to the nearest
        centre (in standard deviations of the prepared features, those of a component
        in a Gaussian mixture) and ``fits_no_segment``. Both are missing for methods
        without centres, and for customers whose segment a rule decided.

    Examples
    --------
    >>> from segtools.segmentation.model import SegmentModel
    >>> payload = {"kind": "centroids", "uses": ["a"], "seen_missing": [],
    ...     "preprocess": [], "centroids": [[0.0], [10.0]], "far_threshold": 2.0}
    >>> two = [{"segment_id": "S01", "name": "x", "rank": 1},
    ...     {"segment_id": "S02", "name": "y", "rank": 2}]
    >>> model = SegmentModel(payload, two, [{"name": "a"}], "S02")
    >>> people = pd.DataFrame({"customer_id": ["u", "v"], "a": [9.0, 4.0],
    ...     "recency_days": [1.0, 1.0]})
    >>> fits(model, people).values.tolist()
    [['u', 1.0, False], ['v', 4.0, True]]
    """
    own = model.by_method(features["recency_days"])
    away = np.where(own, nearest(model.payload, features), np.nan)
    threshold = model.payload.get("far_threshold")
    flags = [is_far(None if np.isnan(d) else d, threshold) for d in away]
    return pd.DataFrame(
        {
            "customer_id": features["customer_id"].astype("str").to_numpy(),
            "distance": away,
            "fits_no_segment": pd.array(flags, dtype="boolean"),
        }
    )


def nearest(payload: dict[str, Any], features: pd.DataFrame) -> NDArray[np.float64]:
    """Measure how far each row lies from the nearest centre or component.

    Parameters
    ----------
    payload : dict
        The frozen method.
    features : DataFrame of shape (n_customers, n_features)
        In original units.

    Returns
    -------
    array of shape (n_customers,)
        In standard deviations of the prepared features, of a mixture in those of the
        nearest component; missing for methods without centres.
    """
    if not has_centres(payload):
        return np.full(len(features), np.nan)
    X = prepared(payload, readable(payload, features))
    return np.asarray(np.sqrt(np.round(squares(payload, X).min(axis=1), 9)))


def fit_record(model: SegmentModel, features: pd.DataFrame) -> dict[str, Any]:
    """Count who fits no segment, as ``selection.json`` keeps it.

    Parameters
    ----------
    model : SegmentModel
    features : DataFrame
        The population at the origin.

    Returns
    -------
    dict
        ``threshold``, ``n`` (both None for methods without centres), ``of`` customers
        and a ``sentence``.

    Examples
    --------
    >>> from segtools.segmentation.model import everyone
    >>> people = pd.DataFrame({"customer_id": ["a"], "recency_days": [1.0]})
    >>> fit_record(everyone(), people)["n"] is None
    True
    """
    threshold = model.payload.get("far_threshold")
    found: dict[str, Any] = {"threshold": threshold, "n": None, "of": len(features)}
    meaning = far_meaning(model.payload)
    if threshold is None:
        return found | {"sentence": meaning}
    n = int(fits(model, features)["fits_no_segment"].sum())
    told = trn(
        "{n} customer lies that far out and keep the segment nearest to them.",
        "{n} customers lie that far out and keep the segment nearest to them.",
        n,
    )
    return found | {"n": n, "sentence": sentences([meaning, told])}


def has_centres(payload: dict[str, Any]) -> bool:
    """Say whether a method has centres that a customer can be far from.

    Examples
    --------
    >>> has_centres({"kind": "mixture", "form": "categories"})
    False
    """
    return payload["kind"] == "centroids" or payload.get("form") == "gaussian"


def squares(payload: dict[str, Any], X: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give squared distances of prepared rows to each centre, as the method sees them.

    Examples
    --------
    >>> payload = {"kind": "centroids", "centroids": [[0.0], [3.0]]}
    >>> squares(payload, np.array([[1.0]])).tolist()
    [[1.0, 4.0]]
    """
    if payload["kind"] == "mixture":
        return mahalanobis(payload, X)
    return distances(X, np.asarray(payload["centroids"]))


def far_meaning(payload: dict[str, Any]) -> str:
    """Say in one sentence what a payload's far threshold means.

    Examples
    --------
    >>> far_meaning({"kind": "rules"}).split(";")[0]
    'Rules have a place for every value, so that nobody lies outside'
    """
    threshold = payload.get("far_threshold")
    if has_centres(payload) and threshold is not None:
        return tr(
            "Customers farther than {threshold} from the nearest centre, as one in a "
            "hundred of those learned from were, fit no segment well.",
            threshold=rounded(threshold),
        )
    return tr(_NOBODY.get(payload["kind"], _NOBODY_ELSE))


def coverage(assigned: pd.DataFrame) -> dict[str, Any]:
    """Assert that everyone has exactly one segment, and count the ladder's steps.

    Parameters
    ----------
    assigned : DataFrame
        As ``model.assign`` gives it.

    Returns
    -------
    dict
        ``n`` customers, ``unassigned`` (0), and ``model``, ``reduced_model`` and
        ``rule``: how many each step of the ladder placed.

    Raises
    ------
    DataError
        If anyone has no segment, or more than one.

    Examples
    --------
    >>> frame = pd.DataFrame({"customer_id": ["a", "b"], "segment_id": ["S01", "S02"],
    ...     "assigned_by": ["model", "rule"]})
    >>> coverage(frame)
    {'n': 2, 'unassigned': 0, 'model': 1, 'reduced_model': 0, 'rule': 1}
    """
    lost = int(assigned["segment_id"].isna().sum())
    twice = int(assigned["customer_id"].duplicated().sum())
    if lost or twice:
        raise DataError(
            f"Everyone must have exactly one segment, but {lost:,} of "
            f"{len(assigned):,} have none and {twice:,} stand there again. "
            "Build one row a customer and assign them by the frozen model."
        )
    steps = assigned["assigned_by"].value_counts()
    counted = {s: int(steps.get(s, 0)) for s in ("model", "reduced_model", "rule")}
    return {"n": len(assigned), "unassigned": lost, **counted}
