"""What moving a cut does: to sizes, value, and to how steady the segments are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.disclosure import hide_parts
from segtools.explorer.opened import MONEY, Explored
from segtools.features.words import with_unit
from segtools.joining import bracketed, sentences
from segtools.languages import header, tr, trn
from segtools.schema import ConfigError
from segtools.segmentation.cuts import Crossing, Cut, crossing, cuts_of, stops
from segtools.segmentation.decisions import change
from segtools.segmentation.redrawn import (
    Again,
    agreement,
    agreement_again,
    method_rows,
)
from segtools.segmentation.scorecard import expected_outcome
from segtools.wording import interval, number, percent, plain, rounded, shorten

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Move:
    """What a moved cut would do.

    Attributes
    ----------
    cut : Cut
    to : float
        Where it would be.
    sizes : DataFrame
        One row a segment, the best rank first: ``segment_id``, ``segment``, customers
        ``before`` and ``after``, and their value in the window, ``value_before`` and
        ``value_after``; null where too few to be shown, value also where it is unknown.
    changed : int
        How many customers change segment.
    n : int
        Of how many.
    same : float
        Adjusted Rand index of the segments after with those before.
    now, then : Again
        How far each comes again from other samples of customers.
    """

    cut: Cut
    to: float
    sizes: pd.DataFrame
    changed: int
    n: int
    same: float
    now: Again
    then: Again


@lru_cache(maxsize=32)
def crossing_of(explored: Explored, cut: Cut) -> Crossing:
    """Find out whom a cut concerns; see `crossing`."""
    return crossing(explored.model, explored.building, cut)


@lru_cache(maxsize=32)
def stops_of(explored: Explored, cut: Cut) -> tuple[float, ...]:
    """List the places to which a cut may move; see `stops`.

    They are places of `grid_of`: what is seen with one cut, or after a cut was kept,
    may be subtracted from what is seen with another one.
    """
    grid = grid_of(explored.first or explored, cut.feature)
    found = crossing_of(explored, cut)
    return tuple(stops(found, explored.smallest_cell, among=grid))


@lru_cache(maxsize=32)
def grid_of(explored: Explored, feature: str | None) -> tuple[float, ...]:
    """List all places where a cut of a feature may ever be, neighbours together.

    Of two cuts the range between them has one set of places, not one from either end;
    those of the lower one.
    """
    own = [cut for cut in cuts_of(explored.model) if cut.feature == feature]
    found: set[float] = set()
    for cut in own:
        places = stops(crossing_of(explored, cut), explored.smallest_cell)
        found.update(p for p in places if p >= cut.at or cut == own[0])
    return tuple(sorted(found))


@lru_cache(maxsize=8)
def _rows(explored: Explored) -> pd.DataFrame:
    return method_rows(explored.model, explored.building, explored.seed)


@lru_cache(maxsize=8)
def steadiness(explored: Explored) -> Again:
    """Say how far the present segments come again from other samples."""
    return agreement_again(explored.model, _rows(explored), explored.seed)


def cut_named(explored: Explored, cut: Cut | int | str) -> Cut:
    """Give one of the model's cuts, by itself, its number or its words.

    Raises
    ------
    ConfigError
        If it is none.
    """
    there = cuts_of(explored.model)
    if isinstance(cut, int) and 0 <= cut < len(there):
        return there[cut]
    for own in there:
        if cut in (own, cut_words(explored, own)):
            return own
    words = [cut_words(explored, c) for c in there]
    raise ConfigError(
        f"A cut must be one of the model's, but {cut!r} is none. The cuts are "
        f"{', '.join(words) or 'none'}."
    )


def cut_words(explored: Explored, cut: Cut) -> str:
    """Say which cut it is."""
    return f"{_of(explored, cut)}: {place_words(explored, cut, cut.at)}"


def _of(explored: Explored, cut: Cut) -> str:
    return (
        tr("Score") if cut.feature is None else shorten(explored.label_of(cut.feature))
    )


def place_words(explored: Explored, cut: Cut, at: float) -> str:
    """Say where a cut is: with the unit, of points with the outcome they stand for."""
    if cut.feature is not None:
        unit = explored.numeric.get(cut.feature, ("", ""))[1]
        return with_unit(rounded(at, 6), unit)
    payload = explored.model.payload
    expected = float(expected_outcome(np.array([at]), payload["link"])[0])
    worth = f"{rounded(expected)} {plain(explored.currency)}".strip()
    told = worth if payload["link"] == "log" else percent(expected)
    return trn(
        "{n} point (expects {outcome})",
        "{n} points (expects {outcome})",
        round(at),
        n=number(at),
        outcome=told,
    )


@lru_cache(maxsize=256)
def looked(explored: Explored, cut: Cut, to: float) -> Move:
    """Work out what a moved cut would do.

    Parameters
    ----------
    explored : Explored
    cut : Cut
        One of ``cuts_of(explored.model)``.
    to : float
        One of `stops_of`: two places that differ by a few customers would tell, by
        subtraction, what these spent.

    Raises
    ------
    ConfigError
        If it may not move there.
    """
    refuse_between(explored, cut, to)
    found = crossing_of(explored, cut)
    before, after = found.positions(cut.at), found.positions(to)
    arguments = {"at": cut.at, "to": to, "feature": cut.feature}
    model = explored.model
    moved = model if to == cut.at else change(model, "move_cut", arguments)
    now = steadiness(explored)
    then = now
    if to != cut.at:
        then = agreement_again(moved, _rows(explored), explored.seed)
    return Move(
        cut=cut,
        to=to,
        sizes=sizes_of(explored, before, after),
        changed=int((before != after).sum()),
        n=len(before),
        same=agreement(before, after),
        now=now,
        then=then,
    )


def refuse_between(explored: Explored, cut: Cut, to: float) -> None:
    """Refuse a place that is none of a cut's stops.

    Raises
    ------
    ConfigError
        With the nearest one.
    """
    places = stops_of(explored, cut)
    if to not in places:
        near = min(places, key=lambda p: (abs(p - to), p))
        raise ConfigError(
            f"A cut must move to one of the {len(places)} places between which enough "
            f"customers change, but {to:.10g} is none. The nearest is {near:.10g}."
        )


def sizes_of(explored: Explored, before: Ints, after: Ints) -> pd.DataFrame:
    """Count customers and sum their value by segment, twice; see `Move`.

    What is hidden at first, before or after is hidden in both: a segment of four that
    grows by ten whom another one loses would be told by what is left.
    """
    every = explored.model.every
    columns: dict[str, object] = {
        "segment_id": [str(s["segment_id"]) for s in every],
        "segment": [str(s["name"]) for s in every],
    }
    looks = (_at_first(explored), before, after)
    counts = [np.bincount(own, minlength=len(every)) for own in looks]
    hidden = np.any([hide_parts(n, explored.smallest_cell) for n in counts], axis=0)
    for when, own, n in zip(("before", "after"), looks[1:], counts[1:], strict=True):
        columns[when] = pd.Series(n, dtype="Int64").mask(hidden)
        columns[f"value_{when}"] = pd.Series(_worth(explored, own)).mask(hidden)
    order = np.argsort([int(s["rank"]) for s in every], kind="stable")
    return pd.DataFrame(columns).iloc[order].reset_index(drop=True)


def _at_first(explored: Explored) -> Ints:
    """Give everybody's position in ``model.every`` before any cut was kept."""
    ids = [str(s["segment_id"]) for s in explored.model.every]
    own = (explored.first or explored).segments["segment_id"].astype(str)
    return own.map({i: n for n, i in enumerate(ids)}).to_numpy(np.int64)


