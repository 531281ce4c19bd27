"""Fixtures whose answers can be worked out by hand, and generated ones."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import ibis
import numpy as np
import pandas as pd
import pytest
from browsing import FLAGS, Browser
from hypothesis import settings

from segtools.features.build import collect, features_at, supported, variables
from segtools.features.describe import catalogue_record
from segtools.features.legs import build_learning, plan_legs
from segtools.features.plan import Plan
from segtools.features.shop import Shop
from segtools.simulate import simulate
from segtools.sources import connect

UTC_MARCH = "2024-03-31"


def need(program: str, reason: str) -> str:
    """Find a program; skip without it, but fail in CI, where it must be there."""
    found = shutil.which(program)
    if found is None and os.environ.get("CI") == "true":
        pytest.fail(f"{program} is missing in CI: {reason}")
    if found is None:
        pytest.skip(f"{program} is not installed: {reason}")
    return found


@pytest.fixture(scope="session")
def chromium():
    """A headless Chromium that asks nobody for anything."""
    pytest.importorskip("playwright")
    from playwright.sync_api import sync_playwright

    program = need("chromium", "it opens the report")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium):
    """A function that opens a page and lists what it asked for and said."""
    browser = Browser(chromium)
    yield browser
    browser.close()


@pytest.fixture
def con():
    """A DuckDB of its own."""
    return connect()


@pytest.fixture
def rng():
    """Seeded chance."""
    return np.random.default_rng(20240331)


@pytest.fixture
def orders() -> pd.DataFrame:
    """Eight orders and one return of three customers; times are UTC."""
    rows = [
        ("ann", "1", "2024-01-01 09:00", 10.0, False),
        ("ann", "2", "2024-01-11 19:00", 20.0, False),
        ("ann", "3", "2024-01-21 09:00", 30.0, False),
        ("ann", "3", "2024-01-25 12:00", -5.0, True),
        ("bob", "4", "2024-01-06 08:00", 7.0, False),
        ("bob", "5", "2024-01-13 08:00", 7.0, False),
        ("bob", "6", "2024-02-03 20:00", 14.0, False),
        ("cat", "7", "2024-01-31 23:30", 99.5, False),
        ("cat", "8", "2024-02-10 10:00", 0.5, False),
    ]
    names = ["customer_id", "order_id", "ordered_at", "amount", "is_return"]
    frame = pd.DataFrame(rows, columns=names)
    return frame.assign(ordered_at=pd.to_datetime(frame["ordered_at"]))


@pytest.fixture
def shop(orders) -> Shop:
    """The eight orders as a shop in UTC."""
    return make_shop({"orders": orders})


def make_shop(frames: dict[str, pd.DataFrame], timezone: str = "UTC", **more) -> Shop:
    """Make a shop of typed frames; money becomes decimal, as in a cleaned table."""
    tables = {}
    for name, frame in frames.items():
        table = ibis.memtable(frame)
        money = {
            c: table[c].cast("decimal(18, 4)")
            for c in ("amount", "discount", "coupon_discount", "cost")
            if c in table.columns
        }
        if "ordered_at" in table.columns:
            money["ordered_at"] = table.ordered_at.cast("timestamp")
        tables[name] = table.mutate(**money)
    return Shop(tables, timezone, **more)


@pytest.fixture
def tmp_csv(tmp_path: Path):
    """Write text to a CSV and give its path."""

    def write(text: str, name: str = "data.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return write


@dataclass(frozen=True)
class Market:
    """A simulated shop, cut at its origin, with features and what is learned from."""

    truth: pd.DataFrame
    shop: Shop
    plan: Plan
    features: pd.DataFrame
    learning: pd.DataFrame
    catalogue: list[dict]


@pytest.fixture(scope="session")
def market() -> Market:
    """500 simulated customers of four planted kinds, 60 days of outcome a leg."""
    made = simulate(500, days=300, seed=3)
    frames = {"order_lines": made.order_lines, "customers": made.customers}
    shop = make_shop(frames, "Europe/Berlin")
    origin = int(pd.Timestamp("2024-10-27").timestamp())
    first = int(made.order_lines["ordered_at"].min().timestamp())
    plan = plan_legs(origin, first, window_days=90, outcome_days=60, goal="grow_spend")
    known, missing = supported(shop)
    known = variables(known, [])  # what builds segments, as stage 02 hands it on
    built = features_at(shop, plan.window(), known, with_customers=True)
    entries = catalogue_record(known, missing, shop, plan.window())["features"]
    learning = build_learning(shop, plan, known, "grow_spend")
    return Market(made.truth, shop, plan, collect(built), learning, entries)


@pytest.fixture(scope="session")
def shop_of():
    """The function that makes a shop of frames; for a session, so hypothesis may."""
    return make_shop


# The same examples every time, and no stopwatch: CI machines are slow and shared.
settings.register_profile("segtools", deadline=None, derandomize=True, database=None)
settings.load_profile("segtools")
