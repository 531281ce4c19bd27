"""What a frozen payload does to features before it places anybody."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def prepared(payload: dict[str, Any], features: pd.DataFrame) -> NDArray[np.float64]:
    """Run the stored preprocessing, in the stored order."""
    words = worded(payload)
    frame = features[payload["uses"]].copy()
    numbers = [n for n in payload["uses"] if n not in words]
    frame[numbers] = frame[numbers].astype(float)
    for step in payload["preprocess"]:
        if step["op"] == "fill":
            frame = frame.fillna(step["values"])
        elif step["op"] == "signed_log":
            for name in step["features"]:
                frame[name] = np.sign(frame[name]) * np.log1p(frame[name].abs())
        elif step["op"] == "standardize":
            own = frame[numbers]
            own = (own - pd.Series(step["mean"])) / pd.Series(step["scale"])
            frame[numbers] = own[numbers]
        elif step["op"] == "project":
            return _projected(payload, step, frame, numbers)
    return frame[payload["uses"]].to_numpy(float)


def worded(payload: dict[str, Any]) -> list[str]:
    """List the features that a payload reads as categories, whatever their type."""
    steps = payload.get("preprocess", [])
    return [n for s in steps if s["op"] == "project" for n in s["levels"]]


def _projected(
    payload: dict[str, Any],
    step: dict[str, Any],
    frame: pd.DataFrame,
    numbers: list[str],
) -> NDArray[np.float64]:
    """Turn categories into weighted indicators, and project all onto the axes."""
    parts = [frame[numbers].to_numpy(float)]
    for name, levels in step["levels"].items():
        share = np.asarray(step["shares"][name])
        given = category_codes(frame[name], levels)
        there = (given[:, None] == np.arange(len(levels))).astype(float)
        # An answer that is missing or was never seen stands at the average.
        known = (given < len(levels))[:, None]
        parts.append(np.where(known, (there - share) / np.sqrt(share), 0.0))
    X = np.hstack(parts) * np.asarray(step["weights"])
    return np.asarray(X @ np.asarray(step["axes"]))


def category_codes(column: pd.Series, levels: list[Any]) -> Ints:
    """Give the place of each value among `levels`; after the last if it is not there.

    Levels that are texts are compared as text, numbers as numbers.
    """
    if levels and isinstance(levels[0], str):
        place_of = {level: i for i, level in enumerate(levels)}
        known = column.astype(object).where(column.notna(), None)
        codes = [place_of.get(str(v), len(levels)) for v in known]
        return np.asarray(codes, dtype=np.int64)
    return codes_of_numbers(column.to_numpy(float, na_value=np.nan), levels)


def codes_of_numbers(values: NDArray[np.float64], levels: list[float]) -> Ints:
    """Give the place of each number among ascending `levels`; after the last if not."""
    at = np.minimum(np.searchsorted(levels, values), len(levels) - 1)
    return np.where(np.asarray(levels)[at] == values, at, len(levels))


def distances(X: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[Any]:
    """Squared distances of rows to centres, one centre at a time."""
    return np.column_stack([((X - c) ** 2).sum(axis=1) for c in centres])
