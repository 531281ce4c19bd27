"""The page of a project: complete, harmless, offline, and never in the way of a run."""

import re
from html.parser import HTMLParser

import pytest
from browsing import unfold, violations
from project_runs import make_runs

from segtools.records import write_record
from segtools.runs.history import read_history
from segtools.runs.project_page import (
    project_page,
    refresh_project,
    write_project_page,
)
from segtools.schema import ConfigError, DisclosureError

from .made import make_run, moved

ATTACK = "<script>alert(1)</script>"


class Links(HTMLParser):
    """Collects where links lead, and the tags of a page."""

    def __init__(self, text):
        super().__init__()
        self.links, self.tags = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [v for k, v in attrs if k in ("href", "src") and tag != "link"]


@pytest.fixture
def project(tmp_path):
    path = tmp_path / "shop"
    make_run(path, "2024-01-01", [("S01", "Loyal", 150, 5000.0)])
    make_run(
        path,
        "2024-02-01",
        [("S01", "Loyal", 120, 4000.0)],
        changes=moved(100, 15, 5, 35, 150, 120),
    )
    error = {"sentence": "orders must be new, but they are old.", "remedy": "Export."}
    make_run(path, "2024-03-01", [], state="failed", error=error)
    return path


def rows_of(text, caption):
    """Give the cells of a table of runs as texts."""
    table = text.partition(f"<caption>{caption}</caption>")[2].partition("</table>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)[1:]
    return [
        [
            re.sub("<[^>]+>", "", c).strip()
            for c in re.findall(r"<t[hd].*?</t[hd]>", row)
        ]
        for row in rows
    ]


def test_the_runs_stand_newest_first_with_links_to_their_pages(project):
    (project / "2024-02-01" / "compare_2024-01-01.html").write_text("<title>c</title>")
    text = write_project_page(project).read_text()
    rows = rows_of(text, "The latest runs")
    assert [row[0] for row in rows] == ["2024-03-01", "2024-02-01", "2024-01-01"]
    assert rows[0][1] == "failed: orders must be new, but they are old. Export."
    assert rows[1][2:] == [
        "natural, proved",
        "0.9",
        "1",
        "120",
        "€4\u202f000",
        "13\u202f%",
        "with 2024-01-01",
    ]
    links = [x for x in Links(text).links if not x.startswith("#")]
    assert links == [
        "./2024-03-01/index.html",
        "./2024-02-01/index.html",
        "./2024-02-01/compare_2024-01-01.html",
        "./2024-01-01/index.html",
    ]
    assert all((project / link).is_file() for link in links)


def test_a_page_elsewhere_leads_to_the_runs_from_there(project, tmp_path):
    page = write_project_page(project, tmp_path / "out" / "all.html")
    links = [x for x in Links(page.read_text()).links if not x.startswith("#")]
    assert "./../shop/2024-01-01/index.html" in links
    assert all((page.parent / link).is_file() for link in links)


def test_every_figure_has_its_finding_and_its_table(project):
    text = project_page(read_history(project))
    assert text.count('<figure class="st-figure">') == 4
    assert text.count("Show as table") == 4
    said = "Loyal shrank most since 2024-01-01: from 150 to 120 customers"
    assert f'aria-label="{said}. Latest of 2 runs: Loyal 120."' in text
    assert "Natural 2" not in text
    assert "Failed in the latest of 3 runs, natural and proved before" in text


def test_names_of_segments_folders_and_errors_are_text(tmp_path):
    path = tmp_path / "shop"
    make_run(
        path,
        "javascript:alert(1)",
        [("S01", ATTACK, 150, 5.0)],
        as_of="2024-01-01",
        project=ATTACK,
    )
    make_run(
        path,
        ATTACK.replace("/", ""),
        [],
        as_of="2024-02-01",
        project=ATTACK,
        state="failed",
        error={"sentence": ATTACK, "remedy": ATTACK},
    )
    (path / "<b>").symlink_to(path / "nowhere")
    found = Links(text := project_page(read_history(path)))
    assert found.tags.count("script") == 1  # our own
    assert "b" not in found.tags
    outside = [link for link in found.links if not link.startswith(("#", "./"))]
    assert outside == []
    assert "&lt;script&gt;alert(1)" in text


def name_a_segment_after_somebody(project):
    row = {"segment_id": "S01", "segment": "ann@example.org", "n": 150}
    write_record(project / "2024-02-01" / "personas.json", {"segments": [row]})


def test_an_address_in_a_name_is_refused_and_nothing_is_written(project):
    name_a_segment_after_somebody(project)
    with pytest.raises(DisclosureError, match="shows 1 e-mail address"):
        write_project_page(project)
    assert not (project / "index.html").exists()


def test_a_page_that_is_not_ours_is_never_replaced(project):
    (project / "index.html").write_text("<p>mine</p>")
    with pytest.raises(ConfigError, match="must not replace another file"):
        write_project_page(project)
    assert (project / "index.html").read_text() == "<p>mine</p>"


def test_a_folder_that_cannot_be_written_is_one_sentence(project, monkeypatch):
    def refused(path, text):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("segtools.runs.project_page.write_text", refused)
    with pytest.raises(ConfigError, match="where it can be written"):
        write_project_page(project)


def test_our_own_page_is_renewed(project):
    first = write_project_page(project).read_text()
    make_run(project, "2024-04-01", [("S01", "Loyal", 130, 4200.0)])
    page, sentence = refresh_project(project)
    assert (page, sentence) == (project / "index.html", "")
    assert page.read_text() != first


def test_the_same_runs_give_the_same_page(project):
    history = read_history(project)
    assert project_page(history) == project_page(read_history(project))


def test_a_refresh_leaves_a_folder_alone_that_may_hold_other_things(tmp_path):
    make_run(
        tmp_path / "desk",
        "run",
        [("S01", "All", 150, 1.0)],
        project="shop",
        as_of="2024-01-01",
    )
    page, sentence = refresh_project(tmp_path / "desk")
    assert page is None
    assert "was not renewed, since" in sentence
    assert not (tmp_path / "desk" / "index.html").exists()


def test_a_refresh_that_fails_says_so_and_raises_nothing(tmp_path, project):
    assert refresh_project(tmp_path / "nowhere")[0] is None
    name_a_segment_after_somebody(project)
    page, sentence = refresh_project(project)
    assert page is None
    assert sentence.startswith("The project's page was not renewed: ")


def test_of_many_runs_only_the_newest_are_unfolded(tmp_path):
    text = project_page(read_history(make_runs(tmp_path, 80, days=30)))
    assert len(rows_of(text, "The latest runs")) == 50
    folded = re.findall(r"<summary>(\d{4}: \d+ earlier runs?)</summary>", text)
    assert folded == [
        "2007: 5 earlier runs",
        "2006: 12 earlier runs",
        "2005: 13 earlier runs",
    ]
    assert text.count("27 earlier runs</summary>") == 3  # 77 finished ones
    assert text.count("30 earlier runs</summary>") == 1  # and 3 that failed
    assert "<img" not in text


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    project = make_runs(tmp_path_factory.mktemp("many"), 60, days=30)
    return write_project_page(project)


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1440])
def test_the_page_fits_asks_for_nothing_and_is_accessible(many, opened, width, scheme):
    page = opened(many, width=width, scheme=scheme)
    unfold(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == ""
    assert page.heard == []


@pytest.mark.slow
def test_the_runs_sort_and_lead_to_their_pages(many, opened):
    page = opened(many)
    table = page.locator("[aria-label='The latest runs']")
    table.get_by_role("button", name="Sort by Customers").click()
    column = table.locator("tbody tr > :nth-child(6)").all_inner_texts()
    shown = [int(c.replace("\u202f", "")) for c in column if c != "–"]
    assert shown == sorted(shown, reverse=True)
    assert len(set(shown)) > 10
    table.locator("tbody a").first.click()
    assert page.title() == "a run"
