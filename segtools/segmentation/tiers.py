"""Tiers: an analyst's own cut points of one feature or several, as a scheme."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise, product
from typing import Any

import numpy as np
import pandas as pd

from segtools.features.catalogue import registered, said
from segtools.joining import commas
from segtools.languages import mark, tr
from segtools.schema import ConfigError, did_you_mean
from segtools.segmentation.place import place
from segtools.segmentation.scheme import Learned, Scheme, Task, add, remove_scheme
from segtools.wording import general

NAME = "tiers"
Cuts = Mapping[str, Sequence[float]]


def enter_tiers(cuts: Cuts) -> None:
    """Enter an analyst's cut points in the contest, or take them out if there are none.

    Parameters
    ----------
    cuts : mapping of str to sequence of float
        Feature to ascending cut points, in its own unit. A value on a cut is below it,
        and a missing one in the lowest tier. Several features are crossed.
    """
    remove_scheme(NAME)
    if cuts:
        add(
            Scheme(
                NAME,
                mark("Own tiers"),
                lambda task: learn_tiers(task, cuts),
                simplicity=1,
                fixed=True,
            )
        )


def learn_tiers(task: Task, cuts: Cuts) -> Learned:
    """Place customers by cut points; a tier that nobody is in joins the nearest one."""
    payload = tier_payload(cuts, task.at)
    return Learned(lambda features: place(payload, features).labels, payload)


def tier_payload(cuts: Cuts, at: pd.DataFrame) -> dict[str, Any]:
    """Freeze cut points, and give tiers that nobody in `at` is in to the nearest."""
    payload = cut_payload(cuts)
    unknown = [n for n in cuts if at[n].isna().any()]
    payload["seen_missing"] = unknown
    _join_empty(payload, np.unique(place(payload, at).labels), cuts)
    return payload


def cut_payload(cuts: Cuts, names: Sequence[str] = ()) -> dict[str, Any]:
    """Freeze cut points as rules: a tree that asks for one cut after the other.

    Parameters
    ----------
    cuts : mapping of str to sequence of float
        Feature to ascending cut points.
    names : sequence of str, optional
        Of the tiers, the lowest first; default what they hold.

    Returns
    -------
    dict
        Labels go from the lowest tier up, the last feature's fastest.

    Examples
    --------
    >>> cut_payload({"spend_total": [100.0]})["label_names"]
    ['Spend up to 100', 'Spend over 100']
    """
    tree: dict[str, list[Any]] = {k: [] for k in ("feature", "upper", "left", "right")}
    tree["label"] = []
    _grow(tree, list(cuts.values()), (), [])
    return {
        "kind": "rules",
        "form": "tree",
        "uses": list(cuts),
        "preprocess": [],
        "seen_missing": [],
        "tree": tree,
        "label_names": list(names) or _names(cuts),
    }


def _grow(
    tree: dict[str, list[Any]],
    cuts: list[Sequence[float]],
    place_in: tuple[int, ...],
    asked: list[int],
) -> int:
    """Add the questions from here on, and give the number of the first one."""
    level, rank = len(place_in), len(asked)
    node = len(tree["left"])
    end = level == len(cuts)
    below = [] if end else cuts[level]
    label = 0
    for own, values in zip(place_in, cuts, strict=False):
        label = label * (len(values) + 1) + own
    if not end and rank == len(below):  # above the last cut of this feature
        return _grow(tree, cuts, (*place_in, rank), [])
    for key, value in {
        "feature": -2 if end else level,
        "upper": 0.0 if end else float(below[rank]),
        "left": -1,
        "right": -1,
        "label": label if end else 0,
    }.items():
        tree[key].append(value)
    if not end:
        tree["left"][node] = _grow(tree, cuts, (*place_in, rank), [])
        tree["right"][node] = _grow(tree, cuts, place_in, [*asked, rank])
    return node


def _names(cuts: Cuts) -> list[str]:
    labels = {f.name: said(f.label) for f in registered()}
    each = [_tiers(labels.get(n, n), list(own)) for n, own in cuts.items()]
    return [commas(parts) for parts in product(*each)]


def _tiers(label: str, cuts: list[float]) -> list[str]:
    if not cuts:
        return [label]
    first, last = general(cuts[0]), general(cuts[-1])
    between = [
        tr("{feature} {low} to {high}", feature=label, low=general(a), high=general(b))
        for a, b in pairwise(cuts)
    ]
    return [
        tr("{feature} up to {high}", feature=label, high=first),
        *between,
        tr("{feature} over {low}", feature=label, low=last),
    ]


def _join_empty(payload: dict[str, Any], there: np.ndarray, cuts: Cuts) -> None:
    """Give tiers that nobody is in to the nearest one, and close the labels up."""
    cells = np.array(list(product(*(range(len(own) + 1) for own in cuts.values()))))
    away = np.abs(cells[:, None] - cells[there][None]).sum(axis=2)
    nearest = away.argmin(axis=1)
    payload["tree"]["label"] = nearest[payload["tree"]["label"]].tolist()
    payload["label_names"] = [payload["label_names"][i] for i in there]


def refuse_tiers(cuts: Cuts, variables: Sequence[str]) -> None:
    """Refuse cut points of what is no feature that builds segments.

    Raises
    ------
    ConfigError
        With a suggestion.
    """
    for name in cuts:
        if name not in variables:
            raise ConfigError(
                "tiers must be of features that build segments, but "
                f"{name!r} is none here. {did_you_mean(name, variables)}"
            )
