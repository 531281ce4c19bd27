"""What any segmentation must beat: chance, spend quintiles, plain RFM and k-means."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.languages import mark, markc
from segtools.segmentation.clusters import learn_centroids
from segtools.segmentation.place import place
from segtools.segmentation.rules import CELLS, cell_names, cut_points, rfm_payload
from segtools.segmentation.scheme import Learned, Scheme, Task, add
from segtools.segmentation.tiers import cut_payload

RFM = ["recency_days", "n_orders", "spend_total"]
TRIVIAL = ("spend_quintiles", "rfm_grid", "kmeans_rfm")
# A payload keeps these names, and those of cells, in English: they are said where
# segments are named, and what was learned is the same in every language.
_FIFTHS = [
    markc("segment name", "Lowest fifth by spend"),
    markc("segment name", "Fourth fifth by spend"),
    markc("segment name", "Middle fifth by spend"),
    markc("segment name", "Second fifth by spend"),
    markc("segment name", "Top fifth by spend"),
]


def learn_random(task: Task) -> Learned:
    """Deal customers out by a hash of their id: groups that know nothing."""

    def labels(features: pd.DataFrame) -> NDArray[np.int64]:
        texts = [f"{task.seed}:{i}" for i in features.index]
        hashes = [hashlib.sha256(t.encode()).digest()[:8] for t in texts]
        numbers = np.array([int.from_bytes(h) % task.n_segments for h in hashes])
        return numbers.astype(np.int64)

    return Learned(labels)


def learn_quintiles(task: Task) -> Learned:
    """Cut customers into fifths by what they spent in the window.

    Who has spent nothing that is known stands in the lowest fifth. Where many spent
    the same there are fewer groups, since equals are never parted.
    """
    cuts = sorted(set(cut_points(task.at["spend_total"])))
    fifths = _FIFTHS if len(cuts) == len(_FIFTHS) - 1 else ()
    payload = cut_payload({"spend_total": cuts}, fifths)
    if task.at["spend_total"].isna().any():
        payload["seen_missing"] = ["spend_total"]
    return Learned(lambda features: place(payload, features).labels, payload)


def learn_rfm_grid(task: Task) -> Learned:
    """Use the ten named cells of recency and frequency as they are.

    A cell that nobody is in is part of the nearest one.
    """
    payload = rfm_payload(task.at)
    there = np.unique(place(payload, task.at).labels)
    middle = np.array([(np.mean(r), np.mean(f)) for _, r, f in CELLS])
    away = np.linalg.norm(middle[:, None] - middle[there][None], axis=2)
    payload["cells"] = away.argmin(axis=1)[cell_names()].tolist()
    payload["label_names"] = [CELLS[i][0].capitalize() for i in there]
    return Learned(lambda features: place(payload, features).labels, payload)


def learn_kmeans_rfm(task: Task) -> Learned:
    """Cluster standardised recency, frequency and spend, as tutorials do."""
    loose: dict[str, Any] = task.__dict__ | {"min_share": 0.0}
    learned = learn_centroids(Task(**loose), task.at[RFM], plain=True)
    return Learned(learned.labels)


for _name, _label, _learn in (
    ("random", mark("Random groups"), learn_random),
    ("spend_quintiles", mark("Spend quintiles"), learn_quintiles),
    ("rfm_grid", mark("RFM grid"), learn_rfm_grid),
    ("kmeans_rfm", mark("k-means on RFM"), learn_kmeans_rfm),
):
    _plain = _name in ("spend_quintiles", "rfm_grid")
    add(Scheme(_name, _label, _learn, "baseline", simplicity=1, by_name=_plain))
