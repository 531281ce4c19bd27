"""Latent classes of customers who answer alike."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import logsumexp
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.utils.validation import check_is_fitted

from segtools.estimators.reading import numbers, one_of, seed_of, weights_of, whole
from segtools.schema import DataError
from segtools.segmentation.densities import joint, posterior
from segtools.segmentation.latent_class import (
    LatentClasses,
    latent_classes,
    learn_latent_classes,
)
from segtools.segmentation.mixtures import large_enough
from segtools.segmentation.patterns import MOST_LEVELS
from segtools.segmentation.place import place
from segtools.segmentation.rules import cut_points
from segtools.segmentation.scheme import Learned, Task

Array = NDArray[np.float64]
CRITERIA = ("bic", "icl", "aic")


class LatentClassSegments(ClusterMixin, BaseEstimator):
    """Find customers who answer alike: a mixture of shares of answers.

    Within a class answers are taken as independent. A missing answer counts nothing.

    Parameters
    ----------
    n_classes : int or "auto", default="auto"
        ``"auto"`` tries 1 to `max_classes`, as many as there are customers for.
    max_classes : int, default=8
        Only looked at where the number is chosen.
    criterion : {"bic", "icl", "aic"}, default="bic"
        What chooses the number; the smallest is best.
    n_bins : int, default=None
        Into how many bands a column of more than 20 different numbers is cut, equally
        many customers in each; None refuses such a column.
    n_init : int, default=50
        Random starts; fewer may end in a local optimum.
    random_state : int or RandomState, default=1
        Where chance starts; never None.

    Attributes
    ----------
    n_classes_ : int
        A class that is likeliest for nobody is taken out.
    class_weights_ : array of shape (n_classes,)
        Largest first.
    answer_shares_ : DataFrame
        One row an answer: ``question``, ``answer``, and its share in every class.
    criteria_ : DataFrame
        One row for each number that was tried, as `compare_latent_classes` gives it.
    labels_ : array of int of shape (n_customers,)
    sizes_ : array of int of shape (n_classes,)
    n_features_in_ : int
    feature_names_in_ : array of str
        Only after a fit on a frame with names.

    Warns
    -----
    UserWarning
        If questions tell nobody apart or repeat another, which leaves them out, and if
        customers are few for the patterns of answers that are possible.

    Notes
    -----
    Answers are numbers that only name them; put an `OrdinalEncoder` of scikit-learn
    before texts. NaN stands for no answer. The order of rows changes nothing.

    References
    ----------
    Lazarsfeld, P. F. & Henry, N. W. (1968). Latent structure analysis.
    Goodman, L. A. (1974). Exploratory latent structure analysis using both identifiable
    and unidentifiable models. Biometrika 61, 215-231.

    Examples
    --------
    >>> import pandas as pd
    >>> from segtools.estimators import LatentClassSegments
    >>> given = [[1, 1, 1]] * 30 + [[1, 1, 2], [1, 2, 1]] * 5 + [[2, 2, 2]] * 20
    >>> answers = pd.DataFrame(given, columns=["fresh", "near", "cheap"])
    >>> model = LatentClassSegments(max_classes=3, n_init=5).fit(answers)
    >>> model.n_classes_, model.class_weights_.round(2).tolist()
    (2, [0.67, 0.33])
    """

    def __init__(
        self,
        n_classes: int | str = "auto",
        *,
        max_classes: int = 8,
        criterion: str = "bic",
        n_bins: int | None = None,
        n_init: int = 50,
        random_state: Any = 1,
    ):
        self.n_classes = n_classes
        self.max_classes = max_classes
        self.criterion = criterion
        self.n_bins = n_bins
        self.n_init = n_init
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Any:
        """Find the classes.

        Parameters
        ----------
        X : array or frame of shape (n_customers, n_questions)
            Codes of answers; NaN is none.
        y : ignored
        sample_weight : array of shape (n_customers,), default=None
            How many customers each row stands for, such as a survey's weights.

        Returns
        -------
        self

        Raises
        ------
        DataError
            If a question has too many different answers, none has two, or `n_classes`
            of two or more have at least as many free parameters as there are customers.
        """
        by = one_of("criterion", self.criterion, CRITERIA)
        whole("n_init", self.n_init)
        asked, seed = self._asked(), seed_of(self.random_state)
        frame = numbers(self, X, reset=True, gaps=True, least=2)
        weights = weights_of(sample_weight, len(frame))
        self._cuts = self._bands_of(frame)
        codes = self._coded(frame)
        found = self._tried(codes, weights, asked, seed)
        self.criteria_ = pd.DataFrame.from_dict(
            {k: model.figures for k, model in found.items()}, orient="index"
        ).rename_axis("n_classes")
        self._keep(codes, found[int(self.criteria_[by].idxmin())])
        return self

    def _asked(self) -> list[int]:
        if self.n_classes == "auto":
            return list(range(1, whole("max_classes", self.max_classes) + 1))
        return [whole("n_classes", self.n_classes)]

    def _bands_of(self, frame: pd.DataFrame) -> dict[str, list[float]]:
        if self.n_bins is None:
            return {}
        bins = whole("n_bins", self.n_bins, 2)
        many = [n for n in frame if frame[n].nunique() > MOST_LEVELS]
        return {n: cut_points(frame[n], bins) for n in many}

    def _coded(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Turn columns of many numbers into bands; a missing one stays missing."""
        bands = {
            n: np.where(frame[n].isna(), np.nan, np.searchsorted(cuts, frame[n]))
            for n, cuts in self._cuts.items()
        }
        return frame.assign(**bands)

    def _tried(
        self, codes: pd.DataFrame, weights: Array | None, ks: list[int], seed: int
    ) -> dict[int, LatentClasses]:
        """Fit every number that there are customers for; warn of each doubt once."""
        there = slice(None) if weights is None else weights > 0
        own = None if weights is None else weights[there]
        given: dict[str, Any] = {
            "n_starts": self.n_init,
            "random_state": seed,
            "sample_weight": own,
        }
        found: dict[int, LatentClasses] = {}
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always", UserWarning)
            for k in ks:
                try:
                    found[k] = latent_classes(codes[there], k, **given)
                except DataError:
                    if not found:
                        raise
                    break  # more classes have more free parameters still
        for sentence in dict.fromkeys(str(w.message) for w in said):
            warnings.warn(sentence, UserWarning, stacklevel=3)
        return found

    def _keep(self, codes: pd.DataFrame, model: LatentClasses) -> None:
        payload = large_enough(model.payload, codes, 1 / len(codes))
        self._payload = payload
        self.class_weights_ = np.asarray(payload["weights"])
        self.n_classes_ = len(self.class_weights_)
        shares = [
            (name, level, *(c[name][i] for c in payload["probabilities"]))
            for name, levels in payload["levels"].items()
            for i, level in enumerate(levels)
        ]
        classes = list(range(self.n_classes_))
        columns = ["question", "answer", *classes]
        self.answer_shares_ = pd.DataFrame(shares, columns=columns)
        self.labels_ = place(payload, codes).labels
        self.sizes_ = np.bincount(self.labels_, minlength=self.n_classes_)

    def _read(self, X: Any) -> pd.DataFrame:
        check_is_fitted(self)
        return self._coded(numbers(self, X, reset=False, gaps=True))

    def predict(self, X: Any) -> NDArray[np.int64]:
        """Give each customer the number of the likeliest class.

        Parameters
        ----------
        X : array or frame of shape (n_customers, n_questions)

        Returns
        -------
        array of int of shape (n_customers,)
            The larger class where two are equally likely.
        """
        codes = self._read(X)
        return place(self._payload, codes).labels

    def predict_proba(self, X: Any) -> Array:
        """Give each customer's probability of every class.

        Parameters
        ----------
        X : array or frame of shape (n_customers, n_questions)

        Returns
        -------
        array of shape (n_customers, n_classes)
            Rows add up to 1.
        """
        codes = self._read(X)
        return posterior(self._payload, codes)

    def score_samples(self, X: Any) -> Array:
        """Give the natural logarithm of how likely each customer's answers are.

        Parameters
        ----------
        X : array or frame of shape (n_customers, n_questions)

        Returns
        -------
        array of shape (n_customers,)
        """
        codes = self._read(X)
        return np.asarray(logsumexp(joint(self._payload, codes), axis=1))

    def score(self, X: Any, y: Any = None) -> float:
        """Give the mean log likelihood, by which numbers can be compared on others.

        Parameters
        ----------
        X : array or frame of shape (n_customers, n_questions)
        y : ignored

        Returns
        -------
        float
        """
        return float(self.score_samples(X).mean())

    def learn_task(self, task: Task) -> Learned:
        """Learn the classes of a contest's task, on features with few values.

        Parameters
        ----------
        task : Task
            Its number of segments takes the place of `n_classes`.

        Returns
        -------
        Learned
            Frozen as a mixture of shares. Features of more than 20 values are left
            out, since a frozen model keeps no bands of them.
        """
        return learn_latent_classes(task, n_starts=self.n_init)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        return tags
