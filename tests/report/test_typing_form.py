"""The typing tool's form: offline, harmless, accessible, and right."""

from __future__ import annotations

import json
import re

import pandas as pd
import pytest
from browsing import violations
from markupsafe import escape
from surveys import HOSTILE, anybody, survey, tiny_tool

from segtools.report.typing_form import form_page, typing_form
from segtools.schema import DisclosureError
from segtools.segmentation.typing_tool import typing_tool
from segtools.wording import plain

# Answers people in the page itself, as a hand would, and reads what it then shows.
ANSWER_ALL = """(people) => {
  const questions = [...document.querySelectorAll("[data-question]")];
  const out = document.getElementById("st-typed");
  return people.map((person) => {
    questions.forEach((q, i) => {
      const typed = q.querySelector("input[type=number]");
      if (typed) typed.value = person[i];
      else q.querySelector(`input[value="${person[i]}"]`).checked = true;
    });
    document.getElementById("st-typing").dispatchEvent(new Event("input"));
    const d = out.dataset;
    return [d.segment, d.runner, d.lead, d.answered, d.confidence, d.sure];
  });
}"""


def entered(tool, people: pd.DataFrame) -> list[list[str]]:
    """Give what is entered for each person: numbers as text, words by their place."""
    columns = []
    for q in tool.questions:
        if q["kind"] == "choice":
            place = {v["answer"]: str(i) for i, v in enumerate(q["levels"])}
            columns.append([place.get(v, "") for v in people[q["name"]]])
        else:
            values = people[q["name"]]
            columns.append(["" if pd.isna(v) else repr(float(v)) for v in values])
    return [list(row) for row in zip(*columns, strict=True)]


def shown(tool, people: pd.DataFrame) -> list[list[str]]:
    """Give what the page must keep for each person."""
    frame = tool.assign(people)
    return [
        [
            row.segment_id,
            row.runner_up,
            str(row.lead),
            str(row.answered),
            "" if pd.isna(row.confidence) else f"{row.confidence:g}",
            str(row.sure).lower(),
        ]
        for row in frame.itertuples()
    ]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["tiny", "learned"])
def test_the_form_names_what_the_tool_names_for_ten_thousand(kind, opened, tmp_path):
    tool = tiny_tool()
    if kind == "learned":
        asked, segment = survey(400, n_segments=3, telling=4, silent=2)
        scale = {"shown": [1, 2, 3, 4, 5]}
        texts = dict.fromkeys(asked.columns[::2], scale)
        asked = asked.assign(pet=segment.map({"kind 0": "cat", "kind 1": "dog"}))
        tool = typing_tool(asked, segment, share_of_gain=1, texts=texts)
    page = opened(typing_form(tool, tmp_path / "form.html"))
    people = anybody(tool, 10_000)
    assert page.evaluate(ANSWER_ALL, entered(tool, people)) == shown(tool, people)
    assert page.heard == []


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_form_is_accessible_quiet_and_fits(opened, tmp_path, scheme, width):
    path = typing_form(tiny_tool(), tmp_path / "form.html", project="Shop")
    page = opened(path, scheme=scheme, width=width)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert violations(page) == ""
    assert page.heard == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.slow
def test_a_keyboard_is_enough(opened, tmp_path):
    page = opened(typing_form(tiny_tool(), tmp_path / "form.html"))
    told = page.locator("#st-typed")
    assert "No question is answered yet" in told.inner_text()
    page.locator("#q0").focus()
    page.keyboard.type("25")
    assert "Not sure" in told.inner_text()
    assert "Too few questions" in told.inner_text()
    page.keyboard.press("Tab")  # to "No answer" of the second question
    page.keyboard.press("ArrowRight")  # round to its first answer
    assert told.get_attribute("data-segment") == "S01"
    assert "young" in told.inner_text()
    assert "90\u202f% were placed rightly" in told.inner_text()
    page.get_by_role("button", name="Start again").press("Enter")
    page.wait_for_timeout(50)
    assert told.get_attribute("data-answered") == "0"


@pytest.mark.slow
def test_enter_sends_nothing_anywhere(opened, tmp_path):
    page = opened(typing_form(tiny_tool(), tmp_path / "form.html"))
    page.locator("#q0").fill("25")
    page.keyboard.press("Enter")
    assert page.url.endswith("form.html")
    assert page.locator("#q0").input_value() == "25"


def test_strings_of_the_data_are_text_and_nothing_else():
    questions = tiny_tool().questions
    questions[0]["question"] = "<script>alert(1)</script>"
    page = form_page(tiny_tool(questions=questions), project='"><img src=x>')
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "<i>middle</i>" not in page
    assert page.count("<script") == 1
    assert "${x}" in page  # shown as it was said


def test_points_stand_on_the_page_for_who_adds_up_by_hand():
    tool = tiny_tool()
    page = form_page(tool)
    rows = re.findall(
        r"<tr><th scope=\"row\"><bdi>How old\?</bdi></th>(.*?)</tr>", page
    )
    cells = [re.sub(r"<[^>]+>", "|", row).strip("|") for row in rows]
    told = [re.split(r"\|+", c) for c in cells]
    assert told == [
        ["up to 30", "5", "0", "1"],
        ["above 30 up to 60.5", "0", "4", "0"],
        ["above 60.5", "0", "0", "6"],
        ["No answer", "1", "1", "0"],
    ]
    assert escape(plain(HOSTILE)) in page


def test_a_question_that_shows_somebody_is_refused(tmp_path):
    questions = tiny_tool().questions
    questions[0]["question"] = "Do you know ann@example.org?"
    with pytest.raises(DisclosureError, match="shows 5 e-mail addresses"):
        typing_form(tiny_tool(questions=questions), tmp_path / "form.html")
    assert list(tmp_path.iterdir()) == []


def test_small_counts_are_dashes_on_the_page():
    page = form_page(tiny_tool())
    assert json.dumps(tiny_tool().figures["confusion"]["counts"][0]).count("null") == 2
    row = re.search(r"<tr><th scope=\"row\"><bdi>young</bdi></th>(<td.*?)</tr>", page)
    assert re.findall(r">([^<]+)</td>", row[1]) == ["90", "–", "–"]
