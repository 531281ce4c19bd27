"""The table and the sentences about who comes first, as notebook 04 shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from segtools.joining import bracketed, sentences
from segtools.languages import header, mark, markc, tr, trc
from segtools.profiles.actions.priority import RATED
from segtools.wording import listed, quoted_name, rounded, shorten

Actions = Mapping[str, Any]
# Criteria that are rated from data, as they stand in different places.
_OF = {
    "value": mark("Value, of {weight}"),
    "growth": mark("Growth, of {weight}"),
    "size": mark("Size, of {weight}"),
    "reach": mark("Reach, of {weight}"),
    "effect": mark("Effect, of {weight}"),
}
_NAMES = {
    "value": markc("criterion", "value"),
    "growth": markc("criterion", "growth"),
    "size": markc("criterion", "size"),
    "reach": markc("criterion", "reach"),
    "effect": markc("criterion", "effect"),
}
_TOO_LITTLE = {
    "value": mark(
        "For {segments} too little is known of value to show it: its weight is shared "
        "among the others there."
    ),
    "growth": mark(
        "For {segments} too little is known of growth to show it: its weight is "
        "shared among the others there."
    ),
    "size": mark(
        "For {segments} too little is known of size to show it: its weight is shared "
        "among the others there."
    ),
    "reach": mark(
        "For {segments} too little is known of reach to show it: its weight is shared "
        "among the others there."
    ),
    "effect": mark(
        "For {segments} too little is known of effect to show it: its weight is "
        "shared among the others there."
    ),
}
_SCORE = header("Score, of 100")


def priority_table(actions: Actions) -> pd.DataFrame:
    """Tabulate the points of each segment; each row adds up to its score.

    Parameters
    ----------
    actions : mapping
        The content of ``actions.json``.

    Returns
    -------
    DataFrame
        By priority: a column a criterion, headed with the points that can be had, the
        score, and the worth of a small lift, which decides between equals.
    """
    rows = sorted(actions["segments"], key=lambda r: r["priority"])
    points = {
        tr(_OF[name], weight=rounded(weight)): [r["points"].get(name) for r in rows]
        for name, weight in actions["weights"].items()
    }
    frame = pd.DataFrame(
        {
            header("Priority"): [r["priority"] for r in rows],
            header("Segment"): [r["segment"] for r in rows],
            **points,
            _SCORE: [r["score"] for r in rows],
            actions["worth_label"]: [r["worth"] for r in rows],
        }
    )
    frame.attrs["formats"] = dict.fromkeys([*points, _SCORE], ".1f")
    return frame


def priority_sentences(actions: Actions) -> list[str]:
    """Say who comes first, by what weights, and what could not be rated.

    Parameters
    ----------
    actions : mapping
        The content of ``actions.json``.

    Returns
    -------
    list of str
    """
    return [
        _first(actions),
        *_weighed(actions),
        *(
            tr(
                "“{criterion}” (weight {weight}) is to be rated by people; until then "
                "its weight is shared among the others.",
                criterion=shorten(name),
                weight=rounded(weight),
            )
            for name, weight in actions["by_people"].items()
        ),
        *(_not_there(name, weight) for name, weight in actions["unknown"].items()),
        *_here_and_there(actions),
        *_moved(actions),
        *(
            tr(
                "`owners` names {name}, which is no segment of this run.",
                name=quoted_name(shorten(name)),
            )
            for name in actions["nobodys"]
        ),
    ]


def _not_there(name: str, weight: float) -> str:
    said = trc("criterion", _NAMES[name])
    return tr(
        "{criterion} ({measure}) is not in the data: its weight ({weight}) is shared "
        "among the others.",
        criterion=f"{said[:1].upper()}{said[1:]}",
        measure=tr(RATED[name]),
        weight=rounded(weight),
    )


def _first(actions: Actions) -> str:
    rows = sorted(actions["segments"], key=lambda r: r["priority"])
    if rows[0]["score"] is None:
        return tr(
            "No criterion with a weight can be rated from the data: the order is that "
            "of the worth of a small lift, then of the rank."
        )
    best = {"first": shorten(rows[0]["segment"]), "score": rounded(rows[0]["score"])}
    if len(rows) == 1 or rows[1]["score"] is None:
        return tr("{first} comes first, with {score} of 100 points.", **best)
    return tr(
        "{first} comes first, with {score} of 100 points; then {second}, with {next}.",
        second=shorten(rows[1]["segment"]),
        next=rounded(rows[1]["score"]),
        **best,
    )


def _weighed(actions: Actions) -> list[str]:
    weights = actions["weights"]
    if not weights:
        return []
    each = tr(
        "Weights, fixed before segments were seen: {criteria}.",
        criteria=listed(_weight(n, w) for n, w in weights.items()),
    )
    if "reach" not in weights:
        return [each]
    told = tr("Reach is told by {what}.", what=actions["reach_by"])
    return [sentences([each, told])]


def _weight(name: str, weight: float) -> str:
    said = trc("criterion", _NAMES[name])
    return bracketed(f"{said} {rounded(weight)}", tr(RATED[name]))


def _moved(actions: Actions) -> list[str]:
    """Say what measured lifts have changed in the order."""
    if not actions.get("measured"):
        return []
    rows = sorted(actions["segments"], key=lambda r: r["priority"])
    moved = [
        tr(
            "{segment} (from {before} to {now})",
            segment=shorten(r["segment"]),
            before=r["priority_before"],
            now=r["priority"],
        )
        for r in rows
        if r["priority"] != r["priority_before"]
    ]
    if not moved:
        return [
            tr(
                "Lifts that an experiment has measured stand in for assumed ones; the "
                "order stays what it was without them."
            )
        ]
    return [
        tr(
            "Lifts that an experiment has measured stand in for assumed ones, and "
            "changed the order: {moves}.",
            moves=listed(moved),
        )
    ]


def _here_and_there(actions: Actions) -> list[str]:
    said = []
    for name in actions["weights"]:
        lack = [r["segment"] for r in actions["segments"] if r["points"][name] is None]
        if lack:
            them = listed(shorten(s) for s in lack)
            said.append(tr(_TOO_LITTLE[name], segments=them))
    return said
