"""The table and the sentences about who comes first, as notebook 04 shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from segtools.profiles.actions.priority import RATED
from segtools.wording import listed, rounded, shorten

Actions = Mapping[str, Any]


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
        f"{name.capitalize()}, of {rounded(weight)}": [
            r["points"].get(name) for r in rows
        ]
        for name, weight in actions["weights"].items()
    }
    frame = pd.DataFrame(
        {
            "Priority": [r["priority"] for r in rows],
            "Segment": [r["segment"] for r in rows],
            **points,
            "Score, of 100": [r["score"] for r in rows],
            actions["worth_label"]: [r["worth"] for r in rows],
        }
    )
    decimals = dict.fromkeys([*points, "Score, of 100"], ".1f")
    frame.attrs["formats"] = decimals
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
            f"“{shorten(name)}” (weight {rounded(weight)}) is to be rated by people; "
            "until then its weight is shared among the others."
            for name, weight in actions["by_people"].items()
        ),
        *(
            f"{name.capitalize()} ({RATED[name]}) is not in the data: its weight "
            f"({rounded(weight)}) is shared among the others."
            for name, weight in actions["unknown"].items()
        ),
        *_here_and_there(actions),
        *_moved(actions),
        *(
            f"`owners` names {shorten(name)!r}, which is no segment of this run."
            for name in actions["nobodys"]
        ),
    ]


def _first(actions: Actions) -> str:
    rows = sorted(actions["segments"], key=lambda r: r["priority"])
    if rows[0]["score"] is None:
        return (
            "No criterion with a weight can be rated from the data: the order is that "
            "of the worth of a small lift, then of the rank."
        )
    name, score = shorten(rows[0]["segment"]), rounded(rows[0]["score"])
    said = f"{name} comes first, with {score} of 100 points"
    if len(rows) == 1 or rows[1]["score"] is None:
        return f"{said}."
    return (
        f"{said}; then {shorten(rows[1]['segment'])}, with {rounded(rows[1]['score'])}."
    )


def _weighed(actions: Actions) -> list[str]:
    weights = actions["weights"]
    if not weights:
        return []
    each = listed(f"{n} {rounded(w)} ({RATED[n]})" for n, w in weights.items())
    by = f" Reach is told by {actions['reach_by']}." if "reach" in weights else ""
    return [f"Weights, fixed before segments were seen: {each}.{by}"]


def _moved(actions: Actions) -> list[str]:
    """Say what measured lifts have changed in the order."""
    if not actions.get("measured"):
        return []
    rows = sorted(actions["segments"], key=lambda r: r["priority"])
    moved = [
        f"{shorten(r['segment'])} (from {r['priority_before']} to {r['priority']})"
        for r in rows
        if r["priority"] != r["priority_before"]
    ]
    head = "Lifts that an experiment has measured stand in for assumed ones"
    if not moved:
        return [f"{head}; the order stays what it was without them."]
    return [f"{head}, and changed the order: {listed(moved)}."]


def _here_and_there(actions: Actions) -> list[str]:
    said = []
    for name in actions["weights"]:
        lack = [r["segment"] for r in actions["segments"] if r["points"][name] is None]
        if lack:
            them = listed(shorten(s) for s in lack)
            said.append(
                f"For {them} too little is known of {name} to show it: its weight is "
                "shared among the others there."
            )
    return said