def _worth(explored: Explored, own: Ints) -> NDArray[np.float64]:
    """Sum what customers of each segment spent in the window."""
    k = len(explored.model.every)
    if MONEY not in explored.features.columns:
        return np.full(k, np.nan)
    money = explored.features[MONEY].fillna(0).to_numpy(float)
    return np.round(np.bincount(own, weights=money, minlength=k), 2)


def moved_sentence(explored: Explored, move: Move) -> str:
    """Say in words what a moved cut would do."""
    now, then = (place_words(explored, move.cut, p) for p in (move.cut.at, move.to))
    what = _of(explored, move.cut)
    if move.to == move.cut.at:
        stays = tr("{feature}: the cut stays at {place}.", feature=what, place=now)
        return sentences([stays, _again_now(move.now)])
    moved = tr(
        "{feature}: with the cut at {then} instead of {now}, {changed} of {n} "
        "customers ({share}) change segment. Agreement with the present segments is "
        "{same} (adjusted Rand; 1 is the same).",
        feature=what,
        then=then,
        now=now,
        changed=number(move.changed),
        n=number(move.n),
        share=percent(move.changed / move.n),
        same=number(move.same, 2),
    )
    return sentences([moved, _again_then(move.now, move.then)])


def _again_now(now: Again) -> str:
    if not now.n:
        return tr("Other samples of customers were not drawn for this model.")
    return trn(
        "In {n} other sample of customers the segments come again with an agreement of "
        "{agreement}.",
        "In {n} other samples of customers the segments come again with an agreement "
        "of {agreement}.",
        now.n,
        agreement=_span(now),
    )


def _again_then(now: Again, then: Again) -> str:
    if not then.n:
        return _again_now(then)
    return trn(
        "In {n} other sample of customers such segments come again with an agreement "
        "of {then}; the present ones with {now}.",
        "In {n} other samples of customers such segments come again with an agreement "
        "of {then}; the present ones with {now}.",
        then.n,
        then=_span(then),
        now=_span(now),
    )


def _span(again: Again) -> str:
    ends = interval(again.low, again.high, lambda value: number(value, 2))
    return bracketed(number(again.middle, 2), ends)


def moved_table(explored: Explored, move: Move) -> pd.DataFrame:
    """Tabulate sizes and value before and after, for people."""
    rows = move.sizes
    each = rows["value_after"] / rows["after"].astype(float)
    now, then = header("Value now"), header("Value then")
    if explored.currency:
        unit = plain(explored.currency)
        now = tr("Value ({unit}) now", unit=unit)
        then = tr("Value ({unit}) then", unit=unit)
    shown = pd.DataFrame(
        {
            header("Segment"): rows["segment"],
            header("Customers now"): rows["before"],
            header("Customers then"): rows["after"],
            header("Change"): rows["after"] - rows["before"],
            now: rows["value_before"],
            then: rows["value_after"],
            header("Value each, then"): each,
        }
    )
    counts = ("Customers now", "Customers then", "Change", now)
    formats = dict.fromkeys((*counts, then), "count")
    shown.attrs["formats"] = formats | {"Value each, then": "rounded"}
    return shown
