"""Nothing from a window's future reaches what was learned or described before it.

Every file of a run is held against that of a run on perturbed data.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from inline import run_inline
from pandas.testing import assert_frame_equal

from segtools.simulate import simulate

pytestmark = pytest.mark.xdist_group("time")

AS_OF, OUTCOME_DAYS = "2024-06-30", 90
ORIGIN = pd.Timestamp("2024-06-29 22:00")  # midnight in Berlin
STEP = pd.Timedelta(days=OUTCOME_DAYS)


def settings(data: Path) -> dict:
    tables = ("order_lines", "customers")
    files = {t: {"path": str(data / f"{t}.parquet"), "timezone": "UTC"} for t in tables}
    return {
        "project": "perturbed",
        "timezone": "Europe/Berlin",
        "as_of": AS_OF,
        "outcome_days": OUTCOME_DAYS,
        "method": "goal",
        "n_segments": 4,
        "force_segments": True,
        "source": {"system": "files", **files},
    }


@pytest.fixture(scope="module")
def raw() -> dict[str, pd.DataFrame]:
    made = simulate(400, start="2023-07-01", days=456, seed=5)
    return {"order_lines": made.order_lines, "customers": made.customers}


@pytest.fixture(scope="module")
def runs(raw, tmp_path_factory):
    """Give a function that runs on changed order lines, remembering each run."""
    made: dict[str, Path] = {}

    def run(name: str, lines: pd.DataFrame) -> Path:
        if name not in made:
            folder = tmp_path_factory.mktemp(name)
            for table, frame in (raw | {"order_lines": lines}).items():
                frame.to_parquet(folder / f"{table}.parquet", index=False)
            made[name] = run_inline(settings(folder), folder / "run" / AS_OF)
        return made[name]

    return run


@pytest.fixture(scope="module")
def base(raw, runs) -> Path:
    return runs("base", raw["order_lines"])


def perturb(lines: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp):
    """Deal the period's lines to other customers, make them dear, drop a third."""
    rng = np.random.default_rng(3)
    within = (lines["ordered_at"] >= start) & (lines["ordered_at"] < end)
    rest, own = lines[~within], lines[within].copy()
    own["customer_id"] = rng.permutation(own["customer_id"].to_numpy())
    own["amount"] = own["amount"] * 7 + 1
    own["category"] = "something else"
    return pd.concat([rest, own.iloc[: -len(own) // 3]], ignore_index=True)


def records(path: Path) -> dict[str, dict]:
    found = {p.name: json.loads(p.read_text()) for p in sorted(path.glob("*.json"))}
    for stage in found["run.json"]["stages"].values():
        stage.pop("seconds", None)
        stage.pop("peak_memory_mb", None)
    found["run.json"]["config"].pop("source")
    found["run.json"].pop("config_hash")
    found["run.json"].pop("folder")  # where each of them lies
    return found


def assert_same_tables(one: Path, two: Path) -> None:
    names = {p.relative_to(one) for p in one.rglob("*.parquet")}
    assert names == {p.relative_to(two) for p in two.rglob("*.parquet")}
    assert len(names) >= 6
    for name in names:
        assert_frame_equal(pd.read_parquet(one / name), pd.read_parquet(two / name))


def assert_same_lists(one: Path, two: Path) -> None:
    names = {p.relative_to(one) for p in one.rglob("*.csv")}
    assert names
    assert all((one / n).read_bytes() == (two / n).read_bytes() for n in names)


def test_rows_after_the_origin_move_no_file(raw, base, runs):
    lines = perturb(raw["order_lines"], ORIGIN, pd.Timestamp.max)
    assert len(lines) < len(raw["order_lines"])
    other = runs("after", lines)
    assert_same_tables(base, other)
    assert_same_lists(base, other)
    a, b = records(base), records(other)
    # The two exceptions of the contract: the raw fingerprint and the rows set aside.
    assert a["run.json"].pop("data") != b["run.json"].pop("data")
    for found in (a, b):
        rows = found["data_quality.json"]["tables"]["order_lines"]
        assert rows.pop("set_aside") > 0
        rows.pop("read")
    assert a == b


def test_the_last_period_moves_nothing_learned_or_described_before_it(raw, base, runs):
    other = runs("last", perturb(raw["order_lines"], ORIGIN - STEP, ORIGIN))
    a, b = (pd.read_parquet(p / "tables/learning.parquet") for p in (base, other))
    whole = "judging_learn"
    assert_frame_equal(a[a.part == whole], b[b.part == whole])
    described = ["judging_judge", "final_learn"]
    a, b = (f[f.part.isin(described)].drop(columns="outcome") for f in (a, b))
    assert_frame_equal(a, b)
    one, two = (records(p)["contest.json"]["schemes"] for p in (base, other))
    assert [s["learned"] for s in one] == [s["learned"] for s in two]
    judged = [s["figures"]["gini"]["value"] for s in one]
    assert judged != [s["figures"]["gini"]["value"] for s in two]


def test_the_period_before_moves_nothing_described_before_it(raw, base, runs):
    changed = perturb(raw["order_lines"], ORIGIN - 2 * STEP, ORIGIN - STEP)
    other = runs("before", changed)
    a, b = (pd.read_parquet(p / "tables/learning.parquet") for p in (base, other))
    a, b = (f[f.part == "judging_learn"] for f in (a, b))
    assert not a["outcome"].equals(b["outcome"])
    assert_frame_equal(a.drop(columns="outcome"), b.drop(columns="outcome"))


def test_the_order_of_rows_and_columns_moves_nothing(raw, base, runs):
    lines = raw["order_lines"].sample(frac=1, random_state=8)
    other = runs("shuffled", lines[lines.columns[::-1]])
    assert_same_tables(base, other)
    assert_same_lists(base, other)
    a, b = records(base), records(other)
    assert a == b


def test_every_customer_has_exactly_one_segment(raw, base):
    segments = pd.read_parquet(base / "segments.parquet")
    lines = raw["order_lines"]
    known = lines.loc[lines["ordered_at"] < ORIGIN, "customer_id"]
    assert segments["customer_id"].is_unique
    assert set(segments["customer_id"]) == set(known) | set(
        raw["customers"]["customer_id"]
    )
