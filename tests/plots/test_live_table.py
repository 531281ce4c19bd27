"""Long tables in a live notebook: what DataTables gets, and that a browser obeys."""

import re
import sys
from types import SimpleNamespace

import pandas as pd
import pytest
from browsing import violations

from segtools.plots import display, live_table
from segtools.plots.live_table import MOST_ROWS

ROWS = 40
FRAME = pd.DataFrame(
    {
        "Segment": [f"Segment {n:02d}" for n in range(ROWS)],
        "Spend": [None, *[float(n * 7 % 39) for n in range(1, ROWS)]],
        "Share": [n / ROWS for n in range(ROWS)],
        "Note": ["<b>same</b>"] * ROWS,
    }
)
FORMATS = {"Share": "percent"}


class Shell:
    """A kernel's shell that runs one cell after another."""

    kernel = object()

    def __init__(self):
        self.execution_count, self.cell = 1, "first"

    def get_parent(self):
        return {"metadata": {"cellId": self.cell} if self.cell else {}}

    def run(self, cell):
        self.execution_count, self.cell = self.execution_count + 1, cell


@pytest.fixture
def library(tmp_path, monkeypatch):
    """A stand-in for itables' copy of DataTables, which tells what it was given."""
    script = tmp_path / "dt_bundle.js"
    script.write_text(
        "export default class { constructor(table, options) {"
        "  table.classList.add('dataTable'); window.given = options; } }"
    )
    script.with_suffix(".css").write_text("table.dataTable { color: red }")
    fake = SimpleNamespace(options=SimpleNamespace(dt_bundle=str(script)))
    monkeypatch.setitem(sys.modules, "itables", fake)
    monkeypatch.setattr(live_table, "find_spec", lambda name: object())
    live_table._library.cache_clear()
    yield script
    live_table._library.cache_clear()


@pytest.fixture
def session(library, monkeypatch):
    """A live notebook; it lists what was displayed beside results."""
    shell = Shell()
    shell.shown = []
    monkeypatch.setattr(live_table, "shell", lambda: shell)
    monkeypatch.setattr(live_table, "is_live", lambda: True)
    monkeypatch.setattr(live_table, "_SHOWN", {})
    monkeypatch.setattr("IPython.display.display", shell.shown.append)
    return shell


def shown(frame=FRAME, **options):
    return display.table(frame, caption="All of them", formats=FORMATS, **options)


def test_every_cell_of_a_column_says_its_place(session):
    html = shown().html
    order = re.findall(r'data-order="(\d*)"', html)
    by_row = [order[i : i + 4] for i in range(0, len(order), 4)]
    assert len(by_row) == ROWS
    assert by_row[0] == ["0", "", "0", ""]  # missing, and a column that is all the same
    known = FRAME["Spend"].rank(method="dense").sub(1)
    assert [r[1] for r in by_row[1:]] == [str(int(v)) for v in known[1:]]
    assert "data-rank" not in html


def test_formats_and_escaping_are_those_of_any_table(session):
    html = shown().html
    assert "&lt;b&gt;same&lt;/b&gt;" in html
    assert "<b>same" not in html
    assert "2.5\u202f%" in html
    assert "</script>" not in html.partition("<script")[0]


def test_a_cell_that_runs_again_gets_the_library_again_and_another_does_not(session):
    shown()
    shown()
    assert len(session.shown) == 1
    session.run("second")
    shown()
    assert len(session.shown) == 1
    session.run("first")
    shown()
    assert len(session.shown) == 2


def test_where_cells_have_no_names_the_library_comes_once(session):
    session.cell = None
    shown()
    session.run(None)
    shown()
    assert len(session.shown) == 1


def test_short_tables_and_twins_of_figures_stay_as_they_are(session):
    assert "<script" not in shown(FRAME.head(MOST_ROWS)).html
    assert "<script" in shown(FRAME.head(MOST_ROWS + 1)).html
    assert "<script" not in display._twin(FRAME, "Spend").html


def test_a_caller_may_ask_for_either(session):
    assert "<script" in shown(FRAME.head(2), interactive=True).html
    assert "<script" not in shown(interactive=False).html


