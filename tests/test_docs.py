"""The documentation says what the code does: tables compared, snippets executed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
import pytest
import typer
import yaml

from segtools import cli
from segtools.attributes import attribute_kind
from segtools.config import (
    GOAL_TEXT,
    RunConfig,
    TableFile,
    load_config,
    parse_override,
    validate,
)
from segtools.features.catalogue import registered, remove_feature
from segtools.prepare.rules import RULES
from segtools.report.check import check
from segtools.report.execution.run import CODES
from segtools.runs.batch import FAILED
from segtools.schema import TABLES
from segtools.segmentation.scheme import remove_scheme, schemes

ROOT = Path(__file__).parents[1]
PAGES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
PAGES += ("data/README.md", "reports/README.md", "docs/execution.md")
README, DATA = (ROOT / p for p in ("README.md", "data/README.md"))
FIVE_LINES, OWN_FRAMES, OWN_FEATURE, OWN_SCHEME, TRUTH, VERDICT = range(6)


def blocks(page: Path, language: str) -> list[str]:
    """Give the fenced blocks of a language."""
    fence = rf"^```{language}\n(.*?)^```"
    return re.findall(fence, page.read_text("utf-8"), re.DOTALL | re.MULTILINE)


def rows(page: Path, head: str, after: str = "") -> list[list[str]]:
    """Give the cells of the table whose head line begins with `head`."""
    text = page.read_text("utf-8")
    text = text.partition(after)[2] if after else text
    body = text.partition(f"\n| {head} |")[2].split("\n\n")[0].splitlines()[2:]
    return [[c.strip() for c in line.strip("| ").split(" | ")] for line in body]


def bare(cell: str) -> str:
    return cell.strip("`")


def commands(program: str, pages: tuple[str, ...] = PAGES[:2]) -> list[list[str]]:
    """Give the words of each line that calls `program` on some pages.

    By default in README and CONTRIBUTING.
    """
    found = []
    for page in pages:
        for line in "".join(blocks(ROOT / page, "bash")).splitlines():
            words = shlex.split(line, comments=True)
            if words and Path(words[0]).name == program:
                found.append(words[1:])
    return found


@pytest.mark.parametrize(
    ("page", "model", "after"),
    [
        (README, RunConfig, "## Configuration"),
        (DATA, TableFile, "## How a file is read"),
    ],
)
def test_every_key_is_listed_with_its_default(page, model, after):
    listed = {bare(r[0]): bare(r[1]) for r in rows(page, "key", after)}
    assert list(listed) == list(model.model_fields)
    for name, field in model.model_fields.items():
        if field.is_required():
            assert listed[name] == "required", name
        else:
            assert yaml.safe_load(listed[name]) == field.get_default(), name


def test_goals_policies_and_methods_are_listed():
    said = {bare(r[0]): set(re.findall(r"`(\w+)`", r[2])) for r in rows(README, "key")}
    assert said["goal"] == set(GOAL_TEXT)
    own = {s.name for s in schemes() if s.role == "scheme" or s.by_name}
    assert said["method"] == {"auto", "tiers"} | own
    returns = set(get_args(RunConfig.model_fields["returns"].annotation))
    assert said["returns"] == returns
    assert {bare(r[0]) for r in rows(DATA, "`returns:`")} == returns


@pytest.mark.parametrize("name", TABLES)
def test_every_column_of_the_contract_is_listed(name):
    contract = TABLES[name]
    listed = {bare(r[0]): (r[1], r[2]) for r in rows(DATA, "column", f"### {name}")}
    if name == "order_lines":
        above = {bare(r[0]): (r[1], r[2]) for r in rows(DATA, "column", "### orders")}
        assert not set(above) & set(listed)
        listed |= above
    kinds = {
        c: (t.replace(",", ", ").replace("  ", " "), _asked(c in contract.required))
        for c, t in contract.columns.items()
    }
    assert listed == kinds


def _asked(required: bool) -> str:
    return "required" if required else "optional"


def test_every_feature_is_listed_as_the_catalogue_has_it():
    catalogue = [
        [
            f"`{f.name}`",
            f.basis,
            f.unit,
            f.over,
            ", ".join(f"`{n}`" for n in f.needs) or "–",
            f.definition,
        ]
        for f in registered()
    ]
    assert rows(DATA, "feature") == catalogue


def test_features_that_build_segments_by_themselves_are_named():
    said = DATA.read_text("utf-8").partition("build segments by themselves:")[2]
    named = re.findall(r"`(\w+)`", said.partition(". All others")[0])
    assert named == [f.name for f in registered() if f.role == "segmentation"]


def test_every_quarantine_rule_is_listed_with_its_sentence():
    coded = [[f"`{n}`", r.kind, r.sentence] for n, r in RULES.items()]
    assert rows(DATA, "rule") == coded


def test_attributes_have_the_kinds_that_the_page_says():
    for kind, words, _ in rows(DATA, "kind", "The name of an attribute"):
        for word in words.split(", ") if kind != "demographic" else ["household_size"]:
            assert attribute_kind(word) == kind, word


def test_exit_codes_are_those_of_the_errors():
    listed = {int(r[0]) for r in rows(README, "exit code")}
    assert listed == {0, FAILED, 130, *CODES.values()}


def test_make_targets_exist():
    made = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M)
    text = "".join((ROOT / p).read_text("utf-8") for p in PAGES)
    named = {words[0] for words in commands("make")}
    named |= set(re.findall(r"`make ([a-z-]+)`", text))
    assert {"report", "test"} <= named <= set(made)


def test_command_lines_are_understood():
    group = typer.main.get_command(cli.app)
    used = commands("segtools")
    assert {words[0] for words in used} == set(group.commands)
    for name, *words in [*used, *commands("segtools", PAGES[-1:])]:
        context = group.commands[name].make_context(name, words)
        for text in context.params.get("p") or []:
            assert parse_override(text)[0].split(".")[0] in RunConfig.model_fields


@pytest.mark.parametrize("page", PAGES)
def test_links_within_the_repository_lead_somewhere(page):
    path = ROOT / page
    links = re.findall(r"\]\(([^)\s]+)\)", path.read_text("utf-8"))
    local = [to for to in links if not to.startswith("http")]
    assert [
        to for to in local if not (path.parent / to.partition("#")[0]).exists()
    ] == []


@pytest.mark.parametrize("page", PAGES)
def test_lines_of_prose_fit_on_a_screen(page):
    lines = (ROOT / page).read_text("utf-8").splitlines()
    assert [x for x in lines if len(x) > 100 and not x.startswith("|")] == []


@pytest.fixture
def snippet(monkeypatch, capsys):
    """Execute some of README's Python blocks; give their names and what they print."""
    monkeypatch.chdir(ROOT)

    def run(*numbers: int) -> tuple[dict, str]:
        names: dict = {}
        for number in numbers:
            code = blocks(README, "python")[number]
            exec(compile(code, "README.md", "exec"), names)
        return names, capsys.readouterr().out

    yield run
    remove_feature("night_share")
    remove_scheme("two_halves")


