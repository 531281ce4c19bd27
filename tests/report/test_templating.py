import re

import pandas as pd
import pytest

from segtools.languages import use_language
from segtools.plots.colours import OTHER, PALETTE, text_on
from segtools.report.templating import TEMPLATES, money
from segtools.wording import THIN


def palettes():
    css = (TEMPLATES / "css" / "base.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    light, dark = (dict(re.findall(r"--(\w+): (#\w{6});", block)) for block in blocks)
    return {"light": light, "dark": light | dark}


def luminance(value):
    parts = [int(value[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("ink", ["ink", "quiet", "link", "good", "mixed", "bad"])
@pytest.mark.parametrize("ground", ["paper", "tint"])
def test_text_stands_out_from_every_ground(scheme, ink, ground):
    colours = palettes()[scheme]
    assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("fill", [*PALETTE, OTHER])
def test_number_in_a_bar_stands_out_from_its_colour(fill):
    assert contrast(text_on(fill), fill) >= 4.5


def test_no_template_lifts_the_escaping():
    for path in TEMPLATES.glob("*.j2"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe|autoescape", text), path.name


@pytest.mark.parametrize(
    ("code", "written"),
    [
        ("ru", ["1,92_млн_$", "−81,2_тыс._points", "54,25_€", "218_€", "5_432_¥"]),
        (
            "ro",
            ["1,92_mil._USD", "−81,2_K_points", "54,25_EUR", "218_EUR", "5.432_JPY"],
        ),
        ("zh", ["US$192万", "−8.12万_points", "€54.25", "€218", "JP¥5,432"]),
    ],
)
def test_money_is_written_as_its_language_does(code, written):
    amounts = [(1923456.1, "USD"), (-81240, "points"), (54.25, "EUR")]
    amounts += [(217.637, "€"), (5432.1, "JPY")]
    with use_language(code):
        said = [money(a, u).replace(THIN, "_") for a, u in amounts]
    pairs = zip(said, written, strict=True)
    assert all(s == w for s, w in pairs if w)


@pytest.mark.parametrize("code", ["en", "ru", "zh"])
def test_an_amount_that_is_none_or_nothing(code):
    with use_language(code):
        for value in (None, float("nan"), float("inf"), pd.NA, "NaN"):
            assert money(value, "EUR") == "–"
        assert money(-1e-9, "EUR") == money(0, "EUR")
