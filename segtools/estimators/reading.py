"""What estimators are given: checked as scikit-learn does, named, seeded, weighed."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import OneToOneFeatureMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from segtools.schema import ConfigError, DataError
from segtools.wording import listed

Array = NDArray[np.float64]


def in_pandas(X: Any) -> Any:
    """Turn a frame of Polars, Arrow or Ibis into one of pandas; leave others alone.

    Raises
    ------
    DataError
        If it is a plan of a frame that holds no rows yet, or columns share a name.
    """
    if hasattr(X, "to_pandas"):
        X = X.to_pandas()
    if isinstance(X, pd.DataFrame):
        twice = X.columns[X.columns.duplicated()].unique()
        if len(twice):
            raise DataError(
                f"X must have one column of each name, but {len(twice)} names stand "
                f"there more than once: {listed([str(n) for n in twice])}. Rename or "
                "drop those columns."
            )
        return X
    if hasattr(X, "collect_schema"):
        raise DataError(
            f"X must hold its rows, but it is a {type(X).__name__}. Pass X.collect()."
        )
    return X


def numbers(
    estimator: Any, X: Any, *, reset: bool, gaps: bool = False, least: int = 1
) -> pd.DataFrame:
    """Read X as floats with a name for every column.

    Parameters
    ----------
    estimator : object
        Learns the number and names of columns if `reset`, else compares them.
    X : array or frame of shape (n_customers, n_features)
    reset : bool
        Whether this is a fit.
    gaps : bool, default=False
        Whether NaN may stand for what is missing.
    least : int, default=1
        Fewest rows.

    Returns
    -------
    DataFrame
        Columns that had no names are ``x0``, ``x1``, and so on.

    Raises
    ------
    DataError
        If a column holds texts or times, or columns share a name.
    ValueError
        Whatever scikit-learn refuses: gaps, sparse matrices, other columns than before.
    """
    X = in_pandas(X)
    if isinstance(X, pd.DataFrame):
        refuse_words(X)
    values = validate_data(
        estimator,
        X,
        reset=reset,
        dtype=np.float64,
        ensure_all_finite="allow-nan" if gaps else True,
        ensure_min_samples=least,
    )
    return pd.DataFrame(values, columns=names_of(estimator))


def names_of(estimator: Any) -> list[str]:
    """Give the names of columns that a fit has learned, or ``x0``, ``x1``, ..."""
    check_is_fitted(estimator, "n_features_in_")
    plain = [f"x{j}" for j in range(estimator.n_features_in_)]
    return [str(n) for n in getattr(estimator, "feature_names_in_", plain)]


def refuse_words(frame: pd.DataFrame) -> None:
    """Refuse a frame of which a column is neither of numbers nor of truth values."""
    places = range(frame.shape[1])
    wrong = [str(frame.columns[j]) for j in places if _worded(frame.iloc[:, j])]
    if wrong:
        raise DataError(
            f"X must hold numbers, but {len(wrong)} of {frame.shape[1]} columns do "
            f"not: {listed(wrong)}. Encode them, leave them out, or use FAMD."
        )


def _worded(column: pd.Series) -> bool:
    kind = column.dtype
    if isinstance(kind, pd.CategoricalDtype):
        kind = kind.categories.dtype
    if pd.api.types.is_object_dtype(kind):
        return any(isinstance(v, str) for v in column)
    number = pd.api.types.is_numeric_dtype(kind)
    return not (number or pd.api.types.is_bool_dtype(kind))


def seed_of(random_state: Any) -> int:
    """Give the whole number from which chance starts.

    Raises
    ------
    ConfigError
        If it is None: a fit that nobody can repeat is no result.
    """
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(2**31 - 1))
    if isinstance(random_state, Integral) and int(random_state) >= 0:
        return int(random_state)
    raise ConfigError(
        "random_state must be a whole number from 0 or a RandomState, but it is "
        f"{random_state!r}. Pass a number, such as 1, so that a fit can be repeated."
    )


def whole(name: str, value: Any, least: int = 1) -> int:
    """Give a parameter that must be a whole number, or refuse it."""
    right = isinstance(value, Integral) and not isinstance(value, bool)
    if not right or int(value) < least:
        raise ConfigError(
            f"{name} must be a whole number from {least}, but it is {value!r}. "
            "Pass another one."
        )
    return int(value)


def one_of(name: str, value: Any, known: tuple[str, ...]) -> str:
    """Give a parameter that must be one of a few words, or refuse it."""
    if value not in known:
        raise ConfigError(
            f"{name} must be one of {list(known)}, but it is {value!r}. Pass one of "
            "them."
        )
    return str(value)


def weights_of(sample_weight: Any, n: int) -> Array | None:
    """Check weights of customers; None where none were passed.

    Raises
    ------
    DataError
        If there is not one weight a customer, or a weight is missing, endless or
        negative, or all are zero.
    """
    if sample_weight is None:
        return None
    weights = np.asarray(sample_weight, dtype=np.float64)
    if weights.shape != (n,):
        raise DataError(
            f"sample_weight must hold one weight for each of {n:,} rows, but its shape "
            f"is {weights.shape}. Pass one number a row."
        )
    wrong = int((~np.isfinite(weights) | (weights < 0)).sum())
    if wrong:
        raise DataError(
            f"sample_weight must be finite and not below zero, but {wrong:,} of {n:,} "
            "weights are not. Leave those rows out."
        )
    if not weights.any():
        raise DataError(
            f"sample_weight must be above zero for some rows, but every weight of "
            f"{n:,} is zero. Pass other weights, or none."
        )
    return weights


class Renamed(OneToOneFeatureMixin):
    """One column out for each column in, with a suffix to its name."""

    _suffix = ""

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[Any]:
        """Give the names of the columns that `transform` gives.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names of the columns that came in, where the fit saw none.

        Returns
        -------
        array of str
        """
        names = super().get_feature_names_out(input_features)
        return np.asarray([f"{n}{self._suffix}" for n in names], dtype=object)