@pytest.mark.slow
def test_readme_segments_a_frame_in_five_lines(snippet):
    names, printed = snippet(FIVE_LINES)
    assert "segments, natural" in printed
    assert set(names["result"].segments["customer_id"]) == set(
        names["orders"]["customer_id"]
    )


# The sample's few evening orders are told of, as they would be to any reader.
@pytest.mark.filterwarnings("ignore:Half or more of the 950 rows share one value")
def test_readme_describes_own_frames(snippet):
    names, printed = snippet(OWN_FRAMES)
    assert not {f.name for f in names["features"]} & set(names["left_out"])
    assert names["frame"]["customer_id"].is_unique
    assert "groups" in printed


def test_readme_registers_an_own_feature(snippet, shop):
    import segtools

    names, _ = snippet(OWN_FEATURE)
    own = [f for f in segtools.supported(shop)[0] if f.name == "night_share"]
    at_new_year = segtools.Window(origin=1_706_745_600, days=31)  # 2024-02-01
    frame = segtools.collect(segtools.features_at(shop, at_new_year, own))
    shares = dict(zip(frame["customer_id"], frame["night_share"], strict=True))
    assert shares == {"ann": 0.0, "bob": 0.0, "cat": 1.0}
    assert callable(names["night_share"])


def test_readme_registers_an_own_scheme(snippet, rng):
    from segtools.segmentation.scheme import Task

    snippet(OWN_SCHEME)
    own = next(s for s in schemes("scheme") if s.name == "two_halves")
    frame = pd.DataFrame({"spend_total": rng.gamma(2, 50, 90)})
    learned = own.learn(Task(frame, None, frame, 2, 0.03, "understand", 1))
    assert np.bincount(learned.labels(frame)).tolist() == [45, 45]


