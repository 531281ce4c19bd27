"""What a decision by hand changes in a model: payload, segments and replicates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from segtools.languages import tr
from segtools.schema import ConfigError, did_you_mean
from segtools.segmentation.model import SegmentModel
from segtools.wording import general


def _ids(model: SegmentModel) -> list[str]:
    return [str(s["segment_id"]) for s in model.segments]


def _position(model: SegmentModel, segment_id: str) -> int:
    ids = _ids(model)
    if segment_id in {str(row["segment_id"]) for row in model.extra}:
        raise ConfigError(
            f"A decision must be about a segment that was learned, but {segment_id} "
            "stands apart by rule. Set dormant to join: its customers then stand among "
            "the others."
        )
    if segment_id not in ids:
        raise ConfigError(
            f"A segment must be named by its id, but {segment_id!r} is none. "
            f"{did_you_mean(segment_id, ids)}"
        )
    return ids.index(segment_id)


def _merged(
    model: SegmentModel, segments: list[str], name: str | None = None
) -> SegmentModel:
    """Give all these segments the first one's label; later labels close up."""
    chosen = list(dict.fromkeys(_position(model, s) for s in segments))
    if not 2 <= len(chosen) < len(model.segments):
        rule = "at least two" if len(chosen) < 2 else "not all"
        raise ConfigError(
            f"A merge must be of {rule} of the {len(model.segments)} segments, but it "
            f"is of {len(chosen)}. Name the ids of those that belong together."
        )
    first, gone = chosen[0], set(chosen[1:])
    left = [i for i in range(len(model.segments)) if i not in gone]
    to = [left.index(first if i in gone else i) for i in range(len(model.segments))]
    kept = [dict(model.segments[i]) for i in left]
    if name is not None:
        kept[to[first]]["name"] = _free(name, [*kept, *model.extra], to[first])
    fallback = kept[to[_position(model, model.fallback)]]["segment_id"]
    step = {"op": "merge", "to": to}
    return replace(
        model,
        payload=_with(model.payload, step),
        segments=_ranked(kept, [s["rank"] for s in kept]),
        fallback=str(fallback),
    )


def _divided(
    model: SegmentModel,
    segment: str,
    feature: str,
    upper: float,
    name: str | None = None,
    segment_id: str | None = None,
) -> SegmentModel:
    """Give customers of a segment above the cut a new label, id and rank."""
    own = _position(model, segment)
    label, old = len(model.segments), model.segments[own]
    made = segment_id or next_id(model)
    if made in {str(row["segment_id"]) for row in model.every}:
        raise ConfigError(
            f"A split must make a new id, but {made!r} is a segment already. Leave "
            "segment_id out: the next free id is taken."
        )
    called = name or tr(
        "{segment}, {feature} above {value}",
        segment=old["name"],
        feature=feature,
        value=general(upper),
    )
    new = {"segment_id": made, "name": called}
    segments = [dict(s) for s in model.segments] + [new]
    new["name"] = _free(called, [*segments, *model.extra], label)
    ranks = [float(s["rank"]) for s in model.segments] + [old["rank"] + 0.5]
    step = {"op": "split", "label": own, "feature": feature, "upper": float(upper)}
    return replace(
        model,
        payload=_with(model.payload, step | {"above": label}),
        segments=_ranked(segments, ranks),
        next_number=max(model.next_number, _number(made) + 1),
    )


def next_id(model: SegmentModel) -> str:
    """Give the id of the next new segment; none is ever used twice.

    Examples
    --------
    >>> from segtools.segmentation.model import everyone
    >>> next_id(everyone())
    'S01'
    """
    taken = [_number(str(row["segment_id"])) + 1 for row in model.every]
    return f"S{max(model.next_number, *taken):02d}"


def _moved(
    model: SegmentModel, at: float, to: float, feature: str | None = None
) -> SegmentModel:
    """Move one cut of a scorecard, of a grid's feature, or of a tree."""
    payload = model.payload
    if payload["kind"] == "scorecard" and feature is None:
        return _scorecard_moved(model, at, to)
    if payload["kind"] != "rules" or not feature or feature not in payload["uses"]:
        raise ConfigError(
            "A cut can be moved in a scorecard's points, or in a feature of rules, but "
            f"this model is of kind {payload['kind']} and the feature is {feature!r}. "
            "Split or merge segments instead."
        )
    if payload["form"] == "grid":
        cuts = _with_moved(payload["upper"][feature], at, to)
        upper = payload["upper"] | {feature: cuts}
        return replace(model, payload=payload | {"upper": upper})
    return replace(model, payload=_tree_moved(payload, at, to, feature))


def _scorecard_moved(model: SegmentModel, at: float, to: float) -> SegmentModel:
    if to != int(to):
        raise ConfigError(
            f"A cut must be a whole number of points, but it is {to}. Round it."
        )
    old = list(model.payload["cuts"])
    cuts = [int(c) for c in _with_moved(old, at, to)]
    number = old.index(at)
    copies = []
    for copy in model.replicates:
        own = list(copy["cuts"])
        if len(own) == len(old):
            own[number] = int(to)
        copies.append(copy | {"cuts": sorted(own)})
    payload = model.payload | {"cuts": cuts}
    return replace(model, payload=payload, replicates=copies)


