"""Cases to judge segments on: features as a run builds them, and what came later.

A case is what a run would know at ``as_of`` and what each customer did after it. The
orders of CDNOW are read from the package lifetimes; nothing of them is kept here.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd

from segtools.config import RunConfig, validate
from segtools.features.build import collect, features_at, supported, variables
from segtools.features.legs import build_learning, plan_legs
from segtools.features.outcome import outcome
from segtools.features.shop import Shop
from segtools.prepare.clean import keep_in_engine, tables_at
from segtools.simulate_shops import FAMILIES, ShopAhead, simulate_shop
from segtools.sources import Opened, connect, open_source
from segtools.timezones import DAY, epoch, instant

GOAL = "grow_spend"


@dataclass(frozen=True)
class Case:
    """Frames of one case: learned from, at ``as_of``, and the outcome after it.

    ``plan`` says how far each leg looks back. Of a simulated shop ``truth`` is what its
    habits make of the outcome on average.
    """

    learning: pd.DataFrame
    features: pd.DataFrame
    later: pd.Series
    plan: dict[str, Any]
    truth: pd.Series | None = None


def complete_journey(as_of: str) -> dict[str, Any]:
    return {
        "source": {"system": "complete_journey"},
        "timezone": "America/New_York",
        "currency": "USD",
        "as_of": as_of,
        "window_days": 180,
        "outcome_days": 92,
    }


def cdnow(folder: Path) -> dict[str, Any]:
    spec = find_spec("lifetimes")
    if spec is None or spec.origin is None:
        raise SystemExit("CDNOW lies in the package lifetimes, which is not installed.")
    path = Path(spec.origin).parent / "datasets" / "CDNOW_sample.txt"
    names = ["master_id", "customer_id", "day", "n_discs", "amount"]
    text = {"customer_id": str, "day": str}
    rows = pd.read_csv(path, sep=r"\s+", header=None, names=names, dtype=text)
    rows["ordered_at"] = pd.to_datetime(rows["day"], format="%Y%m%d")
    shop = {"as_of": "1998-01-01", "window_days": 365, "outcome_days": 180}
    columns = ["customer_id", "ordered_at", "amount"]
    return _files(folder, rows[columns], shop)


def simulated(shop: ShopAhead, folder: Path) -> dict[str, Any]:
    days = {"window_days": shop.window_days, "outcome_days": shop.outcome_days}
    return _files(folder, shop.orders, days | {"as_of": str(shop.as_of.date())})


def _files(folder: Path, orders: pd.DataFrame, more: dict[str, Any]) -> dict[str, Any]:
    path = folder / "orders.parquet"
    orders.to_parquet(path, index=False)
    source = {"system": "files", "orders": {"path": str(path)}}
    return {"source": source, "timezone": "UTC", "currency": "USD"} | more


def names(n_seeds: int, first: int = 0) -> list[str]:
    """List the real cases, and shops of so many seeds from the first on."""
    seeds = range(first, first + n_seeds)
    real = ["complete_journey 2017-10-01", "complete_journey 2017-08-15", "cdnow"]
    return real + [f"{family} {i}" for family in FAMILIES for i in seeds]


def make(name: str, n_customers: int = 2000) -> Case:
    """Make the case of a name, from its orders, in a folder that is gone after."""
    kind, _, which = name.partition(" ")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        if kind == "complete_journey":
            body = complete_journey(which)
        elif kind == "cdnow":
            body = cdnow(folder)
        else:
            shop = simulate_shop(kind, n_customers, seed=int(which))
            case = build(_config(kind, simulated(shop, folder)))
            known = shop.truth.set_index("customer_id")["expected_spend"]
            truth = known.reindex(case.features["customer_id"])
            return replace(case, truth=truth.reset_index(drop=True))
        return build(_config(kind, body))


def _config(project: str, body: dict[str, Any]) -> RunConfig:
    return validate({"project": project, "goal": GOAL} | body)


def build(config: RunConfig) -> Case:
    """Build what a run's second stage would, and read the period after it."""
    con = connect(memory_limit=config.memory_limit)
    opened = open_source(config, con)
    origin = epoch(instant(str(config.as_of), str(config.timezone)))

    def again(second: int) -> dict[str, Any]:
        found = tables_at(opened, con, config, second)
        return {n: keep_in_engine(con, t, f"kept_{n}") for n, t in found.items()}

    shop = Shop.of(again(origin), config, again)
    chosen = variables(supported(shop, config.bases)[0], config.variables, shop)
    plan = plan_legs(
        origin,
        epoch(instant(str(shop.orders().ordered_at.min().execute()), "UTC")),
        window_days=config.window_days,
        outcome_days=config.outcome_days,
        goal=config.goal,
    )
    frame = collect(features_at(shop, plan.window(), chosen, with_customers=True))
    learning = build_learning(shop, plan, chosen, config.goal)
    later = _later(opened, con, config, origin, frame)
    return Case(learning, frame, later, plan.record())


def _later(
    opened: Opened, con: Any, config: RunConfig, origin: int, frame: pd.DataFrame
) -> pd.Series:
    end = origin + config.outcome_days * DAY
    shop = Shop.of(tables_at(opened, con, config, end), config)
    known = outcome(shop, config.goal, origin, config.outcome_days).to_pandas()
    found = known.set_index("customer_id")["outcome"].reindex(frame["customer_id"])
    return found.fillna(0.0).astype(float)
