"""The deck as a file: its slides, notes and texts, and what is refused."""

import io
import json
import re
import shutil
import sys
import time
import zipfile

import pytest
from lxml import etree
from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.util import Inches

from segtools.cli import main
from segtools.schema import ConfigError, DisclosureError
from segtools.slides import export_slides

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LINE_ENDS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\u202a-\u202e\ufffe\uffff]")


@pytest.fixture
def opened(decks):
    return lambda kind: Presentation(str(decks[kind]))


def titles(deck):
    return [slide.shapes.title.text_frame.text for slide in deck.slides]


def texts(deck):
    """List the runs of all slides and notes."""
    for slide in deck.slides:
        for part in (slide, slide.notes_slide):
            yield from (t.text or "" for t in part._element.iter("{*}t"))


def notes(slide):
    return slide.notes_slide.notes_text_frame.text


def test_it_has_a_slide_for_each_thing_that_is_asked_for(opened, runs):
    deck = opened("full")
    people = json.loads((runs["full"] / "personas.json").read_text())["segments"]
    names = [row["segment"] for row in people]
    assert titles(deck)[2:7] == names
    assert titles(deck)[0].startswith("Five segments, constructed rather than natural")
    assert "of the customers" in titles(deck)[1]
    assert titles(deck)[7].startswith("Goal scorecard reaches a Gini of 0.450")
    assert titles(deck)[8] == "3 decisions to make now"
    assert titles(deck)[9].startswith("Begin with Weekly family shoppers")
    assert titles(deck)[10].startswith("Since 1 September 2017")
    assert len(deck.slides) == 12


def test_not_to_segment_is_the_deck(opened):
    deck = opened("no")
    assert titles(deck)[:2] == [
        "Do not segment: no scheme tells the next period's spend apart better than "
        "random groups.",
        "Instead of segments",
    ]
    assert not any("Weekly family shoppers" in text for text in texts(deck))


def test_a_forced_run_says_so_on_every_slide(opened):
    for slide in opened("forced").slides:
        said = [shape.text_frame.text for shape in slide.placeholders]
        assert any("forced although the verdict was not to segment" in t for t in said)


def test_a_run_without_its_later_records_says_what_is_missing(opened):
    deck = opened("bare")
    said = " ".join(texts(deck))
    assert "has not described its segments yet" in said
    assert len(deck.slides) == 2


def test_a_first_run_says_where_segments_start(opened, runs):
    deck = opened("run_2026-11-22")
    (slide,) = (s for s in deck.slides if "first run" in s.shapes.title.text_frame.text)
    assert [shape.has_table for shape in slide.shapes].count(True) == 1


def test_titles_are_titles_and_read_first(opened, decks):
    for kind in decks:
        for slide in opened(kind).slides:
            first = slide.shapes[0]
            kinds = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE)
            assert first.placeholder_format.type in kinds
            assert first.text_frame.text.strip()


def test_charts_and_tables_say_what_they_show(opened, decks):
    for kind in decks:
        for slide in opened(kind).slides:
            for shape in slide.shapes:
                if shape.has_chart or shape.has_table:
                    alt = shape._element.find(".//{*}cNvPr").get("descr")
                    assert len(alt) > 10, (kind, shape.name)


def test_nothing_is_a_picture(decks):
    with zipfile.ZipFile(decks["full"]) as archive:
        names = archive.namelist()
    assert not [n for n in names if n.endswith((".png", ".jpeg", ".jpg", ".emf"))]
    assert len([n for n in names if re.search(r"charts/chart\d+\.xml", n)]) == 7


def test_notes_hold_the_evidence_and_its_files(opened, runs):
    people = json.loads((runs["full"] / "personas.json").read_text())["segments"]
    slides = opened("full").slides
    for row, slide in zip(people, list(slides)[2:7], strict=True):
        for line in row["statements"]:
            assert line["text"] in notes(slide)
            if line["kind"] == "evidence":
                assert f"{line['id']}. {line['text']}" in notes(slide)
                assert "features.x ge 1" in notes(slide)
        assert "personas.json" in notes(slide)


