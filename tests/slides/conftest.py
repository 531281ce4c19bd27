"""Runs to make decks of: plain, crowded, hostile, old, and without segments."""

import json
import shutil
from pathlib import Path

import pytest
from fake_run import MESSAGES, actions, full_personas, personas, write_records

from segtools.slides import export_slides

GOLDEN = Path(__file__).parents[1] / "golden"
LONG = (
    "Households that come every week, late on weekday evenings, and buy mostly fresh "
)
LONG = (LONG * 3)[:190]
WORD = "Unbroken" * 25
HOSTILE = (
    '=HYPERLINK("x")',
    "@SUM(1)\x00\x0b\x1b",
    "<a:t>&amp;]]></a:t>",
    "\u202etxet \ufffe",
    "-2+3 {curly} %s",
)
SCHEMES = (
    ("goal", "Goal scorecard", "scheme", 5, 0.45, 0.425, 0.476),
    ("mixture", "Gaussian mixture", "scheme", 5, 0.354, 0.323, 0.388),
    ("rfm_grid", "RFM grid", "baseline", 10, 0.396, 0.367, 0.424),
    ("random", "Random groups", "baseline", 5, 0.034, -0.005, 0.073),
    ("customer", "One prediction a customer", "ceiling", None, 0.484, None, None),
)
VERDICT_NO = {
    "structure": "constructed",
    "worth": "not_proved",
    "decision": "do_not_segment",
    "sentence": "Do not segment: no scheme tells the next period's spend apart better "
    "than random groups.",
    "worth_sentence": "no scheme's interval over random groups excludes zero",
    "why_not": "no scheme's interval over random groups excludes zero",
    "n_segments": 1,
}


def contest():
    schemes = [
        {
            "scheme": name,
            "label": label,
            "role": role,
            "n_segments": n,
            "why_not": "a segment is under 3 %" if name == "mixture" else "",
            "figures": {"gini": {"value": value, "low": low, "high": high}},
        }
        for name, label, role, n, value, low, high in SCHEMES
    ]
    return {
        "sentence": "The schemes learned from one period and were judged on the next.",
        "figure": "gini",
        "schemes": schemes,
        "winner": "goal",
        "n_segments": 5,
        "legs": [],
        "reason": "The goal scorecard has the highest Gini of all.",
    }


def crowded(n=12):
    """Twelve segments whose names are all of 200 characters, all texts long."""
    rows = personas()["segments"]
    found = []
    for place in range(n):
        name = WORD if place == 3 else f"{LONG} no. {place:02d}"
        row = dict(rows[place % len(rows)]) | {
            "segment_id": f"S{place + 1:02d}",
            "segment": name,
            "rank": place + 1,
            "n": 40 + place,
            "share": (40 + place) / 546,
            "value_share": (place + 1) / 78,
            "summary": LONG * 2,
            "colour": "#8A8A8A" if place > 7 else rows[place % len(rows)]["colour"],
        }
        row["statements"] = [
            dict(s, text=s["text"] + ", " + LONG) for s in row["statements"]
        ]
        found.append(row)
    steps = [
        dict(actions()["segments"][place % len(MESSAGES)])
        | {
            key: found[place][key]
            for key in ("segment_id", "segment", "rank", "colour")
        }
        | {"priority": n - place, "channel": LONG, "offer": LONG, "message": LONG}
        for place in range(n)
    ]
    decisions = [
        {key: f"{text} {LONG}" for key, text in row.items()}
        for row in actions()["decisions"]
    ]
    everyone = personas()["everyone"] | {"n": 546}
    return (
        {"segments": found, "everyone": everyone},
        {"segments": steps, "decisions": decisions},
    )


def make_run(folder, kind="plain"):
    """Write the records of a run of a kind; give its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    changes, more = {}, {"contest": contest()}
    if kind == "full":
        changes["personas"] = full_personas()
    elif kind == "crowded":
        changes["personas"], changes["actions"] = crowded()
    elif kind == "hostile":
        people, steps = personas(), actions()
        for row, step, name in zip(
            people["segments"], steps["segments"], HOSTILE, strict=True
        ):
            row["segment"] = step["segment"] = step["message"] = name
            row["statements"][0]["text"] = f"Bought {name}"
        changes |= {"personas": people, "actions": steps}
    elif kind == "no":
        changes["verdict"] = VERDICT_NO
        changes["changes"] = {"first_run": True, "sentence": ""}
    elif kind == "forced":
        changes["verdict"] = {
            "forced": True,
            "decision": "do_not_segment",
            "why_not": LONG,
        }
    elif kind == "unit":
        people = personas()
        for row in people["segments"]:
            row["value_unit"] = "points"
        changes["personas"] = people
    write_records(folder, **changes)
    if kind == "bare":  # as an old or shortened run would leave them
        for name in ("personas", "actions", "changes", "goals", "data_quality"):
            (folder / f"{name}.json").unlink()
        more = {}
    for name, record in more.items():
        text = json.dumps({"format": f"segtools.{name}", "version": 1} | record)
        (folder / f"{name}.json").write_text(text)
    return folder


KINDS = ("plain", "full", "crowded", "hostile", "no", "forced", "unit", "bare")


@pytest.fixture(scope="session")
def runs(tmp_path_factory):
    """A folder for each kind of run, and the two golden ones."""
    root = tmp_path_factory.mktemp("runs")
    found = {kind: make_run(root / kind, kind) for kind in KINDS}
    for name in ("run_2026-11-22", "run_2026-11-30"):
        found[name] = Path(shutil.copytree(GOLDEN / name, root / name))
    return found


@pytest.fixture(scope="session")
def decks(runs, tmp_path_factory):
    """The deck of each run."""
    root = tmp_path_factory.mktemp("decks")
    return {kind: export_slides(run, root / kind) for kind, run in runs.items()}
