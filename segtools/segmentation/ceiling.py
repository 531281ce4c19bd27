"""How well could anything do? Three fixed learners, one prediction a customer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)

from segtools.segmentation.one_thread import one_thread

_BOOST: dict[str, Any] = {
    "learning_rate": 0.03,
    "max_leaf_nodes": 8,
    "min_samples_leaf": 30,
    "early_stopping": False,
}
_FOREST: dict[str, Any] = {
    "n_estimators": 100,
    "min_samples_leaf": 5,
    "max_features": 0.4,
    "n_jobs": 1,
}


def learners(goal: str, seed: int) -> dict[str, Any]:
    """Give the three fixed learners for a goal, unfitted."""
    if goal == "grow_spend":
        boost = HistGradientBoostingRegressor
        return {
            "boosted_poisson": boost(
                **_BOOST, loss="poisson", max_iter=200, random_state=seed
            ),
            "boosted": boost(**_BOOST, max_iter=150, random_state=seed),
            "forest": RandomForestRegressor(**_FOREST, random_state=seed),
        }
    classify = HistGradientBoostingClassifier
    return {
        "boosted": classify(**_BOOST, max_iter=150, random_state=seed),
        "boosted_short": classify(**_BOOST, max_iter=60, random_state=seed),
        "forest": RandomForestClassifier(**_FOREST, random_state=seed),
    }


def predict_each(
    learn: pd.DataFrame,
    outcome: NDArray[np.float64],
    judge: pd.DataFrame,
    goal: str,
    seed: int,
) -> dict[str, NDArray[np.float64]]:
    """Predict every judged customer's outcome with each of the three learners.

    Parameters
    ----------
    learn, judge : DataFrame
        Features at the two origins.
    outcome : array
        Of the learning customers, already capped.
    goal : str
        Spend is regressed, staying and coming back are classified.
    seed : int

    Returns
    -------
    dict
        Learner to predictions, in the outcome's unit.
    """
    found = {}
    names = sorted(learn.columns)
    X, Z = learn[names].fillna(-1.0), judge[names].fillna(-1.0)
    for name, model in learners(goal, seed).items():
        with one_thread():
            model.fit(X, np.clip(outcome, 0, None))
            if goal == "grow_spend":
                found[name] = model.predict(Z)
            else:
                found[name] = model.predict_proba(Z)[:, -1]
    return found