def test_without_itables_a_table_is_what_a_report_shows(session, monkeypatch):
    monkeypatch.setattr(live_table, "find_spec", lambda name: None)
    assert shown(interactive=True).html == shown(interactive=False).html
    assert session.shown == []


def test_an_itables_that_keeps_its_library_elsewhere_does_no_harm(session, library):
    library.unlink()
    html = shown().html
    assert "<script" not in html
    assert session.shown == []


def test_outside_a_notebook_nothing_is_interactive_whatever_is_asked():
    assert "<script" not in shown(interactive=True).html


def test_the_text_is_the_same(session):
    assert shown().text == shown(interactive=False).text


def page_of(folder, *parts):
    """Write a page as JupyterLab has it: outputs may come in any order."""
    body = "".join(parts)
    file = folder / "page.html"
    file.write_text(
        f"<!doctype html><html lang='en'><title>Notebook</title>"
        f"<body data-jp-theme-light='true'><main><h1>Notebook</h1>{body}</main></body>"
        "</html>",
        encoding="utf-8",
    )
    return file


@pytest.fixture
def real(monkeypatch):
    """A live notebook with itables' own library."""
    pytest.importorskip("itables")
    live_table._library.cache_clear()
    shell = Shell()
    monkeypatch.setattr(live_table, "shell", lambda: shell)
    monkeypatch.setattr(live_table, "is_live", lambda: True)
    monkeypatch.setattr(live_table, "_SHOWN", {})
    monkeypatch.setattr("IPython.display.display", lambda what: None)
    return shown().html, live_table._library().html


def cells(page, place):
    found = page.locator(f"table tbody tr > :nth-child({place})").all_inner_texts()
    return [text.strip() for text in found]


def asked_of_others(page):
    """What a page said, and asked for beyond what it holds itself."""
    return [heard for heard in page.heard if not heard.startswith("blob:")]


def sort(page, name, way):
    """Sort by a column, and wait until it says that it is."""
    head = page.locator(f"thead th[aria-sort='{way}']").filter(has_text=name)
    page.get_by_role("columnheader", name=name).click()
    head.wait_for()


@pytest.fixture(params=["library first", "table first"])
def page(real, tmp_path, opened, request):
    table, library = real
    order = (library, table) if request.param == "library first" else (table, library)
    found = opened(page_of(tmp_path, *order))
    found.wait_for_selector("table.dataTable")
    return found


@pytest.mark.slow
def test_a_browser_pages_sorts_and_searches_without_a_network(page):
    assert len(cells(page, 1)) == 10
    for cell, side in (("td.gt_right", "right"), ("th.gt_left", "left")):
        found = page.locator(f"tbody {cell}").first
        assert found.evaluate("c => getComputedStyle(c).textAlign") == side
    sort(page, "Spend", "ascending")
    assert cells(page, 2)[:3] == ["0", "1", "2"]
    sort(page, "Spend", "descending")
    assert cells(page, 2)[:3] == ["38", "37", "36"]
    page.get_by_role("searchbox").fill('"Segment 33"')
    page.get_by_text("Showing 1 to 1 of 1 entry").wait_for()
    assert cells(page, 1) == ["Segment 33"]
    assert asked_of_others(page) == []


@pytest.mark.slow
def test_what_is_missing_stays_below_and_what_is_equal_sorts_without_harm(page):
    page.get_by_label("entries per page").select_option("All")
    for name in ("Note", "Share", "Spend"):
        sort(page, name, "ascending")
    assert [cells(page, 2)[place] for place in (0, -2, -1)] == ["0", "38", "–"]
    sort(page, "Spend", "descending")
    assert [cells(page, 2)[place] for place in (0, -2, -1)] == ["38", "0", "–"]
    assert asked_of_others(page) == []


@pytest.mark.slow
def test_an_interactive_table_is_accessible(page):
    assert violations(page) == ""


@pytest.mark.slow
def test_a_page_without_the_library_still_has_the_whole_table(real, tmp_path, opened):
    found = opened(page_of(tmp_path, real[0]))
    assert len(cells(found, 1)) == ROWS
    assert found.heard == []
