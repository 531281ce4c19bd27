"""Make the folders of many past runs, small but with every record of a real one."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from segtools.records import write_record
from segtools.schema import STAGES

PROJECT = "many-runs"
NAMES = (
    "Weekly wide-range buyers",
    "Monthly big-basket buyers",
    "Monthly small-basket buyers",
    "Dormant narrow-range buyers",
    "Fortnightly coupon buyers",
    "New this season",
)
# As heavy as those of the bundled sample: what is not read costs time as well.
_STATEMENTS = 14
_EVIDENCE = 900


def make_runs(folder: Path, count: int, *, seed: int = 1, days: int = 7) -> Path:
    """Write `count` runs of one project, one every `days` days; every 25th failed.

    Halfway, the last segment is born of the first one by a split; at three quarters
    the fifth dies.
    """
    chance = Random(seed)
    project = folder / PROJECT
    sizes = {f"S{i:02d}": 400 + 90 * i for i in range(1, 6)}
    before = None
    for place in range(count):
        as_of = (date(2005, 1, 2) + timedelta(days=days * place)).isoformat()
        fates: list[dict[str, Any]] = []
        if place == count // 2:
            sizes["S06"] = sizes["S01"] // 2
            both = [NAMES[0], NAMES[5]]
            fates = [{"kind": "split", "before": [NAMES[0]], "now": both}]
        if place == 3 * count // 4 and len(sizes) > 5:
            del sizes["S05"]
            fates = [{"kind": "died", "before": [NAMES[4]], "now": []}]
        sizes = {k: max(60, n + chance.randint(-12, 13)) for k, n in sizes.items()}
        failed = place % 25 == 24
        _write(project / as_of, as_of, sizes, fates, before, failed=failed)
        before = before if failed else as_of
    return project


def _write(
    run: Path,
    as_of: str,
    sizes: dict[str, int],
    fates: list[dict[str, Any]],
    before: str | None,
    *,
    failed: bool,
) -> None:
    run.mkdir(parents=True)
    error = {
        "code": 3,
        "stage": STAGES[1],
        "sentence": "orders must be new, but they end on the same day as last time.",
        "remedy": "Export them again.",
    }
    write_record(
        run / "run.json",
        {
            "project": PROJECT,
            "state": "failed" if failed else "done",
            "error": error if failed else None,
            "as_of": as_of,
            "config": {"currency": "EUR", "smallest_cell": 10, "goal": "grow_spend"},
            "versions": {"segtools": "0.1.0"},
            "previous_run": before and f"../{before}",
            "stages": {stage: {"state": "done", "seconds": 9.5} for stage in STAGES},
        },
    )
    (run / "index.html").write_text("<!DOCTYPE html><title>a run</title>")
    if not failed:
        for name, record in records(sizes, fates, before).items():
            write_record(run / f"{name}.json", record)


def records(
    sizes: dict[str, int], fates: list[dict[str, Any]], before: str | None
) -> dict[str, dict[str, Any]]:
    """Give the records of one finished run, by name."""
    total = sum(sizes.values())
    people = [persona(one, n, total) for one, n in sizes.items()]
    spent = sum(float(row["value"]) for row in people)
    drift = [
        {"segment_id": one, "feature": f"feature_{i}", "psi": 0.01, "p": 0.5}
        for one in sizes
        for i in range(20)
    ]
    return {
        "verdict": {
            "structure": "natural" if total % 3 else "reproducible",
            "worth": "proved",
            "decision": "segment",
            "evidence": {"gap": [0.5] * _EVIDENCE},
        },
        "selection": {"stability": 0.8 + (total % 17) / 100, "schemes": drift},
        "personas": {
            "segments": people,
            "everyone": {"n": total, "value": f"{spent:.4f}"},
        },
        "changes": movement(total, first=before is None),
        "drift": {"features": drift, "fates": fates},
    }


def persona(one: str, n: int, total: int) -> dict[str, Any]:
    """Give a persona as long as those of a real run."""
    share = {"share": 0.5, "low": 0.4, "high": 0.6, "n": n, "base_share": 0.3}
    said = {"kind": "evidence", "text": "Buy at weekends " * 6} | share
    return {
        "segment_id": one,
        "segment": NAMES[int(one[1:]) - 1],
        "n": n,
        "share": n / total,
        "value": f"{n * (30 + 9 * int(one[1:]))}.5000",
        "value_unit": "EUR",
        "statements": [{"id": f"{one}-{i}"} | said for i in range(_STATEMENTS)],
    }


def movement(total: int, *, first: bool) -> dict[str, Any]:
    """Give what changes.json tells of a run with so many customers."""
    if first:
        return {"first_run": True}
    moved = total // 11
    totals = {"stayed": total - moved - 30, "moved": moved, "new": 30, "gone": 20}
    ends = {"before": {"customers": total - 10}, "now": {"customers": total}}
    return {"first_run": False, "totals": totals, "ends": ends}
