"""Gaussian mixtures whose number and shape a criterion chooses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import logsumexp
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.utils.validation import check_is_fitted

from segtools.estimators.reading import numbers, one_of, seed_of, whole
from segtools.schema import DataError
from segtools.segmentation.densities import joint, posterior
from segtools.segmentation.mixtures import (
    KINDS,
    MAX_ROWS,
    choose_mixture,
    fit_mixture,
    fit_rows,
    frozen_mixture,
    large_enough,
    learn_mixture,
    tabulated,
)
from segtools.segmentation.place import place
from segtools.segmentation.scheme import Learned, Task

Array = NDArray[np.float64]
CRITERIA = ("bic", "icl", "aic")


class MixtureSegments(ClusterMixin, BaseEstimator):
    """Fit Gaussian mixtures, and keep the one that a criterion prefers.

    A customer belongs to the component that is likeliest for him, so that clusters may
    differ in size, spread and direction.

    Parameters
    ----------
    n_components : int or "auto", default="auto"
        ``"auto"`` tries 1 to `max_components`.
    max_components : int, default=8
        Only looked at where the number is chosen.
    covariance_type : str, default="auto"
        ``"full"`` (each its own), ``"tied"`` (one for all), ``"diag"`` (along the
        axes), ``"spherical"`` (round), or ``"auto"`` to try all four.
    criterion : {"bic", "icl", "aic"}, default="bic"
        The ICL wants components that can be told apart; the BIC adds some where one
        cloud is merely not Gaussian.
    min_share : float, default=0.03
        Fits of which a component has a smaller share are only taken if all do.
    n_init : int, default=10
        k-means++ starts of every fit.
    random_state : int or RandomState, default=1
        Where chance starts; never None.

    Attributes
    ----------
    n_components_ : int
        A component that is likeliest for nobody is taken out.
    covariance_type_ : str
    criteria_ : DataFrame
        One row a fit, as `compare_mixtures` gives it.
    weights_ : array of shape (n_components,)
    means_ : array of shape (n_components, n_features)
        In the order of the first column, then of the next.
    labels_ : array of int of shape (n_customers,)
    sizes_ : array of int of shape (n_components,)
    n_features_in_ : int
    feature_names_in_ : array of str
        Only after a fit on a frame with names.

    Notes
    -----
    Missing values are refused, and columns should be standardised, since no variance
    falls below 0.01: put `ComparableFeatures` before. At most 5,000 customers decide.
    The order of rows changes nothing.

    References
    ----------
    Fraley, C. & Raftery, A. E. (2002). Model-based clustering, discriminant analysis,
    and density estimation. Journal of the American Statistical Association 97, 611-631.
    Biernacki, C., Celeux, G. & Govaert, G. (2000). Assessing a mixture model for
    clustering with the integrated completed likelihood. IEEE Transactions on Pattern
    Analysis and Machine Intelligence 22, 719-725.

    Examples
    --------
    >>> import numpy as np
    >>> from segtools.estimators import MixtureSegments
    >>> rng = np.random.default_rng(0)
    >>> X = np.repeat([[0.0, 0.0], [9.0, 0.0]], 60, axis=0) + rng.normal(size=(120, 2))
    >>> model = MixtureSegments(max_components=3, n_init=2).fit(X)
    >>> model.n_components_, model.sizes_.tolist()
    (2, [60, 60])
    >>> model.predict_proba([[9.0, 1.0]]).round(2).tolist()
    [[0.0, 1.0]]
    """

    def __init__(
        self,
        n_components: int | str = "auto",
        *,
        max_components: int = 8,
        covariance_type: str = "auto",
        criterion: str = "bic",
        min_share: float = 0.03,
        n_init: int = 10,
        random_state: Any = 1,
    ):
        self.n_components = n_components
        self.max_components = max_components
        self.covariance_type = covariance_type
        self.criterion = criterion
        self.min_share = min_share
        self.n_init = n_init
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None) -> MixtureSegments:
        """Fit the mixtures, and keep one.

        Parameters
        ----------
        X : array or frame of shape (n_customers, n_features)
            Complete and comparable columns.
        y : ignored

        Returns
        -------
        self

        Raises
        ------
        DataError
            If fewer different customers than components are there.
        ConfigError
            If a parameter asks for the impossible.
        """
        by = one_of("criterion", self.criterion, CRITERIA)
        starts, seed = whole("n_init", self.n_init), seed_of(self.random_state)
        kinds, asked = self._kinds(), self._asked()
        frame = numbers(self, X, reset=True, least=2)
        rows = fit_rows(frame.to_numpy(), MAX_ROWS)
        different = len(np.unique(rows, axis=0))
        ks = [k for k in asked if k <= different]
        if not ks:
            raise DataError(
                f"X must have at least as many different rows as components, but it "
                f"has {different:,} for n_components={asked[0]}. Ask for fewer."
            )
        self.criteria_ = tabulated(rows, ks, kinds, seed=seed, n_starts=starts)
        best = choose_mixture(self.criteria_, by=by, min_share=self.min_share)
        shape = (best["n_components"], best["kind"])
        self._keep(frame, fit_mixture(rows, *shape, seed=seed, n_starts=starts))
        return self

    def _kinds(self) -> tuple[str, ...]:
        given = one_of("covariance_type", self.covariance_type, ("auto", *KINDS))
        return KINDS if given == "auto" else (given,)

    def _asked(self) -> list[int]:
        if self.n_components == "auto":
            return list(range(1, whole("max_components", self.max_components) + 1))
        return [whole("n_components", self.n_components)]

    def _keep(self, frame: pd.DataFrame, model: Any) -> None:
        payload = {"uses": list(frame), "preprocess": [], "seen_missing": []}
        payload |= frozen_mixture(model)
        self._payload = large_enough(payload, frame, 1 / len(frame))
        self.covariance_type_ = model.covariance_type
        self.weights_ = np.asarray(self._payload["weights"])
        self.means_ = np.asarray(self._payload["means"])
        self.n_components_ = len(self.weights_)
        self.labels_ = place(self._payload, frame).labels
        self.sizes_ = np.bincount(self.labels_, minlength=self.n_components_)

    def predict(self, X: Any) -> NDArray[np.int64]:
        """Give each customer the number of the likeliest component.

        Parameters
        ----------
        X : array or frame of shape (n_customers, n_features)

        Returns
        -------
        array of int of shape (n_customers,)
        """
        check_is_fitted(self)
        return place(self._payload, numbers(self, X, reset=False)).labels

    def predict_proba(self, X: Any) -> Array:
        """Give each customer's probability of every component.

        Parameters
        ----------
        X : array or frame of shape (n_customers, n_features)

        Returns
        -------
        array of shape (n_customers, n_components)
            Rows add up to 1.
        """
        check_is_fitted(self)
        return posterior(self._payload, numbers(self, X, reset=False))

    def score_samples(self, X: Any) -> Array:
        """Give the natural logarithm of each customer's density.

        Parameters
        ----------
        X : array or frame of shape (n_customers, n_features)

        Returns
        -------
        array of shape (n_customers,)
        """
        check_is_fitted(self)
        logs = joint(self._payload, numbers(self, X, reset=False))
        return np.asarray(logsumexp(logs, axis=1))

    def score(self, X: Any, y: Any = None) -> float:
        """Give the mean log density, by which numbers can be compared on others.

        Parameters
        ----------
        X : array or frame of shape (n_customers, n_features)
        y : ignored

        Returns
        -------
        float
        """
        return float(self.score_samples(X).mean())

    def learn_task(self, task: Task) -> Learned:
        """Learn the mixture of a contest's task, on features made comparable.

        Parameters
        ----------
        task : Task
            Its number of segments takes the place of `n_components`.

        Returns
        -------
        Learned
            Frozen as a mixture; a component under the task's smallest share goes to
            the others.
        """
        by = one_of("criterion", self.criterion, CRITERIA)
        return learn_mixture(task, self._kinds(), by=by)
