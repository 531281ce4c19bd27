"""The report on paper: parts joined, links that lead inside, one file a run."""

import json
import re

import pytest

from segtools import chromium as browser
from segtools.report import paper
from segtools.report.paper import export_pdf
from segtools.schema import STAGES, ConfigError

IDS = re.compile(r'<[^>]*\sid="([^"]+)"')
LINKS = re.compile(r'<[^>]*\s(?:xlink:)?href="([^"]*)"')
NAMED = re.compile(r'\s(?:for|headers|aria-labelledby|aria-describedby)="([^"]+)"')


@pytest.fixture(scope="module")
def joined(fake_pages):
    return paper._report(fake_pages, "grocery-panel")


def test_every_page_is_a_part_with_names_of_its_own(joined):
    ids = IDS.findall(joined)
    assert set(paper.PAGES) <= set(ids)
    assert len(ids) == len(set(ids)) > 50


def test_every_link_and_every_name_leads_to_a_part_of_it(joined):
    ids = set(IDS.findall(joined))
    links = [h for h in LINKS.findall(joined) if not h.startswith(("http", "data:"))]
    assert "#04_personas-card-S01" in links
    assert {h for h in links if h.removeprefix("#") not in ids} == set()
    named = {word for words in NAMED.findall(joined) for word in words.split()}
    assert named
    assert named <= ids


def test_it_has_one_foot_and_no_script(joined):
    assert joined.count('class="st-foot"') == 1
    assert "<script" not in joined


def test_text_from_data_stays_as_the_pages_have_it(joined, fake_pages):
    for stage in STAGES:
        page = (fake_pages / f"{stage}.html").read_text(encoding="utf-8")
        body = page.partition("<main")[2].partition("</main>")[0]
        words = re.findall(r">([^<>]+)<", body)
        assert [w for w in words if w not in joined] == []


def rewritten(body: str) -> str:
    page = f"<html><body>{body}</body></html>"
    part = paper._part("index", page, ["index", "04_personas"])
    return part.removeprefix('<div class="st-part" id="index">').removesuffix("</div>")


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        # What a value says is not taken for an attribute, whatever it looks like.
        (
            '<p title="x id=y onload=alert(1)//" id="a">',
            '<p title="x id=y onload=alert(1)//" id="index-a">',
        ),
        ("<a title='\" href=b' href=c.csv>", '<a title=\'" href=b\' href="#index">'),
        ('<p data-id="3"\nID = "a">', '<p data-id="3"\nID = "index-a">'),
        ('<p title="a > b" id=a>', '<p title="a > b" id="index-a">'),
        ('<g clip-path="url(#p)"/>', '<g clip-path="url(#index-p)"/>'),
        (
            '<g style="mask:url(&quot;#m&quot;)"/>',
            '<g style="mask:url(&quot;#index-m&quot;)"/>',
        ),
        (
            "<style>.a{clip-path:url(#p)}</style>",
            "<style>.a{clip-path:url(#index-p)}</style>",
        ),
        ('<svg aria-labelledby="t  d">', '<svg aria-labelledby="index-t index-d">'),
        ('<a href="#">', '<a href="#index">'),
        ('<a href="04_personas.html#a&amp;b">', '<a href="#04_personas-a&amp;b">'),
        ('<a href="&#106;avascript:x">', '<a href="#index">'),
        # Only a line feed ends a line of the parser.
        ('A\u2028B\x85C\x0c\n<p id="a">', 'A\u2028B\x85C\x0c\n<p id="index-a">'),
    ],
)
def test_tags_are_rewritten_attribute_by_attribute(tag, expected):
    assert rewritten(tag) == expected


def test_what_is_printed_fetches_and_runs_nothing(joined):
    head = joined.partition("<body>")[0]
    assert "Content-Security-Policy\" content=\"default-src 'none'; " in head
    assert "script-src" not in head


def test_an_id_is_found_before_a_name_that_is_alike(tmp_path):
    cards = [
        {"segment_id": "S01", "segment": "S02"},
        {"segment_id": "S02", "segment": "Loyal"},
    ]
    record = {"format": "segtools.personas", "version": 1, "segments": cards}
    (tmp_path / "personas.json").write_text(json.dumps(record))
    assert paper._segment(tmp_path, "S02")["segment"] == "Loyal"
    assert paper._segment(tmp_path, "Loyal")["segment_id"] == "S02"


def test_a_long_name_is_still_that_of_a_file():
    assert paper._short("分" * 80, 100) == "分" * 33
    assert paper._safe("../../a\0b") == "a-b"


def test_a_card_stands_alone(fake_pages):
    card = paper._card(fake_pages, "S02")
    assert card.count("<article") == card.count("</article>") == 1
    assert 'id="card-S02"' in card


def test_a_segment_that_is_none_is_one_sentence(fake_pages, tmp_path):
    with pytest.raises(ConfigError, match=r"--segment .* 'S09'\. Did you mean"):
        export_pdf(fake_pages, tmp_path / "out", "S09")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("named", "why"), [("", "none is installed"), ("/no/such", "names '/no/such'")]
)
def test_without_chromium_it_says_what_to_install(
    fake_pages, tmp_path, monkeypatch, named, why
):
    monkeypatch.setattr(browser, "NAMES", ())
    monkeypatch.setenv(browser.VARIABLE, named)
    with pytest.raises(ConfigError, match=f"needs Chromium or Chrome, but .*{why}"):
        export_pdf(fake_pages, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_chromium_that_prints_nothing_is_one_sentence(
    fake_pages, tmp_path, monkeypatch
):
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\necho cannot open display\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv(browser.VARIABLE, str(broken))
    with pytest.raises(ConfigError, match="but it has not: cannot open display"):
        export_pdf(fake_pages, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_page_of_an_older_version_without_what_ours_have_is_joined(tmp_path):
    (tmp_path / "index.html").write_text("<html><body><p>Old.</p></body></html>")
    found = paper._report(tmp_path, "old <shop>")
    assert "<p>Old.</p>" in found
    assert "old &lt;shop&gt;" in found


@pytest.mark.slow
def test_the_pdf_is_tagged_and_names_nothing_of_this_machine(
    fake_pages, tmp_path, chromium
):
    path = export_pdf(fake_pages, tmp_path)
    data = path.read_bytes()
    assert path.name == "grocery-panel-2017-10-01.pdf"
    assert b"/StructTreeRoot" in data
    assert b"/Outlines" in data
    assert b"file:" not in data
    assert str(tmp_path).encode() not in data
    assert b"(D:20171001000000" in data
    assert len(re.findall(rb"/Type /Page\b", data)) > len(STAGES)
    assert export_pdf(fake_pages, tmp_path).read_bytes() == data


@pytest.mark.slow
def test_a_card_is_one_sheet(fake_pages, tmp_path, chromium):
    path = export_pdf(fake_pages, tmp_path, "S01")
    assert path.name == "grocery-panel-2017-10-01-S01.pdf"
    assert len(re.findall(rb"/Type /Page\b", path.read_bytes())) == 1
