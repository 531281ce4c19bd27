"""A finished page with an address, a secret or an id on it is not written."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pandas as pd
import pytest
from fake_run import RUN

from segtools.records import write_record
from segtools.report.html import front_page
from segtools.report.scan import (
    find_ids,
    find_patterns,
    refuse_disclosure,
    refuse_record,
)
from segtools.report.stage import Stage
from segtools.schema import DisclosureError


def kinds(page, run=None):
    return [hit.kind for hit in find_patterns(page, run)]


@pytest.mark.parametrize(
    "text",
    [
        "ann.lee+x@shop.example.org",
        "ann&#64;example.org",
        "mailto:ann@example.org",
    ],
)
def test_an_address_is_found_however_it_is_written(text):
    assert kinds(f"<p>{text}</p>") == ["e-mail address"]
    assert kinds(f'<img alt="{text}">') == ["e-mail address"]


@pytest.mark.parametrize(
    "text", ["+49 30 1234567", "+1 (555) 123-4567", "(555) 123-4567", "555-123-4567"]
)
def test_a_phone_number_is_found(text):
    assert kinds(f"<td>{text}</td>") == ["phone number"]


@pytest.mark.parametrize(
    "text",
    [
        "2017-10-01 to 2018-01-01",
        "+12\u2009345\u2009678 customers",
        "Gini 0.4512345 +0.0123456",
        "9c41d7e2a05b8f36 and 1012345",
        "180 days, 92 days, 2446 customers",
        "@media print, user@host",
    ],
)
def test_dates_numbers_and_hashes_are_no_findings(text):
    assert kinds(f"<p>{text}</p>") == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("请写信给ann@example.org，谢谢", "e-mail address"),
        ("пишите: анна@почта.рф", "e-mail address"),
        ("电话+49 30 1234567。", "phone number"),
        ("拨打555-123-4567吧", "phone number"),
    ],
)
def test_people_are_found_in_other_scripts(text, kind):
    assert kinds(f"<p>{text}</p>") == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "2.446.123 clienți, +1.234.567,8 EUR",
        "共1,234,567位顾客，+2,345,678元",
        "2\u202f446\u202f123 покупателя, 12,5\u202f%",
    ],
)
def test_numbers_of_other_languages_are_no_findings(text):
    assert kinds(f"<p>{text}</p>") == []


@pytest.mark.parametrize(
    "text",
    [
        "客户C-000123的订单",
        "顾客（C-000123）。",
        "Покупатель №C-000123:",
        "«C-000123»",
    ],
)
def test_ids_are_found_in_other_scripts(tmp_path, text):
    table = tmp_path / "features.parquet"
    pd.DataFrame({"customer_id": ["C-000123", "C-000999"]}).to_parquet(table)
    assert [hit.kind for hit in find_ids(f"<p>{text}</p>", table)] == ["customer id"]


def test_what_nobody_reads_is_not_searched():
    page = "<style>a@b.example{}</style><script>x='c@d.example'</script>"
    assert kinds(f'{page}<img src="data:image/png;base64,a@b.co">') == []


@pytest.mark.parametrize(
    "text",
    [
        "AKIAABCDEFGHIJKLMNOP",
        "postgres://ann:hidden@db",
        "-----BEGIN PRIVATE KEY-----",
        "password=correct-horse",
    ],
)
def test_a_secret_is_found(text):
    assert kinds(f"<code>{text}</code>") == ["secret"]


def test_the_value_of_a_variable_that_the_configuration_names_is_a_secret(monkeypatch):
    monkeypatch.setenv("SHOP_DB", "swordfish")
    run = {"config": {"source": [{"url": "env:SHOP_DB"}]}}
    assert kinds("<p>swordfish</p>", run) == ["secret"]
    assert kinds("<p>env:SHOP_DB</p>", run) == []


@pytest.fixture
def folder(tmp_path):
    ids = ["AB1234", "123456789", "12345", "abc", "gid/7/x-1"]
    pd.DataFrame({"customer_id": ids}).to_parquet(tmp_path / "features.parquet")
    return tmp_path


@pytest.mark.parametrize("shown", ["(AB1234)", "AB1234.", "123456789", "gid/7/x-1"])
def test_an_id_is_found_with_its_place(folder, shown):
    page = f"<h2>Who buys</h2><p>such as {shown}</p>"
    found = find_ids(page, folder / "features.parquet")
    assert [(h.kind, h.near) for h in found] == [("customer id", "Who buys")]


def test_short_ids_are_ordinary_numbers_and_words(folder):
    assert find_ids("<p>12345 abc AB12345</p>", folder / "features.parquet") == []


def test_the_refusal_names_kind_and_place_and_never_the_finding(folder):
    page = "<h2>Opinions</h2><p>ann@example.org wrote AB1234</p>"
    with pytest.raises(DisclosureError) as refused:
        refuse_disclosure(page, "04_personas.html", folder, RUN)
    said = str(refused.value)
    assert "1 customer id, 1 e-mail address, first under “Opinions”" in said
    assert "ann@" not in said
    assert "AB1234" not in said


def test_a_page_with_a_finding_is_not_written(tmp_path):
    write_record(tmp_path / "run.json", RUN | {"project": "ann@example.org"})
    with pytest.raises(DisclosureError, match="shows 2 e-mail addresses"):
        front_page(tmp_path)
    assert not (tmp_path / "index.html").exists()


def test_customers_named_in_the_configuration_are_only_counted(tmp_path):
    config = RUN["config"] | {"internal_customers": ["ann@example.org"]}
    write_record(tmp_path / "run.json", RUN | {"config": config})
    assert "1 given" in front_page(tmp_path).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "record",
    [
        {"segments": [{"text": "ask ann@example.org"}]},
        {"segments": {"bob@example.org": 3}},
        {"rows": ("who", ["is", "AB1234"])},
        {"call": "+49 30 1234567"},
    ],
)
def test_a_record_that_names_somebody_is_refused(folder, record):
    with pytest.raises(DisclosureError, match=r"x\.json shows 1") as found:
        refuse_record(record, "x.json", folder, RUN)
    assert not re.search(r"@|AB1234|1234567", str(found.value))


def test_records_of_numbers_dates_and_words_are_written(folder):
    record = {"n": 123456789, "as_of": "2024-09-29T00:00:00Z", "name": "Weekly buyers"}
    whole = record | {"none": None, "list": [1.5, True]}
    assert refuse_record(whole, "x.json", folder, RUN) is None


def test_a_table_whose_rows_are_no_customers_is_searched_too(folder):
    stage = SimpleNamespace(path=folder, run=RUN, goals_hash="abc")
    named = pd.DataFrame({"label": ["tea", "ann@example.org"], "n": [30, 40]})
    with pytest.raises(DisclosureError, match=r"profiles\.parquet shows 1 e-mail"):
        Stage.write_table(stage, "profiles", named)
    assert not (folder / "profiles.parquet").exists()
    Stage.write_table(stage, "migration", named.assign(customer_id=["AB1234", "x"]))
    assert (folder / "migration.parquet").exists()
