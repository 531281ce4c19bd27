"""A finished run repeated under other choices: leakage, bad input."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from inline import run_inline, run_stage

import segtools
from segtools import cli
from segtools.records import read_record, write_record
from segtools.report import sensitivity as asked
from segtools.report import trials
from segtools.report.execution.start import start_run
from segtools.schema import ConfigError, DataError
from segtools.segmentation import contest as contests
from segtools.segmentation.structure import Structure

pytestmark = pytest.mark.xdist_group("runs")

AS_OF = "2024-10-01"
START = pd.Timestamp("2023-06-01")
DAYS = (pd.Timestamp(AS_OF) - START).days


def draw_lines(n: int, seed: int = 5) -> pd.DataFrame:
    """Draw three kinds of customers, far apart."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(n):
        kind = (0, 1, 1, 2, 2, 2)[i % 6]
        price, pause = ((300.0, 12), (60.0, 25), (10.0, 45))[kind]
        days = np.arange(rng.integers(1, pause), DAYS, pause) + rng.uniform(0, 0.4)
        for j, day in enumerate(days):
            paid = round(price * rng.uniform(0.9, 1.1), 2)
            order = (f"c{i:03d}", f"o{i}-{j}", START + pd.Timedelta(days=day))
            rows.append((*order, f"p{i % 7}", paid, False))
    names = ["customer_id", "order_id", "ordered_at", "product_id", "amount"]
    frame = pd.DataFrame(rows, columns=[*names, "is_return"])
    return frame.assign(ordered_at=frame["ordered_at"].dt.floor("s"))


def settings(path: Path, **changes: object) -> dict:
    block = {"path": str(path), "timezone": "UTC"}
    return {
        "project": "shop",
        "timezone": "UTC",
        "as_of": AS_OF,
        "source": {"system": "files", "order_lines": block},
        "bases": ["value"],
        "method": "goal",
        "n_segments": 3,
        "window_days": 150,
        "force_segments": True,
    } | changes


def make_run(folder: Path, n: int = 90) -> Path:
    lines = folder / "lines.parquet"
    draw_lines(n).to_parquet(lines)
    return run_inline(settings(lines), folder / AS_OF)


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Path:
    """A finished run of ninety customers; its source lies beside it."""
    return make_run(tmp_path_factory.mktemp("shop"))


@pytest.fixture
def run(finished, tmp_path) -> Path:
    """A copy of the run whose source may be spoilt."""
    shutil.copytree(finished.parent, tmp_path / "own")
    path = tmp_path / "own" / AS_OF
    body = read_record(path / "run.json")
    lines = str(path.parent / "lines.parquet")
    body["config"]["source"]["order_lines"]["path"] = lines
    write_record(path / "run.json", body)
    return path


@pytest.fixture
def quick(monkeypatch):
    """Few draws, few variants, and a structure that costs nothing."""

    def same(X, **_):
        return Structure("constructed", 3, "No groups.", {})

    every = asked.variants_of
    monkeypatch.setattr(contests, "N_DRAWS", 30)
    monkeypatch.setattr(trials, "structure_verdict", same)
    monkeypatch.setattr(asked, "variants_of", lambda choices: every(choices)[2::15])


def lines_of(run: Path) -> Path:
    return run.parent / "lines.parquet"


def test_the_record_is_written_whole_and_names_nobody(run, quick):
    seen = []
    found = segtools.sensitivity(run, progress=lambda *what: seen.append(what))
    record = read_record(run / "sensitivity.json")
    assert record["format"] == "segtools.sensitivity"
    assert record["version"] == 1
    n = record["n_variants"]
    assert seen == [("sensitivity", i + 1, n) for i in range(n)]
    assert record["n_done"] == n == len(record["variants"])
    assert all(c["of"] == n for c in record["claims"])
    assert not list(run.glob(".*"))
    text = (run / "sensitivity.json").read_text()
    segments = pd.read_parquet(run / "segments.parquet")
    assert not [i for i in segments["customer_id"] if f'"{i}"' in text]
    assert sorted(found.customers["customer_id"]) == sorted(segments["customer_id"])
    names = {r["name"] for r in record["segments"]}
    assert names == set(segments["segment"])


def test_deleted_tables_and_shuffled_rows_change_nothing(run, quick):
    first = segtools.sensitivity(run).record
    shutil.rmtree(run / "tables")
    lines = pd.read_parquet(lines_of(run))
    lines.sample(frac=1, random_state=1)[sorted(lines)].to_parquet(lines_of(run))
    for name in ("segments", "features"):
        frame = pd.read_parquet(run / f"{name}.parquet")
        frame.sample(frac=1, random_state=2).to_parquet(run / f"{name}.parquet")
    assert segtools.sensitivity(run).record == first


def test_nothing_from_as_of_on_is_read(run, quick, monkeypatch):
    first = segtools.sensitivity(run).record
    lines = pd.read_parquet(lines_of(run))
    later = lines.tail(400).assign(amount=9999.0, order_id="late")
    later["ordered_at"] = pd.Timestamp(AS_OF) + pd.to_timedelta(range(400), unit="h")
    pd.concat([lines, later]).to_parquet(lines_of(run))
    with pytest.raises(DataError, match=r"order_lines has changed: .* rows then"):
        segtools.sensitivity(run)
    monkeypatch.setattr(asked, "_refuse_changed", lambda config, then: None)
    assert segtools.sensitivity(run).record == first


