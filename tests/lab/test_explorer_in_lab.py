"""The explorer in a real JupyterLab: operated with mouse and keyboard."""

from __future__ import annotations

import re

import pytest
from browsing import violations
from lab_books import a_notebook
from lab_server import until

from segtools.explorer.controls import _NO_FORMULA
from segtools.palette import PALETTE

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("lab")]

HOSTILE = "<img src=x onerror=alert(1)> $x_1$"
BY_HAND = f"""
from explorer_runs import NAMES, make_run
from segtools import explore
explorer = explore(make_run(names=NAMES | {{"S02": {HOSTILE!r}}}))
explorer
"""
NO_WIDGETS = "import sys\nsys.modules['ipywidgets'] = None\n"
BLUE = tuple(int(PALETTE[0][i : i + 2], 16) // 16 for i in (1, 3, 5))
FOUND = r"with the cut at (\S+) .*?instead of (\S+) .*?, (\d+) of 120 customers"


class Box:
    """The explorer as it stands in the page."""

    def __init__(self, opened):
        self.opened, self.page = opened, opened.page
        self.page.wait_for_selector(".segtools-explorer")
        self.box = self.page.locator(".segtools-explorer")
        self._settle()

    def _settle(self):
        """Wait until the lab, which has just run a command, leaves focus alone."""
        head = self.box.locator("caption").first
        head.click()
        active = "() => document.activeElement.outerHTML.slice(0, 200)"
        seen = []

        def still():
            self.page.wait_for_timeout(150)
            seen.append(self.page.evaluate(active))
            return len(seen) > 3 and len(set(seen[-4:])) == 1

        until(still, "the focus stays where it is")

    @property
    def answer(self):
        return self.box.locator(".widget-html-content").last.inner_text()

    @property
    def head(self):
        return self.box.locator(".widget-html-content").first.inner_text()

    def look_at(self, view):
        self.box.get_by_role("button", name=view, exact=True).click()
        self.box.get_by_role("heading", name=view, exact=True).wait_for()

    def choose(self, label, *options):
        named = self.box.get_by_label(label, exact=True)
        named.and_(self.box.locator("select")).select_option(label=list(options))

    def tick(self, name, *, on=True):
        name = name.translate(_NO_FORMULA)
        self.box.get_by_role("checkbox", name=name, exact=True).set_checked(on)

    def press(self, name):
        """Press a button, or tick a box, as who has no mouse does: by the space bar."""
        named = self.box.get_by_role("button", name=name, exact=True)
        named = named.or_(self.box.get_by_role("checkbox", name=name, exact=True))
        named.press("Space")
        assert named.evaluate("e => e === document.activeElement"), f"{name} lost focus"

    def until(self, text):
        until(lambda: text in self.answer, f"the answer says {text!r}: {self.answer}")


@pytest.fixture
def by_hand(lab, notebook):
    """The explorer of a run whose answers can be worked out by hand."""
    a_notebook(lab.root / "explore.ipynb", BY_HAND)
    opened = notebook("explore.ipynb")
    assert opened.run_all()["errors"] == []
    return Box(opened)


def test_segments_and_a_feature_are_chosen(by_hand):
    by_hand.until("the middle customer of Regulars has 10.5 orders")
    assert by_hand.box.locator("svg[role=img]").bounding_box()["height"] > 300
    by_hand.tick("Regulars", on=False)
    by_hand.until("has 6 orders, the one of Once 2")
    by_hand.tick(HOSTILE, on=False)
    by_hand.until("the middle customer of Once has 2 orders")
    by_hand.tick(HOSTILE)
    by_hand.until("has 6 orders, the one of Once 2")
    by_hand.choose("Feature", "Spend")
    by_hand.until("has 60 EUR, the one of Once 20")
    assert BLUE not in by_hand.opened.colours(".segtools-explorer svg[role=img]")
    by_hand.tick("Regulars")
    by_hand.until("the middle customer of Regulars has 105 EUR")
    assert BLUE in by_hand.opened.colours(".segtools-explorer svg[role=img]")


def test_two_segments_are_compared_and_examples_looked_at(by_hand):
    by_hand.look_at("Two segments")
    by_hand.until("the customer of Regulars has more than the one of Once")
    by_hand.choose("Second", HOSTILE)
    by_hand.until(f"has more than the one of {HOSTILE}")
    by_hand.look_at("Examples")
    by_hand.until("Example customers of Regulars")
    by_hand.choose("Segment", "Once")
    by_hand.until("Example customers of Once")
    assert by_hand.answer.count("typical") == 3
    assert "@example.com" not in by_hand.page.content()


def test_a_cut_is_moved_with_the_keyboard_and_the_numbers_change(by_hand):
    by_hand.press("Move a cut")
    by_hand.until("the cut stays at 3 orders")
    seen = []
    for _ in range(2):
        before = by_hand.answer
        by_hand.press("Higher")
        until(lambda old=before: by_hand.answer != old, "the numbers change")
        seen.append(re.search(FOUND, by_hand.answer).groups())
    # Ten customers have each number of orders.
    assert seen == [("4", "3", "10"), ("5", "3", "20")]
    assert "1\u202f500" in by_hand.answer
    said = by_hand.box.get_by_role("status").inner_text()
    assert said.startswith("Move a cut: Orders: with the cut at 5 orders")
    assert by_hand.box.locator("svg[role=img]").bounding_box()["width"] > 400


def test_everything_is_chosen_without_a_mouse(by_hand):
    by_hand.press("Regulars")
    by_hand.until("has 6 orders, the one of Once 2")
    by_hand.press("Next feature")
    by_hand.until("Days since: the middle customer")
    by_hand.press("Two segments")
    by_hand.press("Next second")
    by_hand.until("Both segments are the same")
    by_hand.press("Examples")
    by_hand.press("Next segment")
    by_hand.until(f"Example customers of {HOSTILE}")
    by_hand.press("Move a cut")
    by_hand.press("Next cut")
    by_hand.until("the cut stays at 8 orders")
    assert len(by_hand.opened.outputs()) == 1  # no key went to the notebook's cells


def test_a_moved_cut_is_kept_with_its_reason(by_hand):
    by_hand.look_at("Move a cut")
    by_hand.until("the cut stays at 3 orders")
    by_hand.box.get_by_role("button", name="Higher").click()
    by_hand.until("10 of 120 customers")
    keep = by_hand.box.get_by_role("button", name="Keep this cut")
    keep.click()
    by_hand.until("A decision must have a reason")
    assert by_hand.box.get_by_role("alert").count() == 1
    by_hand.box.get_by_label("Reason", exact=True).fill("Four: <b>a habit</b>")
    by_hand.page.keyboard.press("Tab")
    keep.click()
    by_hand.until("to: 4")
    assert "<b>a habit</b>" in by_hand.answer
    assert "40" in by_hand.head
    by_hand.box.get_by_role("button", name="Take back").click()
    by_hand.until("the cut stays at 3 orders")


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_it_is_accessible_and_harmless_in_both_themes(by_hand, theme):
    by_hand.opened.theme(theme)
    for view in ("Members", "Two segments", "Examples", "Move a cut"):
        by_hand.look_at(view)
        assert by_hand.box.locator("img[src=x], mjx-container").count() == 0
        assert by_hand.box.evaluate("e => e.scrollWidth <= e.clientWidth + 1")
        assert violations(by_hand.page, ".segtools-explorer") == ""
    assert by_hand.opened.complaints == []
    assert by_hand.opened.outside() == []


def test_the_runs_own_segments_are_explored(lab, notebook, run_folder):
    folder = run_folder("04_personas")
    source = (
        f"from segtools import explore\nexplorer = explore({str(folder)!r})\nexplorer"
    )
    a_notebook(lab.root / "explore_run.ipynb", source)
    opened = notebook("explore_run.ipynb")
    assert opened.run_all()["errors"] == []
    box = Box(opened)
    box.look_at("Two segments")
    box.until("tells them apart most")
    rows = box.box.locator(".widget-html-content").last.locator("tbody tr")
    assert rows.count() > 15  # elsewhere in a live notebook it would be interactive
    assert box.box.locator("script, [data-live]").count() == 0
    box.look_at("Move a cut")
    box.until("the cut stays at")
    before = box.head
    box.box.get_by_role("button", name="Higher").click()
    box.until("change segment")
    assert re.search(r"Agreement with the present segments is 0\.\d\d", box.answer)
    box.box.get_by_label("Reason", exact=True).fill("The team can call this many.")
    box.page.keyboard.press("Tab")
    box.box.get_by_role("button", name="Keep this cut").click()
    box.until("what: move_cut")
    assert box.head != before


def test_a_kernel_without_ipywidgets_shows_the_first_view(lab, notebook):
    a_notebook(lab.root / "without.ipynb", NO_WIDGETS + BY_HAND)
    opened = notebook("without.ipynb")
    assert opened.run_all()["errors"] == []
    seen = opened.look(opened.outputs()[0])
    assert "pip install ipywidgets" in seen["text"]
    assert "the customer of Regulars has more than the one of Once" in seen["text"]
    assert len(seen["figures"]) == 1
    assert opened.page.locator(".segtools-explorer").count() == 0
