"""Gaussian mixtures: clusters that may differ in size, spread and direction.

A customer belongs to the component that is likeliest for him (Fraley & Raftery 2002).
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from sklearn import config_context
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

from segtools.languages import mark, trn
from segtools.schema import ConfigError
from segtools.segmentation.clusters import learn_preprocess
from segtools.segmentation.criteria import criteria
from segtools.segmentation.densities import joint, mahalanobis
from segtools.segmentation.doubts import giant
from segtools.segmentation.far import FAR_QUANTILE
from segtools.segmentation.inputs import check_features
from segtools.segmentation.one_thread import one_thread
from segtools.segmentation.place import place
from segtools.segmentation.preprocess import distances, prepared
from segtools.segmentation.scheme import Learned, Scheme, Task, add

Array = NDArray[np.float64]
KINDS = ("full", "tied", "diag", "spherical")
N_STARTS = 10
FIRST_STARTS = 1  # to choose the kind of covariance
MAX_ROWS = 5_000
REPLICATE_ROWS = 2_500
# In squared standard deviations: without a floor a component shrinks onto customers
# who share a value, such as one order, and its likelihood knows no bound.
FLOOR = 0.01
SHORT_ROUNDS = 10
_MOST_ROUNDS = 200


def compare_mixtures(
    features: pd.DataFrame,
    n_components: Sequence[int] = range(1, 9),
    *,
    kinds: Sequence[str] = KINDS,
    n_starts: int = N_STARTS,
    random_state: int = 1,
) -> pd.DataFrame:
    """Fit Gaussian mixtures and tabulate what speaks for each number and kind.

    Parameters
    ----------
    features : DataFrame of shape (n_customers, n_features)
        In original units; prepared as for clusters (filled, logged where skewed,
        standardised). At most 5,000 customers decide.
    n_components : sequence of int, default=range(1, 9)
    kinds : sequence of str, default=("full", "tied", "diag", "spherical")
        Covariances: each its own, one for all, along the axes, round.
    n_starts : int, default=10
        k-means++ starts of each fit.
    random_state : int, default=1
        Where chance starts.

    Returns
    -------
    DataFrame
        One row a fit: ``n_components``, ``kind``, what `criteria` gives, the
        ``smallest_share`` of customers of a component, and ``converged``.

    Raises
    ------
    ConfigError
        If a kind is unknown.
    DataError
        If the features cannot be clustered, see `check_features`.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> centres = np.repeat([[0.0, 0.0], [9.0, 0.0], [0.0, 9.0]], 60, axis=0)
    >>> X = pd.DataFrame(centres + rng.normal(size=(180, 2)), columns=["a", "b"])
    >>> choose_mixture(compare_mixtures(X, range(1, 5), n_starts=2))["n_components"]
    3
    """
    unknown = [k for k in kinds if k not in KINDS]
    if unknown:
        raise ConfigError(
            f"kinds must be of {list(KINDS)}, but they are {list(kinds)}. "
            f"Leave out {unknown}."
        )
    frame = check_features(features, n_segments=max(n_components))
    payload = learn_preprocess(frame)
    X = fit_rows(prepared(payload, frame), MAX_ROWS)
    if note := giant(X):
        warnings.warn(note, UserWarning, stacklevel=2)
    return tabulated(X, n_components, kinds, seed=random_state, n_starts=n_starts)


def tabulated(
    X: Array,
    n_components: Sequence[int],
    kinds: Sequence[str],
    *,
    seed: int,
    n_starts: int = N_STARTS,
) -> pd.DataFrame:
    """Do as `compare_mixtures`, on rows that are comparable as they are."""
    rows = []
    for kind in kinds:
        for k in n_components:
            model = fit_mixture(X, k, kind, seed=seed, n_starts=n_starts)
            rows.append({"n_components": k, "kind": kind} | _figures(model, X))
    return pd.DataFrame(rows)


def choose_mixture(
    table: pd.DataFrame, *, by: str = "bic", min_share: float = 0.03
) -> dict[str, Any]:
    """Take the fit with the smallest criterion whose components are large enough.

    Parameters
    ----------
    table : DataFrame
        As `compare_mixtures` gives it.
    by : str, default="bic"
        ``bic``, ``icl`` or ``aic``. The ICL wants components that can be told apart;
        the BIC keeps adding some where one cloud is merely not Gaussian.
    min_share : float, default=0.03
        Smallest share of customers in a component.

    Returns
    -------
    dict
        The row; one component where nothing else is large enough.
    """
    large = table[table["smallest_share"] >= min_share - 1e-9]
    rows = (large if len(large) else table).sort_values([by, "n_components"])
    return dict(rows.head(1).to_dict("records")[0])


def fit_rows(X: Array, most: int) -> Array:
    """Put rows in order of their content, and thin them evenly to `most`.

    What chance does to ordered rows does not depend on the order of the file.
    """
    return thinned(X[np.lexsort(X.T[::-1])] if X.shape[1] else X, most)


def thinned(rows: NDArray[Any], most: int) -> NDArray[Any]:
    """Take at most so many rows, evenly spaced."""
    if len(rows) <= most:
        return rows
    return rows[np.linspace(0, len(rows) - 1, most).astype(int)]


def fit_mixture(
    X: Array, n_components: int, kind: str, *, seed: int, n_starts: int = N_STARTS
) -> GaussianMixture:
    """Fit one mixture: short runs from k-means++ starts, the best one to the end.

    That finds what long runs from every start find, several times sooner (Biernacki,
    Celeux & Govaert 2003). On one thread, so that sums are the same everywhere.
    """
    common = {"covariance_type": kind, "reg_covar": FLOOR, "random_state": seed}
    short = GaussianMixture(
        n_components,
        n_init=n_starts,
        init_params="k-means++",
        max_iter=SHORT_ROUNDS,
        **common,
    )
    # Rows are NumPy's whatever the caller's setting, under which k-means++ is refused.
    here = config_context(array_api_dispatch=False)
    with here, one_thread(), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        best = short.fit(X)
        return GaussianMixture(
            n_components,
            weights_init=best.weights_ / best.weights_.sum(),
            means_init=best.means_,
            precisions_init=best.precisions_,
            max_iter=_MOST_ROUNDS,
            **common,
        ).fit(X)


def _figures(model: GaussianMixture, X: Array) -> dict[str, Any]:
    odds = _joint(model, X)
    sizes = np.bincount(odds.argmax(axis=1), minlength=model.n_components)
    more = {"smallest_share": sizes.min() / len(X), "converged": model.converged_}
    return criteria(odds, None, n_parameters(model)) | more


def n_parameters(model: GaussianMixture) -> int:
    """Count a mixture's free parameters: weights, means and covariances."""
    k, p = model.means_.shape
    covariance = {
        "full": k * p * (p + 1) // 2,
        "tied": p * (p + 1) // 2,
        "diag": k * p,
        "spherical": k,
    }
    return int(k * p + covariance[model.covariance_type] + k - 1)


