"""All that follow-up says of two runs, put together once for notebook and page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from segtools.config.blocks import RefreshThresholds
from segtools.disclosure import LIMIT
from segtools.history.changes import count_words, summarise_changes
from segtools.history.drift import EVERYONE, find_drift, why_not_compared
from segtools.history.drift_words import (
    drift_table,
    drift_words,
    segment_drift_table,
)
from segtools.history.fates import Fate, fates_table, find_fates, kinship
from segtools.history.goal_thread import goal_changes, goal_sentence, not_serving
from segtools.history.money import money_words
from segtools.history.movement import VALUES, Movement, arrivals, find_movement
from segtools.history.refresh import model_age, recommend_refresh, refresh_checks
from segtools.history.snapshot import Snapshot
from segtools.languages import header, mark, markc, tr, trc
from segtools.wording import MISSING, number, plain, short_day

NO_MODEL = mark("There is no model in use yet that could be kept or renewed.")


@dataclass(frozen=True)
class FollowUp:
    """Two runs beside each other; on a first run there is only this one.

    Attributes
    ----------
    old : Snapshot or None
    new : Snapshot
    movement : Movement or None
    changes : dict
        What ``changes.json`` keeps; see `summarise_changes`.
    fates : list of Fate
    drift : DataFrame
        As `find_drift` gives it.
    checks : list of dict
        As `refresh_checks` gives them.
    thresholds : RefreshThresholds
    """

    old: Snapshot | None
    new: Snapshot
    movement: Movement | None
    changes: dict[str, Any]
    fates: list[Fate]
    drift: pd.DataFrame
    checks: list[dict[str, Any]]
    thresholds: RefreshThresholds

    @property
    def moves(self) -> pd.DataFrame:
        """One row a customer, as ``migration.parquet`` keeps it."""
        return arrivals(self.new) if self.movement is None else self.movement.rows

    @property
    def advice(self) -> dict[str, Any]:
        """The recommendation; see `recommend_refresh`."""
        if self.old is None:
            return {"recommendation": None, "sentence": tr(NO_MODEL), "reasons": []}
        return recommend_refresh(self.checks)

    @property
    def age(self) -> dict[str, Any] | None:
        """How old the model in use is; None on a first run."""
        return None if self.old is None else model_age(self.old, self.new)

    def fates_table(self, smallest_cell: int = LIMIT) -> pd.DataFrame:
        """List what became of each segment; see `fates.fates_table`."""
        if self.movement is None:
            return pd.DataFrame()
        names = self.movement.alignment.names
        table = kinship(self.movement)
        return fates_table(self.fates, table, names, smallest_cell=smallest_cell)

    def drift_sentence(self) -> str:
        """Say how many features have drifted, and in which segments."""
        if self.old is None:
            return tr("On a first run there is nothing from which figures could drift.")
        if self.drift.empty:
            why = why_not_compared(self.old, self.new)
            why = why or tr("no feature is in both runs")
            return tr("Drift cannot be told: {why}.", why=why)
        return drift_words(self.drift)

    def drift_table(self) -> pd.DataFrame:
        """List the drift of each feature among everyone, the largest first."""
        return drift_table(self.drift)

    def segment_drift_table(self) -> pd.DataFrame:
        """List what has drifted within segments beyond chance, the largest first."""
        return segment_drift_table(self.drift, self.new.names)

    def record(self, season: dict[str, Any] | None = None) -> dict[str, Any]:
        """Give what ``drift.json`` keeps.

        How many customers a figure rests on is left out: less the size of the segment
        it would tell how many never ordered.
        """
        return {
            "first_run": self.old is None,
            "previous_as_of": None if self.old is None else self.old.as_of,
            "drift_sentence": self.drift_sentence(),
            "features": self._rows(self.drift["segment_id"] == EVERYONE),
            "segments": self._rows(self.drift["segment_id"] != EVERYONE),
            "fates": [f.__dict__ for f in self.fates],
            "model_age": self.age,
            "checks": self.checks,
            "thresholds": self.thresholds.model_dump(),
            "goals": self._goals(),
            "season": season,
        } | self.advice

    def _goals(self) -> dict[str, Any]:
        moved = [] if self.old is None else goal_changes(self.old, self.new)
        rows = [] if self.old is None else pd.DataFrame(moved).to_dict("records")
        pairs = not_serving(self.new.records.get("selection") or {"segments": []})
        return {
            "sentence": goal_sentence(self.old, self.new),
            "changes": [{k.lower(): v for k, v in row.items()} for row in rows],
            "not_told_apart": pairs,
        }

    def _rows(self, chosen: pd.Series) -> list[dict[str, Any]]:
        names = ["segment_id", "feature", "label", "psi", "p", "p_adjusted", "level"]
        own = self.drift.loc[chosen, names] if len(self.drift) else self.drift[names]
        digits = {"psi": 4, "p": 6, "p_adjusted": 6}
        own = own.astype(dict.fromkeys(digits, float)).round(digits)
        return [dict(row) for row in own.to_dict("records")]


def follow_up(
    old: Snapshot | None,
    new: Snapshot,
    *,
    thresholds: RefreshThresholds | None = None,
    smallest_cell: int = LIMIT,
    related: bool = True,
) -> FollowUp:
    """Hold a run against an earlier one: movement, fates, drift and what to do.

    Parameters
    ----------
    old : Snapshot or None
        The earlier run; None on a first run.
    new : Snapshot
    thresholds : RefreshThresholds, optional
        ``refresh`` of the configuration; default its defaults.
    smallest_cell : int, default=10
        Nothing is told of fewer customers.
    related : bool, default=True
        As for `align`.

    Examples
    --------
    >>> now = pd.DataFrame({"customer_id": ["1"], "segment_id": ["S01"],
    ...                     "segment": ["x"]})
    >>> follow_up(None, Snapshot("2024-02-01", now)).advice["sentence"]
    'There is no model in use yet that could be kept or renewed.'
    """
    thresholds = thresholds or RefreshThresholds.model_validate({})
    if old is None:
        changes = summarise_changes(None, new, None)
        nothing = find_drift(new, Snapshot(new.as_of, new.segments), {})
        return FollowUp(None, new, None, changes, [], nothing, [], thresholds)
    movement = find_movement(old, new, related=related)
    names = movement.alignment.names
    ids = movement.alignment.ids
    drift = find_drift(old, new, ids, smallest_cell=smallest_cell, act=thresholds.drift)
    return FollowUp(
        old=old,
        new=new,
        movement=movement,
        changes=summarise_changes(old, new, movement, smallest_cell=smallest_cell),
        fates=find_fates(kinship(movement), names),
        drift=drift,
        checks=refresh_checks(
            old, new, movement, drift, thresholds, smallest_cell=smallest_cell
        ),
        thresholds=thresholds,
    )


def leavers_table(changes: dict[str, Any]) -> pd.DataFrame:
    """List who left each segment, by reason.

    Examples
    --------
    >>> line = {"segment": "A", "moved": 30, "changed": 20, "redrawn": 10, "noise": 0}
    >>> leavers_table({"leavers": [line]}).values.tolist()
    [['A', '30', '20', '10', '0']]
    """
    heads = {
        "changed": header("Changed themselves"),
        "redrawn": header("Redrawn"),
        "noise": header("Noise"),
    }
    left, moved = header("Left"), header("Moved in all")
    rows = [
        {left: plain(line["segment"]), moved: _count(line["moved"])}
        | {head: _count(line[key]) for key, head in heads.items()}
        for line in changes.get("leavers", [])
    ]
    table = pd.DataFrame(rows)
    told = changes.get("totals", {}).get("moved") == 0
    none = tr("too few in one of them to be told")
    table.attrs["none"] = tr("nobody") if told else none
    return table


def _count(value: int | None) -> str:
    return _hidden() if value is None else number(value)


def _hidden() -> str:
    return trc("cell", "hidden")


def reconciliation_table(changes: dict[str, Any], currency: str = "") -> pd.DataFrame:
    """List who stayed, moved, came and left, with money, and both runs' totals.

    Parameters
    ----------
    changes : dict
        What ``changes.json`` keeps.
    currency : str, default=""

    Returns
    -------
    DataFrame
        Empty on a first run.
    """
    if changes["first_run"]:
        return pd.DataFrame()
    rows: list[Sequence[str]] = []
    for name, said in _CUSTOMERS_WHO.items():
        paid = changes["money"][name]
        shown = changes["totals"][name] is not None
        then, now = (
            money_words(paid[v], currency) if shown else _hidden() for v in VALUES
        )
        then = MISSING if name == "new" else then
        now = MISSING if name == "gone" else now
        count = count_words(changes, name) or _hidden()
        rows.append((trc("customers who", said), count, then, now))
    for key, said in _EVERYBODY.items():
        end = changes["ends"][key]
        paid = money_words(end["value"], currency)
        both = (paid, MISSING) if key == "before" else (MISSING, paid)
        rows.append(
            (tr(said, day=short_day(end["as_of"])), number(end["customers"]), *both)
        )
    columns = [header("Customers who"), header("Customers")]
    columns += [header("Spend then"), header("Spend now")]
    return pd.DataFrame(rows, columns=columns)


_CUSTOMERS_WHO = {
    "stayed": markc("customers who", "Stayed in their segment"),
    "moved": markc("customers who", "Changed segment"),
    "gone": markc("customers who", "Gone"),
    "new": markc("customers who", "New"),
}
_EVERYBODY = {
    "before": mark("Everybody then ({day})"),
    "now": mark("Everybody now ({day})"),
}
