"""One company, three systems: orders, tickets and answers meet in one report."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from company import AS_OF, QUESTION, write_company
from inline import run_inline
from pandas.testing import assert_frame_equal

from segtools.config import load_config

pytestmark = pytest.mark.xdist_group("company")


@pytest.fixture(scope="module")
def exports(tmp_path_factory) -> Path:
    return write_company(tmp_path_factory.mktemp("company"))


def run(config: Path, folder: Path) -> Path:
    return run_inline(load_config(config).model_dump(), folder / AS_OF, "04_personas")


@pytest.fixture(scope="module")
def report(exports, tmp_path_factory) -> Path:
    return run(exports, tmp_path_factory.mktemp("run"))


def read(path: Path, name: str) -> dict:
    return json.loads((path / f"{name}.json").read_text("utf-8"))


def evidence(path: Path) -> list[dict]:
    cards = read(path, "personas")["segments"]
    return [
        s | {"segment_id": card["segment_id"]}
        for card in cards
        for s in card["statements"]
        if s["kind"] == "evidence"
    ]


def test_personas_use_orders_tickets_and_answers(report):
    tables = {s["computation"]["table"] for s in evidence(report)}
    assert {"features", "events", "answers"} <= tables


def test_what_was_planted_in_the_other_systems_is_found(report):
    said = [s for s in evidence(report) if s["computation"]["table"] == "answers"]
    assert {s["computation"]["column"] for s in said} == {QUESTION}
    assert any(s["computation"]["value"] == "It is cheap" for s in said)
    called = [s for s in evidence(report) if s["computation"]["table"] == "events"]
    assert any(s["computation"]["value"].startswith("ticket") for s in called)


def test_statements_from_other_systems_can_be_counted_again(report):
    segment = pd.read_parquet(report / "segments.parquet").set_index("customer_id")
    start = pd.Timestamp(AS_OF, tz="Europe/Berlin").tz_convert("UTC").tz_localize(None)
    start -= pd.Timedelta(days=180)
    for statement in evidence(report):
        asked = statement["computation"]
        if asked["table"] not in ("events", "answers"):
            continue
        rows = pd.read_parquet(report / "tables" / f"{asked['table']}.parquet")
        rows["segment_id"] = rows["customer_id"].map(segment["segment_id"])
        own = rows[rows["segment_id"] == statement["segment_id"]]
        if asked["table"] == "events":
            hit = own[(own[asked["column"]] == asked["value"])]
            hit = hit[hit["occurred_at"] >= start]
            n = int((segment["segment_id"] == statement["segment_id"]).sum())
        else:
            own = own[own["question"] == asked["column"]]
            hit, n = own[own["answer"] == asked["value"]], own["customer_id"].nunique()
        assert statement["n"] == n
        assert statement["share"] == pytest.approx(hit["customer_id"].nunique() / n)


def test_the_join_rate_is_shown_and_strangers_are_counted(report):
    quality = read(report, "data_quality")
    rates = {m["table"]: m for m in quality["matches"]}
    assert set(rates) == {"events:liveagent", "answers:survey"}
    for name, rate in rates.items():
        assert rate["by_email"] + rate["none"] == rate["people"]
        assert 0.85 < rate["rate"] < 1
        account = quality["tables"][name]
        assert account["read"] == sum(
            account[k] for k in ("kept", "set_aside", "quarantined")
        )
    lost = {r["table"]: r["rows"] for r in quality["rules"] if r["rule"] == "no_match"}
    assert lost["answers:survey"] == rates["answers:survey"]["none"]
    assert [s["table"] for s in quality["sources"]][2:] == [
        "events:liveagent",
        "answers:survey",
    ]


def test_later_tickets_answers_and_orders_move_nothing(exports, report, tmp_path):
    """What the three systems say after the origin is counted, and never looked at."""
    folder = exports.parent
    later = tmp_path / "later"
    later.mkdir()
    for file in folder.iterdir():
        (later / file.name).write_bytes(file.read_bytes())
    orders = pd.read_csv(folder / "orders_export.csv", dtype=str)
    new = orders.drop_duplicates("Email").assign(
        Name=lambda f: "#9" + f["Name"].str[1:],
        Id=lambda f: "9" + f["Id"].fillna(""),
        Phone="+491700000000",
        **{"Created at": "2025-03-01 10:00:00 +0000", "Subtotal": "99999.00"},
    )
    pd.concat([new, orders]).to_csv(later / "orders_export.csv", index=False)
    tickets = json.loads((folder / "tickets.json").read_text())
    more = [
        t
        | {"id": f"L{i}", "owner_contactid": "ctC00001"}
        | dict.fromkeys(
            ("date_created", "date_changed", "date_resolved"), "2025-02-03 10:00:00"
        )
        for i, t in enumerate(tickets)
    ]
    (later / "tickets.json").write_text(json.dumps(more + tickets))
    survey = (folder / "survey.csv").read_text("utf-8-sig")
    (later / "survey.csv").write_text(
        survey + survey.split("\n", 3)[3].replace("2024-12-15", "2025-06-15"), "utf-8"
    )
    other = run(later / "company.yaml", tmp_path / "run")
    for name in ("features", "segments", "profiles", "tables/learning"):
        assert_frame_equal(
            pd.read_parquet(report / f"{name}.parquet"),
            pd.read_parquet(other / f"{name}.parquet"),
        )
    one, two = read(report, "data_quality"), read(other, "data_quality")
    for found in (one, two):
        for account in found["tables"].values():
            account.pop("read")
            account.pop("set_aside")
    assert one == two
    assert read(report, "personas") == read(other, "personas")
