"""Whole runs: by papermill in real kernels, and inline where only files matter."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from inline import run_inline
from pandas.testing import assert_frame_equal

from segtools.config import validate
from segtools.features.catalogue import remove_feature
from segtools.records import read_record, write_record
from segtools.report.assign import assign_file
from segtools.report.execution.files import FILES, MORE
from segtools.report.execution.log import LOG
from segtools.report.execution.run import run_stages
from segtools.report.execution.start import is_done, start_run
from segtools.schema import STAGES, ConfigError
from segtools.segmentation.scheme import remove_scheme

pytestmark = pytest.mark.xdist_group("runs")

OWN = """
import segtools

@segtools.feature("night_share", basis="behaviour", unit="share",
                  label="Orders after 20:00", definition="Share of orders after 20:00.")
def night_share(orders, window):
    return (orders.local_hour >= 20).cast("int64").mean()

@segtools.scheme("by_spend", label="Two halves by spend")
def by_spend(features, n_segments, seed):
    return (features["spend_total"] > features["spend_total"].median()).map(
        {True: "upper", False: "lower"})
"""
BROKEN = """
import segtools

@segtools.scheme("broken", label="Forgets some")
def broken(features, n_segments, seed):
    return features["spend_total"].where(features["spend_total"] > 10)
"""


@pytest.fixture(autouse=True)
def forget_own():
    """Take registered features and schemes out again after each test."""
    yield
    remove_feature("night_share")
    remove_scheme("by_spend")
    remove_scheme("broken")


def write_lines(path: Path, n: int = 300, seed: int = 4) -> Path:
    """Write a made-up shop's lines: other headers, semicolons, decimal commas."""
    rng = np.random.default_rng(seed)
    minutes = pd.to_timedelta(rng.integers(0, 700 * 24 * 60, n), unit="min")
    frame = pd.DataFrame(
        {
            "Kunde": [f"K{i:03d}" for i in rng.zipf(1.6, n) % 70],
            "Beleg": [f"B{i}" for i in range(n)],
            "Datum": (pd.Timestamp("2023-01-01") + minutes).strftime("%d.%m.%Y %H:%M"),
            "Artikel": [f"=A{i}" for i in rng.integers(20, size=n)],
            "Menge": rng.integers(1, 5, n),
            "Preis": [
                f"{p / 100:.2f}".replace(".", ",") for p in rng.integers(100, 5000, n)
            ],
        }
    )
    frame.to_csv(path, sep=";", index=False)
    return path


def settings(lines: Path, **changes: object) -> dict:
    columns = {
        "customer_id": "Kunde",
        "order_id": "Beleg",
        "ordered_at": "Datum",
        "product_id": "Artikel",
        "quantity": "Menge",
        "unit_price": "Preis",
    }
    block = {
        "path": str(lines),
        "delimiter": ";",
        "decimal": ",",
        "date_format": "%d.%m.%Y %H:%M",
        "columns": columns,
    }
    return {
        "project": "corner-shop",
        "timezone": "Europe/Berlin",
        "as_of": "2024-11-30",
        "currency": "EUR",
        "source": {"system": "files", "order_lines": block},
    } | changes


@pytest.fixture(scope="module")
def lines(tmp_path_factory) -> Path:
    return write_lines(tmp_path_factory.mktemp("shop") / "lines.csv")


