import base64
import hashlib
import json
import re

import nbformat
import pytest
from fake_run import (
    ATTACK,
    BREAKOUT,
    RUN,
    code,
    notebook,
    persona_notebook,
    write_notebook,
    write_records,
)
from nbformat import v4
from reading import NETWORK, Elements, read

from segtools.report.html import failure_page, front_page, stage_page
from segtools.schema import STAGES

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAA"
    "AABJRU5ErkJggg=="
)


def stage(folder, book=None, **changes):
    path = write_notebook(
        folder / "notebooks" / "03_segmentation.ipynb", book or notebook()
    )
    page = folder / "03_segmentation.html"
    return read(stage_page(path, page, stage="03_segmentation", run=RUN | changes))


def test_stage_page_keeps_what_the_reader_needs(tmp_path):
    words = Elements(stage(tmp_path)).words
    assert "Which scheme tells customers apart best?" in words
    assert "Goal scorecard" in words
    assert "against 0.44 for spend quintiles" in words


def test_parameters_and_lessons_are_left_out(tmp_path):
    page = stage(tmp_path)
    assert "Try it" not in page
    assert "run_dir" not in page
    assert "/srv/ann" not in page


def test_source_is_folded_behind_one_switch(tmp_path):
    page = stage(tmp_path)
    assert page.count('id="st-code-switch"') == 1
    assert "st.plots.sizes" not in Elements(page).words
    assert "st.contest(features, schemes)" in Elements(page).words
    assert ".st-code { display: none; }" in page


def test_page_without_source_has_no_switch(tmp_path):
    page = stage(tmp_path, v4.new_notebook(cells=[v4.new_markdown_cell("# Why?")]))
    assert 'id="st-code-switch"' not in page


def test_warnings_on_stderr_are_left_out(tmp_path):
    assert "a warning nobody needs" not in stage(tmp_path)


def test_plain_text_of_outputs_is_escaped(tmp_path):
    page = stage(tmp_path)
    assert ATTACK not in page
    assert BREAKOUT not in page
    assert ATTACK in Elements(page).words
    assert BREAKOUT in Elements(page).words


@pytest.mark.parametrize("kind", ["text/markdown", "application/javascript"])
def test_kinds_that_could_carry_markup_are_not_shown(tmp_path, kind):
    cell = code("x", {kind: f"smuggled {ATTACK}", "text/plain": "shown instead"})
    page = stage(tmp_path, notebook(extra=[cell]))
    assert "shown instead" in page
    assert "smuggled" not in page


def test_picture_gets_its_plain_text_as_alt(tmp_path):
    cell = code("x", {"image/png": PIXEL, "text/plain": f"Spend {ATTACK}"})
    page = stage(tmp_path, notebook(extra=[cell]))
    assert 'alt="Spend &lt;script&gt;alert(1)&lt;/script&gt;"' in page


def test_frame_of_pandas_scrolls_in_its_own_region(tmp_path):
    cell = code(
        "x", {"text/html": '<table class="dataframe"><tr><td>1</td></tr></table>'}
    )
    page = stage(tmp_path, notebook(extra=[cell]))
    assert re.search(r'role="region"[^>]*>\s*<table class="dataframe">', page)


def test_error_is_one_escaped_line_without_traceback(tmp_path):
    error = v4.new_output(
        "error", ename="DataError", evalue=ATTACK, traceback=["File /srv/ann/x.py"]
    )
    page = stage(tmp_path, notebook(extra=[code("x", error)]))
    assert "This step stopped: DataError: &lt;script&gt;" in page
    assert "/srv/ann" not in page