def _joint(model: GaussianMixture, X: Array) -> Array:
    names = [str(i) for i in range(X.shape[1])]
    payload = {"form": "gaussian", "uses": names, "preprocess": []}
    return joint(payload | _fields(model), pd.DataFrame(X, columns=names))


def _fields(model: GaussianMixture, digits: int = 12) -> dict[str, Any]:
    """Give weights, means and roots of the precisions, whatever the kind."""
    k, p = model.means_.shape
    roots = model.precisions_cholesky_
    if model.covariance_type == "tied":
        roots = np.repeat(roots[None], k, axis=0)
    elif model.covariance_type == "spherical":
        roots = np.repeat(roots[:, None], p, axis=1)
    return {
        "weights": model.weights_.round(digits).tolist(),
        "means": model.means_.round(digits).tolist(),
        "roots": roots.round(digits).tolist(),
    }


def frozen_mixture(model: GaussianMixture) -> dict[str, Any]:
    """Give what a payload of form ``gaussian`` keeps, components in a fixed order."""
    fields = {"kind": "mixture", "form": "gaussian"}
    return fields | {"covariance": model.covariance_type} | _ordered(_fields(model))


def learn_mixture(
    task: Task, kinds: Sequence[str] = KINDS, *, by: str = "bic"
) -> Learned:
    """Learn a mixture of so many components; the BIC chooses their covariances.

    A component under the smallest share goes to the others.
    """
    payload = learn_preprocess(task.features)
    X = fit_rows(prepared(payload, task.features), MAX_ROWS)
    k = min(task.n_segments, len(np.unique(X, axis=0)))
    if k < 2:
        return Learned(lambda F: np.zeros(len(F), dtype=np.int64))
    first = [fit_mixture(X, k, c, seed=task.seed, n_starts=FIRST_STARTS) for c in kinds]
    scores = [_figures(model, X)[by] for model in first]
    kind = kinds[int(np.argmin(scores))]
    payload |= frozen_mixture(fit_mixture(X, k, kind, seed=task.seed))
    payload = large_enough(payload, task.at, task.min_share)
    own = mahalanobis(payload, X).min(axis=1)
    payload["far_threshold"] = float(np.quantile(np.sqrt(own), FAR_QUANTILE))
    lost = k - len(payload["weights"])
    note = _too_small(lost) if lost else ""
    return Learned(lambda F: place(payload, F).labels, payload, note)


