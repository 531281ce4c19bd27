"""The page of a batch: what is on it, in what order; harmless, readable by all."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from browsing import violations
from fake_batch import failed, record, row, segments, two_dozen
from fake_run import ATTACK, BREAKOUT, write_records
from reading import NETWORK, Elements, headers, unexplained

from segtools.records import read_record, write_record
from segtools.runs.batch_page import batch_page, render
from segtools.runs.batch_record import Board
from segtools.runs.figures import figures
from segtools.runs.plan import Planned

from .made import make_run


def test_failures_stand_above_everything_with_reason_and_remedy(tmp_path):
    page = batch_page(tmp_path, two_dozen(tmp_path)).read_text(encoding="utf-8")
    words = Elements(page).words
    assert "22 of 24 runs are done, 1 failed and 1 was interrupted." in words
    assert "as_of must leave order_lines before it, but all 40,821 rows" in words
    assert "What to do: Move as_of or check the date format." in words
    assert "interrupted in stage 3, Segments" in words
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    found = re.findall(r'scope="row".*?<bdi>(.*?)</bdi>', body)
    assert found[:2] == ["south-2017-08-01", "west-2017-10-01"]
    assert len(found) == 24


def test_each_finished_run_is_linked_and_a_failed_one_without_a_page_is_not(tmp_path):
    page = batch_page(tmp_path, two_dozen(tmp_path)).read_text(encoding="utf-8")
    links = set(re.findall(r'href="([^"#]+index\.html)"', page))
    assert "north/north-2017-06-01/index.html" in links
    assert len(links) == 22
    for link in links:
        assert (tmp_path / link).is_file()
    alone = render(tmp_path, record([failed("none", "It failed.", "Mend it.")]))
    assert "index.html" not in alone


def test_figures_stand_side_by_side(tmp_path):
    rows = [row("a"), row("b", figures=None, segments=[], verdict=None)]
    page = render(tmp_path, record(rows))
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    cells = [re.sub("<.*?>", "", c) for c in re.findall(r"<td.*?</td>", body)][:12]
    shown = [c.replace("\u202f", " ") for c in cells]
    assert shown == [
        *("shop", "2017-09-01", "Constructed, proved", "5", "2 446", "$3.41 M"),
        *("Weekly family shoppers", "39 %", "0.91", "0.45", "0.44", "1.6"),
    ]
    assert "Coupon planners" in page
    assert "Share of customers: Weekly family shoppers 16" in page


def test_a_run_that_was_overtaken_and_one_without_segments_say_so(tmp_path):
    page = Elements(render(tmp_path, two_dozen(tmp_path))).words
    assert "Overtaken. Compared with south-2017-07-01" in page
    assert "Do not segment" in page


def test_headers_are_explained_or_plain(tmp_path):
    page = render(tmp_path, two_dozen(tmp_path))
    assert "Best simple scheme" in headers(page)
    assert unexplained(page, []) == []


def test_strings_from_data_and_files_do_nothing(tmp_path):
    hostile = [s | {"segment": ATTACK, "colour": "red;x:url(//x)"} for s in segments()]
    rows = [
        row(
            ATTACK, project=BREAKOUT, segments=hostile, overtaken=ATTACK, note=BREAKOUT
        ),
        failed(BREAKOUT, ATTACK, BREAKOUT),
    ]
    rows[0]["verdict"] = rows[0]["verdict"] | {"sentence": ATTACK}
    rows[0]["figures"] = rows[0]["figures"] | {"best_segment": ATTACK, "unit": ATTACK}
    page = render(tmp_path, record(rows) | {"file": ATTACK})
    plain = Elements(render(tmp_path, record([row("a"), failed("b", "x", "y")])))
    elements = Elements(page)
    assert elements.tags.count("script") == plain.tags.count("script") == 1
    assert "img" not in elements.tags
    assert not NETWORK.search(page)
    assert "url(//" not in page


def test_figures_come_from_the_records_of_a_run(tmp_path):
    found = figures(write_records(tmp_path))
    assert found["verdict"]["structure"] == "constructed"
    assert found["segments"][0]["segment"] == "Weekly family shoppers"
    assert found["figures"]["best_segment"] == "Weekly family shoppers"
    assert found["figures"]["customers"] == 2446
    assert found["as_of"] == "2017-10-01"
    assert figures(tmp_path / "none")["segments"] == []


def test_a_run_whose_names_tell_who_somebody_is_keeps_them_to_itself(tmp_path):
    planned = Planned("a", "shop/a", {}, None)
    folder = tmp_path / "shop" / "a"
    folder.mkdir(parents=True)
    write_records(folder)
    ids = pd.DataFrame({"customer_id": ["K1234567"]})
    ids.to_parquet(folder / "features.parquet")
    personas = read_record(folder / "personas.json")
    personas["segments"][0]["segment"] = "Like K1234567"
    write_record(folder / "personas.json", personas)
    board = Board(tmp_path, {"file": "f", "jobs": 1, "threads": 1}, [planned], {})
    board.end("a", {"state": "done", "code": 0}, 1.0)
    (made,) = read_record(tmp_path / "batch.json")["runs"]
    assert made["segments"] == []
    assert "1 customer id" in made["note"]
    assert "K1234567" not in render(tmp_path, board.record())
    assert "Not shown." in render(tmp_path, board.record())


def test_addresses_in_a_reason_are_not_repeated(tmp_path):
    planned = Planned("a", "shop/a", {}, None)
    board = Board(tmp_path, {"file": "f", "jobs": 1, "threads": 1}, [planned], {})
    sentence = "customer_id must be text, but it is 'ann@example.org'."
    told = {"state": "failed", "code": 3, "sentence": sentence, "remedy": "Mend it."}
    board.end("a", told, 1.0)
    assert "ann@example.org" not in (tmp_path / "batch.json").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("width", [360, 768, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_two_dozen_runs_fit_any_screen_and_can_be_read_by_all(
    opened, tmp_path, width, scheme
):
    page = opened(batch_page(tmp_path, two_dozen(tmp_path)), width=width, scheme=scheme)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width
    assert violations(page) == ""
    assert page.heard == []


@pytest.mark.slow
def test_the_table_sorts_and_failed_runs_stay_below_sorted_figures(opened, tmp_path):
    page = opened(batch_page(tmp_path, two_dozen(tmp_path)))
    page.get_by_role("button", name="Sort by Stability").click()
    names = page.locator(".st-table tbody th").all_inner_texts()
    assert names[0] in {f"{g}-2018-01-01" for g in ("north", "south", "west")}
    assert set(names[-2:]) == {"south-2017-08-01", "west-2017-10-01"}
    page.get_by_role("button", name="Sort by Run").click()
    names = page.locator(".st-table tbody th").all_inner_texts()
    assert names == sorted(names)


def test_a_hidden_size_takes_its_share_with_it(tmp_path):
    sizes = [("S01", "Many", 400, 90), ("S02", "Few", 4, 5), ("S03", "Some", 60, 5)]
    found = figures(make_run(tmp_path / "shop", "2024-01-01", sizes))["segments"]
    assert {s["segment"]: s["n"] for s in found} == {
        "Many": 400,
        "Few": None,
        "Some": None,
    }
    assert [s["share"] for s in found if s["n"] is None] == [None, None]