def test_contents_list_leads_to_every_heading_once(tmp_path):
    again = v4.new_markdown_cell("## What was decided?\n\nTwice.")
    page = stage(tmp_path, notebook(extra=[again]))
    ids = Elements(page).ids
    targets = re.findall(r'href="#([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(targets) <= set(ids)
    assert {"what-was-decided", "what-was-decided-2"} <= set(targets)


def test_contents_list_names_the_cards(tmp_path):
    page = stage(tmp_path, persona_notebook())
    assert '<a href="#card-S01-name">Weekly family shoppers</a>' in page


def test_how_to_read_is_folded(tmp_path):
    page = stage(tmp_path)
    assert "<summary>How to read this</summary><p>A share of 40 %" in page


def test_stage_names_its_neighbours_and_itself(tmp_path):
    page = stage(tmp_path)
    assert '<a href="03_segmentation.html" aria-current="page">3 Segments</a>' in page
    assert '<a href="02_data_prep.html">Back: Data</a>' in page
    assert '<a href="04_personas.html">Next: Personas</a>' in page


@pytest.mark.parametrize("key", STAGES)
def test_every_stage_has_a_page_within_its_size(tmp_path, key):
    path = write_notebook(tmp_path / "notebooks" / f"{key}.ipynb", persona_notebook())
    page = read(stage_page(path, tmp_path / f"{key}.html", stage=key, run=RUN))
    assert len(page.encode()) < 300_000
    assert not NETWORK.search(page)


def test_foot_repeats_the_run_without_places_on_this_machine(tmp_path):
    words = Elements(stage(tmp_path)).words
    for part in ("n_segments 5", "seed 1", "9c41d7e2a05b8f36", "pandas 3.1.0"):
        assert part in words
    assert "nobody's data" in words
    assert "…/lines.csv" in words


@pytest.mark.parametrize(
    ("verdict", "says"),
    [
        ({"forced": True, "why_not": "chance does as well"}, "Forced (force_segments"),
        (
            {"decision": "do_not_segment", "why_not": "chance"},
            "not to segment: chance.",
        ),
    ],
)
def test_every_page_says_when_the_verdict_was_against(tmp_path, verdict, says):
    write_records(tmp_path, verdict=verdict)
    assert says in Elements(stage(tmp_path)).words


def test_pages_before_the_verdict_say_that_segments_will_be_forced(tmp_path):
    page = stage(tmp_path, config={"force_segments": True})
    assert "whatever the verdict" in Elements(page).words


def test_notebook_on_disk_is_not_changed(tmp_path):
    path = write_notebook(tmp_path / "notebooks" / "03_segmentation.ipynb", notebook())
    before = path.read_bytes()
    stage_page(
        path, tmp_path / "03_segmentation.html", stage="03_segmentation", run=RUN
    )
    assert path.read_bytes() == before


def test_pages_leave_no_half_written_file(tmp_path):
    stage(tmp_path)
    front_page(write_records(tmp_path))
    assert not [p.name for p in tmp_path.iterdir() if p.name.startswith(".")]


def failed(folder, error):
    states = {key: {"state": "done" if key < "03" else "pending"} for key in STAGES}
    changes = {"state": "failed", "error": error, "stages": states}
    return read(failure_page(write_records(folder, run=changes)))


ERROR = {
    "code": 3,
    "stage": "03_segmentation",
    "sentence": "n_segments must leave 3 % in each, but the smallest has 1 %.",
    "remedy": "Lower n_segments.",
}


def test_failure_page_names_stage_cause_remedy_and_log(tmp_path):
    stage(tmp_path)
    page = failed(tmp_path, ERROR)
    words = Elements(page).words
    assert "This run stopped in stage 3, Segments." in words
    assert "the smallest has 1" in words
    assert "Lower n_segments." in words
    assert 'href="notebooks/03_segmentation.ipynb"' in page


def test_failure_page_lists_the_stages_that_are_whole(tmp_path):
    (tmp_path / "01_goals.html").write_text("done", encoding="utf-8")
    page = failed(tmp_path, ERROR)
    assert '<a href="01_goals.html">Goals</a>' in page
    assert "<li>Data:" in page
    assert "Personas" not in page


def test_failure_before_the_first_stage_has_no_links(tmp_path):
    page = failed(
        tmp_path, {"code": 2, "stage": None, "sentence": ATTACK, "remedy": ""}
    )
    assert "This run <span" in page
    assert " in stage" not in page
    assert ATTACK not in page


def test_interrupted_run_without_an_error_is_explained(tmp_path):
    assert "interrupted before it had finished" in failed(tmp_path, None)


def test_only_our_script_may_run(tmp_path):
    for page in (stage(tmp_path), read(front_page(write_records(tmp_path)))):
        policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page).group(1)
        assert "default-src 'none'" in policy
        assert "script-src 'sha256-" in policy
        assert page.count("<script") == 1
        script = re.search(r"<script>(.*?)</script>", page, re.DOTALL).group(1)
        mark = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{mark}'" in policy


def test_nothing_in_a_record_is_needed_but_the_run(tmp_path):
    (tmp_path / "run.json").write_text(json.dumps({"project": "p"}), encoding="utf-8")
    assert "not reached a verdict" in read(front_page(tmp_path))
    book = nbformat.v4.new_notebook(cells=[v4.new_markdown_cell("text only")])
    assert "text only" in stage(tmp_path, book)
