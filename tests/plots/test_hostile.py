"""Strings from data reach every figure and every twin as text, never as markup."""

from html.parser import HTMLParser
from xml.etree import ElementTree

import pandas as pd
import pytest

from segtools import plots

from .cases import history, power


class Tags(HTMLParser):
    def __init__(self, markup):
        super().__init__()
        self.found, self.handlers = set(), []
        self.feed(markup)

    def handle_starttag(self, tag, attrs):
        self.found.add(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]


def personas(name):
    week = [1 / 7] * 7
    said = {"text": name, "share": 0.5, "low": 0.4, "high": 0.6, "base_share": 0.2}
    entry = {
        "segment": name,
        "share": 1.0,
        "value_share": 1.0,
        "colour": name,
        "weekdays": week,
        "statements": [said],
    }
    return {"segments": [entry], "everyone": {"weekdays": week}}


def profile(name):
    row = {"kind": "feature", "value": 2.0, "base_value": 1.0, "index": 200.0}
    words = dict.fromkeys(("segment", "name", "label", "unit"), name)
    return pd.DataFrame([row | words])


def contest(name):
    gini = {"value": 0.4, "low": 0.3, "high": 0.5}
    entry = {"scheme": name, "label": name, "role": name, "figures": {"gini": gini}}
    return {"schemes": [entry | {"why_not": name}], "winner": name}


def quality(name):
    rule = {"table": name, "rule": name, "kind": name, "rows": 3, "sentence": name}
    counts = {"read": 4, "kept": 1, "set_aside": 1, "quarantined": 2}
    return {"tables": {name: counts}, "rules": [rule]}


def frame(**columns):
    return pd.DataFrame({key: [value] for key, value in columns.items()})


CASES = {
    "segment_sizes_and_value": lambda n: (personas(n), {}),
    "segment_evaluation": lambda n: (
        frame(segment=n, score=60.0, fit=50.0, share=1.0),
        {},
    ),
    "habits": lambda n: (personas(n), {"by": "weekdays"}),
    "paired_statements": lambda n: (personas(n)["segments"][0], {}),
    "segment_profile": lambda n: (profile(n), {}),
    "contest_intervals": lambda n: (contest(n), {}),
    "rows_flow": lambda n: (quality(n), {}),
    "quarantine_bars": lambda n: (quality(n), {}),
    "outcome_by_segment": lambda n: (
        frame(segment=n, mean=1.0, low=0.5, high=2.0),
        {"outcome": n, "unit": n, "everyone": 1.0},
    ),
    "scorecard_points": lambda n: (frame(feature=n, label=n, bin=n, points=3), {}),
    "feature_histogram": lambda n: (
        frame(**{n: 3.0}),
        {"feature": n, "label": n, "unit": n, "smallest_cell": 1},
    ),
    "migration_flow": lambda n: (
        pd.DataFrame({"from": [n, n], "to": [n, "B"], "customers": [1, 2]}),
        {},
    ),
    "customer_flow": lambda n: (
        {
            "flows": [{"from": n, "to": n, "customers": 20}],
            "sizes": {k: [{"segment": n, "customers": 20}] for k in ("before", "now")},
        },
        {},
    ),
    "lifecycle_flow": lambda n: (
        pd.DataFrame({"from": [n, n], "to": [n, "B"], "customers": [1, None]}),
        {},
    ),
    "category_preferences": lambda n: (
        frame(
            segment=n, kind="category", name=n, value=0.4, base_value=0.2, index=200.0
        ),
        {},
    ),
    "rfm_map": lambda n: (
        frame(
            recency=1,
            other=1,
            recency_span=n,
            other_span=n,
            customers=30,
            value=2.0,
            segment=n,
            hidden=False,
        ),
        {"other": n, "unit": n, "names": [n]},
    ),
    "segment_spread": lambda n: (
        pd.DataFrame(
            {"feature": n, "label": n, "unit": n, "everyone": [True, False]}
            | {"segment": [n, n]}
            | {"p10": [1, 2], "p25": [2, 3], "p50": 3.0, "p75": 4.0, "p90": 5.0}
        ),
        {},
    ),
    "lift_by_segment": lambda n: (
        {
            "segments": [{"segment": n, "spend": LIFT}],
            "everyone": {"spend": LIFT},
        },
        {"measure": "spend", "unit": n},
    ),
    **{
        f"{what}_over_time": lambda n: (history([n, "B"], 0) | {"currency": n}, {})
        for what in ("segments", "verdict", "movement")
    },
    "power_curves": lambda n: (power([n], 0), {"unit": n}),
    "within_boxes": lambda n: (frame(segment=0, jaccard=0.5), {"names": [n]}),
    "gorge": lambda n: (pd.DataFrame({n: [0.9] * 20, "B": 0.1}), {"names": [n]}),
}
LIFT = {"treated": 34.0, "held": 30.0, "lift": 4.0, "low": 2.0, "high": 6.0}
LIFT |= {"found": True}
# These show numbers alone.
WITHOUT_STRINGS = {"gap_curve", "agreement_by_k", "stability_boxes", "descent"}


@pytest.mark.parametrize("name", sorted(CASES))
def test_no_string_becomes_markup(name, hostile):
    data, options = CASES[name](hostile)
    html = plots.present(getattr(plots, name), data, **options).html
    tags = Tags(html)
    assert not tags.found & {"script", "img", "a", "b", "br", "sup", "iframe", "style"}
    assert not tags.handlers
    assert '<div class="st-picture"><svg ' in html
    ElementTree.fromstring(html[html.index("<svg ") : html.index("</svg>") + 6])


def test_every_figure_that_shows_strings_is_tried():
    assert set(CASES) == set(plots._FIGURES) - WITHOUT_STRINGS
