"""A company of which it is known what survives other choices, run as a whole.

One customer in twenty now and then places an order four hundred times as large as the
usual one. That they bring most is true however it is looked at; that they hold nearly
all of the spend is true only where such orders are kept as they are.
"""

from __future__ import annotations

import html
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from segtools.config import validate
from segtools.records import read_record
from segtools.report.execution.run import run_stages
from segtools.report.execution.start import start_run

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("truth")]

AS_OF = "2024-10-01"
START = pd.Timestamp("2023-06-01")
DAYS = (pd.Timestamp(AS_OF) - START).days
# Usual price of an order, and days between two.
KINDS = {"large": (40.0, 6), "small": (5.0, 9), "middle": (20.0, 9)}
HUGE, EACH = 8000.0, 10


def draw_orders(n: int = 400, seed: int = 5) -> pd.DataFrame:
    """Draw customers of three kinds; every tenth order of the large ones is huge."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(n):
        kind = "large" if i % 20 == 0 else ("small", "middle")[i % 2]
        price, pause = KINDS[kind]
        days = np.arange(rng.integers(1, pause), DAYS, pause) + rng.uniform(0, 0.4)
        for j, day in enumerate(days):
            huge = kind == "large" and j % EACH == 0
            paid = round((HUGE if huge else price) * rng.uniform(0.9, 1.1), 2)
            when = (START + pd.Timedelta(days=day)).floor("s")
            rows.append((f"c{i:03d}", f"o{i}-{j}", when, f"p{i % 7}", paid))
    names = ["customer_id", "order_id", "ordered_at", "product_id", "amount"]
    return pd.DataFrame(rows, columns=names)


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Path:
    """The whole run, its pages included, with every variant."""
    folder = tmp_path_factory.mktemp("company")
    draw_orders().to_parquet(folder / "lines.parquet")
    block = {"path": str(folder / "lines.parquet"), "timezone": "UTC"}
    config = {
        "project": "company",
        "timezone": "UTC",
        "as_of": AS_OF,
        "source": {"system": "files", "order_lines": block},
        "bases": ["value"],
        "method": "goal",
        "n_segments": 3,
        "window_days": 150,
        "sensitivity": True,
    }
    path = start_run(validate(config), folder / "run")
    run_stages(path)
    return path


@pytest.fixture(scope="module")
def claims(run) -> dict[str, dict]:
    record = read_record(run / "sensitivity.json")
    assert record["n_done"] == record["n_variants"] == 48
    return {c["name"]: c for c in record["claims"]}


def at_level(claim: dict, choice: str) -> dict:
    [effect] = [e for e in claim["effects"] if e["choice"] == choice]
    return {row["level"]: (row["holds"], row["of"]) for row in effect["levels"]}


@pytest.mark.parametrize("name", ["best_first", "beats_random"])
def test_what_is_true_of_the_customers_holds_under_every_choice(claims, name):
    assert (claims[name]["holds"], claims[name]["of"]) == (48, 48)
    assert claims[name]["blame"] == []
    assert claims[name]["fails_in"] == []


def test_what_hangs_on_a_choice_holds_under_fewer_and_the_choice_is_blamed(claims):
    claim = claims["best_segment"]
    assert 12 <= claim["holds"] < 48
    assert claim["blame"] == ["huge_orders"]
    levels = at_level(claim, "huge_orders")
    assert levels["clip"] == (0, 24)
    assert levels["keep"] == (claim["holds"], 24)
    clipped = [v for v in claim["fails_in"] if v["huge_orders"] == "clip"]
    assert len(clipped) == 24


def test_the_run_itself_found_the_planted_customers(run):
    large = {f"c{i:03d}" for i in range(0, 400, 20)}
    segments = pd.read_parquet(run / "segments.parquet")
    best = segments[segments["segment_id"] == "S01"]
    assert set(best["customer_id"]) == large


def test_the_page_says_so_of_both(run, claims):
    page = html.unescape((run / "03_segmentation.html").read_text(encoding="utf-8"))
    table = page[page.index("Headline claims under other choices") :]
    sure, unsure = claims["best_first"], claims["best_segment"]
    rows = [row for row in table.split("<tr") if sure["sentence"] in row]
    assert len(rows) == 1
    assert "48 of 48" in rows[0]
    assert "huge orders" not in rows[0]
    rows = [row for row in table.split("<tr") if unsure["sentence"] in row]
    assert len(rows) == 1
    assert f"{unsure['holds']} of 48" in rows[0]
    assert "huge orders" in rows[0]
    assert "clip: 0 of 24" in rows[0]
    assert read_record(run / "sensitivity.json")["sentence"] in page
