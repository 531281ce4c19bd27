"""The explorer as an analyst calls it: views, kept cuts, and what goes on without."""

import subprocess
import sys

import pytest
import yaml
from explorer_runs import GOLDEN, make_run

import segtools
from segtools.config.by_hand import decision_blocks
from segtools.explorer import explore as module
from segtools.explorer.explore import explore
from segtools.explorer.opened import opened
from segtools.schema import ConfigError
from segtools.segmentation.by_hand import carry_out, planned

HOSTILE = '<img src=x onerror=alert(1)> $x_1$ "quoted" \u202e'


@pytest.fixture
def explorer():
    return explore(make_run())


def test_it_is_one_of_the_public_names():
    assert segtools.explore is explore
    assert segtools.explore is explore  # a room of that name would have taken it


def test_views_show_what_was_asked_for(explorer):
    assert "Middle of Regulars" in explorer.compare("Regulars", "S03").html
    shown = explorer.members("Orders", ["Once", "S01"])
    assert "<svg" in shown.html
    assert "the middle customer of Regulars has 10.5 orders" in shown.text
    assert "Now and then" not in shown.html
    assert "Why shown" in explorer.examples("Once").html
    assert "Now and then" in explorer.overview().text
    assert "20 of 120 customers" in explorer.move(0, 5).text


def test_no_more_than_four_segments_are_drawn_and_it_is_said(golden):
    shown = explore(GOLDEN).members("n_orders", list(golden.names))
    assert "left out: Dormant buyers" in shown.text
    assert "No segment is chosen" in explore(GOLDEN).members("n_orders", []).text


def test_a_kept_cut_is_shown_from_then_on(explorer):
    made = explorer.keep(0, 5, why=" Five is a habit. ", who="Ann")
    assert made.after == {"S01": 40, "S02": 30, "S03": 50}
    assert list(explorer.cuts) == ["Orders: 5 orders", "Orders: 8 orders"]
    assert "2\u202f100" in explorer.overview().text
    assert "the middle customer of Regulars has 10.5 orders, the one of Once 3" in (
        explorer.members("n_orders").text
    )
    assert explorer.decisions() == [
        {
            "what": "move_cut",
            "at": 3,
            "to": 5,
            "feature": "n_orders",
            "why": "Five is a habit.",
            "who": "Ann",
        }
    ]
    assert repr(explorer) == "Explorer(120 customers, 3 segments, 1 cuts kept)"


def test_a_kept_cut_can_be_taken_back(explorer):
    explorer.keep(0, 5, why="to see")
    explorer.keep(0, 6, why="further")
    assert explorer.undo().arguments["to"] == 6
    assert list(explorer.cuts) == ["Orders: 5 orders", "Orders: 8 orders"]
    explorer.undo()
    assert explorer.decisions() == []
    with pytest.raises(ConfigError, match="none was"):
        explorer.undo()


def test_the_configuration_does_to_a_run_what_was_kept(explorer):
    """Read, checked and carried out as stage 03 does it, the sizes are the same."""
    explorer.keep(0, 5, why="Five is a habit.")
    explorer.keep(1, 10, why="Ten: they come every other week.")
    blocks = yaml.safe_load(explorer.configuration())["decisions"]
    assert blocks == decision_blocks(blocks)
    first = opened(make_run())
    carried = carry_out(
        first.model,
        first.building,
        planned(blocks, first.building),
        min_share=first.min_share,
    )
    own = carried.model.assign(first.building)["segment_id"]
    assert own.tolist() == explorer.state.segments["segment_id"].tolist()


def test_the_runs_own_decisions_stay_before_the_kept_ones():
    own = {"what": "merge", "segments": ["S03", "S04"], "why": "One letter."}
    explorer = explore(make_run(decisions=[own]))
    assert yaml.safe_load(explorer.configuration())["decisions"] == [own]
    explorer.keep(0, 5, why=HOSTILE)
    blocks = yaml.safe_load(explorer.configuration())["decisions"]
    assert blocks[0] == own
    assert blocks[1]["why"] == HOSTILE