def test_the_runs_own_choices_repeat_the_run(run, monkeypatch):
    own = {"window_days": 150, "seed": 1, "method": "goal", "n_segments": 3}
    monkeypatch.setattr(asked, "variants_of", lambda choices: [own | {"scaling": None}])
    found = segtools.sensitivity(run)
    held = {c["name"]: c["holds"] for c in found.record["claims"]}
    assert held == dict.fromkeys(held, 1)
    assert found.customers["stays"].tolist() == [1] * 90
    assert [r["jaccard"] for r in found.record["segments"]] == [1] * 3


def test_a_variant_that_is_refused_is_counted_with_its_reason(run, quick, monkeypatch):
    clean = trials.clean
    limits = iter([False, True, True, True])

    def refuse(*given):
        if next(limits):
            raise DataError("Too many rows break the contract. Look at them.")
        return clean(*given)

    def two(choices):
        base = {"window_days": 150, "seed": 1, "method": "goal", "n_segments": 3}
        base |= {"scaling": None}
        return [base | {"zero_prices": z} for z in ("keep", "drop")]

    monkeypatch.setattr(trials, "clean", refuse)
    monkeypatch.setattr(asked, "variants_of", two)
    record = segtools.sensitivity(run).record
    assert (record["n_variants"], record["n_done"]) == (2, 1)
    said = [v["why_not"] for v in record["variants"]]
    assert sorted(said) == ["", "Too many rows break the contract. Look at them."]


def spoil(run: Path, name: str, **changes: object) -> None:
    write_record(run / name, read_record(run / name) | changes)


def unfinished(run: Path) -> None:
    spoil(run, "run.json", state="failed")


def one_segment(run: Path) -> None:
    chosen = read_record(run / "selection.json")
    spoil(run, "selection.json", segments=chosen["segments"][:1])


def source_gone(run: Path) -> None:
    lines_of(run).unlink()


def source_changed(run: Path) -> None:
    lines = pd.read_parquet(lines_of(run))
    lines.assign(amount=lines["amount"] + 1).to_parquet(lines_of(run))


def segments_gone(run: Path) -> None:
    (run / "segments.parquet").unlink()


def verdict_gone(run: Path) -> None:
    (run / "verdict.json").unlink()


def no_run(run: Path) -> None:
    (run / "run.json").unlink()


BAD = [
    (no_run, ConfigError, "there is no run.json"),
    (unfinished, ConfigError, "RUN must be finished, but .* is failed"),
    (one_segment, ConfigError, "must have segments to compare, but .* has one only"),
    (source_gone, ConfigError, "there is nothing at"),
    (source_changed, DataError, "order_lines has changed: .* Run again"),
    (segments_gone, DataError, "A run must hold segments.parquet"),
    (verdict_gone, DataError, "A run must hold verdict.json"),
]


@pytest.mark.parametrize(
    ("spoilt", "error", "says"), BAD, ids=lambda b: getattr(b, "__name__", "says")
)
def test_bad_input_is_one_sentence_and_leaves_nothing(run, quick, spoilt, error, says):
    spoilt(run)
    with pytest.raises(error, match=says):
        segtools.sensitivity(run)
    assert not (run / "sensitivity.json").exists()


def call(monkeypatch, capsys, *words: object) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["segtools", *map(str, words)])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    return int(stop.value.code or 0), out, err


def test_the_command_prints_claims_segments_and_the_sentence(
    run, quick, monkeypatch, capsys
):
    monkeypatch.setenv("COLUMNS", "200")
    code, out, err = call(monkeypatch, capsys, "sensitivity", run)
    record = read_record(run / "sensitivity.json")
    assert code == 0
    assert f"sensitivity: variant 1 of {record['n_variants']}" in err
    assert record["sentence"] in out
    for claim in record["claims"]:
        assert f"{claim['holds']} of {claim['of']}" in out


def test_the_command_gives_one_json_object(run, quick, monkeypatch, capsys):
    code, out, _ = call(monkeypatch, capsys, "sensitivity", run, "--json")
    assert code == 0
    assert json.loads(out)["claims"][0]["name"] == "structure"


def test_the_commands_mistakes_have_codes(run, quick, monkeypatch, capsys):
    code, _, err = call(monkeypatch, capsys, "sensitivity", run.parent)
    assert code == 2
    assert "there is no run.json" in err
    source_changed(run)
    code, out, _ = call(monkeypatch, capsys, "sensitivity", run, "--json")
    assert code == 3
    error = json.loads(out)["error"]
    assert error["kind"] == "DataError"
    assert error["remedy"] == (
        "Run again, then ask for the sensitivity of the new run."
    )


def test_stage_03_shows_it_where_it_is_asked_for(run, quick):
    path = run.parent / "asked"
    start_run(segtools.RunConfig(**settings(lines_of(run), sensitivity=True)), path)
    for name in ("01_goals", "02_data_prep"):
        run_stage(name, path)
    checked = run_stage("03_segmentation", path)["checked"]
    record = read_record(path / "sensitivity.json")
    assert checked.record["claims"] == record["claims"]
    assert len(checked.table()) == len(record["claims"])
    later = segtools.sensitivity(run).record
    assert later["claims"] == record["claims"]
    assert later["segments"] == record["segments"]


def test_stage_03_says_how_to_ask_where_it_is_not(finished):
    assert not (finished / "sensitivity.json").exists()
    stage = segtools.open_stage("03_segmentation", str(finished))
    names = ("verdict", "contest", "selection", "data_quality")
    frames = [stage.read_table(n) for n in ("segments", "features")]
    written = asked.Written(*map(stage.read, names), *frames)
    checked = asked.in_stage(stage, written)
    assert checked.sentence == asked.NOT_ASKED
    assert checked.table().empty