@pytest.mark.filterwarnings("ignore:Half or more of the")
def test_readme_finds_what_was_planted_and_nothing_else(snippet):
    names, printed = snippet(TRUTH, VERDICT)
    score = names["score"]
    assert score["raw"] < 0.3 < 0.9 < score["scaled"]
    assert names["verdict"] == {"natural": "natural", "none": "constructed"}
    assert printed == f"{score}\n{names['verdict']}\n"


def test_readme_configuration_reads_a_csv(tmp_path, rng):
    n = 300
    day = pd.Timestamp("2024-01-02") + pd.to_timedelta(rng.integers(0, 360, n), "D")
    frame = pd.DataFrame(
        {
            "Customer": rng.integers(1, 40, n),
            "Invoice": np.arange(n),
            "Date": day.strftime("%d.%m.%Y 10:30"),
            "SKU": rng.integers(1, 9, n),
            "Category": rng.choice(["tea", "coffee"], n),
            "Qty": rng.integers(1, 4, n),
            "Price": [f"1.{k:03d},50" for k in rng.integers(0, 1000, n)],
        }
    )
    (tmp_path / "exports").mkdir()
    frame.to_csv(tmp_path / "exports" / "lines.csv", sep=";", index=False)
    people = pd.DataFrame({"Customer": range(1, 50), "Region": "North"})
    people.to_csv(tmp_path / "exports" / "customers.csv", index=False)
    (tmp_path / "segtools.yaml").write_text(blocks(README, "yaml")[0])
    found = check(load_config(tmp_path / "segtools.yaml"))
    assert found.cleaned.accounts["order_lines"]["kept"] == n
    assert found.cleaned.accounts["customers"]["kept"] == 49
    assert float(found.counted["revenue"]) > 1000 * n


def test_readme_decisions_are_carried_out():
    from segtools import SegmentModel, apply_decisions
    from segtools.segmentation.by_hand import carry_out, planned

    given = blocks(README, "yaml")[1]
    body = yaml.safe_load(given) | {"project": "shop", "source": {"system": "sample"}}
    n = 90
    people = pd.DataFrame({"customer_id": [f"c{i}" for i in range(n)]})
    people = people.assign(recency_days=np.arange(n) % 30 + 0.5, weekend_share=0.2)
    bins = {"upper": [19.5, 24.5], "points": [30, 20, 10], "missing": None}
    payload = {"kind": "scorecard", "base": 0, "cuts": [15, 25]}
    payload |= {"bins": {"recency_days": bins}}
    three = [{"segment_id": f"S0{i}", "name": f"s{i}", "rank": i} for i in range(1, 4)]
    model = SegmentModel(payload, three, [{"name": "recency_days"}], "S03", [], 4)
    plan = planned(validate(body).decisions, people)
    done = carry_out(model, people, plan, min_share=0.03)
    assert [d.what for d in done.done] == ["exclude", "merge", "split"]
    assert [s["segment_id"] for s in done.model.segments] == ["S01", "S02", "S04"]
    assert done.model.segments[1]["name"] == "The middle"
    assert apply_decisions(model, done.done).record() == done.model.record()
    # What is commented out is understood, too.
    commented = [x[4:] for x in given.splitlines() if x.startswith("  # ")]
    assert yaml.safe_load("\n".join(commented))[0]["what"] == "move_cut"
    validate(body | {"decisions": yaml.safe_load("\n".join(commented))})