@pytest.mark.parametrize(
    ("to", "why", "told"),
    [
        (5, "  ", "must have a reason"),
        (3, "as it is", "is at 3 already"),
        (8, "too far", "but 8 is none. The nearest is 7."),
        (0.5, "nobody", "but 0.5 is none. The nearest is 1."),
        (4.5, "between two places", "but 4.5 is none. The nearest is 4."),
    ],
)
def test_what_cannot_be_kept_is_refused_in_a_sentence(explorer, to, why, told):
    with pytest.raises(ConfigError, match=told):
        explorer.keep(0, to, why=why)
    assert explorer.decisions() == []


def test_a_segment_below_the_smallest_share_must_be_forced():
    explorer = explore(make_run(min_share=0.3))
    with pytest.raises(ConfigError, match="or force it"):
        explorer.keep(0, 6, why="few")
    explorer.keep(0, 6, why="few", force=True)
    assert explorer.decisions()[0]["force"] is True


def test_a_model_without_cuts_says_so():
    explorer = explore(GOLDEN)
    assert explorer.cuts == {}
    with pytest.raises(ConfigError, match="The cuts are none"):
        explorer.stops(0)


def test_nothing_of_the_run_is_changed(tmp_path):
    before = {p: p.read_bytes() for p in GOLDEN.rglob("*") if p.is_file()}
    explorer = explore(GOLDEN)
    explorer._repr_mimebundle_()
    for segment in explorer.segments:
        explorer.examples(segment)
    assert before == {p: p.read_bytes() for p in GOLDEN.rglob("*") if p.is_file()}


def test_names_from_data_are_harmless_everywhere():
    names = {"S01": HOSTILE + "1", "S02": HOSTILE + "2", "S03": HOSTILE + "3"}
    run = make_run(names=names)
    run.catalogue = [
        e | {"label": HOSTILE + e["label"], "definition": HOSTILE, "unit": "<b>"}
        for e in run.catalogue
    ]
    explorer = explore(run)
    shown = [explorer.overview(), explorer.members("n_orders"), explorer.move(0, 5)]
    shown += [explorer.compare("S01", "S02"), explorer.examples("S03")]
    for view in shown:
        for markup in ("<img", "<b>", "\u202e"):
            assert markup not in view.html
        assert "\u202e" not in view.text


def test_a_kernel_without_ipywidgets_shows_the_first_view_and_says_so(
    explorer, monkeypatch
):
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    bundle = explorer._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    assert "pip install ipywidgets" in bundle["text/html"]
    assert bundle["text/plain"].startswith("The controls need ipywidgets, which this")
    assert "<svg" in bundle["text/html"]
    assert "tells them apart most" in bundle["text/plain"]
    with pytest.raises(ConfigError, match="this kernel has none"):
        _ = explorer.widget


def test_a_run_of_one_segment_can_be_looked_at(monkeypatch):
    from segtools.segmentation.model import everyone

    monkeypatch.setattr(module, "find_spec", lambda name: None)
    run = make_run()
    run.model = everyone()
    run.segments = run.model.assign(run.features)
    explorer = explore(run)
    assert "everyone" in explorer._repr_mimebundle_()["text/plain"]
    assert explorer.cuts == {}


def test_importing_the_package_loads_neither_widgets_nor_figures():
    code = (
        "import sys, segtools; segtools.explore; import segtools.explorer.explore; "
        "print([m for m in ('ipywidgets', 'matplotlib.pyplot') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_no_table_waits_for_a_script(golden, monkeypatch):
    """In a live notebook long tables are interactive, but not among controls."""
    from segtools.plots import display

    asked = []
    monkeypatch.setattr(display, "wanted", lambda n, asks: asked.append(asks) or False)
    explorer = explore(GOLDEN)
    explorer.overview()
    explorer.compare("S01", "S05")
    explorer.examples("S07")
    assert asked == [False] * 3
