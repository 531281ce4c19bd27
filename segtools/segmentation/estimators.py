"""Any scikit-learn clusterer, mixture, classifier or regressor as a scheme."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.utils import get_tags

from segtools.schema import ConfigError, DataError
from segtools.segmentation.bands import optimal_cuts
from segtools.segmentation.clusters import learn_preprocess
from segtools.segmentation.far import FAR_QUANTILE
from segtools.segmentation.mixtures import fit_rows
from segtools.segmentation.one_thread import one_thread
from segtools.segmentation.place import place
from segtools.segmentation.preprocess import distances, prepared
from segtools.segmentation.rules import freeze_labels
from segtools.segmentation.scheme import Learned, Task, varies

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
KINDS = ("clusterer", "density_estimator", "classifier", "regressor")
# Clusterers that cannot predict mostly need memory that grows with its square.
MAX_ROWS = 5_000


def learned_kind(estimator: Any, name: str) -> str:
    """Give what kind an estimator is.

    Raises
    ------
    ConfigError
        If it is a class instead of an object, or gives no segments.
    """
    if isinstance(estimator, type):
        raise ConfigError(
            f"The scheme {name!r} must be an estimator, but it is the class "
            f"{estimator.__name__}. Pass {estimator.__name__}()."
        )
    try:
        kind = get_tags(estimator).estimator_type
    except AttributeError:  # it does not say what it is
        kind = "clusterer" if hasattr(estimator, "fit_predict") else None
    if kind not in KINDS:
        what = str(kind or "transformer").replace("_", " ")
        raise ConfigError(
            f"The scheme {name!r} must give every customer a label, but "
            f"{type(estimator).__name__} does not (its kind is: {what}). Pass a "
            "clusterer, a mixture, a classifier, a regressor, or a function from "
            "features to labels."
        )
    return str(kind)


def learn_estimator(estimator: Any, task: Task, name: str) -> Learned:
    """Fit a clone of an estimator and freeze what it does.

    It gets the features filled, logged where skewed and standardised, as clusters do,
    its ``random_state`` from the seed and its number of clusters from the task. A
    classifier learns in which band of the outcome a customer falls; a regressor's
    prediction is cut into bands. Where a clusterer cannot predict, a customer belongs
    to the cluster with the nearest centre, and so does what it calls noise.

    Parameters
    ----------
    estimator : scikit-learn estimator
        Unfitted; never modified.
    task : Task
    name : str
        The scheme's, for errors.

    Returns
    -------
    Learned
        Frozen as centroids where those repeat it exactly, else as a tree of rules
        that repeats its labels for ``task.at``.
    """
    kind = learned_kind(estimator, name)
    payload = learn_preprocess(task.features)
    if not payload["uses"]:  # all customers are alike
        return Learned(lambda F: np.zeros(len(F), dtype=np.int64))
    X = prepared(payload, task.features)
    model = _ready(estimator, kind, task)
    try:
        with one_thread():
            labels, centres = _FITS[kind](model, X, task)
            here = labels(prepared(payload, task.at))
    except DataError:
        raise
    except Exception as error:
        raise ConfigError(
            f"The scheme {name!r} must run on the features, but it raised "
            f"{type(error).__name__}: {' '.join(str(error).split())}. "
            "Fit it on the run's features.parquet to see where."
        ) from error
    frozen = _frozen(payload, centres, labels(X), here, task)

    def label(features: pd.DataFrame) -> Ints:
        with one_thread():
            return labels(prepared(payload, features))

    return Learned(label, frozen)


def _ready(estimator: Any, kind: str, task: Task) -> Any:
    """Clone it with the seed and the number of segments, wherever they belong."""
    model = clone(estimator)
    sizes = {"clusterer": "n_clusters", "density_estimator": "n_components"}
    given = {}
    for key, value in model.get_params(deep=True).items():
        last = key.split("__")[-1]
        if last == "random_state":
            given[key] = task.seed
        elif last == sizes.get(kind) and value is not None:
            given[key] = task.n_segments
    return model.set_params(**given)


def _fit_clusters(model: Any, X: Array, task: Task) -> tuple[Any, Array | None]:
    if hasattr(model, "predict"):
        model.fit(fit_rows(X, len(X)))
        known = np.unique(model.predict(X))
        centres = getattr(model, "cluster_centers_", None)
        whole = centres is not None and np.shape(centres)[1:] == X.shape[1:]
        return lambda Z: np.searchsorted(known, model.predict(Z)), (
            np.asarray(centres, float) if whole else None
        )
    rows = fit_rows(X, MAX_ROWS)
    own = np.asarray(model.fit_predict(rows))
    kept = np.unique(own[own >= 0])
    centres = np.array([rows[own == c].mean(axis=0) for c in kept])
    if len(kept) < 2:
        centres = rows.mean(axis=0)[None]
    return lambda Z: np.round(distances(Z, centres), 9).argmin(axis=1), centres


def _fit_classes(model: Any, X: Array, task: Task) -> tuple[Any, None]:
    worth = _outcome(task)
    cuts = _bands(worth, task)
    rows = np.lexsort(X.T[::-1])
    # The best band is 0, as with every scheme that has an order.
    model.fit(X[rows], (len(cuts) - np.searchsorted(cuts, worth, side="right"))[rows])
    return lambda Z: np.asarray(model.predict(Z), dtype=np.int64), None


def _fit_bands(model: Any, X: Array, task: Task) -> tuple[Any, None]:
    rows = np.lexsort(X.T[::-1])
    model.fit(X[rows], _outcome(task)[rows])
    cuts = _bands(np.asarray(model.predict(X), dtype=float), task)
    return lambda Z: len(cuts) - np.searchsorted(cuts, model.predict(Z), "right"), None


def _bands(worth: Array, task: Task) -> list[float]:
    return optimal_cuts(
        worth,
        np.sqrt(np.clip(worth, 0, None)),
        n_bands=task.n_segments,
        min_share=task.min_share,
    )


def _outcome(task: Task) -> Array:
    if task.outcome is None or not varies(task.outcome):
        raise DataError(
            "The outcome must differ between customers, but it is the same for all "
            f"{len(task.features):,} of them. Use method: rules or clusters."
        )
    return task.outcome.to_numpy(float)


def _frozen(
    payload: dict[str, Any], centres: Array | None, own: Ints, here: Ints, task: Task
) -> dict[str, Any]:
    if centres is not None:
        frozen = payload | {"kind": "centroids", "centroids": centres.tolist()}
        near = distances(prepared(payload, task.features), centres).min(axis=1)
        frozen["far_threshold"] = float(np.quantile(np.sqrt(near), FAR_QUANTILE))
        repeats = np.array_equal(place(frozen, task.features).labels, own)
        if repeats and np.array_equal(place(frozen, task.at).labels, here):
            return frozen
    return freeze_labels(task.at, here, task.seed)


_FITS = {
    "clusterer": _fit_clusters,
    "density_estimator": _fit_clusters,
    "classifier": _fit_classes,
    "regressor": _fit_bands,
}
