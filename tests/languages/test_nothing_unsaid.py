"""A whole run in a language of no country: nothing that people read stays English."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from inline import run_inline
from pseudo import OPEN, write_language
from unsaid_words import codes_of, unsaid_words, words_of_data

from segtools.bundled import configuration
from segtools.languages import set_language
from segtools.records import read_record
from segtools.report.compare import compare_runs
from segtools.report.typing import typing_files
from segtools.runs.project_page import write_project_page

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("runs")]

RUN = "import sys; from segtools.cli import main; sys.argv[0] = 'segtools'; main()"


@pytest.fixture(scope="session")
def project(tmp_path_factory) -> Path:
    """Two runs of the sample in the pseudo-language; the later one with its pages."""
    folder = tmp_path_factory.mktemp("unsaid")
    language = str(write_language(folder))
    runs = folder / "sample-shop"
    sample = configuration("sample").read_text(encoding="utf-8")
    earlier = yaml.safe_load(sample) | {"language": language, "as_of": "2024-08-01"}
    try:
        run_inline(earlier, runs / "2024-08-01")
    finally:
        set_language("en")
    later = ["run", "-p", f"language={language}", "--out", str(runs / "2024-09-29")]
    subprocess.run([sys.executable, "-c", RUN, *later], check=True, timeout=1800)
    typing_files(runs / "2024-09-29", runs / "typing")
    compare_runs(runs / "2024-08-01", runs / "2024-09-29", runs / "compare.html")
    write_project_page(runs)
    return runs


@pytest.mark.parametrize(
    ("pattern", "least"),
    [
        pytest.param("2024-09-29/*.html", 7, id="pages of the run"),
        pytest.param("2024-09-29/canvas/*.md", 2, id="canvases"),
        pytest.param("typing/form.html", 1, id="typing form"),
        pytest.param("compare.html", 1, id="comparison"),
        pytest.param("index.html", 1, id="page of the project"),
    ],
)
def test_every_word_is_said_by_a_message(project, pattern, least):
    run = project / "2024-09-29"
    data, codes = words_of_data(run), codes_of(run)
    files = sorted(project.glob(pattern))
    assert len(files) >= least
    found = {file.name: unsaid_words(file, data, codes) for file in files}
    assert {name: words for name, words in found.items() if words} == {}


def test_what_an_export_tells_people_is_said(project):
    manifest = project / "2024-09-29" / "activation" / "spreadsheet" / "manifest.json"
    told = read_record(manifest)
    sentences = [told["next_step"], *told["notes"], *(f["what"] for f in told["files"])]
    assert all(text.startswith(OPEN) for text in sentences)


def test_a_plain_english_string_is_found(tmp_path):
    page = tmp_path / "page.html"
    page.write_text("<p>⟦Ôñlý ⟦51⟧ çûštôméŕš åŕé left⟧</p><td>goal</td><p>Wine</p>")
    found = unsaid_words(page, {"Wine"}, {"goal"})
    assert found == {"left": "⟦Ôñlý ⟦51⟧ çûštôméŕš åŕé left⟧"}
