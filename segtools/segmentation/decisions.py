"""What an analyst decided about a model, as JSON that makes the model again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import pandas as pd

from segtools.schema import ConfigError
from segtools.segmentation.hand_changes import CHANGES
from segtools.segmentation.model import SegmentModel
from segtools.segmentation.place import needed


@dataclass(frozen=True)
class Decision:
    """What an analyst decided about a model, and why.

    Attributes
    ----------
    what : str
        ``merge``, ``split``, ``move_cut`` or ``exclude``.
    arguments : dict
        What `apply_decisions` needs to do it again.
    why : str
        The reason; never empty.
    who : str, optional
    before, after : dict
        Segment id to its number of customers.
    forced : bool
        Whether a segment below the smallest share was accepted.
    """

    what: str
    arguments: dict[str, Any]
    why: str
    who: str | None = None
    before: dict[str, int] = field(default_factory=dict)
    after: dict[str, int] = field(default_factory=dict)
    forced: bool = False

    def record(self) -> dict[str, Any]:
        """Give what JSON keeps; ``Decision(**record)`` reads it back."""
        return asdict(self)


def apply_decisions(
    model: SegmentModel, decisions: Iterable[Decision | dict[str, Any]]
) -> SegmentModel:
    """Make an analyst's model again from the frozen one and the decisions.

    Parameters
    ----------
    model : SegmentModel
        As it was before the first of them; or learned again, with the same ids and
        cuts. A variable that it does not read any more is no trouble.
    decisions : iterable of Decision or dict
        In their order, as they were made or as ``Decision.record`` gives them.

    Returns
    -------
    SegmentModel

    Raises
    ------
    ConfigError
        If a decision does not fit the model.
    """
    for given in decisions:
        made = given if isinstance(given, Decision) else Decision(**given)
        gone = made.what == "exclude" and made.arguments["variable"] not in needed(
            model.payload
        )
        model = model if gone else change(model, made.what, made.arguments)
    return model


def without(
    frame: pd.DataFrame, decisions: Iterable[Decision | dict[str, Any]]
) -> pd.DataFrame:
    """Leave out excluded variables, so that the contest learns without them.

    Examples
    --------
    >>> frame = pd.DataFrame({"customer_id": ["a"], "age": [40.0]})
    >>> decision = Decision("exclude", {"variable": "age"}, why="not ours to use")
    >>> without(frame, [decision.record()]).columns.tolist()
    ['customer_id']
    """
    made = [d if isinstance(d, Decision) else Decision(**d) for d in decisions]
    names = {d.arguments["variable"] for d in made if d.what == "exclude"}
    return frame.drop(columns=[c for c in frame.columns if c in names])


def change(model: SegmentModel, what: str, arguments: dict[str, Any]) -> SegmentModel:
    """Do what a decision says, without asking whether it makes sense.

    Raises
    ------
    ConfigError
        If there is no such decision, or it does not fit the model.
    """
    if what not in CHANGES:
        raise ConfigError(
            f"A decision must be one of {', '.join(sorted(CHANGES))}, but it is "
            f"{what!r}. Use the records that segtools wrote."
        )
    changed = CHANGES[what](model, **arguments)
    known = {f["name"]: f for f in model.features}
    new = {"unit": "", "definition_version": 1}
    names = needed(changed.payload)
    return replace(changed, features=[known.get(n, {"name": n} | new) for n in names])