def _with_moved(cuts: list[Any], at: float, to: float) -> list[float]:
    if at not in cuts:
        raise ConfigError(_no_cut(at, cuts))
    others = [c for c in cuts if c != at]
    if any(min(at, to) <= c <= max(at, to) for c in others):
        raise ConfigError(
            f"A cut must stay between its neighbours, but from {at:g} to {to:g} it "
            f"would pass or meet one of {[f'{c:g}' for c in others]}. Move less far, "
            "or merge the segments."
        )
    return [to if c == at else c for c in cuts]


def _no_cut(at: float, cuts: list[Any]) -> str:
    told = ", ".join(f"{c:.10g}" for c in dict.fromkeys(cuts)) or "none"
    return f"at must be one of the cuts, but {at:.10g} is none. The cuts are {told}."


def _tree_moved(
    payload: dict[str, Any], at: float, to: float, feature: str
) -> dict[str, Any]:
    tree, column = payload["tree"], payload["uses"].index(feature)
    nodes = [
        i
        for i, left in enumerate(tree["left"])
        if left >= 0 and tree["feature"][i] == column
    ]
    cuts = sorted({float(tree["upper"][i]) for i in nodes})
    _with_moved(cuts, at, to)
    upper = list(tree["upper"])
    for i in nodes:
        upper[i] = to if upper[i] == at else upper[i]
    return payload | {"tree": tree | {"upper": upper}}


def _excluded(model: SegmentModel, variable: str) -> SegmentModel:
    """Leave a variable out of a scorecard's bins or of the distances."""
    payload = model.payload
    own = list(payload["bins"] if payload["kind"] == "scorecard" else payload["uses"])
    if payload["kind"] not in _EXCLUDED:
        raise ConfigError(
            f"A variable can be left out of a scorecard or of clusters, but this model "
            f"is of kind {payload['kind']}. Learn again without {variable!r}."
        )
    if variable not in own:
        raise ConfigError(
            f"variable must be one that the model reads, but {variable!r} is not. "
            f"{did_you_mean(variable, own)}"
        )
    if any(s.get("feature") == variable for s in payload.get("hand", ())):
        raise ConfigError(
            "A variable can be left out where nothing else reads it, but a split by "
            f"hand reads {variable!r}. Leave it out before the split, or split by "
            "another."
        )
    if len(own) < 2:
        raise ConfigError(
            f"A model must read at least one variable, but {variable!r} is its only "
            "one. Learn again with others."
        )
    return _EXCLUDED[payload["kind"]](model, variable)


def _out_of_scorecard(model: SegmentModel, variable: str) -> SegmentModel:
    def less(given: dict[str, Any], *keys: str) -> dict[str, Any]:
        kept = {k: {n: v for n, v in given[k].items() if n != variable} for k in keys}
        return given | kept

    copies = [less(c, "points", "missing") for c in model.replicates]
    return replace(model, payload=less(model.payload, "bins"), replicates=copies)


def _out_of_centroids(model: SegmentModel, variable: str) -> SegmentModel:
    payload = model.payload
    kept = [i for i, n in enumerate(payload["uses"]) if n != variable]
    copies = [[[c[i] for i in kept] for c in one] for one in model.replicates]
    changed = {
        "uses": [payload["uses"][i] for i in kept],
        "seen_missing": [n for n in payload["seen_missing"] if n != variable],
        "preprocess": [_less(s, variable) for s in payload["preprocess"]],
        "centroids": [[c[i] for i in kept] for c in payload["centroids"]],
        # It was learned with the variable, and says nothing of shorter distances.
        "far_threshold": None,
    }
    return replace(model, payload=payload | changed, replicates=copies)


def _less(step: dict[str, Any], variable: str) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    for key, value in step.items():
        if isinstance(value, dict):
            changed[key] = {n: v for n, v in value.items() if n != variable}
        elif isinstance(value, list):
            changed[key] = [n for n in value if n != variable]
    return step | changed


def _with(payload: dict[str, Any], step: dict[str, Any]) -> dict[str, Any]:
    return payload | {"hand": [*payload.get("hand", ()), step]}


def _ranked(segments: list[dict[str, Any]], ranks: list[Any]) -> list[dict[str, Any]]:
    order = sorted(ranks)
    return [
        s | {"rank": order.index(r) + 1} for s, r in zip(segments, ranks, strict=True)
    ]


def _number(segment_id: str) -> int:
    digits = "".join(c for c in segment_id if c.isdigit())
    return int(digits) if digits else 0


def _free(name: str, segments: list[dict[str, Any]], own: int) -> str:
    taken = {s["name"] for i, s in enumerate(segments) if i != own}
    if name in taken:
        raise ConfigError(
            f"Every segment must have a name of its own, but another is called "
            f"{name!r}. Choose a different name."
        )
    return name


_EXCLUDED = {"scorecard": _out_of_scorecard, "centroids": _out_of_centroids}
CHANGES: dict[str, Callable[..., SegmentModel]] = {
    "merge": _merged,
    "split": _divided,
    "move_cut": _moved,
    "exclude": _excluded,
}
