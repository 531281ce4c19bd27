"""How likely each component of a frozen mixture is for a customer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.segmentation.preprocess import codes_of_numbers, prepared

Array = NDArray[np.float64]
# What an answer that a class never gave counts there: little, but not nothing.
_NEVER = 1e-10
_LEAST_WEIGHT = 1e-300


def joint(payload: dict[str, Any], features: pd.DataFrame) -> Array:
    """Log of each component's weight times the row's density in it.

    Of form ``gaussian`` a component has a mean and a root R of its precision (an upper
    triangle, or a list where features are independent), such that the squared distance
    is that of (x - mean) R; of form ``categories`` it has a probability for every level
    of a feature, and an answer that is missing or was never seen counts nothing.
    """
    form = _gaussian if payload["form"] == "gaussian" else _categories
    return form(payload, features) + log_weights(payload)


def log_weights(payload: dict[str, Any]) -> Array:
    """Give the logarithm of each component's weight."""
    return np.asarray(np.log(np.maximum(payload["weights"], _LEAST_WEIGHT)))


def posterior(payload: dict[str, Any], features: pd.DataFrame) -> Array:
    """Give every row's probability of each component of a frozen mixture."""
    logs = joint(payload, features)
    mass = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(mass / mass.sum(axis=1, keepdims=True))


def mahalanobis(payload: dict[str, Any], X: Array) -> Array:
    """Squared distances of prepared rows to each component's mean, in its own shape."""
    away = []
    for mean, root in zip(payload["means"], payload["roots"], strict=True):
        apart, r = X - np.asarray(mean), np.asarray(root)
        away.append(((apart @ r if r.ndim == 2 else apart * r) ** 2).sum(axis=1))
    return np.column_stack(away)


def heights(payload: dict[str, Any]) -> Array:
    """Give the log density of each Gaussian component at its own mean."""
    roots = [np.asarray(r) for r in payload["roots"]]
    volume = [np.log(np.diag(r) if r.ndim == 2 else r).sum() for r in roots]
    constant = len(payload["uses"]) * np.log(2 * np.pi) / 2
    return np.asarray(np.array(volume) - constant)


def level_logs(payload: dict[str, Any]) -> dict[str, Array]:
    """Give the log probability of each answer in every class.

    One row a level, and a last one of zeros for answers that are missing or new.
    """
    tables = {}
    for name in payload["levels"]:
        shares = np.array([c[name] for c in payload["probabilities"]])
        logs = np.log(np.maximum(shares, _NEVER)).T
        tables[name] = np.vstack([logs, np.zeros(len(shares))])
    return tables


def contributions(payload: dict[str, Any], features: pd.DataFrame) -> Array:
    """Split the log-odds of one customer among features, for each component.

    Parameters
    ----------
    payload : dict
    features : DataFrame of one row

    Returns
    -------
    array of shape (n_components, n_features)
        Weights and heights left out, which belong to no feature.
    """
    if payload["form"] == "categories":
        parts = []
        for name, table in level_logs(payload).items():
            levels = payload["levels"][name]
            parts.append(table[codes_of_numbers(features[name].to_numpy(), levels)][0])
        return np.array(parts).T
    x, found = prepared(payload, features)[0], []
    for mean, root in zip(payload["means"], payload["roots"], strict=True):
        apart, r = x - np.asarray(mean), np.asarray(root)
        precise = r @ (r.T @ apart) if r.ndim == 2 else r**2 * apart
        found.append(-apart * precise / 2)
    return np.array(found)


def _gaussian(payload: dict[str, Any], features: pd.DataFrame) -> Array:
    away = mahalanobis(payload, prepared(payload, features))
    return np.asarray(heights(payload) - away / 2)


def _categories(payload: dict[str, Any], features: pd.DataFrame) -> Array:
    logs = np.zeros((len(features), len(payload["weights"])))
    for name, table in level_logs(payload).items():
        levels = payload["levels"][name]
        logs += table[codes_of_numbers(features[name].to_numpy(float), levels)]
    return logs