def _too_small(lost: int) -> str:
    return trn("{n} component was too small", "{n} components were too small", lost)


def _ordered(fields: dict[str, Any]) -> dict[str, Any]:
    """Put components in a fixed order, wherever the algorithm started."""
    order = np.lexsort(np.asarray(fields["means"]).T[::-1])
    return {key: [values[i] for i in order] for key, values in fields.items()}


def large_enough(
    payload: dict[str, Any], at: pd.DataFrame, min_share: float
) -> dict[str, Any]:
    """Take out the smallest component until all hold `min_share` of the customers."""
    while (k := len(payload["weights"])) > 1:
        sizes = np.bincount(place(payload, at).labels, minlength=k)
        if sizes.min() >= min_share * len(at) - 1e-9:
            break
        payload = _without(payload, int(sizes.argmin()))
    return payload


def _without(payload: dict[str, Any], label: int) -> dict[str, Any]:
    left = {
        key: [v for i, v in enumerate(payload[key]) if i != label]
        for key in ("weights", "probabilities", "means", "roots")
        if key in payload
    }
    total = sum(left["weights"])
    return payload | left | {"weights": [w / total for w in left["weights"]]}


def replicate_mixture(
    task: Task, payload: dict[str, Any], rows: NDArray[Any]
) -> dict[str, Any]:
    """Fit again on a bootstrap sample; components are matched to the model's own."""
    rows = thinned(rows, REPLICATE_ROWS)
    X = prepared(payload, task.features.iloc[rows])
    own, kind = np.asarray(payload["means"]), payload["covariance"]
    model = GaussianMixture(
        len(own),
        covariance_type=kind,
        reg_covar=FLOOR,
        weights_init=np.asarray(payload["weights"]) / sum(payload["weights"]),
        means_init=own,
        precisions_init=_precisions(payload),
        max_iter=_MOST_ROUNDS,
    )
    with one_thread(), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        fields = _fields(model.fit(X), digits=4)
    mine, theirs = linear_sum_assignment(distances(own, model.means_))
    order = theirs[np.argsort(mine)]
    return {key: [values[i] for i in order] for key, values in fields.items()}


def _precisions(payload: dict[str, Any]) -> Array:
    """Give the precisions as scikit-learn wants them of each kind."""
    roots = np.asarray(payload["roots"])
    if roots.ndim == 2:
        square = roots**2
        return square if payload["covariance"] == "diag" else square[:, 0]
    full = roots @ roots.transpose(0, 2, 1)
    return np.asarray(full if payload["covariance"] == "full" else full[0])


add(Scheme("mixture", mark("Gaussian mixture"), learn_mixture, simplicity=7))
