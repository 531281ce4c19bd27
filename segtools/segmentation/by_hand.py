"""Carry out in a run what its configuration's ``decisions`` ask for.

Excluded variables are gone before anything is learned; merges, splits and moved cuts
act on the named, frozen model. The same decisions on the same data give the same model,
and on next month's data they are carried out again, on the segments as learned: a
segment that is not there any more stops the run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from segtools.config import refuse_features
from segtools.records import read_record
from segtools.schema import ConfigError
from segtools.segmentation.decisions import Decision
from segtools.segmentation.hand import Hand, merge, move_cut, split
from segtools.segmentation.hand_changes import next_id
from segtools.segmentation.model import SegmentModel

_FOR_ALL = ("what", "why", "who", "force")


@dataclass(frozen=True)
class Carried:
    """What became of a run's decisions.

    Attributes
    ----------
    learned : SegmentModel
        As it was learned and named.
    model : SegmentModel
        As the decisions made it.
    done, left : list of Decision
        Those that were carried out, and those that could not be since there is only
        one segment.
    """

    learned: SegmentModel
    model: SegmentModel
    done: list[Decision] = field(default_factory=list)
    left: list[Decision] = field(default_factory=list)


def planned(
    blocks: Sequence[Mapping[str, Any]], features: pd.DataFrame
) -> list[Decision]:
    """Read the configuration's ``decisions``.

    Parameters
    ----------
    blocks : sequence of mapping
        ``what``, ``why``, perhaps ``who`` and ``force``, and what each kind needs.
    features : DataFrame
        ``customer_id`` and the features that build segments.

    Returns
    -------
    list of Decision
        Not carried out yet: ``forced`` is the permission, and sizes are empty.

    Raises
    ------
    ConfigError
        If one is about a feature that does not build segments; see `refuse_features`.

    Examples
    --------
    >>> features = pd.DataFrame({"customer_id": ["a"], "n_stores": [1.0]})
    >>> block = {"what": "exclude", "variable": "n_stores", "why": "we close stores"}
    >>> planned([block], features)[0].arguments
    {'variable': 'n_stores'}
    """
    given = [dict(block) for block in blocks]
    refuse_features(given, list(features.columns.drop("customer_id")))
    return [
        Decision(
            what=b["what"],
            arguments={k: v for k, v in b.items() if k not in _FOR_ALL},
            why=b["why"],
            who=b.get("who"),
            forced=bool(b.get("force")),
        )
        for b in given
    ]


def carry_out(
    model: SegmentModel,
    features: pd.DataFrame,
    decisions: Sequence[Decision],
    *,
    min_share: float,
    names: Mapping[str, str] | None = None,
    previous: Path | None = None,
) -> Carried:
    """Merge, split and move cuts as decided, one after the other.

    Parameters
    ----------
    model : SegmentModel
        Learned without excluded variables, and named.
    features : DataFrame
        The population at the origin; sizes are counted on it.
    decisions : sequence of Decision
        As `planned` gives them. They name segments by id or by name, as the decisions
        before them left these.
    min_share : float
        Smallest share that a changed segment may hold, unless forced.
    names : mapping, optional
        ``segment_names`` of the configuration, for segments that a split makes.
    previous : Path, optional
        The previous run's folder. A segment that the same split made there keeps its
        id, also if the cut lies elsewhere now.

    Returns
    -------
    Carried

    Raises
    ------
    ConfigError
        If a decision does not fit; the first sentence says which, counted from 0.
    """
    if len(model.segments) < 2:
        done = [d for d in decisions if d.what == "exclude"]
        return Carried(model, model, done, [d for d in decisions if d not in done])
    named, kept, done = dict(names or {}), _made_before(previous), []
    changed = model
    for number, wish in enumerate(decisions):
        if wish.what == "exclude":
            done.append(replace(wish, forced=False))
            continue
        hand = Hand(features, wish.why, wish.who, min_share, force=wish.forced)
        try:
            arguments = _by_id(wish, changed)
            if wish.what == "split":
                arguments |= _identity(arguments, changed, kept, named)
            changed, made = _DO[wish.what](changed, hand, **arguments)
        except ConfigError as error:
            raise ConfigError(f"decisions.{number} does not fit: {error}") from None
        done.append(made)
    return Carried(model, changed, done)


def _by_id(wish: Decision, model: SegmentModel) -> dict[str, Any]:
    """Name segments by their ids, which stay, instead of their names."""
    found = dict(wish.arguments)
    if "segment" in found:
        found["segment"] = _id(found["segment"], model)
    if "segments" in found:
        found["segments"] = [_id(s, model) for s in found["segments"]]
    return found


def _id(called: str, model: SegmentModel) -> str:
    ids = {str(s["segment_id"]): str(s["name"]) for s in model.every}
    if called in ids:
        return called
    for segment_id, name in ids.items():
        if name == called:
            return segment_id
    there = ", ".join(f"{i} ({name})" for i, name in ids.items())
    raise ConfigError(
        f"it must name segments that are there, but {called!r} is none of {there}. "
        "Name one of them, or take the decision out."
    )


def _identity(
    arguments: Mapping[str, Any],
    model: SegmentModel,
    kept: dict[tuple[str, str], list[str]],
    names: Mapping[str, str],
) -> dict[str, Any]:
    """Give the new segment the id that the same split made in the previous run."""
    before = kept[arguments["segment"], arguments["feature"]]
    segment_id = before.pop(0) if before else next_id(model)
    name = arguments.get("name")
    name = names.get(segment_id, names.get(name, name) if name else None)
    return {"segment_id": segment_id, "name": name}


def _made_before(previous: Path | None) -> dict[tuple[str, str], list[str]]:
    """List the ids that splits made in the previous run, by segment and feature."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in (before_by_hand(previous) or {}).get("decisions", []):
        own = row["arguments"]
        if row["what"] == "split" and row["applied"]:
            found[own["segment"], own["feature"]].append(own["segment_id"])
    return found


def before_by_hand(previous: Path | None) -> dict[str, Any] | None:
    """Read what a run's decisions by hand were; None where there were none.

    Parameters
    ----------
    previous : Path or None
        The run's folder.
    """
    if previous is None or not (previous / "selection.json").exists():
        return None
    found: dict[str, Any] | None
    found = read_record(previous / "selection.json").get("by_hand")
    return found


_DO: dict[str, Callable[..., tuple[SegmentModel, Decision]]] = {
    "merge": merge,
    "split": split,
    "move_cut": move_cut,
}
