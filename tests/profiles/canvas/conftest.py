"""Canvases of a shop done by hand and of the planted kinds."""

import pytest

from segtools.profiles.actions import Terms, build_actions, segment_measures
from segtools.profiles.canvas import business_model_canvas
from segtools.profiles.personas import build_personas


@pytest.fixture(scope="session")
def canvas_of():
    """The function that makes the canvases of a segmented shop."""

    def make(data, segments):
        personas = build_personas(data, segments, "EUR")
        terms = Terms("grow_spend", 90, "EUR", {"value": 100})
        measures = segment_measures(data)
        known = {s["segment_id"]: {"mean": 40.0, "sd": 25.0, "n": 90} for s in segments}
        actions = build_actions(personas, known, terms, measures)
        return business_model_canvas(data, personas, actions)

    return make


@pytest.fixture(scope="session")
def planted_canvas(planted, card_segments, canvas_of):
    return canvas_of(planted, card_segments)


@pytest.fixture(scope="session")
def lines_of():
    """The function that lists the lines of one block, perhaps of one source."""

    def lines(canvas, segment_id, block, source=None):
        own = next(c for c in canvas["segments"] if c["segment_id"] == segment_id)
        rows = own["blocks"][block]["lines"]
        return [r["text"] for r in rows if source in (None, r["source"])]

    return lines
