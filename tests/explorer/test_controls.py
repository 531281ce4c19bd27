"""The controls, worked by their traits as a notebook's page works them."""

import pytest
from explorer_runs import GOLDEN, make_run

from segtools.explorer.controls import VIEWS, Controls
from segtools.explorer.explore import explore

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def controls():
    return Controls(explore(make_run()))


def test_it_opens_on_the_members(controls):
    assert "Segments" in controls.head.value
    assert "<svg" in controls.answer.value
    assert [box.value for box in controls.ticks.values()] == [True, True, True]


def test_every_control_has_a_label(controls):
    for view in VIEWS:
        controls.view.value = view
        for part in controls.box.children[2].children:
            inside = getattr(part, "children", None) or [part]
            assert all(own.description for own in inside), view


def test_choosing_changes_the_answer(controls):
    seen = [controls.answer.value]
    for key in ("S01", "S02"):
        controls.ticks[key].value = False
    seen.append(controls.answer.value)
    controls.feature.value = "spend_total"
    seen.append(controls.answer.value)
    controls.view.value = "Two segments"
    seen.append(controls.answer.value)
    controls.second.value = "S02"
    seen.append(controls.answer.value)
    controls.view.value = "Examples"
    seen.append(controls.answer.value)
    assert len(set(seen)) == len(seen)
    assert "Once" in seen[1]
    assert "Regulars" not in seen[1]


def test_moving_the_cut_changes_the_numbers(controls):
    controls.view.value = "Move a cut"
    assert controls.place.value == 3.0
    assert "the cut stays at 3 orders" in controls.answer.value
    controls.place.value = 5.0
    assert "20 of 120 customers" in controls.answer.value
    assert 'role="status"' in controls.said.value
    assert "20 of 120 customers" in controls.said.value
    _, lower, higher = controls.steps.children
    higher.click()
    assert controls.place.value == 6.0
    lower.click()
    lower.click()
    assert controls.place.value == 4.0
    controls.cut.value = 1
    assert controls.place.value == 8.0
    assert "the cut stays at 8 orders" in controls.answer.value


def test_a_cut_is_kept_with_its_reason_and_taken_back(controls):
    controls.view.value = "Move a cut"
    controls.place.value = 5.0
    keep, back = controls.buttons.children
    keep.click()
    assert 'role="alert"' in controls.answer.value
    assert "must have a reason" in controls.answer.value
    controls.reason.value = HOSTILE
    keep.click()
    assert "why: &lt;script&gt;alert(1)&lt;/script&gt;" in controls.answer.value
    assert HOSTILE not in controls.answer.value
    assert "to: 5" in controls.answer.value
    assert controls.place.value == 5.0
    assert controls.cut.options[0][0] == "Orders: 5 orders"
    assert "2\u202f100" in controls.head.value
    back.click()
    assert controls.cut.options[0][0] == "Orders: 3 orders"
    back.click()
    assert "none was" in controls.answer.value


def test_a_cut_does_not_step_beyond_its_last_place(controls):
    controls.view.value = "Move a cut"
    _, lower, _ = controls.steps.children
    for _ in controls.place.options:
        lower.click()
    assert controls.place.value == controls.place.options[0][1] == 1.0


def test_a_model_without_cuts_offers_none():
    controls = Controls(explore(GOLDEN))
    controls.view.value = "Move a cut"
    assert controls.box.children[2].children == ()
    assert "nearest centre" in controls.answer.value


def test_both_of_a_pair_may_be_chosen_alike_without_an_error(controls):
    controls.view.value = "Two segments"
    controls.second.value = controls.first.value
    assert "Both segments are the same" in controls.answer.value


def test_names_reach_the_page_as_text():
    names = {i: f"{HOSTILE} {i}" for i in ("S01", "S02", "S03")}
    controls = Controls(explore(make_run(names=names)))
    assert HOSTILE not in controls.head.value + controls.answer.value
    # A list's own entries are text to the browser, not markup.
    assert controls.first.options[0][0] == f"{HOSTILE} S01"
    # The name of a check box is a label that ipywidgets cleans of markup.
    assert controls.ticks["S01"].description_allow_html is False


def test_no_name_becomes_a_formula():
    names = {"S01": "$x_1$ <b>", "S02": "Two", "S03": "Three"}
    controls = Controls(explore(make_run(names=names)))
    controls.view.value = "Two segments"
    assert "x_1" in controls.said.value
    assert "$x_1$" not in controls.said.value
    assert "<b>" not in controls.said.value


def test_the_bundle_has_controls_and_a_still_view():
    bundle = explore(make_run())._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert "Only the first view is shown" in bundle["text/html"]
    assert len(bundle["text/html"]) < 150_000
