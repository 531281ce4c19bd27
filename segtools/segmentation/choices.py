"""Defensible choices around a run, and a balanced design of variants over them.

Steegen, Tuerlinckx, Gelman & Vanpaemel (2016) call it a multiverse: where several ways
to prepare and analyse are equally defensible, the finding is shown under all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from segtools.config import RunConfig
from segtools.segmentation.scheme import known_scheme

METHODS = ("goal", "clusters", "rules", "ward", "mixture")
N_METHODS, N_SIZES, N_WINDOWS, N_POLICIES = 4, 3, 3, 2
# The only built-in scheme that can leave its columns unlogged.
SCALED = "clusters"
SCALINGS = ("logged", "plain")
LEAST_WINDOW = 7
# What else could be defended about the data; the first two that concern any row count.
POLICIES: dict[str, dict[str, str]] = {
    "returns": {"net": "separate", "separate": "net", "drop": "net"},
    "huge_orders": {"keep": "clip", "clip": "keep", "drop": "keep"},
    "unmatched_returns": {"keep": "drop", "drop": "keep"},
    "cancellations": {"drop": "return", "return": "drop", "keep": "drop"},
    "duplicates": {"drop": "keep", "keep": "drop"},
    "zero_prices": {"keep": "drop", "drop": "keep"},
}
Variant = dict[str, Any]


@dataclass(frozen=True)
class Choice:
    """One choice: its name (a key of the configuration, or ``scaling``) and levels.

    The first level is the run's own.
    """

    name: str
    levels: tuple[Any, ...]


@dataclass(frozen=True)
class Settled:
    """What a run has settled on, and how far its data goes.

    Attributes
    ----------
    method : str
        The scheme that was frozen.
    n_segments : int
        How many segments it was asked for.
    judged : bool
        Whether there is an outcome to learn from.
    history_days : float
        Days from the first order to the origin; no window is longer.
    rows : mapping
        Cleaning decision to the number of rows that it concerns.
    """

    method: str
    n_segments: int
    judged: bool
    history_days: float
    rows: Mapping[str, int]


def choices_around(config: RunConfig, settled: Settled) -> list[Choice]:
    """List the choices that could have been made otherwise, the run's own first.

    Windows of one, two thirds and four thirds; the first two cleaning decisions of
    `POLICIES` that concern any row; the seed and the next; logged or plain columns
    for k-means; four methods; and one segment fewer or more.

    Parameters
    ----------
    config : RunConfig
        The run's configuration.
    settled : Settled
        What the run made of it.

    Returns
    -------
    list of Choice
        A choice without an alternative is left out.

    Examples
    --------
    >>> config = RunConfig(project="p", timezone="UTC", source={"system": "sample"})
    >>> settled = Settled("goal", 5, True, 400.0, {"returns": 12})
    >>> [c.levels for c in choices_around(config, settled)][:2]
    [(180, 120, 240), ('net', 'separate')]
    """
    every = [
        Choice("window_days", _windows(config.window_days, settled.history_days)),
        *_policies(config, settled.rows),
        Choice("seed", (config.seed, (config.seed + 1) % 2**32)),
        Choice("method", _methods(settled)),
        Choice("n_segments", _sizes(settled.n_segments, config.min_share)),
    ]
    if SCALED in next(c for c in every if c.name == "method").levels:
        every.append(Choice("scaling", SCALINGS))
    return [c for c in every if len(c.levels) > 1]


def _windows(days: int, history_days: float) -> tuple[int, ...]:
    # The first day counts whole, and what lies before it cannot be looked at.
    most = int(history_days) + 1
    wanted = (days, round(days * 2 / 3), round(days * 4 / 3))
    return tuple(dict.fromkeys(min(max(d, LEAST_WINDOW), most) for d in wanted))


def _policies(config: RunConfig, rows: Mapping[str, int]) -> list[Choice]:
    own = {name: str(getattr(config, name)) for name in POLICIES if rows.get(name)}
    every = [Choice(name, (v, POLICIES[name][v])) for name, v in own.items()]
    return every[:N_POLICIES]


def _methods(settled: Settled) -> tuple[str, ...]:
    others = [
        name
        for name in METHODS
        if settled.judged or not known_scheme(name).needs_outcome
    ]
    return tuple(dict.fromkeys([settled.method, *others]))[:N_METHODS]


def _sizes(n: int, min_share: float) -> tuple[int, ...]:
    near = sorted(range(2, 13), key=lambda k: (abs(k - n), k))
    return tuple(k for k in near if k * min_share <= 1)[:N_SIZES] or (n,)


def variants_of(choices: list[Choice]) -> list[Variant]:
    """Lay out the variants: 48, or fewer where choices are lacking.

    Full factorial in window (3), two cleaning decisions (2 each) and method (4). Seed
    and scaling follow from the first three, so that both are orthogonal to each of
    these and to each other (the mixed orthogonal array of 12 rows with one factor of
    three levels and four of two); the number of segments goes round as in a Latin
    square. Each level comes equally often, as far as numbers divide.

    Parameters
    ----------
    choices : list of Choice
        As `choices_around` gives them.

    Returns
    -------
    list of dict
        Choice to level. ``scaling`` is None where the method has none. No two are
        equal, and the run's own choices together are one of them or none.

    Examples
    --------
    >>> choices = [Choice("method", ("goal", "rules")), Choice("seed", (1, 2))]
    >>> [tuple(v.values()) for v in variants_of(choices)]
    [('goal', 1), ('rules', 1), ('goal', 2), ('rules', 2)]
    """
    first, second = _two_policies(choices)
    seen: dict[tuple[Any, ...], Variant] = {}
    for w, r, h, m in product(range(3), range(2), range(2), range(4)):
        place = {"window_days": w, first: r, second: h, "method": m}
        place["seed"] = (r, 1 - r, r ^ h)[w]
        place["scaling"] = (r ^ h, h, 1 - h)[w]
        place["n_segments"] = (w + m + 2 * r + h) % 3
        variant = {c.name: c.levels[place[c.name] % len(c.levels)] for c in choices}
        if "scaling" in variant and variant["method"] != SCALED:
            variant["scaling"] = None
        seen.setdefault(tuple(variant.values()), variant)
    return list(seen.values())


def _two_policies(choices: list[Choice]) -> tuple[str, str]:
    names = [c.name for c in choices if c.name in POLICIES]
    return tuple([*names, "none", "neither"][:2])  # type: ignore[return-value]