def test_a_name_that_is_cut_is_whole_in_the_notes(opened, runs):
    people = json.loads((runs["crowded"] / "personas.json").read_text())["segments"]
    slides = list(opened("crowded").slides)[2:14]
    for row, slide in zip(people, slides, strict=True):
        assert len(slide.shapes.title.text_frame.text) < len(row["segment"])
        assert row["segment"] in notes(slide)


def test_what_data_holds_is_text_and_nothing_else(opened, decks, runs):
    deck = opened("hostile")
    assert '=HYPERLINK("x")' in titles(deck)
    assert "<a:t>&amp;]]></a:t>" in titles(deck)
    assert not [text for text in texts(deck) if LINE_ENDS.search(text)]
    with zipfile.ZipFile(decks["hostile"]) as archive:
        for name in archive.namelist():
            if name.endswith(".xml"):
                etree.fromstring(archive.read(name))


def test_no_workbook_of_a_chart_has_a_formula_or_a_link(decks):
    books = 0
    for name, data in embedded(decks["hostile"]):
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            sheet = etree.fromstring(book.read("xl/worksheets/sheet1.xml"))
            strings = book.read("xl/sharedStrings.xml").decode()
        assert not list(sheet.iter(f"{MAIN}f")), name
        assert not list(sheet.iter(f"{MAIN}hyperlink")), name
        books += "=HYPERLINK" in strings
    assert books


def embedded(path):
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith(".xlsx"):
                yield name, archive.read(name)


def test_a_workbook_holds_what_its_chart_shows(opened):
    """Else the chart would change as soon as somebody edits it."""
    for slide in opened("full").slides:
        for shape in slide.shapes:
            if shape.has_chart:
                chart = shape.chart
                blob = chart.part.chart_workbook.xlsx_part.blob
                check_cells(chart._chartSpace, sheet_of(blob))


def check_cells(space, cells):
    for reference in [*space.iter("{*}numRef"), *space.iter("{*}strRef")]:
        column, first = re.match(
            r"Sheet1!\$([A-Z]+)\$(\d+)", reference.find("{*}f").text
        ).groups()
        for point in reference.iter("{*}pt"):
            place = f"{column}{int(first) + int(point.get('idx'))}"
            said = point.find("{*}v").text
            if reference.tag.endswith("numRef"):
                assert cells[place] == pytest.approx(float(said), rel=1e-12, abs=1e-15)
            else:
                assert cells[place] == said


def sheet_of(blob):
    with zipfile.ZipFile(io.BytesIO(blob)) as book:
        sheet = etree.fromstring(book.read("xl/worksheets/sheet1.xml"))
        shared = etree.fromstring(book.read("xl/sharedStrings.xml"))
    strings = ["".join(si.itertext()) for si in shared]
    return {
        cell.get("r"): strings[int(cell.find(f"{MAIN}v").text)]
        if cell.get("t") == "s"
        else float(cell.find(f"{MAIN}v").text)
        for cell in sheet.iter(f"{MAIN}c")
        if cell.find(f"{MAIN}v") is not None
    }


def test_the_same_run_gives_the_same_bytes_whenever(runs, decks, tmp_path, monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)
    again = export_slides(runs["full"], tmp_path)
    assert again.name == "grocery-panel-2017-10-01.pptx"
    assert again.read_bytes() == decks["full"].read_bytes()
    core = Presentation(str(again)).core_properties
    assert (core.created.isoformat(), core.author) == (
        "2017-10-01T00:00:00",
        "segtools",
    )


def test_other_files_are_left_alone_and_an_own_deck_is_made_anew(runs, tmp_path):
    foreign = tmp_path / "budget.pptx"
    foreign.write_bytes(b"not ours")
    first = export_slides(runs["plain"], tmp_path)
    written = first.read_bytes()
    assert export_slides(runs["full"], tmp_path) == first
    assert first.read_bytes() != written
    assert foreign.read_bytes() == b"not ours"
    assert sorted(p.name for p in tmp_path.iterdir()) == [foreign.name, first.name]


