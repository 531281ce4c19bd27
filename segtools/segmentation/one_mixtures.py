"""One customer's likeliest component, beside what the replicates of a mixture say."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from segtools.segmentation.densities import heights, level_logs, log_weights
from segtools.segmentation.spot import Placer, Spot, Values, is_known, preparer

Array = NDArray[np.float64]


def mixture(payload: dict[str, Any], replicates: list[Any]) -> Placer:
    """Prepare a mixture, so that one record after the other can be placed.

    Parameters
    ----------
    payload : dict
        Of kind ``mixture``.
    replicates : list of dict
        What each copy has of its own, with as many components.

    Returns
    -------
    function
        From values to a `Spot`; a Gaussian one has the distance to the nearest mean in
        that component's own shape.
    """
    copies = [payload, *(payload | copy for copy in replicates)]
    weights = np.array([log_weights(c) for c in copies])
    make = _gaussian if payload["form"] == "gaussian" else _categories
    odds_of = make(payload, copies)

    def place(values: Values) -> Spot:
        odds, reduced, near = odds_of(values)
        odds = np.round(odds + weights, 9)
        order = np.argsort(-odds[0], kind="stable")
        second = int(order[1]) if len(order) > 1 else -1
        again = odds[1:].argmax(axis=1)
        return Spot(int(order[0]), second, reduced, again, near)

    return place


def _gaussian(payload: dict[str, Any], copies: list[dict[str, Any]]) -> Any:
    prepare = preparer(payload)
    high = np.array([heights(c) for c in copies])
    means = np.array([c["means"] for c in copies], dtype=float)
    roots = np.array([c["roots"] for c in copies], dtype=float)
    full = roots.ndim == 4

    def odds_of(values: Values) -> tuple[Array, bool, float]:
        x, reduced = prepare(values)
        apart = x - means
        turned = (apart[:, :, None] @ roots)[:, :, 0] if full else apart * roots
        away = (turned**2).sum(axis=2)
        return high - away / 2, reduced, float(np.sqrt(np.round(away[0].min(), 9)))

    return odds_of


def _categories(payload: dict[str, Any], copies: list[dict[str, Any]]) -> Any:
    seen = set(payload["seen_missing"])
    tables = [level_logs(c) for c in copies]
    logs = {n: np.array([t[n] for t in tables]) for n in payload["levels"]}
    none = np.zeros((len(copies), len(payload["weights"])))

    def odds_of(values: Values) -> tuple[Array, bool, None]:
        odds, reduced = none.copy(), False
        for name, levels in payload["levels"].items():
            value = values[name]
            code = levels.index(value) if value in levels else len(levels)
            lost = code == len(levels)
            reduced = reduced or (lost and (is_known(value) or name not in seen))
            odds += logs[name][:, code]
        return odds, reduced, None

    return odds_of