@pytest.fixture(scope="module")
def own(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("own") / "own.py"
    path.write_text(OWN)
    return path


@pytest.fixture(scope="module")
def forced(lines, tmp_path_factory) -> Path:
    """One inline run with segments although the shop is small."""
    folder = tmp_path_factory.mktemp("corner-shop")
    body = settings(lines, force_segments=True, method="goal", n_segments=3)
    return run_inline(body, folder / "2024-11-30")


def test_three_hundred_rows_of_a_csv_give_the_whole_report(lines, tmp_path):
    seen: list[str] = []
    path = start_run(validate(settings(lines)), tmp_path / "run")
    page = run_stages(path, lambda stage, cell, cells: seen.append(f"{stage} {cell}"))
    assert page.read_text(encoding="utf-8").count("<h1") == 1
    assert is_done(path)
    for stage in STAGES:
        text = (path / f"{stage}.html").read_text(encoding="utf-8")
        assert "Traceback" not in text
        assert f"{stage} 1" in seen
        assert read_record(path / "run.json")["stages"][stage]["peak_memory_mb"] > 50
    verdict = read_record(path / "verdict.json")
    assert verdict["decision"] == "do_not_segment"  # seventy customers are too few
    segments = pd.read_parquet(path / "segments.parquet")
    assert set(segments["segment"]) == {"everyone"}
    assert not list(path.rglob(".*"))


def test_a_failed_stage_leaves_the_finished_ones_whole(lines, tmp_path):
    own = tmp_path / "broken.py"
    own.write_text(BROKEN)
    body = settings(lines, extensions=[str(own)], method="broken", force_segments=True)
    path = start_run(validate(body), tmp_path / "run")
    with pytest.raises(ConfigError, match="must give every customer a label"):
        run_stages(path)
    run = read_record(path / "run.json")
    assert run["state"] == "failed"
    assert run["error"]["stage"] == "03_segmentation"
    assert run["error"]["code"] == 2
    assert run["error"]["remedy"] == "Return one label a row, none missing."
    states = [run["stages"][s]["state"] for s in STAGES]
    assert states == ["done", "done", "failed", "pending", "pending", "pending"]
    for name in ("goals.json", "features.parquet", "02_data_prep.html"):
        assert (path / name).exists()
    page = (path / "index.html").read_text(encoding="utf-8")
    assert "must give every customer a label" in page
    assert "notebooks/03_segmentation.ipynb" in page
    assert "Traceback" not in page
    assert not (path / "segments.parquet").exists()


def test_the_same_run_twice_gives_the_same_segments_and_model(lines, forced, tmp_path):
    body = settings(lines, force_segments=True, method="goal", n_segments=3)
    again = run_inline(body, tmp_path / "again", until="03_segmentation")
    for name in ("segments.parquet", "model.json", "features.parquet"):
        assert (again / name).read_bytes() == (forced / name).read_bytes()


def test_a_finished_run_is_not_repeated_nor_overwritten(lines, forced):
    body = settings(lines, force_segments=True, method="goal", n_segments=3)
    before = (forced / "run.json").read_bytes()
    assert is_done(start_run(validate(body), forced))
    assert (forced / "run.json").read_bytes() == before
    with pytest.raises(ConfigError, match="holds one with other settings"):
        start_run(validate(body | {"seed": 2}), forced)
    other = write_lines(lines.with_name("other.csv"), n=301)
    with pytest.raises(ConfigError, match=r"other settings|other data"):
        start_run(validate(settings(other, **{"seed": 1})), forced)


def test_another_text_of_the_rule_book_is_another_run(lines, tmp_path):
    book = tmp_path / "own.yaml"
    book.write_text("extends: default\n")
    body = validate(settings(lines, rule_book=str(book)))
    path = start_run(body, tmp_path / "run")
    write_record(path / "run.json", read_record(path / "run.json") | {"state": "done"})
    assert is_done(start_run(body, path))
    book.write_text("extends: default\nowner: Ann\n")
    with pytest.raises(ConfigError, match="holds one with other settings"):
        start_run(body, path)


def test_another_text_of_an_extension_is_another_run(lines, tmp_path):
    file = tmp_path / "own.py"
    file.write_text("# nothing yet\n")
    body = validate(settings(lines, extensions=[str(file)]))
    path = start_run(body, tmp_path / "run")
    write_record(path / "run.json", read_record(path / "run.json") | {"state": "done"})
    assert is_done(start_run(body, path))
    file.write_text("# nothing still\n")
    with pytest.raises(ConfigError, match="holds one with other settings"):
        start_run(body, path)


def test_a_folder_with_other_files_is_refused(lines, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ConfigError, match="holds other files"):
        start_run(validate(settings(lines)), tmp_path)


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_assign_repeats_the_runs_segments(lines, forced, tmp_path, suffix):
    copy = tmp_path / "new.csv"
    shutil.copyfile(lines, copy)
    out = tmp_path / f"out{suffix}"
    frame = assign_file(forced, copy, out)
    expected = pd.read_parquet(forced / "segments.parquet")
    assert_frame_equal(frame, expected, check_dtype=False)
    assert out.exists()
    if suffix == ".parquet":
        assert_frame_equal(pd.read_parquet(out), expected)


def test_assign_reads_the_runs_own_tables(forced, tmp_path):
    frame = assign_file(forced, forced / "tables", tmp_path / "out.parquet")
    expected = pd.read_parquet(forced / "segments.parquet")
    assert_frame_equal(frame, expected, check_dtype=False)


def test_assign_reads_a_file_as_the_run_read_its_own(lines, forced, tmp_path):
    theirs = pd.read_csv(lines, sep=";", dtype="str")
    theirs.to_parquet(tmp_path / "order_lines.parquet", index=False)
    frame = assign_file(forced, tmp_path, tmp_path / "out.parquet")
    expected = pd.read_parquet(forced / "segments.parquet")
    assert_frame_equal(frame, expected, check_dtype=False)


def test_assign_refuses_a_model_whose_feature_nobody_has_registered(
    lines, forced, tmp_path
):
    shutil.copytree(forced, tmp_path / "run")
    model = read_record(tmp_path / "run" / "model.json")
    model["features"].append({"name": "ghost", "unit": "", "definition_version": 1})
    write_record(tmp_path / "run" / "model.json", model)
    with pytest.raises(ConfigError, match=r"\['ghost'\] are not\. Name the file"):
        assign_file(tmp_path / "run", lines, tmp_path / "out.parquet")
    assert not (tmp_path / "out.parquet").exists()


def test_own_feature_and_own_scheme_take_part(lines, own, tmp_path):
    body = settings(
        lines, extensions=[str(own)], method="by_spend", force_segments=True
    )
    path = run_inline(body, tmp_path / "run")
    features = pd.read_parquet(path / "features.parquet")
    assert features["night_share"].dropna().between(0, 1).all()
    learning = pd.read_parquet(path / "tables" / "learning.parquet")
    assert learning["night_share"].notna().any()
    contest = read_record(path / "contest.json")
    assert contest["winner"] == "by_spend"
    model = read_record(path / "model.json")
    assert model["kind"] == "rules"
    frame = assign_file(path, lines, tmp_path / "out.parquet")
    assert_frame_equal(
        frame, pd.read_parquet(path / "segments.parquet"), check_dtype=False
    )


def test_names_are_carried_on_and_renaming_stays(lines, forced, tmp_path):
    first = read_record(forced / "model.json")["segments"]
    top = next(s for s in first if s["rank"] == 1)
    body = settings(
        lines,
        force_segments=True,
        method="goal",
        n_segments=3,
        as_of="2024-12-01",
        segment_names={top["segment_id"]: "Our regulars"},
    )
    second = run_inline(body, forced.parent / "2024-12-01")
    assert read_record(second / "run.json")["previous_run"] == "../2024-11-30"
    names = {
        s["segment_id"]: s["name"]
        for s in read_record(second / "model.json")["segments"]
    }
    assert names[top["segment_id"]] == "Our regulars"
    changes = read_record(second / "changes.json")
    assert not changes["first_run"]
    moves = pd.read_parquet(second / "migration.parquet")
    before = pd.read_parquet(forced / "segments.parquet")
    was_there = moves[moves["from"] != "New"]
    assert sorted(was_there["customer_id"]) == sorted(before["customer_id"])
    # A flow of a few customers is not told.
    assert all(f["customers"] is None or f["customers"] >= 10 for f in changes["flows"])
    removals = pd.read_csv(second / "activation/spreadsheet/removals.csv")
    additions = pd.read_csv(second / "activation/spreadsheet/additions.csv")
    assert len(additions) < len(before)
    assert set(removals["customer_id"]) <= set(before["customer_id"])

    third_body = body | {"as_of": "2024-12-02", "segment_names": {}}
    third = run_inline(third_body, forced.parent / "2024-12-02", "03_segmentation")
    names = [s["name"] for s in read_record(third / "model.json")["segments"]]
    assert "Our regulars" in names


def test_records_say_format_and_version_and_hold_no_nan(forced):
    for path in forced.glob("*.json"):
        record = json.loads(path.read_text(), parse_constant=pytest.fail)
        assert record["format"] == f"segtools.{path.stem}"
        assert record["version"] == 1


def test_every_file_of_a_run_is_known_as_some_stages(forced):
    known = {n for s in STAGES for n in (*FILES[s], *MORE.get(s, ()))}
    written = {p.relative_to(forced) for p in forced.rglob("*") if p.is_file()}
    names = {p.as_posix() for p in written if p.parts[0] not in known}
    assert names - known == {"run.json", LOG, *_exports(forced)}
    needed = {n for s in STAGES for n in FILES[s]}
    assert needed <= {p.as_posix() for p in written}


def _exports(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.glob("exports/*")}


def test_actions_and_canvases_are_of_the_runs_own_segments(forced):
    personas, actions, canvas = (
        read_record(forced / f"{name}.json")
        for name in ("personas", "actions", "canvas")
    )
    ids = {c["segment_id"] for c in personas["segments"]}
    assert {r["segment_id"] for r in actions["segments"]} == ids
    assert {p.stem for p in (forced / "canvas").iterdir()} == ids
    assert {c["segment_id"] for c in canvas["segments"]} == ids
    assert actions["value"] == canvas["value"] == personas["everyone"]["value"]
    weights = read_record(forced / "goals.json")["criteria"]
    fixed = {c["name"] for c in weights if c["kind"] == "attractiveness"}
    assert {*actions["weights"], *actions["unknown"]} == fixed


def test_the_contract_holds_for_other_programs(forced):
    assert not [p for p in forced.rglob("*") if p.suffix in (".pkl", ".joblib")]
    segments = pd.read_parquet(forced / "segments.parquet")
    features = pd.read_parquet(forced / "features.parquet")
    assert list(segments.columns) == [
        "customer_id",
        "segment_id",
        "segment",
        "confidence",
        "runner_up",
        "assigned_by",
    ]
    assert set(features["customer_id"]) == set(segments["customer_id"])
    assert segments["confidence"].between(0, 1).all()