@pytest.mark.parametrize("edit", ["edited", "foreign"])
def test_a_deck_that_somebody_has_changed_is_not_written_over(runs, tmp_path, edit):
    path = export_slides(runs["plain"], tmp_path)
    if edit == "edited":
        deck = Presentation(str(path))
        deck.slides[0].shapes.title.text_frame.text = "My own words"
        deck.save(str(path))
    else:
        path.write_bytes(b"something else")
    before = path.read_bytes()
    with pytest.raises(ConfigError, match=r"somebody has changed.*Move it"):
        export_slides(runs["plain"], tmp_path)
    assert path.read_bytes() == before


def test_a_run_that_is_not_finished_is_refused(runs, tmp_path):
    folder = shutil.copytree(runs["plain"], tmp_path / "run")
    run = json.loads((folder / "run.json").read_text()) | {"state": "running"}
    (folder / "run.json").write_text(json.dumps(run))
    with pytest.raises(ConfigError, match="must be finished"):
        export_slides(folder, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_address_is_refused_wherever_it_stands(runs, tmp_path):
    folder = shutil.copytree(runs["plain"], tmp_path / "run")
    actions = json.loads((folder / "actions.json").read_text())
    actions["segments"][0]["owner"] = "ann@example.org"
    (folder / "actions.json").write_text(json.dumps(actions))
    with pytest.raises(DisclosureError, match="2 e-mail addresses"):
        export_slides(folder, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_value_without_a_currency_has_its_unit(opened):
    said = [text for text in texts(opened("unit")) if "points" in text]
    assert any(re.search(r"\d\u202f[kM]\u202fpoints", text) for text in said)


def test_a_run_in_chinese_names_its_language_and_its_font(runs, tmp_path):
    folder = shutil.copytree(runs["full"], tmp_path / "run")
    run = json.loads((folder / "run.json").read_text())
    run["config"]["language"] = "zh"
    (folder / "run.json").write_text(json.dumps(run))
    deck = Presentation(str(export_slides(folder, tmp_path)))
    for slide in deck.slides:
        for properties in slide._element.xpath(".//a:r/a:rPr"):
            assert properties.get("lang") == "zh-CN"
            assert properties.find("{*}ea").get("typeface") == "Noto Sans CJK SC"
    chart = next(s.chart for s in deck.slides[1].shapes if s.has_chart)
    forms = {f.get("formatCode") for f in chart._chartSpace.iter("{*}numFmt")}
    assert {"0%", "0.0%"} <= forms  # no space before the sign
    assert "2,446" in " ".join(texts(deck))
    plots = [s.chart.plots[0] for p in deck.slides for s in p.shapes if s.has_chart]
    assert len(plots[-1].series) == 8  # four looks, whatever their roles are called


def test_slides_are_wide_and_new_ones_have_our_layouts(opened):
    deck = opened("plain")
    assert (deck.slide_width, deck.slide_height) == (Inches(13.333), Inches(7.5))
    assert [layout.name for layout in deck.slide_layouts] == ["Verdict", "Finding"]


def test_the_command_writes_it_and_asks_for_no_approval(
    runs, tmp_path, capsys, monkeypatch
):
    run = str(runs["run_2026-11-30"])
    out = tmp_path / "board"
    asked = ["export", run, "--to", "slides", "--out", str(out), "--json"]
    monkeypatch.setattr(sys, "argv", ["segtools", *asked])
    with pytest.raises(SystemExit) as end:
        main()
    assert not end.value.code
    told = json.loads(capsys.readouterr().out)
    assert told["out"] == str(out / "golden-shop-2024-09-29.pptx")


def test_a_deck_of_one_segment_is_one_sentence(runs, tmp_path, capsys, monkeypatch):
    run = str(runs["plain"])
    asked = [
        "export",
        run,
        "--to",
        "slides",
        "--segment",
        "S01",
        "--out",
        str(tmp_path),
    ]
    monkeypatch.setattr(sys, "argv", ["segtools", *asked])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 2
    assert "--segment goes with pdf" in capsys.readouterr().err
