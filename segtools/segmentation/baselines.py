"""What any segmentation must beat: chance, spend quintiles, plain RFM and k-means."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.segmentation.clusters import learn_centroids
from segtools.segmentation.place import place
from segtools.segmentation.rules import cut_points, rfm_payload
from segtools.segmentation.scheme import Learned, Scheme, Task, add

RFM = ["recency_days", "n_orders", "spend_total"]
TRIVIAL = ("spend_quintiles", "rfm_grid", "kmeans_rfm")


def learn_random(task: Task) -> Learned:
    """Deal customers out by a hash of their id: groups that know nothing."""

    def labels(features: pd.DataFrame) -> NDArray[np.int64]:
        texts = [f"{task.seed}:{i}" for i in features.index]
        hashes = [hashlib.sha256(t.encode()).digest()[:8] for t in texts]
        numbers = np.array([int.from_bytes(h) % task.n_segments for h in hashes])
        return numbers.astype(np.int64)

    return Learned(labels)


def learn_quintiles(task: Task) -> Learned:
    """Cut customers into fifths by what they spent in the window."""
    cuts = cut_points(task.at["spend_total"])

    def labels(features: pd.DataFrame) -> NDArray[np.int64]:
        spent = features["spend_total"].fillna(0).to_numpy(float)
        return np.searchsorted(cuts, spent, side="left").astype(np.int64)

    return Learned(labels)


def learn_rfm_grid(task: Task) -> Learned:
    """Use the ten named cells of recency and frequency as they are."""
    payload = rfm_payload(task.at)
    return Learned(lambda features: place(payload, features).labels)


def learn_kmeans_rfm(task: Task) -> Learned:
    """Cluster standardised recency, frequency and spend, as tutorials do."""
    loose: dict[str, Any] = task.__dict__ | {"min_share": 0.0}
    learned = learn_centroids(Task(**loose), task.at[RFM], plain=True)
    return Learned(learned.labels)


for _name, _label, _learn in (
    ("random", "Random groups", learn_random),
    ("spend_quintiles", "Spend quintiles", learn_quintiles),
    ("rfm_grid", "RFM grid", learn_rfm_grid),
    ("kmeans_rfm", "k-means on RFM", learn_kmeans_rfm),
):
    add(Scheme(_name, _label, _learn, role="baseline", simplicity=1))
