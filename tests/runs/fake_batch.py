"""A made-up batch: two dozen runs of three shops, some of which failed."""

from pathlib import Path
from typing import Any

from segtools.records import write_text

NAMES = (
    ("Weekly family shoppers", "#0072B2", 391, 0.16, 1_318_402, 0.386),
    ("Steady fresh buyers", "#E69F00", 514, 0.21, 905_117, 0.265),
    ("Coupon planners", "#009E73", 489, 0.2, 621_040, 0.182),
    ("Weekend top-up visitors", "#CC79A7", 612, 0.25, 402_905, 0.118),
    ("Drifting away", "#56B4E9", 440, 0.18, 164_613, 0.049),
)
KEYS = ("segment", "colour", "n", "share", "value", "value_share")
SENTENCE = (
    "Five segments, constructed rather than natural: they tell the next period's "
    "spend apart better than spend quintiles (Gini 0.45 against 0.44)."
)


def segments() -> list[dict[str, Any]]:
    rows = [dict(zip(KEYS, row, strict=True)) for row in NAMES]
    return [
        row | {"segment_id": f"S0{i}", "value": str(row["value"])}
        for i, row in enumerate(rows, 1)
    ]


def row(name: str, project: str = "shop", **changes: Any) -> dict[str, Any]:
    """A finished run's row of batch.json."""
    return {
        "name": name,
        "folder": f"{project}/{name}",
        "project": project,
        "as_of": "2017-09-01",
        "state": "done",
        "code": 0,
        "sentence": "",
        "remedy": "",
        "stage": None,
        "seconds": 95.0,
        "note": "",
        "overtaken": "",
        "previous": None,
        "verdict": {
            "structure": "constructed",
            "worth": "proved",
            "decision": "segment",
            "sentence": SENTENCE,
            "n_segments": 5,
        },
        "segments": segments(),
        "figures": {
            "customers": 2446,
            "orders": 101_337,
            "revenue": "3412077.1800",
            "value": "3412077.1800",
            "unit": "USD",
            "best_segment": NAMES[0][0],
            "best_share": 0.386,
            "stability": 0.91,
            "worth": {"figure": "gini", "value": 0.45, "baseline": 0.44},
        },
    } | changes


def failed(name: str, sentence: str, remedy: str, **changes: Any) -> dict[str, Any]:
    """The row of a run that failed before it said anything."""
    nothing = {"verdict": None, "segments": [], "figures": None, "seconds": 3.0}
    told = {"state": "failed", "code": 3, "sentence": sentence, "remedy": remedy}
    return row(name) | nothing | told | changes


def record(rows: list[dict[str, Any]], state: str = "done") -> dict[str, Any]:
    """What batch.json holds."""
    return {
        "file": "markets.yaml",
        "jobs": 2,
        "threads": 1,
        "state": state,
        "runs": rows,
    }


def two_dozen(out: Path) -> dict[str, Any]:
    """Eight months of three groups of stores: 22 done, one failed, one interrupted."""
    rows = []
    for g, group in enumerate(("north", "south", "west")):
        for month in range(8):
            day = f"{2017 + (month + 5) // 12}-{(month + 5) % 12 + 1:02d}-01"
            one = row(f"{group}-{day}", group, as_of=day, seconds=60.0 + 7 * month)
            figures = one["figures"] | {"customers": 900 + 40 * month + 300 * g}
            figures |= {
                "stability": 0.7 + 0.03 * month,
                "value": str(1e5 * (g + month)),
            }
            rows.append(one | {"figures": figures})
    for done in rows:
        write_text(out / done["folder"] / "index.html", "<p>A report.</p>")
    rows[10] = failed(
        rows[10]["name"],
        "as_of must leave order_lines before it, but all 40,821 rows are dated on or "
        "after 2017-08-01.",
        "Move as_of or check the date format.",
        project="south",
        as_of="2017-08-01",
    )
    rows[11] |= {
        "overtaken": "Compared with south-2017-07-01, as south-2017-08-01 was not done "
        "then. Repeat it with --again."
    }
    rows[20] = failed(rows[20]["name"], "", "", project="west", as_of="2017-10-01") | {
        "state": "interrupted",
        "code": 130,
        "stage": "03_segmentation",
    }
    rows[5] |= {
        "verdict": row("x")["verdict"] | {"decision": "do_not_segment"},
        "segments": [segments()[0] | {"segment": "Everyone", "share": 1.0}],
    }
    return record(rows, "failed")
