"""Experiments of this run and of those before it: arms once dealt are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from segtools.config import RunConfig
from segtools.experiments.assignment import (
    COLUMNS,
    HOLDOUT,
    assign_arms,
    refuse_one_arm,
)
from segtools.experiments.membership import EarlierRun
from segtools.experiments.planner import plan_experiment
from segtools.schema import ConfigError
from segtools.timezones import DAY

Row = dict[str, Any]
# What is planned where the configuration names no experiment: what could be found.
SUPPOSED = {"name": None, "holdout": 0.2}


def deal_arms(
    customers: pd.DataFrame,
    config: RunConfig,
    *,
    as_of: str,
    origin: int,
    segments: Sequence[Mapping[str, Any]],
    outcomes: Mapping[str, Mapping[str, float]],
    earlier: Sequence[EarlierRun] = (),
    learned_days: int | None = None,
) -> tuple[Row, pd.DataFrame]:
    """Deal the arms of the configured experiment, and keep those of running ones.

    Parameters
    ----------
    customers : DataFrame
        ``customer_id``, ``segment_id``, ``segment`` and, optional, ``value``.
    config : RunConfig
    as_of : str
        As ISO text.
    origin : int
        ``as_of`` in UTC seconds.
    segments : sequence of mapping
        ``segment_id``, ``name``, ``rank`` of the model.
    outcomes : mapping
        segment_id to ``mean``, ``sd`` and ``n`` of the outcome learned before.
    earlier : sequence of EarlierRun, default=()
        The project's earlier runs, the latest first.
    learned_days : int, optional
        Over how many days `outcomes` were learned; default ``outcome_days``.

    Returns
    -------
    record : dict
        What ``experiment.json`` keeps: the ``plan``, and the experiments that are
        ``running`` (``name``, ``holdout``, ``seed``, ``days``, ``since`` and ``ends``).
    arms : DataFrame
        One row a customer and running experiment, as ``experiment_assignments.parquet``
        keeps them.

    Raises
    ------
    ConfigError
        If one arm stays empty, or an experiment that runs is to be divided anew.
    """
    block = config.experiment
    running, kept = _still_running(block.get("name"), origin, earlier)
    arms = pd.DataFrame(columns=list(COLUMNS)).astype("str")
    if block:
        arms, own = _own_arms(customers, config, as_of, origin, earlier)
        running.insert(0, own)
    plan = plan_experiment(
        _groups(customers, arms if block else None, segments),
        outcomes,
        block or SUPPOSED,
        goal=config.goal,
        days=config.outcome_days,
        smallest_cell=config.smallest_cell,
        learned_days=learned_days,
    )
    parts = [frame for frame in (arms, kept) if len(frame)]
    whole = pd.concat(parts, ignore_index=True) if parts else arms
    whole = whole.astype(dict.fromkeys(COLUMNS, "str"))
    return {"plan": plan, "running": running}, whole.astype({"stratum": "int64"})


def _own_arms(
    customers: pd.DataFrame,
    config: RunConfig,
    as_of: str,
    origin: int,
    earlier: Sequence[EarlierRun],
) -> tuple[pd.DataFrame, Row]:
    """Deal the configured experiment; who has an arm of that name keeps it."""
    block = config.experiment
    name, holdout, seed = block["name"], block["holdout"], config.seed
    before = next((a for r in earlier if (a := r.arms(name)) is not None), None)
    planned: Row = next((p for r in earlier if (p := r.planned(name))), {})
    for key, value in (("holdout", holdout), ("seed", seed)):
        if planned and planned[key] != value:
            word = "seed" if key == "seed" else f"experiment.{key}"
            raise ConfigError(
                f"{word} must stay as it was while {name!r} runs, but it was "
                f"{planned[key]} and is {value}. Leave it, or give the experiment "
                "another name."
            )
    arms = assign_arms(
        customers, name, holdout=holdout, seed=seed, as_of=as_of, before=before
    )
    refuse_one_arm(arms, name, holdout)
    days = block["days"] or config.outcome_days
    own = {"name": name, "holdout": holdout, "seed": seed, "days": days}
    own |= {"since": planned.get("since", as_of), "ends": origin + days * DAY}
    return arms, own


def _still_running(
    name: str | None, origin: int, earlier: Sequence[EarlierRun]
) -> tuple[list[Row], pd.DataFrame]:
    """Keep other experiments until what came of them is known."""
    running: list[Row] = []
    frames = []
    for run in earlier[:1]:
        for own in run.running:
            arms = run.arms(own["name"])
            if own["name"] != name and own["ends"] > origin and arms is not None:
                running.append(own)
                frames.append(arms)
    kept = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    return running, kept


def _groups(
    customers: pd.DataFrame,
    arms: pd.DataFrame | None,
    segments: Sequence[Mapping[str, Any]],
) -> list[Row]:
    """Count the arms in each segment of now, or what a hold-out of a fifth would be.

    Arms stay with customers, who may have changed segment since they were dealt.
    """
    if arms is None:
        sizes = customers["segment_id"].value_counts()
        held = (sizes * SUPPOSED["holdout"]).round().astype(int)
    else:
        place = customers.set_index("customer_id")["segment_id"]
        now = arms["customer_id"].map(place)
        sizes = now.value_counts()
        held = now[arms["arm"] == HOLDOUT].value_counts()
    ranked = sorted(segments, key=lambda s: int(s["rank"]))
    return [
        {
            "segment_id": s["segment_id"],
            "segment": s["name"],
            "rank": s["rank"],
            "treatment": int(
                sizes.get(s["segment_id"], 0) - held.get(s["segment_id"], 0)
            ),
            "holdout": int(held.get(s["segment_id"], 0)),
        }
        for s in ranked
        if sizes.get(s["segment_id"], 0) > 0
    ]


def held_back(arms: pd.DataFrame) -> set[str]:
    """Give the customers whom no running experiment lets anybody write to.

    Examples
    --------
    >>> arms = pd.DataFrame({"customer_id": ["a", "b"], "arm": [HOLDOUT, "treatment"]})
    >>> held_back(arms)
    {'a'}
    """
    return set(arms.loc[arms["arm"] == HOLDOUT, "customer_id"].astype(str))
