"""A notebook that somebody has open, in a real kernel, against one that nobody has."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from sessions import executed, pages

from segtools.live import SESSION
from segtools.plots.display import table
from segtools.schema import SEE_TRACE

SENTENCE = "seed must be a number, but it is '<b>x</b>'. Change it."
MANY = 40
LONG = pd.DataFrame(
    {"Segment": [f"<i>{n % 7}</i>" for n in range(MANY)]}
    | {"Spend": [n * 7 % 31 + 0.5 for n in range(MANY)]}
)
SETUP = f"""
import pandas as pd
from segtools import plots, structure_verdict
from segtools.progress import progress
from segtools.schema import ConfigError, DataError
long = pd.DataFrame({LONG.to_dict("list")})
"""
CELLS = {
    "setup": SETUP,
    "long": "plots.table(long, caption='Long')",
    "second": "plots.table(long, caption='Second')",
    "short": "plots.table(long.head(15), caption='Short')",
    "done": "sum(progress(range(4), 'Things done'))",
    "going": "held = progress(range(9), 'Things')\n[next(held) for _ in range(3)]",
    "within": "outer = progress('ab', 'Outer')\n_ = next(outer), next(outer)\n"
    "list(progress('cd', 'Inner'))",
    "refused": f"def deep():\n    raise ConfigError({SENTENCE!r})\ndeep()",
    "trace": "%tb",
    "other": "{}['no such key']",
    "shown": "structure_verdict(pd.DataFrame({'a': [1.0, 2.0]}))",
    "rich": "from segtools.report.execution.errors import StageError\n"
    "raise StageError('02_data_prep must run, but it did not. Look.')",
}
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(scope="module")
def live():
    pytest.importorskip("itables")
    return executed(CELLS, **{SESSION: "first look.ipynb"})


@pytest.fixture(scope="module")
def still():
    return executed(CELLS)


def trace(output):
    return COLOURS.sub("", "\n".join(output.traceback))


def test_a_long_table_can_be_sorted_and_is_the_same_beneath(live):
    library, shown = pages(live["long"])
    assert shown.startswith('<div data-live="')
    bare = re.sub(r' data-live="\w+"| data-order="\d*"', "", shown)
    static = re.sub(r' data-rank="\d+"', "", table(LONG, caption="Long").html)
    assert bare.partition("<script")[0] == static
    assert "<i>" not in shown
    assert "DataTable(table" in shown
    assert "http" not in shown
    assert "DecompressionStream" in library


def test_the_library_comes_once_and_is_no_burden(live):
    library, shown = pages(live["long"])
    (second,) = pages(live["second"])
    assert len(library.encode()) < 400_000
    script = second.partition("<script")[2]
    assert 0 < len(script.encode()) < 1_000
    assert len(second) - len(shown) == len("Second") * 2 - len("Long") * 2


def test_a_short_table_is_what_it_always_is(live, still):
    expected = [table(LONG.head(15), caption="Short").html]
    assert pages(live["short"]) == pages(still["short"]) == expected


def test_where_nobody_sits_tables_are_byte_for_byte_those_of_the_report(still):
    for cell in ("long", "second"):
        assert pages(still[cell]) == [table(LONG, caption=cell.capitalize()).html]


def test_progress_is_shown_while_it_goes_on_and_gone_when_it_is_done(live):
    (bar,) = pages(live["going"])
    assert "<progress" in bar
    assert 'max="9" value="2" aria-label="Things"' in bar
    assert "Things: 2 of 9" in bar
    bar, *_ = live["done"]
    assert bar.data["text/html"] == ""
    assert live["done"][-1].data["text/plain"] == "6"


def test_work_within_work_shows_one_bar(live):
    (bar,) = pages(live["within"])
    assert "Outer: 1 of 2" in bar


def test_progress_changes_nothing_where_nobody_sits(still):
    assert [o.output_type for o in still["done"]] == ["execute_result"]
    assert still["done"][0].data["text/plain"] == "6"
    assert [o.output_type for o in still["going"]] == ["execute_result"]
    assert [o.output_type for o in still["within"]] == ["execute_result"]


@pytest.mark.parametrize("kind", ["live", "still"])
def test_an_error_of_ours_is_its_sentence_and_says_how_to_see_the_trace(kind, request):
    (error,) = request.getfixturevalue(kind)["refused"]
    assert (error.ename, error.evalue) == ("ConfigError", SENTENCE)
    assert error.traceback == [f"ConfigError: {SENTENCE}", SEE_TRACE]


def test_the_trace_is_there_for_those_who_ask(still):
    (error,) = still["trace"]
    assert "Traceback" in trace(error)
    assert "def deep():" in trace(error)
    assert trace(error).rstrip().endswith(SENTENCE)


def test_a_stage_that_failed_is_a_sentence_too_and_other_errors_keep_their_trace(still):
    (error,) = still["rich"]
    assert error.traceback[0].startswith("StageError: 02_data_prep must run")
    (error,) = still["other"]
    assert "Traceback" in trace(error)


@pytest.mark.parametrize("kind", ["live", "still"])
def test_a_result_is_shown_in_both_its_faces(kind, request):
    (shown,) = request.getfixturevalue(kind)["shown"]
    assert shown.data["text/plain"].startswith("Structure: constructed")
    assert shown.data["text/html"].startswith('<section class="st-glance ')


def test_what_is_live_can_be_turned_off():
    pytest.importorskip("itables")
    cells = {name: CELLS[name] for name in ("setup", "long", "done")}
    found = executed(cells, **{SESSION: "a.ipynb", "SEGTOOLS_LIVE": "0"})
    assert pages(found["long"]) == [table(LONG, caption="Long").html]
    found = executed(cells, **{SESSION: "a.ipynb", "SEGTOOLS_PROGRESS": "off"})
    assert len(pages(found["long"])) == 2
    assert [o.output_type for o in found["done"]] == ["execute_result"]
