"""segtools compare: any two runs of a project on one page, refused in one sentence."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from attack_movement import widths
from browsing import violations
from catalogues import catalogue
from inline import run_inline
from reading import unexplained

from segtools.cli import app
from segtools.config import validate
from segtools.records import read_record, write_record
from segtools.report.compare import compare_runs, descends
from segtools.report.execution.start import start_run
from segtools.schema import ConfigError, DataError

pytestmark = pytest.mark.xdist_group("runs")

SETTINGS = {
    "project": "two-months",
    "goal": "grow_spend",
    "decision": "Who gets the letter",
    "timezone": "Europe/Berlin",
    "currency": "EUR",
    "source": {"system": "sample"},
    "method": "goal",
    "n_segments": 4,
    "window_days": 60,
    "outcome_days": 60,
}


@pytest.fixture(scope="module")
def months(tmp_path_factory) -> list[Path]:
    """Two runs of the sample, a month apart; the second one carries names on."""
    folder = tmp_path_factory.mktemp("two-months")
    return [
        run_inline(SETTINGS | {"as_of": day}, folder / day)
        for day in ("2024-08-29", "2024-09-29")
    ]


def copy_of(run: Path, folder: Path, **changes) -> Path:
    shutil.copytree(run, folder)
    record = read_record(folder / "run.json")
    write_record(folder / "run.json", record | changes)
    return folder


def test_the_page_tells_what_the_stage_told(months, tmp_path):
    out = tmp_path / "page.html"
    found = compare_runs(*months, out)
    changes = read_record(months[1] / "changes.json")
    assert found.record["changes"]["flows"] == changes["flows"]
    page = out.read_text(encoding="utf-8")
    assert page.count('<h2 id="part-') == 7
    assert "What changed from 29 August 2024 to 29 September 2024?" in page
    assert "two-months" in page
    assert unexplained(page, [s["segment"] for s in changes["sizes"]["now"]]) == []


def test_runs_in_two_languages_compare_in_that_of_the_later_one(months, tmp_path):
    own = catalogue(tmp_path, "ru", 'msgid "Who moved?"\nmsgstr "Кто перешёл?"\n')
    config = read_record(months[1] / "run.json")["config"] | {"language": own}
    later = copy_of(months[1], tmp_path / "later", config=config)
    found = compare_runs(months[0], later, tmp_path / "page.html")
    page = found.page.read_text(encoding="utf-8")
    assert '<html lang="ru">' in page
    assert "Кто перешёл?" in page
    plain = compare_runs(*months, tmp_path / "plain.html")
    flows = plain.record["changes"]["flows"]
    assert found.record["changes"]["flows"] == flows


def test_the_default_page_lies_beside_the_later_run(months):
    found = compare_runs(*months)
    assert found.page == months[1] / "compare_2024-08-29.html"
    found.page.unlink()


def test_movement_of_the_run_adds_up_in_customers_and_money(months):
    rows = pd.read_parquet(months[1] / "migration.parquet")
    value = {
        run: read_record(run / "personas.json")["everyone"]["value"] for run in months
    }
    assert str(rows["value_before"].dropna().sum()) == value[months[0]]
    assert str(rows["value_now"].dropna().sum()) == value[months[1]]
    first = pd.read_parquet(months[0] / "migration.parquet")
    assert set(first["label"]) == {"new"}
    assert str(first["value_now"].sum()) == value[months[0]]


def test_nothing_hidden_of_a_run_can_be_worked_out(months):
    told = read_record(months[1] / "changes.json")
    rows = pd.read_parquet(months[1] / "migration.parquet")
    for name, width, by_sizes in widths(told, rows):
        assert width >= 10 - 1e-6 or width == pytest.approx(by_sizes, abs=1e-6), name


def test_the_same_data_twice_moves_nobody(months, tmp_path):
    twin = copy_of(months[1], tmp_path / "twin")
    found = compare_runs(months[1], twin, tmp_path / "page.html")
    totals = found.record["changes"]["totals"]
    assert totals == {"stayed": 1500, "moved": 0, "new": 0, "gone": 0}
    assert found.record["changes"]["money"]["moved"]["value_now"] == "0.0000"
    assert found.record["drift"]["recommendation"] == "keep"


def test_later_files_name_the_goals_that_they_were_made_for(months):
    goals = read_record(months[0] / "goals.json")["hash"]
    later = [p for p in months[0].glob("*.json") if p.name != "goals.json"]
    assert len(later) >= 12
    assert {read_record(p)["goals_hash"] for p in later} == {goals}
    for name in ("features", "segments", "profiles", "migration"):
        frame = pd.read_parquet(months[0] / f"{name}.parquet")
        assert frame.attrs["goals_hash"] == goals


def test_lineage_follows_previous_runs(months, tmp_path):
    assert descends(*months)
    assert not descends(months[1], months[0])
    assert not descends(months[0], copy_of(months[0], tmp_path / "other"))


# What is refused


def refusal(*runs, error=ConfigError):
    with pytest.raises(error) as caught:
        compare_runs(*runs)
    assert not list(Path(runs[1]).glob("compare_*")) if Path(runs[1]).is_dir() else True
    return str(caught.value)


def test_runs_of_different_projects_are_refused(months, tmp_path):
    other = copy_of(months[1], tmp_path / "other", project="another")
    assert refusal(months[0], other) == (
        "OLD and NEW must be runs of one project, but they are of 'two-months' and "
        "'another'. Compare runs of the same project."
    )


def test_unfinished_and_missing_runs_are_refused(months, tmp_path):
    half = copy_of(months[1], tmp_path / "half", state="failed")
    assert refusal(months[0], half) == (
        f"NEW must be finished, but {half} is failed. Finish it with `segtools run`."
    )
    assert refusal(tmp_path / "none", months[1]).startswith(
        "OLD must be the folder of a run, but there is no run.json in"
    )


def test_runs_in_the_wrong_order_or_the_same_one_are_refused(months):
    assert refusal(*months[::-1]).startswith("OLD must not be later than NEW, but it")
    assert refusal(months[0], months[0]).startswith("OLD and NEW must be two runs, but")


def test_runs_of_another_format_or_without_a_model_are_refused(months, tmp_path):
    old = copy_of(months[0], tmp_path / "old")
    record = json.loads((old / "run.json").read_text(encoding="utf-8"))
    (old / "run.json").write_text(json.dumps(record | {"version": 0}), "utf-8")
    assert refusal(old, months[1], error=DataError) == (
        f"run.json must be of version 1, but that of {old} is of version 0, of which "
        "nothing is known. Repeat the run with --again."
    )
    bare = copy_of(months[0], tmp_path / "bare")
    (bare / "model.json").unlink()
    assert "OLD must hold model.json" in refusal(bare, months[1], error=DataError)


def test_runs_in_two_currencies_are_refused(months, tmp_path):
    config = read_record(months[1] / "run.json")["config"] | {"currency": "USD"}
    other = copy_of(months[1], tmp_path / "usd", config=config)
    assert "one currency, but they do in 'EUR' and 'USD'" in refusal(months[0], other)


def test_a_previous_run_without_a_model_stops_the_next_before_any_work(
    months, tmp_path
):
    bare = copy_of(months[0], tmp_path / "2024-08-29")
    (bare / "model.json").unlink()
    config = validate(SETTINGS | {"as_of": "2024-09-29"})
    with pytest.raises(DataError, match="previous run of this project must hold model"):
        start_run(config, tmp_path / "2024-09-29")
    assert not (tmp_path / "2024-09-29").exists()


def test_an_earlier_run_that_recorded_no_money_is_read_by_its_feature(months, tmp_path):
    older = copy_of(months[0], tmp_path / "older")
    (older / "migration.parquet").unlink()
    found = compare_runs(older, months[1], tmp_path / "page.html")
    ends = found.record["changes"]["ends"]
    value = read_record(months[0] / "personas.json")["everyone"]["value"]
    assert ends["before"]["value"] == value


def test_a_model_whose_feature_is_gone_is_said_so(months, tmp_path):
    new = copy_of(months[1], tmp_path / "new")
    model = read_record(months[0] / "model.json")
    lost = model["features"][0]["name"]
    features = pd.read_parquet(new / "features.parquet").drop(columns=lost)
    features.to_parquet(new / "features.parquet")
    found = compare_runs(months[0], new, tmp_path / "page.html").record
    assert (
        f"the earlier model reads {lost}, which this run does not have"
        in (found["changes"]["reasons_sentence"])
    )
    assert found["changes"]["reasons"] == []
    assert found["drift"]["recommendation"] == "rebuild"


def test_names_from_data_reach_the_page_as_text(months, tmp_path):
    new = copy_of(months[1], tmp_path / "new")
    attack = "<script>alert(1)</script>"
    model = read_record(new / "model.json")
    first = model["segments"][0]
    segments = pd.read_parquet(new / "segments.parquet")
    own = segments["segment_id"] == first["segment_id"]
    segments.loc[own, "segment"] = attack
    segments.to_parquet(new / "segments.parquet")
    first["name"] = attack
    write_record(new / "model.json", model)
    out = tmp_path / "page.html"
    compare_runs(months[0], new, out)
    page = out.read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_no_customer_is_named(months, tmp_path):
    out = tmp_path / "page.html"
    compare_runs(*months, out)
    assert not re.search(r"\bC\d{5}\b", out.read_text(encoding="utf-8"))


def test_the_command_prints_the_page_and_its_json(months, tmp_path):
    from typer.testing import CliRunner

    words = ["compare", *map(str, months), "--out", str(tmp_path / "page.html")]
    plain = CliRunner().invoke(app, words)
    assert plain.exit_code == 0
    assert plain.stdout.splitlines()[-1] == str(tmp_path / "page.html")
    told = json.loads(CliRunner().invoke(app, [*words, "--json"]).stdout)
    assert told["state"] == "done"
    assert told["drift"]["recommendation"] in ("keep", "rescore", "rebuild")


@pytest.mark.slow
def test_the_page_opens_offline_and_everybody_can_read_it(months, tmp_path, opened):
    out = tmp_path / "page.html"
    compare_runs(*months, out)
    page = opened(out)
    assert not violations(page)
